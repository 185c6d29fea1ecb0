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
import sys
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import structlog
from gevent.monkey import get_original

from fs_app import metrics
from fs_app.clock import Clock

log = structlog.get_logger(__name__)

ROTATE_BYTES = 32 * 1024 * 1024
CHECKPOINT = "checkpoint"

RETRY_AT_ONCE = 2000
"""Held entries written in one go: some 20 ms, the loop must not stand still when a disk has room again."""


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
        """Raises TypeError for data that JSON can't carry (half a surrogate pair, a number of 70 bits)."""
        document = orjson.dumps(
            [self.id, self.at, self.kind, self.account, self.call, self.agent, self.data],
            default=str,
            option=orjson.OPT_NON_STR_KEYS,
        )
        return b"%08x " % zlib.crc32(document) + document + b"\n"


def _carried(value: Any) -> Any:
    """The same value as far as JSON and the database can carry it."""
    if isinstance(value, dict):
        return {_carried(k): _carried(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_carried(v) for v in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value


def parse(line: bytes) -> Entry | None:
    """A line of the journal; None when it is torn or damaged."""
    digest, _, document = line.rstrip(b"\n").partition(b" ")
    try:
        if int(digest, 16) != zlib.crc32(document):
            return None
        return Entry(*orjson.loads(document))
    except (ValueError, TypeError, orjson.JSONDecodeError):
        return None


def _number(line: bytes) -> int:
    """The number in front of a line without a look at the rest; a huge one when there is none."""
    try:
        return int(line[10 : line.index(b",", 10)])
    except ValueError:
        return sys.maxsize


class Journal:
    """The files of one folder. One process appends at a time (see `lock.py`)."""

    def __init__(self, folder: Path, clock: Clock, rotate_bytes: int = ROTATE_BYTES) -> None:
        self._folder = folder
        self._clock = clock
        self._rotate_bytes = rotate_bytes
        self._fd: int | None = None
        self._size = 0
        self._retired: list[int] = []  # files that are full and not yet synced
        self._syncing = get_original("_thread", "allocate_lock")()  # between native threads
        self._held: deque[Entry] = deque()
        self._written_id = 0
        self.synced_id = 0
        """All entries up to this number are on the disk itself."""
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
            yield from (e for e in self._entries(path, position) if e.id > position)

    def _entries(self, path: Path, position: int = 0) -> Iterator[Entry]:
        with path.open("rb") as file:
            for line in file:
                if position and _number(line) <= position:
                    continue  # not read closer: a full file is 200,000 lines, and the loop waits meanwhile
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

    def begin(self, state: dict[str, Any]) -> Entry:
        """A new file now, whatever the size of this one. While the disk refuses it waits in memory, in order."""
        if not self._held:
            return self._begin(state)
        self.last_id += 1
        entry = Entry(self.last_id, self._clock.now_ms(), CHECKPOINT, None, None, None, state)
        self._held.append(entry)
        return entry

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
            self._retired.append(old)
        # A program that died while it began this very file may have left a torn line there.
        self._write(b"\n" + first.line() if self._size else first.line())
        self._written_id = first.id

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
        try:
            line = entry.line()
        except TypeError:
            entry = replace(entry, data=_carried(entry.data))
            line = entry.line()
        if self._held:
            self._held.append(entry)
        else:
            try:
                self._write(line)
                self._written_id = entry.id
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

    def retry_held(self, most: int = RETRY_AT_ONCE) -> None:
        """Write what was held back, in order, up to `most` entries; call it now and then."""
        for _ in range(min(most, len(self._held))):
            entry = self._held[0]
            try:
                if self._fd is None or entry.kind == CHECKPOINT:
                    self._open_file(self._folder / f"journal-{entry.id:016d}.jsonl", entry)
                else:
                    self._write(entry.line())
                    self._written_id = entry.id
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
        """Bring what was written to the disk itself, up to `synced_id`. Blocks: call it in a thread."""
        with self._syncing:
            written = self._written_id  # before the file is looked at: a new one may begin meanwhile
            if self._fd is None or written == self.synced_id:
                return
            try:
                copy = os.dup(self._fd)
            except OSError:
                return
            try:
                while self._retired:
                    os.fdatasync(self._retired[0])
                    os.close(self._retired.pop(0))
                os.fdatasync(copy)
                self.synced_id = max(self.synced_id, written)
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
            if int(following.stem.partition("-")[2]) <= projected + 1 and path.stat().st_mtime < limit:
                path.unlink()
                removed += 1
        return removed

    def close(self) -> None:
        self.retry_held(len(self._held))
        if self._fd is not None:
            self.sync()
            for fd in (*self._retired, self._fd):
                os.close(fd)
            self._retired.clear()
            self._fd = None
