"""How long each kind of data is kept, what goes tonight, who is under legal hold; and who accessed what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.accounts.model import Account
from fs_app.admin.form import Stale
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
    by, given, problems, shown = actor(), {}, {}, request.form.get("shown", "")[:1000]
    for kind in (RECORDINGS, *kinds.DEFAULTS):
        typed = request.form.get(kind, "").strip()
        days = whole(typed) if typed else 0
        too_long = days is None or days > kinds.MOST_DAYS
        if too_long or (days == 0 and kind in kinds.NEVER_FOR_EVER):
            problems[kind] = t("privacy.days_wrong", most=kinds.MOST_DAYS)
        else:
            given[kind] = days or 0
    wanted = dict(given)
    if problems:
        return _retention(problems, dict(request.form), shown), 400

    def write() -> None:
        now = _days(by.account)
        if kinds.mark(now) != shown:
            raise Stale("retention", 0, now)
        recording_rules.set_days(by, given.pop(RECORDINGS))
        kinds.save(by, given)

    try:
        the_app().db.write(write)
    except Invalid as error:
        field = str(error.params.get("field", ""))
        problems[field] = t("privacy.days_wrong", most=kinds.MOST_DAYS)
        return _retention(problems, dict(request.form), shown), 400
    except Stale as stale:
        problems = {
            kind: t("desk.directory.theirs", value=value or "∞")
            for kind, value in stale.theirs.items()
            if value != wanted[kind]
        }
        return _retention(problems, dict(request.form), kinds.mark(stale.theirs), stale), 409
    return done(RETENTION, "privacy.days_saved")


def _days(account: int) -> dict[str, int]:
    """What the page of the days is about, as it is now."""
    of_recordings = {RECORDINGS: int(Account.get_by_id(account).recording_days)}
    return of_recordings | {kept.kind: kept.days for kept in kinds.listing(account)}


def _retention(
    problems: dict[str, str], typed: dict[str, str], shown: str = "", stale: Stale | None = None
) -> str:
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
        shown=shown or kinds.mark({RECORDINGS: row.recording_days} | {k.kind: k.days for k in listed}),
        stale=stale,
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
