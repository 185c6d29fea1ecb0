"""Files (groupements): the queues, one form with tabs (HN-200)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin import queues, use
from fs_app.admin.form import FormInvalid, Stale, mark
from fs_app.admin.listing import Wanted
from fs_app.admin.queue_parts import Filled
from fs_app.admin.queues import QueueForm, Stored
from fs_app.web.access import needs
from fs_app.web.admin.audit import saved_beside
from fs_app.web.admin.common import (
    Column,
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
    wanted,
    yes_no,
)
from fs_app.web.admin.queue_tabs import PARTS, STEPS, TABS
from fs_app.web.admin.queue_tabs.basic import typed_form
from fs_app.web.admin.queue_tabs.frame import Tab
from fs_app.web.admin.sound_choice import choices
from fs_app.web.context import the_app
from fs_app.web.i18n import t

blueprint = Blueprint("admin_queues", __name__, url_prefix="/admin/queues")
PATH = "/admin/queues"


@blueprint.get("")
@needs("queues.manage")
def listing() -> str:
    asked = _asked()
    page = read(lambda account: queues.listing(account, asked))
    calls = list(the_app().live.calls.values())
    waiting = {row.id: use.waiting_in(calls, row.id) for row in page.rows}
    columns = [*_columns(), Column("ways", t("queues.ways"))]
    shown = ListPage(PATH, asked, page, [state_filter()], columns)
    return render_template("admin/queues.html", list=shown, waiting=waiting)


@blueprint.get("/export.csv")
@needs("queues.manage")
def export() -> Response:
    asked = replace(_asked(), page=None)
    page = read(lambda account: queues.listing(account, asked), timeout=60.0)
    heads = [c.label for c in _columns()] + [t("admin.active")]
    return as_csv(
        "queues",
        heads,
        page,
        lambda r: (
            r.name,
            r.number,
            r.agents,
            r.numbers,
            r.set,
            t(f"recordings.rule.{r.record_rule}"),
            yes_no(r.active),
        ),
    )


@blueprint.route("/new", methods=["GET", "POST"])
@needs("queues.manage")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _form(None, QueueForm(), {})
    form, parts, files = typed_form(), _parts(), choices()
    try:
        queue = change(lambda by: queues.save(by, None, form, files, parts))
    except FormInvalid as error:
        return _form(None, form, problems_of(error), parts), 400
    return done(f"{PATH}/{queue}", "queues.created", name=form.name)


@blueprint.get("/<int:queue>")
@needs("queues.manage")
def edit(queue: int) -> str:
    stored = read(lambda account: queues.get(account, queue))
    return _form(stored, stored.form, {})


@blueprint.post("/<int:queue>")
@needs("queues.manage")
def save(queue: int) -> AnyResponse | str | tuple[str, int]:
    stored = read(lambda account: queues.get(account, queue))
    form, parts, files = typed_form(), _parts(), choices()
    if stored:  # those in the bin are not on the form and stay members
        shown = {choice.id for choice in read(queues.offered).agents}
        form = replace(form, agents=tuple(sorted({*form.agents, *(set(stored.form.agents) - shown)})))
    seen = (typed("seen", 40), PARTS)
    try:
        change(lambda by: queues.save(by, queue, form, files, parts, seen))
    except FormInvalid as error:
        return _form(stored, form, problems_of(error), parts, seen[0]), 400
    except Stale as stale:
        mine = read(lambda account: queues.as_typed(account, form, parts))
        return _form(stored, form, saved_beside(stale, mine), parts, stale=stale), 409
    return done(f"{PATH}/{queue}", "admin.saved", name=form.name)


@blueprint.route("/<int:queue>/copy", methods=["GET", "POST"])
@needs("queues.manage")
def copy(queue: int) -> AnyResponse | str | tuple[str, int]:
    stored, (name, number) = read(
        lambda account: (queues.get(account, queue), queues.proposal(account, queue))
    )
    if request.method == "GET":
        return _copy(stored, name, number, {})
    name, number = typed("name"), typed("number").replace(" ", "")
    try:
        made = change(lambda by: queues.copy(by, queue, name, number, PARTS))
    except FormInvalid as error:
        return _copy(stored, name, number, problems_of(error)), 400
    return done(f"{PATH}/{made}", "queues.copied", name=stored.form.name)


def _copy(stored: Stored, name: str, number: str, problems: dict[str, str]) -> str:
    return render_template(
        "admin/queue_copy.html", stored=stored, name=name, number=number, problems=problems
    )


@blueprint.get("/<int:queue>/deactivate")
@needs("queues.manage")
def ask_deactivate(queue: int) -> str:
    stored = read(lambda account: queues.get(account, queue))
    calls = list(the_app().live.calls.values())
    says = []
    if waiting := use.waiting_in(calls, queue):
        says.append(t("queues.deactivate.waiting", n=waiting))
    if talking := use.talking_in(calls, queue):
        says.append(t("queues.deactivate.talking", n=talking))
    if stored.numbers:
        numbers = ", ".join(stored.numbers[:5]) + ("…" if len(stored.numbers) > 5 else "")
        says.append(t("queues.deactivate.numbers", n=len(stored.numbers), numbers=numbers))
    if stored.form.agents:
        says.append(t("queues.deactivate.agents", n=len(stored.form.agents)))
    says.append(t("queues.deactivate.keeps"))
    title = t("queues.deactivate.title", name=stored.form.name)
    return confirm(title, says, t("queues.deactivate"), f"{PATH}/{queue}")


@blueprint.post("/<int:queue>/deactivate")
@needs("queues.manage")
def deactivate(queue: int) -> AnyResponse:
    return _set_active(queue, False)


@blueprint.post("/<int:queue>/activate")
@needs("queues.manage")
def activate(queue: int) -> AnyResponse:
    return _set_active(queue, True)


def _set_active(queue: int, active: bool) -> AnyResponse:
    def named(account: int) -> str:
        return queues.get(account, queue).form.name

    said = "queues.activated" if active else "queues.deactivated"
    return set_active(PATH, said, queue, named, queues.set_active, active)


def _asked() -> Wanted:
    return wanted(("state",), "name")


def _columns() -> list[Column]:
    return [
        Column("name", t("queues.name"), "name"),
        Column("number", t("queues.number"), "number"),
        Column("agents", t("queues.agents"), cls="num"),
        Column("numbers", t("queues.numbers"), cls="num"),
        Column("set", t("queues.disposition_set")),
        Column("record_rule", t("recordings.rule")),
    ]


def _parts() -> list[Filled]:
    """What was typed into the further tabs; one that the form did not send stays as it is."""
    sent = set(request.form.getlist("tabs"))
    return [(tab.part, tab.typed()) for tab in TABS if tab.name in sent and tab.part and tab.typed]


def _form(
    stored: Stored | None,
    form: QueueForm,
    problems: dict[str, str],
    parts: Sequence[Filled] = (),
    seen: str = "",
    stale: Stale | None = None,
) -> str:
    """The form with the values of the basic tabs and of those `parts` that were typed; the others as they are. `seen`:
    the mark that it was sent with, to be sent once more."""
    typed_parts = {part.name: value for part, value in parts}

    def ask(account: int) -> tuple[list[tuple[Any, Any]], str]:
        values = [(_value(tab, account, stored, typed_parts), tab.offered(account)) for tab in TABS]
        return values, seen or (mark(queues.as_stored(account, stored.id, PARTS)) if stored else "")

    (asked, seen), files = read(ask), choices()
    waiting = use.waiting_in(list(the_app().live.calls.values()), stored.id) if stored else 0
    return render_template(
        "admin/queue.html",
        stored=stored,
        basic=form,
        problems=problems,
        seen=seen,
        stale=stale,
        files=files,
        tabs=[
            {
                "name": tab.name,
                "label": t(f"queues.tab.{tab.name}"),
                "template": f"admin/queue/{tab.name}.html",
                "wrong": any(tab.has(field) for field in problems),
                "form": form if tab.part is None else value,
                "offered": tab.shown(offered),
            }
            for tab, (value, offered) in zip(TABS, asked, strict=True)
        ],
        light=_light(stored, waiting),
        steps=STEPS if stored is None and "all" not in request.args else (),
    )


def _value(tab: Tab, account: int, stored: Stored | None, typed_parts: dict[str, Any]) -> Any:
    if tab.part is None:
        return None
    if tab.part.name in typed_parts:
        return typed_parts[tab.part.name]
    return tab.part.load(account, stored.id) if stored else tab.part.blank


def _light(stored: Stored | None, waiting: int) -> dict[str, Any] | None:
    """Does it work? The head of the page says so with a light and a sentence."""
    if stored is None:
        return None
    if not stored.active:
        text = t("queues.light.closing", n=waiting) if waiting else t("queues.light.inactive")
        return {"tone": "grey", "text": text}
    if not stored.form.agents:
        return {"tone": "red", "text": t("queues.light.no_agents")}
    if not stored.numbers:
        return {"tone": "orange", "text": t("queues.light.no_number", number=stored.form.number)}
    return {"tone": "green", "text": t("queues.light.works", n=len(stored.form.agents))}
