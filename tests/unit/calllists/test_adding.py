"""Contacts of a segment come onto a list: as an import brings them, once each, through deaths, and off it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fs_app.accounts.model import Account
from fs_app.calllists import adding
from fs_app.calllists.adding import ListAway, Source
from fs_app.calllists.counters import tally
from fs_app.calllists.model import (
    CallList,
    ContactFile,
    ContactFileRow,
    DistributionRule,
    ListAction,
    ListRecord,
)
from fs_app.calllists.service import Busy, NothingToDo
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.model import Contact, ContactNumber, Segment
from fs_app.db import Database
from fs_app.errors import NotFound
from fs_app.events import ListChanged
from fs_app.outgoing.model import DncEntry
from tests.unit.calllists.conftest import NOW, account, new_contact, new_record
from tests.unit.calllists.test_actions import Rig

PARIS = {"field": "city", "op": "is", "value": "paris"}


@pytest.fixture
def rig(db: Database) -> Iterator[Rig]:
    rig = Rig(db)
    yield rig
    rig.service.stop()
    rig.tasks.stop()


@pytest.fixture
def each_rig(each_db: Database) -> Iterator[Rig]:
    rig = Rig(each_db)
    yield rig
    rig.service.stop()
    rig.tasks.stop()


def person(number: str = "", **more: Any) -> int:
    """In Paris; inside `write`. `number`: several with blanks between them."""
    made = new_contact(**{"city": "Paris", **more})
    for place, one in enumerate(number.split(), 1):
        ContactNumber.create(account=account(), contact=made, number=one, position=place)
    return made


def segment(rig: Rig, chosen: Any = PARIS) -> int:
    def write() -> int:
        row = Segment.create(account=rig.account, name="Paris", filter=chosen, created_at=NOW, updated_at=NOW)
        return int(row.id)

    return rig.db.write(write)


def add(rig: Rig, source: Source, into: int | str | None = None) -> ListAction:
    made = rig.service.add(rig.by, rig.list if into is None else into, source)
    (last, *_) = rig.service.progress(rig.account, made)
    return rig.ended(last.id)


def test_they_come_with_numbers_kinds_zones_once_each(rig: Rig) -> None:
    def people() -> list[int]:
        DncEntry.create(account=account(), number="+33612345699", created_at=NOW)
        found = [
            person("+33612345601 +33140205051"),
            person("+33612345699"),
            person(),
            person("+33612345603", city="Lyon"),
            person("+33612345604", merged_into_id=1),
            person("+33612345605", directory="own", owner_id=1),
            person("+262692123456"),
        ]
        new_record(rig.list, 7, contact=person("+33612345606"))
        return found

    ids = rig.db.write(people)
    source = Source(segment(rig))
    counts = rig.service.count_added(rig.account, rig.list, source)
    assert (counts.found, counts.listed, counts.no_number, counts.coming, counts.blocked) == (5, 1, 1, 3, 1)
    heard: list[Any] = []
    rig.service._bus.subscribe(ListChanged, heard.append)
    action = add(rig, source)
    assert (action.state, action.total, action.done, action.changed, action.left) == ("DONE", 5, 5, 3, 2)
    _, one, bad, far = rig.rows()
    assert [one["contact"], bad["contact"], far["contact"]] == [ids[0], ids[1], ids[6]]
    assert [row["index"] for row in (one, bad, far)] == [8, 9, 10]
    assert (one["number"], one["kind"], one["country"], one["zone"]) == (
        "+33612345601",
        "mobile",
        "FR",
        "Europe/Paris",
    )
    assert one["more"] == [
        {"n": "+33140205051", "kind": "fixed", "zone": "Europe/Paris", "attempts": 0, "wrong": False}
    ]
    assert (one["state"], one["before"]) == ("UNTREATED", None)
    assert (bad["state"], bad["before"]) == ("BLACKLISTED", "UNTREATED")
    assert far["zone"] == "Indian/Reunion"
    assert {row["order_key"] for row in (one, bad, far)} == {action.at}
    whole = rig.db.read(lambda: tally(rig.list, 4)).whole
    assert (whole.total, whole.states["BLACKLISTED"]) == (4, 1)
    assert ListChanged(rig.account, rig.list) in heard
    assert add(rig, source).changed == 0, "twice changes nothing"
    assert len(rig.rows()) == 4


def test_the_file_of_the_list_gets_their_rows_and_its_rule_orders_them(rig: Rig) -> None:
    def prepare() -> None:
        file = ContactFile.create(account=account(), name="F", created_at=NOW)
        ContactFileRow.create(account=account(), file=file, index=40)
        rule = DistributionRule.create(account=account(), name="R", updated_at=NOW)
        CallList.update(file=file, rule=rule, newest_first=True).where(CallList.id == rig.list).execute()
        person("+33612345601")
        person("+33612345602")

    rig.db.write(prepare)
    action = add(rig, Source(filter=PARIS))
    rows = rig.rows()
    lines = rig.db.read(lambda: list(ContactFileRow.select().order_by(ContactFileRow.index)))
    assert [line.index for line in lines] == [40, 41, 42] == [40, *(row["index"] for row in rows)]
    assert [line.contact_id for line in lines[1:]] == [row["contact"] for row in rows]
    assert [row["order_key"] for row in rows] == [-action.at, -action.at]
    assert rig.db.read(lambda: CallList.get_by_id(rig.list)).order_wanted
    rig.undo(action.id)
    assert rig.rows() == []
    assert rig.db.read(lambda: ContactFileRow.select().count()) == 1


def test_undone_are_those_to_whom_nothing_has_happened(rig: Rig) -> None:
    rig.db.write(lambda: [person(f"+336123456{n:02}") for n in range(5)])
    action = add(rig, Source(filter=PARIS), "Nouvelle")
    assert action.list.name == "Nouvelle"
    rig.list = action.list_id
    called, busy = (row["id"] for row in rig.rows()[:2])
    rig.db.write(lambda: ListRecord.update(attempts=1).where(ListRecord.id == called).execute())
    rig.db.write(lambda: ListRecord.update(state="IN_CALL").where(ListRecord.id == busy).execute())
    undone = rig.undo(action.id)
    assert (undone.state, undone.changed, undone.left) == ("UNDONE", 3, 2)
    assert [row["id"] for row in rig.rows()] == [called, busy]


def test_a_death_between_two_pieces_adds_nobody_twice_and_leaves_nobody_out(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.db.write(lambda: [person(f"+33612{n:06}") for n in range(700)])
    pieces: list[int] = []
    usual = adding._add

    def dies(*args: Any) -> None:
        if len(pieces) == 2:
            raise SystemError("killed")
        pieces.append(1)
        usual(*args)

    monkeypatch.setattr(adding, "_add", dies)
    action = add(rig, Source(filter=PARIS))
    assert action.state == "FAILED" and 0 < len(rig.rows()) < 700
    monkeypatch.setattr(adding, "_add", usual)
    rig.db.write(lambda: ListAction.update(state="RUNNING").where(ListAction.id == action.id).execute())
    rig.service._wake.set()
    again = rig.ended(action.id)
    assert (again.state, again.done, again.changed) == ("DONE", 700, 700)
    contacts = rig.column("contact")
    assert len(contacts) == len(set(contacts)) == 700


def test_who_goes_between_the_look_and_the_writing_is_not_added(rig: Rig) -> None:
    rig.db.write(lambda: [person("+33612345601"), person("+33612345602")])
    usual = adding._add

    def later(*args: Any) -> None:
        Contact.delete().where(Contact.id == args[3][0].contact).execute()
        usual(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adding, "_add", later)
        assert add(rig, Source(filter=PARIS)).changed == 1


def test_what_is_not_ours_or_put_away_takes_and_gives_nobody(rig: Rig) -> None:
    def others() -> tuple[int, int]:
        other = Account.create(slug="b", name="B", sip_domain="b.test", created_at=1)
        theirs = Segment.create(account=other, name="x", filter=PARIS, created_at=1, updated_at=1)
        found = CallList.create(account=other, name="y", created_at=1, updated_at=1)
        person("+33612345601")
        Contact.create(account=other, city="Paris", created_at=1, updated_at=1)
        return int(theirs.id), int(found.id)

    theirs, their_list = rig.db.write(others)
    with pytest.raises(NotFound):
        rig.service.add(rig.by, rig.list, Source(theirs))
    with pytest.raises(NotFound):
        rig.service.add(rig.by, their_list, Source(filter=PARIS))
    with pytest.raises(NotFound):
        rig.service.count_added(rig.account, their_list, Source(filter=PARIS))
    with pytest.raises(InvalidFields):
        rig.service.add(rig.by, rig.list, Source(filter={"field": f"segment.{theirs}", "op": "is"}))
    with pytest.raises(NothingToDo):
        rig.service.add(rig.by, "Neu", Source(filter={"field": "city", "op": "is", "value": "Nice"}))
    assert rig.db.read(lambda: CallList.select().where(CallList.name == "Neu").count()) == 0
    rig.db.write(lambda: CallList.update(archived_at=NOW).where(CallList.id == rig.list).execute())
    with pytest.raises(ListAway):
        rig.service.add(rig.by, rig.list, Source(filter=PARIS))
    assert rig.db.read(lambda: ListRecord.select().count()) == 0


def test_it_is_the_same_on_both_databases(each_rig: Rig) -> None:
    def prepare() -> None:
        file = ContactFile.create(account=account(), name="F", created_at=NOW)
        CallList.update(file=file).where(CallList.id == each_rig.list).execute()
        for n in range(450):
            person(f"+33612{n:06} +3314020{n + 5000:04}")

    each_rig.db.write(prepare, timeout=60)
    source = Source(segment(each_rig))
    assert each_rig.service.count_added(each_rig.account, each_rig.list, source).coming == 450
    action = add(each_rig, source)
    assert (action.state, action.changed) == ("DONE", 450)
    assert (
        each_rig.column("index") == list(range(1, 451)) and each_rig.rows()[0]["more"][0]["kind"] == "fixed"
    )
    assert each_rig.service.count_added(each_rig.account, each_rig.list, source).listed == 450
    undone = each_rig.undo(action.id)
    assert (undone.state, undone.changed, each_rig.rows()) == ("UNDONE", 450, [])
    assert each_rig.db.read(lambda: ContactFileRow.select().count()) == 0


def test_one_action_at_a_time(rig: Rig) -> None:
    rig.db.write(lambda: person("+33612345601"))
    rig.db.write(
        lambda: ListAction.create(account=rig.account, list=rig.list, kind="x", state="RUNNING", at=NOW)
    )
    with pytest.raises(Busy):
        rig.service.add(rig.by, rig.list, Source(filter=PARIS))


def test_five_thousand_contacts(rig: Rig) -> None:
    def many() -> None:
        for n in range(5_000):
            made = Contact.insert(account=rig.account, city="Paris", created_at=1, updated_at=1).execute()
            ContactNumber.insert(account=rig.account, contact=made, number=f"+33613{n:06}").execute()

    rig.db.write(many, timeout=60)
    action = add(rig, Source(segment(rig)))
    assert (action.state, action.changed) == ("DONE", 5_000)
    assert rig.column("index") == list(range(1, 5_001))
