"""A register's file into the database, in a process of its own: `python -m fs_app.legal.child`, an order as JSON on the
standard input, lines of JSON back. Small transactions with a pause after each: the program's own writes go between.

The old numbers stay in force until all new ones are there; then one row changes, and that is it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from peewee import chunked

from fs_app import child
from fs_app.db import Database
from fs_app.errors import DatabaseBusy, FsAppError
from fs_app.imports.reading import limits
from fs_app.legal import register_file
from fs_app.legal.model import OptOutList, OptOutNumber
from fs_app.legal.register_file import NoRegister

AT_ONCE = 2000
"""Rows of a transaction: some 10 ms of SQLite's lock."""

PAUSE = 0.4
"""Of the time that a transaction took."""

DELETED_AT_ONCE = 5000
BUSY = 100
"""So often it is tried again when somebody else has the lock for long."""


def main() -> None:
    limits.confine()
    order = child.order()
    db = Database(order["database"], Path(order["migrations"]))
    db.open()
    try:
        child.say({"over": load(db, order)})
    except FsAppError as error:
        child.say({"broken": error.key, "params": error.params})
    except OSError as error:
        child.say({"broken": "legal.register.wrong.file", "params": {"why": str(error)[:200]}})
    finally:
        db.close()


def load(db: Database, order: dict[str, Any]) -> dict[str, Any]:
    """`order`: account, list, generation, path, country, now, by, and the wanted `spelling`. Raises NoRegister,
    Unreadable."""
    path, register, generation = Path(order["path"]), order["list"], order["generation"]
    form = register_file.look(path, order["country"])
    count = refused = 0
    for part in register_file.parts(path, form, order["country"]):
        for some in chunked(part.keys, AT_ONCE):
            leave_if_alone()
            politely(db, lambda some=some: _insert(order["account"], register, generation, some))
            count += len(some)
        refused = part.refused
        done = min(99, part.lines * 100 // max(1, form.rows))
        child.say({"done": done, "count": count, "refused": refused})
    if not count:
        raise NoRegister("nothing could be read")

    def put_in_force() -> int:
        return (
            OptOutList.update(  # type: ignore[no-any-return]
                generation=generation,
                loading=None,
                form=form.name,
                read=list(form.titles),
                spelling=order["spelling"],
                country=order["country"],
                count=count,
                refused=refused,
                done=100,
                total=100,
                state="READY",
                error="",
                error_params={},
                loaded_at=order["now"],
                loaded_by=order["by"],
                as_of=order["as_of"],
                file=order["file"],
            )
            .where(OptOutList.id == register, OptOutList.loading == generation)
            .execute()
        )

    def put_in_force_if_wanted() -> None:
        # Who started this process may have given it up, and another one may be at work.
        if not put_in_force():
            raise NoRegister("given up meanwhile")

    leave_if_alone()
    politely(db, put_in_force_if_wanted)
    child.say({"ready": True, "count": count, "refused": refused})
    sweep(db, register, generation)
    return {"count": count, "refused": refused, "form": form.name}


def leave_if_alone() -> None:
    """Whoever started this process may be gone."""
    if not child.is_awaited():
        raise SystemExit(3)


def sweep(db: Database, register: int, generation: int) -> None:
    """What is of another generation goes, a few at a time."""
    while True:
        old = (
            OptOutNumber.select(OptOutNumber.id)
            .where(OptOutNumber.list == register, OptOutNumber.generation != generation)
            .limit(DELETED_AT_ONCE)
        )
        if not politely(db, lambda old=old: OptOutNumber.delete().where(OptOutNumber.id.in_(old)).execute()):
            return


def _insert(account: int, register: int, generation: int, keys: list[int]) -> None:
    """Whole numbers of our own making as one plain statement: a tenth of the time that placeholders take."""
    rows = ",".join(f"({account:d},{register:d},{generation:d},{key:d})" for key in keys)
    database = OptOutNumber._meta.database
    database.execute_sql(f"INSERT INTO opt_out_number (account_id, list_id, generation, key) VALUES {rows}")  # noqa: S608


def politely(db: Database, work: Any) -> Any:
    """In one transaction, then a pause for others. Waits for a lock that somebody else has."""
    for attempt in range(BUSY):
        begin = time.monotonic()
        try:
            result = db.write(work, timeout=60.0)
        except DatabaseBusy:
            if attempt == BUSY - 1:
                raise
            time.sleep(0.2)
            continue
        time.sleep((time.monotonic() - begin) * PAUSE)
        return result
    raise DatabaseBusy("never free")


if __name__ == "__main__":
    main()
