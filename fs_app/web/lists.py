"""Fichiers d'appels (HN-401 … HN-406): the lists of the account, one list with its counters, its form and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid, Stale
from fs_app.calllists import actions, editing, listing
from fs_app.calllists.counters import Counters, Tally
from fs_app.calllists.editing import ListForm
from fs_app.calllists.fields import asking
from fs_app.calllists.listing import Head
from fs_app.calllists.model import CallList, Characteristic, ContactFile, DistributionRule, Planner, Profiler
from fs_app.calllists.state import DONE, TO_CALL
from fs_app.calllists.working import Working
from fs_app.db import Base
from fs_app.errors import Invalid
from fs_app.queues.model import Queue
from fs_app.web import given
from fs_app.web.access import needs
from fs_app.web.admin.common import (
    actor,
    confirm,
    done,
    problems_of,
    read,
    theirs_beside,
    ticked,
    typed,
    typed_number,
    typed_numbers,
)
from fs_app.web.context import the_app, who
from fs_app.web.i18n import t
from fs_app.web.lists_words import ACTION_LOOKS, LOOKS, filter_facts, restriction_words
from fs_app.web.text import whole_number

blueprint = Blueprint("lists", __name__, url_prefix="/lists")
PATH = "/lists"
LARGEST_FILTER = 20_000


# --- what all pages of lists share --------------------------------------------------------------------------
def the_list(call_list: int) -> Head:
    """Of this account and of the queues that the visitor is given. Raises NotFound."""
    queues = given.queues()
    return read(lambda account: listing.head(account, call_list, queues))


def tally_of(head: Head) -> Tally:
    return the_app().lists.tally(head.id, head.threshold)


def json_of(text: str) -> Any:
    """A filter as a page sends it; "" is none. Raises Invalid."""
    if not text.strip():
        return None
    if len(text) > LARGEST_FILTER:
        raise Invalid("a filter of this size", field="filter")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Invalid("no JSON", field="filter") from error


def work(call_list: int) -> Working:
    """What is in force on a list now."""
    now, lists = the_app().clock.now_ms(), the_app().lists.lists
    return read(lambda account: lists.working(CallList.get_by_id(call_list), now, asking(account, now)), 30.0)


def page(template: str, head: Head, here: str, **values: Any) -> str:
    """A page of one list; `here`: the tab."""
    tabs = [("", "counters"), ("/zones", "zones"), ("/records", "records"), ("/filters", "filters")]
    tabs.insert(3, ("/assigned", "assigned"))
    if who().may("lists.edit"):
        tabs.append(("/edit", "settings"))
    return render_template(
        template,
        head=head,
        here=here,
        tabs=[(f"{PATH}/{head.id}{path}", name) for path, name in tabs],
        looks=LOOKS,
        action_looks=ACTION_LOOKS,
        named=named,
        **values,
    )


# --- the lists ----------------------------------------------------------------------------------------------
@blueprint.get("")
@needs("lists.view")
def every() -> str:
    q = " ".join(request.args.get("q", "")[:100].replace("\0", " ").split())
    state, queue = request.args.get("state", ""), request.args.get("queue", "")
    state = state if state in ("", "active", "inactive", "archived") else ""
    number = whole_number(queue)
    queues = given.queues()
    heads = read(lambda account: listing.heads(account, queues, q, state, number))
    return render_template(
        "lists/lists.html",
        rows=[(head, tally_of(head).whole) for head in heads],
        q=q,
        state=state,
        queue=number,
        queues=_queues(),
        filtered=bool(q or state or number),
        looks=LOOKS,
    )


def _queues() -> list[tuple[int, str]]:
    allowed = given.queues()
    found = read(lambda account: listing.choices(account, Queue))
    return [(i, name) for i, name in found if allowed is None or i in allowed]


@blueprint.get("/<int:call_list>")
@needs("lists.view")
def one(call_list: int) -> str:
    """Its counters with a chart (HN-401, PW-40), what is at work on it, what holds records back now."""
    head = the_list(call_list)
    found = work(call_list)
    return page(
        "lists/counters.html",
        head,
        "counters",
        counters=tally_of(head).whole,
        parts=(("to_call", TO_CALL), ("done", DONE)),
        progress=the_app().lists.progress(who().account, call_list, 5),
        segments=found.segments,
        restrictions=[restriction_words(one) for one in found.restrictions],
        broken=found.problems,
        changes_at=found.changes_at,
        kinds=offered(head),
    )


def offered(head: Head) -> list[str]:
    """The actions that this person may begin on this list."""
    may = {
        kind: who().may("lists.delete" if kind in actions.DELETING else "lists.act") for kind in actions.KINDS
    }
    return [kind for kind in actions.KINDS if may[kind] and (kind != "arrange" or head.rule_id is not None)]


@blueprint.get("/<int:call_list>/zones")
@needs("lists.view")
def zones(call_list: int) -> str:
    """The same per time zone (HN-405)."""
    head = the_list(call_list)
    tally = tally_of(head)
    rows = sorted(tally.zones.items(), key=lambda pair: (-pair[1].total, pair[0]))
    return page("lists/zones.html", head, "zones", rows=rows, whole=tally.whole, states=(*TO_CALL, *DONE))


@blueprint.get("/<int:call_list>/now.json")
@needs("lists.view")
def now(call_list: int) -> Response:
    """Counters and the last action, for programs that watch."""
    head = the_list(call_list)
    whole: Counters = tally_of(head).whole
    progress = the_app().lists.progress(who().account, call_list)
    return jsonify(
        total=whole.total,
        to_call=whole.to_call,
        done=whole.done,
        usable=whole.usable,
        states=dict(whole.states),
        action=_told(progress[0]) if progress else None,
    )


def _told(one: Any) -> dict[str, Any]:
    names = ("id", "kind", "state", "total", "done", "changed", "left", "percent")
    return {name: getattr(one, name) for name in names}


# --- on, off, away ------------------------------------------------------------------------------------------
@blueprint.post("/<int:call_list>/active")
@needs("lists.act")
def switch(call_list: int) -> AnyResponse:
    head, active, by = the_list(call_list), request.form.get("active") == "1", actor()
    back = PATH if request.form.get("back") == "lists" else f"{PATH}/{call_list}"
    try:
        the_app().db.write(lambda: editing.set_active(by, call_list, active))
    except FormInvalid as error:
        flash(next(iter(problems_of(error).values())), "orange")
        return redirect(back, 303)
    the_app().lists.changed(by.account, call_list)
    return done(back, "lists.switched_on" if active else "lists.switched_off", name=head.name)


@blueprint.get("/<int:call_list>/archive")
@needs("lists.edit")
def ask_archive(call_list: int) -> str:
    head = the_list(call_list)
    says = [t("lists.archive.says", n=tally_of(head).whole.total), t("lists.archive.keeps")]
    return confirm(t("admin.archive_it", name=head.name), says, t("admin.archive"), f"{PATH}/{call_list}")


@blueprint.post("/<int:call_list>/archive")
@needs("lists.edit")
def archive(call_list: int) -> AnyResponse:
    return _put_away(call_list, True)


@blueprint.post("/<int:call_list>/restore")
@needs("lists.edit")
def restore(call_list: int) -> AnyResponse:
    return _put_away(call_list, False)


def _put_away(call_list: int, away: bool) -> AnyResponse:
    head, by = the_list(call_list), actor()
    the_app().db.write(lambda: editing.archive(by, call_list, away))
    the_app().lists.changed(by.account, call_list)
    return done(
        PATH if away else f"{PATH}/{call_list}", f"lists.{'archived' if away else 'restored'}", name=head.name
    )


# --- the form -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Offered:
    """What the form offers to choose from: (id as a form has it, name)."""

    queues: list[tuple[str, str]]
    files: list[tuple[str, str]]
    rules: list[tuple[str, str]]
    profilers: list[tuple[str, str]]
    planners: list[tuple[str, str]]
    characteristics: list[tuple[int, str]]


def _offered() -> Offered:
    def ask(account: int) -> Offered:
        def of(table: type[Base]) -> list[tuple[str, str]]:
            return _typable(listing.choices(account, table))

        conditions = listing.choices(account, Characteristic)
        return Offered([], of(ContactFile), of(DistributionRule), of(Profiler), of(Planner), conditions)

    return replace(read(ask), queues=_typable(_queues()))


def _typable(found: list[tuple[int, str]]) -> list[tuple[str, str]]:
    return [(str(i), name) for i, name in found]


def named(found: list[tuple[int, str]]) -> list[dict[str, Any]]:
    """For `macros.ticks`."""
    return [{"id": i, "label": name} for i, name in found]


@blueprint.route("/new", methods=["GET", "POST"])
@needs("lists.edit")
def new() -> AnyResponse | str | tuple[str, int]:
    if request.method == "GET":
        return _form(None, ListForm(), {})
    return _save(None)


@blueprint.route("/<int:call_list>/edit", methods=["GET", "POST"])
@needs("lists.edit")
def edit(call_list: int) -> AnyResponse | str | tuple[str, int]:
    head = the_list(call_list)
    if request.method == "GET":
        return _form(head, read(lambda _: editing.form_of(CallList.get_by_id(call_list))), {})
    return _save(head)


def _save(head: Head | None) -> AnyResponse | tuple[str, int]:
    form, by = _typed(), actor()
    allowed = given.queues()
    if allowed is not None and form.queue not in allowed:
        form = replace(form, queue=None)
    try:
        made = the_app().db.write(lambda: editing.save_list(by, head.id if head else None, form))
    except FormInvalid as error:
        return _form(head, form, problems_of(error)), 400
    except Stale as stale:
        return _form(head, replace(form, version=stale.version), _theirs(stale, form), stale), 409
    the_app().lists.changed(by.account, made)
    return done(f"{PATH}/{made}", "admin.saved", name=form.name)


def _theirs(stale: Stale, form: ListForm) -> dict[str, str]:
    """What somebody else chose, by its name."""
    offered = _offered()
    names: dict[str, dict[int, str]] = {
        name: {int(i): label for i, label in choices}
        for name, choices in (
            ("queue", offered.queues),
            ("file", offered.files),
            ("rule", offered.rules),
            ("profiler", offered.profilers),
            ("planner", offered.planners),
        )
    }
    conditions = dict(offered.characteristics)

    def named_values(values: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: value for name, value in values.items() if name not in ("version", "new_file")}
        told |= {name: known.get(values[name], "") for name, known in names.items()}
        return told | {name: [conditions.get(i, "–") for i in values[name]] for name in ("need", "hold")}

    return theirs_beside(named_values(stale.theirs), named_values(asdict(form)))


def _typed() -> ListForm:
    return ListForm(
        name=typed("name", 200),
        description=request.form.get("description", "")[:3000].replace("\0", " ").strip(),
        file=typed_number("file"),
        new_file=typed("new_file", 200),
        queue=typed_number("queue"),
        active=ticked("active"),
        rule=typed_number("rule"),
        profiler=typed_number("profiler"),
        planner=typed_number("planner"),
        need=typed_numbers("need"),
        hold=typed_numbers("hold"),
        use_blacklist=ticked("use_blacklist"),
        exclusive=ticked("exclusive"),
        newest_first=ticked("newest_first"),
        attempts=typed_number("attempts"),
        threshold=typed_number("threshold"),
        weight=typed_number("weight"),
        version=typed_number("version"),
    )


def _form(head: Head | None, form: ListForm, problems: dict[str, str], stale: Stale | None = None) -> str:
    if head is None:
        return render_template(
            "lists/form.html",
            head=None,
            here="",
            form=form,
            offered=_offered(),
            problems=problems,
            named=named,
        )
    return page(
        "lists/form.html", head, "settings", form=form, offered=_offered(), problems=problems, stale=stale
    )


# --- named filters ------------------------------------------------------------------------------------------
@blueprint.get("/<int:call_list>/filters")
@needs("lists.view")
def filters(call_list: int) -> str:
    """Each with the number of records that it finds (HN-406)."""
    head, country, at = the_list(call_list), who().country, the_app().clock.now_ms()

    def ask(account: int) -> list[tuple[listing.Named, int | None]]:
        asked = asking(account, at)
        found: list[tuple[listing.Named, int | None]] = []
        for one in listing.filters_of(account, call_list):
            try:
                wanted = listing.Wanted(call_list, condition=asked.condition(one.filter))
                found.append((one, listing.number_of(account, country, wanted)))
            except Invalid:
                found.append((one, None))
        return found

    return page("lists/filters.html", head, "filters", rows=read(ask, 60.0))


@blueprint.route("/<int:call_list>/filters/new", methods=["GET", "POST"])
@needs("lists.act")
def new_filter(call_list: int) -> AnyResponse | str | tuple[str, int]:
    return _edit_filter(the_list(call_list), None)


@blueprint.route("/<int:call_list>/filters/<int:list_filter>", methods=["GET", "POST"])
@needs("lists.act")
def edit_filter(call_list: int, list_filter: int) -> AnyResponse | str | tuple[str, int]:
    head = the_list(call_list)
    return _edit_filter(head, read(lambda account: listing.filter_of(account, call_list, list_filter)))


def _edit_filter(head: Head, row: listing.Named | None) -> AnyResponse | str | tuple[str, int]:
    def form(
        name: str, chosen: Any, problems: dict[str, str], version: int, stale: Stale | None = None
    ) -> str:
        facts = filter_facts()
        return page(
            "lists/filter.html",
            head,
            "filters",
            row=row,
            name=name,
            chosen=chosen,
            problems=problems,
            facts=facts,
            version=version,
            stale=stale,
        )

    if request.method == "GET":
        chosen = row.filter if row else None
        if row is None and request.args.get("filter"):
            chosen = json_of(request.args["filter"])
        return form(row.name if row else "", chosen, {}, row.version if row else 0)
    name, by, version = typed("name", 200), actor(), typed_number("version") or 0
    chosen = json_of(request.form.get("filter", ""))
    try:
        the_app().db.write(
            lambda: editing.save_filter(by, head.id, row.id if row else None, name, chosen, version)
        )
    except FormInvalid as error:
        return form(name, chosen, problems_of(error), version), 400
    except Stale as stale:
        problems = theirs_beside(stale.theirs, {"name": name, "filter": chosen})
        return form(name, chosen, problems, stale.version, stale), 409
    return done(f"{PATH}/{head.id}/filters", "admin.saved", name=name)


@blueprint.get("/<int:call_list>/filters/<int:list_filter>/delete")
@needs("lists.act")
def ask_delete_filter(call_list: int, list_filter: int) -> str:
    the_list(call_list)
    row = read(lambda account: listing.filter_of(account, call_list, list_filter))
    back = f"{PATH}/{call_list}/filters"
    return confirm(
        t("lists.filter_delete_it", name=row.name), [t("lists.filter_delete_says")], t("admin.delete"), back
    )


@blueprint.post("/<int:call_list>/filters/<int:list_filter>/delete")
@needs("lists.act")
def delete_filter(call_list: int, list_filter: int) -> AnyResponse:
    the_list(call_list)
    read(lambda account: listing.filter_of(account, call_list, list_filter))
    by = actor()
    name = the_app().db.write(lambda: editing.delete_filter(by, call_list, list_filter))
    return done(f"{PATH}/{call_list}/filters", "admin.deleted", name=name)
