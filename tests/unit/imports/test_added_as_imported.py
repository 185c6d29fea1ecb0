"""Who comes onto a list from among the contacts comes as from a file."""

from __future__ import annotations

from typing import Any

from fs_app.accounts.model import Account
from fs_app.admin.audit import Actor
from fs_app.bus import Bus
from fs_app.calllists.adding import Source
from fs_app.calllists.model import ListAction, ListRecord
from fs_app.calllists.service import CallLists
from fs_app.clock import FakeClock
from fs_app.db import Database
from fs_app.outgoing.model import DncEntry
from fs_app.tasks import Tasks
from tests.support.schema import MIGRATIONS
from tests.support.until import until
from tests.unit.imports.world import World, columns, csv

LINES = (
    "Un;0612345601;0140205051;",
    "Deux;0140205052;;America/Cayenne",
    "Trois;0692123456;0612345603;",
    "Quatre;0612345604;+32470123456;",
    "Cinq;+14155552671;;",
)


def test_records_are_those_of_an_import_of_the_same_people(world: World) -> None:
    DncEntry.create(account=world.account, number="+33612345604", created_at=1)
    plan = {
        "columns": columns("last_name", "number.1", "number.2", "time_zone"),
        "call_list": {"new": "Du fichier"},
    }
    counts = world.run(world.job(csv(*LINES, header="nom;tel;tel2;zone"), plan))
    assert counts["records"] == len(LINES) and counts["blacklisted"] == 1
    account = world.account.id
    world.close()
    db, tasks = Database(world.url, MIGRATIONS), Tasks("test")
    db.open()
    try:
        service = CallLists(db, FakeClock(), Bus(), tasks)
        tasks.spawn("work", service._work)
        made = service.add(Actor(account, None, "Léa", 1), "Des contacts", Source())
        until(lambda: db.read(lambda: ListAction.get(ListAction.list == made)).state == "DONE", 30)
        service.stop()

        def rows() -> dict[int, list[dict[str, Any]]]:
            found: dict[int, list[dict[str, Any]]] = {}
            for row in ListRecord.select().order_by(ListRecord.list, ListRecord.index).dicts():
                assert row["order_key"] == row["imported_at"]
                for own in ("id", "imported_at", "import_id", "order_key"):
                    del row[own]
                found.setdefault(row.pop("list"), []).append(row)
            return found

        first, second = db.read(rows).values()
        assert len(first) == len(LINES) and first == second
        assert db.read(lambda: Account.select().count()) == 1
    finally:
        tasks.stop()
        db.close()
