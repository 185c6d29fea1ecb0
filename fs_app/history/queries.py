"""What an agent's page asks about his calls: the history with its filter (BA-60). Functions run inside `db.read`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import JOIN, Expression, ModelSelect

from fs_app.calls.model import Call, Recording
from fs_app.contacts.model import Contact
from fs_app.history.model import CallPart
from fs_app.queues.model import Disposition, Queue

Json = dict[str, Any]

PER_PAGE = 25
MOST_EXPORTED = 50_000
DIRECTIONS = ("", "in", "out", "missed", "internal")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`agent`'s parts that began in [since, until) (UTC ms). `direction`: one of DIRECTIONS. `search`: a text, and
    `digits` when it is a number (without national or international prefix)."""

    account: int
    agent: int
    since: int
    until: int
    direction: str = ""
    search: str = ""
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One part as a list shows it. Moments UTC ms, durations ms; `talk_ms` None: nobody talked. `cause` only where it
    came to nothing. `recordings`: what there is to hear."""

    id: int
    call: str
    at: int
    direction: str
    how: str
    missed: bool
    number: str
    name: str
    company: str
    queue: str
    wait_ms: int
    talk_ms: int | None
    hold_ms: int
    wrap_up_ms: int
    running: bool
    cause: str
    ended_by: str
    disposition: str
    note: str
    recordings: tuple[str, ...] = ()


def page(wanted: Wanted, number: int, size: int = PER_PAGE) -> tuple[list[Row], int, int]:
    """(rows of this page, newest first; the page; how many there are in all)."""
    total = count(wanted)
    number = min(max(1, number), max(1, -(-total // size)))
    found = _newest(_filtered(CallPart.select(CallPart.id), wanted)).limit(size).offset((number - 1) * size)
    ids = [identifier for (identifier,) in found.tuples()]
    return _read(_newest(_whole().where(CallPart.id.in_(ids)))), number, total


def count(wanted: Wanted) -> int:
    return int(_filtered(CallPart.select(CallPart.id), wanted).count())


def export(wanted: Wanted, most: int = MOST_EXPORTED) -> list[Row]:
    return _read(_newest(_filtered(_whole(), wanted)).limit(most))


# --- inside -----------------------------------------------------------------------------------------------------
def _newest(query: ModelSelect) -> ModelSelect:
    return query.order_by(CallPart.began_at.desc(), CallPart.id.desc())


def _whole() -> ModelSelect:
    """With all that a row shows."""
    return (
        CallPart.select(CallPart, Call, Queue, Disposition, Contact)
        .join(Call, JOIN.INNER, on=(CallPart.call == Call.id))
        .join(Contact, JOIN.LEFT_OUTER, on=(Call.contact == Contact.id))
        .switch(CallPart)
        .join(Queue, JOIN.LEFT_OUTER, on=(CallPart.queue == Queue.id))
        .switch(CallPart)
        .join(Disposition, JOIN.LEFT_OUTER, on=(CallPart.disposition == Disposition.id))
    )


def _filtered(query: ModelSelect, wanted: Wanted) -> ModelSelect:
    """The parts that are wanted: in the index alone, unless words are sought."""
    query = query.where(
        CallPart.agent == wanted.agent,
        CallPart.account == wanted.account,
        CallPart.began_at >= wanted.since,
        CallPart.began_at < wanted.until,
    )
    if wanted.direction == "missed":
        query = query.where(CallPart.missed)
    elif wanted.direction in DIRECTIONS[1:]:
        query = query.where(CallPart.direction == wanted.direction)
    if wanted.direction == "in":
        query = query.where(~CallPart.missed)
    return query.where(CallPart.id.in_(_named(wanted))) if wanted.search else query


def _named(wanted: Wanted) -> ModelSelect:
    """Those in which the words stand."""
    part = (
        CallPart.select(CallPart.id)
        .join(Call, JOIN.INNER, on=(CallPart.call == Call.id))
        .join(Contact, JOIN.LEFT_OUTER, on=(Call.contact == Contact.id))
    )
    return part.where(CallPart.agent == wanted.agent, CallPart.began_at >= wanted.since, _like(wanted))


def _like(wanted: Wanted) -> Expression:
    text = wanted.search
    found = (
        CallPart.name.contains(text)
        | Call.caller_name.contains(text)
        | Contact.last_name.contains(text)
        | Contact.first_name.contains(text)
        | Contact.company.contains(text)
        | CallPart.number.contains(text)
        | Call.caller_number.contains(text)
    )
    if len(wanted.digits) >= 3:
        found |= CallPart.number.contains(wanted.digits) | Call.caller_number.contains(wanted.digits)
    return found


def _read(query: ModelSelect) -> list[Row]:
    parts = list(query)
    recorded = _recordings({part.call_id for part in parts}, {part.agent_id for part in parts})
    return [_row(part, recorded.get(part.call_id, ())) for part in parts]


def _recordings(calls: set[str], agents: set[int]) -> dict[str, tuple[str, ...]]:
    """What these agents may hear of these calls: their conversations, and the calls that are theirs in the end."""
    found: dict[str, tuple[str, ...]] = {}
    listed = sorted(calls)
    for first in range(0, len(listed), 500):  # SQLite takes a limited number of values
        rows = (
            Recording.select(Recording.id, Recording.call)
            .join(Call)
            .where(
                Recording.agent.in_(agents) | Call.agent.in_(agents),
                Recording.call.in_(listed[first : first + 500]),
                Recording.ended_at.is_null(False),
                Recording.delete_asked_at.is_null(),
                (Recording.problem == "") | (Recording.duration_ms > 0),
            )
            .order_by(Recording.started_at, Recording.id)
        )
        for recording, call in rows.tuples():
            found[call] = (*found.get(call, ()), recording)
    return found


def _row(part: Any, recordings: tuple[str, ...]) -> Row:
    call = part.call
    contact = call.contact if call.contact_id else None
    own = bool(part.number or part.name)
    person = " ".join(p for p in (contact.first_name, contact.last_name) if p) if contact and not own else ""
    talked = part.connected_at is not None and part.ended_at is not None
    return Row(
        id=part.id,
        call=part.call_id,
        at=part.began_at,
        direction=part.direction,
        how=part.how,
        missed=part.missed,
        number=part.number if own else call.caller_number,
        name=part.name if own else person or call.caller_name,
        company=contact.company if contact and not own else "",
        queue=part.queue.name if part.queue_id else "",
        wait_ms=part.wait_ms,
        talk_ms=part.talk_ms + part.hold_ms if talked else None,
        hold_ms=part.hold_ms,
        wrap_up_ms=part.wrap_up_ms,
        running=part.ended_at is None,
        cause="" if part.connected_at is not None else part.cause,
        ended_by=part.ended_by,
        disposition=part.disposition.label if part.disposition_id else "",
        note=call.disposition_note if part.disposition_id else "",
        recordings=recordings if part.connected_at is not None else (),
    )
