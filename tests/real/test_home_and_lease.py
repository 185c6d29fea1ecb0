"""What a caller hears while the program lives, dies and freezes."""

from __future__ import annotations

import time

import gevent
import pytest

from tests.real.conftest import (
    APOLOGY,
    AWAY,
    GREETING,
    MUSIC,
    Program,
    hears_only,
    leg_of,
    longest_silence,
    measured,
)
from tests.support.real_world import RealWorld
from tests.support.until import until
from tests.support.world import PartyState

SOUND = {"ring": None, "greet": GREETING, "queue": MUSIC}


def settled(world: RealWorld, program: Program, mode: str):
    """A caller whom the program has put where `mode` says."""
    caller = world.call("33123456789")
    if mode == "ring":
        until(lambda: caller.state is PartyState.RINGING, 5, "ringing")
    else:
        caller.talking(5)
        until(lambda: hears_only(caller, SOUND[mode]), 5, mode)
    return caller


def test_without_a_program_a_caller_hears_music_and_after_the_last_round_an_apology(world, program):
    caller = world.call("33123456789")
    caller.talking(3)
    until(lambda: hears_only(caller, AWAY), 3, "music")
    until(lambda: hears_only(caller, APOLOGY), 12, "apology")
    assert caller.ended(3) == "bye"
    history = caller.history([AWAY, APOLOGY], 11.0)
    assert history.count(AWAY) >= 70, "four rounds of two seconds"
    assert longest_silence(caller, 8.0) <= 0.3


def test_a_program_that_comes_back_hears_the_bell_of_a_caller_in_music(world, program):
    caller = world.call("33123456789")
    until(lambda: hears_only(caller, AWAY), 5, "music")
    program.start("queue")
    until(lambda: hears_only(caller, MUSIC), 4, "the program's own music")
    assert program.events("rang") == [leg_of(world, caller)]


@pytest.mark.parametrize("mode", ["ring", "greet", "queue"])
def test_a_killed_program_loses_nobody(world, program, mode):
    program.start(mode)
    caller = settled(world, program, mode)
    program.kill()
    if mode == "ring":
        until(lambda: hears_only(caller, AWAY), 3, "music without the program")
    else:
        gevent.sleep(3.5)
        assert caller.state is PartyState.TALKING
    killed = time.monotonic()
    program.start("queue+takeback")
    until(lambda: hears_only(caller, MUSIC), 5, "back in the program's hands")
    if mode != "ring":
        silence = longest_silence(caller, 3.5 + time.monotonic() - killed)
        measured(f"killed in {mode}, taken back after 3.5 s: longest silence, s", silence)


def test_killed_twice_in_a_row_twenty_waiting_callers_are_all_there(world, program):
    program.start("queue")
    callers = [world.call(f"331000000{n:02d}") for n in range(20)]
    for caller in callers:
        until(lambda c=caller: hears_only(c, MUSIC), 10, "music")
    program.kill()
    program.start_without_waiting("queue+takeback")
    gevent.sleep(0.4)  # in the middle of taking back
    program.kill()
    gevent.sleep(1.0)
    program.start("queue+takeback")
    for caller in callers:
        until(lambda c=caller: hears_only(c, MUSIC), 8, "music again")
    assert all(caller.state is PartyState.TALKING for caller in callers)


@pytest.mark.parametrize("mode", ["ring", "greet", "queue"])
def test_a_frozen_program_is_left_after_its_lease_and_the_caller_hears_music(world, program, mode):
    program.start(mode)
    caller = settled(world, program, mode)
    program.freeze()
    began = time.monotonic()
    until(lambda: hears_only(caller, AWAY, 0.1), 8, "music without the program")
    took = time.monotonic() - began
    measured(f"frozen in {mode}: s until the switch's own music", round(took, 1))
    if mode != "ring":
        measured(f"frozen in {mode}: longest silence, s", longest_silence(caller, took + 0.5))
    program.thaw()
    until(lambda: len(program.events("rang")) >= 2, 4, "at the door again")


def test_a_call_that_rings_at_a_program_frozen_just_after_renewing_waits_at_most_lease_and_guard(
    world, program
):
    program.start("queue")
    before = world.switch.api("global_getvar fsapp_lease")
    until(lambda: world.switch.api("global_getvar fsapp_lease") != before, 3, "a renewal", step=0.02)
    program.freeze()
    began = time.monotonic()
    caller = world.call("33123456789")
    until(lambda: hears_only(caller, AWAY, 0.1), 10, "music")
    waited = time.monotonic() - began
    measured("frozen just after renewing the lease, a new call: s until music", round(waited, 1))
    assert waited < 6.0


def test_a_frozen_program_does_not_cut_a_conversation(world, program):
    program.start("queue")
    caller, agent = settled(world, program, "queue"), settled(world, program, "queue")
    a, b = leg_of(world, caller), leg_of(world, agent)
    world.switch.api(f"uuid_setvar {b} park_after_bridge true")
    world.switch.api(f"uuid_setvar {b} transfer_after_bridge")
    world.switch.api(f"uuid_bridge {a} {b}")
    until(lambda: hears_only(caller, agent.tone_hz), 3, "the agent")
    program.freeze()
    gevent.sleep(6)
    assert hears_only(caller, agent.tone_hz, 2.0)
    assert hears_only(agent, caller.tone_hz, 2.0)
    agent.hang_up()
    until(lambda: hears_only(caller, AWAY), 3, "music after the agent's hang-up")


def test_a_killed_program_does_not_cut_a_conversation(world, program):
    program.start("queue")
    caller, agent = settled(world, program, "queue"), settled(world, program, "queue")
    a, b = leg_of(world, caller), leg_of(world, agent)
    world.switch.api(f"uuid_setvar {b} park_after_bridge true")
    world.switch.api(f"uuid_setvar {b} transfer_after_bridge")
    world.switch.api(f"uuid_bridge {a} {b}")
    until(lambda: hears_only(caller, agent.tone_hz), 3, "the agent")
    program.kill()
    gevent.sleep(4)
    measured(
        "killed in a conversation: longest silence, s",
        4.0 if not hears_only(caller, agent.tone_hz, 4.0) else 0,
    )
    assert hears_only(caller, agent.tone_hz, 2.0)
    assert hears_only(agent, caller.tone_hz, 2.0)
    program.start("queue+takeback")
    gevent.sleep(1)
    assert hears_only(caller, agent.tone_hz)


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_a_conference_goes_on_without_the_program(world, program, fault):
    program.start("queue")
    three = [settled(world, program, "queue") for _ in range(3)]
    for party in three:
        world.switch.api(f"uuid_transfer {leg_of(world, party)} conference:spike@default inline")
    tones = [party.tone_hz for party in three]
    until(lambda: min(three[0].hears(tones[1:]).get(t, 0) for t in tones[1:]) > 0.2, 5, "both others")
    program.kill() if fault == "kill" else program.freeze()
    gevent.sleep(6)
    for party in three:
        heard = party.hears(tones, 1.0)
        assert all(heard[t] > 0.2 for t in tones if t != party.tone_hz), heard


def test_frozen_in_the_middle_of_taking_back_everybody_hears_music_and_comes_back_after(world, program):
    program.start("queue")
    callers = [world.call(f"332000000{n}") for n in range(10)]
    for caller in callers:
        until(lambda c=caller: hears_only(c, MUSIC), 10, "music")
    program.kill()
    program.start_without_waiting("queue+takeback")
    until(lambda: program.events("takeback"), 5, "the first is taken back", step=0.002)
    program.freeze()
    taken = len(program.events("takeback"))
    began = time.monotonic()
    until(
        lambda: all(hears_only(caller, AWAY) for caller in callers), 12, "the switch's own music, everybody"
    )
    measured(
        f"frozen after taking back {taken} of 10: s until all in the switch's music",
        round(time.monotonic() - began, 1),
    )
    worst = max(longest_silence(caller, time.monotonic() - began + 1) for caller in callers)
    measured("frozen in recovery: longest silence of anybody, s", worst)
    program.thaw()
    until(lambda: all(hears_only(caller, MUSIC) for caller in callers), 8, "the program's music, everybody")


def test_a_second_session_of_a_leg_may_end_first_or_last_without_losing_the_caller(world, program):
    """The leg is sent home while its old session lives: the program then has two; it closes the old one."""
    program.start("quiet")
    caller = settled_quietly(world)
    leg = leg_of(world, caller)
    world.switch.api(f"uuid_transfer {leg} home XML fsapp")
    until(lambda: program.events("rang") == [leg, leg], 3, "a second session")
    assert program.events("closed") == [], "the switch keeps the old one open"
    program.close_first_session()
    began = time.monotonic()
    until(lambda: hears_only(caller, AWAY), 3, "a round of the switch's music")
    until(lambda: len(program.events("rang")) == 3, 5, "at the door again")
    measured(
        "old session closed while a newer lives: s until the leg rings again",
        round(time.monotonic() - began, 1),
    )
    assert caller.state is PartyState.TALKING


def settled_quietly(world):
    caller = world.call("33123456789")
    caller.talking(5)
    return caller
