"""Texts compared without capitals and accents, letter by letter: the same in Python, SQLite and PostgreSQL. Pure."""

from __future__ import annotations

import unicodedata

_LATIN = range(0xC0, 0x180)
"""Latin-1 and Latin Extended-A: the letters of Europe's languages with a Latin alphabet."""


def _base(code: int) -> str:
    letters = unicodedata.normalize("NFKD", chr(code))
    base = "".join(c for c in letters if not unicodedata.combining(c)).lower()
    return base if len(base) == 1 else chr(code).lower()


ACCENTED = str.join("", (chr(c) for c in _LATIN if len(_base(c)) == 1 and _base(c) != chr(c)))
"""Letters that are compared as another one, and (at the same place) as which."""
BASES = str.join("", (_base(ord(c)) for c in ACCENTED))

_TABLE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ" + ACCENTED, "abcdefghijklmnopqrstuvwxyz" + BASES)


def plain(text: str | None) -> str | None:
    """`Éloïse` is `eloise`; letters of other alphabets stay as they are. SQLite calls it by this name (`db.py`)."""
    return text.translate(_TABLE) if isinstance(text, str) else text
