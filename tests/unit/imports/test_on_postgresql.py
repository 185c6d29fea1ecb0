"""The same on PostgreSQL: rows come by COPY, ids from sequences, errors from another driver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.calllists.model import ListRecord
from fs_app.contacts.model import Contact
from fs_app.db import Database, proxy
from tests.support.postgres import Postgres, find_postgres
from tests.support.schema import MIGRATIONS
from tests.unit.imports.test_exactly_once import LIST, USUAL
from tests.unit.imports.world import Killed, World, columns, csv


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    if find_postgres() is None:
        pytest.skip("no PostgreSQL on this machine")
    server, before = Postgres(), proxy.obj
    url = server.create()
    db = Database(url, MIGRATIONS)
    db.open()
    db.close()
    made = World(url, tmp_path / "imports")
    yield made
    made.close()
    proxy.initialize(before)
    server.stop()


def test_killed_resumed_repeated_and_undone_on_postgresql(world: World) -> None:
    world.contact("+33612345610", last_name="Connu", mail="c@x.fr")
    before = world.dump(("contact_search",))
    plan = {
        "columns": [*USUAL[:3], *columns("", "", "", "custom.ref")[3:]],
        "new_fields": [{"name": "ref", "label": "Réf"}],
        "duplicates": {"by": ["number"], "then": "update"},
        **LIST,
    }
    lines = [f"Garçon {n}\\\t{n};06123456{n:02};;R{n}" for n in range(10, 25)]
    world.database.execute_sql(
        "create function no_devil() returns trigger language plpgsql as "
        "$$ begin if new.number = '+33612345666' then raise check_violation; end if; return new; end $$"
    )
    world.database.execute_sql(
        "create trigger no_devil before insert on contact_number for each row execute function no_devil()"
    )
    world.database.execute_sql("alter table contact_number enable always trigger no_devil")
    job = world.job(csv(*lines, "Bad;0612345666;;", "P;12;;", header="nom;tel;mail;ref"), plan)
    for statements in (25, 30):
        with pytest.raises(Killed):
            world.run(job, statements=statements, batch=5)
    counts = world.run(job, batch=5)
    assert (counts["new"], counts["updated"], counts["records"]) == (14, 1, 15)
    assert counts["refused"] == {"failed": 1, "number": 1}
    assert (Contact.select().count(), ListRecord.select().count()) == (15, 15)
    assert [r.index for r in ListRecord.select().order_by(ListRecord.index)] == list(range(1, 16))
    assert len(world.found("garcon")) == 15
    assert world.undo(job) == 0
    after = world.dump(("contact_search",))
    for table in before:
        if table not in ("contact", "account"):  # the version of a contact and of the configuration only rise
            assert after[table] == before[table], table
    assert len(world.found("connu")) == 1
    assert world.found("garcon") == []
