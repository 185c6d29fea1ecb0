"""The tab Service of a queue: what it promises, by which supervision and displays colour its figures, and from which
numbers on the agents' pages turn orange and red."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

from fs_app.admin.queue_parts import Checking, Part
from fs_app.queues.model import Queue


@dataclass(frozen=True, slots=True)
class Service:
    """`service_percent` of the calls answered within `service_s` seconds. None: a field that holds no number."""

    service_s: int | None = 20
    service_percent: int | None = 80
    alert_waiting: int | None = 0
    alert_waiting_red: int | None = 0
    alert_callbacks: int | None = 0
    alert_callbacks_red: int | None = 0


ALERTS = ("alert_waiting", "alert_callbacks")
MOST = 10_000


def load(account: int, queue: int) -> Service:
    row = Queue.get(Queue.id == queue, Queue.account == account)
    return Service(**{f.name: getattr(row, f.name) for f in fields(Service)})


def check(checking: Checking, value: Service) -> None:
    checking.problems.number("service_s", value.service_s, 1, 3600)
    checking.problems.number("service_percent", value.service_percent, 1, 100)
    for name in ALERTS:
        orange, red = getattr(value, name), getattr(value, f"{name}_red")
        checking.problems.number(name, orange, 0, MOST)
        checking.problems.number(f"{name}_red", red, 0, MOST)
        if orange and red and red < orange:
            checking.problems.add(f"{name}_red", "field.red_first")


def store(account: int, queue: int, value: Service) -> None:
    Queue.update(**asdict(value)).where(Queue.id == queue, Queue.account == account).execute()


PART = Part("service", Service(), load, check, store)
