"""Queues: list, add, change, deactivate. All inside `Database.read` or `write`; delays in seconds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from peewee import JOIN, fn

from fs_app.accounts.model import User
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find, still
from fs_app.admin.listing import Page, Wanted, like, page_of
from fs_app.admin.queue_parts import Checking, Filled, Part
from fs_app.agents.model import Agent
from fs_app.queues.model import Did, DispositionSet, Queue, QueueMember

NUMBER = re.compile(r"[0-9*#]{2,16}")
LIMITS = {"ring_s": (5, 120), "no_answer_delay_s": (0, 600), "inter_call_s": (0, 600)}


@dataclass(frozen=True, slots=True)
class QueueRow:
    id: int
    name: str
    number: str
    set: str
    record_rule: str
    active: bool
    agents: int
    numbers: int


@dataclass(frozen=True, slots=True)
class QueueForm:
    """What can be changed. `agents`: identifiers of telephones; empty `greeting` or `music`: none, the switch's own."""

    name: str = ""
    number: str = ""
    wrap_up: bool = True
    ring_s: int | None = 20
    no_answer_delay_s: int | None = 10
    inter_call_s: int | None = 3
    greeting: str = ""
    music: str = ""
    disposition_set: int | None = None
    agents: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    id: int
    active: bool
    form: QueueForm
    numbers: tuple[str, ...]  # incoming numbers that lead here


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Offered:
    """What the form can choose from."""

    agents: list[Choice]
    sets: list[Choice]


SORTS = {"name": fn.LOWER(Queue.name), "number": Queue.number}


def listing(account: int, wanted: Wanted) -> Page[QueueRow]:
    """Filter: state (empty: the active ones; `inactive`, `all`)."""
    query = (
        Queue.select(Queue.id, Queue.name, Queue.number, DispositionSet.name, Queue.record_rule, Queue.active)
        .join(DispositionSet, JOIN.LEFT_OUTER)
        .where(Queue.account == account)
    )
    if wanted.q:
        sought = like(wanted.q)
        query = query.where(Queue.name.contains(sought) | Queue.number.contains(sought))
    state = wanted.filter("state")
    if state != "all":
        query = query.where(Queue.active == (state != "inactive"))
    agents = dict(
        QueueMember.select(QueueMember.queue, fn.COUNT(QueueMember.id))
        .join(Agent)
        .join(User)
        .where(QueueMember.account == account, Agent.active, User.active)
        .group_by(QueueMember.queue)
        .tuples()
    )
    numbers = dict(
        Did.select(Did.queue, fn.COUNT(Did.id))
        .where(Did.account == account, Did.active)
        .group_by(Did.queue)
        .tuples()
    )

    def row(values: Any) -> QueueRow:
        queue, name, number, chosen, rule, active = values
        return QueueRow(
            queue, name, number, chosen or "", rule, active, agents.get(queue, 0), numbers.get(queue, 0)
        )

    return page_of(query.tuples(), wanted, SORTS, "name", row)


def get(account: int, queue: int) -> Stored:
    """Raises NotFound."""
    row = find(Queue, account, queue)
    agents = tuple(
        a for (a,) in QueueMember.select(QueueMember.agent).where(QueueMember.queue == queue).tuples()
    )
    numbers = tuple(
        n
        for (n,) in Did.select(Did.number).where(Did.queue == queue, Did.active).order_by(Did.number).tuples()
    )
    form = QueueForm(
        row.name,
        row.number,
        row.wrap_up,
        row.ring_s,
        row.no_answer_delay_s,
        row.inter_call_s,
        row.greeting,
        row.music,
        row.disposition_set_id,
        agents,
    )
    return Stored(row.id, row.active, form, numbers)


def offered(account: int) -> Offered:
    agents = (
        Agent.select(Agent.id, User.name, Agent.number)
        .join(User)
        .where(Agent.account == account, Agent.active, User.active)
        .order_by(fn.LOWER(User.name))
        .tuples()
    )
    sets = (
        DispositionSet.select(DispositionSet.id, DispositionSet.name)
        .where(DispositionSet.account == account)
        .order_by(DispositionSet.name)
        .tuples()
    )
    return Offered(
        [Choice(i, f"{name} · {number}") for i, name, number in agents], [Choice(*s) for s in sets]
    )


def names(account: int) -> list[Choice]:
    """The active queues, for selections."""
    query = (
        Queue.select(Queue.id, Queue.name)
        .where(Queue.account == account, Queue.active)
        .order_by(fn.LOWER(Queue.name))
    )
    return [Choice(*row) for row in query.tuples()]


def as_stored(account: int, queue: int, parts: Iterable[Part[Any]]) -> dict[str, Any]:
    """Its settings with these parts, as the audit log says them. Raises NotFound."""
    stored = [(part, part.load(account, queue)) for part in parts]
    return as_typed(account, get(account, queue).form, stored)


def as_typed(account: int, form: QueueForm, parts: Iterable[Filled]) -> dict[str, Any]:
    """The same of what somebody typed."""
    found = _described(form)
    for part, value in parts:
        found |= part.described(account, value)
    return found


def save(
    actor: Actor,
    queue: int | None,
    form: QueueForm,
    sounds: Collection[str],
    parts: Sequence[Filled] = (),
    seen: tuple[str, Sequence[Part[Any]]] = ("", ()),
) -> int:
    """Add (`queue` None) or change. `sounds`: files that there are; of `parts` those that are not given stay as they
    are. `seen`: the mark of what was shown, and the parts that it speaks of. Raises FormInvalid, NotFound, Stale."""
    before = get(actor.account, queue) if queue is not None else None
    if queue is not None and seen[0]:
        still(f"queue {queue}", seen[0], as_stored(actor.account, queue, seen[1]))
    problems = Problems()
    _check(actor.account, before, form, sounds, problems)
    for part, value in parts:
        part.check(Checking(actor.account, queue, sounds, problems), value)
    problems.check()
    return _write(actor, before, form, parts)


def copy(actor: Actor, queue: int, name: str, number: str, parts: Iterable[Part[Any]]) -> int:
    """A queue like this one with another name and number, agents and all; no incoming number leads to it yet.

    What is taken over was checked when it was saved. Raises FormInvalid, NotFound.
    """
    form = replace(get(actor.account, queue).form, name=name, number=number)
    problems = Problems()
    _check(actor.account, None, form, {form.greeting, form.music}, problems)
    wrong = Problems()
    wrong.found = {field: what for field, what in problems.found.items() if field in ("name", "number")}
    wrong.check()
    return _write(
        actor, None, form, [(part, part.load(actor.account, queue)) for part in parts if part.copied]
    )


def proposal(account: int, queue: int) -> tuple[str, str]:
    """Name and number for a copy of this queue that are free. Raises NotFound."""
    row = find(Queue, account, queue)
    names = {n.casefold() for (n,) in Queue.select(Queue.name).where(Queue.account == account).tuples()}
    taken = {n for (n,) in Queue.select(Queue.number).where(Queue.account == account).tuples()}
    taken |= {n for (n,) in Agent.select(Agent.number).where(Agent.account == account).tuples()}
    name = next(
        each for i in range(2, len(names) + 3) if (each := f"{row.name[:90]} ({i})").casefold() not in names
    )
    if not row.number.isdigit():
        return name, ""
    width, first = len(row.number), int(row.number) + 1
    free = (f"{n:0{width}}" for n in range(first, first + len(taken) + 1))
    return name, next((n for n in free if n not in taken and len(n) <= 16), "")


def _write(actor: Actor, before: Stored | None, form: QueueForm, parts: Sequence[Filled]) -> int:
    old = as_stored(actor.account, before.id, [part for part, _ in parts]) if before else None
    new = as_typed(actor.account, form, parts)
    values = {name: value for name, value in asdict(form).items() if name != "agents"}
    if before is None:
        row = Queue.create(account=actor.account, created_at=actor.now, **values).id
    else:
        row = before.id
        Queue.update(**values).where(Queue.id == row).execute()
    # Those in the bin stay members: they come back as they were.
    shown = {choice.id for choice in offered(actor.account).agents}
    had = set(before.form.agents) if before else set()
    QueueMember.delete().where(
        QueueMember.queue == row, QueueMember.agent.in_((had & shown) - set(form.agents))
    ).execute()
    for agent in sorted(set(form.agents) - had):
        QueueMember.create(account=actor.account, queue=row, agent=agent)
    for part, value in parts:
        part.store(actor.account, row, value)
    audit.write(actor, "update" if before else "create", "queue", row, form.name, old, new)
    return row  # type: ignore[no-any-return]


def set_active(actor: Actor, queue: int, active: bool) -> None:
    """A deactivated queue takes nobody new and serves who waits still. Raises NotFound."""
    row = find(Queue, actor.account, queue)
    if row.active != active:
        Queue.update(active=active).where(Queue.id == queue).execute()
        audit.write(actor, "activate" if active else "deactivate", "queue", queue, row.name)


def _check(
    account: int, before: Stored | None, form: QueueForm, sounds: Collection[str], problems: Problems
) -> None:
    problems.text("name", form.name, 100)
    here = before.id if before else 0
    for other in Queue.select().where(Queue.account == account, Queue.id != here):
        if other.name.casefold() == form.name.casefold():
            problems.add("name", "field.queue_name_taken" if other.active else "field.queue_name_bin")
        if other.number == form.number:
            key = "field.queue_number_taken" if other.active else "field.queue_number_bin"
            problems.add("number", key, name=other.name)
    if not NUMBER.fullmatch(form.number):
        problems.add("number", "field.extension")
    agent = (
        Agent.select(Agent, User).join(User).where(Agent.account == account, Agent.number == form.number)
    ).first()
    if agent is not None:
        problems.add("number", "field.extension_taken", name=agent.user.name)
    for name, (least, most) in LIMITS.items():
        problems.number(name, getattr(form, name), least, most)
    for name in ("greeting", "music"):
        value = getattr(form, name)
        wrong = value not in sounds or (name == "greeting" and value.startswith("list:"))
        if value and wrong and (before is None or value != getattr(before.form, name)):
            problems.add(name, "field.choice")
    choices = offered(account)
    if form.disposition_set is not None and form.disposition_set not in {s.id for s in choices.sets}:
        problems.add("disposition_set", "field.choice")
    known = {a.id for a in choices.agents} | (set(before.form.agents) if before else set())
    if not set(form.agents) <= known:
        problems.add("agents", "field.choice")


def _described(form: QueueForm) -> dict[str, Any]:
    people = Agent.select(User.name).join(User).where(Agent.id.in_(form.agents)).order_by(User.name).tuples()
    chosen = DispositionSet.get_or_none(DispositionSet.id == form.disposition_set)
    return {
        **asdict(form),
        "agents": [name for (name,) in people],
        "disposition_set": chosen.name if chosen else "",
    }
