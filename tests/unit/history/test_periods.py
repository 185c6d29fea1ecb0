"""Periods in the account's zone, and messages among colleagues."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fs_app.history import periods

PARIS = ZoneInfo("Europe/Paris")
NOW = round(datetime(2026, 3, 29, 22, 30, tzinfo=UTC).timestamp() * 1000)
"""00:30 on Monday the 30th in Paris; the clocks went forward the night before."""


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-03-30", "2026-03-30"),
        ("yesterday", "2026-03-29", "2026-03-29"),
        ("7days", "2026-03-24", "2026-03-30"),
        ("week", "2026-03-30", "2026-04-05"),
        ("last_week", "2026-03-23", "2026-03-29"),
        ("month", "2026-03-01", "2026-03-30"),
        ("nonsense", "2026-03-30", "2026-03-30"),
    ],
)
def test_days_are_those_of_the_accounts_calendar(name: str, first: str, last: str) -> None:
    found = periods.named(name, NOW, PARIS)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_the_night_in_which_the_clocks_go_forward_is_an_hour_short() -> None:
    found = periods.named("yesterday", NOW, PARIS)
    assert found.until - found.since == 23 * 3_600_000


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("2026-01-02", "2026-01-05", "2026-01-02", "2026-01-05"),
        ("2026-01-05", "2026-01-02", "2026-01-02", "2026-01-05"),
        ("2026-01-05", "", "2026-01-05", "2026-01-05"),
        ("", "2026-01-05", "2026-01-05", "2026-01-05"),
        ("garbage", "9999-12-31", "2026-03-30", "2026-03-30"),
    ],
)
def test_dates_as_they_are_typed(since: str, until: str, first: str, last: str) -> None:
    found = periods.named("dates", NOW, PARIS, since, until)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)
