"""A database with an account, agents' users and lists that tests fill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.accounts.model import Account
from fs_app.calllists.model import CallList, ListRecord
from fs_app.contacts.model import Contact
from fs_app.db import Database
from tests.support.postgres import Postgres, find_postgres
from tests.support.schema import MIGRATIONS, fresh

NOW = 1_795_340_000_000


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    if find_postgres() is None:
        pytest.skip("PostgreSQL is not installed: its half of these tests does not run")
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """SQLite."""
    file = fresh(tmp_path / "test.db")
    yield from _opened(f"sqlite:///{file}")


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """One database for all: thirty migrations take longer than all that is asked of them here."""
    return postgres.create()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{fresh(tmp_path / 'test.db')}")
        return
    for db in _opened(request.getfixturevalue("postgres_url")):
        db.write(lambda: Account.delete().execute())
        yield db


def _opened(url: str) -> Iterator[Database]:
    db = Database(url, MIGRATIONS)
    db.open()
    yield db
    db.close()


def account() -> int:
    """The only one; inside `write`."""
    found = Account.get_or_none(Account.slug == "demo")
    if found is None:
        found = Account.create(slug="demo", name="Demo", sip_domain="demo.test", created_at=1)
    return int(found.id)


def new_list(name: str = "Clients", **more: object) -> int:
    return int(CallList.create(account=account(), name=name, created_at=NOW, updated_at=NOW, **more).id)


def new_record(list_id: int, index: int, **more: object) -> int:
    values: dict[str, object] = {
        "number": f"+3312345{index:04}",
        "zone": "Europe/Paris",
        "country": "FR",
        "order_key": index,
        "imported_at": NOW,
        **more,
    }
    return int(ListRecord.create(account=account(), list=list_id, index=index, **values).id)


def new_contact(**more: object) -> int:
    return int(Contact.create(account=account(), created_at=NOW, updated_at=NOW, **more).id)
