"""Texts with `{{names}}`: which names there are, what is wrong with a text, and the values put in. Pure.

Values come from callers: each is one line without control characters, whatever it was, and no value is read again
for names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

NAMES: dict[str, str] = {
    "call_number": "+33 6 12 34 56 78",
    "call_name": "Jeanne Dupont",
    "call_called": "+33 1 85 09 00 00",
    "call_queue": "Service client",
    "call_agent": "Élodie",
    "call_date": "23/11/2026",
    "call_time": "14:05",
    "call_duration": "03:12",
    "contact_first_name": "Jeanne",
    "contact_last_name": "Dupont",
    "contact_company": "Dupont & Fils",
    "contact_mail": "jeanne.dupont@example.org",
    "account_name": "Démo",
}
"""What the program fills in, each with a value to show it by. Their meaning: `messages.name.…` of the catalogue."""

OURS = ("call_", "contact_", "account_")
"""Names that begin so are the program's own; any other is a value that a voice menu has set."""

LONGEST_VALUE = 200
LONGEST_TEXT = 5000

_PLACE = re.compile(r"\{\{\s*([A-Za-z][A-Za-z0-9_]{0,39})\s*\}\}")
_KEPT_FORMATS = {"\u200d"}


def names(text: str) -> list[str]:
    """The names in a text, each once, in order."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def unknown(text: str) -> list[str]:
    """Names that look like the program's own and are none."""
    return [name for name in names(text) if name.startswith(OURS) and name not in NAMES]


def from_menus(text: str) -> list[str]:
    """Names that only a voice menu fills."""
    return [name for name in names(text) if not name.startswith(OURS)]


def broken(text: str) -> bool:
    """Whether braces stand there that are no name."""
    rest = _PLACE.sub("", text)
    return "{{" in rest or "}}" in rest


def filled(text: str, values: Mapping[str, object]) -> str:
    """With the values in it; a name without value is nothing."""
    return _PLACE.sub(lambda found: harmless(values.get(found[1], "")), text)


def filled_line(text: str, values: Mapping[str, object]) -> str:
    """The same for what must stay one line (a subject)."""
    return " ".join(filled(text, values).split())


def harmless(value: object) -> str:
    """One line, without controls and without marks that change the direction of reading."""
    text = str(value)[:LONGEST_VALUE]
    return " ".join("".join(_kept(c) for c in text).split())


def _kept(char: str) -> str:
    category = unicodedata.category(char)
    if char in _KEPT_FORMATS:
        return char
    return " " if category in ("Cc", "Zl", "Zp") else "" if category in ("Cf", "Cs", "Co", "Cn") else char
