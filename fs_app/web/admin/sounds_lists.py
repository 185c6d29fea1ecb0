"""Lists of hold music: pieces in their order, or in any."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid
from fs_app.audio import lists
from fs_app.audio.lists import ListRow
from fs_app.web.access import needs
from fs_app.web.admin.common import change, confirm, done, problems_of, read, ticked, typed, whole
from fs_app.web.admin.sounds import place_url, place_words, where
from fs_app.web.i18n import t

blueprint = Blueprint("admin_sounds_lists", __name__, url_prefix="/admin/sounds/lists")
PATH = "/admin/sounds/lists"


@blueprint.get("")
@needs("sounds.manage")
def listing() -> str:
    rows, music = read(lambda account: (lists.listing(account), lists.music(account)))
    return render_template("admin/sounds/lists.html", rows=rows, music=music)


@blueprint.route("/new", methods=["GET", "POST"])
@needs("sounds.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _form(None, "", False, (), {})
    name, shuffled, sounds = typed("name"), ticked("shuffled"), _sounds()
    try:
        made = change(lambda by: lists.save(by, None, name, shuffled, sounds))
    except FormInvalid as error:
        return _form(None, name, shuffled, sounds, problems_of(error)), 400
    return done(f"{PATH}/{made}", "admin.saved", name=name)


@blueprint.get("/<int:music_list>")
@needs("sounds.manage")
def edit(music_list: int) -> str:
    row = read(lambda account: lists.get(account, music_list))
    return _form(row, row.name, row.shuffled, [item.sound for item in row.items], {})


@blueprint.post("/<int:music_list>")
@needs("sounds.manage")
def save(music_list: int) -> AnyResponse | tuple[str, int]:
    row = read(lambda account: lists.get(account, music_list))
    name, shuffled, sounds = typed("name"), ticked("shuffled"), _sounds()
    try:
        change(lambda by: lists.save(by, music_list, name, shuffled, sounds))
    except FormInvalid as error:
        return _form(row, name, shuffled, sounds, problems_of(error)), 400
    return done(f"{PATH}/{music_list}", "admin.saved", name=name)


@blueprint.get("/<int:music_list>/delete")
@needs("sounds.manage")
def ask_delete(music_list: int) -> str:
    row = read(lambda account: lists.get(account, music_list))
    title, back = t("sounds.list.delete.title", name=row.name), f"{PATH}/{row.id}"
    if row.places:
        return confirm(title, [t("sounds.list.delete.used"), *where(row.places)], "", back)
    return confirm(title, [t("sounds.list.delete.keeps")], t("sounds.list.delete"), back)


@blueprint.post("/<int:music_list>/delete")
@needs("sounds.manage")
def delete(music_list: int) -> AnyResponse:
    return done(PATH, "sounds.list.deleted", name=change(lambda by: lists.delete(by, music_list)))


def _sounds() -> tuple[int, ...]:
    """In the order of the form; empty lines do not count."""
    found = [whole(value) for value in request.form.getlist("sounds")]
    return tuple(sound for sound in found if sound)[: 2 * lists.MOST_ITEMS]


def _form(
    row: ListRow | None, name: str, shuffled: bool, sounds: Sequence[int], problems: dict[str, str]
) -> str:
    return render_template(
        "admin/sounds/music_list.html",
        row=row,
        name=name,
        shuffled=shuffled,
        sounds=sounds,
        music=read(lists.music),
        problems=problems,
        place_words=place_words,
        place_url=place_url,
    )
