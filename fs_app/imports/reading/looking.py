"""How a file is written, its beginning, and its rows: one interface for text and for spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path

from fs_app.imports.reading import delimited, headers
from fs_app.imports.reading.delimiters import delimiter_of
from fs_app.imports.reading.dialect import Dialect
from fs_app.imports.reading.encodings import decoder, encoding_of
from fs_app.imports.reading.kinds import kind_of
from fs_app.imports.reading.limits import MB, MOST_COLUMNS
from fs_app.imports.reading.words import Told, Unreadable
from fs_app.imports.reading.workbook import Workbook

Row = list[str]

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
    first = list(islice(delimited.records(path, dialect), found.skip, found.skip + headers.LOOKED_AT))
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
    told = told if told is not None else Told()
    lines = _records(Path(path), dialect, told)
    header = [*islice(lines, dialect.skip + dialect.header)][dialect.skip :]
    width = _width(header) if header else 0
    return _regular(lines, width, told, dialect.skip + dialect.header)


def sample(path: Path | str, dialect: Dialect) -> Sample:
    """The names of the columns and the first rows. Raises Unreadable, also when there is no row at all."""
    path = Path(path)
    told = Told()
    lines = _records(path, dialect, told)
    header = [*islice(lines, dialect.skip + dialect.header)][dialect.skip :]
    width = _width(header) if header else 0
    first: list[Row] = []
    more = _regular(lines, width, told, dialect.skip + dialect.header)
    first.extend(islice(more, SAMPLE))
    if not first and not any(any(row) for row in header):
        raise Unreadable("no_rows")
    width = max([width, *(len(row) for row in first)] if not header else [width])
    if width > MOST_COLUMNS:
        raise Unreadable("too_wide", columns=MOST_COLUMNS)
    total, exact = _total(path, dialect, more, len(first))
    return Sample(headers.names(header, width), first, total, exact, told)


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


def _records(path: Path, dialect: Dialect, told: Told) -> Iterator[Row]:
    kind = kind_of(path)
    if dialect.is_text != (kind == "csv"):
        raise Unreadable("binary" if dialect.is_text else "broken_sheet")
    if kind == "csv":
        return delimited.records(path, dialect, told)
    book = _book(path, kind)
    return book.records(dialect.sheet or book.first())


def _width(header: list[Row]) -> int:
    """Columns that have a name; nameless ones at the end are there when a row has something in them."""
    return max((len(row) for row in header), default=0)


def _regular(lines: Iterator[Row], width: int, told: Told, before: int) -> Iterator[Row]:
    count = before
    for row in lines:
        count += 1
        length = len(row)
        if length == width:
            if any(row):
                yield row
            continue
        if not any(row):
            continue
        if not width:
            width = length
        if length < width:
            row += [""] * (width - length)
        else:
            while len(row) > width and not row[-1]:
                row.pop()
            if len(row) > width:
                told.add("ragged", count)
                if len(row) > MOST_COLUMNS:
                    row = row[: max(MOST_COLUMNS, width)]
        yield row


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
