"""A contact centre for measurements: the real calls, queues, agents and routing, without database, web and time.

The switch is one in which everything succeeds at once: an agent's telephone is answered when it rings, a bridge
stands when it is asked for. What it would tell is put into a line and handed in by `drain`, so that one thing happens
after the other, as in the mailboxes of the live program.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import gevent

from fs_app import facts as f
from fs_app.agents.service import Agents
from fs_app.agents.today import Today
from fs_app.bus import Bus
from fs_app.calls.context import Context
from fs_app.calls.service import Calls
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.infos import AccountInfo, AgentInfo, DidInfo, Picture, QueueInfo
from fs_app.journal import Entry, Journal
from fs_app.live import Live
from fs_app.phones import Phones
from fs_app.ports import Originate, OriginateResult, Outcome
from fs_app.queues.patience import Patience
from fs_app.queues.service import Queues
from fs_app.routing.service import Routing
from fs_app.tasks import Tasks

ACCOUNT = 1
DOMAIN = "bench.example"


class MemoryJournal(Journal):
    """Numbers the entries and keeps none."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(Path(), clock)

    def append(
        self,
        kind: str,
        account: int | None = None,
        call: str | None = None,
        agent: int | None = None,
        data: dict[str, Any] | None = None,
        at: int | None = None,
    ) -> Entry:
        self.last_id += 1
        return Entry(
            self.last_id, self._clock.now_ms() if at is None else at, kind, account, call, agent, data or {}
        )


class AtOnce(Tasks):
    """Mailboxes without greenlets: a message is handled when it comes."""

    def spawn(self, name: str, function: Callable[..., Any], *args: Any) -> gevent.Greenlet:
        self._guard(name, function, *args)
        return None  # type: ignore[return-value]  # nobody keeps the greenlet of a mailbox


class _Done:
    """A command that has ended well."""

    def __init__(self, identity: str, value: Any = None) -> None:
        self.id = identity
        self._outcome: Outcome[Any] = Outcome(value=value)

    def then(self, callback: Callable[[Outcome[Any]], None]) -> None:
        callback(self._outcome)

    def get(self, timeout: float | None = None) -> Any:
        return self._outcome.value


class WillingSwitch:
    """Implements the verbs of `ports.SwitchPort` that calls use; every other one succeeds without effect."""

    up = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self.told: deque[f.LegFact] = deque()
        self.originated = 0
        self.answers = True  # False: telephones go on ringing

    @property
    def _at(self) -> int:
        return self._clock.now_ms() * 1000

    def __getattr__(self, verb: str) -> Callable[..., _Done]:
        return lambda *_args, **_named: self._done()

    def _done(self, value: Any = None) -> _Done:
        self._count += 1
        return _Done(f"command-{self._count}", value)

    def originate(self, what: Originate) -> _Done:
        self.originated += 1
        self.told.append(f.LegRinging(self._at, what.leg))
        if self.answers:
            self.told.append(f.LegAnswered(self._at, what.leg))
            self.told.append(f.LegParked(self._at, what.leg))
        return self._done(OriginateResult(answered=True))

    def bridge(self, leg: str, other: str) -> _Done:
        self.told.append(f.LegsBridged(self._at, leg, other=other))
        return self._done()

    def hangup(self, leg: str, cause: str = "NORMAL_CLEARING") -> _Done:
        self.told.append(f.LegHungUp(self._at, leg, cause=cause, by_far_end=False))
        return self._done()


def queue(identity: int, agents: tuple[int, ...], **changes: Any) -> QueueInfo:
    """A queue without greeting, wrap-up, pauses and recording."""
    return QueueInfo(
        identity,
        ACCOUNT,
        f"Queue {identity}",
        str(identity),
        "",
        "",
        None,
        False,
        20,
        0,
        0,
        "none",
        agents,
        **changes,
    )


class Centre:
    def __init__(
        self,
        queues: list[QueueInfo],
        clock: Clock,
        journal: Journal | None = None,
        switch: Any = None,
        skills: Mapping[int, Mapping[int, int]] | None = None,
        priorities: Mapping[str, int] | None = None,
    ) -> None:
        """`switch` is a WillingSwitch unless given. `priorities`: callers' priority by the number they dial, which
        is the number of a queue with `*` and something behind it."""
        self.clock = clock
        self.bus = Bus()
        self.journal = journal or MemoryJournal(clock)
        self.live = Live(self.journal, clock, self.bus)
        self.catalog = Catalog(None, self.bus)  # type: ignore[arg-type]  # never reloaded
        self.catalog.now = _picture(queues, skills or {}, priorities or {})
        self.phones = Phones(self.bus)
        self.agents = Agents(self.live, clock, self.catalog, lambda agent: self.routing.agent_ready(agent))
        self.queues = Queues(self.live, self.bus, clock)
        self.switch = cast(Any, switch if switch is not None else WillingSwitch(clock))
        self.tasks = AtOnce("bench")
        self.context = Context(
            live=self.live,
            clock=clock,
            switch=self.switch,
            catalog=self.catalog,
            agents=self.agents,
            phones=self.phones,
            sounds="/sounds",
            recordings="/recordings",
            music_chunk_s=300,
            kick=lambda queue: self.routing.kick(queue),
            length=self.queues.length,
            tell=lambda call, message: self.calls.tell(call, message),
        )
        self.calls = Calls(self.context, self.tasks, self._dialled, lambda leg: None)
        self.today = Today(clock, self.bus, lambda account: "UTC")
        self.routing = Routing(
            self.live,
            self.bus,
            clock,
            self.catalog,
            self.agents,
            self.queues,
            self._reachable,
            self.calls.make_offer,
            self.today.counted,
        )
        self.patience = Patience(
            self.live,
            self.bus,
            clock,
            self.catalog,
            self.queues,
            self.routing.wakes_up,
            self.routing.kick,
            self.calls.waited_too_long,
        )
        self.routing.open = True

    def _dialled(self, fact: f.LegCreated) -> QueueInfo | None:
        did = self.catalog.did(fact.destination)
        return self.catalog.queue(did.queue) if did is not None else None

    def _reachable(self, agent: int) -> bool:
        info = self.catalog.agent(agent)
        return info is not None and self.phones.contact(info.number, info.domain) is not None

    # --- what happens ---------------------------------------------------------------------------------------
    def log_in(self, agent: int) -> None:
        """With a registered telephone; not available yet."""
        info = self.catalog.now.agents[agent]
        contact = f"sofia/internal/sip:{info.number}@192.0.2.7:5060"
        self.phones.on_registered(f.PhoneRegistered(0, info.number, info.domain, contact, 3600))
        self.agents.log_in(agent)

    def arrives(self, call: str, dials: str, number: str = "+33612345678") -> None:
        at = self.clock.now_ms() * 1000
        self.calls.on_fact(
            f.LegCreated(at, call, inbound=True, caller_number=number, destination=dials, sip_call_id=call)
        )
        self.calls.on_fact(f.Rang(at, call, session=1))
        self.drain()

    def hangs_up(self, leg: str) -> None:
        at = self.clock.now_ms() * 1000
        self.calls.on_fact(f.LegHungUp(at, leg, cause="NORMAL_CLEARING", by_far_end=True))
        self.drain()

    def drain(self) -> None:
        """Hand in what the switch has to tell, until it has nothing more."""
        told = getattr(self.switch, "told", None)
        while told:
            self.calls.on_fact(told.popleft())


def _picture(
    queues: list[QueueInfo], skills: Mapping[int, Mapping[int, int]], priorities: Mapping[str, int]
) -> Picture:
    his: dict[int, list[int]] = {}
    for one in queues:
        for agent in one.agents:
            his.setdefault(agent, []).append(one.id)
    agents = {
        a: AgentInfo(
            a, ACCOUNT, a, f"Agent {a}", str(10_000 + a), DOMAIN, "", tuple(sorted(mine)), skills.get(a, {})
        )
        for a, mine in his.items()
    }
    dids: dict[str, DidInfo] = {}
    for i, number in enumerate([q.number for q in queues] + list(priorities), 1):
        queue_id = int(number.partition("*")[0])
        dids[number] = DidInfo(i, ACCOUNT, number, "", queue_id, priorities.get(number, 0))
    return Picture(
        accounts={ACCOUNT: AccountInfo(ACCOUNT, "bench", "Bench", "en", "UTC", "FR", DOMAIN)},
        agents=agents,
        queues={q.id: q for q in queues},
        dids=dids,
        agent_by_phone={(a.number, DOMAIN): a.id for a in agents.values()},
    )
