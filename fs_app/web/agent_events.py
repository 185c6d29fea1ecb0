"""What an agent's page may ask over Socket.IO, and how hostile input is read. No sockets in here.

docs/events.md describes the same events; a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fs_app.calls.targets import Wish
from fs_app.errors import Invalid

Args = tuple[Any, ...]

MOST_NOTE = 4000
"""Characters of a note."""

MOST_DIALLED = 200
MOST_CALLER_ID = 32
"""Characters of a number that somebody typed or pasted, and of one that is to be shown."""

_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DIGITS = re.compile(r"[0-9*#A-D]{1,32}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def identifier(data: dict[str, Any], name: str) -> int:
    """A row's identifier. Raises Invalid."""
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise Invalid(f"{name} must be an identifier", field=name)
    return value


def optional_identifier(data: dict[str, Any], name: str) -> int | None:
    return None if data.get(name) is None else identifier(data, name)


def token(data: dict[str, Any], name: str) -> str:
    """A call or a leg. Raises Invalid."""
    value = data.get(name)
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise Invalid(f"{name} must be an identifier", field=name)
    return value


def text(data: dict[str, Any], name: str, most: int = MOST_NOTE) -> str:
    """Free text, without control characters (line breaks and tabs stay). Raises Invalid beyond `most`."""
    value = data.get(name, "")
    if not isinstance(value, str):
        raise Invalid(f"{name} must be text", field=name)
    # JSON may carry half a surrogate pair, which no database and no encoder takes.
    clean = _CONTROL.sub("", value.replace("\r\n", "\n").encode("utf-8", "replace").decode())
    if len(clean) > most:
        raise Invalid(f"{name} is longer than {most} characters", field=name)
    return clean


@dataclass(frozen=True, slots=True)
class Verb:
    """`method` of the desk (or of a part of it: `outbound.call`), called with the agent and what `read` makes of the
    message. `needs`: the permission, beside that of having the page. `module`: what his profile must not have off."""

    method: str
    read: Callable[[dict[str, Any]], Args] = lambda _data: ()
    needs: str = ""
    module: str = ""


def _line(data: dict[str, Any]) -> Args:
    return (token(data, "line"),)


def _to(data: dict[str, Any]) -> Wish:
    """Whom a line or a transfer leads to: `{kind: number, number}`, `{kind: agent, agent}`, `{kind: queue, queue}`."""
    to = data.get("to")
    if not isinstance(to, dict) or to.get("kind") not in ("number", "agent", "queue"):
        raise Invalid("a number, an agent or a queue", field="to")
    kind = str(to["kind"])
    if kind == "number":
        return Wish(kind, number=text(to, "number", MOST_DIALLED))
    return Wish(kind, id=identifier(to, kind))


def _keys(data: dict[str, Any]) -> str:
    value = data.get("digits")
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        raise Invalid("keys are 0-9, *, # and A-D, 32 at most", field="digits")
    return value


def _dial(data: dict[str, Any]) -> Args:
    shown = text(data, "caller_id", MOST_CALLER_ID) if data.get("caller_id") is not None else None
    return (
        text(data, "number", MOST_DIALLED),
        optional_identifier(data, "queue"),
        shown,
        optional_identifier(data, "contact"),
        optional_identifier(data, "agent"),
    )


def flag(data: dict[str, Any], name: str) -> bool:
    """True or false. Raises Invalid."""
    value = data.get(name)
    if not isinstance(value, bool):
        raise Invalid(f"{name} must be true or false", field=name)
    return value


def _tick(data: dict[str, Any]) -> Args:
    direction = token(data, "direction")
    return (identifier(data, "queue"), direction, flag(data, "on"))


WORK = "callbacks.work"


def _item(data: dict[str, Any]) -> Args:
    return (token(data, "item"),)


def _when(data: dict[str, Any]) -> Args:
    """`minutes` from now, or `at`: a date and a time as the account's clocks show them (`2026-11-22T14:30`)."""
    return optional_identifier(data, "minutes"), text(data, "at", 20)


VERBS: dict[str, Verb] = {
    "agent.log_in": Verb("log_in"),
    "agent.log_out": Verb("log_out"),
    "agent.available": Verb("available"),
    "agent.unavailable": Verb("unavailable", lambda data: (optional_identifier(data, "reason"),)),
    "agent.end_delay": Verb("end_delay", module="delay"),
    "agent.transferred": Verb("transferred", module="transferred"),
    "agent.back_office": Verb("back_office"),
    "agent.open_line": Verb("open_line"),
    "queue.tick": Verb("tick_queue", _tick),
    "agent.message": Verb("message", lambda data: (identifier(data, "agent"), text(data, "text"))),
    "line.hang_up": Verb("hang_up", _line),
    "line.hold": Verb("hold", _line),
    "line.resume": Verb("resume", _line),
    "line.consult": Verb("consult", lambda data: (*_line(data), _to(data)), "calls.transfer"),
    "line.transfer": Verb("transfer", lambda data: (*_line(data), _to(data)), "calls.transfer"),
    "line.complete": Verb("complete", _line, "calls.transfer"),
    "line.conference": Verb("conference", _line, "calls.conference"),
    "line.leave": Verb("leave", _line, "calls.conference"),
    "line.mute": Verb("mute", _line),
    "line.unmute": Verb("unmute", _line),
    "line.dtmf": Verb("send_keys", lambda data: (*_line(data), _keys(data))),
    "line.pause_recording": Verb("pause_recording", _line, module="recording"),
    "line.resume_recording": Verb("resume_recording", _line, module="recording"),
    "line.start_recording": Verb("start_recording", _line, module="recording"),
    "line.capture": Verb("capture", _line),
    "line.end_capture": Verb("end_capture", _line),
    "outbound.mode": Verb("outbound.set_mode", lambda data: (token(data, "mode"),), WORK),
    "outbound.call": Verb("outbound.call", _item, WORK),
    "outbound.skip": Verb("outbound.skip", lambda data: (*_item(data), text(data, "why", 200)), WORK),
    "outbound.reserve": Verb("outbound.reserve", _item, WORK),
    "outbound.release": Verb("outbound.release", _item, WORK),
    "outbound.postpone": Verb("outbound.postpone", lambda data: (*_item(data), *_when(data)), WORK),
    "outbound.move": Verb(
        "outbound.move", lambda data: (*_item(data), optional_identifier(data, "agent")), "callbacks.move"
    ),
    "outbound.note": Verb("outbound.note", lambda data: (*_item(data), text(data, "note", 1000)), WORK),
    "outbound.close": Verb(
        "outbound.close",
        lambda data: (
            *_item(data),
            data.get("done") is not False,
            optional_identifier(data, "disposition"),
            text(data, "note", 1000),
        ),
        WORK,
    ),
    "outbound.book": Verb(
        "outbound.book",
        lambda data: (
            token(data, "call"),
            *_when(data),
            data.get("mine") is True,
            text(data, "note", 1000),
        ),
        WORK,
    ),
    "call.dial": Verb("dial", _dial, needs="calls.dial"),
    "call.qualify": Verb(
        "qualify",
        lambda data: (token(data, "call"), identifier(data, "disposition"), text(data, "note")),
    ),
}
"""Socket.IO event → what the desk is asked."""

TAKE_OVER = "agent.take_over"
"""Asked of the socket itself: this tab wants to be the live one."""

FROM_SERVER = ("agent", "notice", "message", "contact", "elsewhere", "replaced", "signed_out")
"""What the server sends."""


def message(args: tuple[Any, ...]) -> dict[str, Any]:
    """The one object of an event; none is an empty one. Raises Invalid for anything else."""
    if not args or args[0] is None:
        return {}
    if len(args) > 1 or not isinstance(args[0], dict):
        raise Invalid("an event carries one object")
    return args[0]
