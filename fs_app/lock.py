"""One process per data folder: two programs that append to one journal would destroy it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from fs_app.errors import ConfigError


class FolderLock:
    """An advisory lock that the system takes back when the process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._fd: int | None = None

    def take(self) -> None:
        """Taken already: no effect. Raises ConfigError, naming the other process, when somebody else has it."""
        if self._fd is not None:
            return
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        except OSError as error:
            raise ConfigError(f"the data folder {self._path.parent} can't be written to: {error}") from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            other = os.read(fd, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(fd)
            raise ConfigError(
                f"the data folder {self._path.parent} is in use by process {other}; stop it first, "
                "or set FS_APP_DATA_DIR to another folder"
            ) from error
        os.ftruncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        self._fd = fd

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
