"""The canvas editor: the page, and what its script asks for. Answers are JSON; a conflict brings what stands there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request

from fs_app.errors import FsAppError, Invalid
from fs_app.ivr import flows, graph
from fs_app.ivr.account import AccountWorld, flows_of
from fs_app.ivr.flows import DraftChanged, NotReady, Stored
from fs_app.ivr.spec import describe
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, change, read
from fs_app.web.admin.flows import world
from fs_app.web.context import the_app
from fs_app.web.failures import said

blueprint = Blueprint("admin_flow_editor", __name__, url_prefix="/admin/flows")

SYSTEM_VARIABLES = (
    "call_number",
    "call_name",
    "call_called",
    "call_language",
    "call_queue",
    "contact_id",
    "contact_name",
)
"""What every call knows by itself, for suggestions."""


class UnusableGraph(Invalid):
    """Not the JSON of a flow, or too big."""

    key = "error.flow_unusable"


@blueprint.get("/<int:flow>")
@needs("flows.manage")
def page(flow: int) -> str:
    return render_template("admin/flows/editor.html", flow=read(lambda account: flows.get(account, flow)))


@blueprint.get("/<int:flow>/draft.json")
@needs("flows.manage")
def draft(flow: int) -> Response:
    stored, places = read(lambda account: (flows.get(account, flow), flows.uses(account, flow, flows_of)))
    shipped = world.shipped_prompts()
    known = world.load_world()
    return fresh(
        jsonify(
            flow={
                "id": stored.id,
                "name": stored.name,
                "language": stored.language,
                "published": stored.published,
            },
            draft=stored.draft,
            version=stored.draft_version,
            changed=stored.changed,
            problems=_said(stored.draft, known, stored),
            used=bool(places),
            spec=describe(),
            choices={
                kind: [{"id": c.id, "name": c.name} for c in found] for kind, found in known.choices.items()
            },
            sounds=world.sounds_offered(known, shipped),
            variables=SYSTEM_VARIABLES,
        )
    )


@blueprint.put("/<int:flow>/draft.json")
@needs("flows.manage")
def save(flow: int) -> Response:
    read(lambda account: flows.get(account, flow))
    body, by = body_of(), actor()
    wanted, base = usable(body.get("graph")), _number(body, "base")
    try:
        the_app().db.write(lambda: flows.save_draft(by, flow, wanted, base))
    except DraftChanged as conflict:
        return _conflict(conflict)
    stored = read(lambda account: flows.get(account, flow))
    problems = _said(wanted, world.load_world(), stored)
    return fresh(jsonify(ok=True, version=stored.draft_version, changed=stored.changed, problems=problems))


@blueprint.post("/<int:flow>/publish.json")
@needs("flows.manage")
def publish(flow: int) -> Response:
    stored = read(lambda account: flows.get(account, flow))
    body, known = body_of(), world.load_world()
    base, note = _number(body, "base"), " ".join(str(body.get("note") or "").split())
    try:
        number = change(
            lambda by: flows.publish(by, flow, base, note, lambda g: world.problems_of(g, known, stored))
        )
    except DraftChanged as conflict:
        return _conflict(conflict)
    except NotReady as not_ready:
        return _refused(not_ready, problems=_said(stored.draft, known, stored))
    return fresh(jsonify(ok=True, number=number, problems=_said(stored.draft, known, stored)))


@blueprint.post("/<int:flow>/copy.json")
@needs("flows.manage")
def keep_as_copy(flow: int) -> Response:
    """What somebody has on his screen, as a flow of its own: after a conflict nothing is lost."""
    stored, name = read(lambda account: (flows.get(account, flow), flows.proposal(account, flow)))
    wanted = usable(body_of().get("graph"))
    made = change(lambda by: flows.create(by, name, stored.language, wanted))
    return fresh(jsonify(ok=True, id=made, name=name))


def usable(value: Any) -> flows.Graph:
    """A draft may be unfinished, not shapeless: every page that shows it relies on nodes with an id, a kind, params
    and exits. Raises UnusableGraph."""
    read_as, problems = graph.read(value)
    fatal = {
        "wrong_type",
        "too_big",
        "too_many_nodes",
        "node_id",
        "node_kind",
        "duplicate",
        "format",
        "place",
    }
    if any(
        problem.key.removeprefix("flow.problem.") in fatal and problem.param is None for problem in problems
    ):
        raise UnusableGraph(", ".join(sorted({problem.key for problem in problems}))[:300])
    if len(read_as.nodes) != len(value["nodes"]):
        raise UnusableGraph("nodes were lost")
    return {"format": graph.FORMAT, "start": read_as.start, "nodes": [_whole_node(n) for n in value["nodes"]]}


def _whole_node(node: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": node["id"],
        "kind": node["kind"],
        "label": node.get("label", "") if isinstance(node.get("label", ""), str) else "",
        "x": node.get("x", 0),
        "y": node.get("y", 0),
        "params": node.get("params", {}),
        "exits": {name: to for name, to in node.get("exits", {}).items() if isinstance(to, str) and to},
    }


def _said(draft: Any, known: AccountWorld, stored: Stored) -> list[dict[str, Any]]:
    return world.said(world.found_in(draft, known, stored), known)


def _conflict(conflict: DraftChanged) -> Response:
    theirs = conflict.theirs
    return _refused(
        conflict,
        theirs={
            "graph": theirs.draft,
            "version": theirs.draft_version,
            "problems": _said(theirs.draft, world.load_world(), theirs),
        },
    )


def _refused(error: FsAppError, **more: Any) -> Response:
    answer = jsonify(ok=False, error={"key": error.key, "text": said(error)}, **more)
    answer.status_code = error.status
    return fresh(answer)


def body_of() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid("no JSON object")
    return body


def _number(body: dict[str, Any], name: str) -> int:
    value = body.get(name)
    if type(value) is not int or not 0 <= value < 2**31:
        raise Invalid(f"{name} is no number", field=name)
    return value


def fresh(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
