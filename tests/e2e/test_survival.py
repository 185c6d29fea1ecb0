"""What must survive: the program killed, frozen, cut off; FreeSWITCH killed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import gevent
import pytest

from tests.e2e.conftest import measured
from tests.support.centre import Centre, set_up, waiting_on
from tests.support.program import DID, Plan, Program
from tests.support.until import PATIENCE, until
from tests.support.world import PartyState, World

TALKING, WAITING = 5, 20
LINK_BACK_S, STATES_RIGHT_S = 5.0, 3.0
FROZEN_S = 30.0
RECOVERABLE_S = 1.0
"""FreeSWITCH can recover a call 0.2 to 0.3 s after its answer (tests/real, tests/conformance); not one from the
last moment before its death."""


def all_right(centre: Centre, waiting: int, since_ms: float) -> bool:
    """Every page shows what is true, in a picture that is younger than `since_ms`."""
    if any(page.picture["at"] < since_ms for page in centre.pages):
        return False
    return centre.states() == ["IN_CALL"] * len(centre.pages) and waiting_on(centre.pages[0]) == waiting


def serve_all_in_order(centre: Centre) -> None:
    """One agent ends his conversations one after the other; who comes next must be the one who waits longest."""
    page = centre.pages[0]
    for waiting in centre.waiting:
        due = centre.number(waiting)
        before = page.line["number"]
        page.do("line.hang_up", line=page.line_id)
        until(
            lambda: page.line.get("number") not in (None, before) and "hold" in page.line["can"],  # they talk
            15,
            f"the next caller after {before}",
        )
        assert page.line["number"] == due


def everybody_hears(centre: Centre) -> None:
    """Those who talk hear an agent, those who wait hear music."""
    voices = [p.tone_hz for p in centre.phones]
    for caller in centre.talking:
        until(lambda: max(caller.hears(voices).values(), default=0) > 0.3, 8, "a caller hears his agent")
    for caller in centre.waiting:
        until(lambda: caller.sound(), 8, "a waiting caller hears music")


def switch_check(app: Program) -> dict[str, Any]:
    found = [c for c in app.health().get("checks", []) if c["name"] == "switch"]
    return found[0] if found else {}


def test_nothing_is_lost_when_the_program_is_killed_twice_in_a_row(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan(agents=TALKING, wrap_up=False))
    centre = set_up(world, app, pages, TALKING, WAITING)
    for which in ("first", "second"):
        killed_ms = time.time() * 1000
        killed = app.kill()
        app.start(ready=False)
        # `ok` of the switch's check means: link up and compared with the switch.
        until(lambda: switch_check(app).get("ok"), 20, "the link is back", step=0.02)
        link_back = time.monotonic() - killed
        until(lambda: all_right(centre, WAITING, killed_ms), 20, "all states are right", step=0.02)
        right = time.monotonic() - killed
        measured(f"{world.name}: kill -9, {which}: link back", f"{link_back:.2f} s")
        measured(f"{world.name}: kill -9, {which}: states right after the link", f"{right - link_back:.2f} s")
        assert centre.dropped() == []
        assert link_back <= LINK_BACK_S * PATIENCE
        assert right - link_back <= STATES_RIGHT_S * PATIENCE
    everybody_hears(centre)
    serve_all_in_order(centre)


def test_nothing_is_lost_when_the_program_is_frozen(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan(agents=TALKING, wrap_up=False))
    centre = set_up(world, app, pages, TALKING, WAITING)
    app.freeze()
    frozen = time.monotonic()
    gevent.sleep(5)
    late = world.call(DID, "+33698000001")  # comes while nobody is there
    late.talking(15)
    centre.waiting.pop(3).hang_up()  # gives up in the middle of the line
    centre.talking[0].hang_up()  # a conversation ends while nobody looks
    until(lambda: late.sound(), 15, "who comes while the program is frozen hears something")
    gevent.sleep(max(0.0, FROZEN_S - (time.monotonic() - frozen)))
    assert len(centre.dropped()) == 1  # the one who hung up himself
    thawed_ms, thawed = time.time() * 1000, time.monotonic()
    app.thaw()
    # The agent whose caller left takes the next one: 19 waited, one came, one is served.
    until(lambda: all_right(centre, WAITING - 1, thawed_ms), 20, "all states are right", step=0.02)
    right = time.monotonic() - thawed
    measured(f"{world.name}: SIGSTOP {FROZEN_S:.0f} s: states right after", f"{right:.2f} s")
    assert right <= STATES_RIGHT_S * PATIENCE
    centre.talking[0] = centre.waiting.pop(0)
    everybody_hears(centre)
    assert late.state == PartyState.TALKING


@pytest.mark.parametrize("how", ["cut", "blackhole"])
def test_nothing_is_lost_when_the_link_is_away_for_ten_seconds(
    world: World, program: Callable[..., Program], pages: Callable[..., Any], how: str
) -> None:
    app = program(Plan(agents=TALKING, wrap_up=False))
    centre = set_up(world, app, pages, TALKING, WAITING)
    cut = time.monotonic()
    if how == "cut":
        world.cut_link()
    else:
        world.blackhole_link()
    until(
        lambda: not any(p.picture["switch"]["up"] for p in centre.pages), 8, "every page says so", step=0.02
    )
    noticed = time.monotonic() - cut
    measured(f"{world.name}: link {how}: on every page after", f"{noticed:.2f} s")
    assert noticed <= (2.0 if how == "cut" else 4.0) * PATIENCE
    centre.waiting.pop(3).hang_up()
    centre.talking[0].hang_up()
    gevent.sleep(max(0.0, 10.0 - (time.monotonic() - cut)))
    assert len(centre.dropped()) == 1
    mended_ms, mended = time.time() * 1000, time.monotonic()
    world.mend_link()
    until(lambda: all_right(centre, WAITING - 2, mended_ms), 20, "all states are right", step=0.02)
    right = time.monotonic() - mended
    measured(f"{world.name}: link {how} for 10 s: states right after", f"{right:.2f} s")
    assert right <= STATES_RIGHT_S * PATIENCE
    centre.talking[0] = centre.waiting.pop(0)
    everybody_hears(centre)
    serve_all_in_order(centre)


def test_what_freeswitch_can_recover_after_its_own_death_is_back_and_the_rest_is_recorded(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan(agents=TALKING, wrap_up=False))
    centre = set_up(world, app, pages, TALKING, WAITING)
    dead = centre.waiting.pop()  # he hangs up while the switch is dead: nobody will tell
    dead_number = centre.number(dead)
    gevent.sleep(RECOVERABLE_S)
    killed = time.monotonic()
    world.kill_switch()
    until(
        lambda: not any(p.picture["switch"]["up"] for p in centre.pages), 5, "every page says so", step=0.02
    )
    measured(f"{world.name}: switch killed: on every page after", f"{time.monotonic() - killed:.2f} s")
    dead.hang_up()
    world.start_switch()
    started_ms, started = time.time() * 1000, time.monotonic()
    # The dead one is taken up again, too, until FreeSWITCH sees that he sends no sound (media time-out).
    until(
        lambda: any(all_right(centre, n, started_ms) for n in (WAITING, WAITING - 1)),
        30,
        "all is right again",
        step=0.05,
    )
    right = time.monotonic() - started
    measured(f"{world.name}: switch restarted: states right after", f"{right:.2f} s")
    assert right <= 10.0 * PATIENCE
    everybody_hears(centre)
    until(
        lambda: app.rows("select outcome from call where caller_number = ?", dead_number)[0][0],
        30,
        "recorded",
    )
    serve_all_in_order(centre)
