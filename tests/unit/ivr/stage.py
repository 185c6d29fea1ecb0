"""Flows, an account and a caller, for the tests of voice menus: all in memory, all plain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fs_app.ivr import words
from fs_app.ivr.engine import Engine
from fs_app.ivr.graph import Graph, read
from fs_app.ivr.run import Change, Run, dump, evolve, load, started
from fs_app.ivr.spec import ParamKind, shipped_name, sound_id
from fs_app.ivr.validation import validate

CATALOGUE = Path(__file__).resolve().parents[3] / "sounds" / "catalogue.json"
SHIPPED = json.loads(CATALOGUE.read_text(encoding="utf-8"))
FR_EN_ES = frozenset({"fr", "en", "es"})


def node(name: str, kind: str, exits: dict[str, str] | None = None, **params: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": kind,
        "label": name.title(),
        "x": 0,
        "y": 0,
        "params": params,
        "exits": exits or {},
    }


def flow(*nodes: dict[str, Any], start: str = "") -> dict[str, Any]:
    return {"format": 1, "start": start or nodes[0]["id"], "nodes": list(nodes)}


BYE = node("bye", "hangup")
SAYS = {"prompts": ["shipped:greeting"]}


@dataclass
class Account:
    """Has every queue, agent … with an id below 100, sounds 1 (in each language), 2 (French only) and 3 (a jingle)."""

    flows: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    gone: set[tuple[ParamKind, int]] = field(default_factory=set)

    def prompt(self, prompt: str) -> frozenset[str] | None:
        sound = sound_id(prompt)
        if sound is not None:
            return {1: FR_EN_ES, 2: frozenset({"fr"}), 3: frozenset({"*"})}.get(sound)
        texts = SHIPPED.get(shipped_name(prompt) or "")
        return frozenset(texts) if texts else None

    def exists(self, kind: ParamKind, number: int) -> bool:
        if kind is ParamKind.FLOW:
            return number in self.flows
        return number < 100 and (kind, number) not in self.gone

    def flow(self, number: int) -> Mapping[str, Any] | None:
        return self.flows.get(number)

    def wrong(self, graph: Any, flow: int | None = None, language: str = "fr") -> list[str]:
        """What is wrong, as `key node/param>exit`; warnings in brackets."""
        found = []
        for p in validate(graph, self, language, flow):
            text = p.key.removeprefix("flow.problem.")
            text += f" {p.node}" if p.node else ""
            text += f"/{p.param}" if p.param else ""
            text += f">{p.exit}" if p.exit else ""
            found.append(text if p.level == "error" else f"({text})")
        return found


@dataclass(frozen=True)
class Version:
    flow: int
    number: int
    name: str
    graph: Graph


class Published:
    """Flows from their JSON, all in version 1."""

    def __init__(self, flows: Mapping[int, Any]) -> None:
        self._flows = {n: Version(n, 1, f"flow {n}", read(data)[0]) for n, data in flows.items()}

    def published(self, flow: int) -> Version | None:
        return self._flows.get(flow)

    def version(self, flow: int, number: int) -> Version | None:
        return self._flows.get(flow) if number == 1 else None


class Files:
    """Every prompt has a file in every language, but for those that are `missing`."""

    def __init__(self, missing: set[str] | None = None) -> None:
        self.missing = missing or set()

    def file(self, prompt: str, language: str) -> str | None:
        if prompt in self.missing:
            return None
        kind, _, name = prompt.partition(":")
        return f"{language}/{name}.wav" if kind == "shipped" else f"library/{name}-{language}.wav"


class Line:
    """A caller in a flow: what he hears, what is waited for, what has been journalled."""

    def __init__(
        self,
        *graphs: Any,
        variables: dict[str, str] | None = None,
        language: str = "fr",
        files: Files | None = None,
    ) -> None:
        """The first graph is flow 1, the next one flow 2 …"""
        self.engine = Engine(Published(dict(enumerate(graphs, 1))), files or Files())
        self.begun = {
            "flow": 1,
            "version": 1,
            "name": "flow 1",
            "language": language,
            "variables": variables or {},
        }
        self.run = started(self.begun)
        self.journal: list[Change] = []
        self.intents: list[words.Intent] = []
        self.hears: tuple[str, ...] = ()
        self.seconds = 0.0
        self.asked: Any = None
        self.sent: list[words.Intent] = []
        self.hung_up = False
        self.tell(words.Entered())

    def tell(self, event: words.Event) -> Line:
        before = dump(self.run)
        changes, self.intents = self.engine.tell(self.run, event)
        assert dump(self.run) == before, "the engine reads the run and never writes it"
        for kind, data in changes:
            plain = json.loads(json.dumps(data))
            self.journal.append((kind, plain))
            evolve(self.run, kind, plain)
        for intent in self.intents:
            match intent:
                case words.Speak(files=files):
                    self.hears = files
                case words.Hush():
                    self.hears = ()
                case words.Timer(seconds=seconds):
                    self.seconds = seconds
                case words.SurveyAnswer() | words.SendMessage():
                    self.sent.append(intent)
                case words.HangUp():
                    self.hung_up = True
                case _:
                    self.asked = intent
        if not self.run.sound:
            self.hears = ()
        return self

    # --- what happens ---------------------------------------------------------------------------------------
    def key(self, *digits: str) -> Line:
        for digit in digits:
            self.tell(words.Key(digit))
        return self

    def heard(self) -> Line:
        return self.tell(words.SoundOver(self.run.sound))

    def time_up(self) -> Line:
        return self.tell(words.TimeUp(self.run.timer))

    def silence(self) -> Line:
        """He hears it to its end and does nothing."""
        if self.run.sound:
            self.heard()
        return self.time_up() if self.run.timer else self

    def answered(self, value: Any) -> Line:
        return self.tell(words.Answered(self.run.asked, value))

    def outcome(self, name: str) -> Line:
        return self.tell(words.Outcome(self.run.asked, name))

    def failed(self, why: str = "gone") -> Line:
        return self.tell(words.Failed(self.run.asked, why))

    def restart(self) -> Line:
        """The program dies and comes back: what is left is the journal."""
        self.run = self.replayed()
        return self.tell(words.Entered())

    # --- what one sees --------------------------------------------------------------------------------------
    def replayed(self) -> Run:
        run = started(self.begun)
        for kind, data in self.journal:
            evolve(run, kind, data)
        return load(json.loads(json.dumps(dump(run))))

    @property
    def at(self) -> str:
        return self.run.node

    @property
    def exits(self) -> list[str]:
        """By which exits he came, as `node>exit`."""
        return [f"{d['node']}>{d['exit']}" for kind, d in self.journal if kind == "flow.exit"]

    def said(self, *names: str) -> bool:
        """Whether exactly these files are being said now."""
        return self.hears == tuple(f"{name}.wav" for name in names)
