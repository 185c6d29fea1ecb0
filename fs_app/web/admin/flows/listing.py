"""The list of voice menus; making one, copying, naming, archiving; a flow as a file."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid
from fs_app.admin.listing import Wanted
from fs_app.ivr import flows
from fs_app.ivr.account import flows_of
from fs_app.ivr.flows import Stored, Use
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    Column,
    ListPage,
    as_csv,
    change,
    confirm,
    done,
    problems_of,
    read,
    state_filter,
    typed,
    wanted,
    yes_no,
)
from fs_app.web.context import who
from fs_app.web.i18n import LANGUAGES, t

blueprint = Blueprint("admin_flows", __name__, url_prefix="/admin/flows")
PATH = "/admin/flows"


@blueprint.get("")
@needs("flows.manage")
def listing() -> str:
    asked = _asked()
    page = read(lambda account: flows.listing(account, asked, flows_of))
    shown = ListPage(PATH, asked, page, [state_filter()], [*_columns(), Column("ways", t("queues.ways"))])
    return render_template("admin/flows/list.html", list=shown, said=used)


@blueprint.get("/export.csv")
@needs("flows.manage")
def export() -> Response:
    asked = replace(_asked(), page=None)
    page = read(lambda account: flows.listing(account, asked, flows_of), timeout=60.0)
    return as_csv(
        "menus",
        [c.label for c in _columns()] + [t("admin.active")],
        page,
        lambda r: (
            r.name,
            t(f"language.name.{r.language}"),
            r.published or "",
            yes_no(r.changed),
            r.nodes,
            used(r.uses),
            yes_no(r.active),
        ),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs("flows.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _head(None, "", who().language if who().language in LANGUAGES else "fr", {})
    name, language = typed("name"), typed("language")
    try:
        made = change(lambda by: flows.create(by, name, language))
    except FormInvalid as error:
        return _head(None, name, language, problems_of(error)), 400
    return done(f"{PATH}/{made}", "flows.created", name=name)


@blueprint.route("/<int:flow>/name", methods=["GET", "POST"])
@needs("flows.manage")
def rename(flow: int) -> AnyResponse | str | tuple[str, int]:
    stored = read(lambda account: flows.get(account, flow))
    if request.method == "GET":
        return _head(stored, stored.name, stored.language, {})
    name, language = typed("name"), typed("language")
    try:
        change(lambda by: flows.rename(by, flow, name, language))
    except FormInvalid as error:
        return _head(stored, name, language, problems_of(error)), 400
    return done(f"{PATH}/{flow}", "admin.saved", name=name)


@blueprint.route("/<int:flow>/copy", methods=["GET", "POST"])
@needs("flows.manage")
def copy(flow: int) -> AnyResponse | str | tuple[str, int]:
    stored, name = read(lambda account: (flows.get(account, flow), flows.proposal(account, flow)))
    if request.method == "GET":
        return _copy(stored, name, {})
    name = typed("name")
    try:
        made = change(lambda by: flows.copy(by, flow, name))
    except FormInvalid as error:
        return _copy(stored, name, problems_of(error)), 400
    return done(f"{PATH}/{made}", "flows.copied", name=stored.name)


@blueprint.get("/<int:flow>/archive")
@needs("flows.manage")
def ask_archive(flow: int) -> str:
    stored, places = read(lambda account: (flows.get(account, flow), flows.uses(account, flow, flows_of)))
    title = t("admin.archive_it", name=stored.name)
    if places:
        return confirm(title, [t("flows.archive.used", places=used(places))], "", f"{PATH}/{flow}")
    return confirm(title, [t("flows.archive.keeps")], t("admin.archive"), PATH)


@blueprint.post("/<int:flow>/archive")
@needs("flows.manage")
def archive(flow: int) -> AnyResponse:
    stored = read(lambda account: flows.get(account, flow))
    change(lambda by: flows.archive(by, flow, flows_of))
    return done(PATH, "flows.archived", name=stored.name)


@blueprint.post("/<int:flow>/restore")
@needs("flows.manage")
def restore(flow: int) -> AnyResponse:
    stored = read(lambda account: flows.get(account, flow))
    change(lambda by: flows.restore(by, flow))
    return done(f"{PATH}/{flow}", "flows.restored", name=stored.name)


def used(places: tuple[Use, ...]) -> str:
    """Where callers come from, in words."""
    return ", ".join(t(f"flows.use.{use.kind}", name=use.label) for use in places)


def _asked() -> Wanted:
    return wanted(("state",), "name")


def _columns() -> list[Column]:
    return [
        Column("name", t("flows.name"), "name"),
        Column("language", t("flows.language"), "language"),
        Column("published", t("flows.version"), cls="num"),
        Column("changed", t("flows.draft")),
        Column("nodes", t("flows.nodes"), cls="num"),
        Column("uses", t("flows.used")),
    ]


def _head(stored: Stored | None, name: str, language: str, problems: dict[str, str]) -> str:
    offered = [(code, t(f"language.name.{code}")) for code in LANGUAGES]
    return render_template(
        "admin/flows/head.html",
        stored=stored,
        name=name,
        spoken=language,
        problems=problems,
        languages=offered,
    )


def _copy(stored: Stored, name: str, problems: dict[str, str]) -> str:
    return render_template("admin/flows/copy.html", stored=stored, name=name, problems=problems)
