"""Which records are of people who have a number."""

from __future__ import annotations

from peewee import Expression

from fs_app.calllists.model import ListRecord
from fs_app.contacts.model import ContactNumber


def of_number(account: int, number: str) -> list[Expression]:
    """Conditions, each with an index of its own: records whose contact has the number (E.164), and records without a
    contact. None for a caller who withholds his."""
    if not number:
        return []
    people = ContactNumber.select(ContactNumber.contact).where(
        ContactNumber.account == account, ContactNumber.number == number
    )
    alone = ListRecord.contact.is_null() & (ListRecord.number == number)
    return [ListRecord.contact.in_(people), (ListRecord.account == account) & alone]
