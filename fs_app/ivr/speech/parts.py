"""What the languages share: reading a value, and the names of the spoken pieces.

A piece is a file `sounds/LANGUAGE/<name>.wav`; each language module has `PIECES`, name → what is said, from which
`tools/make_sounds.py` speaks them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal

LARGEST = 999_999_999
MOST_DIGITS = 40
MOST_DECIMALS = 6

NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d{1,12})(?:[.,](?P<part>\d{1,20}))?", re.ASCII)
SPACES = re.compile(r"[\s\u00a0\u202f'’]")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written: `part` are the digits after the point, with their zeros; empty: a whole one."""

    negative: bool
    whole: int
    part: str


def number(text: str) -> Number | None:
    """12, -3.5, 3,05, 1 234; None: no number, or one that is too large to be said."""
    found = NUMBER.fullmatch(SPACES.sub("", text))
    if found is None:
        return None
    whole, part = int(found["whole"]), (found["part"] or "")[:MOST_DECIMALS]
    if not part.strip("0"):
        part = ""  # 3.0 is 3
    if whole > LARGEST:
        return None
    return Number(found["sign"] == "-" and bool(whole or part), whole, part)


@dataclass(frozen=True, slots=True)
class Amount:
    negative: bool
    units: int
    cents: int


def amount(text: str, with_cents: bool) -> Amount | None:
    """Rounded to cents, or to whole units where there are none."""
    found = NUMBER.fullmatch(SPACES.sub("", text))
    if found is None:
        return None
    exact = Decimal(f"{found['whole']}.{found['part'] or 0}")
    cents = int((exact * 100 if with_cents else exact).quantize(Decimal(1), ROUND_HALF_UP))
    units, rest = divmod(cents, 100) if with_cents else (cents, 0)
    if units > LARGEST:
        return None
    return Amount(found["sign"] == "-" and bool(units or rest), units, rest)


DATES = (
    (re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII), (3, 2, 1)),
)


def day(text: str) -> date | None:
    """2026-03-01, 20260301, 01/03/2026 (the day first), each also with a time behind; None: no date."""
    plain = re.split(r"[T ]", text.strip(), maxsplit=1)[0]
    for shape, (year, month, of_month) in DATES:
        found = shape.fullmatch(plain)
        if found is not None:
            try:
                return date(int(found[year]), int(found[month]), int(found[of_month]))
            except ValueError:
                return None
    return None


TIME = re.compile(
    r"(?:\S+[T ])?(\d{1,2})(?:[:hH](\d{2})?|(\d{2}))(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII
)


def clock(text: str) -> time | None:
    """14:30, 14h30, 14h, 1430, 14:30:05, also with a date in front; None: no time."""
    found = TIME.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return time(int(found[1]), int(found[2] or found[3] or 0))
    except ValueError:
        return None


def words(text: str) -> tuple[str, ...]:
    """A table of words, written as a line."""
    return tuple(text.split())


def fraction(part: str) -> list[str]:
    """Digits after a decimal comma, as they are said in French and Spanish: zeros one by one, then a number of up to
    three digits; more than that digit by digit. `#` stands for a number."""
    zeros = len(part) - len(part.lstrip("0"))
    rest = part[zeros:]
    return ["0"] * zeros + ([rest] if len(rest) <= 3 else list(rest))
