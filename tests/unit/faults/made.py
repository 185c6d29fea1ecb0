"""Histories by hand: one small centre, everything right; a test breaks one thing."""

from __future__ import annotations

from typing import Any

from tests.faults.history import (
    Ack,
    Caller,
    Fault,
    History,
    Leg,
    Picture,
    QueueRule,
    Row,
    Rules,
    Span,
    Step,
)

SALES, URGENT = 1, 2
DID, VIP, URGENT_DID = "+331", "+332", "+333"
ANN, BOB = 11, 12
SKILL = 5
MESSAGE = "en/away.wav"

RULES = Rules(
    queues={
        SALES: QueueRule(SALES, frozenset({ANN, BOB})),
        URGENT: QueueRule(URGENT, frozenset({ANN}), priority=3),
    },
    dids={DID: (SALES, 0), VIP: (SALES, 5), URGENT_DID: (URGENT, 0)},
    messages=frozenset({MESSAGE}),
)


def caller(
    name: str,
    at: float,
    until: float | None = None,
    *,
    did: str = DID,
    cause: str = "NORMAL_CLEARING",
    by: str = "recv_bye",
    **more: Any,
) -> Leg:
    """An answered leg of somebody who called."""
    return Leg(
        name, True, "caller", name, did, created=at, answered=at + 0.1, ended=until, cause=cause,
        disposition=by if until is not None else "", sip_call_id=f"sip-{name}", **more,
    )  # fmt: skip


def ring(call: Leg, agent: int, at: float, until: float, queue: int = SALES, name: str = "") -> Leg:
    """An agent's telephone that rang for a call and was not answered."""
    return Leg(
        name or f"{call.id}-{agent}-{at}", False, "agent", call=call.id, agent=agent, queue=queue,
        created=at, ringing=at, ended=until, cause="NO_ANSWER",
    )  # fmt: skip


def talk(call: Leg, agent: int, at: float, begin: float, until: float, queue: int = SALES) -> Leg:
    """It rang at `at`, and they talked from `begin`."""
    leg = ring(call, agent, at, until, queue)
    leg.answered, leg.cause, leg.spans = begin, "NORMAL_CLEARING", [Span(call.id, begin, until)]
    call.spans.append(Span(leg.id, begin, until))
    return leg


def row(leg: Leg, outcome: str, **more: Any) -> Row:
    values: dict[str, Any] = {
        "ended": leg.ended, "ended_by": "caller", "agent": None, "disposition": None, "note": "", "ticket": 1,
    }  # fmt: skip
    return Row(leg.id, outcome, **{**values, **more})


def history(*legs: Leg, rules: Rules = RULES, **more: Any) -> History:
    """With the reservations that were there."""
    made = History(rules=rules, legs={leg.id: leg for leg in legs}, until=1000.0, **more)
    made.offers = {g.id: (g.call, g.agent) for g in made.agents_legs() if g.agent is not None}
    return made


def steps(agent: int, *changes: tuple[float, str, str, str]) -> list[Step]:
    """(moment, machine, old, new)."""
    return [Step(i, at, agent, machine, old, new) for i, (at, machine, old, new) in enumerate(changes, 1)]


def picture(agent: int, at: float, state: str, **more: Any) -> Picture:
    return Picture(at, at, agent, state, **more)


def fault(kind: str, begin: float, end: float, **more: Any) -> Fault:
    return Fault(0, kind, begin, end, end, **more)


def heard(name: str, *moments: tuple[float, bool]) -> Caller:
    return Caller(name, DID, f"sip-{name}", 0.0, heard=list(moments))


__all__ = ["Ack"]
