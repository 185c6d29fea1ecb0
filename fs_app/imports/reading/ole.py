"""An old spreadsheet (XLS) before the library opens it: its chains of sectors end, its sheets are not too large.

The file is a little file system: a table names for each sector the one that follows. A damaged table leads in a
circle, and the library follows it until the memory is used up; so do sizes that are written in the records.
[MS-CFB], [MS-XLS].
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fs_app.imports.reading.limits import MB, MOST_COLUMNS, MOST_SHEET_CELLS
from fs_app.imports.reading.words import Unreadable

MOST_BYTES = 256 * MB
HEADER = 512
END = 0xFFFFFFFA
"""Numbers from here on are no sectors."""

ENTRY = 128
MINI = 64
STORAGE, STREAM, ROOT = 1, 2, 5

BOUNDS, STRINGS, DIMENSIONS, ROWS, LOCKED = 0x85, 0xFC, 0x200, 65_536, 0x2F
CELLS = frozenset((0x06, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x27E))
BEGIN, OVER = 0x809, 0x0A


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    kind: int
    start: int
    size: int


def look_at(path: Path) -> None:
    """Raises Unreadable when the file must not be opened."""
    if path.stat().st_size > MOST_BYTES:
        raise Unreadable("too_large", megabytes=MOST_BYTES // MB)
    try:
        names = _look(path.read_bytes())
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise Unreadable("broken_sheet") from error
    if "EncryptedPackage" in names:
        raise Unreadable("password")
    if "WordDocument" in names or "PowerPoint Document" in names:
        raise Unreadable("document")
    if not {"Workbook", "Book"} & names:
        raise Unreadable("broken_sheet")


def _look(content: bytes) -> set[str]:
    """The names of the streams, once nothing in the file is dangerous."""
    disk = _Disk(content)
    entries = disk.entries()
    for entry in entries:
        if entry.kind == STREAM and entry.name in ("Workbook", "Book"):
            _look_at_records(disk.content(entry))
    return {entry.name for entry in entries}


class _Disk:
    def __init__(self, content: bytes) -> None:
        shift, mini_shift = struct.unpack_from("<HH", content, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ValueError("sizes of sectors")
        self._content = content
        self._size = 1 << shift
        self._table = self._links(content)
        self._directory, first_small = struct.unpack_from("<I8xI", content, 48)
        self._small = array("I")
        for sector in self._chain(first_small, self._table):
            self._small.frombytes(self._sector(sector))
        self._mini = b""

    def entries(self) -> list[Entry]:
        found = []
        data = b"".join(self._sector(sector) for sector in self._chain(self._directory, self._table))
        for at in range(0, len(data) - ENTRY + 1, ENTRY):
            length, kind = struct.unpack_from("<HB", data, at + 64)
            start, size = struct.unpack_from("<II", data, at + 116)
            if kind not in (STORAGE, STREAM, ROOT):
                continue
            name = data[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
            found.append(Entry(name, kind, start, size))
        root = next((entry for entry in found if entry.kind == ROOT), None)
        if root is not None:
            self._mini = b"".join(self._sector(sector) for sector in self._chain(root.start, self._table))
        for entry in found:
            if entry.kind == STREAM:
                list(self._chain(entry.start, self._small if entry.size < 4096 else self._table))
                if entry.size > len(self._content):
                    raise ValueError("a stream larger than the file")
        return found

    def content(self, entry: Entry) -> bytes:
        if entry.size < 4096:
            parts = (self._mini[n * MINI : (n + 1) * MINI] for n in self._chain(entry.start, self._small))
        else:
            parts = (self._sector(n) for n in self._chain(entry.start, self._table))
        return b"".join(parts)[: entry.size]

    def _sector(self, number: int) -> bytes:
        at = self._size * (number + 1)
        return self._content[at : at + self._size]

    def _links(self, content: bytes) -> array[int]:
        sectors = [n for n in struct.unpack_from("<109I", content, 76) if n < END]
        more, seen = struct.unpack_from("<I", content, 68)[0], 0
        while more < END:
            numbers = array("I", self._sector(more))
            sectors += [n for n in numbers[:-1] if n < END]
            more, seen = numbers[-1], seen + 1
            if seen * self._size > len(content):
                raise ValueError("a circle in the table of tables")
        table = array("I")
        for sector in sectors:
            part = self._sector(sector)
            if len(part) % 4:
                raise ValueError("half a sector")
            table.frombytes(part)
        return table

    @staticmethod
    def _chain(start: int, table: array[int]) -> Iterator[int]:
        count = 0
        while start < END:
            yield start
            count += 1
            if count > len(table):
                raise ValueError("a circle of sectors")
            start = table[start]


def _look_at_records(stream: bytes) -> None:
    """Sizes that are written anywhere, and the places of the cells, sheet by sheet."""
    at, end = 0, len(stream)
    top, bottom, left, right = ROWS, -1, ROWS, -1
    while at + 4 <= end:
        kind, size = struct.unpack_from("<HH", stream, at)
        body = at + 4
        if kind in CELLS and size >= 4:
            line, column = struct.unpack_from("<HH", stream, body)
            last = column
            if kind in (0xBD, 0xBE) and size >= 6:
                last = struct.unpack_from("<H", stream, body + size - 2)[0]
            top, bottom = min(top, line), max(bottom, line)
            left, right = min(left, column), max(right, last, column)
        elif kind in (BEGIN, OVER):
            if bottom >= 0:
                _judge(bottom - top + 1, right - left + 1)
            top, bottom, left, right = ROWS, -1, ROWS, -1
        elif kind == DIMENSIONS and size >= 8:
            first, after, begin, stop = struct.unpack_from("<IIHH" if size >= 12 else "<HHHH", stream, body)
            if after < first or stop < begin:
                raise ValueError("a sheet that ends before it begins")
            _judge(after - first, stop - begin)
        elif kind == STRINGS and size >= 8:
            if struct.unpack_from("<I", stream, body + 4)[0] > end:
                raise ValueError("more texts than bytes")
        elif kind == LOCKED:
            raise Unreadable("password")
        at = body + size
    if bottom >= 0:
        _judge(bottom - top + 1, right - left + 1)


def _judge(rows: int, columns: int) -> None:
    if rows * columns > MOST_SHEET_CELLS * 5:
        raise Unreadable("too_many_cells", cells=MOST_SHEET_CELLS)
    if columns > MOST_COLUMNS:
        raise Unreadable("too_wide", columns=MOST_COLUMNS)
