"""Texts with `{{variable}}`: which variables they name, and the text with their values.

A value is never read again as a template, and where it goes decides how it is escaped: a caller's name can neither
leave its place in an address nor in a JSON body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

PLACE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,39})\s*\}\}")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
OURS = ("call_", "contact_")
"""Variables with these beginnings are set by the program alone."""

MOST_VALUE = 1000
"""Characters that a variable keeps; what is longer is cut."""

MOST_VARIABLES = 100


def is_name(name: object) -> bool:
    return isinstance(name, str) and NAME.fullmatch(name) is not None


def may_be_set(name: object) -> bool:
    return isinstance(name, str) and is_name(name) and not name.startswith(OURS)


def names(template: str) -> list[str]:
    """The variables that it names, in order."""
    return PLACE.findall(template)


def malformed(template: str) -> bool:
    """Whether braces are left over that make no variable."""
    rest = PLACE.sub("", template)
    return "{{" in rest or "}}" in rest


def as_text(value: str) -> str:
    """Without control characters: for what is spoken, shown or compared."""
    return "".join(c for c in value if c.isprintable())


def as_header(value: str) -> str:
    return "".join(c for c in value if " " <= c <= "~")


def as_url(value: str) -> str:
    return quote(value, safe="")


def as_json(value: str) -> str:
    """As it stands inside the quotes of a JSON text."""
    return json.dumps(value, ensure_ascii=True)[1:-1]


def filled(template: str, variables: Mapping[str, str], escape: Callable[[str], str] = as_text) -> str:
    """The text with the values of its variables; one that is not set is empty."""
    return PLACE.sub(lambda found: escape(variables.get(found.group(1), "")), template)


def cut(value: str) -> str:
    """A value as a variable keeps it."""
    return as_text(value)[:MOST_VALUE]
