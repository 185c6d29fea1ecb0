"""What a start reads from the database of the days before: figures of today, whom each caller talked to last.

Without the database they begin with nothing: no start waits for figures.
"""

from __future__ import annotations

import structlog

from fs_app.agents import today as agents_today
from fs_app.agents.today import Today
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import DatabaseBusy
from fs_app.routing import last_agent
from fs_app.routing.last_agent import LastAgents
from fs_app.supervision import today as queues_today
from fs_app.supervision.today import QueuesToday

log = structlog.get_logger(__name__)

DAY_MS = 24 * 3_600_000
LONGEST_TODAY_MS = DAY_MS * 3 // 2
"""Today began at most this long ago, in whichever zone."""

AGAIN_S = 20.0
"""By then the projection has had its time; what is told twice counts once."""


class Remembered:
    def __init__(
        self, db: Database, clock: Clock, agents: Today, queues: QueuesToday, last_agents: LastAgents
    ) -> None:
        self._db = db
        self._clock = clock
        self._agents = agents
        self._queues = queues
        self._last_agents = last_agents

    def load(self) -> None:
        self._load_agents()
        self._load_queues()
        self._clock.call_later(AGAIN_S, self._load_queues)
        self._load_last_agents()

    def _load_agents(self) -> None:
        since = self._clock.now_ms() - LONGEST_TODAY_MS
        try:
            entries = self._db.read(lambda: agents_today.entries_since(since))
        except DatabaseBusy as error:
            log.warning("the agents' figures of the day begin at zero", error=str(error))
            return
        for entry in entries:
            self._agents.follow(entry)

    def _load_queues(self) -> None:
        since = self._clock.now_ms() - LONGEST_TODAY_MS
        try:
            self._queues.load(self._db.read(lambda: queues_today.calls_since(since)))
        except DatabaseBusy as error:
            log.warning("the queues' figures of the day begin at zero", error=str(error))

    def _load_last_agents(self) -> None:
        since = self._clock.now_ms() - last_agent.REMEMBERED_DAYS * DAY_MS
        try:
            self._last_agents.load(self._db.read(lambda: last_agent.recent(since)))
        except DatabaseBusy as error:
            log.warning("nobody is anybody's last agent", error=str(error))
