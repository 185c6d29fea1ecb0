"""Écrans muraux: a link for each display, shown once, revoked by a press."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import audit, queues
from fs_app.admin.audit import Actor
from fs_app.admin.form import FormInvalid, Problems
from fs_app.errors import NotFound
from fs_app.supervision import displays
from fs_app.web.access import needs
from fs_app.web.admin.common import change, confirm, done, problems_of, read, typed, typed_numbers
from fs_app.web.context import the_app
from fs_app.web.i18n import t

blueprint = Blueprint("admin_displays", __name__, url_prefix="/admin/displays")
PATH = "/admin/displays"


@blueprint.get("")
@needs("displays.manage")
def listing() -> str:
    return render_template(
        "admin/displays.html", rows=read(displays.listing), now=the_app().clock.now_ms(), made=None
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs("displays.manage")
def new() -> str | tuple[str, int]:
    name, chosen = typed("name"), typed_numbers("queues")
    if request.method == "GET":
        return _form("", (), {})
    problems = Problems()
    problems.text("name", name, 100)
    try:
        problems.check()
        secret = change(lambda by: _make(by, name, chosen))
    except FormInvalid as error:
        return _form(name, chosen, problems_of(error)), 400
    link = f"{request.host_url.rstrip('/')}/supervision/wall#{secret}"
    return render_template("admin/display_link.html", name=name, link=link)


@blueprint.get("/<int:display>/revoke")
@needs("displays.manage")
def ask_revoke(display: int) -> str:
    name = read(lambda account: displays.name_of(account, display))
    return confirm(
        t("displays.revoke.title", name=name), [t("displays.revoke.text")], t("displays.revoke"), PATH
    )


@blueprint.post("/<int:display>/revoke")
@needs("displays.manage")
def revoke(display: int) -> AnyResponse:
    def work(by: Actor) -> str:
        name = displays.revoke(by.account, display, by.now)
        audit.write(by, "revoke", "display", display, name)
        return name

    return done(PATH, "displays.revoked", name=change(work))


def _make(by: Actor, name: str, chosen: tuple[int, ...]) -> str:
    try:
        display, secret = displays.make(by.account, name, chosen, by.now)
    except NotFound as error:
        problems = Problems()
        problems.add("queues", "field.choice")
        raise FormInvalid(problems.found) from error
    audit.write(by, "create", "display", display, name)
    return secret


def _form(name: str, chosen: tuple[int, ...], problems: dict[str, str]) -> str:
    return render_template(
        "admin/display.html", name=name, chosen=chosen, problems=problems, queues=read(queues.names)
    )
