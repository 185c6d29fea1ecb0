"""Who gets whom: offers as reservations with a deadline.

Two questions, each asked by an event and answered at once, without yielding: a caller waits, or may go to more
agents than before (`kick`): whom does he get? An agent is ready (`agent_ready`): whom does he take? Nobody looks
through all queues.

The order of service: who lost his conversation first, to his own agent; then by priority of the queue, priority of
the caller, ticket. A caller whom none of the ready agents may take does not hold up those behind him.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from fs_app.agents.service import Agents
from fs_app.agents.state import INBOUND, OUTBOUND
from fs_app.bus import Bus
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import NotFound
from fs_app.infos import QueueInfo
from fs_app.live import Live
from fs_app.queues.service import Queues
from fs_app.routing import decision, strategies
from fs_app.routing.decision import Decision
from fs_app.routing.last_agent import LastAgents
from fs_app.routing.ready import ReadyAgents
from fs_app.routing.skills import Levels, lacks, levels, moments
from fs_app.routing.together import Ringing

MakeOffer = Callable[[Call, QueueInfo, int, Mapping[str, Any]], None]
Key = tuple[int, int, int, int]
First = tuple[Key, str, QueueInfo]


class Routing:
    def __init__(
        self,
        live: Live,
        bus: Bus,
        clock: Clock,
        catalog: Catalog,
        agents: Agents,
        queues: Queues,
        reachable: Callable[[int], bool],
        make_offer: MakeOffer,
        today: Callable[[int, int], tuple[int, int]],
    ) -> None:
        """`today(agent, account)` is (calls taken, ms talked) of his day."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._agents = agents
        self._queues = queues
        self._reachable = reachable
        self._make_offer = make_offer
        self._today = today
        self.ready = ReadyAgents(live, bus, catalog)
        self.ringing = Ringing(live, bus)
        self.last_agents = LastAgents(live, bus)
        self.open = False  # no offers before the first comparison with the switch, nor while the link is down

    # --- the two questions ----------------------------------------------------------------------------------
    def agent_ready(self, agent: int) -> None:
        """He takes the first of the callers in his queues whom he may take."""
        info = self._catalog.agent(agent)
        while info is not None and self.open and self.is_ready(agent):
            firsts = [found for q in info.queues if (found := self._first_for(agent, q)) is not None]
            if not firsts or not self._match(*min(firsts, key=lambda found: found[0])[1:]):
                self._join(agent, info.queues)
                return

    def kick(self, queue: int) -> None:
        """Match as many callers and agents of this queue as there are."""
        info = self._catalog.queue(queue)
        if info is None or not self.open:
            return
        free = self._free(info)
        if free:
            self._serve(
                ((self._key(info, call), call) for call in self._queues.waiting(queue)), {queue: free}
            )
            for agent in free:
                self._join(agent, (queue,))

    def kick_all(self) -> None:
        """After a pause: everybody who waits, in the order of service."""
        if not self.open:
            return
        infos = [
            i for q in self._catalog.every_queue() if (i := self._catalog.queue(q)) and self._queues.length(q)
        ]
        free = {info.id: self._free(info) for info in infos}
        waiting = [
            (self._key(info, call), call)
            for info in infos
            if free[info.id]
            for call in self._queues.waiting(info.id)
        ]
        self._serve(sorted(waiting, key=lambda one: one[0]), free)

    def wakes_up(self, call: Call) -> Iterator[float]:
        """The seconds of waiting after which more agents may take this caller (see `queues/patience.py`)."""
        queue = self._catalog.queue(call.queue)
        if queue is None:
            return
        yield from moments(queue.needs)
        if queue.strategy == "tiers" and queue.tier_after_s > 0:
            ranks = len({queue.tiers.get(a, 1) for a in queue.agents})
            yield from (queue.tier_after_s * n for n in range(1, ranks))
        waited = self._queues.waited_s(call)
        if call.preferred_agent is not None:
            yield waited + queue.preferred_s - self._in_stage_s(call)
        elif queue.last_agent:
            yield queue.last_agent_wait_s

    # --- matching -------------------------------------------------------------------------------------------
    def _serve(self, callers: Iterable[tuple[Key, Call]], free: dict[int, set[int]]) -> None:
        """Callers in order of service; those of a queue whose agents have all gone cost a look at an empty set."""
        # (queue, skills, tier, is it a call out) that none of the free agents meets
        hopeless: set[tuple[int, Levels, int, bool]] = set()
        for _, call in list(callers):
            queue = self._catalog.queue(call.queue)
            if queue is None:
                continue
            pool = free[queue.id]
            if not pool:
                continue
            waited = self._queues.waited_s(call)
            state = (queue.id, levels(queue.needs, waited), self._tier(queue, waited), bool(call.callback))
            if state in hopeless:
                continue
            made = self._decide(queue, call, pool, waited)
            if made is None:
                if self._reserved_for(queue, call, waited) is None and call.from_agent is None:
                    hopeless.add(state)
                continue
            for others in free.values():
                others.difference_update(made.agents)
            self._offer(call, queue, made)

    def _match(self, call_id: str, queue: QueueInfo) -> bool:
        """This caller and the best agent for him; False when there is none after all."""
        call = self._live.calls[call_id]
        made = self._decide(queue, call, self._free(queue), self._queues.waited_s(call))
        if made is not None:
            self._offer(call, queue, made)
        return made is not None

    def _offer(self, call: Call, queue: QueueInfo, made: Decision) -> None:
        self._make_offer(call, queue, made.agent, made.told())
        for agent in made.beside:
            self._make_offer(call, queue, agent, decision.beside(queue.strategy, made.considered, "beside"))

    def _join(self, agent: int, queues: Iterable[int]) -> None:
        """Nobody waits whom he may take; where all telephones ring for a caller his rings, too."""
        found: list[tuple[Key, str, QueueInfo]] = []
        for queue in filter(None, map(self._catalog.queue, queues)):
            if queue.strategy != "ring_all":
                continue
            for call in self.ringing.of(queue.id):
                waited = self._queues.waited_s(call)
                able = lacks(queue.needs, levels(queue.needs, waited), self._skills(agent)) is None
                room = len(call.offers) < strategies.RING_AT_ONCE
                if able and room and self._may(queue, call, agent, waited):
                    found.append((self._key(queue, call), call.id, queue))
        if found:
            _, call_id, queue = min(found, key=lambda one: one[0])
            told = decision.beside(queue.strategy, len(queue.agents), "joined")
            self._make_offer(self._live.calls[call_id], queue, agent, told)

    def _first_for(self, agent: int, queue_id: int) -> First | None:
        """The first caller of this queue whom this agent may take."""
        if not self._queues.length(queue_id):
            return None
        queue = self._catalog.queue(queue_id)
        info = self._catalog.agent(agent)
        if queue is None or info is None:
            return None
        found: First | None = None
        refused: set[Levels] = set()
        for call in self._queues.in_line(queue_id):
            own = call.preferred_agent == agent
            if found is not None and not own:
                continue  # behind the first one only those who wait for him alone matter
            waited = self._queues.waited_s(call)
            enough = levels(queue.needs, waited)
            if enough in refused and not own:
                continue
            if not own and lacks(queue.needs, enough, info.skills) is not None:
                refused.add(enough)
                continue
            if self._may(queue, call, agent, waited):
                first = (self._key(queue, call), call.id, queue)
                if own:
                    return first
                found = first
        return found

    def _may(self, queue: QueueInfo, call: Call, agent: int, waited: float) -> bool:
        if not self._serves(agent, queue, call):
            return False
        reserved = self._reserved_for(queue, call, waited)
        if reserved is not None:
            return reserved[0] == agent
        return queue.tiers.get(agent, 1) <= self._tier(queue, waited)

    def _decide(self, queue: QueueInfo, call: Call, free: set[int], waited: float) -> Decision | None:
        """The agent for this caller and why; None: nobody of the free ones, for now."""
        enough = levels(queue.needs, waited)
        own = self._own(queue, call)
        if own is not None and own[0] in free and self._serves(own[0], queue, call):
            return self._decision(queue, call, [own[0]], [], enough, own[1], "own", free)
        if self._reserved_for(queue, call, waited) is not None:
            return None
        tier = self._tier(queue, waited)
        may = [
            self._candidate(queue, agent)
            for agent in free
            if self._serves(agent, queue, call)
            and queue.tiers.get(agent, 1) <= tier
            and lacks(queue.needs, enough, self._skills(agent)) is None
        ]
        if not may:
            return None
        turn = strategies.Turn(self._live.turns.get(queue.id, 0), f"{call.id} {len(call.failed_agents)}")
        ordered = [c.agent for c in strategies.order(queue.strategy, may, turn)]
        at_once = strategies.RING_AT_ONCE if queue.strategy == "ring_all" else 1
        connected = [a for a in ordered if self._has_line(a)]
        if at_once > 1 and connected:  # he has picked up before anybody else's telephone rings
            asked, rest = connected[:1], [a for a in ordered if a != connected[0]]
        else:
            asked, rest = ordered[:at_once], ordered[at_once:]
        return self._decision(queue, call, asked, rest, enough, "strategy", "order", free)

    def _decision(
        self,
        queue: QueueInfo,
        call: Call,
        asked: list[int],
        next_ones: list[int],
        enough: Levels,
        why: str,
        behind: str,
        free: set[int],
    ) -> Decision:
        agent, *beside = asked
        after = next_ones or ([a for a in free if a != agent] if behind == "own" else [])
        others = decision.others(
            queue,
            agent,
            after,
            enough,
            free,
            self._reason(call),
            self._skills,
            self._name,
            behind,
            beside,
        )
        relaxed = decision.relaxations(queue, enough)
        names = tuple(map(self._name, beside))
        return Decision(agent, queue.strategy, len(queue.agents), others, relaxed, why, tuple(beside), names)

    # --- what it is decided by ------------------------------------------------------------------------------
    def _key(self, queue: QueueInfo, call: Call) -> Key:
        """Smaller is served first."""
        return (
            -int(call.preferred_agent is not None),
            -queue.priority,
            -call.priority,
            call.ticket or 0,
        )

    def _own(self, queue: QueueInfo, call: Call) -> tuple[int, str] | None:
        """The agent whom the caller should get if he is free, and why."""
        if call.preferred_agent is not None:
            return call.preferred_agent, "line_lost"
        if queue.last_agent:
            last = self.last_agents.of(call.account, call.caller_number)
            gave_away = call.transfer is not None and call.transfer.from_agent == last
            if gave_away:
                return None
            if last is not None and last in queue.agents and self._connected(last, queue.id, call):
                return last, "last_agent"
        return None

    def _reserved_for(self, queue: QueueInfo, call: Call, waited: float) -> tuple[int, str] | None:
        """The agent whom the caller waits for alone, for now."""
        own = self._own(queue, call)
        if own is None:
            return None
        agent, why = own
        if why == "line_lost":
            return own if self._in_stage_s(call) < queue.preferred_s else None
        if agent in call.failed_agents or waited >= queue.last_agent_wait_s:
            return None
        state = self._live.agents.get(agent)
        works = decision.absence(state) not in ("logged_out", "unavailable")
        return own if works and self._reachable(agent) else None

    def _in_stage_s(self, call: Call) -> float:
        return (self._clock.now_ms() - call.stage_since) / 1000

    def _tier(self, queue: QueueInfo, waited: float) -> int:
        """Up to which tier agents are asked now; without tiers everybody is."""
        if queue.strategy != "tiers":
            return 1_000_000
        present = [queue.tiers.get(a, 1) for a in queue.agents]
        return strategies.open_tiers(present, waited, queue.tier_after_s)

    def _candidate(self, queue: QueueInfo, agent: int) -> strategies.Candidate:
        state = self._agents.state(agent)
        calls, talk_ms = (
            self._today(agent, queue.account) if queue.strategy in ("fewest_calls", "least_talk") else (0, 0)
        )
        return strategies.Candidate(agent, state.idle_since, calls, talk_ms, queue.tiers.get(agent, 1))

    def _skills(self, agent: int) -> Mapping[int, int]:
        info = self._catalog.agent(agent)
        return info.skills if info is not None else {}

    def _has_line(self, agent: int) -> bool:
        info = self._catalog.agent(agent)
        return info is not None and info.permanent_line

    def _name(self, agent: int) -> str:
        info = self._catalog.agent(agent)
        return info.name if info is not None else ""

    def _reason(self, call: Call) -> Callable[[int], str]:
        """Why an agent is not free for this caller; empty when he is."""

        def reason(agent: int) -> str:
            if agent == call.from_agent:
                return "caller"
            if not self._connected(agent, call.queue or 0, call):
                return "unticked"
            absent = decision.absence(self._live.agents.get(agent))
            if absent:
                return absent
            if not self._agents.has_room(agent):
                return "no_room"
            return "" if self._reachable(agent) else "no_phone"

        return reason

    def _free(self, queue: QueueInfo) -> set[int]:
        return {a for a in self.ready.of(queue.id) if self._agents.has_room(a) and self._reachable(a)}

    def _serves(self, agent: int, queue: QueueInfo, call: Call) -> bool:
        return agent != call.from_agent and self._connected(agent, queue.id, call)

    def _connected(self, agent: int, queue: int, call: Call) -> bool:
        """Has he ticked the queue for this direction? Who was in conversation with him comes back to him anyway."""
        if agent == call.preferred_agent:
            return True
        return self._agents.connected(agent, queue, OUTBOUND if call.callback else INBOUND)

    def is_ready(self, agent: int) -> bool:
        try:
            ready = self._agents.state(agent).ready and self._agents.has_room(agent)
            return ready and self._reachable(agent)
        except NotFound:
            return False
