"""Tables for spreadsheets: CSV and XLSX, with the same cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import Response
from xlsxwriter import Workbook

from fs_app.web.text import csv_cell, harmless

KINDS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

LONGEST_CELL = 32_000
"""A spreadsheet takes 32,767 characters."""

Cells = Sequence[object]
"""Texts, numbers, or moments in the reader's zone."""


def as_csv(heads: Sequence[str], rows: Iterable[Cells], language: str) -> bytes:
    """UTF-8 with a byte order mark; `;` between cells where `,` is the decimal sign. No cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="," if language == "en" else ";", lineterminator="\r\n")
    writer.writerow([csv_cell(head) for head in heads])
    for row in rows:
        writer.writerow([csv_cell(_said(cell)) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(heads: Sequence[str], rows: Iterable[Cells], title: str) -> bytes:
    """One sheet with a filter; texts are texts, whatever they begin with. Runs in a thread: it takes its time."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_sheet_name(title))
    bold, moments = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    last = 0
    for line, row in enumerate(rows, 1):
        last = line
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(line, column, cell.replace(tzinfo=None), moments)
            elif isinstance(cell, int | float) and not isinstance(cell, bool):
                sheet.write_number(line, column, cell)
            else:
                sheet.write_string(
                    line, column, harmless(str(cell if cell is not None else ""))[:LONGEST_CELL]
                )
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(heads) - 1)
    sheet.set_column(0, len(heads) - 1, 18)
    book.close()
    return out.getvalue()


def as_file(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=KINDS[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _said(cell: object) -> object:
    return cell.strftime("%Y-%m-%d %H:%M:%S") if isinstance(cell, datetime) else cell


def _sheet_name(title: str) -> str:
    """At most 31 characters, none of those that Excel refuses."""
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "1"
