"""Contacts put into a call list (TC-63): of a segment, or as the page of contacts shows them; counted and confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.admin.form import FormInvalid
from fs_app.calllists import editing, listing
from fs_app.calllists.adding import Source
from fs_app.calllists.service import NothingToDo
from fs_app.contacts import segments
from fs_app.contacts.fields import InvalidFields
from fs_app.errors import Conflict, Invalid, NotAllowed
from fs_app.web import given
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, problems_of, read, typed
from fs_app.web.contacts import asked as asked_for
from fs_app.web.context import the_app, who
from fs_app.web.i18n import t
from fs_app.web.lists import PATH, json_of, the_list
from fs_app.web.text import whole_number

blueprint = Blueprint("lists_adding", __name__, url_prefix=PATH)


@dataclass(frozen=True, slots=True)
class Choice:
    """As the address or the form has it. `filter`: JSON as text."""

    segment: int | None
    filter: str
    q: str
    into: int | None
    name: str

    @property
    def shown(self) -> bool:
        """It is what the page of contacts shows, not a whole segment."""
        return bool(self.filter or self.q)


def _choice(values: Any) -> Choice:
    contacts = asked_for.read(values)
    name = typed("name", 200) if request.method == "POST" else ""
    return Choice(
        contacts.segment or None, contacts.filter, contacts.q, whole_number(values.get("list", "")), name
    )


@blueprint.get("/add")
@needs("lists.act")
def choose() -> str:
    """Who, and into which list."""
    _may()
    return _form(_choice(request.args), {})


@blueprint.post("/add")
@needs("lists.act")
def add() -> AnyResponse | str | tuple[str, int]:
    """First the count and the question; with `sure` it begins."""
    _may()
    chosen, problems = _choice(request.form), {}
    if chosen.name and not who().may("lists.edit"):
        raise NotAllowed("a new list")
    if chosen.segment is None and not chosen.shown:
        problems["segment"] = t("lists.wrong.whom")
    if not chosen.name and chosen.into is None:
        problems["list"] = t("lists.wrong.into")
    if problems:
        return _form(chosen, problems), 400
    try:
        return _asked(chosen)
    except InvalidFields as error:
        place, key = next(iter(error.fields.items()))
        problems["segment"] = t(key, place=place)
    except FormInvalid as error:
        problems = problems_of(error)
    except (NothingToDo, Conflict) as error:
        problems["list"] = t(error.key, **error.params)
    except Invalid:
        problems["segment"] = t("filter.error.shape")
    return _form(chosen, problems), 400


def _asked(chosen: Choice) -> AnyResponse | str:
    """Raises InvalidFields, FormInvalid, NothingToDo, Conflict, Invalid, NotFound."""
    head = the_list(chosen.into) if chosen.into is not None and not chosen.name else None
    source = Source(chosen.segment, json_of(chosen.filter), chosen.q)
    lists, told = the_app().lists, _segment_name(chosen)
    if request.form.get("sure") == "1":
        into = lists.add(actor(), head.id if head is not None else chosen.name, source, told)
        if head is None:
            lists.changed(who().account, into)
        flash(t("lists.begun", action=t("lists.action.add")), "green")
        return redirect(f"{PATH}/{into}", 303)
    if head is None:
        read(lambda account: editing.check_new(account, chosen.name))
    counts = lists.count_added(who().account, head.id if head is not None else None, source)
    if not counts.coming and counts.looked >= counts.found:
        raise NothingToDo("nobody to add")
    return render_template(
        "lists/add_sure.html",
        chosen=chosen,
        name=head.name if head is not None else chosen.name,
        told=told,
        counts=counts,
    )


def _segment_name(chosen: Choice) -> str:
    if chosen.segment is None:
        return ""
    return dict(read(segments.options)).get(chosen.segment, "")


def _may() -> None:
    """Raises NotAllowed."""
    if not who().may("contacts.browse"):
        raise NotAllowed("contacts")


def _form(chosen: Choice, problems: dict[str, str]) -> str:
    queues = given.queues()
    heads = read(lambda account: listing.heads(account, queues))
    offered = [(str(one.id), one.name) for one in heads]
    return render_template(
        "lists/add.html",
        chosen=chosen,
        problems=problems,
        told=_segment_name(chosen),
        segments=[("", t("lists.add.choose")), *((str(i), n) for i, n in read(segments.options))],
        lists=[("", t("lists.add.choose")), *offered],
    )
