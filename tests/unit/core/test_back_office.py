"""An agent who works on something of his own gets no calls (BA-161); one who has no room for calls neither (BY-42)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fs_app.agents.capacity import Capacity, Kind, has_room
from fs_app.agents.state import Presence, Work
from fs_app.calls.stages import Stage
from fs_app.errors import NotAllowed
from tests.unit.core.world import INTER_CALL_S, LUNCH, SALE, World

ME, OTHER = 1, 2


def test_in_the_back_office_no_calls_come_until_he_is_available_again(world: World) -> None:
    world.ready(ME)
    world.agents.back_office(ME)
    assert (world.agent(ME).shown, world.agent(ME).presence) == ("BACK_OFFICE", Presence.AVAILABLE)
    caller = world.waits()
    assert world.stage(caller) is Stage.WAITING
    world.agents.available(ME)
    assert world.call(caller).offers != {}


def test_during_a_call_it_is_in_force_after_it(world: World) -> None:
    world.ready(ME)
    caller, leg, _ = world.talking()
    world.agents.back_office(ME)
    assert world.agent(ME).wanted == "back_office"
    waiting = world.waits()
    world.hangs_up(caller)
    world.hangs_up(leg, by_far_end=False)
    world.calls.qualify(ME, caller, SALE, "")
    world.clock.advance(INTER_CALL_S)
    assert (world.work(ME), world.agent(ME).wanted) == (Work.BACK_OFFICE, "")
    assert world.stage(waiting) is Stage.WAITING


def test_it_ends_a_delay_and_no_call_slips_in(world: World) -> None:
    world.ready(ME)
    caller = world.waits()
    world.refuses(world.offered_leg(caller), "NO_ANSWER")
    world.agents.back_office(ME)
    assert world.work(ME) is Work.BACK_OFFICE
    world.clock.advance(60)
    assert (world.work(ME), world.stage(caller)) == (Work.BACK_OFFICE, Stage.WAITING)


@pytest.mark.parametrize("then", ["unavailable", "log_out"])
def test_whoever_leaves_leaves_it(world: World, then: str) -> None:
    world.ready(ME)
    world.agents.back_office(ME)
    caller = world.waits()
    if then == "unavailable":
        world.agents.unavailable(ME, LUNCH)
        assert (world.agent(ME).shown, world.agent(ME).reason) == ("UNAVAILABLE", LUNCH)
    else:
        world.agents.log_out(ME)
        assert world.agent(ME).shown == "LOGGED_OUT"
    assert (world.work(ME), world.stage(caller)) == (Work.IDLE, Stage.WAITING)


def test_who_is_not_logged_in_has_no_back_office(world: World) -> None:
    with pytest.raises(NotAllowed):
        world.agents.back_office(ME)


# --- capacity ---------------------------------------------------------------------------------------------------
def test_whoever_has_no_room_for_calls_gets_none_and_the_decision_says_so(world: World) -> None:
    picture = world.catalog.now
    info = replace(picture.agents[ME], capacity=Capacity(voice=0))
    world.catalog.now = replace(picture, agents={**picture.agents, ME: info})
    world.ready(ME, OTHER)
    caller = world.waits()
    assert [offer.agent for offer in world.call(caller).offers.values()] == [OTHER]
    told = world.recorder.entries("offer.made")[0].data["candidates"]
    assert [(c["agent"], c["why"]) for c in told] == [(ME, "no_room")]
    assert world.stage(world.waits("second")) is Stage.WAITING


@pytest.mark.parametrize(
    ("kind", "busy", "room"),
    [
        (Kind.VOICE, {}, True),
        (Kind.VOICE, {Kind.VOICE: 1}, False),
        (Kind.VOICE, {Kind.CHAT: 1}, False),
        (Kind.CHAT, {Kind.CHAT: 2}, True),
        (Kind.CHAT, {Kind.CHAT: 3}, False),
        (Kind.CHAT, {Kind.VOICE: 1}, False),
        (Kind.MAIL, {Kind.CHAT: 3}, True),
    ],
)
def test_room_by_kind_of_work(kind: Kind, busy: dict[Kind, int], room: bool) -> None:
    assert has_room(Capacity(), kind, busy) is room
