"""Somebody who is on a list calls himself: his record is with that call, and nobody calls him any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app.calllists.model import CallList, ListRecord
from tests.unit.listwork.world import LATER, SOLD, ListWorld, numbers

MARIE = "+33612000001"


def calls_and_talks(world: ListWorld, number: str = MARIE) -> str:
    call = world.arrives(number=number)
    world.greeted(call)
    leg = world.offered_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    world.bridged(leg, call)
    return call


def in_state(world: ListWorld, state: str, due_at: int | None = None) -> None:
    world.db.write(lambda: ListRecord.update(state=state, due_at=due_at).where(ListRecord.id == 1).execute())


@pytest.mark.parametrize("state", ["SYSTEM", "CALLBACK", "UNTREATED", "REDIAL"])
def test_his_pending_call_is_settled_by_the_verdict_of_this_one(tmp_path: Path, state: str) -> None:
    world = ListWorld(tmp_path)
    in_state(world, state, world.clock.now_ms() + 3_600_000)
    world.ready(1)
    call = calls_and_talks(world)
    assert world.call(call).record == 1
    assert world.record(1)["state"] == "IN_CALL"
    world.hangs_up(call)
    world.judge(1, call, SOLD)
    found = world.record(1)
    assert (found["state"], found["attempts"], found["last_result"]) == ("COMPLETED", 0, "positive")
    assert world.attempts() == [], "nobody was called"
    assert world.file_row(1)["last_call"] == call


def test_a_promise_in_that_call_is_the_records_own(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    call = calls_and_talks(world)
    world.hangs_up(call)
    world.judge(1, call, LATER)
    assert world.record(1)["state"] == "CALLBACK"
    assert world.live.callbacks == {}


def test_whoever_gives_up_before_anybody_spoke_is_on_his_list_as_before(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1)
    world.agents.unavailable(1, None)
    call = world.arrives(number=MARIE)
    world.greeted(call)
    world.hangs_up(call)
    assert world.record(1)["state"] == "UNTREATED"


def test_whom_an_agent_is_calling_at_this_moment_is_not_taken_from_him(tmp_path: Path) -> None:
    world = ListWorld(tmp_path)
    world.ready(1, 2)
    world.looks_again()
    world.list_work.call(1, 1, 1)
    held = world.live.records[1].call
    call = calls_and_talks(world)
    assert world.call(call).record is None
    assert world.live.records[1].call == held


def test_a_list_that_is_not_worked_or_of_another_queue_has_nothing_to_do_with_it(tmp_path: Path) -> None:
    world = ListWorld(tmp_path, numbers(2))
    world.db.write(lambda: CallList.update(active=False).execute())
    world.ready(1)
    call = calls_and_talks(world)
    assert world.call(call).record is None
    assert world.record(1)["state"] == "UNTREATED"
