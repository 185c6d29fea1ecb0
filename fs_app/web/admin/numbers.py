"""Numéros: which incoming number leads to which queue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import numbers, queues
from fs_app.admin.form import FormInvalid
from fs_app.admin.listing import Wanted
from fs_app.admin.numbers import NumberForm, Stored
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
    set_active,
    state_filter,
    typed,
    typed_number,
    wanted,
    yes_no,
)
from fs_app.web.context import who
from fs_app.web.i18n import t

blueprint = Blueprint("admin_numbers", __name__, url_prefix="/admin/numbers")
PATH = "/admin/numbers"


@blueprint.get("")
@needs("numbers.manage")
def listing() -> str:
    asked = _asked()

    def ask(account: int) -> tuple[Any, list[queues.Choice]]:
        return numbers.listing(account, asked), queues.names(account)

    page, choices = read(ask)
    options = [("", t("admin.every")), *((str(c.id), c.label) for c in choices)]
    filters = [Filter("queue", t("admin.queue"), options), state_filter()]
    return render_template("admin/numbers.html", list=ListPage(PATH, asked, page, filters, _columns()))


@blueprint.get("/export.csv")
@needs("numbers.manage")
def export() -> Response:
    asked = replace(_asked(), page=None)
    page = read(lambda account: numbers.listing(account, asked), timeout=60.0)
    heads = [c.label for c in _columns()] + [t("admin.active")]
    country = who().country
    return as_csv(
        "numbers",
        heads,
        page,
        lambda r: (text.phone(r.number, country), r.label, r.flow or r.queue, yes_no(r.active)),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs("numbers.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _form(None, NumberForm(), {})
    form = _typed()
    try:
        change(lambda by: numbers.save(by, None, form))
    except FormInvalid as error:
        return _form(None, form, problems_of(error)), 400
    return done(PATH, "numbers.created", name=form.number)


@blueprint.route("/<int:number>", methods=["GET", "POST"])
@needs("numbers.manage")
def edit(number: int) -> AnyResponse | str | tuple[str, int]:
    stored = read(lambda account: numbers.get(account, number))
    if request.method == "GET":
        return _form(stored, stored.form, {})
    form = _typed()
    try:
        change(lambda by: numbers.save(by, number, form))
    except FormInvalid as error:
        return _form(stored, form, problems_of(error)), 400
    return done(PATH, "admin.saved", name=form.number)


@blueprint.get("/<int:number>/deactivate")
@needs("numbers.manage")
def ask_deactivate(number: int) -> str:
    stored = read(lambda account: numbers.get(account, number))
    shown = text.phone(stored.form.number, who().country)
    says = [t("numbers.deactivate.callers"), t("numbers.deactivate.keeps")]
    return confirm(
        t("numbers.deactivate.title", name=shown), says, t("numbers.deactivate"), f"{PATH}/{number}"
    )


@blueprint.post("/<int:number>/deactivate")
@needs("numbers.manage")
def deactivate(number: int) -> AnyResponse:
    return _set_active(number, False)


@blueprint.post("/<int:number>/activate")
@needs("numbers.manage")
def activate(number: int) -> AnyResponse:
    return _set_active(number, True)


def _set_active(number: int, active: bool) -> AnyResponse:
    def named(account: int) -> str:
        return numbers.get(account, number).form.number

    said = "numbers.activated" if active else "numbers.deactivated"
    return set_active(PATH, said, number, named, numbers.set_active, active)


def _asked() -> Wanted:
    return wanted(("queue", "state"), "number")


def _columns() -> list[Column]:
    return [
        Column("number", t("numbers.number"), "number"),
        Column("label", t("numbers.label"), "label"),
        Column("queue", t("numbers.leads_to"), "queue"),
    ]


def _typed() -> NumberForm:
    priority = typed_number("priority") if "priority" in request.form else 0
    return NumberForm(typed("number"), typed("label"), typed_number("queue"), priority, typed_number("flow"))


def _form(stored: Stored | None, form: NumberForm, problems: dict[str, str]) -> str:
    here = stored.form.queue if stored is not None else None

    def ask(account: int) -> tuple[list[queues.Choice], str, list[tuple[int, str]]]:
        choices = queues.names(account)
        closed = here is not None and all(c.id != here for c in choices)
        name = queues.get(account, here).form.name if closed and here is not None else ""
        return choices, name, numbers.flows(account)

    choices, closed, menus = read(ask)
    options = [("", t("numbers.no_queue")), *((str(c.id), c.label) for c in choices)]
    if closed:
        options.append((str(here), t("numbers.closed_queue", name=closed)))
    flows = [("", t("numbers.no_flow")), *((str(flow), name) for flow, name in menus)]
    if form.flow is not None and all(flow != form.flow for flow, _ in menus):
        flows.append((str(form.flow), t("numbers.flow_not_published")))
    return render_template(
        "admin/number.html", stored=stored, form=form, problems=problems, queues=options, flows=flows
    )
