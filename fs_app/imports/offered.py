"""What the wizard offers: where columns may go, into which lists and files. Inside `db.read`."""

from __future__ import annotations

from typing import Any

from fs_app.calllists.model import CallList, ContactFile
from fs_app.contacts.model import ContactField
from fs_app.imports.targets import CONTACT, FIELD_KINDS, NUMBER_KINDS, NUMBERS, OTHERS

MOST = 2000
"""Lists and files that are offered, the newest first."""


def offered(account: int) -> dict[str, Any]:
    """Targets by group, the account's own fields, lists and files that something may be put into."""
    fields = (
        ContactField.select(ContactField.name, ContactField.label, ContactField.kind)
        .where(ContactField.account == account, ContactField.active)
        .order_by(ContactField.position, ContactField.id)
    )
    return {
        "targets": {"contact": list(CONTACT), "numbers": list(NUMBERS), "others": list(OTHERS)},
        "kinds": list(NUMBER_KINDS),
        "field_kinds": list(FIELD_KINDS),
        "fields": [{"name": f.name, "label": f.label, "kind": f.kind} for f in fields],
        "lists": _named(CallList, account),
        "files": _named(ContactFile, account),
    }


def names(account: int, jobs: list[dict[str, Any]]) -> dict[str, dict[int, str]]:
    """How the lists and files of these imports are called: {"lists": {id: name}, "files": {…}}."""
    found: dict[str, dict[int, str]] = {}
    for name, table, column in (("lists", CallList, "call_list"), ("files", ContactFile, "contact_file")):
        wanted = {job[column] for job in jobs if job[column] is not None}
        fields: Any = table
        rows = table.select(fields.id, fields.name).where(fields.account == account, fields.id.in_(wanted))
        found[name] = {row.id: row.name for row in rows} if wanted else {}
    return found


def _named(table: Any, account: int) -> list[dict[str, Any]]:
    rows = (
        table.select(table.id, table.name)
        .where(table.account == account, table.archived_at.is_null())
        .order_by(table.id.desc())
        .limit(MOST)
    )
    return [{"id": row.id, "name": row.name} for row in rows]
