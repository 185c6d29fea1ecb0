"""Supervision over the core's world: two agents in one queue, a third who is the supervisor's own telephone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fs_app.events import BoardChanged, ListeningChanged
from fs_app.supervision.board import Board
from fs_app.supervision.listening import Listening
from fs_app.supervision.scope import Scope
from fs_app.supervision.service import Supervision, Supervisor
from fs_app.supervision.today import QueuesToday
from tests.unit.core.world import ACCOUNT, OTHER_QUEUE, QUEUE, World, queue_info

ONE, TWO, BOSS = 1, 2, 3
USER = 900


class Watched(World):
    """A world with everything that a supervisor has."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, agents=(ONE, TWO))
        people = self.catalog.now.agents
        boss = replace(people[ONE], id=BOSS, user=USER, name="Sonia", number="1003", queues=())
        only_two = replace(people[TWO], queues=(QUEUE, OTHER_QUEUE))
        other = queue_info(id=OTHER_QUEUE, name="Technique", number="701", agents=(TWO,))
        self.catalog.now = replace(
            self.catalog.now,
            agents={**people, TWO: only_two, BOSS: boss},
            queues={**self.catalog.now.queues, OTHER_QUEUE: other},
            agent_by_phone={**self.catalog.now.agent_by_phone, (boss.number, boss.domain): BOSS},
        )
        self.listening = Listening(self.live, self.clock, self.bus, self.catalog, self.switch, self.phones)
        self.recovery._supervisors = self.listening.compare
        self.supervision = Supervision(
            self.live, self.bus, self.catalog, self.agents, self.calls, self.listening
        )
        self.queues_today = QueuesToday(self.live, self.clock, self.bus, lambda account: "Europe/Paris")
        self.board = Board(
            self.live,
            self.clock,
            self.bus,
            self.catalog,
            self.queues,
            self.phones,
            self.today.figures,
            self.queues_today,
        )
        self.boss = Supervisor(USER, "Sonia", Scope(ACCOUNT), BOSS)

    def restricted(self, *queues: int) -> Supervisor:
        return replace(self.boss, scope=Scope(ACCOUNT, frozenset(queues)))

    def told(self) -> list[BoardChanged]:
        return self.recorder.of(BoardChanged)

    def heard(self) -> list[ListeningChanged]:
        return self.recorder.of(ListeningChanged)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.tasks.stop()
    made.journal.close()
