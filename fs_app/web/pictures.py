"""How often a browser is told: the first picture at once, then at most one per interval, always the newest.

A picture that was overtaken before it was sent is never sent. A browser that does not keep up gets fewer pictures, not
a longer queue.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from fs_app.clock import Clock, Timer

K = TypeVar("K", bound=Hashable)


class Pacer(Generic[K]):
    """`send(key, picture)` hands over to the network and must not block; what was put is given to it as it is, and
    may be what makes the picture. `ready(key)` tells whether the browser has taken in what it was sent.

    `interval`: seconds between two pictures of the same key; `sooner` (the same when not given): for those that were
    not put to be sent `soon`, but as fast as can be.
    """

    def __init__(
        self,
        clock: Clock,
        send: Callable[[K, Any], None],
        ready: Callable[[K], bool] = lambda _key: True,
        interval: float = 0.25,
        sooner: float | None = None,
    ) -> None:
        self._clock = clock
        self._send = send
        self._ready = ready
        self._interval = interval
        self._sooner = interval if sooner is None else sooner
        self._newest: dict[K, Any] = {}
        self._timers: dict[K, tuple[float, Timer]] = {}  # when it is due
        self._sent_at: dict[K, float] = {}

    def put(self, key: K, picture: Any, soon: bool = False) -> None:
        """The picture changed; `soon`: it can wait for `interval`. Never blocks: a timer's greenlet sends."""
        self._newest[key] = picture
        now = self._clock.monotonic()
        wait = self._interval if soon else self._sooner
        due = max(now, self._sent_at.get(key, float("-inf")) + wait)
        known = self._timers.get(key)
        if known is not None and known[0] <= due:
            return
        if known is not None:
            known[1].cancel()
        self._arm(key, due, due - now)

    def _arm(self, key: K, due: float, wait: float) -> None:
        self._timers[key] = due, self._clock.call_later(wait, lambda: self._fire(key))

    def afresh(self, key: K) -> None:
        """Somebody new watches: the next picture goes at once."""
        self.forget(key)

    def forget(self, key: K) -> None:
        """Nobody watches any longer."""
        self._newest.pop(key, None)
        self._sent_at.pop(key, None)
        known = self._timers.pop(key, None)
        if known is not None:
            known[1].cancel()

    def __len__(self) -> int:
        return len(self._timers)

    def _fire(self, key: K) -> None:
        self._timers.pop(key, None)
        if key not in self._newest:
            return
        if not self._ready(key):
            self._arm(key, self._clock.monotonic() + self._interval, self._interval)
            return
        picture = self._newest.pop(key)
        self._sent_at[key] = self._clock.monotonic()
        self._send(key, picture)
