"""The snapshot of users: one JSON file, replaced as a whole.

The program writes it after every change of users; the directory process reads it when it has changed. It holds no
password, only the digest that SIP needs (RFC 2617: HA1); who has an HA1 can register as that user, so the file is
readable by its owner alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from fs_app.digest import a1_hash as a1_hash

VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9*#+._-]{1,64}")
_HASH = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class User:
    """One telephone's account. `name` is what others see; `context` is the dialplan context of its own calls."""

    user: str
    domain: str
    a1_hash: str
    account: str
    name: str = ""
    context: str = "phones"

    def __post_init__(self) -> None:
        for field in ("user", "domain", "account", "context"):
            if not _NAME.fullmatch(getattr(self, field)):
                raise ValueError(f"{field} of a telephone's user can't be used: {getattr(self, field)!r}")
        if not _HASH.fullmatch(self.a1_hash):
            raise ValueError(f"a1_hash of {self.user} is no MD5 in lower case")


def write(path: Path | str, users: Iterable[User]) -> None:
    """Replace the snapshot: readers see the old or the new one, never a part. Blocks for the disk; raises OSError."""
    path = Path(path)
    text = json.dumps({"version": VERSION, "users": [asdict(user) for user in users]}, ensure_ascii=False)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def read(path: Path | str) -> dict[tuple[str, str], User]:
    """All users by (user, domain in lower case). Raises OSError or ValueError when there is no usable snapshot."""
    data = json.loads(Path(path).read_text(encoding="utf-8"))
    if (
        not isinstance(data, Mapping)
        or data.get("version") != VERSION
        or not isinstance(data.get("users"), list)
    ):
        raise ValueError(f"{path} is no snapshot of version {VERSION}")
    try:
        users = [User(**entry) for entry in data["users"]]
    except TypeError as error:
        raise ValueError(f"{path}: {error}") from error
    return {(user.user, user.domain.lower()): user for user in users}


class Cached:
    """The snapshot as last read; read again when the file was replaced.

    A file that is missing or broken leaves the last good one in force: `problem` says so, in words.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.problem = "not read yet"
        self.users: dict[tuple[str, str], User] | None = None
        self._seen: tuple[int, int, int] | None = None

    def find(self, user: str, domain: str) -> User | None:
        """The user, or None. Raises LookupError while no snapshot could ever be read."""
        self.refresh()
        if self.users is None:
            raise LookupError(self.problem)
        return self.users.get((user, domain.lower()))

    def refresh(self) -> None:
        try:
            stat = os.stat(self.path)
            seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if seen == self._seen:
                return
            self.users, self.problem, self._seen = read(self.path), "", seen
        except (OSError, ValueError) as error:
            self.problem = str(error)
