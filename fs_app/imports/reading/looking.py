"""How a file is written, its beginning, and its rows: one interface for text and for spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from fs_app.imports.reading import delimited, headers
from fs_app.imports.reading.delimiters import delimiter_of
from fs_app.imports.reading.dialect import Dialect
from fs_app.imports.reading.encodings import decoder, encoding_of
from fs_app.imports.reading.kinds import kind_of
from fs_app.imports.reading.limits import MB, MOST_COLUMNS
from fs_app.imports.reading.words import Told, Unreadable
from fs_app.imports.reading.workbook import Workbook

Row = list[str]

AT_ONCE = 500
"""Rows of a spreadsheet that are made at once."""

SAMPLE = 100
"""Rows that are shown, and that guesses are made from."""

BEGINNING = 64 * 1024
COUNTED = 8 * MB
"""Bytes of a text whose rows are counted one by one; of larger ones the number is estimated."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`header`: one name per column, no two alike. `total`: rows of data, `exact` or estimated. `told`: what was
    strange."""

    header: list[str]
    rows: list[Row]
    total: int
    exact: bool
    told: Told

    @property
    def width(self) -> int:
        return len(self.header)


def guess(path: Path | str, name: str = "") -> Dialect:
    """How the file is to be read; `name` is what its owner called it, and only says what a short text is.

    Raises Unreadable.
    """
    path = Path(path)
    kind = kind_of(path)
    if kind != "csv":
        book = _book(path, kind)
        sheet = book.first()
        if not sheet:
            raise Unreadable("no_rows")
        dialect = Dialect(format=kind, sheet=sheet)
        first = list(islice(book.records(sheet), headers.LOOKED_AT))
        return _with_header(dialect, first, 0)
    encoding = encoding_of(path)
    text = _beginning(path, encoding)
    if not re.search(r"\w", text):
        raise Unreadable("no_rows")
    found = delimiter_of(text)
    delimiter = found.delimiter
    if not delimiter and name.lower().endswith((".tsv", ".tab")) and "\t" in text:
        delimiter = "\t"
    dialect = Dialect(
        "csv", encoding, delimiter, found.quote, found.escape if found.escape != delimiter else ""
    )
    lines = chain.from_iterable(delimited.pieces(path, dialect, Told()))
    first = list(islice(lines, found.skip, found.skip + headers.LOOKED_AT))
    return _with_header(dialect, first, found.skip)


def sheets(path: Path | str) -> list[str]:
    """The names of a spreadsheet's sheets, none of a text's. Raises Unreadable."""
    path = Path(path)
    kind = kind_of(path)
    return [] if kind == "csv" else _book(path, kind).names()


def rows(path: Path | str, dialect: Dialect, told: Told | None = None) -> Iterator[Row]:
    """Every row of data, as clean text; empty ones are left out.

    All have at least as many cells as the header (as the first row, without one); a row with more has cells that
    belong to no column, because somebody did not quote a delimiter. `told` is filled while one reads. Raises
    Unreadable.
    """
    table = _table(Path(path), dialect, told if told is not None else Told())
    return chain.from_iterable(table.pieces)


def sample(path: Path | str, dialect: Dialect) -> Sample:
    """The names of the columns and the first rows. Raises Unreadable, also when there is no row at all."""
    path = Path(path)
    told = Told()
    table = _table(path, dialect, told)
    more = chain.from_iterable(table.pieces)
    first = list(islice(more, SAMPLE))
    if not first and not any(any(row) for row in table.header):
        raise Unreadable("no_rows")
    if table.width > MOST_COLUMNS:
        raise Unreadable("too_wide", columns=MOST_COLUMNS)
    total, exact = _total(path, dialect, more, len(first))
    return Sample(headers.names(table.header, table.width), first, total, exact, told)


class _Table(NamedTuple):
    header: list[Row]
    width: int
    pieces: Iterator[list[Row]]


def _table(path: Path, dialect: Dialect, told: Told) -> _Table:
    """Its columns are those of the header; without one, as many as the widest of the first rows has."""
    pieces = _pieces(path, dialect, told)
    before = dialect.skip + dialect.header
    first: list[Row] = []
    for piece in pieces:
        first += piece
        if len(first) >= before + (0 if dialect.header else SAMPLE):
            break
    header, first = first[dialect.skip : before], first[before:]
    if header:
        width = max(len(row) for row in header)
    else:
        width = max((_used(row) for row in first[:SAMPLE]), default=0)
    return _Table(header, width, _regular(chain([first], pieces), width, told, before))


def _book(path: Path, kind: str) -> Workbook:
    """Preview, sample and rows of one spreadsheet follow each other: it is unpacked once."""
    about = path.stat()
    return _kept(path, kind, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=1)
def _kept(path: Path, kind: str, _size: int, _changed: int) -> Workbook:
    return Workbook(path, kind)


def _with_header(dialect: Dialect, first: list[Row], before: int) -> Dialect:
    if not any(any(row) for row in first):
        raise Unreadable("no_rows")
    skip, header = headers.find(first)
    return replace(dialect, skip=before + skip, header=header)


def _pieces(path: Path, dialect: Dialect, told: Told) -> Iterator[list[Row]]:
    kind = kind_of(path)
    if dialect.is_text != (kind == "csv"):
        raise Unreadable("binary" if dialect.is_text else "broken_sheet")
    if kind == "csv":
        return delimited.pieces(path, dialect, told)
    book = _book(path, kind)
    lines = book.records(dialect.sheet or book.first())
    return iter(lambda: list(islice(lines, AT_ONCE)), [])


def _regular(pieces: Iterator[list[Row]], width: int, told: Told, before: int) -> Iterator[list[Row]]:
    """Without the empty rows; the others have at least `width` cells."""
    count = before
    for piece in pieces:
        if {*map(len, piece)} == {width}:
            count += len(piece)
            yield [row for row in piece if any(row)]
            continue
        kept = []
        for row in piece:
            count += 1
            if any(row):
                kept.append(_fitted(row, width, told, count))
        yield kept


def _fitted(row: Row, width: int, told: Told, count: int) -> Row:
    if len(row) < width:
        return row + [""] * (width - len(row))
    if len(row) > width:
        row = row[: max(width, _used(row))]
        if len(row) > width:
            told.add("ragged", count)
            return row[: max(MOST_COLUMNS, width)]
    return row


def _used(row: Row) -> int:
    """Cells up to the last that has something in it."""
    return next((at for at in range(len(row), 0, -1) if row[at - 1]), 0)


def _total(path: Path, dialect: Dialect, more: Iterator[Row], seen: int) -> tuple[int, bool]:
    """Rows of data in all. Spreadsheets are in memory anyway, and small texts are read to the end."""
    size = path.stat().st_size
    if not dialect.is_text or size <= COUNTED:
        return seen + sum(1 for _ in more), True
    counted = sum(1 for _ in islice(more, 20_000)) + seen
    text = _beginning(path, dialect.encoding, COUNTED)
    lines = max(text.count("\n"), text.count("\r"), 1)
    return max(counted, round(lines * size / COUNTED)), False


def _beginning(path: Path, encoding: str, most: int = BEGINNING) -> str:
    """Whole lines from the beginning."""
    letters = decoder(encoding)
    with path.open("rb") as file:
        raw = file.read(most)
        whole = len(raw) < most
    text = letters.decode(raw, False)
    if whole:
        with suppress(UnicodeError):
            text += letters.decode(b"", True)
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1e\x7f\ufeff]", "", text)
    end = max(text.rfind("\n"), text.rfind("\r")) + 1
    return text if whole or not end else text[:end]
