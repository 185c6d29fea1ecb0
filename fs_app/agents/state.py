"""An agent is small machines: presence and work; what people see is computed from them (BA-160).

Presence (a test compares this with the table):

    LOGGED_OUT -[log_in]> UNAVAILABLE
    UNAVAILABLE -[available]> AVAILABLE
    UNAVAILABLE -[unavailable]> UNAVAILABLE
    UNAVAILABLE -[log_out]> LOGGED_OUT
    AVAILABLE -[unavailable]> UNAVAILABLE
    AVAILABLE -[log_out]> LOGGED_OUT

Work:

    IDLE -[offered]> OFFERED
    OFFERED -[answered]> ACTIVE
    OFFERED -[withdrawn]> IDLE
    OFFERED -[not_answered]> NO_ANSWER_DELAY
    IDLE -[bridged]> ACTIVE
    ACTIVE -[qualify]> AFTER_WORK
    ACTIVE -[pause]> INTER_CALL
    ACTIVE -[done]> IDLE
    AFTER_WORK -[pause]> INTER_CALL
    AFTER_WORK -[done]> IDLE
    NO_ANSWER_DELAY -[pause]> INTER_CALL
    NO_ANSWER_DELAY -[done]> IDLE
    INTER_CALL -[done]> IDLE
    IDLE -[back_office]> BACK_OFFICE
    INTER_CALL -[back_office]> BACK_OFFICE
    NO_ANSWER_DELAY -[back_office]> BACK_OFFICE
    BACK_OFFICE -[done]> IDLE
    INTER_CALL -[offered]> OFFERED
    NO_ANSWER_DELAY -[offered]> OFFERED
    BACK_OFFICE -[offered]> OFFERED
    AFTER_WORK -[offered]> OFFERED
    IDLE -[preview]> PREVIEW
    PREVIEW -[offered]> OFFERED
    PREVIEW -[dial]> DIALING
    PREVIEW -[back_office]> BACK_OFFICE
    PREVIEW -[done]> IDLE
    IDLE -[dial]> DIALING
    INTER_CALL -[dial]> DIALING
    NO_ANSWER_DELAY -[dial]> DIALING
    BACK_OFFICE -[dial]> DIALING
    OFFERED -[dial]> DIALING
    DIALING -[bridged]> ACTIVE
    DIALING -[qualify]> AFTER_WORK
    DIALING -[pause]> INTER_CALL
    DIALING -[done]> IDLE

DIALING is a call that he makes: first his own telephone rings (there is nothing to be missed in it), then the other
one. Who is called back for a queue is OFFERED to him, and dialled when he has picked up.

Routing offers him calls in IDLE alone. A colleague who asks for him rings his telephone also in a pause; a call that he
has transferred in vain comes back to him in a pause, and while he qualifies it.

PREVIEW: somebody to be called is shown to him and reserved for him (`outbound/`). Callers may come to him meanwhile,
unless the queue of what he is shown goes first (`preview_alone`).

A line's state (ringing, talking, held) is the state of the agent's leg in its call (`calls/state.py`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from fs_app.agents.reach import OWN, Reach, of_entry
from fs_app.journal import Entry
from fs_app.machine import Machine


class Presence(StrEnum):
    LOGGED_OUT = "LOGGED_OUT"
    UNAVAILABLE = "UNAVAILABLE"
    AVAILABLE = "AVAILABLE"


class Work(StrEnum):
    IDLE = "IDLE"
    OFFERED = "OFFERED"
    DIALING = "DIALING"
    ACTIVE = "ACTIVE"
    AFTER_WORK = "AFTER_WORK"
    INTER_CALL = "INTER_CALL"
    NO_ANSWER_DELAY = "NO_ANSWER_DELAY"
    BACK_OFFICE = "BACK_OFFICE"
    PREVIEW = "PREVIEW"


_P, _W = Presence, Work
PRESENCE: Machine[Presence] = Machine(
    "presence",
    {
        (_P.LOGGED_OUT, "log_in"): _P.UNAVAILABLE,
        (_P.UNAVAILABLE, "available"): _P.AVAILABLE,
        (_P.UNAVAILABLE, "unavailable"): _P.UNAVAILABLE,
        (_P.UNAVAILABLE, "log_out"): _P.LOGGED_OUT,
        (_P.AVAILABLE, "unavailable"): _P.UNAVAILABLE,
        (_P.AVAILABLE, "log_out"): _P.LOGGED_OUT,
    },
)
WORK: Machine[Work] = Machine(
    "work",
    {
        (_W.IDLE, "offered"): _W.OFFERED,
        (_W.OFFERED, "answered"): _W.ACTIVE,
        (_W.OFFERED, "withdrawn"): _W.IDLE,
        (_W.OFFERED, "not_answered"): _W.NO_ANSWER_DELAY,
        (_W.IDLE, "bridged"): _W.ACTIVE,
        (_W.ACTIVE, "qualify"): _W.AFTER_WORK,
        (_W.ACTIVE, "pause"): _W.INTER_CALL,
        (_W.ACTIVE, "done"): _W.IDLE,
        (_W.AFTER_WORK, "pause"): _W.INTER_CALL,
        (_W.AFTER_WORK, "done"): _W.IDLE,
        (_W.NO_ANSWER_DELAY, "pause"): _W.INTER_CALL,
        (_W.NO_ANSWER_DELAY, "done"): _W.IDLE,
        (_W.INTER_CALL, "done"): _W.IDLE,
        (_W.IDLE, "back_office"): _W.BACK_OFFICE,
        (_W.INTER_CALL, "back_office"): _W.BACK_OFFICE,
        (_W.NO_ANSWER_DELAY, "back_office"): _W.BACK_OFFICE,
        (_W.BACK_OFFICE, "done"): _W.IDLE,
        (_W.INTER_CALL, "offered"): _W.OFFERED,
        (_W.NO_ANSWER_DELAY, "offered"): _W.OFFERED,
        (_W.BACK_OFFICE, "offered"): _W.OFFERED,
        (_W.AFTER_WORK, "offered"): _W.OFFERED,
        (_W.IDLE, "preview"): _W.PREVIEW,
        (_W.PREVIEW, "offered"): _W.OFFERED,
        (_W.PREVIEW, "dial"): _W.DIALING,
        (_W.PREVIEW, "back_office"): _W.BACK_OFFICE,
        (_W.PREVIEW, "done"): _W.IDLE,
        (_W.IDLE, "dial"): _W.DIALING,
        (_W.INTER_CALL, "dial"): _W.DIALING,
        (_W.NO_ANSWER_DELAY, "dial"): _W.DIALING,
        (_W.BACK_OFFICE, "dial"): _W.DIALING,
        (_W.OFFERED, "dial"): _W.DIALING,
        (_W.DIALING, "bridged"): _W.ACTIVE,
        (_W.DIALING, "qualify"): _W.AFTER_WORK,
        (_W.DIALING, "pause"): _W.INTER_CALL,
        (_W.DIALING, "done"): _W.IDLE,
    },
)

SHOWN = {
    Work.OFFERED: "RINGING",
    Work.DIALING: "DIALING",
    Work.ACTIVE: "IN_CALL",
    Work.AFTER_WORK: "WRAP_UP",
    Work.INTER_CALL: "INTER_CALL",
    Work.NO_ANSWER_DELAY: "NO_ANSWER_DELAY",
    Work.BACK_OFFICE: "BACK_OFFICE",
    Work.PREVIEW: "PREVIEW",
}

PHONE = "phone"
"""He was set aside because his telephone is not there."""

INTERRUPTIBLE = frozenset({Work.IDLE, Work.INTER_CALL, Work.NO_ANSWER_DELAY, Work.BACK_OFFICE, Work.PREVIEW})
"""In these an asked-for unavailability or log-out is in force at once; in the others after the work."""


class LineState(StrEnum):
    """Of a permanent line (BY-51): not there, his telephone is being called, connected."""

    CLOSED = "CLOSED"
    RINGING = "RINGING"
    OPEN = "OPEN"


@dataclass(slots=True)
class Line:
    """The permanent line of an agent: its leg while there is one, `why` it is closed."""

    leg: str = ""
    state: LineState = LineState.CLOSED
    since: int = 0
    why: str = ""


INBOUND, OUTBOUND = "inbound", "outbound"
"""The directions in which an agent is connected with a queue (`ticks.py`)."""

BUSY = frozenset({Work.OFFERED, Work.DIALING, Work.ACTIVE, Work.AFTER_WORK})
"""He has a call: reserved, dialled, in conversation, or to be qualified."""

TIMED = frozenset({Work.INTER_CALL, Work.NO_ANSWER_DELAY, Work.AFTER_WORK})
"""These may end by themselves, at `until`."""


@dataclass(slots=True)
class AgentState:
    """The live state of one agent. Times are UTC ms. `wanted` waits for the end of the work."""

    id: int
    account: int
    presence: Presence = Presence.LOGGED_OUT
    reason: int | None = None
    presence_since: int = 0
    wanted: str = ""  # "", "unavailable", "log_out", "back_office"
    wanted_reason: int | None = None
    work: Work = Work.IDLE
    work_since: int = 0
    until: int | None = None
    then_pause_s: int = 0  # the pause between calls that follows a delay
    call: str | None = None
    idle_since: int = 0
    line: Line = field(default_factory=Line)
    reach: Reach = OWN
    mode: str = ""  # how he works through the list of calls to make (outbound.settings.MODES); '': manual
    preview: str = ""  # who is shown to him, in PREVIEW
    preview_alone: bool = False
    set_aside: str = ""  # why the program made him unavailable (PHONE); '' when he chose it himself
    unticked: dict[str, list[int]] = field(default_factory=dict)  # direction (`ticks.py`) → queues
    left_available: bool = False  # when he logged out the last time

    @property
    def shown(self) -> str:
        """The state that people see."""
        if self.presence is Presence.LOGGED_OUT and self.work in INTERRUPTIBLE:
            return str(self.presence)  # a delay that still runs is nobody's any more
        if self.work is not Work.IDLE:
            return SHOWN[self.work]
        if self.presence is Presence.AVAILABLE:
            return "IDLE"
        return str(self.presence)

    @property
    def shown_since(self) -> int:
        if self.shown == Presence.LOGGED_OUT:
            return self.presence_since
        return self.work_since if self.work is not Work.IDLE else max(self.presence_since, self.work_since)

    @property
    def ready(self) -> bool:
        """May get a call, as far as the agent goes (the phone is another matter)."""
        free = self.work is Work.IDLE or (self.work is Work.PREVIEW and not self.preview_alone)
        return self.presence is Presence.AVAILABLE and free and not self.wanted


def evolve(agent: AgentState, entry: Entry) -> None:
    """Apply one entry; the same code live and at replay."""
    d = entry.data
    match entry.kind:
        case "agent.presence":
            agent.presence, agent.reason, agent.presence_since = (
                Presence(d["new"]),
                d.get("reason"),
                entry.at,
            )
            agent.wanted, agent.wanted_reason = "", None
            agent.set_aside = d.get("set_aside", "")
            if agent.presence is Presence.LOGGED_OUT:
                agent.left_available = d.get("old") == "AVAILABLE"
            if agent.presence is Presence.AVAILABLE:
                agent.idle_since = entry.at
        case "agent.ticked":
            others = [q for q in agent.unticked.get(d["direction"], ()) if q != d["queue"]]
            queues = others if d["on"] else sorted([*others, d["queue"]])
            agent.unticked = {k: v for k, v in {**agent.unticked, d["direction"]: queues}.items() if v}
        case "agent.wanted":
            agent.wanted, agent.wanted_reason = d["wanted"], d.get("reason")
        case "agent.work":
            new = Work(d["new"])
            if new is Work.IDLE and d["why"] != "withdrawn":
                agent.idle_since = entry.at
            agent.work, agent.work_since = new, entry.at
            agent.until, agent.call = d.get("until"), d.get("of")
            agent.then_pause_s = d.get("then_pause_s", 0)
            agent.preview, agent.preview_alone = d.get("item", ""), bool(d.get("alone"))
            if new is Work.BACK_OFFICE:
                agent.wanted, agent.wanted_reason = "", None
        case "agent.reach":
            agent.reach = of_entry(d)
        case "agent.mode":
            agent.mode = d["mode"]
        case "agent.line":
            agent.line = Line(d["leg"], LineState(d["new"]), entry.at, d.get("why", ""))
        case _:
            pass


def dump(agent: AgentState) -> dict[str, Any]:
    return asdict(agent)


def load(data: dict[str, Any]) -> AgentState:
    data = dict(data)
    data["presence"], data["work"] = Presence(data["presence"]), Work(data["work"])
    line = data.pop("line", None) or {}
    reach = of_entry(data.pop("reach", None))
    return AgentState(
        **data, line=Line(**{**line, "state": LineState(line.get("state", "CLOSED"))}), reach=reach
    )
