"""When who waits is told his place: first after some seconds, then at an interval. One timer per waiting caller."""

from __future__ import annotations

from collections.abc import Callable

from fs_app.bus import Bus
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.events import Recorded
from fs_app.infos import QueueInfo
from fs_app.live import Live
from fs_app.queues.service import Queues
from fs_app.queues.timers import CallTimers

AT_LEAST_S = 1.0
"""Who comes back into the line is not spoken to at once."""


def has_something_to_say(queue: QueueInfo) -> bool:
    wanted = queue.announcements
    return bool(wanted.position or wanted.wait or wanted.message or queue.calling_back.key or queue.exit_key)


def next_in_s(queue: QueueInfo, waited_s: float, since_last_s: float | None) -> float | None:
    """Seconds until the next announcement; `since_last_s` None: there was none. None: no more."""
    wanted = queue.announcements
    if since_last_s is None:
        return max(AT_LEAST_S, wanted.first_s - waited_s)
    return max(AT_LEAST_S, wanted.every_s - since_last_s) if wanted.every_s > 0 else None


class Announcer:
    def __init__(
        self,
        live: Live,
        bus: Bus,
        clock: Clock,
        catalog: Catalog,
        queues: Queues,
        speak: Callable[[str, int], None],
    ) -> None:
        """`speak(call, queue)` is told when it is time."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._queues = queues
        self._speak = speak
        self._timers = CallTimers(clock, self._due)
        self._last: dict[str, float] = {}
        bus.subscribe(Recorded, self._follow)

    def rearm(self) -> None:
        """After a start, and after each change of the configuration."""
        for call in list(self._live.calls.values()):
            if call.stage is Stage.WAITING:
                self._arm(call)

    def _follow(self, event: Recorded) -> None:
        entry = event.entry
        if entry.call is None or entry.kind not in ("call.stage", "call.overflowed", "call.ended"):
            return
        call = self._live.calls.get(entry.call)
        if call is not None and call.stage is Stage.WAITING:
            self._arm(call)
            return
        self._timers.disarm(entry.call)
        if entry.kind == "call.ended":
            self._last.pop(entry.call, None)

    def _arm(self, call: Call) -> None:
        self._timers.disarm(call.id)
        queue = self._catalog.queue(call.queue)
        if queue is None or call.absent or not has_something_to_say(queue):
            return
        last = self._last.get(call.id)
        since = None if last is None else self._clock.monotonic() - last
        left = next_in_s(queue, self._queues.waited_s(call), since)
        if left is not None:
            self._timers.arm(call.id, left)

    def _due(self, call_id: str) -> None:
        """A timer only asks: does he wait still?"""
        call = self._live.calls.get(call_id)
        if call is None or call.stage is not Stage.WAITING or call.queue is None:
            return
        self._last[call_id] = self._clock.monotonic()
        self._speak(call_id, call.queue)
        self._arm(call)
