"""What a death between two lines of the journal leaves half done, and what is still to do about it.

One thing that happens is several lines: the leg has ended, the offer has failed, the agent rests, the caller is in
the line again. Live nothing comes between them. After a kill, a damaged line or a failure in the middle the live
state can hold a part of them; the comparison with the switch can't see that, because both sides agree about legs.

`find` is pure and looks at calls and agents alone. In a state that is whole it finds nothing. `mend` does what
is still to do, by the ordinary ways.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import structlog

from fs_app import metrics
from fs_app.agents.state import INTERRUPTIBLE, AgentState, Work
from fs_app.calls import callback, consult, conversation, ending, offers, transfer
from fs_app.calls.context import Context, MenuDialOver
from fs_app.calls.line import NOT_YET, THERE
from fs_app.calls.stages import IN_CONVERSATION, WITH_AGENT, Role, Stage
from fs_app.calls.state import INTERNAL, Call

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LegOver:
    """The leg has ended, what follows from it was not written."""

    call: str
    leg: str


@dataclass(frozen=True, slots=True)
class NoOffer:
    """OFFERED, but nobody is asked."""

    call: str


@dataclass(frozen=True, slots=True)
class StrayOffer:
    """Somebody is asked, but the call is not OFFERED."""

    call: str
    leg: str


@dataclass(frozen=True, slots=True)
class NotDialled:
    """Somebody should be called back, and the attempt got no further."""

    call: str


@dataclass(frozen=True, slots=True)
class NobodyDials:
    """A customer is being dialled for an agent who is not there."""

    call: str


@dataclass(frozen=True, slots=True)
class LineOver:
    """Who was called beside the customer is gone, or has nobody who wants him any more."""

    call: str
    line: str


@dataclass(frozen=True, slots=True)
class NobodyStays:
    """The customer is gone, and so are those for whom his agent had stayed."""

    call: str


@dataclass(frozen=True, slots=True)
class NobodyQualifies:
    """The call waits for the verdict of an agent who does something else."""

    call: str


@dataclass(frozen=True, slots=True)
class NotOffered:
    """The agent is reserved for a call that is not offered to him."""

    agent: int
    call: str


@dataclass(frozen=True, slots=True)
class NotInCall:
    """The agent is busy with a call that he has not, or no longer."""

    agent: int
    call: str


@dataclass(frozen=True, slots=True)
class NothingToQualify:
    """The agent is in wrap-up for a call that needs nothing."""

    agent: int
    call: str


@dataclass(frozen=True, slots=True)
class TalksUnnoticed:
    """The agent talks in this call, and is believed to be at rest."""

    agent: int
    call: str


GIVES_AWAY = frozenset({Stage.TALKING, Stage.HELD, Stage.CONFERENCE, Stage.STAYING})
"""Here the agent's end may have been told and that of his lines not: `LegOver` sees to both."""

UNNOTICED = frozenset({*INTERRUPTIBLE, Work.OFFERED, Work.DIALING})

Leftover = (
    TalksUnnoticed
    | LegOver
    | NoOffer
    | StrayOffer
    | NotDialled
    | NobodyDials
    | NobodyQualifies
    | LineOver
    | NobodyStays
    | NotOffered
    | NotInCall
    | NothingToQualify
)


def find(
    calls: Mapping[str, Call], agents: Mapping[int, AgentState], looked_at: Collection[str] = ()
) -> list[Leftover]:
    """Everything half done, the calls first: mending them frees most of the agents. `looked_at`: calls whose number is
    to be dialled as soon as somebody has looked whether it may be."""
    found: list[Leftover] = []
    for call in calls.values():
        if not (call.id in looked_at and call.absent and call.stage is Stage.DIALING and call.agent_leg):
            found += _of_call(call, agents, calls)
        found += _of_lines(call, calls)
    for agent in agents.values():
        found += _of_agent(agent, calls.get(agent.call or ""))
    return found


def _is_consulted(call: Call, calls: Mapping[str, Call]) -> bool:
    asks = calls.get(call.consult_of)
    return asks is not None and call.id in asks.lines


def _of_lines(call: Call, calls: Mapping[str, Call]) -> list[Leftover]:
    wanted = call.stage in WITH_AGENT and call.agent_leg is not None
    found: list[Leftover] = []
    for line in call.lines.values():
        leg, waits = call.legs.get(line.leg), calls.get(line.id)
        there = leg.live if leg is not None else waits is not None and waits.ended_at is None
        if not there or (not wanted and call.stage not in GIVES_AWAY):
            found.append(LineOver(call.id, line.id))
    rings = call.direction == INTERNAL and bool(call.lines)  # the colleague whom he called
    alone = call.stage is Stage.STAYING and not call.lines_there and not rings
    if not found and alone and call.agent_leg is not None:
        found.append(NobodyStays(call.id))
    return found


def _of_call(call: Call, agents: Mapping[int, AgentState], calls: Mapping[str, Call]) -> list[Leftover]:
    caller = call.legs.get(call.caller_leg)
    if call.absent and call.ended_at is None:
        stands = call.stage is Stage.OFFERED or (call.stage is Stage.WAITING and call.asked_by is None)
        stands = stands or (call.direction == INTERNAL and call.stage is Stage.STAYING)
        if not stands or (call.consult_of and not _is_consulted(call, calls)):
            return [NotDialled(call.id)]
    elif (
        call.ended_at is None
        and call.stage is not Stage.STAYING
        and (caller is None or not caller.live or call.stage is Stage.ENDED)
    ):
        return [LegOver(call.id, call.caller_leg)]
    if call.stage is Stage.OFFERED:
        if not call.offers:
            return [NoOffer(call.id)]
        over = [leg for leg in call.offers if not call.legs[leg].live]
        if over:
            return [LegOver(call.id, leg) for leg in over]
    elif call.offers and call.stage not in WITH_AGENT:
        return [StrayOffer(call.id, leg) for leg in call.offers]
    if call.stage is Stage.DIALING and call.agent_leg is None:
        return [] if call.hang_up_by else [NobodyDials(call.id)]
    if call.stage in WITH_AGENT and call.agent_leg is None:
        known = call.taken_by if call.taken_by in call.legs else ""  # its line of the journal may be damaged
        last = known or next((g.id for g in reversed(call.legs.values()) if g.role is Role.AGENT), "")
        return [LegOver(call.id, last)] if last else []
    if call.stage in (*IN_CONVERSATION, Stage.STAYING):
        asked = [line.agent for line in call.lines.values() if line.state in THERE]
        dials = call.direction == INTERNAL and not asked
        for agent_id in filter(None, () if dials else (call.agent, *asked)):
            his = agents.get(agent_id)
            if his is not None and his.work in UNNOTICED and his.call in (None, call.id):
                return [TalksUnnoticed(his.id, call.id)]
    if call.stage is Stage.ENDED and not call.over:
        agent = agents.get(call.agent or 0)
        if agent is None or agent.call != call.id:
            return [NobodyQualifies(call.id)]
    return []


def _of_agent(agent: AgentState, call: Call | None) -> list[Leftover]:
    name = agent.call or ""
    if agent.work is Work.OFFERED:
        line = call.line_of(agent.id) if call is not None else None
        offered = call is not None and call.offered_to(agent.id) is not None
        offered = offered or (line is not None and line.state in NOT_YET)
        return [] if offered else [NotOffered(agent.id, name)]
    if agent.work is Work.DIALING and call is not None and call.stage is Stage.OFFERED:
        return [] if call.offered_to(agent.id) is not None else [NotInCall(agent.id, name)]
    if agent.work in (Work.ACTIVE, Work.DIALING):
        his = call is not None and (call.agent == agent.id or call.line_of(agent.id) is not None)
        busy = call is not None and (call.stage in WITH_AGENT or call.stage is Stage.ENDING)
        return [] if his and busy else [NotInCall(agent.id, name)]
    if agent.work is Work.AFTER_WORK and (call is None or call.over or not call.agent_done or call.disposed):
        return [NothingToQualify(agent.id, name)]
    return []


def mend(ctx: Context) -> list[Leftover]:
    """Do it, each once; returns what there was. Never yields."""
    done: list[Leftover] = []
    while True:
        now = ctx.clock.monotonic()
        looked_at = {call for call, runtime in ctx.runtimes.items() if runtime.looked_until > now}
        left = [x for x in find(ctx.live.calls, ctx.live.agents, looked_at) if x not in done]
        if not left:
            return done
        done.append(left[0])
        log.warning("half done; finished now", what=repr(left[0]))
        try:
            _tell(ctx, left[0])
            _finish(ctx, left[0])
        except Exception:  # one that can't be finished must not keep all the others from it
            metrics.FAILURES.labels(where="leftovers").inc()
            log.exception("it could not be finished", what=repr(left[0]))


def _tell(ctx: Context, leftover: Leftover) -> None:
    """Every correction of an agent's state stands in the journal, and is counted (BY-03)."""
    agent = getattr(leftover, "agent", None)
    state = ctx.live.agents.get(agent) if agent is not None else None
    if state is None:
        return
    what = type(leftover).__name__
    metrics.AGENTS_MENDED.labels(what=what).inc()
    ctx.live.record(
        "recovery.agent",
        account=state.account,
        agent=state.id,
        call=leftover.call or None,
        what=what,
        was=str(state.work),
    )


def _finish(ctx: Context, leftover: Leftover) -> None:
    call = ctx.live.calls.get(leftover.call)
    queue = ctx.queue(call) if call is not None else None
    pause = queue.inter_call_s if queue is not None else 0
    match leftover:
        case LegOver(leg=leg) if call is not None:
            conversation.leg_over(ctx, call, call.legs[leg])
        case LineOver(line=line) if call is not None:
            consult.over(ctx, call, call.lines[line], "LOST_TRACK")
        case NobodyStays() if call is not None:
            ending.lines_over(ctx, call)
        case NoOffer() if call is not None and transfer.under_way(call):
            transfer.failed(ctx, call, "nobody is asked")
        case NoOffer() if call is not None and call.flow is not None:
            ctx.stage(call, "back_in_menu", why="nobody is asked")
            ctx.tell(call.id, MenuDialOver("failed"))
        case NoOffer() if call is not None:
            ctx.stage(call, "offer_failed", why="nobody is asked")
        case NobodyDials() if call is not None:
            callback.agent_gone(ctx, call)
        case NotDialled() if call is not None:
            callback.leave_line(ctx, call, "unreachable")
        case StrayOffer(leg=leg) if call is not None:
            offers.take_back(ctx, call, leg)
        case NobodyQualifies() if call is not None:
            ctx.record(call, "call.qualify_dropped")
        case NotOffered(agent=agent, call=name):
            ctx.agents.withdrawn(agent, name)
        case NotInCall(agent=agent, call=name):
            must = call is not None and call.agent == agent and call.agent_done and _to_be_qualified(call)
            ctx.agents.call_over(agent, name, must, pause, ending.wrap_up_s(ctx, queue))
        case TalksUnnoticed(agent=agent, call=name):
            ctx.agents.recovered_in_call(agent, name)
        case NothingToQualify(agent=agent, call=name):
            ctx.agents.qualified(agent, name, pause)


def _to_be_qualified(call: Call) -> bool:
    return call.must_qualify and not call.disposed
