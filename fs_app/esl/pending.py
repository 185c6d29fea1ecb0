"""A command under way: it ends once, by a value or an error, and tells whoever asked."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import gevent
import structlog
from gevent.event import Event

from fs_app import metrics
from fs_app.errors import CommandTimeout, WaitTimeout
from fs_app.ports import Outcome

V = TypeVar("V")
log = structlog.get_logger(__name__)


def new_uuid() -> str:
    """An identifier of our own for a leg, a job or an application."""
    return str(uuid.uuid4())


class Command(Generic[V]):
    """Implements ports.Pending. `convert` makes the value from the reply text, or raises the error."""

    __slots__ = ("_callbacks", "_convert", "_event", "_outcome", "_started", "_timer", "id", "verb")

    def __init__(
        self, command_id: str, verb: str, convert: Callable[[str], V], deadline_s: float | None = None
    ) -> None:
        self.id = command_id
        self.verb = verb
        self._convert = convert
        self._outcome: Outcome[V] | None = None
        self._callbacks: list[Callable[[Outcome[Any]], None]] = []
        self._event: Event | None = None
        self._timer: Any = None
        self._started = time.monotonic()
        if deadline_s is not None:
            self._timer = gevent.get_hub().loop.timer(deadline_s)
            # The timer's callback runs in the hub, where nothing may wait: the work is done in a greenlet.
            self._timer.start(gevent.spawn, self._expire, deadline_s)

    @property
    def done(self) -> bool:
        return self._outcome is not None

    @property
    def outcome(self) -> Outcome[V] | None:
        return self._outcome

    def then(self, callback: Callable[[Outcome[Any]], None]) -> None:
        if self._outcome is not None:
            self._call(callback, self._outcome)
        else:
            self._callbacks.append(callback)

    def get(self, timeout: float | None = None) -> V:
        if self._outcome is None:
            if self._event is None:
                self._event = Event()
            if not self._event.wait(timeout):
                raise WaitTimeout(f"{self.verb}: no outcome within {timeout} s")
        outcome = self._outcome
        assert outcome is not None
        if outcome.error is not None:
            raise outcome.error
        return outcome.value  # type: ignore[return-value]

    def reply(self, text: str) -> None:
        """FreeSWITCH answered. Without effect when the command has ended already."""
        if self._outcome is not None:
            return
        try:
            value = self._convert(text)
        except Exception as error:  # noqa: BLE001 - whatever the conversion raises is the command's outcome
            self._end(Outcome(error=error))
        else:
            self._end(Outcome(value=value))

    def fail(self, error: Exception) -> None:
        """It will have no reply. Without effect when the command has ended already."""
        if self._outcome is None:
            self._end(Outcome(error=error))

    def _expire(self, deadline_s: float) -> None:
        self.fail(CommandTimeout(f"{self.verb}: no reply within {deadline_s:g} s"))

    def _end(self, outcome: Outcome[V]) -> None:
        self._outcome = outcome
        if self._timer is not None:
            self._timer.close()
            self._timer = None
        result = "ok" if outcome.error is None else type(outcome.error).__name__
        metrics.COMMANDS.labels(verb=self.verb, result=result).inc()
        metrics.COMMAND_SECONDS.observe(time.monotonic() - self._started)
        if self._event is not None:
            self._event.set()
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            self._call(callback, outcome)

    def _call(self, callback: Callable[[Outcome[Any]], None], outcome: Outcome[V]) -> None:
        try:
            callback(outcome)
        except Exception:
            metrics.FAILURES.labels(where="command").inc()
            log.exception("callback of a command failed", verb=self.verb, command=self.id)


def text(reply: str) -> str:
    """The conversion that keeps the reply as it is."""
    return reply
