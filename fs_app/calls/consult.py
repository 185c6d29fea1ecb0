"""Consulting: the agent calls somebody beside his customer, who hears the music meanwhile, and goes from one to the
other. Who hangs up when, and what follows, is the table of docs/lines.md.

The agent has one leg. Whoever he talks to is bridged with it, the agent's leg first; the others rest: the customer and
numbers outside at `home`, agents parked. A number goes home when he picks up, so that he hears music with and without
this program; from there he is connected.

A bridge must not meet another that is just being made. So a line is connected by what the switch tells (somebody is at
rest), one at a time (`Runtime.moving_until`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

from fs_app import facts as f
from fs_app.calls import callback, dialling, offers, sounds
from fs_app.calls.context import Context, LineMusic, LineTry, Soon
from fs_app.calls.line import AGENT, MACHINE, NOT_YET, NUMBER, QUEUE, Line, LineState, Target
from fs_app.calls.stages import Role, Stage
from fs_app.calls.state import CONSULT, Call, Leg
from fs_app.errors import NoSuchChannel
from fs_app.ports import Originate, Outcome

MOVE_S = 1.5
"""What was asked of the switch is done after this time (seconds), or never."""

PARTING_S = 0.3
"""After the end of a bridge the agent's leg is at rest within this time."""

QUIET_S = 0.3
"""Music that was asked for begins within this time. A bridge that comes before it has the music inside, over what the
two say [seen]: it waits."""

MUSIC_LATER_S = 0.6

BEEP = "tone_stream://%(150,0,1000)"
BEEP_S = 0.3

CANCELLED = frozenset({"ORIGINATOR_CANCEL", "NORMAL_CLEARING", "RELEASED", "LOSE_RACE", "cancelled"})
"""Ends of a line that nobody has to be told."""

WORDS = {
    "USER_BUSY": "busy",
    "NO_ANSWER": "no_answer",
    "NO_USER_RESPONSE": "no_answer",
    "ALLOTTED_TIMEOUT": "no_answer",
    "RECOVERY_ON_TIMER_EXPIRE": "unreachable",
    "CALL_REJECTED": "refused",
    "UNALLOCATED_NUMBER": "unknown",
    "NO_ROUTE_DESTINATION": "unknown",
    "INVALID_NUMBER_FORMAT": "unknown",
    "USER_NOT_REGISTERED": "unreachable",
    "NORMAL_TEMPORARY_FAILURE": "unreachable",
    "NETWORK_OUT_OF_ORDER": "unreachable",
    "DESTINATION_OUT_OF_ORDER": "unreachable",
}


def words(cause: str) -> str:
    """What a cause means to who reads it: busy, no_answer, refused, unknown, unreachable, failed."""
    return WORDS.get(cause, "failed")


def move(ctx: Context, call: Call, line: Line, event: str, why: str = "") -> None:
    """The only place that changes a line's state. Raises UnknownTransition."""
    new = MACHINE.next(line.state, event, f"line {line.id}")
    spent = max(0, ctx.clock.now_ms() - line.since)
    told: dict[str, Any] = {"line": line.id, "old": str(line.state), "why": why or event, "ms": spent}
    if new is LineState.ENDED:
        runtime = ctx.runtimes.get(call.id)
        if runtime is not None and runtime.holding_line == line.id:
            runtime.holding_line = ""  # he hung up on his way: nobody waits for his being held
        ctx.live.record(
            "line.ended",
            account=call.account,
            call=call.id,
            agent=line.asked_by,
            **told,
            cause=why,
            party=line.kind,
            number=line.number,
            name=line.name,
            to_agent=line.agent,
            leg=line.leg,
        )
    else:
        ctx.live.record(
            "line.state", account=call.account, call=call.id, agent=line.asked_by, **told, new=str(new)
        )


# --- calling somebody ---------------------------------------------------------------------------------------
def begin(ctx: Context, call: Call, agent: int, target: Target) -> Line:
    """Call him. The customer, or who was talked to, goes on hold first; the agent hears ringing."""
    line = {NUMBER: _number, AGENT: _agent, QUEUE: _queue}[target.kind](ctx, call, agent, target)
    talks = call.talks_to
    if talks is not None:
        hold(ctx, call, talks)
    elif call.stage is Stage.TALKING:
        hold_customer(ctx, call)
    else:
        waits(ctx, call)
    return line


def _dialled(ctx: Context, call: Call, agent: int, target: Target, line: str, leg: str, **more: Any) -> Line:
    ctx.live.record(
        "line.dialled",
        account=call.account,
        call=call.id,
        agent=agent,
        line=line,
        leg=leg,
        party=target.kind,
        number=target.number,
        name=target.name,
        to_agent=target.agent,
        queue=target.queue,
        **more,
    )
    return call.lines[line]


def _variables(call: Call) -> dict[str, str]:
    return {
        "fsapp_account": str(call.account),
        "fsapp_call": call.id,
        "fsapp_role": "consulted",
        "fsapp_queue": str(call.queue or ""),
    }


def _number(ctx: Context, call: Call, agent: int, target: Target) -> Line:
    leg, queue = str(uuid4()), ctx.queue(call)
    line = _dialled(ctx, call, agent, target, leg, leg)
    shown = (queue.calling_back.number if queue is not None else "") or call.called_number
    pending = ctx.switch.originate(
        Originate(
            leg=leg,
            endpoint=ctx.trunk(target.number),
            caller_number=shown,
            ring_s=queue.outside_ring_s if queue is not None else 30,
            then="transfer:home",
            variables=_variables(call),
        )
    )
    dialling.follow(ctx, call, leg, pending)
    return line


def _agent(ctx: Context, call: Call, agent: int, target: Target) -> Line:
    info, me, queue = ctx.catalog.agent(target.agent or 0), ctx.catalog.agent(agent), ctx.queue(call)
    assert info is not None
    rests, contact = ctx.lines.leg(info.id), ctx.phones.contact(info.number, info.domain)
    leg = rests or str(uuid4())
    ring_s = queue.ring_s if queue is not None else 20
    more: dict[str, Any] = {"permanent": True} if rests else {}
    line = _dialled(ctx, call, agent, target, leg, leg, **more)
    ctx.agents.offered(info.id, call.id, ctx.clock.now_ms() + int((ring_s + offers.GRACE_S) * 1000))
    if rests or contact is None:
        ctx.tell(call.id, f.LegParked(ctx.clock.now_ms() * 1000, leg))  # picked up already, and at rest
        return line
    pending = ctx.switch.originate(
        Originate(
            leg=leg,
            endpoint=contact,
            caller_number=me.number if me is not None else call.caller_number,
            caller_name=me.name if me is not None else "",
            ring_s=ring_s,
            variables={
                **_variables(call),
                "fsapp_agent": str(info.id),
                "park_after_bridge": "true",
                "hangup_after_bridge": "false",
            },
        )
    )
    dialling.follow(ctx, call, leg, pending)
    return line


def _queue(ctx: Context, call: Call, agent: int, target: Target) -> Line:
    """A call without a caller stands in the queue's line, as somebody who is to be called back does."""
    name, me = str(uuid4()), ctx.catalog.agent(agent)
    line = _dialled(ctx, call, agent, target, name, "")
    ctx.live.record(
        "call.started",
        account=call.account,
        call=name,
        direction=CONSULT,
        caller_number=me.number if me is not None else "",
        caller_name=me.name if me is not None else "",
        called_number="",
        queue=target.queue,
        priority=call.priority,
        consult_of=call.id,
        from_agent=agent,
    )
    waiting = ctx.live.calls[name]
    move(ctx, call, line, "queued")
    ctx.record(
        waiting, "call.queued", queue=target.queue, queue_name=target.name, ticket=ctx.live.next_ticket()
    )
    ctx.stage(waiting, "queued")
    return line


def handed_over(ctx: Context, waiting: Call, leg: Leg) -> None:
    """An agent of the queue has picked up: his leg is a line of the call whose agent asked."""
    call = ctx.live.calls.get(waiting.consult_of)
    line = call.lines.get(waiting.id) if call is not None else None
    if call is None or line is None or line.state is not LineState.QUEUED or leg.agent is None:
        callback.leave_line(ctx, waiting)
        return
    info = ctx.catalog.agent(leg.agent)
    losers = [offer for offer in waiting.offers.values() if offer.leg != leg.id]
    offers.lost_race(ctx, waiting, losers)
    ctx.live.record(
        "line.joined",
        account=call.account,
        call=call.id,
        agent=leg.agent,
        line=line.id,
        leg=leg.id,
        agent_name=info.name if info is not None else "",
        number=leg.number,
        from_call=waiting.id,
        **({"permanent": True} if leg.line else {}),
    )
    ctx.record(waiting, "call.handed_over", leg=leg.id, to=call.id, agent=leg.agent)
    ctx.agents.joins(leg.agent, waiting.id, call.id)
    ctx.stage(waiting, "caller_hung_up", why="consulted")
    ctx.record(waiting, "call.ended", by="system", outcome="consulted", cause="consulted")
    ctx.runtimes.pop(waiting.id, None)
    _there(ctx, call, line)


# --- what the switch tells ----------------------------------------------------------------------------------
def ringing(ctx: Context, call: Call, leg: str) -> None:
    line = call.line_with(leg)
    if line is not None and line.state is LineState.DIALING:
        move(ctx, call, line, "ringing")


def rests(ctx: Context, call: Call, leg: Leg) -> None:
    """Who was called has picked up and is at rest, or is at rest again: parked, or at home."""
    line = call.line_with(leg.id)
    if line is None:
        if leg.role is Role.CONSULTED and leg.live:
            offers.let_go(ctx, call, leg, "NORMAL_CLEARING")
        return
    if line.state in NOT_YET:
        if leg.answered_at is None:
            ctx.record(
                call, "leg.answered", leg=leg.id, role=str(leg.role), agent=leg.agent, **offers.of_line(leg)
            )
        if leg.agent is not None:
            ctx.agents.answered(leg.agent, call.id)
        _there(ctx, call, line)
    elif line.state is LineState.ANSWERED:
        try_connect(ctx, call, line.id)
    elif line.state is not LineState.CONFERENCE:
        runtime = ctx.runtime(call)
        if line.state is LineState.TALKING and runtime.holding_line == line.id:
            _held(ctx, call, line)
        if runtime.moving_until > ctx.clock.monotonic():
            call_id, line_id = call.id, line.id
            ctx.clock.call_later(MUSIC_LATER_S, lambda: ctx.tell(call_id, LineMusic(line_id)))
        else:
            music(ctx, call, line)  # also when the bridge that took the agent elsewhere is told only now


def _there(ctx: Context, call: Call, line: Line) -> None:
    move(ctx, call, line, "answered")
    leg = call.legs.get(line.leg)
    if leg is not None and leg.line:
        ctx.switch.play(leg.id, [BEEP])  # nothing rings on a permanent line
        _later(ctx, call, line, BEEP_S)
    else:
        ctx.tell(call.id, LineTry(line.id))


def _later(ctx: Context, call: Call, line: Line, seconds: float) -> None:
    call_id, line_id = call.id, line.id
    ctx.clock.call_later(seconds, lambda: ctx.tell(call_id, LineTry(line_id)))


def try_connect(ctx: Context, call: Call, line_id: str) -> None:
    """Who has picked up gets the agent, or music when the agent talks to somebody else by now."""
    line = call.lines.get(line_id)
    if line is None or line.state is not LineState.ANSWERED or call.agent_leg is None:
        return
    runtime, now = ctx.runtime(call), ctx.clock.monotonic()
    if runtime.holding or runtime.holding_line:
        _later(ctx, call, line, 0.1)
    elif call.stage in (Stage.HELD, Stage.STAYING) and call.talks_to is None and not call.capture:
        wait = max(runtime.moving_until, runtime.parting_until) - now
        if wait > 0:
            _later(ctx, call, line, wait + 0.02)
        else:
            connect(ctx, call, line)
    else:
        move(ctx, call, line, "held")
        music(ctx, call, line)


def when_quiet(ctx: Context, call: Call, legs: Iterable[str], action: Callable[[Call], None]) -> None:
    """Do it, when no music is just beginning on these legs; meanwhile nothing else is moved."""
    runtime, now = ctx.runtime(call), ctx.clock.monotonic()
    wait = max((runtime.music_at.get(leg, 0.0) + QUIET_S - now for leg in legs), default=0.0)
    runtime.moving_until = now + MOVE_S + max(0.0, wait)
    if wait <= 0:
        action(call)
        return
    call_id = call.id
    ctx.clock.call_later(wait, lambda: ctx.tell(call_id, Soon(action)))


def connect(ctx: Context, call: Call, line: Line) -> None:
    """The agent and this line."""
    leg, other = call.agent_leg, call.legs.get(line.leg)
    if leg is not None and other is not None:
        when_quiet(ctx, call, (leg.id, other.id), lambda call: _connect(ctx, call, line))


def _connect(ctx: Context, call: Call, line: Line, again: bool = False) -> None:
    leg, other, runtime = call.agent_leg, call.legs.get(line.leg), ctx.runtime(call)
    if leg is None or other is None or not other.live or line.id not in call.lines:
        return
    runtime.moving_until = ctx.clock.monotonic() + MOVE_S
    pending = ctx.switch.bridge(leg.id, other.id)
    take(ctx, leg, pending)
    take(ctx, other, pending)

    def failed(call: Call, error: Exception) -> None:
        ctx.runtime(call).moving_until = 0.0
        if isinstance(error, NoSuchChannel) or line.id not in call.lines:
            return  # one of them is gone, and that is told
        if not again:
            _connect(ctx, call, line, again=True)
        elif line.state is LineState.ANSWERED:
            ctx.command(call, ctx.switch.hangup(other.id))

    ctx.command(call, pending, failed)


def take(ctx: Context, leg: Leg, pending: object) -> None:
    """A permanent line does not rest any more, if the command succeeds."""
    if not leg.line:
        return
    ctx.lines.taken(leg.id)

    def done(outcome: Outcome[None]) -> None:
        if not outcome.ok:
            ctx.lines.given_back(leg.id)

    pending.then(done)  # type: ignore[attr-defined]


def bridged(ctx: Context, call: Call, line: Line) -> None:
    """The agent talks on this line; whoever he talked to before is at rest."""
    from fs_app.calls import conversation

    runtime = ctx.runtime(call)
    runtime.moving_until, runtime.holding_line, runtime.holding = 0.0, "", False
    for other in list(call.lines.values()):
        if other is not line and other.state is LineState.TALKING:
            _held(ctx, call, other)
    if call.stage is Stage.TALKING:
        conversation.held(ctx, call)
    _no_music(ctx, call, line)
    if line.state is not LineState.TALKING:
        move(ctx, call, line, "bridged")
    if call.agent is not None:
        ctx.agents.has_reached(call.agent, call.id)  # a colleague whom he called without a customer


def left_for_customer(ctx: Context, call: Call) -> None:
    """The agent talks to the customer: who was talked to is at rest."""
    runtime = ctx.runtime(call)
    runtime.moving_until, runtime.holding_line = 0.0, ""
    for line in list(call.lines.values()):
        if line.state is LineState.TALKING:
            _held(ctx, call, line)


def parted(ctx: Context, call: Call, pair: set[str]) -> None:
    """A bridge has ended: the agent's leg is on its way to rest."""
    runtime = ctx.runtime(call)
    runtime.parting_until = ctx.clock.monotonic() + PARTING_S
    line = call.lines.get(runtime.holding_line)
    if line is not None and line.leg in pair and line.state is LineState.TALKING:
        _held(ctx, call, line)


def agent_rests(ctx: Context, call: Call) -> None:
    """The agent's leg is parked: nobody is in his ear, but perhaps somebody is being called."""
    runtime = ctx.runtime(call)
    runtime.parting_until = 0.0
    if not runtime.holding and not runtime.holding_line:
        runtime.moving_until = min(runtime.moving_until, ctx.clock.monotonic() + PARTING_S)
    waits(ctx, call)


def waits(ctx: Context, call: Call) -> None:
    """He hears that somebody's telephone rings."""
    leg = call.agent_leg
    alone = call.stage in (Stage.HELD, Stage.STAYING) and call.talks_to is None
    if leg is not None and alone and any(line.state in NOT_YET for line in call.lines.values()):
        ctx.runtime(call).music_at[leg.id] = ctx.clock.monotonic()
        ctx.command(call, ctx.switch.music(leg.id, sounds.RINGING, ctx.music_chunk_s))


def silenced(ctx: Context, call: Call, leg: str, muted: bool) -> None:
    """The switch has done it."""
    found = call.legs.get(leg)
    if found is not None and found.live and found.muted is not muted:
        ctx.record(call, "leg.muted" if muted else "leg.unmuted", leg=leg, agent=found.agent)


# --- hold ---------------------------------------------------------------------------------------------------
def hold_customer(ctx: Context, call: Call) -> None:
    """The customer goes home to the music; the agent's leg waits."""
    runtime = ctx.runtime(call)
    runtime.holding, runtime.moving_until = True, ctx.clock.monotonic() + MOVE_S

    def refused(_call: Call, _error: Exception) -> None:
        runtime.holding, runtime.moving_until = False, 0.0

    ctx.command(call, ctx.switch.send_home(call.caller_leg), refused)


def hold(ctx: Context, call: Call, line: Line) -> None:
    """Who was called waits, with music."""
    runtime, leg = ctx.runtime(call), call.legs[line.leg]
    runtime.holding_line, runtime.moving_until = line.id, ctx.clock.monotonic() + MOVE_S

    def refused(_call: Call, _error: Exception) -> None:
        runtime.holding_line, runtime.moving_until = "", 0.0

    ctx.command(call, to_rest(ctx, leg), refused)


def to_rest(ctx: Context, leg: Leg):  # type: ignore[no-untyped-def]
    """Where it waits: the permanent line in its extension, an agent's leg parked, a number at home."""
    if leg.line:
        return ctx.switch.transfer(leg.id, "line")
    return ctx.switch.park(leg.id) if leg.agent is not None else ctx.switch.send_home(leg.id)


def _held(ctx: Context, call: Call, line: Line) -> None:
    runtime = ctx.runtime(call)
    if runtime.holding_line == line.id:
        runtime.holding_line, runtime.moving_until = "", 0.0
    move(ctx, call, line, "held")


def music(ctx: Context, call: Call, line: Line) -> None:
    """The call's hold music for a stretch; when it ends it is played again (`music_over`)."""
    runtime = ctx.runtime(call)
    _no_music(ctx, call, line)
    pending = ctx.switch.music(line.leg, sounds.music_of(ctx, call), ctx.music_chunk_s)
    runtime.music_at[line.leg] = ctx.clock.monotonic()
    runtime.line_music[pending.id] = line.id
    ctx.command(call, pending)


def _no_music(ctx: Context, call: Call, line: Line) -> None:
    """What he heard is over, or about to be: its end means nothing any more."""
    runtime = ctx.runtime(call)
    runtime.line_music = {app: told for app, told in runtime.line_music.items() if told != line.id}


def music_ended(ctx: Context, call: Call, app: str) -> bool:
    """Is it needed again? Known in a moment: a bridge breaks it off, too. False: that was no music of ours."""
    runtime = ctx.runtimes.get(call.id)
    line = runtime.line_music.pop(app, None) if runtime is not None and app else None
    if line is None:
        return False
    call_id = call.id
    ctx.clock.call_later(1.0, lambda: ctx.tell(call_id, LineMusic(line)))
    return True


def music_again(ctx: Context, call: Call, line_id: str) -> None:
    line, runtime = call.lines.get(line_id), ctx.runtime(call)
    moving = runtime.moving_until > ctx.clock.monotonic()
    if line is not None and line.state is LineState.HELD and line_id not in runtime.line_music.values():
        if moving:
            call_id = call.id
            ctx.clock.call_later(MOVE_S, lambda: ctx.tell(call_id, LineMusic(line_id)))
        else:
            music(ctx, call, line)


def take_up(ctx: Context, call: Call) -> None:
    """After a loss of the link, or a death: the end of music is told once, and who was made silent may be heard."""
    for line in list(call.lines.values()):
        leg = call.legs.get(line.leg)
        if line.state is not LineState.HELD or leg is None or not leg.live:
            continue
        if leg.agent is not None or leg.id in ctx.sessions:
            ctx.command(call, ctx.switch.stop_sound(leg.id))
            music(ctx, call, line)
    for leg in call.legs.values():
        if leg.live and leg.muted:
            ctx.command(call, ctx.switch.mute(leg.id, True))


# --- the end ------------------------------------------------------------------------------------------------
def hang_up(ctx: Context, call: Call, line: Line) -> None:
    """The agent has done with him; what follows comes with his end."""
    leg = call.legs.get(line.leg)
    if leg is None:
        dismiss(ctx, call, line, "cancelled")
        after(ctx, call, line.state)
    elif leg.line:
        state = line.state
        dismiss(ctx, call, line, "RELEASED")
        after(ctx, call, state)
    else:
        cause = "ORIGINATOR_CANCEL" if leg.answered_at is None else "NORMAL_CLEARING"
        ctx.command(call, ctx.switch.hangup(leg.id, cause))


def dismiss(ctx: Context, call: Call, line: Line, cause: str) -> None:
    """Written down as over, and made so."""
    leg, state = call.legs.get(line.leg), line.state
    move(ctx, call, line, "over", cause)
    waiting = ctx.live.calls.get(line.id) if line.kind == QUEUE else None
    if waiting is not None and waiting.ended_at is None and waiting.consult_of == call.id:
        callback.leave_line(ctx, waiting)
    if leg is not None and leg.live:
        if leg.line and state not in NOT_YET:
            ctx.command(call, to_rest(ctx, leg))
        offers.let_go(ctx, call, leg, "ORIGINATOR_CANCEL" if leg.answered_at is None else "NORMAL_CLEARING")
    free(ctx, call, line.agent)


def dismiss_all(ctx: Context, call: Call, why: str = "RELEASED") -> None:
    """The call goes another way, or ends: everybody beside the customer is let go."""
    for line in list(call.lines.values()):
        dismiss(ctx, call, line, why)


def free(ctx: Context, call: Call, agent: int | None) -> None:
    """A colleague's part is over: nobody asks him for a verdict."""
    if agent is not None:
        ctx.agents.withdrawn(agent, call.id)
        ctx.agents.call_over(agent, call.id, must_qualify=False, pause_s=0)


def leg_over(ctx: Context, call: Call, leg: Leg, cause: str) -> None:
    """He has hung up, or did not come."""
    line = call.line_with(leg.id)
    if line is not None:
        over(ctx, call, line, cause)


def over(ctx: Context, call: Call, line: Line, cause: str) -> None:
    state = line.state
    move(ctx, call, line, "over", cause)
    free(ctx, call, line.agent)
    if state in NOT_YET and cause not in CANCELLED and line.asked_by is not None:
        ctx.notice(line.asked_by, f"desk.line.{words(cause)}", {"who": line.name or line.number})
    after(ctx, call, state)


def queue_over(ctx: Context, call: Call, line_id: str, why: str) -> None:
    """The call that waited for an agent of a queue has ended otherwise."""
    line = call.lines.get(line_id)
    if line is not None and line.state is LineState.QUEUED:
        over(ctx, call, line, why)


def after(ctx: Context, call: Call, was: LineState) -> None:
    """Somebody is gone: who is left does not wait in silence."""
    from fs_app.calls import conversation, ending

    leg, runtime = call.agent_leg, ctx.runtime(call)
    if call.stage is Stage.STAYING:
        if not call.lines_there:
            ending.lines_over(ctx, call)
        elif call.talks_to is None and call.line_in(LineState.CONFERENCE) is None:
            stay_with(ctx, call)
    elif call.stage is Stage.CONFERENCE and was is LineState.CONFERENCE:
        runtime.moving_until = ctx.clock.monotonic() + MOVE_S
        conversation.connect(ctx, call)
    elif was in NOT_YET and call.stage is Stage.HELD and call.talks_to is None and leg is not None:
        ctx.command(call, ctx.switch.stop_sound(leg.id))  # the ringing of a telephone that rings no more


def stay_with(ctx: Context, call: Call) -> None:
    """The customer is gone: the agent talks on with the last of those whom he consulted."""
    order = (LineState.TALKING, LineState.CONFERENCE, LineState.HELD)
    line = next((found for state in order if (found := call.line_in(state)) is not None), None)
    if line is not None and line.state is not LineState.TALKING:
        connect(ctx, call, line)


def customer_gone(ctx: Context, call: Call) -> bool:
    """True: the call goes on without him (stage STAYING)."""
    leg, there = call.agent_leg, call.line_in(LineState.TALKING, LineState.CONFERENCE, LineState.HELD)
    talked = call.stage in (Stage.TALKING, Stage.HELD, Stage.CONFERENCE)
    by_others = call.hang_up_by not in ("", "agent")  # a supervisor wants the end of all of it
    if leg is None or there is None or not talked or by_others:
        return False
    ctx.runtime(call).holding = False
    ctx.stage(call, "customer_left", why="caller_hung_up")
    for line in list(call.lines.values()):
        if line.state in NOT_YET or line.state is LineState.ANSWERED:
            dismiss(ctx, call, line, "cancelled")
    stay_with(ctx, call)
    return True
