"""Keys that a caller presses while he waits: keep my place and call me back, or leave the line by the queue's exit."""

from __future__ import annotations

from fs_app import facts as f
from fs_app.calls import announcing, overflow
from fs_app.calls.context import Context
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call


def pressed(ctx: Context, call: Call, fact: f.Digit) -> None:
    """Only in the line: while an agent's telephone rings he is nearly through, and in a conversation keys are his."""
    queue = ctx.queue(call)
    if call.stage is not Stage.WAITING or fact.leg != call.caller_leg or queue is None:
        return
    if fact.digit == queue.calling_back.key:
        _keep_place(ctx, call)
    elif fact.digit == queue.exit_key:
        overflow.leave(ctx, call, queue, queue.exit, "exit_key")


def _keep_place(ctx: Context, call: Call) -> None:
    ctx.record(call, "call.key", key="callback")
    if not ctx.callbacks.keep_place(call):
        # He stays where he is: nobody can call "anonymous" back.
        announcing.say(ctx, call, [announcing.prompt(ctx, call, "callback_impossible")])
        return
    overflow.turn_away(ctx, call, "callback", announcing.prompt(ctx, call, "callback_confirmed"))
