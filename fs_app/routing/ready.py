"""Which agents are ready, by queue: an index that follows the journal, so that no event makes anybody search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from fs_app.bus import Bus
from fs_app.catalog import Catalog
from fs_app.events import Recorded
from fs_app.infos import Picture
from fs_app.live import Live


class ReadyAgents:
    """As far as the agents themselves go; whether telephone and page are there is asked at the moment of use."""

    def __init__(self, live: Live, bus: Bus, catalog: Catalog) -> None:
        self._live = live
        self._catalog = catalog
        self._picture: Picture | None = None
        self._by_queue: dict[int, set[int]] = defaultdict(set)
        bus.subscribe(Recorded, self._follow)

    def of(self, queue: int) -> Collection[int]:
        """The ready agents of this queue (not to be kept: it changes with the next entry)."""
        if self._picture is not self._catalog.now:
            self._rebuild()
        return self._by_queue.get(queue, ())

    def forget(self) -> None:
        """The live state was loaded anew."""
        self._picture = None

    def _rebuild(self) -> None:
        self._picture = self._catalog.now
        self._by_queue.clear()
        for agent, state in self._live.agents.items():
            if state.ready:
                self._place(agent, ready=True)

    def _follow(self, event: Recorded) -> None:
        entry = event.entry
        if entry.agent is None or not entry.kind.startswith("agent.") or self._picture is None:
            return
        state = self._live.agents.get(entry.agent)
        if state is not None:
            self._place(entry.agent, state.ready)

    def _place(self, agent: int, ready: bool) -> None:
        info = self._picture.agents.get(agent) if self._picture is not None else None
        for queue in info.queues if info is not None else ():
            if ready:
                self._by_queue[queue].add(agent)
            else:
                self._by_queue[queue].discard(agent)
