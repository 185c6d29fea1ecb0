"""Out of the line: by the key, to a number outside, into the voicemail; and for a queue that is closed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fs_app import facts as f
from fs_app.calls.stages import Stage
from fs_app.errors import Refused
from fs_app.hours.opening import Week
from fs_app.infos import Limit
from tests.unit.core.world import OTHER_QUEUE, QUEUE, World, queue_info

OUTSIDE = "+33188990011"
TO_NUMBER = Limit(30, "number", number=OUTSIDE)
VOICEMAIL = Limit(30, "voicemail")
NEVER = Week(2, "never", ())


def centre(folder: Path, *more: Any, **settings: Any) -> World:
    world = World(folder, agents=(1,))
    world.set_queue(queue_info(greeting="", **settings), (1,), *more)
    return world


def passes(world: World, seconds: float) -> None:
    world.clock.advance(seconds)
    world.calls.settle()


def presses(world: World, leg: str, key: str) -> None:
    world.tell(f.Digit(world.at, leg, digit=key))


def outside_leg(world: World, call: str) -> str:
    leg = world.call(call).outside_leg
    assert leg is not None
    return leg.id


def done(world: World, leg: str) -> None:
    """Greeting or recording of the voicemail has ended."""
    runtime = world.ctx.runtime(world.call(leg))
    app = runtime.message_app or runtime.voicemail_app
    world.tell(f.AppDone(world.at, leg, app="playback", app_uuid=app))


# --- a number outside -------------------------------------------------------------------------------------------
def test_who_waits_too_long_talks_to_the_number_outside(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=TO_NUMBER)
    caller = world.arrives()
    passes(world, 30.1)
    assert world.stage(caller) is Stage.DIVERTING
    assert world.queues.waiting(QUEUE) == []
    leg = outside_leg(world, caller)
    assert world.originate(leg).endpoint == f"sofia/gateway/trunk/{OUTSIDE}"
    world.rings(leg)
    world.picks_up(leg)
    assert world.switch.last("bridge").args == (leg, caller)
    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.OUTSIDE
    world.hangs_up(leg)
    assert world.hung_up(caller) == ["NORMAL_CLEARING"]
    world.hangs_up(caller, by_far_end=False)
    assert world.recorder.entries("call.ended")[-1].data["outcome"] == "outside"
    world.is_whole()


@pytest.mark.parametrize("cause", ["NO_ANSWER", "USER_BUSY", "INVALID_GATEWAY"])
def test_when_nobody_answers_outside_he_is_back_at_his_place_and_it_is_not_tried_again(
    tmp_path: Path, cause: str
) -> None:
    world = centre(tmp_path, max_wait=TO_NUMBER)
    caller = world.arrives()
    ticket = world.call(caller).ticket
    passes(world, 30.1)
    leg = outside_leg(world, caller)
    if cause == "INVALID_GATEWAY":
        world.originated(leg, cause)  # no leg was ever made
    else:
        world.refuses(leg, cause)
    assert world.stage(caller) is Stage.WAITING and world.call(caller).ticket == ticket
    passes(world, 300)
    assert world.stage(caller) is Stage.WAITING
    assert len(world.switch.of("originate")) == 1
    world.ready(1)
    assert world.offers() == [(caller, 1)]
    world.is_whole()


def test_a_caller_who_hangs_up_stops_the_ringing_outside(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=TO_NUMBER)
    caller = world.arrives()
    passes(world, 30.1)
    leg = outside_leg(world, caller)
    world.rings(leg)
    world.hangs_up(caller)
    assert world.hung_up(leg) == ["ORIGINATOR_CANCEL"]
    world.refuses(leg, "ORIGINATOR_CANCEL")
    assert world.stage(caller) is None
    world.is_whole()


def test_a_closed_queue_connects_with_the_number_or_says_that_nobody_is_there(tmp_path: Path) -> None:
    world = centre(
        tmp_path, week=NEVER, closed=Limit(0, "number", number=OUTSIDE), closed_message="fr/bye.wav"
    )
    caller = world.arrives()
    leg = outside_leg(world, caller)
    world.refuses(leg, "NO_ANSWER")
    assert world.stage(caller) is Stage.FAREWELL
    assert world.switch.of("play", caller)[-1].args[1] == ("/sounds/fr/bye.wav",)
    assert world.queues.waiting(QUEUE) == []


def test_a_full_queue_whose_number_does_not_answer_takes_him_all_the_same(tmp_path: Path) -> None:
    world = centre(tmp_path, max_length=Limit(1, "number", number=OUTSIDE))
    first = world.arrives()
    second = world.arrives(number="+33612345679")
    assert world.stage(second) is Stage.DIVERTING
    world.refuses(outside_leg(world, second), "NO_ANSWER")
    assert [c.id for c in world.queues.waiting(QUEUE)] == [first, second]
    world.is_whole()


def test_the_way_outside_outlives_the_program(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=TO_NUMBER)
    caller = world.arrives()
    passes(world, 30.1)
    leg = outside_leg(world, caller)
    world.rings(leg)
    world.journal.close()
    passes(world, 1)
    after = World(tmp_path, agents=(1,), clock=world.clock, queue=queue_info(greeting="", max_wait=TO_NUMBER))
    after.shows(caller)
    after.shows(leg, inbound=False)  # answered meanwhile, and parked
    after.ctx.sessions.add(caller)
    after.recover()
    assert after.switch.of("bridge")[-1].args == (leg, caller)
    after.bridged(leg, caller)
    assert after.stage(caller) is Stage.OUTSIDE


# --- the voicemail ----------------------------------------------------------------------------------------------
def test_without_room_for_a_message_the_caller_is_told_and_not_cut_off(tmp_path: Path) -> None:
    world = centre(tmp_path, exit_key="9", exit=VOICEMAIL)
    caller = world.arrives()
    world.ctx.disk.trouble = "full"
    presses(world, caller, "9")
    assert world.stage(caller) is Stage.FAREWELL
    assert world.switch.of("play", caller)[-1].args[1] == ("/sounds/fr/away.wav",)
    assert world.switch.of("record_message") == []


def test_greeting_beep_message_end(tmp_path: Path) -> None:
    world = centre(tmp_path, exit_key="9", exit=VOICEMAIL)
    caller = world.arrives()
    presses(world, caller, "9")
    assert world.stage(caller) is Stage.VOICEMAIL
    files = world.switch.of("play", caller)[-1].args[1]
    assert files[0] == "/sounds/fr/voicemail.wav" and files[1].startswith("tone_stream://")
    assert world.switch.of("record_message") == []
    done(world, caller)
    (command,) = world.switch.of("record_message", caller)
    path = command.args[1]
    assert command.args[2:] == (120, 4)
    world.tell(f.RecordingStarted(world.at, caller, path))
    passes(world, 5)
    world.tell(f.RecordingStopped(world.at, caller, path, duration_ms=5000))
    done(world, caller)
    assert world.hung_up(caller) == ["NORMAL_CLEARING"]
    world.hangs_up(caller, by_far_end=False)
    assert world.recorder.entries("call.ended")[-1].data["outcome"] == "voicemail"
    (left,) = world.live.callbacks.values()
    assert (left.reason, left.number) == ("VOICEMAIL", "+33612345678")
    assert path.endswith(f"{left.recording}.wav")


def test_who_hangs_up_in_the_middle_leaves_what_he_said_and_before_the_beep_has_given_up(
    tmp_path: Path,
) -> None:
    world = centre(tmp_path, max_wait=VOICEMAIL)
    caller = world.arrives()
    passes(world, 30.1)
    done(world, caller)
    world.hangs_up(caller)
    other = world.arrives(number="+33612345679")
    passes(world, 30.1)
    world.hangs_up(other)
    assert sorted(str(c.reason) for c in world.live.callbacks.values()) == ["ABANDONED", "VOICEMAIL"]


def test_who_is_cut_off_in_the_middle_by_a_death_may_say_it_again(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=VOICEMAIL)
    caller = world.arrives()
    passes(world, 30.1)
    done(world, caller)
    path = world.switch.of("record_message", caller)[0].args[1]
    world.tell(f.RecordingStarted(world.at, caller, path))
    first = world.call(caller).message
    world.journal.close()
    passes(world, 4)
    after = World(tmp_path, agents=(1,), clock=world.clock, queue=queue_info(greeting="", max_wait=VOICEMAIL))
    after.shows(caller)
    after.recover()
    after.goes_home(caller)
    assert after.recorder.entries("recording.stopped")[-1].data["recording"] == first
    done(after, caller)
    assert after.call(caller).message != first
    after.hangs_up(caller)
    assert [str(c.reason) for c in after.live.callbacks.values()] == ["VOICEMAIL"]


def test_a_message_whose_end_was_never_told_ends_all_the_same(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=VOICEMAIL)
    caller = world.arrives()
    passes(world, 30.1)
    done(world, caller)
    passes(world, 129)
    assert world.stage(caller) is Stage.VOICEMAIL
    passes(world, 2)
    assert world.hung_up(caller) == ["NORMAL_CLEARING"]


def test_a_program_that_is_back_in_the_middle_of_a_message_ends_the_call_with_it(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=VOICEMAIL)
    caller = world.arrives()
    passes(world, 30.1)
    done(world, caller)
    call = world.call(caller)
    assert call.recording is not None
    world.tell(f.RecordingStopped(world.at, caller, call.recording.path, 4000))
    assert world.stage(caller) is Stage.VOICEMAIL, "the application's end is told to who began it"
    world.ctx.runtimes.clear()
    assert call.recording is None
    world.tell(f.RecordingStopped(world.at, caller, f"{call.message}.wav", 4000))
    assert world.hung_up(caller) == ["NORMAL_CLEARING"]


def test_a_switch_that_can_not_record_keeps_nobody(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=VOICEMAIL)
    world.switch.fail("record_message", Refused("-ERR no"))
    caller = world.arrives()
    passes(world, 30.1)
    done(world, caller)
    assert world.hung_up(caller) == ["NORMAL_CLEARING"]


def test_the_exit_key_leads_to_another_queue_and_other_keys_lead_nowhere(tmp_path: Path) -> None:
    other = queue_info(id=OTHER_QUEUE, name="Other", number="701")
    world = centre(tmp_path, other, exit_key="9", exit=Limit(0, "queue", OTHER_QUEUE))
    caller = world.arrives()
    presses(world, caller, "5")
    assert world.call(caller).queue == QUEUE
    presses(world, caller, "9")
    assert [c.id for c in world.queues.waiting(OTHER_QUEUE)] == [caller]
    world.is_whole()
