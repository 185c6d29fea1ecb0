"""Imports by other programs (HN-403): a file with its plan, how far it is, and what can be done with it."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from fs_app.errors import FsAppError, Invalid
from fs_app.imports.service import Mistaken, TooBig
from fs_app.web import imports as pages
from fs_app.web.access import needs
from fs_app.web.admin.common import actor
from fs_app.web.context import the_app, who
from fs_app.web.imports_told import checked_told, job_told, problems_told
from fs_app.web.text import page_number

blueprint = Blueprint("api_imports", __name__, url_prefix="/api/v1/imports")
MAY = "imports.manage"
THEN = ("", "check", "start")


class NotJson(Invalid):
    """What should be a JSON object is none; `params["field"]` says which part."""

    key = "error.not_json"


class NoFile(Invalid):
    """The part `file` is missing."""

    key = "error.no_file"


@blueprint.post("")
@needs(MAY)
def bring() -> tuple[Response, int]:
    """A new import. 201, or 400 with `problems` and nothing kept."""
    most_mb = the_app().imports.most_mb
    request.max_content_length = (most_mb + 2) * 1024**2  # before anything of it lies on the disk
    try:
        file = request.files.get("file")
    except RequestEntityTooLarge as error:
        raise TooBig("the body goes on", most_mb=most_mb) from error
    if file is None or not file.filename:
        raise NoFile("no part called file")
    then = request.form.get("then", "")
    if then not in THEN:
        raise Invalid("then is none of the three", field="then")
    plan, source = _plan(request.form.get("plan", "")), request.form.get("source", "")[:100]
    job = pages.received(file.filename, file.stream)["id"]
    try:
        problems = _planned(job, plan, source, request.form.get("name"))
    except FsAppError:
        the_app().imports.delete(actor(), job)
        raise
    if problems and (plan is not None or source):
        the_app().imports.delete(actor(), job)
        raise Mistaken(problems)
    if then and not problems:
        getattr(the_app().imports, then)(actor(), job)
    told = job_told(the_app().imports.job(who().account, job))
    return jsonify(ok=True, job=told, problems=problems_told(problems)), 201


def _plan(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        plan = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotJson(str(error)[:200], field="plan") from error
    if not isinstance(plan, dict):
        raise NotJson("no object", field="plan")
    return plan


def _planned(job: int, plan: dict[str, Any] | None, source: str, name: str | None) -> list[Any]:
    """The plan is kept: the one that was sent, over what is remembered of `source` and what is guessed."""
    imports = the_app().imports
    dialect = plan.get("dialect") if plan else None
    seen = pages.looked_at(job, dialect or None, source)
    whole = {**seen["plan"], **(plan or {}), "dialect": seen["dialect"]}
    if plan and "columns" in plan:
        whole["columns"] = _by_heading(plan["columns"], seen["header"])
    return list(imports.save(actor(), job, whole, name))


def _by_heading(columns: Any, header: list[str]) -> Any:
    """`"column": "Nom"` is the column with this heading; one that is not there stays, and is said to be wrong."""
    if not isinstance(columns, list):
        return columns
    return [
        {**one, "column": header.index(one["column"])}
        if isinstance(one, dict) and isinstance(one.get("column"), str) and one["column"] in header
        else one
        for one in columns
    ]


@blueprint.get("")
@needs(MAY)
def listing() -> Response:
    """50 a page, the newest first."""
    found = the_app().imports.jobs(who().account, page_number(request.args.get("page", "")))
    return _fresh(jsonify(ok=True, **{**found, "list": [job_told(job) for job in found["list"]]}))


@blueprint.get("/<int:import_job>")
@needs(MAY)
def one(import_job: int) -> Response:
    return _told(the_app().imports.job(who().account, import_job))


@blueprint.post("/<int:import_job>/check")
@needs(MAY)
def check(import_job: int) -> Response:
    return _told(the_app().imports.check(actor(), import_job))


@blueprint.get("/<int:import_job>/checked")
@needs(MAY)
def checked(import_job: int) -> Response:
    found = the_app().imports.checked(who().account, import_job)
    return _fresh(jsonify(ok=True, checked=checked_told(found)))


@blueprint.post("/<int:import_job>/start")
@needs(MAY)
def start(import_job: int) -> Response:
    return _told(the_app().imports.start(actor(), import_job))


@blueprint.post("/<int:import_job>/cancel")
@needs(MAY)
def cancel(import_job: int) -> Response:
    return _told(the_app().imports.cancel(actor(), import_job))


@blueprint.post("/<int:import_job>/resume")
@needs(MAY)
def resume(import_job: int) -> Response:
    return _told(the_app().imports.resume(actor(), import_job))


@blueprint.post("/<int:import_job>/undo")
@needs(MAY)
def undo(import_job: int) -> Response:
    return _told(the_app().imports.undo(actor(), import_job))


@blueprint.delete("/<int:import_job>")
@needs(MAY)
def delete(import_job: int) -> Response:
    the_app().imports.delete(actor(), import_job)
    return jsonify(ok=True)


@blueprint.get("/<int:import_job>/refused")
@needs(MAY)
def refused(import_job: int) -> AnyResponse:
    """CSV: the lines that were not taken, each with its reason in the language of Accept-Language."""
    return pages.refused(import_job)


def _told(job: dict[str, Any]) -> Response:
    return _fresh(jsonify(ok=True, job=job_told(job)))


def _fresh(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
