"""The account's own fields: added, renamed, put in order, put aside (HN-404). Inside `Database.read` or `write`.

A field's name, the key under which its values stand, never changes; its label may. Its kind changes as long as nobody
has a value. A field that is put aside keeps its values and comes back with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from peewee import fn

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, Stale, find
from fs_app.contacts import custom, filters
from fs_app.contacts.columns import custom_column
from fs_app.contacts.custom import Own
from fs_app.contacts.model import Contact, ContactField


def of(account: int, all_of_them: bool = False) -> list[Own]:
    """The fields in their order; only the active ones, unless all are asked for."""
    rows = ContactField.select().where(ContactField.account == account)
    if not all_of_them:
        rows = rows.where(ContactField.active)
    return [_own(row) for row in rows.order_by(ContactField.position, ContactField.id)]


def _own(row: Any) -> Own:
    return Own(
        row.id, row.name, row.label, row.kind, tuple(row.choices), row.active, row.position, row.version
    )


def get(account: int, field: int) -> Own:
    """Raises NotFound."""
    return _own(find(ContactField, account, field))


def filled(account: int, name: str) -> bool:
    """Whether any contact has a value of it."""
    here = (Contact.account == account) & (fn.COALESCE(_text(name), "") != "")
    return bool(Contact.select(Contact.id).where(here).exists())


def in_use(account: int, name: str) -> int:
    """How many contacts have a value of it."""
    here = (Contact.account == account) & (fn.COALESCE(_text(name), "") != "")
    return int(Contact.select().where(here).count())


def _text(name: str) -> Any:
    return custom_column(name, filters.TEXT)


def save(
    by: Actor, field: int | None, label: str, kind: str, choices: Sequence[str], version: int = 0
) -> Own:
    """Add a field, or change what was read at `version`. Raises NotFound, FormInvalid, Stale."""
    row = None if field is None else find(ContactField, by.account, field)
    problems = Problems()
    problems.text("label", label, custom.LONGEST_LABEL)
    others = [one for one in of(by.account, True) if row is None or one.id != row.id]
    if any(one.label.casefold() == label.casefold() for one in others):
        problems.add("label", "contacts.fields.error.label")
    if kind not in custom.KINDS:
        problems.add("kind", "field.needed")
    elif row is not None and kind != row.kind and filled(by.account, row.name):
        problems.add("kind", "contacts.fields.error.kind", n=in_use(by.account, row.name))
    offered = list(dict.fromkeys(choice for choice in choices if choice)) if kind == filters.CHOICE else []
    if kind == filters.CHOICE and not offered:
        problems.add("choices", "contacts.fields.error.choices")
    if len(offered) > custom.MOST_CHOICES:
        problems.add("choices", "contacts.fields.error.too_many", most=custom.MOST_CHOICES)
    for choice in offered:
        problems.text("choices", choice, 200)
    if row is None and len(others) >= custom.MOST_FIELDS:
        problems.add("label", "contacts.fields.error.too_many", most=custom.MOST_FIELDS)
    problems.check()
    if row is None:
        return create(by, label, kind, offered)
    before = {"label": row.label, "kind": row.kind, "choices": row.choices}
    after = {"label": label, "kind": kind, "choices": offered}
    change = ContactField.update(**after, version=ContactField.version + 1)
    if not change.where((ContactField.id == row.id) & (ContactField.version == version)).execute():
        now = get(by.account, row.id)
        theirs = {"label": now.label, "kind": now.kind, "choices": list(now.choices)}
        raise Stale(f"contact field {field}", now.version, theirs)
    audit.write(by, "update", "contact_field", row.id, label, before, after)
    return get(by.account, row.id)


def create(by: Actor, label: str, kind: str, choices: Sequence[str] = (), name: str = "") -> Own:
    """Add a field whose values are checked already (an import names it)."""
    others = of(by.account, True)
    taken = [one.name for one in others]
    free = name if custom.NAME.fullmatch(name) and name not in taken else custom.name_for(label, taken)
    row = ContactField.create(
        account=by.account,
        name=free,
        label=label,
        kind=kind,
        choices=list(choices),
        position=1 + max((one.position for one in others), default=0),
        created_at=by.now,
    )
    audit.write(by, "create", "contact_field", row.id, label, None, {"label": label, "kind": kind})
    return _own(row)


def set_active(by: Actor, field: int, active: bool) -> str:
    """Put aside, or take back; its label. Raises NotFound."""
    row = find(ContactField, by.account, field)
    if row.active != active:
        ContactField.update(active=active).where(ContactField.id == row.id).execute()
        audit.write(by, "activate" if active else "deactivate", "contact_field", row.id, row.label)
    return str(row.label)


def move(by: Actor, field: int, up: bool) -> None:
    """One place up or down among all fields. Raises NotFound."""
    find(ContactField, by.account, field)
    ids = [one.id for one in of(by.account, True)]
    at = ids.index(field)
    to = at - 1 if up else at + 1
    if 0 <= to < len(ids):
        ids[at], ids[to] = ids[to], ids[at]
    _number(ids)


def _number(ids: Iterable[int]) -> None:
    for position, field in enumerate(ids, 1):
        ContactField.update(position=position).where(ContactField.id == field).execute()
