"""The rows of a batch of lines: contacts, numbers, words of the search, consents, the contact file, the call list.

Runs in the child process, inside its transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from typing import Any

import orjson
import peewee

from fs_app.calllists import arrival
from fs_app.calllists.keys import arriving
from fs_app.calllists.model import CallList, ContactFileRow, ListRecord
from fs_app.contacts.fields import COLUMNS
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.contacts.searching import name_key, stored, text_of
from fs_app.db import proxy
from fs_app.imports.bulk import Rows, Words, held
from fs_app.imports.consents import Consents
from fs_app.imports.deciding import Decision
from fs_app.imports.known import Known
from fs_app.imports.prepare import Line
from fs_app.imports.updating import Updater

TEXTS = tuple(COLUMNS)


@dataclass(frozen=True, slots=True)
class Target:
    """Into what an import goes; `at`: its moment, the same for all of its rows (UTC ms)."""

    job: int
    account: int
    country: str
    by: int | None
    by_name: str
    at: int
    call_list: int | None = None
    newest_first: bool = False
    contact_file: int | None = None
    excluded: bool = False
    ruled: bool = False
    """The list is in the order of a rule: what comes must be put into it."""


class Writer:
    def __init__(self, database: peewee.Database, target: Target, known: Known) -> None:
        self._to = target
        self._known = known
        self._contacts = Rows(
            database,
            Contact,
            (
                "id", "account_id", *TEXTS, "custom", "name_key", "guid", "import_id", "created_at", "updated_at",
                "updated_by_id",
            ),
        )  # fmt: skip
        self._numbers = Rows(
            database,
            ContactNumber,
            ("account_id", "contact_id", "number", "kind", "position", "time_zone", "import_id"),
        )
        self._words = Words(database)
        self._file_rows = Rows(
            database, ContactFileRow, ("account_id", "file_id", "index", "contact_id", "import_id")
        )
        self._records = Rows(database, ListRecord, arrival.COLUMNS)
        self._consents = Consents(database, target.account, target.job, target.by_name, target.at)
        self._updater = Updater(target.account, target.job, target.country, target.by, target.at)
        self._onto = arrival.Onto(
            target.account,
            target.call_list,
            arriving(target.newest_first, target.at),
            target.at,
            target.job,
            target.excluded,
        )

    def write(self, decisions: Sequence[Decision]) -> Counter[str]:
        """What was written, by outcome."""
        done: Counter[str] = Counter()
        new = [d for d in decisions if d.outcome == "new"]
        for decision, contact in zip(new, self._contacts.new_ids(len(new)) if new else (), strict=True):
            decision.contact = contact
        if new:
            self._write_contacts(new)
            done["new"] = len(new)
        updated = [d for d in decisions if d.outcome == "updated"]
        if updated:
            for decision, differs in zip(updated, self._updater.update(updated), strict=True):
                decision.outcome = "updated" if differs else "known"
                done[decision.outcome] += 1
        done["known"] += sum(d.outcome == "known" for d in decisions) - done["known"]
        self._consents.write(decisions)
        self._write_list(decisions, done)
        for decision in decisions:
            if decision.line.dropped:
                done["values_dropped"] += len(decision.line.dropped)
        return done

    def _write_contacts(self, new: Sequence[Decision]) -> None:
        """Rows are made while the server takes in those before them."""
        self._contacts.insert(map(self._contact, new))
        if any(decision.line.numbers for decision in new):
            self._numbers.insert(chain.from_iterable(map(self._numbers_of, new)))
        self._words.insert(self._to.account, [(d.contact or 0, d.line.words) for d in new])
        for decision in new:
            self._known.added(decision.line, decision.contact or 0)

    def _contact(self, decision: Decision) -> tuple[Any, ...]:
        to, line = self._to, decision.line
        get = line.texts.get
        return (
            decision.contact,
            to.account,
            *[get(name, "") for name in TEXTS],
            orjson.dumps(line.custom).decode() if line.custom else "{}",
            line.name_key,
            line.guid,
            to.job,
            to.at,
            to.at,
            to.by,
        )

    def _numbers_of(self, decision: Decision) -> list[tuple[Any, ...]]:
        to, contact, line = self._to, decision.contact, decision.line
        return [
            (to.account, contact, n.number, n.kind, position, line.zone, to.job)
            for position, n in enumerate(line.numbers, 1)
        ]

    def _write_list(self, decisions: Sequence[Decision], done: Counter[str]) -> None:
        to = self._to
        if to.call_list is None:
            if to.contact_file is not None:
                self._write_file_rows([d for d in decisions if d.record], self._next_index(), done)
            return
        onto = [d for d in decisions if d.record]
        done["list_filtered"] += len(decisions) - len(onto)
        if not onto:
            return
        first = self._next_index()
        if to.contact_file is not None:
            self._write_file_rows(onto, first, done)
        self._records.insert(self._record(decision, index) for index, decision in enumerate(onto, first))
        if to.ruled:
            CallList.update(order_wanted=True).where(CallList.id == to.call_list).execute()
        done["records"] += len(onto)
        done["blacklisted"] += sum(d.blocked for d in onto)

    def _write_file_rows(self, decisions: Sequence[Decision], first: int, done: Counter[str]) -> None:
        to = self._to
        if not decisions:
            return
        self._file_rows.insert(
            (to.account, to.contact_file, index, d.contact, to.job)
            for index, d in enumerate(decisions, first)
        )
        done["rows"] += len(decisions)

    def _record(self, decision: Decision, index: int) -> tuple[Any, ...]:
        line = decision.line
        return arrival.row(
            self._onto,
            index,
            decision.contact,
            line.numbers,
            decision.blocked,
            line.zone,
            line.due_at,
            line.memo,
        )

    def _next_index(self) -> int:
        return arrival.next_index(self._to.call_list, self._to.contact_file)


def expander(account: int, country: str, at: int, salt: bytes) -> Callable[[Line], None]:
    """Adds to a line by what its contact will be sorted, found and known elsewhere. `at`: the import's moment."""

    def expand(line: Line) -> None:
        texts = line.texts
        get = texts.get
        line.name_key = name_key(get("last_name", ""), get("first_name", ""), get("company", ""))
        values: dict[str, Any] = {**texts, "custom": line.custom} if line.custom else texts
        line.words = stored(account, text_of(values, [n.number for n in line.numbers], country))
        line.guid = guid(salt, at, line.at)

    return expand


def guid(salt: bytes, at: int, line: int) -> str:
    """Of the contact that a line brings: the same when the line is imported again after a death. It begins with the
    time like all of them (`contacts.model.new_guid`), then comes the line, so that the index grows at its end."""
    return f"{at:012x}{line:08x}{blake2b(line.to_bytes(8), key=salt, digest_size=6).hexdigest()}"


def still_there(target: Target) -> bool:
    """The list and the file into which lines go have not been deleted or put away meanwhile."""
    here = (("call_list", target.call_list), ("contact_file", target.contact_file))
    for table, identifier in here:
        if identifier is not None:
            mark = proxy.obj.param
            found = proxy.obj.execute_sql(
                f'SELECT 1 FROM "{table}" WHERE "id" = {mark} AND "account_id" = {mark} AND "archived_at" IS NULL'  # noqa: S608
                + held(proxy.obj),
                (identifier, target.account),
            )
            if found.fetchone() is None:
                return False
    return True
