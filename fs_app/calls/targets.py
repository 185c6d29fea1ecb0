"""Whom an agent may call beside his customer, or give him to: a number, a colleague, a queue. Refused at once with the
reason, as far as it can be known before."""

from __future__ import annotations

from dataclasses import dataclass

from fs_app.agents.state import BUSY, Presence
from fs_app.calls.context import Context
from fs_app.calls.limits import is_full
from fs_app.calls.line import AGENT, NUMBER, QUEUE, Target
from fs_app.calls.state import Call
from fs_app.errors import Conflict, Invalid, NotFound
from fs_app.infos import AgentInfo, QueueInfo

INTERNAL = 6
"""A number of at most so many digits may be that of an agent or of a queue."""


class AgentAway(Conflict):
    """He is logged out, or (for a transfer without a word) not available."""

    key = "error.agent_away"


class AgentBusy(Conflict):
    """He has a call, or one to qualify."""

    key = "error.agent_busy"


class AgentNoPhone(Conflict):
    """His telephone is not there."""

    key = "error.agent_no_phone"


class QueueClosed(Conflict):
    """Nobody is there at this hour."""

    key = "error.queue_closed"


class QueueFull(Conflict):
    """As many wait as may."""

    key = "error.queue_full"


class Yourself(Invalid):
    """That is his own telephone, or the queue where nobody but he works."""

    key = "error.line_yourself"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the agent chose: a `number` as he typed it, or the identifier of an agent or a queue."""

    kind: str
    number: str = ""
    id: int | None = None


def find(ctx: Context, call: Call, agent: int, wish: Wish, blind: bool) -> Target:
    """Raises NotFound, Invalid, Conflict, or what the rules for numbers raise."""
    if wish.kind == NUMBER:
        inside = _internal(ctx, call, wish.number)
        if inside is None:
            number = ctx.number_for(call.account, wish.number, call.queue)
            return Target(NUMBER, number=number, name="")
        wish = inside
    if wish.kind == AGENT:
        return _agent(ctx, call, agent, wish, blind)
    if wish.kind == QUEUE:
        return _queue(ctx, call, agent, wish)
    raise Invalid("a number, an agent or a queue", field="to")


def _internal(ctx: Context, call: Call, number: str) -> Wish | None:
    digits = number.strip()
    if not digits.isdigit() or len(digits) > INTERNAL:
        return None
    for info in ctx.catalog.now.agents.values():
        if info.account == call.account and info.number == digits:
            return Wish(AGENT, id=info.id)
    for queue in ctx.catalog.now.queues.values():
        if queue.account == call.account and queue.number == digits:
            return Wish(QUEUE, id=queue.id)
    return None


def _agent(ctx: Context, call: Call, agent: int, wish: Wish, blind: bool) -> Target:
    if call.line_of(wish.id or 0) is not None:
        info = ctx.catalog.agent(wish.id or 0)
        raise AgentBusy(f"agent {wish.id}", name=info.name if info is not None else "")
    return colleague(ctx, call.account, agent, wish.id or 0, blind)


def colleague(ctx: Context, account: int, agent: int, wanted: int, blind: bool = False) -> Target:
    """Another agent, when he can be called now. Raises NotFound, Yourself, AgentAway, AgentBusy, AgentNoPhone."""
    info = ctx.catalog.agent(wanted)
    if info is None or info.account != account:
        raise NotFound(f"agent {wanted}")
    if info.id == agent:
        raise Yourself("that is himself", field="to")
    state = ctx.live.agents.get(info.id)
    if state is None or state.presence is Presence.LOGGED_OUT or state.wanted == "log_out":
        raise AgentAway(f"agent {info.id}", name=info.name)
    if state.work in BUSY:
        raise AgentBusy(f"agent {info.id}", name=info.name)
    if blind and state.presence is not Presence.AVAILABLE:
        raise AgentAway(f"agent {info.id}", name=info.name)
    if not ctx.agents.can_be_rung(info.id):
        raise AgentBusy(f"agent {info.id}", name=info.name)
    if not has_phone(ctx, info):
        raise AgentNoPhone(f"agent {info.id}", name=info.name)
    return Target(AGENT, number=info.number, agent=info.id, name=info.name)


def has_phone(ctx: Context, info: AgentInfo) -> bool:
    if info.permanent_line:
        return ctx.lines.leg(info.id) != ""
    return ctx.phones.contact(info.number, info.domain) is not None


def _queue(ctx: Context, call: Call, agent: int, wish: Wish) -> Target:
    queue = ctx.catalog.open_queue(wish.id)
    if queue is None or queue.account != call.account:
        raise NotFound(f"queue {wish.id}")
    if not is_open(ctx, queue):
        raise QueueClosed(f"queue {queue.id}", name=queue.name)
    if is_full(queue, ctx.length(queue.id)):
        raise QueueFull(f"queue {queue.id}", name=queue.name)
    if set(queue.agents) <= {agent}:
        raise Yourself("nobody else works there", field="to")
    return Target(QUEUE, queue=queue.id, name=queue.name)


def is_open(ctx: Context, queue: QueueInfo) -> bool:
    return ctx.catalog.opening(queue, ctx.clock.now_ms()).open
