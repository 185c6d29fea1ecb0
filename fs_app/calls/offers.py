"""An offer: an agent reserved for a call while his telephone rings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from fs_app.calls.context import Context, OfferDeadline, OfferOutcome
from fs_app.calls.state import Call, Leg, Stage
from fs_app.catalog import AgentInfo, QueueInfo
from fs_app.ports import Originate, OriginateResult, Outcome

GRACE_S = 3.0
"""The switch ends the ringing itself; our own deadline comes this much later, for when it does not."""

SILENT = frozenset({"NO_ANSWER", "NO_USER_RESPONSE", "RECOVERY_ON_TIMER_EXPIRE"})
"""Causes of a telephone that says nothing; one that rang first was only not picked up."""

SILENT_S = 300.0
"""A silent telephone that does not register again is tried again after this time."""

WITHDRAWN = frozenset({"ORIGINATOR_CANCEL", "LOSE_RACE", "WITHDRAWN"})
"""Causes that are no fault of the agent."""


def make(ctx: Context, call: Call, queue: QueueInfo, agent: int, told: Mapping[str, Any]) -> None:
    """Reserve the agent and ring his telephone. Called by routing, without yielding. `told` is why it is he, for
    the journal (BY-31)."""
    info = ctx.catalog.agent(agent)
    assert info is not None
    contact = ctx.phones.contact(info.number, info.domain)
    assert contact is not None
    leg = str(uuid4())
    deadline = ctx.clock.now_ms() + int((queue.ring_s + GRACE_S) * 1000)
    ctx.stage(call, "offered", why=str(told.get("chosen_by", "")))
    ctx.record(
        call,
        "offer.made",
        agent=agent,
        agent_name=info.name,
        leg=leg,
        number=info.number,
        deadline=deadline,
        role="agent",
        **told,
    )
    ctx.agents.offered(agent, call.id, deadline)
    pending = ctx.switch.originate(
        Originate(
            leg=leg,
            endpoint=contact,
            caller_number=call.caller_number,
            caller_name=call.caller_name,
            ring_s=queue.ring_s,
            variables={
                "fsapp_account": str(call.account),
                "fsapp_call": call.id,
                "fsapp_role": "agent",
                "fsapp_agent": str(agent),
                "fsapp_queue": str(queue.id),
                "park_after_bridge": "true",
                "hangup_after_bridge": "false",
            },
        )
    )
    ctx.runtime(call).listened_to = leg
    call_id = call.id

    def ended(outcome: Outcome[OriginateResult]) -> None:
        if outcome.error is not None:
            # Lost with the link or late: it may ring all the same. The comparison with the switch decides.
            return
        if outcome.value is not None and not outcome.value.answered:
            ctx.tell(call_id, OfferOutcome(leg, outcome.value.cause))

    pending.then(ended)
    arm(ctx, call)


def arm(ctx: Context, call: Call) -> None:
    """Watch the deadline (also after a start, for offers that were running)."""
    if call.offer is None:
        return
    call_id, leg = call.id, call.offer.leg
    left = (call.offer.deadline - ctx.clock.now_ms()) / 1000
    ctx.clock.call_later(left, lambda: ctx.tell(call_id, OfferDeadline(leg)))


def failed(ctx: Context, call: Call, cause: str, at: int | None = None) -> None:
    """The offer came to nothing: the agent rests or is free again, the caller keeps his place."""
    offer = call.offer
    agent = offer.agent if offer is not None else call.agent
    if agent is None or call.stage not in (Stage.OFFERED, Stage.CONNECTING):
        return
    info = ctx.catalog.agent(agent)
    ctx.record(call, "offer.failed", at, agent=agent, agent_name=info.name if info else "", why=cause)
    if offer is not None and info is not None and cause in SILENT:
        _not_even_rung(ctx, call, call.legs[offer.leg], info)
    queue = ctx.queue(call)
    # The caller is back in the line before the agent is free: he must not lose his turn to the next one.
    ctx.stage(call, "offer_failed", why=cause, at=at)
    if cause in WITHDRAWN:
        ctx.agents.withdrawn(agent, call.id)
    else:
        ctx.agents.not_answered(
            agent,
            call.id,
            cause,
            queue.no_answer_delay_s if queue else 10,
            queue.inter_call_s if queue else 0,
        )
    # Picked up, but never connected:
    ctx.agents.call_over(agent, call.id, must_qualify=False, pause_s=queue.inter_call_s if queue else 0)


def _not_even_rung(ctx: Context, call: Call, leg: Leg, info: AgentInfo) -> None:
    """A dead telephone must not cost caller after caller a whole time of ringing (and its agent his good name)."""
    rang = leg.ringing_at is not None or leg.answered_at is not None
    if rang or ctx.runtime(call).listened_to != leg.id:
        return
    user, domain = info.number, info.domain

    def once_more() -> None:
        ctx.phones.perhaps_back(user, domain)
        for queue in info.queues:
            ctx.kick(queue)

    ctx.phones.silent(user, domain)
    ctx.clock.call_later(SILENT_S, once_more)


def withdraw(ctx: Context, call: Call) -> None:
    """The caller is gone: a telephone that rings stops, one that was picked up is put down."""
    if call.offer is not None:
        ctx.record(call, "offer.failed", agent=call.offer.agent, why="WITHDRAWN")
        # call.offer is None from here on: the entry was applied
    for leg in call.legs.values():
        if leg.live and leg.agent is not None:
            ctx.agents.withdrawn(leg.agent, call.id)
            cause = "ORIGINATOR_CANCEL" if leg.answered_at is None else "NORMAL_CLEARING"
            ctx.command(call, ctx.switch.hangup(leg.id, cause))
