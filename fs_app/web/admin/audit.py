"""The audit log: who changed what, who listened to which recording."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
from flask import Blueprint, Response, render_template, request

from fs_app.admin import audit
from fs_app.admin.listing import Wanted
from fs_app.web import text
from fs_app.web.access import needs
from fs_app.web.admin.common import Column, Filter, ListPage, as_csv, read, wanted
from fs_app.web.callfilter import day_in_address
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
    "account",
    "schedule",
    "holiday_set",
)
LONGEST_VALUE = 120


@blueprint.get("")
@needs("audit.view")
def listing() -> str:
    asked = _asked()
    page = _read(asked)
    kinds = [("", t("admin.every")), *((kind, t(f"audit.kind.{kind}")) for kind in KINDS)]
    shown = ListPage(PATH, asked, page, [Filter("kind", t("audit.kind"), kinds)], _columns())
    return render_template("admin/audit.html", list=shown, said=said, field=field, values=dict(asked.filters))


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
            "; ".join(f"{field(name)}: {said(old)} → {said(new)}" for name, old, new in line.changes),
            line.address,
        )

    return as_csv("audit", [*(c.label for c in _columns()), t("audit.address")], page, cells)


def field(name: str) -> str:
    """What a changed value is called; values without a word are called as in the database."""
    return t_or(f"audit.field.{name}", name)


def said(value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return t("admin.yes") if value else t("admin.no")
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return text.clipped(", ".join(value), LONGEST_VALUE)
    return text.clipped(value if isinstance(value, str) else orjson.dumps(value).decode(), LONGEST_VALUE)


def _read(asked: Wanted, timeout: float = 10.0) -> Any:
    where = zone()
    since, until = day_in_address(asked.filter("since")), day_in_address(asked.filter("until"))
    since_ms = text.start_of_day(since, where) if since else None
    until_ms = text.start_of_day(until + timedelta(days=1), where) if until else None
    return read(lambda account: audit.listing(account, asked, since_ms, until_ms), timeout=timeout)


def _asked() -> Wanted:
    asked = wanted(("kind", "since", "until"), "id")
    return replace(asked, sort="id", descending=request.args.get("order") != "asc")


def _columns() -> list[Column]:
    return [
        Column("at", t("audit.at"), "id"),
        Column("user", t("audit.user")),
        Column("action", t("audit.action")),
        Column("kind", t("audit.kind")),
        Column("label", t("audit.object")),
        Column("changes", t("audit.changes")),
    ]
