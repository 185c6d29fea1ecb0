"""What many tests begin with, made once per run: a database with all migrations, the published static files."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from fs_app.db import Database

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def fresh(path: Path) -> Path:
    """An empty database of today's schema at `path`, as if every migration had been applied there."""
    path.write_bytes(_migrated())
    path.chmod(0o600)
    return path


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory(prefix="fs-app-schema-") as name:
        file = Path(name) / "schema.db"
        db = Database(f"sqlite:///{file}", MIGRATIONS)
        db.open()
        db.close()
        return whole(file)


def whole(file: Path) -> bytes:
    """A database as one file, also when its last connection has not put back yet what it wrote ahead."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.serialize()


@cache
def published() -> Path:
    """A folder for static files that lives as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="fs-app-static-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
