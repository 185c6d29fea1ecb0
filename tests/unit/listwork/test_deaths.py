"""The program dies at each stage of a call for a record: then the list is right, and no record stays in a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app.calllists.model import ListRecord
from fs_app.listwork.state import State, dump, load
from tests.unit.core.world import ACCOUNT
from tests.unit.listwork.world import SOLD, ListWorld, numbers


def again(world: ListWorld) -> ListWorld:
    """Killed, whatever the database had heard by then, and started again with the same switch."""
    world.journal.close()
    world.db.close()
    other = ListWorld(world.folder, clock=world.clock, switch=world.switch)
    other.position = 0
    other.hears()
    return other


def at(stage: str, world: ListWorld) -> str:
    """A call for record 1 that has come so far; returns it."""
    world.ready(1)
    world.looks_again()
    world.list_work.call(ACCOUNT, 1, 1)
    call = world.live.records[1].call
    leg = world.offered_leg(call)
    if stage == "asked":
        return call
    world.rings(leg)
    world.picks_up(leg)
    if stage == "dialled":
        return call
    world.answers(call)
    if stage == "judged":
        world.judge(1, call, SOLD)
    return call


@pytest.mark.parametrize("stage", ["asked", "dialled", "talking", "judged"])
@pytest.mark.parametrize("heard", [False, True])
def test_what_is_held_is_held_after_a_death(tmp_path: Path, stage: str, heard: bool) -> None:
    world = ListWorld(tmp_path, numbers(3))
    call = at(stage, world)
    if heard:
        world.hears()
    before = {r: dump(h) for r, h in world.live.records.items()}
    world = again(world)
    assert {r: dump(h) for r, h in world.live.records.items()} == before
    assert world.record(1)["state"] == "IN_CALL"
    world.looks.settle()
    assert world.record(1)["state"] == "IN_CALL", "its call is known"
    (held,) = world.live.records.values()
    assert load(dump(held)) == held
    assert held.call == call


@pytest.mark.parametrize(
    ("stage", "state", "attempts"),
    [
        ("asked", "UNTREATED", 0),
        ("dialled", "SYSTEM", 0),
        ("talking", "COMPLETED", 1),
        ("judged", "COMPLETED", 1),
    ],
)
def test_legs_that_ended_meanwhile_leave_no_record_in_a_call(
    tmp_path: Path, stage: str, state: str, attempts: int
) -> None:
    world = ListWorld(tmp_path, numbers(3))
    call = at(stage, world)
    world = again(world)
    world.registers(1)
    world.switch.present.clear()
    world.recover()
    world.recover()  # what is looked at twice is gone
    world.clock.advance(60)
    world.recover()
    if stage == "talking" and world.live.calls.get(call) is not None:
        world.judge(1, call, SOLD)
    world.clock.advance(60)
    world.list_work.sweep()
    found = world.record(1)
    assert (found["state"], found["attempts"]) == (state, attempts)
    assert world.live.records == {}
    assert "IN_CALL" not in world.counters()


def test_a_record_in_a_call_that_nobody_knows_is_what_it_was(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.db.write(
        lambda: (
            ListRecord.update(state="IN_CALL", before="CALLBACK", due_at=5)
            .where(ListRecord.id == 2)
            .execute()
        )
    )
    world.hears()
    world.looks.settle()
    found = world.record(2)
    assert (found["state"], found["due_at"]) == ("CALLBACK", 5)


def test_what_was_shown_when_it_died_goes_back_when_its_time_is_over(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.previews(1)
    world = again(world)
    assert world.live.records[1].state is State.SHOWN
    world.clock.advance(400)
    assert world.live.records == {}
    assert world.record(1)["state"] == "UNTREATED"


def test_told_twice_the_database_counts_once(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.refuses(world.call_by(1, 1), "USER_BUSY")
    once = world.record(1), world.attempts(), world.counters()
    from fs_app.calls.model import ProjectionMark
    from fs_app.projection import project

    world.db.write(lambda: ProjectionMark.update(position=0).execute())
    entries = list(world.journal.after(0))
    world.db.write(lambda: project(entries))
    assert (world.record(1), world.attempts(), world.counters()) == once


def test_an_entry_that_the_database_has_not_is_nobodys_record_to_fetch(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.looks_again()
    world.list_work.close(ACCOUNT, 1, True, "Agent 1")
    position = world.position
    world.shelf.poke()
    world.looks_again()
    assert world.position == position, "the database is behind"
    assert world.shelf.find(1) is None
    world.hears()
    world.shelf.poke()
    world.looks_again()
    assert world.shelf.find(1) is None and world.shelf.find(2) is not None
