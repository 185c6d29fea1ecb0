"""What a plan asks for beside its rows: fields of contacts, a contact file, a call list. Inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peewee import fn

from fs_app.accounts.model import Account
from fs_app.calllists.model import CallList, ContactFile
from fs_app.contacts.model import ContactField
from fs_app.errors import Conflict
from fs_app.imports.plan import Plan

Json = dict[str, Any]


class NameTaken(Conflict):
    """A list or a contact file of this name was made since the plan was looked at; nothing is written."""

    key = "imports.error.name_taken"


class FieldTaken(Conflict):
    """An own field of this name, for values of another kind, was made since the plan was looked at; nothing is
    written."""

    key = "imports.error.field_taken"


MEANWHILE = frozenset({NameTaken.key, FieldTaken.key})
"""What somebody else made meanwhile: the plan needs another look."""


def make(account: int, job: int, plan: Plan, header: Sequence[str], at: int) -> Json:
    """{fields: names, call_list, contact_file: ids or None, new: which of the two were made}. Raises NameTaken,
    FieldTaken."""
    for model, into in ((ContactFile, plan.contact_file), (CallList, plan.call_list)):
        if into is not None and into.id is None:
            same = (model.account == account) & (model.name == into.new)
            if model.select().where(same).exists():
                raise NameTaken(f"{model.__name__} {into.new[:100]}", name=into.new)
    new: list[str] = []
    file = None
    if plan.contact_file is not None:
        file = plan.contact_file.id
        if file is None:
            row = ContactFile.create(
                account=account,
                name=plan.contact_file.new,
                columns=list(header),
                import_id=job,
                created_at=at,
            )
            file = row.id
            new.append("contact_file")
    call_list = None
    if plan.call_list is not None:
        call_list = plan.call_list.id
        if call_list is None:
            made = CallList.create(
                account=account,
                name=plan.call_list.new,
                file=file,
                import_id=job,
                created_at=at,
                updated_at=at,
            )
            call_list = made.id
            new.append("call_list")
        elif file is not None:
            mine = (CallList.id == call_list) & (CallList.account == account) & CallList.file.is_null()
            if CallList.update(file=file, updated_at=at, version=CallList.version + 1).where(mine).execute():
                new.append("file_of_list")
    fields = _fields(account, plan, at)
    if fields or new:
        changed(account)
    return {"fields": fields, "call_list": call_list, "contact_file": file, "new": new}


def changed(account: int) -> None:
    """The program reads its configuration anew within a second or two."""
    Account.update(config_version=Account.config_version + 1).where(Account.id == account).execute()


def _fields(account: int, plan: Plan, at: int) -> list[str]:
    made = []
    last = ContactField.select(fn.MAX(ContactField.position)).where(ContactField.account == account).scalar()
    for place, field in enumerate(plan.new_fields, (last or 0) + 1):
        there = (ContactField.account == account) & (ContactField.name == field.name)
        known = ContactField.get_or_none(there)
        if known is not None:
            if known.kind != field.kind:
                raise FieldTaken(f"field {field.name} is {known.kind}", name=known.label)
            continue
        ContactField.create(
            account=account,
            name=field.name,
            label=field.label,
            kind=field.kind,
            choices=[],
            position=place,
            created_at=at,
        )
        made.append(field.name)
    return made
