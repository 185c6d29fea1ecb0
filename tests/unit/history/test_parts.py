"""Each agent's part in a call: what the projection writes, what a rebuild makes again, what today's figures say."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.agents.state import Work
from fs_app.calls.stages import Stage
from tests.unit.core.world import INTER_CALL_S, NO_ANSWER_S, QUEUE, REFUSAL, SALE, queue_info
from tests.unit.history.centre import Centre

ME, OTHER = 1, 2


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path)
    made.world.ready(ME, OTHER)
    yield made
    made.db.close()


def test_a_call_that_is_taken_held_and_qualified_is_one_part_with_all_its_times(centre: Centre) -> None:
    world = centre.world
    caller = world.arrives()
    world.clock.advance(5)
    world.greeted(caller)
    leg = world.offered_leg(caller)
    world.rings(leg)
    world.clock.advance(7)
    world.picks_up(leg)
    world.bridged(leg, caller)
    world.clock.advance(60)
    world.calls.hold(ME, leg)
    world.goes_home(caller)
    world.clock.advance(20)
    world.calls.resume(ME, leg)
    world.bridged(leg, caller)
    world.clock.advance(30)
    world.hangs_up(caller)
    world.hangs_up(leg)
    world.clock.advance(15)
    world.calls.qualify(ME, caller, SALE, "14 postes")
    world.calls.settle()
    centre.project()
    (part,) = centre.parts()
    assert (part["agent"], part["queue"], part["direction"], part["how"]) == (ME, QUEUE, "in", "taken")
    assert (part["wait_ms"], part["talk_ms"], part["hold_ms"], part["wrap_up_ms"]) == (
        7000,
        90_000,
        20_000,
        15_000,
    )
    assert part["over_at"] - part["presented_at"] == 7000 + 110_000 + 15_000
    assert (part["missed"], part["ended_by"], part["disposition"]) == (False, "caller", SALE)
    (row,) = centre.history(ME)
    assert (row.number, row.name, row.queue) == ("+33612345678", "DUPONT", "Commercial")
    assert (row.talk_ms, row.disposition, row.note, row.running) == (110_000, "Vente", "14 postes", False)
    assert centre.history(OTHER) == []
    assert centre.rebuilt() == [part]


def test_a_call_that_one_lets_ring_and_the_other_takes_is_a_part_of_each(centre: Centre) -> None:
    world = centre.world
    caller = world.waits()
    world.clock.advance(10)
    world.refuses(world.offered_leg(caller), "NO_ANSWER")
    leg = world.offered_leg(caller)
    world.clock.advance(4)
    world.picks_up(leg)
    world.bridged(leg, caller)
    world.clock.advance(30)
    world.hangs_up(caller)
    centre.project()
    missed, taken = centre.parts()
    assert (missed["agent"], missed["missed"], missed["cause"], missed["wait_ms"]) == (
        ME,
        True,
        "NO_ANSWER",
        0,
    )
    assert (taken["agent"], taken["missed"], taken["wait_ms"]) == (OTHER, False, 14_000)
    assert [r.missed for r in centre.history(ME, direction="missed")] == [True]
    assert centre.history(ME, direction="in") == centre.history(ME, direction="out") == []
    assert centre.rebuilt() == [missed, taken]
    for agent in (ME, OTHER):
        centre.today_agrees(agent)


def test_a_caller_who_gives_up_while_it_rings_is_nobodys_fault(centre: Centre) -> None:
    caller = centre.world.waits()
    centre.world.hangs_up(caller)
    centre.project()
    (part,) = centre.parts()
    assert (part["missed"], part["over_at"] is not None, part["connected_at"]) == (False, True, None)
    figures = centre.figures(ME)
    assert (figures.presented, figures.taken, figures.missed) == (1, 0, 0)
    assert centre.rebuilt() == [part]


def test_a_call_that_runs_lowers_no_mean_and_is_shown_as_running(centre: Centre) -> None:
    world = centre.world
    world.talking()
    world.clock.advance(50)
    centre.project()
    (row,) = centre.history(ME)
    assert row.running and row.talk_ms is None
    figures = centre.figures(ME)
    assert (figures.taken, figures.mean_talk_ms, figures.talk_ms) == (1, None, 0)
    centre.today_agrees(ME)


def test_a_telephone_that_is_lost_ends_one_part_and_the_next_offer_begins_another(centre: Centre) -> None:
    world = centre.world
    caller, leg, _ = world.talking()
    world.clock.advance(20)
    world.hangs_up(leg, "MEDIA_TIMEOUT", by_far_end=False)
    again = world.offered_leg(caller)
    world.picks_up(again)
    world.bridged(again, caller)
    world.clock.advance(40)
    world.hangs_up(caller)
    centre.project()
    first, second = centre.parts()
    assert (first["ended_by"], first["talk_ms"]) == ("line", 20_000)
    assert (second["ended_by"], second["talk_ms"]) == ("caller", 40_000)
    assert centre.rebuilt() == [first, second]
    centre.today_agrees(ME)


def test_a_call_belongs_to_the_day_on_which_it_was_taken(centre: Centre) -> None:
    """It goes on over midnight in the account's zone: live and in the database."""
    world = centre.world
    world.clock.advance((centre.midnight() + 24 * 3_600_000 - world.clock.now_ms()) / 1000 - 60)
    world.registers(ME)
    caller, leg, agent = world.talking()
    world.clock.advance(120)
    world.hangs_up(caller)
    world.hangs_up(leg)
    world.clock.advance(30)
    world.calls.qualify(agent, caller, SALE, "")
    centre.project()
    yesterday = centre.figures(agent, centre.midnight() - 24 * 3_600_000, centre.midnight())
    assert (yesterday.taken, yesterday.mean_talk_ms, yesterday.wrap_up_ms) == (1, 120_000, 30_000)
    today = centre.figures(agent, centre.midnight())
    assert (today.taken, today.talk_ms) == (0, 0)
    centre.today_agrees(agent)


def test_who_is_called_back_is_an_outbound_call_and_none_that_was_taken(tmp_path: Path) -> None:
    centre = Centre(tmp_path, queue=queue_info())
    world = centre.world
    world.ready(ME)
    given_up = world.waits()
    world.hangs_up(given_up)  # while it rings
    world.clock.advance(NO_ANSWER_S + INTER_CALL_S)
    (callback,) = world.live.callbacks
    world.callbacks.call_back(1, callback, ME)
    world.calls.settle()
    call = next(c.id for c in world.live.calls.values() if c.callback)
    leg = world.offered_leg(call)
    world.picks_up(leg)
    world.clock.advance(6)
    world.tell()
    world.picks_up(call)
    world.goes_home(call)
    world.bridged(leg, call)
    world.clock.advance(45)
    world.hangs_up(call)
    world.hangs_up(leg)
    centre.project()
    part = centre.parts()[-1]
    assert part["direction"] == "out", part
    figures = centre.figures(ME)
    assert (figures.taken, figures.made, figures.made_reached, figures.made_ms) == (0, 1, 1, part["talk_ms"])
    assert part["talk_ms"] >= 45_000
    (row,) = centre.history(ME, direction="out")
    assert row.number == "+33612345678"
    assert centre.rebuilt() == centre.parts()
    centre.today_agrees(ME)
    centre.db.close()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_live_rebuilt_and_in_memory_are_the_same(tmp_path: Path, seed: int) -> None:
    """Random days: calls, refusals, lost telephones, holds, pauses, projected in random batches."""
    chance = random.Random(seed)
    centre = Centre(tmp_path, agents=(1, 2, 3))
    world = centre.world
    world.ready(1, 2, 3)
    for _ in range(120):
        _something(centre, chance)
        world.calls.settle()
        for call in list(world.live.calls.values()):
            for leg in call.offers:
                world.rings(leg)  # or the telephone is believed dead for minutes
        world.clock.advance(chance.choice((0.0, 0.4, 3, 20, 90)))
        world.calls.settle()
        if chance.random() < 0.2:
            centre.project()
    centre.project()
    projected = centre.parts()
    assert projected and any(p["connected_at"] for p in projected)
    for agent in (1, 2, 3):
        centre.today_agrees(agent)
    assert centre.rebuilt() == projected
    over = [p for p in projected if p["over_at"] is not None and p["connected_at"] is not None]
    assert all(p["talk_ms"] + p["hold_ms"] == p["ended_at"] - p["connected_at"] for p in over)
    assert all(p["talk_ms"] >= 0 and p["hold_ms"] >= 0 and p["wrap_up_ms"] >= 0 for p in projected)
    centre.db.close()


def _something(centre: Centre, chance: random.Random) -> None:
    world = centre.world
    calls = list(world.live.calls.values())
    what = chance.random()
    if what < 0.3 or not calls:
        world.waits()
        return
    call = chance.choice([c for c in calls if c.stage is not Stage.WAITING] or calls)
    if call.stage is Stage.OFFERED and call.offers:
        leg = chance.choice(list(call.offers))
        if what < 0.7:
            world.picks_up(leg)
            if call.stage is Stage.CONNECTING:
                world.bridged(leg, call.id)
        elif what < 0.85:
            world.refuses(leg, chance.choice(("NO_ANSWER", "CALL_REJECTED", "USER_BUSY")))
        else:
            world.hangs_up(call.id)
    elif call.stage in (Stage.TALKING, Stage.HELD) and call.agent_leg is not None and call.agent is not None:
        leg = call.agent_leg.id
        if what < 0.5 and call.stage is Stage.TALKING:
            world.calls.hold(call.agent, leg)
            world.goes_home(call.id)
        elif what < 0.5:
            world.calls.resume(call.agent, leg)
            world.bridged(leg, call.id)
        elif what < 0.7:
            world.hangs_up(call.id)
            world.hangs_up(leg)
        elif what < 0.8:
            world.hangs_up(leg, "MEDIA_TIMEOUT", by_far_end=False)
        else:
            world.hangs_up(leg)
            world.hangs_up(call.id)
    elif call.stage is Stage.WAITING and what < 0.5:
        world.hangs_up(call.id)
    else:
        for agent in (1, 2, 3):
            state = world.agent(agent)
            if state.work is Work.AFTER_WORK and state.call and chance.random() < 0.7:
                world.calls.qualify(agent, state.call, chance.choice((SALE, REFUSAL)), "")
