"""Dates and times as files write them. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_TIME = r"(?:[ T]+(\d{1,2})[:hH](\d{2})?(?::(\d{2})(?:[.,]\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME)
_USUAL = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})" + _TIME)
_PACKED = re.compile(r"(19\d{2}|20\d{2})(\d{2})(\d{2})")

_SERIAL = re.compile(r"([1-9]\d{4})(?:[.,](\d{1,12}))?")
EXCEL = datetime(1899, 12, 30)  # noqa: DTZ001 - of no zone, as the cells
"""A spreadsheet counts the days from here; cells that lost their format say `45691.604`. Five digits: 1927 to 2173."""

MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW", "GU", "PR", "VI", "AS", "MP", "UM"})
PIVOT = 70
"""Years of two digits below it are of this century."""


def moment(text: str, country: str) -> datetime | None:
    """As it stands there: without a zone where none is written. The day comes first, in some countries the month."""
    found = _ISO.fullmatch(text)
    if found:
        year, month, day, *rest = found.groups()
    elif found := _USUAL.fullmatch(text):
        day, month, year, *rest = found.groups()
        if country in MONTH_FIRST:
            day, month = month, day
    elif found := _PACKED.fullmatch(text):
        year, month, day = found.groups()
        rest = []
    elif found := _SERIAL.fullmatch(text):
        days, part = found.groups()
        return EXCEL + timedelta(days=int(days), seconds=round(float(f"0.{part or 0}") * 86_400))
    else:
        return None
    hour, minute, second, offset = rest or (None, None, None, None)
    whole = int(year) + (0 if len(year) == 4 else 2000 if int(year) < PIVOT else 1900)
    try:
        zone = None
        if offset:
            zone = datetime.fromisoformat(
                f"2000-01-01T00:00:00{'+00:00' if offset == 'Z' else offset}"
            ).tzinfo
        return datetime(
            whole, int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=zone
        )
    except ValueError:
        return None


def ms(text: str, country: str, zone: ZoneInfo) -> int | None:
    """UTC milliseconds; without a zone it is an hour of `zone`."""
    when = moment(text, country)
    if when is None:
        return None
    try:
        return round((when if when.tzinfo else when.replace(tzinfo=zone)).timestamp() * 1000)
    except (OverflowError, ValueError):
        return None


def day(text: str, country: str) -> date | None:
    when = moment(text, country)
    return when.date() if when is not None else None
