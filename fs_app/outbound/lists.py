"""All items of an account at one moment, sorted so that a page's share of them costs little. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from heapq import merge
from typing import Any

from fs_app.outbound.item import Beyond, Item

OVERDUE_MS = 60_000
"""An own callback is late from this time after its moment on."""


class Lists:
    """Never changed: made anew when something has happened."""

    def __init__(self, items: Iterable[Item], beyond: Iterable[Mapping[int, Beyond]] = ()) -> None:
        """`beyond`: what there is of each queue beside the items."""
        self._beyond: dict[int, Beyond] = {}
        for more in beyond:
            for queue, one in more.items():
                had = self._beyond.get(queue, Beyond())
                self._beyond[queue] = Beyond(had.due + one.due, had.later + one.later)
        self.items = sorted(items, key=lambda item: item.order)
        self._by_queue: dict[int, list[Item]] = defaultdict(list)
        self._by_owner: dict[int, list[Item]] = defaultdict(list)
        for item in self.items:
            self._by_queue[item.queue].append(item)
            if item.owner is not None:
                self._by_owner[item.owner].append(item)
        self._moments = {queue: [i.order[0] for i in items] for queue, items in self._by_queue.items()}

    def of(self, agent: int, queues: Collection[int], own_only: Callable[[int], bool]) -> Iterator[Item]:
        """What this agent may see, by due date: his own, and those of his queues; of a queue that shows an agent
        nothing else his own alone."""
        shared = {queue for queue in queues if not own_only(queue)}
        own = (item for item in self._by_owner[agent] if item.queue not in shared)
        return merge(*(self._by_queue[queue] for queue in shared), own, key=lambda item: item.order)

    def own(self, agent: int) -> list[Item]:
        """Those that he has reserved for good."""
        return [item for item in self._by_owner[agent] if item.personal]

    def soon(self, now: int, until: int) -> Iterator[Item]:
        """Own callbacks whose moment lies in (now, until]."""
        for items in self._by_owner.values():
            yield from (i for i in items if i.personal and i.due_at is not None and now < i.due_at <= until)

    @property
    def lengths(self) -> dict[int, int]:
        """queue → how many people are to be called, now or later."""
        found = {queue: len(items) for queue, items in self._by_queue.items()}
        for queue, more in self._beyond.items():
            found[queue] = found.get(queue, 0) + more.due + more.later
        return found

    def due(self, queue: int, now: int) -> int:
        """How many people of this queue are to be called now."""
        return bisect_right(self._moments.get(queue, []), now) + self._beyond.get(queue, Beyond()).due

    def counters(
        self, agent: int, queues: Collection[int], own_only: Callable[[int], bool], now: int
    ) -> dict[str, Any]:
        """`due`: may be called now; `later`: their time is to come; `mine`: reserved by this agent for good, and
        `overdue`: those of them whose time is over."""
        shared = {queue for queue in queues if not own_only(queue)}
        own = [item for item in self._by_owner[agent] if item.queue not in shared]
        due = sum(self.due(queue, now) for queue in shared) + sum(i.order[0] <= now for i in own)
        lengths = self.lengths
        everything = sum(lengths.get(queue, 0) for queue in shared) + len(own)
        mine = self.own(agent)
        overdue = sum(i.due_at is not None and i.due_at < now - OVERDUE_MS for i in mine)
        return {"due": due, "later": everything - due, "mine": len(mine), "overdue": overdue}
