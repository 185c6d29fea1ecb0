"""What the columns of a file seem to be: by their names, and by what is in them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from fs_app.imports.reading import contents
from fs_app.imports.reading.vocabulary import folded, number_kind, target_of

if TYPE_CHECKING:
    from fs_app.imports.reading.looking import Sample

MOST_NUMBERS = 9
WHY = {
    "name": "import.match.name",
    "content": "import.match.content",
    "both": "import.match.both",
    "field": "import.match.field",
    "none": "import.match.none",
}
"""Why a column was matched → its sentence."""


class Named(Protocol):
    """A field of the account's own."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    kind: str = "TEXT"


@dataclass(frozen=True, slots=True)
class Match:
    """`column` is to go to `target` ("": nowhere). `kind`: of a number, where its name says it. `confidence`: 0 to 1.

    `why`: a key of WHY.
    """

    column: int
    target: str
    kind: str = ""
    confidence: float = 0.0
    why: str = "none"


def guesses(sample: Sample, fields: Sequence[Named] = (), country: str = "FR") -> list[Match]:
    """One per column, in their order; no target twice. `country`: where numbers without a country belong to."""
    own = {_glued(text): f"custom.{field.name}" for field in fields for text in (field.name, field.label)}
    found = [_match(sample, column, own, country) for column in range(len(sample.header))]
    return _each_once(found)


def _glued(name: str) -> str:
    return folded(name).replace(" ", "")


def _match(sample: Sample, column: int, own: dict[str, str], country: str) -> Match:
    name = sample.header[column]
    target, sure = target_of(name)
    mine = own.get(_glued(name))
    if mine is not None and sure < 0.9:
        return Match(column, mine, "", 0.95, "field")
    seen = contents.of((row[column] for row in sample.rows if column < len(row)), country)
    kind = number_kind(name) if target == "number" or seen.target == "number" else ""
    if not target:
        if not seen.target or contents.is_denied(name):
            return Match(column, "")
        return Match(column, seen.target, kind, round(seen.sure, 2), "content")
    if seen.target == target:
        return Match(column, target, kind, round(min(0.99, max(sure, seen.sure) + 0.03), 2), "both")
    if seen.filled and contents.contradicts(target, seen):
        if seen.target and seen.sure >= 0.85:
            return Match(column, seen.target, kind, round(seen.sure - 0.1, 2), "content")
        return Match(column, target, kind, round(sure / 3, 2), "name") if sure > 0.9 else Match(column, "")
    return Match(column, target, kind, round(sure, 2), "name")


def _each_once(found: list[Match]) -> list[Match]:
    """The surest has the target; numbers get their places in the order of the columns."""
    taken: set[str] = set()
    kept: dict[int, Match] = {}
    for match in sorted(found, key=lambda m: (-m.confidence, m.column)):
        if match.target and match.target != "number":
            if match.target in taken:
                match = Match(match.column, "")
            else:
                taken.add(match.target)
        kept[match.column] = match
    place = 0
    result = []
    for column in sorted(kept):
        match = kept[column]
        if match.target == "number":
            place += 1
            if place > MOST_NUMBERS:
                match = Match(column, "")
            else:
                match = Match(column, f"number.{place}", match.kind, match.confidence, match.why)
        result.append(match)
    return result
