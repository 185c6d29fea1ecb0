"""What is to be called, whatever list it comes from: the interface between a list and those who work through it.

A source never yields in these methods, so of two agents who take the same item the first one has it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from fs_app.errors import Conflict, Invalid

RECORD = "r"
"""Before the number of a record of a call list: what an agent's page calls it."""


class Taken(Conflict):
    """Somebody else has it already, or it is in the line or on the telephone."""

    key = "error.callback_taken"


class NotFree(Conflict):
    """The agent's telephone is busy, or he is not there."""

    key = "error.callback_not_free"


class NoNumber(Invalid):
    """Who left it can't be called."""

    key = "error.callback_no_number"


@dataclass(frozen=True, slots=True)
class Item:
    """Somebody to be called. Times are UTC ms; `numbers` are E.164, the first is dialled, none: he can't be called.

    `status` is a word of the catalogue (`outbound.status.…`): why he is on the list, or what the last attempt came to,
    and `times` how often. `due_at` None: whenever somebody can. `owner` has it reserved; `personal`: for good.
    """

    id: str
    account: int
    queue: int
    numbers: tuple[str, ...]
    name: str
    contact: int | None
    status: str
    times: int
    reason: str
    due_at: int | None
    since: int
    owner: int | None = None
    personal: bool = False
    under_way: bool = False
    attempts: int = 0
    note: str = ""
    recording: str = ""
    from_call: str = ""
    skipped: dict[str, int] = field(default_factory=dict)
    list_name: str = ""
    rank: int = 0
    stands_at: int | None = None
    not_before: int = 0

    @property
    def order(self) -> tuple[int, int, str]:
        """By due date, the oldest first; who has none is due since he is on the list."""
        moment = self.due_at if self.due_at is not None else self.came
        return moment, self.rank, self.id

    @property
    def came(self) -> int:
        """As if he had come onto the list then (UTC ms)."""
        return self.stands_at if self.stands_at is not None else self.since


@dataclass(frozen=True, slots=True)
class Beyond:
    """How many a list has beside its items: to be called now, and `later`."""

    due: int = 0
    later: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What an agent wants to see: `text` in name, number (its digits) or note; `view`: all, due, later or mine; due
    from `since` until before `until` (UTC ms)."""

    text: str = ""
    view: str = "all"
    queue: int | None = None
    since: int | None = None
    until: int | None = None


class Source(Protocol):
    """A list of people to call. All methods that change something raise NotFound and Taken."""

    def find(self, account: int, item: str) -> Item | None:
        """None: it is not of this list (any more)."""

    def items(self, account: int) -> list[Item]:
        """All that are still to be called; of a long list those that come next."""

    def beyond(self, account: int) -> dict[int, Beyond]:
        """Queue → what is on the list, and not among the items."""

    def reserve(self, account: int, item: str, agent: int, until: int | None) -> None:
        """For good, or (`until`, UTC ms) while he looks at it."""

    def give_back(self, item: str, agent: int) -> None:
        """What was his only for a while is everybody's again; never raises."""

    def release(self, account: int, item: str) -> None: ...

    def skip(self, account: int, item: str, agent: int, reason: str) -> None: ...

    def call(self, account: int, item: str, agent: int) -> None:
        """His telephone, then the person's. Raises also NotFree, NoNumber."""

    def postpone(self, account: int, item: str, due_at: int) -> None: ...

    def move(self, account: int, item: str, agent: int | None, by: str) -> None: ...

    def note(self, account: int, item: str, note: str) -> None: ...

    def close(
        self, account: int, item: str, done: bool, who: str, disposition: int | None, note: str
    ) -> None: ...


def shown(item: Item, agent: int, queue: dict[str, Any] | None, owner: str) -> dict[str, Any]:
    """As an agent's page has it (docs/events.md)."""
    return {
        "id": item.id,
        "number": item.numbers[0] if item.numbers else "",
        "name": item.name,
        "contact": item.contact,
        "queue": queue,
        "status": item.status,
        "times": item.times,
        "reason": item.reason,
        "due_at": item.due_at,
        "since": item.since,
        "mine": item.owner == agent,
        "personal": item.personal,
        "owner": owner,
        "reserved": item.owner is not None,
        "under_way": item.under_way,
        "attempts": item.attempts,
        "note": item.note,
        "recording": item.recording or None,
        "list": item.list_name,
        "numbers": list(item.numbers[1:]),
    }
