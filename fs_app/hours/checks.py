"""What a person typed about hours, turned into values, or said to be wrong field by field. Pure.

Errors are keys of the message catalogues under the name of their field; a form shows them beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from fs_app.audio import prompts
from fs_app.errors import Invalid
from fs_app.hours.opening import DAY, HolidayDay, Range

LONGEST_NAME = 100
MOST_RANGES = 12
"""Ranges of one weekday."""

YEARS = range(2000, 2101)

_TIME = re.compile(r"([01]?\d|2[0-4])[:hH.]([0-5]\d)")
_WEEK = 7 * DAY


class WrongFields(Invalid):
    """`fields` says for each wrong field which sentence of the catalogue tells why."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(f"wrong: {dict(fields)}", field=next(iter(fields)))
        self.fields = dict(fields)


@dataclass(frozen=True, slots=True)
class Typed:
    """One line of the form of a schedule, as it was typed."""

    weekday: int
    begin: str
    end: str


def name(text: str) -> str:
    """A name on one line. Raises WrongFields on `name`."""
    clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not clean:
        raise WrongFields({"name": "hours.wrong.name_missing"})
    if len(clean) > LONGEST_NAME:
        raise WrongFields({"name": "hours.wrong.name_long"})
    return clean


def minute(text: str) -> int | None:
    """Minutes since midnight of `9:30`, `09h30` or `24:00`; None for what is no time."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    value = int(found[1]) * 60 + int(found[2])
    return value if value <= DAY else None


def clock(minutes: int) -> str:
    """`09:30`; the end of the day is `24:00`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def ranges(lines: Iterable[Typed]) -> list[Range]:
    """The ranges of a week in order; empty lines do not count. Raises WrongFields on `day-0` … `day-6`."""
    found: list[Range] = []
    wrong: dict[str, str] = {}
    for line in lines:
        if not line.begin.strip() and not line.end.strip():
            continue
        begin, end = minute(line.begin), minute(line.end)
        if begin is None or end is None or not 0 <= line.weekday <= 6:
            wrong.setdefault(f"day-{line.weekday}", "hours.wrong.time")
        elif begin % DAY == end % DAY and not (begin == 0 and end == DAY):
            wrong.setdefault(f"day-{line.weekday}", "hours.wrong.empty_range")
        else:
            found.append(Range(line.weekday, begin % DAY, end or DAY))
    found.sort(key=lambda r: (r.weekday, r.begin))
    for weekday in range(7):
        if sum(1 for r in found if r.weekday == weekday) > MOST_RANGES:
            wrong.setdefault(f"day-{weekday}", "hours.wrong.too_many")
    for one in overlapping(found):
        wrong.setdefault(f"day-{one.weekday}", "hours.wrong.overlap")
    if wrong:
        raise WrongFields(wrong)
    return found


def overlapping(found: Sequence[Range]) -> list[Range]:
    """Those that share a minute of the week with another one; the night of Sunday reaches into Monday."""
    spans = [(r.weekday * DAY + r.begin, r.weekday * DAY + r.begin + r.minutes) for r in found]

    def meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
        return any(one[0] + shift < other[1] and other[0] < one[1] + shift for shift in (-_WEEK, 0, _WEEK))

    return [r for i, r in enumerate(found) if any(meet(spans[i], s) for j, s in enumerate(spans) if j != i)]


def holiday(form: Mapping[str, str]) -> HolidayDay:
    """One day of a holiday set (`id` 0): `name, date, yearly, part, begin, end, message`. Raises WrongFields."""
    wrong: dict[str, str] = {}
    title = ""
    try:
        title = name(form.get("name", ""))
    except WrongFields as error:
        wrong |= error.fields
    when: date | None = None
    try:
        when = date.fromisoformat(form.get("date", "").strip())
    except ValueError:
        wrong["date"] = "hours.wrong.date"
    if when is not None and when.year not in YEARS:
        wrong["date"] = "hours.wrong.date"
    begin, end = 0, DAY
    if form.get("part"):
        first, last = minute(form.get("begin", "")), minute(form.get("end", ""))
        if first is None or last is None:
            wrong["hours"] = "hours.wrong.time"
        elif first >= (last or DAY):
            wrong["hours"] = "hours.wrong.part_order"
        else:
            begin, end = first, last or DAY
    sound = ""
    try:
        sound = message(form.get("message", ""), "message")
    except WrongFields as error:
        wrong |= error.fields
    if wrong or when is None:
        raise WrongFields(wrong)
    year = None if form.get("yearly") else when.year
    return HolidayDay(0, title, year, when.month, when.day, begin, end, sound)


def message(text: str, field: str) -> str:
    """A prompt (`audio.prompts`: of the library, shipped, or a file under the sounds folder), or nothing. Raises
    WrongFields on `field`."""
    clean = text.strip()
    named = prompts.parse(clean)
    if named is not None and named.kind in (prompts.SOUND, prompts.SHIPPED):
        return clean
    path = PurePosixPath(clean)
    inside = not path.is_absolute() and ".." not in path.parts and "\\" not in clean and clean.isprintable()
    if clean and (not inside or len(clean) > 300 or ":" in clean):
        raise WrongFields({field: "hours.wrong.sound"})
    return clean
