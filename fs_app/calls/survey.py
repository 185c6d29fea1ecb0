"""The agent has hung up and the caller has not: he is led into a menu, and asked how it was. His agent's part is over.

The same way leads back into a menu that had called the agent.
"""

from __future__ import annotations

from fs_app.calls import ending, menu, offers, recording
from fs_app.calls.context import Context
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.infos import FlowInfo

TALKED = (Stage.TALKING, Stage.HELD)

BACK = 0
"""Instead of a flow: into the menu that called the agent."""


def wanted(ctx: Context, call: Call) -> FlowInfo | None:
    """The menu that follows this conversation; None: the call ends with it."""
    queue = ctx.queue(call)
    flow = ctx.catalog.flow(call.survey or (queue.survey_flow if queue is not None else None))
    if call.direction == "outbound":
        return None  # he did not call us: nobody keeps him
    if flow is None or flow.account != call.account or call.surveyed or call.hang_up_by:
        return None
    caller = call.legs.get(call.caller_leg)
    return flow if caller is not None and caller.live else None


def follows(ctx: Context, call: Call) -> bool:
    """The caller is led on when his agent leaves."""
    alone = call.stage in TALKED and not call.lines and call.transfer is None
    return alone and (call.flow is not None or wanted(ctx, call) is not None)


def ask_for(ctx: Context, call: Call) -> None:
    """The agent pressed the key that ends the call: the caller is taken home first. The rest follows there."""
    flow = wanted(ctx, call)
    ctx.record(call, "call.survey_wanted", flow=flow.id if flow is not None and call.flow is None else BACK)
    if call.stage is Stage.HELD:
        begin(ctx, call, "answered")
    else:
        ctx.command(
            call,
            ctx.switch.send_home(call.caller_leg),
            lambda call, error: ctx.command(call, ctx.switch.hangup(call.caller_leg)),
        )


def begin(ctx: Context, call: Call, why: str, at_the_door: bool = False) -> None:
    """The conversation is over (stage TALKING or HELD). He is on his way to the door, or has just rung there."""
    flow, leg = wanted(ctx, call), call.agent_leg
    recording.stop(ctx, call)
    if call.flow is None and flow is not None:
        menu.started(ctx, call, flow, survey=True)
    else:
        ctx.record(call, "flow.after", why=why)
    ctx.stage(call, "survey", why=why)
    if leg is not None:
        offers.let_go(ctx, call, leg, "NORMAL_CLEARING")
    if call.agent is not None:
        ending.free_agent(ctx, call)
    if at_the_door:
        menu.resume(ctx, call)
    elif call.caller_leg in ctx.sessions:
        # There already, with music: he comes in once more, and hears the menu from its beginning.
        ctx.command(call, ctx.switch.send_home(call.caller_leg))
