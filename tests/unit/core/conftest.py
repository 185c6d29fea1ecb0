from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from psycopg import sql

from fs_app import models
from fs_app.clock import FakeClock
from fs_app.db import Database
from fs_app.journal import Journal
from tests.support.postgres import Postgres, find_postgres
from tests.unit.core.databases import Ids, opened, populate
from tests.unit.core.world import World

# How long an example takes says how busy the machine is, nothing about what is tested.
settings.register_profile("core", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("core")


@pytest.fixture(autouse=True, scope="session")
def _quiet() -> None:
    """Thousands of transitions are no news."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "journal"
    made.mkdir()
    return made


@pytest.fixture
def make_journal(folder: Path, clock: FakeClock) -> Callable[..., Journal]:
    """A journal over the same folder each time, as after a restart."""
    return lambda **options: Journal(folder, clock, **options)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture(autouse=True)
def _no_second_look_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks of a recovery nothing happens here by itself."""
    monkeypatch.setattr("fs_app.esl.recovery.SECOND_LOOK_S", 0.0)
    monkeypatch.setattr("fs_app.esl.recovery.STRANGER_S", 0.0)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all tests; skipped, loudly, where PostgreSQL is not installed."""
    if find_postgres() is None:
        pytest.skip("PostgreSQL is not installed: its half of the database tests does not run")
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.create()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "test.db"
    opened(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def migrated_server(postgres: Postgres) -> str:
    made = postgres.create()
    opened(made).close()
    return made


def emptied(url: str) -> str:
    with psycopg.connect(url) as connection:
        for model in reversed(models.TABLES):  # a truncate makes 80 new files: ten times as slow
            table = str(model._meta.table_name)  # type: ignore[attr-defined]
            connection.execute(sql.SQL("delete from {}").format(sql.Identifier(table)))
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of each kind, with empty tables; not migrated for each test, that takes a while."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "test.db")
        return f"sqlite:///{tmp_path / 'test.db'}"
    return emptied(request.getfixturevalue("migrated_server"))


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    made = opened(url)
    yield made
    made.close()


@pytest.fixture
def ids(db: Database) -> Ids:
    """An account with a queue and its agents."""
    return db.write(populate)
