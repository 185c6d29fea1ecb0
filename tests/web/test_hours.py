"""The week drawn and typed: by keyboard, by mouse, and without scripts; its pages are accessible."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Browser, accessibility_faults, log_in
from tests.support.webapp import WebProcess


def opened(browser: Browser, webapp: WebProcess, path: str, **window: bool) -> tuple[Page, object]:
    context = browser.window(**window)
    page = context.new_page()
    log_in(
        page, webapp.url, webapp.facts["account"], webapp.facts["logins"]["admin"], webapp.facts["password"]
    )
    page.goto(webapp.url + path)
    return page, context


@pytest.fixture
def week(browser: Browser, webapp: WebProcess) -> Iterator[Page]:
    page, context = opened(browser, webapp, "/admin/schedules/new")
    yield page
    context.close()  # type: ignore[attr-defined]


def times(page: Page, day: int) -> list[str]:
    begins = [field.input_value() for field in page.locator(f"[name=begin-{day}]").all()]
    ends = [field.input_value() for field in page.locator(f"[name=end-{day}]").all()]
    return [f"{b}-{e}" for b, e in zip(begins, ends, strict=True)]


def test_a_range_is_moved_lengthened_and_removed_by_keyboard(week: Page) -> None:
    first = week.locator("[data-day='0'] [role=slider]").first
    assert first.get_attribute("aria-label") == "Lundi, de 09:00 à 12:30"
    first.focus()
    week.keyboard.press("ArrowLeft")
    assert times(week, 0) == ["08:45-12:15", "14:00-18:00"]
    week.keyboard.press("Shift+ArrowRight")
    week.keyboard.press("Shift+ArrowRight")
    assert times(week, 0) == ["08:45-12:45", "14:00-18:00"]
    week.keyboard.press("Enter")
    expect(week.locator("[name=begin-0]").first).to_be_focused()
    first.focus()
    week.keyboard.press("Delete")
    assert times(week, 0) == ["14:00-18:00"]
    assert week.title().startswith("* "), "not saved yet"


def test_a_range_is_drawn_with_the_mouse_and_monday_is_copied(week: Page) -> None:
    sunday = week.locator("[data-day='6'] [data-track]")
    sunday.scroll_into_view_if_needed()
    track = sunday.bounding_box()
    assert track is not None
    y = track["y"] + track["height"] / 2
    week.mouse.move(track["x"] + track["width"] * 10 / 24, y)
    week.mouse.down()
    week.mouse.move(track["x"] + track["width"] * 13 / 24, y, steps=5)
    week.mouse.up()
    assert times(week, 6) == ["10:00-13:00"]
    week.locator("[name=begin-0]").first.fill("8h30")
    week.locator("[name=begin-0]").first.press("Tab")
    week.locator("[data-copy-week]").click()
    assert times(week, 4) == times(week, 0) == ["08:30-12:30", "14:00-18:00"]
    assert times(week, 6) == ["10:00-13:00"]


def test_the_week_can_be_saved_without_scripts(browser: Browser, webapp: WebProcess) -> None:
    page, context = opened(browser, webapp, "/admin/schedules/new", java_script_enabled=False)
    page.fill("#name", "Sans scripts")
    page.locator("[name=begin-5]").fill("10:00")
    page.locator("[name=end-5]").fill("12:00")
    page.locator("form[data-guard] .btn-primary").click()
    expect(page.locator("main table")).to_contain_text("Sam. 10:00–12:00")
    context.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_pages_of_hours_are_accessible(browser: Browser, webapp: WebProcess, dark: bool) -> None:
    page, context = opened(browser, webapp, "/admin/holidays/new", dark=dark)
    page.fill("#name", f"Site {dark}")
    page.locator("form[data-guard] .btn-primary").click()
    page.wait_for_url("**/admin/holidays/*")
    page.locator("form[action$=import] button").click()
    expect(page.locator("main table tbody tr")).to_have_count(22)
    set_path = page.url.removeprefix(webapp.url)
    faults = []
    for path in (
        set_path,
        f"{set_path}/days/new",
        f"{set_path}/delete",
        "/admin/holidays",
        "/admin/schedules",
        "/admin/schedules/new",
        "/admin/opening",
    ):
        page.goto(webapp.url + path)
        page.wait_for_load_state("networkidle")
        faults += [f"{path} {fault}" for fault in accessibility_faults(page)]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert faults == []
    context.close()  # type: ignore[attr-defined]
