"""A recorded event stream, sent again over a real loopback socket, as fast as it is read."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Collection
from pathlib import Path
from typing import Any

from gevent import monkey
from gevent.server import StreamServer
from gevent.threadpool import ThreadPool

from fs_app.errors import Invalid

_LEG = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NAME = re.compile(r'Event-Name(?:: |":")([A-Z_]+)')


def load(path: Path, names: Collection[str]) -> list[bytes]:
    """The events of a transcript that are among `names`, as bytes. Raises Invalid when there are none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Invalid(f"recorded stream can't be read: {error}") from error
    events = []
    for line in lines:
        entry = json.loads(line)
        name = _NAME.search(entry["frame"])
        if entry["from"] == "switch" and "text/event" in entry["frame"][:80] and name and name[1] in names:
            events.append(entry["frame"].encode("utf-8"))
    if not events:
        raise Invalid(f"no events in {path}")
    return events


def repeat(events: list[bytes], times: int) -> bytes:
    """The events again and again, each time with fresh uuids: a leg that has ended is not heard again."""
    whole = b"".join(events)
    legs = set(_LEG.findall(whole))
    parts = []
    for _ in range(times):
        fresh = {leg: str(uuid.uuid4()).encode() for leg in legs}
        parts.append(_LEG.sub(lambda found, fresh=fresh: fresh[found[0]], whole))  # type: ignore[misc]
    return b"".join(parts)


class ReplayServer:
    """Speaks just enough event socket for a client to log in and subscribe; then sends the stream.

    The stream is written by a native thread: a blocking send holds no lock of the interpreter, so that what is
    measured is the reader.
    """

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._threads = ThreadPool(2)
        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._server.start()

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def stop(self) -> None:
        self._server.stop(timeout=0)
        self._threads.kill()

    def _serve(self, sock: Any, _address: Any) -> None:
        sock.sendall(b"Content-Type: auth/request\n\n")
        buffer = b""
        while data := sock.recv(4096):
            buffer += data
            while b"\n\n" in buffer:
                command, _, buffer = buffer.partition(b"\n\n")
                if command.startswith(b"api "):
                    sock.sendall(b"Content-Type: api/response\nContent-Length: 9\n\n123456789")
                    continue
                sock.sendall(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
                if command.startswith(b"event"):
                    self._threads.apply(self._send, (os.dup(sock.fileno()),))

    def _send(self, descriptor: int) -> None:
        native = monkey.get_original("socket", "socket")(fileno=descriptor)
        try:
            native.setblocking(True)
            native.sendall(self._stream)
        except OSError:
            pass  # the reader has had enough
        finally:
            native.setblocking(False)
            native.close()
