"""What one supervisor is given: all of his account, or the queues of a list with their agents and calls."""

from __future__ import annotations

from dataclasses import dataclass

from fs_app.catalog import Catalog
from fs_app.infos import AgentInfo


@dataclass(frozen=True, slots=True)
class Scope:
    """`queues` None: everything of the account. Equal scopes see the same pictures."""

    account: int
    queues: frozenset[int] | None = None

    def has_queue(self, queue: int | None) -> bool:
        """`queue` is one of this account, or None (a call that is in none yet)."""
        return self.queues is None or queue in self.queues

    def has_agent(self, agent: AgentInfo | None) -> bool:
        """He works in one of the queues."""
        if agent is None or agent.account != self.account:
            return False
        return self.queues is None or not self.queues.isdisjoint(agent.queues)


def scope_of(catalog: Catalog, account: int, user: int, role: str) -> Scope:
    """Administrators see everything, supervisors what they were given (nothing said: everything)."""
    given = catalog.now.supervised.get(user) if role != "admin" else None
    return Scope(account, given)
