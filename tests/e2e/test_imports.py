"""A file is brought into the running program; the program is killed in the middle, goes on by itself, and the import is
undone. Somebody talks meanwhile and notices nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.test_one_call import ready_agent
from tests.support.program import DID, Plan, Program, logged_in
from tests.support.until import until
from tests.support.world import World

LINES = 1_500


class Desk:
    """What the pages of imports ask for."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = logged_in(url, "admin")
        page = self._http.get(f"{url}/imports/new", timeout=20).text
        self._headers = {
            "X-CSRFToken": page.split('name="csrf-token" content="')[1].split('"')[0],
            "Accept": "application/json",
            "Referer": url,
        }

    def ask(self, path: str, method: str = "POST", **what: Any) -> dict[str, Any]:
        answer = self._http.request(
            method,
            f"{self._url}/imports{path}",
            headers=self._headers,
            timeout=60,
            allow_redirects=False,
            **what,
        )
        assert answer.status_code < 400, answer.text[:500]
        return dict(answer.json()) if answer.headers["Content-Type"].startswith("application/json") else {}

    def job(self, job: int) -> dict[str, Any]:
        return dict(self.ask(f"/{job}.json", "GET")["job"])


def test_a_program_killed_in_an_import_goes_on_and_the_import_is_undone(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    if not type(world).__name__.startswith("Sim"):
        pytest.skip("the switch has no part in it")
    app = program(Plan(wrap_up=False))
    phone, page = ready_agent(world, app, pages)
    caller = world.call(DID, "+33612345678")
    phone.ringing()
    phone.answer()
    caller.talking()
    page.is_in("IN_CALL")

    before = app.rows("select id, last_name, version from contact")
    lines = [f"Nom{n};06{n * 7919 % 10**8:08d};n{n}@x.fr" for n in range(1, LINES)]
    text = "\n".join(["Nom;Téléphone;E-mail", *lines, "Faux;12;"])
    desk = Desk(app.url)
    job = desk.ask("/upload?file=clients.csv", data=text.encode("utf-8-sig"))["job"]["id"]
    plan = desk.ask(f"/{job}/preview", json={"source": "crm"})["preview"]["plan"]
    answer = desk.ask(f"/{job}/plan", "PUT", json={"plan": {**plan, "call_list": {"new": "Relances"}}})
    assert answer["problems"] == []
    desk.ask(f"/{job}/start")
    until(lambda: desk.job(job)["done"] > 0, 60, "the first lines")
    app.kill()
    app.start()
    caller.talking()
    desk = Desk(app.url)
    until(lambda: desk.job(job)["state"] == "DONE", 90, "the program goes on with the import")
    counts = desk.job(job)["counts"]
    (records,) = app.rows('select count(*), count(distinct contact_id), max("index") from list_record')
    assert counts["lines"] == LINES
    assert records == (counts["records"],) * 3
    assert app.rows("select count(*) from contact") == [(len(before) + counts["new"],)]

    desk.ask(f"/{job}/undo")
    until(lambda: desk.job(job)["state"] == "UNDONE", 90, "the undo")
    assert app.rows("select id, last_name, version from contact") == before
    assert app.rows("select count(*) from call_list") == [(0,)]
    page.is_in("IN_CALL")
    caller.hang_up()
