"""The core over a fake switch beside a database that gets its journal: two agents of one queue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fs_app.accounts.model import Account, User
from fs_app.agents.model import Agent
from fs_app.calls.model import Call
from fs_app.clock import FakeClock
from fs_app.db import Database
from fs_app.history import figures, queries, rows
from fs_app.history.model import CallPart
from fs_app.projection import project
from fs_app.queues.model import Disposition, DispositionSet, Queue
from tests.support.deskworld import open_database
from tests.unit.core.world import ACCOUNT, DOMAIN, OTHER_QUEUE, QUEUE, REFUSAL, SALE, SET, World

AGENTS = (1, 2, 3)
MORNING = 1_795_420_800_000  # a Monday, 09:00 in Paris
ALWAYS = (0, 2**52)


def populate(now: int) -> None:
    Account.create(id=ACCOUNT, slug="demo", name="Demo", sip_domain=DOMAIN, created_at=now)
    DispositionSet.create(id=SET, account=ACCOUNT, name="Standard")
    for identifier, label in ((SALE, "Vente"), (REFUSAL, "Refus")):
        Disposition.create(id=identifier, account=ACCOUNT, set=SET, code=label, label=label)
    for identifier, name in ((QUEUE, "Commercial"), (OTHER_QUEUE, "Technique")):
        Queue.create(
            id=identifier,
            account=ACCOUNT,
            name=name,
            number=str(identifier),
            disposition_set=SET,
            created_at=now,
        )
    for agent in AGENTS:
        User.create(
            id=agent,
            account=ACCOUNT,
            login=f"a{agent}",
            name=f"Agent {agent}",
            role="agent",
            password_hash="x",
            created_at=now,
        )
        Agent.create(
            id=agent, account=ACCOUNT, user=agent, number=str(1000 + agent), sip_ha1="0", created_at=now
        )


class Centre:
    def __init__(
        self, folder: Path, agents: tuple[int, ...] = (1, 2), kind: type[World] = World, **more: Any
    ) -> None:
        self.db: Database = open_database(folder)
        self.world: Any = kind(folder, agents=agents, clock=FakeClock(MORNING), **more)
        self.db.write(lambda: populate(MORNING))

    def project(self) -> None:
        """What the journal has above the mark."""
        mark = self.db.write(lambda: project([]))
        entries = list(self.world.journal.after(mark))
        self.db.write(lambda: project(entries))

    def parts(self) -> list[dict[str, Any]]:
        return self.db.read(lambda: list(CallPart.select().order_by(CallPart.id).dicts()))

    def rebuilt(self) -> list[dict[str, Any]]:
        """The same after all of them were made anew from the journal."""

        def work() -> None:
            for call in Call.select(Call.id):
                rows.rebuild(call.id)

        self.db.write(work)
        return self.parts()

    def figures(self, agent: int, since: int = 0, until: int = 2**52) -> figures.Figures:
        return self.db.read(lambda: figures.figures(figures.parts_since(ACCOUNT, agent, since), since, until))

    def history(self, agent: int, **more: Any) -> list[queries.Row]:
        wanted = queries.Wanted(ACCOUNT, agent, *ALWAYS, **more)
        found, _, total = self.db.read(lambda: queries.page(wanted, 1, 1000))
        assert total == len(found)
        return found

    def today_agrees(self, agent: int) -> None:
        """What is kept in memory and what the database has."""
        live = self.world.today.figures(agent, ACCOUNT)
        midnight = self.midnight()
        counted = self.figures(agent, midnight, midnight + 24 * 3_600_000)
        assert live == {
            "taken": counted.taken,
            "missed": counted.missed,
            "mean_talk_ms": counted.mean_talk_ms or 0,
            "mean_handling_ms": counted.mean_handling_ms or 0,
        }

    def midnight(self) -> int:
        """In Paris in winter."""
        day = 24 * 3_600_000
        return (self.world.clock.now_ms() + 3_600_000) // day * day - 3_600_000
