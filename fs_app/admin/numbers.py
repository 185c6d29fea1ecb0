"""Incoming numbers and where they lead. All inside `Database.read` or `write`."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from peewee import JOIN, fn

from fs_app.accounts.model import Account
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.admin.listing import Page, Wanted, like, page_of
from fs_app.contacts.numbers import e164
from fs_app.ivr.model import Flow
from fs_app.queues.model import Did, Queue

HIGHEST_PRIORITY = 1000

AS_SENT = re.compile(r"\+?[0-9*#]{3,31}")
"""A number that is none of the public network's: short codes, or what a trunk sends."""


@dataclass(frozen=True, slots=True)
class NumberForm:
    number: str = ""
    label: str = ""
    queue: int | None = None
    priority: int | None = 0  # None: what was typed is no number
    flow: int | None = None


@dataclass(frozen=True, slots=True)
class NumberRow:
    """It leads to a `flow` (a voice menu) or a `queue`; `leads`: there is somebody now."""

    id: int
    number: str
    label: str
    queue: str
    flow: str
    leads: bool
    active: bool


@dataclass(frozen=True, slots=True)
class Stored:
    id: int
    active: bool
    form: NumberForm


SORTS = {"number": Did.number, "label": fn.LOWER(Did.label), "queue": fn.LOWER(Queue.name)}


def listing(account: int, wanted: Wanted) -> Page[NumberRow]:
    """Filters: queue, state (empty: the active ones; `inactive`, `all`)."""
    query = (
        Did.select(
            *(Did.id, Did.number, Did.label, Did.active),
            *(Queue.name, Queue.active, Flow.name, Flow.active, Flow.published),
        )
        .join(Queue, JOIN.LEFT_OUTER)
        .switch(Did)
        .join(Flow, JOIN.LEFT_OUTER, on=(Did.flow == Flow.id))
        .where(Did.account == account)
    )
    if wanted.q:
        sought = like(wanted.q)
        digits = "".join(c for c in sought if c.isdigit()).lstrip("0")
        found = Did.label.contains(sought)
        query = query.where(found | Did.number.contains(digits) if digits else found)
    if (queue := wanted.number("queue")) is not None:
        query = query.where(Did.queue == queue)
    state = wanted.filter("state")
    if state != "all":
        query = query.where(Did.active == (state != "inactive"))

    def row(values: Any) -> NumberRow:
        identifier, number, label, active, queue, queue_active, flow, flow_active, published = values
        leads = bool(flow_active and published) if flow else bool(queue_active)
        return NumberRow(
            identifier, number, label, queue or "", flow or "", leads or bool(queue_active), active
        )

    return page_of(query.tuples(), wanted, SORTS, "number", row)


def get(account: int, number: int) -> Stored:
    """Raises NotFound."""
    row = find(Did, account, number)
    form = NumberForm(row.number, row.label, row.queue_id, row.priority, row.flow_id)
    return Stored(row.id, row.active, form)


def flows(account: int) -> list[tuple[int, str]]:
    """Menus that a number or a queue may lead to: (identifier, name) of those that are published."""
    query = Flow.select(Flow.id, Flow.name).where(
        Flow.account == account, Flow.active, Flow.published.is_null(False)
    )
    return list(query.order_by(fn.LOWER(Flow.name)).tuples())


def save(actor: Actor, identifier: int | None, form: NumberForm) -> int:
    """Add or change; a number of the public network is kept in E.164. Raises FormInvalid, NotFound."""
    before = get(actor.account, identifier) if identifier is not None else None
    country = Account.get_by_id(actor.account).country
    bare = re.sub(r"[\s().-]", "", form.number)
    number = e164(form.number, country) or bare
    problems = Problems()
    problems.text("number", form.number, 32)
    if not AS_SENT.fullmatch(number):
        problems.add("number", "field.did")
    problems.text("label", form.label, 100, needed=False)
    problems.number("priority", form.priority, 0, HIGHEST_PRIORITY)
    same = Did.get_or_none((Did.number == number) & (Did.id != (identifier or 0)))
    if same is not None:
        ours = same.account_id == actor.account
        problems.add("number", "field.did_taken" if ours else "field.did_elsewhere")
    if form.queue is not None:
        queue = Queue.get_or_none((Queue.id == form.queue) & (Queue.account == actor.account))
        kept = before is not None and before.form.queue == form.queue
        if queue is None or not (queue.active or kept):
            problems.add("queue", "field.choice")
    if form.flow is not None and form.queue is not None:
        problems.add("flow", "field.flow_or_queue")
    elif form.flow is not None and form.flow not in dict(flows(actor.account)):
        kept = before is not None and before.form.flow == form.flow
        if not kept:
            problems.add("flow", "field.choice")
    problems.check()
    values: dict[str, Any] = {**asdict(form), "number": number}
    if before is not None:
        Did.update(**values).where(Did.id == before.id).execute()
        row = before.id
    else:
        row = Did.create(account=actor.account, **values).id
    audit.write(
        actor,
        "update" if before else "create",
        "number",
        row,
        number,
        _described(asdict(before.form)) if before else None,
        _described(values),
    )
    return row


def set_active(actor: Actor, identifier: int, active: bool) -> None:
    """Callers of a deactivated number are turned away. Raises NotFound."""
    row = find(Did, actor.account, identifier)
    if row.active != active:
        Did.update(active=active).where(Did.id == identifier).execute()
        audit.write(actor, "activate" if active else "deactivate", "number", identifier, row.number)


def _described(values: dict[str, Any]) -> dict[str, Any]:
    queue = Queue.get_or_none(Queue.id == values["queue"])
    flow = Flow.get_or_none(Flow.id == values["flow"])
    return {**values, "queue": queue.name if queue else "", "flow": flow.name if flow else ""}
