"""The tab Service of a queue: what it promises, by which supervision and displays colour its figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from fs_app.admin.queue_parts import Checking, Part
from fs_app.queues.model import Queue


@dataclass(frozen=True, slots=True)
class Service:
    """`service_percent` of the calls answered within `service_s` seconds. None: a field that holds no number."""

    service_s: int | None = 20
    service_percent: int | None = 80


def load(account: int, queue: int) -> Service:
    row = Queue.get(Queue.id == queue, Queue.account == account)
    return Service(row.service_s, row.service_percent)


def check(checking: Checking, value: Service) -> None:
    checking.problems.number("service_s", value.service_s, 1, 3600)
    checking.problems.number("service_percent", value.service_percent, 1, 100)


def store(account: int, queue: int, value: Service) -> None:
    Queue.update(**asdict(value)).where(Queue.id == queue, Queue.account == account).execute()


PART = Part("service", Service(), load, check, store)
