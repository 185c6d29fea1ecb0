"""Event frames: header names, order and values as the recorded transcripts of the real switch have them.

Building one is cheap because the bulk of a channel event, its variables, is serialised once and kept until a
variable changes, and because nothing is built when no connection listens.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping

from fs_app.sim import wire

HOSTNAME = "sim"

#: Events that carry the channel's variables (switch_channel_event_set_extended_data).
WITH_VARIABLES = frozenset(
    [
        "CHANNEL_CREATE",
        "CHANNEL_ORIGINATE",
        "CHANNEL_UUID",
        "CHANNEL_ANSWER",
        "CHANNEL_PARK",
        "CHANNEL_UNPARK",
        "CHANNEL_BRIDGE",
        "CHANNEL_UNBRIDGE",
        "CHANNEL_PROGRESS",
        "CHANNEL_PROGRESS_MEDIA",
        "CHANNEL_HANGUP",
        "CHANNEL_HANGUP_COMPLETE",
        "CHANNEL_DATA",
        "CHANNEL_EXECUTE",
        "CHANNEL_EXECUTE_COMPLETE",
        "CHANNEL_DESTROY",
        "RECORD_START",
        "RECORD_STOP",
        "PLAYBACK_START",
        "PLAYBACK_STOP",
        "CALL_UPDATE",
        "MEDIA_BUG_START",
        "MEDIA_BUG_STOP",
        "CHANNEL_HOLD",
        "CHANNEL_UNHOLD",
        "CUSTOM",
    ]
)

#: What a listener may ask for by name; anything else is ignored, as the real one does.
KNOWN = WITH_VARIABLES | frozenset(
    [
        "CHANNEL_STATE",
        "CHANNEL_CALLSTATE",
        "CHANNEL_OUTGOING",
        "CHANNEL_DESTROY",
        "CODEC",
        "DTMF",
        "API",
        "BACKGROUND_JOB",
        "HEARTBEAT",
        "RE_SCHEDULE",
        "SHUTDOWN",
        "STARTUP",
        "MODULE_LOAD",
        "RELOADXML",
        "PRIVATE_COMMAND",
        "CALL_SECURE",
        "MESSAGE",
        "PRESENCE_IN",
        "NOTIFY_IN",
        "TALK",
        "NOTALK",
        "SESSION_HEARTBEAT",
        "LOG",
        "TRAP",
    ]
)


def now_us() -> int:
    return time.time_ns() // 1000


class Stamper:
    """The headers that every event begins with."""

    def __init__(self, core_uuid: str) -> None:
        self.core_uuid = core_uuid
        self._sequence = itertools.count(1)
        self._second = 0
        self._local = ""
        self._gmt = ""

    def headers(self, name: str, at: int, subclass: str = "") -> dict[str, str]:
        second = at // 1_000_000
        if second != self._second:
            self._second = second
            self._local = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))
            self._gmt = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(second))
        headers = {"Event-Subclass": subclass} if subclass else {}
        return {
            **headers,
            "Event-Name": name,
            "Core-UUID": self.core_uuid,
            "FreeSWITCH-Hostname": HOSTNAME,
            "FreeSWITCH-Switchname": HOSTNAME,
            "FreeSWITCH-IPv4": "127.0.0.1",
            "FreeSWITCH-IPv6": "::1",
            "Event-Date-Local": self._local,
            "Event-Date-GMT": self._gmt,
            "Event-Date-Timestamp": str(at),
            "Event-Calling-File": "sim.c",
            "Event-Calling-Function": "sim",
            "Event-Calling-Line-Number": "1",
            "Event-Sequence": str(next(self._sequence)),
        }


class Variables:
    """A channel's variables, with their serialised form kept until one changes."""

    __slots__ = ("_json", "_plain", "_values", "scopes")

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        self.scopes: list[dict[str, str]] = []  # of the applications that run now, innermost last
        self._json: bytes | None = None
        self._plain: bytes | None = None

    def get(self, name: str, default: str = "") -> str:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return self._values.get(name, default)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def set(self, name: str, value: str | None) -> None:
        """Set, or remove with None or '' (FreeSWITCH has no empty variables)."""
        if value:
            self._values[name] = value
        elif name in self._values:
            del self._values[name]
        else:
            return
        self._json = self._plain = None

    def update(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            self.set(name, value)

    def items(self) -> list[tuple[str, str]]:
        return list(self._values.items())

    def true(self, name: str) -> bool:
        return self._values.get(name, "").lower() in (
            "yes",
            "on",
            "true",
            "t",
            "enabled",
            "active",
            "allow",
            "1",
        )

    @property
    def json(self) -> bytes:
        """`"variable_a":"…","variable_b":"…"` without the braces."""
        if self._json is None:
            self._json = wire.json_object({f"variable_{k}": v for k, v in self._values.items()})[1:-1]
        return self._json

    @property
    def plain(self) -> bytes:
        if self._plain is None:
            self._plain = wire.plain_body({f"variable_{k}": v for k, v in self._values.items()})[:-1]
        return self._plain


class Event:
    """One event, serialised once per format, whoever listens."""

    __slots__ = ("_frames", "_variables", "body", "headers", "leg", "name", "subclass")

    def __init__(
        self,
        name: str,
        headers: dict[str, str],
        leg: str = "",
        variables: tuple[bytes, bytes] | None = None,
        body: str = "",
        subclass: str = "",
    ) -> None:
        self.name = name
        self.subclass = subclass
        self.leg = leg
        self.headers = headers
        self.body = body
        self._variables = variables
        self._frames: dict[str, bytes] = {}

    def frame(self, kind: str) -> bytes:
        data = self._frames.get(kind)
        if data is None:
            data = self._frames[kind] = wire.event_frame(self._serialise(kind), kind)
        return data

    def _serialise(self, kind: str) -> bytes:
        if kind == "plain":
            head = wire.plain_body(self.headers, self.body)
            if self._variables is None:
                return head
            return head[:-1] + self._variables[1] + b"\n"
        headers = self.headers
        if self.body:
            headers = {**headers, "Content-Length": str(len(wire.raw(self.body))), "_body": self.body}
        data = wire.json_object(headers)
        if self._variables is None or not self._variables[0]:
            return data
        return data[:-1] + b"," + self._variables[0] + b"}"
