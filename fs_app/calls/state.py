"""A call: its stage as a table, its whole live state as a fold over journal entries.

The stages (a test compares this with the table):

    NEW -[greeting]> GREETING
    NEW -[queued]> WAITING
    NEW -[offered]> OFFERED
    NEW -[refused]> ENDING
    GREETING -[queued]> WAITING
    GREETING -[refused]> ENDING
    NEW -[turned_away]> FAREWELL
    GREETING -[turned_away]> FAREWELL
    WAITING -[offered]> OFFERED
    WAITING -[refused]> ENDING
    WAITING -[turned_away]> FAREWELL
    FAREWELL -[farewell_said]> ENDING
    NEW -[to_voicemail]> VOICEMAIL
    GREETING -[to_voicemail]> VOICEMAIL
    WAITING -[to_voicemail]> VOICEMAIL
    VOICEMAIL -[message_left]> ENDING
    NEW -[diverted]> DIVERTING
    GREETING -[diverted]> DIVERTING
    WAITING -[diverted]> DIVERTING
    NEW -[menu]> MENU
    MENU -[greeting]> GREETING
    MENU -[queued]> WAITING
    MENU -[refused]> ENDING
    MENU -[turned_away]> FAREWELL
    MENU -[to_voicemail]> VOICEMAIL
    MENU -[diverted]> DIVERTING
    MENU -[offered]> OFFERED
    MENU -[menu_over]> ENDING
    DIVERTING -[back_in_menu]> MENU
    OUTSIDE -[back_in_menu]> MENU
    VOICEMAIL -[back_in_menu]> MENU
    OFFERED -[back_in_menu]> MENU
    CONNECTING -[back_in_menu]> MENU
    TALKING -[survey]> MENU
    HELD -[survey]> MENU
    DIVERTING -[outside_failed]> WAITING
    DIVERTING -[turned_away]> FAREWELL
    DIVERTING -[bridged]> OUTSIDE
    OUTSIDE -[outside_hung_up]> ENDING
    OFFERED -[offer_failed]> WAITING
    OFFERED -[agent_answered]> CONNECTING
    OFFERED -[dialling]> DIALING
    OFFERED -[to_colleague]> STAYING
    DIALING -[customer_answered]> CONNECTING
    DIALING -[bridged]> TALKING
    OFFERED -[bridged]> TALKING
    CONNECTING -[offer_failed]> WAITING
    CONNECTING -[bridged]> TALKING
    WAITING -[bridged]> TALKING
    TALKING -[held]> HELD
    TALKING -[agent_hung_up]> ENDING
    TALKING -[line_lost]> WAITING
    HELD -[bridged]> TALKING
    HELD -[agent_hung_up]> ENDING
    HELD -[line_lost]> WAITING
    CONFERENCE -[line_lost]> WAITING
    CONFERENCE -[agent_hung_up]> ENDING
    TALKING -[conference]> CONFERENCE
    HELD -[conference]> CONFERENCE
    CONFERENCE -[bridged]> TALKING
    TALKING -[transferred]> TALKING
    HELD -[transferred]> TALKING
    CONFERENCE -[transferred]> TALKING
    TALKING -[transferred_outside]> OUTSIDE
    HELD -[transferred_outside]> OUTSIDE
    CONFERENCE -[transferred_outside]> OUTSIDE
    TALKING -[queued]> WAITING
    HELD -[queued]> WAITING
    TALKING -[offered]> OFFERED
    HELD -[offered]> OFFERED
    TALKING -[diverted]> DIVERTING
    HELD -[diverted]> DIVERTING
    DIVERTING -[offered]> OFFERED
    CONNECTING -[offered]> OFFERED
    TALKING -[customer_left]> STAYING
    HELD -[customer_left]> STAYING
    CONFERENCE -[customer_left]> STAYING
    STAYING -[lines_over]> ENDED
    CONFERENCE -[caller_hung_up]> ENDED
    STAYING -[caller_hung_up]> ENDED
    NEW -[caller_hung_up]> ENDED
    GREETING -[caller_hung_up]> ENDED
    FAREWELL -[caller_hung_up]> ENDED
    VOICEMAIL -[caller_hung_up]> ENDED
    DIVERTING -[caller_hung_up]> ENDED
    OUTSIDE -[caller_hung_up]> ENDED
    WAITING -[caller_hung_up]> ENDED
    OFFERED -[caller_hung_up]> ENDED
    DIALING -[caller_hung_up]> ENDED
    CONNECTING -[caller_hung_up]> ENDED
    TALKING -[caller_hung_up]> ENDED
    HELD -[caller_hung_up]> ENDED
    ENDING -[caller_hung_up]> ENDED
    MENU -[caller_hung_up]> ENDED

MENU: he is led by a voice menu (`Call.flow`), from which he may go anywhere, and to which he comes back from a number
that did not answer, a box, or (to be asked how it was) from his agent. FAREWELL is a message to somebody for whom there
is no room, or no agent in time. DIVERTING: a number outside is being dialled for him; OUTSIDE: he talks there. DIALING:
an agent has the call of somebody who is called back, and waits for him to answer; such a call has no caller's leg
before (`absent`). The caller's leg decides: when it is gone the call has ENDED, whatever else was going on, unless the
agent talks on with somebody whom he called beside him (STAYING). ENDING is "we are hanging it up". An ended call stays
in memory until it is qualified, if it must be.

Who is called beside the customer has a state of his own (`line.py`). CONFERENCE: the three of them together. A blind
transfer takes the customer from his agent (into a queue's line, to another agent's telephone, to a number outside);
one that fails comes back (`transfer.py`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from fs_app.calls.line import THERE, Line, LineState, Transfer
from fs_app.ivr import run as runs
from fs_app.journal import Entry
from fs_app.machine import Machine


class Stage(StrEnum):
    NEW = "NEW"
    GREETING = "GREETING"
    FAREWELL = "FAREWELL"
    VOICEMAIL = "VOICEMAIL"
    MENU = "MENU"
    DIVERTING = "DIVERTING"
    OUTSIDE = "OUTSIDE"
    WAITING = "WAITING"
    OFFERED = "OFFERED"
    DIALING = "DIALING"
    CONNECTING = "CONNECTING"
    TALKING = "TALKING"
    HELD = "HELD"
    CONFERENCE = "CONFERENCE"
    STAYING = "STAYING"
    ENDING = "ENDING"
    ENDED = "ENDED"


class Role(StrEnum):
    CALLER = "caller"
    AGENT = "agent"
    OUTSIDE = "outside"
    CONSULTED = "consulted"


_S = Stage
MACHINE: Machine[Stage] = Machine(
    "call",
    {
        (_S.NEW, "greeting"): _S.GREETING,
        (_S.NEW, "queued"): _S.WAITING,
        (_S.NEW, "offered"): _S.OFFERED,
        (_S.NEW, "refused"): _S.ENDING,
        (_S.GREETING, "queued"): _S.WAITING,
        (_S.GREETING, "refused"): _S.ENDING,
        (_S.NEW, "turned_away"): _S.FAREWELL,
        (_S.GREETING, "turned_away"): _S.FAREWELL,
        (_S.WAITING, "offered"): _S.OFFERED,
        (_S.WAITING, "refused"): _S.ENDING,
        (_S.WAITING, "turned_away"): _S.FAREWELL,
        (_S.FAREWELL, "farewell_said"): _S.ENDING,
        (_S.NEW, "to_voicemail"): _S.VOICEMAIL,
        (_S.GREETING, "to_voicemail"): _S.VOICEMAIL,
        (_S.WAITING, "to_voicemail"): _S.VOICEMAIL,
        (_S.VOICEMAIL, "message_left"): _S.ENDING,
        (_S.NEW, "diverted"): _S.DIVERTING,
        (_S.GREETING, "diverted"): _S.DIVERTING,
        (_S.WAITING, "diverted"): _S.DIVERTING,
        (_S.NEW, "menu"): _S.MENU,
        (_S.MENU, "greeting"): _S.GREETING,
        (_S.MENU, "queued"): _S.WAITING,
        (_S.MENU, "refused"): _S.ENDING,
        (_S.MENU, "turned_away"): _S.FAREWELL,
        (_S.MENU, "to_voicemail"): _S.VOICEMAIL,
        (_S.MENU, "diverted"): _S.DIVERTING,
        (_S.MENU, "offered"): _S.OFFERED,
        (_S.MENU, "menu_over"): _S.ENDING,
        (_S.DIVERTING, "back_in_menu"): _S.MENU,
        (_S.OUTSIDE, "back_in_menu"): _S.MENU,
        (_S.VOICEMAIL, "back_in_menu"): _S.MENU,
        (_S.OFFERED, "back_in_menu"): _S.MENU,
        (_S.CONNECTING, "back_in_menu"): _S.MENU,
        (_S.TALKING, "survey"): _S.MENU,
        (_S.HELD, "survey"): _S.MENU,
        (_S.DIVERTING, "outside_failed"): _S.WAITING,
        (_S.DIVERTING, "turned_away"): _S.FAREWELL,
        (_S.DIVERTING, "bridged"): _S.OUTSIDE,
        (_S.OUTSIDE, "outside_hung_up"): _S.ENDING,
        (_S.OFFERED, "offer_failed"): _S.WAITING,
        (_S.OFFERED, "agent_answered"): _S.CONNECTING,
        (_S.OFFERED, "dialling"): _S.DIALING,
        (_S.OFFERED, "to_colleague"): _S.STAYING,
        (_S.DIALING, "customer_answered"): _S.CONNECTING,
        (_S.DIALING, "bridged"): _S.TALKING,
        (_S.OFFERED, "bridged"): _S.TALKING,
        (_S.CONNECTING, "offer_failed"): _S.WAITING,
        (_S.CONNECTING, "bridged"): _S.TALKING,
        (_S.WAITING, "bridged"): _S.TALKING,
        (_S.TALKING, "held"): _S.HELD,
        (_S.TALKING, "agent_hung_up"): _S.ENDING,
        (_S.TALKING, "line_lost"): _S.WAITING,
        (_S.HELD, "bridged"): _S.TALKING,
        (_S.HELD, "agent_hung_up"): _S.ENDING,
        (_S.HELD, "line_lost"): _S.WAITING,
        (_S.CONFERENCE, "line_lost"): _S.WAITING,
        (_S.CONFERENCE, "agent_hung_up"): _S.ENDING,
        (_S.TALKING, "conference"): _S.CONFERENCE,
        (_S.HELD, "conference"): _S.CONFERENCE,
        (_S.CONFERENCE, "bridged"): _S.TALKING,
        (_S.TALKING, "transferred"): _S.TALKING,
        (_S.HELD, "transferred"): _S.TALKING,
        (_S.CONFERENCE, "transferred"): _S.TALKING,
        (_S.TALKING, "transferred_outside"): _S.OUTSIDE,
        (_S.HELD, "transferred_outside"): _S.OUTSIDE,
        (_S.CONFERENCE, "transferred_outside"): _S.OUTSIDE,
        (_S.TALKING, "queued"): _S.WAITING,
        (_S.HELD, "queued"): _S.WAITING,
        (_S.TALKING, "offered"): _S.OFFERED,
        (_S.HELD, "offered"): _S.OFFERED,
        (_S.TALKING, "diverted"): _S.DIVERTING,
        (_S.HELD, "diverted"): _S.DIVERTING,
        (_S.DIVERTING, "offered"): _S.OFFERED,
        (_S.CONNECTING, "offered"): _S.OFFERED,
        (_S.TALKING, "customer_left"): _S.STAYING,
        (_S.HELD, "customer_left"): _S.STAYING,
        (_S.CONFERENCE, "customer_left"): _S.STAYING,
        (_S.STAYING, "lines_over"): _S.ENDED,
        **{(stage, "caller_hung_up"): _S.ENDED for stage in _S if stage is not _S.ENDED},
    },
)

IN_A_MENU = frozenset({"menu", "callback"})
"""What becomes of a call that ends in a menu, and no longer matters when he stands in a line."""

MOST_VARIABLES = 50
"""Of voice menus, that a call keeps after them."""

TAKING = ("box", "box_name", "files", "most_s", "silence_s")
"""What a message into a box is taken by."""

HEARS_MUSIC = frozenset({Stage.WAITING, Stage.OFFERED, Stage.CONNECTING, Stage.HELD, Stage.DIVERTING})
"""In these stages the caller is at home, in our outbound session, with hold music."""


CONSULT = "consult"
"""The direction of a call that waits in a queue's line for an agent who asks a colleague (`consulting.py`)."""

INTERNAL = "internal"
"""Direction of a call to a colleague: without a customer, begun in stage STAYING with him as its one line."""

DIALLED = frozenset({"callback", "outbound", INTERNAL, CONSULT})
"""Directions of calls that begin with us: who is called has no leg before he is dialled."""

IN_CONVERSATION = frozenset({Stage.TALKING, Stage.HELD, Stage.CONFERENCE})
"""Customer and agent have each other, though perhaps not this moment."""

WITH_AGENT = frozenset({Stage.CONNECTING, Stage.DIALING, Stage.STAYING, *IN_CONVERSATION})
"""An agent has taken the call, and his leg is there."""


@dataclass(slots=True)
class Leg:
    """One channel. Times are UTC ms, None until they happen."""

    id: str
    role: Role
    agent: int | None = None
    number: str = ""
    created_at: int = 0
    ringing_at: int | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    cause: str = ""
    line: bool = False  # a permanent line: it was there before the call, and stays after it
    muted: bool = False  # nobody hears what is said there

    @property
    def live(self) -> bool:
        return self.ended_at is None


@dataclass(slots=True)
class Offer:
    """The reservation of an agent for this call, until `deadline` (UTC ms)."""

    agent: int
    leg: str
    deadline: int


NO_FAULT = frozenset({"ORIGINATOR_CANCEL", "LOSE_RACE", "WITHDRAWN"})
"""Ends of an offer that are no fault of the agent: the caller is gone, or somebody else was faster."""


@dataclass(slots=True)
class Recording:
    """One file; `since` is when it began (UTC ms)."""

    id: str
    path: str
    running: bool = False
    masked: bool = False  # while the caller is on hold
    since: int = 0


@dataclass(frozen=True, slots=True)
class Unclosed:
    """A recording whose call is over and whose end nobody has told yet: the switch tells it after the hang-up. `leg`
    is the customer's; `until` when the call ended (UTC ms)."""

    id: str
    account: int
    call: str
    leg: str
    path: str
    since: int
    until: int


@dataclass(slots=True)
class Call:
    """The live state of one call."""

    id: str
    account: int
    direction: str
    started_at: int
    caller_number: str
    caller_name: str
    called_number: str
    from_agent: int | None = None  # whose telephone made it
    queue: int | None = None
    stage: Stage = Stage.NEW
    stage_since: int = 0
    ticket: int | None = None
    queued_at: int | None = None  # first, in whichever queue: the wait is counted from here
    entered_at: int | None = None  # into the queue where it is now
    been: list[int] = field(default_factory=list)  # queues, the present one too
    priority: int = 0
    farewell: str = ""  # the message that is played before the end
    left_as: str = (
        ""  # how he left the line, when that is what became of the call: callback, voicemail, outside
    )
    message: str = ""  # the recording of what he left in the voicemail
    message_ms: int | None = None  # how long it is, when the switch has said so
    taking: dict[str, Any] = field(
        default_factory=dict
    )  # the box and its limits; empty: the queue's voicemail
    menu: int | None = None  # the voice menu behind the number that he called
    flow: runs.Run | None = None  # where he is in a voice menu
    survey: int | None = None  # the menu that follows now that his agent wants to hang up; 0: his own goes on
    surveyed: bool = False  # his agent has hung up, and he has not
    after: str = ""  # how a number or an agent that the menu called was, until the menu knows it
    language: str = ""  # that he chose in a menu, or that the menu speaks; empty: the account's
    diverted: list[str] = field(default_factory=list)  # numbers outside that were called for him
    callback: str = ""  # whom this call calls back
    record: int | None = None  # of a call list, whom this call is for
    asked_by: int | None = None  # the agent who wanted to call, and is asked alone
    withheld: bool = False  # who is called is not shown a number
    to_agent: int | None = None  # the colleague who is called
    agent: int | None = None
    preferred_agent: int | None = None
    contact: int | None = None
    contact_name: str = ""
    legs: dict[str, Leg] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)  # leg → whom it rings; several with ring all
    taken_by: str = ""  # the leg of the agent who took it (last)
    failed_agents: list[int] = field(default_factory=list)
    recording: Recording | None = None
    recording_asked: bool = False  # by a person, where the queue's rule leaves it to them
    recording_paused: bool = False  # by a person: the file gets silence, whatever else happens
    recording_problem: str = ""  # why it is not recorded as it should be, '' when it is
    capture: str = ""  # on hold to type digits: asking, or back (waits for the bridge); capture.py
    captured: dict[str, Any] = field(default_factory=dict)  # how that ended; never what was typed
    variables: dict[str, str] = field(default_factory=dict)  # that voice menus have set, but for secret ones
    talked: bool = False
    hang_up_by: str = ""
    closed: bool = False  # the queue was, and no other stood in
    ended_at: int | None = None
    disposition: int | None = None
    chosen_by: int | None = None  # the agent who chose it during the conversation
    note: str = ""
    disposed: bool = False
    must_qualify: bool = False
    lines: dict[str, Line] = field(
        default_factory=dict
    )  # who was called beside the customer, and is not over
    transfer: Transfer | None = None  # a blind one that is on its way
    handed_over: bool = False  # to somebody outside: the part of its agent is over, and the verdict is his
    consult_of: str = ""  # the call whose agent waits in the line of a queue

    @property
    def caller_leg(self) -> str:
        """An inbound call has the id of its caller's leg: identity that no crash can lose."""
        return self.id

    @property
    def agent_leg(self) -> Leg | None:
        """The living leg of the agent who has this call, or, while nobody has, of the first who is offered it."""
        for leg in (self.taken_by, *self.offers):
            found = self.legs.get(leg)
            if found is not None and found.live:
                return found
        return None

    @property
    def asked_legs(self) -> list[Leg]:
        """The living legs of those who have, or are offered, this call."""
        found = [self.legs[leg] for leg in (self.taken_by, *self.offers) if leg in self.legs]
        return [leg for leg in found if leg.live]

    def offered_to(self, agent: int | None) -> Offer | None:
        return next((offer for offer in self.offers.values() if offer.agent == agent), None)

    def leg_of(self, agent: int) -> Leg | None:
        """The living leg with which this agent has, or is offered, the call."""
        return next((leg for leg in self.asked_legs if leg.agent == agent), None)

    @property
    def agent_done(self) -> bool:
        """The conversation with the agent is over: what is left for him is the verdict."""
        return self.surveyed or self.handed_over or self.stage is Stage.ENDED

    def line_with(self, leg: str) -> Line | None:
        """The line of this leg."""
        return next((line for line in self.lines.values() if leg and line.leg == leg), None)

    def line_of(self, agent: int | None) -> Line | None:
        """The line on which this agent is, or is called."""
        return next(
            (x for x in self.lines.values() if agent is not None and x.agent == agent and x.leg in self.legs),
            None,
        )

    def line_in(self, *states: LineState) -> Line | None:
        """The latest line in one of these states."""
        return next((line for line in reversed(self.lines.values()) if line.state in states), None)

    @property
    def talks_to(self) -> Line | None:
        """The line on which its agent talks, the customer waiting or gone."""
        return self.line_in(LineState.TALKING)

    @property
    def lines_there(self) -> list[Line]:
        """Those who have picked up."""
        return [line for line in self.lines.values() if line.state in THERE]

    @property
    def transferring(self) -> bool:
        """Its agent wants to get rid of it: it is on its way to the door, where that begins."""
        return self.transfer is not None and not self.transfer.begun

    @property
    def customer_there(self) -> bool:
        leg = self.legs.get(self.caller_leg)
        return leg is not None and leg.live

    @property
    def recording_silent(self) -> bool:
        """Nothing of what is said gets into the file."""
        return self.recording is not None and (self.recording.masked or self.recording_paused)

    @property
    def outside_leg(self) -> Leg | None:
        """The living leg of who was called outside for him."""
        return next((g for g in self.legs.values() if g.role is Role.OUTSIDE and g.live), None)

    @property
    def absent(self) -> bool:
        """It is there for somebody who has not been called yet."""
        return self.dialled and self.id not in self.legs

    def is_own(self, agent: int | None) -> bool:
        """His telephone rings because he wants to call somebody."""
        return agent is not None and self.asked_by == agent and self.absent

    @property
    def dialled(self) -> bool:
        """We call him, not he us."""
        return bool(self.callback) or self.direction in DIALLED

    @property
    def over(self) -> bool:
        """Nothing more will happen to it."""
        return self.stage is Stage.ENDED and (self.disposed or not self.must_qualify)


def unclosed(call: Call, recording: Recording, until: int) -> Unclosed:
    """What is remembered of a recording when its call is over."""
    return Unclosed(
        recording.id, call.account, call.id, call.caller_leg, recording.path, recording.since, until
    )


def started(entry: Entry) -> Call:
    """The call that a `call.started` entry begins."""
    d = entry.data
    assert entry.call is not None and entry.account is not None
    call = Call(
        id=entry.call,
        account=entry.account,
        direction=d["direction"],
        started_at=entry.at,
        caller_number=d["caller_number"],
        caller_name=d["caller_name"],
        called_number=d["called_number"],
        from_agent=d.get("from_agent"),
        queue=d.get("queue"),
        priority=d.get("priority", 0),
        callback=d.get("callback", ""),
        record=d.get("record"),
        asked_by=d.get("asked_by"),
        withheld=bool(d.get("withheld")),
        to_agent=d.get("to_agent"),
        menu=d.get("menu"),
        consult_of=d.get("consult_of", ""),
        stage_since=entry.at,
    )
    if not call.dialled:
        call.legs[entry.call] = Leg(entry.call, Role.CALLER, number=d["caller_number"], created_at=entry.at)
    return call


def evolve(call: Call, entry: Entry) -> None:
    """Apply one entry to the call that it names. The same code runs live and when a start replays the journal."""
    d = entry.data
    match entry.kind:
        case "call.stage":
            call.stage, call.stage_since = Stage(d["new"]), entry.at
            call.capture = call.capture if call.stage is Stage.HELD else ""
            if call.stage is Stage.TALKING:
                call.talked = True
            elif call.stage is Stage.OUTSIDE:
                call.left_as, call.transfer = "outside", None
        case "call.queued":
            call.left_as = "" if call.left_as in IN_A_MENU else call.left_as
            call.queue, call.ticket = d["queue"], d["ticket"]
            anew = d.get("anew")  # given to this queue by an agent: he begins to wait now
            call.queued_at = entry.at if anew else call.queued_at or d.get("since") or entry.at
            call.entered_at = entry.at
            call.been.append(d["queue"])
        case "call.overflowed":
            call.queue, call.entered_at = d["new_queue"], entry.at
            call.been.append(d["new_queue"])
        case "call.prioritised":
            call.priority = d["priority"]
        case "call.turn":
            call.ticket = d["ticket"]
        case "call.closed":
            call.closed = d["to"] is None
            call.queue = d["to"] or d["queue"]
        case "call.turned_away":
            call.farewell = d["message"]
            call.left_as = "callback" if d["why"] == "callback" else call.left_as
        case "call.voicemail":
            call.taking = {name: d[name] for name in TAKING if d.get(name) is not None}
            call.message = ""
        case "call.destined":
            call.queue, call.priority = d["queue"], d.get("priority", call.priority)
        case "call.survey_wanted":
            call.survey = d["flow"]
        case "flow.started":
            call.flow, call.survey = runs.started(d, entry.at), None
            call.language = call.flow.language
            call.left_as = call.left_as if call.talked else "menu"
            if d.get("survey"):
                call.surveyed, call.taken_by = True, ""
        case "flow.over":
            call.flow, call.after = None, ""
        case "flow.after":
            call.after, call.survey = d["why"], None
            if call.stage in (Stage.TALKING, Stage.HELD):
                call.surveyed, call.taken_by = True, ""
        case kind if kind.startswith("flow.") and call.flow is not None:
            runs.evolve(call.flow, kind, d, entry.at)
            call.language = call.flow.language
            call.after = "" if kind == "flow.exit" else call.after
            if kind == "flow.set":
                _keep_variable(call, d)
        case "callback.opened" if call.flow is not None and not call.talked:
            call.left_as = "callback"
        case "call.diverted":
            call.diverted.append(d["number"])
            call.farewell = d.get("otherwise", "")
            call.legs[d["leg"]] = Leg(d["leg"], Role.OUTSIDE, number=d["number"], created_at=entry.at)
        case "call.dialled":
            call.legs[d["leg"]] = Leg(d["leg"], Role.CALLER, number=d["number"], created_at=entry.at)
        case "record.answered":  # whoever is on a list has called us
            call.record = d["record"] if call.record is None else call.record
        case "call.contact":
            call.contact, call.contact_name = d["contact"], d.get("name", "")
        case "offer.made":
            call.offers[d["leg"]] = Offer(d["agent"], d["leg"], d["deadline"])
            call.taken_by = ""
            call.legs[d["leg"]] = Leg(
                d["leg"],
                Role.AGENT,
                d["agent"],
                number=d.get("number", ""),
                created_at=entry.at,
                line=bool(d.get("line")),
            )
        case "offer.accepted":
            if call.agent not in (None, d["agent"]) and call.transfer is None:
                call.disposition, call.note = None, ""  # the verdict is his who ends the conversation
            call.taken_by = d.get("leg") or _his_leg(call, d["agent"])  # before 0.3 the entry named no leg
            call.offers, call.agent, call.preferred_agent = {}, d["agent"], None
            call.surveyed = call.handed_over = call.disposed = False
        case "offer.failed":
            call.offers = {k: o for k, o in call.offers.items() if o.agent != d["agent"]}
            if call.taken_by and call.taken_by == d.get("leg"):
                call.taken_by = ""
            if d["why"] == "LOSE_RACE":
                return  # he did nothing wrong, and may be asked again
            call.failed_agents.append(d["agent"])
            if call.preferred_agent == d["agent"]:
                call.preferred_agent = None
        case "leg.ringing":
            call.legs[d["leg"]].ringing_at = entry.at
        case "leg.answered":
            call.legs[d["leg"]].answered_at = entry.at
        case "leg.ended":
            leg = call.legs[d["leg"]]
            leg.ended_at, leg.cause = entry.at, d["cause"]
        case "call.bridged":
            call.must_qualify = bool(d.get("must_qualify"))
            call.taken_by, call.offers, call.transfer = d.get("leg") or call.taken_by, {}, None
        case "call.line_lost":
            call.preferred_agent, call.must_qualify, call.hang_up_by = d["agent"], False, ""
            call.recording_asked, call.recording_paused = False, False
            call.taken_by, call.transfer = "", None
        case "leg.muted" | "leg.unmuted":
            if d["leg"] in call.legs:
                call.legs[d["leg"]].muted = entry.kind == "leg.muted"
        case "line.dialled":
            _line_dialled(call, entry)
        case "line.state" if d["line"] in call.lines:
            line = call.lines[d["line"]]
            line.state, line.since = LineState(d["new"]), entry.at
            call.talked = call.talked or (call.direction == INTERNAL and line.state is LineState.TALKING)
        case "line.joined" if d["line"] in call.lines:
            line = call.lines[d["line"]]
            line.leg, line.agent, line.name = d["leg"], d["agent"], d.get("agent_name", "")
            _consulted(call, entry)
        case "line.ended":
            call.lines.pop(d["line"], None)
        case "call.handed_over":  # its agent's leg went to the call that asked for him
            call.legs.pop(d["leg"], None)
            call.offers, call.taken_by = {}, ""
        case "call.transfer_asked":
            call.transfer = Transfer(
                d["to"], d["from_agent"], d["returns"], d["number"], d["to_agent"], d["queue"], d["name"]
            )
        case "call.transfer_dropped":
            call.transfer = None
        case "call.transferred" if d["how"] == "blind":
            if call.transfer is not None:
                call.transfer.begun = True
            call.taken_by, call.preferred_agent, call.hang_up_by = "", None, ""
            call.recording_asked, call.recording_paused = False, False
            call.handed_over = d["to"] == "number"
            call.must_qualify = call.must_qualify and call.handed_over
        case "call.transferred":
            _attended(call, d)
        case "call.transfer_failed":
            call.transfer, call.handed_over, call.must_qualify = None, False, False
            call.preferred_agent, call.left_as = d["from_agent"], ""
        case "recording.wanted":
            call.recording = Recording(d["recording"], d["path"], since=entry.at)
            if d.get("rule") == "voicemail":
                call.message, call.message_ms, call.left_as = d["recording"], None, "voicemail"
        case "recording.asked":
            call.recording_asked = True
        case "recording.started":
            if call.recording is not None and call.recording.id == d["recording"]:
                call.recording.running, call.recording_problem = True, ""
        case "recording.paused" | "recording.resumed":
            paused = entry.kind == "recording.paused"
            if d.get("why", "hold") != "hold":
                call.recording_paused = paused
            elif call.recording is not None and call.recording.id == d["recording"]:
                call.recording.masked = paused
        case "capture.started":
            call.capture, call.captured = "asking", {}
        case "capture.ended":
            call.capture = "back" if d.get("left") else ""
            call.captured = {**call.captured, "ended": d["why"]}  # the answer may have come before
        case "capture.posted":
            call.captured = {**call.captured, "ok": d["ok"], "text": d["text"], "why": d["why"]}
        case "capture.over":
            call.capture = ""
        case "recording.broken":
            call.recording_problem = d["why"]
        case "recording.failed" | "recording.stopped":
            if call.recording is not None and call.recording.id == d["recording"]:
                call.recording = None  # what follows is a file of its own: nothing is written over
            if call.message == d["recording"]:
                call.message_ms = d.get("duration_ms")
            call.recording_problem = d["why"] if entry.kind == "recording.failed" else call.recording_problem
        case "call.qualify_dropped":
            call.must_qualify = False
        case "call.hang_up_asked":
            call.hang_up_by = d["by"]
        case "call.disposition_chosen":
            call.disposition, call.note, call.chosen_by = d["disposition"], d["note"], d.get("agent")
        case "call.disposed":
            call.disposition, call.note, call.disposed = d["disposition"], d["note"], True
        case "call.ended":
            call.ended_at, call.stage = entry.at, Stage.ENDED  # also when the line of the stage is damaged
        case _:
            pass  # told for the time line only


def _keep_variable(call: Call, data: dict[str, Any]) -> None:
    """What his agent may see, and what an address may be filled with."""
    call.variables.pop(data["name"], None)
    if not data.get("secret") and len(call.variables) < MOST_VARIABLES:
        call.variables[data["name"]] = str(data["value"])


def _line_dialled(call: Call, entry: Entry) -> None:
    d = entry.data
    call.lines[d["line"]] = Line(
        d["line"],
        d["party"],
        d.get("leg", ""),
        since=entry.at,
        number=d.get("number", ""),
        name=d.get("name", ""),
        agent=d.get("to_agent"),
        queue=d.get("queue"),
        asked_by=entry.agent,
    )
    if d.get("leg"):
        _consulted(call, entry)


def _consulted(call: Call, entry: Entry) -> None:
    """The leg of a line; of an agent's permanent line there is one already, of before."""
    d = entry.data
    agent = d.get("to_agent") if entry.kind == "line.dialled" else d["agent"]
    call.legs[d["leg"]] = Leg(
        d["leg"],
        Role.CONSULTED,
        agent,
        number=d.get("number", ""),
        created_at=entry.at,
        answered_at=entry.at if entry.kind == "line.joined" else None,
        line=bool(d.get("permanent")),
    )


def _attended(call: Call, d: dict[str, Any]) -> None:
    """The customer and who was consulted have each other."""
    line = call.lines.pop(d["line"], None)
    leg = call.legs.get(line.leg if line is not None else d["leg"])
    if leg is None:
        return
    if d["to"] == "number":
        leg.role, leg.agent, call.handed_over = Role.OUTSIDE, None, True
        call.taken_by = ""
    else:
        leg.role, call.agent, call.taken_by = Role.AGENT, d["to_agent"], leg.id
        call.handed_over = call.surveyed = call.disposed = False
    call.offers, call.preferred_agent, call.hang_up_by, call.transfer = {}, None, "", None


def _his_leg(call: Call, agent: int) -> str:
    """The leg of an agent: the one that he is offered, else his last one, if possible one that lives."""
    offer = call.offered_to(agent)
    if offer is not None:
        return offer.leg
    his = sorted((leg for leg in call.legs.values() if leg.agent == agent), key=lambda leg: leg.live)
    return his[-1].id if his else ""


def dump(call: Call) -> dict[str, Any]:
    """For a checkpoint."""
    return {**asdict(call), "flow": runs.dump(call.flow) if call.flow is not None else None}


def load(data: dict[str, Any]) -> Call:
    """From a checkpoint."""
    data = dict(data)
    data["stage"] = Stage(data["stage"])
    data["legs"] = {k: Leg(**{**v, "role": Role(v["role"])}) for k, v in data["legs"].items()}
    data["offers"] = {leg: Offer(**offer) for leg, offer in data.get("offers", {}).items()}
    if (one := data.pop("offer", None)) is not None:  # a checkpoint of a version that knew one offer only
        data["offers"][one["leg"]] = Offer(**one)
    data["recording"] = Recording(**data["recording"]) if data["recording"] else None
    data["flow"] = runs.load(data["flow"]) if data.get("flow") else None
    data["lines"] = {
        k: Line(**{**v, "state": LineState(v["state"])}) for k, v in data.get("lines", {}).items()
    }
    data["transfer"] = Transfer(**data["transfer"]) if data.get("transfer") else None
    call = Call(**data)
    if "taken_by" not in data and call.agent is not None and call.stage in WITH_AGENT:
        call.taken_by = _his_leg(call, call.agent)
    return call
