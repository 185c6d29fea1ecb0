"""Who gets whom with skills, priorities, tiers and last agents, over the real calls, and why it was he (BY-31)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fs_app import facts as f
from fs_app.infos import DidInfo
from fs_app.routing.skills import Need
from tests.unit.core.world import ACCOUNT, LUNCH, OTHER_QUEUE, QUEUE, World, queue_info

FRENCH = 1
NEED = Need(FRENCH, "French", 8, ((10, 5), (30, 0)))


def centre(
    folder: Path, skills: Mapping[int, int], *more: Any, is_open: bool = True, **settings: Any
) -> World:
    """Agents with a level of French each; the queue with these settings."""
    world = World(folder, agents=skills, is_open=is_open)
    world.set_queue(queue_info(**settings), list(skills), *more)
    now = world.catalog.now
    people = {a: replace(i, skills={FRENCH: skills[a]}) for a, i in now.agents.items()}
    world.catalog.now = replace(now, agents=people)
    return world


def why(world: World) -> dict[str, Any]:
    return world.recorder.entries("offer.made")[-1].data


def reasons(world: World) -> dict[int, str]:
    return {one["agent"]: one["why"] for one in why(world)["candidates"]}


# --- skills -----------------------------------------------------------------------------------------------------
def test_who_can_gets_the_caller_though_another_is_idle_longer(tmp_path: Path) -> None:
    world = centre(tmp_path, {1: 3, 2: 9}, needs=(NEED,))
    world.ready(1, 2)
    caller = world.waits()
    assert world.offers() == [(caller, 2)]
    assert why(world)["candidates"] == [
        {"agent": 1, "name": "Agent 1", "why": "skill", "skill": "French", "has": 3, "wants": 8}
    ]
    assert why(world)["relaxations"] == []


def test_the_need_is_relaxed_at_its_moment_without_any_other_event(tmp_path: Path) -> None:
    world = centre(tmp_path, {1: 5, 2: 0}, needs=(NEED,))
    world.ready(1, 2)
    first, second = world.waits(), world.waits()
    world.clock.advance(9.9)
    assert world.offers() == []
    world.clock.advance(0.2)
    assert world.offers() == [(first, 1)]
    assert why(world)["relaxations"] == [{"skill": "French", "from": 8, "to": 5}]
    world.clock.advance(20)
    assert world.offers()[1:] == [(second, 2)]
    assert why(world)["relaxations"] == [{"skill": "French", "from": 8, "to": 0}]


def test_the_moment_comes_also_after_a_restart(tmp_path: Path) -> None:
    world = centre(tmp_path, {1: 5}, needs=(NEED,))
    world.ready(1)
    caller = world.waits()
    world.clock.advance(6)
    again = World(tmp_path, agents=[1], clock=world.clock, switch=world.switch)
    again.catalog.now = world.catalog.now
    again.registers(1)
    again.patience.rearm()
    again.clock.advance(3.9)
    assert again.offers() == []
    again.clock.advance(0.2)
    assert again.offers() == [(caller, 1)]


@pytest.mark.parametrize("jump_ms", [-3_600_000, 3_600_000])
def test_the_wall_clock_relaxes_nothing(tmp_path: Path, jump_ms: int) -> None:
    world = centre(tmp_path, {1: 5}, needs=(NEED,))
    world.ready(1)
    caller = world.waits()
    world.clock.wall_shift_ms = jump_ms
    world.routing.kick_all()
    world.clock.advance(9)
    assert world.offers() == []
    world.clock.advance(1.1)
    assert world.offers() == [(caller, 1)]


def test_a_caller_whom_nobody_may_take_does_not_hold_up_those_behind(tmp_path: Path) -> None:
    easy = queue_info(id=OTHER_QUEUE, number="701", name="Other")
    world = centre(tmp_path, {1: 1}, easy, needs=(NEED,), is_open=False)
    world.waits()
    second = world.arrives()
    world.call(second).queue = OTHER_QUEUE
    world.greeted(second)
    world.ready(1)
    world._set_routing(True)
    assert world.offers() == [(second, 1)]


# --- priorities -------------------------------------------------------------------------------------------------
def test_the_queue_of_higher_priority_is_served_first(tmp_path: Path) -> None:
    important = queue_info(id=OTHER_QUEUE, number="701", name="Important", priority=5)
    for i, comes_back in enumerate((False, True)):
        folder = tmp_path / str(i)
        folder.mkdir()
        world = centre(folder, {1: 1}, important, is_open=not comes_back)
        world.waits()
        second = world.arrives()
        world.call(second).queue = OTHER_QUEUE
        world.greeted(second)
        world.ready(1)
        world._set_routing(True)
        assert world.offers() == [(second, 1)]


def test_a_caller_of_higher_priority_is_before_the_others_of_his_queue(tmp_path: Path) -> None:
    world = centre(tmp_path, {1: 1})
    vip = "+33185099999"
    dids = {**world.catalog.now.dids, vip: DidInfo(2, ACCOUNT, vip, "VIP", QUEUE, priority=3)}
    world.catalog.now = replace(world.catalog.now, dids=dids)
    first = world.waits()
    world.tell(
        f.LegCreated(world.at, "vip", inbound=True, destination=vip), f.Rang(world.at, "vip", session=1)
    )
    world.greeted("vip")
    assert [c.id for c in world.queues.waiting(QUEUE)] == ["vip", first]
    assert world.queues.position(world.call(first)) == 2
    world.ready(1)
    assert world.offers() == [("vip", 1)]


# --- the strategy of the queue ----------------------------------------------------------------------------------
def test_in_turn_over_calls_and_a_restart(tmp_path: Path) -> None:
    world = centre(tmp_path, dict.fromkeys((1, 2, 3), 1), strategy="round_robin")
    world.ready(3, 2, 1)
    callers = [world.waits() for _ in range(2)]
    assert world.offers() == list(zip(callers, (1, 2), strict=True))
    again = World(tmp_path, agents=[1, 2, 3], clock=world.clock, switch=world.switch)
    assert again.live.turns == {QUEUE: 2}


def test_fewest_calls_counts_the_day(tmp_path: Path) -> None:
    world = centre(tmp_path, dict.fromkeys((1, 2), 1), strategy="fewest_calls", wrap_up=False, inter_call_s=0)
    world.ready(1, 2)
    caller, _leg, agent = world.talking()
    world.hangs_up(caller)
    world.agents.unavailable(3 - agent, LUNCH)
    world.agents.available(3 - agent)  # idle for a shorter time now, but without a call so far
    world.waits()
    assert world.offers()[-1][1] == 3 - agent
    assert why(world)["strategy"] == "fewest_calls" and reasons(world) == {agent: "order"}


def test_the_next_tier_joins_after_its_time(tmp_path: Path) -> None:
    world = centre(tmp_path, dict.fromkeys((1, 2), 1), strategy="tiers", tiers={1: 2, 2: 1}, tier_after_s=15)
    world.ready(1)
    caller = world.waits()
    assert world.offers() == []
    world.clock.advance(15.1)
    assert world.offers() == [(caller, 1)]
    world.ready(2)
    second = world.waits()
    assert world.offers()[-1] == (second, 2)


# --- the last agent ---------------------------------------------------------------------------------------------
def talked_before(folder: Path, **settings: Any) -> tuple[World, int]:
    world = centre(
        folder, dict.fromkeys((1, 2), 1), last_agent=True, wrap_up=False, inter_call_s=0, **settings
    )
    world.ready(1, 2)
    caller, _leg, agent = world.talking()
    world.hangs_up(caller)
    return world, agent


def test_a_caller_gets_the_agent_whom_he_knows(tmp_path: Path) -> None:
    world, agent = talked_before(tmp_path)
    caller = world.waits()
    assert world.offers()[-1] == (caller, agent)
    assert why(world)["chosen_by"] == "last_agent" and reasons(world) == {3 - agent: "own"}


def test_he_waits_for_him_only_as_long_as_the_queue_says(tmp_path: Path) -> None:
    world, agent = talked_before(tmp_path, last_agent_wait_s=12)
    world.agents.unavailable(3 - agent, LUNCH)
    busy = world.waits()
    assert world.offers()[-1] == (busy, agent)
    world.agents.available(3 - agent)
    caller = world.waits()
    assert world.offers()[-1] == (busy, agent), "his agent works, the other one is not asked yet"
    world.clock.advance(12.1)
    assert world.offers()[-1] == (caller, 3 - agent)


def test_he_does_not_wait_for_one_who_has_gone(tmp_path: Path) -> None:
    world, agent = talked_before(tmp_path, last_agent_wait_s=12)
    world.agents.log_out(agent)
    caller = world.waits()
    assert world.offers()[-1] == (caller, 3 - agent)


# --- the explanation --------------------------------------------------------------------------------------------
def test_everybody_who_was_not_chosen_has_a_reason(tmp_path: Path) -> None:
    world = centre(tmp_path, {**dict.fromkeys(range(1, 8), 9), 3: 1}, needs=(NEED,))
    world.ready(1, 2, 3, 5, 7)
    busy = world.waits()
    assert world.offers() == [(busy, 1)]
    world.agents.log_in(4)
    world.phones.on_unregistered(f.PhoneUnregistered(world.at, "1005", "demo.example"))
    caller = world.waits()
    assert world.offers()[-1] == (caller, 2)
    assert reasons(world) == {
        1: "offered",
        3: "skill",
        4: "unavailable",
        5: "no_phone",
        6: "logged_out",
        7: "order",
    }
    assert why(world)["considered"] == 7


def test_the_explanation_of_a_big_queue_stays_small(tmp_path: Path) -> None:
    world = centre(tmp_path, dict.fromkeys(range(1, 101), 1))
    world.ready(*range(1, 51))
    world.waits()
    assert len(why(world)["candidates"]) == 20 and why(world)["considered"] == 100
    assert set(reasons(world).values()) == {"order"}
