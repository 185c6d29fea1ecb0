"""Which conversations are recorded, what makes a recording silent, and what happens when the disk takes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.calls import recording
from fs_app.errors import Conflict, NotAllowed, NotFound, Refused
from tests.unit.core.world import ACCOUNT, World, queue_info

REFUSED = Refused("-ERR Cannot record session!")


class Disk:
    """A disk of which the test says how it is."""

    def __init__(self, trouble: str = "") -> None:
        self.trouble = trouble
        self.told: list[str] = []

    def refused(self, why: str) -> None:
        self.told.append(why)

    def works(self) -> None:
        self.told.append("works")


def centre(folder: Path, rule: str = "all", **how: object) -> World:
    return World(folder, queue=queue_info(record_rule=rule), **how)  # type: ignore[arg-type]


def talking(folder: Path, rule: str = "all") -> tuple[World, str, str, int]:
    world = centre(folder, rule)
    world.ready(1, 2)
    caller, leg, agent = world.talking()
    if world.switch.of("record_start"):
        confirm(world, caller)
    world.switch.forget()
    return world, caller, leg, agent


def confirm(world: World, caller: str) -> str:
    path = world.switch.last("record_start").args[1]
    world.tell(f.RecordingStarted(world.at, caller, path=path))
    return str(path)


def masks(world: World) -> list[str]:
    return [c.verb for c in world.switch.commands if c.verb in ("record_mask", "record_unmask")]


def hold_and_back(world: World, caller: str, leg: str, agent: int) -> None:
    world.calls.hold(agent, leg)
    world.tell(f.LegsUnbridged(world.at, leg, other=caller), f.Rang(world.at, caller, session=2))
    world.clock.advance(5)
    world.calls.resume(agent, leg)
    world.bridged(leg, caller)


# --- the queue's rule -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("rule", "begins"), [("all", 1), ("dispositions", 1), ("none", 0), ("on_demand", 0)])
def test_a_recording_begins_with_the_conversation_when_the_queue_says_so(
    tmp_path: Path, rule: str, begins: int
) -> None:
    world = centre(tmp_path, rule)
    world.ready(1)
    world.talking()
    assert len(world.switch.of("record_start")) == begins
    if begins:
        assert world.recorder.entries("recording.wanted")[0].data["rule"] == rule


def test_on_demand_an_agent_starts_it_once_and_it_runs_to_the_end(tmp_path: Path) -> None:
    world, caller, leg, agent = talking(tmp_path, "on_demand")
    assert world.calls.recording_can(world.call(caller)) == ["start_recording"]
    world.calls.start_recording(agent, leg)
    world.calls.start_recording(agent, leg)
    assert len(world.switch.of("record_start")) == 1
    confirm(world, caller)
    assert world.calls.recording_can(world.call(caller)) == ["pause_recording"]
    hold_and_back(world, caller, leg, agent)
    assert len(world.switch.of("record_start")) == 1, "the same file after the hold"


def test_a_supervisor_may_start_and_pause_it_of_his_own_account_only(tmp_path: Path) -> None:
    world, caller, _leg, _agent = talking(tmp_path, "on_demand")
    with pytest.raises(NotFound):
        world.calls.steer_recording(ACCOUNT + 1, caller, "start", "Somebody")
    world.calls.steer_recording(ACCOUNT, caller, "start", "Sonia")
    confirm(world, caller)
    world.calls.steer_recording(ACCOUNT, caller, "pause", "Sonia")
    assert masks(world) == ["record_mask"]
    assert world.recorder.entries("recording.asked")[0].data["by"] == "Sonia"
    world.calls.steer_recording(ACCOUNT, caller, "resume", "Sonia")
    assert masks(world) == ["record_mask", "record_unmask"]


@pytest.mark.parametrize("rule", ["none", "all", "dispositions"])
def test_only_where_the_queue_leaves_it_to_people_they_may_start_one(tmp_path: Path, rule: str) -> None:
    world, _caller, leg, agent = talking(tmp_path, rule)
    with pytest.raises(NotAllowed):
        world.calls.start_recording(agent, leg)


def test_what_one_agent_asked_for_does_not_hold_for_the_next_one(tmp_path: Path) -> None:
    world, caller, leg, agent = talking(tmp_path, "on_demand")
    world.calls.start_recording(agent, leg)
    confirm(world, caller)
    world.calls.pause_recording(agent, leg)
    world.hangs_up(leg, "MEDIA_TIMEOUT")
    call = world.call(caller)
    assert (call.recording_asked, call.recording_paused) == (False, False)


# --- the pause --------------------------------------------------------------------------------------------------
def test_a_pause_silences_the_recording_until_it_is_resumed(tmp_path: Path) -> None:
    world, caller, leg, agent = talking(tmp_path)
    world.calls.pause_recording(agent, leg)
    world.calls.pause_recording(agent, leg)
    assert masks(world) == ["record_mask"], "pressed twice is pressed once"
    assert recording.shown(world.call(caller))["state"] == "paused"
    assert world.calls.recording_can(world.call(caller)) == ["resume_recording"]
    world.calls.resume_recording(agent, leg)
    assert masks(world) == ["record_mask", "record_unmask"]
    entries = [e for e in world.recorder.entries("recording.paused") if e.data["why"] == "asked"]
    assert [(e.agent, e.data["by"]) for e in entries] == [(agent, "agent")]


def test_hold_and_resume_do_not_undo_a_pause(tmp_path: Path) -> None:
    world, caller, leg, agent = talking(tmp_path)
    world.calls.pause_recording(agent, leg)
    hold_and_back(world, caller, leg, agent)
    assert masks(world) == ["record_mask"], "it was silent all the time"
    assert world.call(caller).recording_silent
    world.calls.resume_recording(agent, leg)
    assert masks(world) == ["record_mask", "record_unmask"]


def test_a_pause_that_is_resumed_on_hold_stays_silent_until_the_hold_is_over(tmp_path: Path) -> None:
    world, caller, leg, agent = talking(tmp_path)
    world.calls.pause_recording(agent, leg)
    world.calls.hold(agent, leg)
    world.tell(f.LegsUnbridged(world.at, leg, other=caller), f.Rang(world.at, caller, session=2))
    world.calls.resume_recording(agent, leg)
    assert masks(world) == ["record_mask"]
    world.clock.advance(5)
    world.calls.resume(agent, leg)
    world.bridged(leg, caller)
    assert masks(world) == ["record_mask", "record_unmask"]


def test_a_pause_survives_a_restart_and_the_switch_is_told_again(tmp_path: Path) -> None:
    world, caller, leg, agent = talking(tmp_path)
    world.calls.pause_recording(agent, leg)
    world.switch.present = {caller: world.shows(caller, leg), leg: world.shows(leg, caller)}
    world.switch.forget()
    again = World(tmp_path, clock=world.clock, switch=world.switch, queue=queue_info(record_rule="all"))
    assert recording.shown(again.call(caller))["state"] == "paused"
    again.clock.advance(1)
    again.recover()
    assert masks(again) == ["record_mask"]
    again.calls.resume_recording(agent, leg)
    assert masks(again) == ["record_mask", "record_unmask"]


def test_a_new_file_of_a_paused_conversation_is_silent_from_its_first_moment(tmp_path: Path) -> None:
    world, caller, leg, agent = talking(tmp_path)
    world.calls.pause_recording(agent, leg)
    world.switch.forget()
    recording.lost(world.ctx, world.call(caller), world.clock.now_ms())
    recording.ensure(world.ctx, world.call(caller))
    assert [c.verb for c in world.switch.commands] == ["record_start", "record_mask"]


def test_a_recording_that_can_not_be_made_silent_is_ended(tmp_path: Path) -> None:
    world, caller, leg, agent = talking(tmp_path)
    world.switch.fail("record_mask", Refused("-ERR Cannot mask recording session!"))
    world.calls.pause_recording(agent, leg)
    world.calls.settle()
    assert world.switch.of("record_stop", caller), "what nobody may hear later is not recorded"


def test_nothing_is_paused_where_nothing_is_recorded_and_nobody_pauses_for_another(tmp_path: Path) -> None:
    world, _caller, leg, agent = talking(tmp_path, "none")
    with pytest.raises(Conflict):
        world.calls.pause_recording(agent, leg)
    with pytest.raises(NotFound):
        world.calls.pause_recording(3 - agent, leg)


# --- the disk ---------------------------------------------------------------------------------------------------
def test_a_recording_that_the_switch_refuses_is_said_and_the_conversation_goes_on(tmp_path: Path) -> None:
    world = centre(tmp_path)
    world.ctx.disk = disk = Disk()
    world.ready(1)
    world.switch.fail("record_start", REFUSED)
    caller, leg, agent = world.talking()
    world.calls.settle()
    assert [e.data["why"] for e in world.recorder.entries("recording.failed")] == ["refused"]
    assert recording.shown(world.call(caller)) == {"state": "problem", "problem": "refused"}
    assert disk.told == ["refused"]
    hold_and_back(world, caller, leg, agent)
    world.hangs_up(caller)
    assert world.recorder.entries("call.ended")[0].data["outcome"] == "answered"


def test_on_a_full_disk_nothing_is_asked_of_the_switch_and_it_is_said_once(tmp_path: Path) -> None:
    world = centre(tmp_path)
    world.ctx.disk = disk = Disk("disk_full")
    world.ready(1)
    caller, leg, agent = world.talking()
    hold_and_back(world, caller, leg, agent)
    assert world.switch.of("record_start") == []
    assert [e.data["why"] for e in world.recorder.entries("recording.failed")] == ["disk_full"]

    disk.trouble = ""
    world.calls.disk_again()
    world.calls.settle()
    confirm(world, caller)
    assert recording.shown(world.call(caller))["state"] == "on", "as soon as there is room it is recorded"


def test_a_recording_that_the_disk_takes_no_more_of_is_ended_and_marked(tmp_path: Path) -> None:
    world, caller, _leg, _agent = talking(tmp_path)
    found = world.call(caller).recording
    assert found is not None
    world.calls.tell(caller, recording.CannotBeWritten(found.id, "disk_full"))
    world.calls.tell(caller, recording.CannotBeWritten(found.id, "disk_full"))
    world.calls.settle()
    assert len(world.switch.of("record_stop", caller)) == 1
    assert [e.data["why"] for e in world.recorder.entries("recording.broken")] == ["disk_full"]
    world.tell(f.RecordingStopped(world.at, caller, path=f"/recordings/{found.path}", duration_ms=2040))
    assert recording.shown(world.call(caller)) == {"state": "problem", "problem": "disk_full"}
    world.calls.disk_again()
    world.calls.settle()
    assert len(world.switch.of("record_start", caller)) == 1, "the rest gets a file of its own"
