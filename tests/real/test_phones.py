"""Telephones: they register whatever the program does, and one that dies in a call does not keep the customer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import gevent
import pytest

from fs_app.directory import process, snapshot
from tests.real.conftest import (
    DOMAIN,
    MUSIC,
    SECRET,
    Program,
    agent,
    another_world,
    hears_only,
    in_conversation,
    measured,
    serve_directory,
)
from tests.support.real_world import RealWorld
from tests.support.until import until
from tests.support.world import PartyState

MANY = 200
PARENT = (
    "import sys, time; from fs_app.directory import process; "
    "process.ensure_running('127.0.0.1', int(sys.argv[1]), sys.argv[2]); print('up', flush=True); time.sleep(600)"
)


def register_all(phones) -> tuple[float, list[int]]:
    """REGISTER all at the same time; (s until the last answer, statuses)."""
    began = time.monotonic()
    answers: list[int] = []
    for phone in phones:
        phone.begin_registration(3600, answers)
    until(lambda: len(answers) == len(phones), 60, "all answers", step=0.005)
    return time.monotonic() - began, answers


@pytest.mark.parametrize("fault", ["frozen", "killed"])
def test_two_hundred_phones_register_and_register_again_while_the_program_is(fault, tmp_path: Path):
    with another_world() as world:
        users = [str(user) for user in range(2000, 2000 + MANY)]
        file = tmp_path / "users.json"
        snapshot.write(
            file, [snapshot.User(u, DOMAIN, snapshot.a1_hash(u, DOMAIN, SECRET), "acme") for u in users]
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, str(world.switch.directory_port), str(file)],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            assert parent.stdout and parent.stdout.readline() == b"up\n"
            os.killpg(parent.pid, signal.SIGSTOP if fault == "frozen" else signal.SIGKILL)
            phones = [world.phone(user, SECRET, DOMAIN) for user in users]
            first, statuses = register_all(phones)
            assert statuses == [200] * MANY
            again, statuses = register_all(phones)
            assert statuses == [200] * MANY
            measured(
                f"{MANY} REGISTER, program {fault}: s for all, first time and again",
                (round(first, 2), round(again, 2)),
            )
            assert first < 10 and again < 10
        finally:
            parent.kill()
            parent.wait()


def test_with_the_directory_itself_dead_known_phones_register_from_the_switchs_cache(tmp_path):
    with another_world() as world:
        serve_directory(world, ["1001", "1002"])
        known, unknown = (world.phone(user, SECRET, DOMAIN) for user in ("1001", "1002"))
        known.register()
        process.stop("127.0.0.1", world.switch.directory_port)
        began = time.monotonic()
        known.register()
        assert time.monotonic() - began < 1
        assert unknown.registration(5, 3600) == 403
        world.switch.api(f"xml_flush_cache id 1001 {DOMAIN}")
        assert known.registration(5, 3600) == 403


def test_wrong_passwords_and_unknown_users_are_refused(world: RealWorld, directory):
    assert world.phone("1001", "wrong", DOMAIN).registration(5, 3600) == 403
    assert world.phone("4242", SECRET, DOMAIN).registration(5, 3600) == 403
    assert world.phone("1001", SECRET, "other.test").registration(5, 3600) == 403


def test_a_phone_that_dies_in_a_call_gives_the_customer_back_by_media_timeout(tmp_path):
    with another_world(FS_APP_MEDIA_TIMEOUT_S="3") as world:
        serve_directory(world, ["1001"])
        program = Program(world, tmp_path)
        program.start("queue")
        try:
            phone = agent(world)
            caller, customer, agents = in_conversation(world, phone)
            phone.hold()
            until(lambda: phone.state is PartyState.HELD, 3, "held")
            phone.line.quiet()
            gevent.sleep(5)
            assert phone.state is PartyState.HELD, "a phone on hold may be silent"
            phone.unhold()
            until(lambda: hears_only(caller, phone.tone_hz), 3, "the agent again")
            with world.switch.esl() as esl:
                esl.subscribe("CHANNEL_HANGUP_COMPLETE")
                phone.die()
                died = time.monotonic()
                until(lambda: hears_only(caller, MUSIC, 0.1), 10, "the program's music")
                measured(
                    "phone dead, media time-out 3 s: customer at home after, s",
                    round(time.monotonic() - died, 1),
                )
                event = esl.event(5)
            assert event is not None and event["Unique-ID"] == agents
            measured("phone dead: Hangup-Cause", event["Hangup-Cause"])
            measured("phone dead: sip_hangup_disposition", event.get("variable_sip_hangup_disposition"))
            assert event["Hangup-Cause"] == "MEDIA_TIMEOUT"
            assert program.events("rang") == [customer, customer]
        finally:
            program.kill()


def test_a_phone_that_hangs_up_says_so(world, program, directory):
    program.start("queue")
    phone = agent(world)
    caller, _, agents = in_conversation(world, phone)
    with world.switch.esl() as esl:
        esl.subscribe("CHANNEL_HANGUP_COMPLETE")
        phone.hang_up()
        event = esl.event(5)
    assert event is not None and event["Unique-ID"] == agents
    measured("agent hangs up: Hangup-Cause", event["Hangup-Cause"])
    measured("agent hangs up: sip_hangup_disposition", event.get("variable_sip_hangup_disposition"))
    assert event["Hangup-Cause"] == "NORMAL_CLEARING"
    assert event["variable_sip_hangup_disposition"] == "recv_bye"
    until(lambda: hears_only(caller, MUSIC), 4, "customer back in the queue")
