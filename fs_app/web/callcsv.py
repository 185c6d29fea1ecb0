"""The list of calls as CSV, for spreadsheets of the reader's country."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from fs_app.calls.rows import CallRow
from fs_app.errors import Invalid
from fs_app.web.i18n import translate
from fs_app.web.sheets import as_xlsx
from fs_app.web.text import csv_cell, moment, phone

COLUMNS = (
    "id",
    "started",
    "caller",
    "caller_name",
    "called",
    "queue",
    "agent",
    "outcome",
    "wait",
    "talk",
    "disposition",
    "note",
)


class TooMany(Invalid):
    """More rows than one file should have."""

    key = "error.export_too_big"


def as_csv(rows: Sequence[CallRow], language: str, zone: ZoneInfo, country: str) -> bytes:
    """UTF-8 with a byte order mark (spreadsheets need it); `;` between cells where `,` is the decimal sign.

    Durations in whole seconds, cut as the list shows them; a cell that a spreadsheet would take for a formula
    has an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter="," if language == "en" else ";", lineterminator="\r\n")
    writer.writerow([csv_cell(translate(language, f"calls.column.{name}")) for name in COLUMNS])
    for cells in _lines(rows, language, zone, country):
        when, *rest = cells[1:]
        writer.writerow([csv_cell(cell) for cell in (cells[0], _said(when), *rest)])
    return out.getvalue().encode("utf-8-sig")


def as_workbook(rows: Sequence[CallRow], language: str, zone: ZoneInfo, country: str) -> bytes:
    """The same columns as XLSX; texts are texts, whatever they begin with."""
    heads = [translate(language, f"calls.column.{name}") for name in COLUMNS]
    return as_xlsx(heads, _lines(rows, language, zone, country), translate(language, "calls.title"))


def _lines(
    rows: Sequence[CallRow], language: str, zone: ZoneInfo, country: str
) -> Iterator[tuple[object, ...]]:
    """A moment is one of the account's wall clock."""
    outcomes: dict[str, str] = {}
    for row in rows:
        if row.result not in outcomes:
            outcomes[row.result] = translate(language, f"call.outcome.{row.result}")
        yield (
            row.id,
            moment(row.started_at, zone),
            phone(row.caller_number, country),
            row.contact or row.caller_name,
            phone(row.called_number, country),
            row.queue,
            row.agent,
            outcomes[row.result],
            row.wait_ms // 1000,
            row.talk_ms // 1000,
            row.disposition,
            row.note,
        )


def _said(when: object) -> object:
    return when.strftime("%Y-%m-%d %H:%M:%S") if isinstance(when, datetime) else when
