"""Known contacts get what a line says of them; what they had before is kept for an undo.

Runs in the child process, inside its transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from fs_app.contacts.model import MOST_NUMBERS, Contact, ContactNumber
from fs_app.contacts.searching import name_key, reindex
from fs_app.imports.deciding import Decision
from fs_app.imports.known import parts
from fs_app.imports.model import ImportChange
from fs_app.imports.prepare import Line

NAMES = ("last_name", "first_name", "company")


class Updater:
    def __init__(self, account: int, job: int, country: str, by: int | None, at: int) -> None:
        self._account, self._job, self._country, self._by, self._at = account, job, country, by, at

    def update(self, decisions: Sequence[Decision]) -> list[bool]:
        """For each, whether anything is different now. What is empty in the line stays as it was; numbers are added
        to those that are there, nine at most."""
        ids = [d.contact for d in decisions if d.contact is not None]
        rows = {row.id: row for row in _rows(ids)}
        numbers = _numbers(ids)
        changed: list[bool] = []
        for decision in decisions:
            assert decision.contact is not None
            row, line = rows.get(decision.contact), decision.line
            if row is None:
                changed.append(False)
                continue
            differs = self._columns(row, line)
            added = self._add_numbers(row.id, line, numbers.setdefault(row.id, []))
            changed.append(bool(differs or added))
        touched = {d.contact for d, c in zip(decisions, changed, strict=True) if c and d.contact is not None}
        if touched:
            reindex(self._account, sorted(touched), self._country)
        return changed

    def _columns(self, row: Any, line: Line) -> bool:
        after: dict[str, Any] = {
            name: text for name, text in line.texts.items() if getattr(row, name) != text
        }
        custom = {**(row.custom or {}), **line.custom}
        if custom != (row.custom or {}):
            after["custom"] = custom
        if not after:
            return False
        if any(name in after for name in NAMES):
            whole = [after.get(name, getattr(row, name)) for name in NAMES]
            after["name_key"] = name_key(*whole)
        before = {name: getattr(row, name) for name in after}
        before |= {"updated_at": row.updated_at, "updated_by": row.updated_by_id}
        Contact.update(**after, version=row.version + 1, updated_at=self._at, updated_by=self._by).where(
            Contact.id == row.id
        ).execute()
        for name, value in after.items():
            setattr(row, name, value)
        row.version += 1
        ImportChange.create(
            account=self._account,
            job=self._job,
            kind="contact",
            row=row.id,
            before=before,
            after=after,
            version=row.version,
        )
        return True

    def _add_numbers(self, contact: int, line: Line, there: list[str]) -> bool:
        added = False
        for n in line.numbers:
            if n.number in there or len(there) >= MOST_NUMBERS:
                continue
            there.append(n.number)
            added = True
            ContactNumber.create(
                account=self._account,
                contact=contact,
                number=n.number,
                kind=n.kind,
                position=len(there),
                time_zone=line.zone,
                import_id=self._job,
            )
        return added


def _rows(ids: Iterable[int]) -> list[Any]:
    return [row for part in parts(ids) for row in Contact.select().where(Contact.id.in_(part))]


def _numbers(ids: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for part in parts(ids):
        rows = ContactNumber.select(ContactNumber.contact, ContactNumber.number).where(
            ContactNumber.contact.in_(part)
        )
        for contact, number in rows.order_by(ContactNumber.position, ContactNumber.id).tuples():
            found.setdefault(contact, []).append(number)
    return found
