"""Who is meant, and how he is recognised in texts: his numbers in all spellings, his mail addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import phonenumbers

from fs_app.contacts.numbers import e164, spellings

GONE = "*"
"""What stands where something personal stood in a text that stays."""

BETWEEN = r"[\s.\-/()\u00a0\u202f]{0,3}"
"""What people write between the digits of a number."""

SHORTEST = 6
"""Digits of a number that is looked for in texts: shorter ones are prices and room numbers, too."""


@dataclass(frozen=True)
class Person:
    """`contacts`: ids, duplicates that were merged into them too; `numbers`: E.164 (or as the networks delivered what
    is none); `mails`: lower case. `country` is the account's."""

    account: int
    country: str = "FR"
    contacts: tuple[int, ...] = ()
    numbers: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.contacts or self.numbers or self.mails)

    @cached_property
    def spelled(self) -> tuple[str, ...]:
        """His numbers in every way in which they stand in columns."""
        return tuple(sorted({s for n in self.numbers for s in (*spellings(n, self.country), n)}))

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Finds his numbers and addresses in a text, however they are written; None: there is nothing to look for."""
        parts = [p for p in (*map(_number, self.numbers), *map(_mail, self.mails)) if p]
        return re.compile("|".join(parts), re.IGNORECASE) if parts else None

    @cached_property
    def ends(self) -> tuple[str, ...]:
        """Ends of his numbers as a column of digits holds them; what a database looks for before we look closer."""
        found = {digits_of(n)[-SHORTEST:] for n in self.numbers}
        return tuple(sorted(d for d in found if len(d) == SHORTEST))

    def cleaned(self, text: str) -> str:
        """The text without him."""
        return self.pattern.sub(GONE, text) if self.pattern is not None else text

    def mentioned(self, text: str) -> bool:
        return self.pattern is not None and self.pattern.search(text) is not None

    def plain(self) -> dict[str, Any]:
        """As JSON, for a job that must go on after a death."""
        return {
            "contacts": list(self.contacts),
            "numbers": list(self.numbers),
            "mails": list(self.mails),
            "country": self.country,
        }


def person_of(account: int, what: dict[str, Any]) -> Person:
    """The other way round."""
    return Person(
        account,
        str(what.get("country") or "FR"),
        tuple(int(c) for c in what.get("contacts", ())),
        tuple(str(n) for n in what.get("numbers", ())),
        tuple(str(m) for m in what.get("mails", ())),
    )


def whole_number(text: str, country: str) -> str:
    """What somebody typed as E.164; "" for what is no number."""
    return e164(text, country) or ""


def masked(text: str) -> str:
    """As much of a name or number as lets the one who knows it recognise it: `+33 •••••• 78`, `D•••`."""
    text = " ".join(text.split())
    digits = digits_of(text)
    if len(digits) >= SHORTEST and len(digits) >= len(text) - 6:
        return f"••• {digits[-2:]}"
    name, at, host = text.partition("@")
    if at:
        return f"{name[:1]}•••@{host[:1]}•••"
    return " ".join(f"{word[:1]}•••" for word in text.split()[:3]) or "•••"


def digits_of(text: str) -> str:
    return "".join(c for c in text if c.isdigit() and c.isascii())


def scrubbed(value: Any, person: Person, keys: frozenset[str] = frozenset()) -> Any:
    """A JSON document without the person: his numbers and addresses wherever they stand in a text, and all that stands
    under one of `keys`. Structure, identifiers, durations stay."""
    if isinstance(value, dict):
        return {k: _blank(v) if k in keys else scrubbed(v, person, keys) for k, v in value.items()}
    if isinstance(value, list):
        return [scrubbed(v, person, keys) for v in value]
    return person.cleaned(value) if isinstance(value, str) else value


def _blank(value: Any) -> Any:
    if isinstance(value, str):
        return ""
    if isinstance(value, dict):
        return {k: _blank(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_blank(v) for v in value]
    return None if isinstance(value, int | float) and not isinstance(value, bool) else value


def _number(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        digits = digits_of(number)
        return rf"(?<![0-9A-Za-z]){digits}(?![0-9A-Za-z])" if len(digits) >= SHORTEST else ""
    national = str(phonenumbers.national_significant_number(parsed))
    if len(national) < SHORTEST:
        return ""
    code = BETWEEN.join(str(parsed.country_code))
    prefix = rf"(?:(?:\+|00){BETWEEN}{code}{BETWEEN}(?:\(0\){BETWEEN})?|{code}{BETWEEN}|0{BETWEEN})?"
    return rf"(?<![0-9A-Za-z]){prefix}{BETWEEN.join(national)}(?![0-9A-Za-z])"


def _mail(mail: str) -> str:
    return rf"(?<![\w.+-]){re.escape(mail)}(?![\w-])" if mail else ""


def tidy_mails(mails: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({m.strip().lower() for m in mails if "@" in m}))
