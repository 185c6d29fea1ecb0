"""The live pictures of supervision: who is watched, what has changed, told together four times a second.

Nothing is done while something happens but to note whose row has changed. The rows are made afterwards, once for
all who watch an account, and only what differs from the last time is told. While nobody watches an account
nothing at all is done for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fs_app.agents.state import AgentState
from fs_app.bus import Bus
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.events import BoardChanged, CatalogChanged, PhoneState, Recorded, SwitchState
from fs_app.infos import AgentInfo, QueueInfo
from fs_app.live import Live
from fs_app.phones import Phones
from fs_app.queues.service import Queues
from fs_app.supervision.rows import Row, agent_row, call_row, colleague, queue_row, within
from fs_app.supervision.scope import Scope
from fs_app.supervision.today import QueuesToday

TOLD_EVERY_S = 0.25
"""At most one message in this time for each who watches."""

FIRST_AFTER_S = 0.02
"""After a quiet time: what belongs to one thing that happens is a handful of journal entries."""

ROWS_AT_ONCE = 40
"""Rows made without giving way: a millisecond or two."""

OPENING_FOR_S = 15.0
"""Whether a queue is open is believed this long."""

ALL = ("queues", "agents", "calls")

SOURCE = {"team": "agents"}
"""What colleagues see of each other is made of the agents' rows."""


@dataclass(slots=True)
class _Account:
    """The rows as they were last told, and what has changed since."""

    watchers: int = 0
    seq: int = 0
    queues: dict[int, Row] = field(default_factory=dict)
    agents: dict[int, Row] = field(default_factory=dict)
    calls: dict[str, Row] = field(default_factory=dict)
    states: dict[int, Counter[str]] = field(default_factory=dict)  # queue → state → agents
    dirty_queues: set[int] = field(default_factory=set)
    dirty_agents: set[int] = field(default_factory=set)
    dirty_calls: set[str] = field(default_factory=set)
    whole: bool = False  # configuration or link have changed: everybody gets everything


@dataclass(frozen=True, slots=True)
class Changes:
    """Of one account: kind → identifier → (row before, row now); None: there was none, or it is gone."""

    seq: int
    at: int
    rows: Mapping[str, Mapping[Any, tuple[Row | None, Row | None]]]

    def cut(self, scope: Scope, parts: tuple[str, ...] = ALL) -> dict[str, Any] | None:
        """What somebody with this scope is told; None: nothing of his has changed."""
        said: dict[str, Any] = {}
        gone: dict[str, list[Any]] = {}
        for kind in parts:
            for key, (before, now) in self.rows.get(SOURCE.get(kind, kind), {}).items():
                seen_before, seen = _seen(scope, kind, before), _seen(scope, kind, now)
                if seen is not None and seen != seen_before:
                    said.setdefault(kind, []).append(seen)
                elif seen is None and seen_before is not None:
                    gone.setdefault(kind, []).append(key)
        if not said and not gone:
            return None
        return {"seq": self.seq, "at": self.at, **said, **({"gone": gone} if gone else {})}


class Board:
    def __init__(
        self,
        live: Live,
        clock: Clock,
        bus: Bus,
        catalog: Catalog,
        queues: Queues,
        phones: Phones,
        agent_today: Callable[[int, int], Mapping[str, int]],
        today: QueuesToday,
        records: Callable[[int], Mapping[str, int] | None] = lambda queue: None,
    ) -> None:
        """`agent_today(agent, account)`: his figures of the day; `records(queue)`: what its call lists have."""
        self._live = live
        self._clock = clock
        self._bus = bus
        self._catalog = catalog
        self._queues = queues
        self._phones = phones
        self._agent_today = agent_today
        self._today = today
        self._records = records
        self._accounts: dict[int, _Account] = {}
        self._opening: dict[int, tuple[float, bool]] = {}
        self._switch = SwitchState(False, clock.now_ms(), "")
        self._timer_on = False
        self._told_at = float("-inf")
        bus.subscribe(Recorded, self._on_recorded)
        bus.subscribe(PhoneState, self._on_phone)
        bus.subscribe(CatalogChanged, lambda _: self._all_anew())
        bus.subscribe(SwitchState, self._on_switch)

    # --- who watches ----------------------------------------------------------------------------------------
    def watch(self, account: int) -> None:
        """Somebody looks at this account: each `watch` has its `unwatch`."""
        board = self._accounts.get(account)
        if board is None:
            board = self._accounts[account] = _Account(seq=self._clock.now_ms())
            self._build(account, board)
        board.watchers += 1

    def unwatch(self, account: int) -> None:
        board = self._accounts[account]
        board.watchers -= 1
        if not board.watchers:
            del self._accounts[account]

    def snapshot(self, scope: Scope, parts: tuple[str, ...] = ALL) -> dict[str, Any]:
        """All that somebody with this scope sees, as it was told last: what follows are changes of it.

        The account must be watched.
        """
        board = self._accounts[scope.account]
        rows: dict[str, dict[Any, Row]] = {
            "queues": board.queues,
            "agents": board.agents,
            "calls": board.calls,
        }
        said = {
            kind: [
                s
                for row in rows[SOURCE.get(kind, kind)].values()
                if (s := _seen(scope, kind, row)) is not None
            ]
            for kind in parts
        }
        return {
            "full": True,
            "seq": board.seq,
            "at": self._clock.now_ms(),
            "switch": {"up": self._switch.up, "since": self._switch.since_ms},
            **said,
        }

    def look_again(self) -> None:
        """What changes without an event: midnight. Call it now and then."""
        for account, board in self._accounts.items():
            board.dirty_queues.update(board.queues)
            board.dirty_queues.update(self._queues_of(account))
        self._soon()

    def queue_changed(self, account: int, queue: int) -> None:
        """What its call lists have is counted anew."""
        board = self._accounts.get(account)
        if board is not None:
            board.dirty_queues.add(queue)
            self._soon()

    # --- what happens: only notes are taken -----------------------------------------------------------------
    def _on_recorded(self, event: Recorded) -> None:
        entry = event.entry
        if entry.kind in ("queue.opened", "queue.closed"):
            self._opening.pop(entry.data["queue"], None)
        board = self._accounts.get(entry.account or 0)
        if board is None:
            return
        if entry.kind in ("queue.opened", "queue.closed"):
            board.dirty_queues.add(entry.data["queue"])
        if entry.agent is not None:
            board.dirty_agents.add(entry.agent)
        if entry.call is not None:
            board.dirty_calls.add(entry.call)
            call = self._live.calls.get(entry.call)
            if call is not None:
                self._note_call(board, call)
            if entry.kind == "call.overflowed":
                board.dirty_queues.add(entry.data["queue"])
            row = board.calls.get(entry.call)
            if row is not None and row["queue"] is not None:
                board.dirty_queues.add(row["queue"])
        self._soon()

    @staticmethod
    def _note_call(board: _Account, call: Call) -> None:
        if call.queue is not None:
            board.dirty_queues.add(call.queue)
        if call.agent is not None:
            board.dirty_agents.add(call.agent)
        board.dirty_agents.update(leg.agent for leg in call.asked_legs if leg.agent is not None)

    def _on_phone(self, event: PhoneState) -> None:
        agent = self._catalog.phone(event.user, event.domain)
        info = self._catalog.agent(agent) if agent is not None else None
        board = self._accounts.get(info.account) if info is not None else None
        if board is not None and agent is not None:
            board.dirty_agents.add(agent)
            self._soon()

    def _on_switch(self, event: SwitchState) -> None:
        self._switch = event
        self._all_anew()

    def _all_anew(self) -> None:
        self._opening.clear()
        for account, board in self._accounts.items():
            board.whole = True
            infos = self._catalog.now.agents.values()
            board.dirty_agents.update(board.agents, (i.id for i in infos if i.account == account))
            board.dirty_calls.update(board.calls, self._calls_of(account))
            board.dirty_queues.update(board.queues, self._queues_of(account))
        self._soon()

    def _soon(self) -> None:
        if not self._timer_on and self._accounts:
            self._timer_on = True
            wait = self._told_at + TOLD_EVERY_S - self._clock.monotonic()
            self._clock.call_later(max(FIRST_AFTER_S, wait), self._tell)

    # --- telling --------------------------------------------------------------------------------------------
    def _tell(self) -> None:
        """Make the rows that are due, a piece at a time; what remains follows after the others had their turn."""
        self._told_at = self._clock.monotonic()
        left = ROWS_AT_ONCE
        for account, board in list(self._accounts.items()):
            left = self._tell_account(account, board, left)
        self._timer_on = False
        if any(b.dirty_agents or b.dirty_calls or b.dirty_queues or b.whole for b in self._accounts.values()):
            self._timer_on = True
            self._clock.call_later(0.0 if left <= 0 else TOLD_EVERY_S, self._tell)

    def _tell_account(self, account: int, board: _Account, left: int) -> int:
        changed: dict[str, dict[Any, tuple[Row | None, Row | None]]] = {k: {} for k in ALL}
        while board.dirty_agents and left > 0:
            left -= 1
            agent = board.dirty_agents.pop()
            _swap(board.agents, agent, self._agent_row(account, agent), changed["agents"])
            self._count(board, *changed["agents"].get(agent, (None, None)))
        while board.dirty_calls and left > 0:
            left -= 1
            call = board.dirty_calls.pop()
            _swap(board.calls, call, self._call_row(account, call), changed["calls"])
        while board.dirty_queues and left > 0 and not board.dirty_agents:
            left -= 1
            queue = board.dirty_queues.pop()
            _swap(board.queues, queue, self._queue_row(account, board, queue), changed["queues"])
        if board.whole:
            if not (board.dirty_agents or board.dirty_calls or board.dirty_queues):
                board.whole = False
                board.seq += 1
                self._bus.publish(BoardChanged(account, None))
        elif any(changed.values()):
            board.seq += 1
            self._bus.publish(BoardChanged(account, Changes(board.seq, self._clock.now_ms(), changed)))
        return left

    def _build(self, account: int, board: _Account) -> None:
        """Everything, as it is now, for the first who watches."""
        for info in self._catalog.now.agents.values():
            if info.account == account:
                row = board.agents[info.id] = self._row_of(info)
                self._count(board, None, row)
        for call in self._calls_of(account):
            row_now = self._call_row(account, call)
            if row_now is not None:
                board.calls[call] = row_now
        made = {queue: self._queue_row(account, board, queue) for queue in self._queues_of(account)}
        board.queues = {queue: row for queue, row in made.items() if row is not None}
        board.dirty_queues.clear()

    @staticmethod
    def _count(board: _Account, before: Row | None, now: Row | None) -> None:
        if before and now and before["state"] == now["state"] and before["queues"] == now["queues"]:
            return
        for row, change in ((before, -1), (now, 1)):
            if row is None:
                continue
            for queue in row["queues"]:
                board.states.setdefault(queue, Counter())[row["state"]] += change
                board.dirty_queues.add(queue)

    # --- rows -----------------------------------------------------------------------------------------------
    def _calls_of(self, account: int) -> list[str]:
        return [call.id for call in self._live.calls.values() if call.account == account]

    def _queues_of(self, account: int) -> list[int]:
        return [q.id for q in self._catalog.now.queues.values() if q.account == account] + [
            q.id
            for q in self._catalog.now.closed_queues.values()
            if q.account == account and self._queues.length(q.id)
        ]

    def _queue_row(self, account: int, board: _Account, queue: int) -> Row | None:
        info = self._catalog.queue(queue)
        waiting = self._queues.length(queue)
        if info is None or info.account != account:
            return None
        if self._catalog.open_queue(queue) is None and not waiting:
            return None  # deactivated, and its last caller is served
        return queue_row(
            info,
            self._open_now(info),
            waiting,
            self._queues.longest_since(queue),
            board.states.get(queue, {}),
            self._today.figures(account, queue, info.service_s),
            self._records(queue),
        )

    def _open_now(self, queue: QueueInfo) -> bool:
        """Asked of the wall clock once in a while only: it changes a few times a day."""
        now = self._clock.monotonic()
        checked, is_open = self._opening.get(queue.id, (float("-inf"), False))
        if now - checked >= OPENING_FOR_S:
            is_open = self._catalog.opening(queue, self._clock.now_ms()).open
            self._opening[queue.id] = (now, is_open)
        return is_open

    def _agent_row(self, account: int, agent: int) -> Row | None:
        info = self._catalog.agent(agent)
        return self._row_of(info) if info is not None and info.account == account else None

    def _row_of(self, info: AgentInfo) -> Row:
        state = self._live.agents.get(info.id) or AgentState(info.id, info.account)
        return agent_row(
            self._catalog,
            info,
            state,
            self._live.calls.get(state.call or ""),
            self._phones.contact(info.number, info.domain) is not None,
            self._agent_today(info.id, info.account),
        )

    def _call_row(self, account: int, call: str) -> Row | None:
        found = self._live.calls.get(call)
        if found is None or found.account != account or found.stage is Stage.ENDED:
            return None
        return call_row(self._catalog, found)


def _swap(
    rows: dict[Any, Row], key: Any, now: Row | None, changed: dict[Any, tuple[Row | None, Row | None]]
) -> None:
    before = rows.get(key)
    if before == now:
        return
    if now is None:
        del rows[key]
    else:
        rows[key] = now
    changed[key] = (before, now)


def _seen(scope: Scope, kind: str, row: Row | None) -> Row | None:
    """The row as this scope sees it, None when it does not."""
    if kind == "team":
        return colleague(scope, row) if row is not None else None
    if row is None or scope.queues is None:
        return row
    if kind == "agents":
        return within(scope, row) if not scope.queues.isdisjoint(row["queues"]) else None
    return row if scope.has_queue(row["id"] if kind == "queues" else row["queue"]) else None
