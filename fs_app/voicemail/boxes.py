"""Voicemail boxes: list, add, change, archive. All inside `Database.read` or `write`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from peewee import fn

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.errors import Conflict
from fs_app.ivr.model import Flow, FlowVersion
from fs_app.ivr.spec import ParamKind, references
from fs_app.messaging.recipients import address
from fs_app.voicemail.model import Voicemail, VoicemailBox
from fs_app.voicemail.state import NEW

LIMITS = {"most_s": (5, 600), "silence_s": (1, 30)}


class BoxNeeded(Conflict):
    """A menu that is published leads into this box."""

    key = "error.box_needed"


@dataclass(frozen=True, slots=True)
class BoxForm:
    """Seconds; None: what was typed is no number."""

    name: str = ""
    mail: str = ""
    greeting: str = ""
    most_s: int | None = 120
    silence_s: int | None = 4


@dataclass(frozen=True, slots=True)
class BoxRow:
    id: int
    name: str
    mail: str
    active: bool
    new: int  # messages that nobody has heard
    flows: tuple[str, ...]  # menus that lead here


@dataclass(frozen=True, slots=True)
class Stored:
    id: int
    active: bool
    form: BoxForm


def listing(account: int) -> list[BoxRow]:
    """By name, archived ones last."""
    new = dict(
        Voicemail.select(Voicemail.box, fn.COUNT(Voicemail.id))
        .where(Voicemail.account == account, Voicemail.state == NEW)
        .group_by(Voicemail.box)
        .tuples()
    )
    used = _used(account)
    rows = VoicemailBox.select().where(VoicemailBox.account == account)
    return [
        BoxRow(b.id, b.name, b.mail, b.active, int(new.get(b.id, 0)), tuple(sorted(used.get(b.id, ()))))
        for b in rows.order_by(VoicemailBox.active.desc(), fn.LOWER(VoicemailBox.name))
    ]


def get(account: int, box: int) -> Stored:
    """Raises NotFound."""
    row = find(VoicemailBox, account, box)
    return Stored(row.id, row.active, BoxForm(row.name, row.mail, row.greeting, row.most_s, row.silence_s))


def save(actor: Actor, box: int | None, form: BoxForm, prompts: Collection[str]) -> int:
    """Add or change. `prompts`: greetings that there are. Raises FormInvalid, NotFound."""
    before = get(actor.account, box) if box is not None else None
    problems = Problems()
    problems.text("name", form.name, 100)
    same = VoicemailBox.get_or_none(
        (VoicemailBox.account == actor.account)
        & (fn.LOWER(VoicemailBox.name) == form.name.lower())
        & (VoicemailBox.id != (box or 0))
    )
    if same is not None:
        problems.add("name", "field.box_taken")
    if form.mail and address(form.mail) is None:
        problems.add("mail", "field.mail_address")
    if (
        form.greeting
        and form.greeting not in prompts
        and (not before or before.form.greeting != form.greeting)
    ):
        problems.add("greeting", "field.choice")
    for name, (least, most) in LIMITS.items():
        problems.number(name, getattr(form, name), least, most)
    problems.check()
    values: dict[str, Any] = asdict(form)
    if before is None:
        row = VoicemailBox.create(account=actor.account, created_at=actor.now, **values).id
    else:
        row = before.id
        VoicemailBox.update(**values).where(VoicemailBox.id == row).execute()
    audit.write(
        actor,
        "update" if before else "create",
        "box",
        row,
        form.name,
        asdict(before.form) if before else None,
        values,
    )
    return int(row)


def set_active(actor: Actor, box: int, active: bool) -> None:
    """An archived box takes no messages; those in it stay. Raises NotFound, BoxNeeded."""
    row = find(VoicemailBox, actor.account, box)
    if row.active == active:
        return
    used = _used(actor.account).get(box, set())
    if not active and used:
        raise BoxNeeded(f"box {box}", flows=", ".join(sorted(used)))
    VoicemailBox.update(active=active).where(VoicemailBox.id == box).execute()
    audit.write(actor, "activate" if active else "deactivate", "box", box, row.name)


def _used(account: int) -> dict[int, set[str]]:
    """box → menus whose published version leads there."""
    found: dict[int, set[str]] = {}
    rows = (
        FlowVersion.select(FlowVersion, Flow)
        .join(Flow)
        .where(Flow.account == account, Flow.active, FlowVersion.number == Flow.published)
    )
    for version in rows:
        for reference in references(version.graph):
            if reference.kind is ParamKind.BOX:
                found.setdefault(reference.id, set()).add(version.flow.name)
    return found
