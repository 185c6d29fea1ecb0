"""One timer per call, the newest replaces the one before."""

from __future__ import annotations

from collections.abc import Callable

from fs_app.clock import Clock, Timer


class CallTimers:
    """`due(call)` is told when the time of a call has come; what it finds then is its own affair."""

    def __init__(self, clock: Clock, due: Callable[[str], None]) -> None:
        self._clock = clock
        self._due = due
        self._timers: dict[str, Timer] = {}

    def arm(self, call: str, seconds: float) -> None:
        self.disarm(call)
        self._timers[call] = self._clock.call_later(seconds, lambda: self._over(call))

    def disarm(self, call: str) -> None:
        timer = self._timers.pop(call, None)
        if timer is not None:
            timer.cancel()

    def _over(self, call: str) -> None:
        self._timers.pop(call, None)
        self._due(call)
