"""A call that nobody qualifies is qualified by itself when the queue says so; a delay is followed by its pause."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app.agents.state import Work
from fs_app.calls.service import LATE_S
from fs_app.calls.stages import Stage
from fs_app.clock import FakeClock
from fs_app.errors import Conflict, NotFound
from tests.unit.core.world import INTER_CALL_S, NO_ANSWER_S, REFUSAL, SALE, World, queue_info

ME = 1
WRAP_UP_S = 30
QUEUE = queue_info(auto_qualify_s=WRAP_UP_S, auto_disposition=REFUSAL)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, agents=[ME], queue=QUEUE)
    world.ready(ME)
    return world


def over(world: World) -> str:
    """A conversation has ended, the agent has to qualify it."""
    caller, leg, _agent = world.talking()
    world.hangs_up(caller)
    world.hangs_up(leg, by_far_end=False)
    assert world.work(ME) is Work.AFTER_WORK
    return caller


def verdicts(world: World) -> list[tuple[str, bool]]:
    return [(e.data["code"], e.data.get("auto", False)) for e in world.recorder.entries("call.disposed")]


def test_after_its_time_the_call_gets_the_verdict_of_the_queue(world: World) -> None:
    caller = over(world)
    assert world.agent(ME).until == world.clock.now_ms() + WRAP_UP_S * 1000
    world.clock.advance(WRAP_UP_S - 1)
    assert verdicts(world) == []
    world.clock.advance(1)
    assert verdicts(world) == [("refusal", True)]
    assert (world.work(ME), world.stage(caller)) == (Work.INTER_CALL, None)
    world.clock.advance(INTER_CALL_S)
    assert world.work(ME) is Work.IDLE
    world.is_whole()


def test_who_chooses_in_time_is_not_overruled(world: World) -> None:
    caller = over(world)
    world.clock.advance(WRAP_UP_S - 1)
    world.calls.qualify(ME, caller, SALE, "yes")
    world.clock.advance(WRAP_UP_S)
    assert verdicts(world) == [("sale", False)]


def test_who_chooses_in_the_very_moment_is_heard(world: World) -> None:
    caller = over(world)
    world.clock.advance(WRAP_UP_S)
    assert verdicts(world) == [("refusal", True)]
    world.calls.qualify(ME, caller, SALE, "a moment late")
    assert verdicts(world) == [("refusal", True), ("sale", False)]
    assert world.recorder.entries("call.disposed")[-1].data["note"] == "a moment late"
    assert world.work(ME) is Work.INTER_CALL, "his pause goes on"
    with pytest.raises((Conflict, NotFound)):
        world.calls.qualify(ME, caller, REFUSAL, "once more")
    second = over_again(world)
    world.calls.qualify(ME, second, SALE, "")
    world.calls.wrap_up_over(ME, second)
    assert verdicts(world)[2:] == [("sale", False)]


def test_who_chooses_much_later_is_refused(world: World) -> None:
    caller = over(world)
    world.clock.advance(WRAP_UP_S)
    with pytest.raises(NotFound):
        world.calls.qualify(ME + 1, caller, SALE, "not his")
    world.clock.advance(LATE_S)
    with pytest.raises((Conflict, NotFound)):
        world.calls.qualify(ME, caller, SALE, "late")
    assert verdicts(world) == [("refusal", True)]


def test_a_note_that_is_on_its_way_when_the_caller_hangs_up_is_kept(world: World) -> None:
    caller, leg, _agent = world.talking()
    world.calls.qualify(ME, caller, SALE, "ye")
    world.hangs_up(caller)
    world.hangs_up(leg, by_far_end=False)
    assert verdicts(world) == [("sale", False)]
    world.calls.qualify(ME, caller, SALE, "yes, and more")
    assert [e.data["note"] for e in world.recorder.entries("call.disposed")] == ["ye", "yes, and more"]
    assert world.work(ME) is Work.INTER_CALL


def over_again(world: World) -> str:
    world.clock.advance(INTER_CALL_S)
    world.calls.settle()
    return over(world)


def test_a_restart_does_not_stop_the_clock(world: World) -> None:
    caller = over(world)
    world.clock.advance(10)
    again = World(
        world.folder, agents=[ME], clock=FakeClock(world.clock.now_ms()), switch=world.switch, queue=QUEUE
    )
    assert again.work(ME) is Work.AFTER_WORK
    again.clock.advance(WRAP_UP_S - 10)
    assert verdicts(again) == [("refusal", True)]
    assert again.stage(caller) is None


@pytest.mark.parametrize(
    "changes", [{"auto_disposition": None}, {"auto_qualify_s": 0}, {"auto_disposition": 12345}]
)
def test_without_a_time_or_a_verdict_it_waits_for_the_agent(tmp_path: Path, changes: dict[str, int]) -> None:
    settings = {"auto_qualify_s": WRAP_UP_S, "auto_disposition": REFUSAL, **changes}
    world = World(tmp_path, agents=[ME], queue=queue_info(**settings))
    world.ready(ME)
    caller = over(world)
    assert world.agent(ME).until is None
    world.clock.advance(3600)
    assert (world.work(ME), world.stage(caller)) == (Work.AFTER_WORK, Stage.ENDED)


def test_the_pause_after_a_delay_is_not_forgotten_by_a_restart(world: World) -> None:
    caller = world.waits()
    world.refuses(world.offered_leg(caller), "NO_ANSWER")
    world.hangs_up(caller)
    assert world.work(ME) is Work.NO_ANSWER_DELAY
    world.clock.advance(4)
    again = World(
        world.folder, agents=[ME], clock=FakeClock(world.clock.now_ms()), switch=world.switch, queue=QUEUE
    )
    again.clock.advance(NO_ANSWER_S - 4)
    assert again.work(ME) is Work.INTER_CALL
    again.clock.advance(INTER_CALL_S)
    assert again.work(ME) is Work.IDLE
