"""An account, a database and files to import, without child processes: what the child does is done here, and can be
killed at any statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peewee

from fs_app.accounts.model import Account, User
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.contacts.searching import name_key, reindex
from fs_app.db import proxy
from fs_app.imports import places, work
from fs_app.imports.bulk import open_database
from fs_app.imports.model import ImportJob
from fs_app.imports.plan import as_json, parse
from fs_app.imports.undoing import undo

Json = dict[str, Any]
NOW = 1_795_283_119_832
ZONE = "Europe/Paris"


class Killed(BaseException):
    """kill -9: nothing in the program catches it."""


class World:
    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.database = open_database(url, False)
        self.account: Any = Account.create(
            slug="a", name="A", sip_domain="a.example", created_at=0, country="FR", time_zone=ZONE
        )
        self.user: Any = User.create(
            account=self.account, login="u", name="U", password_hash="", role="admin", created_at=0
        )
        self._runs = 0

    def close(self) -> None:
        if not proxy.obj.is_closed():
            proxy.obj.close()

    def job(self, text: str | bytes, plan: Json, name: str = "people.csv") -> int:
        """A file and its plan, ready to be imported."""
        parsed, problems = parse(plan)
        assert problems == []
        row: Any = ImportJob.create(
            account=self.account,
            file=name,
            salt=f"{ImportJob.select().count():032x}",
            by=self.user,
            by_name="U",
            at=NOW,
            plan=as_json(parsed),
            state="PREPARED",
        )
        here = places.folder(self.folder, row.id)
        here.mkdir(parents=True)
        (here / places.SOURCE).write_bytes(text.encode() if isinstance(text, str) else text)
        return int(row.id)

    def order(self, do: str, job: int) -> Json:
        self._runs += 1
        runner = f"runner {self._runs}"
        if do != "check":
            ImportJob.update(runner=runner).where(ImportJob.id == job).execute()
        here = places.folder(self.folder, job)
        return {
            "do": do,
            "job": job,
            "account": self.account.id,
            "runner": runner,
            "database": self.url,
            "folder": str(here),
            "now": NOW,
        }

    def check(self, job: int) -> Json:
        return work.check(self.order("check", job), lambda _: None, lambda: True)["counts"]  # type: ignore[no-any-return]

    def run(self, job: int, at: int = NOW + 1000, statements: int | None = None, batch: int = 7) -> Json:
        """Import; the counts. `statements`: killed after so many. `batch`: lines of a transaction."""
        ImportJob.update(state="RUNNING", started_at=at).where(ImportJob.id == job).execute()
        order = self.order("import", job)
        with self._killed_after(statements), _batches_of(batch):
            work.run(order, lambda _: None, lambda: True)
        row: Any = ImportJob.get_by_id(job)
        assert row.state == "DONE"
        return dict(row.counts)

    def undo(self, job: int, statements: int | None = None) -> int:
        """How much was kept."""
        ImportJob.update(state="UNDOING").where(ImportJob.id == job).execute()
        order = self.order("undo", job)
        with self._killed_after(statements):
            return int(undo(order, lambda _: None, lambda: True)["kept"])

    def dump(self, leave: Sequence[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table but those of imports themselves."""
        found = {}
        for table in sorted(proxy.obj.get_tables()):
            if table.startswith(("import_", "sqlite_", "contact_words", "migration")) or table in leave:
                continue
            names = [c.name for c in proxy.obj.get_columns(table)]
            columns = ", ".join(f'"{name}"' for name in names)
            rows = proxy.obj.execute_sql(f'SELECT {columns} FROM "{table}"').fetchall()
            found[table] = sorted(rows, key=repr)
        return found

    def found(self, word: str) -> list[int]:
        """Contacts that the search finds."""
        from fs_app.contacts.searching import search

        return sorted(search(self.account.id, word, "FR"))

    def contact(self, number: str = "", **values: Any) -> Any:
        """Somebody who was known before."""
        row = Contact.create(
            account=self.account,
            created_at=1,
            updated_at=1,
            name_key=name_key(
                values.get("last_name", ""), values.get("first_name", ""), values.get("company", "")
            ),
            **values,
        )
        if number:
            ContactNumber.create(account=self.account, contact=row, number=number)
        reindex(self.account.id, [row.id], "FR")
        return row

    @contextmanager
    def _killed_after(self, statements: int | None) -> Iterator[None]:
        if statements is None:
            yield
            return
        left = [statements]

        def count(original: Callable[..., Any]) -> Callable[..., Any]:
            def counted(*args: Any, **named: Any) -> Any:
                left[0] -= 1
                if left[0] < 0:
                    raise Killed
                return original(*args, **named)

            return counted

        usual = peewee.Database.execute_sql
        peewee.Database.execute_sql = count(usual)  # type: ignore[method-assign]
        try:
            yield
        finally:
            peewee.Database.execute_sql = usual  # type: ignore[method-assign]
            self._hang_up()

    def _hang_up(self) -> None:
        """The connection is gone, and with it what was not committed."""
        if not proxy.obj.is_closed():
            proxy.obj.connection().close()
            proxy.obj._state.reset()
        self.database = open_database(self.url, False)


@contextmanager
def _batches_of(lines: int) -> Iterator[None]:
    from fs_app.imports import running

    before = running.FEWEST, running.USUAL, running.MOST, running.SERVER_MOST
    running.FEWEST = running.USUAL = running.MOST = running.SERVER_MOST = lines
    try:
        yield
    finally:
        running.FEWEST, running.USUAL, running.MOST, running.SERVER_MOST = before


def csv(*lines: str, header: str = "nom;tel;mail;ref") -> str:
    return "\n".join([header, *lines, ""])


def columns(*targets: str) -> list[Json]:
    return [{"column": at, "target": target} for at, target in enumerate(targets)]
