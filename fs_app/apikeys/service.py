"""Keys for programs: made by an administrator, shown once, known by their hash.

A key reads `fsapp_PREFIX_SECRET`. The prefix is public and finds the row; the secret has 256 random bits, so a plain
SHA-256 keeps it (nothing to guess), and it is compared in constant time. A key acts for the person who made it:
what he may no longer, it may no longer, and it ends when he leaves. All inside `Database.read` or `write`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fs_app.accounts.model import User
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.apikeys.model import ApiKey
from fs_app.errors import NotAllowed

OFFERED = ("imports.manage", "contacts.edit")
"""Permissions that routes of the API ask for."""

LIFETIMES = (30, 90, 365, 0)
"""Days that a key may live; 0: until it is revoked."""

MOST = 50
"""Keys in force of an account."""

DAY_MS = 24 * 3600 * 1000
SEEN_EVERY_MS = 60_000
_START = "fsapp_"
_LONGEST = 100
_NOTHING = "0" * 64


class BadKey(NotAllowed):
    """No such key, or it has expired, was revoked, or its owner has left; which of them is not said."""

    key = "error.api_key"
    status = 401


@dataclass(frozen=True, slots=True)
class KeyRow:
    """`state`: active, expired, revoked, orphaned (its owner is deactivated)."""

    id: int
    name: str
    prefix: str
    permissions: tuple[str, ...]
    by: str
    created_at: int
    last_used_at: int | None
    expires_at: int | None
    revoked_at: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose key this is: the key and the person for whom it acts. `permissions` are the key's own; the person's bound
    them further."""

    key: int
    name: str
    account: int
    user: int
    permissions: frozenset[str]
    last_used_at: int | None


def make(by: Actor, name: str, permissions: Sequence[str], days: int | None) -> str:
    """The key, to be shown once. Raises FormInvalid."""
    problems = Problems()
    problems.text("name", name, 100)
    if not permissions:
        problems.add("permissions", "api_keys.may_nothing")
    elif not set(permissions) <= set(OFFERED):
        problems.add("permissions", "field.choice")
    if days not in LIFETIMES:
        problems.add("days", "field.choice")
    in_force = ApiKey.select().where(
        ApiKey.account == by.account,
        ApiKey.revoked_at.is_null(),
        ApiKey.expires_at.is_null() | (ApiKey.expires_at > by.now),
    )
    if in_force.count() >= MOST:
        problems.add("name", "api_keys.too_many", most=MOST)
    elif in_force.where(ApiKey.name == name).exists():
        problems.add("name", "api_keys.name_taken")
    problems.check()
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    row = ApiKey.create(
        account=by.account,
        name=name,
        user=by.user,
        prefix=prefix,
        hash=_hash(secret),
        permissions=sorted(set(permissions)),
        created_at=by.now,
        expires_at=by.now + days * DAY_MS if days else None,
    )
    told = {"prefix": prefix, "permissions": row.permissions, "expires_at": row.expires_at}
    audit.write(by, "create", "api_key", row.id, name, None, told)
    return f"{_START}{prefix}_{secret}"


def revoke(by: Actor, key: int) -> str:
    """It opens nothing from now on; its name. Twice changes nothing. Raises NotFound."""
    row = find(ApiKey, by.account, key)
    if row.revoked_at is None:
        ApiKey.update(revoked_at=by.now).where(ApiKey.id == key).execute()
        audit.write(by, "revoke", "api_key", key, row.name)
    return str(row.name)


def name_of(account: int, key: int) -> str:
    """Raises NotFound."""
    return str(find(ApiKey, account, key).name)


def listing(account: int, now: int) -> list[KeyRow]:
    """Those in force first, then the newest first."""
    rows = ApiKey.select(ApiKey, User).join(User).where(ApiKey.account == account).order_by(ApiKey.id.desc())
    found = [_row(row, now) for row in rows]
    return sorted(found, key=lambda row: row.state != "active")


def _row(row: Any, now: int) -> KeyRow:
    return KeyRow(
        row.id,
        row.name,
        f"{_START}{row.prefix}_…",
        tuple(row.permissions),
        row.user.name,
        row.created_at,
        row.last_used_at,
        row.expires_at,
        row.revoked_at,
        _state(row, now),
    )


def _state(row: Any, now: int) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is not None and row.expires_at <= now:
        return "expired"
    return "active" if row.user.active else "orphaned"


def bearer(text: str, now: int) -> Bearer:
    """Whose key this is. Raises BadKey, after the same comparison whether there is such a key or not."""
    prefix, _, secret = text.removeprefix(_START).partition("_")
    fits = text.startswith(_START) and len(text) <= _LONGEST and text.isascii() and prefix.isalnum()
    row = ApiKey.select(ApiKey, User).join(User).where(ApiKey.prefix == prefix).first() if fits else None
    right = hmac.compare_digest(_hash(secret), row.hash if row else _NOTHING)
    if row is None or not right or _state(row, now) != "active":
        raise BadKey(f"key {prefix[:8]!r} refused" if fits else "no key")
    return Bearer(row.id, row.name, row.account_id, row.user_id, frozenset(row.permissions), row.last_used_at)


def note_use(key: int, now: int) -> None:
    ApiKey.update(last_used_at=now).where(ApiKey.id == key).execute()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
