"""Contact files: as a table, and away with them. Inside `Database.read` or `.write`."""

from __future__ import annotations

from typing import Any

from peewee import JOIN

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import find
from fs_app.calllists.editing import InUse
from fs_app.calllists.listing import File, files
from fs_app.calllists.model import CallList, ContactFile, ContactFileRow
from fs_app.contacts.model import Contact
from fs_app.errors import NotFound

PIECE = 1_000
COLUMNS = (
    "index",
    "guid",
    "last_name",
    "first_name",
    "last_agent",
    "last_agent_name",
    "code",
    "label",
    "detail_code",
    "detail_label",
    "answers",
)


def name_of(account: int, file: int) -> str:
    """Raises NotFound."""
    return str(find(ContactFile, account, file).name)


def about(account: int, file: int) -> File:
    """Raises NotFound."""
    for one in files(account):
        if one.id == file:
            return one
    raise NotFound(f"file {file}")


def piece(account: int, file: int, after: int) -> list[list[Any]]:
    """The next rows after the index `after`, as `COLUMNS`."""
    rows = (
        ContactFileRow.select(ContactFileRow, Contact)
        .join(Contact, JOIN.LEFT_OUTER)
        .where(ContactFileRow.account == account, ContactFileRow.file == file, ContactFileRow.index > after)
        .order_by(ContactFileRow.index)
        .limit(PIECE)
    )
    return [_cells(row, row.contact if row.contact_id is not None else None) for row in rows]


def _cells(row: Any, contact: Any) -> list[Any]:
    return [
        row.index,
        contact.guid if contact else "",
        contact.last_name if contact else "",
        contact.first_name if contact else "",
        row.last_agent or "",
        row.last_agent_name,
        row.code,
        row.label,
        row.detail_code,
        row.detail_label,
        said_answers(row.answers),
    ]


def said_answers(answers: Any) -> str:
    """What was answered, in the words that were offered."""
    if not isinstance(answers, dict):
        return ""
    words = {
        key: value.get("label", "") if isinstance(value, dict) else value for key, value in answers.items()
    }
    return " · ".join(f"{key}: {value}" for key, value in words.items())


def put_away(by: Actor, file: int) -> str:
    """It is shown nowhere from now on; its rows go piece by piece. Raises NotFound, InUse."""
    row = find(ContactFile, by.account, file)
    lists = [n for (n,) in CallList.select(CallList.name).where(CallList.file == file).limit(5).tuples()]
    if lists:
        raise InUse(f"file {file}", lists=", ".join(lists))
    if row.archived_at is None:
        ContactFile.update(archived_at=by.now).where(ContactFile.id == file).execute()
        audit.write(by, "delete", "contact_file", file, row.name)
    return str(row.name)


def drop_piece(file: int) -> bool:
    """Some rows of a file that was put away; with the last of them the file goes. True: there are more."""
    some = ContactFileRow.select(ContactFileRow.id).where(ContactFileRow.file == file).limit(PIECE // 2)
    ids = [one for (one,) in some.tuples()]
    if ids:
        ContactFileRow.delete().where(ContactFileRow.id.in_(ids)).execute()
        return True
    ContactFile.delete().where(ContactFile.id == file, ContactFile.archived_at.is_null(False)).execute()
    return False


def put_away_before() -> list[int]:
    """Files that are on their way out: a restart goes on with them."""
    rows = ContactFile.select(ContactFile.id).where(ContactFile.archived_at.is_null(False))
    return [one for (one,) in rows.tuples()]
