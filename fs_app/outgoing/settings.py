"""What an account's agents may dial, as the rules have it (`outgoing.model.OutgoingSettings`). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")
_SHORT = re.compile(r"[0-9*#]{2,6}")


@dataclass(frozen=True, slots=True)
class Settings:
    emergency: bool = True
    short: frozenset[str] = frozenset()
    only: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()
    premium: bool = False
    withheld: bool = False


DEFAULT = Settings()


def words(text: str) -> list[str]:
    """The parts of a list as people type it."""
    return [word for word in re.split(r"[\s,;]+", text) if word]


def prefix(word: str) -> str | None:
    """A beginning of numbers in international form: `+33`, `0033`, `33 8 92` are not told from national ones without
    their plus. None: not one."""
    bare = re.sub(r"[().\-]", "", word)
    bare = "+" + bare[2:] if bare.startswith("00") else bare
    return bare if _PREFIX.fullmatch(bare) else None


def short(word: str) -> str | None:
    return word if _SHORT.fullmatch(word) else None


def of_row(
    emergency: bool, short_text: str, only: str, barred: str, premium: bool, withheld: bool
) -> Settings:
    """From the database; what makes no sense in it is left out."""
    return Settings(
        emergency,
        frozenset(w for word in words(short_text) if (w := short(word))),
        tuple(p for word in words(only) if (p := prefix(word))),
        tuple(p for word in words(barred) if (p := prefix(word))),
        premium,
        withheld,
    )
