"""A call: everything that is known of it while it lives."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from fs_app.calls.line import THERE, Line, LineState, Transfer
from fs_app.calls.stages import WITH_AGENT, Role, Stage
from fs_app.ivr import run as runs

CONSULT = "consult"
"""The direction of a call that waits in a queue's line for an agent who asks a colleague (`consulting.py`)."""

INTERNAL = "internal"
"""Direction of a call to a colleague: without a customer, begun in stage STAYING with him as its one line."""

DIALLED = frozenset({"callback", "outbound", INTERNAL, CONSULT})
"""Directions of calls that begin with us: who is called has no leg before he is dialled."""


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


def his_leg(call: Call, agent: int) -> str:
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
        call.taken_by = his_leg(call, call.agent)
    return call
