"""Who is called next: in the order of the list, from an index, each record for one only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fs_app.calllists import counters, picking
from fs_app.calllists.model import CallList, ListRecord
from fs_app.calllists.picking import Picker, Taken, Wanted
from fs_app.calllists.record import KEPT_TIMES, Limits, Outcome, Record, changed
from fs_app.calllists.state import DIALABLE, RESULTS, State
from fs_app.db import Database
from fs_app.errors import NotFound, UnknownTransition
from tests.unit.calllists.conftest import NOW, account, new_list, new_record

H = 3_600_000
SLOW = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


def ids(records: list[Record]) -> list[int]:
    return [one.index for one in records]


def pick(db: Database, wanted: Wanted, most: int = 10, **more: object) -> list[int]:
    return ids(db.read(lambda: Picker().next_records(wanted, NOW, most, **more)))  # type: ignore[arg-type]


def test_records_come_in_the_order_of_their_keys_whatever_their_zone(each_db: Database) -> None:
    def fill() -> int:
        made = new_list()
        for index, (key, zone) in enumerate([(5, "A"), (1, "B"), (3, "A"), (2, "C"), (3, "B"), (4, "")]):
            new_record(made, index, order_key=key, zone=zone)
        return made

    made = each_db.write(fill)
    assert pick(each_db, Wanted(made)) == [1, 3, 2, 4, 5, 0]
    assert pick(each_db, Wanted(made), 2) == [1, 3]
    assert pick(each_db, Wanted(made), zone_open=lambda zone: zone != "B") == [3, 2, 5, 0]
    assert pick(each_db, Wanted(made), legal=lambda one: one.index % 2 == 0) == [2, 4, 0]


def test_promises_come_first_and_nothing_before_its_time(db: Database) -> None:
    def fill() -> int:
        made = new_list()
        new_record(made, 0, order_key=0)
        new_record(made, 1, state="CALLBACK", due_at=NOW - H)
        new_record(made, 2, state="CALLBACK", due_at=NOW - 2 * H)
        new_record(made, 3, state="CALLBACK", due_at=NOW + 1)
        new_record(made, 4, state="PERSONAL", due_at=NOW, owner=7)
        new_record(made, 5, state="PERSONAL", due_at=NOW, owner=8)
        new_record(made, 6, state="SYSTEM", due_at=NOW - 1, order_key=-5)
        new_record(made, 7, state="SYSTEM", due_at=NOW + 1, order_key=-9)
        new_record(made, 8, state="REDIAL", order_key=-1)
        for index, state in enumerate(("IN_CALL", "EXCLUDED", "COMPLETED", "WRONG", "BLACKLISTED"), 20):
            new_record(made, index, state=state)
        new_record(made, 30, attempts=7)
        new_record(made, 31, number="")
        return made

    made = db.write(fill)
    assert pick(db, Wanted(made)) == [2, 1, 6, 8, 0]
    assert pick(db, Wanted(made, agent=7)) == [4, 2, 1, 6, 8, 0]


def test_in_an_exclusive_list_what_is_assigned_is_for_its_agent_alone(db: Database) -> None:
    def fill() -> int:
        made = new_list(exclusive=True)
        for index, owner in enumerate([7, 8, None, 7, 8]):
            new_record(made, index, owner=owner)
        new_record(made, 5, owner=8, state="CALLBACK", due_at=NOW)
        return made

    made = db.write(fill)
    assert pick(db, Wanted(made, exclusive=True, agent=7)) == [0, 2, 3]
    assert pick(db, Wanted(made, exclusive=True, agent=8)) == [5, 1, 2, 4]
    assert pick(db, Wanted(made, exclusive=True)) == [2], "nobody in particular: what is nobody's"
    assert pick(db, Wanted(made, agent=7)) == [5, 0, 1, 2, 3, 4], "else assignments are ignored"


def test_a_condition_is_asked_of_the_record_and_its_contact(db: Database) -> None:
    made = db.write(
        lambda: [new_list(), *(new_record(1, n, kind="mobile" if n % 3 else "fixed") for n in range(9))][0]
    )
    assert pick(db, Wanted(made, condition=ListRecord.kind == "fixed")) == [0, 3, 6]


def test_who_is_behind_many_that_are_refused_comes_in_a_later_look(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picking, "CHUNK", 10)
    monkeypatch.setattr(picking, "BUDGET", 20)

    def fill() -> int:
        made = new_list()
        for index in range(100):
            new_record(made, index, zone="A" if index < 60 else "B")
        return made

    made = db.write(fill)
    picker = Picker()
    asked: list[int] = []

    def legal(one: Record) -> bool:
        asked.append(one.index)
        return one.index in (55, 95)

    found: list[int] = []
    for _ in range(12):
        before = len(asked)
        found += ids(db.read(lambda: picker.next_records(Wanted(made), NOW, 1, legal)))
        assert len(asked) - before <= 40, "one look has a bound"
    assert {55, 95} <= set(found)


def test_a_record_is_in_one_call_only(each_db: Database) -> None:
    made = each_db.write(new_list)
    one = each_db.write(lambda: new_record(made, 1, state="CALLBACK", due_at=NOW))
    mine = each_db.write(account)
    taken = each_db.write(lambda: picking.reserve(mine, one, 7))
    assert (taken.state, taken.before, taken.last_agent) == ("IN_CALL", "CALLBACK", 7)
    with pytest.raises(Taken):
        each_db.write(lambda: picking.reserve(mine, one, 8))
    assert [r.id for r in each_db.read(lambda: picking.in_call(mine))] == [one]
    assert each_db.write(lambda: picking.give_back(mine, one))
    assert not each_db.write(lambda: picking.give_back(mine, one)), "twice is once"
    assert each_db.write(lambda: picking.reserve(mine, one, 8)).state == "IN_CALL"


def test_another_accounts_record_is_not_there(db: Database) -> None:
    made = db.write(new_list)
    one = db.write(lambda: new_record(made, 1))
    for ask in (
        lambda: picking.reserve(99, one, 7),
        lambda: picking.record_result(99, one, Outcome("completed")),
    ):
        with pytest.raises(NotFound):
            db.write(ask)
    assert not db.write(lambda: picking.give_back(99, one))


def test_the_same_attempt_counts_once(db: Database) -> None:
    made = db.write(new_list)
    one = db.write(lambda: new_record(made, 1))
    mine = db.write(account)
    told = Outcome("system", attempted_at=NOW, due_at=NOW + H, result="busy", agent=7)
    db.write(lambda: picking.reserve(mine, one, 7))
    first = db.write(lambda: picking.record_result(mine, one, told))
    assert (first.state, first.attempts, first.due_at, first.attempt_times) == ("SYSTEM", 1, NOW + H, (NOW,))
    assert db.write(lambda: picking.record_result(mine, one, told)) == first
    last = db.write(
        lambda: picking.record_result(mine, one, replace(told, attempted_at=NOW + 1, event="completed"))
    )
    assert (last.state, last.attempts, last.due_at) == ("COMPLETED", 2, None)
    with pytest.raises(UnknownTransition):
        db.write(lambda: picking.record_result(mine, one, replace(told, attempted_at=NOW + 2)))


def a_record(**more: object) -> Record:
    values = {
        "id": 1, "account": 1, "list": 1, "index": 1, "contact": None, "number": "+33123450001", "kind": "fixed",
        "country": "FR", "zone": "Europe/Paris", "state": "UNTREATED",
    } | more  # fmt: skip
    return Record(**values)  # type: ignore[arg-type]


def test_after_the_last_attempt_there_is_none_but_a_promise_is_kept() -> None:
    six = a_record(attempts=6)
    assert changed(six, Outcome("system", NOW, NOW + H), Limits(7))["state"] == "UNREACHABLE"
    assert changed(six, Outcome("redial", NOW), Limits(7))["state"] == "UNREACHABLE"
    assert changed(six, Outcome("callback", NOW, NOW + H), Limits(7))["state"] == "CALLBACK"
    assert changed(a_record(attempts=5), Outcome("redial", NOW), Limits(7))["state"] == "REDIAL"


def test_a_wrong_number_gives_way_to_the_next_one() -> None:
    more = (
        {"n": "+33600000001", "wrong": True},
        {"n": "+33600000002", "kind": "mobile", "zone": "Indian/Reunion"},
    )
    found = changed(a_record(more=more), Outcome("wrong", NOW), Limits(7))
    assert (found["state"], found["number"], found["kind"], found["zone"]) == (
        "REDIAL", "+33600000002", "mobile", "Indian/Reunion",
    )  # fmt: skip
    assert {one["n"] for one in found["more"]} == {"+33600000001", "+33123450001"}
    last = changed(a_record(more=more[:1]), Outcome("wrong", NOW), Limits(7))
    assert (last["state"], last["number_wrong"], "number" in last) == ("WRONG", True, False)


def test_only_the_last_attempts_stay() -> None:
    many = a_record(attempt_times=tuple(range(KEPT_TIMES)))
    assert changed(many, Outcome("redial", NOW), Limits(99))["attempt_times"] == [*range(1, KEPT_TIMES), NOW]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5),
            st.sampled_from(["take", "give_back", *RESULTS]),
            st.integers(0, 3),
        ),
        max_size=30,
    )
)
@settings(max_examples=15, **SLOW)  # type: ignore[arg-type]
def test_whatever_happens_to_records_the_counters_add_up(
    db: Database, steps: list[tuple[int, str, int]]
) -> None:
    mine = db.write(account)

    def fill() -> tuple[int, list[int]]:
        CallList.delete().execute()
        made = new_list(attempts=3, threshold=2)
        return made, [new_record(made, n, zone="AB"[n % 2]) for n in range(6)]

    made, records = db.write(fill)
    for step, (at, what, tries) in enumerate(steps):

        def act(at: int = at, what: str = what, tries: int = tries, step: int = step) -> None:
            try:
                if what == "take":
                    picking.reserve(mine, records[at], tries)
                elif what == "give_back":
                    picking.give_back(mine, records[at])
                else:
                    attempted = NOW + step if tries else None
                    picking.record_result(mine, records[at], Outcome(what, attempted, NOW, owner=tries))
            except (Taken, UnknownTransition):
                pass

        db.write(act)
    tally = db.read(lambda: counters.tally(made, 2))
    assert tally.whole.total == tally.whole.to_call + tally.whole.done == 6
    assert sum(zone.total for zone in tally.zones.values()) == 6
    assert sum(zone.usable for zone in tally.zones.values()) == tally.whole.usable <= tally.whole.dialable
    rows = db.read(lambda: list(ListRecord.select().where(ListRecord.list == made)))
    assert db.read(lambda: counters.counters(made)) == {
        state.value: sum(row.state == state for row in rows) for state in State
    }
    assert tally.whole.usable == sum(row.state in DIALABLE and row.attempts < 2 for row in rows)
    assert all(row.before is None or row.state in ("IN_CALL", "BLACKLISTED") for row in rows)
    assert 0.0 <= tally.whole.available <= 1.0


def plan(db: Database, monkeypatch: pytest.MonkeyPatch, wanted: Wanted) -> str:
    """How the database goes about each question that a look asks."""
    said: list[str] = []

    def ask() -> None:
        execute_sql = db._database.execute_sql
        asked: list[tuple[str, object]] = []

        def listen(sql: str, params: object = None, *more: object, **named: object) -> object:
            asked.append((sql, params))
            return execute_sql(sql, params, *more, **named)

        monkeypatch.setattr(db._database, "execute_sql", listen)
        Picker().next_records(wanted, NOW, 5)
        monkeypatch.setattr(db._database, "execute_sql", execute_sql)
        for sql, params in asked:
            rows = execute_sql(f"EXPLAIN {'QUERY PLAN ' if db.is_sqlite else ''}{sql}", params).fetchall()
            said.append("\n".join(str(row[-1]) for row in rows))

    db.read(ask, timeout=120.0)
    return "\n".join(said)


def test_the_next_ones_come_from_an_index_in_its_order(
    each_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill() -> int:
        made, mine = new_list(), account()
        rows = [(mine, made, n, f"+3312345{n:04}", "ABC"[n % 3], "UNTREATED", n, 0, NOW) for n in range(2000)]
        names = (
            "account",
            "list",
            "index",
            "number",
            "zone",
            "state",
            "order_key",
            "attempts",
            "imported_at",
        )
        for batch in (rows[at : at + 1000] for at in range(0, len(rows), 1000)):
            ListRecord.insert_many(batch, [getattr(ListRecord, name) for name in names]).execute()
        each_db._database.execute_sql("ANALYZE")
        return made

    made = each_db.write(fill, timeout=120.0)
    said = plan(each_db, monkeypatch, Wanted(made, agent=7))
    assert "list_id_state_zone_order_key_id_attempts_owner" in said
    assert "SCAN list_record" not in said and "SCAN t1\n" not in said, said
    assert "Seq Scan" not in said, said
    for line in said.splitlines():
        if each_db.is_sqlite and "SEARCH" in line:
            assert "USING" in line and "INDEX" in line, line
