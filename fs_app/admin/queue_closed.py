"""Where the callers of a closed queue go: to another queue, a number outside, a voicemail, or they are hung up on."""

from __future__ import annotations

from dataclasses import dataclass

from fs_app.accounts.model import Account
from fs_app.admin.queue_parts import Checking
from fs_app.contacts.numbers import e164
from fs_app.queues.model import Queue

WAITING = ("serve", "closed")
WAYS = ("hang_up", "queue", "number", "voicemail")


@dataclass(frozen=True, slots=True)
class Closed:
    """`then`: one of WAYS; `number` as people write it. `waiting`: who waits at the moment of closing is served, or
    goes where those go who come then."""

    then: str = "hang_up"
    number: str = ""
    waiting: str = "serve"


def load(account: int, queue: int) -> Closed:
    row = Queue.get(Queue.id == queue, Queue.account == account)
    then = "queue" if row.closed_queue_id is not None else row.closed_then
    return Closed(then, row.closed_number, row.closing_waiting)


def ways(account: int) -> dict[int, str]:
    """queue → where its callers go when it is closed."""
    rows = Queue.select(Queue.id, Queue.closed_then, Queue.closed_queue).where(Queue.account == account)
    return {row: "queue" if onward is not None else then for row, then, onward in rows.tuples()}


def check(checking: Checking, value: Closed) -> None:
    if value.then not in WAYS:
        checking.problems.add("closed_then", "field.choice")
    if value.waiting not in WAITING:
        checking.problems.add("closing_waiting", "field.choice")
    if value.then == "number" and not value.number:
        checking.problems.add("closed_number", "field.needed")
    elif value.number and _outside(checking.account, value.number) is None:
        checking.problems.add("closed_number", "field.phone_number")


def store(account: int, queue: int, value: Closed) -> None:
    """With `queue` it is the closed queue that counts; should that go, who calls is hung up on."""
    then = "hang_up" if value.then == "queue" else value.then
    number = (_outside(account, value.number) or value.number) if value.number else ""
    Queue.update(closed_then=then, closed_number=number, closing_waiting=value.waiting).where(
        Queue.id == queue, Queue.account == account
    ).execute()


def _outside(account: int, number: str) -> str | None:
    return e164(number, Account.get_by_id(account).country)
