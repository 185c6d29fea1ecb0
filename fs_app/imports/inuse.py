"""Which contacts something else of the account speaks of. Inside a transaction.

The schema itself says what points to a contact: who adds a table with a contact in it need not know of imports.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import peewee

from fs_app.contacts.model import Contact
from fs_app.imports.known import parts

OWN = frozenset({"contact_number", "contact_search", "contact_words", "import_change", "access_log"})
"""Parts of the contact itself, and what was only written down about it."""


class InUse:
    def __init__(self, database: peewee.Database) -> None:
        self._database = database
        self._columns = columns(database)

    def of(self, contacts: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for table, name in self._columns:
            column = getattr(peewee.Table(table).bind(self._database).c, name)
            for part in parts(contacts):
                rows: Any = peewee.Table(table).bind(self._database).select(column).where(column.in_(part))
                found.update(row[0] for row in rows.distinct().tuples())
        merged = Contact.merged_into_id
        for part in parts(contacts):
            found.update(row[0] for row in Contact.select(merged).where(merged.in_(part)).tuples())
        return found


def columns(database: peewee.Database) -> list[tuple[str, str]]:
    """(table, its column) of everything that points to a contact."""
    found = []
    for table in database.get_tables():
        if table in OWN or table.startswith("contact_words"):
            continue
        keys = {key.column for key in database.get_foreign_keys(table) if key.dest_table == "contact"}
        named = {c.name for c in database.get_columns(table) if c.name == "contact_id"}
        found += [(table, column) for column in sorted(keys | named)]
    return found
