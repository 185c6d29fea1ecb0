"""A flow as the engine and the validation need it, read from JSON that may be anything.

`read` never raises: what it can't use is left out and named as a problem at its node, param or exit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fs_app.ivr import values
from fs_app.ivr.spec import MOST_BYTES, MOST_LABEL, MOST_NODES, Exit, NodeKind, Param, ParamKind, registry

FORMAT = 1
ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
FAR = 1_000_000
"""Coordinates of the canvas stay within."""

MOST_DEPTH = 12
MOST_VALUES = 40_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where. `level` error: it can't be published. `key` is its text in the catalogues, `detail`
    fills the text. No `node`: the flow as a whole. At most one of `param` and `exit` is given."""

    key: str
    node: str | None = None
    param: str | None = None
    exit: str | None = None
    level: str = "error"
    detail: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Node:
    """`whole`: every param can be used. The engine leads nobody into a node that is not."""

    id: str
    kind: str
    label: str
    params: dict[str, Any] = field(hash=False)
    exits: dict[str, str] = field(hash=False)
    whole: bool = True

    @property
    def spec(self) -> NodeKind:
        return registry()[self.kind]

    def value(self, name: str) -> Any:
        return self.spec.value(self.params, name)

    @property
    def outs(self) -> dict[str, Exit]:
        return {out.name: out for out in self.spec.exits(self.params)}

    def leads(self, name: str) -> str | None:
        """The node that this exit leads to, by itself or by what takes its place; None: to the end of the call."""
        outs, seen = self.outs, set()
        while name in outs and name not in seen:
            seen.add(name)
            if name in self.exits:
                return self.exits[name]
            name = outs[name].otherwise
        return None

    def ends(self, name: str) -> bool:
        """Whether an exit that leads nowhere ends the call in peace, not with the error prompt."""
        outs = self.outs
        for _ in range(len(outs) + 1):
            if name not in outs or name in self.exits:
                break
            name = outs[name].otherwise
        return name == "end"


@dataclass(frozen=True, slots=True)
class Graph:
    start: str
    nodes: dict[str, Node] = field(hash=False)


def read(data: Any) -> tuple[Graph, list[Problem]]:
    """The flow, and what is wrong with its form."""
    problems: list[Problem] = []
    if not isinstance(data, Mapping):
        return Graph("", {}), [Problem("flow.problem.wrong_type")]
    if (hostile := _too_much(data)) is not None:
        return Graph("", {}), [Problem(f"flow.problem.{hostile}")]
    if data.get("format") != FORMAT:
        problems.append(Problem("flow.problem.format"))
    listed = data.get("nodes")
    if not isinstance(listed, list):
        return Graph("", {}), [*problems, Problem("flow.problem.wrong_type")]
    if len(listed) > MOST_NODES:
        return Graph("", {}), [*problems, Problem("flow.problem.too_many_nodes", detail={"most": MOST_NODES})]
    nodes: dict[str, Node] = {}
    for entry in listed:
        node = _node(entry, problems)
        if node is not None and node.id in nodes:
            problems.append(Problem("flow.problem.duplicate", node.id))
        elif node is not None:
            nodes[node.id] = node
    start = data.get("start")
    return Graph(start if isinstance(start, str) else "", nodes), problems


def _node(entry: Any, problems: list[Problem]) -> Node | None:
    if not isinstance(entry, Mapping):
        problems.append(Problem("flow.problem.wrong_type"))
        return None
    name, kind = entry.get("id"), entry.get("kind")
    if not isinstance(name, str) or not ID.fullmatch(name):
        problems.append(Problem("flow.problem.node_id"))
        return None
    if not isinstance(kind, str) or kind not in registry():
        problems.append(Problem("flow.problem.node_kind", name))
        return None
    label = entry.get("label", "")
    if not isinstance(label, str) or len(label) > MOST_LABEL or not values.clean(label):
        problems.append(Problem("flow.problem.label", name))
        label = ""
    if not all(_place(entry.get(axis, 0)) for axis in ("x", "y")):
        problems.append(Problem("flow.problem.place", name))
    spec = registry()[kind]
    params, whole = _params(name, spec, entry.get("params", {}), problems)
    exits = _exits(name, entry.get("exits", {}), problems)
    return Node(name, kind, label, params, exits, whole)


def _params(node: str, spec: NodeKind, given: Any, problems: list[Problem]) -> tuple[dict[str, Any], bool]:
    """Those that can be used, and whether nothing is wrong with the ones that count."""
    if not isinstance(given, Mapping):
        problems.append(Problem("flow.problem.wrong_type", node))
        return {}, False
    whole = True
    kept: dict[str, Any] = {}
    known = {param.name for param in spec.params}
    for name in given:
        if name not in known:
            problems.append(
                Problem("flow.problem.unknown_param", node, level="warning", detail={"name": str(name)[:40]})
            )
    choices = [param for param in spec.params if param.kind is ParamKind.CHOICE]
    for param in (*choices, *(p for p in spec.params if p.kind is not ParamKind.CHOICE)):
        if not param.asked(kept, spec):
            continue
        value = given.get(param.name)
        found = _missing(param, value) or (None if value is None else values.wrong(param, value))
        if found:
            whole = False
            detail = {"least": param.least, "most": param.most}
            problems.append(Problem(f"flow.problem.{found}", node, param.name, detail=detail))
        elif value is not None:
            kept[param.name] = value
    low, high = (spec.value(kept, n) if n in known else None for n in ("least", "most"))
    if whole and low is not None and high is not None and low > high:
        whole = False
        problems.append(Problem("flow.problem.least_over_most", node, "least"))
    return kept, whole


def _missing(param: Param, value: Any) -> str | None:
    if not param.required:
        return None
    value = param.default if value is None else value
    return "missing" if values.empty(param, value) else None


def _exits(node: str, given: Any, problems: list[Problem]) -> dict[str, str]:
    if not isinstance(given, Mapping):
        problems.append(Problem("flow.problem.wrong_type", node))
        return {}
    kept: dict[str, str] = {}
    for name, target in given.items():
        if target is None or target == "":
            continue
        if not isinstance(name, str) or not isinstance(target, str):
            problems.append(Problem("flow.problem.wrong_type", node, exit=str(name)[:40]))
        else:
            kept[name] = target
    return kept


def _place(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= FAR


def _too_much(data: Any) -> str | None:
    """Size and depth, without recursion. JSON has no cycles, so this ends."""
    size = count = 0
    left: list[tuple[Any, int]] = [(data, 1)]
    while left:
        value, depth = left.pop()
        count += 1
        if depth > MOST_DEPTH or count > MOST_VALUES:
            return "too_big"
        if isinstance(value, str):
            size += len(value)
        elif isinstance(value, Mapping):
            left += [(v, depth + 1) for v in value.values()]
            size += sum(len(k) if isinstance(k, str) else 1 for k in value)
        elif isinstance(value, list):
            left += [(v, depth + 1) for v in value]
        if size > MOST_BYTES:
            return "too_big"
    return None
