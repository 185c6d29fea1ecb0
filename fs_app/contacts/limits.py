"""A question to the database that may take so long and no longer. Only inside `Database.read`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import peewee

from fs_app.db import proxy
from fs_app.errors import Unavailable

STEPS = 20_000
"""Instructions of SQLite's machine between two looks at the clock: some milliseconds."""


class TooSlow(Unavailable):
    """The question was given up: it looks through too much."""

    key = "contacts.error.too_slow"


@contextmanager
def within(ms: int) -> Iterator[None]:
    """Raises TooSlow when what runs inside takes longer."""
    database = proxy.obj
    connection = database.connection()
    if isinstance(database, peewee.SqliteDatabase):
        end = time.monotonic() + ms / 1000
        connection.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        begin, over = None, (lambda: connection.set_progress_handler(None, 0))
    else:
        begin, over = (
            f"set statement_timeout = {int(ms)}",
            (lambda: database.execute_sql("reset statement_timeout")),
        )
    if begin:
        database.execute_sql(begin)
    try:
        yield
    except peewee.OperationalError as error:
        if "interrupted" in str(error) or "statement timeout" in str(error):
            raise TooSlow(f"given up after {ms} ms") from error
        raise
    except Exception as error:
        if type(error).__name__ == "QueryCanceled":
            raise TooSlow(f"given up after {ms} ms") from error
        raise
    finally:
        over()
