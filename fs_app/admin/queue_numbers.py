"""The tab Numbers of a queue: which incoming numbers of the public network lead here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.admin.queue_parts import Checking, Part
from fs_app.queues.model import Did


@dataclass(frozen=True, slots=True)
class Incoming:
    """Identifiers of numbers."""

    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """`queue`: where it leads now."""

    id: int
    number: str
    label: str
    queue: int | None


def offered(account: int) -> list[Choice]:
    """The active numbers of the account, but for those that lead to a voice menu: what they do is said there."""
    rows = Did.select().where(Did.account == account, Did.active, Did.flow.is_null()).order_by(Did.number)
    return [Choice(row.id, row.number, row.label, row.queue_id) for row in rows]


def load(account: int, queue: int) -> Incoming:
    return Incoming(tuple(choice.id for choice in offered(account) if choice.queue == queue))


def check(checking: Checking, value: Incoming) -> None:
    """A number that leads elsewhere is taken from there on its own page only: nobody loses callers by a wrong tick."""
    free = {c.id for c in offered(checking.account) if c.queue is None or c.queue == checking.queue}
    if not set(value.numbers) <= free:
        checking.problems.add("numbers", "field.choice")


def store(account: int, queue: int, value: Incoming) -> None:
    mine = (Did.account == account) & Did.active & Did.flow.is_null()
    Did.update(queue=None).where(mine, Did.queue == queue, Did.id.not_in(value.numbers)).execute()
    Did.update(queue=queue).where(mine, Did.id.in_(value.numbers)).execute()


def described(account: int, value: Incoming) -> Mapping[str, Any]:
    return {"numbers": [c.number for c in offered(account) if c.id in value.numbers]}


PART = Part("numbers", Incoming(), load, check, store, described, copied=False)
