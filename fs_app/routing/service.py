"""Who gets whom: offers as reservations with a deadline.

`kick(queue)` is called whenever something changed that could make a match: a caller waits, an agent is ready, a
telephone came back. It decides at once, without yielding, and hands the offer to `make_offer`.
"""

from __future__ import annotations

from collections.abc import Callable

from fs_app.agents.service import Agents
from fs_app.calls.state import Call
from fs_app.catalog import Catalog, QueueInfo
from fs_app.clock import Clock
from fs_app.errors import NotFound
from fs_app.queues.service import Queues

PREFERRED_S = 20.0
"""A caller whose agent lost his line waits this long for the same agent before others get him."""


class Routing:
    def __init__(
        self,
        clock: Clock,
        catalog: Catalog,
        agents: Agents,
        queues: Queues,
        reachable: Callable[[int], bool],
        make_offer: Callable[[Call, QueueInfo, int], None],
    ) -> None:
        self._clock = clock
        self._catalog = catalog
        self._agents = agents
        self._queues = queues
        self._reachable = reachable
        self._make_offer = make_offer
        self.open = False  # no offers before the first comparison with the switch, nor while the link is down

    def agent_ready(self, agent: int) -> None:
        """Look through the agent's queues: a caller who waits for him alone, then the longest waiting first."""
        info = self._catalog.agent(agent)
        if info is None or not self.open:
            return
        queues = [q for q in info.queues if self._queues.length(q)]
        his = [c for q in queues for c in self._queues.waiting(q) if c.preferred_agent == agent]
        his_queue = self._catalog.queue(his[0].queue) if his else None
        if his_queue is not None and self._is_ready(agent):
            self._make_offer(his[0], his_queue, agent)
            return
        queues.sort(key=lambda q: self._queues.longest_since(q) or 0)
        for queue in queues:
            self.kick(queue)

    def kick_all(self) -> None:
        for queue in list(self._catalog.now.queues):
            self.kick(queue)

    def kick(self, queue: int) -> None:
        """Match as many callers and agents of this queue as there are."""
        info = self._catalog.queue(queue)
        if info is None or not self.open:
            return
        ready = [a for a in info.agents if self._is_ready(a)]
        for call in self._queues.waiting(queue):
            if not ready:
                return  # who becomes ready asks again
            agent = self._choose(info, call, ready)
            if agent is not None:
                ready.remove(agent)
                self._make_offer(call, info, agent)

    def _choose(self, queue: QueueInfo, call: Call, ready: list[int]) -> int | None:
        """The agent for this caller: his own first, else the one who is idle longest."""
        if call.preferred_agent is not None:
            waited = (self._clock.now_ms() - call.stage_since) / 1000
            if call.preferred_agent in ready:
                return call.preferred_agent
            if waited < PREFERRED_S:
                self._clock.call_later(PREFERRED_S - waited + 0.05, lambda: self.kick(queue.id))
                return None
        return min(ready, key=lambda a: (self._agents.state(a).idle_since, a))

    def _is_ready(self, agent: int) -> bool:
        try:
            return self._agents.state(agent).ready and self._reachable(agent)
        except NotFound:
            return False
