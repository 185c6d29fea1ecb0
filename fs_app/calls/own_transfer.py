"""The agent has given the customer away on his telephone itself, where nobody tells us (BA-40): a key of a telephone
system behind his number, a mobile. He says so by a click, and is free; whom the customer talks to now is on the leg
that was the agent's, and the conversation ends when one of the two hangs up.

A telephone's own REFER is refused by the switch (DECISIONS.md says why); it never comes here.
"""

from __future__ import annotations

from fs_app.calls import recording
from fs_app.calls.conference import ENDS_WITH_IT
from fs_app.calls.context import Context
from fs_app.calls.ending import done_with
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.errors import Conflict


class NotTransferable(Conflict):
    """There is no conversation that could have been given away."""

    key = "error.not_transferable"


def can(call: Call) -> bool:
    leg = call.agent_leg
    talks = call.stage is Stage.TALKING and not call.lines and call.customer_there
    return talks and leg is not None and not leg.line and not call.capture and not call.transferring


def declare(ctx: Context, call: Call) -> None:
    """Raises NotTransferable."""
    leg, agent = call.agent_leg, call.agent
    runtime = ctx.runtime(call)
    moving = runtime.holding or runtime.moving_until > ctx.clock.monotonic()
    if not can(call) or leg is None or agent is None or moving:
        raise NotTransferable(f"call {call.id} in stage {call.stage}")
    # It is nobody's telephone any more: it does not wait for an agent when the customer is gone.
    ctx.command(call, ctx.switch.set_variables(leg.id, {**ENDS_WITH_IT, "park_after_bridge": "false"}))
    recording.stop(ctx, call)  # what is said now is between others
    ctx.record(
        call,
        "call.transferred",
        how="telephone",
        to="number",
        line="",
        leg=leg.id,
        number="",
        name="",
        to_agent=None,
        from_agent=agent,
        agent=agent,
    )
    ctx.stage(call, "transferred_outside", why="telephone")
    done_with(ctx, call, pause_s=0)
