"""The lines that were not taken: written while the import runs, made into a table when somebody asks for it.

While it runs a line is [cells, key, params] as JSON, so that nothing is lost of it and each reader gets the reasons in
his own language. How many bytes of it are true stands in the job, written in the transaction of the rows: what a child
that died wrote beyond that is cut off.
"""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from fs_app.contacts.cells import csv_cell

Json = dict[str, Any]

FORGOTTEN_S = 3600.0


class RefusedFile:
    def __init__(self, path: Path, size: int) -> None:
        self._file = path.open("ab")
        self._file.truncate(size)
        self._file.seek(0, os.SEEK_END)
        if self._file.tell() < size:  # the machine lost what the disk had not yet: the rest is right
            self._file.truncate(size)
            self._file.seek(0, os.SEEK_END)
        self.size = size

    def add(self, lines: Iterable[tuple[Sequence[str], str, Json]]) -> int:
        """Append; the new size. It counts when `keep` is called."""
        data = b"".join(orjson.dumps([list(cells), key, params]) + b"\n" for cells, key, params in lines)
        self._file.write(data)
        self._file.flush()
        return self.size + len(data)

    def keep(self, size: int) -> None:
        self.size = size

    def drop(self) -> None:
        """What was added since `keep` was not true."""
        self._file.truncate(self.size)
        self._file.seek(0, os.SEEK_END)

    def close(self) -> None:
        os.fsync(self._file.fileno())
        self._file.close()


def as_csv(
    source: Path,
    out: Path,
    header: Sequence[str],
    words: Mapping[str, str],
    delimiter: str,
    size: int | None = None,
) -> int:
    """The columns of the file, then the reason; how many lines. `words`: sentence → text, with `{name}` for its
    parameters, and `reason`, the heading. UTF-8 with a byte order mark; no cell is a formula."""
    done = 0
    part = out.with_suffix(".part")
    with source.open("rb") as lines, part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        width = len(header)
        writer.writerow([csv_cell(cell) for cell in (*header, words.get("reason", ""))])
        for line in lines:
            if size is not None and (size := size - len(line)) < 0:
                break
            try:
                cells, key, params = orjson.loads(line)
            except ValueError:
                continue  # a line that the machine lost in a power cut
            cells = [*cells, *("",) * (width - len(cells))]
            writer.writerow([csv_cell(cell) for cell in (*cells, said(words, key, params))])
            done += 1
    os.replace(part, out)
    return done


def forget_old(folder: Path) -> None:
    """Tables that were asked for long ago: whoever asks again gets a new one."""
    for old in folder.glob("*-*.csv*"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > FORGOTTEN_S:
                old.unlink()


def said(words: Mapping[str, str], key: str, params: Mapping[str, Any]) -> str:
    text = words.get(key, key)
    for name, value in params.items():
        text = text.replace("{" + name + "}", str(value))
    return text
