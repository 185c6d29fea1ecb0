"""An event socket for tests: plain, blocking, honest about time. Shares nothing with the program's own."""

from __future__ import annotations

import json
import socket
import time
from collections import deque
from typing import Any
from urllib.parse import unquote


class EslError(Exception):
    """The switch refused, went away or did not answer in time."""


class RawEsl:
    """One authenticated connection. Not for use by two greenlets at once."""

    def __init__(self, host: str, port: int, password: str, timeout: float = 5.0) -> None:
        self._sock = socket.create_connection((host, port), timeout)
        self._buffer = b""
        self.events: deque[dict[str, Any]] = deque()
        headers, _ = self._frame(timeout)
        if headers.get("Content-Type") != "auth/request":
            raise EslError(f"no greeting: {headers}")
        self.command(f"auth {password}", timeout)

    def close(self) -> None:
        self._sock.close()

    def __enter__(self) -> RawEsl:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def command(self, text: str, timeout: float = 5.0) -> str:
        """Send one command; the Reply-Text, or for `api` the body. Raises EslError on -ERR to a plain command."""
        self._sock.sendall(text.encode("utf-8", "surrogateescape") + b"\n\n")
        end = time.monotonic() + timeout
        while True:
            headers, body = self._frame(end - time.monotonic())
            kind = headers.get("Content-Type", "")
            if kind == "api/response":
                return body.decode("utf-8", "replace")
            if kind == "command/reply":
                reply = headers.get("Reply-Text", "")
                if reply.startswith("-ERR"):
                    raise EslError(reply)
                return reply
            self._keep(kind, body)

    def api(self, text: str, timeout: float = 5.0) -> str:
        return self.command(f"api {text}", timeout).strip()

    def subscribe(self, names: str) -> None:
        self.command(f"event json {names}")

    def event(self, timeout: float = 5.0) -> dict[str, Any] | None:
        """The next event, or None when none came within `timeout` seconds."""
        end = time.monotonic() + timeout
        while not self.events:
            try:
                headers, body = self._frame(end - time.monotonic())
            except TimeoutError:
                return None
            self._keep(headers.get("Content-Type", ""), body)
        return self.events.popleft()

    def _keep(self, kind: str, body: bytes) -> None:
        if kind == "text/event-json":
            self.events.append(json.loads(body.decode("utf-8", "replace"), strict=False))
        elif kind == "text/disconnect-notice":
            raise EslError("disconnected")

    def _frame(self, timeout: float) -> tuple[dict[str, str], bytes]:
        end = time.monotonic() + timeout
        head = self._until(b"\n\n", end)
        headers = {}
        for line in head.decode("utf-8", "replace").split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                headers[name.strip()] = unquote(value.strip())
        length = int(headers.get("Content-Length", 0))
        while len(self._buffer) < length:
            self._read(end)
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return headers, body

    def _until(self, mark: bytes, end: float) -> bytes:
        while mark not in self._buffer:
            self._read(end)
        head, _, self._buffer = self._buffer.partition(mark)
        return head

    def _read(self, end: float) -> None:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer from the event socket")
        self._sock.settimeout(left)
        data = self._sock.recv(65536)
        if not data:
            raise EslError("the event socket was closed")
        self._buffer += data
