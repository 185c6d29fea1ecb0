"""What a leg hears and keys: sounds, digits, breaks."""

from __future__ import annotations

import time

from fs_app import facts as f
from fs_app.ports import DigitSpec
from tests.conformance.program import Program, hear_each_other, hears_tone
from tests.support.until import until


def tone(hz: int, ms: int) -> str:
    return f"tone_stream://%({ms},0,{hz})"


def test_a_sound_plays_for_its_duration_and_tells_its_end(program: Program) -> None:
    caller, leg = program.caller()
    command = program.switch.play(leg, [tone(350, 1000)])
    command.get(5)
    began = time.monotonic()
    until(lambda: hears_tone(caller, 350), 2, "the sound", step=0.05)
    done = program.fact(f.AppDone, leg, app_uuid=command.id)
    assert 0.8 < time.monotonic() - began < 1.8
    assert (done.app, done.response) == ("playback", "FILE PLAYED")
    assert program.fact(f.PlaybackStopped, leg).completed


def test_several_files_play_one_after_the_other(program: Program) -> None:
    _, leg = program.caller()
    began = time.monotonic()
    command = program.switch.play(leg, [tone(350, 500), tone(360, 500), "silence_stream://300"])
    program.fact(f.AppDone, leg, app_uuid=command.id)
    assert 1.0 < time.monotonic() - began < 2.2


def test_a_missing_file_is_told_at_once(program: Program) -> None:
    _, leg = program.caller()
    command = program.switch.play(leg, ["/nonexistent/file.wav"])
    done = program.fact(f.AppDone, leg, app_uuid=command.id)
    assert done.response == "FILE NOT FOUND"


def ends(program: Program, leg: str) -> list[str]:
    return [x.app_uuid for x in program.all(f.AppDone, leg) if x.app == "playback"]


def test_a_sound_sent_while_another_plays_comes_first_and_the_other_goes_on_after_it(
    program: Program,
) -> None:
    """Commands nest in the sound that runs (switch_ivr_parse_all_events): the last in is the first out."""
    _, leg = program.caller()
    commands = [program.switch.play(leg, [tone(hz, 300)]) for hz in (350, 360, 370)]
    ids = [command.id for command in commands]
    until(lambda: len(ends(program, leg)) == 3, 5, "three ends")
    assert ends(program, leg) == ids[::-1]


def test_stop_sound_breaks_off_and_drops_what_waits(program: Program) -> None:
    caller, leg = program.caller()
    command = program.switch.play(leg, [tone(350, 20000)])
    until(lambda: hears_tone(caller, 350), 3, "the sound", step=0.05)
    program.switch.stop_sound(leg).get(5)
    program.fact(f.AppDone, leg, app_uuid=command.id)
    assert not program.fact(f.PlaybackStopped, leg).completed
    until(lambda: not caller.sound(), 2, "silence", step=0.1)


def test_music_without_end_ends_after_its_time(program: Program) -> None:
    caller, leg = program.caller()
    began = time.monotonic()
    command = program.switch.music(leg, "tone_stream://%(1000,0,300);loops=-1", 2)
    until(lambda: hears_tone(caller, 300), 2, "the music", step=0.05)
    done = program.fact(f.AppDone, leg, app_uuid=command.id)
    assert 1.7 < time.monotonic() - began < 3.2
    assert done.response == "FILE PLAYED"


def test_a_bridge_breaks_the_music_off(program: Program) -> None:
    caller, customer = program.caller()
    music = program.switch.music(customer, "tone_stream://%(1000,0,275);loops=-1", 60)
    until(lambda: hears_tone(caller, 275), 2, "the music", step=0.05)
    phone, agent = program.person("0600000031")
    program.bridged(agent, customer)
    program.fact(f.AppDone, customer, app_uuid=music.id)
    hear_each_other(caller, phone)
    until(lambda: not hears_tone(caller, 275, 0.1), 2, "no music any more", step=0.1)


def test_a_file_over_the_conversation_is_mixed_in(program: Program) -> None:
    caller, customer = program.caller()
    program.switch.music(customer, "tone_stream://%(1000,0,275);loops=-1", 60).get(5)
    until(lambda: hears_tone(caller, 275), 2, "the music", step=0.05)
    program.switch.whisper_over(customer, tone(925, 1500)).get(5)
    until(lambda: hears_tone(caller, 925, 0.05), 2, "the announcement", step=0.05)
    assert hears_tone(caller, 275, 0.05)
    until(lambda: not hears_tone(caller, 925, 0.05), 4, "the announcement is over", step=0.1)


def ask(program: Program, leg: str, **changes: object) -> str:
    spec = {
        "prompt": "silence_stream://100",
        "least": 1,
        "most": 4,
        "timeout_ms": 2000,
        "inter_digit_ms": 1500,
    }
    return program.switch.collect_digits(leg, DigitSpec(**{**spec, **changes})).id  # type: ignore[arg-type]


def test_digits_until_the_terminator(program: Program) -> None:
    caller, leg = program.caller()
    uuid = ask(program, leg)
    caller.press("123#")
    assert program.fact(f.AppDone, leg, app_uuid=uuid).digits == "123"


def test_the_last_of_most_digits_ends_the_question(program: Program) -> None:
    caller, leg = program.caller()
    uuid = ask(program, leg, most=2, timeout_ms=5000, inter_digit_ms=5000)
    caller.press("12")
    began = time.monotonic()
    assert program.fact(f.AppDone, leg, app_uuid=uuid).digits == "12"
    assert time.monotonic() - began < 2.5


def test_a_key_ends_the_prompt(program: Program) -> None:
    caller, leg = program.caller()
    uuid = ask(program, leg, most=1, prompt=tone(350, 15000))
    until(lambda: hears_tone(caller, 350), 3, "the prompt", step=0.05)
    caller.press("7")
    assert program.fact(f.AppDone, leg, app_uuid=uuid, timeout=4).digits == "7"


def test_nothing_entered_is_no_digit_even_after_an_earlier_answer(program: Program) -> None:
    caller, leg = program.caller()
    first = ask(program, leg, most=1)
    caller.press("5")
    assert program.fact(f.AppDone, leg, app_uuid=first).digits == "5"
    second = ask(program, leg, most=1, timeout_ms=700)
    assert program.fact(f.AppDone, leg, app_uuid=second).digits == ""


def test_digits_that_do_not_match_are_asked_for_again(program: Program) -> None:
    caller, leg = program.caller()
    uuid = ask(program, leg, most=1, tries=2, timeout_ms=4000, pattern="[12]")
    time.sleep(0.3)
    caller.press("9")
    until(lambda: program.all(f.Digit, leg), 3, "first key")
    time.sleep(0.8)
    caller.press("2")
    assert program.fact(f.AppDone, leg, app_uuid=uuid, timeout=8).digits == "2"


def test_saying_without_a_voice_ends_all_the_same(program: Program) -> None:
    _, leg = program.caller()
    command = program.switch.say(leg, "en", "number", "pronounced", "42")
    command.get(5)
    assert program.fact(f.AppDone, leg, timeout=10, app_uuid=command.id).app == "say"


def test_keys_can_be_sent_to_the_party(program: Program) -> None:
    _, leg = program.person("0600000032")
    program.switch.send_dtmf(leg, "12#").get(5)
