"""Schedules, holidays and the opening of queues, as an administrator works on them.

Every function runs inside `Database.read` or `Database.write` and takes and gives plain values. What belongs to
another account is not found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fs_app.errors import Conflict, NotFound
from fs_app.hours import checks
from fs_app.hours.checks import WrongFields
from fs_app.hours.model import Holiday, HolidaySet, Schedule, ScheduleRange
from fs_app.hours.opening import HolidayDay, Holidays, Range, Week
from fs_app.ivr.mentions import mentioned
from fs_app.ivr.spec import ParamKind
from fs_app.queues.model import Queue

MOST_DAYS = 1000
"""Days of one holiday set."""


class InUse(Conflict):
    """A schedule or a holiday set that queues work by; `params["queues"]` names them."""

    key = "error.hours_in_use"


class SetFull(Conflict):
    key = "error.holiday_set_full"


@dataclass(frozen=True, slots=True)
class UsedBy:
    """A queue, or a voice menu, that works by a schedule or a holiday set."""

    id: int
    name: str
    menu: bool = False


@dataclass(frozen=True, slots=True)
class QueueOpening:
    """What a queue has under the heading Opening (HN-160, HN-161, HN-200)."""

    id: int
    name: str
    number: str
    active: bool
    schedule: int | None
    holiday_set: int | None
    closed_message: str
    holiday_message: str
    closed_queue: int | None


# --- for the catalogue ------------------------------------------------------------------------------------------
def weeks(account: int | None = None) -> dict[int, Week]:
    """All schedules, or those of one account, by name."""
    ranges: dict[int, list[Range]] = defaultdict(list)
    for r in ScheduleRange.select().order_by(ScheduleRange.weekday, ScheduleRange.begin):
        ranges[r.schedule_id].append(Range(r.weekday, r.begin, r.end))
    wanted = Schedule.select().order_by(Schedule.name)
    if account is not None:
        wanted = wanted.where(Schedule.account == account)
    return {s.id: Week(s.id, s.name, tuple(ranges[s.id])) for s in wanted}


def calendars(account: int | None = None) -> dict[int, Holidays]:
    """All holiday sets, or those of one account, by name; their days in order of the date."""
    days: dict[int, list[HolidayDay]] = defaultdict(list)
    for d in Holiday.select().order_by(Holiday.year, Holiday.month, Holiday.day, Holiday.begin):
        days[d.set_id].append(HolidayDay(d.id, d.name, d.year, d.month, d.day, d.begin, d.end, d.message))
    wanted = HolidaySet.select().order_by(HolidaySet.name)
    if account is not None:
        wanted = wanted.where(HolidaySet.account == account)
    return {s.id: Holidays(s.id, s.name, tuple(days[s.id])) for s in wanted}


# --- schedules --------------------------------------------------------------------------------------------------
def week(account: int, schedule: int) -> Week:
    found = weeks(account).get(schedule)
    if found is None:
        raise NotFound(f"schedule {schedule}")
    return found


def save_schedule(account: int, schedule: int | None, name: str, ranges: Iterable[Range], now_ms: int) -> int:
    """Make one (`schedule` None) or change it; returns its id. Raises WrongFields, NotFound."""
    if schedule is None:
        _name_is_free(Schedule, account, None, name)
        schedule = int(Schedule.create(account=account, name=name, created_at=now_ms).id)
    else:
        week(account, schedule)
        _name_is_free(Schedule, account, schedule, name)
        Schedule.update(name=name).where(Schedule.id == schedule).execute()
        ScheduleRange.delete().where(ScheduleRange.schedule == schedule).execute()
    for r in ranges:
        ScheduleRange.create(account=account, schedule=schedule, weekday=r.weekday, begin=r.begin, end=r.end)
    return schedule


def delete_schedule(account: int, schedule: int) -> None:
    """Raises InUse while a queue or a voice menu works by it."""
    week(account, schedule)
    _refuse_if_used(users_of_schedule(account, schedule))
    Schedule.delete().where(Schedule.id == schedule, Schedule.account == account).execute()


# --- holidays ---------------------------------------------------------------------------------------------------
def calendar(account: int, holiday_set: int) -> Holidays:
    found = calendars(account).get(holiday_set)
    if found is None:
        raise NotFound(f"holiday set {holiday_set}")
    return found


def save_set(account: int, holiday_set: int | None, name: str, now_ms: int) -> int:
    """Make one (None) or give it another name; returns its id. Raises WrongFields, NotFound."""
    if holiday_set is None:
        _name_is_free(HolidaySet, account, None, name)
        return int(HolidaySet.create(account=account, name=name, created_at=now_ms).id)
    calendar(account, holiday_set)
    _name_is_free(HolidaySet, account, holiday_set, name)
    HolidaySet.update(name=name).where(HolidaySet.id == holiday_set).execute()
    return holiday_set


def delete_set(account: int, holiday_set: int) -> None:
    """With its days. Raises InUse while a queue or a voice menu works by it."""
    calendar(account, holiday_set)
    _refuse_if_used(users_of_set(account, holiday_set))
    HolidaySet.delete().where(HolidaySet.id == holiday_set, HolidaySet.account == account).execute()


def save_day(account: int, holiday_set: int, day: int | None, values: HolidayDay) -> None:
    """Add a day (None) or change one. Raises NotFound, SetFull."""
    known = calendar(account, holiday_set).days
    if day is None:
        if len(known) >= MOST_DAYS:
            raise SetFull(f"{len(known)} days", most=MOST_DAYS)
        Holiday.create(account=account, set=holiday_set, **_columns(values))
    elif any(d.id == day for d in known):
        Holiday.update(_columns(values)).where(Holiday.id == day).execute()
    else:
        raise NotFound(f"day {day}")


def delete_day(account: int, holiday_set: int, day: int) -> None:
    if all(d.id != day for d in calendar(account, holiday_set).days):
        raise NotFound(f"day {day}")
    Holiday.delete().where(Holiday.id == day, Holiday.set == holiday_set).execute()


def import_days(account: int, holiday_set: int, days: Iterable[HolidayDay]) -> tuple[int, int]:
    """Add what is not there yet; returns how many came and how many were there already. A date that has a whole
    holiday, single or recurring, is left as it is: what somebody changed stays changed."""
    known = calendar(account, holiday_set)
    there = {(d.year, d.month, d.day) for d in known.days if d.whole}
    added = kept = 0
    for d in days:
        if (d.year, d.month, d.day) in there or (None, d.month, d.day) in there:
            kept += 1
            continue
        if len(known.days) + added >= MOST_DAYS:
            raise SetFull(f"more than {MOST_DAYS} days", most=MOST_DAYS)
        Holiday.create(account=account, set=holiday_set, **_columns(d))
        added += 1
    return added, kept


# --- queues -----------------------------------------------------------------------------------------------------
def queues(account: int) -> list[QueueOpening]:
    """The queues of the account by name, those out of use too."""
    return [_queue(q) for q in Queue.select().where(Queue.account == account).order_by(Queue.name)]


def wrong_opening(account: int, values: QueueOpening) -> dict[str, str]:
    """What is wrong, field by field; the id 0 is a queue that is not there yet. A closed queue must not lead round in
    a circle."""
    known = {q.id: q for q in queues(account)}
    wrong: dict[str, str] = {}
    if values.schedule is not None and values.schedule not in weeks(account):
        wrong["schedule"] = "hours.wrong.choice"
    if values.holiday_set is not None and values.holiday_set not in calendars(account):
        wrong["holiday_set"] = "hours.wrong.choice"
    target, seen = values.closed_queue, {values.id}
    if target is not None and target not in known:
        wrong["closed_queue"] = "hours.wrong.choice"
    while target is not None and "closed_queue" not in wrong:
        if target in seen:
            wrong["closed_queue"] = "hours.wrong.circle"
        seen.add(target)
        target = known[target].closed_queue
    for field in ("closed_message", "holiday_message"):
        try:
            checks.message(getattr(values, field), field)
        except WrongFields as error:
            wrong |= error.fields
    return wrong


def save_opening(account: int, values: QueueOpening) -> None:
    """Raises NotFound, WrongFields."""
    if all(q.id != values.id for q in queues(account)):
        raise NotFound(f"queue {values.id}")
    if wrong := wrong_opening(account, values):
        raise WrongFields(wrong)
    Queue.update(
        schedule=values.schedule,
        holiday_set=values.holiday_set,
        closed_message=checks.message(values.closed_message, "closed_message"),
        holiday_message=checks.message(values.holiday_message, "holiday_message"),
        closed_queue=values.closed_queue,
    ).where(Queue.id == values.id, Queue.account == account).execute()


def queues_by_schedule(account: int) -> dict[int, list[UsedBy]]:
    return _used(account, "schedule", "customer_schedule")


def queues_by_set(account: int) -> dict[int, list[UsedBy]]:
    return _used(account, "holiday_set", "customer_holidays")


def _used(account: int, field: str, outgoing: str) -> dict[int, list[UsedBy]]:
    """For its callers (`field`), and for those whom its agents call."""
    found: dict[int, list[UsedBy]] = defaultdict(list)
    calling = {q.id: getattr(q, f"{outgoing}_id") for q in Queue.select().where(Queue.account == account)}
    for q in queues(account):
        for key in dict.fromkeys((getattr(q, field), calling.get(q.id))):
            if key is not None:
                found[key].append(UsedBy(q.id, q.name))
    return dict(found)


def users_of_schedule(account: int, schedule: int) -> list[UsedBy]:
    """Queues and voice menus."""
    menus = mentioned(account, ParamKind.SCHEDULE).get(schedule, [])
    return [*queues_by_schedule(account).get(schedule, []), *(UsedBy(*menu, menu=True) for menu in menus)]


def users_of_set(account: int, holiday_set: int) -> list[UsedBy]:
    """Queues and voice menus."""
    menus = mentioned(account, ParamKind.HOLIDAYS).get(holiday_set, [])
    return [*queues_by_set(account).get(holiday_set, []), *(UsedBy(*menu, menu=True) for menu in menus)]


def _refuse_if_used(used: list[UsedBy]) -> None:
    if used:
        raise InUse(f"used in {len(used)} places", queues=", ".join(user.name for user in used))


def _name_is_free(table: type[Schedule] | type[HolidaySet], account: int, own: int | None, name: str) -> None:
    taken = table.select().where(table.account == account, table.name == name)
    if own is not None:
        taken = taken.where(table.id != own)
    if taken.exists():
        raise WrongFields({"name": "hours.wrong.name_taken"})


def _columns(d: HolidayDay) -> dict[str, Any]:
    return {
        "name": d.name,
        "year": d.year,
        "month": d.month,
        "day": d.day,
        "begin": d.begin,
        "end": d.end,
        "message": d.message,
    }


def _queue(q: Queue) -> QueueOpening:
    return QueueOpening(
        q.id,
        q.name,
        q.number,
        q.active,
        q.schedule_id,
        q.holiday_set_id,
        q.closed_message,
        q.holiday_message,
        q.closed_queue_id,
    )
