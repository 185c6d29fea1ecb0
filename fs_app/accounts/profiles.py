"""What a profile says: which permissions of its role are switched off, and a few options of agents.

Pure. A profile never gives more than its role: what `permissions.py` gives to the role less what the profile denies. A
permission that comes with a new version is there for everybody whose role has it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any

from fs_app.accounts.permissions import PERMISSIONS, may

KEEPS_THE_KEYS = "people.manage"
"""Somebody of each account must have it: without him nobody could mend anything any more."""


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """Options of an agent; the values here are those of somebody without a profile.

    `sees_waiting`: how many callers wait in his queues, and since when.
    """

    sees_waiting: bool = True


NO_PROFILE = AgentOptions()


def options_of(stored: Mapping[str, Any] | None) -> AgentOptions:
    """From the database; what has the wrong type or is not known is as without a profile."""
    given = stored or {}
    values = {
        f.name: given[f.name]
        for f in fields(AgentOptions)
        if f.name in given and type(given[f.name]) is type(getattr(NO_PROFILE, f.name))
    }
    return AgentOptions(**values)


def to_store(options: AgentOptions) -> dict[str, Any]:
    """Only what is not as without a profile."""
    return {
        f.name: getattr(options, f.name)
        for f in fields(AgentOptions)
        if getattr(options, f.name) != getattr(NO_PROFILE, f.name)
    }


def of_role(role: str) -> list[str]:
    """The permissions of a role, in the order of the table."""
    return [permission for permission in PERMISSIONS if may(role, permission)]


def granted(role: str, denied: Collection[str]) -> frozenset[str]:
    """What somebody may do."""
    return frozenset(permission for permission in of_role(role) if permission not in denied)
