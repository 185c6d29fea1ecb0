"""One inbound socket to FreeSWITCH: greenswitch's InboundESL with every fault of its own put right.

What stays of greenswitch is the shape: `connect`, `authenticate`, `send`, `receive_events`, `handle_event`,
`stop`, the auth event and the list of replies that are owed. What is replaced is said where it happens.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from typing import Protocol

import gevent
import structlog
from gevent import socket
from gevent.event import Event
from greenswitch.esl import InboundESL

from fs_app import metrics
from fs_app.errors import AuthRefused, LinkLost, Overloaded, ProtocolError, SwitchError
from fs_app.esl import commands, wire
from fs_app.esl.pending import Command, text
from fs_app.tasks import Tasks

CHUNK = 1 << 17  # bytes read at once
BUSY = 1 << 15  # after a chunk of this size others get a turn before the next one is read
MOST_QUEUED = 20_000  # commands that wait for the writer
CONNECT_S = 1.0  # a lost SYN is sent again after a second: a new attempt is as good
HANDSHAKE_S = 1.5

log = structlog.get_logger(__name__)


class Waiter(Protocol):
    """Whoever is owed a reply."""

    def reply(self, text: str) -> None: ...
    def fail(self, error: Exception) -> None: ...


class _Ping:
    """Our own sign of life; `answered` until the next one is sent."""

    def __init__(self) -> None:
        self.answered = True

    def reply(self, text: str) -> None:
        self.answered = True

    def fail(self, error: Exception) -> None:
        pass


class Connection(InboundESL):  # type: ignore[misc]
    """A socket from connect to close; never used again after.

    `on_event(frame)` gets events in order, on the reader's greenlet, and must not wait. `on_close(error)` is
    called once. Errors: SwitchError from `connect` and `send`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        tasks: Tasks,
        name: str,
        on_event: Callable[[wire.Frame], None],
        on_close: Callable[[SwitchError], None],
    ) -> None:
        super().__init__(host, port, password, timeout=CONNECT_S)
        self.name = name
        self.sock: socket.socket | None = None
        self.closed: SwitchError | None = None
        self._commands_sent: deque[Waiter] = deque()  # a list's pop(0) is slow when thousands are owed
        self._to_send: deque[tuple[bytes, Waiter]] = deque()
        self._wake = Event()
        self._tasks = tasks
        self._on_event = on_event
        self._on_close = on_close
        self._ping = _Ping()
        self._misses = 0
        self._heard = 0
        self._heard_before = 0

    # --- from connect to close ----------------------------------------------------------------------------
    def connect(self) -> None:
        """Open and authenticate, within CONNECT_S + 2 × HANDSHAKE_S. Raises LinkLost, AuthRefused."""
        try:
            self.sock = socket.create_connection((self.host, self.port), timeout=self.timeout)
            self.sock.settimeout(None)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise LinkLost(f"no connection to FreeSWITCH at {self.host}:{self.port}: {error}") from error
        self.connected = True
        self.start_event_handlers()
        greeted = self._auth_request_event.wait(HANDSHAKE_S)
        if self.closed is not None:
            raise self.closed
        if not greeted:
            self.close(LinkLost(f"FreeSWITCH at {self.host}:{self.port} accepts but does not answer"))
            raise LinkLost(str(self.closed))
        self.authenticate()

    def authenticate(self) -> None:
        """Raises AuthRefused when the password is wrong, LinkLost."""
        answer = self.send(commands.auth(self.password), timeout=HANDSHAKE_S)
        if not answer.startswith("+OK"):
            error = AuthRefused(f"FreeSWITCH refused the event socket's password ({wire.clean(answer)[:80]})")
            self.close(error)
            raise error

    def start_event_handlers(self) -> None:
        """A reader and a writer. (greenswitch runs all handlers in a second greenlet behind a queue and a
        one-second poll; here events go straight to `on_event`, whose owners have mailboxes.)"""
        self._tasks.spawn(f"read {self.name}", self.receive_events)
        self._tasks.spawn(f"write {self.name}", self._write)

    def close(self, error: SwitchError) -> None:
        """End the connection; everything that waits fails at once with LinkLost."""
        if self.closed is not None:
            return
        self.closed = error
        self.connected = False
        self._run = False
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.close()
        self._auth_request_event.set()
        self._wake.set()
        lost = error if isinstance(error, LinkLost) else LinkLost(str(error))
        owed = [*self._commands_sent, *(waiter for _, waiter in self._to_send)]
        self._commands_sent.clear()
        self._to_send.clear()
        for waiter in owed:
            waiter.fail(lost)
        self._on_close(error)

    def goodbye(self) -> None:
        """Tell FreeSWITCH that we go, without waiting for its answer."""
        if self.sock is not None and self.connected:
            with contextlib.suppress(OSError), gevent.Timeout(0.2, False):
                self.sock.sendall(wire.encode(commands.leave()))

    def stop(self) -> None:
        """Say goodbye and close."""
        self.goodbye()
        self.close(LinkLost("the link was closed by us"))

    # --- out ----------------------------------------------------------------------------------------------
    def issue(self, waiter: Waiter, command: str, body: str = "") -> None:
        """Queue a command; never waits, never raises for the link. Order: encode, then queue, then (in the
        writer) register and send, so that text that can't be encoded never leaves a reply slot behind."""
        try:
            data = wire.encode(command, body)
        except UnicodeEncodeError as error:
            waiter.fail(ProtocolError(f"command is no UTF-8: {error.reason}"))
            return
        if self.closed is not None:
            waiter.fail(LinkLost(str(self.closed)))
        elif len(self._to_send) >= MOST_QUEUED:
            waiter.fail(Overloaded(f"{MOST_QUEUED} commands wait to be sent to FreeSWITCH"))
        else:
            self._to_send.append((data, waiter))
            self._wake.set()

    def send(self, data: str, timeout: float = 5.0) -> str:
        """One command and its reply text. Raises CommandTimeout, LinkLost."""
        command: Command[str] = Command("", data.split(" ", 1)[0].split("\n", 1)[0], text, timeout)
        self.issue(command, data)
        return command.get()

    def _write(self) -> None:
        sock = self.sock
        while sock is not None and self.closed is None:
            self._wake.wait()
            self._wake.clear()
            while self._to_send and self.closed is None:
                batch, size = [], 0
                while self._to_send and size < CHUNK:
                    data, waiter = self._to_send.popleft()
                    self._commands_sent.append(waiter)  # a waiter that gives up keeps its place in the line
                    batch.append(data)
                    size += len(data)
                try:
                    sock.sendall(b"".join(batch))
                except OSError as error:
                    self.close(LinkLost(f"writing to FreeSWITCH failed: {error}"))

    # --- in -----------------------------------------------------------------------------------------------
    def receive_events(self) -> None:
        """Read until the end of the stream, which is an event like any other (greenswitch loops for ever, without
        yielding, when it comes inside a body)."""
        parser = wire.Parser()
        sock = self.sock
        try:
            while sock is not None and self.closed is None:
                data = sock.recv(CHUNK)
                self._heard += 1
                for item in parser.receive_data(data):
                    if isinstance(item, wire.Closed):
                        where = "" if item.clean else " in the middle of a message"
                        self.close(LinkLost(f"FreeSWITCH closed the connection{where}"))
                        return
                    self.handle_event(item)
                if len(data) >= BUSY:
                    gevent.sleep(0)
        except OSError as error:
            self.close(LinkLost(f"reading from FreeSWITCH failed: {error}"))
        except ProtocolError as error:
            self.close(error)
        finally:
            if self.closed is None:
                self.close(LinkLost("the reader ended"))

    def handle_event(self, frame: wire.Frame) -> None:
        """One frame to whom it belongs. Raises ProtocolError for a reply that nobody is owed."""
        kind = frame.content_type
        if kind in (wire.EVENT_JSON, wire.EVENT_PLAIN):
            try:
                self._on_event(frame)
            except Exception:
                metrics.FAILURES.labels(where="event").inc()
                log.exception("event failed", link=self.name, body=frame.text[:500])
        elif kind in ("command/reply", "api/response"):
            if not self._commands_sent:
                raise ProtocolError("a reply without a command")
            self._commands_sent.popleft().reply(frame.reply)
        elif kind == "auth/request":
            self._auth_request_event.set()
        elif kind == "text/disconnect-notice":
            self.close(LinkLost("FreeSWITCH ended the connection"))
        elif kind == "text/rude-rejection":
            self.close(AuthRefused("FreeSWITCH's access list refuses our address (event_socket.conf, ACL)"))

    # --- alive? -------------------------------------------------------------------------------------------
    def tick(self, most_misses: int) -> None:
        """To be called each second: a ping is under way and nothing at all was heard since the last tick is a
        miss; so many in a row end the connection. Never waits."""
        if self._ping.answered or self._heard != self._heard_before:
            self._misses = 0
        else:
            self._misses += 1
            if self._misses >= most_misses:
                self.close(LinkLost(f"FreeSWITCH has not answered {self._misses} pings"))
                return
        self._heard_before = self._heard
        if self._ping.answered:
            self._ping.answered = False
            self.issue(self._ping, commands.ping())
