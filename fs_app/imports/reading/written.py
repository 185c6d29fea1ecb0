"""How people and spreadsheets write telephone numbers: from a cell's text to digits that may be one. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_APART = " \t\r\n\u00a0\u202f\u2007\u2009\u200a\u2002\u2003\u3000.-/()[]_·•"
_APART += "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad"
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"

PLAIN = str.maketrans("", "", _APART + _UNSEEN)
"""Takes away what stands between the digits of one number."""

_DECIMALS = re.compile(r"(\+?\d{6,15})[.,]0{1,2}")
_EXPONENT = re.compile(r"\+?(\d)(?:[.,](\d*))?[eE]\+?(\d{1,2})")
_EXTENSION = re.compile(
    r"[\s,;]*(?:\(\s*)?(?:\b(?:poste|pste|ext(?:ension|n|\.)?|int(?:erno|\.)?|anexo)\s*[.:]?|(?<![^\W\d_])x|#)\s*(\d{1,6})\s*\)?\s*$",
    re.I,
)
_BETWEEN = re.compile(
    r"[;|,\n\r\t&\\]+|\s+(?:ou|et|or|and|y|o|u|puis|sinon|/|-|–|—)\s+|/{1,2}(?=\s*(?:\+|0))", re.I
)
_RUN = re.compile(r"\+?[(\[]?\+?\d[\d \u00a0\u202f.()\[\]/\-\u2010-\u2015]*\d|\+?\d{2,}")
_DATE = re.compile(
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}\s.*"
)
_LETTERS = re.compile(r"[^\W\d_]")
_MIXED = re.compile(r"\d[\s.\-]*[^\W\d_]+[\s.\-]*\d")
_ZERO = re.compile(r"(?<![^\W\d_oO])[oO](?![^\W\d_oO])")
_LINK = re.compile(r"^\s*(?:tel|callto|sip|whatsapp)\s*:\s*(?://)?", re.I)

FEWEST = 6
"""Digits of what may be a number among others in one cell."""


class Written(NamedTuple):
    """`digits`, whether a plus stood before them, what had to be repaired; or why there is nothing (`wrong`)."""

    digits: str
    plus: bool = False
    repaired: tuple[str, ...] = ()
    wrong: str = ""


def candidates(text: str) -> Iterator[Written]:
    """What the text may say, the likeliest first."""
    if text.isascii() and text.isdigit():
        yield Written(text)
        yield from _glued(text)
        return
    text = _even(text)
    if not text:
        yield Written("", wrong="empty")
        return
    if not any(c.isdigit() for c in text):
        yield Written("", wrong="letters" if _LETTERS.search(text) else "no_number")
        return
    exponent = _EXPONENT.fullmatch(text.replace(" ", ""))
    if exponent is not None:
        yield _of_exponent(exponent)
        return
    decimals = _DECIMALS.fullmatch(text)
    if decimals is not None:
        digits = decimals.group(1)
        yield Written(digits.removeprefix("+"), digits[0] == "+", ("decimals",))
        return
    if _DATE.fullmatch(text):
        yield Written("", wrong="no_number")
        return
    whole = _digits(text)
    if whole is not None:
        yield whole
    yield from _with_extras(text)


def _with_extras(text: str) -> Iterator[Written]:
    extension = _EXTENSION.search(text)
    if extension is not None and extension.start() >= FEWEST:
        before = _digits(text[: extension.start()])
        if before is not None:
            yield before._replace(repaired=("extension",))
        text = text[: extension.start()]
    if "o" in text or "O" in text:
        read = _digits(_ZERO.sub("0", text))
        if read is not None:
            yield read._replace(repaired=("letter_o",))
    parts = [part for part in _BETWEEN.split(text) if sum(c.isdigit() for c in part) >= FEWEST]
    if len(parts) > 1:
        for part in parts:
            yield from (w._replace(repaired=(*w.repaired, "second")) for w in _alone(part))
        return
    glued = list(_glued(text.translate(PLAIN)))
    if glued:
        yield from glued
        return
    runs = [m.group() for m in _RUN.finditer(text)]
    long = [run for run in runs if sum(c.isdigit() for c in run) >= 8]
    if len(long) > 1 and not _MIXED.search(text):
        for run in long:
            yield from (w._replace(repaired=("second",)) for w in _alone(run))
        return
    if _LETTERS.search(text):
        yield from _alone(text)
        yield Written("", wrong="letters")


def _glued(digits: str) -> Iterator[Written]:
    """Two numbers without anything between them."""
    half = len(digits) // 2
    if len(digits) in (18, 20, 22) and digits.isdigit() and digits[0] == digits[half]:
        yield Written(digits[:half], False, ("second",))


def _alone(text: str) -> Iterator[Written]:
    """One number with words around it, not within it."""
    whole = _digits(text)
    if whole is not None:
        yield whole
        return
    runs = [m.group() for m in _RUN.finditer(text) if sum(c.isdigit() for c in m.group()) >= FEWEST]
    if len(runs) != 1 or _is_torn(text, runs[0]):
        return
    read = _digits(runs[0])
    if read is not None:
        yield read._replace(repaired=("text",))


def _is_torn(text: str, run: str) -> bool:
    """Whether letters stand directly at the number: 06AB123456 is nobody's."""
    start = text.index(run)
    before, after = text[start - 1 : start], text[start + len(run) : start + len(run) + 1]
    rest = text[:start] + " " + text[start + len(run) :]
    return (
        (before.isalpha() and any(c.isdigit() for c in text[:start]))
        or after.isalpha()
        or _stray_digits(rest)
    )


def _stray_digits(rest: str) -> bool:
    """More digits than the one that numbers a telephone (`Tél 1`), or a short note behind it."""
    return sum(c.isdigit() for c in rest) > 4


def _digits(text: str) -> Written | None:
    bare = text.translate(PLAIN)
    plus = bare.startswith("+")
    bare = bare.lstrip("+") if plus else bare
    if not (bare.isascii() and bare.isdigit()):
        return None
    return Written(bare, plus)


def _of_exponent(found: re.Match[str]) -> Written:
    """3.3612E+10 has lost its last digits; 3.3612345678E+10 has not."""
    first, rest, exponent = found.group(1), found.group(2) or "", int(found.group(3))
    if exponent > 16 or len(rest) < exponent:
        return Written("", wrong="exponent")
    digits = first + rest[:exponent]
    if rest[exponent:].strip("0"):
        return Written("", wrong="exponent")
    return Written(digits, False, ("exponent",))


def _even(text: str) -> str:
    """Digits of all scripts as ours, blanks of all kinds as one, no marks that nobody sees."""
    if not text.isascii():
        text = "".join(
            " " if c.isspace() else c for c in unicodedata.normalize("NFKC", text) if c not in _UNSEEN
        )
        text = "".join(str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c for c in text)
    text = _LINK.sub("", text.strip().strip("'\"`´‘’=").strip())
    return text.strip(" '\"*<>")
