"""Who writes much to SQLite lets those go first who write little.

SQLite has one writer at a time, and who finds it taken asks again after a pause of its own: a process that writes one
transaction after the other leaves the others waiting for seconds. So whoever writes for a person says that it wishes
to (a shared lock of a file beside the database, which ends with its process); who writes thousands of rows looks
before each transaction whether somebody wishes to.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 1.0
"""So long a transaction of many rows is put off: who wishes and wishes must not stop it for ever."""

LOOK_S = 0.001
ATTEMPTS = 1_000


class Wish:
    """`path`: of the database."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(f"{path.name}-wish")

    @contextmanager
    def to_write(self) -> Iterator[None]:
        """Meanwhile nobody begins to write much. It goes without, when the file can't be had."""
        file = self._open()
        try:
            if file is not None:
                _shared(file)
            yield
        finally:
            if file is not None:
                os.close(file)

    def give_way(self, patience_s: float = PATIENCE_S) -> bool:
        """Waits until nobody wishes to write. False: somebody still does. For processes that do nothing else: it
        blocks."""
        file = self._open()
        if file is None:
            return True
        end = time.monotonic() + patience_s
        try:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    if time.monotonic() > end:
                        return False
                    time.sleep(LOOK_S)
                else:
                    return True
        finally:
            os.close(file)

    def _open(self) -> int | None:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None


def _shared(file: int) -> None:
    """Somebody may just be looking: he holds it for some microseconds. Never waits: a process that was stopped while it
    looked must not stop the others."""
    for _ in range(ATTEMPTS):
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            continue
        return
