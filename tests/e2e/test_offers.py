"""Telephones that are not picked up, callers who give up, several telephones for one caller; on both switches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fs_app.queues.model import Queue
from tests.e2e.test_one_call import ready_agent
from tests.e2e.test_routing import configured, told
from tests.support.program import DID, Plan, Program
from tests.support.until import until
from tests.support.world import PartyState, World

__all__ = ["configured"]


def missed(page: Any) -> int:
    return int(page.picture["today"]["missed"])


def rings_all(_program: Program, queue: Queue, _other: Queue) -> None:
    queue.strategy = "ring_all"


def test_an_agent_who_does_not_answer_rests_and_the_next_one_gets_the_caller(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan(ring_s=3, no_answer_delay_s=4, wrap_up=False, record="none"))
    first_phone, first = ready_agent(world, app, pages)
    second_phone, second = ready_agent(world, app, pages, "1002")
    caller = world.call(DID, "+33612345678")
    first_phone.ringing()
    second_phone.ringing(timeout=12)
    first.is_in("NO_ANSWER_DELAY")
    until(lambda: first_phone.state == PartyState.IDLE, 5, "the first telephone has stopped ringing")
    second_phone.answer()
    caller.talking()
    second.is_in("IN_CALL")
    assert (missed(first), missed(second)) == (1, 0)
    first.is_in("IDLE")
    caller.hang_up()
    second.is_in("IDLE")


def test_a_caller_who_gives_up_while_it_rings_costs_nobody_anything(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan())
    phone, page = ready_agent(world, app, pages)
    caller = world.call(DID, "+33612345678")
    phone.ringing()
    page.is_in("RINGING")
    caller.hang_up()
    until(lambda: phone.state == PartyState.IDLE, 5, "the telephone stops")
    page.is_in("IDLE")
    assert missed(page) == 0
    assert "NO_ANSWER_DELAY" not in {p["state"]["name"] for p in page.pictures}
    until(lambda: app.rows("select outcome from call") == [("abandoned",)], 5, "it is in the database")
    until(lambda: world.legs() == 0, 10, "no leg is left")


def test_all_telephones_ring_and_two_that_answer_at_once_are_one_conversation(
    world: World, configured: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = configured(rings_all)
    phones, screens = zip(*(ready_agent(world, app, pages, n) for n in ("1001", "1002")), strict=True)
    for _round in range(5):
        caller = world.call(DID, "+33612345678")
        for phone in phones:
            phone.ringing()
        for phone in phones:
            phone.answer()
        caller.talking()
        until(
            lambda: sorted(s.state for s in screens) == ["IDLE", "IN_CALL"],
            10,
            f"one talks, the other is free: {[s.state for s in screens]}",
        )
        won = next(i for i, s in enumerate(screens) if s.state == "IN_CALL")
        until(lambda: world.legs() == 2, 5, "the second leg was hung up at once")
        until(lambda: phones[1 - won].state == PartyState.IDLE, 5, "the other telephone is free")
        tone = phones[won].tone_hz
        until(lambda: caller.hears([tone]).get(tone, 0) > 0.5, 10, "the caller hears the one who has him")
        caller.hang_up()
        until(lambda: {s.state for s in screens} == {"IDLE"}, 10, "both are free")
        until(lambda: world.legs() == 0, 10, "no leg is left")
    assert [missed(s) for s in screens] == [0, 0]
    until(lambda: len(told(app, "call.ended")) == 5, 5, "all is in the database")
    assert len(told(app, "offer.accepted")) == 5
    assert {entry["why"] for entry in told(app, "offer.failed")} == {"LOSE_RACE"}


def test_all_telephones_ring_and_nobody_answers(
    world: World, configured: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    def short(program: Program, queue: Queue, other: Queue) -> None:
        rings_all(program, queue, other)
        queue.ring_s, queue.no_answer_delay_s = 3, 3

    app = configured(short)
    phones, screens = zip(*(ready_agent(world, app, pages, n) for n in ("1001", "1002")), strict=True)
    caller = world.call(DID, "+33612345678")
    for phone in phones:
        phone.ringing()
    for page in screens:
        page.is_in("NO_ANSWER_DELAY")
    assert [missed(s) for s in screens] == [1, 1]
    for phone in phones:
        phone.ringing(timeout=12)
    phones[1].answer()
    caller.talking()
    screens[1].is_in("IN_CALL")
    until(lambda: phones[0].state == PartyState.IDLE, 5, "the other telephone stops")
    screens[0].is_in("IDLE")
    assert missed(screens[0]) == 1, "the second time he missed nothing"
    caller.hang_up()
