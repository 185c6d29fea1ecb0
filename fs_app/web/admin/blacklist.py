"""Liste noire: numbers that must not be called; beside it what may be dialled at all (règles d'appel)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, TypeVar

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import blacklist, blacklist_csv, queues
from fs_app.admin.audit import Actor
from fs_app.admin.blacklist import Row, RulesForm, Typed
from fs_app.admin.blacklist_csv import Refused, end_of_day
from fs_app.admin.form import FormInvalid, Stale
from fs_app.admin.listing import Wanted
from fs_app.admin.people_csv import UglyFile
from fs_app.web import sheets, text
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    Column,
    Filter,
    ListPage,
    actor,
    as_csv,
    change,
    confirm,
    done,
    problems_of,
    read,
    theirs_beside,
    ticked,
    typed,
    typed_number,
    wanted,
)
from fs_app.web.context import site, the_app, who, zone
from fs_app.web.i18n import language, t, t_or

blueprint = Blueprint("admin_blacklist", __name__, url_prefix="/admin/blacklist")
PATH = "/admin/blacklist"

MOST_SHOWN = 200
"""Refused lines on the page, which says when there are more."""

T = TypeVar("T")


@blueprint.get("")
@needs("blacklist.manage")
def listing() -> str:
    asked, now = _asked(), the_app().clock.now_ms()

    def ask(account: int) -> tuple[Any, list[queues.Choice]]:
        return blacklist.listing(account, asked, now), queues.names(account)

    page, choices = read(ask)
    options = [("", t("admin.every")), *((str(c.id), c.label) for c in choices)]
    states = [(v, t(f"blacklist.state.{v or 'in_force'}")) for v in ("", "expired", "all")]
    filters = [Filter("queue", t("admin.queue"), options), Filter("state", t("admin.state"), states)]
    return render_template(
        "admin/blacklist.html", list=ListPage(PATH, asked, page, filters, _columns()), now=now
    )


@blueprint.get("/export.csv")
@needs("blacklist.manage")
def export() -> Response:
    asked, now = replace(_asked(), page=None), the_app().clock.now_ms()
    page = read(lambda account: blacklist.listing(account, asked, now), timeout=60.0)
    heads = [
        t(f"blacklist.column.{name}")
        for name in ("number", "queue", "list", "reason", "expires", "source", "by")
    ]
    return as_csv("blacklist", heads, page, _cells)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.number + ("*" if row.prefix else ""),
        row.queue,
        row.call_list,
        row.reason,
        text.moment(row.expires_at - 1, zone()).strftime("%Y-%m-%d") if row.expires_at else "",
        t_or(f"blacklist.source.{row.source}", row.source),
        row.created_by,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs("blacklist.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _form(Typed(), "", {})
    expires = typed("expires", 20)
    form = Typed(
        typed("number", 60),
        ticked("prefix"),
        typed_number("queue"),
        typed("reason", 300),
        end_of_day(expires, zone()) if expires else None,
        typed_number("call_list"),
    )
    country = who().country
    try:
        made = _write(lambda by: blacklist.add(by, form, country))
    except FormInvalid as error:
        return _form(form, expires, problems_of(error)), 400
    the_app().blacklist.add(who().account, made)
    return done(PATH, "blacklist.added", number=text.phone(made.number, who().country))


@blueprint.get("/<int:entry>/delete")
@needs("blacklist.manage")
def ask_delete(entry: int) -> str:
    row = read(lambda account: blacklist.get(account, entry))
    shown = text.phone(row.number, who().country) + ("…" if row.prefix else "")
    return confirm(
        t("blacklist.delete.title", number=shown), [t("blacklist.delete.says")], t("blacklist.delete"), PATH
    )


@blueprint.post("/<int:entry>/delete")
@needs("blacklist.manage")
def delete(entry: int) -> AnyResponse:
    row = _write(lambda by: blacklist.delete(by, entry))
    the_app().blacklist.remove(who().account, row.number, entry)
    return done(PATH, "blacklist.deleted", number=text.phone(row.number, who().country))


# --- a file -------------------------------------------------------------------------------------------------------
@blueprint.route("/import", methods=["GET", "POST"])
@needs("blacklist.manage")
def bring() -> str | tuple[str, int]:
    if request.method == "GET":
        return _import_page()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _import_page(trouble=t("people_csv.no_file")), 400
    raw = sent.stream.read(blacklist_csv.BIGGEST + 1)
    known, lists = read(lambda account: (blacklist.queues_by_name(account), blacklist.lists_by_name(account)))
    now, here, country = the_app().clock.now_ms(), zone(), who().country
    try:
        found = site().threads.run(blacklist_csv.entries, raw, country, known, here, now, lists)
    except UglyFile as error:
        return _import_page(trouble=t(error.key, **error.params)), 400
    added = 0
    if found.entries:
        name = sent.filename
        made, added = _write(lambda by: blacklist.bring(by, found.entries, name), timeout=60.0)
        for blocked in made:
            the_app().blacklist.add(who().account, blocked)
    return _import_page(done=(added, len(found.entries) - added), refused=found.refused)


@blueprint.get("/example.csv")
@needs("blacklist.manage")
def example() -> Response:
    heads = [t(f"blacklist.column.{name}") for name in ("number", "queue", "reason", "expires")]
    rows = [
        ("+33612345678", "", t("blacklist.example.reason"), ""),
        ("+33892*", "", t("blacklist.example.premium"), "2030-12-31"),
    ]
    response = Response(sheets.as_csv(heads, rows, language()), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="blacklist.csv"'
    return response


def _import_page(
    trouble: str = "", done: tuple[int, int] | None = None, refused: list[Refused] | None = None
) -> str:
    lines = [
        (line.line, line.text, [t(key, **params) for key, params in line.problems.values()])
        for line in (refused or [])[:MOST_SHOWN]
    ]
    return render_template(
        "admin/blacklist_import.html",
        trouble=trouble,
        done=done,
        lines=lines,
        refused=len(refused or []),
        most=blacklist_csv.MOST,
        kilobytes=blacklist_csv.BIGGEST // 1000,
    )


# --- what may be dialled ------------------------------------------------------------------------------------------
@blueprint.route("/rules", methods=["GET", "POST"])
@needs("blacklist.manage")
def rules() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _rules(read(blacklist.rules), {})
    most = blacklist.MOST_LIST + 1
    form = RulesForm(
        ticked("emergency"),
        typed("short", most),
        typed("only", most),
        typed("barred", most),
        ticked("premium"),
        ticked("withheld"),
        typed_number("version") or 0,
    )
    try:
        change(lambda by: blacklist.save_rules(by, form))
    except FormInvalid as error:
        return _rules(form, problems_of(error)), 400
    except Stale as stale:
        problems = theirs_beside(stale.theirs, {**asdict(form), "version": stale.version})
        return _rules(replace(form, version=stale.version), problems, stale), 409
    return done(f"{PATH}/rules", "blacklist.rules.saved")


def _rules(form: RulesForm, problems: dict[str, str], stale: Stale | None = None) -> str:
    return render_template("admin/calling_rules.html", form=form, problems=problems, stale=stale)


def _write(work: Callable[[Actor], T], timeout: float = 10.0) -> T:
    """The calls' picture of the configuration is not touched by an entry: the memory of the list is told."""
    by = actor()
    return the_app().db.write(lambda: work(by), timeout=timeout)


def _asked() -> Wanted:
    return wanted(("queue", "state"), "created", descending=True)


def _columns() -> list[Column]:
    return [
        Column("number", t("blacklist.column.number"), "number"),
        Column("queue", t("blacklist.column.queue")),
        Column("reason", t("blacklist.column.reason")),
        Column("expires", t("blacklist.column.expires"), "expires"),
        Column("created", t("blacklist.column.created"), "created"),
        Column("way", ""),
    ]


def _form(form: Typed, expires: str, problems: dict[str, str]) -> str:
    choices, lists = read(
        lambda account: (queues.names(account), blacklist.lists_by_name(account, exact=True))
    )
    options = [("", t("blacklist.every_queue")), *((str(c.id), c.label) for c in choices)]
    return render_template(
        "admin/blacklist_entry.html",
        form=form,
        expires=expires,
        problems=problems,
        queues=options,
        lists=[("", t("blacklist.every_list")), *((str(i), name) for name, i in lists.items())],
    )
