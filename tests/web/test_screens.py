"""The pages in a real browser: they can be used, in both themes, by everybody, and nothing foreign runs in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Browser, accessibility_faults, log_in
from tests.support.pages import PAGES
from tests.support.until import until
from tests.support.webapp import WebProcess

ALL = bool(os.environ.get("FS_APP_TESTS_ALL"))
"""`make test-all` looks at everything; `make test` at Spanish alone, which has the longer words, and at the colours of
every third page in the dark theme, each time at the same ones."""

LANGUAGES = ["es", "en"] if ALL else ["es"]
IN_THE_DARK = PAGES if ALL else PAGES[::3]


@pytest.fixture
def supervisor(browser: Browser, webapp: WebProcess) -> Iterator[Page]:
    yield from _logged_in(browser, webapp, "supervisor")


@pytest.fixture
def agent(browser: Browser, webapp: WebProcess) -> Iterator[Page]:
    yield from _logged_in(browser, webapp, "agent")


def _logged_in(browser: Browser, webapp: WebProcess, role: str) -> Iterator[Page]:
    window = browser.window()
    page = window.new_page()
    log_in(page, webapp.url, webapp.facts["account"], webapp.facts["logins"][role], webapp.facts["password"])
    yield page
    window.close()


def _admin(webapp: WebProcess, page: Page) -> None:
    facts = webapp.facts
    log_in(page, webapp.url, facts["account"], facts["logins"]["admin"], facts["password"])


def _too_wide(page: Page, path: str) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{path} is {wider} pixels wider than the window"] if wider > 0 else []


def _unfit(page: Page, path: str) -> list[str]:
    """1366×768, the smallest window that is promised, and that window at 200 %; that window again in the end."""
    faults = []
    for width, height in ((1366, 768), (683, 384), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        faults += [f"{fault} of {width}" for fault in _too_wide(page, path)]
    return faults


@pytest.mark.timeout(900)
def test_every_page_is_accessible(browser: Browser, webapp: WebProcess) -> None:
    """In both themes: the computer's changes while the page is open, and the page with it."""
    window = browser.window(1024, 768)
    page = window.new_page()
    html = page.locator("html")
    page.goto(f"{webapp.url}/login")
    faults = [f"/login {fault}" for fault in accessibility_faults(page)]
    _admin(webapp, page)
    for path in PAGES:
        page.emulate_media(color_scheme="light")
        page.goto(webapp.url + path.format(**webapp.facts))
        page.wait_for_load_state("networkidle")
        expect(html).to_have_attribute("data-bs-theme", "light")
        faults += [f"{path} {fault}" for fault in accessibility_faults(page)]
        faults += _unfit(page, path)
        if path not in IN_THE_DARK:
            continue
        page.emulate_media(color_scheme="dark")
        expect(html).to_have_attribute("data-bs-theme", "dark")
        faults += [f"{path} dark {fault}" for fault in accessibility_faults(page, colours_alone=True)]
    window.close()
    assert not faults


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_fits_in_every_language(browser: Browser, webapp: WebProcess, language: str) -> None:
    """As it does in French, in which the test above looks at it."""
    window = browser.window(1024, 768)
    page = window.new_page()
    page.goto(f"{webapp.url}/login")
    page.click(f".flag[value={language}]")
    _admin(webapp, page)
    faults = []
    for path in PAGES:
        page.goto(webapp.url + path.format(**webapp.facts))
        assert page.locator("html").get_attribute("lang") == language, path
        faults += _unfit(page, path)
    page.goto(f"{webapp.url}/")
    page.click(".flag[value=fr]")
    window.close()
    assert not faults


def test_the_skip_link_comes_first_and_leads_to_the_content(supervisor: Page, webapp: WebProcess) -> None:
    supervisor.goto(f"{webapp.url}/calls")
    supervisor.keyboard.press("Tab")
    expect(supervisor.locator(".skip-link")).to_be_focused()
    supervisor.keyboard.press("Enter")
    expect(supervisor.locator("#main")).to_be_focused()


def test_flags_and_theme_change_the_page_and_stay_on_it(supervisor: Page, webapp: WebProcess) -> None:
    supervisor.goto(f"{webapp.url}/calls?outcome=abandoned")
    supervisor.click(".flag[value=es]")
    expect(supervisor.locator("h1")).to_have_text("Llamadas")
    assert supervisor.url.endswith("/calls?outcome=abandoned")
    supervisor.click("[name=theme]")  # auto → light
    supervisor.click("[name=theme]")  # light → dark
    expect(supervisor.locator("html")).to_have_attribute("data-bs-theme", "dark")
    supervisor.click("[name=theme]")
    supervisor.click(".flag[value=fr]")
    expect(supervisor.locator("h1")).to_have_text("Appels")


def test_the_automatic_theme_follows_the_computer_at_once(supervisor: Page, webapp: WebProcess) -> None:
    supervisor.goto(f"{webapp.url}/status")
    html = supervisor.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "light")
    supervisor.emulate_media(color_scheme="dark")
    expect(html).to_have_attribute("data-bs-theme", "dark")


def test_typing_a_search_filters_the_list_without_loading_the_page_again(
    supervisor: Page, webapp: WebProcess
) -> None:
    supervisor.goto(f"{webapp.url}/calls")
    supervisor.evaluate("window.stayed = true")
    supervisor.locator("#f-q").press_sequentially("dupont", delay=20)
    expect(supervisor.locator("#calls [role=status]")).to_contain_text("effacer les filtres")
    expect(supervisor.locator(f'a[href="/calls/{webapp.facts["call"]}"]')).to_be_visible()
    assert "q=dupont" in supervisor.url
    assert supervisor.evaluate("window.stayed")
    assert supervisor.input_value("#f-q") == "dupont"
    supervisor.reload()
    assert supervisor.input_value("#f-q") == "dupont", "the address holds the filter"


def test_sorting_and_paging_keep_the_filter_and_the_way_back(supervisor: Page, webapp: WebProcess) -> None:
    supervisor.goto(f"{webapp.url}/calls?outcome=answered")
    supervisor.click("th .sort >> text=Conversation")
    expect(supervisor.locator("th[aria-sort=descending]")).to_contain_text("Conversation")
    supervisor.click(".pager [rel=next]")
    supervisor.wait_for_url("**/calls?*page=2*")
    assert "outcome=answered" in supervisor.url
    assert "sort=talk" in supervisor.url
    supervisor.go_back()
    supervisor.wait_for_url(lambda address: "page=2" not in address)
    expect(supervisor.locator("th[aria-sort=descending]")).to_contain_text("Conversation")


def test_the_export_is_a_file(supervisor: Page, webapp: WebProcess) -> None:
    supervisor.goto(f"{webapp.url}/calls?outcome=abandoned")
    with supervisor.expect_download() as download:
        supervisor.click("text=Exporter en CSV")
    assert download.value.suggested_filename.endswith(".csv")


def test_the_recording_is_drawn_plays_and_jumps(supervisor: Page, webapp: WebProcess) -> None:
    supervisor.goto(f"{webapp.url}/calls/{webapp.facts['call']}")
    player = supervisor.locator("[data-player]").first
    expect(player).to_be_visible()
    expect(supervisor.locator("audio").first).to_be_hidden()
    expect(player.locator("[data-length]")).to_have_text("01:35")
    player.locator("[data-do=toggle]").click()
    audio = "document.querySelector('audio')"
    until(lambda: supervisor.evaluate(f"{audio}.currentTime > 0.2"), 10, "sound plays")
    expect(player.locator("[data-do=toggle]")).to_have_attribute("aria-label", "Pause")
    player.locator("[data-do=forward]").click()
    until(lambda: supervisor.evaluate(f"{audio}.currentTime > 10"), 10, "ten seconds on")
    player.locator("[data-speed]").select_option("2")
    assert supervisor.evaluate(f"{audio}.playbackRate") == 2
    player.locator("[data-do=toggle]").click()
    until(lambda: supervisor.evaluate(f"{audio}.paused"), 5, "paused")


def test_without_its_curve_the_browsers_own_player_is_there(supervisor: Page, webapp: WebProcess) -> None:
    supervisor.route("**/recordings/*.json", lambda route: route.abort())
    supervisor.goto(f"{webapp.url}/calls/{webapp.facts['call']}")
    supervisor.wait_for_load_state("networkidle")
    expect(supervisor.locator("audio").first).to_be_visible()
    expect(supervisor.locator("[data-player]").first).to_be_hidden()


def test_ids_are_copied_for_a_trace(browser: Browser, supervisor: Page, webapp: WebProcess) -> None:
    supervisor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    supervisor.goto(f"{webapp.url}/calls/{webapp.facts['call']}")
    supervisor.locator("[data-copy]").first.click()
    expect(supervisor.locator("[data-copied]")).to_have_text("Copié")
    assert supervisor.evaluate("navigator.clipboard.readText()") == webapp.facts["call"]


def test_times_are_those_of_the_account_not_of_the_computer(supervisor: Page, webapp: WebProcess) -> None:
    supervisor.goto(f"{webapp.url}/calls/{webapp.facts['call']}")
    module = supervisor.locator('script[src$="js/call.js"]').get_attribute("src") or ""
    said = supervisor.evaluate(
        "async path => { const {clock} = await import(path); return clock(1767225600000); }",
        module.replace("call.js", "lib/time.js"),
    )
    assert said == "01:00", "midnight UTC in Paris, whatever the computer's own zone"
    zone = ZoneInfo("Europe/Paris")
    begun = datetime.fromtimestamp(webapp.facts["begun_ms"] / 1000, zone)
    assert supervisor.locator(".timeline time").first.inner_text()[:8] == begun.strftime("%H:%M:%S")


def test_hostile_names_run_nothing(supervisor: Page, webapp: WebProcess) -> None:
    said: list[str] = []
    supervisor.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    supervisor.goto(f"{webapp.url}/calls?outcome=abandoned&sort=started&order=asc")
    for call in webapp.facts["hostile"].values():
        supervisor.goto(f"{webapp.url}/calls/{call}")
        expect(supervisor.locator("h1")).to_be_visible()
    assert not said


def test_an_agent_sees_his_calls_and_no_system_page(agent: Page, webapp: WebProcess) -> None:
    agent.goto(f"{webapp.url}/calls")
    expect(agent.locator("h1")).to_have_text("Mes appels")
    expect(agent.locator(".menu-entry", has_text="Système")).to_have_count(0)
    expect(agent.locator("text=Exporter en CSV")).to_have_count(0)
    agent.goto(f"{webapp.url}/status")
    expect(agent.locator("h1")).to_have_text("Accès non autorisé")


def test_the_first_load_of_the_agents_page_is_light(agent: Page, webapp: WebProcess) -> None:
    agent.goto(f"{webapp.url}/agent")
    agent.wait_for_selector(".gate-card, .bandeau")
    agent.wait_for_load_state("networkidle")
    loaded = agent.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".map(e => [e.name, e.encodedBodySize])"
    )
    assert sum(size for _, size in loaded) < 300_000, loaded


def test_logout_from_the_menu_ends_at_the_login(supervisor: Page, webapp: WebProcess) -> None:
    supervisor.goto(f"{webapp.url}/calls")
    supervisor.click(".person")
    supervisor.click("text=Se déconnecter")
    supervisor.wait_for_url("**/login")
    supervisor.goto(f"{webapp.url}/calls")
    assert "/login" in supervisor.url


def test_the_status_page_shows_trouble_in_red_and_words(supervisor: Page, webapp: WebProcess) -> None:
    webapp.say("trouble")
    supervisor.goto(f"{webapp.url}/status")
    expect(supervisor.locator(".status-whole")).to_have_text("2 points ne fonctionnent pas.")
    assert not accessibility_faults(supervisor)
    webapp.say("all right")
    supervisor.click("text=Actualiser")
    expect(supervisor.locator(".status-whole")).to_have_text("Tout fonctionne.")


def test_the_status_page_follows_by_itself_and_sends_for_the_doctor(
    supervisor: Page, webapp: WebProcess
) -> None:
    supervisor.goto(f"{webapp.url}/status")
    expect(supervisor.locator(".status-whole")).to_have_text("Tout fonctionne.")
    webapp.say("trouble")
    expect(supervisor.locator(".status-whole")).to_have_text("2 points ne fonctionnent pas.", timeout=15_000)
    webapp.say("all right")
    expect(supervisor.locator(".status-whole")).to_have_text("Tout fonctionne.", timeout=15_000)
    supervisor.click("[data-examine] button")
    expect(supervisor.locator(".findings")).to_contain_text("n’a que 9 caractères")
    assert supervisor.url.endswith("/status"), "without leaving the page"
    assert not accessibility_faults(supervisor)
