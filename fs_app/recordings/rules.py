"""Which conversations a queue records."""

from __future__ import annotations

ALL = "all"
NONE = "none"
DISPOSITIONS = "dispositions"
ON_DEMAND = "on_demand"

RULES = (ALL, NONE, DISPOSITIONS, ON_DEMAND)
"""`dispositions`: everything is recorded, and thrown away after the call unless it was qualified with one of those
chosen: the verdict comes when the conversation is over, and nobody can record backwards. `on_demand`: from the moment
when the agent or a supervisor asks for it."""


def begins_by_itself(rule: str) -> bool:
    """Whether the recording starts with the conversation."""
    return rule in (ALL, DISPOSITIONS)
