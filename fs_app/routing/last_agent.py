"""Whom a caller talked to last: remembered from the journal, and loaded from the calls at start."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from fs_app.bus import Bus
from fs_app.calls.model import Call
from fs_app.events import Recorded
from fs_app.live import Live

REMEMBERED = 100_000
REMEMBERED_DAYS = 30
SHORTEST_NUMBER = 5
"""Shorter ones are withheld numbers and services: nobody's own."""


class LastAgents:
    def __init__(self, live: Live, bus: Bus) -> None:
        self._live = live
        self._agents: OrderedDict[tuple[int, str], int] = OrderedDict()
        bus.subscribe(Recorded, self._follow)

    def of(self, account: int, number: str) -> int | None:
        return self._agents.get((account, number))

    def load(self, rows: Iterable[tuple[int, str, int]]) -> None:
        """(account, caller's number, agent), oldest first."""
        for account, number, agent in rows:
            self._remember(account, number, agent)

    def _follow(self, event: Recorded) -> None:
        entry = event.entry
        if entry.kind == "call.bridged" and entry.agent is not None:
            call = self._live.calls.get(entry.call or "")
            if call is not None:
                self._remember(call.account, call.caller_number, entry.agent)

    def _remember(self, account: int, number: str, agent: int) -> None:
        if len(number) < SHORTEST_NUMBER:
            return
        self._agents[account, number] = agent
        self._agents.move_to_end((account, number))
        while len(self._agents) > REMEMBERED:
            self._agents.popitem(last=False)


def recent(since_ms: int) -> list[tuple[int, str, int]]:
    """The conversations since then, oldest first (inside `Database.read`)."""
    rows = (
        Call.select(Call.account, Call.caller_number, Call.agent)
        .where(Call.started_at >= since_ms, Call.agent.is_null(False), Call.answered_at.is_null(False))
        .order_by(Call.started_at.desc())
        .limit(REMEMBERED)
    )
    return list(rows.tuples())[::-1]
