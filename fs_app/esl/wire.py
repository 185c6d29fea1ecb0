"""The event socket's bytes as frames, without any I/O.

    parser = Parser()
    for item in parser.receive_data(sock.recv(65536)):    # b"" means: the peer closed
        ...                                               # Frame, or Closed once at the end

A frame is a block of `Name: value` lines, an empty line, and a body of `Content-Length` bytes. Only a block
that is a serialised event (first line `Event-Name: …`) has URL-encoded values: it is split into lines first and
each value is decoded afterwards, so that `%0A` in a caller's name can never become a line of its own.
(mod_event_socket.c; h11 is the model for the shape of this module.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import orjson

from fs_app.errors import ProtocolError

MOST_HEADER_BYTES = (
    1 << 20
)  # the reply to `connect` is a whole channel: 10 to 20 kB, more with long SIP headers
MOST_BODY_BYTES = 32 << 20  # `show channels as json` with some ten thousand channels

EVENT_JSON = "text/event-json"
EVENT_PLAIN = "text/event-plain"

# C0, DEL, C1, and the separators and direction marks that change what a log line or a page looks like.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_JSON_HEADER = re.compile(rb"Content-Length: (\d{1,9})\nContent-Type: text/event-json")


def clean(text: str) -> str:
    """The text without control characters; a run of them becomes one space, none stays at the ends."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROL.sub(" ", text).strip()


@dataclass(slots=True)
class Frame:
    """One frame. `headers` are those of the outer block; `body` is what Content-Length counted."""

    content_type: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 become U+FFFD."""
        return self.body.decode("utf-8", "replace")

    @property
    def reply(self) -> str:
        """What FreeSWITCH answered: Reply-Text of a command/reply, the body of an api/response."""
        if self.content_type == "api/response":
            return self.text
        return self.headers.get("Reply-Text", "")

    def event(self) -> dict[str, Any]:
        """The event inside, its own body under `_body`. Raises ProtocolError when there is none to read.

        Values of a plain event are clean; those of a JSON event are as FreeSWITCH sent them (an event has
        about 150, ten are used: events.py cleans what it takes). A repeated header is a list in JSON.
        """
        if self.content_type == EVENT_JSON:
            return parse_json_event(self.body)
        if self.content_type == EVENT_PLAIN:
            return parse_plain_event(self.body)
        return dict(self.headers)


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of the stream. `clean` is False when it came in the middle of a frame."""

    clean: bool


def parse_json_event(body: bytes) -> dict[str, Any]:
    """FreeSWITCH copies raw bytes into its JSON, so that a Latin-1 name is no UTF-8: read it all the same."""
    try:
        event = orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            event = orjson.loads(body.decode("utf-8", "replace"))
        except orjson.JSONDecodeError as error:
            raise ProtocolError(f"event is no JSON: {error}") from error
    if type(event) is not dict:
        raise ProtocolError("event is no JSON object")
    return event


def parse_plain_event(body: bytes) -> dict[str, Any]:
    """A serialised event: its header lines, and its own body (BACKGROUND_JOB has one) under `_body`."""
    block, _, rest = body.partition(b"\n\n")
    event: dict[str, Any] = parse_block(block, encoded=True)
    length = event.get("Content-Length")
    if length is not None:
        event["_body"] = rest[: _length(length)].decode("utf-8", "replace")
    return event


def parse_block(block: bytes, encoded: bool) -> dict[str, str]:
    """Header lines to a dictionary: split first, decode each value after. The first of equal names wins."""
    headers: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(":")
        if not colon or name in headers:
            continue
        value = value.strip()
        if encoded and "%" in value:
            value = unquote(value, errors="replace")
        headers[clean(name)] = clean(value)
    return headers


def _length(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise ProtocolError(f"Content-Length is no number: {text[:40]!r}")
    return int(text)


class Parser:
    """Fed with bytes in pieces of any size, gives frames. Raises ProtocolError once and is of no use after."""

    def __init__(self, most_header: int = MOST_HEADER_BYTES, most_body: int = MOST_BODY_BYTES) -> None:
        self._buffer = bytearray()
        self._searched = 0  # no end of block before this place
        self._waiting: Frame | None = None  # a frame whose body is not complete
        self._wanted = 0
        self._most_header = most_header
        self._most_body = most_body
        self.closed = False

    @property
    def leftover(self) -> int:
        """Bytes received that belong to no complete frame yet."""
        return len(self._buffer)

    def receive_data(self, data: bytes) -> list[Frame | Closed]:
        """The frames that `data` completes, in order; for b"" one Closed."""
        if self.closed:
            raise ProtocolError("bytes after the end of the stream")
        if not data:
            self.closed = True
            return [Closed(clean=not self._buffer and self._waiting is None)]
        buffer = self._buffer
        buffer += data
        frames: list[Frame | Closed] = []
        position, end = 0, len(buffer)
        while True:
            if self._waiting is None:
                while position < end and buffer[position] == 10:  # line feeds between frames mean nothing
                    position += 1
                found = buffer.find(b"\n\n", max(position, self._searched))
                if (found if found >= 0 else end) - position > self._most_header:
                    raise ProtocolError(f"header block of more than {self._most_header} bytes")
                if found < 0:
                    self._searched = max(position, end - 1)
                    break
                self._start(bytes(buffer[position:found]))
                position = found + 2
                self._searched = position
            if end - position < self._wanted:
                break
            frame = self._waiting
            if frame is not None:
                if self._wanted:
                    frame.body = bytes(buffer[position : position + self._wanted])
                    position += self._wanted
                self._searched = position
                self._waiting, self._wanted = None, 0
                frames.append(frame)
        if position:
            del buffer[:position]
            self._searched = max(0, self._searched - position)
        return frames

    def _start(self, block: bytes) -> None:
        json = _JSON_HEADER.fullmatch(block)  # nearly all frames of a busy link
        if json is not None:
            frame, wanted = Frame(EVENT_JSON), int(json[1])
        elif block.startswith(b"Event-Name:"):
            # The reply to `connect`: a serialised event with the reply's lines at its end, and no body.
            headers = parse_block(block, encoded=True)
            frame, wanted = Frame(headers.get("Content-Type", "command/reply"), headers), 0
        else:
            headers = parse_block(block, encoded=False)
            if "Content-Type" not in headers:
                raise ProtocolError(f"frame without Content-Type: {block[:60]!r}")
            frame = Frame(headers["Content-Type"], headers)
            wanted = _length(headers.get("Content-Length", "0"))
        if wanted > self._most_body:
            raise ProtocolError(f"body of {wanted} bytes, at most {self._most_body}")
        self._waiting, self._wanted = frame, wanted


def encode(text: str, body: str = "") -> bytes:
    """A command of `commands.py` as bytes: UTF-8, closed by the empty line, `body` counted by the caller's
    Content-Length line."""
    return (text + "\n\n" + body).encode("utf-8")
