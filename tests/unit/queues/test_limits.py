"""How long and how many may wait, and where they go then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fs_app import facts as f
from fs_app.calls.limits import Farewell, Onward, Place, Stay, after
from fs_app.calls.stages import Stage
from fs_app.errors import Refused
from fs_app.infos import Limit, QueueInfo
from tests.unit.core.world import ACCOUNT, OTHER_QUEUE, QUEUE, World, queue_info

SORRY = "fr/sorry.wav"


def other(**changes: Any) -> QueueInfo:
    return queue_info(id=OTHER_QUEUE, number="701", name="Other", **changes)


def centre(folder: Path, *more: QueueInfo, **settings: Any) -> World:
    world = World(folder, agents=[1])
    world.set_queue(queue_info(**settings), [1], *more)
    return world


def said(world: World, caller: str) -> list[tuple[str, ...]]:
    return [c.args[1] for c in world.switch.of("play", caller)]


# --- the rule ---------------------------------------------------------------------------------------------------
A, B, C = 1, 2, 3
ON_TO_B = Limit(5, "queue", B)
OUT = Limit(5, "hang_up", None, SORRY)


@pytest.mark.parametrize(
    ("limit", "of_b", "lengths", "been", "expected"),
    [
        (OUT, Limit(), {}, [A], Farewell(SORRY)),
        (ON_TO_B, Limit(), {B: 99}, [A], B),
        (ON_TO_B, Limit(3, "hang_up", None, "b.wav"), {B: 2}, [A], B),
        (ON_TO_B, Limit(3, "hang_up", None, "b.wav"), {B: 3}, [A], Farewell("b.wav")),
        (ON_TO_B, Limit(3, "queue", C), {B: 3}, [A], C),
        (ON_TO_B, Limit(3, "queue", A), {B: 3}, [A], Stay()),
        (ON_TO_B, Limit(), {}, [B, A], Stay()),
        (Limit(5, "queue", 77), Limit(), {}, [A], Stay()),
        (Limit(5, "queue", None), Limit(), {}, [A], Stay()),
        (Limit(5, "queue", 9), Limit(), {}, [A], Stay()),
    ],
)
def test_where_a_caller_goes(
    limit: Limit, of_b: Limit, lengths: dict[int, int], been: list[int], expected: Place | int
) -> None:
    queues = {
        A: queue_info(id=A),
        B: queue_info(id=B, max_length=of_b),
        C: queue_info(id=C),
        9: queue_info(id=9, account=ACCOUNT + 1),
    }
    place = after(limit, queues[A], lambda q: queues.get(q or 0), lambda q: lengths.get(q, 0), been)
    assert (place.queue.id if isinstance(place, Onward) else place) == expected


# --- the longest wait -------------------------------------------------------------------------------------------
def test_who_waited_too_long_hears_it_and_is_ended(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=Limit(30, "hang_up", None, SORRY))
    caller = world.waits()
    world.clock.advance(29.9)
    assert world.stage(caller) is Stage.WAITING
    world.clock.advance(0.2)
    world.calls.settle()
    assert world.stage(caller) is Stage.FAREWELL
    assert said(world, caller)[-1] == (f"/sounds/{SORRY}",)
    assert world.hung_up(caller) == []
    world.tell(
        f.AppDone(
            world.at, caller, app="playback", app_uuid=world.ctx.runtime(world.call(caller)).farewell_app
        )
    )
    assert world.stage(caller) is Stage.ENDING and world.hung_up(caller) == ["NORMAL_CLEARING"]
    world.hangs_up(caller, by_far_end=False)
    assert world.recorder.entries("call.ended")[-1].data["outcome"] == "refused"


def test_without_a_message_he_is_ended_at_once(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=Limit(30))
    caller = world.waits()
    world.clock.advance(30.1)
    world.calls.settle()
    assert world.stage(caller) is Stage.ENDING and world.hung_up(caller) == ["NORMAL_CLEARING"]


def test_a_message_that_can_not_be_played_keeps_nobody(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=Limit(30, "hang_up", None, SORRY))
    caller = world.waits()
    world.switch.fail("play", Refused("-ERR no file"))
    world.clock.advance(30.1)
    world.calls.settle()
    assert world.hung_up(caller) == ["NORMAL_CLEARING"]


def test_on_to_another_queue_with_his_wait_and_his_place(tmp_path: Path) -> None:
    world = centre(tmp_path, other(), max_wait=Limit(30, "queue", OTHER_QUEUE))
    caller = world.waits()
    world.clock.advance(20)
    late = world.arrives()
    world.call(late).queue = OTHER_QUEUE
    world.greeted(late)
    begun = world.call(caller).queued_at
    world.clock.advance(10.1)
    world.calls.settle()
    assert [c.id for c in world.queues.waiting(OTHER_QUEUE)] == [caller, late]
    assert world.queues.waiting(QUEUE) == []
    assert world.call(caller).queued_at == begun
    assert world.queues.waited_s(world.call(caller)) == pytest.approx(30.1, abs=0.01)
    (told,) = world.recorder.entries("call.overflowed")
    assert (told.data["queue"], told.data["new_queue"], told.data["why"]) == (QUEUE, OTHER_QUEUE, "max_wait")
    world.ready(1)
    assert world.offers() == [(caller, 1)]
    world.is_whole()


def test_nobody_goes_in_a_circle(tmp_path: Path) -> None:
    world = centre(
        tmp_path, other(max_wait=Limit(10, "queue", QUEUE)), max_wait=Limit(10, "queue", OTHER_QUEUE)
    )
    caller = world.waits()
    for _ in range(10):
        world.clock.advance(10)
        world.calls.settle()
    assert len(world.recorder.entries("call.overflowed")) == 1
    assert world.stage(caller) is Stage.WAITING and world.call(caller).queue == OTHER_QUEUE


def test_an_agent_in_time_is_better_than_a_message(tmp_path: Path) -> None:
    world = centre(tmp_path, max_wait=Limit(30, "hang_up", None, SORRY))
    world.ready(1)
    caller = world.waits()
    world.clock.advance(19)
    world.rings(world.offered_leg(caller))
    world.clock.advance(12)
    assert world.stage(caller) is Stage.OFFERED
    world.refuses(world.offered_leg(caller), "CALL_REJECTED")
    world.clock.advance(0.1)
    world.calls.settle()
    assert world.stage(caller) is Stage.FAREWELL, "nobody took him, and the time was over"


@pytest.fixture(params=["waiting", "farewell"])
def restarted(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, World, str]:
    world = centre(tmp_path, max_wait=Limit(30, "hang_up", None, SORRY))
    caller = world.waits()
    world.clock.advance(25 if request.param == "waiting" else 31)
    world.calls.settle()
    again = World(tmp_path, agents=[1], clock=world.clock, switch=world.switch)
    again.catalog.now = world.catalog.now
    again.patience.rearm()
    return request.param, again, caller


def test_limits_and_messages_outlive_the_program(restarted: tuple[str, World, str]) -> None:
    when, again, caller = restarted
    if when == "waiting":
        again.clock.advance(4.9)
        again.calls.settle()
        assert again.stage(caller) is Stage.WAITING
        again.clock.advance(0.2)
        again.calls.settle()
    else:
        again.switch.forget()
        again.goes_home(caller)
    assert again.stage(caller) is Stage.FAREWELL
    assert said(again, caller)[-1] == (f"/sounds/{SORRY}",)


# --- the greatest length ----------------------------------------------------------------------------------------
def test_a_full_queue_says_so_and_takes_the_next_when_there_is_room(tmp_path: Path) -> None:
    world = centre(tmp_path, max_length=Limit(2, "hang_up", None, SORRY))
    first, _second = world.waits(), world.waits()
    third = world.waits()
    assert world.stage(third) is Stage.FAREWELL and world.call(third).ticket is None
    assert said(world, third)[-1] == (f"/sounds/{SORRY}",)
    world.hangs_up(first)
    assert world.stage(world.waits()) is Stage.WAITING


def test_a_full_queue_sends_on(tmp_path: Path) -> None:
    world = centre(tmp_path, other(), max_length=Limit(1, "queue", OTHER_QUEUE))
    first, second = world.waits(), world.waits()
    assert [c.id for c in world.queues.waiting(QUEUE)] == [first]
    assert [c.id for c in world.queues.waiting(OTHER_QUEUE)] == [second]
    assert world.recorder.entries("call.queued")[-1].data["queue"] == OTHER_QUEUE


def test_who_comes_back_from_an_offer_is_never_too_many(tmp_path: Path) -> None:
    world = centre(tmp_path, max_length=Limit(1, "hang_up", None, SORRY))
    world.ready(1)
    first = world.waits()
    second = world.waits()
    world.refuses(world.offered_leg(first), "USER_BUSY")
    assert [c.id for c in world.queues.waiting(QUEUE)] == [first, second]
