"""Is it open? A table of moments in five zones, and a walk through the minutes around whatever is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fs_app.hours.opening import DAY, HolidayDay, Holidays, Opening, Range, Week, Why, is_open

ZONES = ("Europe/Paris", "America/New_York", "America/Santiago", "Asia/Kolkata", "Australia/Lord_Howe")


def minutes(text: str) -> int:
    hours, minute = text.split(":")
    return int(hours) * 60 + int(minute)


def week(*ranges: str) -> Week:
    """`week("0-4 09:00-12:30")`: Monday (0) to Friday."""
    found = []
    for text in ranges:
        days, hours = text.split()
        first, _, last = days.partition("-")
        begin, _, end = hours.partition("-")
        found += [
            Range(weekday, minutes(begin), minutes(end))
            for weekday in range(int(first), int(last or first) + 1)
        ]
    return Week(1, "test", tuple(found))


def holiday(text: str, hours: str = "00:00-24:00", message: str = "") -> HolidayDay:
    """`holiday("2026-12-25")`, or `holiday("12-25")` for every year."""
    *year, month, day = text.split("-")
    begin, _, end = hours.partition("-")
    return HolidayDay(
        1, text, int(year[0]) if year else None, int(month), int(day), minutes(begin), minutes(end), message
    )


def calendar(*days: HolidayDay) -> Holidays:
    return Holidays(1, "test", days)


def at(wall: str, zone: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone), fold=fold)


def ask(
    zone: str, wall: str, hours: Week | None, days: Holidays | None = None, fold: int = 0
) -> tuple[str, str]:
    """(`open` or `closed` and why, until when on the wall clock with its distance from UTC)."""
    found = is_open(hours, days, at(wall, zone, fold), ZoneInfo(zone))
    until = found.until.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") if found.until else "never"
    return f"{'open' if found.open else 'closed'} {found.why}", until


OFFICE = week("0-4 09:00-12:30", "0-4 14:00-18:00", "5 09:00-12:00")
CHRISTMAS = calendar(
    holiday("12-25"),
    holiday("12-24", "12:00-24:00"),
    holiday("2027-01-01", message="new-year.wav"),
    holiday("05-01"),
    holiday("02-29"),
)

ANYWHERE = [
    # An ordinary week of November 2026 (the 23rd is a Monday), far from any change of the clock.
    ("2026-11-23 00:00", "closed hours", "2026-11-23 09:00"),
    ("2026-11-23 08:59", "closed hours", "2026-11-23 09:00"),
    ("2026-11-23 08:59:59", "closed hours", "2026-11-23 09:00"),
    ("2026-11-23 09:00", "open hours", "2026-11-23 12:30"),
    ("2026-11-23 09:00:01", "open hours", "2026-11-23 12:30"),
    ("2026-11-23 12:29:59", "open hours", "2026-11-23 12:30"),
    ("2026-11-23 12:30", "closed hours", "2026-11-23 14:00"),
    ("2026-11-23 13:59", "closed hours", "2026-11-23 14:00"),
    ("2026-11-23 14:00", "open hours", "2026-11-23 18:00"),
    ("2026-11-23 17:59", "open hours", "2026-11-23 18:00"),
    ("2026-11-23 18:00", "closed hours", "2026-11-24 09:00"),
    ("2026-11-23 23:59", "closed hours", "2026-11-24 09:00"),
    ("2026-11-24 10:00", "open hours", "2026-11-24 12:30"),
    ("2026-11-27 18:00", "closed hours", "2026-11-28 09:00"),
    ("2026-11-28 11:59", "open hours", "2026-11-28 12:00"),
    ("2026-11-28 12:00", "closed hours", "2026-11-30 09:00"),
    ("2026-11-29 10:00", "closed hours", "2026-11-30 09:00"),
    # Holidays: a Thursday afternoon, a Friday; New Year's day a Friday; the evening before is ordinary.
    ("2026-12-24 10:00", "open hours", "2026-12-24 12:00"),
    ("2026-12-24 11:59", "open hours", "2026-12-24 12:00"),
    ("2026-12-24 12:00", "closed holiday", "2026-12-26 09:00"),
    ("2026-12-24 23:59", "closed holiday", "2026-12-26 09:00"),
    ("2026-12-25 00:00", "closed holiday", "2026-12-26 09:00"),
    ("2026-12-25 10:00", "closed holiday", "2026-12-26 09:00"),
    ("2026-12-26 00:00", "closed hours", "2026-12-26 09:00"),
    ("2026-12-26 09:00", "open hours", "2026-12-26 12:00"),
    ("2026-12-31 17:59", "open hours", "2026-12-31 18:00"),
    ("2026-12-31 18:00", "closed hours", "2027-01-02 09:00"),
    ("2027-01-01 10:00", "closed holiday", "2027-01-02 09:00"),
    # Single: not the year after, when the day is a Saturday. Recurring: again.
    ("2028-01-01 10:00", "open hours", "2028-01-01 12:00"),
    ("2028-05-01 10:00", "closed holiday", "2028-05-02 09:00"),
    ("2030-05-01 10:00", "closed holiday", "2030-05-02 09:00"),
    # The leap day of 2028 is a Tuesday; 2027 has none.
    ("2028-02-28 18:00", "closed hours", "2028-03-01 09:00"),
    ("2028-02-29 10:00", "closed holiday", "2028-03-01 09:00"),
    ("2028-03-01 09:00", "open hours", "2028-03-01 12:30"),
    ("2027-02-26 18:00", "closed hours", "2027-02-27 09:00"),
    ("2027-03-01 10:00", "open hours", "2027-03-01 12:30"),
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("wall", "said", "until"), ANYWHERE)
def test_office_hours_and_holidays_are_those_of_the_wall_clock(
    zone: str, wall: str, said: str, until: str
) -> None:
    assert ask(zone, wall, OFFICE, CHRISTMAS) == (said, until)


NIGHT = week("4 22:00-06:00", "6 20:00-02:00")
NIGHT_HOLIDAY = calendar(holiday("2026-11-28"), holiday("2026-11-30", "01:00-01:30"))
MIDNIGHT = [
    (NIGHT, None, "2026-11-27 21:59", "closed hours", "2026-11-27 22:00"),
    (NIGHT, None, "2026-11-27 22:00", "open hours", "2026-11-28 06:00"),
    (NIGHT, None, "2026-11-27 23:59:59", "open hours", "2026-11-28 06:00"),
    (NIGHT, None, "2026-11-28 00:00", "open hours", "2026-11-28 06:00"),
    (NIGHT, None, "2026-11-28 05:59", "open hours", "2026-11-28 06:00"),
    (NIGHT, None, "2026-11-28 06:00", "closed hours", "2026-11-29 20:00"),
    # From Sunday into Monday: over the end of the week.
    (NIGHT, None, "2026-11-30 00:00", "open hours", "2026-11-30 02:00"),
    (NIGHT, None, "2026-11-30 02:00", "closed hours", "2026-12-04 22:00"),
    # A holiday takes the part of the night that falls on its date.
    (NIGHT, NIGHT_HOLIDAY, "2026-11-27 23:00", "open hours", "2026-11-28 00:00"),
    (NIGHT, NIGHT_HOLIDAY, "2026-11-28 00:00", "closed holiday", "2026-11-29 20:00"),
    (NIGHT, NIGHT_HOLIDAY, "2026-11-30 00:59", "open hours", "2026-11-30 01:00"),
    (NIGHT, NIGHT_HOLIDAY, "2026-11-30 01:00", "closed holiday", "2026-11-30 01:30"),
    (NIGHT, NIGHT_HOLIDAY, "2026-11-30 01:30", "open hours", "2026-11-30 02:00"),
    # Until midnight, and on from midnight: no change at midnight.
    (week("0 18:00-24:00", "1 00:00-03:00"), None, "2026-11-23 20:00", "open hours", "2026-11-24 03:00"),
    (week("0 18:00-00:00"), None, "2026-11-23 23:59", "open hours", "2026-11-24 00:00"),
    (week("0-6 00:00-24:00"), None, "2026-11-23 23:59", "open hours", "never"),
    (week("0 12:00-12:00"), None, "2026-11-24 11:59", "open hours", "2026-11-24 12:00"),
    (week("0-6 12:00-12:00"), None, "2026-11-24 12:00", "open hours", "never"),
    (week("0-6 12:00-12:00"), CHRISTMAS, "2026-11-24 12:00", "open hours", "2026-12-24 12:00"),
    (week("0-5 12:00-12:00", "6 12:00-11:45"), None, "2026-11-24 12:00", "open hours", "2026-11-30 11:45"),
    (week("0 00:15-00:15"), None, "2026-11-23 23:59", "open hours", "2026-11-24 00:15"),
    (week(), None, "2026-11-24 11:59", "closed hours", "never"),
    (week(), CHRISTMAS, "2026-11-24 11:59", "closed hours", "never"),
    (None, None, "2026-11-24 11:59", "open always", "never"),
    (None, CHRISTMAS, "2026-11-24 11:59", "open always", "2026-12-24 12:00"),
    (None, CHRISTMAS, "2026-12-24 12:00", "closed holiday", "2026-12-26 00:00"),
    (None, calendar(holiday("2020-01-01")), "2026-12-24 12:00", "open always", "never"),
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("hours", "days", "wall", "said", "until"), MIDNIGHT)
def test_ranges_over_midnight(
    zone: str, hours: Week | None, days: Holidays | None, wall: str, said: str, until: str
) -> None:
    assert ask(zone, wall, hours, days) == (said, until)


PARIS, YORK, SANTIAGO, LORD_HOWE = (
    "Europe/Paris",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
)
NIGHTS = week("0-6 01:00-02:30")
LATE = week("0-6 02:30-05:00")
CHANGES = [
    # Paris, 29 March 2026: 02:00 becomes 03:00. What lies in the hour that is left out neither opens nor closes.
    (PARIS, NIGHTS, "2026-03-29T00:59+01:00", "closed", "2026-03-29T01:00+01:00"),
    (PARIS, NIGHTS, "2026-03-29T01:59+01:00", "open", "2026-03-29T03:00+02:00"),
    (PARIS, NIGHTS, "2026-03-29T03:00+02:00", "closed", "2026-03-30T01:00+02:00"),
    (PARIS, LATE, "2026-03-29T01:59+01:00", "closed", "2026-03-29T03:00+02:00"),
    (PARIS, LATE, "2026-03-29T03:00+02:00", "open", "2026-03-29T05:00+02:00"),
    (PARIS, week("6 02:00-03:00"), "2026-03-29T01:30+01:00", "closed", "2026-04-05T02:00+02:00"),
    (PARIS, week("6 02:15-02:45"), "2026-03-22T03:00+01:00", "closed", "2026-04-05T02:15+02:00"),
    (PARIS, OFFICE, "2026-03-28T12:00+01:00", "closed", "2026-03-30T09:00+02:00"),
    # Paris, 25 October 2026: 03:00 becomes 02:00. The hour that comes twice is open twice.
    (PARIS, NIGHTS, "2026-10-25T02:29+02:00", "open", "2026-10-25T02:30+02:00"),
    (PARIS, NIGHTS, "2026-10-25T02:30+02:00", "closed", "2026-10-25T02:00+01:00"),
    (PARIS, NIGHTS, "2026-10-25T02:00+01:00", "open", "2026-10-25T02:30+01:00"),
    (PARIS, NIGHTS, "2026-10-25T02:30+01:00", "closed", "2026-10-26T01:00+01:00"),
    (PARIS, LATE, "2026-10-25T02:29+02:00", "closed", "2026-10-25T02:30+02:00"),
    (PARIS, LATE, "2026-10-25T02:59+02:00", "open", "2026-10-25T02:00+01:00"),
    (PARIS, LATE, "2026-10-25T02:00+01:00", "closed", "2026-10-25T02:30+01:00"),
    (PARIS, LATE, "2026-10-25T02:45+01:00", "open", "2026-10-25T05:00+01:00"),
    (PARIS, week("6 02:00-03:00"), "2026-10-25T02:59+02:00", "open", "2026-10-25T03:00+01:00"),
    (PARIS, week("5 22:00-02:30"), "2026-10-25T02:30+02:00", "closed", "2026-10-25T02:00+01:00"),
    (PARIS, OFFICE, "2026-10-24T12:00+02:00", "closed", "2026-10-26T09:00+01:00"),
    # New York, 8 March and 1 November 2026: 02:00 becomes 03:00, 02:00 becomes 01:00.
    (YORK, NIGHTS, "2026-03-08T01:59-05:00", "open", "2026-03-08T03:00-04:00"),
    (YORK, LATE, "2026-03-08T01:59-05:00", "closed", "2026-03-08T03:00-04:00"),
    # The evening before: what ends at night comes first, then the jump.
    (YORK, week("5 00:15-00:15"), "2026-03-07T23:59-05:00", "open", "2026-03-08T00:15-05:00"),
    (YORK, NIGHTS, "2026-11-01T00:59-04:00", "closed", "2026-11-01T01:00-04:00"),
    (YORK, NIGHTS, "2026-11-01T01:59-04:00", "open", "2026-11-01T02:30-05:00"),
    (YORK, week("6 01:00-01:30"), "2026-11-01T01:30-04:00", "closed", "2026-11-01T01:00-05:00"),
    (YORK, week("6 01:00-01:30"), "2026-11-01T01:00-05:00", "open", "2026-11-01T01:30-05:00"),
    (YORK, week("6 00:30-01:00"), "2026-11-01T00:59-04:00", "open", "2026-11-01T01:00-04:00"),
    # Santiago, 4 April 2026: midnight becomes 23:00 of Saturday again. 6 September: Sunday begins at 01:00.
    (SANTIAGO, week("5 23:00-23:30"), "2026-04-04T23:15-03:00", "open", "2026-04-04T23:30-03:00"),
    (SANTIAGO, week("5 23:00-23:30"), "2026-04-04T23:30-03:00", "closed", "2026-04-04T23:00-04:00"),
    (SANTIAGO, week("5 23:00-23:30"), "2026-04-04T23:29-04:00", "open", "2026-04-04T23:30-04:00"),
    (SANTIAGO, week("5 20:00-24:00"), "2026-04-04T23:59-03:00", "open", "2026-04-05T00:00-04:00"),
    (SANTIAGO, week("6 00:00-06:00"), "2026-04-04T23:30-03:00", "closed", "2026-04-05T00:00-04:00"),
    (SANTIAGO, week("5 22:00-02:00"), "2026-04-04T23:30-04:00", "open", "2026-04-05T02:00-04:00"),
    (SANTIAGO, week("6 00:00-06:00"), "2026-09-05T23:59-04:00", "closed", "2026-09-06T01:00-03:00"),
    (SANTIAGO, week("5 22:00-00:30"), "2026-09-05T23:59-04:00", "open", "2026-09-06T01:00-03:00"),
    (SANTIAGO, week("6 00:00-01:00"), "2026-09-05T23:59-04:00", "closed", "2026-09-13T00:00-03:00"),
    # Lord Howe moves by half an hour: 5 April 2026 02:00 becomes 01:30, 4 October 02:00 becomes 02:30.
    (LORD_HOWE, NIGHTS, "2026-04-05T01:45+11:00", "open", "2026-04-05T02:30+10:30"),
    (LORD_HOWE, week("6 01:30-01:45"), "2026-04-05T01:45+11:00", "closed", "2026-04-05T01:30+10:30"),
    (LORD_HOWE, week("6 01:30-01:45"), "2026-04-05T01:30+10:30", "open", "2026-04-05T01:45+10:30"),
    (LORD_HOWE, NIGHTS, "2026-10-04T01:59+10:30", "open", "2026-10-04T02:30+11:00"),
    (LORD_HOWE, LATE, "2026-10-04T01:59+10:30", "closed", "2026-10-04T02:30+11:00"),
    (LORD_HOWE, week("6 02:00-02:30"), "2026-10-04T01:59+10:30", "closed", "2026-10-11T02:00+11:00"),
    # India changes nothing.
    ("Asia/Kolkata", NIGHTS, "2026-03-29T01:59+05:30", "open", "2026-03-29T02:30+05:30"),
    ("Asia/Kolkata", LATE, "2026-10-25T02:45+05:30", "open", "2026-10-25T05:00+05:30"),
]


@pytest.mark.parametrize(("zone", "hours", "moment", "said", "until"), CHANGES)
def test_both_changes_of_the_clock(zone: str, hours: Week, moment: str, said: str, until: str) -> None:
    found = is_open(hours, None, datetime.fromisoformat(moment), ZoneInfo(zone))
    assert ("open" if found.open else "closed") == said
    assert found.until == datetime.fromisoformat(until)


# Always open but for one part of one day, on the days when the clock changes.
PARTS_OF_DAYS = [
    # Paris: the half hour before three comes twice in autumn, and is closed twice; between them it is open.
    (PARIS, holiday("2026-10-25", "02:30-03:00"), "2026-10-25T02:29+02:00", "open", "2026-10-25T02:30+02:00"),
    (
        PARIS,
        holiday("2026-10-25", "02:30-03:00"),
        "2026-10-25T02:45+02:00",
        "closed",
        "2026-10-25T02:00+01:00",
    ),
    (PARIS, holiday("2026-10-25", "02:30-03:00"), "2026-10-25T02:00+01:00", "open", "2026-10-25T02:30+01:00"),
    (
        PARIS,
        holiday("2026-10-25", "02:30-03:00"),
        "2026-10-25T02:30+01:00",
        "closed",
        "2026-10-25T03:00+01:00",
    ),
    # The hour from two to three is closed without a break, two hours long.
    (
        PARIS,
        holiday("2026-10-25", "02:00-03:00"),
        "2026-10-25T02:00+02:00",
        "closed",
        "2026-10-25T03:00+01:00",
    ),
    # In spring that hour does not come: what closes in it never does, what reaches into it ends with the jump.
    (PARIS, holiday("2026-03-29", "02:00-03:00"), "2026-03-29T01:59+01:00", "open", None),
    (
        PARIS,
        holiday("2026-03-29", "01:30-02:30"),
        "2026-03-29T01:30+01:00",
        "closed",
        "2026-03-29T03:00+02:00",
    ),
    (PARIS, holiday("2026-03-29", "02:30-04:00"), "2026-03-29T01:59+01:00", "open", "2026-03-29T03:00+02:00"),
    (PARIS, holiday("2026-03-29"), "2026-03-29T12:00+02:00", "closed", "2026-03-30T00:00+02:00"),
    (YORK, holiday("2026-11-01", "01:00-02:00"), "2026-11-01T00:59-04:00", "open", "2026-11-01T01:00-04:00"),
    (
        YORK,
        holiday("2026-11-01", "01:00-02:00"),
        "2026-11-01T01:30-04:00",
        "closed",
        "2026-11-01T02:00-05:00",
    ),
    (YORK, holiday("2026-03-08", "02:00-02:30"), "2026-03-08T01:59-05:00", "open", None),
    # Santiago: Saturday the 4th of April has 25 hours, Sunday the 6th of September begins at one.
    (SANTIAGO, holiday("2026-04-04"), "2026-04-04T10:00-03:00", "closed", "2026-04-05T00:00-04:00"),
    (SANTIAGO, holiday("2026-04-05"), "2026-04-04T23:59-03:00", "open", "2026-04-05T00:00-04:00"),
    (SANTIAGO, holiday("2026-09-06"), "2026-09-05T23:59-04:00", "open", "2026-09-06T01:00-03:00"),
    (SANTIAGO, holiday("2026-09-06", "00:00-00:30"), "2026-09-05T23:59-04:00", "open", None),
    # Lord Howe: half an hour twice, half an hour not at all.
    (
        LORD_HOWE,
        holiday("2026-04-05", "01:30-02:00"),
        "2026-04-05T01:45+11:00",
        "closed",
        "2026-04-05T02:00+10:30",
    ),
    (LORD_HOWE, holiday("2026-10-04", "02:00-02:30"), "2026-10-04T01:59+10:30", "open", None),
    (
        "Asia/Kolkata",
        holiday("2026-03-29", "02:00-03:00"),
        "2026-03-29T02:30+05:30",
        "closed",
        "2026-03-29T03:00+05:30",
    ),
]


@pytest.mark.parametrize(("zone", "day", "moment", "said", "until"), PARTS_OF_DAYS)
def test_parts_of_days_on_which_the_clock_changes(
    zone: str, day: HolidayDay, moment: str, said: str, until: str | None
) -> None:
    found = is_open(None, calendar(day), datetime.fromisoformat(moment), ZoneInfo(zone))
    assert ("open" if found.open else "closed") == said
    assert found.until == (datetime.fromisoformat(until) if until else None)


def test_the_table_is_as_long_as_it_was_asked_for() -> None:
    assert len(ZONES) * (len(ANYWHERE) + len(MIDNIGHT)) + len(CHANGES) + len(PARTS_OF_DAYS) >= 200


def test_a_holiday_is_named_and_the_narrower_one_wins() -> None:
    whole, part, single = (
        HolidayDay(1, "whole", None, 12, 24),
        HolidayDay(2, "afternoon", None, 12, 24, 720, DAY),
        HolidayDay(3, "this year", 2026, 12, 24),
    )
    zone = ZoneInfo(PARIS)

    def named(wall: str, *days: HolidayDay) -> str:
        found = is_open(None, Holidays(1, "", days), at(wall, PARIS), zone)
        return found.holiday.name if found.holiday else ""

    assert named("2026-12-24 10:00", whole, part) == "whole"
    assert named("2026-12-24 13:00", whole, part) == "afternoon"
    assert named("2026-12-24 13:00", whole, part, single) == "this year"
    assert named("2027-12-24 13:00", whole, part, single) == "afternoon"


def test_the_question_needs_no_longer_than_a_call_may_wait() -> None:
    days = tuple(HolidayDay(i, str(i), 2020 + i % 3, 1 + i % 12, 1 + i % 28) for i in range(300))
    before = datetime.now(UTC)
    for _ in range(20):
        is_open(
            week("0-6 00:00-24:00"), Holidays(1, "", days), before, ZoneInfo(PARIS)
        )  # the whole year is searched
    assert (datetime.now(UTC) - before) / 20 < timedelta(milliseconds=40)


# --- any schedule, any calendar, any moment --------------------------------------------------------------------
QUARTERS = st.integers(0, 95).map(lambda q: q * 15)
RANGES = st.builds(Range, st.integers(0, 6), QUARTERS, QUARTERS.map(lambda m: m + 15))
CLOSE_TO_CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 5, 3, tzinfo=UTC),
    datetime(2026, 9, 6, 4, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2028, 2, 29, tzinfo=UTC),
    datetime(2026, 12, 31, 23, tzinfo=UTC),
]


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    around = draw(st.sampled_from(CLOSE_TO_CHANGES))
    return around + timedelta(minutes=draw(st.integers(-2 * DAY, 2 * DAY)), seconds=draw(st.integers(0, 59)))


@st.composite
def calendars(draw: st.DrawFn, near: datetime) -> Holidays:
    days = []
    for i in range(draw(st.integers(0, 4))):
        when = near.date() + timedelta(days=draw(st.integers(-3, 6)))
        begin = draw(st.sampled_from([0, 0, 15, 120, 720, 1425]))
        end = draw(st.sampled_from([DAY, DAY, begin + 15]))
        year = when.year if draw(st.booleans()) else None
        days.append(HolidayDay(i, str(i), year, when.month, when.day, begin, end))
    return Holidays(1, "any", tuple(days))


def told_otherwise(ranges: tuple[Range, ...], days: tuple[HolidayDay, ...]) -> Callable[[datetime], bool]:
    """The same question answered in another way: the minutes of the week that are open, the dates that are not."""
    on = set()
    for r in ranges:
        first = r.weekday * DAY + r.begin
        on |= {m % (7 * DAY) for m in range(first, first + r.minutes)}

    def closed(d: HolidayDay, wall: datetime, minute: int) -> bool:
        dates = {(d.year or wall.year, d.month, d.day)}
        return (wall.year, wall.month, wall.day) in dates and d.begin <= minute < d.end

    def answer(wall: datetime) -> bool:
        minute = wall.hour * 60 + wall.minute
        return wall.weekday() * DAY + minute in on and not any(closed(d, wall, minute) for d in days)

    return answer


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_it_is_open_or_closed_and_nothing_changes_before_the_next_change(data: st.DataObject) -> None:
    zone = ZoneInfo(data.draw(st.sampled_from(ZONES), label="zone"))
    now = data.draw(moments(), label="now")
    ranges = tuple(data.draw(st.lists(RANGES, min_size=1, max_size=6), label="ranges"))
    days = data.draw(calendars(now), label="days")
    found: Opening = is_open(Week(1, "any", ranges), days, now, zone)

    answer = told_otherwise(ranges, days.days)

    def right(moment: datetime) -> bool:
        return answer(moment.astimezone(zone))

    assert found.open is right(now)
    assert (found.why is Why.HOLIDAY) == (found.holiday is not None)
    assert not (found.open and found.holiday)
    end = now + timedelta(days=2)
    minute = now.replace(second=0) + timedelta(minutes=1)
    while minute < min(end, found.until or end):
        assert right(minute) is found.open, f"changes at {minute}, not at {found.until}"
        minute += timedelta(minutes=1)
    if found.until is not None:
        assert found.until > now
        assert found.until.second == 0
        assert right(found.until) is not found.open
        assert right(found.until - timedelta(seconds=1)) is found.open
