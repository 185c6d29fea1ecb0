"""What the page of recordings asks. Inside `Database.read`; plain values come out, of one account only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from fs_app.accounts.model import Account, User
from fs_app.admin.listing import Page, Wanted, like, page_of
from fs_app.agents.model import Agent
from fs_app.calls.model import Call, Recording
from fs_app.errors import NotFound
from fs_app.queues.model import Disposition, Queue

STATES = ("there", "kept", "deleted", "incomplete", "stuck")


@dataclass(frozen=True, slots=True)
class Range:
    """What is no equality: moments (UTC ms) and lengths (seconds); None: no limit."""

    since: int | None = None
    until: int | None = None
    shortest_s: int | None = None
    longest_s: int | None = None
    digits: str = ""  # the search as digits of a number


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    call: str
    started_at: int
    ended_at: int | None
    duration_ms: int
    number: str
    name: str
    queue: str
    agent: str
    disposition: str
    bytes: int
    problem: str
    kept: bool
    kept_by: str
    delete_asked_at: int | None
    delete_why: str
    delete_by: str
    delete_reason: str
    delete_trouble: str
    deleted_at: int | None

    @property
    def there(self) -> bool:
        """There is something to hear, as far as the database knows."""
        return self.deleted_at is None and self.ended_at is not None and not (self.problem and not self.bytes)


@dataclass(frozen=True, slots=True)
class Use:
    """How many recordings there are, and how much of the disk they take."""

    number: int
    bytes: int
    kept: int
    days: int  # how long the account keeps them, 0: for ever


SORTS = {
    "started": Recording.started_at,
    "length": Recording.duration_ms,
    "number": Call.caller_number,
    "queue": Queue.name,
    "agent": User.name,
}


def listing(account: int, wanted: Wanted, span: Range, queues: tuple[int, ...] | None = None) -> Page[Row]:
    """Filters: queue, agent, disposition (identifiers), state (one of STATES). `queues`: only of these."""
    query = _joined(account, queues)
    for condition in _conditions(wanted, span):
        query = query.where(condition)
    return page_of(query.tuples(), wanted, SORTS, "started", _row)


def one(account: int, recording: str, queues: tuple[int, ...] | None = None) -> Row:
    """Raises NotFound, also for another account's, and for one of another queue."""
    found = _joined(account, queues).where(Recording.id == recording).tuples().first()
    if found is None:
        raise NotFound(f"recording {recording[:50]!r}")
    return _row(found)


def use(account: int) -> Use:
    there = (Recording.account == account) & Recording.deleted_at.is_null()
    number, size = Recording.select(fn.COUNT(Recording.id), fn.SUM(Recording.bytes)).where(there).tuples()[0]
    kept = Recording.select().where(there, Recording.kept == True).count()  # noqa: E712
    return Use(int(number or 0), int(size or 0), kept, Account.get_by_id(account).recording_days)


def _joined(account: int, queues: tuple[int, ...] | None) -> Any:
    query = (
        Recording.select(
            Recording.id,
            Recording.call,
            Recording.started_at,
            Recording.ended_at,
            Recording.duration_ms,
            Call.caller_number,
            Call.caller_name,
            Queue.name,
            User.name,
            Disposition.label,
            Recording.bytes,
            Recording.problem,
            Recording.kept,
            Recording.kept_by,
            Recording.delete_asked_at,
            Recording.delete_why,
            Recording.delete_by,
            Recording.delete_reason,
            Recording.delete_trouble,
            Recording.deleted_at,
        )
        .join(Call)
        .join(Queue, JOIN.LEFT_OUTER, on=(Call.queue == Queue.id))
        .switch(Recording)
        .join(Agent, JOIN.LEFT_OUTER, on=(Recording.agent == Agent.id))
        .join(User, JOIN.LEFT_OUTER, on=(Agent.user == User.id))
        .switch(Call)
        .join(Disposition, JOIN.LEFT_OUTER, on=(Call.disposition == Disposition.id))
        .where(Recording.account == account, Call.account == account)
    )
    return query if queues is None else query.where(Call.queue.in_(queues))


def _conditions(wanted: Wanted, span: Range) -> list[Any]:
    found: list[Any] = []
    for name, column in (
        ("queue", Call.queue),
        ("agent", Recording.agent),
        ("disposition", Call.disposition),
    ):
        value = wanted.filter(name)
        if value.isascii() and value.isdigit() and len(value) <= 9:
            found.append(column == int(value))
    state: dict[str, Any] = {
        "there": Recording.deleted_at.is_null(),
        "kept": Recording.kept == True,  # noqa: E712
        "deleted": Recording.deleted_at.is_null(False),
        "incomplete": Recording.problem != "",
        "stuck": Recording.delete_trouble != "",
    }
    if wanted.filter("state") in state:
        found.append(state[wanted.filter("state")])
    if span.since is not None:
        found.append(Recording.started_at >= span.since)
    if span.until is not None:
        found.append(Recording.started_at < span.until)
    if span.shortest_s is not None:
        found.append(Recording.duration_ms >= span.shortest_s * 1000)
    if span.longest_s is not None:
        found.append(Recording.duration_ms <= span.longest_s * 1000)
    if wanted.q:
        text = like(wanted.q)
        either = Call.caller_number.contains(text) | Call.caller_name.contains(text) | (Call.id == text)
        if len(span.digits) >= 3:
            either |= Call.caller_number.contains(span.digits)
        found.append(either)
    return found


def _row(values: Any) -> Row:
    head, named, rest = values[:7], values[7:10], values[10:]
    return Row(*head, *(name or "" for name in named), *rest)
