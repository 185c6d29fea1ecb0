"""The database, read only: plain SQL, so that it can be read also when its tables are older or newer than this program.

SQLite: the file is opened with `mode=ro`, without a write-ahead log beside it as `immutable` (else SQLite would make
one). Whether somebody holds the write lock is read from the locks of the system (walformat.html: byte 120 of the
-shm file), not tried. Only ever in a process that has no other connection to the file: closing a file drops a process's
own locks.
"""

from __future__ import annotations

import fcntl
import sqlite3
import struct
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fs_app.config import Settings
from fs_app.db import Database
from fs_app.doctor.installation import DataSeen

Row = Mapping[str, Any]
Ask = Callable[[str], Sequence[Row]]

WAIT_S = 2.0
"""A lock that is held for so long is more than a transaction under way."""

STEP_S = 0.1
WRITE_LOCK = 120
MOST_ROWS = 20_000

TABLES = (
    "account",
    "app_user",
    "agent",
    "queue",
    "queue_member",
    "did",
    "schedule",
    "schedule_range",
    "flow",
    "sound",
    "sound_file",
)


def look(settings: Settings) -> DataSeen:
    database = Database(settings.database, settings.migrations_dir)
    seen = DataSeen(described=database.described())
    if database.is_sqlite:
        return _sqlite(Path(settings.database.partition("sqlite:///")[2]), seen)
    return _postgresql(settings.database, seen)


# --- SQLite -------------------------------------------------------------------------------------------------
def _sqlite(path: Path, seen: DataSeen) -> DataSeen:
    described = seen.described
    if not path.exists():
        return DataSeen("missing", str(path), described)
    if _held(Path(f"{path}-shm")):
        return DataSeen("locked", "", described)
    alone = not Path(f"{path}-wal").exists()
    address = f"file:{quote(str(path))}?mode=ro{'&immutable=1' if alone else ''}"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=WAIT_S)) as connection:
            connection.row_factory = sqlite3.Row

            def ask(sql: str) -> Sequence[Row]:
                return [dict(row) for row in connection.execute(sql).fetchmany(MOST_ROWS)]

            names = {row["name"] for row in ask("select name from sqlite_master where type = 'table'")}
            return _read(seen, ask, names)
    except sqlite3.Error as error:
        return DataSeen("locked" if "locked" in str(error) else "away", str(error)[:300], described)


def _held(shm: Path) -> bool:
    """Whether one process holds the write lock during all of WAIT_S."""
    if sys.platform != "linux" or not shm.exists():
        return False
    end = time.monotonic() + WAIT_S
    while True:
        try:
            with shm.open("rb") as file:
                asked = struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, WRITE_LOCK, 1, 0)
                answer = fcntl.fcntl(file, fcntl.F_GETLK, asked)
        except OSError:
            return False
        if struct.unpack("hhqqi4x", answer)[0] == fcntl.F_UNLCK:
            return False
        if time.monotonic() > end:
            return True
        time.sleep(STEP_S)


# --- PostgreSQL ---------------------------------------------------------------------------------------------
def _postgresql(url: str, seen: DataSeen) -> DataSeen:
    try:
        import psycopg
        from psycopg.rows import dict_row
    except ImportError:
        return DataSeen("away", "psycopg is not installed (pip install 'fs-app[postgres]')", seen.described)
    options = "-c default_transaction_read_only=on -c statement_timeout=5000 -c lock_timeout=2000"
    try:
        with psycopg.connect(url, connect_timeout=3, options=options, row_factory=dict_row) as connection:

            def ask(sql: str) -> Sequence[Row]:
                return connection.execute(sql.encode()).fetchmany(MOST_ROWS)

            found = ask("select table_name from information_schema.tables where table_schema = 'public'")
            return _read(seen, ask, {row["table_name"] for row in found})
    except psycopg.errors.LockNotAvailable as error:
        return DataSeen("locked", str(error)[:300], seen.described)
    except psycopg.Error as error:
        return DataSeen("away", str(error).partition("\n")[0][:300], seen.described)


def _read(seen: DataSeen, ask: Ask, names: set[str]) -> DataSeen:
    applied = (
        frozenset(str(row["name"]) for row in ask("select name from schema_migration"))
        if "schema_migration" in names
        else frozenset()
    )
    position = None
    if "projection_mark" in names:
        marks = [row["position"] for row in ask("select position from projection_mark")]
        position = max(marks, default=0)
    tables = {name: ask(f"select * from {name}") for name in TABLES if name in names}  # noqa: S608 - our names
    return DataSeen(described=seen.described, applied=applied, position=position, tables=tables)
