"""Callers who came while nobody listened stand in the line as they came."""

from __future__ import annotations

from pathlib import Path

from fs_app import facts as f
from tests.unit.core.world import DID, QUEUE, World


def comes(world: World, leg: str, at: int) -> None:
    """He is at our door, born at `at` (µs): the switch shows him, no event has told of him."""
    world.shows(leg, None, variables={"fsapp_did": DID, "fsapp_role": "caller"}, created_at=at)


def knocks(world: World, leg: str, at: int) -> None:
    world.tell(f.LegCreated(at, leg, inbound=True, destination=DID, caller_number=f"+3361234{leg}"))
    world.goes_home(leg)
    world.greeted(leg)


def line(world: World) -> list[str]:
    return [call.id for call in world.queues.waiting(QUEUE)]


def test_who_is_found_later_but_came_sooner_stands_before_those_who_were_found_first(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.recovery.link_down()
    born = world.at
    world.clock.advance(30)
    knocks(world, "c", born + 9_000_000)
    knocks(world, "d", born + 12_000_000)
    knocks(world, "b", born + 5_000_000)
    knocks(world, "a", born + 1_000_000)
    assert line(world) == ["a", "b", "c", "d"]
    assert [world.call(c).ticket for c in "abcd"] == [1, 2, 3, 4]
    world.journal.close()
    again = World(world.folder, (1,), world.clock, world.switch)
    assert line(again) == ["a", "b", "c", "d"]


def test_who_waited_already_keeps_his_place_and_who_comes_later_has_the_last(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.recover()
    first = world.waits()
    world.recovery.link_down()
    born = world.at
    world.clock.advance(10)
    knocks(world, "b", born + 5_000_000)
    knocks(world, "a", born + 1_000_000)
    for leg in (first, "a", "b"):
        world.shows(leg, None, variables={"fsapp_did": DID, "fsapp_role": "caller"})
    world.recover()
    world.clock.advance(1)
    last = world.waits("z")
    assert line(world) == [first, "a", "b", last]


def test_a_long_greeting_is_nobodys_advantage_while_all_is_heard(tmp_path: Path) -> None:
    """In the ordinary life of a queue the order is that of the tickets, and nobody's ticket is dealt again."""
    world = World(tmp_path)
    world.recover()
    world.clock.advance(1)
    slow = world.arrives("s")
    world.clock.advance(8)
    quick = world.waits("q")
    world.greeted(slow)
    assert line(world) == [quick, slow]
    assert world.recorder.entries("call.turn") == []


def test_who_is_being_offered_gives_way_too_and_comes_back_behind_him(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.recovery.link_down()
    born = world.at
    world.clock.advance(30)
    knocks(world, "b", born + 9_000_000)
    world.shows("b", None, variables={"fsapp_did": DID, "fsapp_role": "caller"})
    world.recover()
    world.ready(1)
    leg = world.offered_leg("b")
    knocks(world, "a", born + 1_000_000)
    world.refuses(leg, "USER_BUSY")
    assert line(world) == ["a", "b"]
