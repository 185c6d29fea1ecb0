"""What must survive: the program killed, frozen, cut off; FreeSWITCH killed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.e2e.conftest import measured
from tests.support.centre import Centre, number, set_up, waiting_on
from tests.support.program import Plan, Program
from tests.support.until import until
from tests.support.world import World

TALKING, WAITING = 5, 20
LINK_BACK_S, STATES_RIGHT_S = 5.0, 3.0


def all_right(centre: Centre, waiting: int, since_ms: float) -> bool:
    """Every page shows what is true, in a picture that is younger than `since_ms`."""
    if any(page.picture["at"] < since_ms for page in centre.pages):
        return False
    return centre.states() == ["IN_CALL"] * len(centre.pages) and waiting_on(centre.pages[0]) == waiting


def serve_all_in_order(centre: Centre) -> None:
    """The agents end their conversations one after the other; who comes next must be the one who waits longest."""
    expected = [number(i) for i in range(len(centre.talking), len(centre.talking) + len(centre.waiting))]
    page = centre.pages[0]
    for due in expected:
        before = page.line["number"]
        page.do("line.hang_up", line=page.line["id"])
        until(
            lambda before=before: page.line.get("number") not in (None, before) and page.state == "IN_CALL",
            15,
            f"the next caller after {before}",
        )
        assert page.line["number"] == due


def test_nothing_is_lost_when_the_program_is_killed_twice_in_a_row(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan(agents=TALKING, wrap_up=False))
    centre = set_up(world, app, pages, TALKING, WAITING)
    for time_of in ("first", "second"):
        killed_ms = time.time() * 1000
        killed = app.kill()
        app.start(ready=False)
        until(lambda: app.health()["checks"][0]["name"] and _link(app), 20, "the link is back", step=0.02)
        link_back = time.monotonic() - killed
        until(lambda: app.health().get("ok"), 20, "the comparison is done", step=0.02)
        until(
            lambda: all_right(centre, WAITING, killed_ms),
            20,
            f"all states are right: {centre.states()}",
            step=0.02,
        )
        right = time.monotonic() - killed
        measured(f"{world.name}: kill -9, {time_of} time: link back", f"{link_back:.2f} s")
        measured(
            f"{world.name}: kill -9, {time_of} time: states right after the link",
            f"{right - link_back:.2f} s",
        )
        assert centre.dropped() == []
        assert link_back <= LINK_BACK_S
        assert right - link_back <= STATES_RIGHT_S
    for caller, phone in zip(centre.talking, centre.phones, strict=True):
        until(
            lambda c=caller: any(c.hears([p.tone_hz for p in centre.phones]).values()), 5, "they still talk"
        )
        assert phone.sound()
    for caller in centre.waiting:
        until(lambda c=caller: c.sound(), 8, "a waiting caller hears music")
    serve_all_in_order(centre)
    assert centre.dropped() == [
        c for c in centre.dropped() if c
    ]  # those who were served are gone by our doing


def _link(app: Program) -> bool:
    (switch,) = [c for c in app.health()["checks"] if c["name"] == "switch"]
    return "ok" in switch and (switch["ok"] or "comparing" in switch["text"] or "compar" in switch["text"])
