"""The WebSocket under Socket.IO, made safe for slow and hostile browsers.

simple-websocket writes frames with `socket.send`, which under gevent may write a part only: a browser that
reads slowly would get a broken stream. Here a frame is written whole, by one greenlet at a time, and a browser
that takes none of it for `SEND_TIMEOUT_S` is disconnected. What a browser sends is limited in size before it
is put together in memory.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Any

import gevent.event
import gevent.lock
import gevent.selectors
import simple_websocket
from engineio.async_drivers.gevent import Thread
from engineio.async_drivers.gevent import _async as gevent_driver

SEND_TIMEOUT_S = 20.0
MOST_BYTES = 64_000


class _WholeFrames:
    """A socket whose `send` writes everything, one caller at a time. Raises OSError (TimeoutError included)."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._lock = gevent.lock.Semaphore()
        sock.settimeout(SEND_TIMEOUT_S)

    def send(self, data: bytes) -> int:
        with self._lock:
            self._sock.sendall(data)
        return len(data)

    def recv(self, size: int) -> bytes:
        # Silence is normal here; a dead browser is noticed by Engine.IO's ping.
        while True:
            try:
                return self._sock.recv(size)  # type: ignore[no-any-return]
            except TimeoutError:
                continue

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


class _Server(simple_websocket.Server):
    sock: Any

    def handshake(self) -> None:
        self.sock = _WholeFrames(self.sock)
        super().handshake()


class WebSocket:
    """What Engine.IO's gevent driver expects of a WebSocket: callable as a WSGI application."""

    def __init__(self, handler: Any, _server: Any) -> None:
        self._handler = handler

    def __call__(self, environ: dict[str, Any], _start_response: Any) -> Any:
        self._ws = _Server(
            environ,
            max_message_size=MOST_BYTES,
            thread_class=Thread,
            event_class=gevent.event.Event,
            selector_class=gevent.selectors.DefaultSelector,
        )
        return self._handler(self)

    def close(self) -> None:
        if not self._ws.connected:
            return
        try:
            self._ws.close()
        except OSError:
            # It takes nothing any more, not even our good-bye; this ends the reading greenlet as well.
            with contextlib.suppress(OSError):
                self._ws.sock.shutdown(socket.SHUT_RDWR)

    def send(self, message: str | bytes) -> None:
        try:
            self._ws.send(message)
        except simple_websocket.ConnectionClosed as error:
            raise OSError("the browser is gone") from error

    def wait(self) -> str | bytes | None:
        try:
            return self._ws.receive()  # type: ignore[no-any-return]
        except simple_websocket.ConnectionClosed:
            return None


def driver() -> dict[str, Any]:
    """Engine.IO's gevent driver with this WebSocket in it."""
    return {**gevent_driver, "websocket": WebSocket}
