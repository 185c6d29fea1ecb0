"""A queue closes while callers wait in it: they are served still, or treated like those who come now.

That is the queue's choice (`closing_waiting`). Who was put into a closed queue by somebody who knew it stays there.
"""

from __future__ import annotations

from dataclasses import dataclass

from fs_app.calls import closing, overflow, steering
from fs_app.calls.context import Context
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.infos import QueueInfo


@dataclass(frozen=True, slots=True)
class ClosingTime:
    """The queue where he waits has closed."""


def is_over(ctx: Context, call: Call) -> QueueInfo | None:
    """The queue whose closing ends his waiting; None: he may wait on."""
    queue = ctx.queue(call)
    if queue is None or queue.closing_waiting != "closed" or call.absent or call.stage is not Stage.WAITING:
        return None
    entered_at = call.entered_at or call.queued_at
    if entered_at is None or ctx.catalog.opening(queue, ctx.clock.now_ms()).open:
        return None
    return queue if ctx.catalog.opening(queue, entered_at).open else None


def look(ctx: Context, call: Call) -> None:
    """Asked again when it is handled: he may be with an agent, or elsewhere, by now."""
    queue = is_over(ctx, call)
    if queue is None:
        return
    other = closing.stand_in(ctx, queue, call.been)
    if other is not None:
        steering.move(ctx, call, other, "closed")
        return
    opening = ctx.catalog.opening(queue, ctx.clock.now_ms())
    closing.write_down(ctx, call, queue, opening, None)
    overflow.closed(ctx, call, queue, closing.message(ctx, queue, opening))
