"""Who gave up is in the list by himself, once; who takes a callback has it alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app.callbacks.state import Reason, State
from fs_app.errors import Invalid, NotFound
from fs_app.outbound.item import NoNumber, NotFree, Taken
from tests.unit.callbacks.test_kept_place import MARIE, PAUL, attempt, centre, keeps_place, waits
from tests.unit.core.world import ACCOUNT, QUEUE, World


def gives_up(world: World, number: str = MARIE) -> None:
    world.hangs_up(waits(world, number))


def only(world: World) -> str:
    (found,) = world.live.callbacks
    return found


def test_who_gives_up_twice_is_listed_once_and_counted_twice(tmp_path: Path) -> None:
    world = centre(tmp_path)
    gives_up(world)
    gives_up(world)
    gives_up(world, "0612345678")  # the same telephone as another network writes it
    found = world.live.callbacks[only(world)]
    assert (found.reason, found.number, found.times) == (Reason.ABANDONED, MARIE, 3)
    gives_up(world, "anonymous")
    gives_up(world, "")
    assert len(world.live.callbacks) == 1
    assert found.due_at is None, "nobody is dialled by itself for it"
    world.clock.advance(3600)
    assert world.switch.of("originate") == []


def test_getting_through_takes_him_off_the_list(tmp_path: Path) -> None:
    world = centre(tmp_path)
    gives_up(world)
    gives_up(world, PAUL)
    marie = waits(world)
    world.ready(1)
    leg = world.offered_leg(marie)
    world.rings(leg)
    world.picks_up(leg)
    assert len(world.live.callbacks) == 2, "not before they talk"
    world.bridged(leg, marie)
    assert [c.number for c in world.live.callbacks.values()] == [PAUL]


def test_of_two_who_take_it_exactly_one_has_it(tmp_path: Path) -> None:
    world = centre(tmp_path)
    gives_up(world)
    callback = only(world)
    world.callbacks.take(ACCOUNT, callback, 1)
    world.callbacks.take(ACCOUNT, callback, 1)  # pressed twice
    with pytest.raises(Taken):
        world.callbacks.take(ACCOUNT, callback, 2)
    with pytest.raises(Taken):
        world.callbacks.call_back(ACCOUNT, callback, 2)
    assert world.live.callbacks[callback].owner == 1
    world.callbacks.release(ACCOUNT, callback)
    world.callbacks.take(ACCOUNT, callback, 2)
    assert world.live.callbacks[callback].state is State.RESERVED


def test_calling_back_rings_the_agent_alone_then_the_customer(tmp_path: Path) -> None:
    world = centre(tmp_path)
    gives_up(world)
    callback = only(world)
    with pytest.raises(NotFree):
        world.callbacks.call_back(ACCOUNT, callback, 1)
    world.ready(1, 2)
    world.callbacks.call_back(ACCOUNT, callback, 1)
    call = attempt(world, callback)
    assert world.offers() == [(call, 1)]
    leg = world.offered_leg(call)
    with pytest.raises(Taken):
        world.callbacks.call_back(ACCOUNT, callback, 2)
    world.refuses(leg, "NO_ANSWER")
    assert world.stage(call) is None, "it is not offered to the others"
    found = world.live.callbacks[callback]
    assert (found.call, found.tries, found.state, found.owner) == ("", 0, State.OPEN, None)
    assert (found.last_result, found.due_at) == ("gave_up", world.clock.now_ms() + 300_000)
    assert world.offers() == [(call, 1)]
    world.is_whole()


def test_a_kept_place_can_be_called_by_hand_while_it_waits_but_not_once_it_is_offered(tmp_path: Path) -> None:
    world = centre(tmp_path)
    kept = keeps_place(world)
    in_line = attempt(world, kept)
    world.ready(1)
    with pytest.raises(Taken):
        world.callbacks.take(ACCOUNT, kept, 2)
    world.refuses(world.offered_leg(in_line), "NO_ANSWER")
    world.callbacks.take(ACCOUNT, kept, 2)
    assert world.stage(in_line) is None and world.queues.waiting(QUEUE) == []
    world.callbacks.release(ACCOUNT, kept)
    world.clock.advance(0.1)
    world.calls.settle()
    assert [c.callback for c in world.queues.waiting(QUEUE)] == [kept], "back at his place"


def test_what_is_settled_or_of_another_account_is_not_there(tmp_path: Path) -> None:
    world = centre(tmp_path)
    gives_up(world)
    callback = only(world)
    with pytest.raises(NotFound):
        world.callbacks.take(ACCOUNT + 1, callback, 1)
    with pytest.raises(Invalid):
        world.callbacks.postpone(ACCOUNT, callback, world.clock.now_ms() - 1000)
    world.callbacks.close(ACCOUNT, callback, done=True, who="Sonia")
    assert world.recorder.entries("callback.closed")[-1].data["by"] == "Sonia"
    with pytest.raises(NotFound):
        world.callbacks.take(ACCOUNT, callback, 1)


def test_a_message_of_somebody_without_a_number_can_be_heard_but_not_called(tmp_path: Path) -> None:
    world = centre(tmp_path)
    world.callbacks.ended(world.call(waits(world, "anonymous")), "voicemail", "rec-1")
    found = world.live.callbacks[only(world)]
    assert (found.reason, found.recording, found.number) == (Reason.VOICEMAIL, "rec-1", "")
    with pytest.raises(NoNumber):
        world.callbacks.call_back(ACCOUNT, found.id, 1)


def test_a_message_is_to_be_heard_also_of_somebody_who_had_talked_to_an_agent(tmp_path: Path) -> None:
    """His agent's telephone was lost, and nobody had time for him afterwards."""
    world = centre(tmp_path)
    world.callbacks.ended(world.call(waits(world)), "answered", "rec-1")
    found = world.live.callbacks[only(world)]
    assert (found.reason, found.recording) == (Reason.VOICEMAIL, "rec-1")
