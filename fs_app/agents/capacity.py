"""How much of each kind of work an agent does at once (BY-42). One function says whether there is room for more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of work. Callers are VOICE; the others have their place in the settings, and no work yet."""

    VOICE = "voice"
    CHAT = "chat"
    MAIL = "mail"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Capacity:
    """So many at once; 0: none of this kind."""

    voice: int = 1
    chat: int = 3
    mail: int = 1
    case: int = 1

    def of(self, kind: Kind) -> int:
        return int(getattr(self, kind.value))


DEFAULT = Capacity()


def has_room(capacity: Capacity, kind: Kind, busy: Mapping[Kind, int]) -> bool:
    """May one more of this kind be reserved? `busy` is what he has: reserved, in work or to be finished. Whoever is
    on the telephone does nothing else meanwhile, and whoever does anything else is not called."""
    if busy.get(kind, 0) >= capacity.of(kind):
        return False
    if kind is Kind.VOICE:
        return not any(busy.values())
    return busy.get(Kind.VOICE, 0) == 0
