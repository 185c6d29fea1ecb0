"""What a record tells beside the contact: menus, values, who else has the number, the directory, messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.calls.model import JournalEntry
from fs_app.contacts import background
from fs_app.contacts.model import Contact, ContactNumber, DirectoryEntry
from fs_app.contacts.record import Reader, record_of_call
from fs_app.errors import NotFound
from fs_app.messaging.model import Message
from tests.support.deskworld import Ids, open_database, populate, project_call

NOW = 1_795_283_119_000
CALLER = "+33612345678"


class World:
    def __init__(self, folder: Path) -> None:
        self.db = open_database(folder)
        self.ids: Ids = self.db.write(lambda: populate(NOW))
        self.db.write(lambda: project_call(self.ids, "c1", CALLER, NOW))
        self._next = 10_000

    def wrote(self, what: str, /, **data: Any) -> None:
        self._next += 1
        entry = {
            "id": self._next,
            "account": self.ids.account,
            "at": NOW,
            "kind": what,
            "call": "c1",
            "data": data,
        }
        self.db.write(lambda: JournalEntry.create(**entry))

    def record(self, chosen: int | None = None) -> dict[str, Any]:
        reader = Reader(self.ids.account, self.ids.agent, everything=False)
        return self.db.read(lambda: record_of_call(reader, "c1", None, NOW, chosen))

    def contact(self, name: str, number: str) -> int:
        def make() -> int:
            row = Contact.create(account=self.ids.account, last_name=name, created_at=NOW, updated_at=NOW - 5)
            ContactNumber.create(account=self.ids.account, contact=row, number=number)
            return int(row.id)

        return self.db.write(make)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.db.close()


def test_the_way_through_menus_stands_between_the_number_and_the_queue(world: World) -> None:
    world.wrote("flow.started", flow=1, version=1, name="Accueil")
    world.wrote("flow.node", node="n1", kind="menu", label="Choix")
    world.wrote("flow.exit", node="n1", exit="2", why="SAV")
    world.wrote("flow.node", node="n2", kind="play", label="Annonce")
    world.wrote("flow.exit", node="n2", exit="next", why="")
    world.wrote("flow.set", name="client", value="4711")
    world.wrote("flow.set", name="pin", value="0000", secret=True)
    found = world.record()
    assert [(s["kind"], s["text"], s["label"]) for s in found["path"]][1:3] == [
        ("menu", "Accueil", ""),
        ("choice", "Choix", "SAV"),
    ]
    assert found["values"] == [{"name": "client", "value": "4711"}]
    assert "pin" not in repr(found["values"]) + repr(found["path"])


def test_of_several_contacts_with_a_number_one_is_chosen(world: World) -> None:
    assert world.record()["others"] == []
    second = world.contact("MARTIN", CALLER)
    found = world.record()
    assert len(found["others"]) == 2 and found["contact"]["id"] == world.ids.contact
    assert world.record(second)["contact"]["last_name"] == "MARTIN"
    with pytest.raises(NotFound):
        world.record(999_999)


def test_who_is_no_contact_may_stand_in_the_directory(world: World) -> None:
    def only_there() -> None:
        ContactNumber.delete().execute()
        DirectoryEntry.create(
            account=world.ids.account,
            owner=None,
            name="Plomberie Roux",
            company="Roux SA",
            mobile=CALLER,
            created_at=NOW,
            updated_at=NOW,
        )

    world.db.write(only_there)
    found = world.record()
    assert found["contact"] is None and found["entry"]["source"] == "public"
    assert found["suggested"]["last_name"] == "Plomberie Roux"
    assert found["suggested"]["mobile"].replace(" ", "") == "0612345678"


def test_messages_to_him_are_told_and_another_accounts_are_not(world: World) -> None:
    def sent(account: int, text: str) -> None:
        Message.create(
            account=account,
            origin=text,
            channel="sms",
            text=text,
            recipient=CALLER,
            variables={},
            created_at=NOW,
            due_at=NOW,
            expires_at=NOW,
        )

    world.db.write(lambda: sent(world.ids.account, "Votre rendez-vous"))
    found = world.record()["messages"]
    assert [one["text"] for one in found] == ["Votre rendez-vous"]
    nobody = world.db.read(lambda: background.messages(world.ids.account + 1, {CALLER}, ""))
    assert nobody == []


def test_a_damaged_line_of_the_journal_breaks_nothing(world: World) -> None:
    world.wrote("flow.exit")
    world.wrote("flow.node", node=None, kind=None)
    world.wrote("flow.set", name=None, value=None)
    assert world.record()["values"] == []
