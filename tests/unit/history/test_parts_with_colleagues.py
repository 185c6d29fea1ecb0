"""Consultations and transfers in the history: each agent has his own part, and nobody's is counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.calls.targets import Wish
from tests.unit.core.test_lines import COLLEAGUE, ME, NUMBER, THIRD
from tests.unit.core.test_lines import Centre as Lines
from tests.unit.core.world import OTHER_QUEUE, SALE, queue_info
from tests.unit.history.centre import Centre
from tests.unit.outgoing.centre import Centre as Calling
from tests.unit.outgoing.test_internal import talk


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path, agents=(ME, COLLEAGUE, THIRD), kind=Lines)
    made.world.begin()
    yield made
    made.db.close()


def settled(centre: Centre) -> list[dict[str, Any]]:
    """The parts; they are the same when they are made again, and today's figures agree."""
    centre.project()
    found = centre.parts()
    assert centre.rebuilt() == found
    for agent in (ME, COLLEAGUE, THIRD):
        centre.today_agrees(agent)
    return found


def test_a_colleague_who_is_asked_has_an_internal_part(centre: Centre) -> None:
    world = centre.world
    line = world.with_colleague()
    world.clock.advance(20)
    world.hangs_up(line)
    world.clock.advance(5)
    mine, his = settled(centre)
    assert (his["agent"], his["how"], his["direction"]) == (COLLEAGUE, "consulted", "internal")
    assert (his["name"], his["number"], his["talk_ms"]) == (
        "Agent 1",
        "1001",
        his["ended_at"] - his["connected_at"],
    )
    assert mine["ended_at"] is None and mine["held_since"] is not None
    (row,) = centre.history(COLLEAGUE, direction="internal")
    assert (row.name, row.number) == ("Agent 1", "1001")
    assert centre.history(COLLEAGUE, search="Agent 1") == [row]


def test_a_colleague_who_does_not_answer_has_missed_nothing(centre: Centre) -> None:
    world = centre.world
    line = world.consult(Wish("agent", id=COLLEAGUE))
    world.held()
    world.refuses(line, "NO_ANSWER")
    _, his = settled(centre)
    assert (his["missed"], his["over_at"] is not None, his["connected_at"]) == (False, True, None)


def test_who_gets_the_customer_has_a_part_that_was_transferred(centre: Centre) -> None:
    world = centre.world
    line = world.with_colleague()
    world.clock.advance(10)
    world.calls.lines.complete(ME, line)
    world.bridged(line, world.customer)
    world.clock.advance(40)
    world.hangs_up(world.customer)
    world.hangs_up(line)
    world.clock.advance(5)
    world.calls.qualify(COLLEAGUE, world.customer, SALE, "")
    mine, his = settled(centre)
    assert (mine["ended_by"], mine["hold_ms"] > 0, mine["disposition"]) == ("transfer", True, None)
    assert (his["how"], his["direction"], his["ended_by"], his["disposition"]) == (
        "transferred",
        "in",
        "caller",
        SALE,
    )
    (row,) = centre.history(COLLEAGUE, direction="in")
    assert row.number == "+33612345678", "the customer's, now"


def test_a_number_that_is_consulted_is_no_call_of_its_own(centre: Centre) -> None:
    world = centre.world
    line = world.with_number()
    world.swapped(line)
    (mine,) = settled(centre)
    assert mine["hold_ms"] >= 2000
    assert NUMBER not in str(centre.history(ME))


def test_a_customer_who_is_sent_to_a_colleague_blindly(centre: Centre) -> None:
    world = centre.world
    world.calls.lines.transfer(ME, world.mine, Wish("agent", id=COLLEAGUE))
    world.calls.settle()
    world.goes_home(world.customer)
    leg = world.offered_leg(world.customer)
    world.rings(leg)
    world.clock.advance(6)
    world.picks_up(leg)
    world.bridged(leg, world.customer)
    world.clock.advance(30)
    mine, his = settled(centre)
    assert mine["ended_by"] == "transfer" and mine["ended_at"] is not None
    assert (his["how"], his["direction"], his["wait_ms"]) == ("transferred", "in", 6000)


def test_who_is_sent_blindly_and_comes_back_is_a_second_part(centre: Centre) -> None:
    world = centre.world
    world.calls.lines.transfer(ME, world.mine, Wish("agent", id=COLLEAGUE))
    world.calls.settle()
    world.goes_home(world.customer)
    leg = world.offered_leg(world.customer)
    world.rings(leg)
    world.clock.advance(6)
    world.refuses(leg, "USER_BUSY")
    again = world.offered_leg(world.customer)
    world.rings(again)
    world.picks_up(again)
    world.bridged(again, world.customer)
    world.clock.advance(30)
    world.hangs_up(world.customer)
    world.hangs_up(again)
    world.clock.advance(9)
    parts = settled(centre)
    assert [p["agent"] for p in parts] == [ME, COLLEAGUE, ME]
    assert parts[2]["connected_at"] is not None and parts[0]["over_at"] is not None


def test_an_agent_of_a_queue_that_is_consulted_has_one_part(tmp_path: Path) -> None:
    centre = Centre(tmp_path, agents=(ME, COLLEAGUE, THIRD), kind=Lines)
    world = centre.world
    world.begin()
    world.set_queue(
        queue_info(), (ME, COLLEAGUE, THIRD), queue_info(id=OTHER_QUEUE, name="Technique", number="701")
    )
    line = world.consult(Wish("queue", id=OTHER_QUEUE))
    world.held()
    waiting = line
    leg = world.offered_leg(waiting)
    agent = next(iter(world.call(waiting).offers.values())).agent
    world.rings(leg)
    world.clock.advance(3)
    world.picks_up(leg)
    world.passes()
    world.bridged(world.mine, leg)
    world.clock.advance(15)
    world.hangs_up(leg)
    parts = settled(centre)
    his = [p for p in parts if p["agent"] == agent]
    assert len(his) == 1, his
    assert (his[0]["how"], his[0]["direction"], his[0]["name"]) == ("consulted", "internal", "Agent 1")
    assert his[0]["call"] == world.customer
    centre.db.close()


def test_the_time_in_a_conference_is_no_hold(centre: Centre) -> None:
    world = centre.world
    line = world.with_colleague()
    world.clock.advance(10)
    world.together(line)
    world.clock.advance(60)
    world.hangs_up(world.customer)
    world.clock.advance(5)
    mine, _ = settled(centre)
    assert 10_000 <= mine["hold_ms"] < 30_000, mine


def test_a_call_to_a_colleague_without_any_customer(tmp_path: Path) -> None:
    centre = Centre(tmp_path, agents=(ME, COLLEAGUE, THIRD), kind=Calling)
    world = centre.world
    world.at_work(ME, COLLEAGUE)
    _, leg, other = talk(world)
    world.clock.advance(25)
    world.hangs_up(other)
    world.hangs_up(leg)
    world.clock.advance(5)
    mine, his = settled(centre)
    assert (mine["agent"], mine["how"], mine["direction"], his["agent"]) == (
        ME,
        "dialled",
        "internal",
        COLLEAGUE,
    )
    assert mine["talk_ms"] >= 25_000 and his["talk_ms"] >= 25_000
    assert [(r.name, r.number) for r in centre.history(ME, direction="internal")] == [("Agent 2", "1002")]
    assert [(r.name, r.number) for r in centre.history(COLLEAGUE)] == [("Agent 1", "1001")]
    assert (centre.figures(ME).taken, centre.figures(ME).made) == (0, 0)
    centre.db.close()
