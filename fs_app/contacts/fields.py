"""What may be written into a contact: limits, cleaning, telephone numbers. Pure.

A field's error is the identifier of a text in the catalogues.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from fs_app.contacts.numbers import e164
from fs_app.errors import Invalid

COLUMNS = {
    "last_name": 200,
    "first_name": 200,
    "company": 200,
    "title": 50,
    "category": 100,
    "mail": 254,
    "address": 2000,
    "postal_code": 20,
    "city": 200,
    "country": 2,
    "language": 8,
    "reference": 100,
    "description": 8000,
}
"""All texts of a contact and how long they may be, in characters."""

TEXTS = {
    name: COLUMNS[name]
    for name in ("last_name", "first_name", "company", "category", "mail", "address", "description")
}
"""Those that an agent's record of a call has."""

KINDS = ("mobile", "office", "home", "other")
"""Kinds of telephone numbers; each is one field that holds several numbers, separated by commas."""

NAMES = (*TEXTS, *KINDS)

MANY_LINES = {"address", "description"}
MOST_NUMBERS = 8
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")
_SEPARATOR = re.compile(r"[,;\n]")


class InvalidFields(Invalid):
    """`fields`: the identifier of the error's text for each wrong field."""

    key = "contact.error.fields"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {why}" for name, why in fields.items()))
        self.fields = fields


@dataclass
class Values:
    """Clean values: texts by field, numbers (E.164) by kind. Only what was given."""

    texts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, list[str]] = field(default_factory=dict)


def read(given: object, country: str) -> Values:
    """Values from a page. Raises InvalidFields naming every wrong field at once."""
    if not isinstance(given, dict):
        raise Invalid("fields must be an object")
    values, errors = Values(), {}
    for name, value in given.items():
        if name not in NAMES or not isinstance(value, str):
            raise Invalid(f"no such field: {str(name)[:50]}")
        text = cleaned(value, many_lines=name in MANY_LINES)
        if name in TEXTS:
            values.texts[name] = text
            if len(text) > TEXTS[name]:
                errors[name] = "contact.error.too_long"
            elif name == "mail" and text and not is_mail(text):
                errors[name] = "contact.error.mail"
        else:
            numbers, error = _numbers(text, country)
            values.numbers[name] = numbers
            if error:
                errors[name] = error
    _refuse_twice(values, errors)
    if errors:
        raise InvalidFields(errors)
    return values


def cleaned(text: str, many_lines: bool = False) -> str:
    """Without control and direction-changing characters and half surrogates, blanks trimmed."""
    whole = text.replace("\r\n", "\n").encode("utf-8", "replace").decode()
    keep = {"\n", "\t"} if many_lines else set()
    kept = "".join(c if c in keep or unicodedata.category(c) not in ("Cc", "Cf") else " " for c in whole)
    lines = [" ".join(line.split()) for line in kept.split("\n")]
    return "\n".join(lines).strip()


def is_mail(text: str) -> bool:
    """It looks like a mail address."""
    return _MAIL.fullmatch(text) is not None


def _numbers(text: str, country: str) -> tuple[list[str], str]:
    found: list[str] = []
    for part in (p.strip() for p in _SEPARATOR.split(text)):
        if not part:
            continue
        number = e164(part, country)
        if number is None:
            return found, "contact.error.number"
        if number not in found:
            found.append(number)
    return found, "contact.error.too_many_numbers" if len(found) > MOST_NUMBERS else ""


def _refuse_twice(values: Values, errors: dict[str, str]) -> None:
    seen: set[str] = set()
    for kind, numbers in values.numbers.items():
        if seen.intersection(numbers):
            errors.setdefault(kind, "contact.error.number_twice")
        seen.update(numbers)
