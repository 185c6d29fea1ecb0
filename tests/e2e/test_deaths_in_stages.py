"""The program dies while a caller is on his way outside, rings everybody, hears an announcement; both sides hang up at
once; keys pressed twice. Nobody is cut off, nobody stays behind; on both switches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from fs_app.queues.model import Queue
from tests.e2e.test_routing import configured
from tests.e2e.test_waiting import MARIE, OUTSIDE, callbacks, hear_each_other, idle, settings, waiting, works
from tests.support.program import DID, Program
from tests.support.until import until
from tests.support.world import PartyState, World

__all__ = ["configured"]
Configured = Callable[..., Program]

DEAD_S = 6.0
"""Longer than lease and watch together: whatever the dialplan does without the program has been done."""


def to_outside(**more: Any) -> Callable[[Program, Queue, Queue], None]:
    return settings(exit_key="9", exit_then="number", exit_number=OUTSIDE, **{"outside_ring_s": 30, **more})


def presses_exit(world: World, app: Program, outside: Any, keys: str = "9") -> Any:
    caller = world.call(DID, MARIE)
    caller.talking()
    waiting(app, 1)
    until(caller.sound, 10, "music")
    caller.press(keys)
    outside.ringing(timeout=15)
    return caller


def all_over(world: World, app: Program, outcome: str) -> None:
    until(lambda: world.legs() == 0, 15, "no leg is left")
    until(lambda: app.rows("select outcome from call") == [(outcome,)], 10, "that is what became of it")
    until(lambda: app.rows("select id from leg where ended_at is null") == [], 5, "every leg has ended")


def test_who_answers_outside_while_the_program_is_dead_gets_the_caller_when_it_is_back(
    world: World, configured: Configured
) -> None:
    app = configured(to_outside())
    outside = world.person(OUTSIDE)
    caller = presses_exit(world, app, outside, "99")
    app.kill()
    time.sleep(1)
    outside.answer()
    time.sleep(DEAD_S)
    assert caller.state == PartyState.TALKING and outside.state == PartyState.TALKING
    app.start()
    hear_each_other(outside, caller)
    app.kill()
    time.sleep(DEAD_S)
    hear_each_other(outside, caller)
    outside.hang_up()
    app.start()
    assert caller.ended(timeout=15) == "bye"
    all_over(world, app, "outside")


@pytest.mark.parametrize("gives_up", [True, False], ids=["the_caller", "who_rings_outside"])
def test_what_ends_outside_while_the_program_is_dead_is_ended_when_it_is_back(
    world: World, configured: Configured, gives_up: bool
) -> None:
    app = configured(to_outside(outside_ring_s=8))
    outside = world.person(OUTSIDE)
    caller = presses_exit(world, app, outside)
    app.kill()
    if gives_up:
        outside.answer()
        time.sleep(1)
        caller.hang_up()
        app.start()
        idle(outside)
        all_over(world, app, "abandoned")
        return
    outside.hang_up()
    time.sleep(DEAD_S)
    assert caller.state == PartyState.TALKING
    app.start()
    until(lambda: app.rows("select stage from call") == [("WAITING",)], 10, "he has his place again")
    until(caller.sound, 10, "and hears music")
    caller.hang_up()
    all_over(world, app, "abandoned")


def test_one_of_several_telephones_is_picked_up_while_the_program_is_dead(
    world: World, configured: Configured, pages: Callable[..., Any]
) -> None:
    app = configured(settings(strategy="ring_all", ring_s=25, wrap_up=False))
    phone, page = works(world, app, pages)
    other, other_page = works(world, app, pages, "1002")
    caller = world.call(DID, MARIE)
    phone.ringing()
    other.ringing()
    app.kill()
    phone.answer()
    time.sleep(DEAD_S)
    app.start()
    hear_each_other(phone, caller)
    idle(other)
    until(lambda: page.state == "IN_CALL" and other_page.state == "IDLE", 10, "one talks, one is free")
    caller.hang_up()
    all_over(world, app, "answered")


def test_both_hang_up_in_the_same_moment(
    world: World, configured: Configured, pages: Callable[..., Any]
) -> None:
    app = configured(settings(wrap_up=False))
    phone, page = works(world, app, pages)
    for n in (1, 2, 3):
        caller = world.call(DID, MARIE)
        phone.ringing()
        phone.answer()
        hear_each_other(phone, caller)
        first, second = (phone, caller) if n % 2 else (caller, phone)
        first.hang_up()
        second.hang_up()
        until(lambda: world.legs() == 0, 10, "no leg is left")
        page.is_in("IDLE", timeout=10)
    until(lambda: app.rows("select outcome from call") == [("answered",)] * 3, 5, "each has one end")


def test_a_death_while_an_announcement_is_played_leaves_music_and_the_place(
    world: World, configured: Configured, pages: Callable[..., Any]
) -> None:
    app = configured(
        settings(announce_position=True, announce_first_s=1, announce_every_s=5, callback_key="1")
    )
    caller = world.call(DID, MARIE)
    caller.talking()
    waiting(app, 1)
    time.sleep(1.5)
    app.kill()
    caller.press("1")  # nobody hears it
    time.sleep(DEAD_S)
    until(caller.sound, 10, "music")
    assert caller.state == PartyState.TALKING
    app.start()
    until(lambda: app.rows("select stage from call") == [("WAITING",)], 10, "she has her place")
    until(caller.sound, 10, "music")
    caller.press("11")  # and now twice
    assert caller.ended(timeout=30) == "bye"
    until(lambda: len(callbacks(app)) == 1, 5, "one place is kept")
    until(lambda: world.legs() == 0, 10, "no leg is left")


def test_who_calls_in_while_he_is_being_called_back_is_nobody_twice(
    world: World, configured: Configured, pages: Callable[..., Any]
) -> None:
    app = configured(settings(callback_key="1", outside_ring_s=4, callback_tries=1))
    caller = world.call(DID, MARIE)
    caller.talking()
    waiting(app, 1)
    until(caller.sound, 10, "music")
    caller.press("1")
    assert caller.ended(timeout=30) == "bye"
    marie = world.person(MARIE)
    phone, _page = works(world, app, pages)
    phone.ringing(timeout=20)
    phone.answer()
    marie.ringing(timeout=15)
    again = world.call(DID, MARIE)
    again.talking()
    until(again.sound, 10, "she waits")
    idle(marie)
    phone.ringing(timeout=20)
    phone.answer()
    hear_each_other(phone, again)
    again.hang_up()
    until(lambda: [c[2] for c in callbacks(app)] == ["CANCELLED"], 10, "nobody calls her any more")
    until(lambda: world.legs() == 0, 10, "no leg is left")
