"""The lines of an agent's call as his page shows them: the customer's first, then who was called beside him."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from fs_app.calls import conference, transfer
from fs_app.calls.line import NOT_YET, Line, LineState
from fs_app.calls.stages import IN_CONVERSATION, Stage
from fs_app.calls.state import INTERNAL, Call

TRANSFER, CONFERENCE = "calls.transfer", "calls.conference"

Names = Callable[[int | None], dict[str, Any] | None]
"""An agent as `{id, name}`; None for nobody."""


def customer_can(call: Call, denied: Collection[str]) -> list[str]:
    """What may be done with the customer's line, beside what was always there (hold, resume, hang up)."""
    found: list[str] = []
    if call.capture or call.transferring or call.stage not in IN_CONVERSATION:
        return found
    if call.stage is Stage.CONFERENCE:
        found += ["leave"] if len(call.lines) == 1 and CONFERENCE not in denied else []
    elif TRANSFER not in denied:
        busy = call.line_in(*NOT_YET, LineState.ANSWERED) is not None
        found += [] if busy else ["consult"]
        found += ["transfer"] if transfer.can(call) else []
    return [*found, *_heard(call, call.stage in (Stage.TALKING, Stage.CONFERENCE))]


def _heard(call: Call, talks: bool) -> list[str]:
    leg = call.agent_leg
    muted = leg is not None and leg.muted
    return ["unmute" if muted else "mute", *(["dtmf"] if talks else [])]


def line_can(call: Call, line: Line, denied: Collection[str]) -> list[str]:
    """What the agent who has the call may do with one beside the customer."""
    found = ["hang_up"]
    if line.state in NOT_YET or line.state is LineState.ANSWERED:
        return found
    if line.state is LineState.CONFERENCE:
        found += ["leave"] if len(call.lines) == 1 and CONFERENCE not in denied else []
    else:
        found.append("hold" if line.state is LineState.TALKING else "resume")
        if line.state is LineState.HELD and call.stage is Stage.CONFERENCE:
            found.remove("resume")
        found += ["complete"] if TRANSFER not in denied and conference.can_complete(call, line) else []
        found += ["conference"] if CONFERENCE not in denied and conference.can_begin(call, line) else []
    return [*found, *_heard(call, line.state in (LineState.TALKING, LineState.CONFERENCE))]


def beside(call: Call, denied: Collection[str]) -> list[dict[str, Any]]:
    """On the page of the agent who has the call."""
    leg = call.agent_leg
    return [
        {
            "id": line.id,
            "call": call.id,
            "kind": "consult",
            "party": line.party,
            "state": shown_state(line),
            "since": line.since,
            "number": line.number,
            "name": line.name,
            "queue": None,
            "recording": False,
            "record": {"state": "off", "problem": ""},
            "callback": False,
            "muted": bool(leg is not None and leg.muted),
            "consulted_by": None,
            "can": line_can(call, line, denied),
        }
        for line in call.lines.values()
    ]


def shown_state(line: Line) -> str:
    return "RINGING" if line.state is LineState.ANSWERED else str(line.state)


def of_colleague(call: Call, line: Line, name: Names) -> list[dict[str, Any]]:
    """On the page of somebody who is asked by the agent who has the call."""
    leg, asker = call.legs.get(line.leg), name(line.asked_by)
    talks = line.state in (LineState.TALKING, LineState.CONFERENCE)
    muted = bool(leg is not None and leg.muted)
    there = leg is not None and leg.answered_at is not None
    internal = call.direction == INTERNAL  # there is no customer: he who asks is all that there is
    return [
        {
            "id": line.leg,
            "call": call.id,
            "kind": "consult",
            "party": {
                "kind": "agent",
                "id": asker["id"] if asker else None,
                "name": asker["name"] if asker else "",
            },
            "state": shown_state(line),
            "since": line.since,
            "number": "" if internal else call.caller_number,
            "name": (asker["name"] if asker else "") if internal else call.contact_name or call.caller_name,
            "queue": None,
            "recording": False,
            "record": {"state": "off", "problem": ""},
            "callback": False,
            "muted": muted,
            "consulted_by": asker,
            "can": [
                "hang_up",
                *(["unmute" if muted else "mute"] if there else []),
                *(["dtmf"] if talks else []),
            ],
        }
    ]
