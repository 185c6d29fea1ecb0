"""How often a browser is told: the first picture at once, then at most one per interval, always the newest.

A picture that was overtaken before it was sent is never sent. A browser that does not keep up gets fewer
pictures, not a longer queue.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from fs_app.clock import Clock, Timer

K = TypeVar("K", bound=Hashable)
Picture = dict[str, Any]


class Pacer(Generic[K]):
    """`send(key, picture)` hands over to the network and must not block; `ready(key)` tells whether the
    browser has taken in what it was sent. `interval`: seconds between two pictures of the same key."""

    def __init__(
        self,
        clock: Clock,
        send: Callable[[K, Picture], None],
        ready: Callable[[K], bool] = lambda _key: True,
        interval: float = 0.25,
    ) -> None:
        self._clock = clock
        self._send = send
        self._ready = ready
        self._interval = interval
        self._newest: dict[K, Picture] = {}
        self._timers: dict[K, Timer] = {}
        self._sent_at: dict[K, float] = {}

    def put(self, key: K, picture: Picture) -> None:
        """The picture changed. Never blocks: sending happens on a timer's greenlet."""
        self._newest[key] = picture
        if key not in self._timers:
            due = self._sent_at.get(key, float("-inf")) + self._interval
            self._timers[key] = self._clock.call_later(
                max(0.0, due - self._clock.monotonic()), lambda: self._fire(key)
            )

    def afresh(self, key: K) -> None:
        """Somebody new watches: the next picture goes at once."""
        self.forget(key)

    def forget(self, key: K) -> None:
        """Nobody watches any longer."""
        self._newest.pop(key, None)
        self._sent_at.pop(key, None)
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    def __len__(self) -> int:
        return len(self._timers)

    def _fire(self, key: K) -> None:
        self._timers.pop(key, None)
        picture = self._newest.get(key)
        if picture is None:
            return
        if not self._ready(key):
            self._timers[key] = self._clock.call_later(self._interval, lambda: self._fire(key))
            return
        del self._newest[key]
        self._sent_at[key] = self._clock.monotonic()
        self._send(key, picture)
