"""Many records, a few at a time: a transaction is over before anybody who waits for the database notices it.

What is to be changed is sought in a reader's thread, piece by piece along the index of the list; then short
transactions read those records again, change them, remember how they were, and say how far the action is, all at once:
after a crash it goes on where it was. On SQLite the program's one writer does it, between its other work.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gevent
import orjson
from peewee import JOIN, Expression, ModelSelect, fn

from fs_app.calllists import actions, arrival
from fs_app.calllists.actions import Row
from fs_app.calllists.model import CallList, ListAction, ListChange, ListRecord
from fs_app.calllists.state import State
from fs_app.contacts.model import Contact
from fs_app.db import Database

PIECE = 5_000
"""So many records of a list are looked through at once."""

SHORT_S = 0.04
"""So long one transaction should take; its size follows."""

LEAST, MOST = 50, 2_000
PAUSE_S = 0.01
PATIENCE_S = 30.0
RANKING_S = 180.0


@dataclass(slots=True)
class Job:
    """An action at work. `condition`: its filter, over `ListRecord` joined with `Contact`. `stopped`: asks whether it
    is to end now."""

    id: int
    list: int
    kind: str
    params: Mapping[str, Any]
    condition: Expression | None
    cursor: int
    changed: int
    stopped: Callable[[], bool]
    size: int = 200


def joined(query: ModelSelect, condition: Expression | None) -> ModelSelect:
    """With the contacts, if a condition asks for them."""
    if condition is None:
        return query
    return query.join(Contact, JOIN.LEFT_OUTER)


def concerned(kind: str, params: Mapping[str, Any], condition: Expression | None) -> Expression:
    """Of the records of a list those that an action changes."""
    found: Expression = ListRecord.state.in_([str(s) for s in actions.touched(kind, params)])
    if kind == "unassign":
        found &= ListRecord.owner.is_null(False)
    if condition is not None and kind not in actions.WHOLE:
        found &= ~condition if kind == "restrict" else condition
    return found


def count(
    list_id: int, kind: str, params: Mapping[str, Any], condition: Expression | None
) -> tuple[int, int]:
    """(records that would change, records that are in a call and would be left alone). Inside `read`."""
    query = joined(ListRecord.select(fn.COUNT(ListRecord.id)), condition).where(ListRecord.list == list_id)
    busy = query.where(ListRecord.state == State.IN_CALL.value)
    if condition is not None and kind not in actions.WHOLE:
        busy = busy.where(~condition if kind == "restrict" else condition)
    return (
        int(query.where(concerned(kind, params, condition)).scalar() or 0),
        int(busy.scalar() or 0),
    )


# --- forward ----------------------------------------------------------------------------------------------------
def run(db: Database, job: Job) -> bool:
    """To the end, or until it is stopped. True: to the end."""
    if job.kind == "arrange":
        raise ValueError("an order is made by `rank`")
    while not job.stopped():
        piece = db.read(lambda: _piece(job), timeout=PATIENCE_S)
        if piece is None:
            return True
        end, found = piece
        if not found:
            job.cursor = end
            db.write(partial(progress, job, end, 0, 0, 0))
        while found and not job.stopped():
            now, found = found[: job.size], found[job.size :]
            to = end if not found else now[-1][1]
            adapt(
                job, db.write(partial(timed, _forward, db, job, [i for i, _ in now], to), timeout=PATIENCE_S)
            )
            gevent.sleep(PAUSE_S)
    return False


def timed(work: Callable[..., None], *args: Any) -> float:
    """How long it took (s), without the time that it waited for the writer."""
    begun = time.monotonic()
    work(*args)
    return time.monotonic() - begun


def _piece(job: Job) -> tuple[int, list[tuple[int, int]]] | None:
    """(the last index that was looked at, [(id, index) of the records concerned]); None: there are no more."""
    here = (ListRecord.list == job.list) & (ListRecord.index > job.cursor)
    end = (
        ListRecord.select(ListRecord.index)
        .where(here)
        .order_by(ListRecord.index)
        .offset(PIECE - 1)
        .limit(1)
        .scalar()
    )
    if end is None:
        end = ListRecord.select(fn.MAX(ListRecord.index)).where(here).scalar()
        if end is None:
            return None
    query = joined(ListRecord.select(ListRecord.id, ListRecord.index), job.condition)
    wanted = concerned(job.kind, job.params, job.condition)
    busy = ListRecord.state == State.IN_CALL.value
    if job.condition is not None and job.kind not in actions.WHOLE:
        busy &= ~job.condition if job.kind == "restrict" else job.condition
    query = query.where(here & (ListRecord.index <= end) & (wanted | busy)).order_by(ListRecord.index)
    return end, list(query.tuples())


def _forward(db: Database, job: Job, ids: Sequence[int], to: int) -> None:
    rows = _locked(db, ids)
    if job.kind in actions.DELETING:
        gone = [row.id for row in rows if row.state != State.IN_CALL]
        ListRecord.delete().where(ListRecord.id.in_(gone)).execute()
        progress(job, to, len(ids), len(gone), len(ids) - len(gone))
        return
    changes: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    kept, changed, left = [], 0, 0
    for row in rows:
        columns = actions.change(job.kind, row, job.params, job.changed + changed)
        if not columns:
            left += row.state == State.IN_CALL
            changed += job.kind == "assign" and row.state != State.IN_CALL  # it is his already
            continue
        changed += 1
        changes.setdefault(tuple(columns), []).append((*columns.values(), row.id))
        if job.kind in actions.UNDOABLE:
            old = {name: getattr(row, name) for name in columns}
            kept.append((job.id, row.id, orjson.dumps(old).decode(), orjson.dumps(columns).decode()))
    for names, values in changes.items():
        update_many(db, names, values)
    keep(db, kept)
    progress(job, to, len(ids), changed, left)


def keep(db: Database, kept: Sequence[tuple[int, int, str, str]]) -> None:
    """(action, record, the columns as they were, as they are now): what undoing needs."""
    if not kept:
        return
    mark = "?" if db.is_sqlite else "%s"
    into = '"action_id", "record", "old", "new"'
    db._database.cursor().executemany(
        f'INSERT INTO "list_change" ({into}) VALUES ({", ".join([mark] * 4)})',  # noqa: S608
        list(kept),
    )


def progress(job: Job, to: int, done: int, changed: int, left: int) -> None:
    ListAction.update(
        cursor=to,
        done=ListAction.done + done,
        changed=ListAction.changed + changed,
        left=ListAction.left + left,
    ).where(ListAction.id == job.id).execute()
    job.cursor = to
    job.changed += changed


def _locked(db: Database, ids: Sequence[int]) -> list[Row]:
    query = ListRecord.select(*(getattr(ListRecord, name) for name in actions.COLUMNS))
    query = query.where(ListRecord.id.in_(list(ids))).order_by(ListRecord.index)
    if not db.is_sqlite:
        query = query.for_update()
    return [Row(*row) for row in query.tuples()]


def update_many(db: Database, names: Sequence[str], values: Sequence[tuple[Any, ...]]) -> None:
    """`values`: of each record the columns in the order of `names`, then its id. One statement, prepared once."""
    mark = "?" if db.is_sqlite else "%s"
    columns = ", ".join(f'"{ListRecord._meta.fields[name].column_name}" = {mark}' for name in names)  # type: ignore[attr-defined]
    cursor = db._database.cursor()
    cursor.executemany(f'UPDATE "list_record" SET {columns} WHERE "id" = {mark}', list(values))  # noqa: S608


def adapt(job: Job, took_s: float) -> None:
    job.size = max(LEAST, min(MOST, int(job.size * min(2.0, max(0.3, SHORT_S / max(took_s, 0.001))))))


# --- an order ---------------------------------------------------------------------------------------------------
def rank(db: Database, job: Job, ordering: Callable[[], Sequence[Any]], needs_contact: bool) -> bool:
    """All records in the order of `ordering` (made in the reader's thread). A record that has its rank already is not
    written. True: to the end."""

    def sought() -> array[int]:
        query = ListRecord.select(ListRecord.id)
        if needs_contact:
            query = query.join(Contact, JOIN.LEFT_OUTER)
        query = query.where(ListRecord.list == job.list).order_by(*ordering())
        cursor = db._database.execute(query)
        found = array("q")
        while rows := cursor.fetchmany(5_000):
            found.extend(row[0] for row in rows)
        return found

    ids = db.read(sought, timeout=RANKING_S)
    at = 0
    while at < len(ids) and not job.stopped():
        begin, now = at, ids[at : at + job.size]
        took_s = db.write(partial(timed, _ranked, db, job, begin, now), timeout=PATIENCE_S)
        at += len(now)
        adapt(job, took_s)
        gevent.sleep(PAUSE_S)
    return at >= len(ids)


def _ranked(db: Database, job: Job, begin: int, ids: array[int]) -> None:
    known = dict(
        ListRecord.select(ListRecord.id, ListRecord.order_key).where(ListRecord.id.in_(list(ids))).tuples()
    )
    moved = [(rank, one) for rank, one in enumerate(ids, begin) if one in known and known[one] != rank]
    if moved:
        update_many(db, ("order_key",), moved)
    progress(job, begin + len(ids), len(ids), len(moved), 0)


# --- back -------------------------------------------------------------------------------------------------------
def undo(db: Database, job: Job) -> bool:
    """What was changed gets back what it had, unless it has changed since. True: to the end."""
    while not job.stopped():
        begun = time.monotonic()
        if not db.write(lambda: _back(db, job), timeout=PATIENCE_S):
            return True
        adapt(job, time.monotonic() - begun)
        gevent.sleep(PAUSE_S)
    return False


def _back(db: Database, job: Job) -> bool:
    kept = list(
        ListChange.select(ListChange.record, ListChange.old, ListChange.new)
        .where(ListChange.action == job.id)
        .order_by(ListChange.record)
        .limit(job.size)
        .tuples()
    )
    if not kept:
        return False
    rows = {
        row.id: {name: getattr(row, name) for name in actions.COLUMNS}
        for row in _locked(db, [k[0] for k in kept])
    }
    changes: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    left, came = 0, []
    for record_id, old, new in kept:
        row = rows.get(record_id)
        if row is None or not actions.undone(row, old, new):
            left += 1
            continue
        if job.kind == actions.ADD:
            came.append(record_id)
            continue
        changes.setdefault(tuple(old), []).append((*old.values(), record_id))
    for names, values in changes.items():
        update_many(db, names, values)
    if came:
        arrival.take_back(job.list, came)
    ListChange.delete().where(
        ListChange.action == job.id, ListChange.record.in_([k[0] for k in kept])
    ).execute()
    back = len(kept) - left
    ListAction.update(
        done=ListAction.done + len(kept), changed=ListAction.changed + back, left=ListAction.left + left
    ).where(ListAction.id == job.id).execute()
    return True


def forget(db: Database, action: int) -> None:
    """What an older action changed can't be undone any more."""
    while db.write(lambda: _forget(action), timeout=PATIENCE_S):
        gevent.sleep(PAUSE_S)


def _forget(action: int) -> int:
    some = ListChange.select(ListChange.record).where(ListChange.action == action).limit(MOST)
    ids = [one for (one,) in some.tuples()]
    return (
        int(ListChange.delete().where(ListChange.action == action, ListChange.record.in_(ids)).execute())
        if ids
        else 0
    )


def drop_list(list_id: int) -> None:
    """The list itself, when it has no records any more. Inside `write`."""
    if not ListRecord.select(ListRecord.id).where(ListRecord.list == list_id).limit(1).exists():
        CallList.delete().where(CallList.id == list_id).execute()
