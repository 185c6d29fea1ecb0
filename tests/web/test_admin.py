"""The administrator's forms in a real browser: tabs by keyboard, what is unsaved, what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.support.browser import Browser, accessibility_faults, log_in
from tests.support.webapp import WebProcess


@pytest.fixture
def page(browser: Browser, webapp: WebProcess) -> Iterator[Page]:
    window = browser.window()
    made = window.new_page()
    facts = webapp.facts
    log_in(made, webapp.url, facts["account"], facts["logins"]["admin"], facts["password"])
    yield made
    window.close()


def test_a_tab_with_unsaved_changes_has_an_asterisk_and_leaving_asks(page: Page, webapp: WebProcess) -> None:
    page.goto(f"{webapp.url}/admin/queues/1")
    general = page.locator("#tab-general")
    expect(general).to_have_attribute("aria-selected", "true")
    page.fill("#number", "299")
    expect(general).to_have_class("tab is-unsaved")
    assert page.title().startswith("* ")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.click(".menu a[href='/calls']")
    expect(page.locator("#number")).to_have_value("299")
    assert asked == ["beforeunload"]
    page.fill("#number", "200")
    expect(general).to_have_class("tab")
    page.click(".menu a[href='/calls']")
    page.wait_for_url("**/calls")
    assert asked == ["beforeunload"], "typed back: nothing is lost, nobody is asked"


def test_tabs_go_by_keyboard_and_keep_their_place_in_the_address(page: Page, webapp: WebProcess) -> None:
    page.goto(f"{webapp.url}/admin/queues/1")
    page.focus("#tab-general")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-delays")).to_be_focused()
    expect(page.locator("#ring_s")).to_be_visible()
    expect(page.locator("#name")).to_be_hidden()
    page.reload()
    expect(page.locator("#ring_s")).to_be_visible()


def test_a_refused_form_leads_to_the_field_and_keeps_what_was_typed(page: Page, webapp: WebProcess) -> None:
    page.goto(f"{webapp.url}/admin/queues/1")
    page.fill("#name", "")
    page.click(".form-ways button")
    expect(page.locator("#e-name")).to_be_visible()
    expect(page.locator("#name")).to_be_focused()
    assert page.title().startswith("* "), "it is not saved yet"
    assert not accessibility_faults(page)
