"""Typed domain events → subscribers, in one process, without yielding.

A subscriber is called at once, in the order of subscription, and must not block; it hands work that waits to
a mailbox. A subscriber that fails does not hinder the others: the failure is logged and counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from fs_app import metrics

E = TypeVar("E")
log = structlog.get_logger(__name__)


class Bus:
    def __init__(self) -> None:
        self._subscribers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(self, kind: type[E], callback: Callable[[E], None]) -> None:
        """Call `callback(event)` for every event of exactly this class or of a subclass of it."""
        self._subscribers[kind].append(callback)

    def publish(self, event: object) -> None:
        """Tell everybody. Never raises."""
        for kind in type(event).__mro__:
            for callback in self._subscribers.get(kind, ()):
                try:
                    callback(event)
                except Exception:
                    metrics.FAILURES.labels(where="bus").inc()
                    log.exception("subscriber failed", bus_event=type(event).__name__, to=repr(callback))
