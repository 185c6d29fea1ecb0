"""What an event means: one frame's event to one fact, or to nothing.

Text in a fact has no control characters and at most 10,000 characters, whatever the telephone network sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fs_app import facts as f
from fs_app.esl.jsonevent import JsonEvent
from fs_app.esl.wire import clean

# All that the program subscribes to. FreeSWITCH drops a listener that lags behind: nothing here is unused.
CHANNEL_EVENTS = (
    "CHANNEL_CREATE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_BRIDGE",
    "CHANNEL_UNBRIDGE",
    "CHANNEL_PARK",
    "CHANNEL_HOLD",
    "CHANNEL_UNHOLD",
    "CHANNEL_EXECUTE_COMPLETE",
    "CHANNEL_HANGUP",
    "CHANNEL_HANGUP_COMPLETE",
    "PLAYBACK_STOP",
    "DTMF",
    "RECORD_START",
    "RECORD_STOP",
)
OTHER_EVENTS = ("BACKGROUND_JOB", "HEARTBEAT", "SHUTDOWN")
# sofia::transferor is fired only by a profile with fire-transfer-events=true (sofia.c).
SUBCLASSES = (
    "sofia::register",
    "sofia::unregister",
    "sofia::expire",
    "sofia::gateway_state",
    "sofia::transferor",
)
SUBSCRIPTION = (*CHANNEL_EVENTS, *OTHER_EVENTS, "CUSTOM", *SUBCLASSES)

MOST_TEXT = 10_000
REMEMBERED_ENDS = 50_000  # legs that have ended, kept to drop what comes after
# Applications whose end nobody waits for.
SILENT_APPS = frozenset(
    (
        *("set", "unset", "multiset", "export", "log", "execute_extension", "transfer", "park", "socket"),
        *("answer", "pre_answer", "ring_ready", "hangup"),
    )
)

Event = Mapping[str, Any]
_Maker = Callable[[Event, int, str, Mapping[str, str]], f.Fact | None]


def text(event: Event, *names: str) -> str:
    """The first of the named values that is not empty, clean and cut to 10,000 characters."""
    for name in names:
        value = event.get(name)
        if value:
            if type(value) is not str:  # a repeated header is a list in JSON
                value = "|".join(map(str, value)) if isinstance(value, list) else str(value)
            value = clean(value[:MOST_TEXT])
            if value:
                return value
    return ""


def number(event: Event, name: str) -> int:
    """A whole number, 0 when it is missing or none."""
    value = event.get(name)
    if type(value) is str and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return 0


def our_variables(event: Event) -> dict[str, str]:
    """The channel's `fsapp_*` variables."""
    if type(event) is JsonEvent:
        found = event.our_variables()
        return {name: text(found, name) for name in found} if found else found
    return {name[9:]: text(event, name) for name in event if name.startswith("variable_fsapp_")}


class Translator:
    """Events to facts. Remembers which legs have ended, so that nothing but the end of a recording follows."""

    def __init__(self, remember: int = REMEMBERED_ENDS) -> None:
        self._ended: dict[str, None] = {}
        self._remember = remember

    def forget(self) -> None:
        """FreeSWITCH was restarted: `sofia recover` brings legs back under their old uuids."""
        self._ended.clear()

    def fact(self, event: Event) -> f.Fact | None:
        """The fact of one event, None when it says nothing new."""
        name = event.get("Event-Name")
        if name == "CUSTOM":
            name = event.get("Event-Subclass")
        maker = _MAKERS.get(name) if type(name) is str else None
        if maker is None:
            return None
        leg = event.get("Unique-ID")
        leg = text(event, "Unique-ID") if type(leg) is str else ""
        if leg in self._ended and name != "RECORD_STOP":
            return None
        if not leg and name in _NEED_LEG:
            return None
        fact = maker(event, number(event, "Event-Date-Timestamp"), leg, our_variables(event))
        if type(fact) is f.LegHungUp:
            self._ended[leg] = None
            if len(self._ended) > self._remember:
                del self._ended[next(iter(self._ended))]
        return fact


def _created(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    return f.LegCreated(
        at,
        leg,
        event.get("Call-Direction") == "inbound",
        text(event, "Caller-Caller-ID-Number"),
        text(event, "Caller-Caller-ID-Name"),
        text(event, "Caller-Destination-Number"),
        text(event, "Channel-Name"),
        text(event, "variable_sip_call_id"),
        variables=ours,
    )


def _ringing(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    return f.LegRinging(at, leg, event["Event-Name"] == "CHANNEL_PROGRESS_MEDIA", variables=ours)


def _bridged(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact | None:
    a = text(event, "Bridge-A-Unique-ID") or leg
    b = text(event, "Bridge-B-Unique-ID", "Other-Leg-Unique-ID")
    if not b:
        return None
    kind = f.LegsBridged if event["Event-Name"] == "CHANNEL_BRIDGE" else f.LegsUnbridged
    return kind(at, a, b, variables=ours)


def _held(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    return f.LegHeld(at, leg, event["Event-Name"] == "CHANNEL_HOLD", variables=ours)


def hung_up_by_far_end(event: Event) -> bool | None:
    """Who ended the leg. sip_hangup_disposition is exact, but CHANNEL_HANGUP of a received BYE comes before it
    is set; there sip_term_status tells: mod_sofia sets it only when the other side ended the dialog [seen]."""
    disposition = text(event, "variable_sip_hangup_disposition")
    if disposition:
        return disposition.startswith("recv_")
    if text(event, "variable_sip_term_status"):
        return True
    return None if not text(event, "variable_sip_call_id") else False


def _hung_up(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    return f.LegHungUp(
        at,
        leg,
        text(event, "Hangup-Cause", "variable_hangup_cause") or "NONE",
        hung_up_by_far_end(event),
        # An incoming leg that its caller cancels has 487 here: that refused nothing.
        0
        if event.get("Call-Direction") == "inbound"
        else number(event, "variable_sip_invite_failure_status"),
        text(event, "variable_sip_call_id"),
        number(event, "Caller-Channel-Created-Time"),
        number(event, "Caller-Channel-Answered-Time"),
        variables=ours,
    )


def _app_done(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact | None:
    app = text(event, "Application")
    if app in SILENT_APPS:
        return None
    digits = ""
    # The variable keeps its old value when nothing was entered: read_result says whether it is new [seen].
    if app == "play_and_get_digits" and text(event, "variable_read_result") == "success":
        digits = text(event, "variable_fsapp_digits")
    response = text(event, "Application-Response")
    return f.AppDone(
        at,
        leg,
        app,
        text(event, "Application-UUID"),
        "" if response == "_none_" else response,
        digits,
        variables=ours,
    )


def _playback_stopped(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    completed = event.get("Playback-Status") == "done"
    return f.PlaybackStopped(at, leg, text(event, "Playback-File-Path"), completed, variables=ours)


def _digit(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    # DTMF-Duration counts samples at 8 kHz (switch_types.h).
    return f.Digit(at, leg, text(event, "DTMF-Digit"), number(event, "DTMF-Duration") // 8, variables=ours)


def _recording_started(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    return f.RecordingStarted(at, leg, text(event, "Record-File-Path"), variables=ours)


def _recording_stopped(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    length = number(event, "variable_record_ms")
    return f.RecordingStopped(at, leg, text(event, "Record-File-Path"), length, variables=ours)


def _transferred(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    # Attended: the leg that the caller ends up with; att_xfer_destination_peer_uuid is the phone's own second
    # leg, whatever its name says [seen]. Blind: the user part of Refer-To.
    attended = bool(text(event, "att_xfer_destination_call_id"))
    if attended:
        to = text(event, "att_xfer_destination_call_id")
    else:
        to = text(event, "variable_transfer_destination").removeprefix("blind:")
    return f.LegTransferred(at, leg, to, attended, variables=ours)


def _job_done(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    body = text(event, "_body")
    ok = not body.startswith(("-ERR", "-USAGE"))
    for mark in ("+OK", "-ERR", "-USAGE:"):
        body = body.removeprefix(mark)
    return f.JobDone(at, text(event, "Job-UUID"), ok, body.strip())


def _registered(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    return f.PhoneRegistered(
        at,
        text(event, "from-user"),
        text(event, "from-host"),
        dialable(text(event, "profile-name"), text(event, "contact")),
        number(event, "expires"),
    )


def _unregistered(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    return f.PhoneUnregistered(
        at,
        text(event, "from-user", "user"),
        text(event, "from-host", "host"),
        dialable(text(event, "profile-name"), text(event, "contact")),
    )


def dialable(profile: str, contact: str) -> str:
    """`"1001" <sip:1001@192.0.2.7:5060>` of profile `internal` as `sofia/internal/sip:1001@192.0.2.7:5060`, the
    form of `show registrations`. Empty when there is no address; unchecked, see quoting.phone_endpoint."""
    _, bracket, rest = contact.rpartition("<")
    uri, _, after = rest.partition(">")
    if not bracket:
        uri, after = contact.strip(), ""
    if after.startswith(";fs_"):  # what mod_sofia appends for a phone behind NAT
        uri += after
    return f"sofia/{profile}/{uri}" if profile and uri else ""


def _gateway(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    state = text(event, "State")
    up = state in ("REGED", "NOREG") and text(event, "Ping-Status") != "DOWN"
    return f.GatewayState(at, text(event, "Gateway"), up, state)


def _heartbeat(event: Event, at: int, leg: str, ours: Mapping[str, str]) -> f.Fact:
    return f.Heartbeat(
        at, text(event, "Core-UUID"), number(event, "Session-Count"), number(event, "Uptime-msec")
    )


_MAKERS: dict[str, _Maker] = {
    "CHANNEL_CREATE": _created,
    "CHANNEL_PROGRESS": _ringing,
    "CHANNEL_PROGRESS_MEDIA": _ringing,
    "CHANNEL_ANSWER": lambda event, at, leg, ours: f.LegAnswered(at, leg, variables=ours),
    "CHANNEL_BRIDGE": _bridged,
    "CHANNEL_UNBRIDGE": _bridged,
    "CHANNEL_PARK": lambda event, at, leg, ours: f.LegParked(at, leg, variables=ours),
    "CHANNEL_HOLD": _held,
    "CHANNEL_UNHOLD": _held,
    "CHANNEL_EXECUTE_COMPLETE": _app_done,
    "CHANNEL_HANGUP": _hung_up,
    "CHANNEL_HANGUP_COMPLETE": _hung_up,
    "PLAYBACK_STOP": _playback_stopped,
    "DTMF": _digit,
    "RECORD_START": _recording_started,
    "RECORD_STOP": _recording_stopped,
    "sofia::transferor": _transferred,
    "BACKGROUND_JOB": _job_done,
    "sofia::register": _registered,
    "sofia::unregister": _unregistered,
    "sofia::expire": _unregistered,
    "sofia::gateway_state": _gateway,
    "HEARTBEAT": _heartbeat,
    "SHUTDOWN": lambda event, at, leg, ours: f.SwitchShutdown(at),
}
_NEED_LEG = frozenset((*CHANNEL_EVENTS, "sofia::transferor"))
