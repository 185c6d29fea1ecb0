"""Where an agent is called (BA-150, BA-151, BY-50). Pure.

A telephone is not a person: an agent has a number of his own, and works for a day on another telephone of the account,
on one outside, or in his browser.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SOFTPHONE = "softphone."
"""A telephone in a browser registers as this and the agent's identifier: its password lives as long as a login, and the
desk telephone of the same agent keeps its own registration."""


class How(StrEnum):
    OWN = "own"  # the telephone with the agent's own number
    SOFTPHONE = "softphone"  # the one in his browser
    PHONE = "phone"  # another telephone of the account
    OUTSIDE = "outside"  # through the trunk


@dataclass(frozen=True, slots=True)
class Reach:
    """`number`: that of PHONE (as in the directory) or OUTSIDE (E.164). `proven`: somebody picked up there when it was
    tried, or nobody has changed it."""

    how: How = How.OWN
    number: str = ""
    proven: bool = True


OWN = Reach()


def softphone_user(agent: int) -> str:
    return f"{SOFTPHONE}{agent}"


def softphone_agent(user: str) -> int | None:
    """Whose telephone in a browser this SIP user is."""
    rest = user.removeprefix(SOFTPHONE)
    ours = rest != user and rest.isascii() and rest.isdecimal() and len(rest) < 10
    return int(rest) if ours else None


def to_entry(reach: Reach) -> dict[str, Any]:
    """As the journal has it."""
    return {"how": str(reach.how), "number": reach.number, "proven": reach.proven}


def of_entry(data: dict[str, Any] | None) -> Reach:
    """What another version wrote and makes no sense here is the agent's own telephone."""
    data = data or {}
    try:
        return Reach(How(data.get("how", "own")), str(data.get("number", "")), bool(data.get("proven", True)))
    except ValueError:
        return OWN
