"""What a waiting caller hears and does: announcements over the music, keys, a message that he leaves."""

from __future__ import annotations

import time
import wave
from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.calls.voicemail import SPEAKS
from tests.conformance.program import Program, hears_tone
from tests.conformance.test_sound import ends, tone
from tests.support.until import until

MUSIC = "tone_stream://%(1000,0,300);loops=-1"


def test_a_key_is_told_while_music_and_an_announcement_play_and_breaks_nothing(program: Program) -> None:
    caller, leg = program.caller()
    program.switch.music(leg, MUSIC, 60).get(5)
    until(lambda: hears_tone(caller, 300), 3, "the music", step=0.05)
    caller.press("1")
    assert program.fact(f.Digit, leg).digit == "1"
    program.switch.play(leg, [tone(350, 3000)]).get(5)
    until(lambda: hears_tone(caller, 350), 3, "the announcement", step=0.05)
    since = program.mark()
    caller.press("2")
    assert program.fact(f.Digit, leg, since=since).digit == "2"
    assert hears_tone(caller, 350)
    assert ends(program, leg) == []


def test_breaking_an_announcement_off_ends_the_music_under_it_too(program: Program) -> None:
    caller, leg = program.caller()
    music = program.switch.music(leg, MUSIC, 60)
    until(lambda: hears_tone(caller, 300), 3, "the music", step=0.05)
    said = program.switch.play(leg, [tone(350, 20000)])
    until(lambda: hears_tone(caller, 350), 3, "the announcement", step=0.05)
    program.switch.stop_sound(leg).get(5)
    program.fact(f.AppDone, leg, app_uuid=said.id)
    program.fact(f.AppDone, leg, app_uuid=music.id)
    program.switch.music(leg, MUSIC, 60).get(5)
    until(lambda: hears_tone(caller, 300), 3, "the music again", step=0.05)


def test_a_message_is_recorded_until_its_longest_time(program: Program, tmp_path: Path) -> None:
    _, leg = program.caller()
    program.switch.music(leg, MUSIC, 60).get(5)
    path = tmp_path / "m.wav"
    began = time.monotonic()
    message = program.switch.record_message(leg, str(path), 3, 10)
    program.fact(f.RecordingStarted, leg, path=str(path))
    done = program.fact(f.AppDone, leg, timeout=8, app_uuid=message.id)
    assert 2.5 < time.monotonic() - began < 4.5
    assert done.app == "record"
    stopped = program.fact(f.RecordingStopped, leg, path=str(path))
    assert stopped.duration_ms == 0 or 2500 < stopped.duration_ms < 3500
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 1
        assert 2.5 < file.getnframes() / file.getframerate() < 3.5


def test_who_hangs_up_in_the_middle_leaves_what_he_said(program: Program, tmp_path: Path) -> None:
    caller, leg = program.caller()
    path = tmp_path / "m.wav"
    program.switch.record_message(leg, str(path), 60, 10).get(5)
    program.fact(f.RecordingStarted, leg, path=str(path))
    time.sleep(1.5)
    caller.hang_up()
    program.gone(leg)
    stopped = program.fact(f.RecordingStopped, leg, path=str(path))
    assert stopped.duration_ms == 0 or 1000 < stopped.duration_ms < 2500
    with wave.open(str(path)) as file:
        assert 1.0 < file.getnframes() / file.getframerate() < 2.5


def test_silence_ends_a_message(program: Program, tmp_path: Path) -> None:
    caller, leg = program.caller()
    path = tmp_path / "m.wav"
    message = program.switch.record_message(leg, str(path), 60, 2)
    program.fact(f.RecordingStarted, leg, path=str(path))
    time.sleep(1.0)
    assert not program.all(f.AppDone, leg)
    caller.say_nothing()
    began = time.monotonic()
    program.fact(f.AppDone, leg, timeout=8, app_uuid=message.id)
    assert 1.3 < time.monotonic() - began < 3.5


def test_somebody_who_is_called_and_goes_home_rings_at_the_door(program: Program) -> None:
    person = program.world.person("0600000061")
    person.answer_by_itself(0.2)
    leg, pending = program.dial("sofia/gateway/trunk/0600000061", then="transfer:home")
    assert pending.get(10).answered
    program.fact(f.Rang, leg)
    music = program.switch.music(leg, MUSIC, 60)
    until(lambda: hears_tone(person, 300), 3, "the music", step=0.05)
    other, agent = program.person("0600000062")
    program.bridged(agent, leg)
    program.fact(f.AppDone, leg, app_uuid=music.id)
    other.hang_up()
    program.gone(agent)
    until(lambda: len(program.all(f.Rang, leg)) == 2, 5, "home after the conversation")


def test_recording_a_message_makes_no_folder_and_ends_the_call_without_one(
    program: Program, tmp_path: Path
) -> None:
    """Unlike `uuid_record`: whoever wants a message must have made it."""
    _, leg = program.caller()
    path = tmp_path / "missing" / "m.wav"
    program.switch.record_message(leg, str(path), 3, 10)
    assert program.gone(leg).cause == "DESTINATION_OUT_OF_ORDER"
    assert not program.all(f.RecordingStarted, leg)
    assert not path.exists()


def test_a_leg_that_is_taken_out_of_a_message_is_hung_up(program: Program, tmp_path: Path) -> None:
    """Why the dialplan's watch must leave it in peace."""
    _, leg = program.caller()
    path = tmp_path / "m.wav"
    program.switch.record_message(leg, str(path), 60, 10).get(5)
    program.fact(f.RecordingStarted, leg, path=str(path))
    program.switch.send_home(leg).get(5)
    assert program.gone(leg).cause == "DESTINATION_OUT_OF_ORDER"


@pytest.mark.parametrize("dead", [True, False], ids=["dead", "frozen"])
def test_a_message_goes_on_without_the_program_and_its_end_is_the_end_of_the_call(
    program: Program, tmp_path: Path, dead: bool
) -> None:
    caller, leg = program.caller()
    path = tmp_path / "m.wav"
    program.switch.set_variables(leg, {"record_ms": "9"}).get(5)  # of a recording before
    program.switch.set_variables(leg, SPEAKS).get(5)
    program.switch.record_message(leg, str(path), 60, 2).get(5)
    program.fact(f.RecordingStarted, leg, path=str(path))
    if dead:
        program.door.close(leg)
    program.drop_lease()
    time.sleep(5)  # the watch looks every second or two
    assert program.switch.exists(leg).get(5)
    assert not program.all(f.RecordingStopped, leg)
    caller.say_nothing()
    program.fact(f.RecordingStopped, leg, path=str(path))
    assert program.gone(leg).cause == "NORMAL_CLEARING"
    assert caller.ended(3) == "bye"
    with wave.open(str(path)) as file:
        assert file.getnframes() / file.getframerate() > 6.0
