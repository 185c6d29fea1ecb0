"""One export or erasure of a person: its row, its folders, and what the rest of the program does for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fs_app.callbacks.state import Callback
from fs_app.db import Database
from fs_app.errors import Conflict
from fs_app.privacy.model import PersonJob
from fs_app.tasks import Threads

EXPORT, ERASE = "export", "erase"
NEW, WAITING, RUNNING, DONE, FAILED = "NEW", "WAITING", "RUNNING", "DONE", "FAILED"
OPEN = (NEW, WAITING, RUNNING)
TIMEOUT_S = 60.0
SETTLED_S = 30.0


class NotYet(Conflict):
    """Something has to be over before: a call, an import, a file. `why`: privacy.waits.*"""

    key = "error.privacy_waits"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Folders:
    """`exports`: where files lie until they are fetched or their days are over; `records`: kept call records."""

    exports: Path
    journal: Path
    imports: Path
    recordings: Path
    records: Path

    def file_of(self, name: str) -> Path:
        """Where the file of an export lies."""
        return self.exports / Path(name).name


@dataclass(frozen=True, slots=True)
class Around:
    """What the rest of the program does for a job. `settled(entry, seconds)` waits until the database has the journal
    up to that entry; `remove_files()` deletes recordings that are to be deleted; `close(callback)` takes somebody off
    the list of callbacks; `changed(account)`: the blacklist is another one."""

    settled: Callable[[int, float], None]
    remove_files: Callable[[], None]
    close: Callable[[Callback, str], None]
    changed: Callable[[int], None]


class Rows:
    """The rows of jobs, and the files that they name."""

    def __init__(self, db: Database, threads: Threads, folders: Folders) -> None:
        self._db = db
        self._threads = threads
        self._folders = folders

    def set(self, job: int, **values: Any) -> None:
        self._db.write(
            lambda: PersonJob.update(**values).where(PersonJob.id == job).execute(), timeout=TIMEOUT_S
        )

    def step(self, job: int, phase: str, done: int, total: int) -> None:
        self.set(job, phase=phase, done=done, total=total)

    def remove_file(self, job: Any) -> None:
        """What an export has made, and whom it was about."""
        if job.file:
            self._threads.run(_unlink, self._folders.file_of(job.file))
        self._db.write(
            lambda: PersonJob.update(what=None, file="", bytes=0).where(PersonJob.id == job.id).execute()
        )


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)
