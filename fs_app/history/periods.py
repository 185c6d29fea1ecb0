"""Periods of an account's calendar, as moments. Pure; a day begins at midnight in the account's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

NAMES = ("today", "yesterday", "7days", "week", "last_week", "month", "dates")


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until) in UTC ms, and the days that are meant (the last one included)."""

    since: int
    until: int
    first: date
    last: date


def named(name: str, now_ms: int, zone: ZoneInfo, first: str = "", last: str = "") -> Period:
    """A week begins on Monday; `7days` are today and the six days before it; `dates` are `first` to `last`
    (YYYY-MM-DD, one alone is that day). What makes no sense is today."""
    today = datetime.fromtimestamp(now_ms / 1000, zone).date()
    monday = today - timedelta(days=today.weekday())
    match name:
        case "yesterday":
            begin = end = today - timedelta(days=1)
        case "7days":
            begin, end = today - timedelta(days=6), today
        case "week":
            begin, end = monday, monday + timedelta(days=6)
        case "last_week":
            begin, end = monday - timedelta(days=7), monday - timedelta(days=1)
        case "month":
            begin, end = today.replace(day=1), today
        case "dates":
            one, other = _day(first), _day(last)
            begin, end = one or other or today, other or one or today
            begin, end = min(begin, end), max(begin, end)
        case _:
            begin = end = today
    return Period(_midnight(begin, zone), _midnight(end + timedelta(days=1), zone), begin, end)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1971 <= day.year <= 9000 else None


def _midnight(day: date, zone: ZoneInfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)
