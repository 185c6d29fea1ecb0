"""Where callers can come, and where they could go round for ever. Without recursion: a flow may be one long chain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from fs_app.ivr.graph import Graph, Node

SILENT_WAYS = ("no_input",)
"""Exits of a node that hears which a caller takes who does nothing."""


def reachable(graph: Graph) -> set[str]:
    """The nodes that a caller can come to."""
    found, left = {graph.start}, [graph.start]
    while left:
        node = graph.nodes[left.pop()]
        for name in node.outs:
            target = node.exits.get(name)
            if target in graph.nodes and target not in found:
                found.add(target)
                left.append(target)
    return found


def hears(node: Node) -> bool:
    """Whether the node itself waits for a key."""
    return node.spec.hears and not node.spec.deaf(node.params)


def endless(graph: Graph, hearing: Collection[str]) -> list[str]:
    """One node of each circle that needs no word of the caller. `hearing`: the nodes that do."""
    return [circle[0] for circle in _circles(_all_ways(graph, hearing, silent=False))]


def silent_loops(graph: Graph, hearing: Collection[str]) -> list[str]:
    """One node of each circle that a caller runs who is there and says nothing, but which a key would end."""
    known = {name for circle in _circles(_all_ways(graph, hearing, silent=False)) for name in circle}
    circles = _circles(_all_ways(graph, hearing, silent=True))
    return [circle[0] for circle in circles if not known & set(circle)]


def _all_ways(graph: Graph, hearing: Collection[str], silent: bool) -> dict[str, list[str]]:
    """For each node where the caller gets from there without a key."""
    return {node.id: list(_ways(graph, node, node.id in hearing, silent)) for node in graph.nodes.values()}


def _ways(graph: Graph, node: Node, hearing: bool, silent: bool) -> Iterator[str]:
    names: Iterable[str] = node.outs
    if hearing and not silent:
        names = ()
    elif hearing and node.spec.hears:
        names = SILENT_WAYS
    for name in names:
        target = node.leads(name)
        if target in graph.nodes:
            yield target


def _circles(ways: dict[str, list[str]]) -> list[list[str]]:
    """The strongly connected components with a circle in them (Tarjan's algorithm, as a loop), each in the order of
    the flow's nodes."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    place = {name: at for at, name in enumerate(ways)}
    for root in ways:
        if root in index:
            continue
        work = [(root, iter(ways[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            name, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(ways[target])))
                    break
                if target in on_stack:
                    low[name] = min(low[name], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == index[name]:
                    part: list[str] = []
                    while not part or part[-1] != name:
                        part.append(stack.pop())
                        on_stack.discard(part[-1])
                    if len(part) > 1 or name in ways[name]:
                        found.append(sorted(part, key=place.__getitem__))
    return sorted(found, key=lambda circle: place[circle[0]])
