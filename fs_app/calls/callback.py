"""Calling somebody back: a call that stands in the line without its caller, who is dialled when an agent has taken it.

The customer's leg has the call's own identifier, like that of a caller who came in, and goes home when he answers:
from there everything is as with him. A call that is asked for by an agent (`asked_by`) rings him alone, and ends when
he does not answer.
"""

from __future__ import annotations

from uuid import uuid4

from fs_app.callbacks.state import Callback
from fs_app.calls import dialling, ending, offers, sounds
from fs_app.calls.context import Context, DialChecked, DialProven, OfferOutcome, QueueLineOver
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call, Leg
from fs_app.ports import Originate

DIRECTION = "callback"

LOOK_S = 15.0
"""A look at whether somebody may be called takes less; after this time nobody believes in it any more."""


def begin(ctx: Context, callback: Callback, asked_by: int | None = None) -> Call | None:
    """A new attempt; None: the queue is gone."""
    queue = ctx.catalog.queue(callback.queue)
    if queue is None:
        return None
    call = str(uuid4())
    ctx.live.record(
        "call.started",
        account=callback.account,
        call=call,
        direction=DIRECTION,
        caller_number=callback.number,
        caller_name=callback.name,
        called_number=queue.calling_back.number or callback.shown_number,
        queue=queue.id,
        priority=callback.priority,
        callback=callback.id,
        asked_by=asked_by,
    )
    return ctx.live.calls[call]


def stand_in_line(ctx: Context, callback: Callback) -> None:
    """At his place: the ticket that he had, and waiting since he called."""
    call = begin(ctx, callback)
    queue = ctx.queue(call) if call is not None else None
    if call is None or queue is None:
        return
    ticket = callback.ticket or ctx.live.next_ticket()
    ctx.record(
        call, "call.queued", queue=queue.id, queue_name=queue.name, ticket=ticket, since=callback.since
    )
    ctx.stage(call, "queued")


def ring_agent(ctx: Context, callback: Callback, agent: int) -> None:
    """The agent asked for it: his telephone first."""
    call = begin(ctx, callback, asked_by=agent)
    queue = ctx.queue(call) if call is not None else None
    if call is not None and queue is not None:
        offers.make(ctx, call, queue, agent, {"chosen_by": "callback"})


def dial(ctx: Context, call: Call, agent_leg: Leg) -> None:
    """An agent has it (stage DIALING): now the customer, unless he may no longer be called."""
    refused = ctx.refused(call)
    if refused:
        _refuse(ctx, call, refused)
    elif call.record is not None or ctx.asks_law(call):
        call_id = call.id
        ctx.runtime(call).looked_until = ctx.clock.monotonic() + LOOK_S
        ctx.may_call(call, lambda why: ctx.tell(call_id, DialChecked(why)))
    else:
        _dial(ctx, call, agent_leg)


def checked(ctx: Context, call: Call, refused: str) -> None:
    """Somebody of a call list: whether he is on it still, and may be called by law, has been looked at anew."""
    leg = call.agent_leg
    if call.stage is not Stage.DIALING or not call.absent:
        return
    ctx.runtime(call).looked_until = 0.0
    if leg is None or call.hang_up_by:
        leave_line(ctx, call)  # he put it down meanwhile
    elif refused:
        _refuse(ctx, call, refused)
    else:
        _dial(ctx, call, leg)


def _refuse(ctx: Context, call: Call, why: str) -> None:
    ctx.record(call, "call.dial_refused", number=call.caller_number, why=why, agent=call.agent)
    leave_line(ctx, call, "refused")


def _dial(ctx: Context, call: Call, agent_leg: Leg) -> None:
    queue = ctx.queue(call)
    ring_s = queue.outside_ring_s if queue is not None else 30
    of_list = {"record": call.record} if call.record is not None else {}
    ctx.record(
        call,
        "call.dialled",
        leg=call.id,
        number=call.caller_number,
        agent=call.agent,
        callback=call.callback,
        **of_list,
    )
    ctx.command(call, ctx.switch.music(agent_leg.id, sounds.RINGING, ring_s + 10))
    call_id = call.id
    if not call.callback and call.record is None:
        proven(ctx, call, True)  # no list claims that he was called; who dials by hand knows it himself
        return
    ctx.when_durable(ctx.live.last_id, lambda proven: ctx.tell(call_id, DialProven(proven)))


def proven(ctx: Context, call: Call, is_proven: bool) -> None:
    """The attempt is in the database: should the program die now, nobody is called a second time for it. Without the
    proof nobody is called at all (reliability: dial attempts stop)."""
    leg, runtime = call.legs.get(call.caller_leg), ctx.runtime(call)
    if call.stage is not Stage.DIALING or leg is None or not leg.live or runtime.dialled:
        return
    runtime.dialled = True
    if call.hang_up_by or call.agent_leg is None:  # he put it down meanwhile
        ctx.tell(call.id, OfferOutcome(call.id, "ORIGINATOR_CANCEL"))
        return
    if not is_proven:
        ctx.tell(call.id, OfferOutcome(call.id, "NO_PROOF"))
        return
    queue = ctx.queue(call)
    ring_s = queue.outside_ring_s if queue is not None else 30
    pending = ctx.switch.originate(
        Originate(
            leg=call.id,
            endpoint=ctx.trunk(call.caller_number),
            caller_number=call.called_number,
            withheld=call.withheld,
            ring_s=ring_s,
            then="transfer:home",
            variables={
                "fsapp_account": str(call.account),
                "fsapp_call": call.id,
                "fsapp_role": "caller",
                "fsapp_queue": str(call.queue or ""),
                "fsapp_ticket": str(call.ticket or ""),
            },
        )
    )
    dialling.follow(ctx, call, call.id, pending)


def agent_gone(ctx: Context, call: Call) -> None:
    """The agent put his telephone down while the customer's rang: nobody is there to talk to him."""
    if not call.hang_up_by:
        ctx.record(call, "call.hang_up_asked", by="agent")
    ctx.command(call, ctx.switch.hangup(call.caller_leg, "ORIGINATOR_CANCEL"))


def leave_line(ctx: Context, call: Call, outcome: str = "cancelled") -> None:
    """End a call whose caller is not there; telephones that ring for it stop."""
    freed = offers.withdraw(ctx, call)
    if call.stage is not Stage.ENDED:
        ctx.stage(call, "caller_hung_up", why=outcome)
    for agent in freed:
        ctx.agents.withdrawn(agent, call.id)
    ctx.record(call, "call.ended", by=call.hang_up_by or "system", outcome=outcome, cause=outcome)
    final = ctx.callbacks.ended(call, outcome)
    if final is not None:
        ending.dispose(ctx, call, final, "", auto=True)
    ctx.runtimes.pop(call.id, None)
    if call.agent is not None:  # he had it, and the customer was not even dialled
        queue = ctx.queue(call)
        ctx.agents.call_over(
            call.agent, call.id, must_qualify=False, pause_s=queue.inter_call_s if queue else 0
        )
    if call.consult_of:
        ctx.tell(call.consult_of, QueueLineOver(call.id, outcome))


def unanswered(ctx: Context, call: Call) -> None:
    """Nobody picked up for a call that one agent asked for: it is his affair, not the queue's."""
    if call.asked_by is not None and call.absent and call.stage is Stage.WAITING:
        leave_line(ctx, call, "cancelled" if call.hang_up_by else "unanswered")
