"""The spine: one call, from the caller's dialling to the agent's verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.program import DID, DOMAIN, PASSWORD, Plan, Program
from tests.support.until import until
from tests.support.world import World


def ready_agent(world: World, program: Program, pages: Callable[..., Any], number: str = "1001") -> Any:
    phone = world.phone(number, PASSWORD, DOMAIN)
    phone.register()
    page = pages(program, number)
    until(lambda: page.picture["phone"]["registered"], 10, "the phone is registered")
    page.do("agent.log_in")
    page.do("agent.available")
    page.is_in("IDLE")
    return phone, page


@pytest.mark.parametrize("first", ["caller", "phone"])
def test_a_call_is_answered_recorded_ended_by_either_side_and_qualified(
    world: World, program: Callable[..., Program], pages: Callable[..., Any], first: str
) -> None:
    app = program(Plan())
    phone, page = ready_agent(world, app, pages)
    caller = world.call(DID, "+33612345678", "Jean Dupont")
    phone.ringing()
    page.is_in("RINGING")
    assert page.line["number"] == "+33612345678"
    phone.answer()
    caller.talking()
    page.is_in("IN_CALL")
    until(lambda: caller.hears([phone.tone_hz]).get(phone.tone_hz, 0) > 0.5, 10, "the caller hears the agent")
    until(
        lambda: phone.hears([caller.tone_hz]).get(caller.tone_hz, 0) > 0.5, 10, "the agent hears the caller"
    )
    until(lambda: page.line.get("recording"), 5, "the conversation is recorded")
    (caller if first == "caller" else phone).hang_up()
    caller.ended()
    page.is_in("WRAP_UP")
    page.do(
        "call.qualify", call=page.picture["work"]["call"], disposition=app.ids.dispositions[0], note="été"
    )
    page.is_in("IDLE")
    until(lambda: world.legs() == 0, 10, "no leg is left")
    (row,) = app.rows(
        "select stage, ended_by, outcome, caller_number, disposition_note, talk_ms, agent_id from call"
    )
    assert row[:5] == ("ENDED", "caller" if first == "caller" else "agent", "answered", "+33612345678", "été")
    assert row[5] > 0
    assert row[6] == app.ids.agents[0]
