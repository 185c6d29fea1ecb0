"""Which recordings are to be deleted, from our own tables. Inside `Database.write` and `Database.read`.

Those of somebody under a legal hold are not, for as long as it lasts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, Case

from fs_app.accounts.model import Account
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.calls.model import Call, Recording
from fs_app.privacy import holds
from fs_app.queues.model import Disposition, Queue
from fs_app.recordings import rules
from fs_app.recordings.model import KeptDisposition

DAY_MS = 86_400_000

RETENTION, DISPOSITION, PERSON = "retention", "disposition", "person"
"""Why a recording is deleted."""

BY_ITSELF = "fs-app"
"""Who deletes, in the audit log, when nobody asked."""


@dataclass(frozen=True, slots=True)
class Doomed:
    """A recording whose file is to be removed."""

    id: str
    account: int
    call: str
    path: str
    why: str
    by: str
    trouble: str


def too_old(now: int, most: int) -> list[Any]:
    """Those whose days are over: the queue's, where it has its own, else the account's."""
    days = Case(None, [(Queue.recording_days > 0, Queue.recording_days)], Account.recording_days)
    return list(
        _open()
        .select(Recording.id, Recording.account, Recording.call)
        .join(Account)
        .switch(Recording)
        .join(Call)
        .join(Queue, JOIN.LEFT_OUTER, on=(Call.queue == Queue.id))
        .where(days > 0, Recording.started_at + days * DAY_MS < now, holds.free_calls())
        .order_by(Recording.started_at)
        .limit(most)
    )


def judge(now: int, unfinished: Collection[str], most: int) -> list[Any]:
    """Recordings of queues that keep certain dispositions only: those that are not to be kept. Whoever is judged once
    is not judged again when the queue's choice changes. `unfinished`: calls that may still be qualified."""
    waiting = (
        _open()
        .select(Recording, Call)
        .join(Call)
        .where(
            Recording.rule == rules.DISPOSITIONS,
            Recording.judged_at.is_null(),
            Recording.ended_at.is_null(False),
            Call.ended_at.is_null(False),
            holds.free_calls(),
        )
        .order_by(Recording.started_at)
        .limit(most)
    )
    unwanted = []
    for row in waiting:
        if row.call_id in unfinished:
            continue
        if _is_kept(row.call.queue_id, row.call.disposition_id):
            Recording.update(judged_at=now).where(Recording.id == row.id).execute()
        else:
            unwanted.append(row)
    return unwanted


def claim(rows: Collection[Any], why: str, now: int) -> None:
    """From here on nobody can keep them any more; the audit log says so before the file is gone."""
    for row in rows:
        Recording.update(delete_asked_at=now, delete_why=why, delete_by=BY_ITSELF).where(
            Recording.id == row.id,
            Recording.kept == False,  # noqa: E712
        ).execute()
        by = Actor(row.account_id, None, BY_ITSELF, now)
        audit.write(by, "delete", "recording", row.id, row.call_id, None, {"why": why})


def claimed(tried: Collection[str], most: int) -> list[Doomed]:
    """Whose file is still to be removed, except those that were tried in this round."""
    query = (
        Recording.select()
        .where(Recording.delete_asked_at.is_null(False), Recording.deleted_at.is_null())
        .order_by(Recording.delete_asked_at, Recording.id)
    )
    if tried:
        query = query.where(Recording.id.not_in(list(tried)))
    return [
        Doomed(r.id, r.account_id, r.call_id, r.path, r.delete_why, r.delete_by, r.delete_trouble)
        for r in query.limit(most)
    ]


def settle(results: Collection[tuple[Doomed, str]], now: int) -> None:
    """What became of the files: '' gone, else why it is still there."""
    for doomed, trouble in results:
        values: dict[str, Any] = (
            {"delete_trouble": trouble[:200]} if trouble else {"deleted_at": now, "delete_trouble": ""}
        )
        Recording.update(values).where(Recording.id == doomed.id).execute()


def unmeasured(since: int, most: int) -> list[tuple[str, str]]:
    """(id, path) of those that ended since and whose size nobody knows."""
    query = (
        _open()
        .select(Recording.id, Recording.path)
        .where(Recording.bytes == 0, Recording.ended_at >= since)
        .limit(most)
    )
    return [(r.id, r.path) for r in query]


def measured(sizes: Collection[tuple[str, int]]) -> None:
    for recording, size in sizes:
        Recording.update(bytes=size).where(Recording.id == recording).execute()


def _open() -> Any:
    """Neither deleted nor about to be, nor to be kept for ever."""
    return Recording.select().where(
        Recording.deleted_at.is_null(),
        Recording.delete_asked_at.is_null(),
        Recording.kept == False,  # noqa: E712
    )


def _is_kept(queue: int | None, disposition: int | None) -> bool:
    if disposition is None:
        return False
    chosen = Disposition.get_or_none(Disposition.id == disposition)
    either = [disposition, *([chosen.parent_id] if chosen is not None and chosen.parent_id else [])]
    return bool(
        KeptDisposition.select()
        .where(KeptDisposition.queue == queue, KeptDisposition.disposition.in_(either))
        .exists()
    )
