"""The blacklist out of a CSV file: what is clear is taken, what is not is refused with its line. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fs_app.admin.blacklist import Typed, understood
from fs_app.admin.form import Problems
from fs_app.admin.people_csv import UglyFile, decoded, plain
from fs_app.outgoing.entries import Entry

BIGGEST = 900_000
"""Bytes of a file."""

MOST = 20_000
"""Lines of a file."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("number", "numero", "telephone", "telefono", "phone", "tel"),
    "queue": ("queue", "file", "cola", "groupement"),
    "list": ("list", "liste", "lista", "fichier d'appels", "fichier d’appels", "call list"),
    "reason": ("reason", "motif", "motivo", "raison"),
    "expires": ("expires", "until", "jusqu'au", "jusqu’au", "fin", "expiration", "hasta", "caduca"),
}
"""Field → what its column may be called, without accents and capitals. A file of one column needs no names."""

DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
DELIMITERS = ";,\t|"

LAST_DAY = date(9999, 12, 30)
"""Many programs write "for ever" as 9999-12-31: a day later there is no calendar any more."""


@dataclass(frozen=True, slots=True)
class Refused:
    """`line` of the file (1 is the first), what stood there, and why not: field → (sentence, values)."""

    line: int
    text: str
    problems: Mapping[str, tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Read:
    entries: list[Entry]
    refused: list[Refused]


def end_of_day(text: str, zone: ZoneInfo) -> int:
    """UTC ms of the end of a day as people write it, in this zone; 0 when it can't be read."""
    for form in DATES:
        try:
            day = datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day of the zone, below
        except ValueError:
            continue
        after = datetime.combine(min(day, LAST_DAY) + timedelta(days=1), time(), zone)
        return round(after.timestamp() * 1000)
    return 0


def entries(
    raw: bytes,
    country: str,
    queues: Mapping[str, int],
    zone: ZoneInfo,
    now_ms: int,
    lists: Mapping[str, int] | None = None,
) -> Read:
    """`queues`, `lists` (call lists): name without capitals → identifier. Raises UglyFile. Computes: in a thread."""
    text, _ = decoded(raw, BIGGEST)
    rows = _rows(text)
    columns, first = _columns(rows)
    found: dict[tuple[str, bool, int | None, int | None], Entry] = {}
    refused: list[Refused] = []
    for line, cells in rows[first:]:
        values = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        problems = Problems()
        entry = _entry(values, country, queues, lists or {}, zone, now_ms, problems)
        if problems.found:
            refused.append(Refused(line, " · ".join(c for c in cells if c)[:100], problems.found))
        else:
            found[entry.key] = entry
    return Read(list(found.values()), refused)


def _entry(
    values: Mapping[str, str],
    country: str,
    queues: Mapping[str, int],
    lists: Mapping[str, int],
    zone: ZoneInfo,
    now_ms: int,
    problems: Problems,
) -> Entry:
    queue, expires, number = values.get("queue", ""), values.get("expires", ""), values["number"]
    call_list = values.get("list", "").removeprefix("'")
    if call_list and call_list.casefold() not in lists:
        problems.add("list", "blacklist.wrong.list", name=call_list[:60])
    if queue and queue.casefold() not in queues:
        problems.add("queue", "blacklist.wrong.queue", name=queue[:60])
    typed = Typed(
        # A spreadsheet writes an apostrophe before what could be a formula, as our own export does.
        number.removeprefix("'"),
        number.endswith("*"),
        queues.get(queue.casefold()) if queue else None,
        values.get("reason", "").removeprefix("'"),
        end_of_day(expires, zone) if expires else None,
        lists.get(call_list.casefold()) if call_list else None,
    )
    return understood(typed, country, list(queues.values()), now_ms, problems, list(lists.values()))


def _rows(text: str) -> list[tuple[int, list[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise UglyFile("people_csv.empty")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, [" ".join(cell.split()) for cell in cells]))
            if len(rows) > MOST + 1:
                raise UglyFile("people_csv.too_many", most=MOST)
    except csv.Error as error:
        raise UglyFile("people_csv.quotes", line=reader.line_num) from error
    return rows


def _columns(rows: Sequence[tuple[int, list[str]]]) -> tuple[dict[str, int], int]:
    """Field → column, and the first line with a number."""
    found: dict[str, int] = {}
    for at, head in enumerate(rows[0][1]):
        name = next((f for f, names in COLUMNS.items() if plain(head) in names), None)
        if name is not None:
            found.setdefault(name, at)
    if "number" in found:
        return found, 1
    if any(c.isdigit() for c in rows[0][1][0]):
        return {"number": 0}, 0
    raise UglyFile("blacklist.wrong.no_column")
