"""The live state of everything: a fold over the journal.

`record` is the one way to change it: append to the journal, apply, tell the bus. A start replays the newest
journal file through the same `_apply`.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import asdict
from typing import Any

import structlog

from fs_app.agents import state as agents
from fs_app.bus import Bus
from fs_app.callbacks import state as callbacks
from fs_app.calls import evolving
from fs_app.calls import state as calls
from fs_app.clock import Clock
from fs_app.events import Recorded
from fs_app.journal import CHECKPOINT, Entry, Journal
from fs_app.listwork import state as records

log = structlog.get_logger(__name__)

CALLS_SOMEBODY = frozenset({"call.dialled", "call.diverted", "line.dialled", "line.joined"})
"""Entries that name a leg of the call; a line to a queue has none before somebody of it has picked up."""

FINISHED_KEPT = 20_000
FINISHED_IN_CHECKPOINT = 2_000
"""Enough for the call records that the switch may still write about calls that are over."""

BELIEVED_MS = 24 * 3600 * 1000
"""A time that the switch gives is believed when it is at most this far in the past."""


class Live:
    def __init__(self, journal: Journal, clock: Clock, bus: Bus) -> None:
        self._journal = journal
        self._clock = clock
        self._bus = bus
        self.calls: dict[str, calls.Call] = {}
        self.agents: dict[int, agents.AgentState] = {}
        self.callbacks: dict[str, callbacks.Callback] = {}  # open and reserved ones
        self.records: dict[int, records.Held] = {}  # of call lists: those that somebody has
        self.tickets: dict[int, int] = {}  # queue → last ticket given
        self.turns: dict[int, int] = {}  # queue → agent who was asked last
        self.legs: dict[str, str] = {}  # leg → call
        self.core_uuid = ""
        self.replayed = 0
        self.finished: OrderedDict[str, int] = OrderedDict()  # calls that are over, the latest: → account
        self.unclosed: dict[str, calls.Unclosed] = {}  # recordings of calls that are over

    # --- changing -------------------------------------------------------------------------------------------
    def record(
        self,
        kind: str,
        /,
        *,
        account: int | None = None,
        call: str | None = None,
        agent: int | None = None,
        at: int | None = None,
        **data: Any,
    ) -> Entry:
        """Write down that something happened, and make it so. `at` (UTC ms) only for what happened earlier."""
        if agent is not None:
            data["agent"] = agent
        entry = self._journal.append(kind, account, call, agent, data, self.believed(at))
        self._apply(entry)
        self._bus.publish(Recorded(entry))
        rotated = self._journal.rotate_if_due(self.checkpoint)
        if rotated is not None:
            self._bus.publish(Recorded(rotated))
        return entry

    def begin_file(self) -> int:
        """The journal goes on in a new file, which begins with a picture of everything; returns its first number. Older
        files are needed by no start from then on."""
        entry = self._journal.begin(self.checkpoint())
        self._bus.publish(Recorded(entry))
        return entry.id

    def believed(self, at: int | None) -> int:
        """A time that the switch gives (UTC ms), or now when it can't be right."""
        now = self._clock.now_ms()
        return at if at is not None and now - BELIEVED_MS < at <= now else now

    @property
    def last_id(self) -> int:
        """The number of the last entry."""
        return self._journal.last_id

    def sync(self) -> int:
        """Bring the journal to the disk itself (blocks: in a thread); returns the last number that is there."""
        self._journal.sync()
        return self._journal.synced_id

    def agent(self, agent: int, account: int, since: int | None = None) -> agents.AgentState:
        """The state of an agent, logged out when nothing is known."""
        if agent not in self.agents:
            since = self._clock.now_ms() if since is None else since
            self.agents[agent] = agents.AgentState(agent, account, presence_since=since)
        return self.agents[agent]

    def call_of(self, leg: str) -> calls.Call | None:
        return self.calls.get(self.legs.get(leg, ""))

    def _apply(self, entry: Entry) -> None:
        kind = entry.kind
        if kind == "call.started":
            if entry.call in self.calls:
                return  # it lives already: its legs and its place are not forgotten for a line written twice
            call = evolving.started(entry)
            self.calls[call.id] = call
            self.legs[call.id] = call.id
            self._callback(entry)
            self._record_of_list(entry)
            return
        if kind == "switch.up":
            self.core_uuid = entry.data["core_uuid"]
            return
        if kind.startswith("agent.") and entry.agent is not None and entry.account is not None:
            agents.evolve(self.agent(entry.agent, entry.account, entry.at), entry)
        elif kind in ("recording.stopped", "recording.failed"):
            self.unclosed.pop(entry.data["recording"], None)
        self._callback(entry)
        self._record_of_list(entry)
        found = self.calls.get(entry.call or "")
        if found is None:
            return
        evolving.evolve(found, entry)
        if kind == "call.queued":
            self.tickets[entry.data["queue"]] = max(
                entry.data["ticket"], self.tickets.get(entry.data["queue"], 0)
            )
        elif kind in CALLS_SOMEBODY and entry.data["leg"]:
            self.legs[entry.data["leg"]] = found.id
        elif kind == "offer.made":
            self.legs[entry.data["leg"]] = found.id
            if found.queue is not None:
                self.turns[found.queue] = entry.data["agent"]
        elif kind in ("call.ended", "call.disposed", "call.qualify_dropped", "leg.ended") and found.over:
            self._forget_if_finished(found)

    def _callback(self, entry: Entry) -> None:
        name = entry.data.get("callback")
        if not name:
            return
        if entry.kind == "callback.opened":
            self.callbacks.setdefault(name, callbacks.opened(entry))
            return
        found = self.callbacks.get(name)
        if found is not None:
            callbacks.evolve(found, entry)
            if found.state not in callbacks.LIVE:
                del self.callbacks[name]

    def _record_of_list(self, entry: Entry) -> None:
        name = entry.data.get("record")
        if not isinstance(name, int):
            return
        held = self.records.get(name)
        if held is None:
            if entry.kind not in records.BEGINS:
                return
            held = self.records[name] = records.begun(entry)
        records.evolve(held, entry)
        if held.state is records.State.OVER:
            del self.records[name]

    def _forget_if_finished(self, call: calls.Call) -> None:
        if call.ended_at is not None and not any(leg.live for leg in call.legs.values()):
            for leg in call.legs:
                if self.legs.get(leg) == call.id:  # a permanent line may be in another call by now
                    del self.legs[leg]
            self.calls.pop(call.id, None)
            if call.recording is not None:
                left = calls.unclosed(call, call.recording, call.ended_at)
                self.unclosed[left.id] = left
            self.finished[call.id] = call.account
            while len(self.finished) > FINISHED_KEPT:
                self.finished.popitem(last=False)

    def next_ticket(self) -> int:
        """Order in the queues: a number that only rises, also over restarts. One series for all of them, so that
        who goes on to another queue keeps his place by it, and an agent of several takes callers in order."""
        return max(self.tickets.values(), default=0) + 1

    # --- starting -------------------------------------------------------------------------------------------
    def checkpoint(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "calls": [calls.dump(c) for c in self.calls.values()],
            "agents": [agents.dump(a) for a in self.agents.values()],
            "callbacks": [callbacks.dump(c) for c in self.callbacks.values()],
            "records": [records.dump(r) for r in self.records.values()],
            "tickets": {str(q): t for q, t in self.tickets.items()},
            "turns": {str(q): a for q, a in self.turns.items()},
            "core_uuid": self.core_uuid,
            "finished": list(self.finished.items())[-FINISHED_IN_CHECKPOINT:],
            "unclosed": [asdict(r) for r in self.unclosed.values()],
        }

    def replay(self) -> int:
        """Rebuild the state from the journal; returns the number of the last entry."""
        last = 0
        for entry in self._journal.newest():
            if entry.id <= last:
                continue  # written twice around a full disk
            last = entry.id
            self.replayed += 1
            try:
                if entry.kind == CHECKPOINT:
                    self._load(entry.data)
                else:
                    self._apply(entry)
            except (KeyError, ValueError, TypeError, AssertionError):
                log.exception("journal entry not understood", entry=entry.id, kind=entry.kind)
        self._journal.last_id = max(self._journal.last_id, last)
        return last

    def _load(self, data: dict[str, Any]) -> None:
        self.calls = {c.id: c for c in map(calls.load, data["calls"])}
        self.agents = {a.id: a for a in map(agents.load, data["agents"])}
        self.callbacks = {c.id: c for c in map(callbacks.load, data.get("callbacks", []))}
        self.records = {r.known.id: r for r in map(records.load, data.get("records", []))}
        self.tickets = {int(q): t for q, t in data["tickets"].items()}
        self.turns = {int(q): a for q, a in data.get("turns", {}).items()}
        self.legs = {leg: c.id for c in self.calls.values() for leg in c.legs}
        self.legs |= {leg.id: c.id for c in self.calls.values() for leg in c.legs.values() if leg.live}
        self.core_uuid = data["core_uuid"]
        self.finished = OrderedDict((call, account) for call, account in data.get("finished", []))
        self.unclosed = {r["id"]: calls.Unclosed(**r) for r in data.get("unclosed", [])}
