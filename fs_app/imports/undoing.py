"""Taking an import out again, in the child process: what nobody has touched since goes, what it replaced comes back.

Batch by batch, each in one transaction; an undo that was broken off begins again and finds what is left. Order: records
and rows of lists, consents, changes of contacts (the last one first), numbers that were added, contacts, and what was
made for the import. What people have changed since is kept and written into a file of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
import peewee

from fs_app.accounts.model import Account
from fs_app.calllists.model import CallList, ContactFile, ContactFileRow, ListRecord
from fs_app.calllists.state import State as RecordState
from fs_app.contacts.model import Contact, ContactField, ContactNumber
from fs_app.contacts.searching import reindex
from fs_app.db import proxy
from fs_app.imports import making, places
from fs_app.imports.bulk import open_database, transaction
from fs_app.imports.inuse import InUse
from fs_app.imports.model import ImportChange, ImportJob
from fs_app.imports.running import NotOurs
from fs_app.legal.model import Consent

Json = dict[str, Any]

FEWEST, USUAL, MOST = 20, 100, 1_000
LOCK_S = 0.06
SAID_S = 0.25

UNTOUCHED = (RecordState.UNTREATED, RecordState.CALLBACK, RecordState.EXCLUDED, RecordState.BLACKLISTED)


def undo(order: Json, say: Callable[[Json], None], alive: Callable[[], bool]) -> Json:
    """{kept: how many rows were left}"""
    open_database(order["database"], True)
    return Undo(order, say, alive).run()


class Undo:
    def __init__(self, order: Json, say: Callable[[Json], None], alive: Callable[[], bool]) -> None:
        self._order = order
        self._job: Any = ImportJob.get_by_id(order["job"])
        self._account = int(order["account"])
        self._country = str(Account.get_by_id(self._account).country)
        self._say, self._alive = say, alive
        self._path = Path(order["folder"]) / places.KEPT
        self._in_use = InUse(proxy.obj)
        self._kept = 0
        self._done = 0
        self._said = 0.0
        self._size = USUAL

    def run(self) -> Json:
        job = self._job.id
        steps: tuple[tuple[Any, Callable[[list[Any]], list[tuple[int, str, str]]]], ...] = (
            (ListRecord, self._records),
            (ContactFileRow, self._rows),
            (Consent, self._consents),
        )
        total = sum(model.select().where(model.import_id == job).count() for model, _ in steps)
        total += Contact.select().where(Contact.import_id == job).count()
        total += ImportChange.select().where(ImportChange.job == job).count()
        self._total = total
        with self._path.open("wb") as file:
            self._file = file
            for model, step in steps:
                self._walk(model, model.import_id == job, step, rising=True)
            self._walk(ImportChange, ImportChange.job == job, self._changes, rising=False)
            self._walk(ContactNumber, self._added_numbers(), self._numbers, rising=True)
            self._walk(Contact, Contact.import_id == job, self._contacts, rising=True)
            self._end()
        if not self._kept:
            self._path.unlink(missing_ok=True)
        return {"kept": self._kept}

    # --- the walk ---------------------------------------------------------------------------------------------
    def _walk(
        self,
        model: Any,
        mine: Any,
        step: Callable[[list[Any]], list[tuple[int, str, str]]],
        rising: bool,
    ) -> None:
        last: int | None = None
        while True:
            begin = time.monotonic()
            with transaction(proxy.obj):
                here = mine
                if last is not None:
                    here &= model.id > last if rising else model.id < last
                order = model.id if rising else model.id.desc()
                rows = list(model.select().where(here).order_by(order).limit(self._size))
                if not rows:
                    return
                last = rows[-1].id
                left = step(rows)
                self._prove()
            for _row, name, why in left:
                self._file.write(orjson.dumps([[name], f"imports.kept.{why}", {}]) + b"\n")
            self._kept += len(left)
            self._done += len(rows)
            took = time.monotonic() - begin
            if took > LOCK_S * 1.5:
                self._size = max(FEWEST, int(self._size * max(0.4, LOCK_S / took)))
            elif took < LOCK_S * 0.75:
                self._size = min(MOST, self._size + self._size // 4 + 1)
            self._tell()
            if not self._alive():
                raise NotOurs

    def _prove(self) -> None:
        """The job is still this child's."""
        if not ImportJob.update(phase="undoing", changed_since=self._kept).where(self._ours()).execute():
            raise NotOurs

    def _ours(self) -> Any:
        mine = (ImportJob.id == self._job.id) & (ImportJob.runner == self._order["runner"])
        return mine & (ImportJob.state == "UNDOING")

    # --- the steps: what is kept, as (row, who, why) ------------------------------------------------------------
    def _records(self, rows: list[Any]) -> list[tuple[int, str, str]]:
        """Nobody has called, assigned, or moved it."""
        gone: list[Any] = []
        left: list[Any] = []
        at = self._job.started_at
        for row in rows:
            touched = (
                row.attempts or row.last_at or row.owner or row.disposition or row.state not in UNTOUCHED
            )
            touched = touched or row.imported_at != at or row.priority
            (left if touched else gone).append(row)
        for some in peewee.chunked([row.id for row in gone], 400):
            # Meanwhile somebody may have begun to call one of them: that is not a row to be locked, it just stays.
            ListRecord.delete().where(ListRecord.id.in_(some), ListRecord.state.in_(UNTOUCHED)).execute()
        return [(row.id, row.number, "record") for row in left]

    def _rows(self, rows: list[Any]) -> list[tuple[int, str, str]]:
        gone = [row for row in rows if not (row.answers or row.last_call or row.last_agent or row.updated_at)]
        kept_ids = {row.id for row in rows} - {row.id for row in gone}
        needed = _indexes_of_records(gone)
        gone = [row for row in gone if (row.file_id, row.index) not in needed]
        _delete(ContactFileRow, (row.id for row in gone))
        return [(row.id, str(row.index), "row") for row in rows if row.id in kept_ids]

    def _consents(self, rows: list[Any]) -> list[tuple[int, str, str]]:
        """Consents that were withdrawn since are a proof, too: they stay."""
        left = [row for row in rows if row.withdrawn_at is not None]
        _delete(Consent, (row.id for row in rows if row.withdrawn_at is None))
        return [(row.id, row.number or row.mail, "contact") for row in left]

    def _changes(self, rows: list[Any]) -> list[tuple[int, str, str]]:
        """Old values come back where nobody has written another one since. The version rises: somebody may have the
        contact open."""
        contacts = {row.id: row for row in _all(Contact, (c.row for c in rows if c.kind == "contact"))}
        left, touched = [], set()
        for change in rows:
            contact = contacts.get(change.row)
            if contact is None or change.kind != "contact":
                continue
            back, others = _to_put_back(contact, change)
            if back:
                whole = contact.version == change.version and not others
                if whole:
                    back |= {
                        name: change.before[name]
                        for name in ("updated_at", "updated_by")
                        if name in change.before
                    }
                # Whom the import has made, and nobody else has touched, goes as he came: in his first version.
                made_here = whole and contact.import_id == self._job.id
                contact.version = change.version - 1 if made_here else contact.version + 1
                Contact.update(**back, version=contact.version).where(Contact.id == contact.id).execute()
                for name, value in back.items():
                    setattr(contact, "updated_by_id" if name == "updated_by" else name, value)
                touched.add(contact.id)
                if whole:
                    self._versions_move(change, contact.version - change.version + 1, rows)
            if others:
                left.append((contact.id, _name(contact), "field"))
        _delete(ImportChange, (row.id for row in rows))
        reindex(self._account, sorted(touched), self._country)
        return left

    def _versions_move(self, change: Any, by: int, rows: list[Any]) -> None:
        """The change before this one, if nobody else came between, is now the contact's last: it has its version."""
        if not by:
            return
        for row in rows:
            if row.row == change.row and row.kind == "contact" and row.id < change.id:
                row.version += by
        earlier = (ImportChange.job == self._job.id) & (ImportChange.row == change.row)
        earlier &= (ImportChange.kind == "contact") & (ImportChange.id < change.id)
        ImportChange.update(version=ImportChange.version + by).where(earlier).execute()

    def _added_numbers(self) -> Any:
        """Numbers of contacts that were known."""
        own = Contact.select(Contact.id).where(Contact.import_id == self._job.id)
        return (ContactNumber.import_id == self._job.id) & ContactNumber.contact.not_in(own)

    def _numbers(self, rows: list[Any]) -> list[tuple[int, str, str]]:
        left = [row for row in rows if row.wrong_at is not None]
        gone = [row for row in rows if row.wrong_at is None]
        _delete(ContactNumber, (row.id for row in gone))
        reindex(self._account, sorted({row.contact_id for row in gone}), self._country)
        return [(row.id, row.number, "contact") for row in left]

    def _contacts(self, rows: list[Any]) -> list[tuple[int, str, str]]:
        used = self._in_use.of([row.id for row in rows])
        left, gone = [], []
        for row in rows:
            why = "contact" if row.version != 1 or row.merged_into_id else "in_use" if row.id in used else ""
            if why:
                left.append((row.id, _name(row), why))
            else:
                gone.append(row.id)
        _delete(Contact, gone)
        return left

    # --- the end ----------------------------------------------------------------------------------------------
    def _end(self) -> None:
        made = self._job.made or {}
        new = set(made.get("new", ()))
        with transaction(proxy.obj):
            kept = self._kept
            if "file_of_list" in new:
                CallList.update(file=None, version=CallList.version + 1).where(
                    (CallList.id == made["call_list"]) & (CallList.file == made["contact_file"])
                ).execute()
            if "call_list" in new and made["call_list"]:
                kept += self._dropped(CallList, ListRecord.list, made["call_list"])
            if "contact_file" in new and made["contact_file"]:
                kept += self._dropped(ContactFile, ContactFileRow.file, made["contact_file"])
            for name in made.get("fields", ()):
                self._drop_field(name)
            self._kept = kept
            if new or made.get("fields"):
                making.changed(self._account)
            changed = (
                ImportJob.update(
                    state="UNDONE",
                    runner="",
                    phase="",
                    made={},
                    position=0,
                    changed_since=kept,
                    undone_at=round(time.time() * 1000),
                )
                .where(self._ours())
                .execute()
            )
            if not changed:
                raise NotOurs

    def _dropped(self, model: Any, of: peewee.Field, identifier: int) -> int:
        """Delete a list or a file that the import made; 1 when something is in it, and it stays."""
        mine = model.get_or_none(model.id == identifier)
        if mine is None:
            return 0
        if of.model.select().where(of == identifier).exists():
            self._file.write(orjson.dumps([[mine.name], "imports.kept.made", {}]) + b"\n")
            return 1
        mine.delete_instance()
        return 0

    def _drop_field(self, name: str) -> None:
        """A field that the import made goes when nobody has a value in it."""
        mine = (ContactField.account == self._account) & (ContactField.name == name)
        marked = f'"{name}":'
        used = Contact.select().where((Contact.account == self._account) & Contact.custom.contains(marked))
        if not used.exists():
            ContactField.delete().where(mine).execute()

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self._said >= SAID_S:
            self._said = now
            self._say({"done": self._done, "total": max(self._total, self._done), "phase": "undoing"})


def _to_put_back(contact: Any, change: Any) -> tuple[Json, list[str]]:
    """(old values of columns that still have what the import wrote, columns that somebody has changed since)"""
    back: Json = {}
    others: list[str] = []
    for name, value in change.after.items():
        now = getattr(contact, name)
        if name == "custom":
            whole, mixed = _custom_back(now or {}, change.before.get("custom") or {}, value or {})
            if whole != (now or {}):
                back["custom"] = whole
            others += mixed
        elif now == value:
            back[name] = change.before[name]
        elif name != "name_key":
            others.append(name)
    if others and "name_key" in back:
        del back["name_key"]
    return back, others


def _custom_back(now: Json, before: Json, after: Json) -> tuple[Json, list[str]]:
    whole, mixed = dict(now), []
    for name in after:
        if after.get(name) == before.get(name):
            continue
        if now.get(name) != after[name]:
            mixed.append(f"custom.{name}")
        elif name in before:
            whole[name] = before[name]
        else:
            whole.pop(name, None)
    return whole, mixed


def _indexes_of_records(rows: Sequence[Any]) -> set[tuple[int, int]]:
    """Of these rows those whose record is still on a list: (file, index)."""
    found: set[tuple[int, int]] = set()
    for file in {row.file_id for row in rows}:
        lists = [r.id for r in CallList.select(CallList.id).where(CallList.file == file)]
        indexes = [row.index for row in rows if row.file_id == file]
        for some in peewee.chunked(indexes, 400):
            kept = ListRecord.select(ListRecord.index).where(
                ListRecord.list.in_(lists) & ListRecord.index.in_(some)
            )
            found.update((file, index) for (index,) in kept.tuples())
    return found


def _all(model: Any, ids: Iterable[int]) -> list[Any]:
    wanted = sorted(set(ids))
    return [row for some in peewee.chunked(wanted, 400) for row in model.select().where(model.id.in_(some))]


def _delete(model: Any, ids: Iterable[int]) -> None:
    wanted = list(ids)
    for some in peewee.chunked(wanted, 400):
        model.delete().where(model.id.in_(some)).execute()


def _name(contact: Any) -> str:
    return (
        " ".join(filter(None, (contact.first_name, contact.last_name))) or contact.company or str(contact.id)
    )
