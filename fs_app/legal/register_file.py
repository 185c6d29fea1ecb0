"""The file of a register of those who want no calls: numbers or hashes, one a line, as such registers give them out.

Nothing is kept of it in memory but a part at a time. Other columns are left alone; a line that is neither is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import phonenumbers

from fs_app.errors import Invalid
from fs_app.legal.optouts import NUMBERS, key_of_hash

PART = 20_000
"""Numbers that are handed on at once."""

MOST_LINE = 4096
"""Characters; what is longer is no line of such a file."""

LOOKED_AT = 200
"""Lines from whose look the form is known."""

LENGTHS = {32: "md5", 40: "sha1", 64: "sha256"}
_HASH = re.compile(r"[0-9a-fA-F]+")
_CELL = re.compile(r"[;,\t|]")
_NOT_DIGITS = re.compile(r"[^0-9]")


class NoRegister(Invalid):
    """There is neither a number nor a hash in it."""

    key = "legal.register.wrong.empty"


@dataclass(slots=True)
class Part:
    """`keys` as the table has them; `lines` read so far, `refused` of them, `bytes` of the file."""

    keys: list[int]
    lines: int
    refused: int
    bytes: int


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
    return found if 6 <= len(found) <= 15 and not found.startswith("0") else ""


def form_of(lines: list[str]) -> tuple[str, int]:
    """ "numbers" or the hash, and the column where they stand. Raises NoRegister."""
    votes: dict[tuple[str, int], int] = {}
    for line in lines:
        for column, cell in enumerate(_CELL.split(line)[:20]):
            text = cell.strip().strip("\"'").strip()
            if len(text) in LENGTHS and _HASH.fullmatch(text):
                votes[LENGTHS[len(text)], column] = votes.get((LENGTHS[len(text)], column), 0) + 1
            elif (
                len(text) < 30
                and 6 <= sum(c.isdigit() for c in text) <= 18
                and not re.search("[A-Za-z]", text)
            ):
                votes[NUMBERS, column] = votes.get((NUMBERS, column), 0) + 1
    if not votes:
        raise NoRegister("no number and no hash")
    best = max(votes.values())
    # A hash before a number (a date may look like one), the first column before others.
    return min((v for v, n in votes.items() if n * 2 >= best), key=lambda v: (v[0] == NUMBERS, v[1]))


def encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        begin = file.read(4)
    if begin[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return "utf-8-sig" if begin[:3] == b"\xef\xbb\xbf" else "latin-1"


def lines_of(path: Path) -> Iterator[str]:
    """Those that say something. What is too long for a line is cut: it is none of ours."""
    with path.open(encoding=encoding_of(path), errors="replace", newline=None) as file:
        while line := file.readline(MOST_LINE):
            if line.strip():
                yield line.replace("\0", "").rstrip("\r\n")


def look(path: Path) -> tuple[str, int]:
    """Form and column. Raises NoRegister."""
    first = []
    for line in lines_of(path):
        first.append(line)
        if len(first) == LOOKED_AT:
            break
    return form_of(first)


def parts(path: Path, form: str, column: int, country: str) -> Iterator[Part]:
    """The keys of all its lines, sorted within each part; the last one says the sums."""
    national = dialling(country)
    keys: set[int] = set()
    lines = refused = size = 0
    for line in lines_of(path):
        lines += 1
        size += len(line) + 1
        cells = _CELL.split(line)
        text = cells[column].strip().strip("\"'").strip() if column < len(cells) else ""
        found = None
        if form == NUMBERS:
            digits = digits_of(text, national)
            found = int(digits) if digits else None
        elif LENGTHS.get(len(text)) == form and _HASH.fullmatch(text):
            found = key_of_hash(text)
        if found is None:
            refused += lines > 1  # the first may be the names of the columns
        else:
            keys.add(found)
        if len(keys) >= PART:
            yield Part(sorted(keys), lines, refused, size)
            keys = set()
    yield Part(sorted(keys), lines, refused, size)
