"""An agent connects with his queues and disconnects, for calls in and out (BA-20); how his day begins (BA-153, 154)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fs_app.accounts.profiles import AgentOptions
from fs_app.agents.settings import DeskSettings
from fs_app.agents.state import Presence, dump, load
from fs_app.agents.today import Today
from fs_app.desk import AgentDesk
from fs_app.errors import Invalid, NotAllowed, NotFound
from fs_app.infos import Picture
from fs_app.queues.alerts import level
from tests.unit.callbacks.test_kept_place import centre, keeps_place
from tests.unit.core.world import QUEUE, World, queue_info

ME, OTHER = 1, 2
FREE = AgentOptions(may_tick_queues=True)


def choose(world: World, agent: int, **changes: Any) -> None:
    """The administrator, or the agent himself, chose something."""
    now = world.catalog.now
    info = replace(now.agents[agent], **changes)
    world.catalog.now = replace(now, agents={**now.agents, agent: info})
    assert isinstance(world.catalog.now, Picture)


@pytest.fixture
def free(tmp_path: Path) -> World:
    world = World(tmp_path)
    choose(world, ME, options=FREE)
    choose(world, OTHER, options=FREE)
    return world


def desk_of(world: World) -> AgentDesk:
    today = Today(world.clock, world.bus, lambda _account: "Europe/Paris")
    return AgentDesk(
        world.live,
        world.clock,
        world.bus,
        world.catalog,
        world.agents,
        world.calls,
        world.queues,
        world.phones,
        today,
        None,  # type: ignore[arg-type]
        world.threads,
    )


# --- ticks ------------------------------------------------------------------------------------------------------
def test_who_has_unticked_a_queue_gets_no_caller_of_it_until_he_ticks_it_again(free: World) -> None:
    free.agents.tick(ME, QUEUE, "inbound", False)
    free.ready(ME)
    caller = free.waits()
    assert free.offers() == []
    free.agents.tick(ME, QUEUE, "inbound", True)
    assert free.offers() == [(caller, ME)]


def test_the_next_agent_gets_him_and_the_journal_says_why(free: World) -> None:
    free.ready(ME, OTHER)
    free.agents.tick(ME, QUEUE, "inbound", False)
    caller = free.waits()
    assert free.offers() == [(caller, OTHER)]
    (made,) = free.recorder.entries("offer.made")
    assert {"agent": ME, "why": "unticked"}.items() <= made.data["candidates"][0].items()


def test_ring_all_rings_only_who_is_connected(tmp_path: Path) -> None:
    world = World(tmp_path, agents=[1, 2, 3], queue=queue_info(strategy="ring_all"))
    for agent in (1, 2, 3):
        choose(world, agent, options=FREE)
    world.agents.tick(2, QUEUE, "inbound", False)
    world.ready(1, 2)
    caller = world.waits()
    world.ready(3)  # joins
    assert sorted(world.offers()) == [(caller, 1), (caller, 3)]


def test_a_call_under_way_is_none_of_a_ticks_business_and_who_lost_his_line_comes_back_to_him(
    free: World,
) -> None:
    free.ready(ME)
    caller, leg, _ = free.talking()
    free.agents.tick(ME, QUEUE, "inbound", False)
    assert free.call(caller).agent == ME
    free.hangs_up(leg, "MEDIA_TIMEOUT", by_far_end=False)
    free.goes_home(caller)
    assert free.call(caller).preferred_agent == ME


def test_a_kept_place_goes_to_who_is_connected_for_calls_out(tmp_path: Path) -> None:
    world = centre(tmp_path)
    for agent in (ME, OTHER):
        choose(world, agent, options=FREE)
    world.agents.tick(ME, QUEUE, "outbound", False)
    world.agents.tick(OTHER, QUEUE, "inbound", False)
    kept = keeps_place(world)
    world.ready(ME)
    assert world.offers() == []
    world.ready(OTHER)
    assert world.offers() == [(world.live.callbacks[kept].call, OTHER)]


def test_ticks_survive_a_restart_and_old_checkpoints_have_none(free: World) -> None:
    free.agents.tick(ME, QUEUE, "inbound", False)
    again = World(free.folder, clock=free.clock, switch=free.switch)
    again.live.replay()
    assert again.agent(ME).unticked == {"inbound": [QUEUE]}
    stored = dump(again.agent(ME))
    assert load(stored) == again.agent(ME)
    del stored["unticked"], stored["left_available"]
    assert load(stored).unticked == {}


def test_without_the_profiles_leave_nothing_can_be_unticked_and_nothing_is(free: World) -> None:
    free.agents.tick(ME, QUEUE, "inbound", False)
    choose(free, ME, options=AgentOptions())
    free.ready(ME)
    caller = free.waits()
    assert free.offers() == [(caller, ME)]
    with pytest.raises(NotAllowed):
        free.agents.tick(ME, QUEUE, "inbound", False)


def test_what_is_not_his_queue_or_no_direction_is_refused_and_the_same_again_changes_nothing(
    free: World,
) -> None:
    with pytest.raises(NotFound):
        free.agents.tick(ME, 999, "inbound", False)
    with pytest.raises(Invalid):
        free.agents.tick(ME, QUEUE, "sideways", False)
    for _ in range(2):
        free.agents.tick(ME, QUEUE, "outbound", False)
    free.agents.tick(ME, QUEUE, "inbound", True)
    assert len(free.recorder.entries("agent.ticked")) == 1


def test_the_page_sees_its_ticks_and_the_colours_of_its_figures(free: World) -> None:
    free.set_queue(queue_info(alert_waiting=(1, 2)), (ME, OTHER))
    choose(free, ME, options=FREE)
    free.agents.tick(ME, QUEUE, "outbound", False)
    desk = desk_of(free)
    free.waits()
    (row,) = [r for r in desk.picture(ME)["queues"] if r["id"] == QUEUE]
    assert (row["inbound"], row["outbound"]) == (True, False)
    assert (row["waiting"], row["alert"]) == (1, {"waiting": "orange", "callbacks": ""})
    free.waits()
    (row,) = [r for r in desk.picture(ME)["queues"] if r["id"] == QUEUE]
    assert row["alert"]["waiting"] == "red"
    choose(free, ME, options=AgentOptions(sees_waiting=False))
    (row,) = [r for r in desk.picture(ME)["queues"] if r["id"] == QUEUE]
    assert (row["waiting"], row["alert"]["waiting"]) == (None, "")


@pytest.mark.parametrize(
    ("figure", "thresholds", "said"),
    [
        (0, (0, 0), ""),
        (9, (0, 0), ""),
        (4, (5, 10), ""),
        (5, (5, 10), "orange"),
        (10, (5, 10), "red"),
        (3, (0, 3), "red"),
        (50, (5, 0), "orange"),
    ],
)
def test_orange_then_red_and_nought_is_never(figure: int, thresholds: tuple[int, int], said: str) -> None:
    assert level(figure, thresholds) == said


# --- the beginning of the day -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("chosen", "was_available", "is_available"),
    [
        (DeskSettings(), True, False),
        (DeskSettings(available_on_login=True), False, True),
        (DeskSettings(unavailable_on_logout=False), True, True),
        (DeskSettings(unavailable_on_logout=False), False, False),
    ],
)
def test_the_day_begins_as_the_agent_has_chosen(
    world: World, chosen: DeskSettings, was_available: bool, is_available: bool
) -> None:
    desk = desk_of(world)
    desk.log_in(ME)
    if was_available:
        desk.available(ME)
    desk.log_out(ME)
    choose(world, ME, settings=chosen)
    desk.log_in(ME)
    assert (world.agent(ME).presence is Presence.AVAILABLE) == is_available
    desk.unavailable(ME, None)
    desk.log_in(ME)  # a page that comes again changes nothing
    assert world.agent(ME).presence is Presence.UNAVAILABLE
