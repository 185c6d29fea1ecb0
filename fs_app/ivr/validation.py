"""May this flow meet callers? What the graph alone shows, and what needs to be known of the account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from fs_app.ivr import reach, template, values
from fs_app.ivr.graph import Graph, Node, Problem, read
from fs_app.ivr.spec import REFERENCES, ParamKind

MOST_FLOWS_DEEP = 8
"""Flows that may call each other in a row. The engine has the same limit."""

ALWAYS_SPOKEN = ("shipped:error",)
"""What a caller hears when an exit for an error leads nowhere."""


class World(Protocol):
    """What exists in the account."""

    def prompt(self, prompt: str) -> frozenset[str] | None:
        """The languages in which there is a file of `sound:<id>` or `shipped:<name>`; with "*" or "" among them it has
        no language (a jingle) and fits each. None: no such prompt."""
        ...

    def exists(self, kind: ParamKind, number: int) -> bool:
        """Whether there is such a queue, agent, flow …, in use. A flow exists when it has a published version."""
        ...

    def flow(self, number: int) -> Mapping[str, Any] | None:
        """The published graph (JSON) of another flow."""
        ...


def validate(data: Any, world: World, language: str, flow: int | None = None) -> list[Problem]:
    """Everything that is wrong with the JSON of a flow, errors first. `language` is the one that the flow begins in,
    `flow` its own id, if it has one already."""
    graph, problems = read(data)
    problems += _structure(graph)
    if graph.nodes:
        problems += _circles(graph, world)
        problems += _prompts(graph, world, _languages(graph, language))
        problems += _existing(graph, world)
        problems += _sub_flows(graph, world, flow)
        problems += _variables(graph)
    return sorted(_once(problems), key=lambda p: (p.level != "error", p.node is not None))


def _structure(graph: Graph) -> Iterator[Problem]:
    if graph.start not in graph.nodes:
        yield Problem("flow.problem.no_start")
    for node in graph.nodes.values():
        outs = node.outs
        for out in outs.values():
            if node.exits.get(out.name) is None and not out.optional:
                yield Problem("flow.problem.exit_open", node.id, exit=out.name)
        for name, target in node.exits.items():
            if name not in outs:
                yield Problem("flow.problem.unknown_exit", node.id, exit=name[:40], level="warning")
            elif target not in graph.nodes:
                yield Problem("flow.problem.exit_nowhere", node.id, exit=name)
    if graph.start in graph.nodes:
        for name in graph.nodes.keys() - reach.reachable(graph):
            yield Problem("flow.problem.unreachable", name)


def _circles(graph: Graph, world: World) -> Iterator[Problem]:
    hearing = {node.id for node in graph.nodes.values() if _hears(node, world)}
    for name in reach.endless(graph, hearing):
        yield Problem("flow.problem.endless", name)
    for name in reach.silent_loops(graph, hearing):
        yield Problem("flow.problem.silent_loop", name, level="warning")


def _hears(node: Node, world: World) -> bool:
    """Whether it, or a flow that it calls, waits for a key."""
    left, seen = [node], {0}
    while left:
        here = left.pop()
        if reach.hears(here):
            return True
        called = here.params.get("flow", 0) if here.kind == "subflow" else 0
        if called not in seen:
            seen.add(called)
            left += read(world.flow(called))[0].nodes.values()
    return False


def _languages(graph: Graph, language: str) -> list[str]:
    """Those that a caller may have chosen, that of the flow first."""
    found = [language]
    for node in graph.nodes.values():
        chosen = node.value("languages") if node.kind == "language" else None
        found += [lang for lang in chosen or () if lang not in found]
    return found


def _prompts(graph: Graph, world: World, languages: Iterable[str]) -> Iterator[Problem]:
    for node in graph.nodes.values():
        for param in node.spec.params:
            if param.kind is ParamKind.PROMPTS and param.asked(node.params, node.spec):
                for prompt in node.value(param.name) or ():
                    yield from _spoken(world, prompt, languages, node, param.name)
        for prompt, language in node.spec.implied(node.params):
            yield from _spoken(world, prompt, [language] if language else languages, node, None)
    for prompt in ALWAYS_SPOKEN:
        yield from _spoken(world, prompt, languages, None, None)


def _spoken(
    world: World, prompt: str, languages: Iterable[str], node: Node | None, param: str | None
) -> Iterator[Problem]:
    name = node.id if node is not None else None
    known = world.prompt(prompt)
    if known is None:
        yield Problem("flow.problem.prompt_unknown", name, param, detail={"prompt": prompt})
        return
    for language in languages:
        if language not in known and not known & {"*", ""}:
            detail = {"prompt": prompt, "language": language}
            yield Problem("flow.problem.prompt_language", name, param, detail=detail)


def _existing(graph: Graph, world: World) -> Iterator[Problem]:
    for node in graph.nodes.values():
        for param in node.spec.params:
            value = node.params.get(param.name)
            if (
                param.kind in REFERENCES
                and value is not None
                and param.asked(node.params, node.spec)
                and not world.exists(param.kind, value)
            ):
                yield Problem("flow.problem.gone", node.id, param.name)


def _sub_flows(graph: Graph, world: World, own: int | None) -> Iterator[Problem]:
    for node in graph.nodes.values():
        called = node.params.get("flow") if node.kind == "subflow" else None
        if called is None:
            continue
        found = _circle(called, world, own)
        if found:
            yield Problem(f"flow.problem.{found}", node.id, "flow")


def _circle(called: int, world: World, own: int | None) -> str | None:
    """Follow the calls: do they come back to us, or go round or too deep by themselves?"""
    graphs: dict[int, list[int]] = {}
    level, deep = {called}, 1
    while level:
        if own in level:
            return "flow_circle"
        if deep > MOST_FLOWS_DEEP:
            return "flow_deep"
        following = set()
        for flow in level:
            if flow not in graphs:
                graphs[flow] = called_by(world.flow(flow))
            following |= set(graphs[flow])
        level, deep = following, deep + 1
    return None


def called_by(data: Mapping[str, Any] | None) -> list[int]:
    """The flows that a graph calls."""
    graph, _ = read(data) if data is not None else (Graph("", {}), [])
    calls = (node.params.get("flow") for node in graph.nodes.values() if node.kind == "subflow")
    return [flow for flow in calls if flow is not None]


def _variables(graph: Graph) -> Iterator[Problem]:
    """A variable that is read and never set is a slip of the pen. Flows that call or are called share theirs."""
    if any(node.kind in ("subflow", "back") for node in graph.nodes.values()):
        return
    known = {name for node in graph.nodes.values() for name in _set_by(node)}
    for node in graph.nodes.values():
        for param in node.spec.params:
            if not param.asked(node.params, node.spec):
                continue
            for name in _read_by(param.kind, node.params.get(param.name)):
                if name not in known and not name.startswith(template.OURS):
                    detail = {"name": name}
                    yield Problem(
                        "flow.problem.never_set", node.id, param.name, level="warning", detail=detail
                    )


def _set_by(node: Node) -> Iterator[str]:
    for param in node.spec.params:
        value = node.value(param.name)
        if param.kind is ParamKind.VARIABLE and value:
            yield value
        elif param.kind in (ParamKind.ASSIGNMENTS, ParamKind.MAPPING):
            yield from (entry["variable"] for entry in value or ())


def _read_by(kind: ParamKind, value: Any) -> Iterator[str]:
    if kind is ParamKind.CONDITIONS:
        yield from (entry["variable"] for entry in value or ())
    for text in values.texts(value):
        yield from template.names(text)


def _once(problems: Iterable[Problem]) -> list[Problem]:
    seen: dict[tuple[Any, ...], Problem] = {}
    for p in problems:
        seen.setdefault((p.key, p.node, p.param, p.exit, str(p.detail)), p)
    return list(seen.values())
