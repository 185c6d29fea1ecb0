"""The customer is given to who was consulted (the attended transfer), or all three talk together.

A conference of FreeSWITCH has no voice of its own here; its room has the call's name. Out of it each pair is bridged
again: the agent who leaves it gives the customer away as in a transfer.
"""

from __future__ import annotations

from fs_app.calls import consult, ending, offers, recording
from fs_app.calls.context import ConferenceOver, Context
from fs_app.calls.line import NUMBER, SPOKEN_TO, Line, LineState
from fs_app.calls.stages import IN_CONVERSATION, Stage
from fs_app.calls.state import Call
from fs_app.errors import Conflict, NoSuchChannel
from fs_app.ports import Outcome

ENDS_WITH_IT = {"hangup_after_bridge": "true", "transfer_after_bridge": ""}
"""A number outside that has the customer goes when he goes, with or without this program."""

GOES_HOME = {"hangup_after_bridge": "false", "transfer_after_bridge": "home:XML:fsapp"}


def room(call: Call) -> str:
    return f"call-{call.id}"


# --- the attended transfer ----------------------------------------------------------------------------------
def can_complete(call: Call, line: Line) -> bool:
    alone = all(other is line for other in call.lines.values())
    there = call.stage in IN_CONVERSATION and call.customer_there
    return alone and there and line.state in SPOKEN_TO and not call.capture and not call.transferring


def complete(ctx: Context, call: Call, line: Line) -> None:
    """The customer and this party have each other; the agent has done. Raises Conflict."""
    if not can_complete(call, line):
        raise Conflict("the customer can't be given to this line now")
    give(ctx, call, line)


def give(ctx: Context, call: Call, line: Line) -> None:
    ctx.runtime(call).completing = line.id
    consult.when_quiet(ctx, call, (line.leg, call.caller_leg), lambda call: _give(ctx, call, line))


def _give(ctx: Context, call: Call, line: Line) -> None:
    runtime, leg = ctx.runtime(call), call.legs.get(line.leg)
    if leg is None or not leg.live or line.id not in call.lines or call.stage not in IN_CONVERSATION:
        runtime.moving_until, runtime.completing = 0.0, ""
        return
    if line.kind == NUMBER:
        ctx.command(call, ctx.switch.set_variables(leg.id, ENDS_WITH_IT))
    pending = ctx.switch.bridge(leg.id, call.caller_leg)
    consult.take(ctx, leg, pending)

    def failed(call: Call, error: Exception) -> None:
        runtime.moving_until, runtime.completing = 0.0, ""
        if line.kind == NUMBER and not isinstance(error, NoSuchChannel):
            ctx.command(call, ctx.switch.set_variables(leg.id, GOES_HOME))

    ctx.command(call, pending, failed)


def given(ctx: Context, call: Call, line: Line) -> None:
    """The switch says that they have each other."""
    from fs_app.calls import conversation

    if call.stage not in IN_CONVERSATION:
        return
    runtime, from_agent, old = ctx.runtime(call), call.agent, call.agent_leg
    outside, alone = line.kind == NUMBER, call.stage is Stage.CONFERENCE
    runtime.moving_until, runtime.completing, runtime.holding, runtime.holding_line = 0.0, "", False, ""
    for other in list(call.lines.values()):
        if other is not line:
            consult.dismiss(ctx, call, other, "RELEASED")
    if old is not None and old.id == line.leg:
        old = None
    consult.move(ctx, call, line, "transferred", "transferred")
    ctx.record(
        call,
        "call.transferred",
        how="attended",
        to="number" if outside else "agent",
        line=line.id,
        leg=line.leg,
        number=line.number,
        name=line.name,
        to_agent=line.agent,
        from_agent=from_agent,
        agent=from_agent,
    )
    if outside:
        recording.stop(ctx, call)
        ctx.stage(call, "transferred_outside", why="transferred")
    else:
        ctx.stage(call, "transferred")
        new = call.agent_leg
        if new is not None:
            conversation.tell_bridged(ctx, call, new, resumed=False)
        recording.hold(ctx, call, False)
        recording.ensure(ctx, call)
    if old is not None and old.line and alone:
        ctx.command(call, consult.to_rest(ctx, old))  # a permanent line would stay in the room
    if old is not None:
        offers.let_go(ctx, call, old, "NORMAL_CLEARING")
    release(ctx, call, from_agent)


def release(ctx: Context, call: Call, agent: int | None) -> None:
    """The part of who has transferred it is over: he is asked for the verdict when nobody else will be."""
    if agent is None:
        return
    if call.handed_over and call.agent == agent:
        ending.free_agent(ctx, call)
        return
    queue = ctx.queue(call)
    pause_s = queue.inter_call_s if queue is not None else 0
    ctx.agents.call_over(agent, call.id, must_qualify=False, pause_s=pause_s)


# --- three of them ------------------------------------------------------------------------------------------
def can_begin(call: Call, line: Line) -> bool:
    there = call.stage in (Stage.TALKING, Stage.HELD) and call.customer_there and not call.transferring
    return there and line.state in (LineState.TALKING, LineState.HELD) and not call.capture


def begin(ctx: Context, call: Call, line: Line) -> None:
    """Customer, agent and this party together. Raises Conflict."""
    agent, runtime = call.agent_leg, ctx.runtime(call)
    if not can_begin(call, line) or agent is None:
        raise Conflict("no conference can be made of these lines now")
    legs = (call.caller_leg, line.leg, agent.id)
    runtime.conferencing = line.id

    def still(call: Call) -> None:
        if line.id in call.lines and can_begin(call, line) and call.agent_leg is agent:
            enter(ctx, call, line, legs)
        else:  # one of them has gone meanwhile: nobody is brought into an empty room
            runtime.conferencing, runtime.moving_until = "", 0.0

    consult.when_quiet(ctx, call, legs, still)


def enter(ctx: Context, call: Call, line: Line, legs: tuple[str, ...]) -> None:
    """Into the room; told when all of them are (or one could not be brought)."""
    call_id, waits = call.id, set(legs)
    for leg in legs:
        pending = ctx.switch.conference(leg, room(call))
        if leg in call.legs:
            consult.take(ctx, call.legs[leg], pending)

        def done(outcome: Outcome[None], leg: str = leg) -> None:
            waits.discard(leg)
            if outcome.error is not None:
                ctx.tell(call_id, ConferenceOver(line.id, outcome.error))
            elif not waits:
                ctx.tell(call_id, ConferenceOver(line.id, None))

        pending.then(done)


def entered(ctx: Context, call: Call, message: ConferenceOver) -> None:
    runtime, line = ctx.runtime(call), call.lines.get(message.line)
    if line is None or (runtime.conferencing != line.id and not message.seen):
        return
    runtime.conferencing, runtime.moving_until = "", 0.0
    if message.error is None:
        made(ctx, call, line)
    elif not isinstance(message.error, NoSuchChannel):
        undo(ctx, call, line)


def made(ctx: Context, call: Call, line: Line) -> None:
    """All three are in the room."""
    if call.stage not in (Stage.TALKING, Stage.HELD) or line.state not in (LineState.TALKING, LineState.HELD):
        return
    runtime = ctx.runtime(call)
    runtime.holding, runtime.holding_line = False, ""
    for other in list(call.lines.values()):
        if other is not line and other.state is LineState.TALKING:
            consult.move(ctx, call, other, "held")
    ctx.record(call, "call.conference", agent=call.agent, line=line.id, name=line.name, number=line.number)
    ctx.stage(call, "conference")
    consult.move(ctx, call, line, "conference")
    recording.hold(ctx, call, False)
    recording.ensure(ctx, call)


def rejoin(ctx: Context, call: Call) -> None:
    """Not all three are in the room (a restart of the switch): bring them there again."""
    line, agent = call.line_in(LineState.CONFERENCE), call.agent_leg
    if call.stage is not Stage.CONFERENCE or line is None or agent is None:
        return
    ctx.runtime(call).moving_until = ctx.clock.monotonic() + consult.MOVE_S
    enter(ctx, call, line, (call.caller_leg, line.leg, agent.id))


def undo(ctx: Context, call: Call, line: Line) -> None:
    """It could not be made: the agent talks to the customer, the other one waits."""
    from fs_app.calls import conversation

    if line.state is LineState.TALKING:
        consult.move(ctx, call, line, "held", "refused")
    leg = call.legs.get(line.leg)
    if leg is not None and leg.live:
        ctx.command(call, consult.to_rest(ctx, leg))
    if call.agent is not None:
        ctx.notice(call.agent, "desk.conference_failed", {})
    conversation.connect(ctx, call)


def agent_left(ctx: Context, call: Call) -> bool:
    """The agent's telephone is gone: the other two stay. False: there is nobody else."""
    line = call.line_in(LineState.CONFERENCE)
    if line is None:
        return False
    give(ctx, call, line)
    return True
