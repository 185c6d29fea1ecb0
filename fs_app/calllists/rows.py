"""Records between the database and plain values. Inside `Database.read` or `.write`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from fs_app.calllists.model import ListRecord
from fs_app.calllists.record import Record

COLUMNS = tuple(f.name for f in fields(Record))


def selected() -> list[Any]:
    """The columns of a `Record`, to be selected as dicts."""
    return [getattr(ListRecord, name).alias(name) for name in COLUMNS]


_TIMES, _MORE = COLUMNS.index("attempt_times"), COLUMNS.index("more")


def from_tuple(row: Sequence[Any]) -> Record:
    """Of `selected()` as tuples: thousands of them are looked at for each that is called."""
    values = list(row)
    values[_TIMES], values[_MORE] = tuple(values[_TIMES] or ()), tuple(values[_MORE] or ())
    return Record(*values)


def as_record(row: Mapping[str, Any]) -> Record:
    values = {name: row[name] for name in COLUMNS}
    values["attempt_times"] = tuple(values["attempt_times"] or ())
    values["more"] = tuple(values["more"] or ())
    return Record(**values)


def record(account: int, record_id: int) -> Record | None:
    """One of this account."""
    row = (
        ListRecord.select(*selected())
        .where(ListRecord.id == record_id, ListRecord.account == account)
        .dicts()
        .first()
    )
    return as_record(row) if row is not None else None
