"""The agent gave his customer away on the telephone itself, and says so (BA-40)."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app.agents.state import Work
from fs_app.calls.own_transfer import NotTransferable
from fs_app.calls.stages import Stage
from tests.unit.core.world import SALE, World, queue_info


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path, queue=queue_info(inter_call_s=30))
    made.recover()
    made.ready(1)
    return made


def test_he_is_free_at_once_and_the_customer_talks_on(world: World) -> None:
    caller, leg, agent = world.talking()
    world.calls.qualify(agent, caller, SALE, "")
    world.calls.lines.transferred(agent)
    world.calls.settle()
    assert world.stage(caller) is Stage.OUTSIDE
    assert world.work(agent) is Work.IDLE, "no pause, and the verdict was given"
    assert world.hung_up(leg) == world.hung_up(caller) == []
    assert world.waits("caller-next") and world.offers()[-1] == ("caller-next", agent)
    world.is_whole()


def test_without_a_verdict_he_qualifies_first(world: World) -> None:
    caller, _, agent = world.talking()
    world.calls.lines.transferred(agent)
    world.calls.settle()
    assert world.work(agent) is Work.AFTER_WORK
    world.calls.qualify(agent, caller, SALE, "")
    world.calls.settle()
    assert world.stage(caller) is Stage.OUTSIDE


@pytest.mark.parametrize("first", ["customer", "other"])
def test_who_hangs_up_first_ends_it_for_both(world: World, first: str) -> None:
    caller, leg, agent = world.talking()
    world.calls.qualify(agent, caller, SALE, "")
    world.calls.lines.transferred(agent)
    if first == "customer":
        world.hangs_up(caller)
        assert world.hung_up(leg)
        world.hangs_up(leg)
    else:
        world.hangs_up(leg)
        assert world.hung_up(caller)
        world.hangs_up(caller)
    assert world.stage(caller) is None
    world.is_whole()


def test_a_restart_knows_whose_leg_it_is(world: World, tmp_path: Path) -> None:
    caller, leg, agent = world.talking()
    world.calls.qualify(agent, caller, SALE, "")
    world.calls.lines.transferred(agent)
    world.calls.settle()
    again = World(tmp_path, queue=queue_info(inter_call_s=30), switch=world.switch, clock=world.clock)
    again.live.replay()
    found = again.live.calls[caller]
    assert found.stage is Stage.OUTSIDE and found.outside_leg is not None and found.outside_leg.id == leg
    assert found.leg_of(agent) is None


def test_there_must_be_a_conversation_and_it_is_said_once(world: World) -> None:
    with pytest.raises(NotTransferable):
        world.calls.lines.transferred(1)
    caller = world.waits()
    with pytest.raises(NotTransferable):
        world.calls.lines.transferred(1)
    leg = world.offered_leg(caller)
    world.rings(leg)
    world.picks_up(leg)
    world.bridged(leg, caller)
    world.calls.lines.transferred(1)
    with pytest.raises(NotTransferable):
        world.calls.lines.transferred(1)
