"""The numbers that an agent called last (inside `Database.read`)."""

from __future__ import annotations

from typing import Any

from peewee import JOIN

from fs_app.calls.model import Call, Leg
from fs_app.contacts.model import Contact

MOST = 8
LOOKED_AT = 60
"""So many of his latest calls: the same numbers come again."""


def numbers(account: int, agent: int) -> list[dict[str, Any]]:
    """Each once, the latest first."""
    his = Leg.select(Leg.call).where(Leg.account == account, Leg.agent == agent)
    rows = (
        Call.select(Call, Contact)
        .join(Contact, JOIN.LEFT_OUTER, on=(Call.contact == Contact.id))
        .where(Call.account == account, Call.direction == "outbound", Call.id.in_(his))
        .order_by(Call.started_at.desc())
        .limit(LOOKED_AT)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        contact = row.contact if row.contact_id else None
        name = " ".join(p for p in (contact.first_name, contact.last_name) if p) if contact else ""
        found.setdefault(
            row.caller_number,
            {
                "number": row.caller_number,
                "name": name or (contact.company if contact else ""),
                "at": row.started_at,
                "queue": row.queue_id,
                "answered": row.answered_at is not None,
            },
        )
    return list(found.values())[:MOST]
