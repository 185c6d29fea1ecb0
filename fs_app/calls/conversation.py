"""The agent's telephone: it rings, is picked up, talks, is put down or lost."""

from __future__ import annotations

from fs_app import facts as f
from fs_app.calls import (
    callback,
    conference,
    consult,
    ending,
    offers,
    outgoing,
    outside,
    recording,
    survey,
    transfer,
)
from fs_app.calls.context import Beeped, Context, HadTalked
from fs_app.calls.stages import IN_CONVERSATION, WITH_AGENT, Role, Stage
from fs_app.calls.state import INTERNAL, Call, Leg
from fs_app.errors import NoSuchChannel

NORMAL = frozenset({"NORMAL_CLEARING", "ORIGINATOR_CANCEL", "NONE"})
"""A telephone that goes with one of these was put down; with any other it was lost (BY-02)."""

LINES_IN = IN_CONVERSATION | {Stage.STAYING}
"""Here an agent may talk to others, beside the customer or after him."""

BEEP = "tone_stream://%(150,0,1000)"
BEEP_MOST_S = 0.3
"""When the end of the beep was not told after this time, the caller is connected all the same."""


def ringing(ctx: Context, call: Call, fact: f.LegRinging) -> None:
    leg = call.legs.get(fact.leg)
    if leg is not None and leg.live and leg.ringing_at is None and leg.answered_at is None:
        ctx.record(call, "leg.ringing", leg=leg.id, role=str(leg.role), agent=leg.agent)
        consult.ringing(ctx, call, leg.id)


def answered(ctx: Context, call: Call, fact: f.LegAnswered) -> None:
    leg = call.legs.get(fact.leg)
    if leg is not None and leg.live:
        _answered(ctx, call, leg)


def _answered(ctx: Context, call: Call, leg: Leg) -> None:
    if leg.answered_at is None:
        ctx.record(
            call, "leg.answered", leg=leg.id, role=str(leg.role), agent=leg.agent, **offers.of_line(leg)
        )


def parked(ctx: Context, call: Call, fact: f.LegParked) -> None:
    """The agent picked up and his leg is at rest. Not sooner: a `uuid_bridge` between the answer and the park
    makes `originate` believe that it was cancelled, and leaves legs that belong to nobody [seen]."""
    leg = call.legs.get(fact.leg)
    if leg is not None and leg.live and leg.role is Role.OUTSIDE:
        outside.answered(ctx, call, leg)
        return
    if leg is not None and leg.live and leg.role is Role.CONSULTED:
        consult.rests(ctx, call, leg)
        return
    if leg is None or not leg.live or leg.role is not Role.AGENT:
        return
    if call.stage in WITH_AGENT and call.taken_by == leg.id:
        consult.agent_rests(ctx, call)  # after a bridge: somebody is held, or gone and that will be told
        return
    _answered(ctx, call, leg)
    if call.stage is not Stage.OFFERED or leg.id not in call.offers:
        offers.let_go(ctx, call, leg, "NORMAL_CLEARING")  # too late: the caller is gone or with somebody else
        return
    if call.consult_of:
        consult.handed_over(ctx, call, leg)
        return
    _accept(ctx, call, leg, _taken_as(call))


def _taken_as(call: Call) -> str:
    if call.direction == INTERNAL:
        return "to_colleague"
    return "dialling" if call.absent else "agent_answered"


def _accept(ctx: Context, call: Call, leg: Leg, event: str, at: int | None = None) -> None:
    """He has the call; `event` says how, to the stage. Then those who were asked beside him are let go: the second
    of two who pick up in the same instant is one of them."""
    assert leg.agent is not None
    losers = [offer for offer in call.offers.values() if offer.leg != leg.id]
    ctx.runtime(call).bridge_tries = 0
    ctx.record(call, "offer.accepted", agent=leg.agent, leg=leg.id)
    if event in ("dialling", "to_colleague"):
        ctx.agents.dials(leg.agent, call.id)
    else:
        ctx.agents.answered(leg.agent, call.id)
    ctx.stage(call, event, at=at)
    if call.stage is Stage.CONNECTING and leg.line:
        _beep(ctx, call, leg)
    elif call.stage is Stage.CONNECTING:
        connect(ctx, call)
    elif call.stage is Stage.DIALING:
        callback.dial(ctx, call, leg)
    elif call.stage is Stage.STAYING:
        outgoing.dial_colleague(ctx, call)
    offers.lost_race(ctx, call, losers)


def _beep(ctx: Context, call: Call, leg: Leg) -> None:
    """Nothing rings on a permanent line: a short tone says that somebody comes, then he is there."""
    pending = ctx.switch.play(leg.id, [BEEP])
    ctx.runtime(call).beep_app = pending.id
    ctx.command(call, pending, lambda call, error: beeped(ctx, call, leg.id))
    ctx.clock.call_later(BEEP_MOST_S, lambda: ctx.tell(call.id, Beeped(leg.id)))


def beeped(ctx: Context, call: Call, leg: str) -> None:
    """The tone is over, or was refused, or its end was not told in time: whichever is first."""
    if ctx.runtime(call).beep_app and call.stage is Stage.CONNECTING and call.taken_by == leg:
        connect(ctx, call)


def customer_answered(ctx: Context, call: Call) -> None:
    """Who is called back picked up, and his leg is at home."""
    leg = call.legs[call.caller_leg]
    _answered(ctx, call, leg)
    ctx.stage(call, "customer_answered")
    if call.agent_leg is not None:
        connect(ctx, call)
    # Without: the agent went in the same moment, and that will be told.


def connect(ctx: Context, call: Call) -> None:
    """Agent first: the customer is never the one who is parked when the bridge ends."""
    leg = call.agent_leg
    if leg is None:
        return
    ctx.runtime(call).bridge_tries += 1
    ctx.runtime(call).beep_app = ""
    pending = ctx.switch.bridge(leg.id, call.caller_leg)
    if leg.line:
        ctx.lines.taken(leg.id)
        pending.then(lambda outcome: None if outcome.ok else ctx.lines.given_back(leg.id))
    ctx.command(call, pending, lambda call, error: _bridge_failed(ctx, call, error))


def _bridge_failed(ctx: Context, call: Call, error: Exception) -> None:
    leg = call.agent_leg
    if call.stage is not Stage.CONNECTING or leg is None:
        return
    if leg.line and isinstance(error, NoSuchChannel):
        return  # the hang-up of the one who is gone is told; a line is not put down for a caller who gave up
    if isinstance(error, NoSuchChannel) or ctx.runtime(call).bridge_tries > 2:
        # One of the two is gone, or it can't be done: the hang-up that follows settles the rest.
        ctx.command(call, ctx.switch.hangup(leg.id))
    else:
        connect(ctx, call)


def bridged(ctx: Context, call: Call, fact: f.LegsBridged) -> None:
    ctx.runtime(call).bridge_tries = 0
    pair = {fact.leg, fact.other}
    if call.outside_leg is not None and pair == {call.outside_leg.id, call.caller_leg}:
        outside.bridged(ctx, call)
        return
    line = next((line for line in call.lines.values() if line.leg in pair), None)
    if line is not None and call.caller_leg in pair:
        conference.given(ctx, call, line)
        return
    if line is not None and call.agent_leg is not None and call.agent_leg.id in pair:
        if call.stage in LINES_IN:
            consult.bridged(ctx, call, line)
        return
    leg = next((g for g in call.legs.values() if g.role is Role.AGENT and g.id in pair), None)
    if leg is None or call.caller_leg not in pair or not leg.live:
        return
    if call.stage is Stage.TALKING or call.stage in (Stage.ENDING, Stage.ENDED):
        return
    if call.stage in WITH_AGENT and call.taken_by != leg.id:
        return  # somebody else has it: the comparison with the switch brings the right ones together
    resumed = call.stage in (Stage.HELD, Stage.CONFERENCE)
    ctx.runtime(call).holding = False
    if call.stage in (Stage.OFFERED, Stage.WAITING) and leg.agent is not None:
        # Seen bridged without having seen it answered: after a loss of the link.
        if not ctx.agents.recovered_in_call(leg.agent, call.id):
            offers.let_go(ctx, call, leg, "NORMAL_CLEARING")  # he is busy with another call
            return
        _accept(ctx, call, leg, "bridged")
    else:
        ctx.stage(call, "bridged")
    consult.left_for_customer(ctx, call)
    tell_bridged(ctx, call, leg, resumed)
    if resumed:
        recording.hold(ctx, call, False)
    recording.ensure(ctx, call)


def had_talked(ctx: Context, call: Call, had: HadTalked) -> None:
    """Connected and parted while nobody listened: the witness is the CDR. He was not abandoned, and his agent has
    somebody to qualify. Its end follows in the same file."""
    leg = next((g for g in call.legs.values() if g.role is Role.AGENT and g.id in (had.leg, had.other)), None)
    waited = call.stage in (Stage.WAITING, Stage.OFFERED, Stage.CONNECTING)
    if call.talked or not waited or leg is None or leg.agent is None or not leg.live:
        return
    if call.caller_leg not in (had.leg, had.other) or had.at < leg.created_at:
        return
    if call.stage is Stage.CONNECTING:
        if call.taken_by != leg.id:
            return
        ctx.stage(call, "bridged", at=had.at)
    else:
        if not ctx.agents.recovered_in_call(leg.agent, call.id):
            return
        _accept(ctx, call, leg, "bridged", had.at)
    tell_bridged(ctx, call, leg, resumed=False, at=had.at)


def tell_bridged(ctx: Context, call: Call, leg: Leg, resumed: bool, at: int | None = None) -> None:
    _answered(ctx, call, leg)
    if leg.agent is not None:
        ctx.agents.has_reached(leg.agent, call.id)
    queue = ctx.queue(call)
    must_qualify = bool(queue and queue.wrap_up and ctx.catalog.dispositions(queue))
    ctx.live.record(
        "call.resumed" if resumed else "call.bridged",
        account=call.account,
        call=call.id,
        agent=leg.agent,
        at=at,
        leg=leg.id,
        other=call.caller_leg,
        must_qualify=must_qualify,
    )
    if not resumed:
        ctx.callbacks.got_through(call)


def unbridged(ctx: Context, call: Call, fact: f.LegsUnbridged) -> None:
    pair, leg = {fact.leg, fact.other}, call.agent_leg
    if call.stage is Stage.TALKING and ctx.runtime(call).holding and call.caller_leg in pair:
        held(ctx, call)
    if leg is not None and leg.id in pair:
        consult.parted(ctx, call, pair)


def held(ctx: Context, call: Call) -> None:
    runtime = ctx.runtime(call)
    runtime.holding, runtime.moving_until = False, 0.0
    ctx.stage(call, "held")
    ctx.live.record("call.held", account=call.account, call=call.id, agent=call.agent)
    recording.hold(ctx, call, True)


def hung_up(ctx: Context, call: Call, fact: f.LegHungUp) -> None:
    leg = call.legs.get(fact.leg)
    if leg is not None:
        leg_ended(
            ctx,
            call,
            leg,
            fact.cause,
            fact.by_far_end,
            fact.at // 1000,
            fact.sip_call_id,
            fact.sip_status,
        )


def leg_ended(
    ctx: Context,
    call: Call,
    leg: Leg,
    cause: str,
    by_far_end: bool | None = None,
    at: int | None = None,
    sip_call_id: str = "",
    sip_status: int = 0,
) -> None:
    if leg.live:
        ctx.record(
            call,
            "leg.ended",
            at,
            leg=leg.id,
            role=str(leg.role),
            agent=leg.agent,
            cause=cause,
            by_far_end=by_far_end,
            sip_call_id=sip_call_id,
            sip_status=sip_status,
            **offers.of_line(leg),
        )
    # Told a second time nothing of this applies any more, unless the program died before it was written.
    if leg.role is Role.CALLER:
        if call.stage is not Stage.STAYING and not consult.customer_gone(ctx, call):
            consult.dismiss_all(ctx, call)
            ending.caller_gone(ctx, call, leg, at, by_far_end)
        return
    if leg.role is Role.CONSULTED:
        consult.leg_over(ctx, call, leg, cause)
        return
    if leg.role is Role.OUTSIDE:
        outside.ended(ctx, call, leg, cause)
        return
    if call.stage is Stage.MENU:
        return  # his part was over before
    his = call.taken_by in ("", leg.id)
    put_down = cause in NORMAL and by_far_end is not False
    if his and call.stage is Stage.CONNECTING and call.direction == "outbound" and put_down:
        callback.agent_gone(ctx, call)  # he did not want the customer, who has just picked up, any more
    elif leg.id in call.offers or (call.stage is Stage.CONNECTING and his):
        offers.failed(ctx, call, leg, cause, at)
        callback.unanswered(ctx, call)
    elif his and call.stage is Stage.DIALING:
        callback.agent_gone(ctx, call)
    elif his and call.stage in LINES_IN:
        _agent_gone(ctx, call, leg, cause, by_far_end)


def _agent_gone(ctx: Context, call: Call, leg: Leg, cause: str, by_far_end: bool | None) -> None:
    if _goes_on_without(ctx, call):
        return
    # NORMAL_CLEARING of our side is the switch's own: it ends a held leg that it took up after its restart [seen].
    put_down = cause in NORMAL and by_far_end is not False
    # Who puts the telephone down on a colleague has not hung up on the customer who waits.
    waits = bool(call.lines) and call.stage is Stage.HELD
    consult.dismiss_all(ctx, call)
    to_menu = put_down or call.flow is not None or call.survey is not None
    if to_menu and not waits and survey.follows(ctx, call):
        survey.begin(ctx, call, "answered")
        return
    put_down = put_down and not waits
    if put_down:
        if not call.hang_up_by:
            ctx.record(call, "call.hang_up_asked", by="agent")
        ctx.stage(call, "agent_hung_up", why=cause)
        ctx.command(call, ctx.switch.hangup(call.caller_leg))
        return
    # The telephone was lost, not put down: the customer stays, with music, and his agent gets him back.
    agent = call.agent
    recording.stop(ctx, call)  # what follows is music, then perhaps somebody else
    ctx.record(call, "call.line_lost", agent=agent, cause=cause)
    ctx.stage(call, "line_lost", why=cause)  # in the line before his agent is free for anybody else
    if agent is not None:
        ctx.agents.call_over(agent, call.id, must_qualify=False, pause_s=0)


def _goes_on_without(ctx: Context, call: Call) -> bool:
    """His part is over and the call is not, or is in other hands."""
    runtime = ctx.runtime(call)
    if runtime.completing and ctx.clock.monotonic() < runtime.moving_until:
        return True  # the customer is just being given to somebody
    if call.stage is Stage.STAYING:
        consult.dismiss_all(ctx, call)
        ending.lines_over(ctx, call)
        return True
    if call.handed_over and call.outside_leg is not None:
        ctx.stage(call, "transferred_outside", why="transferred")
        conference.release(ctx, call, call.agent)
        return True
    if call.stage is Stage.CONFERENCE and conference.agent_left(ctx, call):
        return True
    if call.transfer is not None:
        transfer.begin(ctx, call)
        return True
    return False


def leg_over(ctx: Context, call: Call, leg: Leg) -> None:
    """The leg has ended and not everything that follows was done (`leftovers.py`)."""
    leg_ended(ctx, call, leg, leg.cause or "LOST_TRACK")
