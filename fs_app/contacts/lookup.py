"""Whose number is it? The account's contacts first, then everybody's directory, then the agent's own (BA-80).

Runs inside `db.read`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fs_app.contacts.directory import number_of
from fs_app.contacts.model import DirectoryEntry
from fs_app.contacts.numbers import e164
from fs_app.contacts.service import by_number, country_of

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """`source`: contact, public, own. `id` is that of the contact or of the directory's entry; `record` is the contact
    as its page shows it, or the texts and numbers (as they are dialled) of the entry."""

    source: str
    id: int
    name: str
    company: str
    record: Json


def of_number(account: int, agent: int | None, number: str) -> Found | None:
    """Who has this number; of several in one place, who was changed last. None: nobody known. `agent`: whose private
    directory counts (None: nobody's)."""
    country = country_of(account)
    contact = by_number(account, number, country)
    if contact is not None:
        name = " ".join(filter(None, (str(contact["first_name"]), str(contact["last_name"]))))
        return Found("contact", contact["id"], name, str(contact["company"]), contact)
    whole = e164(number, country) or number_of(number.strip(), country)
    if whole is None:
        return None
    return _entry(account, None, whole) or (_entry(account, agent, whole) if agent is not None else None)


def _entry(account: int, owner: int | None, number: str) -> Found | None:
    whose = DirectoryEntry.owner.is_null() if owner is None else DirectoryEntry.owner == owner
    row = (
        DirectoryEntry.select()
        .where(
            (DirectoryEntry.account == account)
            & whose
            & ((DirectoryEntry.office == number) | (DirectoryEntry.mobile == number))
        )
        .order_by(DirectoryEntry.updated_at.desc(), DirectoryEntry.id.desc())
        .first()
    )
    if row is None:
        return None
    record = {
        name: getattr(row, name) for name in ("category", "name", "company", "mail", "office", "mobile")
    }
    return Found("public" if owner is None else "own", row.id, row.name, row.company, record)
