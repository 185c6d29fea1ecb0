"""Rows of a spreadsheet: XLSX, XLS, ODS. Formulas are never computed: what was shown last is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
)

from fs_app.imports.reading import ole, packed
from fs_app.imports.reading.cells import text_of
from fs_app.imports.reading.limits import MOST_COLUMNS, MOST_SHEET_CELLS
from fs_app.imports.reading.words import Unreadable

Row = list[str]

MOST_MERGED = 200_000
"""Lines of merged cells that are filled."""


class Workbook:
    """One that is open. Raises Unreadable."""

    def __init__(self, path: Path, kind: str) -> None:
        if kind == "xls":
            ole.look_at(path)
        else:
            packed.look_at(path, kind)
        self._open: tuple[str, CalamineSheet] | None = None
        with _guarded():
            self._book = CalamineWorkbook.from_path(str(path))
            self._about = self._book.sheets_metadata

    def names(self) -> list[str]:
        """Sheets with cells; those that can be seen first."""
        usable = [s for s in self._about if s.typ == SheetTypeEnum.WorkSheet]
        seen = [s.name for s in usable if s.visible == SheetVisibleEnum.Visible]
        return seen + [s.name for s in usable if s.visible != SheetVisibleEnum.Visible]

    def first(self) -> str:
        """The first sheet with at least two rows, else the first with any; "" when all are empty."""
        best = ""
        for name in self.names():
            sheet = self._sheet(name)
            if sheet.height > 1:
                return name
            best = best or (name if sheet.height else "")
        return best

    def height(self, name: str) -> int:
        return self._sheet(name).total_height

    def records(self, name: str) -> Iterator[Row]:
        """From the sheet's first line on, so that lines count as in the spreadsheet.

        A value that is merged over several lines is in each of them.
        """
        sheet = self._sheet(name)
        with _guarded():
            lines, merged = sheet.iter_rows(), _merged_down(sheet)
        above: dict[int, str] = {}
        line = 0
        while True:
            with _guarded():
                cells = next(lines, None)
            if cells is None:
                return
            row = [text_of(cell) for cell in cells]
            for column, first in merged.get(line, ()):
                if line == first:
                    above[column] = row[column]
                else:
                    row[column] = row[column] or above.get(column, "")
            yield row
            line += 1

    def _sheet(self, name: str) -> CalamineSheet:
        """Its cells are in memory from here on."""
        if self._open is not None and self._open[0] == name:
            return self._open[1]
        self._open = None
        with _guarded():
            try:
                sheet = self._book.get_sheet_by_name(name)
            except WorksheetNotFound:
                raise Unreadable("no_such_sheet", sheet=name[:100]) from None
            start, end = sheet.start, sheet.end
        if start is not None and end is not None:
            columns, rows = end[1] - start[1] + 1, end[0] + 1
            if columns > MOST_COLUMNS:
                raise Unreadable("too_wide", columns=MOST_COLUMNS)
            if columns * rows > MOST_SHEET_CELLS:
                raise Unreadable("too_many_cells", cells=MOST_SHEET_CELLS)
        self._open = (name, sheet)
        return sheet


def _merged_down(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """Line → (column, first line) of what is merged over lines there; columns from the first that is used."""
    found: dict[int, list[tuple[int, int]]] = {}
    start = sheet.start
    if start is None:
        return found
    lines = 0
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        column = left - start[1]
        lines += bottom - top
        if bottom <= top or not 0 <= column < sheet.width:
            continue
        if lines > MOST_MERGED:
            break
        for line in range(top, bottom + 1):
            found.setdefault(line, []).append((column, top))
    return found


@contextmanager
def _guarded() -> Iterator[None]:
    """The library has errors of many kinds, and panics, which are no Exception."""
    try:
        yield
    except Unreadable:
        raise
    except Exception as error:
        raise _said(error) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise Unreadable("broken_sheet") from error
        raise


def _said(error: BaseException) -> Unreadable:
    text = str(error).lower()
    if isinstance(error, PasswordError) or "password" in text or "encrypt" in text:
        return Unreadable("password")
    if isinstance(error, MemoryError):
        return Unreadable("too_heavy")
    if isinstance(error, CalamineError) and ("eof" in text or "eocd" in text or "truncated" in text):
        return Unreadable("cut_off")
    return Unreadable("broken_sheet")
