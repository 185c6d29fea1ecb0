"""Into a queue: is it open, its greeting, its line. Who comes here is at home, in stage NEW, MENU or GREETING."""

from __future__ import annotations

from fs_app.calls import closing, overflow, sounds
from fs_app.calls.context import Context
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.errors import NoSuchChannel, Refused
from fs_app.infos import QueueInfo


def welcome(ctx: Context, call: Call, queue: QueueInfo) -> None:
    """To this queue, or to the one that stands in for it."""
    queue, message = closing.serving(ctx, call, queue)
    answer(ctx, call, queue)
    if message:
        overflow.closed(ctx, call, queue, message)
        return
    if queue.greeting:
        ctx.stage(call, "greeting")
    greet(ctx, call)


def answer(ctx: Context, call: Call, queue: QueueInfo | None = None) -> None:
    """Who he is, written on his leg, and the answer."""
    names = {
        "fsapp_account": str(call.account),
        "fsapp_call": call.id,
        "fsapp_role": "caller",
        "fsapp_queue": str(queue.id) if queue is not None else "",
    }
    ctx.command(call, ctx.switch.set_variables(call.caller_leg, names))
    ctx.command(call, ctx.switch.answer(call.caller_leg))


def greet(ctx: Context, call: Call) -> None:
    queue = ctx.queue(call)
    if queue is not None and queue.greeting:
        sounds.greet(ctx, call, queue.greeting, lambda call, error: _greeting_failed(ctx, call, error))
    else:
        enqueue(ctx, call)


def _greeting_failed(ctx: Context, call: Call, error: Exception) -> None:
    """The switch refused to play it: nobody waits for its end. (Lost with the link: recovery asks again.)"""
    if call.stage is Stage.GREETING and isinstance(error, Refused) and not isinstance(error, NoSuchChannel):
        enqueue(ctx, call)


def enqueue(ctx: Context, call: Call) -> None:
    """Into the queue, with the next ticket."""
    queue = ctx.queue(call)
    if queue is None:
        ctx.stage(call, "refused", why="the queue is gone")
        ctx.command(call, ctx.switch.hangup(call.caller_leg, "NORMAL_TEMPORARY_FAILURE"))
        return
    entered = queue if call.ticket else overflow.at_the_entrance(ctx, call, queue)
    if entered is not None:
        overflow.into_line(ctx, call, entered)
