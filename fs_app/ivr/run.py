"""Where a caller is in a flow: a fold over journal data.

The engine returns changes, pairs of a journal kind and plain data; `evolve` applies them, live and in replay alike.

| kind | data |
| --- | --- |
| flow.started | flow, version, name, language, variables, token (ids begin after it) |
| flow.node | node, kind, label: he entered this node |
| flow.exit | node, exit, why: he left it by this exit ("" when he hung up or the flow ended there) |
| flow.set | name, value, secret (true: pages show dots) |
| flow.language | language |
| flow.sub | node, flow, version, name: into another flow; its end comes back to the node |
| flow.back | flow, version, node: back in the flow that called |
| flow.state | state (the node's own), sound, timer, asked, token, keys, habit: what the run waits for |
| flow.answer | node, question, value, label: a survey's answer |
| flow.over | why: queue, hung_up (we ended it), caller (he did) |
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

Change = tuple[str, dict[str, Any]]
"""A journal kind and its data."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The flow that called the one under way, and the node that did."""

    flow: int
    version: int
    name: str
    node: str


@dataclass(slots=True)
class Run:
    """`since` (UTC ms) is when the node was entered. `state` is the node's own: flat, plain values. `sound`, `timer`
    and `asked` are the ids of what is under way (0: nothing), `token` the last id that was given. `keys` were pressed
    and not used yet; `habit` is a key that is not used if it is the next one (a # after the last digit that was
    needed). `visits` counts nodes, `silent` those since the caller last did something. `over` says why the flow
    ended; empty while it goes on."""

    flow: int
    version: int
    name: str = ""
    language: str = "fr"
    node: str = ""
    since: int = 0
    variables: dict[str, str] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    state: dict[str, Any] = field(default_factory=dict)
    sound: int = 0
    timer: int = 0
    asked: int = 0
    token: int = 0
    keys: str = ""
    habit: str = ""
    back: list[Caller] = field(default_factory=list)
    visits: int = 0
    silent: int = 0
    over: str = ""


def started(data: dict[str, Any], at: int = 0) -> Run:
    """The run that a `flow.started` entry begins."""
    run = Run(data["flow"], data["version"], data.get("name", ""), data.get("language", "fr"), since=at)
    run.variables = dict(data.get("variables", {}))
    run.variables["call_language"] = run.language
    run.token = data.get("token", 0)
    return run


def evolve(run: Run, kind: str, data: dict[str, Any], at: int = 0) -> None:
    """Apply one change. `at` is the entry's time (UTC ms)."""
    match kind:
        case "flow.node":
            run.node, run.since = data["node"], at
            _at_rest(run)
            run.visits += 1
            run.silent += 1
        case "flow.exit":
            _at_rest(run)
        case "flow.set":
            run.variables[data["name"]] = data["value"]
            if data.get("secret"):
                run.secrets.add(data["name"])
            else:
                run.secrets.discard(data["name"])
        case "flow.language":
            run.language = run.variables["call_language"] = data["language"]
        case "flow.sub":
            run.back.append(Caller(run.flow, run.version, run.name, data["node"]))
            run.flow, run.version, run.name = data["flow"], data["version"], data.get("name", "")
        case "flow.back":
            caller = run.back.pop()
            run.flow, run.version, run.name, run.node = caller.flow, caller.version, caller.name, caller.node
        case "flow.state":
            run.state = dict(data.get("state", {}))
            run.sound, run.timer, run.asked = data.get("sound", 0), data.get("timer", 0), data.get("asked", 0)
            run.token, run.keys = data.get("token", run.token), data.get("keys", "")
            run.habit = data.get("habit", "")
            if data.get("heard"):
                run.silent = 0
        case "flow.over":
            run.over = data["why"]
            _at_rest(run)
        case _:
            pass


def copied(run: Run) -> Run:
    """One that shares nothing which can change. (`copy.deepcopy` takes ten times as long.)"""
    return replace(
        run,
        variables=dict(run.variables),
        secrets=set(run.secrets),
        state=dict(run.state),
        back=list(run.back),
    )


def _at_rest(run: Run) -> None:
    """Nothing is under way any more."""
    run.state = {}
    run.sound = run.timer = run.asked = 0


def dump(run: Run) -> dict[str, Any]:
    """For a checkpoint."""
    return {**asdict(run), "secrets": sorted(run.secrets)}


def load(data: dict[str, Any]) -> Run:
    """From a checkpoint."""
    back = [Caller(**caller) for caller in data.get("back", [])]
    return Run(**{**data, "back": back, "secrets": set(data.get("secrets", []))})
