"""Annuaire: everybody's telephone directory; files brought in, and taken out again (BA-100)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import directory, directory_csv
from fs_app.admin.directory_csv import Read
from fs_app.admin.form import FormInvalid
from fs_app.admin.people_csv import UglyFile
from fs_app.contacts.directory import FIELDS, TEXTS, StaleEntry
from fs_app.web import sheets, text
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    Column,
    ListPage,
    actor,
    as_csv,
    confirm,
    done,
    problems_of,
    read,
    typed,
    typed_number,
    wanted,
)
from fs_app.web.context import site, the_app, who
from fs_app.web.i18n import language, t

blueprint = Blueprint("admin_directory", __name__, url_prefix="/admin/directory")
PATH = "/admin/directory"
MAY = "directory.manage"
MOST_SHOWN = 200
"""Lines of a preview; the file with what is refused has all of them."""

WRITES_S = 60.0


@blueprint.get("")
@needs(MAY)
def listing() -> str:
    asked = wanted((), "name")
    page = read(lambda account: directory.listing(account, asked))
    return render_template("admin/directory.html", list=ListPage(PATH, asked, page, (), _columns()))


@blueprint.get("/export.csv")
@needs(MAY)
def export() -> Response:
    asked = replace(wanted((), "name"), page=None)
    page = read(lambda account: directory.listing(account, asked), timeout=WRITES_S)
    heads = [t(f"directory.field.{name}") for name in FIELDS]
    return as_csv("directory", heads, page, lambda row: [getattr(row, name) for name in FIELDS])


@blueprint.route("/new", methods=["GET", "POST"])
@needs(MAY)
def new() -> AnyResponse | str | tuple[str, int]:
    return _edit(None)


@blueprint.route("/<int:directory_entry>", methods=["GET", "POST"])
@needs(MAY)
def edit(directory_entry: int) -> AnyResponse | str | tuple[str, int]:
    return _edit(read(lambda account: directory.get(account, directory_entry)))


@blueprint.get("/<int:directory_entry>/delete")
@needs(MAY)
def ask_delete(directory_entry: int) -> str:
    row = read(lambda account: directory.get(account, directory_entry))
    name = row.name or row.company
    says = [t("directory.delete_says")]
    return confirm(t("desk.directory.delete_ask", name=name), says, t("desk.directory.delete"), PATH)


@blueprint.post("/<int:directory_entry>/delete")
@needs(MAY)
def delete(directory_entry: int) -> AnyResponse:
    by = actor()
    name = the_app().db.write(lambda: directory.delete(by, directory_entry))
    return done(PATH, "directory.deleted", name=name)


# --- files --------------------------------------------------------------------------------------------------------
@blueprint.get("/import")
@needs(MAY)
def import_form() -> str:
    return _import_page()


@blueprint.get("/import/example.csv")
@needs(MAY)
def example() -> Response:
    heads = [t(f"directory.field.{name}") for name in FIELDS]
    person = "Élodie Garçon", "01 85 09 00 00", "06 12 34 56 78", "elodie@example.org", "Oscorp"
    rows = [
        (t("directory.example.category"), *person),
        ("", t("directory.example.taxi"), "3639", "", "", ""),
    ]
    return sheets.as_file(sheets.as_csv(heads, rows, language()), "csv", "directory")


@blueprint.post("/import")
@needs(MAY)
def bring() -> AnyResponse | str | tuple[str, int]:
    """The file, looked at; or with `text` (what was looked at) brought."""
    name = typed("name", 200)
    try:
        whole, encoding, name = _sent(name)
        there, country = read(directory.known, timeout=WRITES_S), who().country
        found = site().threads.run(directory_csv.entries, whole, encoding, country, there, timeout=WRITES_S)
    except UglyFile as error:
        return _import_page(trouble=t(error.key, **error.params)), 400
    if "create" not in request.form or not found.entries:
        return _import_page(found, whole, name), 200 if found.entries else 400
    by, refused = actor(), _refused_file(found)
    values = [one for _, one in found.entries]
    made = the_app().db.write(
        lambda: directory.bring(by, country, name, values, len(found.refused), refused), timeout=WRITES_S
    )
    return done(f"{PATH}/imports/{made}", "directory_csv.brought", n=len(values))


@blueprint.get("/imports/<int:directory_import>")
@needs(MAY)
def one_import(directory_import: int) -> str:
    row = read(lambda account: directory.one_import(account, directory_import))
    return render_template("admin/directory_imported.html", row=row)


@blueprint.get("/imports/<int:directory_import>/refused.csv")
@needs(MAY)
def refused(directory_import: int) -> Response:
    content = read(lambda account: directory.refused_file(account, directory_import))
    return sheets.as_file(content.encode("utf-8-sig"), "csv", "refused")


@blueprint.get("/imports/<int:directory_import>/undo")
@needs(MAY)
def ask_undo(directory_import: int) -> str:
    row = read(lambda account: directory.one_import(account, directory_import))
    says = [t("directory_csv.undo_says", n=row.left - row.touched)]
    if row.touched:
        says.append(t("directory_csv.undo_keeps", n=row.touched))
    back = f"{PATH}/imports/{directory_import}"
    button = "" if row.undone_at is not None else t("directory_csv.undo")
    return confirm(t("directory_csv.undo_ask", file=row.file or "–"), says, button, back)


@blueprint.post("/imports/<int:directory_import>/undo")
@needs(MAY)
def undo(directory_import: int) -> AnyResponse:
    by = actor()
    row = the_app().db.write(lambda: directory.undo(by, directory_import), timeout=WRITES_S)
    return done(f"{PATH}/imports/{directory_import}", "directory_csv.undone", n=row.removed)


# --- inside -------------------------------------------------------------------------------------------------------
def _sent(name: str) -> tuple[str, str, str]:
    """(text, encoding, name of the file). Raises UglyFile."""
    if "text" in request.form:
        return *directory_csv.text_of(request.form["text"].removeprefix("\n").encode()), name
    file = request.files.get("file")
    if file is None or not file.filename:
        raise UglyFile("people_csv.no_file")
    return *directory_csv.text_of(file.stream.read(directory_csv.BIGGEST + 1)), text.clipped(
        file.filename, 200
    )


def _refused_file(found: Read) -> str:
    """The lines as they were, with their number and why in front of them."""
    heads = [t("people_csv.line"), t("directory_csv.why"), *found.headers]
    rows = [(r.line, " · ".join(_said(r.problems)), *r.cells) for r in found.refused]
    return sheets.as_csv(heads, rows, language()).decode("utf-8-sig")


def _said(problems: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"{t(f'directory.field.{name}')}{t('hours.colon')}{t(key)}" for name, key in problems]


def _import_page(found: Read | None = None, whole: str = "", name: str = "", trouble: str = "") -> str:
    delimiters = {"\t": t("people_csv.tab")}
    return render_template(
        "admin/directory_import.html",
        trouble=trouble,
        found=found,
        fields=[(field, t(f"directory.field.{field}")) for field in directory_csv.SHOWN],
        entries=found.entries[:MOST_SHOWN] if found else [],
        refused=[(r.line, r.cells, _said(r.problems)) for r in found.refused[:MOST_SHOWN]] if found else [],
        delimiter=delimiters.get(found.delimiter, found.delimiter) if found else "",
        text=whole,
        name=name,
        most=directory_csv.MOST,
        most_shown=MOST_SHOWN,
        kilobytes=directory_csv.BIGGEST // 1000,
        imports=read(directory.imports),
    )


def _edit(row: Any) -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        values = {name: getattr(row, name) if row else "" for name in FIELDS}
        return _form(row, values, {}, row.version if row else 0)
    values = {name: typed(name, 2 * TEXTS.get(name, 100)) for name in FIELDS}
    by, country, version = actor(), who().country, typed_number("version") or 0
    try:
        name = the_app().db.write(
            lambda: directory.save(by, row.id if row else None, version, values, country)
        )
    except FormInvalid as error:
        return _form(row, values, problems_of(error), version), 400
    except StaleEntry as stale:
        said = {name: t("desk.directory.theirs", value=stale.theirs[name] or "–") for name in FIELDS}
        changed = {name: words for name, words in said.items() if stale.theirs[name] != values[name]}
        return _form(row, values, changed, stale.theirs["version"], t(stale.key)), 409
    return done(PATH, "admin.saved", name=name)


def _form(row: Any, values: dict[str, str], problems: dict[str, str], version: int, stale: str = "") -> str:
    return render_template(
        "admin/directory_entry.html",
        row=row,
        values=values,
        problems=problems,
        version=version,
        stale=stale,
        fields=[(name, TEXTS.get(name, 40)) for name in FIELDS],
    )


def _columns() -> list[Column]:
    names = ("name", "category", "office", "mobile", "mail", "company")
    sorts = {"name", "company", "category"}
    return [
        *(Column(name, t(f"directory.field.{name}"), name if name in sorts else "") for name in names),
        Column("updated", t("directory.updated"), "updated"),
        Column("way", ""),
    ]
