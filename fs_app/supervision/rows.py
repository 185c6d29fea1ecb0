"""One row of the supervisor's page for each queue, agent and call: plain values, made of the live state alone.

Times are UTC ms: the page counts by itself, so that nothing is sent while nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fs_app.agents.state import AgentState, Work
from fs_app.calls.stages import IN_CONVERSATION, Stage
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.infos import AgentInfo, QueueInfo
from fs_app.supervision.scope import Scope
from fs_app.supervision.today import Figures

Row = dict[str, Any]


def queue_row(
    queue: QueueInfo,
    is_open: bool,
    waiting: int,
    longest_since: int | None,
    states: Mapping[str, int],
    today: Figures,
    records: Mapping[str, int] | None = None,
) -> Row:
    """`states`: how many of its agents are in each state that people see; `records`: what its call lists have (HN-401),
    None: it has none."""
    return {
        "id": queue.id,
        "name": queue.name,
        "open": is_open,
        "waiting": waiting,
        "longest_since": longest_since,
        "states": {state: number for state, number in states.items() if number},
        "answered": today.answered,
        "abandoned": today.abandoned,
        "service": today.percent,
        "target": {"s": queue.service_s, "percent": queue.service_percent},
        "records": dict(records) if records is not None else None,
    }


def agent_row(
    catalog: Catalog,
    info: AgentInfo,
    state: AgentState,
    call: Call | None,
    registered: bool,
    today: Mapping[str, int],
) -> Row:
    """`call` is the one he is busy with. `can`: what may be asked for him now."""
    reason = catalog.now.reasons.get(state.reason or 0)
    shown = state.shown
    row: Row = {
        "id": info.id,
        "name": info.name,
        "number": info.number,
        "queues": list(info.queues),
        "state": shown,
        "since": state.shown_since,
        "until": state.until if state.work in (Work.INTER_CALL, Work.NO_ANSWER_DELAY) else None,
        "reason": reason.label if reason is not None and shown == "UNAVAILABLE" else "",
        "wanted": state.wanted,
        "registered": registered,
        "taken": today["taken"],
        "missed": today["missed"],
        "call": None,
        "queue": None,
        "party": "",
        "party_name": "",
        "line": "",
        "can": _can(state, call),
    }
    if call is not None and call.stage is not Stage.ENDED:
        leg, beside = call.leg_of(info.id), call.line_of(info.id)
        row |= {
            "call": call.id,
            "queue": call.queue,
            "party": call.caller_number,
            "party_name": call.contact_name or call.caller_name,
            "line": str(call.stage) if leg is not None else str(beside.state) if beside is not None else "",
        }
    return row


def _can(state: AgentState, call: Call | None) -> list[str]:
    if state.shown == "LOGGED_OUT":
        return []
    can = ["log_out"] if state.wanted != "log_out" else []
    if state.presence == "AVAILABLE" and state.wanted != "unavailable":
        can.append("unavailable")
    if state.presence == "UNAVAILABLE" or state.wanted:
        can.append("available")
    if state.work in (Work.INTER_CALL, Work.NO_ANSWER_DELAY):
        can.append("end_delay")
    his = call is not None and call.agent == state.id
    if his and call is not None and call.stage in IN_CONVERSATION and state.work is Work.ACTIVE:
        can.append("listen")
    return can


def call_row(catalog: Catalog, call: Call) -> Row:
    """`place` orders the line: the smaller pair is served first. `more`: how many others it rings besides `agent`."""
    asked = [leg.agent for leg in call.asked_legs if leg.agent is not None]
    info = catalog.agent(asked[0]) if asked else None
    return {
        "id": call.id,
        "queue": call.queue,
        "stage": str(call.stage),
        "since": call.stage_since,
        "started_at": call.started_at,
        "queued_at": call.queued_at,
        "number": call.caller_number,
        "name": call.contact_name or call.caller_name,
        "agent": info.id if info is not None else None,
        "agent_name": info.name if info is not None else "",
        "more": max(0, len(asked) - 1),
        "place": [-call.priority, call.ticket or 0] if call.stage is Stage.WAITING else None,
    }


def within(scope: Scope, row: Row) -> Row:
    """An agent's row for this scope: of a call of somebody else's queue nothing but that there is one."""
    if scope.queues is None or row["call"] is None or scope.has_queue(row["queue"]):
        return row
    can = [name for name in row["can"] if name != "listen"]
    return {**row, "call": None, "queue": None, "party": "", "party_name": "", "line": "", "can": can}


def colleague(scope: Scope, row: Row) -> Row | None:
    """An agent's row for those who work beside him in one of the scope's queues: no customer, no figures (BA-70)."""
    shared = [queue for queue in row["queues"] if scope.has_queue(queue)]
    if not shared:
        return None
    return {name: row[name] for name in ("id", "name", "number", "state", "since", "reason")} | {
        "queues": shared
    }
