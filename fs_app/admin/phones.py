"""What the page of telephones asks of the database. Inside `Database.read`."""

from __future__ import annotations

from dataclasses import dataclass

from fs_app.calls.model import JournalEntry
from fs_app.calls.state import NO_FAULT

SHOWN = 3
MOST_READ = 500


@dataclass(frozen=True, slots=True)
class Failure:
    """An offer that came to nothing: when (UTC ms), why (FreeSWITCH's cause), of which call."""

    at: int
    why: str
    call: str


def failures(account: int, since: int) -> dict[int, list[Failure]]:
    """The latest failed offers of each agent, newest first; what was no fault of his telephone is left out."""
    rows = (
        JournalEntry.select()
        .where(JournalEntry.account == account, JournalEntry.at >= since, JournalEntry.kind == "offer.failed")
        .order_by(JournalEntry.at.desc())
        .limit(MOST_READ)
    )
    found: dict[int, list[Failure]] = {}
    for row in rows:
        why = str((row.data or {}).get("why", ""))
        agent = row.agent or (row.data or {}).get("agent")
        if agent is None or why in NO_FAULT or len(found.get(agent, ())) >= SHOWN:
            continue
        found.setdefault(agent, []).append(Failure(row.at, why, row.call or ""))
    return found
