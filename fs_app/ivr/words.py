"""What the engine is told (events) and what it wants done (intents).

Each intent that will be answered carries an `id`; the answer carries the same one. An answer with another id is
late: the caller is elsewhere by now, and the engine ignores it. One sound, one timer and one question are under way
at most: a new `Speak`, `Timer` or question takes the place of the one before. Leaving a node forgets all three.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


# --- events: what happened --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Entered:
    """The caller is (again) at the node of his run: after a restart the node begins anew."""


@dataclass(frozen=True, slots=True)
class SoundOver:
    """What `Speak` asked for has been played to its end (or could not be played: the caller must not wait for it)."""

    id: int


@dataclass(frozen=True, slots=True)
class Key:
    """The caller pressed a key: 0 to 9, *, #."""

    digit: str


@dataclass(frozen=True, slots=True)
class TimeUp:
    """The seconds of `Timer` are over."""

    id: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to `Fetch`: {"status": 200, "json": …} with None when the body is no JSON; to `FindContact`: the
    fields of the contact as plain values ({"id": 12, "name": "…"}), or None when nobody is known."""

    id: int
    value: Any = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A question could not be answered, a number not be dialled, a queue not be entered. `why` is one word for the
    journal; "timeout" is told apart."""

    id: int
    why: str


@dataclass(frozen=True, slots=True)
class DialEnded:
    """A `Dial` is over: `why` is "answered" (they talked, and the other one hung up), "busy", "no_answer" or
    another word for a failure."""

    id: int
    why: str


@dataclass(frozen=True, slots=True)
class MessageLeft:
    """The caller left a message of so many milliseconds in a box."""

    id: int
    recording: str
    ms: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question with few answers is answered: `CheckOpening` with "open", "closed" or "holiday"; `ToQueue` with
    "taken" (the flow is over); `RequestCallback` with "taken"."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller is gone."""


Event = Entered | SoundOver | Key | TimeUp | Answered | Failed | DialEnded | MessageLeft | Outcome | HungUp


# --- intents: what is wanted ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Speak:
    """Play these files one after the other; answered by `SoundOver`. Paths are relative to the folder of sounds
    (`fr/closed.wav`), or begin with `library/`."""

    id: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop what is being spoken. Its `SoundOver` is not waited for."""


@dataclass(frozen=True, slots=True)
class Timer:
    """Say `TimeUp` after so many seconds."""

    id: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request, ready to send: everything from outside is escaped already. `body` is empty for GET."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    content_type: str = ""
    timeout_s: int = 5


@dataclass(frozen=True, slots=True)
class Fetch:
    """Send the request; answered by `Answered` or `Failed` ("timeout", "unreachable", "too_big" …)."""

    id: int
    request: Request


@dataclass(frozen=True, slots=True)
class FindContact:
    """Who has this number? Answered by `Answered` (None: nobody) or `Failed`."""

    id: int
    number: str


@dataclass(frozen=True, slots=True)
class CheckOpening:
    """Is it open now, in the account's zone? A `schedule` of None: only the holidays count. Answered by `Outcome`
    with "open", "closed" or "holiday", or by `Failed`."""

    id: int
    schedule: int | None
    holidays: int | None


@dataclass(frozen=True, slots=True)
class ToQueue:
    """Put the caller into the line. Answered by `Outcome` "taken", whereupon the flow is over, or by `Failed`."""

    id: int
    queue: int
    priority: int


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring somebody and join the two. `kind` is "number" (target: telephone number) or "agent" (target: id).
    Answered by `DialEnded` or `Failed`. While it rings the caller hears the ringing."""

    id: int
    kind: str
    target: str
    ring_s: int


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Greet, beep, record. No `files`: the box's own greeting. No limits: those of the box. Answered by
    `MessageLeft` or `Failed`."""

    id: int
    box: int
    files: tuple[str, ...] = ()
    most_s: int | None = None
    silence_s: int | None = None


@dataclass(frozen=True, slots=True)
class RequestCallback:
    """Somebody of the queue shall call this number. Answered by `Outcome` "taken" or by `Failed`."""

    id: int
    queue: int
    number: str


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """The caller answered a question of a survey. The journal has it too (`flow.answer`); nothing is answered."""

    question: str
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Send the message template to a number or mail address; nothing is answered. `variables` fill the template."""

    message: int
    to: str
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Intent = (
    Speak
    | Hush
    | Timer
    | Fetch
    | FindContact
    | CheckOpening
    | ToQueue
    | Dial
    | TakeMessage
    | RequestCallback
    | SurveyAnswer
    | SendMessage
    | HangUp
)

ASKS = (Fetch, FindContact, CheckOpening, ToQueue, Dial, TakeMessage, RequestCallback)
"""The questions: intents for whose answer the run waits (`Run.asked`)."""
