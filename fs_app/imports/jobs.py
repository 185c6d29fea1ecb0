"""The rows of imports: made, read, changed by events of the state machine.

All functions run inside `db.read` or `db.write`.
"""

from __future__ import annotations

from typing import Any

from fs_app.accounts.model import Account
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.calllists.model import CallList, ContactFile
from fs_app.contacts.model import ContactField
from fs_app.errors import Conflict, NotFound
from fs_app.imports.countries import known
from fs_app.imports.model import ImportJob
from fs_app.imports.plan import World
from fs_app.imports.state import AT_WORK, MACHINE, OVER, State, may

Json = dict[str, Any]

KIND = "import"
PER_PAGE = 50


class NotNow(Conflict):
    """The import is not in a state in which this can be done."""

    key = "imports.error.not_now"


def create(by: Actor, name: str, size: int, salt: str) -> int:
    row = ImportJob.create(
        account=by.account,
        name=name,
        file=name,
        size=size,
        salt=salt,
        by=by.user,
        by_name=by.name[:200],
        at=by.now,
    )
    return int(row.id)


def get(account: int, job: int) -> Any:
    """Raises NotFound."""
    row = ImportJob.get_or_none((ImportJob.id == job) & (ImportJob.account == account))
    if row is None:
        raise NotFound(f"import {job}")
    return row


def event(row: Any, name: str, /, **values: Any) -> None:
    """Raises NotNow when the import has become something else."""
    if not MACHINE.allows(State(row.state), name):
        raise NotNow(f"import {row.id} is {row.state}: {name}", state=row.state)
    new = MACHINE.next(State(row.state), name, str(row.id))
    here = (ImportJob.id == row.id) & (ImportJob.state == row.state) & (ImportJob.runner == row.runner)
    if not ImportJob.update(state=new.value, **values).where(here).execute():
        raise NotNow(f"import {row.id} is not {row.state} any more", state=row.state)


def told(by: Actor, action: str, row: Any, **after: Any) -> None:
    """A line in the audit log."""
    audit.write(by, action, KIND, row.id, row.name or row.file, None, after or None)


def shown(row: Any) -> Json:
    """An import as pages and the API show it, without what its child process tells meanwhile."""
    return {
        "id": row.id,
        "name": row.name,
        "source": row.source,
        "file": row.file,
        "size": row.size,
        "by": row.by_name,
        "at": row.at,
        "state": row.state,
        "phase": row.phase,
        "may": may(row.state),
        "plan": row.plan,
        "version": row.version,
        "dialect": row.dialect,
        "done": row.position,
        "total": row.total,
        "counts": row.counts,
        "error": {"key": row.error, "params": row.error_params} if row.error else None,
        "call_list": row.call_list_id,
        "contact_file": row.contact_file_id,
        "refused": row.refused_size > 0,
        "changed_since": row.changed_since,
        "checked_at": row.checked_at,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "undone_at": row.undone_at,
        "per_second": 0.0,
        "seconds_left": None,
    }


def listing(account: int, page: int = 1, size: int = PER_PAGE) -> Json:
    """{total, page, pages, list}, the newest first."""
    rows = ImportJob.select().where(ImportJob.account == account)
    total = rows.count()
    pages = max(1, -(-total // size))
    number = min(max(1, page), pages)
    rows = rows.order_by(ImportJob.at.desc(), ImportJob.id.desc()).paginate(number, size)
    return {"total": total, "page": number, "pages": pages, "list": [shown(row) for row in rows]}


def world(account: int, headers: list[str] | None) -> World:
    """What a plan of this account can speak of."""
    custom = ContactField.select().where((ContactField.account == account) & ContactField.active)
    lists = CallList.select(CallList.id, CallList.name).where(
        (CallList.account == account) & CallList.archived_at.is_null()
    )
    files = ContactFile.select(ContactFile.id, ContactFile.name).where(
        (ContactFile.account == account) & ContactFile.archived_at.is_null()
    )
    return World(
        columns=len(headers) if headers is not None else None,
        headers=tuple(headers or ()),
        fields={f.name: f.kind for f in custom},
        choices={f.name: tuple(f.choices or ()) for f in custom if f.kind == "CHOICE"},
        lists={row.id: row.name for row in lists},
        files={row.id: row.name for row in files},
        countries=known(),
    )


def fields(account: int) -> list[Json]:
    """The account's own fields, for guesses."""
    rows = ContactField.select().where((ContactField.account == account) & ContactField.active)
    return [
        {"name": row.name, "label": row.label, "kind": row.kind}
        for row in rows.order_by(ContactField.position)
    ]


def claim(row: Any, runner: str) -> None:
    """From here on only the child with this word writes. Raises NotNow."""
    here = (ImportJob.id == row.id) & (ImportJob.state == row.state)
    if not ImportJob.update(runner=runner).where(here).execute():
        raise NotNow(f"import {row.id} is not {row.state} any more", state=row.state)


def country_of(account: int) -> str:
    return str(Account.get_by_id(account).country)


def delete(row: Any) -> None:
    """Raises NotNow while something of it is in the database."""
    if State(row.state) not in OVER:
        raise NotNow(f"import {row.id} is {row.state}: delete", state=row.state)
    ImportJob.delete().where(ImportJob.id == row.id).execute()


def left_at_work() -> list[Json]:
    """Imports that a child worked on when the program ended, of every account."""
    rows = ImportJob.select().where(ImportJob.state.in_([s.value for s in AT_WORK]))
    return [
        {"id": row.id, "account": row.account_id, "state": row.state} for row in rows.order_by(ImportJob.id)
    ]
