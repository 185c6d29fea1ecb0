"""Who waits: the callers of each queue in the order of their tickets.

The order is a view of the live calls: whoever is in stage WAITING stands in the line, at the place that his
ticket gives. A ticket is given once; a caller who comes back from an offer that failed keeps it.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict

from fs_app.bus import Bus
from fs_app.calls.state import Call, Stage
from fs_app.events import Recorded
from fs_app.live import Live


class Queues:
    def __init__(self, live: Live, bus: Bus) -> None:
        self._live = live
        self._lines: dict[int, list[tuple[int, str]]] = defaultdict(list)  # queue → (ticket, call), sorted
        bus.subscribe(Recorded, self._follow)

    def rebuild(self) -> None:
        """From the live state, after a replay."""
        self._lines.clear()
        for call in self._live.calls.values():
            if call.stage is Stage.WAITING:
                self._enter(call)

    def waiting(self, queue: int) -> list[Call]:
        """The callers who wait for an agent of this queue now, first come first."""
        return [self._live.calls[call] for _, call in self._lines.get(queue, ())]

    def length(self, queue: int) -> int:
        return len(self._lines.get(queue, ()))

    def longest_since(self, queue: int) -> int | None:
        """Since when the one who waits longest has been in the queue (UTC ms)."""
        moments = [c.queued_at for c in self.waiting(queue) if c.queued_at is not None]
        return min(moments, default=None)

    def position(self, call: Call) -> int:
        """1 is next."""
        line = self._lines.get(call.queue or 0, [])
        return 1 + sum(1 for ticket, _ in line if ticket < (call.ticket or 0))

    def _follow(self, event: Recorded) -> None:
        entry = event.entry
        if entry.kind != "call.stage" or entry.call is None:
            return
        call = self._live.calls.get(entry.call)
        if call is None:
            return
        if entry.data["new"] == Stage.WAITING:
            self._enter(call)
        elif entry.data["old"] == Stage.WAITING:
            line = self._lines.get(call.queue or 0, [])
            if ((call.ticket or 0), call.id) in line:
                line.remove(((call.ticket or 0), call.id))

    def _enter(self, call: Call) -> None:
        place = ((call.ticket or 0), call.id)
        line = self._lines[call.queue or 0]
        if place not in line:
            insort(line, place)
