"""A call to a colleague: his own telephone, then the other's; no customer, no queue, no verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.agents.state import Presence, Work
from fs_app.calls.stages import Stage
from fs_app.calls.targets import AgentAway, AgentBusy, AgentNoPhone
from fs_app.outgoing.service import NotFree
from tests.unit.core.world import DOMAIN
from tests.unit.outgoing.centre import Centre


def calls_colleague(world: Centre) -> tuple[str, str]:
    """Agent 1 has picked up his own telephone, that of agent 2 rings: (call, leg of agent 1)."""
    call = world.outgoing.dial_colleague(1, 2)
    leg = world.his_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    return call, leg


def other_leg(world: Centre, call: str) -> str:
    (line,) = world.call(call).lines.values()
    world.tell(f.LegCreated(world.at, line.leg, inbound=False), f.LegRinging(world.at, line.leg))
    return line.leg


def talk(world: Centre) -> tuple[str, str, str]:
    call, leg = calls_colleague(world)
    other = other_leg(world, call)
    world.picks_up(other)
    world.clock.advance(1)
    world.calls.settle()
    world.bridged(leg, other)
    return call, leg, other


def test_both_talk_and_nobody_qualifies(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work(1, 2)
    call, leg = calls_colleague(world)
    assert (world.stage(call), world.work(1), world.work(2)) == (Stage.STAYING, Work.DIALING, Work.OFFERED)
    assert world.shown() == ("DIALING", "")
    other = other_leg(world, call)
    assert world.shown() == ("RINGING", "")
    assert world.originate(other).caller_name == "Agent 1"
    world.is_whole()
    world.picks_up(other)
    world.clock.advance(1)
    world.calls.settle()
    assert [c.args for c in world.switch.of("bridge")] == [(leg, other)]
    world.bridged(leg, other)
    assert (world.work(1), world.work(2), world.shown()) == (Work.ACTIVE, Work.ACTIVE, ("TALKING", ""))
    world.is_whole()
    world.hangs_up(other)
    assert world.hung_up(leg)
    world.hangs_up(leg, by_far_end=False)
    assert (world.stage(call), world.work(1), world.work(2)) == (None, Work.IDLE, Work.IDLE)
    assert (world.outcome(), world.shown()) == ("answered", ("ENDED", ""))
    assert world.agent(1).presence is world.agent(2).presence is Presence.UNAVAILABLE
    world.is_whole()


@pytest.mark.parametrize("who", ["himself", "the other"])
def test_whoever_hangs_up_ends_it_for_both(tmp_path: Path, who: str) -> None:
    world = Centre(tmp_path)
    world.at_work(1, 2)
    call, leg, other = talk(world)
    first, second = (leg, other) if who == "himself" else (other, leg)
    world.hangs_up(first)
    assert world.hung_up(second)
    world.hangs_up(second, by_far_end=False)
    assert (world.stage(call), world.work(1), world.work(2)) == (None, Work.IDLE, Work.IDLE)
    world.is_whole()


@pytest.mark.parametrize(
    ("cause", "why"), [("NO_ANSWER", "no_answer"), ("USER_BUSY", "busy"), ("CALL_REJECTED", "rejected")]
)
def test_a_colleague_who_does_not_pick_up(tmp_path: Path, cause: str, why: str) -> None:
    world = Centre(tmp_path)
    world.at_work(1, 2)
    call, leg = calls_colleague(world)
    world.refuses(other_leg(world, call), cause)
    assert world.hung_up(leg)
    world.hangs_up(leg, by_far_end=False)
    assert (world.stage(call), world.work(1), world.work(2)) == (None, Work.IDLE, Work.IDLE)
    assert (world.outcome(), world.shown()) == ("unreachable", ("ENDED", why))
    world.is_whole()


def test_he_gives_up_while_the_colleague_is_called(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work(1, 2)
    call, leg = calls_colleague(world)
    other = other_leg(world, call)
    world.hangs_up(leg)
    assert world.hung_up(other)
    world.refuses(other, "ORIGINATOR_CANCEL")
    assert (world.stage(call), world.work(1), world.work(2)) == (None, Work.IDLE, Work.IDLE)
    world.is_whole()


def test_a_colleague_who_is_not_there_busy_or_without_telephone(tmp_path: Path) -> None:
    world = Centre(tmp_path, agents=(1, 2, 3))
    world.at_work(1)
    with pytest.raises(AgentAway):
        world.outgoing.dial_colleague(1, 2)
    world.agents.log_in(2)
    with pytest.raises(AgentNoPhone):
        world.outgoing.dial_colleague(1, 2)
    world.ready(2)
    world.talking()
    with pytest.raises(AgentBusy):
        world.outgoing.dial_colleague(1, 2)
    with pytest.raises(NotFree):
        world.outgoing.dial_colleague(3, 1)
    assert world.work(1) is Work.IDLE


def test_his_number_typed_is_he(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work(1, 2)
    call = world.dials("1002")
    assert world.call(call).to_agent == 2
    assert world.dials("1002") == call


def test_a_colleague_who_gets_a_call_meanwhile_is_not_called(tmp_path: Path) -> None:
    world = Centre(tmp_path)
    world.at_work(1)
    world.ready(2)
    call = world.outgoing.dial_colleague(1, 2)
    leg = world.his_leg(call)
    world.rings(leg)
    world.waits()
    assert world.work(2) is Work.OFFERED
    world.picks_up(leg)
    assert world.hung_up(leg)
    world.hangs_up(leg, by_far_end=False)
    assert (world.stage(call), world.work(1), world.shown()) == (None, Work.IDLE, ("ENDED", "colleague"))
    world.is_whole()


@pytest.mark.parametrize("moment", ["calling you", "ringing", "talking"])
@pytest.mark.parametrize("there", [True, False], ids=["legs there", "all gone"])
def test_a_death_of_the_program(tmp_path: Path, moment: str, there: bool) -> None:
    world = Centre(tmp_path)
    world.at_work(1, 2)
    if moment == "calling you":
        call = world.outgoing.dial_colleague(1, 2)
        leg, other = world.his_leg(call), ""
        world.rings(leg)
    elif moment == "ringing":
        call, leg = calls_colleague(world)
        other = other_leg(world, call)
    else:
        call, leg, other = talk(world)
    world.journal.close()
    world.clock.advance(1)
    after = Centre(tmp_path, clock=world.clock, is_open=False)
    for agent in (1, 2):
        after.registers(agent)
    assert after.phones.contact("1001", DOMAIN)
    if there:
        talks = moment == "talking"
        after.shows(leg, answered=moment != "calling you", partner=other if talks else None)
        if other:
            after.shows(other, answered=talks, partner=leg if talks else None)
    after.recover()
    after.calls.settle()
    if there:
        assert (
            after.shown()[0]
            == {"calling you": "CALLING_YOU", "ringing": "RINGING", "talking": "TALKING"}[moment]
        )
        assert after.hung_up(leg) == []
    else:
        assert after.stage(call) is None
        assert (after.work(1), after.work(2)) == (Work.IDLE, Work.IDLE)
    after.is_whole()
