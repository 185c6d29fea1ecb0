"""Who gets whom, and in which order."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.calls.stages import Stage
from fs_app.errors import NotAllowed, NotFound
from tests.unit.core.world import DOMAIN, INTER_CALL_S, LUNCH, OTHER_QUEUE, QUEUE, SALE, World, queue_info


def test_the_agent_who_is_idle_longest_is_asked(world: World) -> None:
    world.ready(2, 1)
    caller = world.waits()
    assert world.offers() == [(caller, 2)]


def test_a_withdrawn_offer_does_not_cost_an_agent_his_turn(tmp_path: Path) -> None:
    world = World(tmp_path, agents=[1, 2])
    world.ready(1, 2)
    first = world.waits()
    world.clock.advance(5)
    world.hangs_up(first)
    second = world.waits()
    assert world.offers() == [(first, 1), (second, 1)]


def test_who_has_just_talked_is_last_in_turn(tmp_path: Path) -> None:
    world = World(tmp_path, agents=[1, 2])
    world.ready(1, 2)
    caller, _leg, agent = world.talking()
    world.clock.advance(60)
    world.hangs_up(caller)
    world.calls.qualify(agent, caller, SALE, "")
    world.clock.advance(INTER_CALL_S)
    assert world.offers()[-1] == (caller, 1)
    next_caller = world.waits()
    assert world.offers()[-1] == (next_caller, 2)


def test_no_agent_is_asked_twice_at_a_time_and_no_caller_offered_twice(tmp_path: Path) -> None:
    world = World(tmp_path, agents=range(1, 6))
    world.ready(1, 2, 3, 4, 5)
    callers = [world.waits() for _ in range(8)]
    offers = world.offers()
    assert [c for c, _ in offers] == callers[:5]
    assert sorted(a for _, a in offers) == [1, 2, 3, 4, 5]
    for _ in range(3):
        world.routing.kick_all()
        for agent in range(1, 6):
            world.routing.agent_ready(agent)
    assert world.offers() == offers
    world.is_whole()


def test_several_agents_who_come_at_once_get_callers_in_order(tmp_path: Path) -> None:
    world = World(tmp_path, agents=range(1, 5), is_open=False)
    callers = [world.waits() for _ in range(6)]
    world.ready(1, 2, 3, 4)
    assert world.offers() == []
    world._set_routing(True)
    assert world.offers() == list(zip(callers, (1, 2, 3, 4), strict=False))


@pytest.mark.parametrize("why", ["closed", "no phone", "unavailable", "logged out", "wanted", "inactive"])
def test_nobody_is_asked_who_may_not_or_can_not(tmp_path: Path, why: str) -> None:
    world = World(tmp_path, agents=[1])
    world.ready(1)
    if why == "closed":
        world.routing.open = False
    elif why == "no phone":
        world.phones.on_unregistered(f.PhoneUnregistered(world.at, "1001", DOMAIN))
    elif why == "unavailable":
        world.agents.unavailable(1, LUNCH)
    elif why == "logged out":
        world.agents.log_out(1)
    elif why == "wanted":
        world.live.record("agent.wanted", account=1, agent=1, wanted="unavailable", reason=None)
    else:
        world.set_queue(queue_info(), [])
    caller = world.waits()
    assert world.stage(caller) is Stage.WAITING
    world.routing.kick_all()
    assert world.offers() == []


def test_a_telephone_that_comes_back_is_used_at_once(tmp_path: Path) -> None:
    world = World(tmp_path, agents=[1])
    world.agents.log_in(1)
    world.agents.available(1)
    caller = world.waits()
    world.phones.compare([f.Registration("1001", DOMAIN, "sofia/internal/sip:1001@192.0.2.9", 0)])
    assert world.offers() == [(caller, 1)]
    assert world.originate(world.offered_leg(caller)).endpoint.endswith("192.0.2.9")


def test_an_agent_of_two_queues_takes_the_one_who_waits_longest(tmp_path: Path) -> None:
    world = World(tmp_path, agents=[1])
    world.set_queue(queue_info(), [1], queue_info(id=OTHER_QUEUE, number="701", name="Other"))
    first = world.arrives()
    world.call(first).queue = OTHER_QUEUE
    world.greeted(first)
    world.clock.advance(5)
    second = world.waits()
    assert [c.id for c in world.queues.waiting(OTHER_QUEUE)] == [first]
    assert [c.id for c in world.queues.waiting(QUEUE)] == [second]
    world.ready(1)
    assert world.offers() == [(first, 1)]


def test_a_customer_who_is_an_agents_own_comes_before_those_of_his_other_queue(tmp_path: Path) -> None:
    world = World(tmp_path, agents=[1])
    world.set_queue(queue_info(), [1], queue_info(id=OTHER_QUEUE, number="701", name="Other"))
    world.ready(1)
    early = world.arrives()
    world.call(early).queue = OTHER_QUEUE
    caller, leg, agent = world.talking()
    world.greeted(early)
    world.call(caller).queued_at = world.clock.now_ms() + 1  # the other one waits longer
    world.hangs_up(leg, "MEDIA_TIMEOUT")
    assert world.offers()[-1] == (caller, agent)


def test_the_line_is_kept_by_ticket_whatever_the_clock_does(world: World) -> None:
    first = world.waits()
    world.clock.wall_shift_ms = -3_600_000
    second = world.waits()
    world.clock.wall_shift_ms = 3_600_000
    third = world.waits()
    line = world.queues.waiting(QUEUE)
    assert [c.id for c in line] == [first, second, third]
    assert [world.queues.position(c) for c in line] == [1, 2, 3]
    assert world.queues.length(QUEUE) == 3
    world.hangs_up(second)
    assert [c.id for c in world.queues.waiting(QUEUE)] == [first, third]
    assert world.queues.longest_since(QUEUE) == world.call(first).queued_at
    assert world.queues.longest_since(OTHER_QUEUE) is None


def test_a_ticket_is_given_once(world: World) -> None:
    callers = [world.waits() for _ in range(3)]
    assert [world.call(c).ticket for c in callers] == [1, 2, 3]
    for caller in callers:
        world.hangs_up(caller)
    assert world.call(world.waits()).ticket == 4


def test_a_big_centre_is_matched_quickly(tmp_path: Path) -> None:
    """500 agents of whom none is free, 200 callers: what happens on each event must not cost the loop anything."""
    world = World(tmp_path, agents=range(1, 501), is_open=False)
    for _ in range(200):
        world.waits()
    world.routing.open = True
    begin = time.process_time()
    for _ in range(20):
        world.routing.kick(QUEUE)
    assert (time.process_time() - begin) / 20 < 0.01


# --- what agents may ask ----------------------------------------------------------------------------------------
def test_who_is_logged_out_asks_for_nothing_else(world: World) -> None:
    for ask in (lambda: world.agents.available(1), lambda: world.agents.unavailable(1, None)):
        with pytest.raises(NotAllowed):
            ask()
    world.agents.log_out(1)
    with pytest.raises(NotFound):
        world.agents.log_in(99)


def test_only_reasons_of_the_account_count(world: World) -> None:
    world.ready(1)
    with pytest.raises(NotFound):
        world.agents.unavailable(1, 12345)
    world.agents.unavailable(1, LUNCH)
    assert (world.agent(1).shown, world.agent(1).reason) == ("UNAVAILABLE", LUNCH)
    world.agents.unavailable(1, None)
    assert world.agent(1).reason is None


def test_there_is_no_delay_to_end_for_who_is_idle(world: World) -> None:
    world.ready(1)
    with pytest.raises(NotAllowed):
        world.agents.end_delay(1)


def test_a_pause_asked_for_in_a_delay_counts_at_once(world: World) -> None:
    world.ready(1)
    caller = world.waits()
    world.refuses(world.offered_leg(caller), "NO_ANSWER")
    world.agents.unavailable(1, LUNCH)
    world.clock.advance(60)
    assert (world.agent(1).shown, world.work(1)) == ("UNAVAILABLE", Work.IDLE)
    assert len(world.offers()) == 1


# --- telephones -------------------------------------------------------------------------------------------------
def test_a_phone_that_moved_drops_its_old_contact_without_being_lost(world: World) -> None:
    world.phones.on_registered(f.PhoneRegistered(0, "1001", DOMAIN, "sip:new", 60))
    world.phones.on_unregistered(f.PhoneUnregistered(0, "1001", DOMAIN, "sip:old"))
    assert world.phones.contact("1001", DOMAIN) == "sip:new"
    world.phones.on_unregistered(f.PhoneUnregistered(0, "1001", DOMAIN, "sip:new"))
    assert world.phones.contact("1001", DOMAIN) is None


def test_the_list_of_the_switch_is_the_truth_about_telephones(world: World) -> None:
    world.registers(1, 2)
    world.phones.compare([])  # it lags behind: they have registered only just now
    assert world.phones.contact("1001", DOMAIN) is not None
    world.phones.compare(
        [f.Registration("1002", DOMAIN, "sip:moved", 0), f.Registration("1009", DOMAIN, "sip:x", 0)]
    )
    assert [world.phones.contact(n, DOMAIN) for n in ("1001", "1002", "1009")] == [None, "sip:moved", "sip:x"]
