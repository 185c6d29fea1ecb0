"""In which order the agents who may take a caller are asked. Pure functions over small values."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who could take the call now.

    `idle_since` is UTC ms; `calls` and `talk_ms` are of his day so far; `tier` 1 is asked first.
    """

    agent: int
    idle_since: int = 0
    calls: int = 0
    talk_ms: int = 0
    tier: int = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """What an order may depend on besides the agents: whom this queue asked last, and the seed of its chance."""

    last: int = 0
    seed: str = ""


Ordered = list[Candidate]


def longest_idle(candidates: Sequence[Candidate], turn: Turn = Turn()) -> Ordered:
    """Who has been idle longest comes first."""
    return sorted(candidates, key=lambda c: (c.idle_since, c.agent))


def fewest_calls(candidates: Sequence[Candidate], turn: Turn = Turn()) -> Ordered:
    """Who has taken the fewest calls today; among equals who has been idle longest."""
    return sorted(candidates, key=lambda c: (c.calls, c.idle_since, c.agent))


def least_talk(candidates: Sequence[Candidate], turn: Turn = Turn()) -> Ordered:
    """Who has talked the shortest time today; among equals who has been idle longest."""
    return sorted(candidates, key=lambda c: (c.talk_ms, c.idle_since, c.agent))


def round_robin(candidates: Sequence[Candidate], turn: Turn = Turn()) -> Ordered:
    """One after the other in a fixed order, beginning behind the one whom the queue asked last."""
    return sorted(candidates, key=lambda c: (c.agent <= turn.last, c.agent))


def by_chance(candidates: Sequence[Candidate], turn: Turn = Turn()) -> Ordered:
    """Each order is as likely as any other; the same seed gives the same one."""
    ordered = sorted(candidates, key=lambda c: c.agent)
    random.Random(turn.seed).shuffle(ordered)
    return ordered


def tiers(candidates: Sequence[Candidate], turn: Turn = Turn()) -> Ordered:
    """The first tier first; within a tier who has been idle longest."""
    return sorted(candidates, key=lambda c: (c.tier, c.idle_since, c.agent))


STRATEGIES: dict[str, Callable[[Sequence[Candidate], Turn], Ordered]] = {
    "longest_idle": longest_idle,
    "fewest_calls": fewest_calls,
    "least_talk": least_talk,
    "round_robin": round_robin,
    "random": by_chance,
    "tiers": tiers,
    "ring_all": longest_idle,  # in this order they are named; how many at once: RING_AT_ONCE
}
DEFAULT = "longest_idle"

RING_AT_ONCE = 20
"""So many telephones ring for one caller at most: each is a call of the switch, and all but one ring in vain."""


def order(strategy: str, candidates: Sequence[Candidate], turn: Turn) -> Ordered:
    """By the named strategy; a name that nobody knows (a newer configuration) is the default."""
    return STRATEGIES.get(strategy, longest_idle)(candidates, turn)


def open_tiers(present: Sequence[int], waited_s: float, after_s: int) -> int:
    """Up to which tier agents are asked, `present` being the tiers that the queue's agents are in.

    The next tier joins each `after_s` of waiting; with 0 all are open, and only the order counts.
    """
    ranks = sorted(set(present))
    if not ranks:
        return 0
    if after_s <= 0:
        return ranks[-1]
    return ranks[min(len(ranks) - 1, int(waited_s // after_s))]
