"""How often a browser is told: the first picture at once, then at most one per interval, always the newest.

A picture that was overtaken before it was sent is never sent. A browser that does not keep up gets fewer pictures, not
a longer queue. When many are due in the same moment they go in turns, so that the loop is not held up by all of them.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from fs_app.clock import Clock, Timer

K = TypeVar("K", bound=Hashable)

AT_ONCE = 10
"""Pictures sent in one turn of the loop, one or two milliseconds; then whatever else waits has its turn."""

SLACK_S = 0.001
"""What is due within this time goes along."""


class Pacer(Generic[K]):
    """`send(key, picture)` hands over to the network and must not block; what was put is given to it as it is, and
    may be what makes the picture. `ready(key)` tells whether the browser has taken in what it was sent.

    `interval`: seconds between two pictures of the same key; `sooner` (the same when not given): for those that were
    not put to be sent `soon`, but as fast as can be. Those go first when many are due.
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
        self._sent_at: dict[K, float] = {}
        self._due: dict[K, tuple[float, bool]] = {}  # when, and whether it can wait
        self._lines: tuple[list[tuple[float, int, K]], ...] = ([], [])  # heaps: as fast as can be, and soon
        self._count = itertools.count()
        self._timer: Timer | None = None
        self._timer_at = float("inf")

    def put(self, key: K, picture: Any, soon: bool = False) -> None:
        """The picture changed; `soon`: it can wait for `interval`. Never blocks: a timer's greenlet sends."""
        self._newest[key] = picture
        wait = self._interval if soon else self._sooner
        due = max(self._clock.monotonic(), self._sent_at.get(key, float("-inf")) + wait)
        known = self._due.get(key)
        if known is None or due < known[0] or (known[1] and not soon):
            self._stand(
                key, due if known is None else min(due, known[0]), soon and (known is None or known[1])
            )

    def afresh(self, key: K) -> None:
        """Somebody new watches: the next picture goes at once."""
        self.forget(key)

    def forget(self, key: K) -> None:
        """Nobody watches any longer."""
        self._newest.pop(key, None)
        self._sent_at.pop(key, None)
        self._due.pop(key, None)  # its places in the lines are void

    def __len__(self) -> int:
        return len(self._due)

    def _stand(self, key: K, due: float, soon: bool) -> None:
        self._due[key] = due, soon
        heapq.heappush(self._lines[soon], (due, next(self._count), key))
        self._wake(due)

    def _wake(self, due: float) -> None:
        if due >= self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = due
        self._timer = self._clock.call_later(max(0.0, due - self._clock.monotonic()), self._turn)

    def _turn(self) -> None:
        self._timer, self._timer_at = None, float("inf")
        now, left = self._clock.monotonic(), AT_ONCE
        try:
            for soon, line in enumerate(self._lines):
                while line and left and line[0][0] <= now + SLACK_S:
                    due, _, key = heapq.heappop(line)
                    if self._due.get(key) == (due, bool(soon)):
                        left -= 1
                        self._fire(key, now, bool(soon))
        finally:  # one that fails does not stop the others
            for line in self._lines:
                if line:
                    self._wake(line[0][0])

    def _fire(self, key: K, now: float, soon: bool) -> None:
        del self._due[key]
        if not self._ready(key):
            self._stand(key, now + self._interval, soon)
            return
        self._sent_at[key] = now
        self._send(key, self._newest.pop(key))
