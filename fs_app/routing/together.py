"""Which calls of queues that ring all are being rung for: an index that follows the journal."""

from __future__ import annotations

from fs_app.bus import Bus
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.events import Recorded
from fs_app.live import Live


class Ringing:
    """Whoever becomes ready while telephones ring may join them."""

    def __init__(self, live: Live, bus: Bus) -> None:
        self._live = live
        self._calls: set[str] | None = None  # None: nobody has asked since the start
        bus.subscribe(Recorded, self._follow)

    def of(self, queue: int) -> list[Call]:
        """The calls of this queue that are offered to somebody, and picked up by nobody yet."""
        if self._calls is None:
            self._calls = {c.id for c in self._live.calls.values() if c.stage is Stage.OFFERED}
        calls = (self._live.calls.get(call) for call in self._calls)
        return [c for c in calls if c is not None and c.queue == queue and _rings_only(c)]

    def _follow(self, event: Recorded) -> None:
        entry = event.entry
        if entry.kind != "call.stage" or self._calls is None or entry.call is None:
            return
        if entry.data["new"] == Stage.OFFERED:
            self._calls.add(entry.call)
        else:
            self._calls.discard(entry.call)


def _rings_only(call: Call) -> bool:
    return all(leg.answered_at is None for leg in call.asked_legs)
