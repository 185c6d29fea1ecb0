"""The list of callbacks as pages show it, closed ones too. Inside `Database.read`; plain values come out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from peewee import JOIN, Case, ModelSelect, fn

from fs_app.accounts.model import User
from fs_app.admin.listing import between
from fs_app.agents.model import Agent
from fs_app.callbacks.model import Callback
from fs_app.calls.model import JournalEntry
from fs_app.queues.model import Queue

PAGE = 50
LIVE = ("OPEN", "RESERVED", "REACHED")
STATES = (*LIVE, "DONE", "CANCELLED")
REASONS = ("KEPT_PLACE", "ABANDONED", "AGENT", "VOICEMAIL")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is sought. `state` empty: those that are still to be called; "all"; or one of STATES. `queues` and `agent`:
    only those of these queues, and those that this agent has (None: everybody's). `owner` has it reserved; `result`:
    what its last attempt came to; on the list from `since` until before `until`, or (`overdue`) due before that moment
    (UTC ms)."""

    q: str = ""
    digits: str = ""
    state: str = ""
    reason: str = ""
    queue: int | None = None
    queues: Collection[int] | None = None
    agent: int | None = None
    owner: int | None = None
    result: str = ""
    since: int | None = None
    until: int | None = None
    overdue: int | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """Times UTC ms."""

    id: str
    number: str
    name: str
    contact: int | None
    queue: str
    queue_id: int | None
    owner: str
    owner_id: int | None
    reason: str
    state: str
    due_at: int | None
    tries: int
    times: int
    last_cause: str
    created_at: int
    closed_at: int | None
    closed_why: str
    from_call: str
    recording: str
    note: str = ""
    personal: bool = False
    last_result: str = ""
    last_times: int = 0


@dataclass(frozen=True, slots=True)
class Counters:
    """Of those that are still to be called, in the same selection: nobody's, reserved, and due before now."""

    open: int = 0
    reserved: int = 0
    overdue: int = 0


def counters(account: int, wanted: Wanted, now: int) -> Counters:
    query = _query(account, replace(wanted, state="", overdue=None))
    late = Case(None, [((Callback.due_at < now) & Callback.due_at.is_null(False), 1)], 0)
    reserved = Case(None, [(Callback.state == "OPEN", 0)], 1)
    found = query.select(fn.COUNT(Callback.id), fn.SUM(reserved), fn.SUM(late)).tuples().get()
    total, kept, overdue = (int(value or 0) for value in found)
    return Counters(total - kept, kept, overdue)


def listing(account: int, wanted: Wanted) -> tuple[int, list[Row]]:
    """How many there are, and the page of them: the next due first, closed ones by their end, the latest first."""
    query = _query(account, wanted)
    total = query.count()
    if wanted.state in ("DONE", "CANCELLED", "all"):
        query = query.order_by(Callback.changed_at.desc(), Callback.id)
    else:
        query = query.order_by(fn.COALESCE(Callback.due_at, Callback.created_at), Callback.id)
    return total, [_row(c) for c in query.limit(PAGE).offset((max(1, wanted.page) - 1) * PAGE)]


def get(account: int, callback: str) -> Row | None:
    """One of this account, or None."""
    found = _query(account, Wanted(state="all")).where(Callback.id == callback).first()
    return _row(found) if found is not None else None


@dataclass(frozen=True, slots=True)
class Move:
    """One of those that were moved together. `to` None: to everybody; `before` None: it was nobody's."""

    callback: str
    to: int | None
    before: int | None


def moves(account: int, batch: str, since: int) -> list[Move]:
    """What was moved together, not before `since` (UTC ms): from the journal, so it is known after a restart, too."""
    rows = JournalEntry.select(JournalEntry.kind, JournalEntry.data).where(
        JournalEntry.account == account,
        JournalEntry.at >= since,
        JournalEntry.kind.in_(("callback.moved", "callback.released")),
    )
    return [
        Move(
            row.data["callback"],
            row.data["agent"] if row.kind == "callback.moved" else None,
            row.data["from_agent"],
        )
        for row in rows.order_by(JournalEntry.id)
        if row.data.get("batch") == batch
    ]


def _query(account: int, wanted: Wanted) -> ModelSelect:
    query = (
        Callback.select(Callback, Queue.id, Queue.name, Agent.id, User.id, User.name)
        .join(Queue, JOIN.LEFT_OUTER)
        .switch(Callback)
        .join(Agent, JOIN.LEFT_OUTER)
        .join(User, JOIN.LEFT_OUTER)
        .where(Callback.account == account)
    )
    if wanted.state == "":
        query = query.where(Callback.state.in_(LIVE))
    elif wanted.state in STATES:
        query = query.where(Callback.state == wanted.state)
    if wanted.reason:
        query = query.where(Callback.reason == wanted.reason)
    if wanted.owner is not None:
        query = query.where(Callback.owner == wanted.owner, Callback.state == "RESERVED")
    if wanted.result:
        query = query.where(Callback.last_result == wanted.result)
    query = between(query, Callback.created_at, wanted.since, wanted.until)
    if wanted.overdue is not None:
        query = query.where(Callback.due_at.is_null(False), Callback.due_at < wanted.overdue)
    if wanted.queue is not None:
        query = query.where(Callback.queue == wanted.queue)
    if wanted.queues is not None:
        query = query.where(Callback.queue.in_(list(wanted.queues)) | (Callback.owner == (wanted.agent or 0)))
    if wanted.q:
        found = Callback.name.contains(wanted.q) | Callback.number.contains(wanted.q)
        if wanted.digits:
            found |= Callback.number.contains(wanted.digits)
        query = query.where(found)
    return query


def _row(found: Callback) -> Row:
    queue = found.queue
    owner = found.owner
    return Row(
        found.id,
        found.number,
        found.name,
        found.contact_id,
        queue.name if queue is not None else "",
        found.queue_id,
        owner.user.name if owner is not None else "",
        found.owner_id,
        found.reason,
        found.state,
        found.due_at,
        found.tries,
        found.times,
        found.last_cause,
        found.created_at,
        found.closed_at,
        found.closed_why,
        found.from_call,
        found.recording,
        found.note,
        found.personal,
        found.last_result,
        found.last_times,
    )
