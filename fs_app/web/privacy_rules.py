"""How long each kind of data is kept, what goes tonight, who is under legal hold; and who accessed what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.accounts.model import Account
from fs_app.admin.listing import Wanted
from fs_app.errors import Invalid
from fs_app.privacy import access, holds, kinds
from fs_app.recordings import queries as recordings
from fs_app.recordings import service as recording_rules
from fs_app.web import text
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    Column,
    Filter,
    ListPage,
    actor,
    as_csv,
    done,
    newest_first,
    read,
    whole,
)
from fs_app.web.callfilter import days_in_address
from fs_app.web.context import the_app, who, zone
from fs_app.web.i18n import t

blueprint = Blueprint("privacy_rules", __name__, url_prefix="/privacy")
RETENTION = "/privacy/retention"
ACCESS = "/privacy/access"

RECORDINGS = "recordings"


@blueprint.get("/retention")
@needs("privacy.manage")
def retention() -> str:
    return _retention({}, {})


@blueprint.post("/retention")
@needs("privacy.manage")
def save_retention() -> AnyResponse | tuple[str, int]:
    """All kinds at once; an empty field is "for ever". What would go with it is counted on the page before."""
    by, given, problems = actor(), {}, {}
    for kind in (RECORDINGS, *kinds.DEFAULTS):
        typed = request.form.get(kind, "").strip()
        days = whole(typed) if typed else 0
        too_long = days is None or days > kinds.MOST_DAYS
        if too_long or (days == 0 and kind in kinds.NEVER_FOR_EVER):
            problems[kind] = t("privacy.days_wrong", most=kinds.MOST_DAYS)
        else:
            given[kind] = days or 0
    if problems:
        return _retention(problems, dict(request.form)), 400

    def write() -> None:
        recording_rules.set_days(by, given.pop(RECORDINGS))
        kinds.save(by, given)

    try:
        the_app().db.write(write)
    except Invalid as error:
        field = str(error.params.get("field", ""))
        return _retention({field: t("privacy.days_wrong", most=kinds.MOST_DAYS)}, dict(request.form)), 400
    return done(RETENTION, "privacy.days_saved")


def _retention(problems: dict[str, str], typed: dict[str, str]) -> str:
    account = who().account
    row, listed, held, kept = read(
        lambda a: (Account.get_by_id(a), kinds.listing(a), holds.listing(a), recordings.use(a).kept)
    )
    tonight = the_app().nightly.tonight(account)
    return render_template(
        "privacy/retention.html",
        kinds=listed,
        tonight=tonight,
        recording_days=row.recording_days,
        counted_days=the_app().legal.rules_of(account, row.country).counted_days(),
        kept_recordings=kept,
        holds=held,
        problems=problems,
        typed=typed,
        most=kinds.MOST_DAYS,
    )


@blueprint.get("/retention/count")
@needs("privacy.manage")
def count() -> dict[str, int]:
    """How many would go with `days` of `kind`, before it is saved."""
    kind, days = request.args.get("kind", ""), whole(request.args.get("days", "")) or 0
    if kind not in kinds.DEFAULTS or days > kinds.MOST_DAYS:
        raise Invalid("no such kind", field="kind")
    return {"n": the_app().nightly.count(who().account, kind, days)}


# --- who accessed what -------------------------------------------------------------------------------------------
@blueprint.get("/access")
@needs("privacy.log")
def accesses() -> str:
    asked = _asked()
    page = _read(asked)
    filters = [
        Filter("action", t("privacy.access.action"), _options("privacy.access", access.ACTIONS)),
        Filter("kind", t("privacy.access.kind"), _options("privacy.what", access.KINDS)),
    ]
    shown = ListPage(ACCESS, asked, page, filters, _columns())
    return render_template("privacy/access.html", list=shown, values=dict(asked.filters))


@blueprint.get("/access/export.csv")
@needs("privacy.log")
def export_accesses() -> Response:
    page = _read(replace(_asked(), page=None), timeout=60.0)
    where = zone()

    def cells(line: access.Line) -> tuple[object, ...]:
        return (
            text.moment(line.at, where).strftime("%Y-%m-%d %H:%M:%S"),
            line.user_name,
            t(f"privacy.access.{line.action}"),
            t(f"privacy.what.{line.kind}"),
            line.object,
            line.call,
            line.label,
            line.address,
        )

    heads = [c.label for c in _columns()[:4]]
    heads += [t("privacy.access.object"), t("privacy.access.call"), t("privacy.access.detail")]
    return as_csv("access", [*heads, t("audit.address")], page, cells)


def _options(prefix: str, names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("", t("admin.every")), *((name, t(f"{prefix}.{name}")) for name in names)]


def _asked() -> Wanted:
    return newest_first(("action", "kind", "since", "until"))


def _read(asked: Wanted, timeout: float = 10.0) -> Any:
    days = days_in_address(dict(asked.filters), zone())
    return read(lambda account: access.listing(account, asked, *days), timeout=timeout)


def _columns() -> list[Column]:
    return [
        Column("at", t("audit.at"), "id"),
        Column("user", t("audit.user")),
        Column("action", t("privacy.access.action")),
        Column("kind", t("privacy.access.kind")),
        Column("object", t("privacy.access.object")),
        Column("address", t("audit.address")),
    ]
