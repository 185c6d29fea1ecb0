"""Contacts that were there before are found afterwards, with their numbers in order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.contacts.model import Contact, ContactNumber
from fs_app.contacts.searching import search
from fs_app.db import Database
from tests.support.postgres import Postgres
from tests.support.schema import MIGRATIONS


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.db'}"
        return
    server = Postgres()
    yield server.create()
    server.stop()


BEFORE = (
    "insert into account(slug, name, language, time_zone, country, sip_domain, accent, created_at, recording_days, "
    "config_version) values ('a', 'a', 'fr', 'Europe/Paris', 'FR', 'a.example', '', 1, 0, 0)",
    "insert into contact(account_id, last_name, first_name, company, category, mail, address, description, version, "
    "created_at, updated_at) values (1, 'Garçon', 'Élodie', 'Oscorp', '', '', '', '', 3, 1, 1)",
    "insert into contact(account_id, last_name, first_name, company, category, mail, address, description, version, "
    "created_at, updated_at) values (1, 'Zola', '', '', '', '', '', '', 1, 1, 1)",
    "insert into contact_number(account_id, contact_id, number, kind) values (1, 1, '+33612345678', 'mobile')",
    "insert into contact_number(account_id, contact_id, number, kind) values (1, 1, '+33185090000', 'office')",
)


def test_contacts_of_before_are_found_and_sorted(url: str, tmp_path: Path) -> None:
    old = tmp_path / "migrations"
    old.mkdir()
    for file in MIGRATIONS.glob("0*.py"):
        if file.name < "0021":
            shutil.copy(file, old)
    before = Database(url, old)
    before.open()
    before.write(lambda: [before._database.execute_sql(statement) for statement in BEFORE])
    before.close()

    after = Database(url, MIGRATIONS)
    after.open()
    try:
        rows = after.read(lambda: list(Contact.select().order_by(Contact.id)))
        assert [(r.name_key, r.version, r.custom) for r in rows] == [
            ("garcon elodie|oscorp", 3, {}),
            ("zola|", 1, {}),
        ]
        assert all(len(r.guid) == 32 for r in rows)
        assert rows[0].guid != rows[1].guid
        numbers = after.read(
            lambda: list(ContactNumber.select(ContactNumber.number, ContactNumber.position).tuples())
        )
        assert sorted(numbers, key=lambda n: n[1]) == [("+33612345678", 1), ("+33185090000", 2)]
        for asked in ("elodie", "06 12 34", "01 85 09", "oscorp"):
            assert after.read(lambda asked=asked: search(1, asked, "FR")) == [1]
    finally:
        after.close()
