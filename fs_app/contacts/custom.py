"""Values of an account's own fields (HN-404): read from what people type, shown again. Pure.

In the database a value is text, a number or true; dates are ISO text, a moment ISO text in UTC; what is empty is not
there at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fs_app.contacts import filters
from fs_app.contacts.fields import cleaned
from fs_app.contacts.searching import words_of
from fs_app.folding import plain

KINDS = (
    filters.TEXT,
    filters.INTEGER,
    filters.DECIMAL,
    filters.DATE,
    filters.DATETIME,
    filters.FLAG,
    filters.CHOICE,
)

LONGEST = 2_000
LONGEST_LABEL = 200
MOST_FIELDS = 200
MOST_CHOICES = 200
BIGGEST = 10**15
NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")

_FRENCH_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


class Wrong(ValueError):
    """`key`: the identifier of what is wrong."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Own:
    """A field of the account's own, as pages need it."""

    id: int
    name: str
    label: str
    kind: str
    choices: tuple[str, ...] = ()
    active: bool = True
    position: int = 0
    version: int = 1


def read(own: Own, text: str, zone: ZoneInfo, before: Any = None) -> Any:
    """The value of what was typed; None: empty. `before` is what stands there: a choice that is offered no more may
    stay. Raises Wrong."""
    given = cleaned(text[: LONGEST + 200], many_lines=own.kind == filters.TEXT)
    if not given:
        return None
    if own.kind == filters.TEXT:
        if len(given) > LONGEST:
            raise Wrong("contact.error.too_long")
        return given
    if own.kind == filters.FLAG:
        return True if given == "1" else None
    if own.kind == filters.CHOICE:
        for choice in own.choices:
            if plain(choice) == plain(given):
                return choice
        if given == before:
            return before
        raise Wrong("contact.error.choice")
    if own.kind in (filters.INTEGER, filters.DECIMAL):
        return _number(own.kind, given)
    return _moment(own.kind, given, zone)


def _number(kind: str, given: str) -> int | float:
    text = given.replace(" ", "").replace("\u00a0", "").replace("\u202f", "").replace(",", ".")
    try:
        value: int | float = int(text) if kind == filters.INTEGER else float(text)
    except ValueError:
        raise Wrong(f"contact.error.{kind.lower()}") from None
    if value != value or abs(value) > BIGGEST:
        raise Wrong(f"contact.error.{kind.lower()}")
    return value


def _moment(kind: str, given: str, zone: ZoneInfo) -> str:
    french = _FRENCH_DAY.match(given)
    if french:
        day, month, year = french.groups()
        given = f"{year}-{int(month):02}-{int(day):02}{given[french.end() :]}"
    try:
        if kind == filters.DATE:
            when: date = date.fromisoformat(given)
            text = when.isoformat()
        else:
            moment = datetime.fromisoformat(given)
            when = moment if moment.tzinfo else moment.replace(tzinfo=zone)
            text = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        raise Wrong(f"contact.error.{kind.lower()}") from None
    if not 1000 <= when.year <= 9000:
        raise Wrong(f"contact.error.{kind.lower()}")
    return text


def typed(own: Own, value: Any, zone: ZoneInfo) -> str:
    """The value as its form field holds it; `read` gives it back."""
    if value is None:
        return ""
    if own.kind == filters.FLAG:
        return "1" if value is True else ""
    if own.kind == filters.DATETIME:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            return str(value)
        return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
    return str(value)


def read_all(
    own: Iterable[Own], texts: Mapping[str, str], before: Mapping[str, Any], zone: ZoneInfo
) -> tuple[dict[str, Any], dict[str, str]]:
    """(values with those of fields that were not given, field → what is wrong) of texts by field name."""
    values, errors = dict(before), {}
    for one in own:
        if one.name not in texts:
            continue
        try:
            value = read(one, texts[one.name], zone, before.get(one.name))
        except Wrong as wrong:
            errors[filters_name(one.name)] = wrong.key
            continue
        values.pop(one.name, None)
        if value is not None:
            values[one.name] = value
    return values, errors


def filters_name(name: str) -> str:
    """As a filter, an import and a form name it."""
    return f"custom.{name}"


def name_for(label: str, taken: Sequence[str]) -> str:
    """A key that nobody has yet, from the label: `Date d'échéance` is `date_d_echeance`."""
    words = [word for one in words_of(label) if (word := one.encode("ascii", "ignore").decode())]
    base = "_".join(words)[:40].strip("_") or "field"
    if not base[0].isalpha():
        base = f"f_{base}"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name
