"""Rows of contacts for lists and exports: which columns there are, and what stands in them.

`COLUMNS` and `chosen` are pure; `rows` runs inside `Database.read`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from peewee import fn

from fs_app.calls.model import Call
from fs_app.contacts.columns import CUSTOM, TEXTS
from fs_app.contacts.custom import Own
from fs_app.contacts.model import MOST_NUMBERS, Contact, ContactNumber

Json = dict[str, Any]

NUMBERS = tuple(f"number.{place}" for place in range(1, MOST_NUMBERS + 1))
FIXED = ("name", *TEXTS, *NUMBERS, "created_at", "updated_at", "calls", "last_call_at")
"""Columns that every account has, in the order in which they are offered; `name` is first and last name together."""

AT_FIRST = ("name", "number.1", "company", "city", "mail", "category", "updated_at")
EXPORTED = (*TEXTS, *NUMBERS, "created_at", "updated_at")
"""Without a choice an export has these, and the account's own fields."""

SORTED = {
    "name": "name",
    "company": "company",
    "city": "city",
    "reference": "reference",
    "mail": "mail",
    "created_at": "created",
    "updated_at": "updated",
}
"""Column → sorting (`listing.SORTS`)."""

MOST_COLUMNS = 60


def offered(own: Iterable[Own]) -> tuple[str, ...]:
    return (*FIXED, *(CUSTOM + one.name for one in own))


def chosen(asked: str, own: Iterable[Own]) -> tuple[str, ...]:
    """The columns of a list of names with commas, in the order of the offer; nothing sensible: those at first."""
    names = set(asked.split(",")) if asked else set()
    found = tuple(name for name in offered(own) if name in names)
    return found[:MOST_COLUMNS] or AT_FIRST


def rows(account: int, ids: Sequence[int], columns: Sequence[str]) -> list[Json]:
    """The contacts in the order of `ids`: their columns, `numbers` (E.164, in order), and what their calls tell if it
    is asked for. Who is gone meanwhile is left out."""
    if not ids:
        return []
    mine = (Contact.account == account) & Contact.id.in_(list(ids))
    found: dict[int, Json] = {row["id"]: row for row in Contact.select().where(mine).dicts()}
    for row in found.values():
        row["numbers"] = []
    listed = ContactNumber.select(ContactNumber.contact, ContactNumber.number)
    for contact, number in (
        listed.where(ContactNumber.contact.in_(list(found)))
        .order_by(ContactNumber.contact, ContactNumber.position, ContactNumber.id)
        .tuples()
    ):
        found[contact]["numbers"].append(number)
    if "calls" in columns or "last_call_at" in columns:
        _calls(account, found)
    return [found[one] for one in ids if one in found]


def _calls(account: int, found: dict[int, Json]) -> None:
    told = (
        Call.select(Call.contact, fn.COUNT(Call.id), fn.MAX(Call.started_at))
        .where((Call.account == account) & Call.contact.in_(list(found)))
        .group_by(Call.contact)
    )
    for row in found.values():
        row["calls"], row["last_call_at"] = 0, None
    for contact, calls, last in told.tuples():
        found[contact]["calls"], found[contact]["last_call_at"] = calls, last


def value(row: Json, column: str) -> Any:
    """What stands in a column, as it is in the database; None or "" when nothing does."""
    if column == "name":
        return " ".join(filter(None, (row["first_name"], row["last_name"])))
    if column.startswith("number."):
        place = int(column.removeprefix("number.")) - 1
        return row["numbers"][place] if place < len(row["numbers"]) else ""
    if column.startswith(CUSTOM):
        return row["custom"].get(column.removeprefix(CUSTOM))
    return row.get(column)
