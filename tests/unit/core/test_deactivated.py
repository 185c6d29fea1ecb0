"""An administrator deactivates what is in use: calls go on, nobody waits for somebody who is gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fs_app.agents.state import Presence, Work
from fs_app.calls.stages import Stage
from fs_app.errors import NotFound
from fs_app.events import CatalogChanged
from tests.unit.core.world import QUEUE, SALE, World, queue_info

ME, OTHER = 1, 2


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path, agents=[ME, OTHER])
    made.bus.subscribe(CatalogChanged, lambda _: made.calls.see_off())
    return made


def close_queue(world: World) -> None:
    now = world.catalog.now
    world.catalog.now = replace(now, queues={}, closed_queues=now.queues)
    world.bus.publish(CatalogChanged())


def deactivate(world: World, agent: int) -> None:
    now = world.catalog.now
    queues = {i: replace(q, agents=tuple(a for a in q.agents if a != agent)) for i, q in now.queues.items()}
    world.catalog.now = replace(
        now, agents={a: i for a, i in now.agents.items() if a != agent}, queues=queues
    )
    world.bus.publish(CatalogChanged())


# --- a queue ------------------------------------------------------------------------------------------------
def test_who_waits_in_a_queue_that_is_deactivated_is_served_all_the_same(world: World) -> None:
    caller = world.waits()
    close_queue(world)
    assert world.stage(caller) is Stage.WAITING
    world.ready(ME)
    leg = world.offered_leg(caller)
    world.rings(leg)
    world.picks_up(leg)
    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.TALKING
    assert world.call(caller).must_qualify, "the queue's dispositions are still asked for"
    world.hangs_up(caller)
    world.calls.qualify(ME, caller, SALE, "")
    assert world.work(ME) is Work.INTER_CALL


def test_who_hears_the_greeting_of_a_queue_that_is_deactivated_gets_his_place(world: World) -> None:
    caller = world.arrives()
    close_queue(world)
    world.greeted(caller)
    assert world.stage(caller) is Stage.WAITING


def test_a_closed_queue_takes_nobody_new(world: World) -> None:
    close_queue(world)
    assert world.catalog.open_queue(QUEUE) is None
    assert world.catalog.queue_by_number(1, queue_info().number) is None
    assert world.catalog.queue(QUEUE) is not None


# --- an agent -----------------------------------------------------------------------------------------------
def test_an_agent_who_is_deactivated_in_a_conversation_ends_it_in_peace(world: World) -> None:
    world.ready(ME)
    caller, leg, agent = world.talking()
    deactivate(world, agent)
    assert world.stage(caller) is Stage.TALKING
    assert not world.hung_up(caller)
    world.hangs_up(caller)
    world.hangs_up(leg)
    state = world.live.agents[agent]
    assert world.stage(caller) is None, "nobody waits for a verdict of somebody who has no page"
    world.clock.advance(60)
    assert (state.presence, state.work) == (Presence.LOGGED_OUT, Work.IDLE)
    world.is_whole()


def test_an_agent_who_is_deactivated_while_he_qualifies_is_logged_out(world: World) -> None:
    world.ready(ME)
    caller, leg, agent = world.talking()
    world.hangs_up(caller)
    world.hangs_up(leg)
    assert world.work(agent) is Work.AFTER_WORK
    deactivate(world, agent)
    world.clock.advance(60)
    state = world.live.agents[agent]
    assert (state.presence, state.work) == (Presence.LOGGED_OUT, Work.IDLE)
    assert [e.kind for e in world.recorder.entries("call.qualify_dropped")] == ["call.qualify_dropped"]
    world.is_whole()


def test_an_agent_who_is_deactivated_while_his_phone_rings_may_still_answer(world: World) -> None:
    world.ready(ME)
    caller = world.waits()
    leg = world.offered_leg(caller)
    world.rings(leg)
    deactivate(world, ME)
    world.picks_up(leg)
    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.TALKING


def test_an_agent_who_is_deactivated_at_rest_is_logged_out_and_gets_nothing_more(world: World) -> None:
    world.ready(ME)
    deactivate(world, ME)
    assert world.live.agents[ME].presence is Presence.LOGGED_OUT
    caller = world.waits()
    assert world.stage(caller) is Stage.WAITING
    with pytest.raises(NotFound):
        world.agents.available(ME)


def test_a_verdict_that_was_archived_during_the_call_is_kept_with_its_name(world: World) -> None:
    world.ready(ME)
    caller, _, agent = world.talking()
    world.calls.qualify(agent, caller, SALE, "")
    now = world.catalog.now
    world.catalog.now = replace(
        now,
        dispositions={d: i for d, i in now.dispositions.items() if d != SALE},
        archived={SALE: now.dispositions[SALE]},
    )
    world.hangs_up(caller)
    assert [e.data["label"] for e in world.recorder.entries("call.disposed")] == ["Sale"]
