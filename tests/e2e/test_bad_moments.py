"""Things that go wrong at the worst moment: nobody is lost, no leg stays, every recording has its length."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import gevent

from tests.e2e.test_one_call import ready_agent
from tests.support.program import DID, DOMAIN, PASSWORD, Plan, Program
from tests.support.until import PATIENCE, until
from tests.support.world import PartyState, World

PLAN = Plan(wrap_up=False)


def conversation(world: World, phone: Any, page: Any) -> Any:
    """A caller and the agent talk, and it is recorded."""
    phone.answer_by_itself()
    caller = world.call(DID)
    talk(caller, phone)
    until(lambda: page.line.get("recording"), 5, "the conversation is recorded")
    return caller


def resumed(page: Any) -> bool:
    """They talk; an agent who sees his line on hold presses the key."""
    line = page.line
    if line.get("state") == "HELD":
        page.ask("line.resume", line=line["id"])
    return bool(line.get("state") == "TALKING")


def talk(caller: Any, phone: Any) -> None:
    caller.talking()
    until(lambda: caller.hears([phone.tone_hz]).get(phone.tone_hz, 0) > 0.3, 15, "the caller hears the agent")


def all_over(world: World, app: Program) -> list[tuple[Any, ...]]:
    """No leg is left, and every call has one end; returns (ended_by, outcome) of each."""
    until(lambda: world.legs() == 0, 15, "no leg is left")
    question = "select stage, ended_by, outcome from call order by started_at"
    until(lambda: all(row[0] == "ENDED" for row in app.rows(question)), 5, "every call has ended")
    until(lambda: app.rows("select id from leg where ended_at is null") == [], 5, "every leg has ended")
    return [row[1:] for row in app.rows(question)]


def lengths(app: Program) -> list[int]:
    """Of all recordings (ms), when each has an end."""
    question = "select duration_ms, ended_at from recording order by started_at"
    until(lambda: all(row[1] for row in app.rows(question)), 5, "every recording has an end")
    return [row[0] for row in app.rows(question)]


def test_who_hangs_up_while_the_program_is_dead_leaves_a_whole_recording(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(PLAN)
    phone, page = ready_agent(world, app, pages)
    caller = conversation(world, phone, page)
    gevent.sleep(1.0)
    app.kill()
    caller.hang_up()
    app.start()
    page.is_in("IDLE")
    assert all_over(world, app) == [("caller", "answered")]
    (length,) = lengths(app)
    assert length > 900


def test_a_program_that_dies_while_the_recording_begins_knows_its_end(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(PLAN)
    phone, page = ready_agent(world, app, pages)
    phone.answer_by_itself()
    caller = world.call(DID)
    until(lambda: page.state == "IN_CALL", 10, "the agent is in the call", step=0.005)
    app.kill()
    app.start()
    until(lambda: page.line.get("recording"), 8, "the page says that it is recorded")
    talk(caller, phone)
    caller.hang_up()
    page.is_in("IDLE")
    assert all_over(world, app) == [("caller", "answered")]
    (length,) = lengths(app)
    assert length > 0


def test_a_customer_on_hold_outlives_the_switch(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(PLAN)
    phone, page = ready_agent(world, app, pages)
    caller = conversation(world, phone, page)
    page.do("line.hold", line=page.line_id)
    until(lambda: page.line.get("state") == "HELD", 5, "on hold")
    gevent.sleep(0.5)  # the switch's database does not have a call that is younger than 0.3 s [seen]
    world.kill_switch()
    until(lambda: not page.picture["switch"]["up"], 5, "the page says so")
    world.start_switch()
    until(lambda: page.picture["switch"]["up"], 15, "the switch is back")
    # Either the agent's leg was recovered, too, or he is rung again.
    until(lambda: resumed(page), 25, "the agent has his customer", step=0.5)
    talk(caller, phone)
    until(lambda: page.line.get("recording"), 5, "recorded again")
    caller.hang_up()
    page.is_in("IDLE")
    assert all_over(world, app) == [("caller", "answered")]
    assert len(lengths(app)) == 2, "nothing is written over what was recorded before"


def test_an_impatient_agent_presses_every_key_twice_and_hangs_up_without_a_link(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(PLAN)
    phone, page = ready_agent(world, app, pages)
    caller = conversation(world, phone, page)
    line = page.line_id
    for _ in range(2):
        page.ask("line.hold", line=line)
        page.ask("line.hold", line=line)
        until(lambda: page.line.get("state") == "HELD", 5, "on hold")
        until(lambda: caller.sound(), 5, "music")
        page.ask("line.resume", line=line)
        page.ask("line.resume", line=line)
        until(lambda: page.line.get("state") == "TALKING", 5, "they talk")
        talk(caller, phone)
    world.cut_link()
    until(lambda: not page.picture["switch"]["up"], 5, "the page says that the line is cut")
    page.do("line.hang_up", line=line)
    page.do("line.hang_up", line=line)
    assert caller.state == PartyState.TALKING
    world.mend_link()
    caller.ended()  # done when it can be
    page.is_in("IDLE")
    assert all_over(world, app) == [("agent", "answered")]


def test_a_dead_telephone_costs_one_caller_one_time_of_ringing(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan(wrap_up=False, ring_s=2, no_answer_delay_s=1))
    phone, page = ready_agent(world, app, pages)
    phone.die()
    caller = world.call(DID)
    page.is_in("NO_ANSWER_DELAY")
    page.is_in("IDLE")
    assert not page.picture["phone"]["registered"], "his page says why he gets no calls"
    gevent.sleep(2.0)
    assert page.state == "IDLE"
    alive = world.phone("1001", PASSWORD, DOMAIN)
    alive.answer_by_itself()
    alive.register()
    talk(caller, alive)
    caller.hang_up()
    page.is_in("IDLE")
    assert all_over(world, app) == [("caller", "answered")]


def test_calls_go_on_while_the_database_is_locked(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(PLAN)
    phone, page = ready_agent(world, app, pages)
    other = sqlite3.connect(app.folder / "fs_app.db", isolation_level=None, timeout=10)
    other.execute("begin exclusive")
    for _ in range(2):
        caller = conversation(world, phone, page)
        caller.hang_up()
        page.is_in("IDLE")
    other.execute("commit")
    other.close()
    begun = time.monotonic()
    question = "select count(*) from call where stage = 'ENDED'"
    until(lambda: app.rows(question) == [(2,)], 5, "the database knows everything")
    assert time.monotonic() - begun < 5 * PATIENCE
    assert all_over(world, app) == [("caller", "answered")] * 2
