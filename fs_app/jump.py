"""A wall clock that jumps: set by hand, by a machine that slept, by a time server after a long absence.

What is timed to a moment of the wall clock sleeps by the clock that never jumps, so after a jump it would wake too
early or too late. The two are compared once a second; who has such times computes them again.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog

from fs_app.clock import Clock

log = structlog.get_logger(__name__)

JUMP_S = 1.5
"""A time server that corrects smoothly is slower than this; less does no harm."""


class ClockWatch:
    def __init__(self, clock: Clock, jumped: Callable[[float], None]) -> None:
        """`jumped(seconds)`: forward, or back when negative."""
        self._clock = clock
        self._jumped = jumped
        self._distance = self._now()

    def round(self) -> None:
        """Call it once a second."""
        before, self._distance = self._distance, self._now()
        by = self._distance - before
        if abs(by) >= JUMP_S:
            log.warning("the clock jumped", seconds=round(by, 1))
            self._jumped(by)

    def _now(self) -> float:
        return self._clock.now_ms() / 1000 - self._clock.monotonic()
