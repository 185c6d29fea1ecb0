"""What of the configuration is in use at this moment, from the live state."""

from __future__ import annotations

from collections.abc import Iterable

from fs_app.calls.stages import IN_CONVERSATION, Stage
from fs_app.calls.state import Call

BEFORE_AGENT = frozenset(
    {Stage.NEW, Stage.GREETING, Stage.WAITING, Stage.OFFERED, Stage.CONNECTING, Stage.FAREWELL}
)
"""He hears his last message, or has nobody yet: whoever closes the queue now has him on the line."""


def waiting_in(calls: Iterable[Call], queue: int) -> int:
    """Callers of this queue who have no agent yet."""
    return sum(1 for c in calls if c.queue == queue and c.stage in BEFORE_AGENT)


def talking_in(calls: Iterable[Call], queue: int) -> int:
    return sum(1 for c in calls if c.queue == queue and c.stage in IN_CONVERSATION)


def in_call(calls: Iterable[Call], agent: int) -> bool:
    """Whether this agent has a customer on the line now."""
    return any(c.agent == agent and c.stage in IN_CONVERSATION for c in calls)
