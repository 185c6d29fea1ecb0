"""Writing and reading the audit log. `write` belongs into the transaction of the change that it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.admin.listing import Page, Wanted, between, like, page_of
from fs_app.admin.model import AuditEntry

LONGEST_LABEL = 200

SECRET = frozenset({"password_hash", "sip_ha1"})
"""Never written down; that they changed is an action of its own."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for a change, in which account; `user` None: the command line. `now`: UTC ms."""

    account: int
    user: int | None
    name: str
    now: int
    address: str = ""


def write(
    actor: Actor,
    action: str,
    kind: str,
    identifier: object,
    label: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """One line. With both `before` and `after` only what differs is kept; nothing differs: nothing is written.

    Inside `Database.write`.
    """
    if before is not None and after is not None:
        names = [n for n in {**before, **after} if before.get(n) != after.get(n)]
        if not names:
            return
        before = {n: before.get(n) for n in names}
        after = {n: after.get(n) for n in names}
    AuditEntry.create(
        account=actor.account,
        at=actor.now,
        user=actor.user,
        user_name=actor.name[:200],
        action=action,
        kind=kind,
        object=str(identifier)[:64],
        label=label[:LONGEST_LABEL],
        before=_open(before),
        after=_open(after),
        address=actor.address[:64],
    )


def _open(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {name: value for name, value in values.items() if name not in SECRET}


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    at: int
    user_name: str
    action: str
    kind: str
    object: str
    label: str
    changes: tuple[tuple[str, Any, Any], ...]  # field, before, after
    address: str


def listing(account: int, wanted: Wanted, since: int | None, until: int | None) -> Page[Line]:
    """The newest first. Filters: kind, action. `since`, `until`: UTC ms. Inside `Database.read`."""
    query = AuditEntry.select().where(AuditEntry.account == account)
    if wanted.q:
        sought = like(wanted.q)
        query = query.where(AuditEntry.user_name.contains(sought) | AuditEntry.label.contains(sought))
    if kind := wanted.filter("kind"):
        query = query.where(AuditEntry.kind == kind)
    if action := wanted.filter("action"):
        query = query.where(AuditEntry.action == action)
    query = between(query, AuditEntry.at, since, until)
    return page_of(query, wanted, {"id": AuditEntry.id}, "id", _line)


def _line(row: Any) -> Line:
    before, after = row.before or {}, row.after or {}
    return Line(
        row.id,
        row.at,
        row.user_name,
        row.action,
        row.kind,
        row.object,
        row.label,
        tuple((name, before.get(name), after.get(name)) for name in {**before, **after}),
        row.address,
    )
