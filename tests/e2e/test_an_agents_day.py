"""An agent's day in a real browser, on both switches: from the flag at the login to the log-out.

After each step the page is compared with the switch's own `show channels`: how many legs there are, and that each line
of the page is one of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from fs_app.queues.model import Queue
from tests.e2e.test_routing import OTHER_DID, configured, told  # noqa: F401 - a fixture
from tests.e2e.test_waiting import hear_each_other, idle
from tests.support.browser import Browser, chromium
from tests.support.program import DID, DOMAIN, PASSWORD, Plan, Program
from tests.support.until import PATIENCE, until
from tests.support.world import World

JEAN, EMMA, FRIEND, BUSY = "+33612345678", "+33612345680", "+33155667788", "+33155667799"
AUTO_S = 3
Configured = Callable[..., Program]


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def window(running: Browser) -> Iterator[BrowserContext]:
    running.complaints.clear()
    one = running.window()
    one.set_default_timeout(10_000 * PATIENCE)
    yield one
    one.close()


def on_the_switch(world: World) -> list[str]:
    """The legs of `show channels`."""
    talks: Any = world
    api = talks.switch.api if world.name == "real" else talks.control.api
    answer = json.loads(api("show channels as json"))
    return [row["uuid"] for row in answer.get("rows", [])]


class Desk:
    """The page, and what it must agree with."""

    def __init__(self, page: Page, world: World) -> None:
        self.page, self.world = page, world

    def shows(self, state: str) -> None:
        chip = self.page.locator(".state-chip")
        expect(chip).to_have_attribute("data-state", state, timeout=15_000 * PATIENCE)

    def lines(self) -> list[str]:
        return [str(one.get_attribute("data-line")) for one in self.page.locator("[data-line]").all()]

    def agrees(self, state: str, lines: int, legs: int) -> None:
        """The page shows this state and so many lines; the switch has so many legs, each line's among them."""
        self.shows(state)

        def same() -> bool:
            shown, there = self.lines(), on_the_switch(self.world)
            return len(shown) == lines and len(there) == legs and set(shown) <= set(there)

        until(
            same,
            10,
            f"{state}: {lines} lines of {legs} legs, there are {self.lines()} of {on_the_switch(self.world)}",
        )

    def line(self, name: str) -> Any:
        return self.page.locator("[data-line]").filter(has_text=name)

    def press(self, name: str, button: str) -> None:
        self.line(name).get_by_role("button", name=button).click()

    def swaps(self, to: str) -> None:
        """By the key, once the page offers it."""
        expect(self.line(to).get_by_role("button", name="Passer à cette ligne")).to_be_visible()
        self.page.keyboard.press("Shift+F2")
        expect(self.line(to)).to_have_class(re.compile("is-talking"))

    def reach(self, number: str, give_away: bool = False) -> None:
        """ "+ number…" and Enter (ask first) or Shift and Enter (give the call away)."""
        field = self.page.locator("#desk-number")
        expect(field).to_be_enabled()
        expect(field).to_have_attribute("title", re.compile("interlocuteur"))  # in a call
        self.page.keyboard.press("+")
        expect(field).to_be_focused()
        field.fill(number)
        expect(self.page.locator(".reach-row").first).to_be_visible()
        self.page.keyboard.press("Shift+Enter" if give_away else "Enter")

    def figure(self, name: str, period: str = "session") -> str:
        return self.page.locator(f"[data-figure={name}] [data-period={period}]").inner_text()

    def counts(self, **figures: int) -> None:
        def right() -> bool:
            return all(self.figure(name) == str(value) for name, value in figures.items())

        until(right, 15, f"the figures are {figures}", step=0.2)

    def qualify(self, key: str = "1") -> None:
        self.page.keyboard.press(key)
        self.page.keyboard.press("F9")


def settings(_program: Program, queue: Queue, other: Queue) -> None:
    queue.wrap_up, queue.outside_ring_s, queue.keep_abandoned = True, 12, True
    other.wrap_up, other.disposition_set = True, queue.disposition_set
    other.auto_qualify_s, other.auto_disposition = AUTO_S, _program.ids.dispositions[1]


def test_an_agent_works_a_whole_day(
    world: World,
    configured: Configured,  # noqa: F811
    window: BrowserContext,
    running: Browser,
) -> None:
    friend, busy, jean = world.person(FRIEND), world.person(BUSY), None
    busy.reject_by_itself(486)
    app = configured(settings, Plan(record="none"))
    phone = world.phone("1001", PASSWORD, DOMAIN)
    phone.register()
    page = window.new_page()
    desk = Desk(page, world)

    # He logs in, in his language.
    page.goto(f"{app.url}/login")
    page.get_by_role("link", name="English").or_(page.get_by_role("button", name="English")).first.click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.get_by_role("link", name="Français").or_(page.get_by_role("button", name="Français")).first.click()
    page.fill("#account", "test")
    page.fill("#login", "agent1001")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Prendre mon poste").click()
    desk.agrees("UNAVAILABLE", 0, 0)
    page.keyboard.press("F8")
    desk.agrees("IDLE", 0, 0)
    page.locator("[data-module=statistics] button[aria-expanded=false]").first.click()

    # A customer calls: his record opens while it rings.
    jean = world.call(DID, JEAN)
    phone.ringing(20)
    desk.agrees("RINGING", 1, 2)
    expect(page.locator("body")).to_contain_text("Dupont")
    phone.answer()
    desk.agrees("IN_CALL", 1, 2)
    hear_each_other(jean, phone)
    desk.press("Dupont", "Mettre en attente")
    until(lambda: jean.sound() and jean.hears([phone.tone_hz]).get(phone.tone_hz, 0) < 0.2, 10, "hold music")
    desk.agrees("IN_CALL", 1, 2)

    # A second line, there and back, then the two are brought together.
    desk.reach(FRIEND)
    friend.ringing(15)
    desk.agrees("IN_CALL", 2, 3)
    friend.answer()
    hear_each_other(friend, phone)
    desk.swaps("Dupont")
    hear_each_other(jean, phone)
    until(lambda: friend.sound(), 10, "now the other one has music")
    desk.swaps("01 55 66 77 88")
    hear_each_other(friend, phone)
    desk.agrees("IN_CALL", 2, 3)
    page.keyboard.press("Shift+F8")
    hear_each_other(friend, jean)
    desk.agrees("WRAP_UP", 0, 2)
    idle(phone)

    # The next one waits until it is qualified.
    emma = world.call(DID, EMMA)
    emma.talking()
    until(emma.sound, 10, "music")
    gevent.sleep(1)
    assert phone.state == "idle"
    desk.shows("WRAP_UP")
    jean.hang_up()
    friend.ended()
    desk.qualify()
    phone.ringing(20)
    phone.answer()
    desk.agrees("IN_CALL", 1, 2)
    hear_each_other(emma, phone)

    # Given away in vain: it comes back.
    desk.reach(BUSY, give_away=True)
    phone.ringing(25)
    assert emma.state == "talking"
    phone.answer()
    hear_each_other(emma, phone)
    desk.agrees("IN_CALL", 1, 2)
    emma.hang_up()
    desk.shows("WRAP_UP")
    desk.qualify()
    desk.agrees("IDLE", 0, 0)
    desk.counts(taken=3, missed=0)  # who came back was picked up once more

    # He calls somebody.
    page.locator("#dial-number").fill("01 55 66 77 88")
    page.locator(".dial-go").click()
    phone.ringing(15)
    desk.agrees("DIALING", 1, 1)
    phone.answer()
    friend.ringing(15)
    friend.answer()
    hear_each_other(friend, phone)
    desk.agrees("IN_CALL", 1, 2)
    page.keyboard.press("F4")
    friend.ended()
    desk.shows("WRAP_UP")
    desk.qualify("2")
    desk.agrees("IDLE", 0, 0)
    desk.counts(taken=3, made=1)

    # He goes for lunch; who gives up meanwhile is in the list, and is put off for ten minutes.
    page.keyboard.press("F8")
    desk.shows("UNAVAILABLE")
    lost = world.call(DID, EMMA)
    lost.talking()
    until(lost.sound, 10, "music")
    lost.hang_up()
    item = page.locator(".out-line").first
    expect(item).to_be_visible()
    item.click()
    card = page.locator(".out-card").first
    if not card.get_by_role("button", name="10 min").is_visible():
        card.locator(".out-change-head").click()
    card.get_by_role("button", name="10 min").click()
    until(
        lambda: app.rows("select due_at from callback where state <> 'DONE'")[0][0] is not None, 10, "put off"
    )

    # A queue that qualifies by itself.
    page.keyboard.press("F8")
    desk.shows("IDLE")
    quick = world.call(OTHER_DID, EMMA)
    phone.ringing(20)
    phone.answer()
    hear_each_other(quick, phone)
    quick.hang_up()
    desk.shows("WRAP_UP")
    desk.agrees("IDLE", 0, 0)
    verdict = "select disposition_id from call where called_number = ?"
    until(lambda: app.rows(verdict, OTHER_DID) == [(app.ids.dispositions[1],)], 10, "qualified by itself")
    desk.counts(taken=4, made=1)

    # A pause with its reason, and the end of the day.
    page.get_by_role("button", name="Changer ma disponibilité").click()
    page.get_by_role("menuitemradio", name="Déjeuner").click()
    desk.shows("UNAVAILABLE")
    expect(page.locator(".state-chip")).to_contain_text("Déjeuner")
    page.get_by_role("button", name="Réglages et déconnexion").click()
    page.get_by_role("menuitem", name="Quitter le poste").click()
    page.wait_for_url("**/login*")
    until(lambda: told(app, "agent.presence")[-1]["new"] == "LOGGED_OUT", 10, "logged out")
    assert on_the_switch(world) == []
    assert running.complaints == []
