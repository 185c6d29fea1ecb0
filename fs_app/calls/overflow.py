"""When too many wait, or one too long, or he presses the key: on to another queue, a number outside, the voicemail,
or a message and the end. A closed queue uses the same ways."""

from __future__ import annotations

from fs_app.calls import announcing, outside, sounds, turns, voicemail
from fs_app.calls.context import Context
from fs_app.calls.limits import Farewell, Message, Onward, Outside, Place, after, is_full
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.errors import NoSuchChannel, Refused
from fs_app.infos import Limit, QueueInfo


def at_the_entrance(ctx: Context, call: Call, queue: QueueInfo) -> QueueInfo | None:
    """The queue that the call goes into; None: it is full, and the caller is on his way elsewhere."""
    if not is_full(queue, ctx.length(queue.id)):
        return queue
    place = _place(ctx, call, queue, queue.max_length)
    if isinstance(place, Onward):
        _go_on(ctx, call, queue, place.queue, "max_length")
        return place.queue
    return None if _go(ctx, call, queue, place, "max_length") else queue


def waited_too_long(ctx: Context, call: Call, queue_id: int) -> None:
    """The longest wait in this queue is over. Asked again: he may be with an agent, or elsewhere, by now."""
    queue = ctx.catalog.queue(queue_id)
    if queue is None or call.stage is not Stage.WAITING or call.queue != queue_id or call.absent:
        return
    leave(ctx, call, queue, queue.max_wait, "max_wait", tried=True)


def leave(ctx: Context, call: Call, queue: QueueInfo, limit: Limit, why: str, tried: bool = False) -> None:
    """Out of the line (stage WAITING). `tried`: not again to a number that was called for him in vain."""
    place = after(
        limit,
        queue,
        ctx.catalog.open_queue,
        ctx.length,
        call.been,
        call.diverted if tried else (),
    )
    if isinstance(place, Onward):
        _go_on(ctx, call, queue, place.queue, why)
        ctx.command(call, ctx.switch.set_variables(call.caller_leg, {"fsapp_queue": str(place.queue.id)}))
        ctx.kick(place.queue.id)
    else:
        _go(ctx, call, queue, place, why)


def closed(ctx: Context, call: Call, queue: QueueInfo, message: str) -> None:
    """Nobody is there (stage NEW): the voicemail, a number, or the message and the end."""
    place = after(queue.closed, queue, ctx.catalog.open_queue, ctx.length, call.been)
    if isinstance(place, Message | Outside):
        _go(ctx, call, queue, place, "closed", otherwise=message)
    else:
        turn_away(ctx, call, "closed", message)


def back_from_outside(ctx: Context, call: Call, why: str) -> None:
    """Nobody answered outside."""
    queue = ctx.queue(call)
    if call.closed or queue is None:
        ctx.stage(call, "turned_away", why=why)
        say_farewell(ctx, call)
    else:
        into_line(ctx, call, queue, "outside_failed", why)


def into_line(ctx: Context, call: Call, queue: QueueInfo, event: str = "queued", why: str = "") -> None:
    """With the next ticket, or the one that he has."""
    if event == "queued" or not call.ticket:
        ticket = call.ticket or ctx.live.next_ticket()
        ctx.record(call, "call.queued", queue=queue.id, queue_name=queue.name, ticket=ticket)
        ctx.command(call, ctx.switch.set_variables(call.caller_leg, {"fsapp_ticket": str(ticket)}))
        turns.in_order(ctx, call)
    ctx.runtime(call).greeting_app = ""
    ctx.stage(call, event, why=why)
    if event == "queued":
        sounds.music(ctx, call)  # only now: in the stages before there is none


def _place(ctx: Context, call: Call, queue: QueueInfo, limit: Limit) -> Place:
    return after(limit, queue, ctx.catalog.open_queue, ctx.length, call.been, call.diverted)


def _go(ctx: Context, call: Call, queue: QueueInfo, place: Place, why: str, otherwise: str = "") -> bool:
    """To a place that is no queue; False: there is none."""
    match place:
        case Farewell(message=message):
            turn_away(ctx, call, why, message)
        case Message() if ctx.disk.trouble:
            # `record` hangs up by itself when it can't write: he is told instead, and not cut off.
            turn_away(ctx, call, "no_recording", announcing.prompt(ctx, call, "away"))
        case Message():
            voicemail.begin(ctx, call, why)
        case Outside(number=number):
            outside.divert(ctx, call, queue, number, why, otherwise)
        case _:
            return False
    return True


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
    if not call.farewell:
        farewell_said(ctx, call)
        return
    pending = ctx.switch.play(call.caller_leg, [sounds.file_of(ctx, call, call.farewell)])
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
