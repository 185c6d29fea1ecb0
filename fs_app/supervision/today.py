"""The day of each queue: calls answered and abandoned, and how many of them within the promised time.

Service level = calls answered within the promised seconds ÷ (calls answered + calls abandoned). A call counts for
the day on which it began (the account's zone) and for the queue where it was answered or given up; its wait runs
from the first queue to the first word with an agent. Callers who were turned away or found it closed count for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from fs_app.bus import Bus
from fs_app.calls.model import Call as CallRow
from fs_app.calls.stages import Stage
from fs_app.clock import Clock
from fs_app.events import Recorded
from fs_app.journal import Entry
from fs_app.live import Live

QUARTER_MS = 15 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Figures:
    """`within`: answered in time."""

    answered: int = 0
    abandoned: int = 0
    within: int = 0

    @property
    def percent(self) -> float | None:
        """The service level, None before the first call."""
        calls = self.answered + self.abandoned
        return round(100 * self.within / calls, 1) if calls else None


@dataclass(frozen=True, slots=True)
class Past:
    """A call as the database has it. `wait_ms` None: not answered."""

    account: int
    queue: int
    call: str
    started_at: int
    wait_ms: int | None


@dataclass(slots=True)
class _Day:
    """One queue. Calls are kept by name, so that one that is told twice counts once."""

    waits: dict[str, int] = field(default_factory=dict)
    abandoned: set[str] = field(default_factory=set)
    service_s: int = -1
    within: int = 0

    def answer(self, call: str, wait_ms: int) -> None:
        if call not in self.waits:
            self.waits[call] = wait_ms
            self.within += wait_ms <= self.service_s * 1000
            self.abandoned.discard(call)

    def figures(self, service_s: int) -> Figures:
        if service_s != self.service_s:
            self.service_s = service_s
            self.within = sum(wait <= service_s * 1000 for wait in self.waits.values())
        return Figures(len(self.waits), len(self.abandoned), self.within)


class QueuesToday:
    """Follows the journal; `zone_of(account)` names the time zone."""

    def __init__(self, live: Live, clock: Clock, bus: Bus, zone_of: Callable[[int], str]) -> None:
        self._live = live
        self._clock = clock
        self._zone_of = zone_of
        self._days: dict[int, tuple[str, dict[int, _Day]]] = {}  # account → its day, its queues
        self._ending: dict[str, tuple[int, int]] = {}  # call → queue, when it began
        bus.subscribe(Recorded, lambda event: self.follow(event.entry))

    def figures(self, account: int, queue: int, service_s: int) -> Figures:
        day = self._queues(account).get(queue)
        return day.figures(service_s) if day is not None else Figures()

    def follow(self, entry: Entry) -> None:
        if entry.account is None or entry.call is None:
            return
        if entry.kind == "call.bridged":
            call = self._live.calls.get(entry.call)
            if call is not None and call.queue is not None:
                wait = entry.at - (call.queued_at or call.started_at)
                self._answered(Past(entry.account, call.queue, call.id, call.started_at, max(0, wait)))
        elif entry.kind == "call.stage" and entry.data["new"] == Stage.ENDED:
            call = self._live.calls.get(entry.call)
            if call is not None and call.queue is not None:
                self._ending[call.id] = (call.queue, call.started_at)
        elif entry.kind == "call.ended":
            queue, started_at = self._ending.pop(entry.call, (None, 0))
            if queue is not None and entry.data["outcome"] == "abandoned":
                self._abandoned(Past(entry.account, queue, entry.call, started_at, None))

    def load(self, calls: Iterable[Past]) -> None:
        """What the database has; calls that are known already count once."""
        for call in calls:
            if call.wait_ms is None:
                self._abandoned(call)
            else:
                self._answered(call)

    def _answered(self, call: Past) -> None:
        day = self._of(call)
        if day is not None and call.wait_ms is not None:
            day.answer(call.call, call.wait_ms)

    def _abandoned(self, call: Past) -> None:
        day = self._of(call)
        if day is not None and call.call not in day.waits:
            day.abandoned.add(call.call)

    def _of(self, call: Past) -> _Day | None:
        """None: the call belongs to another day."""
        queues = self._queues(call.account)
        if self._day(call.account, call.started_at) != self._days[call.account][0]:
            return None
        return queues.setdefault(call.queue, _Day())

    def _queues(self, account: int) -> dict[int, _Day]:
        today = self._day(account, self._clock.now_ms())
        if account not in self._days or self._days[account][0] != today:
            self._days[account] = (today, {})
        return self._days[account][1]

    def _day(self, account: int, at: int) -> str:
        return _day_of(self._zone_of(account), at // QUARTER_MS)


@lru_cache(maxsize=2000)
def _day_of(zone: str, quarter: int) -> str:
    """The date in a zone; it changes at full quarters of an hour only, wherever that is."""
    return datetime.fromtimestamp(quarter * QUARTER_MS / 1000, ZoneInfo(zone)).date().isoformat()


def calls_since(at_ms: int) -> list[Past]:
    """Answered and abandoned calls from the database (inside `Database.read`)."""
    rows = CallRow.select(
        CallRow.account,
        CallRow.queue,
        CallRow.id,
        CallRow.started_at,
        CallRow.queued_at,
        CallRow.answered_at,
    ).where(
        CallRow.started_at >= at_ms,
        CallRow.queue.is_null(False),
        CallRow.answered_at.is_null(False) | (CallRow.outcome == "abandoned"),
    )
    return [
        Past(
            account,
            queue,
            call,
            started,
            None if answered is None else max(0, answered - (queued or started)),
        )
        for account, queue, call, started, queued, answered in rows.tuples()
    ]
