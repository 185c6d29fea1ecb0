"""An agent's day without a mouse: from the log-in to the log-out, on one line and on two."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Browser
from tests.support.deskprocess import DeskProcess
from tests.support.until import until
from tests.web.test_agent_page import Desk

TABS = 90
"""So many times Tab is pressed at most to come to something."""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    one = DeskProcess(tmp_path_factory.mktemp("day"))
    yield one
    one.stop()


@pytest.fixture
def desk(browser: Browser, process: DeskProcess) -> Iterator[Desk]:
    process.do("reset")
    window = browser.window(1024, 768)
    # A mouse that moves or clicks anywhere fails the test.
    window.add_init_script(
        "for (const name of ['pointerdown', 'mousedown', 'wheel']) addEventListener(name, "
        "() => { throw new Error('somebody used the mouse'); }, true)"
    )
    try:
        yield Desk(process, window)
    finally:
        window.close()


def tab_to(page: Page, selector: str) -> None:
    """On by Tab, as somebody does who sees where the focus is."""
    for _ in range(TABS):
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            ring = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
            assert outline != "none" or ring != "none", f"the focus on {selector} can't be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def test_a_day_by_keyboard_alone(desk: Desk) -> None:
    page, keys = desk.page, desk.page.keyboard
    # Log-in: the first empty field has the focus.
    page.goto(f"{desk.process.url}/login?next=/agent")
    tab_to(page, "#account")
    keys.type("demo")
    keys.press("Tab")
    keys.type("elodie")
    keys.press("Tab")
    keys.type(desk.process.password)
    keys.press("Enter")
    expect(page.locator(".gate-card")).to_be_visible()
    tab_to(page, ".gate-card .btn-primary")
    keys.press("Enter")
    desk.state("UNAVAILABLE")
    keys.press("F8")
    desk.state("IDLE")

    # The modules are put in order.
    expect(page.locator("[data-module]").first).not_to_have_attribute("data-module", "statistics")
    tab_to(page, "[data-grip=statistics]")
    with page.expect_response("**/agent/layout"):
        keys.press("Home")
    expect(page.locator("[data-module]").first).to_have_attribute("data-module", "statistics")

    # A call: its record, hold, mute, a menu at the other end, a note, the verdict while they talk.
    desk.rings()
    expect(page.get_by_role("heading", name="Jean Dupont")).to_be_visible()
    desk.talks()
    expect(page.get_by_role("button", name="Vente")).to_be_visible()
    keys.press("F2")
    expect(page.locator(".line.is-held")).to_be_visible()
    keys.press("F2")
    expect(page.locator(".line.is-talking")).to_be_visible()
    keys.press("m")
    expect(page.locator(".line")).to_contain_text("micro coupé")
    keys.press("m")
    expect(page.locator(".line")).not_to_contain_text("micro coupé")
    keys.press("r")
    expect(page.locator(".recording.is-paused")).to_be_visible()
    keys.press("r")
    expect(page.locator(".recording.is-on")).to_be_visible()
    keys.press("t")
    keys.type("2#")
    until(lambda: [one[3] for one in desk.asked("send_keys")] == ["2", "#"], what="the keys were sent")
    keys.press("Escape")
    keys.press("n")
    keys.type("rappeler jeudi")
    keys.press("F2")  # acts while a note is typed
    expect(page.locator(".line.is-held")).to_be_visible()
    keys.press("F2")
    expect(page.locator(".line.is-talking")).to_be_visible()
    keys.press("Escape")
    keys.press("4")
    expect(page.get_by_role("button", name="Trop cher")).to_be_visible()
    keys.press("Backspace")
    keys.press("3")
    expect(page.get_by_text("sera appliqué au raccroché")).to_be_visible()

    # The record is changed and saved.
    tab_to(page, "input[id$='-company']")
    keys.press("Control+a")
    keys.type("Globex")
    keys.press("Enter")
    expect(page.locator(".save-bar")).to_contain_text("Fiche enregistrée")
    keys.press("Escape")

    # A colleague is asked, the customer waits, they change over, and the call is handed over.
    keys.press("+")
    keys.type("Bruno")
    expect(page.locator(".reach-row", has_text="Bruno Roy")).to_be_visible()
    keys.press("Enter")
    expect(page.locator(".line.is-ringing")).to_be_visible()
    desk.do("consulted_answers", desk.agent)
    expect(page.locator(".line.is-main.is-talking")).to_contain_text("09 81 20 30 40")
    keys.press("Shift+F2")
    expect(page.locator(".line.is-main")).to_contain_text("06 12 34 56 78")
    keys.press("Shift+F2")
    expect(page.locator(".line.is-main")).to_contain_text("09 81 20 30 40")
    keys.press("Shift+F8")
    desk.state("INTER_CALL")
    assert desk.asked("complete")
    keys.press("d")
    desk.state("IDLE")

    # The next call is ended by key and qualified after it.
    desk.rings("+33698765432")
    desk.talks()
    expect(page.get_by_role("button", name="Vente")).to_be_visible()
    keys.press("F4")
    desk.state("WRAP_UP")
    keys.press("1")
    keys.press("F9")
    desk.state("INTER_CALL")
    assert desk.asked("qualify")[-1][3] == 1
    keys.press("d")

    # A call that was not taken, and the delay after it.
    desk.state("IDLE")
    desk.rings()
    desk.do("no_answer", desk.agent)
    desk.state("NO_ANSWER_DELAY")
    keys.press("d")
    desk.state("IDLE")

    # A pause with its reason, out of the menu.
    tab_to(page, ".availability")
    keys.press("Enter")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    desk.state("UNAVAILABLE")
    expect(page.locator(".state-chip")).to_contain_text("Déjeuner")

    # A key of one's own, the page of keys.
    keys.press("?")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    tab_to(page, "dialog .dialog-body .btn")
    keys.press("Enter")
    expect(page.get_by_role("dialog", name="Réglages")).to_be_visible()
    tab_to(page, ".key-choice[aria-label^='Couper ou']")
    keys.press("Enter")
    with page.expect_response("**/agent/settings"):
        keys.press("k")
    expect(page.get_by_role("button", name="Couper ou rétablir le micro, K")).to_be_focused()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    # The way out.
    tab_to(page, ".availability")
    keys.press("Enter")
    keys.press("End")
    keys.press("Enter")
    page.wait_for_url("**/login*")
    assert desk.asked("log_out")
