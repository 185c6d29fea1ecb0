"""What several lists share (HN-410, HN-411, HN-460): distribution rules, profilers, planners, characteristics; and the
contact files (HN-406)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from flask import Blueprint, Response, render_template, request, stream_with_context
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid, Stale
from fs_app.calllists import editing, files, listing, rules
from fs_app.calllists.editing import CONTENT, SHARED, InUse, Shared
from fs_app.errors import NotFound
from fs_app.web import text
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    actor,
    confirm,
    done,
    problems_of,
    read,
    theirs_beside,
    typed,
    typed_number,
)
from fs_app.web.context import the_app, who
from fs_app.web.i18n import language, t
from fs_app.web.lists import PATH, json_of
from fs_app.web.lists_words import filter_facts

blueprint = Blueprint("lists_rules", __name__, url_prefix=PATH)


def _kind(what: str) -> str:
    """Raises NotFound."""
    if what not in SHARED:
        raise NotFound(f"kind {what[:20]}")
    return what


@blueprint.get("/shared/<what>")
@needs("lists.rules")
def shared(what: str) -> str:
    kind = _kind(what)
    rows = read(lambda account: editing.shared(account, kind))
    return render_template("lists/shared.html", what=kind, kinds=tuple(SHARED), rows=rows)


@blueprint.route("/shared/<what>/new", methods=["GET", "POST"])
@needs("lists.rules")
def new_shared(what: str) -> AnyResponse | str | tuple[str, int]:
    kind = _kind(what)
    return _edit(Shared(kind, content={} if kind == "characteristic" else []))


@blueprint.route("/shared/<what>/<int:shared>", methods=["GET", "POST"])
@needs("lists.rules")
def edit_shared(what: str, shared: int) -> AnyResponse | str | tuple[str, int]:
    kind = _kind(what)
    return _edit(read(lambda account: editing.one_shared(account, kind, shared)))


def _edit(row: Shared) -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _form(row, {})
    typed_in = Shared(
        row.kind,
        row.id,
        typed("name", 200),
        request.form.get("description", "")[:3000].replace("\0", " ").strip(),
        json_of(request.form.get("content", "")),
        typed_number("seed") or 0,
        row.lists,
        typed_number("version") or 0,
    )
    by = actor()
    try:
        the_app().db.write(lambda: editing.save_shared(by, typed_in))
    except FormInvalid as error:
        return _form(typed_in, problems_of(error)), 400
    except Stale as stale:
        problems = theirs_beside(stale.theirs, asdict(typed_in))
        return _form(replace(typed_in, version=stale.version), problems, stale), 409
    the_app().lists.changed(by.account)
    the_app().lists.look_soon()
    return done(f"{PATH}/shared/{row.kind}", "admin.saved", name=typed_in.name)


def _form(row: Shared, problems: dict[str, str], stale: Stale | None = None) -> str:
    facts = {
        **filter_facts(),
        "kind": row.kind,
        "content": row.content,
        "ways": rules.WAYS,
        "characteristics": read(
            lambda account: [(c.id, c.name) for c in editing.shared(account, "characteristic")]
        ),
    }
    return render_template(
        "lists/shared_form.html",
        row=row,
        problems=problems,
        stale=stale,
        facts=facts,
        content=CONTENT[row.kind],
    )


@blueprint.get("/shared/<what>/<int:shared>/delete")
@needs("lists.rules")
def ask_delete_shared(what: str, shared: int) -> str:
    kind = _kind(what)
    row = read(lambda account: editing.one_shared(account, kind, shared))
    back = f"{PATH}/shared/{kind}"
    if row.lists:
        says = [t("lists.error.in_use", lists=", ".join(row.lists[:5]))]
        return confirm(t("lists.shared_delete_it", name=row.name), says, "", back)
    return confirm(
        t("lists.shared_delete_it", name=row.name), [t("lists.shared_delete_says")], t("admin.delete"), back
    )


@blueprint.post("/shared/<what>/<int:shared>/delete")
@needs("lists.rules")
def delete_shared(what: str, shared: int) -> AnyResponse | tuple[str, int]:
    kind, by = _kind(what), actor()
    back = f"{PATH}/shared/{kind}"
    try:
        name = the_app().db.write(lambda: editing.delete_shared(by, kind, shared))
    except InUse as error:
        return confirm(t("lists.shared_delete"), [t(error.key, **error.params)], "", back), error.status
    the_app().lists.changed(by.account)
    return done(back, "admin.deleted", name=name)


# --- contact files ------------------------------------------------------------------------------------------
@blueprint.get("/files")
@needs("lists.edit")
def contact_files() -> str:
    return render_template("lists/files.html", rows=read(listing.files, 30.0))


@blueprint.get("/files/<int:contact_file>/export.csv")
@needs("lists.export")
def export_file(contact_file: int) -> AnyResponse:
    """Index, contact GUID, last agent, result with its texts, answers (HN-407)."""
    read(lambda account: files.name_of(account, contact_file))
    account = who().account
    heads = [t(f"lists.file_column.{name}") for name in files.COLUMNS]
    lines = _lines(account, contact_file, heads, language())
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="contact-file-{contact_file}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(account: int, contact_file: int, heads: list[str], lang: str) -> Iterator[bytes]:
    out, after, db = io.StringIO(), -1, the_app().db
    writer = csv.writer(out, delimiter="," if lang == "en" else ";", lineterminator="\r\n")
    out.write("\ufeff")
    writer.writerow([text.csv_cell(head) for head in heads])

    def more(after: int) -> list[list[Any]]:
        return db.read(lambda: files.piece(account, contact_file, after), timeout=60.0)

    while found := more(after):
        for row in found:
            writer.writerow([text.csv_cell(cell) for cell in row])
        after = found[-1][0]
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


@blueprint.get("/files/<int:contact_file>/delete")
@needs("lists.delete")
def ask_delete_file(contact_file: int) -> str:
    found = read(lambda account: files.about(account, contact_file), 30.0)
    title = t("lists.file_delete_it", name=found.name)
    if found.lists:
        return confirm(
            title, [t("lists.error.in_use", lists=", ".join(found.lists[:5]))], "", f"{PATH}/files"
        )
    says = [t("lists.file_delete_rows", n=found.rows), t("lists.file_delete_contacts")]
    return confirm(title, says, t("admin.delete"), f"{PATH}/files")


@blueprint.post("/files/<int:contact_file>/delete")
@needs("lists.delete")
def delete_file(contact_file: int) -> AnyResponse | tuple[str, int]:
    by = actor()
    try:
        name = the_app().lists.delete_file(by, contact_file)
    except InUse as error:
        return confirm(
            t("lists.file_delete"), [t(error.key, **error.params)], "", f"{PATH}/files"
        ), error.status
    return done(f"{PATH}/files", "lists.file_going", name=name)
