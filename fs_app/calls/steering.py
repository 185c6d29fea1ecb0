"""What a supervisor does with somebody's call: end it, move a waiting caller, put him first."""

from __future__ import annotations

from fs_app.calls import callback, consult, ending
from fs_app.calls.context import Context
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.infos import QueueInfo


def end(ctx: Context, call: Call, by: str) -> None:
    """Written down first: when the command is lost, the comparison with the switch finds it still to be done."""
    if call.stage is Stage.ENDED or (call.hang_up_by and call.stage is not Stage.STAYING):
        return
    ctx.record(call, "call.hang_up_asked", by=by)
    if call.stage is Stage.STAYING:  # no customer (any more): the agent and whom he called
        consult.dismiss_all(ctx, call)
        ending.lines_over(ctx, call)
        return
    if call.absent:
        callback.leave_line(ctx, call, "unreachable")
        return
    ctx.command(call, ctx.switch.hangup(call.caller_leg))


def move(ctx: Context, call: Call, new: QueueInfo, why: str) -> None:
    """Into another queue, with his ticket and the time waited so far; the call must be WAITING."""
    old = ctx.queue(call)
    ctx.record(
        call,
        "call.overflowed",
        queue=call.queue,
        queue_name=old.name if old else "",
        new_queue=new.id,
        new_queue_name=new.name,
        why=why,
    )
    ctx.command(call, ctx.switch.set_variables(call.caller_leg, {"fsapp_queue": str(new.id)}))
    ctx.kick(new.id)


def put_first(ctx: Context, call: Call) -> None:
    """A priority above that of all who wait in the same queue; the call must be WAITING."""
    others = [
        c.priority
        for c in ctx.live.calls.values()
        if c.queue == call.queue and c.stage is Stage.WAITING and c.id != call.id
    ]
    if not others or call.priority > max(others):
        return
    ctx.record(call, "call.prioritised", priority=max(others) + 1)
    if call.queue is not None:
        ctx.kick(call.queue)
