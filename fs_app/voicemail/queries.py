"""What the page of messages asks. Inside `Database.read`; plain values come out, of one account only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from fs_app.admin.listing import Page, Wanted, like, page_of
from fs_app.calls.model import Recording
from fs_app.errors import NotFound
from fs_app.queues.model import Queue
from fs_app.voicemail.model import Voicemail, VoicemailBox
from fs_app.voicemail.state import LISTED, NEW

SORTS = {"left": Voicemail.left_at, "length": Voicemail.duration_ms, "box": fn.LOWER(VoicemailBox.name)}


@dataclass(frozen=True, slots=True)
class Row:
    """`gone`: its recording is, or is being, deleted."""

    id: str
    call: str
    left_at: int
    duration_ms: int
    number: str
    name: str
    box: str
    queue: str
    queue_id: int | None
    state: str
    heard_at: int | None
    heard_by: str
    kept: bool

    @property
    def new(self) -> bool:
        return self.state == NEW


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    label: str


def listing(account: int, wanted: Wanted, digits: str = "") -> Page[Row]:
    """Filters: `box` (an identifier), `state` (empty: all, NEW, HEARD). Those whose recording was deleted are gone."""
    query = _joined(account)
    box, state = wanted.filter("box"), wanted.filter("state")
    if box.isascii() and box.isdigit() and len(box) <= 9:
        query = query.where(Voicemail.box == int(box))
    if state in LISTED:
        query = query.where(Voicemail.state == state)
    if wanted.q:
        text = like(wanted.q)
        either = Voicemail.number.contains(text) | Voicemail.name.contains(text)
        if len(digits) >= 3:
            either |= Voicemail.number.contains(digits)
        query = query.where(either)
    return page_of(query.tuples(), wanted, SORTS, "left", lambda values: _row(values))


def one(account: int, message: str) -> Row:
    """Raises NotFound, also for another account's."""
    found = _joined(account).where(Voicemail.id == message).tuples().first()
    if found is None:
        raise NotFound(f"message {message[:50]!r}")
    return _row(found)


def boxes(account: int) -> list[Choice]:
    """All that may have messages, by name."""
    rows = VoicemailBox.select(VoicemailBox.id, VoicemailBox.name).where(VoicemailBox.account == account)
    return [Choice(*row) for row in rows.order_by(fn.LOWER(VoicemailBox.name)).tuples()]


def _joined(account: int) -> Any:
    return (
        Voicemail.select(
            Voicemail.id,
            Voicemail.call,
            Voicemail.left_at,
            Voicemail.duration_ms,
            Voicemail.number,
            Voicemail.name,
            VoicemailBox.name,
            Queue.name,
            Voicemail.queue,
            Voicemail.state,
            Voicemail.heard_at,
            Voicemail.heard_by,
            Recording.kept,
        )
        .join(Recording, on=(Voicemail.recording == Recording.id))
        .switch(Voicemail)
        .join(VoicemailBox, JOIN.LEFT_OUTER, on=(Voicemail.box == VoicemailBox.id))
        .switch(Voicemail)
        .join(Queue, JOIN.LEFT_OUTER, on=(Voicemail.queue == Queue.id))
        .where(
            Voicemail.account == account,
            Recording.account == account,
            Voicemail.state.in_(LISTED),
            Recording.delete_asked_at.is_null(),
        )
    )


def _row(values: Any) -> Row:
    head, named, rest = values[:6], values[6:8], values[8:]
    return Row(*head, *(name or "" for name in named), *rest)
