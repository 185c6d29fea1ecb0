"""A recorded event stream, sent again over a real loopback socket, as fast as it is read."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Collection
from pathlib import Path

from fs_app.errors import Invalid, Unavailable

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

    It is a process of its own, so that what is measured is the reader alone. Raises Unavailable when it does
    not start.
    """

    def __init__(self, stream: bytes) -> None:
        with tempfile.NamedTemporaryFile(suffix=".stream", delete=False) as file:
            file.write(stream)
        self._file = Path(file.name)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "fs_app.bench.replay", file.name], stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise Unavailable("the replay server did not start")
        self.port = int(line)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._file.unlink(missing_ok=True)


def _answer(sock: socket.socket, stream: bytes) -> None:
    buffer = b""
    try:
        sock.sendall(b"Content-Type: auth/request\n\n")
        while data := sock.recv(4096):
            buffer += data
            while b"\n\n" in buffer:
                command, _, buffer = buffer.partition(b"\n\n")
                if command.startswith(b"api "):
                    sock.sendall(b"Content-Type: api/response\nContent-Length: 9\n\n123456789")
                    continue
                sock.sendall(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
                if command.startswith(b"event"):
                    sock.sendall(stream)
    except OSError:
        pass  # the reader has had enough


def serve(file: Path) -> None:
    """The process of ReplayServer: prints its port and serves until it is killed."""
    stream = file.read_bytes()
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_answer, args=(sock, stream), daemon=True).start()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
