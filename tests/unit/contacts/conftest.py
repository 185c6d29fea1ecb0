"""One database of each kind for all tests of contacts, with two accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fs_app.accounts.model import Account, User
from fs_app.contacts import columns, searching
from fs_app.contacts.model import Contact, ContactField, ContactNumber
from fs_app.db import Database
from tests.support.postgres import Postgres, find_postgres
from tests.support.schema import MIGRATIONS, fresh

NOW = 1_795_283_119_832  # 2026-11-21


@dataclass
class Base:
    db: Database
    account: int
    other: int
    user: int

    def add(self, numbers: tuple[str, ...] = (), account: int = 0, **values: Any) -> int:
        """A contact, indexed; its id."""

        def make() -> int:
            whose = account or self.account
            key = searching.name_key(
                values.get("last_name", ""), values.get("first_name", ""), values.get("company", "")
            )
            row = Contact.create(
                **{"account": whose, "created_at": NOW, "updated_at": NOW, "name_key": key, **values}
            )
            for position, number in enumerate(numbers, 1):
                ContactNumber.create(account=whose, contact=row, number=number, position=position)
            searching.reindex(whose, [row.id], "FR")
            return int(row.id)

        return self.db.write(make)

    def field(self, name: str, kind: str, **rest: Any) -> None:
        self.db.write(
            lambda: ContactField.create(
                account=self.account, name=name, label=name, kind=kind, created_at=NOW, **rest
            )
        )

    def fields(self) -> Any:
        return self.db.read(lambda: columns.fields_of(self.account, NOW))

    def search(self, query: str, account: int = 0) -> set[int]:
        return set(self.db.read(lambda: searching.search(account or self.account, query, "FR")))


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    if find_postgres() is None:
        pytest.skip("no PostgreSQL here")
    one = Postgres()
    yield one
    one.stop()


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Base]:
    if request.param == "sqlite":
        url = f"sqlite:///{fresh(Path(tmp_path_factory.mktemp('db')) / 'x.db')}"
    else:
        url = request.getfixturevalue("server").create()
    db = Database(url, MIGRATIONS)
    db.open()

    def seed() -> tuple[int, int, int]:
        ids = [
            Account.create(slug=s, name=s, sip_domain=f"{s}.example", country="FR", created_at=1).id
            for s in ("a", "b")
        ]
        user = User.create(
            account=ids[0], login="u", name="Uma", password_hash="x", role="admin", created_at=1
        )
        return ids[0], ids[1], user.id

    yield Base(db, *db.write(seed))
    db.close()
