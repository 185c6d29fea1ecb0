"""What kinds of nodes a flow may have: their parameters and their exits.

The editor's forms, the validation, the list of where something is used and the config file all derive from
`registry()`. Each kind has a file of its own under `nodes/`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fs_app.ivr.turn import Turn
    from fs_app.ivr.words import Event

LANGUAGES = ("fr", "en", "es")
"""Languages with shipped prompts and with speech for numbers, dates and amounts."""

DIGITS = "1234567890*#"
"""The keys of a telephone, in the order of a menu."""

MOST_NODES = 300
MOST_BYTES = 400_000
MOST_LABEL = 80
MOST_PROMPTS = 20
MOST_ENTRIES = 30
"""Conditions, assignments, headers, languages of one node."""


class ParamKind(StrEnum):
    """What a value means. The first block is checked by itself, the second names something of the account."""

    TEXT = "TEXT"  # one line without {{}}
    INTEGER = "INTEGER"  # from `least` to `most`
    FLAG = "FLAG"  # true or false
    CHOICE = "CHOICE"  # one of `choices`
    PROMPTS = "PROMPTS"  # ["sound:12", "shipped:greeting"]
    KEYS = "KEYS"  # {"1": "Sales"}: key of the telephone → label
    VARIABLE = "VARIABLE"  # name of a variable that may be set
    TEMPLATE = "TEMPLATE"  # text with {{variable}}
    PHONE = "PHONE"  # a telephone number, or a template of one
    URL = "URL"  # http(s) address; {{variable}} in path and query
    HEADERS = "HEADERS"  # [{"name": …, "value": template}]
    MAPPING = "MAPPING"  # [{"path": "$.a.b[0]", "variable": …}]
    LANGUAGES = "LANGUAGES"  # ["fr", "en"]
    CONDITIONS = "CONDITIONS"  # [{"variable": …, "test": one of conditions.TESTS, "value": template}]
    ASSIGNMENTS = "ASSIGNMENTS"  # [{"variable": …, "value": template}]

    QUEUE = "QUEUE"
    AGENT = "AGENT"
    FLOW = "FLOW"
    SCHEDULE = "SCHEDULE"
    HOLIDAYS = "HOLIDAYS"
    BOX = "BOX"  # voicemail box
    MESSAGE = "MESSAGE"  # message template


REFERENCES = (
    ParamKind.QUEUE,
    ParamKind.AGENT,
    ParamKind.FLOW,
    ParamKind.SCHEDULE,
    ParamKind.HOLIDAYS,
    ParamKind.BOX,
    ParamKind.MESSAGE,
)
"""Params whose value is the id of an object of the account."""

SHIPPED = re.compile(r"(?=.{1,60}$)[a-z0-9_]+(?:/[a-z0-9_]+)*", re.ASCII)

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Param:
    """One field of a node's form.

    `least` and `most` bound an INTEGER, the length of a text or the number of entries of a list. `when` ("to",
    "agent"): only asked for, and only required, when the CHOICE param `to` is `agent`.
    """

    name: str
    kind: ParamKind
    required: bool = False
    default: Any = None
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    when: tuple[str, str] | None = None

    def asked(self, params: Params, kind: NodeKind) -> bool:
        """Whether it counts, given the other params."""
        return self.when is None or kind.value(params, self.when[0]) == self.when[1]


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a node. One that is `optional` may have no target: then the caller goes out by `otherwise`, and
    when there is none of that name or no target either, he hears the error prompt and the call ends.

    `each` names a KEYS param: there is one exit for each of its keys, named by the key.
    """

    name: str
    optional: bool = False
    otherwise: str = ""
    each: str = ""


@dataclass(frozen=True, slots=True)
class NodeKind:
    """A kind of node. `group` sorts the palette, `icon` is one of Tabler's. `enter` begins the node, `tell` gives it
    an event. `hears`: it waits for the caller's keys, unless it is `deaf(params)`. `implied(params)` are the
    shipped prompts that it speaks besides those of its params, as (prompt, language or "" for the caller's)."""

    kind: str
    group: str
    icon: str
    params: tuple[Param, ...] = ()
    outs: tuple[Exit, ...] = ()
    enter: Callable[[Turn], None] = field(default=lambda turn: None, repr=False)
    tell: Callable[[Turn, Event], None] = field(default=lambda turn, event: None, repr=False)
    hears: bool = False
    deaf: Callable[[Params], bool] = field(default=lambda params: False, repr=False)
    implied: Callable[[Params], list[tuple[str, str]]] = field(default=lambda params: [], repr=False)

    def param(self, name: str) -> Param:
        return next(p for p in self.params if p.name == name)

    def value(self, params: Params, name: str) -> Any:
        """The value of a param, or its default."""
        found = params.get(name)
        return self.param(name).default if found is None else found

    def exits(self, params: Params) -> tuple[Exit, ...]:
        """The ways out of a node with these params, in the order of the form."""
        found: list[Exit] = []
        for out in self.outs:
            if not out.each:
                found.append(out)
                continue
            keys = self.value(params, out.each)
            keys = keys if isinstance(keys, dict) else {}
            found += [Exit(key, out.optional, out.otherwise) for key in DIGITS if key in keys]
        return tuple(found)


KINDS = (
    "play",
    "say",
    "menu",
    "collect",
    "language",
    "survey",
    "schedule",
    "holiday",
    "condition",
    "assign",
    "contact",
    "http",
    "queue",
    "transfer",
    "voicemail",
    "callback",
    "message",
    "subflow",
    "back",
    "hangup",
)
"""In the order of the palette. Each is a module of `fs_app.ivr.nodes` with its `KIND`."""


@cache
def registry() -> dict[str, NodeKind]:
    found = {name: import_module(f"fs_app.ivr.nodes.{name}").KIND for name in KINDS}
    assert all(kind.kind == name for name, kind in found.items())
    return found


def describe() -> dict[str, Any]:
    """The registry as JSON, for the editor. Texts are in the catalogues: `flow.kind.<kind>`, `flow.hint.<kind>`,
    `flow.group.<group>`, `flow.param.<name>`, `flow.exit.<name>` (a key of the telephone names itself) and
    `flow.choice.<value>`.

    An entry of `exits` with `each` stands for one exit per key of that param. `when` [param, value]: the field is
    shown only then.
    """
    from fs_app.ivr.conditions import TESTS

    return {
        "format": 1,
        "most_nodes": MOST_NODES,
        "languages": list(LANGUAGES),
        "digits": list(DIGITS),
        "tests": list(TESTS),
        "kinds": [_described(kind) for kind in registry().values()],
    }


def _described(kind: NodeKind) -> dict[str, Any]:
    return {
        "kind": kind.kind,
        "label": f"flow.kind.{kind.kind}",
        "hint": f"flow.hint.{kind.kind}",
        "group": kind.group,
        "group_label": f"flow.group.{kind.group}",
        "icon": kind.icon,
        "hears": kind.hears,
        "params": [
            {
                "name": p.name,
                "label": f"flow.param.{p.name}",
                "kind": str(p.kind),
                "required": p.required,
                "default": p.default,
                "least": p.least,
                "most": p.most,
                "choices": [{"value": c, "label": f"flow.choice.{c}"} for c in p.choices],
                "when": list(p.when) if p.when else None,
            }
            for p in kind.params
        ],
        "exits": [
            {
                "name": e.name,
                "label": f"flow.exit.{e.name}" if e.name else "",
                "optional": e.optional,
                "otherwise": e.otherwise,
                "each": e.each,
            }
            for e in kind.outs
        ],
    }


@dataclass(frozen=True, slots=True)
class Reference:
    """A node's param names an object of the account. Sounds count as kind PROMPTS."""

    node: str
    param: str
    kind: ParamKind
    id: int


def references(graph: Mapping[str, Any]) -> list[Reference]:
    """What a flow refers to, in the order of its nodes. `graph` is the JSON of a flow, also a wrong one: whatever is
    not understood refers to nothing."""
    return list(_references(graph))


def _references(graph: Mapping[str, Any]) -> Iterator[Reference]:
    nodes = graph.get("nodes") if isinstance(graph, Mapping) else None
    for node in nodes if isinstance(nodes, list) else ():
        if not isinstance(node, Mapping):
            continue
        kind = registry().get(str(node.get("kind")))
        params = node.get("params")
        if kind is None or not isinstance(params, Mapping):
            continue
        name = str(node.get("id", ""))
        for param in kind.params:
            value = params.get(param.name)
            if param.kind in REFERENCES and type(value) is int:
                yield Reference(name, param.name, param.kind, value)
            elif param.kind is ParamKind.PROMPTS and isinstance(value, list):
                for prompt in value:
                    sound = sound_id(prompt)
                    if sound is not None:
                        yield Reference(name, param.name, param.kind, sound)


def sound_id(prompt: Any) -> int | None:
    """The number of `sound:<id>`; None for anything else."""
    if not isinstance(prompt, str) or not prompt.startswith("sound:"):
        return None
    digits = prompt[6:]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def shipped_name(prompt: Any) -> str | None:
    """The name of `shipped:<name>`; None for anything else."""
    if not isinstance(prompt, str) or not prompt.startswith("shipped:"):
        return None
    return prompt[8:] if SHIPPED.fullmatch(prompt[8:]) else None
