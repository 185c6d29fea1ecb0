"""A call to a queue that is closed: on to the queue that stands in, or a message and the end. No agent is asked."""

from __future__ import annotations

from collections.abc import Collection

from fs_app.calls.context import Context
from fs_app.calls.state import Call
from fs_app.hours.opening import Opening
from fs_app.infos import QueueInfo

DEFAULT = "closed.wav"
"""What is said when neither the queue nor the holiday has a message of its own, in the account's language."""


def serving(ctx: Context, call: Call, queue: QueueInfo) -> tuple[QueueInfo, str]:
    """The queue that takes the call now, and what the caller hears when that one is closed, too ('': it is open).

    Written on the time line for each closed queue on the way; an open one leaves no trace.
    """
    seen = {queue.id}
    while True:
        now = ctx.clock.now_ms()
        opening = ctx.catalog.opening(queue, now)
        if opening.open:
            return queue, ""
        # In another account, deactivated, or round in a circle (each queue was right when it was saved): nobody.
        other = ctx.catalog.open_queue(queue.closed_queue)
        if other is not None and (other.id in seen or other.account != queue.account):
            other = None
        write_down(ctx, call, queue, opening, other)
        if other is None:
            return queue, message(ctx, queue, opening)
        seen.add(other.id)
        queue = other


def write_down(ctx: Context, call: Call, queue: QueueInfo, opening: Opening, other: QueueInfo | None) -> None:
    """That the queue was closed for this call; `other` took it."""
    ctx.record(
        call,
        "call.closed",
        queue=queue.id,
        queue_name=queue.name,
        why=f"closed_{opening.why}",
        holiday=opening.holiday.name if opening.holiday else "",
        until=round(opening.until.timestamp() * 1000) if opening.until else None,
        to=other.id if other else None,
        to_name=other.name if other else "",
    )


def stand_in(ctx: Context, queue: QueueInfo, been: Collection[int]) -> QueueInfo | None:
    """The open queue that takes its callers now, none of those where they have `been`."""
    seen, now = {*been, queue.id}, ctx.clock.now_ms()
    other = ctx.catalog.open_queue(queue.closed_queue)
    while other is not None and other.id not in seen and other.account == queue.account:
        if ctx.catalog.opening(other, now).open:
            return other
        seen.add(other.id)
        other = ctx.catalog.open_queue(other.closed_queue)
    return None


def message(ctx: Context, queue: QueueInfo, opening: Opening) -> str:
    """What is said to a caller for whom there is no other queue."""
    of_the_day = (opening.holiday.message or queue.holiday_message) if opening.holiday else ""
    return of_the_day or queue.closed_message or _default(ctx, queue)


def _default(ctx: Context, queue: QueueInfo) -> str:
    account = ctx.catalog.account(queue.account)
    return f"{account.language if account else 'fr'}/{DEFAULT}"
