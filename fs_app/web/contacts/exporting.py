"""Contacts as files for spreadsheets: read and written a few thousand at a time, in threads; no cell is a formula."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Response, send_file, stream_with_context
from werkzeug.wrappers import Response as AnyResponse
from xlsxwriter import Workbook

from fs_app.contacts import listing, table
from fs_app.contacts.cells import csv_cell, harmless
from fs_app.contacts.custom import Own
from fs_app.errors import Invalid
from fs_app.web import text
from fs_app.web.contacts import words
from fs_app.web.context import site, the_app, zone
from fs_app.web.i18n import t
from fs_app.web.sheets import KINDS, LONGEST_CELL

AT_ONCE = 1_000
PART_S = 60.0
MOST_XLSX = 100_000
"""Rows of a spreadsheet; a CSV has as many as there are."""

Json = dict[str, Any]


class TooManyForXlsx(Invalid):
    """A spreadsheet of so many rows is no help to anybody; CSV has no limit."""

    key = "contacts.error.xlsx_too_big"


def parts(account: int, what: listing.Wanted, names: Sequence[str]) -> Iterator[list[Json]]:
    """The contacts in the order of their ids, some at a time; each part is a look of its own at the database."""
    last = 0
    while True:

        def ask(after: int = last) -> list[Json]:
            return table.rows(account, listing.after(what, after, AT_ONCE), names)

        rows = the_app().db.read(ask, timeout=PART_S)
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


def respond(
    kind: str,
    account: int,
    what: listing.Wanted,
    names: Sequence[str],
    heads: Sequence[str],
    own: dict[str, Own],
) -> AnyResponse:
    day = text.moment(the_app().clock.now_ms(), zone()).strftime("%Y-%m-%d")
    if kind == "xlsx":
        return _xlsx(account, what, names, heads, own, f"contacts-{day}.xlsx")
    writer = words.writer(own)

    def whole() -> Iterator[bytes]:
        yield "\ufeff".encode() + _csv([heads], writer.delimiter)
        for rows in parts(account, what, names):
            yield site().threads.run(_lines, rows, names, writer, timeout=PART_S)

    response = Response(stream_with_context(whole()), mimetype=KINDS["csv"])
    response.headers["Content-Disposition"] = f'attachment; filename="contacts-{day}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _lines(rows: Sequence[Json], names: Sequence[str], writer: words.Writer) -> bytes:
    return _csv([[_plain(writer.cell(row, name)) for name in names] for row in rows], writer.delimiter)


def _plain(cell: Any) -> Any:
    return cell.strftime("%Y-%m-%d %H:%M:%S") if isinstance(cell, datetime) else cell


def _csv(rows: Sequence[Sequence[Any]], delimiter: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        writer.writerow([csv_cell(cell) for cell in row])
    return out.getvalue().encode()


def _xlsx(
    account: int,
    what: listing.Wanted,
    names: Sequence[str],
    heads: Sequence[str],
    own: dict[str, Own],
    name: str,
) -> AnyResponse:
    def many() -> int:
        return int(listing.matching(what).limit(MOST_XLSX + 1).count())

    if the_app().db.read(many, timeout=PART_S) > MOST_XLSX:
        raise TooManyForXlsx(f"more than {MOST_XLSX} rows", most=MOST_XLSX)
    with tempfile.TemporaryDirectory(prefix="fs-app-export-") as folder:
        path = Path(folder) / "contacts.xlsx"
        book = Workbook(
            str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        sheet = book.add_worksheet(t("menu.contacts")[:31])
        bold, moments = (book.add_format(f) for f in ({"bold": True}, {"num_format": "yyyy-mm-dd hh:mm:ss"}))
        writer = words.writer(own)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, harmless(head), bold)

        def write(rows: Sequence[Json], first: int) -> None:
            for line, row in enumerate(rows, first):
                for column, field in enumerate(names):
                    _cell(sheet, line, column, writer.cell(row, field), moments)

        line = 1
        for rows in parts(account, what, names):
            site().threads.run(write, rows, line, timeout=PART_S)
            line += len(rows)
        sheet.freeze_panes(1, 0)
        site().threads.run(book.close, timeout=PART_S)
        content = path.read_bytes()
    response = send_file(io.BytesIO(content), mimetype=KINDS["xlsx"], as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _cell(sheet: Any, line: int, column: int, cell: Any, moments: Any) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(line, column, cell.replace(tzinfo=None), moments)
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        sheet.write_number(line, column, cell)
    elif cell != "":
        sheet.write_string(line, column, harmless(str(cell))[:LONGEST_CELL])
