"""What the visitor is given to see: everything of his account, or some queues with their agents and calls."""

from __future__ import annotations

from fs_app.supervision.scope import Scope, scope_of
from fs_app.web.context import the_app, who


def scope() -> Scope:
    identity = who()
    return scope_of(the_app().catalog, identity.account, identity.user, identity.role)


def queues() -> tuple[int, ...] | None:
    """For a query; None: all."""
    given = scope().queues
    return None if given is None else tuple(sorted(given))
