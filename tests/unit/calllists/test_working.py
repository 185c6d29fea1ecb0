"""What is in force on a list now: planner, quotas, characteristics, and the mix of a queue's lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fs_app.accounts.model import Account
from fs_app.admin.audit import Actor
from fs_app.admin.form import FormInvalid, Stale
from fs_app.calllists import editing, listing, planner
from fs_app.calllists.editing import InUse, ListForm, Shared
from fs_app.calllists.fields import asking
from fs_app.calllists.model import CallList, ListRecord, Planner, Profiler
from fs_app.calllists.working import Lists, Working
from fs_app.contacts import segments
from fs_app.contacts.fields import InvalidFields
from fs_app.db import Database
from fs_app.errors import NotFound
from fs_app.queues.model import Queue
from tests.unit.calllists.conftest import NOW, account, new_contact, new_list, new_record

PARIS = ZoneInfo("Europe/Paris")
MOBILE = {"field": "record_kind", "op": "is", "value": "mobile"}
EVENING = {"name": "Soir", "days": [1, 2, 3, 4, 5], "from": "18:00", "until": "20:00", "filter": MOBILE}


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


# --- the planner --------------------------------------------------------------------------------------------
def test_a_filter_comes_and_goes_by_the_clock_on_the_wall() -> None:
    slots = planner.slots([EVENING])
    monday = datetime(2026, 11, 23, tzinfo=PARIS)
    for hour, here in ((17, 0), (18, 1), (19, 1), (20, 0)):
        assert len(planner.in_force(slots, monday.replace(hour=hour))) == here
    assert not planner.in_force(slots, monday.replace(day=22, hour=18)), "not on Sunday"
    assert planner.next_change(slots, ms("2026-11-23T17:59"), PARIS) == ms("2026-11-23T18:00")
    assert planner.next_change(slots, ms("2026-11-23T18:00"), PARIS) == ms("2026-11-23T20:00")
    assert planner.next_change(slots, ms("2026-11-20T21:00"), PARIS) == ms("2026-11-23T18:00")
    assert planner.next_change([], NOW, PARIS) is None


def test_a_slot_may_go_on_into_the_next_day() -> None:
    (night,) = planner.slots([{**EVENING, "days": [5], "from": "22:00", "until": "02:00"}])
    friday = datetime(2026, 11, 27, 23, tzinfo=PARIS)
    assert planner.applies(night, friday) and planner.applies(night, friday + timedelta(hours=2))
    assert not planner.applies(night, friday + timedelta(hours=4))
    assert not planner.applies(night, friday - timedelta(days=1))


@pytest.mark.parametrize("text", ["", "8:00", "25:00", "24:01", "18.00", "１８:00", None, 18])
def test_what_is_no_time_is_none(text: Any) -> None:
    assert planner.minutes(text) is None
    assert planner.slots([{**EVENING, "from": text}]) == []


@given(
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(ms("2026-03-27T00:00"), ms("2026-03-31T00:00"))
    | st.integers(ms("2026-10-23T00:00"), ms("2026-10-27T00:00")),
)
@settings(max_examples=60, deadline=None)
def test_between_two_changes_nothing_changes_whatever_the_clocks_do(
    begin: int, end: int, days: set[int], now: int
) -> None:
    slots = planner.slots(
        [
            {
                "days": sorted(days),
                "from": f"{begin // 60:02}:{begin % 60:02}",
                "until": f"{end // 60:02}:{end % 60:02}",
            }
        ]
    )
    here = planner.in_force(slots, datetime.fromtimestamp(now / 1000, PARIS))
    then = planner.next_change(slots, now, PARIS) or now + 8 * 86_400_000
    for part in range(1, 20):
        between = now + (then - 1 - now) * part // 20
        local = datetime.fromtimestamp(between / 1000, PARIS)
        # Once a year an hour of the wall clock comes twice, or not at all: a change may be told up to an hour late.
        if planner.in_force(slots, local) != here:
            around = [
                datetime.fromtimestamp((between + h * 3_600_000) / 1000, PARIS).utcoffset() for h in (-2, 2)
            ]
            assert around[0] != around[1]


# --- on a list ----------------------------------------------------------------------------------------------
def working(db: Database, lists: Lists, list_id: int, now: int = NOW) -> Working:
    return db.read(lambda: lists.working(CallList.get_by_id(list_id), now))


def picked(db: Database, lists: Lists, found: Working, now: int = NOW) -> list[int]:
    return [r.index for r in db.read(lambda: lists.picker.next_records(found.wanted(), now, 20))]


def test_a_full_segment_stops_by_itself_and_the_others_go_on(db: Database) -> None:
    def fill() -> int:
        city = {"field": "city", "op": "is", "value": "Paris"}
        profiler = Profiler.create(
            account=account(),
            name="Q",
            quotas=[
                {"name": "Paris", "most": 2, "filter": city},
                {"name": "Fixes", "most": 9, "filter": {"not": MOBILE}},
            ],
            updated_at=NOW,
        )
        made = new_list(profiler=profiler)
        for n, town in enumerate(["Paris", "Lyon", "Paris", "Paris", ""]):
            new_record(made, n, contact=new_contact(city=town), kind="mobile")
        new_record(made, 9, contact=None, kind="fixed")
        return made

    made, lists = db.write(fill), Lists()
    assert picked(db, lists, working(db, lists, made)) == [0, 1, 2, 3, 4, 9]
    done = {"state": "COMPLETED", "last_result": "positive"}
    db.write(lambda: ListRecord.update(done).where(ListRecord.index.in_([0, 1, 2, 9])).execute())
    lists.forget()
    found = working(db, lists, made)
    assert [(one.name, one.reached, one.full) for one in found.segments] == [
        ("Paris", 2, True),
        ("Fixes", 1, False),
    ]
    assert picked(db, lists, found) == [4], "of Paris nobody any more"
    last = db.read(lambda: ListRecord.get(ListRecord.index == 3).id)
    assert [(r.kind, r.name) for r in db.read(lambda: found.holds_back(last))] == [("quota", "Paris")]


def test_the_planner_and_characteristics_decide_who_is_called_now(db: Database) -> None:
    def fill() -> int:
        by = Actor(account(), None, "x", NOW)
        mobile = editing.save_shared(by, Shared("characteristic", name="Mobile", content=MOBILE))
        named = {"field": f"characteristic.{mobile}", "op": "is_not"}
        slots = [{**EVENING, "days": [1, 2, 3, 4, 5, 6, 7], "filter": named}]
        plan = Planner.create(account=by.account, name="P", slots=slots, updated_at=NOW)
        made = new_list(planner=plan, hold=[])
        for n in range(4):
            new_record(made, n, kind="mobile" if n % 2 else "fixed")
        return made

    made, lists = db.write(fill), Lists()
    db.write(lambda: Account.update(time_zone="Europe/Paris").execute())
    day, evening = ms("2026-11-23T12:00"), ms("2026-11-23T19:00")
    assert picked(db, lists, working(db, lists, made, day), day) == [0, 1, 2, 3]
    found = working(db, lists, made, evening)
    assert picked(db, lists, found, evening) == [0, 2]
    assert [(r.kind, r.name, r.until) for r in found.restrictions] == [
        ("planner", "Soir", ms("2026-11-23T20:00"))
    ]
    db.write(lambda: CallList.update(need=[1]).execute())
    assert picked(db, lists, working(db, lists, made, day), day) == [1, 3]
    db.write(lambda: CallList.update(need=[], hold=[1]).execute())
    assert picked(db, lists, working(db, lists, made, day), day) == [0, 2]


def test_a_filter_that_cant_be_asked_any_more_calls_nobody_and_says_so(db: Database) -> None:
    gone = {"field": "custom.gone", "op": "is", "value": "x"}

    def fill() -> int:
        always = {**EVENING, "days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "until": "24:00", "filter": gone}
        plan = Planner.create(account=account(), name="P", slots=[always], updated_at=NOW)
        made = new_list(planner=plan)
        new_record(made, 1)
        return made

    made, lists = db.write(fill), Lists()
    found = working(db, lists, made)
    assert (picked(db, lists, found), found.problems) == ([], ("Soir",))


def test_lists_of_a_queue_are_mixed_by_weight_after_what_was_promised(db: Database) -> None:
    def fill() -> int:
        queue = Queue.create(account=account(), name="Q", number="1", created_at=NOW)
        for name, weight in (("A", 3), ("B", 1)):
            made = new_list(name, queue=queue, weight=weight, active=True)
            for n in range(10):
                new_record(made, n, memo=name)
        new_record(made, 99, state="CALLBACK", due_at=NOW, memo="promised")
        new_list("off", queue=queue)
        return int(queue.id)

    queue, lists = db.write(fill), Lists()
    found = db.read(lambda: lists.next_records(queue, NOW, 9))
    assert [r.memo for r in found] == ["promised", "A", "A", "B", "A", "A", "A", "B", "A"]


# --- what is written ----------------------------------------------------------------------------------------
def by() -> Actor:
    return Actor(account(), None, "x", NOW)


def test_a_list_is_saved_with_what_is_wrong_beside_its_field(db: Database) -> None:
    wrong = ListForm("", attempts=None, weight=-1, queue=99, need=(1,), hold=(1,), active=True, rule=5)
    with pytest.raises(FormInvalid) as error:
        db.write(lambda: editing.save_list(by(), None, wrong))
    assert {"name", "attempts", "weight", "queue", "need", "hold", "rule"} <= set(error.value.problems)
    made = db.write(lambda: editing.save_list(by(), None, ListForm("Mai", new_file="Clients mai")))
    assert db.read(lambda: listing.head(1, made)).file == "Clients mai"
    form = db.read(lambda: editing.form_of(CallList.get_by_id(made)))
    db.write(lambda: editing.save_list(by(), made, form))
    with pytest.raises(Stale):
        db.write(lambda: editing.save_list(by(), made, form))
    form = db.read(lambda: editing.form_of(CallList.get_by_id(made)))
    db.write(lambda: editing.archive(by(), made, True))
    with pytest.raises(Stale):  # the form of before knows nothing of it, and would switch it
        db.write(lambda: editing.save_list(by(), made, form))
    with pytest.raises(FormInvalid):
        db.write(lambda: editing.set_active(by(), made, True))
    with pytest.raises(NotFound):
        db.read(lambda: listing.head(1, made, [7]))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("rule", []),
        ("rule", "x"),
        ("rule", [{"by": "magic"}]),
        ("rule", [{"by": "column", "column": "password_hash"}]),
        ("rule", [{"by": "column", "column": "number"}]),
        ("rule", [{"by": "characteristic", "id": 7}]),
        ("rule", [{"by": "characteristic", "id": [1]}]),
        ("rule", [{"by": ["column"]}]),
        ("rule", [{"by": "random"}] * 9),
        ("profiler", [{"name": "", "most": 1, "filter": None}]),
        ("profiler", [{"name": "x", "most": -1}]),
        ("profiler", [{"name": "x", "most": True}]),
        ("profiler", [{"name": "x", "most": 1, "filter": {"field": "nope", "op": "is", "value": 1}}]),
        ("planner", [{**EVENING, "days": []}]),
        ("planner", [{**EVENING, "days": "12345"}]),
        ("planner", [{**EVENING, "from": "20:00"}]),
        ("planner", [{**EVENING, "filter": None}]),
        ("planner", [7]),
        ("characteristic", {}),
        ("characteristic", {"any": [{"any": [{"any": 3}]}]}),
    ],
)
def test_what_lists_share_lets_nothing_in_that_makes_no_sense(db: Database, kind: str, content: Any) -> None:
    with pytest.raises(FormInvalid):
        db.write(lambda: editing.save_shared(by(), Shared(kind, name="N", content=content)))


def test_a_characteristic_never_means_itself_and_stays_while_it_is_used(db: Database) -> None:
    first = db.write(lambda: editing.save_shared(by(), Shared("characteristic", name="A", content=MOBILE)))
    named = {"field": f"characteristic.{first}", "op": "is"}
    second = db.write(lambda: editing.save_shared(by(), Shared("characteristic", name="B", content=named)))
    back = {"not": {"field": f"characteristic.{second}", "op": "is"}}
    with pytest.raises(FormInvalid):
        db.write(lambda: editing.save_shared(by(), Shared("characteristic", first, "A", content=back)))
    with pytest.raises(InUse):
        db.write(lambda: editing.delete_shared(by(), "characteristic", first))
    assert db.write(lambda: editing.delete_shared(by(), "characteristic", second)) == "B"
    assert db.write(lambda: editing.delete_shared(by(), "characteristic", first)) == "A"


def test_a_rule_that_changes_has_its_lists_put_in_order_again(db: Database) -> None:
    rule = db.write(lambda: editing.save_shared(by(), Shared("rule", name="R", content=[{"by": "priority"}])))
    made = db.write(lambda: editing.save_list(by(), None, ListForm("L", rule=rule)))
    db.write(lambda: CallList.update(order_wanted=False).execute())
    db.write(
        lambda: editing.save_shared(by(), Shared("rule", rule, "R2", "", [{"by": "priority"}], version=1))
    )
    assert not db.read(lambda: CallList.get_by_id(made).order_wanted), "a name is no order"
    db.write(
        lambda: editing.save_shared(by(), Shared("rule", rule, "R", "", [{"by": "random"}], 4, version=2))
    )
    assert db.read(lambda: CallList.get_by_id(made).order_wanted)


def test_characteristics_of_characteristics_grow_no_further_than_a_filter_may(db: Database) -> None:
    """Each is small when it is saved; together they would be 20 to the power of six."""
    chain = [db.write(lambda: editing.save_shared(by(), Shared("characteristic", name="0", content=MOBILE)))]
    for n in range(1, 7):
        content = {"field": f"characteristic.{chain[-1]}", "op": "is"}
        one = Shared("characteristic", name=str(n), content=content)
        chain.append(db.write(lambda one=one: editing.save_shared(by(), one)))
    for n in range(6, 0, -1):
        content = {"any": [{"field": f"characteristic.{chain[n - 1]}", "op": "is"}] * 20}
        one = Shared("characteristic", chain[n], str(n), content=content, version=1)
        db.write(lambda one=one: editing.save_shared(by(), one))
    top = {"field": f"characteristic.{chain[6]}", "op": "is"}
    with pytest.raises(InvalidFields, match="too_big"):
        db.read(lambda: asking(Account.get().id, NOW).condition(top))


def test_a_filter_that_is_nested_for_ever_is_refused_in_words(db: Database) -> None:
    deep: Any = MOBILE
    for _ in range(900):
        deep = {"all": [deep]}
    db.write(account)
    with pytest.raises(InvalidFields, match="too_big"):
        db.read(lambda: asking(Account.get().id, NOW).condition(deep))


def test_a_segment_stays_while_a_filter_of_a_list_is_made_of_it(db: Database) -> None:
    city = {"field": "city", "op": "is", "value": "Lyon"}
    segment = db.write(lambda: segments.save(by(), None, "Lyonnais", "", city))
    made = db.write(new_list)
    named = {"field": f"segment.{segment}", "op": "is"}
    kept = db.write(lambda: editing.save_filter(by(), made, None, "Ceux de Lyon", named))
    with pytest.raises(segments.InUse):
        db.write(lambda: segments.delete(by(), segment))
    db.write(lambda: editing.delete_filter(by(), made, kept))
    assert db.write(lambda: segments.delete(by(), segment)) == "Lyonnais"
