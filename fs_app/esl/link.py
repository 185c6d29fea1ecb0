"""The link to FreeSWITCH: one socket for events, one for commands, kept up for ever.

Two sockets because a command that takes its time would hold back the events behind it. Both stand or fall
together: when one is lost the other is closed, whoever waits fails with LinkLost at once, and a new pair is
built, with new objects.

    down --[both authenticated, subscribed]--> up --[end, error, two missed pings]--> down
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

import gevent
import structlog
from gevent.event import Event

from fs_app import facts, metrics
from fs_app.errors import AuthRefused, LinkLost, ProtocolError, SwitchError
from fs_app.esl import commands, events, wire
from fs_app.esl.connection import Connection
from fs_app.esl.jsonevent import JsonEvent
from fs_app.esl.pending import Command, new_uuid
from fs_app.tasks import Tasks

V = TypeVar("V")
log = structlog.get_logger(__name__)

PING_S = 1.0
MISSES = 2
RETRY_FIRST_S = 0.05
RETRY_MOST_S = 0.5
RETRY_REFUSED_S = 5.0  # a wrong password does not mend itself quickly, and each attempt is a line in a log
DEADLINE_S = 5.0


class Link:
    """`on_fact(fact)` gets every fact in order, LinkUp and LinkDown among them; it must not wait.

    Facts between subscription and LinkUp are kept and follow LinkUp, none is lost. Commands never wait and
    never raise for the link: their outcome says LinkLost when it is down.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        on_fact: Callable[[facts.Fact], None],
        *,
        ping_s: float = PING_S,
    ) -> None:
        self.host, self.port, self._password = host, port, password
        self._on_fact = on_fact
        self._ping_s = ping_s
        self._tasks = Tasks("link")
        self._translator = events.Translator()
        self._commands: Connection | None = None
        self._events: Connection | None = None
        self._jobs: dict[str, Command[Any]] = {}
        self._counts: Counter[type[facts.Fact]] = Counter()  # since the last tick: a metric takes a lock
        self._held: list[facts.Fact] | None = None
        self._lost = Event()
        self._stopping = False
        self.up = False
        self.core_uuid = ""
        self.trouble = "not connected yet"
        """Why the link is down, in words; empty while it is up."""

    # --- life ---------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._tasks.spawn("keep up", self._keep_up)

    def stop(self) -> None:
        """Close both sockets and fail whoever waits."""
        self._stopping = True
        for connection in (self._commands, self._events):
            if connection is not None:
                connection.goodbye()
        self._drop(LinkLost("the link was closed by us"))
        self._tasks.stop()

    def reconnect(self) -> None:
        """Both sockets away and built anew, because somebody asks for it. Calls go on in FreeSWITCH."""
        self._drop(LinkLost("an administrator asked for a new connection"))

    def _keep_up(self) -> None:
        delay = 0.0
        while not self._stopping:
            try:
                self._connect()
            except SwitchError as error:
                refused = isinstance(error, AuthRefused)
                if str(error) != self.trouble:
                    log.warning("no link to FreeSWITCH", why=str(error))
                self.trouble = str(error)
                self._drop(error)
                delay = RETRY_REFUSED_S if refused else min(max(delay * 2, RETRY_FIRST_S), RETRY_MOST_S)
            else:
                delay = 0.0
                self._watch()
            gevent.sleep(delay)

    def _connect(self) -> None:
        self._lost.clear()
        self._held = []
        first = self._commands = self._connection("commands")
        first.connect()
        core_uuid = first.send(commands.core_uuid()).strip()
        if not core_uuid or core_uuid.startswith("-"):
            raise ProtocolError(f"FreeSWITCH does not say its core_uuid: {core_uuid[:80]!r}")
        if core_uuid != self.core_uuid:
            self._translator.forget()
        second = self._events = self._connection("events")
        second.connect()
        answer = second.send(commands.subscribe(events.SUBSCRIPTION))
        if not answer.startswith("+OK"):
            raise ProtocolError(f"FreeSWITCH refuses the subscription: {answer[:80]!r}")
        if self._lost.is_set() or second.closed is not None:
            raise first.closed or second.closed or LinkLost("the link was lost while it was being built")
        self.core_uuid, self.trouble, self.up = core_uuid, "", True
        metrics.LINK_UP.set(1)
        log.info("link to FreeSWITCH is up", core_uuid=core_uuid)
        held, self._held = self._held, None
        self._deliver(facts.LinkUp(time.time_ns() // 1000, core_uuid))
        for fact in held:
            self._deliver(fact)

    def _connection(self, name: str) -> Connection:
        connection: Connection

        def closed(error: SwitchError) -> None:
            if connection is self._commands or connection is self._events:
                self._drop(error)

        connection = Connection(self.host, self.port, self._password, self._tasks, name, self._event, closed)
        return connection

    def _watch(self) -> None:
        """Ping both sockets until the link is lost."""
        while not self._lost.wait(self._ping_s):
            self._publish_counts()
            for connection in (self._commands, self._events):
                if connection is not None:
                    connection.tick(MISSES)

    def _publish_counts(self) -> None:
        counts, self._counts = self._counts, Counter()
        for kind, count in counts.items():
            metrics.EVENTS.labels(kind=kind.__name__).inc(count)

    def _drop(self, error: SwitchError) -> None:
        """Both sockets away, everybody told; without effect when that has happened already."""
        pair, self._commands, self._events = (self._commands, self._events), None, None
        was_up, self.up = self.up, False
        why = str(error)
        lost = error if isinstance(error, LinkLost) else LinkLost(why)
        for connection in pair:
            if connection is not None:
                connection.close(lost)
        jobs, self._jobs = self._jobs, {}
        for job in jobs.values():
            job.fail(lost)
        self._lost.set()
        if was_up:
            self.trouble = why
            metrics.LINK_UP.set(0)
            if not self._stopping:
                metrics.LINK_LOSSES.inc()
                log.warning("link to FreeSWITCH lost", why=why)
            self._deliver(facts.LinkDown(time.time_ns() // 1000, why))

    # --- facts --------------------------------------------------------------------------------------------
    def _event(self, frame: wire.Frame) -> None:
        event = JsonEvent(frame.body) if frame.content_type == wire.EVENT_JSON else frame.event()
        fact = self._translator.fact(event)
        if fact is None:
            return
        self._counts[type(fact)] += 1
        if type(fact) is facts.JobDone:
            job = self._jobs.pop(fact.job, None)
            if job is not None:
                job.reply(str(event.get("_body", "")))
        if self._held is not None:
            self._held.append(fact)
        else:
            self._deliver(fact)

    def _deliver(self, fact: facts.Fact) -> None:
        try:
            self._on_fact(fact)
        except Exception:
            metrics.FAILURES.labels(where="fact").inc()
            log.exception("fact failed", fact=facts.as_dict(fact))

    # --- commands -----------------------------------------------------------------------------------------
    def send(
        self,
        verb: str,
        command: str,
        convert: Callable[[str], V],
        *,
        body: str = "",
        command_id: str = "",
        deadline_s: float = DEADLINE_S,
    ) -> Command[V]:
        """A command whose reply is the outcome. `convert` makes the value from the reply, or raises."""
        pending: Command[V] = Command(command_id or new_uuid(), verb, convert, deadline_s)
        connection = self._commands if self.up else None
        if connection is None:
            pending.fail(LinkLost(self.trouble or "no link to FreeSWITCH"))
        else:
            connection.issue(pending, command, body)
        return pending

    def background(
        self, verb: str, command: str, convert: Callable[[str], V], *, deadline_s: float = DEADLINE_S
    ) -> Command[V]:
        """`command` (an `api …`) as bgapi under our own Job-UUID; the outcome is that of BACKGROUND_JOB."""
        job = new_uuid()
        pending: Command[V] = Command(job, verb, convert, deadline_s)
        connection = self._commands if self.up else None
        if connection is None:
            pending.fail(LinkLost(self.trouble or "no link to FreeSWITCH"))
            return pending
        self._jobs[job] = pending
        pending.then(lambda _outcome: self._forget(job))
        connection.issue(_Taken(pending), commands.background(job, command))
        return pending

    def _forget(self, job: str) -> None:
        self._jobs.pop(job, None)


class _Taken:
    """The reply to bgapi itself: says only whether the job was taken."""

    def __init__(self, job: Command[Any]) -> None:
        self._job = job

    def reply(self, text: str) -> None:
        if not text.startswith("+OK"):
            self._job.reply(text)

    def fail(self, error: Exception) -> None:
        self._job.fail(error)
