"""When too many wait, or one too long: on to another queue, or a message and the end."""

from __future__ import annotations

from fs_app.calls import sounds
from fs_app.calls.context import Context
from fs_app.calls.limits import Farewell, Onward, after, is_full
from fs_app.calls.state import Call, Stage
from fs_app.catalog import QueueInfo
from fs_app.errors import NoSuchChannel, Refused


def at_the_entrance(ctx: Context, call: Call, queue: QueueInfo) -> QueueInfo | None:
    """The queue that the call goes into; None: it is full, and the caller is being seen off."""
    if not is_full(queue, ctx.length(queue.id)):
        return queue
    place = after(queue.max_length, queue, ctx.catalog.open_queue, ctx.length, call.been)
    if isinstance(place, Farewell):
        turn_away(ctx, call, "max_length", place.message)
        return None
    if isinstance(place, Onward):
        _go_on(ctx, call, queue, place.queue, "max_length")
        return place.queue
    return queue


def waited_too_long(ctx: Context, call: Call, queue_id: int) -> None:
    """The longest wait in this queue is over. Asked again: he may be with an agent, or elsewhere, by now."""
    queue = ctx.catalog.queue(queue_id)
    if queue is None or call.stage is not Stage.WAITING or call.queue != queue_id:
        return
    place = after(queue.max_wait, queue, ctx.catalog.open_queue, ctx.length, call.been)
    if isinstance(place, Farewell):
        turn_away(ctx, call, "max_wait", place.message)
    elif isinstance(place, Onward):
        _go_on(ctx, call, queue, place.queue, "max_wait")
        ctx.command(call, ctx.switch.set_variables(call.caller_leg, {"fsapp_queue": str(place.queue.id)}))
        ctx.kick(place.queue.id)


def _go_on(ctx: Context, call: Call, old: QueueInfo, new: QueueInfo, why: str) -> None:
    ctx.record(
        call,
        "call.overflowed",
        queue=old.id,
        queue_name=old.name,
        new_queue=new.id,
        new_queue_name=new.name,
        why=why,
    )


def turn_away(ctx: Context, call: Call, why: str, message: str) -> None:
    """The message, then the end. Without a message at once."""
    if not message:
        ctx.stage(call, "refused", why=why)
        ctx.command(call, ctx.switch.hangup(call.caller_leg))
        return
    ctx.record(call, "call.turned_away", why=why, message=message)
    ctx.stage(call, "turned_away", why=why)
    say_farewell(ctx, call)


def say_farewell(ctx: Context, call: Call) -> None:
    """Play it (again after a restart): over the music, which it interrupts until it ends."""
    pending = ctx.switch.play(call.caller_leg, [sounds.on_switch(ctx.sounds, call.farewell)])
    ctx.runtime(call).farewell_app = pending.id
    ctx.command(call, pending, lambda call, error: _not_said(ctx, call, error))


def farewell_said(ctx: Context, call: Call) -> None:
    if call.stage is Stage.FAREWELL:
        ctx.stage(call, "farewell_said")
        ctx.command(call, ctx.switch.hangup(call.caller_leg))


def _not_said(ctx: Context, call: Call, error: Exception) -> None:
    """Refused by the switch: nobody waits for its end. (Lost with the link: recovery asks again.)"""
    if isinstance(error, Refused) and not isinstance(error, NoSuchChannel):
        farewell_said(ctx, call)
