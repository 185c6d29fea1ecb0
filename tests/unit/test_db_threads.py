"""Reads and writes of many greenlets at once never stand still."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import gevent

from fs_app.accounts.model import User
from tests.support import deskworld


def test_reads_and_writes_at_the_same_time_do_not_wait_for_each_others_connections(tmp_path: Path) -> None:
    db = deskworld.open_database(tmp_path)
    slowest = 0.0

    def measure(work: object) -> None:
        nonlocal slowest
        for _ in range(100):
            begun = time.monotonic()
            work()  # type: ignore[operator]
            slowest = max(slowest, time.monotonic() - begun)
            gevent.sleep(0.002)

    def read() -> None:
        db.read(lambda: User.select().count(), timeout=3.0)

    def write() -> None:
        db.write(lambda: User.update(theme="auto").where(User.id == 0).execute(), timeout=3.0)

    running = [gevent.spawn(measure, work) for work in (read, read, read, write)]
    gevent.joinall(running, timeout=30, raise_error=True)
    assert all(greenlet.successful() for greenlet in running)
    assert slowest < 1.0
    db.close()


def test_a_start_waits_for_a_database_that_somebody_else_has_locked(tmp_path: Path) -> None:
    deskworld.open_database(tmp_path).close()
    (path,) = tmp_path.glob("*.db")
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    gevent.spawn_later(2.5, other.execute, "ROLLBACK")  # longer than SQLite itself waits
    begun = time.monotonic()
    db = deskworld.open_database(tmp_path)
    assert db.write_at_start(lambda: User.update(theme="auto").where(User.id == 0).execute()) == 0
    assert time.monotonic() - begun > 2
    db.close()
    other.close()
