"""Boîtes vocales: where menus take messages."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid
from fs_app.voicemail import boxes
from fs_app.voicemail.boxes import BoxForm, BoxNeeded, Stored
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    change,
    confirm,
    done,
    problems_of,
    read,
    set_active,
    typed,
    typed_number,
)
from fs_app.web.admin.sound_choice import choices
from fs_app.web.i18n import t

blueprint = Blueprint("admin_boxes", __name__, url_prefix="/admin/boxes")
PATH = "/admin/boxes"


@blueprint.get("")
@needs("boxes.manage")
def listing() -> str:
    return render_template("admin/boxes.html", rows=read(boxes.listing))


@blueprint.route("/new", methods=["GET", "POST"])
@needs("boxes.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    return _edit(None)


@blueprint.route("/<int:box>", methods=["GET", "POST"])
@needs("boxes.manage")
def edit(box: int) -> AnyResponse | str | tuple[str, int]:
    return _edit(read(lambda account: boxes.get(account, box)))


@blueprint.get("/<int:box>/archive")
@needs("boxes.manage")
def ask_archive(box: int) -> str:
    name = read(lambda account: boxes.get(account, box)).form.name
    says = [t("boxes.archive.menus"), t("boxes.archive.keeps")]
    return confirm(t("admin.archive_it", name=name), says, t("admin.archive"), f"{PATH}/{box}")


@blueprint.post("/<int:box>/archive")
@needs("boxes.manage")
def archive(box: int) -> AnyResponse | tuple[str, int]:
    name = read(lambda account: boxes.get(account, box)).form.name
    try:
        change(lambda by: boxes.set_active(by, box, False))
    except BoxNeeded as error:
        return confirm(
            t("admin.archive_it", name=name), [t(error.key, **error.params)], "", PATH
        ), error.status
    return done(PATH, "boxes.deactivated", name=name)


@blueprint.post("/<int:box>/restore")
@needs("boxes.manage")
def restore(box: int) -> AnyResponse:
    return set_active(
        PATH,
        "boxes.activated",
        box,
        lambda account: boxes.get(account, box).form.name,
        boxes.set_active,
        True,
    )


def _edit(stored: Stored | None) -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _form(stored, stored.form if stored else BoxForm(), {})
    form = BoxForm(
        typed("name"),
        typed("mail"),
        request.form.get("greeting", "")[:300],
        typed_number("most_s"),
        typed_number("silence_s"),
    )
    known = {value for value in choices() if not value.startswith("list:")}
    try:
        change(lambda by: boxes.save(by, stored.id if stored else None, form, known))
    except FormInvalid as error:
        return _form(stored, form, problems_of(error)), 400
    return done(PATH, "admin.saved", name=form.name)


def _form(stored: Stored | None, form: BoxForm, problems: dict[str, str]) -> str:
    return render_template("admin/box.html", stored=stored, form=form, problems=problems, files=choices())
