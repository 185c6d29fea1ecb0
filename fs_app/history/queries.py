"""What an agent's page asks about his calls: the history with its filter (BA-60). Functions run inside `db.read`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import JOIN, Expression, ModelSelect, chunked

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
    return _read(_newest(_filtered(_whole(), wanted)).limit(most), heard=False)


# --- inside -----------------------------------------------------------------------------------------------------
def _newest(query: ModelSelect) -> ModelSelect:
    return query.order_by(CallPart.began_at.desc(), CallPart.id.desc())


COLUMNS = (
    CallPart.id,
    CallPart.call,
    CallPart.agent,
    CallPart.began_at,
    CallPart.direction,
    CallPart.how,
    CallPart.missed,
    CallPart.number,
    CallPart.name,
    CallPart.connected_at,
    CallPart.ended_at,
    CallPart.wait_ms,
    CallPart.talk_ms,
    CallPart.hold_ms,
    CallPart.wrap_up_ms,
    CallPart.cause,
    CallPart.ended_by,
    Call.caller_number,
    Call.caller_name,
    Call.disposition_note,
    Contact.first_name,
    Contact.last_name,
    Contact.company,
    Queue.name,
    Disposition.label,
)
"""What a row shows, as plain values: an object for each row and table took ten times as long for a year [seen]."""


def _whole() -> ModelSelect:
    """With all that a row shows."""
    return (
        CallPart.select(*COLUMNS)
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


def _read(query: ModelSelect, heard: bool = True) -> list[Row]:
    """`heard`: with what there is to hear."""
    parts = list(query.tuples())
    recorded = _recordings({part[1] for part in parts}, {part[2] for part in parts}) if heard else {}
    return [_row(part, recorded.get(part[1], ())) for part in parts]


def _recordings(calls: set[str], agents: set[int]) -> dict[str, tuple[str, ...]]:
    """What these agents may hear of these calls: their conversations, and the calls that are theirs in the end."""
    found: dict[str, tuple[str, ...]] = {}
    listed = sorted(calls)
    for some in chunked(listed, 500):  # SQLite takes a limited number of values
        rows = (
            Recording.select(Recording.id, Recording.call)
            .join(Call)
            .where(
                Recording.agent.in_(agents) | Call.agent.in_(agents),
                Recording.call.in_(some),
                Recording.ended_at.is_null(False),
                Recording.delete_asked_at.is_null(),
                (Recording.problem == "") | (Recording.duration_ms > 0),
            )
            .order_by(Recording.started_at, Recording.id)
        )
        for recording, call in rows.tuples():
            found[call] = (*found.get(call, ()), recording)
    return found


def _row(part: tuple[Any, ...], recordings: tuple[str, ...]) -> Row:
    identifier, call, _, at, direction, how, missed, own_number, own_name, connected_at, ended_at, *more = (
        part
    )
    wait_ms, talk_ms, hold_ms, wrap_up_ms, cause, ended_by, *more = more
    number, name, note, first_name, last_name, company, queue, disposition = more
    own = bool(own_number or own_name)
    person = " ".join(p for p in (first_name, last_name) if p)
    talked = connected_at is not None and ended_at is not None
    return Row(
        id=identifier,
        call=call,
        at=at,
        direction=direction,
        how=how,
        missed=bool(missed),
        number=own_number if own else number,
        name=own_name if own else person or name,
        company="" if own else company or "",
        queue=queue or "",
        wait_ms=wait_ms,
        talk_ms=talk_ms + hold_ms if talked else None,
        hold_ms=hold_ms,
        wrap_up_ms=wrap_up_ms,
        running=ended_at is None,
        cause="" if connected_at is not None else cause,
        ended_by=ended_by,
        disposition=disposition or "",
        note=note if disposition else "",
        recordings=recordings if connected_at is not None else (),
    )
