"""Which queues a supervisor is given. Inside `Database.read` or `write`."""

from __future__ import annotations

from collections.abc import Collection

from fs_app.queues.model import Queue
from fs_app.supervision.model import SupervisedQueue


def of(user: int) -> tuple[int, ...]:
    """Empty: all of the account."""
    rows = SupervisedQueue.select(SupervisedQueue.queue).where(SupervisedQueue.user == user)
    return tuple(sorted(queue for (queue,) in rows.tuples()))


def save(account: int, user: int, queues: Collection[int]) -> None:
    """The queues must be of the account. Deactivated ones are not on the form and stay as they are: with the last one
    gone he would be given everything."""
    had = set(of(user))
    shown = {q for (q,) in Queue.select(Queue.id).where(Queue.account == account, Queue.active).tuples()}
    dropped = (had & shown) - set(queues)
    SupervisedQueue.delete().where(
        SupervisedQueue.user == user, SupervisedQueue.queue.in_(sorted(dropped))
    ).execute()
    for queue in sorted(set(queues) - had):
        SupervisedQueue.create(account=account, user=user, queue=queue)


def names(queues: Collection[int]) -> list[str]:
    """For the audit log."""
    rows = Queue.select(Queue.name).where(Queue.id.in_(list(queues))).order_by(Queue.name)
    return [name for (name,) in rows.tuples()]
