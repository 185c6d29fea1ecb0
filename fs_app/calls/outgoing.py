"""Calling somebody (BA-90): the agent's telephone rings first; when he has picked it up the number is dialled.

From there everything is as with somebody who is called back (`callback.py`): the customer's leg has the call's
identifier, and goes home when he answers. In these calls `caller_number` is the person's, `called_number` what he is
shown.
"""

from __future__ import annotations

from uuid import uuid4

from fs_app.calls import offers
from fs_app.calls.context import Context
from fs_app.calls.state import Call
from fs_app.calls.wanted import DIRECTION, Wanted


def ring_agent(ctx: Context, wanted: Wanted) -> Call:
    """His telephone rings, or his permanent line rests. Never yields: nobody else gets him meanwhile."""
    name = str(uuid4())
    ctx.live.record(
        "call.started",
        account=wanted.account,
        call=name,
        direction=DIRECTION,
        caller_number=wanted.number,
        caller_name="",
        called_number=wanted.shown,
        queue=wanted.queue.id,
        asked_by=wanted.agent,
        withheld=wanted.withheld,
    )
    call = ctx.live.calls[name]
    if wanted.contact is not None:
        ctx.record(call, "call.contact", contact=wanted.contact, name=wanted.contact_name)
    offers.make(ctx, call, wanted.queue, wanted.agent, {"chosen_by": "dial"})
    return call
