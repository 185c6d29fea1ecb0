"""Who is known: contacts found by the keys of many lines at once, and which of them are on the list.

Runs in the child process, on its own connection, inside the transaction that writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from fs_app.calllists.model import ContactFileRow, ListRecord
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.imports.prepare import Line
from fs_app.imports.targets import CUSTOM

T = TypeVar("T")

AT_ONCE = 400
"""Values of one statement: SQLite takes 999 in old versions."""

WALK = 2_000


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
        found: set[int] = set()
        if self._list is None:
            if self._file is not None:
                for part in parts(contacts):
                    mine = (ContactFileRow.file == self._file) & ContactFileRow.contact.in_(part)
                    found.update(
                        row[0] for row in ContactFileRow.select(ContactFileRow.contact).where(mine).tuples()
                    )
            return found
        for part in parts(contacts):
            rows = ListRecord.select(ListRecord.contact).where(
                (ListRecord.list == self._list) & ListRecord.contact.in_(part)
            )
            found.update(row[0] for row in rows.tuples())
        return found

    def added(self, line: Line, contact: int) -> None:
        """A new contact of this import."""
        for place, by in enumerate(self._by):
            if by in self._custom and line.keys[place] is not None:
                self._custom[by].setdefault(line.keys[place], contact)

    def _of(self, by: str, wanted: Mapping[Any, str]) -> dict[Any, int]:
        if by in self._custom:
            known = self._custom[by]
            there = {key: known[key] for key in wanted if key in known}
            alive = _alive(self._account, there.values())
            return {key: alive[contact] for key, contact in there.items() if contact in alive}
        found: dict[Any, int] = {}
        for key, contact in self._rows(by, wanted):
            if key not in found or contact < found[key]:
                found[key] = contact
        alive = _alive(self._account, found.values()) if found else {}
        return {key: alive[contact] for key, contact in found.items() if contact in alive}

    def _rows(self, by: str, wanted: Mapping[Any, str]) -> Iterator[tuple[Any, int]]:
        if by == "number":
            for part in parts(wanted):
                rows = ContactNumber.select(ContactNumber.number, ContactNumber.contact).where(
                    (ContactNumber.account == self._account) & ContactNumber.number.in_(part)
                )
                yield from rows.tuples()
            return
        column = getattr(Contact, by)
        for part in parts(way for key, text in wanted.items() for way in (key, key.upper(), text)):
            rows = Contact.select(column, Contact.id).where(
                (Contact.account == self._account) & column.in_(part) & Contact.merged_into_id.is_null()
            )
            for text, contact in rows.tuples():
                yield text.casefold(), contact

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


def _alive(account: int, contacts: Iterable[int]) -> dict[int, int]:
    """Contact → itself, or the one that it was merged into; those that are gone are not in it."""
    found: dict[int, int] = {}
    for part in parts(contacts):
        rows = Contact.select(Contact.id, Contact.merged_into_id).where(
            (Contact.account == account) & Contact.id.in_(part)
        )
        for contact, into in rows.tuples():
            found[contact] = into or contact
    return found


def parts(values: Iterable[T]) -> Iterator[list[T]]:
    """In pieces that one statement takes."""
    rest = iter(dict.fromkeys(values))
    while part := list(islice(rest, AT_ONCE)):
        yield part
