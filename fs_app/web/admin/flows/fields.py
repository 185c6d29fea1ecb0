"""A flow as the fields of one plain form: what the form shows, and the graph again from what was sent.

Names of fields: `n3.label`, `n3.p.prompts`, `n3.x.next`. Lists have a field per part and line (`n3.p.keys.key`,
`n3.p.keys.value`) and some empty lines; what stays empty is no line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from fs_app.ivr.flows import Graph
from fs_app.ivr.spec import REFERENCES, NodeKind, Param, ParamKind, registry

LINES = {
    ParamKind.KEYS: ("key", "value"),
    ParamKind.CONDITIONS: ("variable", "test", "value"),
    ParamKind.ASSIGNMENTS: ("variable", "value"),
    ParamKind.HEADERS: ("name", "value"),
    ParamKind.MAPPING: ("path", "variable"),
    ParamKind.PROMPTS: ("prompt",),
}
"""Kinds that are lists, and the parts of a line."""

SPARE = 2
COLUMN, ROW = 300, 140
WHOLE = re.compile(r"-?\d{1,9}")


Sent = MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: part → value."""

    parts: Mapping[str, str]


def lines(param: Param, value: Any) -> list[Line]:
    """Those that there are, and some empty ones."""
    parts = LINES[param.kind]
    there: list[Any] = []
    if param.kind is ParamKind.KEYS and isinstance(value, dict):
        there = [{"key": key, "value": label} for key, label in value.items()]
    elif param.kind is ParamKind.PROMPTS and isinstance(value, list):
        there = [{"prompt": prompt} for prompt in value]
    elif isinstance(value, list):
        there = [entry for entry in value if isinstance(entry, Mapping)]
    blank: list[Any] = [{}] * (1 if param.kind is ParamKind.PROMPTS else SPARE)
    return [Line({part: _text(entry.get(part)) for part in parts}) for entry in [*there, *blank]]


def graph_of(graph: Graph, sent: Sent) -> Graph:
    """The graph with what was typed; nodes that the form did not have stay as they are."""
    there = {node["id"] for node in graph["nodes"]}
    start = sent.get("start", graph["start"])
    return {
        **graph,
        "start": start if start in there else graph["start"],
        "nodes": [
            _node(node, sent, there) if f"{node['id']}.label" in sent else node for node in graph["nodes"]
        ],
    }


def add(graph: Graph, kind: str, after: str, way: str) -> tuple[Graph, str]:
    """A new node; with `after` and `way` it is where this exit leads. Answers its identifier, too."""
    spec = registry()[kind]
    numbers = [int(n["id"][1:]) for n in graph["nodes"] if re.fullmatch(r"n\d{1,9}", n["id"])]
    name = f"n{max(numbers, default=0) + 1}"
    before = next((node for node in graph["nodes"] if node["id"] == after), None)
    x, y = (before["x"] + COLUMN, before["y"]) if before else (80, 80)
    while any(abs(n["x"] - x) < COLUMN - 40 and abs(n["y"] - y) < ROW - 20 for n in graph["nodes"]):
        y += ROW
    params = {p.name: p.default for p in spec.params if p.default is not None}
    node = {"id": name, "kind": kind, "label": "", "x": x, "y": y, "params": params, "exits": {}}
    nodes = [
        {**n, "exits": {**n["exits"], way: name}} if n["id"] == after and way else n for n in graph["nodes"]
    ]
    return {**graph, "start": graph["start"] or name, "nodes": [*nodes, node]}, name


def remove(graph: Graph, name: str) -> Graph:
    """Without this node, and without what led to it."""
    nodes = [
        {**node, "exits": {way: to for way, to in node["exits"].items() if to != name}}
        for node in graph["nodes"]
        if node["id"] != name
    ]
    return {**graph, "start": "" if graph["start"] == name else graph["start"], "nodes": nodes}


def _node(node: dict[str, Any], sent: Sent, there: set[str]) -> dict[str, Any]:
    name = node["id"]
    spec = registry()[node["kind"]]
    before = node.get("params", {})
    params = dict(before)
    for param in spec.params:
        if f"{name}.has.{param.name}" not in sent:
            continue
        value = _value(param, f"{name}.p.{param.name}", sent)
        if value is None:
            params.pop(param.name, None)
        elif param.name in before or value != param.default:
            params[param.name] = value
    exits = {way: to for way, to in node.get("exits", {}).items() if f"{name}.x.{way}" not in sent}
    for out in spec.exits(params):
        to = sent.get(f"{name}.x.{out.name}", "")
        if to in there:
            exits[out.name] = to
    known = {out.name for out in spec.exits(params)}
    return {
        **node,
        "label": " ".join(sent.get(f"{name}.label", "").split())[:80],
        "params": params,
        "exits": {way: to for way, to in exits.items() if way in known},
    }


def _value(param: Param, field: str, sent: Sent) -> Any:
    if param.kind in LINES:
        return _list(param, field, sent)
    if param.kind is ParamKind.FLAG:
        return field in sent
    if param.kind is ParamKind.LANGUAGES:
        return sent.getlist(field)
    text = sent.get(field, "")
    text = text if param.kind is ParamKind.TEMPLATE else text.strip()
    if text == "":
        return "" if param.kind is ParamKind.TEMPLATE and param.default == "" else None
    if param.kind is ParamKind.INTEGER or param.kind in REFERENCES:
        return int(text) if WHOLE.fullmatch(text) else text
    return text


def _list(param: Param, field: str, sent: Sent) -> Any:
    parts = LINES[param.kind]
    columns = [sent.getlist(f"{field}.{part}") for part in parts]
    rows = [dict(zip(parts, values, strict=True)) for values in zip(*columns, strict=False)]
    if param.kind is ParamKind.KEYS:
        return {row["key"]: row["value"] for row in rows if row["key"]}
    if param.kind is ParamKind.PROMPTS:
        return [row["prompt"] for row in rows if row["prompt"]]
    telling = [part for part in parts if part != "test"]
    return [row for row in rows if any(row[part].strip() for part in telling)]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def shown(kind: NodeKind, params: Mapping[str, Any]) -> Iterable[Param]:
    """The fields that count, given the others."""
    return [param for param in kind.params if param.asked(params, kind)]
