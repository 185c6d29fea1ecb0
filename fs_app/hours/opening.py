"""Is it open now? Decided by comparing the wall clock of the zone with a schedule and a calendar of holidays.

Pure: no clock, no database. What the wall clock shows is all that counts, so both changes of the clock need no
rule of their own: in spring the hour that no wall clock shows opens and closes nothing, in autumn the hour that
comes twice is open twice. A holiday closes hours of its own date: the part of a night range that falls on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = 1440
"""Minutes of a day on the wall clock."""

HORIZON_DAYS = 370
"""How far ahead the next change is sought: a week's schedule can be covered by holidays, never for a year."""


class Why(StrEnum):
    ALWAYS = "always"  # there is no schedule and no holiday now
    HOURS = "hours"  # within, or outside, the hours of the schedule
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Range:
    """Minutes since midnight; an `end` at or before `begin` is on the next day. `weekday` 0 is Monday."""

    weekday: int
    begin: int
    end: int

    @property
    def over_midnight(self) -> bool:
        return self.end <= self.begin

    @property
    def minutes(self) -> int:
        """How long it is on the wall clock."""
        return self.end - self.begin + (DAY if self.over_midnight else 0)


@dataclass(frozen=True, slots=True)
class Week:
    """A schedule as the decision needs it."""

    id: int
    name: str
    ranges: tuple[Range, ...]

    def has(self, weekday: int, minute: int) -> bool:
        """Whether this minute of the wall clock lies in a range, one of today or one of yesterday's night."""
        return any(
            (r.weekday == weekday and r.begin <= minute < (DAY if r.over_midnight else r.end))
            or (r.over_midnight and (r.weekday + 1) % 7 == weekday and minute < r.end)
            for r in self.ranges
        )

    @property
    def never_closes(self) -> bool:
        """Whether the ranges leave no minute of the week out."""
        if sum(r.minutes for r in self.ranges) < 7 * DAY:
            return False
        return all(self.has(weekday, 0) for weekday in range(7)) and all(
            self.has((r.weekday + r.over_midnight) % 7, r.end) for r in self.ranges if r.end < DAY
        )


@dataclass(frozen=True, slots=True)
class HolidayDay:
    """Closed from `begin` to before `end` (minutes, on the one date); every year when `year` is None."""

    id: int
    name: str
    year: int | None
    month: int
    day: int
    begin: int = 0
    end: int = DAY
    message: str = ""

    @property
    def whole(self) -> bool:
        return self.begin == 0 and self.end == DAY


@dataclass(frozen=True, slots=True)
class Holidays:
    """A holiday set as the decision needs it."""

    id: int
    name: str
    days: tuple[HolidayDay, ...]
    _by_date: dict[tuple[int, int], list[HolidayDay]] = field(
        init=False, repr=False, compare=False, default_factory=lambda: defaultdict(list)
    )

    def __post_init__(self) -> None:
        for day in self.days:
            self._by_date[day.month, day.day].append(day)

    def on(self, when: date) -> list[HolidayDay]:
        """The holidays of this date."""
        return [d for d in self._by_date.get((when.month, when.day), ()) if d.year in (None, when.year)]

    def at(self, when: date, minute: int) -> HolidayDay | None:
        """The holiday of this minute; a single one before one that recurs, a part of a day before a whole."""
        found = [d for d in self.on(when) if d.begin <= minute < d.end]
        return min(found, key=lambda d: (d.year is None, d.end - d.begin, d.id), default=None)


@dataclass(frozen=True, slots=True)
class Opening:
    """`until` is the moment of the next change between open and closed; None: none within a year."""

    open: bool
    why: Why
    until: datetime | None
    holiday: HolidayDay | None = None


def zone_named(name: str) -> ZoneInfo:
    """The zone, or UTC when the machine does not know this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def is_open(week: Week | None, holidays: Holidays | None, now: datetime, zone: ZoneInfo) -> Opening:
    """`now` is an aware moment. Without a schedule it is always open but for the holidays."""
    now = now.astimezone(UTC)
    state, why, holiday = _at(week, holidays, now.astimezone(zone))
    return Opening(state, why, _next_change(week, holidays, now, zone, state), holiday)


def _at(week: Week | None, holidays: Holidays | None, local: datetime) -> tuple[bool, Why, HolidayDay | None]:
    minute = local.hour * 60 + local.minute
    holiday = holidays.at(local.date(), minute) if holidays is not None else None
    if holiday is not None:
        return False, Why.HOLIDAY, holiday
    if week is None:
        return True, Why.ALWAYS, None
    return week.has(local.weekday(), minute), Why.HOURS, None


def _next_change(
    week: Week | None, holidays: Holidays | None, now: datetime, zone: ZoneInfo, state: bool
) -> datetime | None:
    if week is not None and not week.ranges:
        return None  # never open
    if week is not None and week.never_closes:
        week = None  # the holidays alone change anything
    if week is None and (holidays is None or not holidays.days):
        return None
    today = now.astimezone(zone).date()
    for offset in range(-1, HORIZON_DAYS):
        day = today + timedelta(days=offset)
        dates = (day, day + timedelta(days=1))
        if not any(_edges(week, holidays, d) for d in dates):
            continue  # nor does a jump of the clock change anything there
        # Two dates at a time, up to noon of the second: where the clock goes back at midnight the first comes again
        # after the second has begun, so a date alone is not in order. The rest of the second has its own turn.
        noon = datetime.combine(dates[1], time(12), tzinfo=zone)
        for moment in sorted({m for d in dates for m in _moments(week, holidays, d, zone)}):
            if now < moment < noon and _at(week, holidays, moment.astimezone(zone))[0] != state:
                return moment
    return None


def _moments(week: Week | None, holidays: Holidays | None, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """When something may change on this date: at the edges of ranges and holidays, and where the clock jumps."""
    for minute in _edges(week, holidays, day):
        local = datetime.combine(day, time()) + timedelta(minutes=minute)
        for fold in (0, 1):
            moment = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
            if (
                moment.astimezone(zone).replace(tzinfo=None) == local
            ):  # not in the hour that spring leaves out
                yield moment
    yield from _jumps(day, zone)


def _edges(week: Week | None, holidays: Holidays | None, day: date) -> set[int]:
    """The minutes of this date at which a range or a holiday begins or ends."""
    found: set[int] = set()
    for r in week.ranges if week is not None else ():
        if r.weekday == day.weekday():
            found |= {r.begin} if r.over_midnight else {r.begin, r.end}
        if r.over_midnight and (r.weekday + 1) % 7 == day.weekday():
            found.add(r.end)
    for d in holidays.on(day) if holidays is not None else ():
        found |= {d.begin, d.end}
    return found


def _jumps(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """When the wall clock jumps on this date, or close to it, exact to the second."""
    middle_of_day = datetime.combine(day, time(12), tzinfo=UTC)
    low, high = middle_of_day - timedelta(hours=27), middle_of_day + timedelta(hours=27)  # in whichever zone
    before = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == before:
        return
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    yield high
