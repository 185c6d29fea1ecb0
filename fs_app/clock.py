"""Time comes in through the constructor: real in production, driven by hand in tests.

Two times: `now_ms()` is the wall clock (UTC, ms since the epoch) for stamps that people read;
`monotonic()` (seconds) for durations and order, it never jumps.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from typing import Protocol

import gevent
import structlog

from fs_app import metrics
from fs_app.errors import WaitTimeout

log = structlog.get_logger(__name__)


class Timer(Protocol):
    def cancel(self) -> None: ...


class Clock(Protocol):
    def now_ms(self) -> int: ...
    def monotonic(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...
    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer: ...


class _GreenletTimer:
    def __init__(self, greenlet: gevent.Greenlet) -> None:
        self._greenlet = greenlet

    def cancel(self) -> None:
        self._greenlet.kill(block=False)


class RealClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        gevent.sleep(seconds)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        return _GreenletTimer(gevent.spawn_later(max(0.0, seconds), _guarded, callback))


def _guarded(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:
        metrics.FAILURES.labels(where="timer").inc()
        log.exception("timer failed", callback=repr(callback))


class _FakeTimer:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class FakeClock:
    """A clock that moves only by `advance`; timers run in order of their time, on the caller's greenlet."""

    def __init__(self, start_ms: int = 1_700_000_000_000) -> None:
        self._start_ms = start_ms
        self._elapsed = 0.0
        self._heap: list[tuple[float, int, _FakeTimer]] = []
        self._count = itertools.count()
        self.wall_shift_ms = 0  # a jump of the wall clock that the monotonic one does not see

    def now_ms(self) -> int:
        return self._start_ms + self.wall_shift_ms + round(self._elapsed * 1000)

    def monotonic(self) -> float:
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        timer = _FakeTimer(callback)
        heapq.heappush(self._heap, (self._elapsed + max(0.0, seconds), next(self._count), timer))
        return timer

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`, running every timer that falls due on the way."""
        target = self._elapsed + seconds
        while self._heap and self._heap[0][0] <= target:
            due, _, timer = heapq.heappop(self._heap)
            self._elapsed = max(self._elapsed, due)
            callback, timer.callback = timer.callback, None
            if callback is not None:
                callback()
        self._elapsed = max(self._elapsed, target)  # a timer that sleeps has moved on by itself


def wait_for(condition: Callable[[], bool], timeout: float, what: str, step: float = 0.01) -> None:
    """Poll until `condition()` holds. Raises WaitTimeout after `timeout` seconds, naming `what`."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() >= end:
            raise WaitTimeout(f"{what}: not within {timeout} s")
        gevent.sleep(step)
