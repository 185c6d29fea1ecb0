"""What the parts of `calls/` share: the collaborators, one function that changes a stage, commands with an end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from fs_app.agents.service import Agents
from fs_app.calls.stages import MACHINE, Stage
from fs_app.calls.state import Call
from fs_app.calls.typing_in import TypingIn
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.infos import QueueInfo
from fs_app.ivr import words
from fs_app.ivr.run import Change, Run
from fs_app.live import Live
from fs_app.phones import Phones
from fs_app.ports import Outcome, Pending, SwitchPort

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Runtime:
    """What only this run of the program knows of a call; a restart begins with an empty one."""

    greeting_app: str = ""
    music_app: str = ""
    farewell_app: str = ""
    voicemail_app: str = ""  # its greeting
    message_app: str = ""  # its recording
    spoken_app: str = ""  # what is being said over the music
    menu_app: str = ""  # what a voice menu says
    menu_sound: int = 0  # and the identifier by which the menu knows it
    music_since: float = 0.0  # monotonic, when it was asked for
    music_turn: int | None = None  # the piece of a list that comes next
    holding: bool = False  # an agent asked for hold; HELD comes when the switch says so
    bridge_tries: int = 0
    dialled: bool = False  # the command that calls the customer was given
    looked_until: float = -60.0  # monotonic: until then somebody looks whether he may be called
    outside_asked: float = -60.0  # monotonic, when he was last to be connected with who was called outside
    rang_diverting: float = -60.0  # monotonic, when he was last at the door in stage DIVERTING
    pressed: tuple[str, float] = ("", 0.0)  # the key that its agent pressed last, and when (monotonic)
    listened_to: set[str] = field(default_factory=set)  # offered legs whose ringing can't have been missed
    beep_app: str = ""  # the sound that tells an agent on a permanent line of his caller
    typing_in: TypingIn | None = None  # what he types for nobody's ears
    typing_app: str = ""  # what is being said to who types
    back_asked: float = -60.0  # monotonic, when he was last to be brought back to his agent from there
    moving_until: float = 0.0  # monotonic: until then the agent's leg is being brought from one to another
    parting_until: float = 0.0  # monotonic: until then it may be on its way out of a bridge
    holding_line: str = ""  # the line that is to wait; HELD comes when the switch says so
    completing: str = ""  # the line that is to get the customer
    conferencing: str = ""  # the line that is to join the two
    music_at: dict[str, float] = field(
        default_factory=dict
    )  # leg → when music was last asked for (monotonic)
    line_music: dict[str, str] = field(
        default_factory=dict
    )  # music that was asked for → the line that hears it
    suspect: int = 0  # how often in a row a comparison found it otherwise than it should be


@dataclass(frozen=True, slots=True)
class Folders:
    """Where FreeSWITCH sees the shipped sounds, and the accounts' own (paths that begin with `library/`)."""

    shipped: str
    library: str


class PermanentLines(Protocol):
    """What calls need of permanent lines (`fs_app.agents.lines`)."""

    def leg(self, agent: int) -> str:
        """The leg of his line if it rests; else ''."""

    def taken(self, leg: str) -> None:
        """It is being brought into a conversation."""

    def given_back(self, leg: str) -> None:
        """The conversation did not come about."""


class NoLines:
    """Everybody's telephone rings."""

    def leg(self, agent: int) -> str:
        return ""

    def taken(self, leg: str) -> None:
        pass

    def given_back(self, leg: str) -> None:
        pass


class RecordingsDisk(Protocol):
    """Where recordings go (`fs_app.recordings.disk`)."""

    trouble: str  # why nothing can be recorded now; '' when it can

    def refused(self, why: str) -> None:
        """A recording could not begin, or go on."""

    def works(self) -> None:
        """One has begun."""


class NoTrouble:
    """A disk that takes everything."""

    trouble = ""

    def refused(self, why: str) -> None:
        pass

    def works(self) -> None:
        pass


class CallbackList(Protocol):
    """Who is to be called (`fs_app.callbacks.service`)."""

    def keep_place(self, call: Call) -> bool:
        """He wants to be called back at his place; False: his number can't be called."""

    def request(self, call: Call, queue: int, number: str) -> bool:
        """He asked a menu for a call from this queue; False: this number can't be called."""

    def got_through(self, call: Call) -> None:
        """He talks to an agent."""

    def ended(self, call: Call, outcome: str, recording: str = "") -> int | None:
        """The call is over; `recording` is the message that its caller left. Returns the verdict of an attempt that
        was the last one by the rules."""

    def judged(self, call: Call, disposition: int | None) -> None:
        """The call got its verdict, or (None) will get none."""


class NoCallbacks:
    """Nobody is called back."""

    def keep_place(self, call: Call) -> bool:
        return False

    def request(self, call: Call, queue: int, number: str) -> bool:
        return False

    def got_through(self, call: Call) -> None:
        pass

    def ended(self, call: Call, outcome: str, recording: str = "") -> int | None:
        return None

    def judged(self, call: Call, disposition: int | None) -> None:
        pass


class DigitsTo(Protocol):
    """Where digits go that a caller types (`fs_app.webservices.digits`), and who is told how far he is."""

    def post(self, call: Call, values: Mapping[str, str], done: Callable[[bool, str, str], None]) -> None:
        """`done(ok, text, why)`: what the service says, or why it said nothing. Keeps nothing of `values`."""

    def changed(self, call: Call) -> None:
        """His agent's page shows something else."""


class NoDigits:
    """They go nowhere."""

    def post(self, call: Call, values: Mapping[str, str], done: Callable[[bool, str, str], None]) -> None:
        done(False, "", "nowhere")

    def changed(self, call: Call) -> None:
        pass


class MenuWorld(Protocol):
    """What calls need of voice menus (`fs_app.ivr.service`)."""

    def tell(self, account: int, run: Run, event: words.Event) -> tuple[list[Change], list[words.Intent]]:
        """What an event changes, and what is wanted now."""

    def prompt(self, account: int, prompt: str, language: str) -> str:
        """The file of a prompt; "" when there is none."""

    def opening(self, account: int, schedule: int | None, holidays: int | None) -> str:
        """open, closed, holiday, or "" when nobody can say."""

    def fetch(self, request: words.Request, done: Callable[[Any, str], None]) -> None:
        """`done(answer, "")`, or `done(None, why)`."""

    def find_contact(self, account: int, number: str, done: Callable[[Any, str], None]) -> None:
        """`done(fields, "")`, None when nobody has this number, or `done(None, why)`."""


class NoMenus:
    """No voice menu leads anywhere."""

    def tell(self, account: int, run: Run, event: words.Event) -> tuple[list[Change], list[words.Intent]]:
        return [("flow.over", {"why": "hung_up"})], [words.HangUp()]

    def prompt(self, account: int, prompt: str, language: str) -> str:
        return ""

    def opening(self, account: int, schedule: int | None, holidays: int | None) -> str:
        return ""

    def fetch(self, request: words.Request, done: Callable[[Any, str], None]) -> None:
        done(None, "failed")

    def find_contact(self, account: int, number: str, done: Callable[[Any, str], None]) -> None:
        done(None, "failed")


@dataclass(slots=True)
class Context:
    live: Live
    clock: Clock
    switch: SwitchPort
    catalog: Catalog
    agents: Agents
    phones: Phones
    sounds: str | Folders  # prompts as FreeSWITCH sees them
    recordings: str  # folder of recordings as FreeSWITCH sees it
    music_chunk_s: int
    kick: Callable[[int], None]
    length: Callable[[int], int]  # how many wait in a queue
    tell: Callable[[str, Any], None]  # put a message into the mailbox of a call
    disk: RecordingsDisk = field(default_factory=NoTrouble)
    callbacks: CallbackList = field(default_factory=NoCallbacks)
    menus: MenuWorld = field(default_factory=NoMenus)
    capturing: DigitsTo = field(default_factory=NoDigits)
    is_ready: Callable[[int], bool] = lambda agent: False  # for an offer, now
    trunk: Callable[[str], str] = "sofia/gateway/trunk/{}".format  # the dial string of a number outside
    make_folder: Callable[[str], None] = lambda path: (
        None
    )  # for this recording; the switch's `record` makes none
    position: Callable[[Call], int] = lambda call: 1  # in his queue; 1 is next
    estimate_s: Callable[[Call], float | None] = lambda call: None  # how long he will wait still
    lines: PermanentLines = field(default_factory=NoLines)
    number_for: Callable[[int, str, int | None], str] = lambda account, number, queue: (
        number
    )  # as it is dialled, for this queue; raises for what is no number, or may not be called
    transfer_failed: Callable[[Call, str], None] = lambda call, why: None  # `transfer.failed`
    notice: Callable[[int, str, dict[str, Any]], None] = lambda agent, key, params: (
        None
    )  # say something once on an agent's page
    refused: Callable[[Call], str] = lambda call: ""  # why a number may not be dialled (an error's key)
    asks_law: Callable[[Call], bool] = lambda call: (
        False
    )  # whether `may_call` is asked for who is on no list, too
    may_call: Callable[[Call, Callable[[str], None]], None] = (
        lambda call, done: done("")
    )  # whoever is on a list, asked anew at the last moment: tells the key of what forbids it, "" nothing does
    when_durable: Callable[[int, Callable[[bool], None]], None] = lambda entry, done: done(
        True
    )  # tell when the database has this entry (True), or does not take it (False)
    default_music: str = "local_stream://fsapp"  # what the switch plays when the queue names nothing
    deaf_until: float = 0  # UTC ms: who came before may not have been heard in order (turns.py)
    music_turns: dict[str, int] = field(
        default_factory=dict
    )  # list of music → the piece that the next caller begins with
    sessions: set[str] = field(default_factory=set)  # legs with a living outbound session
    runtimes: dict[str, Runtime] = field(default_factory=dict)

    def runtime(self, call: Call) -> Runtime:
        return self.runtimes.setdefault(call.id, Runtime())

    def queue(self, call: Call) -> QueueInfo | None:
        return self.catalog.queue(call.queue)

    def record(self, call: Call, kind: str, /, at: int | None = None, **data: Any) -> None:
        self.live.record(kind, account=call.account, call=call.id, at=at, **data)

    def stage(self, call: Call, event: str, why: str = "", at: int | None = None) -> None:
        """The only place that changes a call's stage. Raises UnknownTransition."""
        new = MACHINE.next(call.stage, event, f"call {call.id}")
        when = self.live.believed(at)
        spent = max(0, when - call.stage_since)
        self.record(call, "call.stage", when, old=str(call.stage), new=str(new), why=why or event, ms=spent)
        own = call.asked_by is not None and call.absent  # the affair of the agent who wants to call
        if new is Stage.WAITING and call.queue is not None and not own:
            self.kick(call.queue)

    def command(
        self, call: Call, pending: Pending[Any], failed: Callable[[Call, Exception], None] | None = None
    ) -> None:
        """Follow a command to its end; its failure comes back as a message to the call's owner."""
        call_id = call.id

        def done(outcome: Outcome[Any]) -> None:
            if outcome.error is not None:
                self.tell(call_id, CommandFailed(pending.id, outcome.error, failed))

        pending.then(done)


@dataclass(frozen=True, slots=True)
class CommandFailed:
    """A command of this call had no success; `failed` says what to do, None: the log is enough."""

    id: str
    error: Exception
    failed: Callable[[Call, Exception], None] | None


@dataclass(frozen=True, slots=True)
class OfferOutcome:
    """The end of an originate: `cause` is empty when the phone was picked up."""

    leg: str
    cause: str


@dataclass(frozen=True, slots=True)
class DialProven:
    """That the customer is dialled stands in the database, or (False) did not get there in time."""

    is_proven: bool


@dataclass(frozen=True, slots=True)
class DialChecked:
    """Whether somebody of a list may be called still: the key of what forbids it, "" when nothing does."""

    refused: str


@dataclass(frozen=True, slots=True)
class HadTalked:
    """A leg of the call was connected with `other` at `at` (UTC ms), says its CDR. Both ends may be over by now."""

    leg: str
    other: str
    at: int


@dataclass(frozen=True, slots=True)
class LineTry:
    """Who has picked up on this line may be connected now."""

    line: str


@dataclass(frozen=True, slots=True)
class Soon:
    """What had to wait for a moment; it looks again at how things are."""

    action: Callable[[Call], None]


@dataclass(frozen=True, slots=True)
class LineMusic:
    """Music on this line ended a moment ago: is it needed still?"""

    line: str


@dataclass(frozen=True, slots=True)
class QueueLineOver:
    """The call that waited in a queue's line for this one's agent has ended."""

    line: str
    why: str


@dataclass(frozen=True, slots=True)
class ConferenceOver:
    """All legs are in the room, or (`error`) one could not be brought there."""

    line: str
    error: Exception | None
    seen: bool = False  # by the comparison with the switch


@dataclass(frozen=True, slots=True)
class Silenced:
    """The switch has muted this leg, or not any more."""

    leg: str
    muted: bool


@dataclass(frozen=True, slots=True)
class WaitedTooLong:
    """The longest wait in this queue is over."""

    queue: int


@dataclass(frozen=True, slots=True)
class TimeToSpeak:
    """Who waits in this queue is to hear its announcement."""

    queue: int


@dataclass(frozen=True, slots=True)
class CaptureTimer:
    """Who types has pressed nothing for so long, if this timer counts still."""

    token: int


@dataclass(frozen=True, slots=True)
class CaptureAgain:
    """Can who has typed be brought back to his agent now?"""


@dataclass(frozen=True, slots=True)
class CapturePosted:
    """What the web service says of the digits; or, in `why`, that it said nothing."""

    ok: bool
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class NobodyOutside:
    """The number that the caller was sent to did not answer. That its leg is over is told twice, and by the second
    time another number may be ringing."""

    leg: str
    why: str


@dataclass(frozen=True, slots=True)
class MenuTold:
    """Something happened that the caller's voice menu waits for."""

    event: words.Event


@dataclass(frozen=True, slots=True)
class MenuDialOver:
    """The agent whom a voice menu called did not come to talk."""

    why: str


@dataclass(frozen=True, slots=True)
class Beeped:
    """The beep on this permanent line must be over by now."""

    leg: str


@dataclass(frozen=True, slots=True)
class MusicOver:
    """The music with this id ended a moment ago: is it needed still?"""

    app: str


@dataclass(frozen=True, slots=True)
class OfferDeadline:
    """The reservation of this leg has run out."""

    leg: str
