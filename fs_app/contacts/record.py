"""The record of a call, as it pops on the agent's page: who, which way he came, what was before (BA-80).

The functions with SQL run inside `db.read`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fs_app.accounts.model import User
from fs_app.agents.model import Agent
from fs_app.calls.model import Call, Recording
from fs_app.contacts import background, own_fields
from fs_app.contacts.custom import filters_name
from fs_app.contacts.numbers import e164, is_mobile, shown, spellings
from fs_app.contacts.service import by_id, by_number, country_of, numbers_of
from fs_app.errors import NotFound
from fs_app.history.model import CallPart
from fs_app.queues.model import Did, Disposition, Queue

Json = dict[str, Any]

MOST_HISTORY = 20
RECENT_MS = 30 * 24 * 3600 * 1000

EXCHANGED = (
    Call.id,
    Call.started_at,
    Call.direction,
    Call.queue,
    Call.agent,
    Call.outcome,
    Call.disposition,
    Call.disposition_note,
    Call.wait_ms,
    Call.talk_ms,
    Call.answered_at,
    Queue.id,
    Queue.name,
    Agent.id,
    Agent.user,
    User.id,
    User.name,
    Disposition.id,
    Disposition.label,
)
"""What an earlier call tells of itself."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who opens the record. `everything`: may see others' calls, too, those of `queues` (None: all)."""

    account: int
    agent: int | None
    everything: bool
    queues: frozenset[int] | None = None

    def sees(self, row: Call) -> bool:
        """A call that need not be his."""
        return self.everything and (self.queues is None or row.queue_id in self.queues)


@dataclass(frozen=True, slots=True)
class Known:
    """What the agent's own picture says of the call: it may ring before the database has heard of it."""

    number: str
    name: str
    queue: int | None
    contact: int | None
    disposition_set: int | None


def record_of_call(
    reader: Reader, call: str, known: Known | None, now_ms: int, chosen: int | None = None
) -> Json:
    """{call, contact, others, entry, suggested, path, values, decided, history, recent, messages, dispositions};
    docs/events.md describes it. `chosen`: the contact to show, of several with the same number.

    Raises NotFound when there is no such call for this reader, or no such contact.
    """
    country = country_of(reader.account)
    row = Call.get_or_none((Call.id == call) & (Call.account == reader.account))
    mine = row is not None and (reader.sees(row) or _had_part(reader, row))
    if known is None and not mine:
        raise NotFound(f"call {call}")
    number = _other_party(row) if row is not None else known.number if known else ""
    name = row.caller_name if row is not None else known.name if known else ""
    queue_id = (row.queue_id if row is not None else None) or (known.queue if known else None)
    queue = _queue(reader.account, queue_id)
    set_id = (known.disposition_set if known else None) or (queue.disposition_set_id if queue else None)
    contact = _contact(reader.account, row, known, number, country, chosen)
    numbers = spellings(number, country)
    for own in numbers_of(contact["id"]) if contact else ():
        numbers |= spellings(own, country)
    history, recent = _history(reader, call, contact, numbers, now_ms)
    steps, values = background.way(reader.account, call)
    entry = None if contact else background.directory_entry(reader.account, reader.agent, number, country)
    return {
        "call": {**_call(row, call, number, name, queue), "open": row is not None and _opens(reader, row)},
        "contact": contact,
        "fields": _own(reader.account),
        "others": background.same_number(reader.account, number, country),
        "entry": entry,
        "suggested": {**_suggested(number, country), **(entry["fields"] if entry else {})},
        "path": _path(row, queue, country, steps),
        "values": values,
        "decided": background.decided(reader.account, call),
        "history": history,
        "recent": recent,
        "messages": background.messages(reader.account, numbers, contact["mail"] if contact else ""),
        "dispositions": tree(reader.account, set_id),
    }


def _queue(account: int, queue: int | None) -> Any:
    """What of it is told here; its eighty other columns take longer to ask for than the row to be found."""
    if queue is None:
        return None
    columns = Queue.id, Queue.name, Queue.disposition_set
    return Queue.select(*columns).where((Queue.id == queue) & (Queue.account == account)).get_or_none()


def _own(account: int) -> list[Json]:
    """The account's own fields, as the contact's form shows them after the others."""
    return [
        {
            "name": filters_name(one.name),
            "label": one.label,
            "kind": one.kind,
            "choices": list(one.choices),
        }
        for one in own_fields.of(account)
    ]


def _had_part(reader: Reader, row: Call) -> bool:
    """It is his, or was: he gave it to somebody else, let it ring, was asked about it."""
    if reader.agent is None:
        return False
    his = CallPart.select().where(CallPart.call == row.id, CallPart.agent == reader.agent)
    return row.agent_id == reader.agent or bool(his.exists())


def _opens(reader: Reader, row: Call) -> bool:
    """The page of the call is of who has it in the end, and of who may see all."""
    return bool(reader.sees(row) or (row.agent_id and row.agent_id == reader.agent))


def _other_party(row: Call) -> str:
    return str(row.caller_number)  # also of a call that we made


def _contact(
    account: int, row: Call | None, known: Known | None, number: str, country: str, wanted: int | None
) -> Json | None:
    if wanted is not None:
        found = by_id(account, wanted, country)
        if found is None:
            raise NotFound(f"contact {wanted}")
        return found
    # What is known of the call by now is newer than what the database has.
    chosen = (known.contact if known else None) or (row.contact_id if row is not None else None)
    return (by_id(account, chosen, country) if chosen else None) or by_number(account, number, country)


def _call(row: Call | None, call: str, number: str, name: str, queue: Queue | None) -> Json:
    return {
        "id": call,
        "number": number,
        "name": name,
        "direction": row.direction if row is not None else "inbound",
        "queue": {"id": queue.id, "name": queue.name} if queue is not None else None,
        "started_at": row.started_at if row is not None else None,
        "queued_at": row.queued_at if row is not None else None,
        "answered_at": row.answered_at if row is not None else None,
        "ended_at": row.ended_at if row is not None else None,
        "called_number": row.called_number if row is not None else "",
        "recorded": row is not None and Recording.select().where(Recording.call == row.id).exists(),
        "complete": row is not None,  # false: ask again in a moment, the database is behind
    }


def _suggested(number: str, country: str) -> Json:
    """What a new contact is filled with."""
    if e164(number, country) is None:
        return {}
    kind = "mobile" if is_mobile(number, country) else "office"
    return {kind: shown(number, country)}


def _path(row: Call | None, queue: Queue | None, country: str, menus: list[Json]) -> list[Json]:
    """The way of the call, in order: DID, menus and what was chosen in them, queue. Waiting and the agent follow from
    the call's times."""
    steps: list[Json] = []
    if row is not None and row.called_number and row.direction == "inbound":
        did = Did.get_or_none((Did.number == row.called_number) & (Did.account == row.account_id))
        text = shown(row.called_number, country)
        steps.append({"kind": "did", "text": text, "label": did.label if did is not None else ""})
    steps += menus
    if queue is not None:
        steps.append({"kind": "queue", "text": queue.name, "label": ""})
    return steps


def _history(
    reader: Reader, call: str, contact: Json | None, numbers: set[str], now_ms: int
) -> tuple[list[Json], int]:
    """Earlier calls of this person, newest first, and how many there were in the last 30 days."""
    same = []
    if numbers:
        listed = sorted(numbers)
        same.append(Call.caller_number.in_(listed))
    if contact:
        same.append(Call.contact == contact["id"])
    if not same:
        return [], 0
    person = same[0]
    for other in same[1:]:
        person |= other
    where = (Call.account == reader.account) & (Call.id != call) & person
    query = (
        Call.select(*EXCHANGED)
        .left_outer_join(Queue, on=(Call.queue == Queue.id))
        .switch(Call)
        .left_outer_join(Agent, on=(Call.agent == Agent.id))
        .left_outer_join(User, on=(Agent.user == User.id))
        .switch(Call)
        .left_outer_join(Disposition, on=(Call.disposition == Disposition.id))
        .where(where)
        .order_by(Call.started_at.desc())
        .limit(MOST_HISTORY)
    )
    recent = Call.select().where(where & (Call.started_at >= now_ms - RECENT_MS)).count()
    return [_exchange(row, reader) for row in query], recent


def history_of(reader: Reader, number: str, contact: int | None, but: str, now_ms: int) -> list[Json]:
    """Earlier calls of who has this number, or is this contact; not the call `but`."""
    country = country_of(reader.account)
    known = by_id(reader.account, contact, country) if contact else None
    return _history(reader, but, known, spellings(number, country), now_ms)[0]


def of_contact(reader: Reader, contact: int, now_ms: int) -> Json:
    """{history, recent, messages} of a contact, whichever call is looked at. Raises NotFound."""
    country = country_of(reader.account)
    known = by_id(reader.account, contact, country)
    if known is None:
        raise NotFound(f"contact {contact}")
    numbers: set[str] = set()
    for own in numbers_of(contact):
        numbers |= spellings(own, country)
    history, recent = _history(reader, "", known, numbers, now_ms)
    return {
        "history": history,
        "recent": recent,
        "messages": background.messages(reader.account, numbers, known["mail"]),
    }


def _exchange(row: Call, reader: Reader) -> Json:
    return {
        "call": row.id,
        "at": row.started_at,
        "direction": row.direction,
        "queue": row.queue.name if row.queue_id else "",
        "agent": row.agent.user.name if row.agent_id else "",
        "outcome": row.outcome,
        "disposition": row.disposition.label if row.disposition_id else "",
        "note": row.disposition_note,
        "wait_ms": row.wait_ms,
        "talk_ms": row.talk_ms,
        "answered": row.answered_at is not None,
        "open": _opens(reader, row),
    }


def tree(account: int, set_id: int | None) -> list[Json]:
    """The dispositions to choose from, in the administrator's order; `effect`: what one leads to
    (`queues.model.EFFECTS`)."""
    if set_id is None:
        return []
    rows = (
        Disposition.select()
        .where((Disposition.set == set_id) & (Disposition.account == account) & Disposition.active)
        .order_by(Disposition.position, Disposition.id)
    )
    nodes = {row.id: {"id": row.id, "label": row.label, "effect": row.effect, "children": []} for row in rows}
    top: list[Json] = []
    for row in rows:
        siblings = nodes[row.parent_id]["children"] if row.parent_id in nodes else top
        if row.parent_id is None or row.parent_id in nodes:
            siblings.append(nodes[row.id])
    return top
