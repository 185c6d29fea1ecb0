"""The blacklist in memory follows the journal: a number that a verdict bars is not called from that moment on, whatever
the database does, and not after a death either."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import gevent
import structlog

from fs_app.bus import Bus
from fs_app.errors import DatabaseBusy, WaitTimeout
from fs_app.events import Recorded
from fs_app.outgoing.blacklist import VERDICT, Blacklist, Blocked
from fs_app.tasks import Tasks

log = structlog.get_logger(__name__)

PATIENT_S = 60.0
AGAIN_S = 0.5


class Barring:
    def __init__(
        self,
        bus: Bus,
        tasks: Tasks,
        blacklist: Blacklist,
        entries: Callable[[int], Iterable[Blocked]],
        wait: Callable[[int, float], None],
    ) -> None:
        """`entries(account)`: those that the database has, raises DatabaseBusy; `wait(entry, seconds)` until it has an
        entry of the journal, raises WaitTimeout."""
        self._tasks = tasks
        self._blacklist = blacklist
        self._entries = entries
        self._wait = wait
        self._news: dict[int, dict[int, Blocked]] = {}  # account → entry of the journal → what it bars
        bus.subscribe(Recorded, self._heard)

    def _heard(self, event: Recorded) -> None:
        entry = event.entry
        if entry.kind == "number.barred" and entry.account is not None:
            d = entry.data
            barred = Blocked(-entry.id, d["number"], reason=d["reason"], source=VERDICT)
            self._news.setdefault(entry.account, {})[entry.id] = barred
            self._blacklist.add(entry.account, barred)
            self.read_after(entry.id, [entry.account])

    def read_after(self, entry: int, accounts: Iterable[int]) -> None:
        """These accounts' anew, as soon as the database has this entry. At a start with the journal's last one: it may
        know of numbers that the database has yet to hear of."""
        self._tasks.spawn("blacklist", self._read, entry, list(accounts))

    def _read(self, entry: int, accounts: list[int]) -> None:
        while accounts:
            try:
                self._wait(entry, PATIENT_S)
                self._load(accounts[0], entry)
                accounts.pop(0)
            except (WaitTimeout, DatabaseBusy) as error:
                log.warning("the blacklist waits for the database", error=str(error))
                gevent.sleep(AGAIN_S)

    def _load(self, account: int, entry: int) -> None:
        entries = self._entries(account)
        later = {e: barred for e, barred in self._news.pop(account, {}).items() if e > entry}
        self._blacklist.load(account, (*entries, *later.values()))
        if later:
            self._news[account] = later
