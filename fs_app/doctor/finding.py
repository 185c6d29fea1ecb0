"""What a check says: which rule is broken, with the values that its sentence needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """`error`: something does not work, or stands open. `warning`: it will not for long, or not well. `note`: good to
    know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


EXIT_STATUS = {Level.NOTE: 0, Level.WARNING: 1, Level.ERROR: 2}

MOST_NAMES = 6
"""So many names stand in a sentence; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` names the sentences `doctor.RULE` and `doctor.RULE.mend`; `account` whose it is, 0: the installation's."""

    rule: str
    level: Level
    params: dict[str, Any] = field(default_factory=dict)
    account: int = 0

    @property
    def family(self) -> str:
        return self.rule.partition(".")[0]


def names(found: list[str]) -> str:
    """A list for a sentence: sorted, the first few, and how many more."""
    shown = sorted(set(found))
    more = len(shown) - MOST_NAMES
    return ", ".join(shown[:MOST_NAMES]) + (f" … (+{more})" if more > 0 else "")
