"""The outbox: what is due is claimed, and what became of it is written down. Inside `Database.read` and `write`.

A message is claimed, with its try counted, in a transaction of its own before anything is said to a provider. What is
found claimed at a start was claimed by a program that died: it may have been sent, and is not sent again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import fn

from fs_app.calls.model import Recording
from fs_app.messaging.model import Message, MessageProvider, MessageSettings
from fs_app.messaging.outcome import NotSent, Outcome, Sent, Unclear
from fs_app.messaging.prepare import CantBeSent, prepare
from fs_app.messaging.state import (
    CANCELLED,
    FAILED,
    SENDING,
    SENT,
    UNKNOWN,
    WAITING,
    again_after_s,
)

MINUTE_MS, DAY_MS = 60_000, 86_400_000

UNCOUNTED = ("voicemail", "test")
"""What a message's origin begins with when the limit for one recipient does not count it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed message with the provider that takes it; `path` of a recording to attach, or ''."""

    id: int
    account: int
    channel: str
    recipient: str
    subject: str
    text: str
    identifier: str
    provider: int
    settings: Mapping[str, Any]
    secret: str  # encrypted
    path: str
    tries: int


@dataclass(frozen=True, slots=True)
class Limits:
    per_minute: int = 60
    per_recipient_day: int = 5
    voicemail_attach: bool = True


def limits(account: int) -> Limits:
    row = MessageSettings.get_or_none(MessageSettings.account == account)
    if row is None:
        return Limits()
    return Limits(row.per_minute, row.per_recipient_day, row.voicemail_attach)


def is_due(now: int) -> bool:
    return bool(Message.select().where(Message.state == WAITING, Message.due_at <= now).exists())


def claim(now: int, most: int) -> list[Job]:
    """Up to `most` that are due, those of an account as far as its limit a minute allows, the longest due first."""
    jobs: list[Job] = []
    due = (Message.state == WAITING) & (Message.due_at <= now)
    accounts = Message.select(Message.account).where(due).group_by(Message.account)
    for (account,) in list(accounts.order_by(fn.MIN(Message.due_at)).tuples()):
        asked = limits(account)
        lately = (
            Message.select()
            .where(Message.account == account, Message.claimed_at.between(now - MINUTE_MS, now))
            .count()
        )
        room = min(asked.per_minute - lately, most - len(jobs))
        if room <= 0:
            continue
        rows = Message.select().where(due, Message.account == account).order_by(Message.due_at, Message.id)
        jobs += [job for row in rows.limit(room) if (job := claimed(row, now, asked)) is not None]
    return jobs


def claimed(row: Any, now: int, asked: Limits) -> Job | None:
    """Make it ready and claim it; None: it can't be sent, and that is written down."""
    if row.expires_at < now:
        _end(row, CANCELLED, now, "too_old")
        return None
    try:
        ready = prepare(row)
        provider = _provider(row)
        if not row.origin.startswith(UNCOUNTED) and _to(row, ready.recipient, now) >= asked.per_recipient_day:
            raise CantBeSent("too_many")
    except CantBeSent as problem:
        state = CANCELLED if problem.why in ("not_mobile", "no_number", "no_address", "too_many") else FAILED
        _end(row, state, now, problem.why, problem.detail)
        return None
    Message.update(
        state=SENDING,
        tries=row.tries + 1,
        claimed_at=now,
        recipient=ready.recipient,
        language=ready.language,
        subject=ready.subject,
        text=ready.text,
        parts=ready.parts,
        provider=provider.id,
        provider_name=provider.name,
        why="",
        detail="",
    ).where(Message.id == row.id).execute()
    return Job(
        row.id,
        row.account_id,
        row.channel,
        ready.recipient,
        ready.subject,
        ready.text,
        f"fsapp-{row.account_id}-{row.id}",
        provider.id,
        provider.settings,
        provider.secret,
        _path(row),
        row.tries + 1,
    )


def settle(job: Job, outcome: Outcome, now: int) -> str:
    """Write down what became of it; returns the state."""
    values: dict[str, Any]
    match outcome:
        case Sent(reference=reference):
            values = {"state": SENT, "ended_at": now, "reference": reference[:200]}
        case Unclear(why=why, detail=detail):
            values = {"state": UNKNOWN, "ended_at": now, "why": why, "detail": detail[:500]}
        case NotSent(why=why, detail=detail, again=again):
            wait_s = again_after_s(job.tries) if again else None
            values = {"why": why, "detail": detail[:500]}
            if wait_s is None:
                values |= {"state": FAILED, "ended_at": now}
            else:
                values |= {"state": WAITING, "due_at": now + wait_s * 1000}
    Message.update(values).where(Message.id == job.id, Message.state == SENDING).execute()
    return str(values["state"])


def left_behind(now: int) -> int:
    """At a start: what was claimed by a program that died. Returns how many there were."""
    return int(
        Message.update(state=UNKNOWN, ended_at=now, why="died").where(Message.state == SENDING).execute()
    )


def stray(own: Collection[int], before: int) -> list[int]:
    """Claimed before that moment, and none of the program's `own`."""
    rows = Message.select(Message.id).where(Message.state == SENDING, Message.claimed_at < before)
    return [identifier for (identifier,) in rows.tuples() if identifier not in own]


def take_back(own: Collection[int], before: int) -> int:
    """Into the line again: this program has claimed them and given them to nobody."""
    found = stray(own, before)
    Message.update(state=WAITING, tries=Message.tries - 1).where(Message.id.in_(found)).execute()
    return len(found)


def _provider(row: Any) -> Any:
    """Of this account and no other."""
    found = (
        MessageProvider.select()
        .where(
            MessageProvider.account == row.account_id,
            MessageProvider.channel == row.channel,
            MessageProvider.active,
        )
        .order_by(MessageProvider.preferred.desc(), MessageProvider.id)
    )
    wanted = row.variables.get("provider") if row.origin.startswith("test") else None
    if wanted is not None:
        found = MessageProvider.select().where(
            MessageProvider.account == row.account_id, MessageProvider.id == wanted
        )
    provider = found.first()
    if provider is None:
        raise CantBeSent("no_provider")
    return provider


def _to(row: Any, recipient: str, now: int) -> int:
    """Messages that went, or may have gone, to this recipient within a day."""
    query = Message.select().where(
        Message.account == row.account_id,
        Message.recipient == recipient,
        Message.claimed_at.between(now - DAY_MS, now),
        Message.state.in_((SENT, SENDING, UNKNOWN)),
        Message.id != row.id,
    )
    return int(query.count())


def _path(row: Any) -> str:
    if not row.recording:
        return ""
    found = Recording.get_or_none((Recording.id == row.recording) & (Recording.account == row.account_id))
    return str(found.path) if found is not None and found.deleted_at is None else ""


def _end(row: Any, state: str, now: int, why: str, detail: str = "") -> None:
    Message.update(state=state, ended_at=now, why=why, detail=detail[:500]).where(
        Message.id == row.id
    ).execute()
