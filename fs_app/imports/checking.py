"""The dry run: the file is read to its end, every line gets its verdict, nothing is written.

The first lines are kept in full with their verdicts.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fs_app.imports.counting import Counts
from fs_app.imports.deciding import Asked, Decider, Decision
from fs_app.imports.prepare import Line, Preparer
from fs_app.imports.reasons import Refusal
from fs_app.imports.seen import Seen

Json = dict[str, Any]
SHOWN = 100
BATCH = 500
SAID_S = 0.25
LONGEST_CELL = 300


class Check:
    def __init__(
        self,
        rows: Iterator[list[str]],
        preparer: Preparer,
        decider: Decider,
        has_list: bool,
        has_file: bool,
        say: Callable[[Json], None],
        alive: Callable[[], bool],
    ) -> None:
        self._rows = rows
        self._preparer, self._decider = preparer, decider
        self._has_list, self._has_file = has_list, has_file
        self._say, self._alive = say, alive
        self._counts = Counts()
        self._lines: list[Json] = []
        self._said = 0.0

    def run(self, total: int) -> Json:
        """{counts, lines}; None of it when nobody waits for it any more."""
        batch: list[tuple[int, Sequence[str], Line | Refusal]] = []
        keys: set[tuple[int, Any]] = set()
        for at, cells in enumerate(self._rows, 1):
            prepared = self._preparer.line(at, cells)
            if isinstance(prepared, Line):
                own = {(place, key) for place, key in enumerate(prepared.keys) if key is not None}
                if own & keys:
                    self._judge(batch)
                    keys.clear()
                keys |= own
            batch.append((at, cells, prepared))
            if len(batch) >= BATCH:
                self._judge(batch)
                keys.clear()
                if time.monotonic() - self._said > SAID_S:
                    self._said = time.monotonic()
                    counts = self._counts.as_json()
                    self._say({"done": at, "total": max(total, at), "phase": "checking", "counts": counts})
                if not self._alive():
                    break
        self._judge(batch)
        return {"counts": self._counts.as_json(), "lines": self._lines}

    def _judge(self, batch: list[tuple[int, Sequence[str], Line | Refusal]]) -> None:
        lines = [what for _, _, what in batch if isinstance(what, Line)]
        decided = (answer for answers in self._decider.in_rounds(lines) for _, answer in answers)
        outcomes: Counter[str] = Counter()
        for at, cells, what in batch:
            verdict: Refusal | Decision = what if isinstance(what, Refusal) else next(decided)
            outcomes[verdict.outcome] += 1
            if isinstance(verdict, Decision):
                self._count(verdict, outcomes)
            if len(self._lines) < SHOWN:
                self._lines.append(_shown(at, cells, verdict))
        self._counts.add(outcomes)
        batch.clear()

    def _count(self, decision: Decision, outcomes: Counter[str]) -> None:
        outcomes["blacklisted"] += decision.blocked
        if self._has_list:
            outcomes["records"] += decision.record
            outcomes["list_filtered"] += not decision.record
        if self._has_file:
            outcomes["rows"] += decision.record
        outcomes["values_dropped"] += len(decision.line.dropped)


class Remembering:
    """`known`, and beside it the lines that the import would have made contacts of: with `in_file` off a later line
    meets them."""

    NEW = -1

    def __init__(self, known: Asked, by: Sequence[str]) -> None:
        self._known = known
        self._seen = [Seen() for _ in by]
        self._listed: set[int] = set()

    def contacts(self, lines: Sequence[Line]) -> list[int | None]:
        found = self._known.contacts(lines)
        for at, line in enumerate(lines):
            for seen, key in zip(self._seen, line.keys, strict=True):
                if key is None:
                    continue
                if found[at] is None and seen.known(key):
                    found[at] = self.NEW
                if not seen.known(key):
                    seen.add(key)
        return found

    def on_list(self, contacts: Sequence[int]) -> set[int]:
        """Who is new to this file came onto the list with it."""
        there = [contact for contact in contacts if contact != self.NEW]
        return self._known.on_list(there) | self._listed.intersection(there) | {self.NEW}

    def came(self, contact: int) -> None:
        self._listed.add(contact)


def _shown(at: int, cells: Sequence[str], verdict: Refusal | Decision) -> Json:
    shown: Json = {"line": at, "cells": [cell[:LONGEST_CELL] for cell in cells], "outcome": verdict.outcome}
    if isinstance(verdict, Refusal):
        return {**shown, "key": verdict.key, "params": verdict.params}
    line = verdict.line
    numbers = [
        {"number": n.number, "kind": n.kind, "sort": n.sort, "country": n.country, "zone": n.zone}
        for n in line.numbers
    ]
    return {
        **shown,
        "key": f"imports.outcome.{verdict.outcome}",
        "params": {},
        "contact": verdict.contact if verdict.contact and verdict.contact > 0 else None,
        "record": verdict.record,
        "blacklisted": verdict.blocked,
        "values": {**line.texts, **{f"custom.{name}": value for name, value in line.custom.items()}},
        "numbers": numbers,
        "memo": line.memo,
        "due_at": line.due_at,
        "dropped": line.dropped,
    }
