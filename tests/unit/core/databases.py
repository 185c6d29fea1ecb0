"""What a database test needs: an account in the database, entries as the live state writes them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fs_app.accounts.model import Account, User
from fs_app.agents.model import Agent, NotReadyReason
from fs_app.db import Database
from fs_app.journal import Entry
from fs_app.queues.model import Did, Disposition, DispositionSet, Queue, QueueMember
from tests.support.schema import MIGRATIONS, fresh

T0 = 1_700_000_000_000


@dataclass
class Ids:
    account: int
    agent: int
    other_agent: int
    queue: int
    disposition: int


def populate() -> Ids:
    account = Account.create(slug="demo", name="Démo", sip_domain="demo.example", created_at=T0)
    sets = DispositionSet.create(account=account, name="Standard")
    disposition = Disposition.create(account=account, set=sets, code="sale", label="Vente", position=1)
    Disposition.create(account=account, set=sets, code="no", label="Refus", position=0)
    Disposition.create(account=account, set=sets, code="old", label="Ancien", active=False)
    NotReadyReason.create(account=account, code="lunch", label="Déjeuner")
    queue = Queue.create(
        account=account, name="Commercial", number="700", disposition_set=sets, created_at=T0
    )
    Queue.create(account=account, name="Closed", number="701", active=False, created_at=T0)
    Did.create(account=account, number="+33185090000", queue=queue)
    agents = []
    for i, active in enumerate((True, True, False)):
        user = User.create(
            account=account, login=f"a{i}", name=f"Agent {i}", password_hash="x", role="agent", created_at=T0
        )
        agent = Agent.create(
            account=account, user=user, number=str(1001 + i), sip_ha1="0" * 32, active=active, created_at=T0
        )
        QueueMember.create(account=account, queue=queue, agent=agent)
        agents.append(agent.id)
    return Ids(account.id, agents[0], agents[1], queue.id, disposition.id)


def opened(url: str) -> Database:
    file = Path(url.partition("sqlite:///")[2] or "/")
    if url.startswith("sqlite") and file.parent.is_dir() and not file.exists():
        fresh(file)
    db = Database(url, MIGRATIONS)
    db.open()
    return db


class Story:
    """Entries of one call from its beginning to its verdict, numbered from `first`."""

    def __init__(self, ids: Ids, first: int = 1, call: str = "call-1") -> None:
        self._ids, self._call = ids, call
        self._numbers = itertools.count(first)
        self._at = T0
        self.entries: list[Entry] = []

    def _add(self, kind: str, after_ms: int = 0, agent: int | None = None, **data: Any) -> None:
        self._at += after_ms
        if agent is not None:
            data["agent"] = agent
        self.entries.append(
            Entry(next(self._numbers), self._at, kind, self._ids.account, self._call, agent, data)
        )

    def _stage(self, old: str, new: str, ms: int) -> None:
        self._add("call.stage", old=old, new=new, why="", ms=ms)

    def whole(self) -> list[Entry]:
        ids, leg = self._ids, f"{self._call}-leg"
        self._add(
            "call.started",
            direction="inbound",
            caller_number="+33612345678",
            caller_name="Zoë \u202e<b>",
            called_number="+33185090000",
            queue=ids.queue,
            sip_call_id="sip-1",
        )
        self._stage("NEW", "GREETING", 0)
        self._add("call.queued", 3000, queue=ids.queue, queue_name="Commercial", ticket=7)
        self._stage("GREETING", "WAITING", 3000)
        self._add(
            "offer.made",
            20_000,
            ids.agent,
            agent_name="Agent 0",
            leg=leg,
            number="1001",
            deadline=1,
            role="agent",
        )
        self._stage("WAITING", "OFFERED", 20_000)
        self._add("agent.work", 0, ids.agent, old="IDLE", new="OFFERED", why="offer", until=1, of=self._call)
        self._add("leg.answered", 4000, ids.agent, leg=leg, role="agent")
        self._add("offer.accepted", 0, ids.agent)
        self._stage("OFFERED", "CONNECTING", 4000)
        self._stage("CONNECTING", "TALKING", 0)
        self._add("call.bridged", 0, ids.agent, leg=leg, other=self._call, must_qualify=True)
        self._add("recording.wanted", 0, ids.agent, recording=f"{self._call}-rec", path="1/2026/x.wav")
        self._add("recording.started", 10, recording=f"{self._call}-rec", path="1/2026/x.wav")
        self._stage("TALKING", "HELD", 60_000)
        self._add("call.held", 0, ids.agent)
        self._stage("HELD", "TALKING", 5000)
        self._add("call.resumed", 5000, ids.agent, leg=leg, other=self._call, must_qualify=True)
        self._add("recording.stopped", 40_000, recording=f"{self._call}-rec", path="x", duration_ms=105_000)
        self._add(
            "leg.ended",
            0,
            leg=self._call,
            role="caller",
            cause="NORMAL_CLEARING",
            by_far_end=True,
            sip_call_id="",
        )
        self._stage("TALKING", "ENDED", 40_000)
        self._add("call.ended", 0, by="caller", outcome="answered", cause="NORMAL_CLEARING")
        self._add(
            "leg.ended",
            20,
            leg=leg,
            role="agent",
            cause="NORMAL_CLEARING",
            by_far_end=False,
            sip_call_id="sip-2",
        )
        self._add(
            "call.disposed",
            9000,
            ids.agent,
            disposition=ids.disposition,
            code="sale",
            label="Vente",
            note="14 postes",
        )
        return self.entries
