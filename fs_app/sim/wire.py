"""Bytes of the event socket, seen from the switch: commands in, frames out. No I/O.

A command is a line, optional headers, an empty line, and a body when a Content-Length says so
(mod_event_socket.c read_packet). Everything is bytes outside and `str` inside; `surrogateescape` carries what
is no UTF-8 through unchanged, as FreeSWITCH does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote_from_bytes

import orjson

MOST_HEADER_BYTES = 1 << 20


@dataclass(slots=True)
class Command:
    """One command: `verb` in lower case, the rest of its line, headers with lower-case names, body."""

    verb: str
    rest: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


class TooLong(Exception):
    """More than a megabyte without an end of the command."""


def text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def raw(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


class CommandReader:
    """Feed bytes, take commands."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._waiting: tuple[Command, int] | None = None

    def feed(self, data: bytes) -> list[Command]:
        """All commands that are complete now."""
        self._buffer += data
        commands: list[Command] = []
        while True:
            if self._waiting is None:
                end = self._buffer.find(b"\n\n")
                if end < 0:
                    end = self._buffer.find(b"\r\n\r\n")
                    if end < 0:
                        if len(self._buffer) > MOST_HEADER_BYTES:
                            raise TooLong
                        return commands
                    skip = 4
                else:
                    skip = 2
                block = text(bytes(self._buffer[:end]))
                del self._buffer[: end + skip]
                command = parse_command(block)
                if command is None:
                    continue
                length = command.headers.get("content-length", "")
                if not length.isdigit() or int(length) == 0:
                    commands.append(command)
                    continue
                self._waiting = (command, int(length))
            command, size = self._waiting
            if len(self._buffer) < size:
                return commands
            command.body = text(bytes(self._buffer[:size]))
            del self._buffer[:size]
            self._waiting = None
            commands.append(command)


def parse_command(block: str) -> Command | None:
    """A header block without its empty line; None when there is nothing in it."""
    lines = block.replace("\r", "").lstrip("\n").split("\n")
    if not lines[0].strip():
        return None
    verb, _, rest = lines[0].partition(" ")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.lstrip(" ")
    return Command(verb.lower(), rest.strip(), headers)


def reply(text_: str, **headers: str) -> bytes:
    """The answer to a command that is not `api`."""
    extra = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return raw(f"Content-Type: command/reply\nReply-Text: {text_}\n{extra}\n")


def api_response(body: str) -> bytes:
    data = raw(body)
    return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(data), data)


AUTH_REQUEST = b"Content-Type: auth/request\n\n"
GOODBYE = b"Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"


def disconnect_notice(session: str = "") -> bytes:
    head = "Content-Type: text/disconnect-notice\n"
    if session:
        head += f"Controlled-Session-UUID: {session}\nContent-Disposition: disconnect\n"
    return head.encode() + b"Content-Length: %d\n\n%b" % (len(GOODBYE), GOODBYE)


def linger_notice(session: str, channel_name: str, seconds: int) -> bytes:
    return raw(
        f"Content-Type: text/disconnect-notice\nControlled-Session-UUID: {session}\n"
        f"Content-Disposition: linger\nChannel-Name: {channel_name}\nLinger-Time: {seconds}\n"
        "Content-Length: 0\n\n"
    )


def url_encode(value: str) -> str:
    """As switch_url_encode does it: these characters stay, all others become %XX."""
    return quote_from_bytes(raw(value), safe="!$'()*,-./_~")


def plain_body(headers: dict[str, str], body: str = "") -> bytes:
    """An event in the `plain` format: URL-encoded values, line by line."""
    lines = [f"{name}: {url_encode(value)}\n" for name, value in headers.items()]
    if body:
        data = raw(body)
        return raw("".join(lines)) + b"Content-Length: %d\n\n%b" % (len(data), data)
    return raw("".join(lines)) + b"\n"


def json_object(headers: dict[str, str]) -> bytes:
    """A JSON object whose strings may hold raw bytes, as cJSON prints them (unescaped)."""
    try:
        return orjson.dumps(headers)
    except (orjson.JSONEncodeError, UnicodeEncodeError):
        return b"{" + b",".join(json_string(k) + b":" + json_string(v) for k, v in headers.items()) + b"}"


def json_string(value: str) -> bytes:
    """One JSON string, raw bytes included."""
    try:
        return orjson.dumps(value)
    except (orjson.JSONEncodeError, UnicodeEncodeError):
        escaped = "".join(
            _ESCAPES.get(c, c) if c >= " " or c in _ESCAPES else f"\\u{ord(c):04x}" for c in value
        )
        return b'"' + raw(escaped) + b'"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def event_frame(body: bytes, kind: str) -> bytes:
    return b"Content-Length: %d\nContent-Type: text/event-%b\n\n%b" % (len(body), kind.encode(), body)
