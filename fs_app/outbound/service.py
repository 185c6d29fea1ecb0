"""Agents who work through lists: each gets the next one in the mode that he chose (BA-110).

Manual: he picks. Preview: the next one is shown to him and reserved for him; he calls, or the countdown of the queue
does. Automatic: shown, and called after a pause. What is shown goes back by itself: when a caller is offered, when he
goes away or his page does, and when nothing has come of it after `MOST_S`. Without an agent there is no call (BY-04):
when the countdown ends it is asked again whether he is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog

from fs_app.agents.state import AgentState, Presence, Work
from fs_app.bus import Bus
from fs_app.catalog import Catalog
from fs_app.clock import Clock, Timer
from fs_app.errors import FsAppError, Invalid, NotAllowed, NotFound
from fs_app.events import AgentNotice, CatalogChanged, Recorded
from fs_app.infos import AgentInfo, QueueInfo
from fs_app.journal import Entry
from fs_app.live import Live
from fs_app.outbound import order
from fs_app.outbound.item import RECORD, Item, Source
from fs_app.outbound.lists import Lists
from fs_app.outbound.settings import DEFAULT_MODE, MODES

log = structlog.get_logger(__name__)

MOST_S = 300.0
"""So long something is shown to an agent who does nothing; then others get it, and he picks by hand from then on."""

GRACE_S = 10.0
"""The reservation itself ends this much later: should nobody have given it back."""

SOON_S = 0.3
"""Who has just become free gets the next one after this time: a waiting caller comes first."""

UNHEARD = frozenset({"NO_ANSWER", "NO_USER_RESPONSE", "ALLOTTED_TIMEOUT", "RECOVERY_ON_TIMER_EXPIRE"})
"""Ends of the ringing of an agent's own telephone that nobody picked up."""

SETTLED = frozenset(
    {"callback.closed", "callback.moved", "callback.released", "record.over", "record.released"}
)
"""What was shown to an agent may be somebody else's affair by these."""

MOST_REMINDED = 5_000
REMIND_MS = 120_000
"""An agent is reminded of his own callbacks this long before they are due."""


def _item_of(entry: Entry) -> str:
    """What this entry is about, as an agent's page calls it; "" for anything else."""
    record = entry.data.get("record")
    return f"{RECORD}{record}" if isinstance(record, int) else entry.data.get("callback") or ""


class Workers(Protocol):
    """What is needed of agents (`agents.service`)."""

    def state(self, agent: int) -> AgentState: ...
    def set_mode(self, agent: int, mode: str, why: str = "asked") -> None: ...
    def preview(self, agent: int, item: str, until: int | None, alone: bool) -> None: ...
    def preview_over(self, agent: int, why: str) -> None: ...


class Outbound:
    def __init__(
        self,
        live: Live,
        clock: Clock,
        bus: Bus,
        catalog: Catalog,
        agents: Workers,
        sources: Sequence[Source],
        is_there: Callable[[int], bool],
        has_page: Callable[[int], bool],
        waiting: Callable[[int], int],
        connected: Callable[[int, int], bool] = lambda agent, queue: True,
        on_due: Callable[[int], None] = lambda queue: None,
    ) -> None:
        """`is_there(agent)`: his telephone can be rung now, and he looks at his page; `waiting(queue)`: how many
        callers; `connected(agent, queue)`: he makes calls for this queue (BA-20); `on_due(queue)`: the number of those
        who are to be called now has changed by time alone."""
        self._live = live
        self._clock = clock
        self._bus = bus
        self._catalog = catalog
        self._agents = agents
        self._sources = tuple(sources)
        self._is_there = is_there
        self._has_page = has_page
        self._waiting = waiting
        self._connected = connected
        self._on_due = on_due
        self._due: dict[int, int] = {}
        self._timers: dict[int, Timer] = {}
        self._lists: dict[int, Lists] = {}
        self._reminded: dict[str, int] = {}  # item → the due date that its owner was told of
        bus.subscribe(Recorded, self._changed)
        bus.subscribe(CatalogChanged, lambda _: self._lists.clear())

    # --- modes ----------------------------------------------------------------------------------------------
    def modes(self, info: AgentInfo) -> list[str]:
        """Those that his profile and one of his queues allow, in their order; manual when there is none else."""
        queues = [q for q in (self._catalog.queue(i) for i in info.queues) if q is not None]
        of_queues = {mode for queue in queues for mode in queue.outbound.modes}
        given = [mode for mode in MODES if mode in info.options.modes and mode in of_queues]
        return given or [DEFAULT_MODE]

    def mode(self, info: AgentInfo) -> str:
        """The one in force: what he chose, if it is still allowed."""
        state, allowed = self._live.agents.get(info.id), self.modes(info)
        chosen = (state.mode if state is not None else "") or DEFAULT_MODE
        return chosen if chosen in allowed else allowed[0]

    def set_mode(self, agent: int, mode: str) -> None:
        """Raises Invalid, NotFound."""
        info = self._info(agent)
        if mode not in self.modes(info):
            raise Invalid(f"mode {mode[:20]!r}", field="mode")
        before = self.mode(info)
        self._agents.set_mode(agent, mode)
        if mode != before:
            self._agents.preview_over(agent, "mode")
        self.soon(agent)

    # --- what is shown --------------------------------------------------------------------------------------
    def find(self, account: int, item: str) -> tuple[Source, Item]:
        """Raises NotFound."""
        for source in self._sources:
            found = source.find(account, item)
            if found is not None:
                return source, found
        raise NotFound(f"item {item[:50]!r}")

    def lists(self, account: int) -> Lists:
        """All that are to be called."""
        known = self._lists.get(account)
        if known is None:
            items = (i for source in self._sources for i in source.items(account))
            known = Lists(items, (source.beyond(account) for source in self._sources))
            self._lists[account] = known
        return known

    def items(self, info: AgentInfo) -> list[Item]:
        """All that this agent may see, in the order in which he works through them."""
        found = list(self.lists(info.account).of(info.id, info.queues, self.own_only))
        return order.in_order(found, self.mode(info)) if self.mode(info) == "automatic" else found

    def own_only(self, queue: int) -> bool:
        found = self._catalog.queue(queue)
        return found is not None and found.outbound.own_only

    def counters(self, info: AgentInfo) -> dict[str, Any]:
        lists = self.lists(info.account)
        return lists.counters(info.id, info.queues, self.own_only, self._clock.now_ms())

    def _changed(self, event: Recorded) -> None:
        """Nothing is written from in here: others hear of this entry after us."""
        entry = event.entry
        item, agent = _item_of(entry), entry.agent
        if entry.account is not None and item:
            self._lists.pop(entry.account, None)
            if entry.kind in SETTLED:
                self._clock.call_later(0.0, lambda: self._settled(item))
        own = entry.kind == "offer.failed" and entry.data.get("own")
        if own and agent is not None and entry.data["why"] in UNHEARD:
            self._clock.call_later(0.0, lambda: self._unheard(agent))

    def renewed(self, account: int) -> None:
        """Other records of its call lists come next."""
        self._lists.pop(account, None)

    def _settled(self, item: str) -> None:
        """It is not shown any more to who has not got it any more: he called himself, or a supervisor moved it."""
        for state in list(self._live.agents.values()):
            if state.work is not Work.PREVIEW or state.preview != item:
                continue
            try:
                his = self.find(state.account, item)[1].owner == state.id
            except NotFound:
                his = False
            if not his:
                self.leave(state.id, item, "settled")

    def _unheard(self, agent: int) -> None:
        """Whoever does not hear his own telephone is not there: nobody else of the list rings it in vain."""
        info = self._catalog.agent(agent)
        if info is not None and self.mode(info) != DEFAULT_MODE:
            self._by_hand(agent, "not_answered")

    def round(self) -> None:
        """Once a second: whoever is free gets the next one; who has an own callback soon is told."""
        for account in {state.account for state in self._live.agents.values()}:
            self._remind(self.lists(account))
        self._tell_due()
        for state in list(self._live.agents.values()):
            info = self._catalog.agent(state.id)
            if info is not None and self.lists(info.account).items and self._wants(info, state):
                self._show_next(info)

    def _tell_due(self) -> None:
        now = self._clock.now_ms()
        for queue in self._catalog.now.queues.values():
            lists = self._lists.get(queue.account)
            due = lists.due(queue.id, now) if lists is not None else 0
            if self._due.get(queue.id, 0) != due:
                self._due[queue.id] = due
                self._on_due(queue.id)

    def soon(self, agent: int) -> None:
        """He may be free for the next one."""
        info, state = self._catalog.agent(agent), self._live.agents.get(agent)
        if info is not None and state is not None and self.mode(info) != DEFAULT_MODE:
            self._clock.call_later(SOON_S, lambda: self._look(agent))

    def _look(self, agent: int) -> None:
        info, state = self._catalog.agent(agent), self._live.agents.get(agent)
        if info is not None and state is not None and self._wants(info, state):
            self._show_next(info)

    def _wants(self, info: AgentInfo, state: AgentState) -> bool:
        free = state.work is Work.IDLE and state.presence is Presence.AVAILABLE and not state.wanted
        return free and self.mode(info) != DEFAULT_MODE and self._is_there(info.id)

    def _show_next(self, info: AgentInfo) -> None:
        now, mode = self._clock.now_ms(), self.mode(info)
        someone_waits = any(self._waiting(queue) for queue in info.queues)
        for item in self.items(info):
            if not order.comes_up(item, info.id, now):
                continue
            queue = self._open(info, item, mode)
            if queue is None or (queue.outbound.inbound_first and someone_waits):
                continue
            try:
                self._show(info, item, queue, mode)
            except FsAppError as error:
                log.info("not shown", agent=info.id, item=item.id, why=str(error))
                continue
            return

    def _open(self, info: AgentInfo, item: Item, mode: str) -> QueueInfo | None:
        """The queue of an item that may be worked on in this mode now."""
        queue = self._catalog.open_queue(item.queue)
        if queue is None or queue.account != info.account or mode not in queue.outbound.modes:
            return None
        member = item.queue in info.queues and self._connected(info.id, item.queue)
        if not member and item.owner != info.id:
            return None
        return queue if self._catalog.opening(queue, self._clock.now_ms()).open else None

    def _show(self, info: AgentInfo, item: Item, queue: QueueInfo, mode: str) -> None:
        source, _ = self.find(info.account, item.id)
        now, countdown = self._clock.now_ms(), queue.outbound.countdown_s(mode)
        until = None if countdown is None else now + countdown * 1000
        longest_s = MOST_S if countdown is None else float(countdown)
        source.reserve(info.account, item.id, info.id, now + round((longest_s + GRACE_S) * 1000))
        self._agents.preview(info.id, item.id, until, alone=not queue.outbound.inbound_first)
        self._arm(info.id, longest_s)

    def over(self, agent: int, item: str) -> None:
        """It is not shown any more: called, or given back."""
        self._disarm(agent)
        for source in self._sources:
            source.give_back(item, agent)

    def leave(self, agent: int, item: str, why: str) -> None:
        """What was shown to him is settled otherwise; the next one follows."""
        state = self._live.agents.get(agent)
        if state is not None and state.work is Work.PREVIEW and state.preview == item:
            self._agents.preview_over(agent, why)
            self.soon(agent)

    # --- time -----------------------------------------------------------------------------------------------
    def rearm(self) -> None:
        """After a start: what is shown is shown still, until its time is over."""
        for state in list(self._live.agents.values()):
            if state.work is not Work.PREVIEW:
                continue
            end = state.until if state.until is not None else state.work_since + round(MOST_S * 1000)
            self._arm(state.id, max(0.0, (end - self._clock.now_ms()) / 1000))

    def _arm(self, agent: int, seconds: float) -> None:
        self._disarm(agent)
        state = self._live.agents.get(agent)
        shown = (state.preview, state.work_since) if state is not None else ("", 0)
        self._timers[agent] = self._clock.call_later(seconds, lambda: self._time_up(agent, shown))

    def _disarm(self, agent: int) -> None:
        timer = self._timers.pop(agent, None)
        if timer is not None:
            timer.cancel()

    def _time_up(self, agent: int, shown: tuple[str, int]) -> None:
        """A timer only asks: is it shown still, and is he there?"""
        self._timers.pop(agent, None)
        state = self._live.agents.get(agent)
        if state is None or state.work is not Work.PREVIEW or (state.preview, state.work_since) != shown:
            return
        if state.until is None or not self._is_there(agent):
            self._by_hand(agent, "forgotten")
            return
        try:
            source, item = self.find(state.account, state.preview)
            source.call(state.account, item.id, agent)
        except FsAppError as error:
            log.info("not called", agent=agent, item=shown[0], why=str(error))
            self._by_hand(agent, "not_called", error.key)

    def _by_hand(self, agent: int, why: str, key: str = "outbound.notice.forgotten") -> None:
        """Nobody is at work here, or it can't be done: the next one would go the same way."""
        self._agents.set_mode(agent, DEFAULT_MODE, why)
        self._agents.preview_over(agent, why)
        self._bus.publish(AgentNotice(agent, "warning", key, {}))

    def _remind(self, lists: Lists) -> None:
        now = self._clock.now_ms()
        for item in lists.soon(now, now + REMIND_MS):
            if item.owner is None or item.due_at is None or self._reminded.get(item.id) == item.due_at:
                continue
            if item.under_way or not self._has_page(item.owner):
                continue
            self._reminded[item.id] = item.due_at
            minutes = max(1, round((item.due_at - now) / 60_000))
            who = item.name or (item.numbers[0] if item.numbers else "")
            params = {"n": minutes, "who": who}
            self._bus.publish(AgentNotice(item.owner, "info", "outbound.notice.soon", params))
        if len(self._reminded) > MOST_REMINDED:
            self._reminded = {i: at for i, at in self._reminded.items() if at > now}

    def _info(self, agent: int) -> AgentInfo:
        info = self._catalog.agent(agent)
        if info is None:
            raise NotFound(f"agent {agent}")
        return info

    def skip(self, agent: int, item: str, reason: str) -> None:
        """He passes over what is shown to him. Raises NotFound, NotAllowed, Invalid (a reason is needed)."""
        info, state = self._info(agent), self._agents.state(agent)
        source, found = self.find(info.account, item)
        queue = self._catalog.queue(found.queue)
        if state.preview != item:
            raise NotFound(f"item {item[:50]!r} is not shown to agent {agent}")
        if queue is not None and not queue.outbound.may_skip:
            raise NotAllowed("this queue lets nobody pass over anything")
        if queue is not None and queue.outbound.skip_reason and not reason.strip():
            raise Invalid("why it is passed over", field="reason")
        source.skip(info.account, item, agent, reason)
        self._agents.preview_over(agent, "skipped")
        self.soon(agent)
