"""(2) One agent per call, one ringing telephone and one line per agent; nobody is rung twice for one reservation."""

from __future__ import annotations

from itertools import groupby, pairwise

from tests.faults.history import NEVER, History, Leg, Violation

LINES, RESERVATIONS = "lines", "reservations"
HANG_UP_S = 0.6
"""A leg that is being hung up may still be seen for so long (a round trip and its events)."""


def check(history: History) -> list[Violation]:
    found: list[Violation] = []
    legs = sorted(history.agents_legs(), key=lambda g: (g.agent or 0, g.created))
    for agent, group in groupby(legs, key=lambda g: g.agent):
        for one, other in _pairs(list(group)):
            found.append(
                Violation(
                    LINES,
                    other.created,
                    f"agent {agent} has two lines for {_overlap(one, other):.1f} s: "
                    f"{one.id} (call {one.call}) and {other.id} (call {other.call})",
                )
            )
    for caller in history.incoming():
        spans = sorted((s for s in caller.spans if s.other in history.legs), key=lambda s: s.begin)
        for first, second in pairwise(spans):
            if min(first.end, second.end) - second.begin > HANG_UP_S:
                found.append(
                    Violation(
                        LINES,
                        second.begin,
                        f"caller {caller.number} is connected with two: {first.other}, {second.other}",
                    )
                )
    return found


def check_reservations(history: History) -> list[Violation]:
    """Each telephone that rang was reserved, for this call and this agent; a call rings one at a time, unless its
    queue rings all."""
    found: list[Violation] = []
    for leg in history.agents_legs():
        claim = history.offers.get(leg.id)
        if claim is None:
            found.append(
                Violation(
                    RESERVATIONS, leg.created, f"agent {leg.agent} was rung by {leg.id} without a reservation"
                )
            )
        elif claim != (leg.call, leg.agent):
            found.append(
                Violation(
                    RESERVATIONS,
                    leg.created,
                    f"{leg.id} rang agent {leg.agent} for {leg.call}, reserved was {claim}",
                )
            )
    calls = sorted(history.agents_legs(), key=lambda g: (g.call, g.created))
    for call, group in groupby(calls, key=lambda g: g.call):
        for one, other in _pairs(list(group)):
            if one.queue == other.queue and _rings_all(history, one.queue):
                continue
            found.append(
                Violation(
                    RESERVATIONS,
                    other.created,
                    f"call {call} rings agents {one.agent} and {other.agent} at once",
                )
            )
    return found


def _rings_all(history: History, queue: int | None) -> bool:
    rule = history.rules.queues.get(queue or 0)
    return rule is not None and rule.ring_all


def _pairs(legs: list[Leg]) -> list[tuple[Leg, Leg]]:
    """Those that live at the same time for longer than a hang-up takes."""
    return [(a, b) for i, a in enumerate(legs) for b in legs[i + 1 :] if _overlap(a, b) > HANG_UP_S]


def _overlap(one: Leg, other: Leg) -> float:
    end = min(one.over, other.over)
    begin = max(one.created, other.created)
    return (1e9 if end == NEVER else end) - begin
