"""How late the loop runs: the one figure that says whether the program is responsive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import gevent

from fs_app import metrics
from fs_app.clock import Clock
from fs_app.tasks import Tasks

STEP_S = 0.02
FROZEN_S = 1.5
"""A pause this long is no load: the process was stopped, or the machine slept."""


class LoopWatch:
    """Wakes every 20 ms and measures by how much it is late. `on_frozen(seconds)` after a long pause."""

    def __init__(self, clock: Clock, tasks: Tasks, on_frozen: Callable[[float], None]) -> None:
        self._clock = clock
        self._tasks = tasks
        self._on_frozen = on_frozen
        self._latest: deque[float] = deque(maxlen=3000)  # one minute

    def start(self) -> None:
        metrics.LOOP_LAG_P99.set_function(lambda: self.p99_ms() / 1000)
        self._tasks.spawn("loop watch", self._run)

    def p99_ms(self) -> float:
        """The 99th percentile of the last minute, in ms."""
        ordered = sorted(self._latest)
        return 1000 * ordered[int(len(ordered) * 0.99)] if ordered else 0.0

    def _run(self) -> None:
        while True:
            before = self._clock.monotonic()
            gevent.sleep(STEP_S)
            late = max(0.0, self._clock.monotonic() - before - STEP_S)
            self._latest.append(late)
            metrics.LOOP_LAG.observe(late)
            if late > FROZEN_S:
                self._on_frozen(late)
