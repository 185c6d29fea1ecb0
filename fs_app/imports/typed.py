"""Values of an account's own fields, out of what stands in a cell. Pure.

`reader(kind, choices, country)` gives a function from text to the value that is kept in `Contact.custom`, or None for
what is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from fs_app.contacts.filters import iso
from fs_app.imports import moments
from fs_app.imports.remembered import heading
from fs_app.imports.targets import LONGEST_CUSTOM

Read = Callable[[str], Any]

YES = frozenset(
    {"1", "oui", "o", "yes", "y", "true", "vrai", "si", "s", "x", "on", "verdadero", "wahr", "ja"}
)
NO = frozenset({"0", "non", "n", "no", "false", "faux", "off", "falso", "falsch", "nein", "-"})
_DECIMAL = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?")
_BLANKS = str.maketrans("", "", " \u00a0\u202f'’€$£%")


def reader(kind: str, choices: Sequence[str], country: str, zone: ZoneInfo) -> Read:
    match kind:
        case "INTEGER":
            return _integer
        case "DECIMAL":
            return _decimal
        case "FLAG":
            return _flag
        case "DATE":
            return lambda text: _iso(moments.day(text, country))
        case "DATETIME":
            return lambda text: _stamp(moments.ms(text, country, zone))
        case "CHOICE":
            known = {heading(choice): choice for choice in choices}
            return lambda text: known.get(heading(text))
        case _:
            return lambda text: text if len(text) <= LONGEST_CUSTOM else None


def _integer(text: str) -> int | None:
    value = _decimal(text)
    return int(value) if value is not None and float(value).is_integer() else None


def _decimal(text: str) -> int | float | None:
    """`1 234,5`, `1.234,56`, `1,234.56`: the last mark is the decimal one, unless it parts thousands."""
    plain = text.translate(_BLANKS)
    if "," in plain and "." in plain:
        thousands = "." if plain.rindex(",") > plain.rindex(".") else ","
        plain = plain.replace(thousands, "")
    if plain.count(",") > 1:
        plain = plain.replace(",", "")
    if plain.count(".") > 1:
        plain = plain.replace(".", "")
    plain = plain.replace(",", ".")
    if not _DECIMAL.fullmatch(plain):
        return None
    value = float(plain)
    return int(value) if value.is_integer() and "." not in plain else value


def _flag(text: str) -> bool | None:
    word = heading(text)
    return True if word in YES else False if word in NO else None


def _iso(value: Any) -> str | None:
    return value.isoformat() if value is not None else None


def _stamp(ms: int | None) -> str | None:
    return iso(ms) if ms is not None else None
