"""Motifs d'indisponibilité: why an agent is away."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import reasons
from fs_app.admin.form import FormInvalid
from fs_app.admin.reasons import ReasonForm, ReasonRow
from fs_app.web.access import needs
from fs_app.web.admin.common import change, confirm, done, problems_of, read, typed
from fs_app.web.context import the_app, who
from fs_app.web.i18n import t

blueprint = Blueprint("admin_reasons", __name__, url_prefix="/admin/reasons")
PATH = "/admin/reasons"


@blueprint.get("")
@needs("reasons.manage")
def listing() -> str:
    rows = read(reasons.listing)
    return render_template(
        "admin/reasons.html", rows=[r for r in rows if r.active], archived=[r for r in rows if not r.active]
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs("reasons.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _form(None, ReasonForm(), {})
    form = ReasonForm(typed("label"), typed("code"))
    try:
        change(lambda by: reasons.save(by, None, form))
    except FormInvalid as error:
        return _form(None, form, problems_of(error)), 400
    return done(PATH, "reasons.created", name=form.label)


@blueprint.route("/<int:reason>", methods=["GET", "POST"])
@needs("reasons.manage")
def edit(reason: int) -> AnyResponse | str | tuple[str, int]:
    row = read(lambda account: reasons.get(account, reason))
    if request.method == "GET":
        return _form(row, row.form, {})
    form = ReasonForm(typed("label"), typed("code"))
    try:
        change(lambda by: reasons.save(by, reason, form))
    except FormInvalid as error:
        return _form(row, form, problems_of(error)), 400
    return done(PATH, "admin.saved", name=form.label)


@blueprint.post("/<int:reason>/<any(up, down):way>")
@needs("reasons.manage")
def move(reason: int, way: str) -> AnyResponse:
    row = read(lambda account: reasons.get(account, reason))
    change(lambda by: reasons.move(by, reason, up=way == "up"))
    return done(PATH, "admin.moved", name=row.form.label)


@blueprint.get("/<int:reason>/archive")
@needs("reasons.manage")
def ask_archive(reason: int) -> str:
    row = read(lambda account: reasons.get(account, reason))
    account = who().account
    away = sum(1 for a in the_app().live.agents.values() if a.account == account and a.reason == reason)
    says = [t("reasons.archive.away", n=away)] if away else []
    says.append(t("reasons.archive.keeps"))
    return confirm(t("reasons.archive.title", name=row.form.label), says, t("admin.archive"), PATH)


@blueprint.post("/<int:reason>/archive")
@needs("reasons.manage")
def archive(reason: int) -> AnyResponse:
    row = read(lambda account: reasons.get(account, reason))
    change(lambda by: reasons.set_active(by, reason, False))
    return done(PATH, "admin.archived", name=row.form.label)


@blueprint.post("/<int:reason>/restore")
@needs("reasons.manage")
def restore(reason: int) -> AnyResponse:
    row = read(lambda account: reasons.get(account, reason))
    change(lambda by: reasons.set_active(by, reason, True))
    return done(PATH, "admin.restored", name=row.form.label)


def _form(row: ReasonRow | None, form: ReasonForm, problems: dict[str, str]) -> str:
    return render_template("admin/reason.html", row=row, form=form, problems=problems)
