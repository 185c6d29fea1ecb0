"""Writing and reading the audit log. `write` belongs into the transaction of the change that it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
