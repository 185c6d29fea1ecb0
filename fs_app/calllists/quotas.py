"""How many positive results are wanted of whom (HN-410). A segment that is full stops by itself. Pure.

A quota is {"name", "filter": Filter, "most": n}. A record is held back as soon as one of the segments that it belongs
to is full; who belongs to none is called without bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_QUOTAS = 100
POSITIVE = "positive"
"""`last_result` of a record whose verdict counts: the category of its disposition."""


@dataclass(frozen=True, slots=True)
class Quota:
    name: str
    most: int
    filter: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """How far a segment is."""

    name: str
    most: int
    reached: int

    @property
    def full(self) -> bool:
        return self.reached >= self.most

    @property
    def percent(self) -> int:
        return 100 if self.most <= 0 else min(100, self.reached * 100 // self.most)


def quotas(stored: Sequence[Mapping[str, Any]]) -> list[Quota]:
    return [
        Quota(str(one.get("name") or ""), int(one.get("most") or 0), one.get("filter") or {})
        for one in stored
    ]


def filled(found: Sequence[Quota], reached: Sequence[int]) -> list[Filled]:
    return [Filled(quota.name, quota.most, n) for quota, n in zip(found, reached, strict=True)]
