"""A database with one centre that has a bit of everything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app import models
from fs_app.admin.config_file import service
from fs_app.admin.config_file.service import Outcome
from fs_app.admin.model import AuditEntry
from fs_app.clock import RealClock
from fs_app.db import Database
from tests.unit.core.databases import MIGRATIONS

CENTRE = (Path(__file__).parent / "centre.yaml").read_text()


class Centre:
    """The file in and out of a database."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def load(self, text: str, **more: bool) -> Outcome:
        return service.load(self.db, RealClock(), text, lambda password: f"hash of {password}", **more)

    def export(self, with_passwords: bool = False) -> str:
        return service.export(self.db, "demo", with_passwords)


def everything(db: Database) -> dict[str, list[str]]:
    """All rows of all tables but the audit log and the counter."""

    def rows() -> dict[str, list[str]]:
        return {
            table.__name__: sorted(repr({**row, "config_version": 0}) for row in table.select().dicts())
            for table in models.TABLES
            if table is not AuditEntry
        }

    found: dict[str, list[str]] = db.read(rows)
    return found


def _opened(path: Path) -> Database:
    db = Database(f"sqlite:///{path}", MIGRATIONS)
    db.open()
    return db


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files of databases, made once and copied for each test: one empty, one with the centre."""
    folder = tmp_path_factory.mktemp("centres")
    db = _opened(folder / "empty.db")
    db.close()
    shutil.copy(folder / "empty.db", folder / "centre.db")
    db = _opened(folder / "centre.db")
    Centre(db).load(CENTRE, create=True)
    db.close()
    return {name: folder / f"{name}.db" for name in ("empty", "centre")}


def copied(made: Path, folder: Path) -> Iterator[Centre]:
    db = _opened(Path(shutil.copy(made, folder / "test.db")))
    yield Centre(db)
    db.close()


@pytest.fixture
def empty(made: dict[str, Path], tmp_path: Path) -> Iterator[Centre]:
    yield from copied(made["empty"], tmp_path)


@pytest.fixture
def centre(made: dict[str, Path], tmp_path: Path) -> Iterator[Centre]:
    yield from copied(made["centre"], tmp_path)
