"""The log of messages: the list, one message, sending again, cancelling. Inside `Database.read` and `write`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import find
from fs_app.admin.listing import Page, Wanted, between, like, page_of
from fs_app.errors import Conflict
from fs_app.messaging.model import Message
from fs_app.messaging.state import CANCELLED, EXPIRES_MS, SENDING, WAITING
from fs_app.queues.model import Queue

KIND = "message"


class NotNow(Conflict):
    """It is being sent, or it is over: too late to cancel, too early to send again."""

    key = "error.message_state"


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    channel: str
    state: str
    recipient: str
    template: str
    provider: str
    queue: str
    call: str
    language: str
    subject: str
    text: str
    parts: int
    tries: int
    created_at: int
    due_at: int
    claimed_at: int | None
    ended_at: int | None
    why: str
    detail: str
    reference: str
    wanted_by: str
    with_sound: bool

    @property
    def can_cancel(self) -> bool:
        return self.state == WAITING

    @property
    def can_resend(self) -> bool:
        return self.state not in (WAITING, SENDING)


SORTS = {
    "created": Message.created_at,
    "due": Message.due_at,
    "recipient": Message.recipient,
    "state": Message.state,
    "template": Message.template_name,
}


def listing(account: int, wanted: Wanted, since: int | None = None, until: int | None = None) -> Page[Line]:
    """Filters: state, channel, queue, template. `since`, `until`: UTC ms of when it was wanted."""
    query = Message.select().where(Message.account == account)
    if wanted.q:
        sought = like(wanted.q)
        query = query.where(
            Message.recipient.contains(_digits(sought) or sought)
            | Message.text.contains(sought)
            | Message.subject.contains(sought)
            | (Message.call == sought)
        )
    for name, column in (("state", Message.state), ("channel", Message.channel)):
        if value := wanted.filter(name):
            query = query.where(column == value)
    for name, column in (("queue", Message.queue), ("template", Message.template)):
        value = wanted.filter(name)
        if value.isascii() and value.isdigit():
            query = query.where(column == int(value))
    query = between(query, Message.created_at, since, until)
    names = dict(Queue.select(Queue.id, Queue.name).where(Queue.account == account).tuples())
    return page_of(query, wanted, SORTS, "created", lambda row: _line(row, names.get(row.queue_id, "")))


def one(account: int, message: int) -> Line:
    """Raises NotFound."""
    row = find(Message, account, message)
    queue = Queue.get_or_none(Queue.id == row.queue_id)
    return _line(row, queue.name if queue is not None else "")


def of_call(account: int, call: str) -> int:
    """How many messages there are about this call."""
    return int(Message.select().where(Message.account == account, Message.call == call).count())


def cancel(by: Actor, message: int) -> None:
    """Raises NotFound, NotNow."""
    row = find(Message, by.account, message)
    changed = (
        Message.update(state=CANCELLED, ended_at=by.now, why="by_person", detail=by.name[:200])
        .where(Message.id == message, Message.state == WAITING)
        .execute()
    )
    if not changed:
        raise NotNow(f"message {message} is {row.state}")
    audit.write(by, "cancel", KIND, message, _label(row))


def resend(by: Actor, message: int) -> int:
    """The same words to the same person, as a message of its own; returns its number. Raises NotFound, NotNow."""
    row = find(Message, by.account, message)
    if row.state in (WAITING, SENDING):
        raise NotNow(f"message {message} is {row.state}")
    made = Message.create(
        account=by.account,
        origin=f"again {message} {by.now}",
        channel=row.channel,
        template=row.template_id,
        template_name=row.template_name,
        call=row.call,
        queue=row.queue_id,
        recipient=row.recipient,
        language=row.language,
        subject=row.subject,
        text=row.text,
        variables={k: v for k, v in row.variables.items() if k != "provider"},
        recording=row.recording,
        created_at=by.now,
        due_at=by.now,
        expires_at=by.now + EXPIRES_MS,
        wanted_by=by.name[:200],
    )
    audit.write(by, "resend", KIND, made.id, _label(row))
    return int(made.id)


def _digits(sought: str) -> str:
    """Of a number as people write it, without the national zero or the international 00; '' when it is none."""
    if not all(c in "0123456789+ .-()/" for c in sought):
        return ""
    digits = "".join(c for c in sought if c.isdigit())
    return digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")


def _label(row: Any) -> str:
    return f"{row.template_name} → {row.recipient}"


def _line(row: Any, queue: str) -> Line:
    return Line(
        row.id,
        row.channel,
        row.state,
        row.recipient,
        row.template_name,
        row.provider_name,
        queue,
        row.call,
        row.language,
        row.subject,
        row.text,
        row.parts,
        row.tries,
        row.created_at,
        row.due_at,
        row.claimed_at,
        row.ended_at,
        row.why,
        row.detail,
        row.reference,
        row.wanted_by,
        bool(row.recording),
    )
