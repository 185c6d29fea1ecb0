"""Imports (HN-403): the list of what was brought, and the wizard that brings a file. The wizard's own part is a script
(static/imports); here is what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, send_file
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from fs_app.children import Broken
from fs_app.errors import Invalid
from fs_app.imports import offered
from fs_app.imports.reading.dialect import DELIMITERS, ENCODINGS, FORMATS
from fs_app.imports.service import TooBig
from fs_app.web import text
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, confirm, done, read
from fs_app.web.context import the_app, who
from fs_app.web.i18n import language, t
from fs_app.web.imports_told import (
    OFFERED,
    checked_told,
    countries,
    job_told,
    preview_told,
    problems_told,
    said,
)
from fs_app.web.text import page_number

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
PATH = "/imports"
MAY = "imports.manage"
LARGEST = 20_001 * 1024**2
"""A body has at most what `FS_APP_IMPORT_MOST_MB` can say; what it says now is checked while the file comes."""


@blueprint.get("")
@needs(MAY)
def listing() -> str:
    found = the_app().imports.jobs(who().account, page_number(request.args.get("page", "")))
    names = read(lambda account: offered.names(account, found["list"]))
    rows = [job_told(job, names) for job in found["list"]]
    return render_template("imports/list.html", found=found, rows=rows)


@blueprint.get("/new")
@needs(MAY)
def new() -> str:
    facts = {"most_mb": the_app().imports.most_mb}
    return render_template("imports/new.html", facts=facts)


@blueprint.post("/upload")
@needs(MAY)
def upload() -> tuple[Response, int]:
    """The body is the file, `?file` its name: a new import, which nothing has been read of yet."""
    job = received(request.args.get("file", ""), request.stream)
    return jsonify(ok=True, job=job_told(job)), 201


upload.largest = LARGEST  # type: ignore[attr-defined]  # site.py looks


def received(name: str, stream: Any) -> dict[str, Any]:
    """A new import with what stands in `stream`. Raises TooBig."""
    imports = the_app().imports
    if (request.content_length or 0) > (imports.most_mb + 1) * 1024**2:
        raise TooBig(f"{request.content_length} bytes", most_mb=imports.most_mb)
    try:
        return imports.upload(actor(), text.harmless(name)[:200], stream)
    except RequestEntityTooLarge as error:
        raise TooBig("the body goes on", most_mb=imports.most_mb) from error


@blueprint.get("/<int:import_job>")
@needs(MAY)
def wizard(import_job: int) -> str:
    imports, account = the_app().imports, who().account
    job = imports.job(account, import_job)
    facts = {
        **read(offered.offered),
        "job": job_told(job, read(lambda a: offered.names(a, [job]))),
        "sources": imports.sources(account),
        "country": who().country,
        "countries": countries(),
        "encodings": list(ENCODINGS),
        "delimiters": list(DELIMITERS),
        "formats": list(FORMATS),
        "ops": OFFERED,
    }
    return render_template("imports/wizard.html", job=facts["job"], facts=facts)


@blueprint.get("/<int:import_job>.json")
@needs(MAY)
def state(import_job: int) -> Response:
    """How far it is, asked for while it is shown."""
    account = who().account
    job = the_app().imports.job(account, import_job)
    return _fresh(jsonify(ok=True, job=job_told(job, read(lambda a: offered.names(a, [job])))))


@blueprint.post("/<int:import_job>/preview")
@needs(MAY)
def preview(import_job: int) -> Response:
    """`{"dialect": {…}|null, "source": ""}`: the beginning of the file, read like this."""
    asked = _asked(import_job)
    source = str(asked.get("source") or "")[:100]
    seen = looked_at(import_job, asked.get("dialect"), source)
    return _fresh(jsonify(ok=True, preview=preview_told(seen)))


class CanNotBeRead(Invalid):
    """The child that read the file said why it can't; `key` is its own."""

    key = "import.unreadable.binary"


def looked_at(job: int, dialect: Any, source: str) -> dict[str, Any]:
    """The beginning of the file. Raises CanNotBeRead: the file, or how it is to be read, is what has to be mended."""
    if dialect is not None and not isinstance(dialect, dict):
        raise Invalid("no dialect", field="dialect")
    try:
        return the_app().imports.preview(who().account, job, dialect, source)
    except Broken as error:
        reason = CanNotBeRead(str(error), **error.params)
        reason.key = error.key
        raise reason from error


@blueprint.put("/<int:import_job>/plan")
@needs(MAY)
def save(import_job: int) -> Response:
    """`{"plan": {…}, "name": "", "version": 1}`: kept as it is, with what is wrong with it. `version`: of the job that
    the page has seen; 409 when somebody else has changed the plan since."""
    asked = _asked(import_job)
    given, version = asked.get("name"), asked.get("version")
    name = given if isinstance(given, str) else None
    seen = version if isinstance(version, int) else None
    imports = the_app().imports
    found = imports.save(actor(), import_job, asked.get("plan"), name, seen)
    job = imports.job(who().account, import_job)
    return jsonify(ok=True, problems=problems_told(found), job=job_told(job))


@blueprint.post("/<int:import_job>/check")
@needs(MAY)
def check(import_job: int) -> Response:
    return _done(the_app().imports.check(actor(), import_job))


@blueprint.get("/<int:import_job>/checked.json")
@needs(MAY)
def checked(import_job: int) -> Response:
    """What the dry run found."""
    return _fresh(
        jsonify(ok=True, checked=checked_told(the_app().imports.checked(who().account, import_job)))
    )


@blueprint.post("/<int:import_job>/start")
@needs(MAY)
def start(import_job: int) -> Response:
    return _done(the_app().imports.start(actor(), import_job))


@blueprint.post("/<int:import_job>/cancel")
@needs(MAY)
def cancel(import_job: int) -> Response:
    return _done(the_app().imports.cancel(actor(), import_job))


@blueprint.post("/<int:import_job>/resume")
@needs(MAY)
def resume(import_job: int) -> Response:
    return _done(the_app().imports.resume(actor(), import_job))


@blueprint.get("/<int:import_job>/refused.csv")
@needs(MAY)
def refused(import_job: int) -> AnyResponse:
    """The lines that were not taken, each with its reason."""
    return _listed(the_app().imports.refused, import_job, "refused")


@blueprint.get("/<int:import_job>/kept.csv")
@needs(MAY)
def kept(import_job: int) -> AnyResponse:
    """What an undo left, because somebody has worked with it since."""
    return _listed(the_app().imports.kept, import_job, "kept")


@blueprint.get("/<int:import_job>/undo")
@needs(MAY)
def ask_undo(import_job: int) -> str:
    job = the_app().imports.job(who().account, import_job)
    counts = job["counts"]
    says = [
        t("wizard.undo_new", n=counts.get("new", 0)),
        t("wizard.undo_records", n=counts.get("records", 0)),
    ]
    if counts.get("updated"):
        says.append(t("wizard.undo_updated", n=counts["updated"]))
    says.append(t("wizard.undo_keeps"))
    back = f"{PATH}/{import_job}"
    button = t("wizard.undo") if job["may"]["undo"] else ""
    return confirm(
        t("wizard.undo_ask", file=text.clipped(job["name"] or job["file"], 80)), says, button, back
    )


@blueprint.post("/<int:import_job>/undo")
@needs(MAY)
def undo(import_job: int) -> AnyResponse:
    the_app().imports.undo(actor(), import_job)
    return done(f"{PATH}/{import_job}", "wizard.undo_begun")


@blueprint.get("/<int:import_job>/delete")
@needs(MAY)
def ask_delete(import_job: int) -> str:
    job = the_app().imports.job(who().account, import_job)
    name = text.clipped(job["name"] or job["file"], 80)
    button = t("wizard.delete") if job["may"]["delete"] else ""
    says = [t("wizard.delete_says" if button else "wizard.delete_not")]
    return confirm(t("wizard.delete_ask", file=name), says, button, PATH)


@blueprint.post("/<int:import_job>/delete")
@needs(MAY)
def delete(import_job: int) -> AnyResponse:
    the_app().imports.delete(actor(), import_job)
    return done(PATH, "wizard.deleted")


# --- inside -------------------------------------------------------------------------------------------------
def _asked(import_job: int) -> dict[str, Any]:
    """The body; of an import of this account, before anything is said about the body."""
    the_app().imports.job(who().account, import_job)
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict):
        raise Invalid("no JSON object")
    return asked


save.largest = preview.largest = 4 * 1024**2  # type: ignore[attr-defined]  # a plan of a thousand columns


def _done(job: dict[str, Any]) -> Response:
    return jsonify(ok=True, job=job_told(job))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _listed(make: Callable[..., Any], import_job: int, name: str) -> AnyResponse:
    path = make(who().account, import_job, said, "," if language() == "en" else ";")
    response = send_file(path, "text/csv", as_attachment=True, download_name=f"{name}-{import_job}.csv")
    response.call_on_close(lambda: path.unlink(missing_ok=True))
    return _fresh(response)
