"""What was asked for, or had begun, when the program or the switch died: finished, and nothing written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.calls.stages import Stage
from fs_app.errors import LinkLost
from tests.unit.core.test_recovery import writes
from tests.unit.core.world import DID, World


@pytest.fixture
def talking(tmp_path: Path) -> tuple[World, str, str]:
    """Agent 1 in a conversation with (caller's leg, agent's leg), as the switch shows it."""
    world = World(tmp_path)
    world.recover()
    world.ready(1)
    caller, leg, _ = world.talking()
    world.shows(caller, leg)
    world.shows(leg, caller)
    return world, caller, leg


def dies(world: World) -> World:
    """kill -9, and a new program over the same folder and the same switch."""
    world.journal.close()
    again = World(world.folder, (1,), world.clock, world.switch)
    again.clock.advance(1)
    return again


def path_of(world: World, caller: str) -> str:
    return str(world.switch.last("record_start").args[1])


def stopped(world: World) -> list[tuple[str, int]]:
    return [(str(e.call), e.data["duration_ms"]) for e in world.recorder.entries("recording.stopped")]


def test_a_recording_that_began_while_the_program_was_dead_is_known_to_run(
    talking: tuple[World, str, str],
) -> None:
    world, caller, _ = talking
    path = path_of(world, caller)
    again = dies(world)
    again.recover()
    assert path_of(again, caller) == path, "asked for again: the switch says OK to what runs already"
    assert again.call(caller).recording.running  # type: ignore[union-attr]


def test_a_recording_that_was_never_confirmed_has_an_end(talking: tuple[World, str, str]) -> None:
    world, caller, _ = talking
    world.tell(f.RecordingStopped(world.at, caller, path=path_of(world, caller), duration_ms=4200))
    assert stopped(world) == [(caller, 4200)]


def test_a_recording_that_ended_while_the_program_was_dead_has_the_length_that_the_witness_knows(
    talking: tuple[World, str, str],
) -> None:
    world, caller, leg = talking
    world.tell(f.RecordingStarted(world.at, caller, path=path_of(world, caller)))
    again = dies(world)
    del world.switch.present[caller], world.switch.present[leg]
    writes(again, caller, recorded_ms=2200)
    again.recover()
    assert stopped(again) == [(caller, 2200)]


@pytest.mark.parametrize("program", ["alive", "dead, too"])
def test_after_a_restart_of_the_switch_the_conversation_is_recorded_in_a_new_file(
    talking: tuple[World, str, str], program: str
) -> None:
    world, caller, _ = talking
    first = path_of(world, caller)
    world.tell(f.RecordingStarted(world.at, caller, path=first))
    world.clock.advance(10)
    world.recovery.link_down()
    world.clock.advance(3)
    again = world if program == "alive" else dies(world)
    again.switch.recoverable = 2
    again.switch.forget()
    again.recover("core-2")
    assert path_of(again, caller) != first
    ((_, length),) = stopped(again)
    assert length == 10_000 if program == "alive" else length >= 10_000


def test_a_conversation_after_a_lost_telephone_has_a_recording_of_its_own(
    talking: tuple[World, str, str],
) -> None:
    world, caller, leg = talking
    first = path_of(world, caller)
    world.tell(f.RecordingStarted(world.at, caller, path=first))
    world.hangs_up(leg, "MEDIA_TIMEOUT", by_far_end=False)
    assert world.switch.last("record_stop").args == (caller, first), "music is not recorded"
    world.tell(f.RecordingStopped(world.at, caller, path=first, duration_ms=10))
    again = world.offered_leg(caller)
    world.picks_up(again)
    world.bridged(again, caller)
    assert path_of(world, caller) != first


@pytest.mark.parametrize("stage", [Stage.TALKING, Stage.HELD])
@pytest.mark.parametrize("who", ["link", "program"])
def test_a_hang_up_that_was_lost_is_done_later(
    talking: tuple[World, str, str], stage: Stage, who: str
) -> None:
    world, caller, leg = talking
    if stage is Stage.HELD:
        world.calls.hold(1, leg)
        world.tell(f.LegsUnbridged(world.at, leg, other=caller))
        world.shows(caller)
        world.shows(leg)
    world.recovery.link_down()
    world.switch.fail("hangup", LinkLost("cut"))
    world.calls.hang_up(1, leg)
    world.switch.fail("hangup", None)
    again = world if who == "link" else dies(world)
    again.switch.forget()
    again.clock.advance(1)
    again.recover()
    assert again.hung_up(caller) == ["NORMAL_CLEARING"]


def test_a_held_customer_is_not_hung_up_because_the_switch_lost_the_agents_leg(
    talking: tuple[World, str, str],
) -> None:
    """FreeSWITCH takes a parked leg up after its restart and ends it at once: nobody put a telephone down [seen]."""
    world, caller, leg = talking
    world.calls.hold(1, leg)
    world.tell(f.LegsUnbridged(world.at, leg, other=caller))
    world.hangs_up(leg, "NORMAL_CLEARING", by_far_end=False)
    assert world.hung_up(caller) == []
    assert (world.stage(caller), world.work(1)) == (Stage.OFFERED, Work.OFFERED), (
        "his own agent gets him back"
    )


def test_who_goes_with_the_switch_was_not_the_one_to_hang_up(talking: tuple[World, str, str]) -> None:
    world, caller, _ = talking
    world.switch.present.clear()
    world.clock.advance(1)
    world.recover("core-2")
    (ended,) = world.recorder.entries("call.ended")
    assert (ended.call, ended.data["by"], ended.data["cause"]) == (caller, "system", "LOST_TRACK")


def test_who_goes_with_the_switch_while_he_waits_has_not_given_up(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.recover()
    caller = world.waits()
    world.switch.present.clear()
    world.clock.advance(1)
    world.recover("core-2")
    (ended,) = world.recorder.entries("call.ended")
    assert (ended.call, ended.data["by"], ended.data["outcome"]) == (caller, "system", "failed")


def test_a_key_that_is_pressed_twice_is_pressed_once(talking: tuple[World, str, str]) -> None:
    world, caller, leg = talking
    for _ in range(3):
        world.calls.hold(1, leg)
    assert len(world.switch.of("send_home", caller)) == 1
    world.tell(f.LegsUnbridged(world.at, leg, other=caller))
    world.switch.forget()
    for _ in range(3):
        world.calls.resume(1, leg)
    assert len(world.switch.of("bridge")) == 1
    world.clock.advance(2)
    world.calls.resume(1, leg)
    assert len(world.switch.of("bridge")) == 2, "nothing came of it: once more"


def test_a_conversation_of_which_no_journal_tells_is_not_cut(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.ready(1)
    ours = {"fsapp_call": "c", "fsapp_role": "agent", "fsapp_agent": "1"}
    world.shows("c", "a", variables={"fsapp_did": DID, "fsapp_role": "caller"})
    world.shows("a", "c", inbound=False, variables=ours)
    world.recover()
    for _ in range(3):
        world.clock.advance(6)
        world.recovery.look()
    assert world.switch.of("send_home") == world.switch.of("hangup") == world.offers() == []
    del world.switch.present["a"]
    world.shows("c", None, variables={"fsapp_did": DID})
    world.goes_home("c")
    assert world.stage("c") is Stage.GREETING, "left by his agent he is at our door"
