"""The interfaces that features are given. Features import this, never `esl/`, `web/` or `sim/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from fs_app.facts import Channel, PhoneDetail, Registration, SwitchFigures, Trunk

T = TypeVar("T", covariant=True)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[V]):
    """The end of a command: a value, or the error (never both)."""

    value: V | None = None
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        return self.error is None


class Pending(Protocol[T]):
    """A command under way. It always ends: by reply, by deadline or by loss of the link."""

    @property
    def id(self) -> str:
        """Our identifier: the Job-UUID, the Event-UUID of an application, or a uuid of our own."""
        ...

    def then(self, callback: Callable[[Outcome[Any]], None]) -> None:
        """Call back once with the outcome (at once when it is there already). The callback must not block."""
        ...

    def get(self, timeout: float | None = None) -> T:
        """Wait for the value. Raises what the command failed with, or WaitTimeout after `timeout` seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Originate:
    """A leg to be made.

    `endpoint` is a complete dial string without variables, e.g. `sofia/internal/sip:1001@192.0.2.7` or
    `sofia/gateway/trunk/+33612345678`; it is built from checked parts only. `leg` is our origination_uuid.
    `ring_s` is the time-out from INVITE to answer. `then` is what the answered leg does: `park` or an
    extension `transfer:home` / `transfer:answered` of context fsapp. `early_media` False means that only an
    answer counts (ignore_early_media). `withheld`: the number is told to the network alone.
    """

    leg: str
    endpoint: str
    caller_number: str
    caller_name: str = ""
    ring_s: float = 20.0
    then: str = "park"
    early_media: bool = False
    withheld: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OriginateResult:
    """`answered`, or the `cause` (USER_BUSY, NO_ANSWER, CALL_REJECTED …): a refused call is no exception."""

    answered: bool
    cause: str = ""


@dataclass(frozen=True, slots=True)
class DigitSpec:
    """How to collect digits: at least `least`, at most `most`, `tries`, `timeout_ms` for the first key,
    `inter_digit_ms` between keys, `terminators` such as "#"; `pattern` is an ECMA-like regular expression."""

    prompt: str
    least: int = 1
    most: int = 1
    tries: int = 1
    timeout_ms: int = 5000
    inter_digit_ms: int = 3000
    terminators: str = "#"
    invalid_prompt: str = "silence_stream://250"
    pattern: str = r"\d+"


class SwitchPort(Protocol):
    """The verbs. Each returns at once; facts say what really happened. Seconds, µs and names as in facts.py."""

    @property
    def up(self) -> bool: ...

    # what a leg hears and says. Pending.id of play/collect/say/music is the app_uuid of the AppDone fact;
    # the Pending itself ends when FreeSWITCH has taken the command (not when the sound is over).
    def answer(self, leg: str) -> Pending[None]: ...
    def play(self, leg: str, files: Sequence[str]) -> Pending[None]: ...
    def collect_digits(self, leg: str, spec: DigitSpec) -> Pending[None]: ...
    def say(self, leg: str, language: str, kind: str, method: str, text: str) -> Pending[None]: ...
    def music(self, leg: str, source: str | Sequence[str], seconds: float) -> Pending[None]: ...
    def stop_sound(self, leg: str) -> Pending[None]: ...
    def whisper_over(self, leg: str, file: str) -> Pending[None]:
        """Mix a file over whatever the leg hears now (uuid_displace … mux)."""
        ...

    def send_dtmf(self, leg: str, digits: str) -> Pending[None]: ...
    def mute(self, leg: str, muted: bool) -> Pending[None]:
        """Silence what this leg says to the others."""
        ...

    # where a leg is
    def originate(self, what: Originate) -> Pending[OriginateResult]: ...
    def bridge(self, leg: str, other: str) -> Pending[None]: ...
    def send_home(self, leg: str) -> Pending[None]: ...
    def transfer(self, leg: str, extension: str) -> Pending[None]:
        """To an extension of context fsapp."""
        ...

    def park(self, leg: str) -> Pending[None]: ...
    def hangup(self, leg: str, cause: str = "NORMAL_CLEARING") -> Pending[None]: ...
    def conference(self, leg: str, name: str) -> Pending[None]: ...

    # recording
    def record_start(self, leg: str, path: str) -> Pending[None]: ...
    def record_stop(self, leg: str, path: str) -> Pending[None]: ...
    def record_message(self, leg: str, path: str, most_s: int, silence_s: int) -> Pending[None]:
        """What this leg says, until it is silent for `silence_s` or `most_s` are over. Like a sound: Pending.id is the
        app_uuid of the AppDone fact."""
        ...

    def record_mask(self, leg: str, path: str) -> Pending[None]: ...
    def record_unmask(self, leg: str, path: str) -> Pending[None]: ...

    # supervision: `leg` is the supervisor's leg, already answered and parked
    def listen(self, leg: str, target: str) -> Pending[None]: ...
    def whisper(self, leg: str) -> Pending[None]:
        """From now on the target's own side (the agent) hears the supervisor."""
        ...

    def barge(self, leg: str) -> Pending[None]:
        """From now on everybody hears the supervisor."""
        ...

    def listen_only(self, leg: str) -> Pending[None]: ...

    # variables and pictures
    def set_variables(self, leg: str, variables: Mapping[str, str]) -> Pending[None]: ...
    def get_variable(self, leg: str, name: str) -> Pending[str | None]: ...
    def exists(self, leg: str) -> Pending[bool]: ...
    def channel(self, leg: str) -> Pending[Channel | None]:
        """uuid_dump; None when the leg is gone."""
        ...

    def channel_ids(self) -> Pending[list[str]]: ...
    def channels(self) -> list[Channel]:
        """All channels, dumped one by one with a bounded number of commands in flight. Waits (yields)."""
        ...

    def registrations(self) -> Pending[list[Registration]]: ...
    def phones(self) -> Pending[list[PhoneDetail]]:
        """More about each registered telephone; for people, not for decisions."""
        ...

    # the switch itself
    def renew_lease(self, until_epoch_s: int) -> Pending[None]: ...
    def global_variable(self, name: str) -> Pending[str]: ...
    def sofia_recover(self) -> Pending[int]: ...
    def flush_directory(self, user: str = "", domain: str = "") -> Pending[None]: ...
    def status(self) -> Pending[str]: ...
    def figures(self) -> Pending[SwitchFigures]: ...
    def trunks(self) -> Pending[list[Trunk]]: ...
