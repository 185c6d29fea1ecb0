"""Reads and writes of many greenlets at once never stand still."""

from __future__ import annotations

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
