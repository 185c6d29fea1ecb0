"""What a supervisor's page may ask over Socket.IO, and how hostile input is read. No sockets in here.

docs/events.md describes the same events; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fs_app.errors import Invalid
from fs_app.supervision.listening import Mode
from fs_app.web.agent_events import Args, identifier, optional_identifier, text, token

NAMESPACE = "/supervision"

MOST_MESSAGE = 300
"""Characters of a message to agents."""


@dataclass(frozen=True, slots=True)
class Verb:
    """`method` of the supervision, called with who asks and what `read` makes of the message."""

    method: str
    permission: str
    read: Callable[[dict[str, Any]], Args] = lambda _data: ()


def _agent(data: dict[str, Any]) -> Args:
    return (identifier(data, "agent"),)


def _call(data: dict[str, Any]) -> Args:
    return (token(data, "call"),)


def _mode(data: dict[str, Any]) -> Mode:
    try:
        return Mode(str(data.get("mode")))
    except ValueError as error:
        raise Invalid("mode must be listen, whisper or barge", field="mode") from error


def _message(data: dict[str, Any]) -> Args:
    said = text(data, "text", most=MOST_MESSAGE).strip()
    if not said:
        raise Invalid("a message says something", field="text")
    return optional_identifier(data, "agent"), said


STEER, LISTEN = "supervision.steer", "supervision.listen"

VERBS: dict[str, Verb] = {
    "agent.available": Verb("available", STEER, _agent),
    "agent.unavailable": Verb(
        "unavailable", STEER, lambda d: (identifier(d, "agent"), optional_identifier(d, "reason"))
    ),
    "agent.log_out": Verb("log_out", STEER, _agent),
    "agent.end_delay": Verb("end_delay", STEER, _agent),
    "agent.message": Verb("message", STEER, _message),
    "call.hang_up": Verb("hang_up", STEER, _call),
    "call.move": Verb("move", STEER, lambda d: (token(d, "call"), identifier(d, "queue"))),
    "call.first": Verb("put_first", STEER, _call),
    "listen.begin": Verb("listen", LISTEN, lambda d: (identifier(d, "agent"), _mode(d))),
    "listen.mode": Verb("change_mode", LISTEN, lambda d: (_mode(d),)),
    "listen.end": Verb("stop_listening", LISTEN),
}
"""Socket.IO event of the namespace `/supervision` → what is asked."""

FROM_SERVER = ("board", "listening", "changed", "signed_out")
"""What the server sends in this namespace."""
