"""With which of his queues an agent is connected (BA-20): he unticks one for calls in or for calls out, if his profile
lets him. Pure."""

from __future__ import annotations

from fs_app.agents.state import INBOUND, OUTBOUND, AgentState
from fs_app.infos import AgentInfo

__all__ = ["DIRECTIONS", "INBOUND", "OUTBOUND", "connected"]

DIRECTIONS = (INBOUND, OUTBOUND)


def connected(info: AgentInfo, state: AgentState | None, queue: int, direction: str) -> bool:
    """Does he work for this queue of his in this direction? What he unticked while his profile let him does not count
    when it does not any more: he could not tick it again."""
    if state is None or not state.unticked or not info.options.may_tick_queues:
        return True
    return queue not in state.unticked.get(direction, ())
