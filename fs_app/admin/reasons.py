"""Reasons of being unavailable. All inside `Database.read` or `write`."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from peewee import fn

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.agents.model import NotReadyReason

CODE = re.compile(r"[A-Za-z0-9_.-]{1,32}")


@dataclass(frozen=True, slots=True)
class ReasonForm:
    label: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    id: int
    form: ReasonForm
    active: bool


def listing(account: int) -> list[ReasonRow]:
    """In the administrator's order, archived ones last."""
    rows = (
        NotReadyReason.select()
        .where(NotReadyReason.account == account)
        .order_by(NotReadyReason.active.desc(), NotReadyReason.position, NotReadyReason.id)
    )
    return [ReasonRow(r.id, ReasonForm(r.label, r.code), r.active) for r in rows]


def get(account: int, reason: int) -> ReasonRow:
    """Raises NotFound."""
    row = find(NotReadyReason, account, reason)
    return ReasonRow(row.id, ReasonForm(row.label, row.code), row.active)


def save(actor: Actor, reason: int | None, form: ReasonForm) -> int:
    """Add at the end, or change. Raises FormInvalid, NotFound."""
    before = get(actor.account, reason) if reason is not None else None
    problems = Problems()
    problems.text("label", form.label, 100)
    if not CODE.fullmatch(form.code):
        problems.add("code", "field.code")
    for other in listing(actor.account):
        if other.id != reason and other.form.code.casefold() == form.code.casefold():
            key = "field.code_taken" if other.active else "field.code_archived"
            problems.add("code", key, name=other.form.label)
    problems.check()
    if before is not None:
        NotReadyReason.update(**asdict(form)).where(NotReadyReason.id == before.id).execute()
        audit.write(actor, "update", "reason", before.id, form.label, asdict(before.form), asdict(form))
        return before.id
    last = (
        NotReadyReason.select(fn.MAX(NotReadyReason.position))
        .where(NotReadyReason.account == actor.account)
        .scalar()
    )
    row = NotReadyReason.create(
        account=actor.account, position=0 if last is None else last + 1, **asdict(form)
    )
    audit.write(actor, "create", "reason", row.id, form.label, None, asdict(form))
    return row.id  # type: ignore[no-any-return]


def move(actor: Actor, reason: int, up: bool) -> None:
    """One place up or down. Raises NotFound."""
    row = get(actor.account, reason)
    order = [r.id for r in listing(actor.account) if r.active]
    if row.id not in order:
        return
    at = order.index(row.id)
    other = at + (-1 if up else 1)
    if 0 <= other < len(order):
        order[at], order[other] = order[other], order[at]
        for position, each in enumerate(order):
            NotReadyReason.update(position=position).where(NotReadyReason.id == each).execute()
        audit.write(actor, "move", "reason", row.id, row.form.label)


def set_active(actor: Actor, reason: int, active: bool) -> None:
    """Agents no longer see an archived one; history keeps its name. Raises NotFound."""
    row = get(actor.account, reason)
    if row.active != active:
        NotReadyReason.update(active=active).where(NotReadyReason.id == row.id).execute()
        audit.write(actor, "restore" if active else "archive", "reason", row.id, row.form.label)
