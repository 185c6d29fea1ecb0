"""The log of accesses: who heard, downloaded or exported what. It is only ever added to. Inside `Database.read` and
`.write`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fs_app.admin.audit import Actor
from fs_app.admin.listing import Page, Wanted, between, like, page_of
from fs_app.privacy.model import AccessLog

LISTEN, DOWNLOAD, EXPORT, OPEN, SEARCH = "listen", "download", "export", "open", "search"
ACTIONS = (LISTEN, DOWNLOAD, EXPORT, OPEN, SEARCH)

RECORDING, VOICEMAIL, PERSON, LIST = "recording", "voicemail", "person", "list"
KINDS = (RECORDING, VOICEMAIL, PERSON, LIST)


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    at: int
    user_name: str
    action: str
    kind: str
    object: str
    call: str
    label: str
    address: str


def write(by: Actor, action: str, kind: str, what: str, call: str = "", label: str = "") -> None:
    """`what`: the identifier or the address of what was accessed, never a number or a name of a customer."""
    AccessLog.create(
        account=by.account,
        at=by.now,
        user=by.user,
        user_name=by.name[:200],
        action=action,
        kind=kind,
        object=what[:200],
        call=call[:36],
        label=label[:200],
        address=by.address[:64],
    )


def listing(account: int, wanted: Wanted, since: int | None, until: int | None) -> Page[Line]:
    """The newest first. Filters: action, kind. `since`, `until`: UTC ms."""
    query = AccessLog.select().where(AccessLog.account == account)
    if wanted.q:
        sought = like(wanted.q)
        query = query.where(
            AccessLog.user_name.contains(sought)
            | AccessLog.object.contains(sought)
            | (AccessLog.call == sought)
            | AccessLog.label.contains(sought)
            | AccessLog.address.contains(sought)
        )
    if wanted.filter("action") in ACTIONS:
        query = query.where(AccessLog.action == wanted.filter("action"))
    if wanted.filter("kind") in KINDS:
        query = query.where(AccessLog.kind == wanted.filter("kind"))
    query = between(query, AccessLog.at, since, until)
    return page_of(query, wanted, {"id": AccessLog.id}, "id", _line)


def _line(row: Any) -> Line:
    return Line(
        row.id, row.at, row.user_name, row.action, row.kind, row.object, row.call, row.label, row.address
    )
