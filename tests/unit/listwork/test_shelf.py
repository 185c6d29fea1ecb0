"""The few records that are ready: when they are fetched, what is newer than the database, how many there are in all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fs_app.errors import DatabaseBusy
from fs_app.listwork.shelf import FRESH_MS, Fetched, Shelf, Totals
from fs_app.listwork.source import RecordSource, record_of
from fs_app.listwork.state import Known, Number
from tests.unit.core.world import ACCOUNT, QUEUE, World


def known(record: int) -> Known:
    numbers = (Number(f"+336120000{record:02d}"),)
    return Known(
        record, ACCOUNT, 3, "Liste", QUEUE, record, f"P{record}", None, numbers, "UNTREATED", None, 0
    )


class Base:
    """A list of a thousand."""

    def __init__(self) -> None:
        self.there = [known(n) for n in range(1, 1001)]
        self.takes = 0
        self.counts = 0
        self.during: list[int] = []
        self.busy = False
        self.lists = {QUEUE: ACCOUNT}

    def queues(self) -> Mapping[int, int]:
        if self.busy:
            raise DatabaseBusy("locked")
        return self.lists

    def take(self, account: int, queue: int, most: int, agents: Collection[int], now: int) -> Fetched:
        self.takes += 1
        return Fetched(tuple(self.there[:most]))

    def gone(self, queue: int, records: Collection[int]) -> frozenset[int]:
        return frozenset(records) - {one.id for one in self.there}

    def totals(self, queue: int, now: int) -> Totals:
        self.counts += 1
        return Totals(len(self.there), 7, 900)


@pytest.fixture
def base() -> Base:
    return Base()


class Stand:
    def __init__(self, world: World, base: Base) -> None:
        self.world, self.base, self.position, self.changed = world, base, 0, 0
        self.shelf = Shelf(world.live, world.clock, world.catalog, base, lambda: self.position, self._changed)

    def _changed(self, account: int, queue: int) -> None:
        self.changed += 1

    def round(self, seconds: float = 1.1) -> None:
        self.world.clock.advance(seconds)
        self.shelf.round()

    def ids(self) -> list[int]:
        return [one.id for one, _, _ in self.shelf.ready(ACCOUNT)]


@pytest.fixture
def stand(tmp_path: Path, base: Base) -> Stand:
    world = World(tmp_path)
    world.ready(1)
    return Stand(world, base)


def test_a_few_of_many_are_ready_and_all_are_counted(stand: Stand) -> None:
    stand.round()
    assert stand.ids() == list(range(1, 41))
    assert stand.shelf.totals(ACCOUNT) == {QUEUE: Totals(1000, 7, 900)}
    source = RecordSource(stand.world.live, None, stand.shelf)  # type: ignore[arg-type]
    beyond = source.beyond(ACCOUNT)[QUEUE]
    assert (beyond.due + len(stand.ids()), beyond.later) == (1000, 7)


def test_nothing_is_fetched_for_nobody(stand: Stand) -> None:
    stand.world.agents.log_out(1)
    for _ in range(20):
        stand.round()
    assert stand.base.takes == 0
    assert stand.base.counts == 1, "what supervision shows is counted now and then"


def test_it_is_fetched_when_half_is_gone_and_when_it_is_old_not_all_the_time(stand: Stand) -> None:
    for _ in range(10):
        stand.round()
    assert stand.base.takes == 1
    for record in range(1, 25):
        stand.base.there = [k for k in stand.base.there if k.id != record]
        stand.shelf.settle(known(record), 1)
    stand.position = 1
    stand.round()
    assert stand.base.takes == 2
    assert stand.ids()[0] == 25
    stand.round(FRESH_MS / 1000 + 1)
    assert stand.base.takes == 3
    stand.shelf.poke()
    stand.round()
    assert stand.base.takes == 4


def test_what_the_journal_knows_is_newer_than_what_the_database_says(stand: Stand) -> None:
    stand.round()
    stand.shelf.settle(known(1), 10)
    later = replace(known(2), status="CALLBACK", due_at=99)
    stand.shelf.settle(known(2), 11, later)
    stand.position = 9
    stand.shelf.poke()
    stand.round()
    assert 1 not in stand.ids(), "it is being written"
    assert stand.shelf.is_settling(1) and not stand.shelf.is_settling(2)
    assert stand.shelf.find(2) == later
    stand.position = 11
    stand.shelf.poke()
    stand.round()
    assert stand.shelf.find(1) == known(1), "the database has it, and says so"


def test_after_a_start_nothing_is_fetched_before_the_database_knows_the_journal(stand: Stand) -> None:
    stand.shelf.begin()
    stand.round()
    assert stand.base.takes == 0
    stand.position = stand.world.live.last_id
    stand.round()
    assert stand.base.takes == 1


def test_a_busy_database_costs_nothing_but_new_records(stand: Stand) -> None:
    stand.round()
    stand.base.busy = True
    for _ in range(30):
        stand.round()
    assert stand.ids() == list(range(1, 41))
    stand.base.busy = False
    stand.round(FRESH_MS / 1000 + 1)
    assert stand.base.takes == 2


def test_behind_those_whom_everybody_passes_over_are_others(stand: Stand) -> None:
    stand.round()
    for record in stand.ids():
        stand.shelf.skip(record, 1, stand.world.clock.now_ms() + 600_000)
    stand.shelf.poke()
    stand.round()
    assert len(stand.ids()) == 80
    stand.round(601)
    assert stand.shelf.skipped(1) == {}


def test_a_list_that_is_not_worked_any_more_has_nothing_ready(stand: Stand) -> None:
    stand.round()
    stand.base.lists = {}
    stand.shelf.poke()
    changed = stand.changed
    stand.round()
    assert stand.ids() == [] and stand.shelf.totals(ACCOUNT) == {}
    assert stand.changed == changed + 1


@pytest.mark.parametrize("item", ["", "r", "r-1", "rr1", "r1x", "1", "r\u0661", "0b1c-uuid"])
def test_what_is_no_record_is_none(item: str) -> None:
    assert record_of(item) is None
