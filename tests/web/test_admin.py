"""The administrator's forms in a real browser: tabs by keyboard, what is unsaved, what is refused."""

from __future__ import annotations

import re
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
    expect(page.locator("#tab-numbers")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#priority")).to_be_visible()
    expect(page.locator("#name")).to_be_hidden()
    page.reload()
    expect(page.locator("#priority")).to_be_visible()


def test_needs_and_steps_are_added_and_taken_away_by_keyboard(page: Page, webapp: WebProcess) -> None:
    page.goto(f"{webapp.url}/admin/skills/new")
    page.fill("#name", "English")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/skills")
    page.goto(f"{webapp.url}/admin/queues/1#skills")
    skills, tab = page.locator("#part-skills"), page.locator("#tab-skills")
    expect(tab).to_have_class("tab")
    add = skills.locator(".needs > [data-add-row]")
    add.focus()
    page.keyboard.press("Enter")
    expect(skills.locator("[name=need-0-skill]")).to_be_focused()
    expect(tab).to_have_class("tab is-unsaved")
    page.keyboard.type("English")
    skills.locator("[name=need-0-level]").select_option("7")
    skills.locator(".steps > [data-add-row]").press("Enter")
    expect(skills.locator("[name=need-0-after]")).to_be_focused()
    skills.locator("[name=need-0-after]").fill("20")
    page.locator(".form-ways button").click()
    page.wait_for_url("**/admin/queues/1")
    page.goto(f"{webapp.url}/admin/queues/1#skills")
    expect(skills.locator("[name=need-0-level]")).to_have_value("7")
    expect(skills.locator("[name=need-0-after]")).to_have_value("20")
    assert not accessibility_faults(page)
    skills.locator(".needs > [data-row] > .row-line [data-remove-row]").press("Enter")
    expect(add).to_be_focused()
    expect(tab).to_have_class("tab is-unsaved")


def test_tiers_are_asked_for_by_the_strategy_of_tiers_alone(page: Page, webapp: WebProcess) -> None:
    page.goto(f"{webapp.url}/admin/queues/1#strategy")
    expect(page.locator("#tier_after_s")).to_be_hidden()
    page.click("#tab-agents")
    for one in page.locator("[name=agents]").all()[:2]:
        one.check()
    page.click("#tab-strategy")
    page.check("[name=strategy][value=tiers]")
    expect(page.locator("#tier_after_s")).to_be_visible()
    shown = page.locator(".tier:visible").count()
    page.click("#tab-agents")
    page.locator("[name=agents]:checked").first.uncheck()
    page.click("#tab-strategy")
    expect(page.locator(".tier:visible")).to_have_count(shown - 1)
    expect(page.locator("#last_agent_wait_s")).to_be_hidden()
    assert not accessibility_faults(page)


def test_a_refused_form_leads_to_the_field_and_keeps_what_was_typed(page: Page, webapp: WebProcess) -> None:
    page.goto(f"{webapp.url}/admin/queues/1")
    page.fill("#name", "")
    page.click(".form-ways button")
    expect(page.locator("#e-name")).to_be_visible()
    expect(page.locator("#name")).to_be_focused()
    assert page.title().startswith("* "), "it is not saved yet"
    assert not accessibility_faults(page)


def test_a_new_queue_is_made_in_steps_by_keyboard(page: Page, webapp: WebProcess) -> None:
    page.goto(f"{webapp.url}/admin/queues/new")
    create = page.locator("[data-last]")
    expect(create).to_be_hidden()
    page.focus("#name")
    page.keyboard.press("Enter")
    expect(page.locator("#name")).to_be_focused()
    page.fill("#name", "Assistance")
    page.fill("#number", "260")
    page.keyboard.press("Enter")
    expect(page.locator("#tab-numbers")).to_have_attribute("aria-selected", "true")
    page.press("[data-step='1']", "Enter")
    page.locator("[name=agents]").first.check()
    assert not accessibility_faults(page)
    page.press("[data-step='1']", "Enter")
    expect(page.locator("#schedule")).to_be_focused()
    page.press("[data-step='1']", "Enter")
    expect(page.locator("[data-step='1']")).to_be_hidden()
    page.press("[data-step='-1']", "Enter")
    expect(page.locator("#schedule")).to_be_focused()
    page.press("[data-step='1']", "Enter")
    page.check("[name=strategy][value=random]")
    create.press("Enter")
    page.wait_for_url(re.compile(r"/admin/queues/\d+$"))
    expect(page.locator("h1")).to_have_text("Assistance")
