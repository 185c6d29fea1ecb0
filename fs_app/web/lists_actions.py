"""Actions on a list or a part of it (HN-402): chosen, counted, confirmed, watched, stopped, undone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.agents.model import Agent
from fs_app.calllists import actions, listing
from fs_app.calllists.listing import Head
from fs_app.calllists.service import NothingToDo
from fs_app.calllists.state import RECYCLABLE
from fs_app.contacts.fields import InvalidFields
from fs_app.errors import Conflict, Invalid, NotAllowed, NotFound
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, read, typed_number, typed_numbers
from fs_app.web.context import the_app, who
from fs_app.web.i18n import t
from fs_app.web.lists import PATH, json_of, offered, page, the_list
from fs_app.web.lists_words import filter_facts

blueprint = Blueprint("lists_actions", __name__, url_prefix=PATH)


@blueprint.get("/<int:call_list>/act/<action>")
@needs("lists.act")
def choose(call_list: int, action: str) -> str:
    """Of which records, and with what: the count follows what is chosen."""
    head = _allowed(call_list, action)
    saved = request.args.get("saved", "")
    chosen = None
    if saved.isascii() and saved.isdigit() and len(saved) < 10:
        chosen = read(lambda account: listing.filter_of(account, call_list, int(saved))).filter
    elif request.args.get("filter"):
        chosen = json_of(request.args["filter"])
    return _form(head, action, chosen, {}, {})


@blueprint.post("/<int:call_list>/act/<action>")
@needs("lists.act")
def act(call_list: int, action: str) -> AnyResponse | str | tuple[str, int]:
    """First the count and the question; with `sure` it begins."""
    head = _allowed(call_list, action)
    params, lists = _params(action), the_app().lists
    problems: dict[str, str] = {}
    try:
        chosen = None if action in actions.WHOLE else json_of(request.form.get("filter", ""))
    except Invalid:
        return _form(head, action, None, params, {"filter": t("filter.error.shape")}), 400
    try:
        changed, busy = lists.count(who().account, call_list, action, params, chosen)
        if request.form.get("sure") == "1":
            lists.act(actor(), call_list, action, params, chosen)
            flash(t("lists.begun", action=t(f"lists.action.{action}")), "green")
            return redirect(f"{PATH}/{call_list}", 303)
        if not changed and action != "delete":
            raise NothingToDo(action)
    except InvalidFields as error:
        place, key = next(iter(error.fields.items()))
        problems["filter"] = t(key, place=place)
    except NothingToDo as error:
        problems["filter"] = t(error.key)
    except Conflict as error:
        problems["filter"] = t(error.key, **error.params)
    except Invalid as error:
        field = str(error.params.get("field") or "filter")
        problems[field] = (
            t(f"lists.wrong.{field}")
            if field in ("agents", "states", "priority", "rule")
            else t("error.form")
        )
    if problems:
        return _form(head, action, chosen, params, problems), 400
    return render_template(
        "lists/sure.html",
        head=head,
        action=action,
        changed=changed,
        busy=busy,
        chosen=request.form.get("filter", "") if chosen else "",
        params=params,
        danger=action in actions.DELETING,
        undoable=action in actions.UNDOABLE,
    )


@blueprint.post("/<int:call_list>/act/<action>/count.json")
@needs("lists.act")
def count(call_list: int, action: str) -> Response | tuple[Response, int]:
    """How many records a filter finds for an action, while it is being written."""
    _allowed(call_list, action)
    asked = request.get_json(silent=True)
    given = asked.get("filter") if isinstance(asked, dict) else None
    params: Any = {"states": [str(s) for s in RECYCLABLE], "agents": [0], "priority": 0}
    if isinstance(asked, dict) and isinstance(asked.get("states"), list) and asked["states"]:
        params["states"] = asked["states"]
    try:
        changed, busy = the_app().lists.count(who().account, call_list, action, params, given)
    except InvalidFields as error:
        place, key = next(iter(error.fields.items()))
        return jsonify(ok=False, place=place, text=t(key, place=place)), 400
    except Invalid:
        return jsonify(ok=False, place="", text=t("error.form")), 400
    words = t("lists.count", n=changed) + (f" · {t('lists.count_busy', n=busy)}" if busy else "")
    return jsonify(ok=True, n=changed, busy=busy, text=words)


@blueprint.post("/<int:call_list>/actions/<int:list_action>/stop")
@needs("lists.act")
def stop(call_list: int, list_action: int) -> AnyResponse:
    _own(call_list, list_action)
    the_app().lists.cancel(who().account, list_action)
    flash(t("lists.stopping"), "green")
    return redirect(f"{PATH}/{call_list}", 303)


@blueprint.post("/<int:call_list>/actions/<int:list_action>/undo")
@needs("lists.act")
def undo(call_list: int, list_action: int) -> AnyResponse:
    _own(call_list, list_action)
    try:
        the_app().lists.undo(actor(), list_action)
    except Conflict as error:
        flash(t(error.key, **error.params), "orange")
    except Invalid:
        flash(t("lists.not_undoable"), "orange")
    else:
        flash(t("lists.undoing"), "green")
    return redirect(f"{PATH}/{call_list}", 303)


def _own(call_list: int, list_action: int) -> None:
    """Raises NotFound for an action on another list."""
    the_list(call_list)
    progress = the_app().lists.progress(who().account, call_list, 50)
    if list_action not in {one.id for one in progress}:
        raise NotFound(f"action {list_action}")


def _allowed(call_list: int, action: str) -> Head:
    """Raises NotFound, NotAllowed."""
    head = the_list(call_list)
    if action not in actions.KINDS:
        raise NotFound(f"action {action[:20]}")
    if action in actions.DELETING and not who().may("lists.delete"):
        raise NotAllowed(action)
    if action not in offered(head):
        raise NotFound(f"action {action}")
    return head


def _params(action: str) -> dict[str, Any]:
    match action:
        case "recycle":
            return {"states": [s for s in request.form.getlist("states")[:20] if s in RECYCLABLE]}
        case "assign":
            wanted = set(typed_numbers("agents"))
            ours = {i for i, _ in _agents()}
            return {"agents": sorted(wanted & ours)}
        case "priority":
            return {"priority": typed_number("priority")}
        case "shuffle":
            seed = typed_number("seed")
            return {"seed": seed} if seed is not None else {}
    return {}


def _agents() -> list[tuple[int, str]]:
    """Agents who may be given records: those of the account, by name."""

    def ask(account: int) -> list[tuple[int, str]]:
        ids = [i for (i,) in Agent.select(Agent.id).where(Agent.account == account).tuples()]
        return sorted(listing.agents_named(ids).items(), key=lambda one: one[1].casefold())

    catalog = the_app().catalog
    return [(i, name) for i, name in read(ask) if catalog.agent(i) is not None]


def _form(head: Head, action: str, chosen: Any, params: dict[str, Any], problems: dict[str, str]) -> str:
    return page(
        "lists/act.html",
        head,
        "counters",
        action=action,
        whole=action in actions.WHOLE,
        chosen=chosen,
        params=params,
        problems=problems,
        facts=filter_facts(),
        agents=_agents() if action == "assign" else [],
        recyclable=[str(s) for s in RECYCLABLE],
        saved=read(lambda account: listing.filters_of(account, head.id)),
    )
