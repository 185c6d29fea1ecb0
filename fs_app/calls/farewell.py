"""An agent who will not come back: his conversation goes on, nothing new comes, and nobody waits for his verdict."""

from __future__ import annotations

from fs_app.agents.state import Presence, Work
from fs_app.calls.context import Context


def see_off(ctx: Context) -> list[str]:
    """For every agent who works and is in the catalogue no more: he is logged out, after his call if he has one.

    Returns the calls that nobody qualifies any more. Called after each change of the catalogue; never yields.
    """
    dropped = []
    for state in list(ctx.live.agents.values()):
        if state.presence is Presence.LOGGED_OUT or ctx.catalog.agent(state.id) is not None:
            continue
        ctx.agents.log_out(state.id, why="deactivated")
        dropped += forsake(ctx, state.id)
    return dropped


def forsake(ctx: Context, agent: int) -> list[str]:
    """Nobody waits for this agent's verdict any longer; returns the call that he leaves without one, if any."""
    state = ctx.live.agents.get(agent)
    call = ctx.live.calls.get((state.call if state is not None else None) or "")
    if state is None or state.work is not Work.AFTER_WORK or call is None:
        return []
    pause = queue.inter_call_s if (queue := ctx.queue(call)) is not None else 0
    ctx.record(call, "call.qualify_dropped")
    ctx.callbacks.judged(call, None)
    ctx.agents.qualified(agent, call.id, pause)
    return [call.id]
