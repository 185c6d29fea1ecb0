"""What changed between two graphs of a flow: nodes that came, went, changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: label, kind, a parameter's name or an exit's; `place`: node, param or exit; None: there was nothing."""

    place: str
    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class NodeChange:
    id: str
    kind: str
    label: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    added: tuple[NodeChange, ...]
    removed: tuple[NodeChange, ...]
    changed: tuple[NodeChange, ...]
    start: tuple[str, str] | None  # labels of the first nodes, when it is another one

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.start)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """From `before` to `after`; where nodes stand on the canvas does not count."""
    old, new = _nodes(before), _nodes(after)
    changed = []
    for name, node in new.items():
        if name in old and (changes := _changes(old[name], node, old, new)):
            changed.append(NodeChange(name, node["kind"], _label(node), changes))
    starts = _name(old, before.get("start")), _name(new, after.get("start"))
    return Difference(
        tuple(NodeChange(n, node["kind"], _label(node), ()) for n, node in new.items() if n not in old),
        tuple(NodeChange(n, node["kind"], _label(node), ()) for n, node in old.items() if n not in new),
        tuple(changed),
        starts if before.get("start") != after.get("start") else None,
    )


def _changes(old: Any, new: Any, old_nodes: Any, new_nodes: Any) -> tuple[Change, ...]:
    found = [
        Change("node", what, old.get(what), new.get(what))
        for what in ("kind", "label")
        if old.get(what) != new.get(what)
    ]
    for what in _names(old, new, "params"):
        before, after = old.get("params", {}).get(what), new.get("params", {}).get(what)
        if before != after:
            found.append(Change("param", what, before, after))
    for what in _names(old, new, "exits"):
        before, after = old.get("exits", {}).get(what), new.get("exits", {}).get(what)
        if before != after:
            found.append(Change("exit", what, _name(old_nodes, before), _name(new_nodes, after)))
    return tuple(found)


def _names(old: Any, new: Any, part: str) -> list[str]:
    return list({**old.get(part, {}), **new.get(part, {})})


def _nodes(graph: Mapping[str, Any]) -> dict[str, Any]:
    return {node["id"]: node for node in graph.get("nodes", ())}


def _label(node: Any) -> str:
    return str(node.get("label") or "")


def _name(nodes: Mapping[str, Any], identifier: str | None) -> str:
    """What a person calls the node: its label, or its identifier."""
    node = nodes.get(identifier) if identifier else None
    return (_label(node) or str(identifier)) if node else ""
