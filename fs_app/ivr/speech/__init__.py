"""Which spoken files make a value: a number, a date, a time, an amount, digits.

Each language has a module of its own, because each has a grammar of its own.
"""

from __future__ import annotations

SORTS = ("number", "digits", "date", "time", "amount")
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "CAD", "XOF", "XAF", "MAD")

MOST_DIGITS = 40


def files(language: str, what: str, value: str, currency: str = "EUR") -> list[str] | None:
    """The files, relative to the folder of sounds; None: this is no such value."""
    if what == "digits":
        return digits(language, value)
    return None


def digits(language: str, value: str) -> list[str] | None:
    """One after the other; what is no digit is passed over."""
    found = [sign for sign in value if sign in "0123456789"][:MOST_DIGITS]
    return [f"{language}/numbers/{digit}.wav" for digit in found] or None
