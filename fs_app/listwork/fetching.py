"""What is looked up of call lists for those who work through them. All of it waits for the database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from peewee import Case, fn

from fs_app.calllists.model import CallList, ListRecord
from fs_app.calllists.picking import Legal, anything
from fs_app.calllists.record import Record
from fs_app.calllists.rows import as_record, record, selected
from fs_app.calllists.state import DIALABLE, State
from fs_app.calllists.whose import of_number
from fs_app.calllists.working import Lists
from fs_app.contacts.model import Contact
from fs_app.db import Database
from fs_app.listwork.model import RecordAttempt
from fs_app.listwork.shelf import Fetched, Totals
from fs_app.listwork.state import Known, Number

MOST_OWN = 500
"""Of the personal callbacks of those who are here, the next due."""

MOST_ASSIGNED = 20
"""Of what is assigned to one agent in one list."""

LOOK_S = 3.0
"""So long the database may take when somebody waits for his call."""

GONE = "error.record_gone"
HELD_BACK = "error.record_held_back"

MOST_OPEN = 5
"""Of the lists on which somebody stands who calls."""


class Fetching:
    """For `listwork.shelf.Shelf`, and the looks at single records."""

    def __init__(
        self,
        db: Database,
        legal: Callable[[int, int], Legal] = lambda account, queue: anything,
        lists: Lists | None = None,
    ) -> None:
        """`legal(account, queue)`: what the law says of a record that is called for this queue now; `lists`: how they
        are worked."""
        self._db = db
        self._legal = legal
        self._lists = lists or Lists()

    # --- for the shelf --------------------------------------------------------------------------------------
    def queues(self) -> Mapping[int, int]:
        def look() -> dict[int, int]:
            rows = _active().select(CallList.queue, CallList.account).distinct().tuples()
            return dict(rows)

        return self._db.read(look)

    def take(self, account: int, queue: int, most: int, agents: Collection[int], now: int) -> Fetched:
        return self._db.read(lambda: self._take(account, queue, most, agents, now))

    def gone(self, queue: int, records: Collection[int]) -> frozenset[int]:
        def look() -> frozenset[int]:
            lists = _active().select(CallList.id).where(CallList.queue == queue)
            rows = ListRecord.select(ListRecord.id).where(
                ListRecord.id.in_(list(records)), ListRecord.list.in_(lists), ListRecord.state.in_(DIALABLE)
            )
            return frozenset(records) - {record for (record,) in rows.tuples()}

        return self._db.read(look)

    def totals(self, queue: int, now: int) -> Totals:
        def look() -> Totals:
            found = Totals()
            for one in _active().where(CallList.queue == queue):
                due, later, usable = _count(one, now)
                found = Totals(found.due + due, found.later + later, found.usable + usable)
            return found

        return self._db.read(look)

    def _take(self, account: int, queue: int, most: int, agents: Collection[int], now: int) -> Fetched:
        lists = {one.id: one for one in _active().where(CallList.queue == queue)}
        legal = self._legal(account, queue)
        free = self._lists.next_records(queue, now, most, None, legal)
        own = _personal(lists, agents)
        for working in self._lists.of_queue(queue, now):
            if not working.exclusive:
                continue
            for agent in agents:
                found = self._lists.picker.next_records(working.wanted(agent), now, MOST_ASSIGNED, legal)
                own += [one for one in found if one.owner == agent]
        known = {k.id: k for k in knowns([r for r in (*free, *own) if r.list in lists], lists)}
        mine = dict.fromkeys(r.id for r in own if r.id in known)
        return Fetched(
            tuple(known[r.id] for r in free if r.id in known and r.id not in mine),
            tuple(known[r] for r in mine),
        )

    # --- single records -------------------------------------------------------------------------------------
    def last_look(
        self,
        account: int,
        record_id: int,
        number: str,
        queue: int,
        now: int,
        refusal: Callable[[Record], tuple[str, dict[str, Any]] | None],
    ) -> tuple[str, dict[str, Any]] | None:
        """About the record of a call that is about to dial `number`: the sentence that says why not (the list has
        another word for it by now, its rules hold it back, or `refusal`), None when nothing does."""

        def look() -> tuple[str, dict[str, Any]] | None:
            found = record(account, record_id)
            if found is None or found.state != State.IN_CALL or found.number != number:
                return GONE, {}
            lists = _active().where(CallList.id == found.list, CallList.queue == queue)
            row = lists.first()
            if row is None:
                return GONE, {}
            working = self._lists.working(row, now)
            for one in working.holds_back(record_id):
                return HELD_BACK, {"name": one.name}
            return refusal(found)

        return self._db.read(look, LOOK_S)

    def open_of(
        self, account: int, number: str, contact: int | None, queues: Collection[int]
    ) -> Sequence[Known]:
        """On which active lists of these queues somebody stands who has this number, or is this contact."""

        def look() -> list[Known]:
            lists = {
                one.id: one
                for one in _active().where(CallList.account == account, CallList.queue.in_(list(queues)))
            }
            if not lists:
                return []
            found: dict[int, Record] = {}
            ways = of_number(account, number)
            if contact is not None:
                ways.append(ListRecord.contact == contact)
            for way in ways:
                query = ListRecord.select(*selected()).where(
                    way, ListRecord.list.in_(list(lists)), ListRecord.state.in_(DIALABLE)
                )
                for row in query.limit(MOST_OPEN).dicts():
                    one = as_record(row)
                    found[one.id] = one
            return knowns(list(found.values())[:MOST_OPEN], lists)

        return self._db.read(look)

    def in_call(self) -> list[Known]:
        """All that the lists say are in a call."""

        def look() -> list[Known]:
            lists = {one.id: one for one in CallList.select()}
            found: list[Record] = []
            for one in lists.values():
                query = ListRecord.select(*selected()).where(
                    ListRecord.list == one.id, ListRecord.state == State.IN_CALL.value
                )
                found += [as_record(row) for row in query.dicts()]
            return knowns(found, lists)

        return self._db.read(look)


def _active() -> Any:
    return CallList.select().where(
        CallList.active, CallList.archived_at.is_null(), CallList.queue.is_null(False)
    )


def _personal(lists: Mapping[int, CallList], agents: Collection[int]) -> list[Record]:
    """The personal callbacks of these agents, due or not."""
    query = (
        ListRecord.select(*selected())
        .where(
            ListRecord.owner.in_(list(agents)),
            ListRecord.list.in_(list(lists)),
            ListRecord.state == State.PERSONAL.value,
        )
        .order_by(ListRecord.due_at, ListRecord.id)
        .limit(MOST_OWN)
    )
    return [as_record(row) for row in query.dicts()]


def _count(one: CallList, now: int) -> tuple[int, int, int]:
    """(due, later, usable) by the index of the list; those with a date by their rows. What one agent alone may call is
    usable, and stands on his list, not on everybody's."""
    few = fn.SUM(Case(None, [(ListRecord.attempts < one.threshold, 1)], 0))
    due = later = usable = 0
    promised = [State.CALLBACK.value, State.PERSONAL.value]
    may = (ListRecord.attempts < one.attempts) | ListRecord.state.in_(promised)
    rows = (
        ListRecord.select(ListRecord.state, fn.COUNT(ListRecord.id), few)
        .where(ListRecord.list == one.id, ListRecord.state.in_(DIALABLE), ListRecord.attempts < one.attempts)
        .group_by(ListRecord.state)
    )
    dated = {State.CALLBACK.value, State.PERSONAL.value, State.SYSTEM.value}
    for state, n, workable in rows.tuples():
        usable += int(workable or 0)
        if state == State.PERSONAL:
            continue
        if state in dated:
            later += n
        else:
            due += n
    dated.discard(State.PERSONAL.value)
    nobodys = ListRecord.owner.is_null() if one.exclusive else ListRecord.id > 0
    if one.exclusive:
        assigned = _assigned(one, may)
        due -= sum(n for state, n in assigned if state not in dated)
        later -= sum(n for state, n in assigned if state in dated)
    if later:
        now_due = (
            ListRecord.select()
            .where(
                ListRecord.list == one.id,
                ListRecord.state.in_(list(dated)),
                may,
                nobodys,
                ListRecord.due_at <= now,
            )
            .count()
        )
        due, later = due + now_due, later - now_due
    return due, later, usable


def _assigned(one: CallList, may: Any) -> list[tuple[str, int]]:
    """By state, without personal callbacks; by the index of owners."""
    states = [state.value for state in DIALABLE if state is not State.PERSONAL]
    rows = ListRecord.select(ListRecord.state, fn.COUNT(ListRecord.id)).where(
        ListRecord.owner.is_null(False), ListRecord.list == one.id, ListRecord.state.in_(states), may
    )
    return list(rows.group_by(ListRecord.state).tuples())


def knowns(records: Sequence[Record], lists: Mapping[int, CallList]) -> list[Known]:
    """With the names of people, and what was tried so far."""
    names = _names(r.contact for r in records)
    tried = _tried(records)
    found = []
    for one in records:
        call_list = lists[one.list]
        per_number, results = tried.get(one.id, ({}, {}))
        found.append(
            Known(
                id=one.id,
                account=one.account,
                list=one.list,
                list_name=call_list.name,
                queue=call_list.queue_id or 0,
                index=one.index,
                name=names.get(one.contact or 0, ""),
                contact=one.contact,
                numbers=_numbers(one, per_number),
                status=one.state,
                due_at=one.due_at,
                since=one.imported_at,
                owner=one.owner,
                exclusive=bool(call_list.exclusive),
                memo=one.memo,
                attempts=one.attempts,
                most=call_list.attempts,
                last_result=one.last_result,
                results=results,
                country=one.country,
                use_blacklist=bool(call_list.use_blacklist),
            )
        )
    return found


def _numbers(one: Record, tried: Mapping[str, int]) -> tuple[Number, ...]:
    found = [Number(one.number, one.kind, one.zone)] if one.number else []
    for other in one.more:
        if other.get("n") and not other.get("wrong"):
            found.append(Number(str(other["n"]), str(other.get("kind") or ""), str(other.get("zone") or "")))
    return tuple(replace(number, attempts=tried.get(number.n, 0)) for number in found)


def _names(contacts: Iterable[int | None]) -> dict[int, str]:
    wanted = [c for c in contacts if c is not None]
    columns = Contact.id, Contact.first_name, Contact.last_name, Contact.company
    rows = Contact.select(*columns).where(Contact.id.in_(wanted)).tuples() if wanted else ()
    return {
        contact: " ".join(filter(None, (first, last))) or company for contact, first, last, company in rows
    }


def _tried(records: Sequence[Record]) -> dict[int, tuple[dict[str, int], dict[str, int]]]:
    """Record → (number → how often it was dialled, result → how often it came)."""
    found: dict[int, tuple[dict[str, int], dict[str, int]]] = {}
    wanted = {one.id: _since(one) for one in records if one.attempts or one.last_result}
    if not wanted:
        return found
    rows = RecordAttempt.select(
        RecordAttempt.record_id, RecordAttempt.number, RecordAttempt.result, RecordAttempt.at
    ).where(RecordAttempt.record_id.in_(list(wanted)))
    for one, number, result, at in rows.tuples():
        if at < wanted[one]:
            continue
        per_number, results = found.setdefault(one, ({}, {}))
        per_number[number] = per_number.get(number, 0) + 1
        if result:
            results[result] = results.get(result, 0) + 1
    return found


def _since(one: Record) -> int:
    """From when on attempts count (UTC ms): one that was recycled begins anew, though its times are kept."""
    times = one.attempt_times
    if one.attempts >= len(times):
        return 0
    return times[-one.attempts] if one.attempts else times[-1] + 1
