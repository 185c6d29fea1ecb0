"""The outbound module of an agent's page: what it shows, and what he may ask (BA-110 … BA-113)."""

from __future__ import annotations

from itertools import islice
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from fs_app.agents.state import AgentState, Work
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import Invalid, NotFound
from fs_app.hours.opening import zone_named
from fs_app.infos import AgentInfo
from fs_app.live import Live
from fs_app.outbound import moments, order
from fs_app.outbound.item import Asked, Item, Source, Taken, shown
from fs_app.outbound.service import Outbound

MOST_SHOWN = 20
"""So many are in an agent's picture; the list asks for more over HTTP."""

PAGE = 50
MOST_IN_CALENDAR = 500


class Booker(Protocol):
    """Who promises calls (`callbacks.service`)."""

    def book(self, call: Any, agent: int, due_at: int | None, mine: bool, note: str) -> str: ...


class OutboundDesk:
    def __init__(
        self, live: Live, catalog: Catalog, clock: Clock, outbound: Outbound, booker: Booker
    ) -> None:
        self._live = live
        self._catalog = catalog
        self._clock = clock
        self._outbound = outbound
        self._booker = booker

    # --- pictures -------------------------------------------------------------------------------------------
    def picture(self, info: AgentInfo, state: AgentState) -> dict[str, Any]:
        """`mode`, the `modes` he may choose, the `counters` of his list, its beginning, what is shown to him now."""
        lists = self._outbound.lists(info.account)
        if self._outbound.mode(info) == "automatic":
            first = self._outbound.items(info)[:MOST_SHOWN]
        else:
            first = list(islice(lists.of(info.id, info.queues, self._outbound.own_only), MOST_SHOWN))
        return {
            "mode": self._outbound.mode(info),
            "modes": self._outbound.modes(info),
            "counters": self._outbound.counters(info),
            "list": [self._row(item, info.id) for item in first],
            "preview": self._preview(info, state),
            "booking": self._booking(state),
        }

    def _booking(self, state: AgentState) -> dict[str, Any] | None:
        """What a callback of the call that he has may be; None: there is no call, or it has no number."""
        call = self._live.calls.get(state.call or "")
        queue = self._catalog.queue(call.queue) if call is not None else None
        if call is None or queue is None or call.agent != state.id:
            return None
        return {"step_min": queue.outbound.step_min, "latest_days": queue.outbound.latest_days}

    def _preview(self, info: AgentInfo, state: AgentState) -> dict[str, Any] | None:
        if state.work is not Work.PREVIEW:
            return None
        try:
            _, item = self._outbound.find(info.account, state.preview)
        except NotFound:
            return None
        queue = self._catalog.queue(item.queue)
        return {
            **self._row(item, info.id),
            "until": state.until,
            "shown_since": state.work_since,
            "may_skip": queue is None or queue.outbound.may_skip,
            "skip_reason": queue is not None and queue.outbound.skip_reason,
        }

    def to_call(self, account: int) -> dict[int, int]:
        """How many people are to be called for each queue (BA-20)."""
        return self._outbound.lists(account).lengths

    def _row(self, item: Item, agent: int) -> dict[str, Any]:
        queue, owner = self._catalog.queue(item.queue), self._catalog.agent(item.owner or 0)
        return {
            **shown(
                item,
                agent,
                {"id": queue.id, "name": queue.name} if queue else None,
                owner.name if owner else "",
            ),
            "disposition_set": queue.disposition_set if queue else None,
            "latest_days": queue.outbound.latest_days if queue else None,
            "step_min": queue.outbound.step_min if queue else 1,
        }

    def page(self, agent: int, asked: Asked, page: int) -> dict[str, Any]:
        """The list as it is sought, `PAGE` at a time. Raises NotFound."""
        info, now = self._info(agent), self._clock.now_ms()
        found = [i for i in self._outbound.items(info) if order.matches(i, asked, agent, now)]
        begin = (max(1, page) - 1) * PAGE
        return {
            "total": len(found),
            "page": max(1, page),
            "pages": max(1, -(-len(found) // PAGE)),
            "items": [self._row(item, agent) for item in found[begin : begin + PAGE]],
        }

    def calendar(self, agent: int, since: int, until: int) -> list[dict[str, Any]]:
        """His own callbacks of a stretch of time, in its order. Raises NotFound."""
        info = self._info(agent)
        asked = Asked(view="mine", since=since, until=until)
        now = self._clock.now_ms()
        own = (
            i for i in self._outbound.lists(info.account).own(agent) if order.matches(i, asked, agent, now)
        )
        return [self._row(item, agent) for item in islice(own, MOST_IN_CALENDAR)]

    def seen(self, agent: int, item: str) -> Item:
        """One that this agent may see. Raises NotFound."""
        return self._his(agent, item)[1]

    # --- what he asks ---------------------------------------------------------------------------------------
    def set_mode(self, agent: int, mode: str) -> None:
        self._outbound.set_mode(agent, mode)

    def call(self, agent: int, item: str) -> None:
        """His telephone, then the person's. Raises NotFound, Taken, NotFree, NoNumber."""
        source, found = self._his(agent, item)
        source.call(found.account, item, agent)

    def skip(self, agent: int, item: str, reason: str) -> None:
        self._outbound.skip(agent, item, reason)

    def reserve(self, agent: int, item: str) -> None:
        """For good: nobody else calls (BA-112)."""
        source, found = self._his(agent, item)
        source.reserve(found.account, item, agent, None)

    def release(self, agent: int, item: str) -> None:
        source, found = self._his(agent, item, own=True)
        self._leave_preview(agent, item, "released")
        source.release(found.account, item)

    def postpone(self, agent: int, item: str, minutes: int | None, at: str) -> None:
        """By one of the offered times, or to a date and time of the account's zone. Raises Invalid."""
        source, found = self._his(agent, item, own=True)
        source.postpone(found.account, item, self._moment(found.account, found.queue, minutes, at))
        self._leave_preview(agent, item, "postponed")

    def move(self, agent: int, item: str, to: int | None) -> None:
        """To a colleague of its queue, or (None) to everybody."""
        source, found = self._his(agent, item, own=True)
        info, other = self._info(agent), self._catalog.agent(to or 0)
        if to is not None and (
            other is None or other.account != info.account or found.queue not in other.queues
        ):
            raise Invalid("no agent of this queue", field="agent")
        source.move(found.account, item, to, info.name)
        self._leave_preview(agent, item, "moved")

    def note(self, agent: int, item: str, note: str) -> None:
        source, found = self._his(agent, item, own=True)
        source.note(found.account, item, note)

    def close(self, agent: int, item: str, done: bool, disposition: int | None, note: str) -> None:
        """Without calling: it is settled, or nobody is to call; with a verdict (BA-112)."""
        source, found = self._his(agent, item, own=True)
        source.close(found.account, item, done, self._info(agent).name, disposition, note)
        self._leave_preview(agent, item, "closed")

    def book(self, agent: int, call: str, minutes: int | None, at: str, mine: bool, note: str) -> None:
        """He promises the person of his call to call again. Raises NotFound, Invalid."""
        info, found = self._info(agent), self._live.calls.get(call)
        if found is None or found.agent != agent or found.queue is None:
            raise NotFound(f"call {call[:50]!r}")
        due_at = None
        if minutes is not None or at:
            due_at = self._moment(info.account, found.queue, minutes, at)
        self._booker.book(found, agent, due_at, mine, note)

    # --- inside ---------------------------------------------------------------------------------------------
    def _moment(self, account: int, queue_id: int, minutes: int | None, at: str) -> int:
        zone, queue = self._zone(account), self._catalog.queue(queue_id)
        if minutes is not None:
            return moments.in_minutes(minutes, self._clock.now_ms(), zone)
        return moments.chosen(at, zone, queue.outbound.step_min if queue is not None else 1)

    def _zone(self, account: int) -> ZoneInfo:
        info = self._catalog.account(account)
        return zone_named(info.time_zone if info is not None else "UTC")

    def _leave_preview(self, agent: int, item: str, why: str) -> None:
        self._outbound.leave(agent, item, why)

    def _his(self, agent: int, item: str, own: bool = False) -> tuple[Source, Item]:
        """Raises NotFound for what is none of his, Taken (`own`) for what another one has reserved."""
        info = self._info(agent)
        source, found = self._outbound.find(info.account, item)
        if found.queue not in info.queues and found.owner != agent:
            raise NotFound(f"item {item[:50]!r}")
        if found.owner != agent and self._outbound.own_only(found.queue):
            raise NotFound(f"item {item[:50]!r}")
        if own and found.owner not in (None, agent):
            raise Taken(f"item {item} has {found.owner}")
        return source, found

    def _info(self, agent: int) -> AgentInfo:
        info = self._catalog.agent(agent)
        if info is None:
            raise NotFound(f"agent {agent}")
        return info
