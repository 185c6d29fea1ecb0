"""The same draft as a plain form: a list of nodes with their settings, exits as choices. Needs no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fs_app.ivr import conditions, flows
from fs_app.ivr.account import flows_of
from fs_app.ivr.flows import DraftChanged, Graph, NotReady, Stored
from fs_app.ivr.graph import Problem
from fs_app.ivr.spec import DIGITS, MOST_NODES, REFERENCES, NodeKind, Param, ParamKind, registry
from fs_app.web.access import needs
from fs_app.web.admin.common import actor, change, done, read, typed, whole
from fs_app.web.admin.flows import fields, world
from fs_app.web.admin.flows.editor import usable
from fs_app.web.context import the_app
from fs_app.web.failures import said
from fs_app.web.i18n import t, t_or

blueprint = Blueprint("admin_flow_form", __name__, url_prefix="/admin/flows")


@blueprint.get("/<int:flow>/form")
@needs("flows.manage")
def page(flow: int) -> str:
    stored = read(lambda account: flows.get(account, flow))
    return _page(stored, stored.draft, stored.draft_version)


@blueprint.post("/<int:flow>/form")
@needs("flows.manage")
def save(flow: int) -> AnyResponse | str | tuple[str, int]:
    """What was typed is saved whatever button it was; then it does what it says."""
    stored = read(lambda account: flows.get(account, flow))
    base = whole(request.form.get("base", "")) or 0
    # What was typed belongs to the nodes of the page; a draft that changed meanwhile has others.
    graph = usable(fields.graph_of(stored.draft, request.form))
    todo, _, what = request.form.get("do", "save").partition(":")
    there, anchor = {node["id"] for node in graph["nodes"]}, ""
    if todo == "add" and typed("add.kind") in registry() and len(there) < MOST_NODES:
        after, _, way = request.form.get("add.after", "").partition(".")
        graph, anchor = fields.add(graph, typed("add.kind"), after, way)
    elif todo == "delete" and what in there:
        graph = fields.remove(graph, what)
    try:
        by = actor()
        version = the_app().db.write(lambda: flows.save_draft(by, flow, graph, base))
        if todo == "publish":
            return _publish(flow, version)
    except DraftChanged as conflict:
        return _page(conflict.theirs, graph, conflict.theirs.draft_version, said(conflict)), 409
    back = f"/admin/flows/{flow}/form#{anchor or request.form.get('at', '')[:50]}"
    return done(back, "flows.draft_saved")


def _publish(flow: int, version: int) -> AnyResponse | tuple[str, int]:
    stored, known, note = read(lambda account: flows.get(account, flow)), world.load_world(), typed("note")
    try:
        number = change(
            lambda by: flows.publish(by, flow, version, note, lambda g: world.problems_of(g, known, stored))
        )
    except NotReady as not_ready:
        return _page(stored, stored.draft, version, said(not_ready)), 400
    return done(f"/admin/flows/{flow}/form", "flows.published_now", number=number)


def _page(stored: Stored, graph: Graph, base: int, trouble: str = "") -> str:
    shipped = world.shipped_prompts()
    known = world.load_world()
    places = read(lambda account: flows.uses(account, stored.id, flows_of))
    problems = world.found_in(graph, known, stored)
    sounds = [(one["ref"], one["name"]) for one in world.sounds_offered(known, shipped)]
    choices = {kind: [(choice.id, choice.name) for choice in found] for kind, found in known.choices.items()}
    names = {node["id"]: _name(node) for node in graph["nodes"]}
    by_node: dict[str | None, list[Problem]] = {}
    for problem in problems:
        by_node.setdefault(problem.node, []).append(problem)
    by_group: dict[str, list[tuple[str, str]]] = {}
    for kind in registry().values():
        by_group.setdefault(t(f"flow.group.{kind.group}"), []).append(
            (kind.kind, t(f"flow.kind.{kind.kind}"))
        )
    return render_template(
        "admin/flows/form.html",
        flow=stored,
        used=bool(places),
        base=base,
        graph=graph,
        trouble=trouble,
        problems=[
            (problem, world.sentence(problem, known), names.get(problem.node or "", ""))
            for problem in problems
        ],
        nodes=[
            _node(node, names, by_node.get(node["id"], []), known, choices, sounds) for node in graph["nodes"]
        ],
        targets=list(names.items()),
        free=[
            (f"{node['id']}.{out.name}", f"{names[node['id']]} → {_out(out.name, node)}")
            for node in graph["nodes"]
            for out in registry()[node["kind"]].exits(node.get("params", {}))
            if out.name not in node.get("exits", {})
        ],
        groups=list(by_group.items()),
    )


def _node(
    node: Mapping[str, Any],
    names: Mapping[str, str],
    problems: list[Problem],
    known: world.AccountWorld,
    choices: Mapping[ParamKind, list[tuple[int, str]]],
    sounds: list[tuple[str, str]],
) -> dict[str, Any]:
    kind, params = registry()[node["kind"]], node.get("params", {})
    at = {p.name for p in kind.params}

    def wrong(place: str, name: str) -> list[str]:
        return [world.sentence(p, known) for p in problems if getattr(p, place) == name]

    return {
        "id": node["id"],
        "name": names[node["id"]],
        "label": node.get("label", ""),
        "kind": t(f"flow.kind.{kind.kind}"),
        "icon": kind.icon,
        "hint": t(f"flow.hint.{kind.kind}"),
        "wrong": [world.sentence(p, known) for p in problems if p.exit is None and p.param not in at],
        "fields": [
            {**_field(kind, param, params, choices, sounds), "wrong": wrong("param", param.name)}
            for param in fields.shown(kind, params)
        ],
        "exits": [
            {
                "name": out.name,
                "label": _out(out.name, node),
                "to": node.get("exits", {}).get(out.name, ""),
                "optional": out.optional,
                "otherwise": t_or(f"flow.exit.{out.otherwise}", "") if out.otherwise else "",
                "wrong": wrong("exit", out.name),
            }
            for out in kind.exits(params)
        ],
    }


def _field(
    kind: NodeKind,
    param: Param,
    params: Mapping[str, Any],
    choices: Mapping[ParamKind, list[tuple[int, str]]],
    sounds: list[tuple[str, str]],
) -> dict[str, Any]:
    value = kind.value(params, param.name)
    options: list[tuple[Any, str]] = []
    if param.kind in REFERENCES:
        options = list(choices.get(param.kind, ()))
    elif param.kind is ParamKind.CHOICE:
        options = [(choice, t(f"flow.choice.{choice}")) for choice in param.choices]
    elif param.kind is ParamKind.LANGUAGES:
        options = [(code, t(f"language.name.{code}")) for code in param.choices]
    elif param.kind is ParamKind.PROMPTS:
        options = [*sounds]
    return {
        "name": param.name,
        "label": t(f"flow.param.{param.name}"),
        "kind": str(param.kind),
        "required": param.required,
        "least": param.least,
        "most": param.most,
        "value": value,
        "options": options,
        "lines": fields.lines(param, value) if param.kind in fields.LINES else [],
        "parts": [(part, _part(part), _part_options(part)) for part in fields.LINES.get(param.kind, ())],
        "asks": bool([p for p in kind.params if p.when and p.when[0] == param.name]),
    }


def _part(part: str) -> str:
    return {
        "key": t("flows.key"),
        "value": t("flows.value"),
        "variable": t("flows.variable"),
        "test": t("flows.test"),
        "name": t("flows.header"),
        "path": t("flows.path"),
        "prompt": t("flows.add_prompt"),
    }[part]


def _part_options(part: str) -> list[tuple[str, str]]:
    if part == "key":
        return [(digit, digit) for digit in DIGITS]
    if part == "test":
        return [(test, t(f"flow.test.{test}")) for test in conditions.TESTS]
    return []


def _name(node: Mapping[str, Any]) -> str:
    kind = t(f"flow.kind.{node['kind']}")
    return f"{node['label']} ({kind})" if node.get("label") else f"{kind} ({node['id']})"


def _out(name: str, node: Mapping[str, Any]) -> str:
    """What an exit is called: its word, or the key with what somebody wrote beside it."""
    keys = node.get("params", {}).get("keys")
    if name in DIGITS and isinstance(keys, dict):
        return f"{name} {keys.get(name, '')}".strip()
    return t_or(f"flow.exit.{name}", name)
