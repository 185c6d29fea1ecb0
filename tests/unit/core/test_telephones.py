"""Telephones that are dead though registered, and those that their own agents call with."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.calls.offers import SILENT_S
from fs_app.calls.stages import Stage
from tests.unit.core.world import DID, DOMAIN, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.recover()
    return made


def pauses_over(world: World) -> None:
    world.clock.advance(30)
    world.calls.settle()


def test_a_telephone_that_does_not_even_ring_is_offered_one_call_only(world: World) -> None:
    world.ready(1)
    caller = world.waits()
    world.refuses(world.offered_leg(caller), "NO_ANSWER")
    pauses_over(world)
    assert world.offers() == [(caller, 1)]
    assert world.phones.contact("1001", DOMAIN) is None, "his page says so"
    world.registers(1)
    world.routing.agent_ready(1)
    assert world.offers() == [(caller, 1)] * 2, "it registers anew: it lives"


def test_a_silent_telephone_is_tried_again_after_a_while(world: World) -> None:
    world.ready(1)
    caller = world.waits()
    world.refuses(world.offered_leg(caller), "NO_ANSWER")
    world.clock.advance(SILENT_S + 1)
    assert world.offers() == [(caller, 1)] * 2


@pytest.mark.parametrize("cause", ["NO_ANSWER", "USER_BUSY"])
def test_a_telephone_that_rings_or_refuses_lives(world: World, cause: str) -> None:
    world.ready(1)
    caller = world.waits()
    if cause == "NO_ANSWER":
        world.rings(world.offered_leg(caller))
    world.refuses(world.offered_leg(caller), cause)
    pauses_over(world)
    assert world.offers() == [(caller, 1)] * 2


def test_nothing_is_concluded_from_a_silence_that_the_link_may_have_made(world: World) -> None:
    world.ready(1)
    caller = world.waits()
    leg = world.offered_leg(caller)
    world.shows(caller)
    world.shows(leg, None, answered=False, inbound=False)
    world.recovery.link_down()
    world.clock.advance(1)
    world.recover()
    world.registers(1)
    world.refuses(leg, "NO_ANSWER")
    pauses_over(world)
    assert world.offers() == [(caller, 1)] * 2


def calls_from(world: World, channel_name: str) -> str:
    leg = "own-call"
    world.tell(
        f.LegCreated(
            world.at,
            leg,
            inbound=True,
            caller_number="1001",
            destination=DID,
            channel_name=channel_name,
        ),
        f.Rang(world.at, leg, session=1),
    )
    world.greeted(leg)
    return leg


def test_an_agent_who_calls_the_queue_himself_is_not_offered_his_own_call(world: World) -> None:
    world.ready(1)
    own = calls_from(world, f"sofia/internal/1001@{DOMAIN}")
    assert world.stage(own) is Stage.WAITING
    behind = world.waits()
    assert world.offers() == [(behind, 1)], "whoever stands behind him does not wait for that"
    world.ready(2)
    assert world.offers() == [(behind, 1), (own, 2)]


def test_a_caller_outside_can_not_pretend_to_be_an_agent(world: World) -> None:
    world.ready(1)
    caller = calls_from(world, f"sofia/external/1001@{DOMAIN}")
    assert world.offers() == [(caller, 1)]
