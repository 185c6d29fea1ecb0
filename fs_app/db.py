"""The database: peewee on SQLite (WAL) or PostgreSQL; one writer; never on the loop's own thread.

`read(fn)` and `write(fn)` run `fn()` in native threads with a connection of their own and wait, yielding, with
a deadline. All writes go through one thread: SQLite has one writer, and a transaction is never interrupted.
A locked database delays whoever waits here and nobody else.

A thread keeps its connection: to open one costs more than most questions (SQLite reads the schema, PostgreSQL starts
a process). One that failed is not used again, and one that has rested is tried first.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import get_ident
from types import SimpleNamespace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import gevent
import orjson
import peewee
import structlog
from gevent.monkey import get_original
from gevent.threadpool import ThreadPool
from playhouse.db_url import connect
from playhouse.migrations import Runner

from fs_app.errors import ConfigError, DatabaseBusy, FsAppError
from fs_app.folding import plain
from fs_app.wish import Wish

R = TypeVar("R")
log = structlog.get_logger(__name__)

proxy = peewee.DatabaseProxy()
"""peewee's models must name a database when they are defined; `Database.open()` binds it, once per process."""

CONNECT_S = 3
"""How long PostgreSQL may take to accept a connection: others wait meanwhile."""

CHECKPOINT_PAGES = 48_000
"""From so many pages (of 4 kB) of its log on, SQLite writes them into the database when somebody commits. With its own
limit, 1,000, each batch of an import did, and half of its time was waiting for the disk."""

BUSY_MS = 2000
"""How long SQLite itself waits for a lock in the writer's thread before it says so (PRAGMA busy_timeout)."""

CHECKPOINT_S = 20.0
"""So often the log of SQLite is written into the database, beside whoever writes."""

RESTED_S = 1.0
"""After so long the other end may have gone (a restart, a proxy's time-out) without a word."""

PATIENCE_S = 60.0
"""How long a start waits for a database that somebody else has locked."""

AGAIN_S = 0.5


class Base(peewee.Model):
    """Every table of the program."""

    class Meta:
        database = proxy
        legacy_table_names = False


class Millis(peewee.BigIntegerField):
    """A moment: UTC, milliseconds since the epoch."""


class LastingId(peewee.AutoField):
    """An id that nobody else gets after its row is gone: for rows whose id stands in addresses, in the audit log or in
    other tables without a reference. SQLite would give the highest one again, and an old link or an import that is
    undone would mean somebody else."""

    def ddl(self, ctx: peewee.Context) -> Any:
        column = super().ddl(ctx)
        if not isinstance(proxy.obj, peewee.SqliteDatabase):
            return column
        return peewee.NodeList((column, peewee.SQL("AUTOINCREMENT")))


class Json(peewee.TextField):
    """A JSON document in a text column, the same on SQLite and PostgreSQL."""

    def db_value(self, value: Any) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def python_value(self, value: Any) -> Any:
        return None if value is None else orjson.loads(value)


class _Migrations(Runner):
    """SQLite: a migration that writes a table anew (peewee does, for a column that may not be empty) would let its ids
    begin again after the last row. The counters are put back in the same transaction."""

    def _run(self, name: str, module: Any, direction: str, fake: bool = False) -> None:
        def counted(migrator: Any, db: peewee.Database) -> None:
            before = self._counters()
            getattr(module, direction)(migrator, db)
            after = self._counters()
            for table, highest in before.items():
                if after.get(table, highest) < highest:
                    db.execute_sql(
                        'UPDATE "sqlite_sequence" SET "seq" = ? WHERE "name" = ?', (highest, table)
                    )

        kept = SimpleNamespace(atomic=getattr(module, "atomic", True), **{direction: counted})
        super()._run(name, kept, direction, fake)

    def _counters(self) -> dict[str, int]:
        if not isinstance(self.database, peewee.SqliteDatabase) or not self.database.table_exists(
            "sqlite_sequence"
        ):
            return {}
        return dict(self.database.execute_sql('SELECT "name", "seq" FROM "sqlite_sequence"').fetchall())


def _is_away(error: Exception) -> bool:
    """Locked, unreachable, connection killed: time mends it. Of psycopg's errors peewee translates some classes only,
    so all are known by the name that DB-API gives them."""
    return any(c.__name__ == "OperationalError" for c in type(error).__mro__)


def _is_locked(error: Exception) -> bool:
    return _is_away(error) and "locked" in str(error)


def _only_ours(path: Path) -> None:
    """Hashes of passwords stand in the file: nobody else reads it (SQLite gives -wal and -shm the same mode)."""
    with contextlib.suppress(OSError):  # what is wrong with the place is said when it is opened
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)


class Database:
    """`url`: `sqlite:///path`, or `postgresql://…` (psycopg 3)."""

    def __init__(self, url: str, migrations: Path) -> None:
        self.url = url
        self.migrations = migrations
        self.is_sqlite = url.startswith("sqlite")
        self._writer = ThreadPool(1)
        self._readers = ThreadPool(4)
        self._waiting = 0
        self._wish: Wish | None = None
        self._connections: dict[int, tuple[Any, float]] = {}
        """By thread: its connection, when it was used last."""
        self._checkpoint_at = time.monotonic() + CHECKPOINT_S
        self.trouble = ""

    def open(self) -> None:
        """Connect, bind the models, bring the schema up to date. Raises ConfigError in words."""
        if self.is_sqlite:
            path = self.url.partition("sqlite:///")[2]
            _only_ours(Path(path))
            self._wish = Wish(Path(path))
            self._database: peewee.Database = peewee.SqliteDatabase(
                path,
                pragmas={
                    "journal_mode": "wal",
                    "synchronous": "normal",
                    "foreign_keys": 1,
                    "busy_timeout": BUSY_MS,
                    # A process that writes much does it before this one would have to.
                    "wal_autocheckpoint": 2 * CHECKPOINT_PAGES,
                },
                check_same_thread=False,
            )
            self._database.register_function(plain, "plain", 1, deterministic=True)
        else:
            scheme, _, rest = self.url.partition("://")
            try:
                self._database = connect(
                    f"{scheme.replace('postgresql', 'psycopg3')}://{rest}",
                    unquote_password=True,
                    connect_timeout=CONNECT_S,
                )
            except (RuntimeError, ValueError) as error:
                raise ConfigError(f"FS_APP_DATABASE_URL: {error}") from error
        # peewee guards opening and closing with a lock that monkey-patching made one of gevent's. Our native threads
        # meet on it, and there a waiting thread is often not woken when the lock is free again: reads stood still for
        # seconds. A native lock, held for the millisecond that a connection takes, is right between native threads.
        self._database._lock = get_original("threading", "Lock")()
        proxy.initialize(self._database)
        end = time.monotonic() + PATIENCE_S
        applied, failed = self._writer.apply(self._migrate)
        while failed is not None and _is_locked(failed) and time.monotonic() < end:
            log.warning("the start waits for the database", why=str(failed))
            gevent.sleep(AGAIN_S)
            applied, failed = self._writer.apply(self._migrate)
        if failed is not None:
            self.close()
            raise ConfigError(
                f"the database {self.described()} can't be opened or brought up to date: {failed}"
            ) from failed
        for name in applied:
            log.info("migration applied", migration=name)

    def described(self) -> str:
        """The address without password, for logs and pages."""
        if self.is_sqlite:
            return self.url
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}:{parts.port or 5432}{parts.path}"

    def read(self, work: Callable[[], R], timeout: float = 10.0) -> R:
        """Run `work` in a reader thread. Raises DatabaseBusy after `timeout` seconds."""
        return self._run(self._readers, work, timeout, write=False)

    def write(self, work: Callable[[], R], timeout: float = 10.0) -> R:
        """Run `work` in one transaction in the writer's thread.

        Raises DatabaseBusy after `timeout` seconds or when the database is locked by somebody else; then
        nothing was written, or (time-out) what was written is whole.
        """
        return self._run(self._writer, work, timeout, write=True)

    def write_at_start(self, work: Callable[[], R]) -> R:
        """The same for a start, which can't go on without: a locked database is waited for. Raises DatabaseBusy."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.write(work)
            except DatabaseBusy as error:
                if time.monotonic() > end:
                    raise
                log.warning("the start waits for the database", why=str(error))
                gevent.sleep(AGAIN_S)

    def _run(self, pool: ThreadPool, work: Callable[[], R], timeout: float, write: bool) -> R:
        if self._waiting > 5000:
            raise DatabaseBusy(f"{self._waiting} pieces of work wait for the database")
        self._waiting += 1
        try:
            with gevent.Timeout(timeout, False):
                result, error = pool.apply(self._guarded, (work, write))
                if error is not None:
                    raise error
                if write and self.is_sqlite and time.monotonic() > self._checkpoint_at:
                    self._checkpoint_at = time.monotonic() + CHECKPOINT_S
                    self._readers.spawn(self._checkpoint)
                return result  # type: ignore[no-any-return]
            raise DatabaseBusy(f"no answer from the database within {timeout} s")
        finally:
            self._waiting -= 1

    def _guarded(self, work: Callable[[], R], write: bool) -> tuple[R | None, Exception | None]:
        # Exceptions travel as values: a thread pool of gevent prints those that pass through it.
        try:
            with self._connected():
                if write:
                    with self._turn(), self._transaction():
                        result = work()
                else:
                    result = work()
        except Exception as error:  # noqa: BLE001 - handed to the caller, who asked
            if _is_away(error):
                self.trouble = str(error)
                return None, DatabaseBusy(f"the database says: {error}")
            return None, error
        self.trouble = ""
        return result, None

    # --- connections: each thread's own -----------------------------------------------------------------------
    @contextlib.contextmanager
    def _connected(self) -> Iterator[None]:
        """With this thread's connection, which is given up when something fails that is none of our own refusals."""
        self._try()
        if self._database.is_closed():
            self._database.connect()
        try:
            yield
        except Exception as error:
            if not isinstance(error, FsAppError):
                self._disconnect()
            raise
        finally:
            if not self._database.is_closed():
                self._connections[get_ident()] = (self._database.connection(), time.monotonic())

    def _try(self) -> None:
        used = self._connections.get(get_ident(), (None, 0.0))[1]
        if self.is_sqlite or self._database.is_closed() or time.monotonic() - used <= RESTED_S:
            return
        try:
            self._database.execute_sql("SELECT 1")
        except Exception:  # noqa: BLE001 - whatever it is, another one is opened
            self._disconnect()

    def _disconnect(self) -> None:
        self._connections.pop(get_ident(), None)
        with contextlib.suppress(Exception):
            self._database.close()
        # It does not close in the middle of a transaction, which is lost anyway.
        if not self._database.is_closed():
            self._database._state.reset()

    def _checkpoint(self) -> None:
        """Also what the last connection would do when it is closed."""
        with contextlib.suppress(Exception), self._connected():
            self._database.execute_sql("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _turn(self) -> Any:
        return self._wish.to_write() if self._wish is not None else contextlib.nullcontext()

    def _transaction(self) -> Any:
        # SQLite: take the lock at the beginning and wait for it there. A transaction that reads first and then finds
        # that somebody else wrote meanwhile is refused at once, whatever the busy_timeout.
        return self._database.atomic("IMMEDIATE") if self.is_sqlite else self._database.atomic()

    def _migrate(self) -> tuple[list[str], Exception | None]:
        try:
            with self._connected():
                return list(_Migrations(self._database, directory=str(self.migrations)).up()), None
        except (peewee.PeeweeException, sqlite3.Error, OSError) as error:
            return [], error  # as a value, for the same reason as above

    def close(self) -> None:
        """End the threads; work that has begun is finished first."""
        self._writer.join()
        self._readers.join()
        self._writer.kill()
        self._readers.kill()
        connections, self._connections = self._connections, {}
        for connection, _ in connections.values():
            with contextlib.suppress(Exception):
                connection.close()
