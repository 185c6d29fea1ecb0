"""Legal hold: contacts of whom nothing is deleted, by nobody and by no retention. Inside `Database.read`/`.write`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import Expression

from fs_app.accounts.model import Account
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.calls.model import Call
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.contacts.numbers import spellings
from fs_app.errors import Conflict, Invalid, NotFound
from fs_app.privacy.model import LegalHold
from fs_app.privacy.person import masked

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
    LegalHold.create(
        account=by.account,
        contact=contact,
        reason=reason,
        user_name=by.name[:200],
        at=by.now,
        numbers=[
            n
            for (n,) in ContactNumber.select(ContactNumber.number)
            .where(ContactNumber.contact == contact)
            .tuples()
        ],
    )
    audit.write(by, "keep", "person", contact, masked(_name(found)), None, {"reason": reason})


def release(by: Actor, hold: int) -> None:
    """Raises NotFound."""
    row = LegalHold.get_or_none((LegalHold.id == hold) & (LegalHold.account == by.account))
    if row is None:
        raise NotFound(f"hold {hold}")
    row.delete_instance()
    audit.write(by, "release", "person", row.contact_id, masked(_name(row.contact)))


def is_held(account: int, *who: int) -> bool:
    """Whether one of these contacts is."""
    held = Contact.id.in_(who) & Contact.id.in_(contacts(account))
    return bool(who and Contact.select().where(held).exists())


def check(account: int, *who: int) -> None:
    """Raises Held when one of these contacts is."""
    if is_held(account, *who):
        raise Held("legal hold")


def listing(account: int) -> list[Row]:
    query = LegalHold.select(LegalHold, Contact).join(Contact).where(LegalHold.account == account)
    return [
        Row(r.id, r.contact_id, _name(r.contact), r.reason, r.user_name, r.at)
        for r in query.order_by(LegalHold.at.desc())
    ]


def contacts(account: int) -> Any:
    """The contacts, as a query: those that are held, and those into whom one of them was merged."""
    lost = Contact.alias()
    here = LegalHold.select(LegalHold.contact).where(LegalHold.account == account)
    merged = lost.select(lost.merged_into_id).where(lost.id.in_(here), lost.merged_into_id.is_null(False))
    return here | merged


def numbers(account: int) -> list[str]:
    """Their numbers, E.164: those that they have, and those that they had when the hold began."""
    query = ContactNumber.select(ContactNumber.number).where(ContactNumber.contact.in_(contacts(account)))
    kept = LegalHold.select(LegalHold.numbers).where(LegalHold.account == account)
    return sorted({n for (n,) in query.tuples()} | {n for row in kept for n in row.numbers})


def free_calls() -> Expression:
    """The condition that a call is of nobody who is held, in whatever account."""
    free: Any = Call.id.is_null(False)
    for (account,) in LegalHold.select(LegalHold.account).distinct().tuples():
        free &= (Call.account != account) | free_calls_of(account)
    return free


def free_calls_of(account: int) -> Expression:
    """The condition that a call of this account is of nobody who is held: not of his contact, and not from one of his
    numbers however the network wrote them."""
    nobodys = Call.contact.is_null() | Call.contact.not_in(contacts(account))
    return nobodys & Call.caller_number.not_in(spelled(account))


def spelled(account: int) -> list[str]:
    """Their numbers, in every way in which they stand in columns."""
    country = Account.get_by_id(account).country
    return sorted({s for n in numbers(account) for s in (n, *spellings(n, country))})


def _name(contact: Any) -> str:
    return " ".join(filter(None, (contact.first_name, contact.last_name))) or str(contact.company)
