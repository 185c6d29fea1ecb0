"""The records of a person as an agent sees them beside his call (inside `Database.read`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from peewee import Case, Expression, fn

from fs_app.calllists.model import CallList, ListRecord
from fs_app.calllists.state import DIALABLE, State
from fs_app.calllists.whose import of_number
from fs_app.calls.model import Call

MOST = 5

Json = dict[str, Any]


def of_call(account: int, call: str, record: int | None, number: str, contact: int | None) -> list[Json]:
    """The record that a call is for (`record`: as memory knows it), then those that this person has open on active
    lists: `id`, `list`, `state`, `attempts`, `most`, `due_at`, `memo`, `others` (his other numbers), `mine` (it is this
    call's)."""
    if record is None:
        row = Call.select(Call.record_id).where(Call.id == call, Call.account == account).tuples().first()
        record = row[0] if row is not None else None
    found: dict[int, Json] = {}
    if record is not None:
        _add(found, (ListRecord.id == record) & (ListRecord.account == account), True)
    is_open = ListRecord.state.in_((*DIALABLE, State.IN_CALL.value)) & CallList.active
    for way in of_number(account, number):
        _add(found, is_open & way)
    if contact is not None:
        _add(found, is_open & (CallList.account == account) & (ListRecord.contact == contact))
    return list(found.values())[:MOST]


@dataclass(frozen=True, slots=True)
class Assigned:
    """What one agent has of a list: `personal` callbacks, `overdue` ones of them, and `others` that are assigned to
    him."""

    agent: int
    personal: int
    overdue: int
    others: int

    @property
    def total(self) -> int:
        return self.personal + self.others


def assigned(call_list: int, now: int) -> list[Assigned]:
    """By agent: the records of a list that are to be called and belong to somebody."""
    is_late = (ListRecord.state == State.PERSONAL.value) & (ListRecord.due_at < now)
    late = fn.SUM(Case(None, [(is_late, 1)], 0))
    rows = (
        ListRecord.select(ListRecord.owner, ListRecord.state, fn.COUNT(ListRecord.id), late)
        .where(ListRecord.list == call_list, ListRecord.owner.is_null(False), ListRecord.state.in_(DIALABLE))
        .group_by(ListRecord.owner, ListRecord.state)
        .tuples()
    )
    found: dict[int, Assigned] = {}
    for agent, state, n, overdue in rows:
        had = found.get(agent, Assigned(agent, 0, 0, 0))
        if state == State.PERSONAL:
            found[agent] = replace(had, personal=n, overdue=int(overdue or 0))
        else:
            found[agent] = replace(had, others=had.others + n)
    return list(found.values())


def _add(found: dict[int, Json], which: Expression, mine: bool = False) -> None:
    rows = (
        ListRecord.select(ListRecord, CallList.name, CallList.attempts)
        .join(CallList)
        .where(which, CallList.archived_at.is_null())
        .limit(MOST)
    )
    for row in rows:
        found.setdefault(
            row.id,
            {
                "id": row.id,
                "list": row.list.name,
                "state": row.state,
                "attempts": row.attempts,
                "most": row.list.attempts,
                "due_at": row.due_at,
                "memo": row.memo,
                "others": [one["n"] for one in row.more or () if one.get("n") and not one.get("wrong")],
                "mine": mine,
            },
        )
