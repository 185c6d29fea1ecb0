"""The core without database, sockets and time: calls, agents, queues, routing and recovery over a fake switch.

Mailboxes are emptied at once, so that a test reads as a sequence of facts and what followed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fs_app import facts as f
from fs_app.agents.lines import Lines
from fs_app.agents.service import Agents
from fs_app.agents.state import INTERRUPTIBLE, AgentState, Presence, Work
from fs_app.agents.today import Today
from fs_app.bus import Bus
from fs_app.callbacks.service import Callbacks
from fs_app.callbacks.source import CallbackSource
from fs_app.calls import leftovers
from fs_app.calls.cdr import CdrSpool
from fs_app.calls.context import Context
from fs_app.calls.service import Calls
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.clock import FakeClock
from fs_app.esl.recovery import Recovery
from fs_app.events import PhoneState
from fs_app.infos import AccountInfo, AgentInfo, DidInfo, DispositionInfo, Picture, QueueInfo, ReasonInfo
from fs_app.journal import Journal
from fs_app.live import Live
from fs_app.outbound.service import Outbound
from fs_app.phones import Phones
from fs_app.ports import Originate, OriginateResult
from fs_app.queues.announcer import Announcer
from fs_app.queues.pace import Pace
from fs_app.queues.patience import Patience
from fs_app.queues.service import Queues
from fs_app.routing.service import Routing
from fs_app.tasks import Tasks, Threads
from tests.support.fakeswitch import FakeSwitch
from tests.support.recorder import Recorder

ACCOUNT, QUEUE, OTHER_QUEUE, SET = 1, 10, 11, 5
DOMAIN, DID = "demo.example", "+33185090000"
SALE, REFUSAL, FOREIGN = 501, 502, 599
LUNCH = 71
RING_S, NO_ANSWER_S, INTER_CALL_S = 20, 10, 3


def queue_info(**changes: Any) -> QueueInfo:
    return replace(
        QueueInfo(
            QUEUE,
            ACCOUNT,
            "Commercial",
            "700",
            "fr/hello.wav",
            "",
            SET,
            True,
            RING_S,
            NO_ANSWER_S,
            INTER_CALL_S,
            "all",
        ),
        **changes,
    )


class World:
    """One run of the program over `folder`; another World over the same folder is a restart."""

    def __init__(
        self,
        folder: Path,
        agents: Iterable[int] = (1, 2),
        clock: FakeClock | None = None,
        switch: FakeSwitch | None = None,
        is_open: bool = True,
        queue: QueueInfo | None = None,
        permanent: Iterable[int] = (),
        **options: Any,
    ) -> None:
        self.folder = folder
        (folder / "journal").mkdir(exist_ok=True)
        (folder / "cdr").mkdir(exist_ok=True)
        self.clock = clock or FakeClock()
        self.switch = switch or FakeSwitch()
        self.bus = Bus()
        self.recorder = Recorder(self.bus)
        self.tasks = Tasks("test")
        self.threads = _Here()
        self.journal = Journal(folder / "journal", self.clock, **options)
        self.live = Live(self.journal, self.clock, self.bus)
        self.catalog = Catalog(None, self.bus)  # type: ignore[arg-type]
        self.permanent = tuple(permanent)
        self.set_queue(queue or queue_info(), agents)
        self.phones = Phones(self.bus)
        self.agents = Agents(
            self.live,
            self.clock,
            self.catalog,
            self._agent_ready,
            lambda a, c: self.calls.wrap_up_over(a, c),
            lambda a, item: self.outbound.over(a, item),
        )
        self.queues = Queues(self.live, self.bus, self.clock)
        self.lines = Lines(
            self.live,
            self.bus,
            self.clock,
            self.switch,
            self.catalog,
            self.phones,
            self.agents,
            lambda agent: self.routing.agent_ready(agent),
        )
        self.ctx = Context(
            live=self.live,
            clock=self.clock,
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
            lines=self.lines,
        )
        self.strangers: list[str] = []
        self.calls = Calls(self.ctx, self.tasks, self._dialled, self.strangers.append)
        self.today = Today(self.clock, self.bus, lambda account: "Europe/Paris")
        self.routing = Routing(
            self.live,
            self.bus,
            self.clock,
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
            self.clock,
            self.catalog,
            self.queues,
            self.routing.wakes_up,
            self.routing.kick,
            self.calls.waited_too_long,
        )
        self.pace = Pace(self.live, self.bus, self.catalog, self.queues)
        self.announcer = Announcer(
            self.live, self.bus, self.clock, self.catalog, self.queues, self.calls.time_to_speak
        )
        self.callbacks = Callbacks(self.live, self.clock, self.catalog, self.calls, self._may_dial)
        self.ctx.callbacks = self.callbacks
        self.pageless: set[int] = set()
        self.outbound = Outbound(
            self.live,
            self.clock,
            self.bus,
            self.catalog,
            self.agents,
            self.sources(),
            lambda agent: self._reachable(agent) and agent not in self.pageless,
            lambda agent: agent not in self.pageless,
            self.queues.length,
        )
        self.ctx.position = self.queues.position
        self.ctx.estimate_s = lambda call: self.pace.estimate_s(call, self.clock.now_ms())
        self.bus.subscribe(PhoneState, self._phone_came)
        self.known_calls: Callable[[list[str]], set[str]] = lambda ids: set()
        self.recovery = Recovery(
            self.ctx,
            self.calls,
            CdrSpool(folder / "cdr"),
            lambda ids: self.known_calls(ids),
            self._set_routing,
            self.tasks,
            self.threads,  # type: ignore[arg-type]
            self.lines.compare,
        )
        self.journal.open(self.live.replay(), self.live.checkpoint())
        self.queues.rebuild()
        self.routing.ready.forget()
        self.agents.rearm()
        self.lines.rearm()
        self.calls.rearm()
        self.patience.rearm()
        self.announcer.rearm()
        self.callbacks.rearm()
        self.outbound.rearm()
        self.routing.open = is_open
        self._ids = itertools.count(1)

    def sources(self) -> list[Any]:
        """The lists that agents work through."""
        return [CallbackSource(self.live, self.callbacks)]

    # --- the parts that the composition root adds -----------------------------------------------------------
    def _dialled(self, fact: f.LegCreated) -> QueueInfo | None:
        did = self.catalog.did(fact.destination)
        return self.catalog.queue(did.queue) if did else None

    def _reachable(self, agent: int) -> bool:
        info = self.catalog.agent(agent)
        if info is not None and info.permanent_line:
            return self.lines.leg(agent) != ""
        return info is not None and self.phones.contact(info.number, info.domain) is not None

    def _agent_ready(self, agent: int) -> None:
        self.routing.agent_ready(agent)
        self.outbound.soon(agent)

    def _may_dial(self, agent: int) -> bool:
        state = self.agents.state(agent)
        return state.presence is not Presence.LOGGED_OUT and state.work in INTERRUPTIBLE

    def _phone_came(self, event: PhoneState) -> None:
        agent = self.catalog.phone(event.user, event.domain)
        if agent is not None and event.registered:
            self.routing.agent_ready(agent)

    def _set_routing(self, is_open: bool) -> None:
        self.routing.open = is_open
        if is_open:
            self.routing.kick_all()

    def set_queue(self, queue: QueueInfo | None, agents: Iterable[int], *more: QueueInfo) -> None:
        """The configuration: these agents in this queue (None: the queue was deactivated)."""
        agents = tuple(agents)
        queues = {q.id: replace(q, agents=agents) for q in ((queue, *more) if queue else more)}
        people = {
            a: AgentInfo(
                a,
                ACCOUNT,
                a,
                f"Agent {a}",
                str(1000 + a),
                DOMAIN,
                "0" * 32,
                tuple(queues),
                permanent_line=a in self.permanent,
            )
            for a in agents
        }
        self.catalog.now = Picture(
            accounts={ACCOUNT: AccountInfo(ACCOUNT, "demo", "Demo", "fr", "Europe/Paris", "FR", DOMAIN)},
            agents=people,
            queues=queues,
            dids={DID: DidInfo(1, ACCOUNT, DID, "main", QUEUE)},
            reasons={LUNCH: ReasonInfo(LUNCH, ACCOUNT, "lunch", "Lunch")},
            dispositions={
                d: DispositionInfo(d, ACCOUNT, s, None, c, c.title(), "argued")
                for d, s, c in ((SALE, SET, "sale"), (REFUSAL, SET, "refusal"), (FOREIGN, SET + 1, "other"))
            },
            agent_by_phone={(i.number, i.domain): i.id for i in people.values()},
        )

    # --- what happens ---------------------------------------------------------------------------------------
    @property
    def at(self) -> int:
        """The switch's clock now (µs)."""
        return self.clock.now_ms() * 1000

    def tell(self, *facts: f.LegFact) -> None:
        for fact in facts:
            self.calls.on_fact(fact)
            self.lines.on_fact(fact)
        self.calls.settle()

    def registers(self, *agents: int) -> None:
        for agent in agents:
            user = str(1000 + agent)
            self.phones.on_registered(
                f.PhoneRegistered(self.at, user, DOMAIN, f"sofia/internal/sip:{user}@192.0.2.7:5060", 3600)
            )

    def ready(self, *agents: int) -> None:
        """These agents log in, with registered telephones, and are available; the first is idle longest."""
        for agent in agents:
            self.registers(agent)
            self.agents.log_in(agent)
            self.agents.available(agent)
            self.clock.advance(0.01)
        self.calls.settle()

    def arrives(self, leg: str = "", number: str = "+33612345678", name: str = "DUPONT") -> str:
        """A caller comes and rings at the door; the greeting plays."""
        leg = leg or f"caller-{next(self._ids)}"
        self.tell(
            f.LegCreated(
                self.at,
                leg,
                inbound=True,
                caller_number=number,
                caller_name=name,
                destination=DID,
                sip_call_id="sip-1",
            ),
            f.Rang(self.at, leg, session=1),
        )
        return leg

    def greeted(self, leg: str) -> None:
        """The greeting is over."""
        self.tell(
            f.AppDone(
                self.at, leg, app="playback", app_uuid=self.ctx.runtime(self.live.calls[leg]).greeting_app
            )
        )

    def waits(self, leg: str = "") -> str:
        leg = self.arrives(leg)
        self.greeted(leg)
        return leg

    def offered_leg(self, call: str) -> str:
        return self.offered_legs(call)[0]

    def offered_legs(self, call: str) -> list[str]:
        """With ring all there are several."""
        legs = list(self.live.calls[call].offers)
        assert legs, f"{call} is offered to nobody: {self.live.calls[call].stage}"
        return legs

    def rings(self, leg: str) -> None:
        self.tell(f.LegCreated(self.at, leg, inbound=False), f.LegRinging(self.at, leg))

    def picks_up(self, leg: str) -> None:
        self.tell(f.LegAnswered(self.at, leg), f.LegParked(self.at, leg))
        self.originated(leg)

    def originated(self, leg: str, cause: str = "") -> None:
        """The end of the originate command."""
        for command in self.switch.of("originate", leg):
            if command.outcome is None:
                command.succeed(OriginateResult(answered=not cause, cause=cause))
        self.calls.settle()

    def refuses(self, leg: str, cause: str) -> None:
        """The telephone does not take the call: the event and the command's end, as the switch tells them."""
        self.hangs_up(leg, cause)
        self.originated(leg, cause)

    def bridged(self, leg: str, other: str) -> None:
        self.tell(f.LegsBridged(self.at, leg, other=other))

    def hangs_up(self, leg: str, cause: str = "NORMAL_CLEARING", by_far_end: bool | None = True) -> None:
        self.tell(f.LegHungUp(self.at, leg, cause=cause, by_far_end=by_far_end))

    def goes_home(self, leg: str) -> None:
        """The leg reaches `home` and rings again."""
        self.tell(f.Rang(self.at, leg, session=2))

    def talking(self) -> tuple[str, str, int]:
        """A caller in conversation: (caller's leg, agent's leg, agent)."""
        caller = self.waits()
        leg = self.offered_leg(caller)
        self.rings(leg)
        self.picks_up(leg)
        self.bridged(leg, caller)
        agent = self.call(caller).agent
        assert agent is not None and self.stage(caller) is Stage.TALKING
        return caller, leg, agent

    # --- what is so -----------------------------------------------------------------------------------------
    def call(self, call: str) -> Call:
        return self.live.calls[call]

    def stage(self, call: str) -> Stage | None:
        """None: the call is over and forgotten."""
        found = self.live.calls.get(call)
        return found.stage if found else None

    def agent(self, agent: int) -> AgentState:
        return self.agents.state(agent)

    def work(self, agent: int) -> Work:
        return self.agent(agent).work

    def offers(self) -> list[tuple[str, int]]:
        """(call, agent) of all offers so far, in order."""
        return [(str(e.call), e.data["agent"]) for e in self.recorder.entries("offer.made")]

    def hung_up(self, leg: str) -> list[str]:
        """The causes with which this leg was told to end."""
        return [c.args[1] for c in self.switch.of("hangup", leg)]

    def originate(self, leg: str) -> Originate:
        found: Originate = self.switch.of("originate", leg)[-1].args[1]
        return found

    def is_whole(self) -> None:
        """The invariants of the live state."""
        assert leftovers.find(self.live.calls, self.live.agents) == [], leftovers.find(
            self.live.calls, self.live.agents
        )
        held: dict[int | None, str] = {}
        for call in self.live.calls.values():
            taker = call.legs.get(call.taken_by)
            assert not (call.offers and call.stage is not Stage.OFFERED), (
                f"{call.id} is offered in {call.stage}"
            )
            busy = {offer.agent for offer in call.offers.values()}
            assert len(busy) == len(call.offers), f"{call.id} is offered twice to somebody"
            if taker is not None and taker.live and call.stage is not Stage.ENDED:
                assert not busy, f"{call.id} is taken and offered"
                busy = {taker.agent}
            for agent in busy:
                assert agent not in held, f"agent {agent} in {held[agent]} and {call.id}"
                held[agent] = call.id
        for agent in self.live.agents.values():
            if agent.work is Work.ACTIVE:
                assert agent.call in self.live.calls
                assert self.live.calls[agent.call].ended_at is None
        for queue in self.catalog.now.queues:
            line = [c.id for c in self.queues.waiting(queue)]
            assert sorted(line) == sorted(
                c.id for c in self.live.calls.values() if c.stage is Stage.WAITING and c.queue == queue
            )
            tickets = [c.ticket for c in self.queues.waiting(queue)]
            assert tickets == sorted(tickets)

    def state(self) -> dict[str, Any]:
        """All that a restart must bring back."""
        return {
            "calls": self.live.calls,
            "agents": self.live.agents,
            "tickets": self.live.tickets,
            "legs": self.live.legs,
            "finished": list(self.live.finished.items()),
        }

    # --- pictures of the switch -----------------------------------------------------------------------------
    def shows(self, leg: str, partner: str | None = None, **changes: Any) -> f.Channel:
        """The switch has this channel."""
        call = self.live.call_of(leg)
        inbound = call is None or leg == call.caller_leg
        channel = f.Channel(
            leg, inbound, True, partner, "park", "", "+33612345678", "", DID, self.at, self.at, {}
        )
        self.switch.present[leg] = replace(channel, **changes)
        return self.switch.present[leg]

    def recover(self, core: str = "core-1") -> None:
        """The link comes up, and everything is compared."""
        self.recovery.link_up(core)
        running = self.recovery._running
        assert running is not None
        running.join(10)
        assert running.ready(), "recovery did not end"
        self.calls.settle()


class _Here(Threads):
    """Native threads that are none: what they do is done at once."""

    def __init__(self) -> None:
        pass

    def run(self, function: Callable[..., Any], *args: Any, timeout: float = 30.0) -> Any:
        return function(*args)

    def stop(self) -> None:
        pass
