"""Many rows at once: prepared statements on SQLite, COPY on PostgreSQL. The child's own connection.

Models have defaults that the database does not know; `Rows` fills them in for columns that an import says nothing of,
so a column that somebody adds to a table later needs no change here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

import peewee
from playhouse.db_url import connect

from fs_app.contacts.model import ContactSearch
from fs_app.db import BUSY_MS, CHECKPOINT_PAGES, CONNECT_S, Base, proxy
from fs_app.wish import Wish

CACHE_KIB = 96_000
"""Of SQLite: the inner pages of a million rows' indexes stay in memory."""

PENDING_KIB = 16_384
"""Of PostgreSQL: so much of the search's words is put into its index at once. With the usual 4 MB that was a third of
the server's work; much more, and whoever searches meanwhile reads it all. And no commit waits for the disk: how far the
file is stands in the same transaction, so a server that dies forgets both."""

TOGETHER = 40
"""Rows of one statement on SQLite: a quarter less time than one by one, and the counter of a table's ids is read and
written once for all of them. Times the columns of the widest table it stays below 999 values, SQLite's old bound."""

AT_ONCE = 200
"""Rows of the search that one call of the driver gets."""

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
NO_MORE = b"\xff\xff"
ROW = "!hiiiiii"
"""Columns; bytes and value of contact and of account; bytes of the vector and how many words it has."""

BAD_DATA = frozenset({"IntegrityError", "DataError", "ValueError", "OverflowError"})


def open_database(url: str, writes: bool) -> peewee.Database:
    """A connection of this process's own, to which all models are bound. `writes`: many rows."""
    database: peewee.Database
    if url.startswith("sqlite"):
        pragmas: dict[str, Any] = {
            "journal_mode": "wal",
            "synchronous": "normal",
            "foreign_keys": 1,
            "busy_timeout": 10 * BUSY_MS,
            "wal_autocheckpoint": CHECKPOINT_PAGES,
        }
        if writes:
            pragmas["cache_size"] = -CACHE_KIB
        database = peewee.SqliteDatabase(url.partition("sqlite:///")[2], pragmas=pragmas)
    else:
        scheme, _, rest = url.partition("://")
        address = f"{scheme.replace('postgresql', 'psycopg3').replace('postgres:', 'psycopg3:')}://{rest}"
        given = (
            {"options": f"-c synchronous_commit=off -c gin_pending_list_limit={PENDING_KIB}"}
            if writes
            else {}
        )
        database = connect(address, unquote_password=True, connect_timeout=CONNECT_S, **given)
    proxy.initialize(database)
    database.connect()
    return database


def trust_references(database: peewee.Database) -> None:
    """The database looks up each reference of each row that comes, ten for a line of a file: half of PostgreSQL's work.
    An import locks what it refers to itself (`held`), and does without, where its role may say so (a superuser). Only
    for who deletes nothing."""
    if isinstance(database, peewee.SqliteDatabase):
        database.execute_sql("PRAGMA foreign_keys = 0")
        return
    with suppress(peewee.PeeweeException), database.atomic():
        database.execute_sql("SET session_replication_role = replica")


def held(database: peewee.Database) -> str:
    """The end of a SELECT whose rows are not to be deleted before the transaction's end; SQLite has one writer."""
    return "" if isinstance(database, peewee.SqliteDatabase) else " FOR KEY SHARE"


def look_again(database: peewee.Database) -> None:
    """PostgreSQL plans for the table that it has seen the last time; in an empty one it would read all of it."""
    if not isinstance(database, peewee.SqliteDatabase):
        database.execute_sql("ANALYZE contact, contact_number, contact_search, contact_file_row, list_record")


def transaction(database: peewee.Database) -> AbstractContextManager[Any]:
    """SQLite takes the lock at the beginning, waits for it there, and lets those go first who write for a person."""
    if isinstance(database, peewee.SqliteDatabase):
        Wish(Path(database.database)).give_way()
        return database.atomic("IMMEDIATE")
    return database.atomic()


def is_bad_data(error: Exception) -> bool:
    """A value that the database does not take. Errors come from peewee and from both drivers: all are known by the
    names that DB-API gives them."""
    return any(c.__name__ in BAD_DATA for c in type(error).__mro__)


def is_away(error: Exception) -> bool:
    """Locked, unreachable, connection killed: time mends it."""
    return any(c.__name__ in ("OperationalError", "InterfaceError") for c in type(error).__mro__)


class Rows:
    """Inserts rows of one table whose `columns` are given; every other column gets its model's default: `rest`, which
    COPY wants with each row. SQLite has it in its statement: binding a value costs as much as storing it."""

    def __init__(self, database: peewee.Database, model: type[Base], columns: Sequence[str]) -> None:
        self._database = database
        self.table = model._meta.table_name
        key = model._meta.primary_key
        fields = {f.column_name: f for f in model._meta.sorted_fields}
        unknown = set(columns) - fields.keys()
        assert not unknown, f"{self.table} has no {unknown}"
        rest = {
            name: one.db_value(one.default() if callable(one.default) else one.default)
            for name, one in fields.items()
            if name not in columns and not (one is key and isinstance(one, peewee.AutoField))
        }
        self.rest = tuple(rest.values())
        names = ", ".join(f'"{name}"' for name in (*columns, *rest))
        if isinstance(database, peewee.SqliteDatabase):
            values = ", ".join([*"?" * len(columns), *map(_literal, self.rest)])
            self.statement = f'INSERT INTO "{self.table}" ({names}) VALUES ({values})'  # noqa: S608 - words of ours
            self._together = self.statement + f", ({values})" * (TOGETHER - 1)
        else:
            self.statement = f'COPY "{self.table}" ({names}) FROM STDIN'
        self._sequence = ""
        self._key = key.column_name if isinstance(key, peewee.AutoField) else ""

    def insert(self, rows: Iterable[tuple[Any, ...]]) -> None:
        connection = self._database.connection()
        if isinstance(self._database, peewee.SqliteDatabase):
            left: list[tuple[Any, ...]] = []
            connection.executemany(self._together, _together(rows, left))
            connection.executemany(self.statement, left)
            return
        rest = self.rest
        with connection.cursor() as cursor, cursor.copy(self.statement) as copy:
            for row in rows:
                copy.write_row(row + rest)

    def new_ids(self, many: int) -> Sequence[int]:
        """Identifiers that nobody else gets, rising. Inside the transaction that inserts them."""
        if isinstance(self._database, peewee.SqliteDatabase):
            # Like SQLite itself: above what is there, and above what was there.
            found = self._database.execute_sql(
                f'SELECT max(coalesce((SELECT max("{self._key}") FROM "{self.table}"), 0), '  # noqa: S608
                'coalesce((SELECT "seq" FROM "sqlite_sequence" WHERE "name" = ?), 0))',
                (self.table,),
            )
            first = int(found.fetchone()[0]) + 1
            return range(first, first + many)
        if not self._sequence:
            named = self._database.execute_sql(
                "SELECT pg_get_serial_sequence(%s, %s)", (self.table, self._key)
            )
            self._sequence = named.fetchone()[0]
        found = self._database.execute_sql(
            "SELECT nextval(%s::regclass) FROM generate_series(1, %s)", (self._sequence, many)
        )
        return sorted(int(row[0]) for row in found.fetchall())


def _together(rows: Iterable[tuple[Any, ...]], left: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The values of `TOGETHER` rows after each other; those of a last, smaller group go to `left`."""
    for some in peewee.chunked(rows, TOGETHER):
        if len(some) == TOGETHER:
            yield tuple(chain.from_iterable(some))
        else:
            left.extend(some)


def _literal(value: Any) -> str:
    """A model's default as SQLite reads it."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    assert isinstance(value, int | float), f"{value!r} has no literal"
    return repr(int(value) if isinstance(value, bool) else value)


class Words:
    """The rows of the search, and their index. On SQLite a trigger would write it row by row at four times the cost:
    rows come with their account below zero, which the trigger leaves alone. PostgreSQL gets the words as it keeps
    them: reading them as text is a third of the work."""

    def __init__(self, database: peewee.Database) -> None:
        self._database = database
        self._rows = Rows(database, ContactSearch, ("contact_id", "account", "words"))
        assert not self._rows.rest, "the binary form of a row has three columns"
        self._is_sqlite = isinstance(database, peewee.SqliteDatabase)

    def insert(self, account: int, rows: Sequence[tuple[int, str]]) -> None:
        """(contact, words) of new contacts, by rising contact; inside a transaction."""
        if not rows:
            return
        connection = self._database.connection()
        if not self._is_sqlite:
            with (
                connection.cursor() as cursor,
                cursor.copy(f"{self._rows.statement} (FORMAT BINARY)") as copy,
            ):
                copy.write(HEADER)
                for some in peewee.chunked(rows, AT_ONCE):
                    copy.write(b"".join(binary(account, some)))
                copy.write(NO_MORE)
            return
        self._rows.insert((contact, -account, words) for contact, words in rows)
        connection.executemany('INSERT INTO "contact_words" ("rowid", "words") VALUES (?, ?)', rows)
        connection.execute(
            'UPDATE "contact_search" SET "account" = ? WHERE "contact_id" BETWEEN ? AND ? AND "account" = ?',
            (account, rows[0][0], rows[-1][0], -account),
        )


def binary(account: int, rows: Iterable[tuple[int, str]]) -> Iterator[bytes]:
    """Rows of the search in the binary form of COPY: contact, account, and a tsvector of words without places (their
    number, then each with a zero byte at its end and its number of places in two bytes). Source: PostgreSQL 15
    manual, COPY, "Binary Format"; `tsvectorrecv` in its tsvector.c."""
    for contact, words in rows:
        vector = words.encode().replace(b" ", b"\0\0\0") + b"\0\0\0" if words else b""
        many = words.count(" ") + 1 if words else 0
        yield struct.pack(ROW, 3, 4, contact, 4, account, len(vector) + 4, many)
        yield vector
