"""The file of a register of those who want no calls: numbers or hashes, as such registers give them out.

It is read as imports read files (`imports.reading`). Which columns hold the numbers is seen from their names and from
what numbers of the country look like, never from digits alone: dates and identifiers have digits, too. Nothing is kept
of it in memory but a part at a time; a line without a number is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import phonenumbers

from fs_app.contacts.overseas import whole
from fs_app.errors import Invalid
from fs_app.imports.reading import contents, looking
from fs_app.imports.reading.dialect import Dialect
from fs_app.imports.reading.numbers import Check, Checked
from fs_app.imports.reading.shapes import shape_of
from fs_app.imports.reading.vocabulary import target_of
from fs_app.legal.optouts import NUMBERS, key_of_hash

PART = 20_000
"""Numbers that are handed on at once."""

LENGTHS = {32: "md5", 40: "sha1", 64: "sha256"}
_HASH = re.compile(r"[0-9a-fA-F]+")
_NOT_DIGITS = re.compile(r"[^0-9]")

AREA, LOCAL = 3, 7
"""Digits of a North American number that stands in two columns."""


class NoRegister(Invalid):
    """There is neither a number nor a hash in it."""

    key = "legal.register.wrong.empty"


@dataclass(frozen=True, slots=True)
class Form:
    """`name`: NUMBERS or the hash. `columns`: where they stand; `joined`: the two together are one number. `header`:
    rows that are names. `rows`: how many there are, perhaps estimated. `titles`: of the columns where there are more,
    each its name, or its place as a figure (1 is the first)."""

    name: str
    columns: tuple[int, ...]
    dialect: Dialect
    header: int
    rows: int
    joined: bool = False
    titles: tuple[str, ...] = ()


@dataclass(slots=True)
class Part:
    """`keys` as the table has them; `lines` read so far, `refused` of them."""

    keys: list[int]
    lines: int
    refused: int


@dataclass(frozen=True, slots=True)
class Dialling:
    """How a country writes national numbers."""

    code: str
    trunk: str
    longest: int


def dialling(country: str) -> Dialling:
    """Empty when the country is not known: then only international numbers are."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country, None) if country else None
    if metadata is None:
        return Dialling("", "", 0)
    desc = metadata.general_desc
    lengths = (desc.possible_length if desc is not None else ()) or (15,)
    return Dialling(str(metadata.country_code), metadata.national_prefix or "", max(lengths))


def digits_of(text: str, national: Dialling) -> str:
    """A number as the digits of its E.164; "" when it can be none."""
    stripped = text.strip().strip("\"'").strip()
    plus = stripped.startswith("+")
    digits = _NOT_DIGITS.sub("", stripped)
    if len(digits) < 5 or len(digits) > 18 or len(stripped) > 40:
        return ""
    if plus:
        found = digits
    elif digits.startswith("00"):
        found = digits[2:]
    elif not national.code or (digits.startswith(national.code) and len(digits) > national.longest):
        found = digits
    elif national.trunk and digits.startswith(national.trunk):
        found = national.code + digits[len(national.trunk) :]
    else:
        found = national.code + digits
    return whole(f"+{found}")[1:] if 6 <= len(found) <= 15 and not found.startswith("0") else ""


def look(path: Path, country: str) -> Form:
    """How it is written. Raises NoRegister, Unreadable."""
    dialect = looking.guess(path)
    sample = looking.sample(path, dialect)
    plain = replace(dialect, header=0)
    first = looking.sample(path, plain)
    names = sample.header if dialect.header else []
    columns = [
        [row[at].strip() for row in first.rows if at < len(row) and row[at]] for at in range(first.width)
    ]
    form, found, joined = _form(columns, names, country)
    return Form(form, found, plain, dialect.header, first.total, joined, _titles(found, names, first.width))


def _titles(found: Sequence[int], names: Sequence[str], width: int) -> tuple[str, ...]:
    if width < 2:
        return ()
    return tuple((names[at].strip()[:60] if at < len(names) else "") or str(at + 1) for at in found)


def _form(columns: list[list[str]], names: Sequence[str], country: str) -> tuple[str, tuple[int, ...], bool]:
    for at, cells in enumerate(columns):
        for name in LENGTHS.values():
            if _most(cells, [_hashed(cell) == name for cell in cells]):
                return name, (at,), False
    check = Check(country, premium=True)
    good = [
        at
        for at, cells in enumerate(columns)
        if _most(cells, [isinstance(check.check(c), Checked) and shape_of(c) != "date" for c in cells])
    ]
    named = [at for at in good if at < len(names) and target_of(names[at])[0] == "number"]
    surely = named or [at for at in good if contents.of(columns[at], country).target == "number"] or good
    if surely:
        return NUMBERS, tuple(surely), False
    for at in range(len(columns) - 1) if dialling(country).code == "1" else ():
        if _most(columns[at], [_is(c, AREA) for c in columns[at]]) and _most(
            columns[at + 1], [_is(c, LOCAL) for c in columns[at + 1]]
        ):
            return NUMBERS, (at, at + 1), True
    if len(columns) == 1 and _most(columns[0], [bool(digits_of(c, dialling(country))) for c in columns[0]]):
        return NUMBERS, (0,), False  # of a plan that we don't know well enough: nothing else can be meant
    raise NoRegister("no number and no hash")


def _most(cells: Sequence[str], good: Sequence[bool]) -> bool:
    return bool(cells) and 2 * sum(good) >= len(cells)


def _is(cell: str, digits: int) -> bool:
    return len(cell) == digits and cell.isascii() and cell.isdigit()


def _hashed(cell: str) -> str:
    return LENGTHS.get(len(cell), "") if _HASH.fullmatch(cell) else ""


def parts(path: Path, form: Form, country: str) -> Iterator[Part]:
    """The keys of all its lines, sorted within each part; the last one says the sums. Raises Unreadable."""
    national, check = dialling(country), Check(country, premium=True)
    keys: set[int] = set()
    lines = refused = 0
    for row in looking.rows(path, form.dialect):
        lines += 1
        cells = [row[at].strip() for at in form.columns if at < len(row)]
        if form.joined:
            cells = ["".join(cells)]
        found = {
            key for cell in cells if cell and (key := _key(cell, form.name, check, national)) is not None
        }
        refused += not found and lines > form.header
        keys |= found
        if len(keys) >= PART:
            yield Part(sorted(keys), lines, refused)
            keys = set()
    yield Part(sorted(keys), lines, refused)


def _key(cell: str, form: str, check: Check, national: Dialling) -> int | None:
    if form != NUMBERS:
        return key_of_hash(cell) if _hashed(cell) == form else None
    checked = check.check(cell)
    digits = checked.e164[1:] if isinstance(checked, Checked) else digits_of(cell, national)
    return int(digits) if digits else None
