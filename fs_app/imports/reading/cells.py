"""Cells of a spreadsheet as clean text: what a person sees, without the spreadsheet's formats. Pure.

Numbers without exponent and without a `.0` behind; moments in ISO 8601 (a date alone where the time is midnight);
durations as hours:minutes:seconds; flags as `true` and `false`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from fs_app.imports.reading.limits import MOST_CELL

Cell = int | float | str | bool | time | date | datetime | timedelta

EXACT = 10**15
"""Whole numbers below are exact in a spreadsheet; it keeps fifteen digits."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]|_x000[0-8BCEF]_")


def text_of(cell: Cell) -> str:
    if isinstance(cell, str):
        return _clean(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime):
        return _moment(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, timedelta):
        return _duration(cell)
    return ""


def _clean(text: str) -> str:
    if not text.isprintable():
        text = _CONTROL.sub("", text.replace("_x000D_\n", "\n").replace("\r\n", "\n").replace("\r", "\n"))
    elif "_x000" in text:
        text = _CONTROL.sub("", text.replace("_x000D_", ""))
    text = text.strip()
    return text if len(text) <= MOST_CELL else text[:MOST_CELL]


def _number(value: int | float) -> str:
    if isinstance(value, int):
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    if abs(value) >= 1e30 or 0 < abs(value) < 1e-30:
        return repr(value)
    text = format(Decimal(format(value, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _moment(value: datetime) -> str:
    if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return value.date().isoformat()
    return (value + timedelta(microseconds=500_000)).strftime("%Y-%m-%d %H:%M:%S")


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
