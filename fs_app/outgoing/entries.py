"""The list of numbers that must not be called: what the administrator's page and the CSV do with it (inside
`Database.read` and `.write`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from fs_app.outgoing.blacklist import Blocked
from fs_app.outgoing.model import DncEntry
from fs_app.queues.model import Queue

PAGE = 50
MOST_REASON = 200


@dataclass(frozen=True, slots=True)
class Row:
    """An entry, as the page shows it. Times UTC ms."""

    id: int
    number: str
    prefix: bool
    queue_id: int | None
    queue: str
    reason: str
    source: str
    expires_at: int | None
    created_at: int
    created_by: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """`digits`: in the number; `text`: in the reason or the name of who made it. `expired`: also what is over."""

    text: str = ""
    digits: str = ""
    queue: int | None = None
    expired: bool = False
    page: int = 1


def everything() -> dict[int, list[Blocked]]:
    """All accounts', for the memory."""
    found: dict[int, list[Blocked]] = defaultdict(list)
    rows = DncEntry.select(
        DncEntry.account,
        DncEntry.id,
        DncEntry.number,
        DncEntry.prefix,
        DncEntry.queue,
        DncEntry.reason,
        DncEntry.expires_at,
    ).tuples()
    for account, *values in rows.iterator():
        found[account].append(Blocked(*values))
    return found


def listing(account: int, wanted: Wanted, now_ms: int) -> tuple[int, list[Row]]:
    """How many there are, and one page of them, the latest first."""
    query = _found(account, wanted, now_ms)
    total = query.count()
    page = min(wanted.page, max(1, -(-total // PAGE)))
    rows = query.order_by(DncEntry.created_at.desc(), DncEntry.id.desc()).paginate(page, PAGE)
    return total, [_row(r) for r in rows]


def each(account: int, wanted: Wanted, now_ms: int) -> Iterator[Row]:
    """All of them, for the export."""
    for row in _found(account, wanted, now_ms).order_by(DncEntry.number, DncEntry.id):
        yield _row(row)


def get(account: int, entry: int) -> Row | None:
    row = _selection(account).where(DncEntry.id == entry).first()
    return _row(row) if row is not None else None


def same(account: int, number: str, prefix: bool, queue: int | None) -> DncEntry | None:
    """The entry that is there already for this number and queue."""
    in_queue = DncEntry.queue.is_null() if queue is None else DncEntry.queue == queue
    return (  # type: ignore[no-any-return]
        DncEntry.select()
        .where(DncEntry.account == account, DncEntry.number == number, DncEntry.prefix == prefix, in_queue)
        .first()
    )


def put(
    account: int,
    number: str,
    prefix: bool,
    queue: int | None,
    reason: str,
    expires_at: int | None,
    source: str,
    by: str,
    now_ms: int,
) -> tuple[Blocked, bool]:
    """Make it, or renew the one that is there; True: it is new."""
    row = same(account, number, prefix, queue)
    new = row is None
    if row is None:
        row = DncEntry(account=account, number=number, prefix=prefix, queue=queue, created_at=now_ms)
    row.reason, row.source, row.created_by = reason, source, by
    row.expires_at = expires_at  # type: ignore[assignment]
    row.save()
    return Blocked(row.id, number, prefix, queue, reason, expires_at), new


def delete(account: int, entry: int) -> Row | None:
    """None: it was gone already."""
    row = get(account, entry)
    if row is not None:
        DncEntry.delete().where(DncEntry.account == account, DncEntry.id == entry).execute()
    return row


def _found(account: int, wanted: Wanted, now_ms: int) -> Any:
    query = _selection(account)
    if not wanted.expired:
        query = query.where(DncEntry.expires_at.is_null() | (DncEntry.expires_at > now_ms))
    if wanted.queue is not None:
        query = query.where(DncEntry.queue == wanted.queue)
    if wanted.text:
        either = DncEntry.reason.contains(wanted.text) | DncEntry.created_by.contains(wanted.text)
        if wanted.digits:
            either |= fn.REPLACE(DncEntry.number, "+", "").contains(wanted.digits)
        query = query.where(either)
    return query


def _selection(account: int) -> Any:
    return DncEntry.select(DncEntry, Queue).join(Queue, JOIN.LEFT_OUTER).where(DncEntry.account == account)


def _row(row: Any) -> Row:
    return Row(
        row.id,
        row.number,
        row.prefix,
        row.queue_id,
        row.queue.name if row.queue_id else "",
        row.reason,
        row.source,
        row.expires_at,
        row.created_at,
        row.created_by,
    )
