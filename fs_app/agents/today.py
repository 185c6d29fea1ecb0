"""Today's figures of each agent: calls taken and missed, mean times. A day begins at midnight in the account's zone.

A call counts for the day on which he took it, with all of its time. A call that he dials (work DIALING before it) is
none that he takes: it has figures of its own. `history/figures.py` counts the same from the database (a test compares).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from fs_app.bus import Bus
from fs_app.calls.model import JournalEntry
from fs_app.calls.state import NO_FAULT
from fs_app.clock import Clock
from fs_app.events import Recorded
from fs_app.journal import Entry

KINDS = ("offer.failed", "agent.work")


@dataclass(slots=True)
class Figures:
    """Durations are sums in ms, of the calls that he took."""

    day: str = ""
    taken: int = 0
    made: int = 0  # calls that he dialled, and somebody was there
    missed: int = 0
    talk_ms: int = 0
    made_ms: int = 0  # talked in those that he dialled
    wrap_ms: int = 0
    since: int = 0  # of the state that runs
    state: str = ""
    taken_now: bool = False  # what runs is a call that he took, and it counts for this day

    def shown(self) -> dict[str, int]:
        runs = self.taken_now and self.state == "ACTIVE"  # the conversation that runs has no length yet
        n = max(1, self.taken - runs)
        return {
            "taken": self.taken,
            "missed": self.missed,
            "mean_talk_ms": self.talk_ms // n,
            "mean_handling_ms": (self.talk_ms + self.wrap_ms) // n,
        }


class Today:
    """Follows the journal; `zone_of(account)` names the time zone."""

    def __init__(self, clock: Clock, bus: Bus, zone_of: Callable[[int], str]) -> None:
        self._clock = clock
        self._zone_of = zone_of
        self._figures: dict[int, Figures] = {}
        bus.subscribe(Recorded, lambda event: self.follow(event.entry))

    def figures(self, agent: int, account: int) -> dict[str, int]:
        return self._of(agent, account, self._clock.now_ms()).shown()

    def counted(self, agent: int, account: int) -> tuple[int, int]:
        """(calls, ms talked) of his day, those that he dialled, too."""
        figures = self._of(agent, account, self._clock.now_ms())
        return figures.taken + figures.made, figures.talk_ms + figures.made_ms

    def follow(self, entry: Entry) -> None:
        if entry.account is None or entry.kind not in KINDS:
            return
        if entry.kind == "offer.failed":
            figures = self._of(entry.data["agent"], entry.account, entry.at)
            rang = figures.state in ("OFFERED", "")  # "": the figures began in the middle
            figures.missed += rang and entry.data["why"] not in NO_FAULT
            return
        if entry.agent is None:
            return
        self._work(self._of(entry.agent, entry.account, entry.at), entry)

    @staticmethod
    def _work(figures: Figures, entry: Entry) -> None:
        new, lasted = entry.data["new"], max(0, entry.at - figures.since)
        if figures.state == "ACTIVE" and figures.taken_now:
            figures.talk_ms += lasted
        elif figures.state == "ACTIVE":
            figures.made_ms += lasted
        elif figures.state == "AFTER_WORK" and figures.taken_now:
            figures.wrap_ms += lasted
        if new == "ACTIVE":
            figures.taken_now = entry.data["old"] != "DIALING"
            figures.taken += figures.taken_now
            figures.made += not figures.taken_now
        elif new != "AFTER_WORK":
            figures.taken_now = False
        figures.state, figures.since = new, entry.at

    def _of(self, agent: int, account: int, at: int) -> Figures:
        day = self._day(account, at)
        figures = self._figures.get(agent)
        if figures is None or figures.day < day:
            old = figures
            figures = Figures(day)
            if old is not None:  # what runs over midnight belongs to the day on which it was taken
                figures.state, figures.since = old.state, at
            self._figures[agent] = figures
        return figures

    def _day(self, account: int, at: int) -> str:
        return datetime.fromtimestamp(at / 1000, ZoneInfo(self._zone_of(account))).date().isoformat()


def entries_since(at_ms: int) -> list[Entry]:
    """The entries that the figures are made of, from the database (inside `Database.read`)."""
    rows = (
        JournalEntry.select()
        .where(JournalEntry.at >= at_ms, JournalEntry.kind.in_(KINDS))
        .order_by(JournalEntry.id)
    )
    return [Entry(r.id, r.at, r.kind, r.account_id, r.call, r.agent, r.data) for r in rows]
