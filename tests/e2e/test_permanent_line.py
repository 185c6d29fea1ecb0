"""An agent's permanent line on both switches: the beep, how fast a caller is there, and what it outlives."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fs_app.agents.model import Agent
from fs_app.queues.model import Queue
from tests.e2e.conftest import measured
from tests.e2e.test_routing import configured
from tests.support.program import DID, DOMAIN, PASSWORD, Program
from tests.support.until import PATIENCE, until
from tests.support.world import PartyState, World

__all__ = ["configured"]

BEEP_HZ = 1000
CALLS = 8


def permanent(program: Program, _queue: Queue, _other: Queue) -> None:
    Agent.update(permanent_line=True).where(Agent.id == program.ids.agents[0]).execute()


def connected(world: World, app: Program, pages: Callable[..., Any]) -> tuple[Any, Any]:
    """His telephone was called at the log-in, and picked up."""
    phone = world.phone("1001", PASSWORD, DOMAIN)
    phone.register()
    page = pages(app, "1001")
    until(lambda: page.picture["phone"]["registered"], 10, "the phone is registered")
    page.do("agent.log_in")
    phone.ringing()
    until(lambda: line(page) == "RINGING", 5, "the page says that the telephone rings")
    phone.answer()
    until(lambda: line(page) == "OPEN", 5, "the line is open")
    page.do("agent.available")
    page.is_in("IDLE")
    return phone, page


def line(page: Any) -> str:
    return str(page.picture["line_open"]["state"])


def hears(party: Any, tone: int) -> bool:
    return bool(party.hears([tone]).get(tone, 0) > 0.3)


def delays(app: Program) -> list[int]:
    """From the decision to the conversation, for each call (ms)."""
    rows = app.rows(
        "select b.at - o.at from journal_entry o join journal_entry b on b.call = o.call"
        " where o.kind = 'offer.made' and b.kind = 'call.bridged' order by o.id"
    )
    return [row[0] for row in rows]


def test_calls_come_with_a_beep_in_less_than_half_a_second(
    world: World, configured: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = configured(permanent)
    phone, page = connected(world, app, pages)
    for _ in range(CALLS):
        caller = world.call(DID, "+33612345678")
        until(lambda: hears(phone, BEEP_HZ), 5, "the agent hears the beep", step=0.02)
        page.is_in("IN_CALL")
        until(lambda caller=caller: hears(caller, phone.tone_hz), 5, "the caller hears the agent")
        until(lambda caller=caller: hears(phone, caller.tone_hz), 5, "the agent hears the caller")
        caller.hang_up()
        page.is_in("IDLE")
        until(lambda: world.legs() == 1, 5, "the agent's leg stays")
        assert phone.state == PartyState.TALKING
    until(lambda: len(delays(app)) == CALLS, 5, "all is in the database")
    spent = sorted(delays(app))
    measured(
        f"permanent line, decision to conversation, {world.name}",
        f"median {spent[len(spent) // 2]} ms, most {spent[-1]} ms of {len(spent)}",
    )
    assert spent[-1] < 500 * PATIENCE
    assert app.rows("select count(*) from leg where role = 'agent'") == [(CALLS,)]
    page.do("agent.log_out")
    assert phone.ended() == "bye"
    until(lambda: line(page) == "CLOSED", 5, "the log-out hangs it up")


def test_a_line_outlives_the_program_and_its_end_is_told(
    world: World, configured: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = configured(permanent)
    phone, page = connected(world, app, pages)
    caller = world.call(DID, "+33612345678")
    page.is_in("IN_CALL")
    app.kill()
    app.start()
    until(lambda: page.socket.connected, 10, "the page is back")
    page.is_in("IN_CALL")
    until(lambda: hears(phone, caller.tone_hz), 5, "they talk all the time")
    caller.hang_up()
    page.is_in("IDLE")
    app.kill()
    app.start()
    until(lambda: page.socket.connected, 10, "the page is back")
    page.is_in("IDLE")
    second = world.call(DID, "+33612345679")
    page.is_in("IN_CALL", timeout=15)
    second.talking()
    second.hang_up()
    page.is_in("IDLE")
    assert phone.state == PartyState.TALKING
    phone.hang_up()
    until(lambda: line(page) == "CLOSED", 5, "the line is closed")
    page.is_in("UNAVAILABLE")
    page.do("agent.open_line")
    phone.ringing()
    phone.answer()
    until(lambda: line(page) == "OPEN", 5, "and open again")


def test_a_line_at_rest_outlives_the_switch(
    world: World, configured: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = configured(permanent)
    phone, page = connected(world, app, pages)
    opened = time.monotonic()
    until(lambda: time.monotonic() > opened + 1, 2, "the switch has written the leg down")
    world.kill_switch()
    world.start_switch()
    until(lambda: app.health().get("ok"), 20, "the program has compared itself with the switch")
    until(lambda: line(page) == "OPEN" and page.state == "IDLE", 10, f"the line is there: {page.picture}")
    caller = world.call(DID, "+33612345678")
    page.is_in("IN_CALL", timeout=15)
    until(lambda: hears(caller, phone.tone_hz), 5, "the caller hears the agent")
    caller.hang_up()
    page.is_in("IDLE")
    assert phone.state == PartyState.TALKING
