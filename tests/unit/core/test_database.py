"""One writer, readers beside it, never on the loop; SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import gevent
import peewee
import psycopg
import pytest
from gevent.monkey import get_original
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from fs_app import models
from fs_app.accounts.model import Account
from fs_app.db import Database
from fs_app.errors import ConfigError, DatabaseBusy
from tests.support.postgres import Postgres
from tests.support.until import until
from tests.unit.core.databases import MIGRATIONS, Ids, opened

native_thread_id = get_original("_thread", "get_ident")


@contextmanager
def locked(db: Database) -> Iterator[None]:
    """Somebody else has everything locked, in a native thread's own connection."""
    if db.is_sqlite:
        with closing(sqlite3.connect(db.url.partition("sqlite:///")[2], isolation_level=None)) as other:
            other.execute("begin exclusive")
            yield
            other.execute("rollback")
    else:
        with psycopg.connect(db.url, autocommit=True) as other, other.transaction():
            other.execute("lock table account, call, projection_mark, journal_entry in access exclusive mode")
            yield


class Ticker:
    """Wakes every 10 ms and keeps the longest delay (s)."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._greenlet = gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            before = time.monotonic()
            gevent.sleep(0.01)
            self.longest = max(self.longest, time.monotonic() - before - 0.01)

    def stop(self) -> float:
        self._greenlet.kill()
        return self.longest


OF_WORDS = {"contact_search_words"}
"""PostgreSQL's index of the search in the contacts: SQLite has another one, which no model can name."""


# --- connections ------------------------------------------------------------------------------------------------
def sessions(db: Database) -> set[int]:
    """Process ids of the server's sessions in this database, but for the asking one's."""
    with psycopg.connect(db.url, autocommit=True) as other:
        rows = other.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            " and backend_type = 'client backend'"
        ).fetchall()
    return {pid for (pid,) in rows}


def end_sessions(db: Database) -> int:
    there = sessions(db)
    with psycopg.connect(db.url, autocommit=True) as other:
        for pid in there:
            other.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    return len(there)


def opened_connections(db: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each connection that is opened from now on."""
    found: list[int] = []
    connect = db._database.connect

    def counted(*args: object, **more: object) -> object:
        found.append(1)
        return connect(*args, **more)

    monkeypatch.setattr(db._database, "connect", counted)
    return found


def test_each_thread_keeps_its_connection(db: Database, ids: Ids, monkeypatch: pytest.MonkeyPatch) -> None:
    made = opened_connections(db, monkeypatch)
    for _ in range(10):
        gevent.joinall([gevent.spawn(db.read, lambda: Account.select().count()) for _ in range(20)])
        db.write(lambda: Account.update(name="x").where(Account.id == ids.account).execute())
    assert len(made) <= 5  # four readers, one writer
    if not db.is_sqlite:
        assert len(sessions(db)) <= 5


def test_a_program_that_ends_leaves_no_connection(url: str) -> None:
    db = opened(url)
    gevent.joinall([gevent.spawn(db.read, lambda: Account.select().count()) for _ in range(20)])
    db.close()
    if db.is_sqlite:
        assert not Path(f"{db.url.partition('sqlite:///')[2]}-wal").exists()  # the last one writes it back
    else:
        until(lambda: not sessions(db), 5, "the server has forgotten them")


def test_a_connection_that_was_cut_while_it_rested_is_not_noticed(
    db: Database, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fs_app.db.RESTED_S", 0.0)
    assert db.read(lambda: Account.select().count()) > 0
    db.write(lambda: Account.update(name="before").where(Account.id == ids.account).execute())
    if not db.is_sqlite:
        assert end_sessions(db) >= 2
    db.write(lambda: Account.update(name="after").where(Account.id == ids.account).execute())
    assert db.read(lambda: Account.get_by_id(ids.account).name) == "after"


def test_a_connection_that_is_cut_in_the_middle_writes_nothing_and_the_next_one_works(
    db: Database, ids: Ids
) -> None:
    if db.is_sqlite:
        pytest.skip("nobody cuts SQLite off")

    def cut() -> None:
        Account.update(name="half").where(Account.id == ids.account).execute()
        assert end_sessions(db) >= 1
        Account.update(name="whole").where(Account.id == ids.account).execute()

    before = db.read(lambda: Account.get_by_id(ids.account).name)
    with pytest.raises(DatabaseBusy):
        db.write(cut)
    until(lambda: _name_or_none(db, ids) == before, 5, "a new connection, and nothing was written")
    db.write(lambda: Account.update(name="next").where(Account.id == ids.account).execute())
    assert _name_or_none(db, ids) == "next"


def _name_or_none(db: Database, ids: Ids) -> str | None:
    try:
        return str(db.read(lambda: Account.get_by_id(ids.account).name))
    except DatabaseBusy:
        return None  # the readers' connections were cut, too, less than a second ago


def test_a_question_that_fails_leaves_nothing_behind(db: Database, ids: Ids) -> None:
    def fails() -> None:
        Account.update(name="lost").where(Account.id == ids.account).execute()
        db._database.execute_sql("select no_such_column from account")

    before = db.read(lambda: Account.get_by_id(ids.account).name)
    with pytest.raises((peewee.PeeweeException, DatabaseBusy)):
        db.write(fails)
    assert db.read(lambda: Account.get_by_id(ids.account).name) == before
    db.write(lambda: Account.update(name="found").where(Account.id == ids.account).execute())
    assert db.read(lambda: Account.get_by_id(ids.account).name) == "found"


def test_the_log_of_sqlite_is_written_back_beside_the_work(
    db: Database, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL does it by itself")
    monkeypatch.setattr("fs_app.db.CHECKPOINT_S", 0.0)
    monkeypatch.setattr(db, "_checkpoint_at", 0.0)

    path = Path(db.url.partition("sqlite:///")[2])
    copy = path.with_name("without-its-log.db")

    def written() -> str:
        """What stands in the database itself. Whoever opens it there writes the log back when he closes it."""
        copy.write_bytes(path.read_bytes())
        with (
            closing(sqlite3.connect(copy)) as other,
            suppress(sqlite3.DatabaseError),
        ):  # half of it was written
            found = other.execute("select name from account where id = ?", (ids.account,)).fetchone()
            return str(found[0]) if found else ""
        return ""

    def write(name: str) -> None:
        db.write(lambda: Account.update(name=name).where(Account.id == ids.account).execute())

    for at in range(50):
        write(f"x{at}")

    def is_there() -> bool:
        write("last")  # of two checkpoints at once one does nothing, and leaves what came since to the next
        return written() in ("x49", "last")

    until(is_there, 5, "everything is in the database")


# --- the schema -------------------------------------------------------------------------------------------------
def test_the_migrations_make_what_the_models_say(empty_url: str) -> None:
    db = opened(empty_url)
    difference = db.read(lambda: diff_models(db._database, models.TABLES))
    difference.drop_indexes[:] = [i for i in difference.drop_indexes if i.name not in OF_WORDS]
    assert not difference, str(difference)
    db.close()


def test_every_model_is_in_the_list(db: Database) -> None:
    def subclasses(of: type) -> Iterator[type]:
        for sub in of.__subclasses__():
            yield sub
            yield from subclasses(sub)

    from fs_app.db import Base

    ours = {m for m in subclasses(Base) if m.__module__.startswith("fs_app.")}
    assert ours == set(models.TABLES)
    tables = set(db.read(lambda: db._database.get_tables()))
    assert {m._meta.table_name for m in models.TABLES} <= tables  # type: ignore[attr-defined]


def test_a_database_that_is_up_to_date_is_opened_again_without_change(empty_url: str) -> None:
    opened(empty_url).close()
    again = Database(empty_url, MIGRATIONS)
    again.open()
    status = again.read(lambda: list(Runner(again._database, directory=str(MIGRATIONS)).status()))
    assert len(status) == len(list(MIGRATIONS.glob("*.py")))
    again.close()


def test_the_migrations_can_be_taken_back(empty_url: str) -> None:
    db = opened(empty_url)
    db._writer.apply(lambda: _down(db))
    tables = set(db.read(lambda: db._database.get_tables()))
    assert not {m._meta.table_name for m in models.TABLES} & tables  # type: ignore[attr-defined]
    db.close()


def _down(db: Database) -> None:
    with db._database.connection_context():
        list(Runner(db._database, directory=str(MIGRATIONS)).down(target="0001_initial"))


# --- threads ----------------------------------------------------------------------------------------------------
def test_no_statement_runs_in_the_loops_thread(db: Database) -> None:
    loop = native_thread_id()
    assert db.read(native_thread_id) != loop
    assert db.write(native_thread_id) != loop
    writers = {db.write(native_thread_id) for _ in range(8)}
    assert len(writers) == 1, "one writer"


def test_a_value_an_error_and_a_rollback_come_back(db: Database) -> None:
    assert db.read(lambda: 42) == 42

    def fails() -> None:
        Account.create(slug="x", name="x", sip_domain="x", created_at=1)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        db.write(fails)
    assert db.read(lambda: Account.select().count()) == 0

    def twice() -> None:
        for _ in range(2):
            Account.create(slug="x", name="x", sip_domain="x", created_at=1)

    with pytest.raises(peewee.IntegrityError):
        db.write(twice)
    assert db.read(lambda: Account.select().count()) == 0


def test_the_loop_goes_on_while_the_database_is_locked(db: Database, ids: Ids) -> None:
    ticker = Ticker()
    with locked(db):
        begin = time.monotonic()
        waiting = [gevent.spawn(_busy, db, 0.5) for _ in range(6)]
        gevent.joinall(waiting)
        assert [w.value for w in waiting] == [True] * 6
        assert time.monotonic() - begin < 1.5, "each in its own time"
    assert ticker.stop() < 0.1
    assert until(lambda: _counts(db), 10) == 1


def _busy(db: Database, timeout: float) -> bool:
    try:
        db.write(lambda: Account.update(name="new").execute(), timeout=timeout)
    except DatabaseBusy:
        return True
    return False


def _counts(db: Database) -> int:
    try:
        return db.read(lambda: Account.select().count(), timeout=1)
    except DatabaseBusy:
        return 0


def test_too_much_waiting_work_is_refused_at_once(db: Database) -> None:
    db._waiting = 5001
    with pytest.raises(DatabaseBusy):
        db.read(lambda: 1)
    db._waiting = 0
    assert db.read(lambda: 1) == 1


def test_many_readers_and_a_writer_at_once(db: Database, ids: Ids) -> None:
    def read() -> int:
        return sum(db.read(lambda: Account.select().count()) for _ in range(10))

    def write() -> int:
        for i in range(10):
            db.write(lambda i=i: Account.update(name=f"n{i}").execute())
        return 0

    begin = time.monotonic()
    jobs = [gevent.spawn(read) for _ in range(8)] + [gevent.spawn(write)]
    gevent.joinall(jobs, timeout=20, raise_error=True)
    assert [j.value for j in jobs] == [10] * 8 + [0]
    assert time.monotonic() - begin < 8


# --- SQLite -----------------------------------------------------------------------------------------------------
def test_a_write_that_reads_first_is_not_refused_because_somebody_else_writes(tmp_path: Path) -> None:
    """Without the lock from the beginning SQLite refuses it at once (SQLITE_BUSY_SNAPSHOT)."""
    path = tmp_path / "test.db"
    db = opened(f"sqlite:///{path}")
    db.write(lambda: Account.create(slug="x", name="x", sip_domain="x", created_at=1))
    read, go_on = threading.Event(), get_original("threading", "Event")()

    def reads_then_writes() -> None:
        assert Account.select().count() == 1
        read.set()
        go_on.wait(0.3)
        Account.update(name="ours").execute()

    job = gevent.spawn(db.write, reads_then_writes)
    until(read.is_set)
    with closing(sqlite3.connect(path, timeout=0.05, isolation_level=None)) as other:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("update account set name = 'theirs'")
        go_on.set()
        job.get(timeout=5)
        assert other.execute("select name from account").fetchone() == ("ours",)
    db.close()


def test_a_file_that_is_no_database_is_named_in_words(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(ConfigError, match=r"test\.db"):
        opened(f"sqlite:///{path}")
    with pytest.raises(ConfigError, match="none"):
        opened(f"sqlite:///{tmp_path / 'none' / 'x.db'}")


# --- PostgreSQL -------------------------------------------------------------------------------------------------
def test_connections_that_are_killed_are_no_end(postgres: Postgres) -> None:
    db = opened(postgres.create())
    name = urlsplit(db.url).path[1:]
    kill = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"

    def killed_in_the_middle() -> int:
        Account.create(slug="x", name="x", sip_domain="x", created_at=1)
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as other:
            other.execute(kill)
        return int(Account.select().count())

    def killed_while_it_reads() -> int:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as other:
            other.execute(kill)
        return int(Account.select().count())

    with pytest.raises(DatabaseBusy):
        db.write(killed_in_the_middle)
    with pytest.raises(DatabaseBusy):
        db.read(killed_while_it_reads)
    assert db.trouble
    assert db.write(lambda: Account.select().count()) == 0
    assert db.trouble == ""
    db.close()


def test_a_postgresql_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(ConfigError) as caught:
        opened("postgresql://user:se%40cret@127.0.0.1:1/nothing")
    assert "127.0.0.1:1/nothing" in str(caught.value)
    assert "se@cret" not in str(caught.value) and "se%40cret" not in str(caught.value)


def test_a_password_with_special_characters_is_understood(postgres: Postgres) -> None:
    postgres.sql("create role special login superuser password 'p@ss:/#'")
    url = postgres.create().replace("fsapp@", "special:p%40ss%3A%2F%23@")
    db = opened(url)
    assert db._database.connect_params["password"] == "p@ss:/#"
    db.close()
