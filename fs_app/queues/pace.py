"""How long somebody will wait still, from how fast his queue has been served.

    estimate = place in the line × mean handling time / agents at work

The mean handling time is that of the queue's latest conversations, from the answer until the agent is free again
(wrap-up and pause included); the agents at work are those of the queue who are available or in a conversation. It is
a figure of speech, not of statistics: agents of several queues are counted in each, and nothing is said when nobody
is there or nobody has been served lately.
"""

from __future__ import annotations

from collections import defaultdict, deque

from fs_app.agents.state import AgentState, Presence, Work
from fs_app.bus import Bus
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.events import Recorded
from fs_app.live import Live
from fs_app.queues.service import Queues

LATEST = 30
"""So many conversations make the mean."""

FORGOTTEN_MS = 2 * 3600 * 1000
"""Older ones say nothing about now."""

BUSY = frozenset({Work.OFFERED, Work.DIALING, Work.ACTIVE, Work.AFTER_WORK, Work.INTER_CALL})


def estimate_s(place: int, mean_s: float | None, agents: int) -> float | None:
    """Seconds until who stands at `place` (1 is next) is served; None when nobody can tell."""
    if mean_s is None or agents <= 0:
        return None
    return place * mean_s / agents


def at_work(state: AgentState | None) -> bool:
    """He takes calls, or will when he has finished this one."""
    if state is None or state.presence is Presence.LOGGED_OUT:
        return False
    return state.presence is Presence.AVAILABLE or state.work in BUSY


class Pace:
    """Follows the journal."""

    def __init__(self, live: Live, bus: Bus, catalog: Catalog, queues: Queues) -> None:
        self._live = live
        self._catalog = catalog
        self._queues = queues
        self._begun: dict[int, tuple[int, int]] = {}  # agent → queue, since (UTC ms)
        self._handled: dict[int, deque[tuple[int, int]]] = defaultdict(lambda: deque(maxlen=LATEST))
        bus.subscribe(Recorded, self._follow)

    def mean_s(self, queue: int, now_ms: int) -> float | None:
        """The mean handling time of this queue (seconds); None without any conversation lately."""
        latest = [ms for ended, ms in self._handled.get(queue, ()) if now_ms - ended < FORGOTTEN_MS]
        return sum(latest) / len(latest) / 1000 if latest else None

    def estimate_s(self, call: Call, now_ms: int) -> float | None:
        """How long this caller will wait still."""
        queue = self._catalog.queue(call.queue)
        if queue is None:
            return None
        agents = sum(at_work(self._live.agents.get(agent)) for agent in queue.agents)
        return estimate_s(self._queues.position(call), self.mean_s(queue.id, now_ms), agents)

    def _follow(self, event: Recorded) -> None:
        entry = event.entry
        if entry.kind != "agent.work" or entry.agent is None:
            return
        new = entry.data["new"]
        if new == Work.ACTIVE:
            call = self._live.calls.get(entry.call or "")
            if call is not None and call.queue is not None:
                self._begun[entry.agent] = call.queue, entry.at
        elif new == Work.IDLE:
            queue, since = self._begun.pop(entry.agent, (0, 0))
            if queue:
                self._handled[queue].append((entry.at, max(0, entry.at - since)))
