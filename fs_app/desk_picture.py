"""What an agent's page shows, made from the live state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fs_app.agents.reach import How
from fs_app.agents.service import Agents
from fs_app.agents.state import INBOUND, OUTBOUND, TIMED, AgentState, Work
from fs_app.agents.ticks import connected
from fs_app.agents.today import Today
from fs_app.calls import lines_shown
from fs_app.calls.service import Calls
from fs_app.calls.stages import Stage
from fs_app.calls.state import INTERNAL, Call, Leg
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import NotFound
from fs_app.events import (
    SwitchState,
)
from fs_app.infos import AgentInfo
from fs_app.live import Live
from fs_app.outbound.desk import OutboundDesk
from fs_app.outgoing.progress import Progress
from fs_app.phones import Phones
from fs_app.queues.alerts import level
from fs_app.queues.service import Queues

WANTED = {"log_out": "LOGGED_OUT", "unavailable": "UNAVAILABLE", "back_office": "BACK_OFFICE"}
"""What an agent asked for, as his page has it."""


class Pictures:
    def __init__(
        self,
        live: Live,
        clock: Clock,
        catalog: Catalog,
        agents: Agents,
        calls: Calls,
        queues: Queues,
        phones: Phones,
        today: Today,
        heard_by: Callable[[int], dict[str, Any] | None],
        popped: Callable[[Call, int], dict[str, Any]],
        outbound: OutboundDesk | None = None,
        progress: Progress | None = None,
    ) -> None:
        """`heard_by(agent)`: the supervisor who speaks to him (`name`, `mode` whisper or barge). `popped(call, agent)`:
        what opens on his page for this call, and who was asked about it."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._agents = agents
        self._calls = calls
        self._queues = queues
        self._phones = phones
        self._today = today
        self._heard_by = heard_by
        self._popped = popped
        self._outbound = outbound
        self._progress = progress

    def of(self, agent: int, seq: int, switch: SwitchState) -> dict[str, Any]:
        """All of it, numbered `seq`. Raises NotFound."""
        info = self._catalog.agent(agent)
        if info is None:
            raise NotFound(f"agent {agent}")
        state = self._agents.state(agent)
        call = self._live.calls.get(state.call or "")
        return {
            "seq": seq,
            "at": self._clock.now_ms(),
            "agent": {"id": agent, "name": info.name, "number": info.number},
            "presence": self._presence(state),
            "state": {"name": state.shown, "since": state.shown_since, "until": self._until(state)},
            "phone": {
                "registered": self._phones.contact(info.number, info.domain) is not None,
                "how": str(state.reach.how),
                "number": info.number if state.reach.how is How.OWN else state.reach.number,
                "proven": state.reach.proven,
            },
            "line_open": self._line_open(info, state),
            "switch": {"up": switch.up, "since": switch.since_ms},
            "lines": self._lines(call, agent),
            "work": self._work(call, state),
            "dialling": self._progress.picture(agent) if self._progress is not None else None,
            "supervisor": self._heard_by(agent),
            "today": self._today.figures(agent, info.account),
            "queues": self.queue_rows(info),
            "outbound": self._outbound.picture(info, state) if self._outbound else None,
            "reasons": [{"id": r.id, "label": r.label} for r in self._catalog.reasons(info.account)],
        }

    @staticmethod
    def _line_open(info: AgentInfo, state: AgentState) -> dict[str, Any] | None:
        """His permanent line: `state` CLOSED, RINGING or OPEN, since when, `why` it is closed; None: he has none."""
        if not info.permanent_line:
            return None
        return {"state": str(state.line.state), "since": state.line.since, "why": state.line.why}

    @staticmethod
    def _until(state: AgentState) -> int | None:
        return state.until if state.work in TIMED or state.work is Work.PREVIEW else None

    def _presence(self, state: AgentState) -> dict[str, Any]:
        wanted = None
        if state.wanted:
            name = WANTED.get(state.wanted, "UNAVAILABLE")
            wanted = {"name": name, "reason": self._reason(state.wanted_reason)}
        return {
            "name": str(state.presence),
            "reason": self._reason(state.reason),
            "since": state.presence_since,
            "wanted": wanted,
            "set_aside": state.set_aside or None,
        }

    def _reason(self, reason: int | None) -> dict[str, Any] | None:
        info = self._catalog.now.reasons.get(reason or 0)
        return {"id": info.id, "label": info.label} if info else None

    def _lines(self, call: Call | None, agent: int) -> list[dict[str, Any]]:
        asked = call.line_of(agent) if call is not None else None
        if call is not None and asked is not None:
            return lines_shown.of_colleague(call, asked, self._named)
        leg = call.leg_of(agent) if call is not None else None
        if call is None or leg is None:
            return []
        info, his = self._catalog.agent(agent), call.taken_by == leg.id
        denied = info.denied if info is not None else frozenset()
        beside = lines_shown.beside(call, denied) if his else []
        if call.stage is Stage.STAYING:
            return beside
        state, since, can = self._line_state(call, leg)
        return [
            {
                "kind": "customer",
                "party": self._party(call),
                "muted": leg.muted,
                "consulted_by": None,
                "id": leg.id,
                "call": call.id,
                "state": state,
                "since": since,
                "number": call.caller_number,
                "name": call.contact_name or call.caller_name,
                "queue": self._queue(call),
                "recording": bool(call.recording and call.recording.running and not call.recording_silent),
                "record": self._calls.recording_state(call),
                "callback": bool(call.callback),
                "can": [*can, *(self._own_can(call, denied) if his else [])],
            },
            *beside,
        ]

    def _own_can(self, call: Call, denied: frozenset[str]) -> list[str]:
        own = [*self._calls.recording_can(call), *self._calls.capture_can(call)]
        return [*own, *lines_shown.customer_can(call, denied)]

    def _named(self, agent: int | None) -> dict[str, Any] | None:
        info = self._catalog.agent(agent or 0)
        return {"id": info.id, "name": info.name} if info is not None else None

    @staticmethod
    def _line_state(call: Call, leg: Leg) -> tuple[str, int, list[str]]:
        if call.stage is Stage.TALKING:
            return "TALKING", call.stage_since, ["hang_up", "hold"]
        if call.stage is Stage.HELD:
            return "HELD", call.stage_since, ["hang_up"] if call.capture else ["hang_up", "resume"]
        if call.stage is Stage.CONFERENCE:
            return "CONFERENCE", call.stage_since, ["hang_up"]
        if call.stage is Stage.DIALING:
            return "DIALING", call.stage_since, ["hang_up"]
        if call.is_own(leg.agent):
            return "DIALING", leg.created_at, ["hang_up"]
        if leg.answered_at is None:
            return "RINGING", leg.created_at, ["hang_up"]
        return "TALKING", leg.answered_at, ["hang_up"]

    @staticmethod
    def _party(call: Call) -> dict[str, Any]:
        """Whom the call is with: a customer, or the colleague who is about to be called."""
        if call.direction == INTERNAL:
            return {"kind": "agent", "id": call.to_agent, "name": call.caller_name}
        return {"kind": "customer", "id": call.contact, "name": call.contact_name or call.caller_name}

    def _work(self, call: Call | None, state: AgentState) -> dict[str, Any] | None:
        if call is None or call.line_of(state.id) is not None:
            return None  # a colleague who is asked: it is not his
        if call.direction == INTERNAL:
            return None
        queue = self._catalog.queue(call.queue)
        chosen = self._catalog.disposition(call.disposition)
        return {
            "call": call.id,
            "direction": call.direction,
            "queue": self._queue(call),
            "number": call.caller_number,
            "name": call.contact_name or call.caller_name,
            "contact": call.contact,
            "disposition_set": queue.disposition_set if queue else None,
            "must_qualify": call.must_qualify,
            "ended": call.agent_done,
            "disposition": {"id": chosen.id, "label": chosen.label} if chosen else None,
            "note": call.note,
            "capture": self._calls.capture_state(call),
            **self._popped(call, state.id),
        }

    def _queue(self, call: Call) -> dict[str, Any] | None:
        queue = self._catalog.queue(call.queue)
        return {"id": queue.id, "name": queue.name} if queue else None

    def queue_rows(self, info: AgentInfo) -> list[dict[str, Any]]:
        """His queues: who waits, whom to call, whether he takes part."""
        rows = []
        due = self._outbound.to_call(info.account) if self._outbound else {}
        for queue_id in info.queues:
            queue = self._catalog.queue(queue_id)
            if queue is not None and (self._catalog.open_queue(queue_id) or self._queues.length(queue_id)):
                told, state = info.options.sees_waiting, self._live.agents.get(info.id)
                waiting = self._queues.length(queue.id)
                to_call = due.get(queue.id, 0)
                rows.append(
                    {
                        "id": queue.id,
                        "name": queue.name,
                        "waiting": waiting if told else None,
                        "longest_since": self._queues.longest_since(queue.id) if told else None,
                        "callbacks": to_call,
                        "inbound": connected(info, state, queue_id, INBOUND),
                        "outbound": connected(info, state, queue_id, OUTBOUND),
                        "alert": {
                            "waiting": level(waiting, queue.alert_waiting) if told else "",
                            "callbacks": level(to_call, queue.alert_callbacks),
                        },
                    }
                )
        return rows
