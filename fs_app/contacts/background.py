"""What a record tells beside the contact: the way through the menus and what was said there, who else has the number,
the directory's entry, messages sent and left (BA-80), and what the routing decided (BY-31).

Runs inside `db.read`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from fs_app.calls.model import Call, JournalEntry
from fs_app.contacts import lookup
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.contacts.numbers import e164, shown
from fs_app.messaging.model import Message
from fs_app.voicemail.model import Voicemail

Json = dict[str, Any]

WAY = ("flow.started", "flow.node", "flow.exit", "flow.set", "flow.sub", "flow.back")
DECIDED = ("offer.made", "offer.failed", "call.queued", "call.overflowed", "call.line_lost")
ASKING = frozenset({"menu", "language"})
"""Nodes at which a caller chooses: their exits are his way, and say why in the words of the key."""

MOST_STEPS = 40
MOST_VALUES = 40
MOST_MESSAGES = 10
MOST_OTHERS = 10
MOST_ENTRIES = 500


def _entries(account: int, call: str, kinds: Iterable[str]) -> list[Any]:
    return list(
        JournalEntry.select()
        .where(
            (JournalEntry.account == account)
            & (JournalEntry.call == call)
            & JournalEntry.kind.in_(list(kinds))
        )
        .order_by(JournalEntry.id)
        .limit(MOST_ENTRIES)
    )


def way(account: int, call: str) -> tuple[list[Json], list[Json]]:
    """(steps, values): the menus and what he chose in them, in order; the variables that they set, but for secret
    ones. A step is {kind: menu, text} or {kind: choice, text: where, label: the exit}."""
    steps: list[Json] = []
    values: dict[str, str] = {}
    nodes: dict[str, tuple[str, str]] = {}
    for entry in _entries(account, call, WAY):
        data = entry.data or {}
        if entry.kind in ("flow.started", "flow.sub"):
            steps.append({"kind": "menu", "text": str(data.get("name") or ""), "label": ""})
        elif entry.kind == "flow.node":
            nodes[str(data.get("node"))] = (str(data.get("kind") or ""), str(data.get("label") or ""))
        elif entry.kind == "flow.exit":
            kind, label = nodes.get(str(data.get("node")), ("", ""))
            if kind in ASKING:
                chosen = str(data.get("why") or data.get("exit") or "")
                steps.append({"kind": "choice", "text": label, "label": chosen[:80]})
        elif entry.kind == "flow.set":
            name = str(data.get("name") or "")
            values.pop(name, None)
            if name and not data.get("secret"):
                values[name] = str(data.get("value") or "")
    shown_values = [{"name": n, "value": v[:300]} for n, v in list(values.items())[-MOST_VALUES:]]
    return steps[-MOST_STEPS:], shown_values


def decided(account: int, call: str) -> list[Json]:
    """What the routing did with the call, as it was written down: {kind, agent, at, data}."""
    return [
        {"kind": entry.kind, "agent": entry.agent, "at": entry.at, "data": entry.data or {}}
        for entry in _entries(account, call, DECIDED)
    ]


def same_number(account: int, number: str, country: str) -> list[Json]:
    """The contacts with this number, the latest first; one alone is no choice."""
    whole = e164(number, country)
    if whole is None:
        return []
    rows = (
        Contact.select(Contact.id, Contact.last_name, Contact.first_name, Contact.company)
        .join(ContactNumber)
        .where((ContactNumber.account == account) & (ContactNumber.number == whole))
        .order_by(Contact.updated_at.desc(), Contact.id.desc())
        .limit(MOST_OTHERS)
    )
    found = [
        {
            "id": row.id,
            "name": " ".join(filter(None, (row.first_name, row.last_name))) or row.company,
            "company": row.company,
        }
        for row in rows
    ]
    return found if len(found) > 1 else []


def directory_entry(account: int, agent: int | None, number: str, country: str) -> Json | None:
    """Of who is no contact: everybody's directory, then the agent's own. `fields` fill a new contact."""
    found = lookup.of_number(account, agent, number)
    if found is None or found.source == "contact":
        return None
    record = found.record
    numbers = {kind: shown(str(record.get(kind) or ""), country) for kind in ("office", "mobile")}
    texts = {
        "last_name": found.name,
        "company": found.company,
        "category": record.get("category") or "",
        "mail": record.get("mail") or "",
    }
    return {
        "source": found.source,
        "id": found.id,
        "name": found.name,
        "company": found.company,
        "fields": {name: text for name, text in {**texts, **numbers}.items() if text},
    }


def messages(account: int, numbers: Collection[str], mail: str) -> list[Json]:
    """Mail and SMS sent to this person, and what he left in the voicemail; newest first."""
    whom = [text for text in {*numbers, mail} if text]
    if not whom:
        return []
    sent = (
        Message.select(Message.created_at, Message.channel, Message.subject, Message.text, Message.state)
        .where((Message.account == account) & Message.recipient.in_(whom))
        .order_by(Message.created_at.desc())
        .limit(MOST_MESSAGES)
    )
    left = (
        Voicemail.select(
            Voicemail.left_at, Voicemail.duration_ms, Voicemail.state, Voicemail.call, Call.agent
        )
        .join(Call)
        .where((Voicemail.account == account) & Voicemail.number.in_(sorted(numbers)))
        .order_by(Voicemail.left_at.desc())
        .limit(MOST_MESSAGES)
    )
    found = [
        {
            "at": row.created_at,
            "kind": row.channel,
            "text": (row.subject or row.text)[:160],
            "state": row.state,
            "ms": 0,
        }
        for row in sent
    ]
    found += [
        {"at": row.left_at, "kind": "voicemail", "text": "", "state": row.state, "ms": row.duration_ms}
        for row in left
    ]
    return sorted(found, key=lambda one: -int(one["at"]))[:MOST_MESSAGES]
