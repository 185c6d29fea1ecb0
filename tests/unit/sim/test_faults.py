"""What only the simulator can do on request: half frames, lost and swapped events, slow replies, a full stop."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from fs_app import facts as f
from fs_app.errors import SwitchError
from fs_app.sim.world import SimWorld
from tests.conformance.program import Program
from tests.support.until import until


@pytest.fixture(scope="module")
def world() -> Iterator[SimWorld]:
    world = SimWorld(check_users=False)
    yield world
    world.close()


@pytest.fixture
def program(world: SimWorld) -> Iterator[Program]:
    program = Program(world)  # type: ignore[arg-type]
    program.start()
    yield program
    world.mend_link()
    program.stop()


@pytest.mark.parametrize("kind", ["drop", "half"])
def test_a_link_that_breaks_comes_back(program: Program, world: SimWorld, kind: str) -> None:
    _, leg = program.caller()
    since = program.mark()
    world.fault(kind)
    program.fact(f.LinkDown, since=since)
    program.fact(f.LinkUp, since=since)
    assert program.switch.exists(leg).get(5)


def test_lost_events_are_lost_and_the_switch_goes_on(program: Program, world: SimWorld) -> None:
    world.fault("lose", events={"CHANNEL_ANSWER": 1.0})
    party = world.call("0100")
    leg = program.leg_of(party)  # type: ignore[arg-type]
    program.fact(f.Rang, leg)
    program.switch.answer(leg).get(5)
    party.talking(3)
    assert not program.all(f.LegAnswered, leg)


def test_the_last_event_of_a_leg_may_come_before_the_one_but_last(program: Program, world: SimWorld) -> None:
    party, leg = program.caller()
    world.fault("swap")
    party.hang_up()
    ended = program.gone(leg)
    assert (ended.cause, ended.by_far_end) == ("NORMAL_CLEARING", True)
    until(lambda: not program.switch.exists(leg).get(5), 3)
    assert len(program.all(f.LegHungUp, leg)) == 1


def test_slow_replies_are_slow(program: Program, world: SimWorld) -> None:
    world.fault("slow", seconds=0.4)
    began = time.monotonic()
    program.switch.status().get(5)
    assert 0.3 < time.monotonic() - began < 2.0


def test_a_frozen_switch_answers_nothing_until_it_thaws(program: Program, world: SimWorld) -> None:
    _, leg = program.caller()
    since = program.mark()
    world.freeze_switch()
    pending = program.switch.exists(leg)
    program.fact(f.LinkDown, since=since, timeout=6)
    assert isinstance(program.refused(pending), SwitchError)
    world.thaw_switch()
    program.fact(f.LinkUp, since=since, timeout=6)
    assert program.switch.exists(leg).get(5)


def test_callers_act_by_themselves_as_told(program: Program, world: SimWorld) -> None:
    party = world.call("0100", patience=0.5)
    leg = program.leg_of(party)  # type: ignore[arg-type]
    assert program.gone(leg, 3).cause == "ORIGINATOR_CANCEL"
    talker = world.call("0100", hang_up_after=0.4, digits=[[0.1, "5"]])
    leg = program.leg_of(talker)  # type: ignore[arg-type]
    program.fact(f.Rang, leg)
    program.switch.answer(leg).get(5)
    assert program.fact(f.Digit, leg).digit == "5"
    assert program.gone(leg, 3).by_far_end


def test_a_phone_without_power_never_answers(program: Program, world: SimWorld) -> None:
    phone = world.phone("1009", "", "d.example.net")
    phone.register()
    phone.die()
    _, pending = program.dial(program.fact(f.PhoneRegistered, user="1009").contact, ring_s=1)
    assert pending.get(5).cause == "NO_ANSWER"


def test_the_demo_calls_and_its_phones_answer(program: Program, world: SimWorld) -> None:
    phones = [{"user": "1", "domain": "demo.example.net"}]
    world.control.ask(do="demo", dids=["0100"], per_hour=36000, most=3, phones=phones, answer_mean_s=0.1)
    until(lambda: len({x.leg for x in program.all(f.Rang)}) >= 3, 5, "three demo callers")
    _, pending = program.dial(program.fact(f.PhoneRegistered, user="1").contact, park_after_bridge="true")
    assert pending.get(10).answered
    assert world.control.ask(do="demo", stop=True)["calls_made"] >= 3


def test_a_phone_that_loses_power_in_a_call_is_hung_up_by_the_media_timeout() -> None:
    own = SimWorld({"FS_APP_MEDIA_TIMEOUT_S": "0.5"}, check_users=False)
    program = Program(own)  # type: ignore[arg-type]
    program.start()
    try:
        phone = own.phone("1", "", "d.example.net")
        phone.register()
        phone.answer_by_itself(0.0)
        leg, pending = program.dial(
            program.fact(f.PhoneRegistered, user="1").contact, park_after_bridge="true"
        )
        assert pending.get(5).answered
        phone.die()
        assert program.gone(leg, 3).cause == "MEDIA_TIMEOUT"
    finally:
        program.stop()
        own.close()


def test_what_was_answered_a_moment_before_a_crash_was_not_written_down(
    program: Program, world: SimWorld
) -> None:
    _, leg = program.caller()
    since = program.mark()
    world.kill_switch()
    program.fact(f.LinkDown, since=since)
    world.start_switch()
    program.fact(f.LinkUp, since=since, timeout=8)
    assert program.switch.sofia_recover().get(5) == 0
    assert not program.switch.exists(leg).get(5)


def test_who_calls_a_dead_switch_is_there_when_it_is_back_unless_he_gave_up(world: SimWorld) -> None:
    world.kill_switch()
    patient, other = world.call("0100"), world.call("0100")
    other.hang_up()
    assert (patient.state, other.state, other.cause) == ("dialing", "ended", "own")
    assert world.legs() == 0
    world.start_switch()
    until(lambda: patient.leg, 5, "his INVITE came again")
    looks = world.control.ask(do="crowd", parties=[patient.id, other.id, "nobody"])["crowd"]
    assert looks[other.id] == ["ended", "own", False]
    assert set(looks) == {patient.id, other.id}
    patient.hang_up()
