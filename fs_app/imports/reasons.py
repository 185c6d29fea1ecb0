"""Why a line is not taken, or a value of it is left out. Pure.

A refusal is counted by its reason (`counts.refused`), and said by its key, which may be more precise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

REASONS = {
    "no_number": (),
    "number": ("value",),
    "country": ("value",),
    "zone": ("value",),
    "date": ("value",),
    "too_long": ("column", "most"),
    "nobody": (),
    "shifted": ("columns",),
    "blacklisted": (),
    "failed": (),
}
"""Reason → the parameters of its sentence, `imports.refused.REASON`."""

DUPLICATES = ("file", "list", "account")
"""`imports.duplicate.WHERE`"""

CHANGED = ("contact", "record", "row", "field", "made", "in_use")
"""Why an undo leaves something, `imports.kept.WHY`."""

CLIPPED = 60


@dataclass(frozen=True, slots=True)
class Refusal:
    """`outcome` as `counting` knows it."""

    outcome: str
    key: str
    params: Json = field(default_factory=dict)


def refused(reason: str, key: str = "", **params: Any) -> Refusal:
    clipped = {n: v[:CLIPPED] if isinstance(v, str) else v for n, v in params.items()}
    return Refusal(f"refused.{reason}", key or f"imports.refused.{reason}", clipped)


FILTERED = Refusal("filtered", "imports.filtered")
EMPTY = Refusal("empty", "imports.empty")
DUPLICATE = {where: Refusal(f"duplicates.{where}", f"imports.duplicate.{where}") for where in DUPLICATES}
