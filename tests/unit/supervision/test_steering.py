"""Forced states and steered calls: who may, what happens, who is told, what is written down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fs_app.agents.state import Presence, Work
from fs_app.calls.stages import Stage
from fs_app.errors import NotAllowed, NotFound
from fs_app.events import AgentNotice
from fs_app.supervision.scope import Scope
from fs_app.supervision.service import LoggedOut, NotWaiting
from tests.unit.core.world import ACCOUNT, LUNCH, OTHER_QUEUE, QUEUE
from tests.unit.supervision.conftest import BOSS, ONE, TWO, USER, Watched


def notices(world: Watched, agent: int = ONE) -> list[str]:
    return [e.key for e in world.recorder.of(AgentNotice) if e.agent == agent]


def test_an_agent_is_made_unavailable_with_a_reason_and_told_by_whom(world: Watched) -> None:
    world.ready(ONE)
    world.supervision.unavailable(world.boss, ONE, LUNCH)
    assert (world.agent(ONE).presence, world.agent(ONE).reason) == (Presence.UNAVAILABLE, LUNCH)
    (notice,) = world.recorder.of(AgentNotice)
    assert (notice.key, notice.params) == ("supervision.told.unavailable", {"by": "Sonia", "reason": "Lunch"})
    (entry,) = world.recorder.entries("supervision.forced")
    assert (
        entry.data | {"user": USER, "user_name": "Sonia", "what": "unavailable", "reason": "Lunch"}
        == entry.data
    )
    assert world.recorder.entries("agent.presence")[-1].data["why"] == "supervisor"
    world.supervision.available(world.boss, ONE)
    assert world.agent(ONE).presence is Presence.AVAILABLE


def test_in_a_call_it_waits_for_the_end_and_the_notice_says_so(world: Watched) -> None:
    world.ready(ONE)
    caller, leg, _ = world.talking()
    world.supervision.log_out(world.boss, ONE)
    assert world.agent(ONE).wanted == "log_out"
    assert notices(world) == ["supervision.told.log_out_later"]
    world.hangs_up(caller)
    world.hangs_up(leg)
    assert world.agent(ONE).presence is Presence.AVAILABLE, "the call is to be qualified first"
    world.calls.qualify(ONE, caller, 501, "")
    world.clock.advance(10)
    assert world.agent(ONE).presence is Presence.LOGGED_OUT


def test_a_delay_is_ended_for_him(world: Watched) -> None:
    world.ready(ONE)
    caller = world.waits()
    leg = world.offered_leg(caller)
    world.rings(leg)
    world.refuses(leg, "NO_ANSWER")
    assert world.work(ONE) is Work.NO_ANSWER_DELAY
    world.supervision.end_delay(world.boss, ONE)
    assert world.work(ONE) is Work.OFFERED, "the caller who waits is offered at once"
    with pytest.raises(NotAllowed):
        world.supervision.end_delay(world.boss, ONE)


def test_nobody_takes_his_place_for_him(world: Watched) -> None:
    for verb in (world.supervision.available, world.supervision.log_out):
        with pytest.raises(LoggedOut):
            verb(world.boss, ONE)
    assert world.recorder.entries("supervision") == []


def test_agents_and_calls_that_he_is_not_given_do_not_exist(world: Watched) -> None:
    world.ready(ONE, TWO)
    theirs = world.restricted(OTHER_QUEUE)
    foreign = replace(world.boss, scope=Scope(ACCOUNT + 1))
    waiting = world.waits()
    for by in (theirs, foreign):
        with pytest.raises(NotFound):
            world.supervision.unavailable(by, ONE, None)
        with pytest.raises(NotFound):
            world.supervision.hang_up(by, waiting)
        with pytest.raises(NotFound):
            world.supervision.message(by, ONE, "hello")
    world.supervision.unavailable(theirs, TWO, None)
    with pytest.raises(NotFound):
        world.supervision.unavailable(foreign, TWO, None)


def test_a_call_is_hung_up_and_its_agent_told(world: Watched) -> None:
    world.ready(ONE)
    caller, _, _ = world.talking()
    world.supervision.hang_up(world.boss, caller)
    assert world.hung_up(caller) == ["NORMAL_CLEARING"]
    assert notices(world) == ["supervision.told.hang_up"]
    world.hangs_up(caller, by_far_end=False)
    (ended,) = world.recorder.entries("call.ended", caller)
    assert (ended.data["by"], ended.data["outcome"]) == ("supervisor", "answered")


def test_a_waiting_caller_who_is_hung_up_has_not_abandoned(world: Watched) -> None:
    caller = world.waits()
    world.supervision.hang_up(world.boss, caller)
    world.hangs_up(caller, by_far_end=False)
    (ended,) = world.recorder.entries("call.ended", caller)
    assert (ended.data["by"], ended.data["outcome"]) == ("supervisor", "refused")


def test_a_hang_up_that_got_lost_is_done_by_the_comparison(world: Watched) -> None:
    caller = world.waits()
    world.supervision.hang_up(world.boss, caller)
    world.switch.forget()
    world.shows(caller)
    world.recover()
    assert world.hung_up(caller)


def test_a_waiting_caller_goes_to_another_queue_with_his_place(world: Watched) -> None:
    first, second = world.waits(), world.waits()
    world.supervision.move(world.boss, second, OTHER_QUEUE)
    assert [c.id for c in world.queues.waiting(QUEUE)] == [first]
    assert [c.id for c in world.queues.waiting(OTHER_QUEUE)] == [second]
    (entry,) = world.recorder.entries("supervision.move", second)
    assert entry.data["queue"] == "Technique"
    world.ready(TWO)
    assert world.offers() == [(first, TWO)], "his ticket is his place, in whichever queue"
    world.is_whole()


def test_he_can_not_be_moved_where_the_supervisor_sees_nothing(world: Watched) -> None:
    caller = world.waits()
    with pytest.raises(NotFound):
        world.supervision.move(world.restricted(QUEUE), caller, OTHER_QUEUE)
    with pytest.raises(NotFound):
        world.supervision.move(world.boss, caller, 999)


def test_the_last_is_put_first_and_served_first(world: Watched) -> None:
    callers = [world.waits() for _ in range(3)]
    world.supervision.put_first(world.boss, callers[2])
    assert [c.id for c in world.queues.waiting(QUEUE)] == [callers[2], callers[0], callers[1]]
    world.supervision.put_first(world.boss, callers[1])
    assert [c.id for c in world.queues.waiting(QUEUE)] == [callers[1], callers[2], callers[0]]
    world.supervision.put_first(world.boss, callers[1])
    assert world.call(callers[1]).priority == 2, "who is first already stays as he is"
    world.ready(ONE)
    assert world.offers() == [(callers[1], ONE)]


def test_the_order_survives_a_restart(world: Watched) -> None:
    callers = [world.waits() for _ in range(3)]
    world.supervision.put_first(world.boss, callers[2])
    world.supervision.move(world.boss, callers[0], OTHER_QUEUE)
    world.journal.close()
    again = Watched(world.folder)
    assert [c.id for c in again.queues.waiting(QUEUE)] == [callers[2], callers[1]]
    assert [c.id for c in again.queues.waiting(OTHER_QUEUE)] == [callers[0]]


def test_who_is_being_offered_is_neither_moved_nor_put_first(world: Watched) -> None:
    world.ready(ONE)
    caller = world.waits()
    assert world.stage(caller) is Stage.OFFERED
    with pytest.raises(NotWaiting):
        world.supervision.move(world.boss, caller, OTHER_QUEUE)
    with pytest.raises(NotWaiting):
        world.supervision.put_first(world.boss, caller)


def test_a_message_reaches_one_agent_or_all_who_are_there(world: Watched) -> None:
    world.ready(ONE)
    assert world.supervision.message(world.boss, None, "Réunion à 15 h") == 1
    assert world.supervision.message(world.boss, BOSS, "x") == 1
    (notice, _) = world.recorder.of(AgentNotice)
    assert (notice.agent, notice.params["text"]) == (ONE, "Réunion à 15 h")
    assert notices(world, TWO) == []
