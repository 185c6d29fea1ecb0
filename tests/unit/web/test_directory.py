"""The directory: who sees and changes what, how it is searched, whose number it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fs_app.contacts import directory, lookup
from fs_app.contacts.directory import Reader
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.model import DirectoryEntry
from fs_app.db import Database
from fs_app.errors import Invalid, NotFound
from tests.support.deskworld import Ids, open_database, populate
from tests.unit.web.conftest import Visitor, Web

NOW = 1_795_283_119_000


class World:
    def __init__(self, folder: Path) -> None:
        self.db: Database = open_database(folder)
        self.ids: Ids = self.db.write(lambda: populate(NOW))
        self.me = Reader(self.ids.account, 1, "FR", self.ids.agent)
        self.colleague = replace(self.me, agent=self.ids.colleague)
        self.boss = Reader(self.ids.account, 2, "FR", None, edits_public=True)
        self.foreign = Reader(self.ids.other_account, 3, "FR", self.ids.stranger, edits_public=True)

    def add(self, reader: Reader, public: bool = False, **given: str) -> dict[str, Any]:
        values = directory.read(given, reader.country)
        return self.db.write(lambda: directory.create(reader, values, public, NOW))

    def names(self, reader: Reader, query: str = "", which: str = "") -> list[str]:
        return [e["name"] for e in self.db.read(lambda: directory.search(reader, query, which))["list"]]

    def whose(self, number: str, agent: int | None = None) -> lookup.Found | None:
        return self.db.read(lambda: lookup.of_number(self.ids.account, agent, number))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.db.close()


def test_everybodys_entries_are_seen_by_all_and_private_ones_by_their_agent(world: World) -> None:
    world.add(world.boss, public=True, name="Accueil", office="01 85 09 00 00")
    world.add(world.me, name="Léa du stock", mobile="06 11 22 33 44")
    world.add(world.colleague, name="Paul", mobile="06 11 22 33 55")
    world.add(world.foreign, public=True, name="Autre compte", office="01 85 09 00 01")
    assert world.names(world.me) == ["Accueil", "Léa du stock"]
    assert world.names(world.colleague) == ["Accueil", "Paul"]
    assert world.names(world.boss) == ["Accueil"]
    assert world.names(world.me, which="own") == ["Léa du stock"]
    assert world.names(world.me, which="public") == ["Accueil"]


@pytest.mark.parametrize(
    "typed", ["lea", "LÉA", "stock lea", "entrep", "06 11", "0611223344", "+33 6 11 22", "223"]
)
def test_the_search_ignores_accents_capitals_order_and_how_a_number_is_written(
    world: World, typed: str
) -> None:
    world.add(world.me, name="Léa du stock", company="Entrepôt Müller", mobile="06 11 22 33 44")
    world.add(world.me, name="Paul", mobile="07 99 88 77 66")
    assert world.names(world.me, typed) == ["Léa du stock"]


@pytest.mark.parametrize("typed", ["%", "_", "l%a", "'; drop table call; --", "\0"])
def test_a_hostile_search_finds_what_it_says_and_breaks_nothing(world: World, typed: str) -> None:
    world.add(world.me, name="Léa", mobile="06 11 22 33 44")
    assert world.names(world.me, typed) == (["Léa"] if typed == "\0" else [])


def test_only_those_who_may_change_everybodys_entries(world: World) -> None:
    entry = world.add(world.boss, public=True, name="Accueil", office="01 85 09 00 00")
    values = directory.read({"name": "Moi", "office": "112"}, "FR")
    with pytest.raises(directory.PublicEntry):
        world.db.write(lambda: directory.save(world.me, entry["id"], 1, values, NOW))
    with pytest.raises(directory.PublicEntry):
        world.db.write(lambda: directory.delete(world.me, entry["id"], 1))
    with pytest.raises(directory.PublicEntry):
        world.db.write(lambda: directory.create(world.me, values, True, NOW))
    with pytest.raises(Invalid):
        world.db.write(lambda: directory.create(world.boss, values, False, NOW))
    assert not world.db.read(lambda: directory.get(world.me, entry["id"]))["may_edit"]


def test_nobody_touches_the_private_entry_of_somebody_else(world: World) -> None:
    entry = world.add(world.me, name="Léa", mobile="06 11 22 33 44")
    values = directory.read({"name": "X", "office": "112"}, "FR")
    for reader in (world.colleague, world.boss, world.foreign):
        for attempt in (
            lambda r=reader: directory.save(r, entry["id"], 1, values, NOW),
            lambda r=reader: directory.delete(r, entry["id"], 1),
            lambda r=reader: directory.get(r, entry["id"]),
        ):
            with pytest.raises(NotFound):
                world.db.write(attempt)


def test_of_two_who_save_the_second_is_told_and_nothing_is_lost(world: World) -> None:
    entry = world.add(world.boss, public=True, name="Accueil", office="01 85 09 00 00")
    first = directory.read({"name": "Accueil principal", "office": "01 85 09 00 00"}, "FR")
    second = directory.read({"name": "Standard", "office": "01 85 09 00 00"}, "FR")
    assert world.db.write(lambda: directory.save(world.boss, entry["id"], 1, first, NOW))["version"] == 2
    with pytest.raises(directory.StaleEntry) as caught:
        world.db.write(lambda: directory.save(world.boss, entry["id"], 1, second, NOW))
    assert caught.value.theirs["name"] == "Accueil principal"
    with pytest.raises(directory.StaleEntry):
        world.db.write(lambda: directory.delete(world.boss, entry["id"], 1))
    world.db.write(lambda: directory.delete(world.boss, entry["id"], 2))
    assert world.names(world.boss) == []
    with pytest.raises(NotFound):
        world.db.write(lambda: directory.delete(world.boss, entry["id"], 2))


def test_every_wrong_field_is_named(world: World) -> None:
    with pytest.raises(InvalidFields) as caught:
        directory.read({"name": "x" * 201, "mail": "nobody", "mobile": "1234567", "office": "abc"}, "FR")
    assert set(caught.value.fields) == {"name", "mail", "mobile", "office"}
    for given, field in (({"office": "112"}, "name"), ({"name": "Léa"}, "office")):
        with pytest.raises(InvalidFields) as caught:
            directory.read(given, "FR")
        assert list(caught.value.fields) == [field]
    for given in ("x", {"role": "admin"}, {"name": 3}):
        with pytest.raises(Invalid):
            directory.read(given, "FR")


def test_short_numbers_and_those_of_any_country_are_kept_as_they_are_dialled(world: World) -> None:
    world.add(world.me, name="Info", office="3639", mobile="+44 7400 123456")
    (row,) = world.db.read(lambda: list(DirectoryEntry.select().dicts()))
    assert (row["office"], row["mobile"]) == ("3639", "+447400123456")


def test_whose_number_it_is_goes_by_contacts_everybodys_directory_and_ones_own(world: World) -> None:
    known = "+33612345678"  # of the contact that the account has
    for reader, public in ((world.boss, True), (world.me, False)):
        world.add(reader, public=public, name="Annuaire", mobile=known)
        world.add(reader, public=public, name="Deux", office="01 85 09 00 00")
    world.add(world.me, name="Trois", office="1234")
    assert [f.source for f in (world.whose("06 12 34 56 78", world.ids.agent),) if f] == ["contact"]
    assert [f.source for f in (world.whose("+33185090000", world.ids.agent),) if f] == ["public"]
    assert [f.source for f in (world.whose("1234", world.ids.agent),) if f] == ["own"]
    assert world.whose("1234", world.ids.colleague) is None
    assert world.whose("1234") is None
    for nobody in ("anonymous", "", "+33999", "<script>", "9" * 5000):
        assert world.whose(nobody, world.ids.agent) is None


# --- over HTTP -----------------------------------------------------------------------------------------------------
def sent(person: Visitor, method: str, url: str, **body: Any) -> Any:
    answer = person.client.open(
        url, method=method, json=body, headers={"X-CSRFToken": person.token("/calls")}
    )
    return answer.status_code, answer.json


def test_an_agent_keeps_his_own_directory_on_his_page(web: Web) -> None:
    agent = web.person("elodie")
    fields = {"name": "Léa du stock", "mobile": "06 11 22 33 44"}
    status, made = sent(agent, "POST", "/agent/directory", fields=fields)
    assert (status, made["entry"]["public"], made["entry"]["may_edit"]) == (201, False, True)
    one = f"/agent/directory/{made['entry']['id']}"
    listed = agent.get("/agent/directory?q=lea").json
    assert (listed["total"], listed["may_add_public"]) == (1, False)
    assert listed["list"][0]["call"] == {"mobile": "+33611223344"}
    assert sent(agent, "POST", "/agent/directory", fields=fields, public=True)[0] == 403
    status, answer = sent(agent, "POST", "/agent/directory", fields={"name": "x", "mobile": "12345678"})
    assert (status, set(answer["fields"])) == (400, {"mobile"})
    status, saved = sent(agent, "PUT", one, version=1, fields={**fields, "company": "Entrepôt"})
    assert (status, saved["entry"]["version"], saved["entry"]["company"]) == (200, 2, "Entrepôt")
    status, stale = sent(agent, "PUT", one, version=1, fields=fields)
    assert (status, stale["theirs"]["company"]) == (409, "Entrepôt")
    assert sent(web.person("bruno"), "DELETE", one, version=2)[0] == 404
    assert sent(agent, "DELETE", one, version=1)[0] == 409
    assert sent(agent, "DELETE", one, version=2)[0] == 200
    assert agent.get("/agent/directory?q=lea").json["total"] == 0


def test_whom_a_call_may_go_to(web: Web) -> None:
    agent = web.person("elodie")
    fields = {"name": "Taxi Bruno", "office": "3639", "mobile": "06 55 44 33 22"}
    sent(agent, "POST", "/agent/directory", fields=fields)
    found = agent.get("/agent/targets?q=bruno").json
    assert [(a["name"], a["state"], a["number"]) for a in found["agents"]] == [
        ("Bruno Roy", "LOGGED_OUT", "1002")
    ]
    assert [n["number"] for n in found["numbers"]] == ["3639", "+33655443322"]
    assert [q["name"] for q in agent.get("/agent/targets?q=tech").json["queues"]] == ["Technique"]
    assert [a["name"] for a in agent.get("/agent/targets?q=1002").json["agents"]] == ["Bruno Roy"]
    everybody = agent.get("/agent/targets").json
    assert "Other Elodie" not in str(everybody) and "Élodie" not in str(everybody["agents"])
    assert len(everybody["queues"]) == 2 and everybody["numbers"] == []
