"""Sons: the library of an account, and the page of each sound (HN-210)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid, Problems
from fs_app.admin.listing import Wanted
from fs_app.audio import service, speech
from fs_app.audio.model import ANY, LANGUAGES
from fs_app.audio.service import FileRow, NameTaken, SoundRow
from fs_app.audio.use import Place
from fs_app.audio.words import KINDS, LONGEST_S, MOST_BYTES, MUSIC, PROMPT
from fs_app.web import text
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    Column,
    Filter,
    ListPage,
    as_csv,
    change,
    confirm,
    done,
    problems_of,
    read,
    typed,
    wanted,
)
from fs_app.web.admin.sounds_heard import WORDLESS
from fs_app.web.context import site, the_app, who, zone
from fs_app.web.i18n import t

blueprint = Blueprint("admin_sounds", __name__, url_prefix="/admin/sounds")
PATH = "/admin/sounds"

FILTERS = ("kind", "language", "state")

PLACES = {
    "queue": "/admin/queues/{}",
    "holiday": "/admin/holidays/{}",
    "flow": "/admin/flows/{}",
    "published": "/admin/flows/{}",
    "box": "/admin/boxes/{}",
    "list": "/admin/sounds/lists/{}",
}
"""Kind of a place where a sound is used → its page."""


@blueprint.get("")
@needs("sounds.listen")
def listing() -> str:
    asked = _asked()
    page = read(lambda account: service.listing(account, asked))
    shown = ListPage(PATH, asked, page, _filters(), [*_columns(), Column("ways", t("queues.ways"))])
    return render_template("admin/sounds/list.html", list=shown, **_maker(), **_shared())


@blueprint.get("/export.csv")
@needs("sounds.listen")
def export() -> Response:
    asked = replace(_asked(), page=None)
    page = read(lambda account: service.listing(account, asked), timeout=60.0)
    heads = [column.label for column in _columns()]

    def cells(row: SoundRow) -> tuple[object, ...]:
        said = [t(f"language.name.{language}") for language in row.files if language]
        length = max((file.duration_ms for file in row.files.values()), default=0)
        return (
            row.name,
            t(f"sounds.kind.{row.kind}"),
            ", ".join(said),
            text.duration(length),
            len(row.places),
            text.moment(row.changed_at, zone()).strftime("%Y-%m-%d %H:%M"),
        )

    return as_csv("sounds", heads, page, cells)


@blueprint.route("/new", methods=["GET", "POST"])
@needs("sounds.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    """Name and kind; its files are made on its page."""
    if request.method == "GET":
        return _new("", PROMPT, "", {})
    name, kind, note = typed("name"), typed("kind", 10), typed("note")
    try:
        _check(name, note, kind)
        sound = change(lambda by: service.create(by, name, kind, note))
    except (FormInvalid, NameTaken) as error:
        return _new(name, kind, note, _problems(error)), 400
    return done(f"{PATH}/{sound}", "sounds.created", name=name)


@blueprint.get("/<int:sound>")
@needs("sounds.listen")
def edit(sound: int) -> str:
    row = read(lambda account: service.get(account, sound))
    return _page(row, row.name, row.note, {})


@blueprint.post("/<int:sound>")
@needs("sounds.manage")
def save(sound: int) -> AnyResponse | tuple[str, int]:
    row = read(lambda account: service.get(account, sound))
    name, note = typed("name"), typed("note")
    try:
        _check(name, note)
        change(lambda by: service.save(by, sound, name, note))
    except (FormInvalid, NameTaken) as error:
        return _page(row, name, note, _problems(error)), 400
    return done(f"{PATH}/{sound}", "admin.saved", name=name)


@blueprint.post("/<int:sound>/files/<int:file>/take-back")
@needs("sounds.manage")
def take_back(sound: int, file: int) -> AnyResponse:
    """An earlier file again."""
    change(lambda by: service.take_back(by, sound, file))
    return done(f"{PATH}/{sound}", "sounds.taken_back")


@blueprint.get("/<int:sound>/<language>/take-out")
@needs("sounds.manage")
def ask_take_out(sound: int, language: str) -> str:
    row, spoken = read(lambda account: service.get(account, sound)), _language(language)
    title = t("sounds.take_out.title_any", name=row.name)
    if spoken in LANGUAGES:
        title = t("sounds.take_out.title", name=row.name, language=t(f"sounds.tongue.{spoken}"))
    says = [t("sounds.take_out.kept")]
    if row.places and len(row.files) > 1:
        says.insert(0, t("sounds.take_out.others", n=len(row.places)))
    elif row.places:
        return confirm(title, [t("sounds.delete.used"), *where(row.places)], "", _of(row))
    return confirm(title, says, t("sounds.take_out"), _of(row))


@blueprint.post("/<int:sound>/<language>/take-out")
@needs("sounds.manage")
def take_out(sound: int, language: str) -> AnyResponse:
    change(lambda by: service.take_out(by, sound, _language(language)))
    return done(f"{PATH}/{sound}", "sounds.taken_out")


@blueprint.get("/<int:sound>/delete")
@needs("sounds.manage")
def ask_delete(sound: int) -> str:
    """Refused while it is used, with the places."""
    row = read(lambda account: service.get(account, sound))
    title = t("sounds.delete.title", name=row.name)
    if row.places:
        return confirm(title, [t("sounds.delete.used"), *where(row.places)], "", _of(row))
    says = [t("sounds.delete.files", n=len(row.files)), t("sounds.delete.kept")]
    return confirm(title, says, t("sounds.delete"), _of(row))


@blueprint.post("/<int:sound>/delete")
@needs("sounds.manage")
def delete(sound: int) -> AnyResponse:
    row = read(lambda account: service.get(account, sound))
    change(lambda by: service.delete(by, sound))
    return done(f"{PATH}?state=bin", "sounds.deleted", name=row.name)


@blueprint.post("/<int:sound>/restore")
@needs("sounds.manage")
def restore(sound: int) -> AnyResponse:
    row = read(lambda account: service.get(account, sound))
    change(lambda by: service.restore(by, sound))
    return done(f"{PATH}/{sound}", "sounds.restored", name=row.name)


# --- words ----------------------------------------------------------------------------------------------------
def where(places: Sequence[Place]) -> list[str]:
    """In words, one place a line."""
    return [place_words(place) for place in places]


def place_words(place: Place) -> str:
    if place.kind == "queue":
        field = t(f"audit.field.{place.field}")
        return t("sounds.place.queue", name=text.clipped(place.name, 60), field=field)
    return t(f"sounds.place.{place.kind}", name=text.clipped(place.name, 60))


def place_url(place: Place) -> str:
    return PLACES[place.kind].format(place.id)


def facts(file: FileRow) -> list[str]:
    """What is known of a file, in words."""
    said = [t(f"sounds.source.{file.source}")]
    if file.original_name:
        said.append(text.clipped(file.original_name, 60))
    if file.original:
        said.append(file.original)
    if file.loudness is not None:
        said.append(t("sounds.loudness", lufs=text_number(file.loudness)))
    return said


def text_number(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


# --- parts ----------------------------------------------------------------------------------------------------
def _page(row: SoundRow, name: str, note: str, problems: dict[str, str]) -> str:
    return render_template(
        "admin/sounds/sound.html",
        row=row,
        name=name,
        note=note,
        problems=problems,
        place_words=place_words,
        place_url=place_url,
        facts=facts,
        **_maker(row),
        **_shared(),
    )


def _new(name: str, kind: str, note: str, problems: dict[str, str]) -> str:
    kinds = [(one, t(f"sounds.kind.{one}")) for one in KINDS]
    return render_template(
        "admin/sounds/new.html", name=name, kind=kind, kinds=kinds, note=note, problems=problems
    )


def _shared() -> dict[str, Any]:
    return {"WORDLESS": WORDLESS, "may_manage": who().may("sounds.manage")}


def _maker(row: SoundRow | None = None) -> dict[str, Any]:
    """What the part of the page that makes sounds is told (static/sounds/)."""
    app, identity = the_app(), who()
    voices = site().threads.run(speech.voices, app.settings.voices_dir)
    phones = sorted(
        (a for a in app.catalog.now.agents.values() if a.account == identity.account),
        key=lambda a: (a.id != identity.agent, a.name.casefold()),
    )
    own = app.catalog.account(identity.account)
    return {
        "maker": {
            "sound": row.id if row else None,
            "kind": row.kind if row else "",
            "languages": list(row.languages) if row else [*LANGUAGES],
            "language": own.language if own else LANGUAGES[0],
            "said": list(row.files) if row else [],
            "note": row.note if row else "",
            "voices": [{"value": v.value, "label": v.label, "language": v.language} for v in voices],
            "phones": [
                {
                    "id": a.id,
                    "label": f"{a.name} · {a.number}",
                    "here": app.phones.contact(a.number, a.domain) is not None,
                }
                for a in phones
            ],
            "most_bytes": MOST_BYTES,
            "longest_s": LONGEST_S,
            "longest_text": speech.LONGEST_TEXT,
        }
    }


def _check(name: str, note: str, kind: str = PROMPT) -> None:
    """Raises FormInvalid."""
    problems = Problems()
    problems.text("name", name, 100)
    problems.text("note", note, 500, needed=False)
    if kind not in KINDS:
        problems.add("kind", "field.choice")
    problems.check()


def _problems(error: FormInvalid | NameTaken) -> dict[str, str]:
    if isinstance(error, FormInvalid):
        return problems_of(error)
    return {"name": t(error.key, **error.params)}


def _language(name: str) -> str:
    return ANY if name == WORDLESS else name


def _of(row: SoundRow) -> str:
    return f"{PATH}/{row.id}"


def _asked() -> Wanted:
    return wanted(FILTERS, "name")


def _filters() -> list[Filter]:
    every = ("", t("admin.every"))
    kinds = [every, *((kind, t(f"sounds.kind.{kind}")) for kind in (PROMPT, MUSIC))]
    languages = [every]
    for language in LANGUAGES:
        languages.append((language, t("sounds.said_in", language=t(f"sounds.tongue.{language}"))))
    for language in LANGUAGES:
        languages.append((f"-{language}", t("sounds.not_said_in", language=t(f"sounds.tongue.{language}"))))
    states = [every, ("unused", t("sounds.state.unused")), ("bin", t("sounds.state.bin"))]
    return [
        Filter("kind", t("sounds.kind"), kinds),
        Filter("language", t("sounds.languages"), languages),
        Filter("state", t("admin.state"), states),
    ]


def _columns() -> list[Column]:
    return [
        Column("name", t("sounds.name"), "name"),
        Column("kind", t("sounds.kind")),
        Column("languages", t("sounds.languages")),
        Column("length", t("sounds.length"), cls="num"),
        Column("used", t("sounds.used"), cls="num"),
        Column("changed", t("sounds.changed"), "changed"),
    ]
