"""The audit log: who changed what, who listened to which recording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from flask import Blueprint, Response, render_template

from fs_app.admin import audit
from fs_app.admin.form import Stale
from fs_app.admin.listing import Wanted
from fs_app.web import text
from fs_app.web.access import needs
from fs_app.web.admin.common import Column, Filter, ListPage, as_csv, newest_first, read
from fs_app.web.callfilter import days_in_address
from fs_app.web.context import zone
from fs_app.web.i18n import t, t_or

blueprint = Blueprint("admin_audit", __name__, url_prefix="/admin/audit")
PATH = "/admin/audit"

KINDS = (
    "user",
    "queue",
    "number",
    "disposition_set",
    "disposition",
    "reason",
    "skill",
    "profile",
    "recording",
    "phone",
    "desk_phone",
    "seat",
    "call",
    "agent",
    "display",
    "account",
    "schedule",
    "holiday_set",
    "sound",
    "music_list",
    "message_template",
    "message_provider",
    "message_limits",
    "directory",
    "directory_entry",
    "message",
    "blacklist",
    "calling_rules",
    "api_key",
    "contact",
    "contact_field",
    "segment",
)
LONGEST_VALUE = 120
NOTHING = "–"

WORDS = {
    "strategy": "queues.strategy.",
    "role": "role.",
    "language": "language.name.",
    "category": "dispositions.category.",
    "record_rule": "recordings.rule.",
    "denied": "permission.",
    "closed_then": "queues.way.",
    "max_wait_then": "queues.way.",
    "max_length_then": "queues.way.",
    "exit_then": "queues.way.",
}
"""Field whose values are names of the program → the texts that say them."""


@blueprint.get("")
@needs("audit.view")
def listing() -> str:
    asked = _asked()
    page = _read(asked)
    kinds = [("", t("admin.every")), *((kind, t(f"audit.kind.{kind}")) for kind in KINDS)]
    shown = ListPage(PATH, asked, page, [Filter("kind", t("audit.kind"), kinds)], _columns())
    return render_template("admin/audit.html", list=shown, changes=changes, values=dict(asked.filters))


@blueprint.get("/export.csv")
@needs("audit.view")
def export() -> Response:
    asked = replace(_asked(), page=None)
    page = _read(asked, timeout=60.0)
    where = zone()

    def cells(line: audit.Line) -> tuple[object, ...]:
        return (
            text.moment(line.at, where).strftime("%Y-%m-%d %H:%M:%S"),
            line.user_name,
            t_or(f"audit.action.{line.action}", line.action),
            t_or(f"audit.kind.{line.kind}", line.kind),
            line.label,
            "; ".join(f"{name}: {old} → {new}" for name, old, new in changes(line)),
            line.address,
        )

    return as_csv("audit", [*(c.label for c in _columns()), t("audit.address")], page, cells)


def field(name: str) -> str:
    """What a changed value is called; values without a word are called as in the database."""
    return t_or(f"audit.field.{name}", name)


def changes(line: audit.Line) -> list[tuple[str, str, str]]:
    """What is called how, before and after, as people read it; nothing that was and is empty."""
    told = [(field(name), said(name, old), said(name, new)) for name, old, new in line.changes]
    return [(name, old, new) for name, old, new in told if (old, new) != (NOTHING, NOTHING)]


def saved_beside(stale: Stale, mine: Mapping[str, Any]) -> dict[str, str]:
    """Field → what somebody else saved there, as the log says it, where it is not what stands in the form."""
    return {
        name: t("desk.directory.theirs", value=said(name, value))
        for name, value in stale.theirs.items()
        if name in mine and value != mine[name]
    }


def said(name: str, value: Any) -> str:
    """A value of a field as people read it."""
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return t("admin.yes") if value else t("admin.no")
    if isinstance(value, dict):
        return text.clipped(_pairs(value), LONGEST_VALUE)
    if isinstance(value, list):
        return text.clipped(", ".join(_item(name, item) for item in value), LONGEST_VALUE)
    return text.clipped(_item(name, value), LONGEST_VALUE)


def _item(name: str, value: Any) -> str:
    if isinstance(value, str):
        return t_or(f"{WORDS[name]}{value}", value) if name in WORDS else value
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if isinstance(part, str | int))
    return orjson.dumps(value).decode()


def _pairs(values: dict[str, Any]) -> str:
    """Skills with their levels, agents with their tiers, a telephone."""
    return ", ".join(
        f"{field(key)}: {said(key, value)}"
        for key, value in values.items()
        if value not in (None, "", [], {})
    )


def _read(asked: Wanted, timeout: float = 10.0) -> Any:
    days = days_in_address(dict(asked.filters), zone())
    return read(lambda account: audit.listing(account, asked, *days), timeout=timeout)


def _asked() -> Wanted:
    return newest_first(("kind", "since", "until"))


def _columns() -> list[Column]:
    return [
        Column("at", t("audit.at"), "id"),
        Column("user", t("audit.user")),
        Column("action", t("audit.action")),
        Column("kind", t("audit.kind")),
        Column("label", t("audit.object")),
        Column("changes", t("audit.changes")),
    ]
