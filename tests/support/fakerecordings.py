"""The parts of the program that the pages of recordings ask, without calls: what was asked is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fs_app.agents.testcall import TestCall
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import NotFound
from fs_app.recordings.disposal import Disposal
from fs_app.tasks import Threads


class Recorder:
    """A live state that only remembers what was written down."""

    last_id = 0

    def __init__(self) -> None:
        self.calls: dict[str, Any] = {}
        self.told: list[tuple[str, dict[str, Any]]] = []

    def record(self, kind: str, **data: Any) -> None:
        self.told.append((kind, data))


class Steering:
    """`ways`: call → what a supervisor may do with its recording."""

    def __init__(self) -> None:
        self.ways: dict[str, list[str]] = {}
        self.asked: list[tuple[int, str, str, str]] = []

    def recording_ways(self, account: int, call: str) -> list[str]:
        return self.ways.get(call, [])

    def steer_recording(self, account: int, call: str, what: str, by: str) -> None:
        if call not in self.ways:
            raise NotFound(call)
        self.asked.append((account, call, what, by))


class NoTestCalls:
    """`results`: agent → what came of his test call."""

    def __init__(self) -> None:
        self.started: list[int] = []
        self.results: dict[int, TestCall] = {}

    def last(self, agent: int) -> TestCall | None:
        return self.results.get(agent)

    def start(self, agent: int) -> None:
        self.started.append(agent)

    def registered_since(self, user: str, domain: str) -> int | None:
        return 1_700_000_000_000


def disposal(db: Database, clock: Clock, folder: Path) -> Disposal:
    return Disposal(db, Recorder(), clock, Threads("disposal", 1), folder, lambda entry: None)  # type: ignore[arg-type]
