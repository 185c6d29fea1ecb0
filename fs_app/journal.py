"""The append-only journal: what happened, one line each, before the database knows.

A line is `CRC32 JSON\\n`: 8 hexadecimal digits over the JSON's bytes. `append` is one `write(2)` into the page
cache: it survives the death of the program, and of the machine after the next `sync` (every 100 ms in a
thread). When the disk refuses (full, read-only) entries are held in memory, in order, and written when it
takes them again; nothing waits for it.

Files are `journal-<number of the first entry>.jsonl`. Each begins with a `checkpoint` entry that holds the
whole live state, so that a start reads one file; older files stay until they are projected and out of age.
"""

from __future__ import annotations

import itertools
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog

from fs_app import metrics
from fs_app.clock import Clock

log = structlog.get_logger(__name__)

ROTATE_BYTES = 32 * 1024 * 1024
CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `at` is UTC in ms; `call` and `agent` say whose it is, if anybody's."""

    id: int
    at: int
    kind: str
    account: int | None
    call: str | None
    agent: int | None
    data: dict[str, Any]

    def line(self) -> bytes:
        document = orjson.dumps(
            [self.id, self.at, self.kind, self.account, self.call, self.agent, self.data],
            default=str,
            option=orjson.OPT_NON_STR_KEYS,
        )
        return b"%08x " % zlib.crc32(document) + document + b"\n"


def parse(line: bytes) -> Entry | None:
    """A line of the journal; None when it is torn or damaged."""
    digest, _, document = line.rstrip(b"\n").partition(b" ")
    try:
        if int(digest, 16) != zlib.crc32(document):
            return None
        return Entry(*orjson.loads(document))
    except (ValueError, TypeError, orjson.JSONDecodeError):
        return None


class Journal:
    """The files of one folder. One process appends at a time (see `lock.py`)."""

    def __init__(self, folder: Path, clock: Clock, rotate_bytes: int = ROTATE_BYTES) -> None:
        self._folder = folder
        self._clock = clock
        self._rotate_bytes = rotate_bytes
        self._fd: int | None = None
        self._size = 0
        self._synced_size = 0
        self._held: deque[Entry] = deque()
        self.last_id = 0
        self.trouble = ""
        self.damaged = 0

    # --- reading --------------------------------------------------------------------------------------------
    def files(self) -> list[Path]:
        """The journal's files, oldest first."""
        return sorted(self._folder.glob("journal-*.jsonl"))

    def newest(self) -> Iterator[Entry]:
        """The entries to rebuild the live state from: the newest file that begins with a checkpoint, and on."""
        files = self.files()
        start = 0
        for i in range(len(files) - 1, -1, -1):
            first = next(self._entries(files[i]), None)
            if first is not None and first.kind == CHECKPOINT:
                start = i
                break
        for path in files[start:]:
            yield from self._entries(path)

    def after(self, position: int) -> Iterator[Entry]:
        """All entries with a number above `position`."""
        files = self.files()
        firsts = [int(p.stem.partition("-")[2]) for p in files]
        for i, path in enumerate(files):
            if i + 1 < len(files) and firsts[i + 1] <= position + 1:
                continue
            yield from (e for e in self._entries(path) if e.id > position)

    def _entries(self, path: Path) -> Iterator[Entry]:
        with path.open("rb") as file:
            for line in file:
                entry = parse(line)
                if entry is None:
                    self.damaged += 1
                    log.warning("damaged journal line", file=path.name, bytes=len(line))
                    continue
                yield entry

    # --- writing --------------------------------------------------------------------------------------------
    def open(self, last_id: int, state: dict[str, Any]) -> Entry:
        """Begin a new file with a checkpoint of the live state. Numbers go on after `last_id`."""
        self.last_id = max(self.last_id, last_id)
        return self._begin(state)

    def _begin(self, state: dict[str, Any]) -> Entry:
        self.last_id += 1
        entry = Entry(self.last_id, self._clock.now_ms(), CHECKPOINT, None, None, None, state)
        path = self._folder / f"journal-{entry.id:016d}.jsonl"
        try:
            self._open_file(path, entry)
        except OSError as error:
            self._fail(error)
            self._held.append(entry)
        return entry

    def _open_file(self, path: Path, first: Entry) -> None:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        old, self._fd, self._size = self._fd, fd, os.fstat(fd).st_size
        if old is not None:
            os.close(old)
        self._write(first.line())

    def append(
        self,
        kind: str,
        account: int | None = None,
        call: str | None = None,
        agent: int | None = None,
        data: dict[str, Any] | None = None,
        at: int | None = None,
    ) -> Entry:
        """Write one entry. Never yields, never raises: a refusing disk makes it wait in memory."""
        self.last_id += 1
        entry = Entry(
            self.last_id, self._clock.now_ms() if at is None else at, kind, account, call, agent, data or {}
        )
        if self._held:
            self._held.append(entry)
        else:
            try:
                self._write(entry.line())
            except OSError as error:
                self._fail(error)
                self._held.append(entry)
        metrics.JOURNAL_HELD.set(len(self._held))
        return entry

    def _write(self, line: bytes) -> None:
        if self._fd is None:
            raise OSError("the journal has no file")
        written = os.write(self._fd, line)
        if written != len(line):
            # A full disk takes a part: cut it off again, so that no torn line stands in the middle.
            os.ftruncate(self._fd, self._size)
            raise OSError(28, "the disk took only a part of the line")
        self._size += written
        self.trouble = ""

    def _fail(self, error: OSError) -> None:
        if not self.trouble:
            log.error("the journal can't be written", error=str(error))
        self.trouble = str(error)

    def retry_held(self) -> None:
        """Write what was held back, in order; call it now and then."""
        while self._held:
            entry = self._held[0]
            try:
                if self._fd is None or entry.kind == CHECKPOINT:
                    self._open_file(self._folder / f"journal-{entry.id:016d}.jsonl", entry)
                else:
                    self._write(entry.line())
            except OSError as error:
                self._fail(error)
                break
            self._held.popleft()
        metrics.JOURNAL_HELD.set(len(self._held))

    @property
    def held(self) -> int:
        """Entries that wait in memory for the disk."""
        return len(self._held)

    def held_entries(self) -> list[Entry]:
        """Those entries, in order."""
        return list(self._held)

    def rotate_if_due(self, state: Callable[[], dict[str, Any]]) -> Entry | None:
        """Begin a new file when this one is full; returns its checkpoint."""
        if self._size < self._rotate_bytes or self._held:
            return None
        return self._begin(state())

    def sync(self) -> None:
        """Bring what was written to the disk itself. Blocks: call it in a thread."""
        fd, size = self._fd, self._size
        if fd is None or size == self._synced_size:
            return
        try:
            copy = os.dup(fd)
        except OSError:
            return
        try:
            os.fdatasync(copy)
            self._synced_size = size
        except OSError as error:
            self._fail(error)
        finally:
            os.close(copy)

    def prune(self, projected: int, keep_days: int) -> int:
        """Remove files that are projected whole, older than `keep_days` and not the newest; returns how many."""
        files = self.files()
        limit = self._clock.now_ms() / 1000 - keep_days * 86400
        removed = 0
        for path, following in itertools.pairwise(files):
            if int(following.stem.partition("-")[2]) <= projected + 1 and following.stat().st_mtime < limit:
                path.unlink()
                removed += 1
        return removed

    def close(self) -> None:
        self.retry_held()
        if self._fd is not None:
            self.sync()
            os.close(self._fd)
            self._fd = None
