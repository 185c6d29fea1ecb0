"""The import itself, in the child process: batches of lines, each in one short transaction.

In one transaction: the rows of a batch, how far the file is (`position`), the counts, and how long the file of refused
lines is. So whoever goes on after a death begins with the first line that has no rows. The transaction also proves that
the job is still this child's (`runner`): a child that was given up writes nothing more.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import peewee

from fs_app.db import proxy
from fs_app.imports.ahead import Item
from fs_app.imports.bulk import is_away, is_bad_data, look_again, transaction
from fs_app.imports.counting import Counts
from fs_app.imports.deciding import Decider, Decision
from fs_app.imports.model import ImportJob
from fs_app.imports.prepare import Line
from fs_app.imports.reasons import Refusal, refused
from fs_app.imports.refusedfile import RefusedFile
from fs_app.imports.writing import Writer

Json = dict[str, Any]
Say = Callable[[Json], None]

FEWEST, USUAL, MOST = 100, 300, 2_000
LOCK_S = 0.08
"""How long a transaction should hold SQLite's lock; batches grow and shrink towards it. The program's own writer waits
for it, and is the next one (`wish`)."""

SERVER_S, SERVER_MOST = 0.25, 4_000
"""The same on PostgreSQL, where nobody waits for a lock of ours."""

SAID_S = 0.25
LOOK_FIRST = 1_000
"""Lines after which PostgreSQL is told to look at the tables again; then each time that there are four times more."""

AWAY_S = 60.0
"""So long a database that is away is waited for."""


class NotOurs(Exception):
    """The job was cancelled, or given to another child."""


class Gone(Exception):
    """The list or the file into which the lines go is not there any more."""


class Importer:
    """`items`: the lines of the file (`ahead`). `position`: how many of them are finished already."""

    def __init__(
        self,
        job: int,
        runner: str,
        items: Iterator[Item],
        decider: Decider,
        writer: Writer,
        refused_file: RefusedFile,
        counts: Counts,
        position: int,
        total: int,
        say: Say,
        still_there: Callable[[], bool],
        alive: Callable[[], bool],
    ) -> None:
        self._job, self._runner = job, runner
        self._items = items
        self._decider, self._writer = decider, writer
        self._refused = refused_file
        self._counts = counts
        self._position = position
        self._total = total
        self._say = say
        self._still_there = still_there
        self._alive = alive
        self._size = USUAL
        is_sqlite = isinstance(proxy.obj, peewee.SqliteDatabase)
        self._aim, self._most = (LOCK_S, MOST) if is_sqlite else (SERVER_S, max(MOST, SERVER_MOST))
        self._look_at = LOOK_FIRST
        self._said = 0.0
        self._begin = time.monotonic()

    def run(self) -> Json:
        """To the end of the file; the counts. Raises NotOurs, Gone, and what the file or the database raises."""
        at = self._position
        batch: list[tuple[int, Sequence[str], Line | Refusal]] = []
        keys: set[tuple[int, Any]] = set()
        for at, cells, what in self._items:
            if what is None:
                self._tell(at, "rewinding")
                continue
            if isinstance(what, Line):
                own = {(place, key) for place, key in enumerate(what.keys) if key is not None}
                if own & keys:  # it must find what the line before it has made
                    self._flush(batch, at - 1)
                    keys.clear()
                keys |= own
            batch.append((at, cells, what))
            if len(batch) >= self._size:
                self._flush(batch, at)
                keys.clear()
        self._flush(batch, at)
        self._total = self._position
        self._end()
        return self._counts.as_json()

    def _flush(self, batch: list[tuple[int, Sequence[str], Line | Refusal]], position: int) -> None:
        if not batch:
            return
        lines = [what for _, _, what in batch if isinstance(what, Line)]
        outcomes: Counter[str] = Counter()
        told = []
        for _, cells, what in batch:
            if isinstance(what, Refusal):
                outcomes[what.outcome] += 1
                if what.outcome not in ("empty", "filtered"):
                    told.append((cells, what.key, what.params))
        begin = time.monotonic()
        self._write(lines, outcomes, told, position)
        took = time.monotonic() - begin
        if took > self._aim * 1.5:
            self._size = max(FEWEST, int(self._size * max(0.4, self._aim / took)))
        elif took < self._aim * 0.75 and len(batch) >= self._size:
            self._size = min(self._most, self._size + self._size // 4 + 1)
        if position >= self._look_at:
            self._look_at = position * 4
            look_again(proxy.obj)
        batch.clear()
        self._tell(position, "working")
        if not self._alive():
            raise NotOurs

    def _write(self, lines: list[Line], outcomes: Counter[str], told: list[Any], position: int) -> None:
        """One bad line never stops the file: what the database refuses is looked for, half by half."""
        for attempt in self._attempts():
            try:
                self._transaction([lines], Counter(outcomes), list(told), position)
            except Exception as error:
                self._refused.drop()
                if is_bad_data(error):
                    self._piece_by_piece(lines, outcomes, told, position)
                    return
                if not is_away(error):
                    raise
                attempt(error)
            else:
                return

    def _transaction(
        self, groups: Sequence[list[Line]], outcomes: Counter[str], told: list[Any], position: int
    ) -> None:
        with transaction(proxy.obj):
            if not self._still_there():
                raise Gone
            for lines in groups:
                done, refusals = self._lines(lines)
                outcomes += done
                told += refusals
            counts = self._counts.plus(outcomes)
            size = self._refused.add(told) if told else self._refused.size
            self._note(position, counts, size)
        self._counts = counts
        self._refused.keep(size)
        self._position = position

    def _lines(self, lines: list[Line]) -> tuple[Counter[str], list[Any]]:
        outcomes: Counter[str] = Counter()
        told = []
        for answers in self._decider.in_rounds(lines):
            decided = []
            for line, decision in answers:
                if isinstance(decision, Decision):
                    decided.append(decision)
                else:
                    outcomes[decision.outcome] += 1
                    told.append((line.cells, decision.key, decision.params))
            if decided:
                outcomes += self._writer.write(decided)
        return outcomes, told

    def _piece_by_piece(
        self, lines: list[Line], outcomes: Counter[str], told: list[Any], position: int
    ) -> None:
        bad = self._bad_of(lines)
        good = [line for line in lines if line.at not in bad]
        for line in lines:
            if line.at in bad:
                why = refused("failed")
                outcomes[why.outcome] += 1
                told.append((line.cells, why.key, why.params))
        self._transaction([good], outcomes, told, position)

    def _bad_of(self, lines: list[Line]) -> set[int]:
        """Lines that the database does not take; tried, and taken back."""
        if not lines:
            return set()
        try:
            with transaction(proxy.obj) as tried:
                self._lines(lines)
                tried.rollback()
        except Exception as error:
            if not is_bad_data(error):
                raise
            if len(lines) == 1:
                return {lines[0].at}
            half = len(lines) // 2
            return self._bad_of(lines[:half]) | self._bad_of(lines[half:])
        return set()

    def _attempts(self) -> Iterator[Callable[[Exception], None]]:
        """Again and again while the database is away, for a minute; `attempt(error)` waits, or raises it."""
        end = time.monotonic() + AWAY_S

        def attempt(error: Exception) -> None:
            if time.monotonic() > end:
                raise error
            time.sleep(1.0)
            if not isinstance(proxy.obj, peewee.SqliteDatabase):
                with suppress(peewee.PeeweeException):
                    proxy.obj.close()
                with suppress(peewee.PeeweeException):
                    proxy.obj.connect(reuse_if_open=True)

        while True:
            yield attempt

    def _note(self, position: int, counts: Counts, size: int) -> None:
        worked = round((time.monotonic() - self._begin) * 1000)
        self._begin += worked / 1000
        changed = (
            ImportJob.update(
                position=position,
                counts=counts.as_json(),
                refused_size=size,
                phase="working",
                worked_ms=ImportJob.worked_ms + worked,
            )
            .where(self._ours())
            .execute()
        )
        if not changed:
            raise NotOurs

    def _ours(self) -> Any:
        return (
            (ImportJob.id == self._job) & (ImportJob.runner == self._runner) & (ImportJob.state == "RUNNING")
        )

    def _end(self) -> None:
        with transaction(proxy.obj):
            changed = (
                ImportJob.update(
                    state="DONE",
                    runner="",
                    phase="",
                    total=self._total,
                    counts=self._counts.as_json(),
                    ended_at=round(time.time() * 1000),
                )
                .where(self._ours())
                .execute()
            )
            if not changed:
                raise NotOurs

    def _tell(self, done: int, phase: str) -> None:
        now = time.monotonic()
        if now - self._said >= SAID_S:
            self._said = now
            self._say(
                {
                    "done": done,
                    "total": max(self._total, done),
                    "phase": phase,
                    "counts": self._counts.as_json(),
                }
            )
