"""The toolbar in a real browser: lines, whom else to call, modules, settings, keys, small windows (BA-01..156)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import Browser, accessibility_faults
from tests.support.deskprocess import DeskProcess
from tests.support.until import until
from tests.web.test_agent_page import Desk

MOST_BYTES = 300_000
"""Of the agent's page at its first load, as they go over the line."""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    one = DeskProcess(tmp_path_factory.mktemp("toolbar"))
    yield one
    one.stop()


@contextmanager
def at(browser: Browser, process: DeskProcess, *size: int, **look: Any) -> Iterator[Desk]:
    """The agent at a window of this size; closed whatever happens, for there is one live page of his."""
    process.do("reset")
    window = browser.window(*size, **look)
    try:
        one = Desk(process, window)
        one.open()
        yield one
    finally:
        window.close()


@pytest.fixture
def desk(browser: Browser, process: DeskProcess) -> Iterator[Desk]:
    with at(browser, process) as one:
        yield one


@pytest.fixture
def talks(desk: Desk) -> Desk:
    desk.ready()
    desk.rings()
    desk.talks()
    expect(desk.page.get_by_role("button", name="Vente")).to_be_visible()
    return desk


def unfold(page: Page) -> None:
    """Every module is open, and has what it asked for."""
    names = [one.get_attribute("data-module") for one in page.locator("[data-module]").all()]
    for name in names:
        button = page.locator(f"[data-module={name}] h2 button").first
        if button.get_attribute("aria-expanded") == "false":
            button.click()
            expect(button).to_have_attribute("aria-expanded", "true")
            # What it has asked for makes it higher: the next one moves away under the pointer until then.
            expect(page.locator("[data-module] [aria-busy=true]")).to_have_count(0)
    page.wait_for_load_state("networkidle")


def settings(desk: Desk) -> None:
    desk.page.get_by_role("button", name="Réglages et déconnexion").click()
    desk.page.get_by_role("menuitem", name="Réglages").click()
    expect(desk.page.get_by_role("dialog", name="Réglages")).to_be_visible()


def with_options(desk: Desk, **options: object) -> None:
    desk.do("profile", **options)
    desk.page.reload()
    expect(desk.page.locator(".bandeau")).to_be_visible()


def test_a_press_counts_though_what_the_button_holds_is_drawn_anew_meanwhile(desk: Desk) -> None:
    page = desk.page
    desk.ready()
    button = page.locator("[data-module=statistics] h2 button")
    before = button.get_attribute("aria-expanded")
    title = button.locator("span").first
    title.scroll_into_view_if_needed()
    box = title.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    button.evaluate("one => one.firstElementChild.replaceWith(one.firstElementChild.cloneNode(true))")
    page.mouse.up()
    expect(button).to_have_attribute("aria-expanded", "false" if before == "true" else "true")


# --- lines ------------------------------------------------------------------------------------------------------
def test_another_party_is_asked_and_the_call_handed_over_by_keys(talks: Desk) -> None:
    page = talks.page
    page.keyboard.press("+")
    page.keyboard.type("09 81 20 30 40")
    expect(page.locator(".reach-row", has_text="09 81 20 30 40")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".line.is-ringing")).to_contain_text("09 81 20 30 40")
    assert talks.asked("consult")[-1][2] == "leg-1"
    assert "09 81 20 30 40" in str(talks.asked("consult")[-1][3])
    expect(page.locator("#desk-number")).to_have_count(0)  # not while it rings
    talks.do("consulted_answers", talks.agent)
    expect(page.locator(".line.is-main.is-talking")).to_contain_text("09 81 20 30 40")
    expect(page.locator(".line.is-held")).to_contain_text("06 12 34 56 78")
    page.keyboard.press("Shift+F2")
    expect(page.locator(".line.is-main")).to_contain_text("06 12 34 56 78")
    assert talks.asked("resume")[-1][2] == "leg-1"
    page.keyboard.press("Shift+F2")
    expect(page.locator(".line.is-main")).to_contain_text("09 81 20 30 40")
    page.keyboard.press("Shift+F8")
    talks.state("INTER_CALL")
    assert len(talks.asked("complete")) == 1


def test_a_call_is_given_away_at_once(talks: Desk) -> None:
    page = talks.page
    page.locator("#desk-number").fill("Bruno")
    row = page.locator(".reach-row", has_text="Bruno Roy")
    expect(row).to_be_visible()
    row.get_by_role("button", name="Transférer directement").click()
    talks.state("INTER_CALL")
    assert "agent" in str(talks.asked("transfer")[-1][3])


def test_three_talk_together_and_the_agent_leaves(talks: Desk) -> None:
    page = talks.page
    talks.do("consults", talks.agent)
    talks.do("consulted_answers", talks.agent)
    page.get_by_role("button", name=re.compile("^Conférence à trois")).click()
    expect(page.locator(".line.is-conference")).to_have_count(2)
    page.get_by_role("button", name=re.compile("^Quitter la conférence")).first.click()
    talks.state("INTER_CALL")


def test_one_of_three_parties_is_dropped_and_the_others_stay(talks: Desk) -> None:
    page = talks.page
    talks.do("consults", talks.agent)
    talks.do("consults", talks.agent, id="leg-third", number="+33145678901", name="Cora Pons")
    expect(page.locator(".line")).to_have_count(3)
    page.locator("[data-line=leg-third]").get_by_role("button", name=re.compile("^Raccrocher")).click()
    expect(page.locator(".line")).to_have_count(2)
    talks.state("IN_CALL")


def test_mute_is_a_switch_that_shows_its_state(talks: Desk) -> None:
    page = talks.page
    page.keyboard.press("m")
    unmute = page.get_by_role("button", name=re.compile("^Rétablir le micro"))
    expect(unmute).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".line")).to_contain_text("micro coupé")
    unmute.click()
    expect(page.get_by_role("button", name=re.compile("^Couper le micro"))).to_be_visible()


def test_the_keypad_sends_what_is_typed_and_clicked_and_digits_choose_no_disposition(talks: Desk) -> None:
    page = talks.page
    page.keyboard.press("t")
    expect(page.get_by_role("dialog", name=re.compile("Clavier"))).to_be_visible()
    page.keyboard.type("12#")
    page.get_by_role("button", name="0", exact=True).click()
    until(lambda: [a[3] for a in talks.asked("send_keys")] == ["1", "2", "#", "0"], what="all keys were sent")
    expect(page.locator("#keypad-sent")).to_have_value("12#0")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert not talks.asked("qualify")
    expect(page.get_by_role("button", name="Vente")).to_have_attribute("aria-pressed", "false")


def test_what_was_begun_for_a_call_that_ends_does_not_go_to_the_next_one(talks: Desk) -> None:
    page = talks.page
    page.keyboard.press("+")
    page.keyboard.type("1234")
    talks.do("call_ends", talks.agent)
    talks.state("WRAP_UP")
    expect(page.locator("#desk-number")).to_have_count(0)
    page.keyboard.press("1")
    page.keyboard.press("F9")
    talks.state("INTER_CALL")
    expect(page.locator("#desk-number")).to_have_value("")


def test_the_lines_stand_in_a_window_of_their_own_that_takes_nothing_over(talks: Desk) -> None:
    page = talks.page
    page.evaluate("delete window.documentPictureInPicture")
    with talks.window.expect_page() as opened:
        page.get_by_role("button", name="Détacher les lignes dans une petite fenêtre").click()
    small = opened.value
    expect(small.locator(".line")).to_contain_text("06 12 34 56 78")
    assert small.evaluate("getComputedStyle(document.querySelector('.line')).display") == "flex"
    small.get_by_role("button", name=re.compile("^Mettre en attente")).click()
    expect(page.locator(".line.is-held")).to_be_visible()
    small.keyboard.press("F2")
    expect(small.locator(".line.is-talking")).to_be_visible()
    talks.state("IN_CALL")  # the page is the live one still
    assert not accessibility_faults(small)
    small.close()
    expect(page.get_by_role("button", name="Détacher les lignes dans une petite fenêtre")).to_be_visible()


# --- modules ----------------------------------------------------------------------------------------------------
def test_a_profile_switches_modules_off_and_puts_the_lines_into_the_column(talks: Desk) -> None:
    page = talks.page
    with_options(talks, modules_off=["queues", "session", "recording"], lines_in_column=True)
    expect(page.locator("[data-module=lines] .line")).to_contain_text("06 12 34 56 78")
    expect(page.locator("[data-module=queues]")).to_have_count(0)
    expect(page.locator(".availability")).to_have_count(0)
    expect(page.locator(".state-chip")).to_be_visible()
    expect(page.get_by_role("button", name="Suspendre l’enregistrement")).to_have_count(0)
    expect(page.locator(".recording")).to_be_visible()
    page.keyboard.press("F8")
    assert not talks.asked("unavailable")
    page.keyboard.press("F2")
    expect(page.locator(".line.is-held")).to_be_visible()


def test_a_call_that_must_be_qualified_is_shown_whatever_the_profile_says(talks: Desk) -> None:
    with_options(talks, modules_off=["qualification"])
    expect(talks.page.get_by_role("button", name="Vente")).to_have_count(0)
    talks.do("call_ends", talks.agent)
    expect(talks.page.get_by_role("button", name="Vente")).to_be_visible()


def test_an_agent_ticks_his_queues_when_his_profile_lets_him(desk: Desk) -> None:
    desk.ready()
    page = desk.page
    expect(page.locator(".queues-table input")).to_have_count(0)
    with_options(desk, may_tick_queues=True)
    tick = page.get_by_role("checkbox", name="Commercial : appels entrants")
    expect(tick).to_be_checked()
    tick.click()
    expect(tick).not_to_be_checked()
    assert desk.asked("tick_queue")[-1][3:] == ["inbound", False]


def test_figures_are_coloured_by_the_queues_thresholds_and_said(desk: Desk) -> None:
    desk.ready()
    desk.do("queue_waits", desk.process.queue, 16, 72)
    cell = desk.page.locator(".queues-table tbody tr").first.locator("td.num b").first
    expect(cell).to_have_text("16")
    expect(cell).not_to_have_class(re.compile("tone"))
    desk.do("alert", desk.process.queue, "red")
    expect(cell).to_have_class(re.compile("tone-red"))
    expect(desk.page.locator(".queues-table")).to_contain_text("au-dessus du second seuil")


# --- settings ---------------------------------------------------------------------------------------------------
def test_a_setting_is_kept_and_a_wrong_one_says_why_beside_its_field(desk: Desk) -> None:
    desk.ready()
    page = desk.page
    settings(desk)
    records = page.get_by_label("Nombre maximal de fiches ouvertes")
    records.fill("99")
    records.blur()
    expect(page.locator(".setting .field-error")).to_have_text("Ce nombre est hors des limites.")
    with page.expect_response("**/agent/settings"):
        records.fill("3")
        records.blur()
    expect(page.locator(".setting .field-error")).to_have_count(0)
    with page.expect_response("**/agent/settings"):
        page.get_by_label("Qualification au premier plan").check()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.reload()
    settings(desk)
    expect(page.get_by_label("Nombre maximal de fiches ouvertes")).to_have_value("3")
    expect(page.get_by_label("Qualification au premier plan")).to_be_checked()


def test_keys_are_chosen_by_pressing_them_and_what_is_taken_or_the_browsers_is_refused(desk: Desk) -> None:
    desk.ready()
    page = desk.page
    settings(desk)

    def choose(action: str, key: str) -> None:
        page.get_by_role("button", name=re.compile(f"^{action}")).click()
        page.keyboard.press(key)

    choose("Couper ou rétablir le micro", "n")
    expect(page.get_by_text("La touche N sert déjà à : Écrire la note.")).to_be_visible()
    choose("Couper ou rétablir le micro", "F5")
    expect(page.get_by_text("Cette touche appartient au navigateur")).to_be_visible()
    choose("Couper ou rétablir le micro", "7")
    expect(page.get_by_text("Cette touche appartient au navigateur")).to_be_visible()
    with page.expect_response("**/agent/settings"):
        choose("Couper ou rétablir le micro", "k")
    expect(page.get_by_role("button", name="Couper ou rétablir le micro, K")).to_be_visible()
    with page.expect_response("**/agent/settings"):
        choose("Écrire la note", "Delete")
    page.keyboard.press("Escape")
    page.reload()
    desk.rings()
    desk.talks()
    expect(page.get_by_role("button", name="Couper le micro (K)")).to_be_visible()
    page.keyboard.press("k")
    expect(page.locator(".line")).to_contain_text("micro coupé")


def test_the_question_mark_shows_every_key(talks: Desk) -> None:
    page = talks.page
    page.keyboard.press("?")
    overlay = page.get_by_role("dialog", name="Raccourcis clavier")
    expect(overlay).to_contain_text("Mettre en attente, reprendre")
    page.keyboard.press("n")  # a letter means nothing under it
    page.keyboard.press("F2")  # what concerns the call goes on
    expect(page.locator(".line.is-held")).to_be_visible()
    page.keyboard.press("Escape")
    expect(overlay).to_have_count(0)


def test_the_qualification_comes_over_everything_when_the_agent_wants_it_so(talks: Desk) -> None:
    page = talks.page
    settings(talks)
    with page.expect_response("**/agent/settings"):
        page.get_by_label("Qualification au premier plan").check()
    page.keyboard.press("Escape")
    talks.do("call_ends", talks.agent)
    over = page.get_by_role("dialog", name="Qualification")
    expect(over).to_be_visible()
    assert not accessibility_faults(page)
    page.keyboard.press("Escape")  # the record is looked at once more
    expect(over).to_have_count(0)
    expect(page.locator("[data-module=qualification]").get_by_role("button", name="Vente")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("F9")
    talks.state("INTER_CALL")
    talks.state("IDLE")
    talks.rings()
    talks.talks()
    talks.do("call_ends", talks.agent)
    expect(over).to_be_visible()  # for the next call again
    over.get_by_role("button", name="Devis envoyé").click()
    page.keyboard.press("F9")
    talks.state("INTER_CALL")
    expect(over).to_have_count(0)


def test_the_tab_says_the_state_by_title_and_icon(talks: Desk) -> None:
    page = talks.page
    until(lambda: page.title().startswith("En communication"), what="the title is the state")
    blue = page.locator("link[rel=icon]").get_attribute("href")
    talks.do("call_ends", talks.agent)
    until(lambda: page.title().startswith("Qualification"), what="the title follows")
    until(lambda: page.locator("link[rel=icon]").get_attribute("href") != blue, what="so does the icon")


def test_the_narrow_window_has_everything_but_the_record(browser: Browser, process: DeskProcess) -> None:
    with at(browser, process, 440, 700) as one:
        page = one.page
        page.goto(f"{process.url}/agent/bandeau")
        one.ready()
        one.rings()
        one.talks()
        one.do("consults", one.agent)
        one.do("consulted_answers", one.agent)
        expect(page.locator(".line.is-talking")).to_be_visible()
        expect(page.locator("[data-module]")).not_to_have_count(0)
        expect(page.locator(".records")).to_have_count(0)
        page.keyboard.press("Shift+F2")
        expect(page.locator(".line.is-main")).to_contain_text("06 12 34 56 78")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0
        assert not accessibility_faults(page)


# --- everything at once -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (1024, 768), (683, 384)], ids=["wide", "narrow", "200 %"])
def test_every_part_is_accessible_and_fits(
    browser: Browser, process: DeskProcess, dark: bool, size: tuple[int, int]
) -> None:
    faults: list[str] = []

    def look(what: str) -> None:
        desk.page.wait_for_load_state("networkidle")
        faults.extend(f"{what}: {fault}" for fault in accessibility_faults(desk.page))
        wider = desk.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wider > 0:
            faults.append(f"{what} is {wider} pixels wider than the window")

    with at(browser, process, *size, dark=dark, reduced_motion="reduce") as desk:
        page = desk.page
        desk.ready()
        with_options(desk, may_tick_queues=True)
        unfold(page)
        desk.do("alert", process.queue, "orange")
        look("all modules open")
        settings(desk)
        page.get_by_role("button", name=re.compile("^Couper ou")).click()
        page.keyboard.press("F5")
        look("settings")
        page.keyboard.press("Escape")
        desk.rings()
        desk.talks()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        look("help")
        page.keyboard.press("Escape")
        page.keyboard.press("+")
        page.keyboard.type("br")
        expect(page.locator(".reach-row").first).to_be_visible()
        look("whom else to call")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.keyboard.press("t")
        look("keypad")
        page.keyboard.press("Escape")
        desk.do("consults", desk.agent)
        desk.do("consults", desk.agent, id="leg-third", number="+33145678901", name="Cora " * 8)
        desk.do("consulted_answers", desk.agent)
        page.keyboard.press("m")
        expect(page.locator(".line")).to_have_count(3)
        look("three lines")
        page.keyboard.press("Shift+F9")
        expect(page.locator(".line.is-conference")).to_have_count(3)
        look("conference")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["fr", "en", "es"])
def test_no_part_has_an_untranslated_text(browser: Browser, process: DeskProcess, language: str) -> None:
    said = ""
    with at(browser, process) as desk:
        page = desk.page
        desk.ready()
        if language != "fr":
            page.locator(f".person-corner > .flags [lang={language}]").click()
            expect(page.locator("html")).to_have_attribute("lang", language)
        desk.rings()
        desk.talks()
        desk.do("consults", desk.agent)
        desk.do("consulted_answers", desk.agent)
        expect(page.locator(".line")).to_have_count(2)
        unfold(page)
        for key in ("", "?", "+"):
            if key:
                page.keyboard.press(key)
                expect(page.locator("dialog" if key == "?" else ".reach-list")).to_be_visible()
            page.wait_for_load_state("networkidle")
            said += page.locator("#desk").inner_text()
            said += page.evaluate(
                "[...document.querySelectorAll('[aria-label],[title],[placeholder]')].flatMap("
                "e => ['aria-label', 'title', 'placeholder'].map(n => e.getAttribute(n) ?? '')).join(' ')"
            )
            page.keyboard.press("Escape")
        page.locator(".person-corner .pop > button").click()
        said += page.locator(".pop-menu").inner_text()
    left = re.findall(
        r"\b(?:desk|settings|dial|contact|state|language|outbound|softphone|phone)\.[a-z_.]+", said
    )
    assert not left, f"untranslated: {sorted(set(left))}"


def test_the_first_load_is_small(desk: Desk, browser: Browser) -> None:
    """Everything that comes over the line until the page is at rest, headers included, nothing in the cache."""
    fresh = browser.window(storage_state=desk.window.storage_state())
    page = fresh.new_page()
    session = fresh.new_cdp_session(page)
    session.send("Network.enable")
    arrived: dict[str, int] = {}
    urls: dict[str, str] = {}
    session.on("Network.responseReceived", lambda e: urls.update({e["requestId"]: e["response"]["url"]}))
    session.on("Network.loadingFinished", lambda e: arrived.update({e["requestId"]: e["encodedDataLength"]}))
    page.goto(f"{desk.process.url}/agent")
    expect(page.locator(".gate-card")).to_be_visible()
    page.wait_for_load_state("networkidle")
    total = sum(arrived.values())
    largest = sorted(((size, urls.get(one, "?")) for one, size in arrived.items()), reverse=True)[:12]
    fresh.close()
    assert 50_000 < total < MOST_BYTES, largest
