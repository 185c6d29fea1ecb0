"""The tab Number shown of a queue: what people see whom its agents call, and when they may be called (BA-90)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.admin.queue_parts import Checking, Part
from fs_app.hours.model import HolidaySet, Schedule
from fs_app.legal.rules import Purpose
from fs_app.queues.model import Did, Queue


@dataclass(frozen=True, slots=True)
class Dialling:
    """`caller_id` "": the first number that leads to the queue. Schedule and holidays: None is any hour. `purpose`:
    what people are called for; for marketing the law of where they are is asked before each call."""

    caller_id: str = ""
    caller_ids: tuple[str, ...] = ()
    customer_schedule: int | None = None
    customer_holidays: int | None = None
    purpose: str = Purpose.SERVICE.value


@dataclass(frozen=True, slots=True)
class Offered:
    """`numbers`: number, label; schedules and sets of holidays: identifier, name."""

    numbers: list[tuple[str, str]]
    schedules: list[tuple[int, str]]
    holidays: list[tuple[int, str]]


def offered(account: int) -> Offered:
    def named(model: Any) -> list[tuple[int, str]]:
        rows = model.select(model.id, model.name).where(model.account == account).order_by(model.name)
        return list(rows.tuples())

    numbers = Did.select(Did.number, Did.label).where(Did.account == account, Did.active).order_by(Did.number)
    return Offered(list(numbers.tuples()), named(Schedule), named(HolidaySet))


def load(account: int, queue: int) -> Dialling:
    row = Queue.get(Queue.id == queue, Queue.account == account)
    return Dialling(
        row.caller_id,
        tuple(row.caller_ids.split()),
        row.customer_schedule_id,
        row.customer_holidays_id,
        row.purpose,
    )


def check(checking: Checking, value: Dialling) -> None:
    """A number that the account has no more is kept where it was, and shown to nobody."""
    found = offered(checking.account)
    before = load(checking.account, checking.queue) if checking.queue is not None else Dialling()
    numbers = {number for number, _ in found.numbers} | {before.caller_id, *before.caller_ids, ""}
    if value.caller_id not in numbers:
        checking.problems.add("caller_id", "field.choice")
    if any(number not in numbers for number in value.caller_ids):
        checking.problems.add("caller_ids", "field.choice")
    if len(" ".join(value.caller_ids)) > 1000:
        checking.problems.add("caller_ids", "field.too_long", most=1000)
    if value.customer_schedule not in {None, *(i for i, _ in found.schedules)}:
        checking.problems.add("customer_schedule", "field.choice")
    if value.customer_holidays not in {None, *(i for i, _ in found.holidays)}:
        checking.problems.add("customer_holidays", "field.choice")
    if value.purpose not in {purpose.value for purpose in Purpose}:
        checking.problems.add("purpose", "field.choice")


def store(account: int, queue: int, value: Dialling) -> None:
    Queue.update(
        caller_id=value.caller_id,
        caller_ids=" ".join(value.caller_ids),
        customer_schedule=value.customer_schedule,
        customer_holidays=value.customer_holidays,
        purpose=value.purpose,
    ).where(Queue.id == queue, Queue.account == account).execute()


def described(account: int, value: Dialling) -> Mapping[str, Any]:
    found = offered(account)
    return {
        "caller_id": value.caller_id,
        "caller_ids": ", ".join(value.caller_ids),
        "customer_schedule": dict(found.schedules).get(value.customer_schedule or 0, ""),
        "customer_holidays": dict(found.holidays).get(value.customer_holidays or 0, ""),
        "purpose": value.purpose,
    }


PART = Part("dialling", Dialling(), load, check, store, described)
