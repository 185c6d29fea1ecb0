"""The blind transfer: the customer is taken from his agent and given to a queue, an agent's telephone or a number
outside, without a word before.

It is written down first (`call.transfer_asked`) and begins when the customer is at the door: taken there by us, or sent
by the switch because his agent has put his telephone down. So neither a death of the program nor a lost command leaves
him anywhere.

Nobody picks up there: the telephone of the agent who sent him rings again, also in his pause or while he qualifies;
then, or when he has another call by now, the customer waits in the line of his queue, at his place.
"""

from __future__ import annotations

from fs_app.calls import conference, consult, offers, outside, overflow, recording, sounds
from fs_app.calls.context import Context
from fs_app.calls.line import AGENT, NUMBER, QUEUE, Target
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.errors import Conflict
from fs_app.infos import QueueInfo

ASKED_IN = (Stage.TALKING, Stage.HELD)


def can(call: Call) -> bool:
    return call.stage in ASKED_IN and not call.lines and not call.capture and not call.transferring


def ask(ctx: Context, call: Call, agent: int, target: Target) -> None:
    """The target has been looked at (`targets.py`). Raises Conflict."""
    if not can(call):
        raise Conflict("the call can't be transferred now")
    queue = ctx.queue(call)
    ctx.record(
        call,
        "call.transfer_asked",
        to=target.kind,
        number=target.number,
        name=target.name,
        to_agent=target.agent,
        queue=target.queue,
        from_agent=agent,
        agent=agent,
        returns=queue.transfer_returns if queue is not None else True,
    )
    runtime = ctx.runtime(call)
    if call.stage is Stage.HELD and call.caller_leg in ctx.sessions:
        begin(ctx, call)
        return
    runtime.moving_until = ctx.clock.monotonic() + consult.MOVE_S

    def refused(call: Call, error: Exception) -> None:
        ctx.runtime(call).moving_until = 0.0
        if call.transferring:
            ctx.record(call, "call.transfer_dropped", agent=agent, why="refused")
            ctx.notice(agent, "desk.transfer.failed", {"who": target.name or target.number})

    ctx.command(call, ctx.switch.send_home(call.caller_leg), refused)


def begin(ctx: Context, call: Call) -> None:
    """He is at the door, or on his way to it (stage TALKING or HELD)."""
    wanted, leg, agent = call.transfer, call.agent_leg, call.agent
    if wanted is None:
        return
    runtime = ctx.runtime(call)
    runtime.moving_until, runtime.holding = 0.0, False
    queue = ctx.catalog.queue(wanted.queue) if wanted.kind == QUEUE else ctx.queue(call)
    if call.flow is not None:
        ctx.record(call, "flow.over", why="transferred")
    recording.stop(ctx, call)
    ctx.record(
        call,
        "call.transferred",
        how="blind",
        to=wanted.kind,
        number=wanted.number,
        name=wanted.name,
        to_agent=wanted.agent,
        queue=wanted.queue,
        queue_name=queue.name if queue is not None and wanted.kind == QUEUE else "",
        from_agent=wanted.from_agent,
        agent=agent,
    )
    if wanted.kind == QUEUE and queue is not None:
        _into_line(ctx, call, queue)
    elif wanted.kind == AGENT and queue is not None and _can_ring(ctx, wanted.agent):
        assert wanted.agent is not None
        offers.make(ctx, call, queue, wanted.agent, {"chosen_by": "transfer"})
        sounds.music(ctx, call)
    elif wanted.kind == NUMBER and queue is not None:
        outside.divert(ctx, call, queue, wanted.number, "transfer")
    elif wanted.kind == NUMBER:
        outside.ring(ctx, call, wanted.number, ctx.trunk(wanted.number), 30, "transfer")
    else:
        failed(ctx, call, "USER_BUSY")
    if leg is not None:
        offers.let_go(ctx, call, leg, "NORMAL_CLEARING")
    conference.release(ctx, call, agent)


def _into_line(ctx: Context, call: Call, queue: QueueInfo, ticket: int | None = None) -> None:
    ticket = ticket or ctx.live.next_ticket()
    ctx.record(call, "call.queued", queue=queue.id, queue_name=queue.name, ticket=ticket, anew=True)
    told = {"fsapp_queue": str(queue.id), "fsapp_ticket": str(ticket)}
    ctx.command(call, ctx.switch.set_variables(call.caller_leg, told))
    ctx.stage(call, "queued", why="transferred")
    sounds.music(ctx, call)


def _can_ring(ctx: Context, agent: int | None, again_for: str = "") -> bool:
    info = ctx.catalog.agent(agent or 0)
    if info is None or agent is None or not ctx.agents.can_be_rung(agent, again_for):
        return False
    if info.permanent_line:
        return ctx.lines.leg(agent) != ""
    return ctx.phones.contact(info.number, info.domain) is not None


def under_way(call: Call) -> bool:
    """Who was to get him blindly is being rung."""
    return call.transfer is not None and call.transfer.begun and call.transfer.kind != QUEUE


def failed(ctx: Context, call: Call, why: str) -> None:
    """Nobody there (stage OFFERED or CONNECTING with nobody asked, DIVERTING, or just leaving his agent)."""
    wanted, queue = call.transfer, ctx.queue(call)
    if wanted is None:
        return
    agent = wanted.from_agent
    ctx.record(
        call,
        "call.transfer_failed",
        to=wanted.kind,
        number=wanted.number,
        name=wanted.name,
        to_agent=wanted.agent,
        from_agent=agent,
        agent=agent,
        why=why,
    )
    ctx.notice(agent, f"desk.transfer.{consult.words(why)}", {"who": wanted.name or wanted.number})
    if queue is None:
        overflow.back_from_outside(ctx, call, why)
    elif wanted.returns and _can_ring(ctx, agent, again_for=call.id):
        offers.make(ctx, call, queue, agent, {"chosen_by": "transfer_returned"})
        sounds.music(ctx, call)
    else:
        back_in_line(ctx, call, queue, why)
    # Who qualified it meanwhile and does not get it back: the verdict is the next one's.
    ctx.agents.qualified(agent, call.id, queue.inter_call_s if queue is not None else 0)


def back_in_line(ctx: Context, call: Call, queue: QueueInfo, why: str) -> None:
    """At his place; who never stood in a line gets one."""
    if not call.ticket:
        ctx.record(call, "call.queued", queue=queue.id, queue_name=queue.name, ticket=ctx.live.next_ticket())
    event = {
        Stage.DIVERTING: "outside_failed",
        Stage.OFFERED: "offer_failed",
        Stage.CONNECTING: "offer_failed",
    }
    ctx.stage(call, event.get(call.stage, "queued"), why=why)
    sounds.music(ctx, call)
