"""The outbound module of the agent's page in a real browser, over a fake desk."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.browser import Browser, accessibility_faults
from tests.support.deskprocess import DeskProcess
from tests.support.until import until
from tests.web.test_agent_page import Desk


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    one = DeskProcess(tmp_path_factory.mktemp("desk"))
    yield one
    one.stop()


@pytest.fixture
def desk(browser: Browser, process: DeskProcess) -> Iterator[Desk]:
    process.do("reset")
    window = browser.window()
    one = Desk(process, window)
    one.open()
    one.ready()
    yield one
    window.close()


def asked(desk: Desk, verb: str) -> list[object]:
    until(lambda: desk.asked(verb) != [], 10, f"{verb} arrives")
    return desk.asked(verb)[-1]


def test_the_list_stands_where_the_record_is_and_quick_buttons_postpone(desk: Desk) -> None:
    page = desk.page
    desk.do("people_to_call")
    place = page.locator(".out-place")
    expect(place.locator("tbody tr")).to_have_count(4)
    expect(place.locator("tbody tr").nth(1)).to_contain_text("Occupé 2×")
    expect(place.locator("tbody tr").nth(3)).to_contain_text("Bruno Roy")
    place.get_by_role("button", name="Omar Haddad", exact=True).click()
    card = place.locator(".out-card")
    expect(card.get_by_role("heading", name="Omar Haddad")).to_be_visible()
    expect(card.locator(".out-quick button")).to_have_text(
        ["5 min", "10 min", "15 min", "20 min", "30 min", "1 h", "2 h", "4 h", "1 jour"]
    )
    card.get_by_role("button", name="20 min").click()
    assert asked(desk, "outbound.postpone")[2:] == ["a3", 20, ""]
    expect(card).to_have_count(0)  # it is settled


def test_a_note_that_is_being_typed_when_its_card_goes_is_kept(desk: Desk) -> None:
    desk.do("people_to_call", 0)
    note = desk.page.locator(".out-card").get_by_label("Note")
    note.fill("Préfère le soir")
    desk.do("nobody_to_call")
    expect(desk.page.locator(".out-card")).to_have_count(0)
    assert asked(desk, "outbound.note")[2:] == ["a2", "Préfère le soir"]


def test_a_date_a_note_and_calling_from_the_card(desk: Desk) -> None:
    page = desk.page
    desk.do("people_to_call")
    place = page.locator(".out-place")
    place.get_by_role("button", name="07 22 33 44 55", exact=True).click()
    card = place.locator(".out-card")
    card.get_by_role("button", name="Date et heure").click()
    moment = card.get_by_label("Date et heure du rappel")
    wanted = moment.get_attribute("max")
    assert wanted is not None
    wanted = wanted[:11] + "09:30"
    moment.fill(wanted)
    card.get_by_role("button", name="Fixer").click()
    assert asked(desk, "outbound.postpone")[2:] == ["a2", None, wanted]
    place.get_by_role("button", name="07 22 33 44 55", exact=True).click()
    note = card.get_by_label("Note")
    note.fill("Préfère le matin")
    note.blur()
    assert asked(desk, "outbound.note")[2:] == ["a2", "Préfère le matin"]
    card.get_by_role("button", name="Réserver").click()
    assert asked(desk, "outbound.reserve")[2:] == ["a2"]
    card.get_by_role("button", name="Qualifier").click()
    card.get_by_label("Résultat").select_option(label="Vente")
    card.get_by_role("button", name="Réglé sans appeler").click()
    assert asked(desk, "outbound.close")[2:4] == ["a2", True]
    place.get_by_role("button", name="Appeler 07 22 33 44 55").click()
    assert asked(desk, "outbound.call")[2:] == ["a2"]
    place.get_by_role("button", name="Inès Moreau", exact=True).click()
    expect(card.get_by_role("button", name=re.compile("^Appeler"))).to_have_count(0)  # she is Bruno's


def test_who_is_shown_comes_with_a_countdown_and_can_be_passed_over_by_keyboard(desk: Desk) -> None:
    page = desk.page
    desk.do("people_to_call", 30)
    desk.state("PREVIEW")
    card = page.locator(".out-card.is-preview")
    expect(card.locator(".out-countdown")).to_have_text(re.compile(r"Appel dans \d+ secondes"))
    expect(card.get_by_role("heading", name="07 22 33 44 55")).to_be_focused()
    assert accessibility_faults(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(card.get_by_role("button", name="Passer")).to_be_focused()
    page.keyboard.press("Enter")
    assert asked(desk, "outbound.skip")[2:] == ["a2", ""]
    page.locator(".out-place").get_by_text("Automatique").click()
    assert asked(desk, "outbound.mode")[2:] == ["automatic"]


def test_own_callbacks_lie_in_a_calendar_of_the_accounts_zone(desk: Desk) -> None:
    page = desk.page
    desk.do("people_to_call")
    page.get_by_role("tab", name="Mon agenda").click()
    expect(page.locator(".out-day")).to_have_count(7)
    expect(page.locator(".out-day.is-today .out-slot, .out-day .out-slot").first).to_contain_text(
        "Omar Haddad"
    )
    page.get_by_role("button", name="Jour", exact=True).click()
    expect(page.locator(".out-day")).to_have_count(1)
    page.get_by_role("button", name="Après").click()
    page.get_by_role("button", name="Aujourd’hui", exact=True).click()
    expect(page.locator(".out-day.is-today")).to_be_visible()


def test_a_callback_is_booked_in_the_qualification(desk: Desk) -> None:
    page = desk.page
    desk.rings()
    desk.talks()
    book = page.locator(".book")
    book.get_by_role("button", name="Rappel").click()
    book.get_by_label("Tous").check()
    book.get_by_role("button", name="2 h").click()
    assert asked(desk, "outbound.book")[2:] == ["call-1", 120, "", False, ""]
    expect(book).to_contain_text("Rappel pris")


def test_the_latest_calls_show_what_was_before_and_a_wrong_result_is_corrected(desk: Desk) -> None:
    page = desk.page
    page.get_by_role("tab", name="Mes dix derniers appels").click()
    first = page.locator(".out-latest .out-line").first
    expect(first).to_contain_text("Devis envoyé")
    first.hover()
    expect(first).to_have_attribute("title", re.compile("Abandonné"))
    first.click()
    expect(page.locator(".out-about")).to_contain_text("ne peut pas être corrigé")  # nine days ago
    desk.do("ended_a_minute_ago")
    page.reload()
    page.get_by_role("tab", name="Mes dix derniers appels").click()
    first.click()
    about = page.locator(".out-about")
    about.get_by_label("Résultat").select_option(label="Vente")
    about.get_by_label("Note").fill("C’était une vente")
    about.get_by_role("button", name="Corriger").click()
    expect(page.locator(".desk-toast")).to_contain_text("Résultat corrigé")
    corrected = desk.do("corrected")
    assert isinstance(corrected, list)
    assert corrected[-1]["label"] == "Vente" and corrected[-1]["old_label"] == "Devis envoyé"
    assert accessibility_faults(page) == []
