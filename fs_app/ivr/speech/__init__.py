"""Which spoken files make a value: a number, a date, a time, an amount, digits.

Each language has a module of its own, because each has a grammar of its own; a test compares many values with the
words that people write, another finds each file.
"""

from __future__ import annotations

from typing import Any

from fs_app.ivr.speech import en, es, fr, parts

SORTS = ("number", "digits", "date", "time", "amount")

CURRENCIES = {
    "EUR": "euro",
    "USD": "dollar",
    "GBP": "pound",
    "CHF": "franc",
    "CAD": "dollar",
    "XOF": "cfa",
    "XAF": "cfa",
    "MAD": "dirham",
}
"""Code → the name of its pieces."""

WITHOUT_CENTS = ("XOF", "XAF")

LANGUAGES: dict[str, Any] = {"fr": fr, "en": en, "es": es}
"""Each has number, amount, day, clock and PIECES."""


def files(language: str, what: str, value: str, currency: str = "EUR") -> list[str] | None:
    """The files, relative to the folder of sounds; None: this is no such value, or one too large to be said."""
    spoken = pieces(language, what, value, currency)
    return [f"{language}/{name}.wav" for name in spoken] if spoken else None


def pieces(language: str, what: str, value: str, currency: str = "EUR") -> list[str] | None:
    """The names of the pieces, in order."""
    grammar = LANGUAGES.get(language)
    if grammar is None:
        return None
    match what:
        case "digits":
            return digits(value)
        case "number":
            number = parts.number(value)
            return grammar.number(number) if number is not None else None
        case "date":
            day = parts.day(value)
            return grammar.day(day) if day is not None else None
        case "time":
            clock = parts.clock(value)
            return grammar.clock(clock) if clock is not None else None
        case "amount" if currency in CURRENCIES:
            amount = parts.amount(value, currency not in WITHOUT_CENTS)
            return grammar.amount(amount, CURRENCIES[currency]) if amount is not None else None
        case _:
            return None


def digits(value: str) -> list[str] | None:
    """One after the other, a plus in front too; what is neither is passed over."""
    signs = value.strip()[: 2 * parts.MOST_DIGITS]
    found = [f"numbers/{sign}" for sign in signs if sign in "0123456789"][: parts.MOST_DIGITS]
    return [*(["say/plus"] if signs.startswith("+") else []), *found] if found else None
