"""Who came first while nobody listened: callers stand in the line by their arrival, not as they were found.

A program that was dead, frozen or cut off learns of several callers at once, in whatever order they knock at the
door again. Each gets the next ticket; then the tickets of those who are in the wrong order are dealt anew.
"""

from __future__ import annotations

from collections.abc import Iterable

from fs_app.calls.context import Context
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call

MAY_WAIT = frozenset({Stage.WAITING, Stage.OFFERED, Stage.CONNECTING})
"""In the line, or back in it when the agent who is asked does not answer."""


def in_order(ctx: Context, call: Call) -> None:
    """To be called when `call` has got its ticket and before it enters the line."""
    if call.started_at > ctx.deaf_until:
        return
    for one, ticket in dealt(call, ctx.live.calls.values()):
        ctx.record(one, "call.turn", ticket=ticket, old=one.ticket)
        ctx.command(one, ctx.switch.set_variables(one.caller_leg, {"fsapp_ticket": str(ticket)}))


def dealt(call: Call, everybody: Iterable[Call]) -> list[tuple[Call, int]]:
    """The new tickets, so that `call` stands before those who came after it and were in the line first. Only who
    was put into the line after it had come gives way, and nobody who goes on from a call before this one."""
    ticket = call.ticket or 0
    behind = [
        other
        for other in everybody
        if other.stage in MAY_WAIT
        and other.ticket is not None
        and other.ticket < ticket
        and other.started_at > call.started_at
        and (other.queued_at or 0) >= other.started_at
    ]
    if not behind:
        return []
    group = sorted([*behind, call], key=lambda c: (c.started_at, c.ticket or 0))
    tickets = sorted(c.ticket or 0 for c in group)
    return [(one, new) for one, new in zip(group, tickets, strict=True) if one.ticket != new]
