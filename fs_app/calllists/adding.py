"""Contacts of a segment, a filter or a search come onto a list (TC-63), a few at a time, as an import brings them.

Who is on the list already is not added again, who has no number that may be right is left out. The last contact that
was looked at is written with the records: after a death the work goes on there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import gevent
import orjson
from peewee import Value, chunked

from fs_app.admin.form import find
from fs_app.calllists import arrival, bulk
from fs_app.calllists.bulk import Job
from fs_app.calllists.keys import arriving
from fs_app.calllists.model import CallList, ContactFileRow, ListAction, ListRecord
from fs_app.contacts import columns, filter_sql, filters, listing
from fs_app.contacts.model import Contact, ContactNumber, Segment
from fs_app.db import Database
from fs_app.errors import Conflict
from fs_app.imports.reading.numbers import Check, Checked
from fs_app.legal.optouts import Blocked

AT_ONCE = 1_000
"""Contacts that one look at the database is about."""

LOOKED = 100_000
"""So many are looked at closely before the question; of more it is said that they are more."""

ROWS = 400
"""Of one statement."""

AS_ADDED = ("state", "attempts", "owner", "priority", "due_at", "last_result")
"""As long as a record has these as it came with them, undoing takes it off the list again."""

Json = dict[str, Any]


class ListAway(Conflict):
    """Nothing comes onto an archived list."""

    key = "lists.wrong.archived"


@dataclass(frozen=True, slots=True)
class Source:
    """Which contacts: those that pass all that is given. `filter`: JSON, None: none."""

    segment: int | None = None
    filter: Any = None
    q: str = ""

    @classmethod
    def of(cls, row: ListAction) -> Source:
        return cls(row.params.get("segment"), row.filter, row.params.get("q", ""))

    def wanted(self, account: int, now: int) -> listing.Wanted:
        """Raises NotFound, InvalidFields. Inside `Database.read`."""
        fields = columns.fields_of(account, now)
        parts = [] if self.filter is None else [self.filter]
        if self.segment is not None:
            find(Segment, account, self.segment)
            parts.append({"field": f"segment.{self.segment}", "op": "is"})
        where = None
        for one in parts:
            condition = filter_sql.where(filters.parse(one, fields), fields)
            where = condition if where is None else where & condition
        return listing.Wanted(account, fields.country, self.q, where)


@dataclass(frozen=True, slots=True)
class Number:
    number: str
    sort: str
    country: str
    zone: str


@dataclass(frozen=True, slots=True)
class Person:
    contact: int
    numbers: tuple[Number, ...]
    blocked: bool


@dataclass(slots=True)
class Counts:
    """`found` contacts; of the `looked` at: on the list already, without a number, coming, and of these blacklisted."""

    found: int = 0
    looked: int = 0
    listed: int = 0
    no_number: int = 0
    coming: int = 0
    blocked: int = 0


@dataclass(slots=True)
class Ground:
    """What the work stands on, read once. Made inside `Database.read`. `queue`, `call_list`: for the blacklist."""

    account: int
    source: Source
    now: int
    queue: int | None
    call_list: int | None
    wanted: listing.Wanted = field(init=False)
    _check: Check = field(init=False)
    _blocked: Blocked = field(init=False)

    def __post_init__(self) -> None:
        self.wanted = self.source.wanted(self.account, self.now)
        self._check = Check(self.wanted.country, premium=True)
        self._blocked = Blocked(self.account, self.now, self.queue, self.call_list)

    def after(self, last: int) -> list[Person]:
        """The next contacts beyond `last`, in their order."""
        ids = listing.after(self.wanted, last, AT_ONCE)
        numbers: dict[int, list[Number]] = {}
        for part in chunked(ids, ROWS):
            rows = (
                ContactNumber.select(ContactNumber.contact, ContactNumber.number, ContactNumber.time_zone)
                .where(ContactNumber.contact.in_(part), ContactNumber.wrong_at.is_null())
                .order_by(ContactNumber.contact, ContactNumber.position, ContactNumber.id)
            )
            for contact, number, zone in rows.tuples():
                numbers.setdefault(contact, []).append(self._number(number, zone))
        blocked = self._blocked.of([found[0].number for found in numbers.values()])
        return [self._person(one, tuple(numbers.get(one, ())), blocked) for one in ids]

    def _person(self, contact: int, numbers: tuple[Number, ...], blocked: Mapping[str, str]) -> Person:
        return Person(contact, numbers, bool(numbers) and numbers[0].number in blocked)

    def _number(self, number: str, zone: str) -> Number:
        found = self._check.check(number)
        if not isinstance(found, Checked):
            return Number(number, "", "", zone)
        return Number(number, found.kind, found.nation, zone or found.zone)


def found(account: int, source: Source, now: int) -> int:
    """How many contacts. Raises NotFound, InvalidFields. Inside `Database.read`."""
    return int(listing.matching(source.wanted(account, now)).count())


def count(db: Database, account: int, source: Source, now: int, call_list: int | None) -> Counts:
    """What would come of it. Raises NotFound, InvalidFields."""

    def begin() -> tuple[Ground, int]:
        queue = CallList.select(CallList.queue).where(CallList.id == call_list).scalar()
        return Ground(account, source, now, queue, call_list), found(account, source, now)

    ground, total = db.read(begin, timeout=60.0)
    counts, last = Counts(total), 0
    while counts.looked < LOOKED:

        def look(after: int = last) -> tuple[list[Person], set[int]]:
            people = ground.after(after)
            return people, set() if call_list is None else on_list(call_list, people)

        people, listed = db.read(look, timeout=bulk.PATIENCE_S)
        if not people:
            break
        for one in people:
            if one.contact in listed:
                counts.listed += 1
            elif not one.numbers:
                counts.no_number += 1
            else:
                counts.coming += 1
                counts.blocked += one.blocked
        counts.looked += len(people)
        last = people[-1].contact
    return counts


def on_list(call_list: int, people: Sequence[Person]) -> set[int]:
    """Contacts that are on it already."""
    there: set[int] = set()
    for part in chunked([one.contact for one in people], ROWS):
        rows = ListRecord.select(ListRecord.contact).where(
            ListRecord.list == call_list, ListRecord.contact.in_(part)
        )
        there.update(row[0] for row in rows.tuples())
    return there


def run(db: Database, job: Job, row: ListAction) -> bool:
    """To the end, or until it is stopped. True: to the end. Raises NotFound, InvalidFields, ListAway."""

    def begin() -> Ground:
        queue = CallList.select(CallList.queue).where(CallList.id == job.list).scalar()
        return Ground(row.account_id, Source.of(row), row.at, queue, job.list)

    ground = db.read(begin)
    while not job.stopped():
        people = db.read(lambda: ground.after(job.cursor), timeout=bulk.PATIENCE_S)
        if not people:
            return True
        while people and not job.stopped():
            now, people = people[: job.size], people[job.size :]
            took = db.write(partial(bulk.timed, _add, db, job, ground, now), timeout=bulk.PATIENCE_S)
            bulk.adapt(job, took)
            gevent.sleep(bulk.PAUSE_S)
    return False


def _add(db: Database, job: Job, ground: Ground, people: Sequence[Person]) -> None:
    into = _open(db, job.list)
    there = on_list(job.list, people)
    still = _visible(db, ground.account, people)
    new = [one for one in people if one.numbers and one.contact in still and one.contact not in there]
    if new:
        _insert(db, job, ground, into, new)
    bulk.progress(job, people[-1].contact, len(people), len(new), len(people) - len(new))


def _open(db: Database, list_id: int) -> CallList:
    """Two who add to the same list at once would give the same index: the second waits."""
    query = CallList.select().where(CallList.id == list_id)
    into = (query if db.is_sqlite else query.for_update()).first()
    if into is None or into.archived_at is not None:
        raise ListAway(f"list {list_id}")
    return into  # type: ignore[no-any-return]


def _visible(db: Database, account: int, people: Sequence[Person]) -> set[int]:
    """Those who have not been merged, erased or made somebody's own meanwhile; nobody erases them now."""
    still: set[int] = set()
    for part in chunked([one.contact for one in people], ROWS):
        query = Contact.select(Contact.id).where(listing.visible(account), Contact.id.in_(part))
        if not db.is_sqlite:
            query = query.for_update("FOR KEY SHARE")
        still.update(row[0] for row in query.tuples())
    return still


def _insert(db: Database, job: Job, ground: Ground, into: CallList, new: Sequence[Person]) -> None:
    onto = arrival.Onto(ground.account, job.list, arriving(into.newest_first, ground.now), ground.now)
    first = arrival.next_index(job.list, into.file_id)
    rows = [
        arrival.row(onto, index, one.contact, one.numbers, one.blocked)
        for index, one in enumerate(new, first)
    ]
    fields = [ListRecord._meta.combined[name] for name in arrival.COLUMNS]  # type: ignore[attr-defined]
    more = arrival.COLUMNS.index("more")
    taken_as_it_is = ((*row[:more], Value(row[more], converter=False), *row[more + 1 :]) for row in rows)
    for part in chunked(taken_as_it_is, ROWS):
        ListRecord.insert_many(part, fields).execute()
    if into.file_id is not None:
        lines = [
            {"account": ground.account, "file": into.file_id, "index": index, "contact": one.contact}
            for index, one in enumerate(new, first)
        ]
        for part in chunked(lines, ROWS):
            ContactFileRow.insert_many(part).execute()
    if into.rule_id is not None:
        CallList.update(order_wanted=True).where(CallList.id == job.list).execute()
    names = [getattr(ListRecord, name) for name in AS_ADDED]
    came = ListRecord.select(ListRecord.id, *names).where(
        ListRecord.list == job.list, ListRecord.index >= first, ListRecord.index < first + len(new)
    )
    kept = [
        (job.id, one, "{}", orjson.dumps(dict(zip(AS_ADDED, has, strict=True))).decode())
        for one, *has in came.tuples()
    ]
    bulk.keep(db, kept)
