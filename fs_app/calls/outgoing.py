"""Calling somebody (BA-90): the agent's telephone rings first; when he has picked it up the number is dialled.

From there everything is as with somebody who is called back (`callback.py`): the customer's leg has the call's
identifier, and goes home when he answers. In these calls `caller_number` is the person's, `called_number` what he is
shown.
"""

from __future__ import annotations

from uuid import uuid4

from fs_app.calls import consult, ending, offers, targets
from fs_app.calls.context import Context
from fs_app.calls.state import INTERNAL, Call
from fs_app.calls.wanted import DIRECTION, Wanted
from fs_app.errors import FsAppError
from fs_app.infos import QueueInfo


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
        **({"record": wanted.record} if wanted.record is not None else {}),
    )
    call = ctx.live.calls[name]
    if wanted.contact is not None:
        ctx.record(call, "call.contact", contact=wanted.contact, name=wanted.contact_name)
    offers.make(ctx, call, wanted.queue, wanted.agent, {"chosen_by": "dial"})
    return call


def ring_for_colleague(ctx: Context, account: int, agent: int, colleague: int) -> Call:
    """His telephone rings, then the colleague's; nobody else is there, and nobody is asked for a verdict. Raises what
    `targets.colleague` raises."""
    target = targets.colleague(ctx, account, agent, colleague)
    name = str(uuid4())
    ctx.live.record(
        "call.started",
        account=account,
        call=name,
        direction=INTERNAL,
        caller_number=target.number,
        caller_name=target.name,
        called_number="",
        asked_by=agent,
        to_agent=colleague,
    )
    call = ctx.live.calls[name]
    offers.make(ctx, call, _no_queue(account), agent, {"chosen_by": "dial"})
    return call


def _no_queue(account: int) -> QueueInfo:
    """How long his own telephone rings for a call to a colleague."""
    return QueueInfo(
        0,
        account,
        "",
        "",
        "",
        "",
        None,
        False,
        ring_s=20,
        no_answer_delay_s=0,
        inter_call_s=0,
        record_rule="none",
    )


def dial_colleague(ctx: Context, call: Call) -> None:
    """He has picked up (stage STAYING): now the colleague, if he is still there and free."""
    assert call.agent is not None
    try:
        target = targets.colleague(ctx, call.account, call.agent, call.to_agent or 0)
    except FsAppError as error:
        ctx.record(call, "call.dial_refused", number=call.caller_number, why=error.key, agent=call.agent)
        ending.lines_over(ctx, call)
        return
    consult.begin(ctx, call, call.agent, target)
