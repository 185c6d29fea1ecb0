"""Registers of those who want no calls: bring a file in, see how far it is, delete one."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.children import Broken, Cancelled, Children, Died, Json
from fs_app.clock import Clock
from fs_app.db import Database
from fs_app.errors import Conflict, DatabaseBusy
from fs_app.legal.child import sweep
from fs_app.legal.model import OptOutList
from fs_app.legal.optouts import SPELLINGS
from fs_app.tasks import Tasks

log = structlog.get_logger(__name__)

OLD_DAYS = 30
"""An older file is said to be old."""

MOST_BYTES = 1_500_000_000
READY, LOADING, FAILED = "READY", "LOADING", "FAILED"
TOLD_EVERY = 1.0


class Loading(Conflict):
    """A file of this register is being brought in already."""

    key = "legal.register.loading"


@dataclass(frozen=True, slots=True)
class Row:
    """As the page shows it. Times UTC ms."""

    id: int
    name: str
    country: str
    form: str
    spelling: str
    count: int
    refused: int
    done: int
    state: str
    error: str
    error_params: Json
    file: str
    read: list[str]
    as_of: int | None
    loaded_at: int | None
    loaded_by: str

    def old(self, now_ms: int) -> int:
        """Its age in days, 0 while it is not old."""
        days = 0 if self.as_of is None else (now_ms - self.as_of) // 86_400_000
        return days if days > OLD_DAYS else 0


def listing(account: int) -> list[Row]:
    """Inside `Database.read`."""
    rows = (
        OptOutList.select().where(OptOutList.account == account, OptOutList.active).order_by(OptOutList.name)
    )
    return [_row(row) for row in rows]


def get(account: int, register: int) -> Row:
    """Raises NotFound. Inside `Database.read`."""
    return _row(find(OptOutList, account, register))


def _row(row: Any) -> Row:
    return Row(
        row.id,
        row.name,
        row.country,
        row.form,
        row.spelling,
        row.count,
        row.refused,
        row.done,
        row.state,
        row.error,
        row.error_params,
        row.file,
        row.read,
        row.as_of,
        row.loaded_at,
        row.loaded_by,
    )


def create(by: Actor, name: str, country: str) -> int:
    """Inside `Database.write`. Raises FormInvalid."""
    problems = Problems()
    problems.text("name", name, 100)
    same = (OptOutList.account == by.account) & (OptOutList.name == name)
    if OptOutList.select(OptOutList.id).where(same).first() is not None:
        problems.add("name", "legal.register.wrong.name")
    problems.check()
    row = OptOutList.create(account=by.account, name=name, country=country, created_at=by.now)
    audit.write(by, "create", "register", row.id, name, None, {"name": name, "country": country})
    return int(row.id)


class Registers:
    """`folder`: where files wait until they are read. `changed()`: what is in force is another thing now."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        tasks: Tasks,
        folder: Path,
        changed: Callable[[], None],
        command: tuple[str, ...] = (),
    ) -> None:
        self._db = db
        self._clock = clock
        self._tasks = tasks
        self._folder = folder
        self._changed = changed
        command = command or (sys.executable, "-m", "fs_app.legal.child")
        self._children = Children(command, hold=True, private=True)

    def clear(self) -> None:
        """At start: what a death left half done is given up; the numbers of before are in force."""
        left = self._db.write_at_start(
            lambda: [
                (row.id, row.generation)
                for row in OptOutList.select().where(OptOutList.state == LOADING)
                if OptOutList.update(state=FAILED, error="legal.register.wrong.stopped", loading=None)
                .where(OptOutList.id == row.id)
                .execute()
            ]
        )
        for path in self._folder.glob("*.register"):
            path.unlink(missing_ok=True)
        for register, generation in left:
            self._tasks.spawn("half a register", sweep, self._db, register, generation)

    def stop(self) -> None:
        self._children.stop()

    def pid(self, register: int) -> int | None:
        """The process that reads a file of it."""
        return self._children.pid(register)

    def place(self) -> Path:
        """A file of its own for what comes."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / f"{uuid4()}.register"

    def bring(
        self, by: Actor, register: int, path: Path, file: str, country: str, spelling: str, as_of: int
    ) -> None:
        """Begin to read it; it replaces what the register had. The file is ours from now on. Raises NotFound, Loading,
        FormInvalid."""
        problems = Problems()
        if spelling not in SPELLINGS:
            problems.add("spelling", "field.choice")
        if not 0 < as_of <= by.now + 86_400_000:
            problems.add("as_of", "consent.wrong.date")
        problems.check()

        def write() -> int:
            row = find(OptOutList, by.account, register)
            if row.state == LOADING:
                raise Loading(f"register {register}")
            # Never one of a child that somebody gave up and that may live still.
            generation = max(int(row.generation) + 1, by.now // 1000)
            OptOutList.update(state=LOADING, loading=generation, done=0, total=100, error="").where(
                OptOutList.id == register
            ).execute()
            audit.write(by, "import", "register", register, row.name, None, {"file": file[:200]})
            return generation

        generation = self._db.write(write)
        order = {
            "database": self._db.url,
            "migrations": str(self._db.migrations),
            "account": by.account,
            "list": register,
            "generation": generation,
            "path": str(path),
            "country": country,
            "spelling": spelling,
            "as_of": as_of,
            "now": by.now,
            "by": by.name[:200],
            "file": file[:200],
        }
        self._tasks.spawn("register", self._follow, register, generation, order)

    def delete(self, by: Actor, register: int) -> str:
        """Its numbers may be called again. Raises NotFound, Loading. Waits for the database."""

        def write() -> str:
            row = find(OptOutList, by.account, register)
            if row.state == LOADING:
                raise Loading(f"register {register}")
            # Its name is free again; the numbers go one after the other.
            OptOutList.update(active=False, name=f"{row.name[:70]} #{register}", generation=0).where(
                OptOutList.id == register
            ).execute()
            audit.write(by, "delete", "register", register, row.name, {"count": row.count}, None)
            return str(row.name)

        name = self._db.write(write)
        self._changed()
        self._tasks.spawn("numbers of a register", sweep, self._db, register, -1)
        return name

    # --- the child ------------------------------------------------------------------------------------------
    def _follow(self, register: int, generation: int, order: Json) -> None:
        error = "legal.register.wrong.died"
        params: Mapping[str, Any] = {}
        ready = False
        last = 0.0

        def told(said: Json) -> None:
            nonlocal ready, last
            if "done" in said and self._clock.monotonic() - last > TOLD_EVERY:
                last = self._clock.monotonic()
                self._progress(register, said["done"])
            elif "ready" in said:
                ready = True
                self._changed()

        try:
            self._children.run(order, told, name=register)
            return
        except Cancelled:
            return
        except Broken as broken:
            error, params = broken.key, broken.params
        except (Died, OSError) as died:
            params = {"why": str(died)}
        finally:
            Path(order["path"]).unlink(missing_ok=True)
        if not ready:
            log.warning("a register was not brought in", register=register, why=error, params=params)
            self._failed(register, error, params)

    def _progress(self, register: int, done: int) -> None:
        with contextlib.suppress(DatabaseBusy):
            self._db.write(lambda: OptOutList.update(done=done).where(OptOutList.id == register).execute())

    def _failed(self, register: int, error: str, params: Mapping[str, Any]) -> None:
        fill = {name: value for name, value in params.items() if isinstance(value, int | float | str)}

        def write() -> int:
            failed = {"state": FAILED, "error": error, "error_params": fill, "loading": None}
            OptOutList.update(failed).where(OptOutList.id == register).execute()
            return int(OptOutList.get_by_id(register).generation)

        kept = self._db.write_at_start(write)
        sweep(self._db, register, kept)
