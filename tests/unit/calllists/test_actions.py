"""Actions on whole lists: what they change, what they leave alone, how they stop, go on and are undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import gevent
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fs_app.admin.audit import Actor
from fs_app.bus import Bus
from fs_app.calllists import actions, bulk, keys
from fs_app.calllists.model import CallList, DistributionRule, ListAction, ListChange, ListRecord
from fs_app.calllists.service import Busy, CallLists, NothingToDo
from fs_app.calllists.state import State
from fs_app.clock import FakeClock
from fs_app.contacts.fields import InvalidFields
from fs_app.db import Database
from fs_app.errors import Invalid, NotFound
from fs_app.tasks import Tasks
from tests.support.until import until
from tests.unit.calllists.conftest import NOW, account, new_contact, new_list, new_record

PARIS = {"field": "city", "op": "is", "value": "paris"}


class Rig:
    """The service over a database, with a list."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.tasks = Tasks("test")
        self.account = db.write(account)
        self.list = db.write(new_list)
        self.service = self.begun()

    def begun(self) -> CallLists:
        service = CallLists(self.db, FakeClock(), Bus(), self.tasks)
        self.tasks.spawn("work", service._work)
        return service

    @property
    def by(self) -> Actor:
        return Actor(self.account, None, "Léa", NOW)

    def act(self, kind: str, params: dict[str, Any] | None = None, given: Any = None) -> ListAction:
        return self.ended(self.service.act(self.by, self.list, kind, params or {}, given))

    def ended(self, action: int) -> ListAction:
        until(
            lambda: self.db.read(lambda: ListAction.get_by_id(action)).state not in ("RUNNING", "UNDOING"), 30
        )
        return self.db.read(lambda: ListAction.get_by_id(action))

    def undo(self, action: int) -> ListAction:
        self.service.undo(self.by, action)
        return self.ended(action)

    def rows(self) -> list[dict[str, Any]]:
        query = ListRecord.select().where(ListRecord.list == self.list).order_by(ListRecord.index)
        return self.db.read(lambda: list(query.dicts()))

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows()]


@pytest.fixture
def rig(db: Database) -> Iterator[Rig]:
    rig = Rig(db)
    yield rig
    rig.service.stop()
    rig.tasks.stop()


def fill(rig: Rig, *states: str, **more: Any) -> None:
    rig.db.write(lambda: [new_record(rig.list, n, state=state, **more) for n, state in enumerate(states)])


def test_what_is_excluded_comes_back_as_what_it_was(rig: Rig) -> None:
    was = ["UNTREATED", "CALLBACK", "PERSONAL", "REDIAL", "SYSTEM", "IN_CALL", "COMPLETED", "WRONG"]
    fill(rig, *was)
    done = rig.act("exclude")
    assert (done.state, done.changed, done.left) == ("DONE", 5, 1)
    assert rig.column("state") == ["EXCLUDED"] * 5 + ["IN_CALL", "COMPLETED", "WRONG"]
    rig.act("include")
    assert rig.column("state") == was


def test_restricting_leaves_those_of_the_filter_alone(rig: Rig) -> None:
    def make() -> None:
        for n, city in enumerate(["Paris", "Lyon", "PARIS", "", None]):
            contact = None if city is None else new_contact(city=city)
            new_record(rig.list, n, contact=contact)

    rig.db.write(make)
    assert rig.service.count(rig.account, rig.list, "restrict", {}, PARIS) == (3, 0)
    assert rig.act("restrict", given=PARIS).changed == 3
    assert rig.column("state") == ["UNTREATED", "EXCLUDED", "UNTREATED", "EXCLUDED", "EXCLUDED"]


def test_recycling_begins_anew_but_keeps_what_the_law_asks(rig: Rig) -> None:
    fill(rig, *State, attempts=3, refused_at=5, attempt_times=[1, 2, 3], last_result="busy")
    done = rig.act("recycle", {"states": ["COMPLETED", "WRONG", "BLACKLISTED"]})
    assert done.changed == 2, "a number on the blacklist is not recycled"
    for row in rig.rows():
        if row["index"] in (list(State).index(State.COMPLETED), list(State).index(State.WRONG)):
            assert (row["state"], row["attempts"], row["refused_at"]) == ("UNTREATED", 0, 5)
            assert row["attempt_times"] == [1, 2, 3]
    assert Counter(rig.column("state"))["UNTREATED"] == 3


def test_records_are_shared_evenly_and_can_be_taken_away_again(rig: Rig) -> None:
    fill(rig, *["UNTREATED"] * 10, "PERSONAL", "COMPLETED")
    assert rig.act("assign", {"agents": [7, 8, 9]}).changed == 11
    assert Counter(rig.column("owner")) == {7: 4, 8: 4, 9: 3, None: 1}
    assert rig.act("unassign").changed == 11
    assert set(rig.column("owner")) == {None}
    assert rig.column("state")[10] == "CALLBACK", "nobody's promise is everybody's"


def test_chance_and_the_import_give_an_order(rig: Rig) -> None:
    fill(rig, *["UNTREATED"] * 50)
    rig.act("shuffle", {"seed": 3})
    rows = rig.rows()
    assert [row["order_key"] for row in rows] == [keys.shuffled(3, row["id"]) for row in rows]
    rig.act("natural")
    assert rig.column("order_key") == [NOW] * 50


def test_a_rule_puts_in_order_what_it_knows_with_the_empty_ones_last(each_db: Database) -> None:
    rig = Rig(each_db)
    try:

        def make() -> None:
            cities = ["Lyon", "", "Brest", "Lyon", None]
            for n, city in enumerate(cities):
                contact = None if city is None else new_contact(city=city, custom={"age": 30 + n})
                new_record(rig.list, n, contact=contact, priority=n)
            rule = DistributionRule.create(
                account=rig.account,
                name="Villes",
                keys=[{"by": "column", "column": "city"}, {"by": "priority"}, {"by": "random"}],
                updated_at=NOW,
            )
            CallList.update(rule=rule).execute()

        each_db.write(make)
        assert rig.act("arrange").changed == 5
        order = sorted(rig.rows(), key=lambda row: row["order_key"])
        assert [row["index"] for row in order] == [2, 3, 0, 4, 1]
        assert rig.act("arrange").changed == 0, "what stands right is not written"
    finally:
        rig.service.stop()
        rig.tasks.stop()


def test_chance_in_a_rule_is_the_same_in_the_database(each_db: Database) -> None:
    rig = Rig(each_db)
    try:
        fill(rig, *["UNTREATED"] * 40)
        each_db.write(
            lambda: CallList.update(
                rule=DistributionRule.create(
                    account=rig.account, name="Hasard", keys=[{"by": "random"}], seed=5, updated_at=NOW
                )
            ).execute()
        )
        rig.act("arrange")
        ids = [row["id"] for row in sorted(rig.rows(), key=lambda row: row["order_key"])]
        assert ids == sorted(ids, key=lambda one: keys.shuffled(5, one))
    finally:
        rig.service.stop()
        rig.tasks.stop()


def test_an_import_into_a_list_with_a_rule_is_put_in_order_by_itself(rig: Rig) -> None:
    fill(rig, *["UNTREATED"] * 3)

    def make() -> None:
        rule = DistributionRule.create(
            account=rig.account, name="R", keys=[{"by": "freshness", "newest": True}], updated_at=NOW
        )
        CallList.update(rule=rule, order_wanted=True).execute()
        new_record(rig.list, 3, imported_at=NOW + 5, order_key=NOW + 5)

    rig.db.write(make)
    rig.service.look()
    until(lambda: rig.column("order_key") == [1, 2, 3, 0], 10)
    assert not rig.db.read(lambda: CallList.get().order_wanted)


def test_emptying_leaves_those_in_a_call(rig: Rig) -> None:
    fill(rig, "UNTREATED", "IN_CALL", "COMPLETED")
    done = rig.act("empty")
    assert (done.changed, done.left, rig.column("state")) == (2, 1, ["IN_CALL"])


def test_a_list_goes_when_none_of_its_records_is_in_a_call(rig: Rig) -> None:
    fill(rig, "UNTREATED", "IN_CALL")
    rig.act("delete")
    assert rig.column("state") == ["IN_CALL"]
    rig.db.write(lambda: ListRecord.update(state="COMPLETED").execute())
    rig.service.act(rig.by, rig.list, "delete", {})
    until(lambda: not rig.db.read(lambda: CallList.select().exists()), 10)


def test_nothing_to_do_wrong_words_and_another_account_are_refused(rig: Rig) -> None:
    fill(rig, "COMPLETED")
    for kind, params, error in (
        ("exclude", {}, NothingToDo),
        ("dance", {}, Invalid),
        ("assign", {"agents": []}, Invalid),
        ("assign", {"agents": ["7; drop table"]}, Invalid),
        ("recycle", {"states": ["BLACKLISTED"]}, Invalid),
        ("priority", {"priority": 100}, Invalid),
        ("arrange", {}, Invalid),
    ):
        with pytest.raises(error):
            rig.service.act(rig.by, rig.list, kind, params)
    with pytest.raises(InvalidFields):
        rig.service.act(rig.by, rig.list, "exclude", {}, {"field": "password", "op": "is", "value": "x"})
    stranger = Actor(rig.account + 1, None, "X", NOW)
    with pytest.raises(NotFound):
        rig.service.count(stranger.account, rig.list, "exclude", {}, None)


def test_one_action_at_a_time_on_a_list(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 50)
    fill(rig, *["UNTREATED"] * 400)
    action = rig.service.act(rig.by, rig.list, "exclude", {})
    with pytest.raises(Busy):
        rig.service.act(rig.by, rig.list, "priority", {"priority": 3})
    rig.ended(action)


def test_a_stopped_action_says_how_far_it_came_and_can_be_undone(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 50)
    fill(rig, *["UNTREATED"] * 600)
    action = rig.service.act(rig.by, rig.list, "exclude", {})
    until(lambda: rig.db.read(lambda: ListAction.get_by_id(action)).done > 0, 10)
    rig.service.cancel(rig.account, action)
    done = rig.ended(action)
    assert done.state == "STOPPED" and 0 < done.changed < 600
    assert Counter(rig.column("state"))["EXCLUDED"] == done.changed
    assert rig.undo(action).state == "UNDONE"
    assert set(rig.column("state")) == {"UNTREATED"}


def test_after_a_restart_it_goes_on_where_it_was(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 50)
    fill(rig, *["UNTREATED"] * 600)
    action = rig.service.act(rig.by, rig.list, "assign", {"agents": [7, 8, 9]})
    until(lambda: rig.db.read(lambda: ListAction.get_by_id(action)).done > 0, 10)
    rig.service.stop()
    rig.tasks.stop()
    rig.db.write(lambda: None)  # what the writer had begun is over
    assert rig.db.read(lambda: ListAction.get_by_id(action)).state == "RUNNING"
    rig.service = rig.begun()
    rig.service._wake.set()
    done = rig.ended(action)
    assert (done.state, done.changed) == ("DONE", 600)
    assert Counter(rig.column("owner")) == {7: 200, 8: 200, 9: 200}


def test_what_was_worked_on_since_is_not_undone(rig: Rig) -> None:
    fill(rig, "UNTREATED", "UNTREATED", "UNTREATED")
    done = rig.act("exclude")
    first = rig.rows()[0]["id"]
    rig.db.write(lambda: ListRecord.update(state="COMPLETED").where(ListRecord.id == first).execute())
    back = rig.undo(done.id)
    assert (back.changed, back.left) == (2, 1)
    assert rig.column("state") == ["COMPLETED", "UNTREATED", "UNTREATED"]
    with pytest.raises(Invalid):
        rig.service.undo(rig.by, done.id)


def test_only_the_last_action_can_be_undone(rig: Rig) -> None:
    fill(rig, *["UNTREATED"] * 4)
    first = rig.act("exclude")
    rig.act("include")
    with pytest.raises(Invalid):
        rig.service.undo(rig.by, first.id)
    assert rig.db.read(lambda: ListChange.select().where(ListChange.action == first.id).count()) == 0
    assert [one.undoable for one in rig.service.progress(rig.account, rig.list, 2)] == [True, False]


KEPT = ("state", "before", "owner", "attempts", "priority", "due_at", "last_result", "number_wrong")
ACTIONS: dict[str, dict[str, Any]] = {
    "include": {},
    "exclude": {},
    "restrict": {},
    "recycle": {"states": ["COMPLETED", "UNREACHABLE", "STOPPED", "WRONG"]},
    "assign": {"agents": [7, 8]},
    "unassign": {},
    "priority": {"priority": 5},
}


@given(
    st.lists(st.sampled_from([str(s) for s in State]), min_size=1, max_size=8),
    st.lists(st.tuples(st.sampled_from(sorted(ACTIONS)), st.booleans(), st.booleans()), max_size=5),
)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_is_done_the_counters_add_up_and_undo_gives_back_exactly_what_was(
    rig: Rig, states: list[str], steps: list[tuple[str, bool, bool]]
) -> None:
    rig.db.write(lambda: (ListAction.delete().execute(), ListRecord.delete().execute()))
    fill(rig, *states, attempts=2)
    for kind, half, back in steps:
        before = [{name: row[name] for name in KEPT} for row in rig.rows()]
        given_ = {"field": "index", "op": "less", "value": 4} if half else None
        try:
            done = rig.act(kind, ACTIONS[kind], given_)
        except NothingToDo:
            continue
        whole = rig.service.tally(rig.list, 4).whole
        assert whole.total == whole.to_call + whole.done == len(states)
        now = [{name: row[name] for name in KEPT} for row in rig.rows()]
        assert all(a == b for a, b in zip(before, now, strict=True) if a["state"] == State.IN_CALL)
        if back and done.changed:
            rig.undo(done.id)
            assert [{name: row[name] for name in KEPT} for row in rig.rows()] == before


def test_the_table_of_actions_knows_each_kind() -> None:
    table = [
        line.split("|")[1].strip() for line in (actions.__doc__ or "").splitlines() if line.startswith("| ")
    ]
    assert table[2:] == list(actions.KINDS)


def test_a_million_is_changed_in_short_steps(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a million here: the size of a step follows the time that the last one took."""
    job = bulk.Job(1, 1, "exclude", {}, None, 0, 0, lambda: False)
    bulk.adapt(job, 0.4)
    assert job.size < 200
    for _ in range(20):
        bulk.adapt(job, 0.001)
    assert job.size == bulk.MOST
    for _ in range(20):
        bulk.adapt(job, 9.0)
    assert job.size == bulk.LEAST
    gevent.sleep(0)
