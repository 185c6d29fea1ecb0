"""Files that imports and exports leave behind, and the refused lines of the directory: what is too old of them.

What is in the database is looked at inside `Database.read` and `.write`; files are removed in a thread, first.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fs_app.contacts.model import DirectoryImport
from fs_app.imports.model import ImportJob
from fs_app.privacy.model import PersonJob

OVER = ("DONE", "UNDONE", "NEW", "PREPARED", "CHECKED", "FAILED", "STOPPED", "HALFWAY")
"""States in which nothing works on the files of an import."""

SOURCES = ("source",)
REFUSED = ("refused.", "kept.", "check.")
"""Beginnings of names in the folder of an import."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of an import's files that are too old."""

    job: int
    path: Path


def old_imports(account: int, before: int) -> list[int]:
    """Imports that nobody works on and that ended (or were brought) before."""
    rows = ImportJob.select(ImportJob.id, ImportJob.at, ImportJob.ended_at).where(
        ImportJob.account == account, ImportJob.at < before, ImportJob.state.in_(OVER)
    )
    return [i for i, at, ended in rows.tuples() if (ended or at) < before]


def files_of(root: Path, jobs: Sequence[int], beginnings: Sequence[str]) -> list[Path]:
    """Those that are there. Blocks: in a thread."""
    found = []
    for job in jobs:
        folder = root / str(job)
        with suppress(OSError):
            found += [p for p in sorted(folder.iterdir()) if p.name.startswith(tuple(beginnings))]
    return found


def remove(paths: Sequence[Path]) -> int:
    """How many went. Blocks: in a thread."""
    gone = 0
    for path in paths:
        try:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            gone += 1
        except FileNotFoundError:
            pass
        except OSError:
            continue  # tried again tomorrow
    return gone


def old_refused(account: int, before: int) -> list[int]:
    """Imports of the directory whose refused lines are still kept."""
    rows = DirectoryImport.select(DirectoryImport.id).where(
        DirectoryImport.account == account, DirectoryImport.at < before, DirectoryImport.refused_file != ""
    )
    return [i for (i,) in rows.tuples()]


def forget_refused(found: Sequence[int]) -> None:
    DirectoryImport.update(refused_file="").where(DirectoryImport.id.in_(list(found))).execute()


def old_exports(account: int, now: int) -> list[tuple[int, str]]:
    """(job, file) of exports whose days are over."""
    rows = PersonJob.select(PersonJob.id, PersonJob.file).where(
        PersonJob.account == account, PersonJob.file != "", PersonJob.expires_at <= now
    )
    return list(rows.tuples())


def forget_exports(found: Sequence[int]) -> None:
    PersonJob.update(file="", bytes=0, what=None).where(PersonJob.id.in_(list(found))).execute()
