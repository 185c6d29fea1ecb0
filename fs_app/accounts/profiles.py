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


MODULES = (
    "session",
    "queues",
    "qualification",
    "transferred",
    "delay",
    "history",
    "agents",
    "pop",
    "dial",
    "directory",
    "outbound",
    "lines",
    "recording",
    "statistics",
)
"""The modules of the agent's toolbar. Qualification that is switched off still shows a call that must be qualified."""

MODES = ("manual", "preview", "automatic")
"""How the outbound module calls (BA-110)."""


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """Options of an agent; the values here are those of somebody without a profile.

    - `sees_waiting`: how many callers wait in his queues, and since when.
    - `may_tick_queues`: he connects himself with his queues and disconnects, for calls in and out each (BA-20).
    - `may_edit_number`: he changes the number that reaches him (BA-150).
    - `number_outside`: that number may be one outside, called through the trunk.
    - `softphone`: he may telephone in the browser (BY-50).
    - `free_seating`: a PC remembers its number, and who sits down there next gets it (BA-151).
    - `edits_directory`: he changes everybody's entries of the directory (BA-100).
    - `lines_in_column`: his lines are a module of the column instead of boxes in the bandeau.
    - `modules_off`: modules that his page does not have.
    - `modes`: those of `MODES` among which he switches.
    """

    sees_waiting: bool = True
    may_tick_queues: bool = False
    may_edit_number: bool = False
    number_outside: bool = False
    softphone: bool = False
    free_seating: bool = True
    edits_directory: bool = False
    lines_in_column: bool = False
    modules_off: tuple[str, ...] = ()
    modes: tuple[str, ...] = ("manual", "preview")


NO_PROFILE = AgentOptions()

SETS: Mapping[str, tuple[str, ...]] = {"modules_off": MODULES, "modes": MODES}
"""Options that are some of these, in this order."""


def options_of(stored: Mapping[str, Any] | None) -> AgentOptions:
    """From the database; what has the wrong type or is not known is as without a profile."""
    given = stored or {}
    values: dict[str, Any] = {}
    for f in fields(AgentOptions):
        value = given.get(f.name)
        if f.name in SETS:
            if isinstance(value, list | tuple):
                values[f.name] = tuple(one for one in SETS[f.name] if one in value)
        elif isinstance(value, bool):
            values[f.name] = value
    return AgentOptions(**values)


def to_store(options: AgentOptions) -> dict[str, Any]:
    """Only what is not as without a profile; plain values."""
    return {name: value for name, value in plain(options).items() if value != plain(NO_PROFILE)[name]}


def plain(options: AgentOptions) -> dict[str, Any]:
    """All of them as JSON has them."""
    return {
        f.name: list(value) if isinstance(value := getattr(options, f.name), tuple) else value
        for f in fields(AgentOptions)
    }


def of_role(role: str) -> list[str]:
    """The permissions of a role, in the order of the table."""
    return [permission for permission in PERMISSIONS if may(role, permission)]


def granted(role: str, denied: Collection[str]) -> frozenset[str]:
    """What somebody may do."""
    return frozenset(permission for permission in of_role(role) if permission not in denied)
