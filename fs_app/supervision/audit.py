"""What supervisors did, into the audit log. Called by the projection, inside its transaction: once for each entry."""

from __future__ import annotations

from fs_app.admin.model import AuditEntry
from fs_app.journal import Entry

ACTIONS = {
    "supervision.begun": "listen_in",
    "supervision.mode": "listen_mode",
    "supervision.forced": "force",
    "supervision.message": "message",
    "supervision.hang_up": "hang_up",
    "supervision.move": "move_caller",
    "supervision.first": "put_first",
}
"""Journal kind → action."""

SAID = ("what", "reason", "mode", "queue", "text", "told")
"""Of an entry's data, what the line repeats."""


def write(entry: Entry) -> None:
    """One line of the audit log, at the time when it happened."""
    data = entry.data
    AuditEntry.create(
        account=entry.account,
        at=entry.at,
        user=data["user"],
        user_name=data["user_name"][:200],
        action=ACTIONS[entry.kind],
        kind="agent" if entry.call is None or entry.agent is not None else "call",
        object=str(entry.call or entry.agent or "")[:64],
        label=str(data.get("agent_name") or data.get("number") or "")[:200],
        after={name: data[name] for name in SAID if data.get(name)},
    )
