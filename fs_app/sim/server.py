"""Listening on the event socket's port, and ringing at a program's door (outbound sessions)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import gevent
from gevent import socket as sockets
from gevent.server import StreamServer

from fs_app.sim import wire
from fs_app.sim.channel import Channel
from fs_app.sim.session import Session

if TYPE_CHECKING:
    from fs_app.sim.core import Core

#: How long an outbound session may take to say `connect` (seconds, mod_event_socket.c).
CONNECT_S = 25.0


class Server:
    """The port. It can be closed (link cut, switch dead) while the control connection lives on."""

    def __init__(self, core: Core, host: str, port: int) -> None:
        self._core = core
        self._host = host
        self.port = port
        self._server: StreamServer | None = None

    def listen(self) -> None:
        if self._server is not None:
            return
        self._server = StreamServer((self._host, self.port), self._accept)
        self._server.start()
        self.port = self._server.server_port

    def refuse(self) -> None:
        """Close the port; connections that stand are not touched."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def serve_forever(self) -> None:
        self.listen()
        while True:
            gevent.sleep(3600)

    def _accept(self, sock: sockets.socket, _: object) -> None:
        sock.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
        session = Session(self._core, sock)
        self._core.session_begins(session)
        session.serve()


def ring(core: Core, ch: Channel, host: str, port: int) -> Session | None:
    """Connect to a program; None when nobody listens."""
    try:
        sock = sockets.create_connection((host, port), timeout=5.0)
    except OSError:
        return None
    sock.settimeout(None)
    sock.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
    session = Session(core, sock, ch)
    ch.sessions += 1
    core.session_begins(session)
    gevent.spawn(session.serve)
    gevent.spawn(_watch, session, ch)
    return session


def _watch(session: Session, ch: Channel) -> None:
    """End the session when it never says `connect`, and when the leg is over (after its linger time)."""
    with gevent.Timeout(CONNECT_S, False):
        while not session.connected and not session.finished:
            gevent.sleep(0.1 if session.connected else 0.25)
    if not session.connected:
        session.abort()
        return
    ch.done.wait()
    if session.finished:
        return
    if session.linger_s is not None:
        seconds = int(session.linger_s)
        session.send(wire.linger_notice(ch.uuid, ch.name, seconds))
        if seconds < 0:
            return
        with contextlib.suppress(gevent.Timeout):
            gevent.sleep(seconds)
    session.send(wire.disconnect_notice(ch.uuid))
    session.close()
