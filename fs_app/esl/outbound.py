"""The doorbell: FreeSWITCH connects here when a leg reaches `socket` in `home`.

An outbound session says only that a leg is there (Rang) and that it has left the application `socket`, or that
the peer is gone (DoorClosed). Everything else goes over the inbound links. There is no authentication on this
port: whoever gets Rang asks the switch whether that leg exists.

Sessions of one leg are numbered; the newest is current. An older one is never closed while a newer lives: the
dialplan would go on after `socket` and throw the caller out [seen].
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Callable
from typing import Any

import gevent
import structlog
from gevent import socket
from gevent.pool import Pool
from gevent.server import StreamServer

from fs_app import facts, metrics
from fs_app.errors import CommandTimeout, ConfigError, LinkLost, ProtocolError, SwitchError
from fs_app.esl import commands, quoting, wire
from fs_app.esl.events import number, our_variables, text

MOST_SESSIONS = 5_000
MOST_CONNECT_BYTES = 256 * 1024  # the reply to `connect`: a whole channel with long SIP headers
MOST_LATER_BYTES = 1 << 20  # after it a session of ours receives nothing but a notice of the end
CONNECT_S = 5.0
CHUNK = 1 << 16

log = structlog.get_logger(__name__)


class OutboundSession:
    """One connection from FreeSWITCH, from `connect` to its end."""

    def __init__(self, sock: Any, session: int) -> None:
        self.session = session
        self.leg = ""
        self.at = 0
        self.variables: dict[str, str] = {}
        self._sock = sock
        self._parser = wire.Parser(MOST_CONNECT_BYTES, MOST_CONNECT_BYTES)

    def connect(self, deadline_s: float = CONNECT_S) -> None:
        """Ask for the channel and read which it is. Raises ProtocolError, CommandTimeout, LinkLost."""
        with gevent.Timeout(deadline_s, False):
            try:
                self._sock.sendall(wire.encode(commands.connect()))
                self._identify(self._first_frame())
            except OSError as error:
                raise LinkLost(f"outbound session ended: {error}") from error
            return
        raise CommandTimeout(f"no answer to connect within {deadline_s:g} s")

    def _first_frame(self) -> wire.Frame:
        received = 0
        while True:
            data = self._sock.recv(CHUNK)
            received += len(data)
            if received > MOST_CONNECT_BYTES:
                raise ProtocolError(f"more than {MOST_CONNECT_BYTES} bytes in answer to connect")
            for item in self._parser.receive_data(data):
                if isinstance(item, wire.Closed):
                    raise LinkLost("outbound session closed before it said its channel")
                return item

    def _identify(self, frame: wire.Frame) -> None:
        channel = frame.headers
        if frame.content_type != "command/reply" or "Event-Name" not in channel:
            raise ProtocolError(f"answer to connect is no channel: {frame.content_type[:80]!r}")
        try:
            self.leg = quoting.uuid(text(channel, "Unique-ID", "Channel-Unique-ID", "Channel-Call-UUID"))
        except SwitchError as error:
            raise ProtocolError(f"answer to connect names no channel: {error}") from error
        self.at = number(channel, "Event-Date-Timestamp") or time.time_ns() // 1000
        self.variables = our_variables(channel)

    def wait_for_end(self) -> None:
        """Read until the other side ends, sends nonsense, or sends far too much."""
        received = 0
        with contextlib.suppress(OSError, ProtocolError):
            while received < MOST_LATER_BYTES:
                data = self._sock.recv(CHUNK)
                received += len(data)
                for item in self._parser.receive_data(data):
                    if isinstance(item, wire.Closed):
                        return
                    if item.content_type == "text/disconnect-notice" and (
                        item.headers.get("Content-Disposition") != "linger"
                    ):
                        return

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self._sock.close()


class OutboundServer:
    """Listens for FreeSWITCH. `on_fact` gets Rang and DoorClosed and must not wait.

    `port` 0 takes a free one; `address` tells which. Raises OSError from `start` when the port is taken.
    """

    def __init__(
        self,
        host: str,
        port: int,
        on_fact: Callable[[facts.Fact], None],
        *,
        most_sessions: int = MOST_SESSIONS,
        connect_s: float = CONNECT_S,
    ) -> None:
        self._on_fact = on_fact
        self._most = most_sessions
        self._connect_s = connect_s
        self._numbers = itertools.count(1)
        self._by_leg: dict[str, list[OutboundSession]] = {}
        self._open: set[OutboundSession] = set()
        # The pool is a little larger than the limit: a connection beyond it is closed at once, so that the
        # dialplan goes on with its music, instead of waiting unaccepted.
        self._server = StreamServer((host, port), self._serve, backlog=512, spawn=Pool(most_sessions + 100))

    @property
    def address(self) -> tuple[str, int]:
        return self._server.server_host, self._server.server_port

    def start(self) -> None:
        """Raises ConfigError in words when the address can't be listened on."""
        try:
            self._server.start()
        except OSError as error:
            # gevent's own text has the address in it twice over; the system's alone is a sentence.
            why = os.strerror(error.errno) if error.errno else str(error)
            host, port = self._server.address[:2]
            raise ConfigError(f"FS_APP_OUTBOUND_LISTEN: can't listen on {host}:{port}: {why}") from error

    def stop(self) -> None:
        """Stop listening and close every session, the newest of each leg first."""
        self._server.stop(timeout=0)
        for session in sorted(self._open, key=lambda one: -one.session):
            session.close()

    def __len__(self) -> int:
        return len(self._open)

    def current(self, leg: str) -> int | None:
        """The number of the newest living session of a leg, None when nobody rings."""
        sessions = self._by_leg.get(leg)
        return sessions[-1].session if sessions else None

    def close(self, leg: str, session: int | None = None) -> bool:
        """End the sessions of a leg, newest first: the leg goes on in the dialplan after `socket`.

        With `session`, only when that one is current. False when there was nothing to close.
        """
        sessions = self._by_leg.get(leg)
        if not sessions or (session is not None and sessions[-1].session != session):
            return False
        for one in reversed(list(sessions)):
            one.close()
        return True

    def _serve(self, sock: Any, address: Any) -> None:
        if len(self._open) >= self._most:
            metrics.FAILURES.labels(where="outbound").inc()
            log.warning("too many outbound sessions", most=self._most)
            sock.close()
            return
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session = OutboundSession(sock, next(self._numbers))
        self._open.add(session)
        try:
            session.connect(self._connect_s)
        except SwitchError as error:
            metrics.FAILURES.labels(where="outbound").inc()
            log.warning("outbound session refused", peer=str(address), why=str(error))
        else:
            self._ring(session)
        finally:
            self._open.discard(session)
            session.close()

    def _ring(self, session: OutboundSession) -> None:
        leg, ours = session.leg, session.variables
        self._by_leg.setdefault(leg, []).append(session)
        try:
            self._deliver(facts.Rang(session.at, leg, session.session, variables=ours))
            session.wait_for_end()
        finally:
            living = self._by_leg[leg]
            living.remove(session)
            if not living:
                del self._by_leg[leg]
            self._deliver(facts.DoorClosed(time.time_ns() // 1000, leg, session.session, variables=ours))

    def _deliver(self, fact: facts.Fact) -> None:
        try:
            self._on_fact(fact)
        except Exception:
            metrics.FAILURES.labels(where="fact").inc()
            log.exception("fact failed", fact=facts.as_dict(fact))
