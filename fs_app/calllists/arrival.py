"""A record as it comes onto a list, from a file or from among the contacts: the same rows, whoever brings them. Inside
a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from fs_app.calllists.model import CallList, ContactFileRow, ListRecord
from fs_app.calllists.state import State
from fs_app.db import proxy

COLUMNS = (
    "account_id", "list_id", "index", "contact_id", "number", "more", "kind", "country", "zone",
    "state", "before", "due_at", "order_key", "memo", "imported_at", "import_id",
)  # fmt: skip
"""Of a row."""


class Number(Protocol):
    """`sort`: what it is (mobile, fixed, special …)."""

    @property
    def number(self) -> str: ...

    @property
    def sort(self) -> str: ...

    @property
    def country(self) -> str: ...

    @property
    def zone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Onto:
    """Where to, and what all records that come together have in common. `order`: `keys.arriving`. `at`: their moment
    (UTC ms). `batch`: the import that brings them."""

    account: int
    call_list: int | None
    order: int
    at: int
    batch: int | None = None
    excluded: bool = False


def row(
    onto: Onto,
    index: int,
    contact: int | None,
    numbers: Sequence[Number],
    blocked: bool,
    zone: str = "",
    due_at: int | None = None,
    memo: str = "",
) -> tuple[Any, ...]:
    """The values of COLUMNS, as the database takes them. The first number is the one that is dialled; `zone`: where he
    is whose number nobody knows."""
    state, before = _state(onto.excluded, blocked, due_at)
    main = numbers[0] if numbers else None
    more = None
    if len(numbers) > 1:
        others = [
            {"n": n.number, "kind": n.sort, "zone": n.zone, "attempts": 0, "wrong": False}
            for n in numbers[1:]
        ]
        more = orjson.dumps(others).decode()
    return (
        onto.account,
        onto.call_list,
        index,
        contact,
        main.number if main else "",
        more,
        main.sort if main else "",
        main.country if main else "",
        main.zone if main else zone,
        state,
        before,
        due_at,
        onto.order,
        memo,
        onto.at,
        onto.batch,
    )


def _state(excluded: bool, blocked: bool, due_at: int | None) -> tuple[str, str | None]:
    """(state, the one it would have if it were not kept out)"""
    usual = State.UNTREATED if due_at is None else State.CALLBACK
    if blocked:
        return State.BLACKLISTED.value, usual.value
    if excluded:
        return State.EXCLUDED.value, usual.value
    return usual.value, None


def next_index(call_list: int | None, contact_file: int | None) -> int:
    """One series for the list and its file: a record and its row have the same index."""
    most = 0
    places = (("list_record", "list_id", call_list), ("contact_file_row", "file_id", contact_file))
    for table, column, identifier in places:
        if identifier is not None:
            found = proxy.obj.execute_sql(
                f'SELECT max("index") FROM "{table}" WHERE "{column}" = {proxy.obj.param}',  # noqa: S608 - names of ours
                (identifier,),
            )
            most = max(most, found.fetchone()[0] or 0)
    return int(most) + 1


def take_back(list_id: int, records: Sequence[int]) -> None:
    """These records, and their rows of the list's contact file that nothing came of."""
    file = CallList.select(CallList.file).where(CallList.id == list_id).scalar()
    if file is not None:
        indexes = ListRecord.select(ListRecord.index).where(ListRecord.id.in_(list(records)))
        ContactFileRow.delete().where(
            ContactFileRow.file == file,
            ContactFileRow.index.in_([one for (one,) in indexes.tuples()]),
            ContactFileRow.last_call == "",
        ).execute()
    ListRecord.delete().where(ListRecord.id.in_(list(records))).execute()
