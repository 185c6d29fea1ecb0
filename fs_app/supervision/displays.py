"""Displays on the wall: made by an administrator, revoked by him; known by the secret of their link.

The secret is shown once and kept as SHA-256. All inside `Database.read` or `write`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from fs_app.accounts.model import Account
from fs_app.errors import NotFound
from fs_app.queues.model import Queue
from fs_app.supervision.model import Display


@dataclass(frozen=True, slots=True)
class Known:
    """Who a link belongs to. `queues` empty: all of the account."""

    id: int
    account: int
    queues: tuple[int, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Row:
    """`queues`: names, empty: all."""

    id: int
    name: str
    queues: tuple[str, ...]
    created_at: int
    seen_at: int | None


def make(account: int, name: str, queues: Collection[int], now: int) -> tuple[int, str]:
    """Its identifier and the secret of its link. Raises NotFound for a queue of somebody else."""
    known = {q for (q,) in Queue.select(Queue.id).where(Queue.account == account).tuples()}
    if not set(queues) <= known:
        raise NotFound("queue")
    secret = secrets.token_urlsafe(32)
    row = Display.create(
        account=account, name=name, token_hash=_hash(secret), queues=sorted(queues), created_at=now
    )
    return row.id, secret


def revoke(account: int, display: int, now: int) -> str:
    """Its link shows nothing any more; its name. Raises NotFound."""
    row = _find(account, display)
    Display.update(revoked_at=now).where(Display.id == row.id).execute()
    return str(row.name)


def name_of(account: int, display: int) -> str:
    """Raises NotFound."""
    return str(_find(account, display).name)


def listing(account: int) -> list[Row]:
    """Those whose link is valid, by name."""
    names = dict(Queue.select(Queue.id, Queue.name).where(Queue.account == account).tuples())
    rows = (
        Display.select()
        .where(Display.account == account, Display.revoked_at.is_null())
        .order_by(Display.name, Display.id)
    )
    return [
        Row(r.id, r.name, tuple(names[q] for q in r.queues if q in names), r.created_at, r.seen_at)
        for r in rows
    ]


def find(secret: str) -> Known | None:
    """The display of this secret; None when there is none or it was revoked."""
    row = Display.get_or_none(Display.token_hash == _hash(secret), Display.revoked_at.is_null())
    if row is None:
        return None
    language = Account.get_by_id(row.account_id).language
    return Known(row.id, row.account_id, tuple(row.queues), language)


def note_seen(display: int, now: int) -> None:
    Display.update(seen_at=now).where(Display.id == display).execute()


def valid(these: Collection[int]) -> set[int]:
    """Those of them that were not revoked."""
    rows = Display.select(Display.id).where(Display.id.in_(list(these)), Display.revoked_at.is_null())
    return {display for (display,) in rows.tuples()}


def _find(account: int, display: int) -> Any:
    row = Display.get_or_none(Display.id == display, Display.account == account, Display.revoked_at.is_null())
    if row is None:
        raise NotFound(f"display {display}")
    return row


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
