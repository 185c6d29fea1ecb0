"""What a voice menu relies on: keys and sounds that meet each other."""

from __future__ import annotations

import time

from fs_app import facts as f
from tests.conformance.program import Program, hears_tone
from tests.support.until import until

NO_KEY = {"playback_terminators": "none"}


def tone(hz: int, ms: int) -> str:
    return f"tone_stream://%({ms},0,{hz})"


def keys(program: Program, leg: str) -> str:
    return "".join(x.digit for x in program.all(f.Digit, leg))


def lasts(program: Program, leg: str, ms: int) -> float:
    """Play a tone of so many milliseconds; how long it took (seconds)."""
    began = time.monotonic()
    command = program.switch.play(leg, [tone(350, ms)])
    program.fact(f.AppDone, leg, app_uuid=command.id)
    return time.monotonic() - began


def test_a_stop_when_nothing_plays_does_not_shorten_the_next_sound(program: Program) -> None:
    _, leg = program.caller()
    program.switch.stop_sound(leg).get(5)
    assert lasts(program, leg, 500) > 0.45


def test_a_stop_that_comes_just_after_the_end_does_not_shorten_the_next_sound(program: Program) -> None:
    _, leg = program.caller()
    for late in (0.0, 0.01, 0.02, 0.05):
        lasts(program, leg, 200)
        time.sleep(late)
        program.switch.stop_sound(leg)
        assert lasts(program, leg, 300) > 0.25, f"stopped {late} s after the end"


def test_a_stop_and_a_sound_sent_in_one_breath_are_carried_out_in_this_order(program: Program) -> None:
    _, leg = program.caller()
    for n in range(12):
        first = program.switch.play(leg, [tone(350, 9000)])
        time.sleep(0.1 + 0.003 * n)
        began = time.monotonic()
        program.switch.stop_sound(leg)
        second = program.switch.play(leg, [tone(360, 300)])
        program.fact(f.AppDone, leg, app_uuid=first.id, timeout=3)
        assert time.monotonic() - began < 0.25
        program.fact(f.AppDone, leg, app_uuid=second.id, timeout=3)
        assert time.monotonic() - began > 0.25


def test_keys_are_told_during_a_sound_that_none_of_them_ends(program: Program) -> None:
    caller, leg = program.caller()
    program.switch.set_variables(leg, NO_KEY).get(5)
    command = program.switch.play(leg, [tone(350, 2500)])
    began = time.monotonic()
    until(lambda: hears_tone(caller, 350), 3, "the sound", step=0.05)
    caller.press("1*5#")
    until(lambda: keys(program, leg) == "1*5#", 2.0, f"keys {keys(program, leg)}")
    program.fact(f.AppDone, leg, app_uuid=command.id)
    assert time.monotonic() - began > 2.4


def test_no_key_is_lost_while_one_sound_takes_the_place_of_another(program: Program) -> None:
    caller, leg = program.caller()
    program.switch.set_variables(leg, NO_KEY).get(5)
    program.switch.play(leg, [tone(350, 6000)]).get(5)
    until(lambda: hears_tone(caller, 350), 3, "the sound", step=0.05)
    caller.press("123456")
    for n in range(1, 7):
        until(lambda n=n: len(keys(program, leg)) >= n, 3, "a key")  # type: ignore[misc]
        program.switch.stop_sound(leg)
        program.switch.play(leg, [tone(360, 3000)])
    until(lambda: keys(program, leg) == "123456", 3, f"keys {keys(program, leg)}")


def test_keys_before_the_first_sound_are_told(program: Program) -> None:
    caller, leg = program.caller()
    caller.press("12")
    until(lambda: keys(program, leg) == "12", 5, f"keys {keys(program, leg)}")
    assert lasts(program, leg, 300) > 0.25


def test_a_leg_that_is_sent_home_in_the_middle_of_a_sound_rings_again(program: Program) -> None:
    _, leg = program.caller()
    program.switch.play(leg, [tone(350, 9000)]).get(5)
    since = program.mark()
    program.switch.send_home(leg).get(5)
    program.fact(f.Rang, leg, since=since)
    assert lasts(program, leg, 300) > 0.25
