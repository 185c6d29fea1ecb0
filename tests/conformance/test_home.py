"""`home` and lease: what happens to a caller when the program is there, away, or lets go."""

from __future__ import annotations

from fs_app import facts as f
from tests.conformance.conftest import APOLOGY_HZ, AWAY_HZ
from tests.conformance.program import Program, hears_tone
from tests.support.until import until


def test_without_a_lease_the_caller_hears_music_and_rings_when_it_is_back(program: Program) -> None:
    program.drop_lease()
    party = program.world.call("0123")
    party.talking(3)
    until(lambda: hears_tone(party, AWAY_HZ), 3, "music of the dialplan", step=0.1)
    leg = program.leg_of(party)
    assert not program.all(f.Rang, leg)
    program.hold_lease()
    program.fact(f.Rang, leg, timeout=5)


def test_after_the_last_round_without_a_program_there_is_an_apology_and_the_end(program: Program) -> None:
    program.drop_lease()
    party = program.world.call("0123")
    until(lambda: hears_tone(party, APOLOGY_HZ), 15, "apology", step=0.1)
    assert party.ended(5) == "bye"
    assert program.gone(program.leg_of(party)).cause == "NORMAL_TEMPORARY_FAILURE"


def test_a_door_that_closes_sends_the_caller_on_in_the_dialplan_and_back_to_the_door(
    program: Program,
) -> None:
    party, leg = program.caller()
    since = program.mark()
    program.door.close(leg)
    program.fact(f.DoorClosed, leg)
    until(lambda: hears_tone(party, AWAY_HZ), 3, "music of the dialplan", step=0.1)
    program.fact(f.Rang, leg, timeout=6, since=since)


def test_nobody_at_the_door_means_music_and_another_try(program: Program) -> None:
    program.door.stop()
    party = program.world.call("0123")
    until(lambda: hears_tone(party, AWAY_HZ), 3, "music of the dialplan", step=0.1)
    party.talking(1)


def test_sending_a_leg_home_rings_at_the_door_again(program: Program) -> None:
    party, leg = program.caller()
    since = program.mark()
    program.switch.send_home(leg).get(5)
    second = program.fact(f.Rang, leg, since=since)
    assert second.session > program.fact(f.Rang, leg).session
    assert party.state == "talking"
    # the first session stays open beside the second one: closing it would move the caller on
    assert not program.all(f.DoorClosed, leg)


def test_a_lease_that_runs_out_under_a_waiting_caller_brings_him_music(program: Program) -> None:
    party, leg = program.caller()
    program.drop_lease()
    until(lambda: hears_tone(party, AWAY_HZ), 6, "music of the dialplan", step=0.1)
    assert program.switch.exists(leg).get(5)


def test_variables_of_ours_travel_with_the_channel(program: Program) -> None:
    _, leg = program.caller()
    program.switch.set_variables(leg, {"fsapp_ticket": "42", "fsapp_queue": "7"}).get(5)
    since = program.mark()
    program.switch.send_home(leg).get(5)
    rang = program.fact(f.Rang, leg, since=since)
    assert rang.variables["fsapp_ticket"] == "42"
    assert rang.variables["fsapp_queue"] == "7"
