"""A flow as a file: taken away from one account, taken in by another (or by the same one)."""

from __future__ import annotations

import re
from typing import Any

import orjson
from flask import Blueprint, Response, flash, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid
from fs_app.ivr import flows, portable
from fs_app.ivr.portable import Missing
from fs_app.web.access import needs
from fs_app.web.admin.common import change, done, problems_of, read, typed
from fs_app.web.admin.flows import world
from fs_app.web.admin.flows.editor import UnusableGraph, usable
from fs_app.web.i18n import LANGUAGES, t

blueprint = Blueprint("admin_flow_files", __name__, url_prefix="/admin/flows")
MOST_BYTES = 600_000


@blueprint.get("/<int:flow>/file.json")
@needs("flows.manage")
def take_away(flow: int) -> Response:
    stored, known = read(lambda account: flows.get(account, flow)), world.load_world()
    content = portable.to_file(stored.name, stored.language, usable(stored.draft), known)
    response = Response(orjson.dumps(content, option=orjson.OPT_INDENT_2), mimetype="application/json")
    name = re.sub(r"[^A-Za-z0-9]+", "-", stored.name).strip("-") or f"menu-{flow}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/import", methods=["GET", "POST"])
@needs("flows.manage")
def take_in() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _page("", {})
    try:
        name, language, graph = _read()
    except UnusableGraph as error:
        return _page(typed("name"), {"file": t(error.key)}), 400
    whole, missing = portable.from_file(graph, world.load_world())
    try:
        made = change(lambda by: flows.create(by, name, language, whole))
    except FormInvalid as error:
        return _page(name, problems_of(error)), 400
    if missing:
        flash(t("flows.import_missing", names=", ".join(sorted({_said(one) for one in missing}))), "orange")
    return done(f"/admin/flows/{made}", "flows.imported", name=name)


def _read() -> tuple[str, str, flows.Graph]:
    """Name, language and graph of the file that was sent. Raises UnusableGraph."""
    sent = request.files.get("file")
    content = sent.read(MOST_BYTES + 1) if sent is not None else b""
    try:
        value: Any = orjson.loads(content) if len(content) <= MOST_BYTES else None
    except orjson.JSONDecodeError as error:
        raise UnusableGraph(str(error)) from error
    if not isinstance(value, dict) or value.get("voice_menu") != portable.VERSION:
        raise UnusableGraph("no file of a voice menu")
    name = typed("name") or " ".join(str(value.get("name") or "").split())[: flows.LONGEST_NAME]
    language = value.get("language")
    return name, language if language in LANGUAGES else LANGUAGES[0], usable(value.get("graph"))


def _said(missing: Missing) -> str:
    return t("flows.missing", kind=t(f"flows.refers.{missing.kind}"), name=missing.name)


def _page(name: str, problems: dict[str, str]) -> str:
    return render_template("admin/flows/import.html", name=name, problems=problems)
