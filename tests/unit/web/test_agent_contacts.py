"""Contacts: what may be written, nobody overwritten, the record of a call."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.calls.model import Call
from fs_app.clock import FakeClock
from fs_app.contacts import fields
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.contacts.numbers import e164, shown, spellings
from fs_app.contacts.record import Known, Reader, record_of_call
from fs_app.contacts.service import Contacts, Stale
from fs_app.db import Database
from fs_app.errors import Invalid, NotFound
from tests.support.deskworld import Ids, open_database, populate, project_call

NOW = 1_795_283_119_000


class World:
    def __init__(self, folder: Path) -> None:
        self.db: Database = open_database(folder)
        self.ids: Ids = self.db.write(lambda: populate(NOW))
        self.clock = FakeClock(NOW)
        self.contacts = Contacts(self.db, self.clock)
        self.reader = Reader(self.ids.account, self.ids.agent, everything=False)

    def save(self, version: int, **values: str) -> dict[str, object]:
        return self.contacts.save(self.ids.account, 2, self.ids.contact, version, values)

    def record(
        self, call: str, known: Known | None = None, reader: Reader | None = None
    ) -> dict[str, object]:
        return self.db.read(lambda: record_of_call(reader or self.reader, call, known, NOW))

    def rings(self, call: str = "c1", number: str = "+33612345678") -> None:
        self.db.write(lambda: project_call(self.ids, call, number, NOW))

    def knows(self, number: str = "+33612345678", queue: int | None = None) -> Known:
        return Known(number, "", queue, None, self.ids.dispositions)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.db.close()


# --- numbers ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed", ["06 12 34 56 78", "+33 6.12.34.56.78", "0033612345678", "(0)6-12-34-56-78"]
)
def test_a_number_is_understood_in_any_usual_writing(typed: str) -> None:
    assert e164(typed, "FR") == "+33612345678"


@pytest.mark.parametrize("typed", ["", "anonymous", "12", "+33 6 12", "06 12 34 56 78 90 12 34", "9" * 5000])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert e164(typed, "FR") is None


def test_numbers_are_shown_as_people_of_the_country_write_them() -> None:
    assert shown("+33612345678", "FR") == "06 12 34 56 78"
    assert shown("+33612345678", "ES") == "+33 6 12 34 56 78"
    assert shown("anonymous", "FR") == "anonymous"


def test_withheld_numbers_join_nobody() -> None:
    assert spellings("anonymous", "FR") == set()
    assert spellings("", "FR") == set()
    assert {"+33612345678", "0612345678", "33612345678"} <= spellings("0612345678", "FR")


# --- fields -------------------------------------------------------------------------------------------------
def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(fields.InvalidFields) as caught:
        fields.read({"mail": "nobody", "mobile": "12", "company": "x" * 201, "last_name": "Dupont"}, "FR")
    assert caught.value.fields == {
        "mail": "contact.error.mail",
        "mobile": "contact.error.number",
        "company": "contact.error.too_long",
    }


def test_several_numbers_may_stand_in_one_field() -> None:
    values = fields.read({"mobile": "06 12 34 56 78, +34 912 34 56 78; 0612345678"}, "FR")
    assert values.numbers == {"mobile": ["+33612345678", "+34912345678"]}


def test_one_number_in_two_fields_is_refused() -> None:
    with pytest.raises(fields.InvalidFields) as caught:
        fields.read({"mobile": "0612345678", "office": "+33612345678"}, "FR")
    assert caught.value.fields == {"office": "contact.error.number_twice"}


@pytest.mark.parametrize(
    "given", [None, [], "x", {"id": "3"}, {"account": "2"}, {"last_name": 5}, {"x" * 9000: ""}]
)
def test_what_is_no_set_of_fields_is_refused(given: object) -> None:
    with pytest.raises(Invalid):
        fields.read(given, "FR")


def test_text_is_cleaned_of_what_would_mislead_a_reader() -> None:
    clean = fields.read({"last_name": " Du\u202epont\x00 ", "address": "1 rue\r\nParis\t "}, "FR").texts
    assert clean == {"last_name": "Du pont", "address": "1 rue\nParis"}


# --- saving -------------------------------------------------------------------------------------------------
def test_a_save_changes_what_was_given_and_raises_the_version(world: World) -> None:
    saved = world.save(1, company="Acme", office="01 23 45 67 89")
    assert saved["version"] == 2
    assert (saved["company"], saved["office"], saved["mobile"]) == (
        "Acme",
        "01 23 45 67 89",
        "06 12 34 56 78",
    )
    assert saved["updated_by"] == "Bruno Roy"


def test_the_second_of_two_savers_is_told_and_overwrites_nothing(world: World) -> None:
    world.save(1, company="Acme")
    with pytest.raises(Stale) as caught:
        world.save(1, company="Globex", mobile="")
    assert caught.value.theirs["company"] == "Acme"
    assert caught.value.theirs["version"] == 2
    assert world.db.read(lambda: Contact.get_by_id(world.ids.contact).company) == "Acme"
    assert world.db.read(lambda: ContactNumber.select().count()) == 2


def test_a_number_that_stands_in_another_field_already_is_refused_and_nothing_is_written(
    world: World,
) -> None:
    with pytest.raises(fields.InvalidFields):
        world.save(1, company="Acme", home="06 12 34 56 78")
    assert world.db.read(lambda: Contact.get_by_id(world.ids.contact).version) == 1


def test_a_number_may_move_from_one_field_to_another(world: World) -> None:
    saved = world.save(1, mobile="", home="06 12 34 56 78")
    assert (saved["mobile"], saved["home"]) == ("", "06 12 34 56 78")


def test_another_accounts_contact_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        world.contacts.save(world.ids.other_account, 2, world.ids.contact, 1, {"company": "stolen"})
    assert world.db.read(lambda: Contact.get_by_id(world.ids.contact).company) == "Oscorp"


def test_a_new_contact_is_found_by_its_number_afterwards(world: World) -> None:
    world.rings("c9", "+34912345678")
    assert world.record("c9")["contact"] is None
    made = world.contacts.create(world.ids.account, 1, {"last_name": "Martín", "office": "+34 912 34 56 78"})
    found = world.record("c9")["contact"]
    assert isinstance(found, dict)
    assert found["id"] == made["id"]


def test_a_contact_without_any_name_or_number_is_refused(world: World) -> None:
    with pytest.raises(fields.InvalidFields):
        world.contacts.create(world.ids.account, 1, {"description": "nobody"})


# --- the record of a call -----------------------------------------------------------------------------------
def test_the_record_shows_who_calls_which_way_he_came_and_what_was_before(world: World) -> None:
    world.rings()
    record = world.record("c1")
    assert record["contact"]["last_name"] == "Dupont"  # type: ignore[index]
    assert [step["text"] for step in record["path"]] == ["01 85 09 00 00", "Commercial"]  # type: ignore[attr-defined]
    assert [h["call"] for h in record["history"]] == ["earlier-0", "earlier-1", "earlier-2", "earlier-3"]  # type: ignore[attr-defined]
    assert record["recent"] == 3
    assert record["history"][0]["disposition"] == "Devis envoyé"  # type: ignore[index]
    assert [h["open"] for h in record["history"]] == [True, False, False, True]  # type: ignore[attr-defined]
    opened = {call: world.record(call)["call"]["open"] for call in ("c1", "earlier-0")}  # type: ignore[index]
    assert opened == {"c1": True, "earlier-0": True}
    world.db.write(lambda: Call.update(agent=None).where(Call.id == "c1").execute())
    assert world.record("c1", world.knows())["call"]["open"] is False  # type: ignore[index]


def test_dispositions_come_as_a_tree_in_the_administrators_order(world: World) -> None:
    world.rings()
    tree = world.record("c1")["dispositions"]
    assert [d["label"] for d in tree][:4] == ["Vente", "Devis envoyé", "À rappeler", "Refus"]  # type: ignore[attr-defined]
    assert [d["label"] for d in tree[3]["children"]] == ["Trop cher", "Chez un concurrent", "Pas de besoin"]  # type: ignore[index]


def test_a_call_that_the_database_has_not_heard_of_yet_shows_what_the_picture_knows(world: World) -> None:
    record = world.record("c1", world.knows("0612345678", world.ids.queue))
    assert record["call"]["complete"] is False  # type: ignore[index]
    assert record["contact"]["last_name"] == "Dupont"  # type: ignore[index]
    assert [step["text"] for step in record["path"]] == ["Commercial"]  # type: ignore[attr-defined]
    assert len(record["dispositions"]) == 6  # type: ignore[arg-type]


def test_an_unknown_caller_gets_his_number_suggested(world: World) -> None:
    world.rings("c2", "0698765432")
    record = world.record("c2")
    assert record["contact"] is None
    assert record["suggested"] == {"mobile": "06 98 76 54 32"}
    assert record["history"] == []


def test_a_withheld_number_has_no_history_and_no_suggestion(world: World) -> None:
    for number in ("anonymous", ""):
        world.rings(f"c-{number}", number)
    world.db.write(lambda: Call.update(ended_at=NOW).where(Call.id == "c-anonymous").execute())
    world.rings("c3", "anonymous")
    record = world.record("c3")
    assert (record["history"], record["suggested"], record["contact"]) == ([], {}, None)


def test_somebody_elses_call_is_not_found_but_a_supervisor_finds_it(world: World) -> None:
    with pytest.raises(NotFound):
        world.record("earlier-2")
    supervisor = Reader(world.ids.account, None, everything=True)
    assert world.record("earlier-2", reader=supervisor)["call"]["id"] == "earlier-2"  # type: ignore[index]


def test_a_supervisor_who_is_given_some_queues_finds_the_calls_of_those(world: World) -> None:
    queue = world.db.read(lambda: Call.get_by_id("earlier-2").queue_id)
    given = Reader(world.ids.account, None, everything=True, queues=frozenset({queue}))
    others = Reader(world.ids.account, None, everything=True, queues=frozenset({queue + 1000}))
    assert world.record("earlier-2", reader=given)["call"]["id"] == "earlier-2"  # type: ignore[index]
    with pytest.raises(NotFound):
        world.record("earlier-2", reader=others)


def test_another_accounts_call_is_not_found_even_by_its_supervisor(world: World) -> None:
    stranger = Reader(world.ids.other_account, world.ids.stranger, everything=True)
    with pytest.raises(NotFound):
        world.record("earlier-0", reader=stranger)


def test_another_accounts_contact_with_the_same_number_is_not_shown(world: World) -> None:
    stranger = Reader(world.ids.other_account, world.ids.stranger, everything=True)
    record = world.record("theirs", world.knows(), stranger)
    assert (record["contact"], record["history"], record["dispositions"]) == (None, [], [])
