"""The end of a call: the caller is gone, the verdict is written."""

from __future__ import annotations

from fs_app.calls import offers, outside
from fs_app.calls.context import Context
from fs_app.calls.stages import Stage
from fs_app.calls.state import INTERNAL, Call, Leg
from fs_app.infos import QueueInfo
from fs_app.ivr import words


def caller_gone(ctx: Context, call: Call, leg: Leg, at: int | None, by_far_end: bool | None) -> None:
    """The caller's leg decides: whatever else was going on, the call has ended."""
    if call.ended_at is not None:
        return
    stage = call.stage
    freed = offers.withdraw(ctx, call)
    outside.drop(ctx, call)
    _leave_menu(ctx, call)
    if stage is not Stage.ENDED:
        ctx.stage(call, "caller_hung_up", why=leg.cause, at=at)
    for agent in freed:
        ctx.agents.withdrawn(agent, call.id)
    system = by_far_end is False or leg.cause == "LOST_TRACK"
    by = call.hang_up_by or ("system" if system else "caller")
    outcome = _outcome(call, stage, by)
    ctx.record(call, "call.ended", at, by=by, outcome=outcome, cause=leg.cause)
    # A message in a menu's box has a list of its own; the queue's is for its agents to call back.
    final = ctx.callbacks.ended(call, outcome, "" if call.taking else call.message)
    if final is not None and not call.disposed:
        dispose(ctx, call, final, "", auto=True)
    ctx.runtimes.pop(call.id, None)
    if call.agent is not None and not call.surveyed and not call.handed_over:
        free_agent(ctx, call)


def lines_over(ctx: Context, call: Call) -> None:
    """The customer had gone before; now the agent, or the last of those whom he had consulted, has gone too (stage
    STAYING)."""
    leg, agent = call.legs.get(call.caller_leg), call.agent_leg
    offers.withdraw(ctx, call)
    if agent is not None and agent.line:
        ctx.command(call, ctx.switch.transfer(agent.id, "line"))  # also out of a conference where he is alone
    _leave_menu(ctx, call)
    ctx.stage(call, "lines_over")
    by = call.hang_up_by or "caller"
    outcome = "answered" if call.direction != INTERNAL else _outcome(call, Stage.STAYING, by)
    ctx.record(call, "call.ended", by=by, outcome=outcome, cause=leg.cause if leg is not None else "NONE")
    ctx.callbacks.ended(call, outcome, "" if call.taking else call.message)
    ctx.runtimes.pop(call.id, None)
    if call.agent is not None:
        free_agent(ctx, call)


def _leave_menu(ctx: Context, call: Call) -> None:
    """Where he was in a voice menu is the last that is written of his way."""
    if call.flow is not None:
        changes, _ = ctx.menus.tell(call.account, call.flow, words.HungUp())
        for kind, data in changes:
            ctx.record(call, kind, **data)


def _outcome(call: Call, stage: Stage, by: str) -> str:
    if call.talked:
        return "answered"
    if call.dialled:
        return "cancelled" if call.hang_up_by and not call.callback else "unreachable"
    if call.left_as == "menu" and stage is Stage.MENU and by == "system":
        return "failed"  # lost with the switch
    if call.left_as:
        return call.left_as
    if call.closed:
        return "closed"
    if stage in (Stage.NEW, Stage.GREETING):
        return "failed" if by == "system" else "hung_up_early"
    if stage in (Stage.FAREWELL, Stage.ENDING) or call.hang_up_by:
        return "refused"
    return "failed" if by == "system" else "abandoned"  # lost with the switch: he did not give up


def free_agent(ctx: Context, call: Call) -> None:
    """The agent's part after the conversation: disposition chosen already, wrap-up, or pause."""
    queue = ctx.queue(call)
    done_with(ctx, call, queue.inter_call_s if queue else 0)


def done_with(ctx: Context, call: Call, pause_s: int) -> None:
    """As `free_agent`, with another pause than the queue's."""
    agent, queue = call.agent, ctx.queue(call)
    assert agent is not None
    his = call.chosen_by in (None, agent) or not call.must_qualify  # else a proposal of who gave him the call
    if not call.disposed and call.disposition is not None and his:
        dispose(ctx, call, call.disposition, call.note)
    must_qualify = call.must_qualify and not call.disposed
    if must_qualify and ctx.catalog.agent(agent) is None:
        ctx.record(call, "call.qualify_dropped")  # deactivated during the call: he has no page any more
        ctx.callbacks.judged(call, None)
        must_qualify = False
    ctx.agents.call_over(agent, call.id, must_qualify, pause_s, wrap_up_s(ctx, queue))


def wrap_up_s(ctx: Context, queue: QueueInfo | None) -> int:
    """After so many seconds of wrap-up the call is qualified by itself; 0: never."""
    if queue is None or all(d.id != queue.auto_disposition for d in ctx.catalog.dispositions(queue)):
        return 0
    return queue.auto_qualify_s


def dispose(ctx: Context, call: Call, disposition: int, note: str, auto: bool = False) -> None:
    """The verdict is written: the call is complete. `auto`: nobody chose it, the time was over."""
    info = ctx.catalog.disposition(disposition)
    ctx.live.record(
        "call.disposed",
        account=call.account,
        call=call.id,
        agent=call.agent,
        disposition=disposition,
        code=info.code if info else "",
        label=info.label if info else "",
        note=note,
        **({"auto": True} if auto else {}),
    )
    ctx.callbacks.judged(call, disposition)
