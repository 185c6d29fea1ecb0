"""What an agent's page shows of callbacks, and what he may do with them: those of his queues, and his own."""

from __future__ import annotations

from typing import Any

from fs_app.callbacks.service import Callbacks
from fs_app.callbacks.state import Callback
from fs_app.catalog import AgentInfo, Catalog
from fs_app.clock import Clock
from fs_app.errors import Invalid, NotFound

MOST_SHOWN = 20
"""So many are in an agent's picture; the page of callbacks has them all."""

PUT_OFF_MIN = (5, 10, 15, 20, 30, 60, 120, 240, 1440)
"""Quick postponements (BA-112), minutes."""


class CallbackDesk:
    def __init__(self, callbacks: Callbacks, catalog: Catalog, clock: Clock) -> None:
        self._callbacks = callbacks
        self._catalog = catalog
        self._clock = clock

    def picture(self, info: AgentInfo) -> dict[str, Any]:
        """`open`: how many there are to be called; `list`: the next ones."""
        found = self._callbacks.of_queues(info.account, info.queues, info.id)
        return {"open": len(found), "list": [self._row(c, info.id) for c in found[:MOST_SHOWN]]}

    def _row(self, callback: Callback, agent: int) -> dict[str, Any]:
        queue = self._catalog.queue(callback.queue)
        owner = self._catalog.agent(callback.owner or 0)
        return {
            "id": callback.id,
            "number": callback.number,
            "name": callback.name,
            "queue": {"id": queue.id, "name": queue.name} if queue else None,
            "reason": str(callback.reason),
            "state": str(callback.state),
            "mine": callback.owner == agent,
            "owner": owner.name if owner else "",
            "tries": callback.tries,
            "times": callback.times,
            "due_at": callback.due_at,
            "since": callback.created_at,
            "under_way": bool(callback.call),
            "recording": callback.recording or None,
        }

    def call(self, agent: int, callback: str) -> None:
        """His telephone, then the customer's. Raises NotFound, Taken, NotFree, NoNumber."""
        info = self._his(agent, callback)
        self._callbacks.call_back(info.account, callback, agent)

    def take(self, agent: int, callback: str) -> None:
        info = self._his(agent, callback)
        self._callbacks.take(info.account, callback, agent)

    def release(self, agent: int, callback: str) -> None:
        info = self._his(agent, callback, own=True)
        self._callbacks.release(info.account, callback)

    def postpone(self, agent: int, callback: str, minutes: int) -> None:
        info = self._his(agent, callback, own=True)
        if minutes not in PUT_OFF_MIN:
            raise Invalid("not one of the offered times", field="minutes")
        self._callbacks.postpone(info.account, callback, self._clock.now_ms() + minutes * 60_000)

    def close(self, agent: int, callback: str, done: bool) -> None:
        """Raises Taken when another agent has it."""
        info = self._his(agent, callback, own=True)
        self._callbacks.close(info.account, callback, done, info.name)

    def _his(self, agent: int, callback: str, own: bool = False) -> AgentInfo:
        """Raises NotFound for what is none of his, Taken (`own`) for what another one has reserved."""
        info = self._catalog.agent(agent)
        if info is None:
            raise NotFound(f"agent {agent}")
        found = self._callbacks.find(info.account, callback)
        if found.queue not in info.queues and found.owner != agent:
            raise NotFound(f"callback {callback[:50]!r}")
        if own:
            self._callbacks.not_of_another(found, agent)
        return info
