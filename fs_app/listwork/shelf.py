"""The next records of each queue, in memory: a few of a million, fetched off the loop before they are needed.

What has just been written to the journal is newer than what a look at the database brings: until the database has an
entry, its record is as the entry left it, or nobody's to take (`settle`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog

from fs_app.agents.state import Presence
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import DatabaseBusy
from fs_app.listwork.state import Known, State
from fs_app.live import Live

log = structlog.get_logger(__name__)

AT_LEAST = 40
"""So many of a queue are kept ready, and some for each agent who works there."""

EACH = 3
MOST = 400

FRESH_MS = 15_000
"""What is ready is looked at anew after this time: a date has come, somebody has changed the list."""

AGAIN_MS = 1_000
"""Not sooner, however fast the agents are."""

COUNTED_MS = 30_000
"""How long a count of what is left is news."""

LOOKED_MS = 10_000
"""Which queues have lists is asked this often."""

BARRED_MS = 60_000
"""Who may not be called when he is about to be shown is not thought of for so long."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the lists of a queue: `due`, may be called now; `later`: their date is to come; `usable`: "fiches
    exploitables", dialable with fewer attempts than the list's threshold."""

    due: int = 0
    later: int = 0
    usable: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """`free`: in the order of the lists, for whoever comes; `own`: those that only one agent may call, due or not."""

    free: tuple[Known, ...] = ()
    own: tuple[Known, ...] = ()


class Fetch(Protocol):
    """Looks into the database. Waits for it, and raises DatabaseBusy."""

    def queues(self) -> Mapping[int, int]:
        """Queues with active lists → account."""

    def take(self, account: int, queue: int, most: int, agents: Collection[int], now: int) -> Fetched:
        """The next ones, and those of these agents."""

    def gone(self, queue: int, records: Collection[int]) -> frozenset[int]:
        """Of these records those that are not to be called for this queue any more."""

    def totals(self, queue: int, now: int) -> Totals: ...


@dataclass(slots=True)
class Window:
    """What is ready for one queue. `wanted` of them were asked for when it was filled at `at` (UTC ms)."""

    account: int
    free: dict[int, Known] = field(default_factory=dict)
    own: dict[int, Known] = field(default_factory=dict)
    at: int = 0
    wanted: int = 0
    poked: bool = True
    totals: Totals = Totals()
    counted_at: int = 0


@dataclass(frozen=True, slots=True)
class _Settling:
    queue: int
    entry: int
    known: Known | None


class Shelf:
    def __init__(
        self,
        live: Live,
        clock: Clock,
        catalog: Catalog,
        fetch: Fetch,
        position: Callable[[], int],
        changed: Callable[[int, int], None] = lambda account, queue: None,
        withdraw: Callable[[int], None] = lambda record: None,
    ) -> None:
        """`position()`: the last entry of the journal that the database has; `changed(account, queue)`: other records
        are ready; `withdraw(record)`: somebody looks at it, and it is not to be called any more."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._fetch = fetch
        self._position = position
        self._changed = changed
        self._withdraw = withdraw
        self._windows: dict[int, Window] = {}
        self._settling: dict[int, _Settling] = {}
        self._skipped: dict[int, dict[str, int]] = {}
        self._barred: dict[int, int] = {}
        self._not_before = 0  # an entry that the database must have before anything is fetched
        self._looked_at = 0

    @property
    def now(self) -> int:
        """UTC ms."""
        return self._clock.now_ms()

    # --- what is ready --------------------------------------------------------------------------------------
    def find(self, record: int) -> Known | None:
        if record in self._settling:
            return self._settling[record].known
        for window in self._windows.values():
            found = window.own.get(record) or window.free.get(record)
            if found is not None:
                return found
        return None

    def ready(self, account: int) -> Iterator[tuple[Known, int, int]]:
        """Those that nobody has: (record, its rank in the order of its queue's lists, when it was fetched)."""
        seen = set(self._live.records)
        for known in (settling.known for settling in self._settling.values()):
            if known is not None and known.account == account and known.id not in seen:
                seen.add(known.id)
                yield known, 0, known.since
        for window in self._windows.values():
            if window.account != account:
                continue
            for rank, known in enumerate((*window.own.values(), *window.free.values())):
                if known.id not in seen and known.id not in self._settling:
                    seen.add(known.id)
                    yield known, rank, window.at

    def totals(self, account: int) -> dict[int, Totals]:
        """Queue → how many its lists have in all."""
        return {queue: w.totals for queue, w in self._windows.items() if w.account == account}

    def totals_of(self, queue: int) -> Totals | None:
        window = self._windows.get(queue)
        return window.totals if window is not None else None

    def skipped(self, record: int) -> dict[str, int]:
        """Agent → until when he is not shown it (UTC ms)."""
        return self._skipped.get(record, {})

    def barred(self, record: int) -> int:
        """Until when it is not thought of (UTC ms)."""
        return self._barred.get(record, 0)

    def personal(self, agent: int) -> int:
        """How many are his own."""
        found = {k.id for w in self._windows.values() for k in w.own.values() if k.bound_to == agent}
        new = (settling.known for settling in self._settling.values())
        return len(found | {k.id for k in new if k is not None and k.bound_to == agent})

    # --- what happens ---------------------------------------------------------------------------------------
    def skip(self, record: int, agent: int, not_before: int) -> None:
        self._skipped.setdefault(record, {})[str(agent)] = not_before

    def bar(self, record: int) -> None:
        """He may not be called now, and was about to be."""
        self._barred[record] = self._clock.now_ms() + BARRED_MS

    def noted(self, record: int, memo: str) -> None:
        for window in self._windows.values():
            for part in (window.own, window.free):
                if record in part:
                    part[record] = replace(part[record], memo=memo)

    def settle(self, was: Known, entry: int, known: Known | None = None) -> None:
        """Something became of it that the database will have with this entry; `known`: as it is now, None: it is
        done, or only the database can say."""
        for window in self._windows.values():
            window.free.pop(was.id, None)
            window.own.pop(was.id, None)
        self._settling[was.id] = _Settling(was.queue, entry, known)

    def is_settling(self, record: int) -> bool:
        """What has become of it is being written."""
        return record in self._settling and self._settling[record].known is None

    def is_new(self, record: int) -> bool:
        """The database does not know yet what has become of it."""
        return record in self._settling

    def poke(self, account: int | None = None) -> None:
        """The lists have been changed: what is ready may be wrong."""
        self._looked_at = 0
        for window in self._windows.values():
            if account is None or window.account == account:
                window.poked, window.counted_at = True, 0

    # --- fetching -------------------------------------------------------------------------------------------
    def begin(self) -> None:
        """After a start: the journal may know what the database does not know yet."""
        self._not_before = self._live.last_id

    def round(self) -> None:
        """Once a second, in a greenlet of its own: it waits for the database."""
        if self._position() < self._not_before:
            return
        self._tidy()
        try:
            self._look()
            for queue in list(self._windows):
                self._fill(queue)
        except DatabaseBusy as error:
            log.info("no records of lists: the database is busy", error=str(error))

    def _look(self) -> None:
        now = self._clock.now_ms()
        if self._looked_at and now - self._looked_at < LOOKED_MS:
            return
        found = self._fetch.queues()
        self._looked_at = now
        for queue in set(self._windows) - set(found):
            window = self._windows.pop(queue)
            for record in self._shown(queue):
                self._withdraw(record)
            self._changed(window.account, queue)
        for queue, account in found.items():
            self._windows.setdefault(queue, Window(account))

    def _fill(self, queue: int) -> None:
        window, here = self._windows.get(queue), self._agents(queue)
        if window is None:
            return
        now = self._clock.now_ms()
        wanted = min(MOST, max(AT_LEAST, EACH * len(here))) + self._passed_over(window, now)
        filled = counted = False
        if here and self._is_low(window, wanted, now):
            self._take(window, queue, wanted, here, now)
            filled = True
        elif not here and (window.free or window.own):
            window.free, window.own, window.poked = {}, {}, True
            filled = True
        if now - window.counted_at >= COUNTED_MS:
            totals = self._fetch.totals(queue, now)
            counted = totals != window.totals
            window.totals, window.counted_at = totals, now
        if filled or counted:
            self._changed(window.account, queue)

    def _is_low(self, window: Window, wanted: int, now: int) -> bool:
        age = now - window.at
        if age < AGAIN_MS:
            return False
        left = sum(record not in self._live.records for record in window.free)
        # One that was not full had nothing more to give: the next look is at its time.
        return window.poked or age >= FRESH_MS or (left < wanted // 2 and window.wanted > 0)

    def _take(self, window: Window, queue: int, wanted: int, here: Collection[int], now: int) -> None:
        window.poked = False
        position = self._position()
        found = self._fetch.take(window.account, queue, wanted, here, now)
        sure = {r for r, settling in self._settling.items() if settling.entry > position}
        window.free = {k.id: k for k in found.free if k.id not in sure}
        window.own = {k.id: k for k in found.own if k.id not in sure}
        window.at = now
        window.wanted = wanted if len(found.free) >= wanted else 0
        shown = self._shown(queue)
        for record in self._fetch.gone(queue, shown) if shown else ():
            if record in self._shown(queue):  # still, after the look
                self._withdraw(record)

    def _shown(self, queue: int) -> list[int]:
        """Those that agents look at, and of which the database knows everything."""
        return [
            record
            for record, held in self._live.records.items()
            if held.state is State.SHOWN and held.known.queue == queue and record not in self._settling
        ]

    def _passed_over(self, window: Window, now: int) -> int:
        """So many of those that are ready are not shown to somebody: behind them must be others."""
        return sum(self._barred.get(r, 0) > now or r in self._skipped for r in window.free)

    def _agents(self, queue: int) -> list[int]:
        info = self._catalog.queue(queue)
        states = self._live.agents
        return [
            agent
            for agent in (info.agents if info is not None else ())
            if agent in states and states[agent].presence is not Presence.LOGGED_OUT
        ]

    def _tidy(self) -> None:
        now, position = self._clock.now_ms(), self._position()
        for record in [r for r, settling in self._settling.items() if settling.entry <= position]:
            settled = self._settling.pop(record)
            window = self._windows.get(settled.queue)
            if window is None:
                continue
            window.poked = window.poked or not window.wanted  # all that there is was ready: it may be back
            if settled.known is not None:
                part = window.own if settled.known.bound_to is not None else window.free
                part[record] = settled.known  # until the next look
        self._barred = {r: at for r, at in self._barred.items() if at > now}
        for record, agents in list(self._skipped.items()):
            left = {agent: at for agent, at in agents.items() if at > now}
            if left:
                self._skipped[record] = left
            else:
                del self._skipped[record]
