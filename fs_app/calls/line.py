"""A line: somebody whom the agent of a call has called beside its customer. Pure.

Its states (a test compares this with the table):

    DIALING -[ringing]> RINGING
    DIALING -[queued]> QUEUED
    DIALING -[answered]> ANSWERED
    DIALING -[bridged]> TALKING
    DIALING -[over]> ENDED
    QUEUED -[answered]> ANSWERED
    QUEUED -[over]> ENDED
    RINGING -[answered]> ANSWERED
    RINGING -[bridged]> TALKING
    RINGING -[over]> ENDED
    ANSWERED -[bridged]> TALKING
    ANSWERED -[held]> HELD
    ANSWERED -[over]> ENDED
    TALKING -[held]> HELD
    TALKING -[conference]> CONFERENCE
    TALKING -[transferred]> ENDED
    TALKING -[over]> ENDED
    HELD -[bridged]> TALKING
    HELD -[conference]> CONFERENCE
    HELD -[transferred]> ENDED
    HELD -[over]> ENDED
    CONFERENCE -[bridged]> TALKING
    CONFERENCE -[transferred]> ENDED
    CONFERENCE -[over]> ENDED

QUEUED waits for an agent of a queue. ANSWERED: he has picked up, and the agent is about to hear him. TALKING: the agent
talks to him, the customer waits. HELD: he hears the music. CONFERENCE: all three hear each other. The customer's own
line is the stage of the call (`state.py`). At most one line of a call is TALKING or in CONFERENCE.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fs_app.machine import Machine


class LineState(StrEnum):
    DIALING = "DIALING"
    QUEUED = "QUEUED"
    RINGING = "RINGING"
    ANSWERED = "ANSWERED"
    TALKING = "TALKING"
    HELD = "HELD"
    CONFERENCE = "CONFERENCE"
    ENDED = "ENDED"


_L = LineState
MACHINE: Machine[LineState] = Machine(
    "line",
    {
        (_L.DIALING, "ringing"): _L.RINGING,
        (_L.DIALING, "queued"): _L.QUEUED,
        (_L.DIALING, "answered"): _L.ANSWERED,
        (_L.DIALING, "bridged"): _L.TALKING,
        (_L.DIALING, "over"): _L.ENDED,
        (_L.QUEUED, "answered"): _L.ANSWERED,
        (_L.QUEUED, "over"): _L.ENDED,
        (_L.RINGING, "answered"): _L.ANSWERED,
        (_L.RINGING, "bridged"): _L.TALKING,
        (_L.RINGING, "over"): _L.ENDED,
        (_L.ANSWERED, "bridged"): _L.TALKING,
        (_L.ANSWERED, "held"): _L.HELD,
        (_L.ANSWERED, "over"): _L.ENDED,
        (_L.TALKING, "held"): _L.HELD,
        (_L.TALKING, "conference"): _L.CONFERENCE,
        (_L.TALKING, "transferred"): _L.ENDED,
        (_L.TALKING, "over"): _L.ENDED,
        (_L.HELD, "bridged"): _L.TALKING,
        (_L.HELD, "conference"): _L.CONFERENCE,
        (_L.HELD, "transferred"): _L.ENDED,
        (_L.HELD, "over"): _L.ENDED,
        (_L.CONFERENCE, "bridged"): _L.TALKING,
        (_L.CONFERENCE, "transferred"): _L.ENDED,
        (_L.CONFERENCE, "over"): _L.ENDED,
    },
)

NOT_YET = frozenset({_L.DIALING, _L.QUEUED, _L.RINGING})
"""He is not there yet; one at a time."""

SPOKEN_TO = frozenset({_L.TALKING, _L.HELD, _L.CONFERENCE})
"""The agent has talked to him: the customer can be given to him."""

THERE = SPOKEN_TO | {_L.ANSWERED}

NUMBER, AGENT, QUEUE = "number", "agent", "queue"


@dataclass(slots=True)
class Line:
    """`id` is the leg of who was called, of a queue that of the call which waits in it; then `leg` is empty until an
    agent of it has picked up. Times are UTC ms."""

    id: str
    kind: str  # NUMBER, AGENT, QUEUE
    leg: str = ""
    state: LineState = LineState.DIALING
    since: int = 0
    number: str = ""
    name: str = ""
    agent: int | None = None
    queue: int | None = None
    asked_by: int | None = None  # the agent who called him

    @property
    def party(self) -> dict[str, object]:
        """Who it is, for pages."""
        if self.kind == NUMBER:
            return {"kind": NUMBER, "id": None, "name": self.name or self.number}
        return {"kind": self.kind, "id": self.agent if self.kind == AGENT else self.queue, "name": self.name}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a line or a transfer leads: a number as it is dialled, an agent, or a queue; `name` as people see it."""

    kind: str
    number: str = ""
    agent: int | None = None
    queue: int | None = None
    name: str = ""


@dataclass(slots=True)
class Transfer:
    """A blind transfer that is on its way: asked for, or (`begun`) rung. `returns`: the call comes back to
    `from_agent` when it fails."""

    kind: str
    from_agent: int
    returns: bool
    number: str = ""
    agent: int | None = None
    queue: int | None = None
    name: str = ""
    begun: bool = False
