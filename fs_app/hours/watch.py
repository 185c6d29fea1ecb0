"""Queues open and close by themselves: the moment of the next change is computed, and looked at when it has come.

Nothing is decided by a timer: it only makes this look at the wall clock again, and so does a change of the
configuration, a clock that jumped, and a start. What is found changed is written down (`queue.opened`,
`queue.closed`), which supervisors' pages and displays follow, and callers who wait are seen to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fs_app.bus import Bus
from fs_app.catalog import Catalog
from fs_app.clock import Clock, Timer
from fs_app.events import CatalogChanged, Recorded
from fs_app.hours.opening import Opening
from fs_app.infos import QueueInfo
from fs_app.live import Live

Asked = dict[tuple[int, int | None, int | None], Opening]
"""(account, schedule, holidays) → the answer of this moment."""

LONGEST_S = 3600.0
"""It is looked at least this often, whatever was computed."""

SHORTEST_S = 0.02


class Openings:
    def __init__(
        self,
        live: Live,
        clock: Clock,
        bus: Bus,
        catalog: Catalog,
        closes: Callable[[int], None],
    ) -> None:
        """`closes(queue)` is told when a queue has closed: who waits there may have to go."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._closes = closes
        self._known: dict[int, Opening] = {}
        self._timer: Timer | None = None
        bus.subscribe(CatalogChanged, lambda _: self.look(anew=True))
        bus.subscribe(Recorded, self._follow)

    def start(self) -> None:
        """What is so at a start has not changed just now."""
        asked: Asked = {}
        self._known = {queue.id: self._ask(queue, asked) for queue in self._queues()}
        self._arm()

    def look(self, anew: bool = False) -> None:
        """Ask for the queues whose time has come, or (`anew`) for all of them. Never yields."""
        if self._timer is None:
            return  # not begun
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        queues = self._queues()
        asked: Asked = {}
        for queue in queues:
            before = self._known.get(queue.id)
            if before is not None and not anew and (before.until is None or now < before.until):
                continue
            found = self._known[queue.id] = self._ask(queue, asked)
            if before is not None and before.open is not found.open:
                self._changed(queue, found)
        for gone in self._known.keys() - {queue.id for queue in queues}:
            del self._known[gone]
        self._arm()

    def see_to_waiting(self) -> None:
        """Queues closed while this program was away: their callers have had no word of it."""
        for queue, found in list(self._known.items()):
            if not found.open:
                self._closes(queue)

    def _follow(self, event: Recorded) -> None:
        """Somebody waits again whose agent was asked in vain, and the queue has closed meanwhile."""
        entry = event.entry
        if entry.kind != "call.stage" or entry.data["new"] != "WAITING" or entry.data["old"] == "NEW":
            return
        call = self._live.calls.get(entry.call or "")
        known = self._known.get(call.queue or 0) if call is not None else None
        if call is not None and call.queue is not None and known is not None and not known.open:
            self._closes(call.queue)

    def _changed(self, queue: QueueInfo, found: Opening) -> None:
        self._live.record(
            "queue.opened" if found.open else "queue.closed",
            account=queue.account,
            queue=queue.id,
            queue_name=queue.name,
            why=str(found.why),
            holiday=found.holiday.name if found.holiday else "",
            until=round(found.until.timestamp() * 1000) if found.until else None,
        )
        if not found.open:
            self._closes(queue.id)

    def _queues(self) -> list[QueueInfo]:
        return list(self._catalog.now.queues.values())

    def _ask(self, queue: QueueInfo, asked: Asked) -> Opening:
        """Many queues go by few schedules, and an answer takes a third of a millisecond."""
        week, holidays = queue.week, queue.holidays
        key = (queue.account, week.id if week else None, holidays.id if holidays else None)
        if key not in asked:
            asked[key] = self._catalog.opening(queue, self._clock.now_ms())
        return asked[key]

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        now_s = self._clock.now_ms() / 1000
        soonest = min(
            (k.until.timestamp() - now_s for k in self._known.values() if k.until), default=LONGEST_S
        )
        self._timer = self._clock.call_later(min(max(soonest, SHORTEST_S), LONGEST_S), self.look)
