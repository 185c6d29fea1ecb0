"""An offer: an agent reserved for a call while his telephone rings. With the strategy ring all a call has several;
who picks up first has it, and the others are let go without a word against them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from fs_app.calls.context import Context, MenuDialOver, OfferDeadline, OfferOutcome
from fs_app.calls.stages import Stage
from fs_app.calls.state import NO_FAULT, Call, Leg, Offer
from fs_app.facts import LegParked
from fs_app.infos import AgentInfo, QueueInfo
from fs_app.ports import Originate, OriginateResult, Outcome

GRACE_S = 3.0
"""The switch ends the ringing itself; our own deadline comes this much later, for when it does not."""

SILENT = frozenset({"NO_ANSWER", "NO_USER_RESPONSE", "RECOVERY_ON_TIMER_EXPIRE"})
"""Causes of a telephone that says nothing; one that rang first was only not picked up."""

SILENT_S = 300.0
"""A silent telephone that does not register again is tried again after this time."""


def make(ctx: Context, call: Call, queue: QueueInfo, agent: int, told: Mapping[str, Any]) -> None:
    """Reserve the agent and ring his telephone, beside those that ring already (ring all). Called by routing, without
    yielding. `told` is why it is he, for the journal (BY-31)."""
    info = ctx.catalog.agent(agent)
    assert info is not None
    line = ctx.lines.leg(agent)
    contact = ctx.phones.contact(info.number, info.domain)
    assert line or contact is not None
    leg = line or str(uuid4())
    deadline = ctx.clock.now_ms() + int((queue.ring_s + GRACE_S) * 1000)
    if call.stage is not Stage.OFFERED:
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
        **({"line": True} if line else {}),
        **told,
    )
    if call.is_own(agent):
        ctx.agents.dials(agent, call.id)
    else:
        ctx.agents.offered(agent, call.id, deadline)
    if line or contact is None:
        ctx.tell(call.id, LegParked(ctx.clock.now_ms() * 1000, leg))  # picked up already, and at rest
        return
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
    ctx.runtime(call).listened_to.add(leg)
    call_id = call.id

    def ended(outcome: Outcome[OriginateResult]) -> None:
        if outcome.error is not None:
            # Lost with the link or late: it may ring all the same. The comparison with the switch decides.
            return
        if outcome.value is not None and not outcome.value.answered:
            ctx.tell(call_id, OfferOutcome(leg, outcome.value.cause))

    pending.then(ended)
    arm(ctx, call, leg)


def arm(ctx: Context, call: Call, leg: str) -> None:
    """Watch the deadline of an offer (also after a start, for those that were running)."""
    offer = call.offers.get(leg)
    if offer is None:
        return
    call_id = call.id
    left = (offer.deadline - ctx.clock.now_ms()) / 1000
    ctx.clock.call_later(left, lambda: ctx.tell(call_id, OfferDeadline(leg)))


def deadline(ctx: Context, call: Call, leg_id: str, over: Callable[[Call, Leg, str], None]) -> None:
    """The reservation has run out: the telephone stops, and `over(call, leg, cause)` does what follows."""
    offer = call.offers.get(leg_id)
    if call.stage is not Stage.OFFERED or offer is None:
        return
    if ctx.clock.now_ms() < offer.deadline - 50:
        arm(ctx, call, leg_id)  # the timer ran early, or the deadline moved
        return
    if not ctx.switch.up:
        return  # nothing can be known now; the comparison after the link's return decides
    ctx.command(call, ctx.switch.hangup(leg_id, "NO_ANSWER"))
    over(call, call.legs[leg_id], "NO_ANSWER")


def failed(ctx: Context, call: Call, leg: Leg, cause: str, at: int | None = None) -> None:
    """The offer came to nothing: the agent rests or is free again. The caller keeps his place in the line, unless
    other telephones ring for him still."""
    agent, offered = leg.agent, leg.id in call.offers
    if agent is None or call.stage not in (Stage.OFFERED, Stage.CONNECTING):
        return
    info = ctx.catalog.agent(agent)
    own = call.is_own(agent)  # nobody waited for him: he has missed nothing
    ctx.record(
        call,
        "offer.failed",
        at,
        agent=agent,
        agent_name=info.name if info else "",
        leg=leg.id,
        why=cause,
        **({"own": True} if own else {}),
    )
    if offered and info is not None and cause in SILENT:
        _not_even_rung(ctx, call, leg, info)
    queue = ctx.queue(call)
    if not call.offers and transferred(call):
        ctx.transfer_failed(call, cause)
    elif not call.offers and call.flow is not None:
        ctx.stage(call, "back_in_menu", why=cause, at=at)
        ctx.tell(call.id, MenuDialOver(cause))
    elif not call.offers:
        # The caller is back in the line before the agent is free: he must not lose his turn to the next one.
        ctx.stage(call, "offer_failed", why=cause, at=at)
    if cause in NO_FAULT or own:
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
    pause_s = queue.inter_call_s if queue is not None and not own else 0
    ctx.agents.call_over(agent, call.id, must_qualify=False, pause_s=pause_s)


def transferred(call: Call) -> bool:
    """Somebody was to get him by a blind transfer."""
    return call.transfer is not None and call.transfer.begun


def _not_even_rung(ctx: Context, call: Call, leg: Leg, info: AgentInfo) -> None:
    """A dead telephone must not cost caller after caller a whole time of ringing (and its agent his good name)."""
    rang = leg.ringing_at is not None or leg.answered_at is not None
    if rang or leg.id not in ctx.runtime(call).listened_to:
        return
    user, domain = info.number, info.domain

    def once_more() -> None:
        ctx.phones.perhaps_back(user, domain)
        for queue in info.queues:
            ctx.kick(queue)

    ctx.phones.silent(user, domain)
    ctx.clock.call_later(SILENT_S, once_more)


def lost_race(ctx: Context, call: Call, losers: Sequence[Offer]) -> None:
    """Somebody else was faster: these telephones stop ringing, and say that the call was taken elsewhere (what
    FreeSWITCH makes of LOSE_RACE in its CANCEL). Nobody missed anything."""
    for offer in losers:
        info = ctx.catalog.agent(offer.agent)
        ctx.record(
            call,
            "offer.failed",
            agent=offer.agent,
            agent_name=info.name if info else "",
            leg=offer.leg,
            why="LOSE_RACE",
        )
        leg = call.legs.get(offer.leg)
        if leg is not None and leg.live:
            let_go(ctx, call, leg, "LOSE_RACE")
    for offer in losers:  # only now: the first of them who is free may get the next call at once
        ctx.agents.withdrawn(offer.agent, call.id)


def withdraw(ctx: Context, call: Call) -> list[int]:
    """The caller is gone: telephones that ring stop, one that was picked up is put down. Returns the agents, who are
    to be freed when the call is out of the way: one who is ready gets the next one at once."""
    for offer in list(call.offers.values()):
        ctx.record(call, "offer.failed", agent=offer.agent, leg=offer.leg, why="WITHDRAWN")
        # call.offers does not hold it any more: the entry was applied
    agents = []
    for leg in call.legs.values():
        if leg.live and leg.agent is not None:
            agents.append(leg.agent)
            let_go(ctx, call, leg, "ORIGINATOR_CANCEL" if leg.answered_at is None else "NORMAL_CLEARING")
    return agents


def of_line(leg: Leg) -> dict[str, bool]:
    """Of a permanent line the database has a row for each call: the entries say so."""
    return {"line": True} if leg.line else {}


def let_go(ctx: Context, call: Call, leg: Leg, cause: str) -> None:
    """His telephone stops ringing, or is put down. A permanent line stays: only its part in this call is over."""
    if not leg.line:
        ctx.command(call, ctx.switch.hangup(leg.id, cause))
        return
    if call.stage is Stage.DIALING:
        ctx.command(call, ctx.switch.stop_sound(leg.id))  # the ringing of a telephone that rings no more
    if leg.muted:
        ctx.command(call, ctx.switch.mute(leg.id, False))  # the next caller is to hear him
    ctx.record(
        call,
        "leg.ended",
        leg=leg.id,
        role=str(leg.role),
        agent=leg.agent,
        cause="RELEASED",
        by_far_end=False,
        line=True,
    )


def take_back(ctx: Context, call: Call, leg: str) -> None:
    """An offer of a call that is offered to nobody (what a damaged journal leaves)."""
    agent = call.offers[leg].agent
    ctx.record(call, "offer.failed", agent=agent, leg=leg, why="WITHDRAWN")
    if call.legs[leg].live:
        let_go(ctx, call, call.legs[leg], "ORIGINATOR_CANCEL")
    ctx.agents.withdrawn(agent, call.id)
