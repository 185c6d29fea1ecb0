"""Duplicates become one with everything that hung on them, and are apart again as they were; two at once do no harm."""

from __future__ import annotations

import itertools
from typing import Any
from zoneinfo import ZoneInfo

import gevent
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fs_app.admin.audit import Actor
from fs_app.calllists.model import CallList, ListRecord
from fs_app.calllists.picking import record_result
from fs_app.calllists.record import Outcome
from fs_app.calls.model import Call
from fs_app.contacts import merging, people, unmerging
from fs_app.contacts.merging import Changed, NotThese
from fs_app.contacts.model import Contact, ContactMerge, ContactNumber
from fs_app.contacts.service import by_number
from fs_app.contacts.unmerging import TooLate
from fs_app.errors import NotFound
from fs_app.privacy import holds
from fs_app.privacy.model import LegalHold
from tests.unit.contacts.conftest import NOW, Base


def actor(base: Base, now: int = NOW) -> Actor:
    return Actor(base.account, base.user, "Uma", now)


def image(base: Base, *ids: int) -> dict[int, Any]:
    """Everything of these contacts but version and the moment of the change."""

    def ask() -> dict[int, Any]:
        found = {}
        for one in ids:
            row = Contact.get_by_id(one)
            numbers = ContactNumber.select().where(ContactNumber.contact == one)
            found[one] = (
                {
                    name: getattr(row, name)
                    for name in (*people.TEXTS, "custom", "name_key", "merged_into_id")
                },
                [(n.number, n.kind, n.time_zone) for n in numbers.order_by(ContactNumber.position)],
                sorted(c.id for c in Call.select().where(Call.contact == one)),
            )
        return found

    return base.db.read(ask)


def versions(base: Base, *ids: int) -> dict[int, int]:
    return base.db.read(lambda: {one: Contact.get_by_id(one).version for one in ids})


def call(base: Base, contact: int, name: str) -> None:
    base.db.write(
        lambda: Call.create(
            id=name, account=base.account, stage="ENDED", contact=contact, caller_number="", started_at=NOW
        )
    )


def merge(
    base: Base, kept: int, *others: int, take: dict[str, int] | None = None, numbers: Any = None
) -> int:
    looked_at = versions(base, kept, *others)
    if numbers is None:
        numbers = [r.number for r in base.db.read(lambda: merging.numbers_of([kept, *others]))]
    by = actor(base)
    return base.db.write(lambda: merging.merge(by, kept, looked_at, take or {}, numbers, "FR"))


def test_everything_goes_over_and_comes_back(base: Base) -> None:
    one = base.add(("+33600000101",), last_name="Morel", city="Lyon", custom={"age": 40})
    two = base.add(
        ("+33600000101", "+33600000102"), last_name="MOREL", mail="m@example.org", custom={"plan": "Gold"}
    )
    three = base.add((), last_name="Morel", company="Acme")
    call(base, one, f"c1-{one}")
    call(base, two, f"c2-{two}")
    before = image(base, one, two, three)
    number = merge(base, one, two, three, take={"last_name": two})
    row, numbers, calls = image(base, one)[one]
    assert (row["last_name"], row["city"], row["mail"], row["company"]) == (
        "MOREL",
        "Lyon",
        "m@example.org",
        "Acme",
    )
    assert row["custom"] == {"age": 40, "plan": "Gold"}
    assert [n[0] for n in numbers] == ["+33600000101", "+33600000102"]
    assert calls == sorted([f"c1-{one}", f"c2-{two}"])
    assert base.search("morel") == {one}
    assert base.search("acme") == {one}
    assert base.db.read(lambda: by_number(base.account, "+33600000102", "FR"))["id"] == one
    assert base.db.read(lambda: people.survivor(base.account, three)) == one
    with pytest.raises(NotFound):
        base.db.read(lambda: people.detail(base.account, two, "FR"))
    assert base.db.write(lambda: unmerging.undo(actor(base), number, "FR")) == [two, three]
    assert image(base, one, two, three) == before
    assert base.search("morel") == {one, two, three}
    with pytest.raises(TooLate):
        base.db.write(lambda: unmerging.undo(actor(base), number, "FR"))


def test_what_was_changed_since_stays_when_a_merge_is_taken_back(base: Base) -> None:
    one = base.add(("+33600000201",), last_name="Nadal", city="Lyon")
    two = base.add(("+33600000202",), last_name="Nadal", company="Acme")
    number = merge(base, one, two)
    whole = people.read(
        {"last_name": "Nadal", "city": "Nice", "company": "Acme"},
        [{"number": n} for n in ("+33600000201", "+33600000202", "+33600000203")],
        {}, [], "FR", ZoneInfo("UTC"),
    )  # fmt: skip
    version = versions(base, one)[one]
    base.db.write(lambda: people.save(actor(base), one, version, whole, "FR"))
    base.db.write(lambda: unmerging.undo(actor(base), number, "FR"))
    row, numbers, _ = image(base, one)[one]
    assert (row["city"], row["company"]) == ("Nice", "")
    assert [n[0] for n in numbers] == ["+33600000201", "+33600000203"]
    assert [n[0] for n in image(base, two)[two][1]] == ["+33600000202"]


def test_who_looked_at_something_else_merges_nothing(base: Base) -> None:
    one, two = base.add((), last_name="Oliv"), base.add((), last_name="Oliv")
    before = image(base, one, two)
    by = actor(base)
    with pytest.raises(Changed):
        base.db.write(lambda: merging.merge(by, one, {one: 1, two: 2}, {}, [], "FR"))
    with pytest.raises(Changed):
        base.db.write(lambda: merging.merge(by, one, {one: 1, 10**6: 1}, {}, [], "FR"))
    with pytest.raises(NotThese):
        base.db.write(lambda: merging.merge(by, one, {one: 1}, {}, [], "FR"))
    assert image(base, one, two) == before


def test_of_two_merges_at_once_one_happens(base: Base) -> None:
    one, two, three = (base.add((), last_name="Pons") for _ in range(3))
    by = actor(base)

    def try_it(kept: int, lost: int) -> str:
        try:
            base.db.write(lambda: merging.merge(by, kept, {kept: 1, lost: 1}, {}, [], "FR"))
        except Changed:
            return "changed"
        return "done"

    pair = [gevent.spawn(try_it, one, two), gevent.spawn(try_it, two, three)]
    gevent.joinall(pair, timeout=20)
    assert sorted(g.value for g in pair) == ["changed", "done"]
    rows = base.db.read(
        lambda: {c.id: c.merged_into_id for c in Contact.select().where(Contact.last_name == "Pons")}
    )
    assert list(rows.values()).count(None) == 2


def test_a_chain_of_merges_leads_to_the_last_one(base: Base) -> None:
    one, two, three = (base.add((), last_name="Quint") for _ in range(3))
    first = merge(base, two, one)
    merge(base, three, two)
    assert base.db.read(lambda: people.survivor(base.account, one)) == three
    with pytest.raises(TooLate):
        base.db.write(lambda: unmerging.undo(actor(base), first, "FR"))


def test_after_thirty_days_it_is_too_late(base: Base) -> None:
    one, two = base.add((), last_name="Rolland"), base.add((), last_name="Rolland")
    number = merge(base, one, two)
    late = actor(base, NOW + unmerging.UNDO_MS + 1)
    with pytest.raises(TooLate):
        base.db.write(lambda: unmerging.undo(late, number, "FR"))
    assert base.db.read(lambda: unmerging.latest(base.account, late.now)) == []
    assert base.db.read(lambda: ContactMerge.get_by_id(number)).undone_at is None


def test_another_accounts_contacts_and_merges_do_not_exist(base: Base) -> None:
    one, foreign = base.add((), last_name="Sand"), base.add((), account=base.other, last_name="Sand")
    with pytest.raises(Changed):
        base.db.write(lambda: merging.merge(actor(base), one, {one: 1, foreign: 1}, {}, [], "FR"))
    mine = merge(base, one, base.add((), last_name="Sand"))
    other = Actor(base.other, None, "x", NOW)
    with pytest.raises(NotFound):
        base.db.write(lambda: unmerging.undo(other, mine, "FR"))


def test_groups_are_found_by_each_way(base: Base) -> None:
    same = {"last_name": "Tissot", "first_name": "Ève", "mail": "T@example.org", "reference": "R-1"}
    one = base.add(("+33600000301",), **same)
    two = base.add(("+33600000301",), **{**same, "mail": "t@example.org", "first_name": "Eve"})
    base.add(("+33600000301",), account=base.other, **same)
    for way in merging.WAYS:
        groups, more = base.db.read(lambda way=way: merging.duplicates(base.account, way))
        assert (one, two) in [g.ids for g in groups], way
        assert not more


TEXTS = st.sampled_from(["", "a", "é", "Lyon", "x" * 50])
NUMBERS = st.lists(st.sampled_from([f"+3360000040{i}" for i in range(5)]), unique=True, max_size=4).map(tuple)
PEOPLE = st.lists(
    st.tuples(TEXTS, TEXTS, st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)), NUMBERS),
    min_size=2,
    max_size=4,
)


@settings(max_examples=12, deadline=None)
@given(PEOPLE, st.integers(0, 3), st.data())
def test_a_merge_that_is_taken_back_changed_nothing(base: Base, listed: Any, kept: int, data: Any) -> None:
    ids = [base.add(n, last_name=f"U{name}", city=city, custom=custom) for name, city, custom, n in listed]
    before = image(base, *ids)
    keeps = ids[kept % len(ids)]
    every = sorted({n for *_, numbers in listed for n in numbers})
    stays = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    others = [one for one in ids if one != keeps]
    number = merge(base, keeps, *others, take={"city": ids[-1]}, numbers=stays)
    assert [n[0] for n in image(base, keeps)[keeps][1]] == stays
    base.db.write(lambda: unmerging.undo(actor(base), number, "FR"))
    after = image(base, *ids)
    assert {one: (v[0], sorted(v[1])) for one, v in after.items()} == {
        one: (v[0], sorted(v[1])) for one, v in before.items()
    }
    base.db.write(lambda: Contact.delete().where(Contact.id.in_(ids)).execute())


def test_a_legal_hold_outlives_deleting_and_merging(base: Base) -> None:
    """Whoever may delete contacts, or merge two, can't get rid of what a court wants to be kept."""
    kept, held, other = (base.add((f"+3360000090{n}",), last_name=f"Court{n}") for n in range(3))

    def hold(contact: int) -> None:
        LegalHold.create(account=base.account, contact=contact, reason="Litige", at=NOW)

    base.db.write(lambda: hold(held))
    with pytest.raises(holds.Held):
        base.db.write(lambda: people.delete(actor(base), held))
    done = merge(base, kept, held)
    assert base.db.read(lambda: [row.contact_id for row in LegalHold.select()]) == [kept]
    with pytest.raises(holds.Held):
        base.db.write(lambda: people.delete(actor(base), kept))
    base.db.write(lambda: hold(other))
    merge(base, kept, other)
    assert base.db.read(lambda: holds.is_held(base.account, kept))
    base.db.write(lambda: unmerging.undo(actor(base), done, "FR"))
    assert base.db.read(lambda: sorted(row.contact_id for row in LegalHold.select())) == sorted([held, other])
    assert base.db.read(lambda: holds.is_held(base.account, kept)), "of those who are merged into him, one is"


# --- on call lists ----------------------------------------------------------------------------------------------
def on_list(base: Base, name: str, *records: tuple[int, str]) -> list[int]:
    """A list with these (contact, state), in their order; the ids of its records."""

    def make() -> list[int]:
        row = CallList.create(account=base.account, name=name, created_at=NOW, updated_at=NOW)
        return [
            ListRecord.create(
                account=base.account, list=row, index=at, contact=contact, state=state, imported_at=NOW
            ).id
            for at, (contact, state) in enumerate(records, 1)
        ]

    return base.db.write(make)


def states(base: Base, records: list[int]) -> list[tuple[str, str | None]]:
    rows = base.db.read(
        lambda: list(ListRecord.select().where(ListRecord.id.in_(records)).order_by(ListRecord.id))
    )
    return [(row.state, row.before) for row in rows]


OUT = "EXCLUDED"


@pytest.mark.parametrize(
    ("kept", "lost", "afterwards"),
    [
        ("UNTREATED", "UNTREATED", [("UNTREATED", None), (OUT, "UNTREATED")]),
        ("UNTREATED", "PERSONAL", [(OUT, "UNTREATED"), ("PERSONAL", None)]),
        ("SYSTEM", "CALLBACK", [(OUT, "SYSTEM"), ("CALLBACK", None)]),
        ("COMPLETED", "CALLBACK", [("COMPLETED", None), (OUT, "CALLBACK")]),
        ("UNTREATED", "BLACKLISTED", [(OUT, "UNTREATED"), ("BLACKLISTED", None)]),
        ("UNTREATED", "IN_CALL", [(OUT, "UNTREATED"), ("IN_CALL", None)]),
        ("CALLBACK", "IN_CALL", [("CALLBACK", None), ("IN_CALL", None)]),
        ("EXCLUDED", "PERSONAL", [(OUT, None), ("PERSONAL", None)]),
        ("EXCLUDED", "UNTREATED", [(OUT, None), (OUT, "UNTREATED")]),
        ("WRONG", "UNTREATED", [("WRONG", None), ("UNTREATED", None)]),
        ("UNREACHABLE", "SYSTEM", [("UNREACHABLE", None), ("SYSTEM", None)]),
    ],
)
def test_who_has_become_one_is_called_once_for_a_list(
    base: Base, kept: str, lost: str, afterwards: list[tuple[str, str | None]]
) -> None:
    one, two = base.add(last_name="Once"), base.add(last_name="Once")
    records = on_list(base, f"{kept} {lost}", (one, kept), (two, lost))
    before = states(base, records)
    number = merge(base, one, two)
    assert states(base, records) == afterwards
    base.db.write(lambda: unmerging.undo(actor(base), number, "FR"))
    assert states(base, records) == before


THREE = ["UNTREATED", "CALLBACK", "PERSONAL"]


@pytest.mark.parametrize("order", list(itertools.permutations(THREE)))
@pytest.mark.parametrize("first_back", [0, 1])
def test_pair_by_pair_one_stays_and_all_come_back_in_any_order(
    base: Base, order: tuple[str, ...], first_back: int
) -> None:
    people = [base.add(last_name="Pairs") for _ in order]
    records = on_list(base, f"pairs {order} {first_back}", *zip(people, order, strict=True))
    merges = [merge(base, people[0], other) for other in people[1:]]
    assert sorted(state for state, _ in states(base, records)) == [OUT, OUT, "PERSONAL"]
    base.db.write(lambda: unmerging.undo(actor(base), merges[first_back], "FR"))
    mine = base.db.read(lambda: list(ListRecord.select().where(ListRecord.contact == people[0])))
    assert len([row for row in mine if row.id in records and row.state != OUT]) == 1
    base.db.write(lambda: unmerging.undo(actor(base), merges[1 - first_back], "FR"))
    assert states(base, records) == [(state, None) for state in order]


def test_lists_that_the_merge_does_not_touch_keep_their_records(base: Base) -> None:
    """Somebody may stand on a list twice because it was wanted so."""
    one, two = base.add(last_name="Twice"), base.add(last_name="Twice")
    wanted = on_list(base, "twice", (one, "UNTREATED"), (one, "UNTREATED"))
    alone = on_list(base, "alone", (two, "UNTREATED"))
    merge(base, one, two)
    assert states(base, [*wanted, *alone]) == [("UNTREATED", None)] * 3


def test_what_was_done_with_a_record_since_stays_when_a_merge_is_taken_back(base: Base) -> None:
    one, two = base.add(last_name="Since"), base.add(last_name="Since")
    records = on_list(base, "since", (one, "UNTREATED"), (two, "UNTREATED"))
    number = merge(base, one, two)
    base.db.write(
        lambda: (
            ListRecord.update(state="BLACKLISTED", before=None).where(ListRecord.id == records[1]).execute()
        )
    )
    base.db.write(lambda: unmerging.undo(actor(base), number, "FR"))
    assert states(base, records) == [("UNTREATED", None), ("BLACKLISTED", None)]


def with_numbers(base: Base) -> tuple[int, int, list[int]]:
    """Two people, each with a record with his number on the same list."""
    one, two = (base.add((n,), last_name="Numbers") for n in (FIRST, SECOND))
    records = on_list(base, f"numbers {one}", (one, "UNTREATED"), (two, "UNTREATED"))

    def number() -> None:
        for record, n in zip(records, (FIRST, SECOND), strict=True):
            ListRecord.update(number=n, kind="mobile", zone="Europe/Paris").where(
                ListRecord.id == record
            ).execute()

    base.db.write(number)
    return one, two, records


def dialled(base: Base, record: int) -> tuple[str, str, list[str]]:
    """(state, number, the other numbers that may be tried)"""
    row = base.db.read(lambda: ListRecord.get_by_id(record))
    return row.state, row.number, [one["n"] for one in row.more or () if not one["wrong"]]


def wrong(base: Base, record: int, at: int = NOW) -> None:
    base.db.write(lambda: record_result(base.account, record, Outcome("wrong", attempted_at=at)))


FIRST, SECOND = "+33600000971", "+33600000972"


def test_the_record_that_stays_has_the_others_number_when_its_own_is_wrong(base: Base) -> None:
    one, two, (stays, goes) = with_numbers(base)
    merge(base, one, two, numbers=[FIRST, SECOND])
    assert dialled(base, stays) == ("UNTREATED", FIRST, [SECOND])
    assert dialled(base, goes)[0] == OUT
    wrong(base, stays)
    assert dialled(base, stays) == ("REDIAL", SECOND, [])
    wrong(base, stays, NOW + 1)
    assert dialled(base, stays)[0] == "WRONG"


@pytest.mark.parametrize("wrongs", [0, 1])
def test_taken_back_each_has_his_own_number_again(base: Base, wrongs: int) -> None:
    one, two, (stays, goes) = with_numbers(base)
    number = merge(base, one, two, numbers=[FIRST, SECOND])
    for _ in range(wrongs):
        wrong(base, stays)
    base.db.write(lambda: unmerging.undo(actor(base), number, "FR"))
    assert dialled(base, stays) == (("WRONG", FIRST, []) if wrongs else ("UNTREATED", FIRST, []))
    assert dialled(base, goes) == ("UNTREATED", SECOND, [])


def test_a_number_that_the_merge_drops_is_tried_for_nobody(base: Base) -> None:
    one, two, (stays, _) = with_numbers(base)
    merge(base, one, two, numbers=[FIRST])
    assert dialled(base, stays) == ("UNTREATED", FIRST, [])


# --- legal holds ------------------------------------------------------------------------------------------------
def free(base: Base) -> set[str]:
    """Calls that retention may delete."""
    return {
        row[0] for row in base.db.read(lambda: list(Call.select(Call.id).where(holds.free_calls()).tuples()))
    }


def test_of_two_holds_the_second_protects_when_the_first_is_released(base: Base) -> None:
    one, two = base.add(("+33600000951",), last_name="Suit"), base.add(("+33600000952",), last_name="Suit")
    call(base, one, "suit-1")
    call(base, two, "suit-2")
    for contact in (one, two):
        base.db.write(lambda c=contact: holds.put(actor(base), c, "a suit"))
    merge(base, one, two)
    (first,) = (row.id for row in base.db.read(lambda: holds.listing(base.account)) if row.contact == one)
    base.db.write(lambda: holds.release(actor(base), first))
    assert not {"suit-1", "suit-2"} & free(base)
    with pytest.raises(holds.Held):
        base.db.read(lambda: holds.check(base.account, one))


@pytest.mark.parametrize("way", ["merged", "deleted"])
def test_a_number_that_leaves_a_held_contact_stays_held(base: Base, way: str) -> None:
    held, other = base.add(("+33600000962",), last_name="Kept"), base.add(("+33600000961",), last_name="Kept")
    base.db.write(
        lambda: Call.create(
            id=f"kept-{way}", account=base.account, stage="ENDED", caller_number="0600000962", started_at=NOW
        )
    )
    base.db.write(lambda: holds.put(actor(base), held, "a suit"))
    assert f"kept-{way}" not in free(base)
    if way == "merged":
        merge(base, other, held, numbers=["+33600000961"])
    else:
        base.db.write(lambda: ContactNumber.delete().where(ContactNumber.contact == held).execute())
    assert f"kept-{way}" not in free(base)
