"""Ring all: every suitable agent who is free is asked at once, and the first who picks up has the caller."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.calls.stages import Stage
from fs_app.calls.state import load
from fs_app.clock import FakeClock
from fs_app.errors import Conflict
from fs_app.routing.strategies import RING_AT_ONCE
from tests.unit.core.world import ACCOUNT, INTER_CALL_S, NO_ANSWER_S, RING_S, World, queue_info

THREE = (1, 2, 3)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Three agents who are available, in a queue that rings all."""
    world = World(tmp_path, agents=THREE, queue=queue_info(strategy="ring_all"))
    world.ready(*THREE)
    return world


def legs_by_agent(world: World, caller: str) -> dict[int, str]:
    return {offer.agent: leg for leg, offer in world.call(caller).offers.items()}


def missed(world: World, *agents: int) -> list[int]:
    return [world.today.figures(agent, ACCOUNT)["missed"] for agent in agents]


def test_all_ring_and_the_first_who_picks_up_has_the_caller(world: World) -> None:
    caller = world.waits()
    legs = legs_by_agent(world, caller)
    assert sorted(legs) == [1, 2, 3]
    assert [world.work(a) for a in THREE] == [Work.OFFERED] * 3
    for leg in legs.values():
        world.rings(leg)
    world.picks_up(legs[2])
    assert (world.stage(caller), world.call(caller).agent) == (Stage.CONNECTING, 2)
    assert world.switch.last("bridge").args == (legs[2], caller)
    assert [world.hung_up(legs[a]) for a in (1, 3)] == [["LOSE_RACE"]] * 2
    assert [world.work(a) for a in THREE] == [Work.IDLE, Work.ACTIVE, Work.IDLE]
    world.is_whole()
    for agent in (1, 3):
        world.refuses(legs[agent], "LOSE_RACE")
    world.bridged(legs[2], caller)
    assert world.stage(caller) is Stage.TALKING
    assert missed(world, *THREE) == [0, 0, 0]
    assert world.call(caller).failed_agents == []
    world.is_whole()


def test_two_who_pick_up_in_the_same_instant_are_one_conversation(world: World) -> None:
    caller = world.waits()
    legs = legs_by_agent(world, caller)
    world.tell(f.LegAnswered(world.at, legs[3]), f.LegAnswered(world.at, legs[1]))
    world.tell(f.LegParked(world.at, legs[1]), f.LegParked(world.at, legs[3]))
    assert world.call(caller).agent == 1
    assert [c.args for c in world.switch.of("bridge")] == [(legs[1], caller)]
    assert "LOSE_RACE" in world.hung_up(legs[3])
    assert [world.work(a) for a in THREE] == [Work.ACTIVE, Work.IDLE, Work.IDLE]
    world.hangs_up(legs[3], "LOSE_RACE", by_far_end=False)
    world.bridged(legs[1], caller)
    assert world.stage(caller) is Stage.TALKING
    assert missed(world, *THREE) == [0, 0, 0]
    world.is_whole()


def test_a_loser_who_puts_his_telephone_down_does_not_end_the_conversation(world: World) -> None:
    caller = world.waits()
    legs = legs_by_agent(world, caller)
    world.tell(f.LegAnswered(world.at, legs[3]))
    world.picks_up(legs[1])
    world.bridged(legs[1], caller)
    with pytest.raises(Conflict):
        world.calls.hold(3, legs[3])
    world.calls.hang_up(3, legs[3])
    world.hangs_up(legs[3])
    assert (world.stage(caller), world.hung_up(caller)) == (Stage.TALKING, [])
    assert world.work(1) is Work.ACTIVE


def test_nobody_answers_and_all_rest(world: World) -> None:
    caller = world.waits()
    for leg in world.offered_legs(caller):
        world.rings(leg)
    world.clock.advance(RING_S + 4)
    world.calls.settle()
    assert world.stage(caller) is Stage.WAITING
    assert [world.work(a) for a in THREE] == [Work.NO_ANSWER_DELAY] * 3
    assert missed(world, *THREE) == [1, 1, 1]
    world.is_whole()
    world.clock.advance(NO_ANSWER_S + INTER_CALL_S)
    world.calls.settle()
    assert sorted(legs_by_agent(world, caller)) == [1, 2, 3], "and are asked again"


def test_one_refuses_and_the_others_go_on_ringing(world: World) -> None:
    caller = world.waits()
    legs = legs_by_agent(world, caller)
    world.refuses(legs[1], "CALL_REJECTED")
    assert world.stage(caller) is Stage.OFFERED
    assert (world.work(1), world.work(2)) == (Work.NO_ANSWER_DELAY, Work.OFFERED)
    world.picks_up(legs[3])
    assert (world.call(caller).agent, missed(world, *THREE)) == (3, [1, 0, 0])


def test_the_caller_hangs_up_and_nobody_is_blamed(world: World) -> None:
    caller = world.waits()
    legs = world.offered_legs(caller)
    world.hangs_up(caller)
    assert world.stage(caller) is Stage.ENDED
    assert [world.hung_up(leg) for leg in legs] == [["ORIGINATOR_CANCEL"]] * 3
    assert [world.work(a) for a in THREE] == [Work.IDLE] * 3
    for leg in legs:
        world.refuses(leg, "ORIGINATOR_CANCEL")
    assert missed(world, *THREE) == [0, 0, 0]
    assert world.live.calls == {}


def test_the_losers_ring_for_the_next_one_at_once(world: World) -> None:
    first, second = world.waits(), world.waits()
    assert world.stage(second) is Stage.WAITING
    legs = legs_by_agent(world, first)
    world.picks_up(legs[1])
    assert sorted(legs_by_agent(world, second)) == [2, 3]
    world.is_whole()


def test_whoever_becomes_free_joins_in(world: World) -> None:
    world.agents.unavailable(3, None)
    caller = world.waits()
    assert sorted(legs_by_agent(world, caller)) == [1, 2]
    world.agents.available(3)
    assert sorted(legs_by_agent(world, caller)) == [1, 2, 3]
    told = [e.data["chosen_by"] for e in world.recorder.entries("offer.made")]
    assert told == ["strategy", "beside", "joined"]
    world.picks_up(legs_by_agent(world, caller)[1])
    world.agents.unavailable(2, None)
    world.agents.available(2)
    assert world.stage(caller) is Stage.CONNECTING
    assert world.work(2) is Work.IDLE, "it is taken: nobody joins any more"


def test_so_many_at_once_and_no_more(tmp_path: Path) -> None:
    everybody = range(1, RING_AT_ONCE + 4)
    world = World(tmp_path, agents=everybody, queue=queue_info(strategy="ring_all"))
    world.ready(*everybody)
    caller = world.waits()
    assert sorted(legs_by_agent(world, caller)) == list(range(1, RING_AT_ONCE + 1)), "who is idle longest"
    world.refuses(legs_by_agent(world, caller)[1], "CALL_REJECTED")
    assert len(legs_by_agent(world, caller)) == RING_AT_ONCE - 1
    made = world.recorder.entries("offer.made")[0].data
    assert [one["agent"] for one in made["beside"]] == list(range(2, RING_AT_ONCE + 1))
    assert [one["why"] for one in made["candidates"]] == ["order"] * 3


def test_only_those_ring_whose_skills_are_enough(world: World) -> None:
    from fs_app.routing.skills import Need

    world.set_queue(queue_info(strategy="ring_all", needs=(Need(1, "Français", 5, ((30, 0),)),)), THREE)
    picture = world.catalog.now
    french = {a: replace(i, skills={1: 9} if a != 2 else {}) for a, i in picture.agents.items()}
    world.catalog.now = replace(picture, agents=french)
    caller = world.waits()
    assert sorted(legs_by_agent(world, caller)) == [1, 3]


def test_an_agent_of_his_own_is_asked_alone(world: World) -> None:
    caller = world.waits()
    legs = legs_by_agent(world, caller)
    world.picks_up(legs[2])
    world.bridged(legs[2], caller)
    world.hangs_up(legs[2], "MEDIA_TIMEOUT")
    assert sorted(legs_by_agent(world, caller)) == [2], "he gets back the caller whom he lost"


def test_a_restart_while_all_ring_goes_on_ringing(world: World) -> None:
    caller = world.waits()
    legs = legs_by_agent(world, caller)
    again = World(
        world.folder,
        agents=THREE,
        clock=FakeClock(world.clock.now_ms()),
        switch=world.switch,
        is_open=False,
        queue=queue_info(strategy="ring_all"),
    )
    again.registers(*THREE)
    assert legs_by_agent(again, caller) == legs
    again.shows(caller)
    for agent, leg in legs.items():
        again.shows(leg, inbound=False, answered=agent != 3)
    again.recover()
    assert again.call(caller).agent == 1, "two had picked up meanwhile: the first of them has the caller"
    assert [again.work(a) for a in THREE] == [Work.ACTIVE, Work.IDLE, Work.IDLE]
    assert "LOSE_RACE" in again.hung_up(legs[2])
    again.is_whole()


def test_a_loser_that_was_not_told_is_hung_up_by_the_comparison(world: World) -> None:
    caller = world.waits()
    legs = legs_by_agent(world, caller)
    world.picks_up(legs[1])
    world.bridged(legs[1], caller)
    world.switch.forget()
    world.shows(caller, legs[1])
    world.shows(legs[1], caller, inbound=False)
    world.shows(legs[2], inbound=False)
    world.clock.advance(1)
    world.recover()
    assert world.hung_up(legs[2]) != [], "its command was lost with the link"
    assert world.hung_up(legs[1]) == []


def test_a_checkpoint_of_the_time_when_a_call_had_one_offer_is_understood(world: World) -> None:
    caller = world.waits()
    from fs_app.calls.state import dump

    old = dump(world.call(caller))
    first = next(iter(old["offers"].values()))
    del old["offers"], old["taken_by"]
    call = load({**old, "offer": first})
    assert [offer.agent for offer in call.offers.values()] == [1]
    talking = {**old, "offer": None, "stage": "TALKING", "agent": 1}
    assert load(talking).taken_by == first["leg"]
