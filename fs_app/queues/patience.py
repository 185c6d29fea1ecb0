"""Time passes for those who wait: more agents may take them, or the longest wait is over.

One timer per waiting caller, for whatever comes next. It only asks: when it fires the state is read again, and a
caller who is elsewhere by then is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fs_app.bus import Bus
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.events import Recorded
from fs_app.live import Live
from fs_app.queues.service import Queues
from fs_app.queues.timers import CallTimers

MARGIN_S = 0.005
"""A timer may fire a little early: what is due within this time is done with it."""


class Patience:
    def __init__(
        self,
        live: Live,
        bus: Bus,
        clock: Clock,
        catalog: Catalog,
        queues: Queues,
        moments: Callable[[Call], Iterable[float]],
        kick: Callable[[int], None],
        too_long: Callable[[str, int], None],
    ) -> None:
        """`moments(call)`: seconds of waiting after which to `kick` its queue. `too_long(call, queue)` is told when
        the call has been in this queue for the longest time that is allowed."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._queues = queues
        self._moments = moments
        self._kick = kick
        self._too_long = too_long
        self._timers = CallTimers(clock, self._due)
        bus.subscribe(Recorded, self._follow)

    def rearm(self) -> None:
        """After a start, and after each change of the configuration."""
        for call in list(self._live.calls.values()):
            if call.stage is Stage.WAITING:
                self._arm(call)

    def _follow(self, event: Recorded) -> None:
        entry = event.entry
        if entry.kind not in ("call.stage", "call.overflowed") or entry.call is None:
            return
        call = self._live.calls.get(entry.call)
        if call is not None and call.stage is Stage.WAITING:
            self._arm(call)
        else:
            self._timers.disarm(entry.call)

    def _arm(self, call: Call, done_s: float = 0.0, told: bool = False) -> None:
        """For the next moment; what lies at or before `done_s` of waiting is done already, and with `told` the
        longest wait is known to be over."""
        self._timers.disarm(call.id)
        waited = self._queues.waited_s(call)
        left = [moment - waited for moment in self._moments(call) if moment > max(done_s, waited)]
        queue = self._catalog.queue(call.queue)
        if queue is not None and queue.max_wait.most > 0 and not told and not call.absent:
            left.append(queue.max_wait.most - self._queues.here_s(call))
        if left:
            self._timers.arm(call.id, max(0.0, min(left)))

    def _due(self, call_id: str) -> None:
        call = self._live.calls.get(call_id)
        if call is None or call.stage is not Stage.WAITING or call.queue is None:
            return
        queue = self._catalog.queue(call.queue)
        waited = self._queues.waited_s(call)
        self._kick(call.queue)
        call = self._live.calls.get(call_id)
        if call is None or call.stage is not Stage.WAITING or call.queue is None or queue is None:
            return
        over = 0 < queue.max_wait.most <= self._queues.here_s(call) + MARGIN_S
        self._arm(call, waited + MARGIN_S, told=over)
        if over:
            self._too_long(call_id, queue.id)
