"""Legal hold: contacts of whom nothing is deleted, by nobody and by no retention. Inside `Database.read`/`.write`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.errors import Conflict, Invalid, NotFound
from fs_app.privacy.model import LegalHold
from fs_app.privacy.person import Person, masked

LONGEST_REASON = 500


class Held(Conflict):
    """Nothing of him may go."""

    key = "error.privacy_held"


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    contact: int
    name: str
    reason: str
    user_name: str
    at: int


def put(by: Actor, contact: int, reason: str) -> None:
    """Raises NotFound, Invalid without a reason, Held when he is already."""
    found = Contact.get_or_none((Contact.id == contact) & (Contact.account == by.account))
    if found is None:
        raise NotFound(f"contact {contact}")
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid("a hold needs a reason", field="reason")
    if LegalHold.select().where(LegalHold.contact == contact).exists():
        raise Held(f"contact {contact}")
    LegalHold.create(account=by.account, contact=contact, reason=reason, user_name=by.name[:200], at=by.now)
    audit.write(by, "keep", "person", contact, masked(_name(found)), None, {"reason": reason})


def release(by: Actor, hold: int) -> None:
    """Raises NotFound."""
    row = LegalHold.get_or_none((LegalHold.id == hold) & (LegalHold.account == by.account))
    if row is None:
        raise NotFound(f"hold {hold}")
    row.delete_instance()
    audit.write(by, "release", "person", row.contact_id, masked(_name(row.contact)))


def check(person: Person) -> None:
    """Raises Held."""
    rows = LegalHold.select().where(LegalHold.contact.in_(person.contacts)) if person.contacts else None
    if rows is not None and rows.exists():
        raise Held("legal hold")


def listing(account: int) -> list[Row]:
    query = LegalHold.select(LegalHold, Contact).join(Contact).where(LegalHold.account == account)
    return [
        Row(r.id, r.contact_id, _name(r.contact), r.reason, r.user_name, r.at)
        for r in query.order_by(LegalHold.at.desc())
    ]


def contacts(account: int) -> Any:
    """The contacts, as a query."""
    return LegalHold.select(LegalHold.contact).where(LegalHold.account == account)


def numbers(account: int) -> list[str]:
    """Their numbers, E.164."""
    query = ContactNumber.select(ContactNumber.number).where(ContactNumber.contact.in_(contacts(account)))
    return [n for (n,) in query.tuples()]


def _name(contact: Any) -> str:
    return " ".join(filter(None, (contact.first_name, contact.last_name))) or str(contact.company)
