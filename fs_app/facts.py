"""What the switch told us: facts, as plain frozen values.

Features see only these, never a frame. `at` is the switch's clock in µs since the epoch
(`Event-Date-Timestamp`); `leg` is the channel's `Unique-ID`. Text fields carry no control characters and are
at most 10,000 characters long: `esl/events.py` sees to it, whatever the telephone network sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    at: int


@dataclass(frozen=True, slots=True)
class LegFact(Fact):
    """Something about one channel. `variables` are the channel's own `fsapp_*` variables, as far as sent."""

    leg: str
    variables: Mapping[str, str] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True, slots=True)
class LegCreated(LegFact):
    """CHANNEL_CREATE. `inbound` is seen from the switch: True when the other side called us."""

    inbound: bool
    caller_number: str = ""
    caller_name: str = ""
    destination: str = ""
    channel_name: str = ""
    sip_call_id: str = ""


@dataclass(frozen=True, slots=True)
class LegRinging(LegFact):
    """CHANNEL_PROGRESS or CHANNEL_PROGRESS_MEDIA (`early_media`)."""

    early_media: bool = False


@dataclass(frozen=True, slots=True)
class LegAnswered(LegFact):
    """CHANNEL_ANSWER."""


@dataclass(frozen=True, slots=True)
class LegsBridged(LegFact):
    """CHANNEL_BRIDGE; `leg` is A, `other` is B."""

    other: str


@dataclass(frozen=True, slots=True)
class LegsUnbridged(LegFact):
    """CHANNEL_UNBRIDGE; `leg` is A, `other` is B."""

    other: str


@dataclass(frozen=True, slots=True)
class LegParked(LegFact):
    """CHANNEL_PARK."""


@dataclass(frozen=True, slots=True)
class LegHeld(LegFact):
    """CHANNEL_HOLD (the phone's own hold key), `held=False` for CHANNEL_UNHOLD."""

    held: bool = True


@dataclass(frozen=True, slots=True)
class LegHungUp(LegFact):
    """CHANNEL_HANGUP or CHANNEL_HANGUP_COMPLETE, whichever came first: terminal.

    `cause` is FreeSWITCH's name (NORMAL_CLEARING, USER_BUSY …); `by_far_end` is True when the party on this
    leg ended it (`sip_hangup_disposition` recv_*), False when we did, None when unknown. `sip_status` is the
    SIP status that refused an outgoing leg, 0 when none. Times are µs since the epoch, 0 when it never happened.
    """

    cause: str
    by_far_end: bool | None = None
    sip_status: int = 0
    sip_call_id: str = ""
    created_at: int = 0
    answered_at: int = 0


@dataclass(frozen=True, slots=True)
class AppDone(LegFact):
    """CHANNEL_EXECUTE_COMPLETE of an application; `app_uuid` is the Event-UUID that we chose, if ours."""

    app: str
    app_uuid: str
    response: str = ""
    digits: str = ""


@dataclass(frozen=True, slots=True)
class PlaybackStopped(LegFact):
    """PLAYBACK_STOP; `completed` is False when it was broken off."""

    path: str
    completed: bool


@dataclass(frozen=True, slots=True)
class Digit(LegFact):
    """DTMF: one key pressed on this leg; `duration_ms`. It may be one of a card's number: no log shows which."""

    digit: str = field(repr=False)
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class RecordingStarted(LegFact):
    path: str


@dataclass(frozen=True, slots=True)
class RecordingStopped(LegFact):
    """RECORD_STOP; `duration_ms` as FreeSWITCH counted it, 0 when unknown."""

    path: str
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class LegTransferred(LegFact):
    """The party on this leg moved the call itself (SIP REFER, blind or attended); `to` is the target as sent."""

    to: str
    attended: bool = False


@dataclass(frozen=True, slots=True)
class JobDone(Fact):
    """BACKGROUND_JOB: the end of a bgapi command; `ok` and the text after +OK / -ERR."""

    job: str
    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class PhoneRegistered(Fact):
    """sofia::register; `contact` is what to dial, e.g. `sofia/internal/sip:1001@192.0.2.7:5060`."""

    user: str
    domain: str
    contact: str
    expires_s: int


@dataclass(frozen=True, slots=True)
class PhoneUnregistered(Fact):
    """sofia::unregister or sofia::expire."""

    user: str
    domain: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class GatewayState(Fact):
    """sofia::gateway_state."""

    gateway: str
    up: bool
    state: str


@dataclass(frozen=True, slots=True)
class SwitchShutdown(Fact):
    """SHUTDOWN: the switch says that it is going away."""


@dataclass(frozen=True, slots=True)
class Heartbeat(Fact):
    """HEARTBEAT: `sessions` in progress, `cps` limit, `core_uuid`."""

    core_uuid: str
    sessions: int
    up_ms: int


@dataclass(frozen=True, slots=True)
class LinkUp(Fact):
    """Both inbound links are authenticated and subscribed. `core_uuid` changes when FreeSWITCH restarted."""

    core_uuid: str


@dataclass(frozen=True, slots=True)
class LinkDown(Fact):
    """The link was lost; `why` in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Rang(LegFact):
    """The doorbell: the leg reached `socket` in `home` and opened an outbound session (not yet verified)."""

    session: int


@dataclass(frozen=True, slots=True)
class DoorClosed(LegFact):
    """The outbound session of this leg ended."""

    session: int


@dataclass(frozen=True, slots=True)
class Channel:
    """One live channel as `uuid_dump` gives it: a picture, not an event.

    `partner` is the uuid that it is bridged to *now* (None when it is not), never a stale one.
    `app` is the application it is in (socket, park, playback, uuid_bridge …), `variables` all variables.
    """

    leg: str
    inbound: bool
    answered: bool
    partner: str | None
    app: str
    app_data: str
    caller_number: str
    caller_name: str
    destination: str
    created_at: int
    answered_at: int
    variables: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        return self.variables.get(name, default)


@dataclass(frozen=True, slots=True)
class Registration:
    """One line of `show registrations`."""

    user: str
    domain: str
    contact: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class PhoneDetail:
    """A registered telephone as its profile knows it; `ping_ms` is of the last answer, None without pings.

    `user_agent` and `address` are what the telephone says and where it is seen. All of it is hostile text.
    """

    user: str
    domain: str
    contact: str
    user_agent: str
    address: str
    reachable: bool
    ping_ms: float | None


@dataclass(frozen=True, slots=True)
class Trunk:
    """A gateway. `state`: REGED, NOREG (need not register), TRYING, FAIL_WAIT …; `status`: UP or DOWN."""

    name: str
    profile: str
    state: str
    status: str
    calls_in: int = 0
    calls_out: int = 0
    failed_in: int = 0
    failed_out: int = 0
    ping_ms: float | None = None

    @property
    def works(self) -> bool:
        return self.state in ("REGED", "NOREG") and self.status != "DOWN"


@dataclass(frozen=True, slots=True)
class SwitchFigures:
    """What the switch says of itself. Legs are what it calls sessions."""

    version: str = ""
    uptime_s: int = 0
    legs: int = 0
    legs_peak: int = 0
    legs_most: int = 0
    legs_ever: int = 0
    per_second: int = 0
    per_second_most: int = 0
    per_second_peak: int = 0


def as_dict(fact: Fact) -> dict[str, Any]:
    """A fact as plain data, for logs and the journal."""
    names = [n for cls in type(fact).__mro__ for n in getattr(cls, "__slots__", ())]
    return {"fact": type(fact).__name__, **{n: getattr(fact, n) for n in names}}
