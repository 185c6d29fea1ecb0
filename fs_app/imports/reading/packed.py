"""A spreadsheet's parts before anybody unpacks them into memory: how large, how wide, protected, damaged.

The library that reads spreadsheets takes all memory that a file asks for: two cells at the corners of a sheet
make a table of 17 milliards between them. So the parts are gone through first, as a stream.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from fs_app.imports.reading.limits import MB, MOST_COLUMNS, MOST_PACKING, MOST_SHEET_CELLS, MOST_UNPACKED
from fs_app.imports.reading.words import Unreadable

PIECE = MB
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,20})(\d{1,20})["']""")
"""Of a cell or a row, whatever else is in its tag."""

_COUNT = re.compile(rb"""ount\s*=\s*["'](\d+)["']""")
"""How many texts follow; the library makes room for them at once."""

_REPEATED = re.compile(rb"<table:(table-row|table-cell|covered-table-cell)\b([^>]*?)(/?)>|</table:table-row>")
_TIMES = re.compile(rb'table:number-(?:columns|rows)-repeated="(\d{1,18})"')
_BAD = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError, KeyError)
"""KeyError: a part that each such file has is not there, or has another name."""


def look_at(path: Path, kind: str) -> None:
    """Raises Unreadable when the file can't or must not be read."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            if any(part.flag_bits & 1 for part in parts):
                raise Unreadable("password")
            _weigh(parts, path.stat().st_size)
            if kind == "xlsx":
                for part in parts:
                    if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                        _look_at_sheet(packed, part)
                    elif part.filename.startswith("xl/") and not part.filename.startswith("xl/media/"):
                        _drained(packed, part)
            elif kind == "ods":
                _look_at_ods(packed)
    except Unreadable:
        raise
    except RuntimeError as error:
        raise Unreadable("password" if "password" in str(error) else "broken_sheet") from error
    except _BAD as error:
        is_cut = isinstance(error, zipfile.BadZipFile) and "CRC" not in str(error)
        raise Unreadable("cut_off" if is_cut else "broken_sheet") from error


def _weigh(parts: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    if unpacked > 20 * MB and unpacked > MOST_PACKING * max(size, 1):
        raise Unreadable("bomb")
    if unpacked > MOST_UNPACKED:
        raise Unreadable("too_large", megabytes=MOST_UNPACKED // MB)


def _drained(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Its size and its checksum are what the archive says, and it does not count more than it can hold."""
    for piece in _whole_tags(packed, part.filename):
        if any(len(count) > 12 or int(count) > part.file_size for count in _COUNT.findall(piece)):
            raise Unreadable("broken_sheet")


def _look_at_sheet(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Cells are counted with the empty ones between them: that is how they lie in memory."""
    left, right, top, bottom = 10**9, -1, 10**9, -1
    for piece in _whole_tags(packed, part.filename):
        columns, lines = set(), set()
        for letters, line in _PLACE.findall(piece):
            columns.add(letters)
            lines.add(line)
        numbers = [_column(letters) for letters in columns if letters]
        rows = [int(line) for line in lines]
        if numbers:
            left, right = min(left, *numbers), max(right, *numbers)
        if rows:
            top, bottom = min(top, *rows), max(bottom, *rows)
    if right < 0 or bottom < 0:
        return
    _judge(right - left + 1, bottom)


def _judge(columns: int, rows: int) -> None:
    if columns * rows > MOST_SHEET_CELLS:
        raise Unreadable("too_many_cells", cells=MOST_SHEET_CELLS)
    if columns > MOST_COLUMNS:
        raise Unreadable("too_wide", columns=MOST_COLUMNS)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _look_at_ods(packed: zipfile.ZipFile) -> None:
    for piece in _whole_tags(packed, "META-INF/manifest.xml", Whole()):
        if b"manifest:encryption-data" in piece:
            raise Unreadable("password")
    widest, rows, row_times, width, filled = 0, 0, 1, 0, 0
    waiting = 0
    for piece in _whole_tags(packed, "content.xml", Whole()):
        for found in _REPEATED.finditer(piece):
            name, attributes, empty = found.group(1), found.group(2) or b"", found.group(3)
            times = _times(attributes)
            if name == b"table-row":
                row_times, width, filled = times, 0, 0
            elif name is not None:
                width += times
                if not empty or b"office:value" in attributes:
                    filled = width
            if name is None and filled:
                rows += waiting + row_times
                waiting = 0
                widest = max(widest, filled)
                _judge(widest, rows)
            elif name is None or (name == b"table-row" and empty):
                waiting += row_times


def _times(attributes: bytes) -> int:
    found = _TIMES.search(attributes)
    return int(found.group(1)) if found else 1


class Whole:
    """Whether XML is whole: with a tag that nothing closes the library waits for ever at the end of an ODS."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, piece: bytes, is_last: bool) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise Unreadable("broken_sheet") from error

    @staticmethod
    def _refuse(*_: object) -> None:
        """Entities of one's own: no spreadsheet has them, but files that were made to do harm."""
        raise Unreadable("broken_sheet")


def _whole_tags(packed: zipfile.ZipFile, part: str, whole: Whole | None = None) -> Iterator[bytes]:
    """Pieces that end with a whole tag."""
    rest, total = b"", 0
    with packed.open(part) as stream:
        while piece := stream.read(PIECE):
            total += len(piece)
            if total > MOST_UNPACKED:
                raise Unreadable("too_large", megabytes=MOST_UNPACKED // MB)
            if whole is not None:
                whole.feed(piece, False)
            piece = rest + piece
            end = piece.rfind(b">") + 1
            if not end and len(piece) > 8 * PIECE:
                raise Unreadable("broken_sheet")
            yield piece[:end]
            rest = piece[end:]
    if whole is not None:
        whole.feed(b"", True)
