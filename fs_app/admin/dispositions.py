"""Disposition sets and their dispositions (HN-170, HN-172). All inside `Database.read` or `write`."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from peewee import fn

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.calls.model import Call
from fs_app.errors import Conflict
from fs_app.queues.model import EFFECTS, Disposition, DispositionSet, Queue

CATEGORIES = ("positive", "argued", "not_argued")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,32}")


class SetInUse(Conflict):
    """Queues or calls use this set: it stays."""

    key = "error.set_in_use"


@dataclass(frozen=True, slots=True)
class SetRow:
    id: int
    name: str
    dispositions: int
    queues: tuple[str, ...]
    calls: int

    @property
    def free(self) -> bool:
        """Nothing would be lost with it."""
        return not self.queues and not self.calls


@dataclass(frozen=True, slots=True)
class DispositionForm:
    label: str = ""
    code: str = ""
    category: str = "argued"
    parent: int | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class DispositionRow:
    id: int
    form: DispositionForm
    active: bool
    calls: int
    children: tuple[DispositionRow, ...] = ()


def sets(account: int) -> list[SetRow]:
    found = DispositionSet.select().where(DispositionSet.account == account).order_by(DispositionSet.name)
    return [_set_row(row) for row in found]


def get_set(account: int, identifier: int) -> SetRow:
    """Raises NotFound."""
    return _set_row(find(DispositionSet, account, identifier))


def save_set(actor: Actor, identifier: int | None, name: str) -> int:
    """Add or rename. Raises FormInvalid, NotFound."""
    before = find(DispositionSet, actor.account, identifier) if identifier is not None else None
    problems = Problems()
    problems.text("name", name, 100)
    for other in DispositionSet.select().where(
        DispositionSet.account == actor.account, DispositionSet.id != (identifier or 0)
    ):
        if other.name.casefold() == name.casefold():
            problems.add("name", "field.set_taken")
    problems.check()
    if before is None:
        row = DispositionSet.create(account=actor.account, name=name).id
        audit.write(actor, "create", "disposition_set", row, name, None, {"name": name})
        return row  # type: ignore[no-any-return]
    DispositionSet.update(name=name).where(DispositionSet.id == before.id).execute()
    audit.write(actor, "update", "disposition_set", before.id, name, {"name": before.name}, {"name": name})
    return before.id  # type: ignore[no-any-return]


def delete_set(actor: Actor, identifier: int) -> None:
    """Only one that nothing uses. Raises NotFound, SetInUse."""
    row = get_set(actor.account, identifier)
    if not row.free:
        raise SetInUse(f"set {identifier}", queues=", ".join(row.queues) or "–", calls=row.calls)
    Disposition.delete().where(Disposition.set == identifier, Disposition.parent.is_null(False)).execute()
    Disposition.delete().where(Disposition.set == identifier).execute()
    DispositionSet.delete().where(DispositionSet.id == identifier).execute()
    audit.write(actor, "delete", "disposition_set", identifier, row.name, {"name": row.name})


def tree(account: int, identifier: int) -> list[DispositionRow]:
    """The dispositions of a set in their order, archived ones too. Raises NotFound."""
    find(DispositionSet, account, identifier)
    calls = _calls_of(identifier)
    rows = list(
        Disposition.select()
        .where(Disposition.set == identifier, Disposition.account == account)
        .order_by(Disposition.position, Disposition.id)
    )

    def below(parent: int | None) -> tuple[DispositionRow, ...]:
        return tuple(
            DispositionRow(
                d.id,
                DispositionForm(d.label, d.code, d.category, d.parent_id, d.effect),
                d.active,
                calls.get(d.id, 0),
                below(d.id) if parent is None else (),
            )
            for d in rows
            if d.parent_id == parent
        )

    return list(below(None))


def get(account: int, set_id: int, identifier: int) -> DispositionRow:
    """Raises NotFound."""
    row = _of_set(account, set_id, identifier)
    every = [each for top in tree(account, set_id) for each in (top, *top.children)]
    return next(each for each in every if each.id == row.id)


def save(actor: Actor, set_id: int, identifier: int | None, form: DispositionForm) -> int:
    """Add at the end, or change. Raises FormInvalid, NotFound."""
    find(DispositionSet, actor.account, set_id)
    before = _of_set(actor.account, set_id, identifier) if identifier is not None else None
    _check(set_id, before, form)
    if before is None:
        last = Disposition.select(fn.MAX(Disposition.position)).where(Disposition.set == set_id).scalar()
        row = Disposition.create(
            account=actor.account, set=set_id, position=0 if last is None else last + 1, **asdict(form)
        ).id
        audit.write(actor, "create", "disposition", row, form.label, None, asdict(form))
        return row  # type: ignore[no-any-return]
    old = asdict(DispositionForm(before.label, before.code, before.category, before.parent_id, before.effect))
    Disposition.update(**asdict(form)).where(Disposition.id == before.id).execute()
    audit.write(actor, "update", "disposition", before.id, form.label, old, asdict(form))
    return before.id  # type: ignore[no-any-return]


def move(actor: Actor, set_id: int, identifier: int, up: bool) -> None:
    """One place up or down among its sisters. Raises NotFound."""
    row = _of_set(actor.account, set_id, identifier)
    same = Disposition.parent == row.parent_id if row.parent_id is not None else Disposition.parent.is_null()
    sisters = list(
        Disposition.select()
        .where(Disposition.set == set_id, same, Disposition.active)
        .order_by(Disposition.position, Disposition.id)
    )
    at = next((i for i, sister in enumerate(sisters) if sister.id == identifier), None)
    other = None if at is None else at + (-1 if up else 1)
    if at is None or other is None or not 0 <= other < len(sisters):
        return
    sisters[at], sisters[other] = sisters[other], sisters[at]
    for position, sister in enumerate(sisters):
        Disposition.update(position=position).where(Disposition.id == sister.id).execute()
    audit.write(actor, "move", "disposition", identifier, row.label)


def remove(actor: Actor, set_id: int, identifier: int) -> bool:
    """Archive it with its sub-dispositions, or delete it when no queue and no call could know it.

    Returns whether it was deleted. Raises NotFound.
    """
    row = _of_set(actor.account, set_id, identifier)
    family = [row.id, *(d.id for d in Disposition.select().where(Disposition.parent == row.id))]
    calls = _calls_of(set_id)
    # An agent of such a queue may have chosen it a moment ago, in a call that is not in the database yet.
    offered = Queue.select().where(Queue.disposition_set == set_id).exists()
    if offered or any(calls.get(i) for i in family):
        Disposition.update(active=False).where(Disposition.id.in_(family)).execute()
        audit.write(actor, "archive", "disposition", row.id, row.label)
        return False
    for identifier in reversed(family):
        Disposition.delete().where(Disposition.id == identifier).execute()
    audit.write(actor, "delete", "disposition", row.id, row.label, {"label": row.label, "code": row.code})
    return True


def restore(actor: Actor, set_id: int, identifier: int) -> None:
    """Out of the archive, with its parent. Raises NotFound."""
    row = _of_set(actor.account, set_id, identifier)
    Disposition.update(active=True).where(Disposition.id.in_([row.id, row.parent_id or row.id])).execute()
    audit.write(actor, "restore", "disposition", row.id, row.label)


def _of_set(account: int, set_id: int, identifier: int) -> Any:
    find(DispositionSet, account, set_id)
    row = find(Disposition, account, identifier)
    return row if row.set_id == set_id else find(Disposition, account, 0)


def _calls_of(set_id: int) -> dict[int, int]:
    return dict(
        Call.select(Call.disposition, fn.COUNT(Call.id))
        .join(Disposition)
        .where(Disposition.set == set_id)
        .group_by(Call.disposition)
        .tuples()
    )


def _set_row(row: Any) -> SetRow:
    queues = Queue.select(Queue.name).where(Queue.disposition_set == row.id).order_by(Queue.name).tuples()
    number = Disposition.select().where(Disposition.set == row.id, Disposition.active).count()
    return SetRow(row.id, row.name, number, tuple(n for (n,) in queues), sum(_calls_of(row.id).values()))


def _check(set_id: int, before: Any, form: DispositionForm) -> None:
    problems = Problems()
    problems.text("label", form.label, 100)
    if not CODE.fullmatch(form.code):
        problems.add("code", "field.code")
    if form.category not in CATEGORIES:
        problems.add("category", "field.choice")
    if form.effect not in EFFECTS:
        problems.add("effect", "field.choice")
    here = before.id if before is not None else 0
    for other in Disposition.select().where(Disposition.set == set_id, Disposition.id != here):
        if other.code.casefold() == form.code.casefold():
            problems.add(
                "code", "field.code_taken" if other.active else "field.code_archived", name=other.label
            )
    if form.parent is not None:
        parent = Disposition.get_or_none((Disposition.id == form.parent) & (Disposition.set == set_id))
        if parent is None or parent.parent_id is not None or parent.id == here:
            problems.add("parent", "field.choice")
        elif here and Disposition.select().where(Disposition.parent == here).exists():
            problems.add("parent", "field.has_children")
    problems.check()
