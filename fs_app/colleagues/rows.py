"""Messages to agents: entries of the journal to rows (inside the projection's transaction), and the day's list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from peewee import JOIN

from fs_app.accounts.model import User
from fs_app.agents.model import Agent
from fs_app.colleagues.model import AgentMessage
from fs_app.colleagues.service import shown
from fs_app.journal import Entry

MOST = 300
"""Messages of one day on one page: the latest."""


def _written(e: Entry) -> None:
    sender = e.agent if e.kind == "colleague.message" else None
    for recipient in e.data.get("to", ()):
        AgentMessage.insert(
            account=e.account,
            entry=e.id,
            sender=e.data["user"],
            sender_agent=sender,
            recipient=recipient,
            text=e.data["text"],
            at=e.at,
        ).on_conflict_ignore().execute()


HANDLERS: dict[str, Callable[[Entry], None]] = {
    "colleague.message": _written,
    "supervision.message": _written,
}


def of_day(account: int, agent: int, since: int) -> list[dict[str, Any]]:
    """What he wrote and was written since then (UTC ms), in order. Inside `db.read`."""
    to_user, to_agent = User.alias(), Agent.alias()
    his = (AgentMessage.recipient == agent) | (AgentMessage.sender_agent == agent)
    rows = (
        AgentMessage.select(
            AgentMessage.entry,
            AgentMessage.at,
            AgentMessage.text,
            AgentMessage.sender_agent,
            User.name,
            AgentMessage.recipient,
            to_user.name,
        )
        .join(User, on=(AgentMessage.sender == User.id))
        .switch(AgentMessage)
        .join(to_agent, JOIN.INNER, on=(AgentMessage.recipient == to_agent.id))
        .join(to_user, JOIN.INNER, on=(to_agent.user == to_user.id))
        .where(AgentMessage.account == account, his, AgentMessage.at >= since)
        .order_by(AgentMessage.entry.desc())
        .limit(MOST)
    )
    return [shown(*row) for row in reversed(list(rows.tuples()))]
