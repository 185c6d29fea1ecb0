"""What opens on an agent's page for a call (BA-80, BA-81), from his queue's settings. Pure."""

from __future__ import annotations

from typing import Any

from fs_app.calls.state import Call
from fs_app.infos import AgentInfo, QueueInfo
from fs_app.queues.popping import filled


def values(call: Call, queue: QueueInfo | None, agent: AgentInfo | None) -> dict[str, str]:
    """What the places of an address stand for; a menu's variable never takes the place of one of ours."""
    return {
        **call.variables,
        "caller": call.caller_number,
        "called": call.called_number,
        "queue": queue.name if queue is not None else "",
        "queue_id": str(queue.id) if queue is not None else "",
        "call_id": call.id,
        "agent": agent.number if agent is not None else "",
        "agent_name": agent.name if agent is not None else "",
        "contact_id": str(call.contact or ""),
    }


def picture(call: Call, queue: QueueInfo | None, agent: AgentInfo | None) -> dict[str, Any]:
    """{mode, when, target, url}; an address that can't be made is the record instead."""
    if queue is None:
        return {"mode": "record", "when": "ring", "target": "tab", "url": ""}
    pop = queue.pop
    url = filled(pop.url, values(call, queue, agent)) if pop.mode == "url" else ""
    mode = "record" if pop.mode == "url" and not url else pop.mode
    return {"mode": mode, "when": pop.when, "target": pop.target, "url": url}
