"""What pages ask about calls: the list, one call with its whole life, the figures of a day.

The functions are run by the database's threads (`db.read(lambda: …)`) and give plain values. Every one takes
the account, and nothing of another account can come out.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from peewee import JOIN, Case, Expression, ModelSelect, Query, SqliteDatabase, fn

from fs_app.accounts.model import User
from fs_app.agents.model import Agent
from fs_app.calls.model import LINE_ROW, Call, JournalEntry, Leg, Recording
from fs_app.calls.rows import (
    OUTCOMES,
    Band,
    CallDetail,
    CallFilter,
    CallRow,
    Choice,
    Choices,
    EntryRow,
    Figures,
    LegRow,
    RecordingRow,
)
from fs_app.contacts.model import Contact
from fs_app.db import proxy
from fs_app.queues.model import Disposition, Queue

DAY_MS = 86_400_000
PAGE = 50
MOST_EXPORTED = 100_000
MOST_ENTRIES = 2000

SORTS = {
    "started": Call.started_at,
    "caller": Call.caller_number,
    "queue": Queue.name,
    "agent": User.name,
    "outcome": Call.outcome,
    "wait": Call.wait_ms,
    "talk": Call.talk_ms,
    "disposition": Disposition.label,
}

BOOKKEEPING = "flow.state"
"""What a voice menu waits for: it tells nobody anything, and there is a lot of it."""


def count(account: int, wanted: CallFilter) -> int:
    """How many calls match."""
    return int(_joined(account, wanted, Call.select(Call.id)).count())


def page(account: int, wanted: CallFilter, number: int, size: int = PAGE) -> list[CallRow]:
    """Page `number` (from 1) of the calls that match."""
    query = _rows(account, wanted).limit(size).offset((max(1, number) - 1) * size)
    return [_row(call) for call in query]


def export(account: int, wanted: CallFilter, most: int = MOST_EXPORTED) -> list[CallRow]:
    """All calls that match, `most` at most."""
    return [_row(call) for call in _rows(account, wanted).limit(most).iterator()]


def detail(account: int, call_id: str) -> CallDetail | None:
    """A call of this account, or None."""
    query = _joined(account, CallFilter(), _selection()).where(Call.id == call_id)
    call = query.get_or_none()
    if call is None:
        return None
    entries = _entries(account, call_id)
    return CallDetail(
        row=_row(call),
        ended_by=call.ended_by,
        cause=call.cause,
        disposed_at=call.disposed_at,
        agent_id=call.agent_id,
        contact_id=call.contact_id,
        ticket=call.ticket,
        legs=_legs(account, call_id),
        recordings=_recordings(account, call_id),
        entries=entries[:MOST_ENTRIES],
        names=_names(account, entries),
        more=len(entries) > MOST_ENTRIES,
        queue_id=call.queue_id,
    )


def whose(account: int, call_id: str) -> tuple[int | None, int | None] | None:
    """Agent and queue of a call of this account; None: there is no such call."""
    found = Call.select(Call.agent, Call.queue).where(Call.account == account, Call.id == call_id)
    return found.tuples().first() or None


def recording(account: int, call_id: str, recording_id: str) -> RecordingRow | None:
    """A recording of this call of this account, or None."""
    row = (
        Recording.select(Recording, Call)
        .join(Call)
        .where(
            (Recording.id == recording_id)
            & (Recording.call == call_id)
            & (Recording.account == account)
            & (Call.account == account)
        )
        .get_or_none()
    )
    if row is None:
        return None
    return _recording(row)


def recorded_agent(account: int, call_id: str, recording_id: str) -> int | None:
    """Whose conversation it is, whoever had the call in the end."""
    mine = (Recording.id == recording_id) & (Recording.call == call_id) & (Recording.account == account)
    found = Recording.select(Recording.agent).where(mine).tuples().first()
    return found[0] if found is not None else None


def figures(account: int, since: int, until: int, queues: tuple[int, ...] | None = None) -> Figures:
    """The calls that began in [since, until), in figures; `queues`: only of these."""
    talked = Call.answered_at.is_null(False)
    abandoned = Call.outcome == "abandoned"
    values = (
        Call.select(
            fn.COUNT(Call.id),
            fn.SUM(Case(None, [(talked, 1)], 0)),
            fn.SUM(Case(None, [(abandoned, 1)], 0)),
            fn.SUM(Case(None, [(Call.ended_at.is_null(), 1)], 0)),
            fn.AVG(Case(None, [(talked, Call.wait_ms)])),
            fn.AVG(Case(None, [(talked & Call.ended_at.is_null(False), Call.talk_ms)])),
            fn.MAX(Call.wait_ms),
        )
        .where(*_of_the_day(account, since, until, queues))
        .tuples()
        .get()
    )
    offered, answered, lost, running, wait, talk, longest = values
    return Figures(
        offered=int(offered or 0),
        answered=int(answered or 0),
        abandoned=int(lost or 0),
        running=int(running or 0),
        mean_wait_ms=None if wait is None else round(float(wait)),
        mean_talk_ms=None if talk is None else round(float(talk)),
        longest_wait_ms=int(longest) if longest else None,
    )


def _of_the_day(account: int, since: int, until: int, queues: tuple[int, ...] | None) -> list[Any]:
    found: list[Any] = [Call.account == account, Call.started_at >= since, Call.started_at < until]
    return found if queues is None else [*found, Call.queue.in_(queues)]


def choices(account: int) -> Choices:
    """Queues, agents and dispositions of the account, also those no longer active: their calls remain."""
    queues = Queue.select(Queue.id, Queue.name).where(Queue.account == account).order_by(Queue.name)
    agents = Agent.select(Agent.id, User.name).join(User).where(Agent.account == account).order_by(User.name)
    dispositions = (
        Disposition.select(Disposition.id, Disposition.label)
        .where(Disposition.account == account)
        .order_by(Disposition.label)
    )
    return Choices(
        queues=[Choice(q.id, q.name) for q in queues],
        agents=[Choice(a.id, a.user.name) for a in agents],
        dispositions=[Choice(d.id, d.label) for d in dispositions],
    )


def agents_of(account: int) -> list[Choice]:
    """The active agents, by name."""
    rows = (
        Agent.select(Agent.id, User.name)
        .join(User)
        .where((Agent.account == account) & Agent.active & User.active)
        .order_by(User.name)
    )
    return [Choice(a.id, a.user.name) for a in rows]


# --- inside ------------------------------------------------------------------------------------------------
def _selection() -> ModelSelect:
    recorded = fn.EXISTS(
        Recording.select(Recording.id).where(
            Recording.call == Call.id, Recording.deleted_at.is_null(), Recording.problem == ""
        )
    )
    return Call.select(Call, Queue, Agent, User, Disposition, Contact, recorded.alias("recorded"))


def _rows(account: int, wanted: CallFilter) -> ModelSelect:
    column = SORTS.get(wanted.sort, Call.started_at)
    order = column.desc() if wanted.descending else column.asc()
    return _joined(account, wanted, _selection()).order_by(order, Call.started_at.desc(), Call.id)


def _joined(account: int, wanted: CallFilter, query: ModelSelect) -> ModelSelect:
    query = (
        query.join(Queue, JOIN.LEFT_OUTER, on=(Call.queue == Queue.id))
        .switch(Call)
        .join(Agent, JOIN.LEFT_OUTER, on=(Call.agent == Agent.id))
        .join(User, JOIN.LEFT_OUTER, on=(Agent.user == User.id))
        .switch(Call)
        .join(Disposition, JOIN.LEFT_OUTER, on=(Call.disposition == Disposition.id))
        .switch(Call)
        .join(Contact, JOIN.LEFT_OUTER, on=(Call.contact == Contact.id))
    )
    for condition in _conditions(account, wanted):
        query = query.where(condition)
    return query


def _conditions(account: int, wanted: CallFilter) -> list[Expression]:
    found: list[Any] = [Call.account == account]
    if wanted.queue is not None:
        found.append(Call.queue == wanted.queue)
    if wanted.queues is not None:
        found.append(Call.queue.in_(wanted.queues))
    if wanted.agent is not None:
        found.append(Call.agent == wanted.agent)
    if wanted.disposition is not None:
        found.append(Call.disposition == wanted.disposition)
    if wanted.dispositions:
        found.append(Call.disposition.in_(wanted.dispositions))
    if wanted.band:
        found.append(reduce(or_, map(_in_band, wanted.band)))
    if wanted.since is not None:
        found.append(Call.started_at >= wanted.since)
    if wanted.until is not None:
        found.append(Call.started_at < wanted.until)
    outcomes = [name for name in wanted.outcome.split(",") if name in OUTCOMES]
    if outcomes:
        ended = Call.outcome.in_([name for name in outcomes if name != "running"])
        found.append(ended | Call.ended_at.is_null() if "running" in outcomes else ended)
    if wanted.search:
        text = wanted.search
        either = (
            Call.caller_number.contains(text)
            | Call.caller_name.contains(text)
            | Call.called_number.contains(text)
            | Contact.last_name.contains(text)
            | Contact.company.contains(text)
            | User.name.contains(text)
            | (Call.id == text)
            | fn.EXISTS(_leg_named(text))
        )
        if len(wanted.digits) >= 3:
            either |= Call.caller_number.contains(wanted.digits) | Call.called_number.contains(wanted.digits)
        found.append(either)
    return found


def _in_band(band: Band) -> Any:
    """In SQL alone: the wall clock of a stretch of time in which no clock was changed."""
    clock = Expression(Call.started_at + band.offset_ms, "%%" if _percent_twice() else "%", DAY_MS)
    if band.begin < band.end:
        inside = (clock >= band.begin) & (clock < band.end)
    else:
        inside = (clock >= band.begin) | (clock < band.end)
    return (Call.started_at >= band.since) & (Call.started_at < band.until) & inside


def _percent_twice() -> bool:
    """PostgreSQL's driver takes a single % for one of its own marks."""
    return not isinstance(proxy.obj, SqliteDatabase)


def _leg_named(text: str) -> Query:
    """The switch's id or the SIP call id, as people copy them from a trace."""
    return Leg.select(Leg.id).where(
        (Leg.call == Call.id)
        & ((Leg.id == text) | Leg.id.startswith(text + LINE_ROW) | (Leg.sip_call_id == text))
    )


def _row(call: Any) -> CallRow:
    # An outer join without a match leaves the attribute None, or (peewee) an empty row.
    queue, agent = (call.queue if call.queue_id else None), (call.agent if call.agent_id else None)
    disposition = call.disposition if call.disposition_id else None
    contact = call.contact if call.contact_id else None
    return CallRow(
        id=call.id,
        started_at=call.started_at,
        direction=call.direction,
        stage=call.stage,
        outcome=call.outcome,
        caller_number=call.caller_number,
        caller_name=call.caller_name,
        called_number=call.called_number,
        contact=" ".join(p for p in (contact.first_name, contact.last_name) if p) if contact else "",
        queue=queue.name if queue else "",
        agent=agent.user.name if agent else "",
        wait_ms=call.wait_ms,
        talk_ms=call.talk_ms,
        hold_ms=call.hold_ms,
        disposition=disposition.label if disposition else "",
        category=disposition.category if disposition else "",
        note=call.disposition_note,
        recorded=bool(call.recorded),
        queued_at=call.queued_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
    )


def _legs(account: int, call_id: str) -> list[LegRow]:
    rows = (
        Leg.select(Leg, Agent, User)
        .join(Agent, JOIN.LEFT_OUTER, on=(Leg.agent == Agent.id))
        .join(User, JOIN.LEFT_OUTER, on=(Agent.user == User.id))
        .where((Leg.account == account) & (Leg.call == call_id))
        .order_by(Leg.created_at, Leg.id)
    )
    return [
        LegRow(
            id=leg.id.partition(LINE_ROW)[0],
            role=leg.role,
            agent=leg.agent.user.name if leg.agent_id else "",
            number=leg.number,
            sip_call_id=leg.sip_call_id,
            created_at=leg.created_at,
            answered_at=leg.answered_at,
            ended_at=leg.ended_at,
            cause=leg.cause,
            by_far_end=leg.by_far_end,
        )
        for leg in rows
    ]


def _recordings(account: int, call_id: str) -> list[RecordingRow]:
    rows = (
        Recording.select()
        .where((Recording.account == account) & (Recording.call == call_id))
        .order_by(Recording.started_at, Recording.id)
    )
    return [_recording(r) for r in rows]


def _recording(row: Any) -> RecordingRow:
    return RecordingRow(
        row.id,
        row.path,
        row.started_at,
        row.ended_at,
        row.duration_ms,
        row.bytes,
        row.problem,
        row.kept,
        row.kept_by,
        row.delete_asked_at,
        row.delete_why,
        row.delete_by,
        row.delete_reason,
        row.delete_trouble,
        row.deleted_at,
    )


def _entries(account: int, call_id: str) -> list[EntryRow]:
    rows = (
        JournalEntry.select()
        .where(
            (JournalEntry.account == account)
            & (JournalEntry.call == call_id)
            & (JournalEntry.kind != BOOKKEEPING)
        )
        .order_by(JournalEntry.at, JournalEntry.id)
        .limit(MOST_ENTRIES + 1)
    )
    return [EntryRow(e.id, e.at, e.kind, e.agent, e.data or {}) for e in rows]


def _names(account: int, entries: list[EntryRow]) -> dict[int, str]:
    ids = {e.agent for e in entries if e.agent} | {
        e.data["agent"] for e in entries if isinstance(e.data.get("agent"), int)
    }
    if not ids:
        return {}
    rows = Agent.select(Agent.id, User.name).join(User).where((Agent.account == account) & Agent.id.in_(ids))
    return {a.id: a.user.name for a in rows}
