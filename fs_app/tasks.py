"""Greenlets with names, mailboxes with owners, native threads with deadlines.

Nothing in the program is spawned otherwise: so a failure is always logged with its name and counted, and one
`stop()` ends everything.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import gevent
import structlog
from gevent.event import Event
from gevent.pool import Group
from gevent.threadpool import ThreadPool

from fs_app import metrics
from fs_app.errors import Unavailable, WaitTimeout

M = TypeVar("M")
R = TypeVar("R")
log = structlog.get_logger(__name__)


class Tasks:
    """All greenlets of one part of the program."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._group = Group()

    def spawn(self, name: str, function: Callable[..., Any], *args: Any) -> gevent.Greenlet:
        """Run `function(*args)` in a greenlet of its own; an exception is logged and counted, never lost."""
        greenlet: gevent.Greenlet = gevent.Greenlet(self._guard, name, function, *args)
        greenlet.name = f"{self.name}:{name}"
        self._group.start(greenlet)
        return greenlet

    def every(self, name: str, seconds: float, function: Callable[[], Any]) -> gevent.Greenlet:
        """Run `function` again and again, `seconds` after its last end; one failure does not end the series."""

        def loop() -> None:
            while True:
                gevent.sleep(seconds)
                self._guard(name, function)

        return self.spawn(f"every {seconds} s {name}", loop)

    def stop(self, timeout: float = 5.0) -> None:
        """End every greenlet of the group, waiting `timeout` seconds at most."""
        with contextlib.suppress(gevent.Timeout):
            self._group.kill(block=True, timeout=timeout)

    def __len__(self) -> int:
        return len(self._group)

    def _guard(self, name: str, function: Callable[..., Any], *args: Any) -> Any:
        try:
            return function(*args)
        except (
            Exception,
            gevent.Timeout,
        ):  # a Timeout is a BaseException and would end a series without a word
            metrics.FAILURES.labels(where=self.name).inc()
            log.exception("task failed", task=f"{self.name}:{name}")
            return None


class Mailbox(Generic[M]):
    """One owner greenlet that handles messages one after the other, in order of arrival.

    The greenlet lives only while there is something to handle. A failing message is logged and counted; the
    next one is handled all the same.
    """

    def __init__(self, tasks: Tasks, name: str, handle: Callable[[M], None]) -> None:
        self._tasks = tasks
        self._name = name
        self._handle = handle
        self._messages: deque[M] = deque()
        self._running = False
        self.idle = Event()
        self.idle.set()

    def put(self, message: M) -> None:
        """Never blocks."""
        self._messages.append(message)
        if not self._running:
            self._running = True
            self.idle.clear()
            self._tasks.spawn(self._name, self._run)

    def __len__(self) -> int:
        return len(self._messages)

    def _run(self) -> None:
        try:
            while self._messages:
                message = self._messages.popleft()
                try:
                    self._handle(message)
                except (Exception, gevent.Timeout):
                    metrics.FAILURES.labels(where="mailbox").inc()
                    log.exception("message failed", mailbox=self._name, message=repr(message)[:500])
        finally:
            self._running = False
            self.idle.set()


class Threads:
    """Native threads for what blocks or computes: the loop goes on meanwhile."""

    def __init__(self, name: str, size: int, most_waiting: int = 10_000) -> None:
        self.name = name
        self._pool = ThreadPool(size)
        self._most_waiting = most_waiting
        self._waiting = 0

    def run(self, function: Callable[..., R], *args: Any, timeout: float = 30.0) -> R:
        """Run in a thread and wait for the result, yielding.

        Raises what the function raises, WaitTimeout after `timeout` seconds (the work itself goes on to its
        end), Unavailable when too much waits already.
        """
        if self._waiting >= self._most_waiting:
            raise Unavailable(f"{self.name}: {self._waiting} pieces of work wait already")
        self._waiting += 1
        try:
            with gevent.Timeout(timeout, False):
                result, error = self._pool.apply(_outcome, (function, args))
                if error is not None:
                    raise error
                return result  # type: ignore[no-any-return]
            raise WaitTimeout(f"{self.name}: no result within {timeout} s")
        finally:
            self._waiting -= 1

    def stop(self) -> None:
        with contextlib.suppress(gevent.Timeout):
            self._pool.kill()


def _outcome(function: Callable[..., R], args: tuple[Any, ...]) -> tuple[R | None, BaseException | None]:
    """Exceptions travel as values: a thread pool of gevent prints those that pass through it."""
    try:
        return function(*args), None
    except Exception as error:  # noqa: BLE001 - handed to the caller, who asked
        return None, error
