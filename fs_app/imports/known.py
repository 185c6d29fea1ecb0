"""Who is known: contacts found by the keys of many lines at once, and which of them are on the list.

Runs in the child process, on its own connection, inside the transaction that writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from fs_app.contacts.model import Contact
from fs_app.db import proxy
from fs_app.imports.bulk import held
from fs_app.imports.model import REACHED, ImportChange
from fs_app.imports.prepare import Line
from fs_app.imports.targets import CUSTOM

T = TypeVar("T")

AT_ONCE = 400
"""Values of one statement: SQLite takes 999 in old versions."""

WALK = 2_000


BY_NUMBER = 'SELECT "number", "contact_id" FROM "contact_number" WHERE "account_id" = {mark} AND "number" IN ({marks})'
ON_LIST = 'SELECT "contact_id" FROM "list_record" WHERE "list_id" = {mark} AND "contact_id" IN ({marks})'
IN_FILE = 'SELECT "contact_id" FROM "contact_file_row" WHERE "file_id" = {mark} AND "contact_id" IN ({marks})'
ALIVE = 'SELECT "id", "merged_into_id" FROM "contact" WHERE "account_id" = {mark} AND "id" IN ({marks})'


class Known:
    """`by`: what is compared, in the order of the plan. Keys in the contacts' own fields stand in no index: those
    contacts are read once, at the beginning (`custom.x` → contact)."""

    def __init__(
        self, account: int, by: Sequence[str], call_list: int | None, contact_file: int | None = None
    ) -> None:
        self._account = account
        self._by = tuple(by)
        self._list = call_list
        self._file = contact_file
        self._custom: dict[str, dict[str, int]] = {}
        names = [key[len(CUSTOM) :] for key in by if key.startswith(CUSTOM)]
        if names:
            self._read_custom(names)

    def contacts(self, lines: Sequence[Line]) -> list[int | None]:
        """For each line the contact that has one of its keys; of several the oldest, of several keys the first."""
        found: list[int | None] = [None] * len(lines)
        for place, by in enumerate(self._by):
            wanted = {
                line.keys[place]: line.texts.get(by, "")
                for at, line in enumerate(lines)
                if found[at] is None and line.keys[place] is not None
            }
            there = self._of(by, wanted) if wanted else {}
            if there:
                for at, line in enumerate(lines):
                    if found[at] is None:
                        found[at] = there.get(line.keys[place])
        return found

    def on_list(self, contacts: Iterable[int]) -> set[int]:
        """Which of these are on the list of the import; without a list, in its file."""
        if self._list is not None:
            return {row[0] for row in self._asked(ON_LIST, self._list, contacts)}
        if self._file is not None:
            return {row[0] for row in self._asked(IN_FILE, self._file, contacts)}
        return set()

    def came(self, contact: int) -> None:
        """The database knows it."""

    def added(self, line: Line, contact: int) -> None:
        """A new contact of this import."""
        for place, by in enumerate(self._by):
            if by in self._custom and line.keys[place] is not None:
                self._custom[by][line.keys[place]] = contact

    def _of(self, by: str, wanted: Mapping[Any, str]) -> dict[Any, int]:
        if by in self._custom:
            known = self._custom[by]
            return self._still(by, {key: known[key] for key in wanted if key in known})
        found: dict[Any, int] = {}
        for key, contact in self._rows(by, wanted):
            if key not in found or contact < found[key]:
                found[key] = contact
        alive = _alive(self._account, found.values()) if found else {}
        return {key: alive[contact] for key, contact in found.items() if contact in alive}

    def _still(self, by: str, there: Mapping[Any, int]) -> dict[Any, int]:
        """Those who still have the value: somebody may have changed it, or a batch was taken back."""
        name = by[len(CUSTOM) :]
        values: dict[int, str] = {}
        for part in parts(there.values()):
            rows = Contact.select(Contact.id, Contact.custom).where(
                (Contact.account == self._account) & Contact.id.in_(part) & Contact.merged_into_id.is_null()
            )
            for contact, custom in rows.tuples():
                values[contact] = str((custom or {}).get(name, "")).casefold()
        return {key: contact for key, contact in there.items() if values.get(contact) == key}

    def _rows(self, by: str, wanted: Mapping[Any, str]) -> Iterator[tuple[Any, int]]:
        if by == "number":
            yield from self._asked(BY_NUMBER, self._account, wanted)
            return
        column = getattr(Contact, by)
        for part in parts(way for key, text in wanted.items() for way in (key, key.upper(), text)):
            rows = Contact.select(column, Contact.id).where(
                (Contact.account == self._account) & column.in_(part) & Contact.merged_into_id.is_null()
            )
            for text, contact in rows.tuples():
                yield text.casefold(), contact

    def _asked(self, statement: str, of: int, values: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
        """Plain SQL: a statement per batch is built faster than a query."""
        mark = proxy.obj.param
        for part in parts(values):
            marks = ", ".join([mark] * len(part))
            yield from proxy.obj.execute_sql(statement.format(mark=mark, marks=marks), (of, *part)).fetchall()

    def _read_custom(self, names: Sequence[str]) -> None:
        maps = {name: self._custom.setdefault(CUSTOM + name, {}) for name in names}
        last = 0
        while True:
            rows = list(
                Contact.select(Contact.id, Contact.custom)
                .where(
                    (Contact.account == self._account)
                    & (Contact.id > last)
                    & Contact.merged_into_id.is_null()
                )
                .order_by(Contact.id)
                .limit(WALK)
                .tuples()
            )
            if not rows:
                return
            last = rows[-1][0]
            for contact, custom in rows:
                for name, known in maps.items():
                    value = (custom or {}).get(name)
                    if value is not None and value != "":
                        known.setdefault(str(value).casefold(), contact)


class ReachedBefore:
    """Who was brought by an earlier line of this import: written down in the transaction of the lines, so it is known
    after a death."""

    def __init__(self, account: int, job: int) -> None:
        self._account, self._job = account, job

    def of(self, contacts: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for part in parts(contacts):
            rows = ImportChange.select(ImportChange.row).where(
                ImportChange.job == self._job, ImportChange.row.in_(part), ImportChange.kind == REACHED
            )
            found.update(row for (row,) in rows.tuples())
        return found

    def add(self, contacts: Sequence[int]) -> None:
        for part in parts(contacts):
            rows = [(self._account, self._job, REACHED, contact) for contact in part]
            fields = [ImportChange.account, ImportChange.job, ImportChange.kind, ImportChange.row]
            ImportChange.insert_many(rows, fields=fields).execute()


def _alive(account: int, contacts: Iterable[int]) -> dict[int, int]:
    """Contact → itself, or the one that it was merged into; those that are gone are not in it."""
    found: dict[int, int] = {}
    mark, end = proxy.obj.param, held(proxy.obj)
    for part in parts(contacts):
        marks = ", ".join([mark] * len(part))
        rows = proxy.obj.execute_sql(ALIVE.format(mark=mark, marks=marks) + end, (account, *part))
        for contact, into in rows.fetchall():
            found[contact] = into or contact
    return found


def parts(values: Iterable[T]) -> Iterator[list[T]]:
    """In pieces that one statement takes."""
    rest = iter(dict.fromkeys(values))
    while part := list(islice(rest, AT_ONCE)):
        yield part
