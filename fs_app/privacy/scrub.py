"""Taking a person out of files: journals, kept call records of the switch, files that were imported. Blocks and
computes: in the child process.

A file is written anew beside the old one and takes its place at once, so that a death in the middle leaves the old one
or the new one, whole. Who does it again finds nothing to do.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
from python_calamine import CalamineError, CalamineWorkbook

from fs_app.journal import Entry, parse
from fs_app.privacy.erasing_journal import Owned, clean_entry
from fs_app.privacy.person import Person

LARGEST_TEXT = 256 * 1024 * 1024
NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PK\x05\x06")
"""How spreadsheets begin: what stands in them can't be taken out line by line."""

NOTHING = Owned()
TEMPORARY = ".scrub"
_CELL = re.compile(r"[^;,\t|\"\r\n]+")
"""What stands between the marks of a line of CSV."""


def journals(
    folder: Path, before: int, person: Person, calls: Collection[str], owned: Owned = NOTHING
) -> int:
    """All files of the journal that end before entry `before`; returns how many lines were changed."""
    return sum(
        _journal(path, person, set(calls), owned)
        for path in sorted(folder.glob("journal-*.jsonl"))
        if int(path.stem.partition("-")[2]) < before
    )


def _journal(path: Path, person: Person, calls: set[str], owned: Owned) -> int:
    marks = [m.encode() for m in (*calls, *owned.marks)]
    changed = 0

    def lines() -> Iterator[bytes]:
        nonlocal changed
        with path.open("rb") as file:
            for line in file:
                new = _line(line, person, calls, owned, marks)
                changed += new != line
                yield new

    _anew(path, lines)
    return changed


def _line(line: bytes, person: Person, calls: set[str], owned: Owned, marks: list[bytes]) -> bytes:
    if not any(m in line for m in marks) and not person.mentioned(line.decode("utf-8", "replace")):
        return line
    entry = parse(line)
    if entry is None:  # torn: nobody reads it any more, and it may say anything
        return b"\n"
    new = clean_entry(entry.kind, entry.data, person, entry.call in calls or owned.has(entry.data))
    if entry.kind == "checkpoint":
        new = _checkpoint(new, calls, owned)
    return line if new == entry.data else written(replace(entry, data=new))


def _checkpoint(data: dict[str, object], calls: set[str], owned: Owned) -> dict[str, object]:
    """A picture of the live state of then: what was his is over, and stands in it for nothing."""
    new = dict(data)
    for name, names in (("calls", calls), ("callbacks", owned.callbacks), ("records", owned.records)):
        found = data.get(name)
        if isinstance(found, list):
            new[name] = [one for one in found if not (isinstance(one, dict) and _id(one) in names)]
    return new


def _id(one: dict[str, Any]) -> Any:
    known = one.get("known")  # a record of a list
    return known.get("id") if isinstance(known, dict) else one.get("id")


def written(entry: Entry) -> bytes:
    line = entry.line()
    assert zlib.crc32(line[9:-1]) == int(line[:8], 16)
    return line


def texts(folder: Path, person: Person) -> tuple[int, int]:
    """Files that people brought or that were made of them: in texts the cells of lines that name him are emptied (an
    import that was interrupted finds its place by counting lines), spreadsheets that name him go as a whole. Returns
    (lines, files)."""
    lines = files = 0
    if not folder.is_dir():
        return 0, 0
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
        if path.name.endswith(TEMPORARY):
            path.unlink(missing_ok=True)
            continue
        with suppress(OSError):
            if path.suffix == ".jsonl":
                lines += _refused(path, person)
            elif path.suffix == ".json":
                files += _whole(path, person)
            elif _is_text(path):
                lines += _text(path, person)
            elif _may_name(path, person):
                path.unlink()
                files += 1
    return lines, files


def _is_text(path: Path) -> bool:
    with path.open("rb") as file:
        begin = file.read(4)
    return not begin.startswith(NOT_TEXT) and path.stat().st_size <= LARGEST_TEXT


def _refused(path: Path, person: Person) -> int:
    """Lines [cells, reason, params] of JSON. Each keeps its length: an import that was interrupted goes on behind a
    byte that it knows."""
    gone = 0

    def lines() -> Iterator[bytes]:
        nonlocal gone
        with path.open("rb") as file:
            for line in file:
                if not person.mentioned(line.decode("utf-8", "replace")):
                    yield line
                    continue
                gone += 1
                yield _emptied(line)

    _anew(path, lines)
    return gone


def _emptied(line: bytes) -> bytes:
    room = len(line.rstrip(b"\r\n"))
    try:
        cells, key, _ = orjson.loads(line)
        new = orjson.dumps([["*" if c else "" for c in cells], key, {}])
    except (ValueError, TypeError):
        new = b""
    return (new if len(new) <= room else b"").ljust(room) + b"\n"


def _whole(path: Path, person: Person) -> int:
    """A document that can be made again."""
    if person.mentioned(path.read_bytes().decode("utf-8", "replace")):
        path.unlink()
        return 1
    return 0


def _may_name(path: Path, person: Person) -> bool:
    """A spreadsheet in which he stands, or that can't be read."""
    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            for row in book.get_sheet_by_name(name).iter_rows():
                cells = (str(int(c)) if isinstance(c, float) and c == int(c) else str(c) for c in row)
                if person.mentioned(" | ".join(cells)):
                    return True
    except (CalamineError, OSError, ValueError, OverflowError):
        return True
    return False


def _text(path: Path, person: Person) -> int:
    encoding = _encoding(path)
    gone = 0

    def lines() -> Iterator[bytes]:
        nonlocal gone
        with path.open("r", encoding=encoding, errors="surrogateescape", newline="") as file:
            for line in file:
                if person.mentioned(line):
                    gone += 1
                    line = _CELL.sub("*", line)
                yield line.encode(encoding, "surrogateescape")

    _anew(path, lines)
    return gone


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        begin = file.read(4)
    if begin.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if begin.startswith(b"\xfe\xff"):
        return "utf-16-be"
    return "utf-8"  # what is none goes through as it is; digits and addresses are the same in all of them


def records(folder: Path, person: Person) -> int:
    """Call records of the switch that were kept aside: those that name him go."""
    gone = 0
    for path in folder.rglob("*.xml") if folder.is_dir() else ():
        with suppress(OSError):
            text = path.read_bytes().decode("utf-8", "replace")
            if person.mentioned(text.replace("%2B", "+")):
                path.unlink()
                gone += 1
    return gone


def _anew(path: Path, lines: Callable[[], Iterator[bytes]]) -> None:
    """Write the file again, unless nothing in it changes; its age stays (it says when a journal may be removed)."""
    beside = path.with_name(path.name + TEMPORARY)
    was = path.stat()
    try:
        with beside.open("wb") as file:
            os.fchmod(file.fileno(), was.st_mode & 0o777)
            for line in lines():
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if _same(path, beside):
            return
        os.utime(beside, ns=(was.st_atime_ns, was.st_mtime_ns))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            a, b = first.read(1 << 20), second.read(1 << 20)
            if a != b:
                return False
            if not a:
                return True
