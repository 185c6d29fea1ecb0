"""Lists and their records as pages show them: searched, filtered, sorted and cut in the database. Inside
`Database.read`; plain values come out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import JOIN, Expression, ModelSelect, fn

from fs_app.accounts.model import User
from fs_app.admin.form import find
from fs_app.agents.model import Agent
from fs_app.calllists.model import (
    CallList,
    ContactFile,
    ContactFileRow,
    DistributionRule,
    ListFilter,
    ListRecord,
    Planner,
    Profiler,
)
from fs_app.calllists.record import Record
from fs_app.calllists.rows import as_record, selected
from fs_app.contacts import searching
from fs_app.contacts.model import Contact
from fs_app.errors import NotFound
from fs_app.queues.model import Disposition, Queue

PER_PAGE = 50
CAP = 10_000
"""Of what a filter finds so many are counted: nobody turns more pages."""

MOST_FOUND = 5_000
"""So many records of people of a name are shown."""

SORTS = ("index", "attempts", "last_at", "due_at", "priority")
EXPORT_PIECE = 1_000


@dataclass(frozen=True, slots=True)
class Head:
    """A list without its records. Times UTC ms."""

    id: int
    name: str
    description: str
    queue_id: int | None
    queue: str
    active: bool
    archived_at: int | None
    file_id: int | None
    file: str
    rule: str
    profiler: str
    planner: str
    attempts: int
    threshold: int
    weight: int
    exclusive: bool
    newest_first: bool
    use_blacklist: bool
    ordered_at: int | None
    rule_id: int | None
    created_at: int
    updated_at: int


def _heads() -> ModelSelect:
    return (
        CallList.select(
            CallList,
            *(
                column
                for table in (Queue, ContactFile, DistributionRule, Profiler, Planner)
                for column in (table.id, table.name)
            ),
        )
        .join(Queue, JOIN.LEFT_OUTER)
        .switch(CallList)
        .join(ContactFile, JOIN.LEFT_OUTER)
        .switch(CallList)
        .join(DistributionRule, JOIN.LEFT_OUTER)
        .switch(CallList)
        .join(Profiler, JOIN.LEFT_OUTER)
        .switch(CallList)
        .join(Planner, JOIN.LEFT_OUTER)
    )


def heads(
    account: int, queues: Collection[int] | None, q: str = "", state: str = "", queue: int | None = None
) -> list[Head]:
    """Lists of the account, those in work first. `queues`: only those of these queues (None: all). `state`: "" without
    the archived ones, "active", "inactive", "archived"."""
    query = _heads().where(CallList.account == account)
    if queues is not None:
        query = query.where(CallList.queue.in_(list(queues)))
    if q:
        query = query.where(CallList.name.contains(q))
    if queue is not None:
        query = query.where(CallList.queue == queue)
    query = query.where(CallList.archived_at.is_null(state != "archived"))
    if state in ("active", "inactive"):
        query = query.where(CallList.active == (state == "active"))
    return [_head(row) for row in query.order_by(CallList.active.desc(), CallList.name, CallList.id)]


def head(account: int, list_id: int, queues: Collection[int] | None = None) -> Head:
    """Raises NotFound, also for one of a queue that this person is not given."""
    row = _heads().where(CallList.account == account, CallList.id == list_id).first()
    if row is None or (queues is not None and row.queue_id not in queues):
        raise NotFound(f"list {list_id}")
    return _head(row)


def _head(row: Any) -> Head:
    def named(one: Any) -> str:
        return one.name if one is not None else ""

    return Head(
        row.id,
        row.name,
        row.description,
        row.queue_id,
        named(row.queue if row.queue_id else None),
        row.active,
        row.archived_at,
        row.file_id,
        named(row.file if row.file_id else None),
        named(row.rule if row.rule_id else None),
        named(row.profiler if row.profiler_id else None),
        named(row.planner if row.planner_id else None),
        row.attempts,
        row.threshold,
        row.weight,
        row.exclusive,
        row.newest_first,
        row.use_blacklist,
        row.ordered_at,
        row.rule_id,
        row.created_at,
        row.updated_at,
    )


# --- records ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Wanted:
    """`q`: words of a name, or a number. `condition`: over `ListRecord` joined with `Contact`."""

    list: int
    q: str = ""
    states: tuple[str, ...] = ()
    condition: Expression | None = None
    sort: str = "index"
    descending: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A record with what pages say of it. `result`: the label of the last verdict."""

    record: Record
    name: str
    company: str
    city: str
    owner: str
    last_agent: str
    verdict: str
    file: Mapping[str, Any] = field(default_factory=dict)
    contact: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """`more`: there are more than `total`, which were counted."""

    lines: Sequence[Line]
    total: int
    more: bool
    number: int
    pages: int


def page(account: int, country: str, wanted: Wanted, known_total: int | None = None) -> Page:
    """`known_total`: how many there are, when somebody has counted them already."""
    query = _query(account, country, wanted, ListRecord.id)
    if known_total is None:
        total = query.limit(CAP + 1).count()
    else:
        total = known_total
    more = known_total is None and total > CAP
    total = min(total, CAP) if more else total
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(1, wanted.page), pages)
    column = getattr(ListRecord, wanted.sort if wanted.sort in SORTS else "index")
    order = [column.desc() if wanted.descending else column.asc()]
    if wanted.sort in ("last_at", "due_at"):
        order.insert(0, column.is_null())
    if wanted.sort != "index":
        order.append(ListRecord.id)
    ids = [i for (i,) in query.order_by(*order).offset((number - 1) * PER_PAGE).limit(PER_PAGE).tuples()]
    return Page(lines(account, ids), total, more, number, pages)


def _query(account: int, country: str, wanted: Wanted, *columns: Any) -> ModelSelect:
    query = ListRecord.select(*columns).where(ListRecord.list == wanted.list)
    if wanted.condition is not None:
        query = query.join(Contact, JOIN.LEFT_OUTER).where(wanted.condition)
    if wanted.states:
        query = query.where(ListRecord.state.in_(wanted.states))
    asked = _found(account, country, wanted.list, wanted.q) if wanted.q else None
    if asked is not None:
        query = query.where(asked)
    return query


def _found(account: int, country: str, call_list: int, q: str) -> Expression | None:
    """By a word of whom it is, or by a number however it is written; None: it asks for nothing. Looked for from the
    people to the list, so that a list of a million records is not gone through."""
    if searching.found(account, q, country) is None:
        return None
    people, _ = searching.joined(Contact.select(Contact.id), account, q, country)
    numbers = [f"+{way}" for way in searching.dialled(q, country)]
    nobodys = (ListRecord.account == account) & ListRecord.contact.is_null() & ListRecord.number.in_(numbers)
    ids: list[int] = []
    for condition in (ListRecord.contact.in_(people), nobodys)[: 2 if numbers else 1]:
        mine = ListRecord.select(ListRecord.id).where(ListRecord.list == call_list, condition)
        ids += [i for (i,) in mine.limit(MOST_FOUND).tuples()]
    if numbers and not ids:  # a number that his contact has no more
        return ListRecord.number.in_(numbers)
    return ListRecord.id.in_(ids)


def lines(account: int, ids: Sequence[int]) -> list[Line]:
    """In the order of `ids`."""
    rows = {
        row["id"]: as_record(row)
        for row in ListRecord.select(*selected())
        .where(ListRecord.id.in_(list(ids)), ListRecord.account == account)
        .dicts()
    }
    records = [rows[i] for i in ids if i in rows]
    return _lines(account, records)


def _lines(account: int, records: Sequence[Record], everything: bool = False) -> list[Line]:
    contacts = _contacts({r.contact for r in records if r.contact is not None})
    agents = agents_named({a for r in records for a in (r.owner, r.last_agent) if a is not None})
    verdicts = _verdicts({r.disposition for r in records if r.disposition is not None})
    files = _files(records) if everything else {}
    return [
        Line(
            r,
            " ".join(filter(None, (one.get("first_name"), one.get("last_name")))) or one.get("company") or "",
            one.get("company") or "",
            one.get("city") or "",
            agents.get(r.owner or 0, ""),
            agents.get(r.last_agent or 0, ""),
            verdicts.get(r.disposition or 0, ""),
            files.get((r.list, r.index), {}),
            one,
        )
        for r in records
        for one in (contacts.get(r.contact or 0, {}),)
    ]


def _contacts(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    return (
        {row["id"]: row for row in Contact.select().where(Contact.id.in_(list(ids))).dicts()} if ids else {}
    )


def agents_named(ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = Agent.select(Agent.id, User.name).join(User).where(Agent.id.in_(list(ids))).tuples()
    return dict(rows)


def _verdicts(ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(
        Disposition.select(Disposition.id, Disposition.label).where(Disposition.id.in_(list(ids))).tuples()
    )


def _files(records: Sequence[Record]) -> dict[tuple[int, int], dict[str, Any]]:
    """The rows of the contact files, by (list, index)."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    lists: dict[int, list[int]] = {}
    for one in records:
        lists.setdefault(one.list, []).append(one.index)
    for list_id, indexes in lists.items():
        file = CallList.select(CallList.file).where(CallList.id == list_id).scalar()
        if file is None:
            continue
        rows = ContactFileRow.select().where(ContactFileRow.file == file, ContactFileRow.index.in_(indexes))
        found |= {(list_id, row["index"]): row for row in rows.dicts()}
    return found


def line(account: int, list_id: int, record_id: int) -> Line:
    """Raises NotFound."""
    row = (
        ListRecord.select(*selected())
        .where(ListRecord.id == record_id, ListRecord.account == account, ListRecord.list == list_id)
        .dicts()
        .first()
    )
    if row is None:
        raise NotFound(f"record {record_id}")
    return _lines(account, [as_record(row)], everything=True)[0]


def piece(account: int, country: str, wanted: Wanted, after: int) -> list[Line]:
    """The next lines of an export: those after the index `after`, in the order of the list."""
    query = _query(account, country, wanted, *selected()).where(ListRecord.index > after)
    rows = query.order_by(ListRecord.index).limit(EXPORT_PIECE).dicts()
    return _lines(account, [as_record(row) for row in rows], everything=True)


def number_of(account: int, country: str, wanted: Wanted) -> int:
    """All of them, counted."""
    return int(_query(account, country, wanted, ListRecord.id).count())


# --- filters and files ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Named:
    id: int
    name: str
    filter: Any
    version: int


def filters_of(account: int, list_id: int) -> list[Named]:
    rows = ListFilter.select().where(ListFilter.account == account, ListFilter.list == list_id)
    return [Named(row.id, row.name, row.filter, row.version) for row in rows.order_by(ListFilter.name)]


def filter_of(account: int, list_id: int, filter_id: int) -> Named:
    """Raises NotFound."""
    row = find(ListFilter, account, filter_id)
    if row.list_id != list_id:
        raise NotFound(f"filter {filter_id}")
    return Named(row.id, row.name, row.filter, row.version)


@dataclass(frozen=True, slots=True)
class File:
    """A contact file (HN-406). Times UTC ms."""

    id: int
    name: str
    description: str
    columns: Sequence[str]
    created_at: int
    archived_at: int | None
    rows: int
    lists: tuple[str, ...]


def files(account: int) -> list[File]:
    counts = dict(
        ContactFileRow.select(ContactFileRow.file, fn.COUNT(ContactFileRow.id))
        .join(ContactFile)
        .where(ContactFile.account == account)
        .group_by(ContactFileRow.file)
        .tuples()
    )
    used: dict[int, list[str]] = {}
    for file, name in (
        CallList.select(CallList.file, CallList.name).where(CallList.account == account).tuples()
    ):
        used.setdefault(file, []).append(name)
    rows = ContactFile.select().where(ContactFile.account == account).order_by(ContactFile.name)
    return [
        File(
            row.id,
            row.name,
            row.description,
            row.columns or [],
            row.created_at,
            row.archived_at,
            counts.get(row.id, 0),
            tuple(used.get(row.id, ())),
        )
        for row in rows
    ]


def choices(account: int, table: Any) -> list[tuple[int, str]]:
    """(id, name) of a table of the account's, by name."""
    rows = table.select(table.id, table.name).where(table.account == account).order_by(table.name).tuples()
    return [(i, name) for i, name in rows]


def every(account: int, country: str, wanted: Wanted) -> Iterator[Line]:
    """All lines, piece by piece (tests, and exports that are already in a reader's thread)."""
    after = -1
    while found := piece(account, country, wanted, after):
        yield from found
        after = found[-1].record.index
