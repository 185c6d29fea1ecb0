"""Everybody's directory in the administration: list, entries, imports and their undoing (BA-100)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from peewee import fn

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import FormInvalid, find
from fs_app.admin.listing import Page, Wanted, page_of
from fs_app.contacts import directory
from fs_app.contacts.directory import Reader, Values
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.model import DirectoryEntry, DirectoryImport
from fs_app.errors import Conflict

SORTS = {
    "name": DirectoryEntry.folded,
    "company": fn.LOWER(DirectoryEntry.company),
    "category": fn.LOWER(DirectoryEntry.category),
    "updated": DirectoryEntry.updated_at,
}

LATEST = 20
"""Imports on their page."""


class UndoneAlready(Conflict):
    """Its entries were taken out before."""

    key = "directory.error.undone"


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was brought. `left`: its entries that are there still; `touched`: those of them that somebody has
    changed since, and that an undoing leaves."""

    id: int
    file: str
    at: int
    by: str
    added: int
    refused: int
    undone_at: int | None
    removed: int
    left: int
    touched: int


def reader(by: Actor, country: str) -> Reader:
    return Reader(by.account, by.user or 0, country, None, edits_public=True)


def listing(account: int, wanted: Wanted) -> Page[Any]:
    """Rows of the table itself; `DirectoryEntry`'s columns."""
    query = DirectoryEntry.select().where(_public(account))
    match = directory.matching(wanted.q)
    return page_of(query if match is None else query.where(match), wanted, SORTS, "name", lambda row: row)


def get(account: int, entry: int) -> Any:
    """Raises NotFound: of agents' own entries an administrator sees nothing."""
    row = find(DirectoryEntry, account, entry)
    if row.owner_id is not None:
        raise directory.NotFound(f"directory entry {entry}")
    return row


def save(by: Actor, entry: int | None, version: int, given: dict[str, str], country: str) -> str:
    """Add, or change what was read at `version`; answers its name. Raises FormInvalid, NotFound, StaleEntry."""
    try:
        values = directory.read(given, country)
    except InvalidFields as wrong:
        raise FormInvalid({name: (key, {}) for name, key in wrong.fields.items()}) from wrong
    who = reader(by, country)
    if entry is None:
        row = directory.insert(who, values, None, by.now)
        audit.write(by, "create", "directory_entry", row.id, _label(values), None, asdict(values))
    else:
        before = _values(get(by.account, entry))
        directory.save(who, entry, version, values, by.now)
        audit.write(by, "update", "directory_entry", entry, _label(values), asdict(before), asdict(values))
    return _label(values)


def delete(by: Actor, entry: int) -> str:
    """Answers its name. Raises NotFound."""
    row = get(by.account, entry)
    before = _values(row)
    DirectoryEntry.delete().where(DirectoryEntry.id == entry).execute()
    audit.write(by, "delete", "directory_entry", entry, _label(before), asdict(before), None)
    return _label(before)


# --- imports ------------------------------------------------------------------------------------------------------
def known(account: int) -> set[tuple[str, ...]]:
    """What makes two entries the same (`same`), of all that there are."""
    columns = DirectoryEntry.name, DirectoryEntry.company, DirectoryEntry.office, DirectoryEntry.mobile
    rows = DirectoryEntry.select(*columns, DirectoryEntry.mail).where(_public(account)).tuples()
    return {_same(*row) for row in rows.iterator()}


def same(values: Values) -> tuple[str, ...]:
    return _same(values.name, values.company, values.office, values.mobile, values.mail)


def _same(name: str, company: str, office: str, mobile: str, mail: str) -> tuple[str, ...]:
    return directory.folded(name, company), office, mobile, mail.casefold()


def bring(
    by: Actor, country: str, file: str, entries: Sequence[Values], refused: int, refused_file: str
) -> int:
    """All of them, as one import; answers its identifier. Somebody else's entries of the same second stay: what is
    there already is left out."""
    row = DirectoryImport.create(
        account=by.account,
        file=file[:200],
        at=by.now,
        by=by.user,
        by_name=by.name[:200],
        refused=refused,
        refused_file=refused_file,
    )
    there, who, added = known(by.account), reader(by, country), 0
    for values in entries:
        if same(values) not in there:
            directory.insert(who, values, None, by.now, row.id)
            added += 1
    DirectoryImport.update(added=added).where(DirectoryImport.id == row.id).execute()
    said = {"entries": added, "refused": refused}
    audit.write(by, "import", "directory", row.id, file, None, said)
    return int(row.id)


def imports(account: int) -> list[Import]:
    """The latest."""
    rows = DirectoryImport.select().where(DirectoryImport.account == account)
    return [_import(row) for row in rows.order_by(DirectoryImport.id.desc()).limit(LATEST)]


def one_import(account: int, identifier: int) -> Import:
    """Raises NotFound."""
    return _import(find(DirectoryImport, account, identifier))


def refused_file(account: int, identifier: int) -> str:
    """Raises NotFound."""
    return str(find(DirectoryImport, account, identifier).refused_file)


def undo(by: Actor, identifier: int) -> Import:
    """Take out what it brought, but for what somebody has changed since. Raises NotFound, UndoneAlready."""
    row = find(DirectoryImport, by.account, identifier)
    if row.undone_at is not None:
        raise UndoneAlready(f"import {identifier}")
    untouched = (DirectoryEntry.brought_by == identifier) & (DirectoryEntry.version == 1)
    removed = DirectoryEntry.delete().where(_public(by.account), untouched).execute()
    DirectoryImport.update(undone_at=by.now, removed=removed).where(
        DirectoryImport.id == identifier
    ).execute()
    audit.write(by, "take_back", "directory", identifier, row.file, None, {"entries": removed})
    return one_import(by.account, identifier)


def _import(row: Any) -> Import:
    brought = DirectoryEntry.select().where(DirectoryEntry.brought_by == row.id)
    left = brought.count()
    found = Import(
        row.id, row.file, row.at, row.by_name, row.added, row.refused, row.undone_at, row.removed, left, 0
    )
    return replace(found, touched=brought.where(DirectoryEntry.version > 1).count()) if left else found


def _public(account: int) -> Any:
    return (DirectoryEntry.account == account) & DirectoryEntry.owner.is_null()


def _values(row: Any) -> Values:
    return Values(**{name: getattr(row, name) for name in directory.FIELDS})


def _label(values: Values) -> str:
    return values.name or values.company
