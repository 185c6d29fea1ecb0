"""Agents' toolbars without browsers: one light process that holds hundreds of real WebSockets to the program.

The process reads one JSON command a line from stdin and answers with one JSON line on stdout. Each picture that arrives
becomes one line of its record: when it was read from the socket, whose it is and what it shows. Sources: RFC 6455,
https://socket.io/docs/v4/engine-io-protocol/ and https://socket.io/docs/v4/socket-io-protocol/.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket as plain
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import gevent
import orjson
from gevent import socket
from gevent.event import AsyncResult

from fs_app.errors import Unavailable

CONNECT_S = 20.0
ANSWER_S, PRESSES = 8.0, 4
RETRY_S = 0.2
"""A toolbar that was refused or cut off comes again after this time (a browser: 0.1 to 0.5 s)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as it arrived. `at` is UTC in µs; `lines`: leg → (call, state)."""

    at: int
    toolbar: int
    seq: int
    bytes: int
    presence: str
    state: str
    lines: dict[str, tuple[str, str]]


class Toolbars:
    """The process, from the benchmark's side. Every method may raise Unavailable when it has ended."""

    def __init__(self, record: Path) -> None:
        self._record = record
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fs_app.bench.toolbars", str(record)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def connect(self, port: int, cookies: Sequence[str]) -> None:
        """All of them at once; returns when each has its first picture."""
        self._ask(do="connect", port=port, cookies=list(cookies))

    def press(self, event: str) -> None:
        """Every agent presses the same button; returns when all are answered. Raises Unavailable when refused."""
        self._ask(do="press", event=event)

    def cut(self) -> float:
        """All connections away at once and back at once; the seconds until the last one has a picture again."""
        return float(self._ask(do="cut")["seconds"])

    def shown(self, since: int = 0) -> Iterator[Shown]:
        """Every picture that arrived, in order of arrival, from `since` (µs) on."""
        self._ask(do="flush")
        with self._record.open("rb") as file:
            for line in file:
                row = orjson.loads(line)
                if row[0] >= since:
                    at, toolbar, seq, size, presence, state, lines = row
                    shown = {leg: (call, its) for leg, call, its in lines}
                    yield Shown(at, toolbar, seq, size, presence, state, shown)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _ask(self, **command: Any) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise Unavailable("the toolbars' process has ended") from error
        line = self._process.stdout.readline()
        if not line:
            raise Unavailable("the toolbars' process has ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise Unavailable(f"toolbars: {answer['error']}")
        return answer


# --- the process ----------------------------------------------------------------------------------------------
class _Closed(Exception):
    """The program ended the connection."""


class _Toolbar:
    """One socket at a time; comes again when it is lost."""

    def __init__(self, number: int, port: int, cookie: str, record: IO[bytes]) -> None:
        self._number, self._port, self._cookie, self._record = number, port, cookie, record
        self._sock: Any = None
        self._rest = b""
        self._answers: dict[int, AsyncResult[Any]] = {}
        self._asked = 0
        self.first_picture: AsyncResult[int] = AsyncResult()
        self._reader = gevent.spawn(self._live)

    def cut(self) -> None:
        """The connection away without a word, as when a network ends; back at once."""
        self.first_picture = AsyncResult()
        self._reader.kill()
        if self._sock is not None:
            linger = struct.pack("ii", 1, 0)  # reset instead of good-bye
            with contextlib.suppress(OSError):
                self._sock.setsockopt(plain.SOL_SOCKET, plain.SO_LINGER, linger)
            self._sock.close()
        self._reader = gevent.spawn(self._live)

    def press(self, event: str) -> Any:
        """The answer; once more when the connection was lost meanwhile, as a person would."""
        for _ in range(PRESSES):
            self._asked += 1
            answer = self._answers[self._asked] = AsyncResult()
            with contextlib.suppress(OSError, gevent.Timeout):
                self._send(b"42%d" % self._asked + orjson.dumps([event, {}]))
                return answer.get(timeout=ANSWER_S)
        return {"ok": False, "error": "no answer"}

    def _live(self) -> None:
        while True:
            with contextlib.suppress(OSError, _Closed):
                self._connect()
                while True:
                    self._take(self._frame())
            gevent.sleep(RETRY_S)

    def _connect(self) -> None:
        self._rest = b""
        self._sock = socket.create_connection(("127.0.0.1", self._port), timeout=CONNECT_S)
        self._sock.setsockopt(plain.IPPROTO_TCP, plain.TCP_NODELAY, 1)
        self._sock.sendall(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            b"Host: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            b"Cookie: %s\r\n\r\n" % (self._port, self._cookie.encode())
        )
        while b"\r\n\r\n" not in self._rest:
            self._more()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise _Closed(head[:100])
        self._sock.settimeout(None)
        self._send(b"40" + orjson.dumps({"tab": f"toolbar-{self._number}"}))

    def _more(self) -> None:
        data = self._sock.recv(65536)
        if not data:
            raise _Closed
        self._rest += data

    def _frame(self) -> bytes:
        """The next text message. The server's frames are neither masked nor fragmented (simple-websocket)."""
        while True:
            while len(self._rest) < 2:
                self._more()
            kind, size, head = self._rest[0] & 15, self._rest[1] & 127, 2
            if size >= 126:
                head = 4 if size == 126 else 10
                while len(self._rest) < head:
                    self._more()
                size = int.from_bytes(self._rest[2:head], "big")
            while len(self._rest) < head + size:
                self._more()
            body, self._rest = self._rest[head : head + size], self._rest[head + size :]
            if kind == 8:
                raise _Closed
            if kind == 1:
                return body

    def _send(self, text: bytes) -> None:
        """A masked frame, as clients must; a mask of zeros leaves the text as it is."""
        size = len(text)
        head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
        self._sock.sendall(head + b"\0\0\0\0" + text)

    def _take(self, message: bytes) -> None:
        now = time.time_ns() // 1000
        if message == b"2":
            self._send(b"3")
        elif message.startswith(b'42["agent"'):
            self._picture(now, len(message), orjson.loads(message[2:])[1])
        elif message.startswith(b"43"):
            number, _, rest = message[2:].partition(b"[")
            self._answers.pop(int(number)).set(orjson.loads(b"[" + rest)[0])

    def _picture(self, now: int, size: int, told: dict[str, Any]) -> None:
        lines = [(line["id"], line["call"], line["state"]) for line in told["lines"]]
        row = [
            now, self._number, told["seq"], size, told["presence"]["name"], told["state"]["name"], lines
        ]  # fmt: skip
        self._record.write(orjson.dumps(row) + b"\n")
        if not self.first_picture.ready():
            self.first_picture.set(now)


class _Desk:
    """The commands of the process."""

    def __init__(self, record: IO[bytes]) -> None:
        self._record = record
        self._toolbars: list[_Toolbar] = []

    def do(self, command: dict[str, Any]) -> dict[str, Any]:
        verb = command.pop("do")
        if verb not in ("connect", "press", "cut", "flush"):
            return {"error": f"no command {verb!r}"}
        return getattr(self, verb)(**command) or {}

    def connect(self, port: int, cookies: list[str]) -> None:
        self._toolbars = [_Toolbar(i, port, cookie, self._record) for i, cookie in enumerate(cookies)]
        self._pictures()

    def press(self, event: str) -> dict[str, Any]:
        asked = [gevent.spawn(toolbar.press, event) for toolbar in self._toolbars]
        answers = [one.get() for one in asked]
        refused = [answer for answer in answers if not answer.get("ok")]
        return {"error": f"{len(refused)} refused: {refused[0]}"} if refused else {}

    def cut(self) -> dict[str, Any]:
        begin = time.monotonic()
        for toolbar in self._toolbars:
            toolbar.cut()
        self._pictures()
        return {"seconds": round(time.monotonic() - begin, 3)}

    def flush(self) -> None:
        self._record.flush()

    def _pictures(self) -> None:
        for toolbar in self._toolbars:
            toolbar.first_picture.get(timeout=CONNECT_S)


def serve(record: Path) -> None:
    """Until stdin ends."""
    with record.open("wb", buffering=1 << 20) as file:
        desk = _Desk(file)
        for line in _lines():
            try:
                answer = desk.do(json.loads(line))
            except (OSError, gevent.Timeout, gevent.GreenletExit, KeyError, TypeError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)


def _lines() -> Iterator[bytes]:
    """Lines of stdin, waiting for them without holding up the sockets."""
    rest = b""
    while True:
        socket.wait_read(0)
        data = os.read(0, 65536)
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        yield from lines


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
