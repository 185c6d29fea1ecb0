"""Dates and times that people choose: on the clock of the account's zone, on both days when it is changed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fs_app.errors import Invalid
from fs_app.outbound.moments import NoSuchTime, chosen, in_minutes

PARIS = ZoneInfo("Europe/Paris")


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_a_time_is_that_of_the_accounts_clocks() -> None:
    assert chosen("2026-07-01T09:00", PARIS) == utc("2026-07-01T07:00")
    assert chosen("2026-12-01T09:00", PARIS) == utc("2026-12-01T08:00")


def test_the_hour_that_no_clock_shows_is_refused() -> None:
    with pytest.raises(NoSuchTime):
        chosen("2026-03-29T02:30", PARIS)
    assert chosen("2026-03-29T03:00", PARIS) == utc("2026-03-29T01:00")


def test_of_the_hour_that_comes_twice_it_is_the_first() -> None:
    assert chosen("2026-10-25T02:30", PARIS) == utc("2026-10-25T00:30")


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2026-02-30T10:00", "2026-13-01T10:00", "2026-01-01T24:00", "2026-01-01", "2026-01-01T10:00Z",
     "9999-12-31T23:59:59", "0001-01-01T00:00\n", "２０２６-01-01T10:00"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        chosen(text, PARIS)


def test_only_full_steps_are_taken() -> None:
    assert chosen("2026-07-01T09:15", PARIS, 15)
    with pytest.raises(Invalid):
        chosen("2026-07-01T09:10", PARIS, 15)


def test_a_day_later_is_the_same_time_on_the_clock() -> None:
    assert in_minutes(1440, utc("2026-03-28T14:00"), PARIS) == utc("2026-03-29T13:00"), "a day of 23 hours"
    assert in_minutes(1440, utc("2026-10-24T13:00"), PARIS) == utc("2026-10-25T14:00"), "a day of 25 hours"
    assert in_minutes(240, utc("2026-03-28T23:00"), PARIS) == utc("2026-03-29T03:00"), "hours are hours"
    with pytest.raises(Invalid):
        in_minutes(7, 0, PARIS)
