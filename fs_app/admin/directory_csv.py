"""The directory out of a CSV file: what is clear is taken, what is not is refused with its line and why. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from fs_app.admin import directory
from fs_app.admin.people_csv import UglyFile, decoded, plain
from fs_app.contacts.directory import FIELDS, Values, read
from fs_app.contacts.fields import InvalidFields

BIGGEST = 700_000
"""Bytes of a file: the page carries it while it is looked at."""

MOST = 10_000
"""Entries of a file."""

LONGEST_CELL = 2_000
MOST_COLUMNS = 60
DELIMITERS = ";,\t|"

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "category": ("category", "categorie", "categoria", "type", "tipo", "service"),
    "name": ("name", "nom", "nombre", "nom complet", "full name", "contact", "display name"),
    "office": ("office", "bureau", "oficina", "fixe", "telephone", "telefono", "phone", "tel", "tel bureau"),
    "mobile": ("mobile", "portable", "movil", "gsm", "cell", "cellphone", "tel mobile"),
    "mail": ("mail", "email", "e-mail", "courriel", "correo", "adresse mail"),
    "company": ("company", "societe", "empresa", "entreprise", "organisation", "organization"),
    "first_name": ("first name", "prenom", "nombre de pila", "given name"),
}
"""Field → what its column may be called, without accents and capitals. A first name goes before the name."""


@dataclass(frozen=True, slots=True)
class Refused:
    """`line` of the file (1 is the first), its cells, and why not: (field, identifier of a sentence)."""

    line: int
    cells: tuple[str, ...]
    problems: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Read:
    """`columns`: field → heading of the file; `unknown`: headings that nobody knows."""

    headers: tuple[str, ...]
    entries: list[tuple[int, Values]]
    refused: list[Refused]
    encoding: str
    delimiter: str
    unknown: tuple[str, ...]


def entries(text: str, encoding: str, country: str, known: Collection[tuple[str, ...]]) -> Read:
    """`known`: what is in the directory (`directory.known`). Raises UglyFile. Computes: in a thread."""
    rows, delimiter = _rows(text)
    headers = tuple(rows[0][1])
    columns, unknown = _columns(headers)
    there = set(known)
    found: list[tuple[int, Values]] = []
    refused: list[Refused] = []
    for line, cells in rows[1:]:
        problems: tuple[tuple[str, str], ...] = ()
        values = Values()
        try:
            values = read(_given(cells, columns), country)
        except InvalidFields as wrong:
            problems = tuple(wrong.fields.items())
        if not problems and directory.same(values) in there:
            problems = (("name", "directory_csv.there"),)
        if problems:
            refused.append(Refused(line, tuple(cells), problems))
        else:
            there.add(directory.same(values))
            found.append((line, values))
    return Read(headers, found, refused, encoding, delimiter, unknown)


def text_of(raw: bytes) -> tuple[str, str]:
    """(text, encoding). Raises UglyFile."""
    return decoded(raw, BIGGEST)


def _given(cells: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    # A spreadsheet writes an apostrophe before what could be a formula, as our own export does.
    given = {name: cells[at].removeprefix("'") if at < len(cells) else "" for name, at in columns.items()}
    first = given.pop("first_name", "")
    return {**given, "name": " ".join(filter(None, (first, given.get("name", ""))))}


def _rows(text: str) -> tuple[list[tuple[int, list[str]]], str]:
    lines = [line for line in text.splitlines() if line.strip()]
    first = next((line for line in lines if not line.strip().casefold().startswith("sep=")), "")
    if not first:
        raise UglyFile("people_csv.empty")
    known = {word for words in COLUMNS.values() for word in words}
    delimiter = max(
        DELIMITERS, key=lambda d: (sum(plain(c.strip('" ')) in known for c in first.split(d)), first.count(d))
    )
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if any(c.strip() for c in cells) and (rows or not "".join(cells).casefold().startswith("sep=")):
                rows.append((begins, [" ".join(cell.split()) for cell in cells]))
            begins = reader.line_num + 1
            if len(rows) > MOST + 1:
                raise UglyFile("directory_csv.too_many", most=MOST)
            if len(cells) > MOST_COLUMNS or any(len(cell) > LONGEST_CELL for cell in cells):
                raise UglyFile("people_csv.too_wide", line=reader.line_num)
    except csv.Error as error:
        raise UglyFile("people_csv.quotes", line=reader.line_num) from error
    if len(rows) < 2:
        raise UglyFile("directory_csv.no_lines" if rows else "people_csv.empty")
    return rows, delimiter


def _columns(headers: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    found: dict[str, int] = {}
    unknown = []
    for at, header in enumerate(headers):
        name = next((f for f, words in COLUMNS.items() if plain(header) in words), None)
        if name is None:
            unknown.append(header)
        elif name in found:
            raise UglyFile("people_csv.column_twice", first=headers[found[name]], second=header)
        else:
            found[name] = at
    if not {"name", "company"} & set(found) or not {"office", "mobile", "mail"} & set(found):
        said = ", ".join(h for h in headers if h)[:200] or "–"
        raise UglyFile("directory_csv.no_column", headers=said)
    return found, tuple(unknown)


SHOWN = FIELDS
"""What a preview shows, in order."""
