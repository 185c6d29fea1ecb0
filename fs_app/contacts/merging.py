"""Duplicates found, and made one (HN-404). Inside `Database.read` or `write`.

The contact that is kept gets the chosen values and everything that hung on the others: numbers, calls, callbacks,
records of lists (of several on one list one stays to be called), consents, a legal hold. The others stay as rows that
point to it and are shown nowhere: a merge can be taken back (`unmerging`), and each gets back what was his.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import SqliteDatabase, fn

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.callbacks.model import Callback
from fs_app.calllists.model import ContactFileRow, ListRecord
from fs_app.calls.model import Call
from fs_app.contacts import searching
from fs_app.contacts.listing import visible
from fs_app.contacts.merged_records import keep_one, reopen, standing
from fs_app.contacts.model import MOST_NUMBERS, Contact, ContactMerge, ContactNumber
from fs_app.contacts.people import TEXTS, name_of
from fs_app.contacts.service import written
from fs_app.db import proxy
from fs_app.errors import Conflict, Invalid, NotFound
from fs_app.legal.model import Consent
from fs_app.privacy.model import LegalHold

Json = dict[str, Any]

MOST_AT_ONCE = 10
MOST_GROUPS = 100
MOST_IN_GROUP = 20

MOVED: tuple[tuple[str, Any], ...] = (
    ("calls", Call),
    ("callbacks", Callback),
    ("records", ListRecord),
    ("file_rows", ContactFileRow),
    ("consents", Consent),
    ("holds", LegalHold),
)
"""What hangs on a contact by a column `contact`."""

WAYS = ("number", "mail", "reference", "name")


class Changed(Conflict):
    """One of them was changed, merged or deleted since it was looked at."""

    key = "contacts.merge.error.changed"


class NotThese(Invalid):
    """Fewer than two, or too many."""

    key = "contacts.merge.error.these"


@dataclass(frozen=True, slots=True)
class Group:
    """Contacts that share something: `way` is which (WAYS), `what` the value."""

    way: str
    what: str
    ids: tuple[int, ...]


def duplicates(account: int, way: str, most: int = MOST_GROUPS) -> tuple[list[Group], bool]:
    """(groups of contacts that may be the same person, whether there are more)."""
    if way == "number":
        column, query = ContactNumber.number, ContactNumber.select().join(Contact)
        condition = visible(account) & (ContactNumber.account == account)
    else:
        column = {"mail": fn.LOWER(Contact.mail), "reference": Contact.reference, "name": Contact.name_key}[
            way
        ]
        query, condition = Contact.select(), visible(account)
        condition &= column != ""
        if way == "name":
            condition &= (Contact.last_name != "") & (Contact.first_name != "")
    shared = (
        query.select(column.alias("what"))
        .where(condition)
        .group_by(column)
        .having(fn.COUNT(Contact.id.distinct()) > 1)
        .limit(most + 1)
    )
    values = [row[0] for row in shared.tuples()]
    groups = []
    for value in values[:most]:
        found = query.select(Contact.id).where(condition & (column == value)).order_by(Contact.id)
        ids = tuple(dict.fromkeys(row[0] for row in found.limit(2 * MOST_IN_GROUP).tuples()))[:MOST_IN_GROUP]
        if len(ids) > 1:
            groups.append(Group(way, str(value), ids))
    return groups, len(values) > most


def chosen(account: int, ids: Sequence[int]) -> list[Any]:
    """The contacts to merge, in the order asked for. Raises NotThese, NotFound."""
    wanted = list(dict.fromkeys(ids))
    if not 2 <= len(wanted) <= MOST_AT_ONCE:
        raise NotThese(f"{len(wanted)} contacts", most=MOST_AT_ONCE)
    rows = {row.id: row for row in Contact.select().where(visible(account) & Contact.id.in_(wanted))}
    missing = [one for one in wanted if one not in rows]
    if missing:
        raise NotFound(f"contact {missing[0]}")
    return [rows[one] for one in wanted]


def stakes(account: int, contact: int) -> dict[str, int]:
    """How much hangs on a contact, by the names of MOVED."""
    return {
        name: model.select().where((model.account == account) & (model.contact == contact)).count()
        for name, model in MOVED
    }


def numbers_of(ids: Sequence[int]) -> list[Any]:
    """All numbers of these contacts, those of the first of them first."""
    rows = list(ContactNumber.select().where(ContactNumber.contact.in_(list(ids))))
    return sorted(rows, key=lambda row: (list(ids).index(row.contact_id), row.position, row.id))


def merge(
    by: Actor,
    kept: int,
    versions: Mapping[int, int],
    take: Mapping[str, int],
    numbers: Sequence[str],
    country: str,
) -> int:
    """Make one of all in `versions` (contact → the version that was looked at); `kept` is one of them. `take`: field
    (TEXTS, `custom.name`) → the contact whose value counts, else that of `kept`, else the first there is. `numbers`:
    those that stay (E.164), in their order. The merge's id. Raises NotThese, Changed."""
    losts = [one for one in versions if one != kept]
    if kept not in versions or not 1 <= len(losts) < MOST_AT_ONCE:
        raise NotThese(f"{len(versions)} contacts", most=MOST_AT_ONCE)
    rows = _locked(by.account, versions)
    if len(dict.fromkeys(numbers)) > MOST_NUMBERS:
        raise NotThese(f"{len(numbers)} numbers", most=MOST_NUMBERS)
    before = {str(one): _image(rows[one]) for one in versions}
    values = _values(rows, kept, losts, take)
    reopened = reopen(by.account, standing(by.account, versions))
    moved: dict[str, dict[str, list[Any]]] = {}
    for name, model in MOVED:
        for one in losts:
            here = (model.account == by.account) & (model.contact == one)
            ids = [row[0] for row in model.select(model.id).where(here).tuples()]
            if ids and model is LegalHold and LegalHold.select().where(LegalHold.contact == kept).exists():
                continue  # one is enough, and there is room for one; his own waits with him for an undo
            if ids:
                moved.setdefault(name, {})[str(one)] = ids
                model.update(contact=kept).where(here).execute()
    records = [one for ids in moved.get("records", {}).values() for one in ids]
    _move_numbers(by, kept, losts, numbers)
    records_kept = keep_one(by.account, kept, [*records, *reopened])
    Contact.update(**values, version=Contact.version + 1, updated_at=by.now, updated_by=by.user).where(
        Contact.id == kept
    ).execute()
    Contact.update(merged_into_id=kept, version=Contact.version + 1).where(Contact.id.in_(losts)).execute()
    # Who was merged into one of these before is where they are now.
    Contact.update(merged_into_id=kept).where(
        (Contact.account == by.account) & Contact.merged_into_id.in_(losts)
    ).execute()
    searching.forget(losts)
    written(by.account, kept, country)
    name = name_of(rows[kept])
    image = {
        "rows": before,
        "moved": moved,
        "after": values,
        "numbers": list(numbers),
        **records_kept.plain(),
    }
    row = ContactMerge.create(
        account=by.account,
        kept_id=kept,
        lost_id=losts[0],
        before=image,
        at=by.now,
        by=by.user,
        by_name=by.name[:200],
    )
    audit.write(by, "merge", "contact", kept, name, None, {"merged": ", ".join(map(str, losts))})
    return int(row.id)


def _locked(account: int, versions: Mapping[int, int]) -> dict[int, Any]:
    """The rows as they were looked at; nobody else changes them before we are done. Raises Changed."""
    query = Contact.select().where(visible(account) & Contact.id.in_(sorted(versions))).order_by(Contact.id)
    if not isinstance(proxy.obj, SqliteDatabase):  # SQLite has one writer anyway
        query = query.for_update()
    rows = {row.id: row for row in query}
    for one, version in versions.items():
        if one not in rows or rows[one].version != version:
            raise Changed(f"contact {one}")
    return rows


def _image(row: Any) -> Json:
    numbers = ContactNumber.select().where(ContactNumber.contact == row.id).order_by(ContactNumber.position)
    return {
        **{name: getattr(row, name) for name in TEXTS},
        "custom": row.custom,
        "numbers": [
            {
                "number": n.number,
                "kind": n.kind,
                "position": n.position,
                "time_zone": n.time_zone,
                "wrong_at": n.wrong_at,
                "import_id": n.import_id,
            }
            for n in numbers
        ],
    }


def _values(rows: Mapping[int, Any], kept: int, losts: Sequence[int], take: Mapping[str, int]) -> Json:
    order = [kept, *losts]
    values: Json = {}
    for name in TEXTS:
        whose = take.get(name, 0)
        if whose in rows:
            values[name] = getattr(rows[whose], name)
        else:
            values[name] = next((v for one in order if (v := getattr(rows[one], name))), "")
    custom: Json = {}
    for name in dict.fromkeys(name for one in order for name in rows[one].custom):
        whose = take.get(f"custom.{name}", 0)
        found = (
            rows[whose].custom.get(name)
            if whose in rows
            else next((v for one in order if (v := rows[one].custom.get(name)) is not None), None)
        )
        if found is not None:
            custom[name] = found
    return {**values, "custom": custom}


def _move_numbers(by: Actor, kept: int, losts: Sequence[int], numbers: Sequence[str]) -> None:
    """The kept one has these; what is known of each comes with it. The others have none."""
    found: dict[str, Any] = {}
    for row in numbers_of([kept, *losts]):
        found.setdefault(row.number, row)
    ContactNumber.delete().where(ContactNumber.contact.in_([kept, *losts])).execute()
    for position, number in enumerate((n for n in dict.fromkeys(numbers) if n in found), 1):
        row = found[number]
        ContactNumber.create(
            account=by.account,
            contact=kept,
            number=number,
            position=position,
            kind=row.kind,
            time_zone=row.time_zone,
            wrong_at=row.wrong_at,
            import_id=row.import_id,
        )
