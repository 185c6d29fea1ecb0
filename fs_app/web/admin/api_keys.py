"""Clés d'API: what other programs open with, shown once, revoked by a press (TC-64)."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid
from fs_app.apikeys import service
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, confirm, done, problems_of, read, typed, typed_number
from fs_app.web.context import the_app
from fs_app.web.i18n import t

blueprint = Blueprint("admin_api_keys", __name__, url_prefix="/admin/api-keys")
PATH = "/admin/api-keys"
USUAL_DAYS = 365


@blueprint.get("")
@needs("api_keys.manage")
def listing() -> str:
    now = the_app().clock.now_ms()
    return render_template("admin/api_keys.html", rows=read(lambda account: service.listing(account, now)))


@blueprint.route("/new", methods=["GET", "POST"])
@needs("api_keys.manage")
def new() -> str | tuple[str, int] | Response:
    if request.method == "GET":
        return _form("", (), USUAL_DAYS, {})
    name, chosen = typed("name"), request.form.getlist("permissions")[: len(service.OFFERED)]
    days, by = typed_number("days"), actor()
    try:
        key = the_app().db.write(lambda: service.make(by, name, chosen, days))
    except FormInvalid as error:
        return _form(name, chosen, days, problems_of(error)), 400
    example = f'curl -H "Authorization: Bearer {key}" {request.host_url}api/v1/me'
    answer = make_response(render_template("admin/api_key_made.html", name=name, key=key, example=example))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/<int:api_key>/revoke")
@needs("api_keys.manage")
def ask_revoke(api_key: int) -> str:
    name = read(lambda account: service.name_of(account, api_key))
    return confirm(
        t("api_keys.revoke_ask", name=name), [t("api_keys.revoke_says")], t("api_keys.revoke"), PATH
    )


@blueprint.post("/<int:api_key>/revoke")
@needs("api_keys.manage")
def revoke(api_key: int) -> AnyResponse:
    by = actor()
    name = the_app().db.write(lambda: service.revoke(by, api_key))
    return done(PATH, "api_keys.revoked", name=name)


def _form(name: str, chosen: object, days: int | None, problems: dict[str, str]) -> str:
    return render_template(
        "admin/api_key.html",
        name=name,
        chosen=chosen,
        days=days,
        problems=problems,
        offered=[(one, t(f"api_keys.may.{one.replace('.', '_')}")) for one in service.OFFERED],
        lifetimes=[(d, t("api_keys.days", n=d) if d else t("api_keys.no_end")) for d in service.LIFETIMES],
    )
