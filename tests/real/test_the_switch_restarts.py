"""FreeSWITCH killed with -9 and started again with its databases: what `sofia recover` brings back."""

from __future__ import annotations

import contextlib
import sqlite3
import time

import gevent

from tests.real.conftest import (
    AWAY,
    MUSIC,
    Program,
    agent,
    another_world,
    channel,
    hears_only,
    in_conversation,
    leg_of,
    measured,
    serve_directory,
)
from tests.support.until import until
from tests.support.world import PartyState


def until_written_down(world, legs: int) -> None:
    """The switch writes its recovery table a little later than it does things."""
    database = sqlite3.connect(f"file:{world.switch.folder}/db/core.db?mode=ro", uri=True, timeout=5)
    with contextlib.closing(database):
        until(
            lambda: database.execute("select count(*) from recovery").fetchone()[0] >= legs,
            5,
            "recovery table",
        )


def test_conversations_and_music_come_back_where_the_far_end_answers_a_reinvite(tmp_path):
    with another_world(FS_APP_MEDIA_TIMEOUT_S="4") as world:
        serve_directory(world, ["1001"])
        program = Program(world, tmp_path)
        program.start("queue")
        try:
            phone = agent(world)
            caller, customer, agents = in_conversation(world, phone)
            world.switch.api(f"uuid_setvar {customer} fsapp_late yes")  # after the last answer or bridge
            waiting = [world.call(f"33100{n}") for n in range(3)]
            forgetful, gone, unanswered = world.call("33201"), world.call("33202"), None
            for party in (*waiting, forgetful, gone):
                until(lambda p=party: hears_only(p, MUSIC), 5, "the queue's music")
            legs = [leg_of(world, party) for party in waiting]
            forgetful_leg, gone_leg = leg_of(world, forgetful), leg_of(world, gone)
            forgetful.refuse_reinvite()
            gone.go_deaf()
            program.kill()
            program.start("ring")
            unanswered = world.call("33203")
            until(lambda: unanswered.state is PartyState.RINGING, 5, "ringing")
            until_written_down(world, 7)
            program.kill()
            world.kill_switch()
            killed = time.monotonic()
            world.start_switch()
            measured("switch restarted: s until ready", round(time.monotonic() - killed, 1))
            registered = world.switch.api("sofia_contact internal/1001@acme.test")
            measured("registrations after a restart of the switch", registered.partition("/sip")[0])
            assert registered.startswith("sofia/internal/"), "registrations live in a database of their own"
            measured("sofia recover says", world.switch.api("sofia recover", 20))
            until(lambda: hears_only(caller, phone.tone_hz), 5, "the conversation")
            until(lambda: hears_only(phone.line, caller.tone_hz), 5, "the conversation, other way")
            measured("kill -9 → both hear each other again, s", round(time.monotonic() - killed, 1))
            assert channel(world, customer)["variable_fsapp_did"] == "33123456789"
            assert "variable_fsapp_late" not in channel(world, customer), (
                "written down at answer and bridge only"
            )
            for party, leg in zip(waiting, legs, strict=True):
                until(lambda p=party: p.sound(), 5, "music again")
                assert channel(world, leg)["variable_recovered"] == "true"
            picture = channel(world, legs[0])
            measured(
                "Caller-Channel-Answered-Time of a recovered leg", picture["Caller-Channel-Answered-Time"]
            )
            until(lambda: not channel(world, forgetful_leg), 5, "the refusing end is dropped")
            until(lambda: not channel(world, gone_leg), 40, "the dead end is dropped")
            measured("dead end dropped after, s", round(time.monotonic() - killed, 1))
            assert unanswered.state is PartyState.RINGING, "nobody told a caller who was not answered yet"
            phone.hang_up()
            until(
                lambda: caller.sound() and not hears_only(caller, phone.tone_hz),
                5,
                "customer at home, with music",
            )
            assert not channel(world, agents)
        finally:
            program.kill()


def test_recovered_callers_reach_a_program_that_is_there_within_one_round_of_music(tmp_path):
    with another_world() as world:
        program = Program(world, tmp_path)
        program.start("quiet")
        try:
            callers = [world.call(f"33300{n}") for n in range(5)]
            for caller in callers:
                caller.talking(5)
            legs = {leg_of(world, caller) for caller in callers}
            program.kill()
            program.start("queue")
            until_written_down(world, 5)
            world.kill_switch()
            world.start_switch()
            world.switch.api("sofia recover", 20)
            until(lambda: all(caller.sound() for caller in callers), 4, "music of the switch")
            until(lambda: all(hears_only(caller, MUSIC) for caller in callers), 8, "music of the program")
            assert legs <= set(program.events("rang"))
        finally:
            program.kill()


def test_a_call_can_be_recovered_from_how_long_after_its_answer(tmp_path):
    with another_world() as world:
        delays = []
        for n in range(5):
            world.call(f"33500{n}").talking(5)
            answered = time.monotonic()
            until_written_down(world, n + 1)
            delays.append(round(time.monotonic() - answered, 2))
        measured("answer → in the recovery table, s", delays)


def test_callers_in_the_switchs_own_music_stay_in_it(tmp_path):
    with another_world(FS_APP_AWAY_LOOPS="30") as world:
        callers = [world.call(f"33400{n}") for n in range(3)]
        for caller in callers:
            until(lambda c=caller: hears_only(c, AWAY), 5, "music")
        until_written_down(world, 3)
        world.kill_switch()
        world.start_switch()
        world.switch.api("sofia recover", 20)
        until(lambda: all(hears_only(caller, AWAY) for caller in callers), 5, "music again")
        gevent.sleep(6)
        assert all(hears_only(caller, AWAY) for caller in callers), "rounds go on"
