"""Rows of delimited text, as a stream: some hundred thousand a second, a bounded part of the file in memory.

The file is read in pieces of whole lines. A piece whose records are one line each (nearly all of them) is read at
the speed of the csv module; any other is gone through record by record, because there a quote may be open that
nobody closes: it would swallow the lines up to the next quote, a million of them without a word. A record that
goes over lines which are whole records themselves, or over too many, has a stray quote; its first line is then
read as it stands.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fs_app.imports.reading.dialect import Dialect
from fs_app.imports.reading.encodings import decoder
from fs_app.imports.reading.limits import LINE_TOO_LONG, MOST_CELL
from fs_app.imports.reading.words import Told, Unreadable

PIECE = 256 * 1024
MOST_LINES = 500
"""Lines of one record: a letter that somebody pasted into a cell has fewer."""

MOST_CHARACTERS = 100_000
STRAYS_BELIEVED = 200
"""Stray quotes after which no record of several lines is believed any more."""

UNLIMITED = 2**31 - 1
_END = "\x00end\x00"
_CONTROLS = (
    b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f"
    b"\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f"
)
_WINDOWS = (
    b"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f"
    b"\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f"
)
"""Where cp1252 has other letters than Latin-1."""

_LITERAL = re.compile(r'="([^"]*)"')

Row = list[str]


class _Stray(Exception):
    """The quote that opened this record closes nothing."""


class _Open(Exception):
    """The record goes on behind this piece."""


def pieces(path: Path, dialect: Dialect, told: Told) -> Iterator[list[Row]]:
    """Every record, blank ones as `[]`, cells stripped. Raises Unreadable."""
    return _Pieces(path, dialect, told).read()


class _Pieces:
    def __init__(self, path: Path, dialect: Dialect, told: Told) -> None:
        self._path = path
        self._encoding = dialect.encoding
        self._delimiter = dialect.delimiter
        self._quote = dialect.quote
        self._told = told
        self._line = 0
        self._strays = 0
        self._usual = 0
        self._wide = dialect.encoding.startswith(("utf-16", "utf-32"))
        self._controls = bytes(c for c in _CONTROLS if chr(c) != dialect.delimiter)
        self._control = re.compile(f"[{re.escape(self._controls.decode('ascii'))}\ufeff]")
        delimiter = dialect.delimiter or _unused(dialect)
        self._form: dict[str, Any] = {
            "delimiter": delimiter,
            "quotechar": dialect.quote or None,
            "quoting": csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
            "escapechar": dialect.escape or None,
            "doublequote": True,
            "skipinitialspace": False,
            "strict": False,
        }
        self._bare = {**self._form, "quotechar": None, "quoting": csv.QUOTE_NONE}

    def read(self) -> Iterator[list[Row]]:
        text = ""
        for more, last in self._texts():
            text += more
            end = len(text) if last else _whole_lines(text)
            if not end:
                if len(text) > LINE_TOO_LONG:
                    raise Unreadable("line_too_long", megabytes=LINE_TOO_LONG // 1024**2)
                continue
            whole, text = text[:end], text[end:]
            rows, rest = self._parsed(whole, last)
            text = rest + text
            if rows:
                yield rows

    def _texts(self) -> Iterator[tuple[str, bool]]:
        """(text, whether it is the last one), without marks and control characters."""
        letters = decoder(self._encoding)
        first = True
        with self._path.open("rb") as file:
            raw = file.read(PIECE)
            while True:
                after = file.read(PIECE) if raw else b""
                if not self._wide:
                    raw = raw.translate(None, self._controls)
                if self._encoding == "cp1252" and len(raw.translate(None, _WINDOWS)) == len(raw):
                    text = raw.decode("latin-1")  # the same letters, ten times faster
                else:
                    text = letters.decode(raw, not after)
                if first:
                    text, first = text.removeprefix("\ufeff"), False
                if self._wide or "\ufeff" in text:
                    text = self._control.sub("", text)
                yield text, not after
                if not after:
                    return
                raw = after

    def _parsed(self, text: str, last: bool) -> tuple[list[Row], str]:
        """The rows, and the beginning of a record that goes on."""
        before = csv.field_size_limit(UNLIMITED)
        try:
            rows, rest = self._quickly(text), ""
            if rows is None:
                rows, rest = self._carefully(text, last)
        finally:
            csv.field_size_limit(before)
        if not self._usual and rows:
            self._usual = _most_common(rows)
        if "=" in text and '="' in text:
            rows = [[_unwrapped(c) if c.startswith('="') else c for c in row] for row in rows]
        return rows, rest

    def _quickly(self, text: str) -> list[Row] | None:
        """None when a record is not exactly one line, or the last one is open."""
        reader = csv.reader(_with_end(text), **self._form)
        try:
            rows = [list(map(str.strip, row)) for row in reader]
        except csv.Error:
            return None
        if len(rows) != reader.line_num or rows.pop() != [_END]:
            return None
        if _has_long_line(text):
            self._cut(rows)
        self._line += len(rows)
        return rows

    def _cut(self, rows: list[Row]) -> None:
        for at, row in enumerate(rows):
            if row and len(max(row, key=len)) > MOST_CELL:
                self._told.add("too_long", self._line + at + 1)
                rows[at] = [cell[:MOST_CELL] for cell in row]

    def _carefully(self, text: str, last: bool) -> tuple[list[Row], str]:
        lines = list(io.StringIO(text, newline=""))
        usual = self._usual or _most_common(self._bare_rows(lines[:100]))
        rows: list[Row] = []
        start = 0
        while start < len(lines):
            taken = start

            def fed(begun: list[int]) -> Iterator[str]:
                nonlocal taken
                record, size, wholes = begun[0], 0, 0
                while taken < len(lines):
                    if begun[0] != record:
                        record, size, wholes = begun[0], 0, 0
                    line = lines[taken]
                    if taken > record:
                        size += len(line)
                        wholes += self._is_whole(line, usual)
                        self._judge(lines[record], taken - record, size, wholes, usual)
                    taken += 1
                    yield line
                if not last:
                    raise _Open

            begun = [start]
            reader = csv.reader(fed(begun), **self._form)
            try:
                for row in reader:
                    if taken - begun[0] == 1:
                        cells = list(map(str.strip, row))
                    else:
                        cells = [_one_kind_of_break(cell).strip() for cell in row]
                    if cells and len(max(cells, key=len)) > MOST_CELL:
                        self._told.add("too_long", self._line + begun[0] + 1)
                        cells = [cell[:MOST_CELL] for cell in cells]
                    if taken - begun[0] > 1 and not self._is_strict(lines[begun[0] : taken]):
                        raise _Stray
                    if taken == len(lines) and last and self._is_open(lines, begun[0]):
                        raise _Stray
                    rows.append(cells)
                    begun[0] = taken
            except _Open:
                self._line += begun[0]
                return rows, "".join(lines[begun[0] :])
            except (_Stray, csv.Error):
                rows.append(self._as_it_stands(lines[begun[0]], self._line + begun[0] + 1))
                start = begun[0] + 1
            else:
                start = len(lines)
        self._line += len(lines)
        return rows, ""

    def _judge(self, first: str, more: int, size: int, wholes: int, usual: int) -> None:
        """Raises _Stray when a record that goes on for `more` lines is none."""
        if more >= MOST_LINES or size > MOST_CHARACTERS or self._strays >= STRAYS_BELIEVED:
            raise _Stray
        if usual < 2 or not wholes or wholes * 2 < more:
            return
        if more < (3 if usual < 4 else 1):
            return
        if first.count(self._form["delimiter"]) >= usual - 1:
            raise _Stray

    def _is_whole(self, line: str, usual: int) -> bool:
        """Whether the line would be a record by itself."""
        if line.count(self._quote) % 2 and not line.startswith(self._quote):
            return False
        return line.count(self._form["delimiter"]) + 1 == usual

    def _is_strict(self, lines: list[str]) -> bool:
        """Whether each quote that closes stands before a delimiter; a stray one closes at the next one's opening."""
        try:
            return len(list(csv.reader(lines, **{**self._form, "strict": True}))) == 1
        except csv.Error as error:
            return "unexpected end" in str(error)

    def _is_open(self, lines: list[str], start: int) -> bool:
        """Whether the last record of the file ends within a quote: asked by one more line, which it would swallow."""
        if not self._quote:
            return False
        reader = csv.reader([*lines[start:], "\n", _END], **self._form)
        return list(reader)[-1] != [_END]

    def _as_it_stands(self, line: str, number: int) -> Row:
        self._strays += 1
        self._told.add("unbalanced", number)
        cells = self._bare_rows([line])[0] if line.strip() else []
        quote = self._quote
        found = []
        for cell in cells:
            if len(cell) > 1 and cell[0] == quote == cell[-1]:
                cell = cell[1:-1].replace(quote * 2, quote)
            elif cell.count(quote) == 1:
                cell = cell.strip(quote)
            found.append(cell.strip()[:MOST_CELL])
        return found

    def _bare_rows(self, lines: list[str]) -> list[Row]:
        return [list(map(str.strip, row)) for row in csv.reader(lines, **self._bare)]


def _has_long_line(text: str) -> bool:
    """Whether a line may be longer than the longest cell: then some stretch of half of it has no line break."""
    stretch = MOST_CELL // 2
    return any(text.find("\n", at, at + stretch) < 0 for at in range(0, len(text) - stretch, stretch))


def _with_end(text: str) -> io.StringIO:
    if text.endswith("\n"):
        return io.StringIO(text + _END, newline="")
    return io.StringIO(f"{text}\n{_END}", newline="")


def _whole_lines(text: str) -> int:
    """Where the last line that is whole ends; 0 when none is. A return at the very end may be half a line break."""
    end = text.rfind("\n") + 1
    if end:
        return end
    return text.rfind("\r", 0, len(text) - 1) + 1


def _most_common(rows: list[Row]) -> int:
    """How many cells most rows have, of those with more than one."""
    counts: dict[int, int] = {}
    for row in rows[:200]:
        if len(row) > 1:
            counts[len(row)] = counts.get(len(row), 0) + 1
    return max(counts, key=lambda width: (counts[width], width)) if counts else 1


def _one_kind_of_break(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def _unwrapped(cell: str) -> str:
    """`="0612345678"` is how exports keep Excel from eating the zero: a text, written as the shortest formula."""
    found = _LITERAL.fullmatch(cell)
    return found.group(1).strip() if found else cell


def _unused(dialect: Dialect) -> str:
    """A delimiter that no text has, for a file of one column."""
    return next(c for c in "\x1f\x1e\x1d" if c not in (dialect.quote, dialect.escape))
