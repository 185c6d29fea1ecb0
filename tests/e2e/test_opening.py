"""A closed queue, on the telephone: the message is heard, the call ends, nobody's telephone rings."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.e2e.test_one_call import ready_agent
from tests.support.program import DID, Program
from tests.support.until import until
from tests.support.world import World


def administrator(program: Program) -> Any:
    """The administrator's browser: (session, token)."""
    import requests

    from tests.support.program import PASSWORD

    http = requests.Session()
    page = http.get(program.url + "/login", timeout=5)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "account": "test", "login": "admin", "password": PASSWORD}
    assert http.post(program.url + "/login", data=form, timeout=10, allow_redirects=False).status_code == 303
    return http


def send(http: Any, program: Program, path: str, **form: Any) -> None:
    """Fill in a form of the administration as its page has it, and send it."""
    page = http.get(program.url + path, timeout=10)
    assert page.status_code == 200, page.text[:500]
    token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
    answer = http.post(
        program.url + path, data={"csrf_token": token, **form}, timeout=10, allow_redirects=False
    )
    assert answer.status_code == 303, answer.text[:2000]


def test_a_closed_queue_says_so_and_an_open_one_rings(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program()
    phone, page = ready_agent(world, app, pages)
    admin = administrator(app)
    send(admin, app, "/admin/schedules/new", name="Never")
    (schedule,) = app.rows("select id from schedule")[0]
    queue = f"/admin/queues/{app.ids.queue}"
    basic = {
        "name": "Commercial",
        "number": "700",
        "ring_s": "15",
        "no_answer_delay_s": "2",
        "inter_call_s": "0",
        "wrap_up": "1",
        "agents": [str(agent) for agent in app.ids.agents],
        "tabs": "opening",
        "closed_then": "hang_up",
    }
    send(admin, app, queue, **basic, schedule=str(schedule))

    caller = world.call(DID, "+33612345678")
    caller.talking()
    until(caller.sound, 10, "the caller hears the message")
    assert caller.ended(20) == "bye"
    assert page.state == "IDLE"
    until(lambda: world.legs() == 0, 10, "no leg is left")
    until(lambda: app.rows("select 1 from call where outcome = 'closed'"), 5, "the call is recorded")
    (row,) = app.rows("select outcome, ended_by, agent_id, queue_id from call")
    assert row == ("closed", "system", None, app.ids.queue)
    (data,) = app.rows("select data from journal_entry where kind = 'call.closed'")[0]
    assert json.loads(data)["why"] == "closed_hours"
    assert app.rows("select count(*) from journal_entry where kind = 'offer.made'") == [(0,)]

    send(admin, app, queue, **basic, schedule="")
    second = world.call(DID, "+33612345679")
    phone.ringing()
    second.hang_up()
    second.ended()
