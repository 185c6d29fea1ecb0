"""What opens when a call rings: the record, a web page of the queue's own, or nothing; two who save the same record; a
customer who types. In a real browser, over a fake desk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import Browser, accessibility_faults
from tests.support.deskprocess import DeskProcess
from tests.support.until import until
from tests.support.webservice import WebService
from tests.web.test_agent_page import Desk

CAPTURE = {
    "active": True,
    "back": False,
    "state": "asking",
    "step": 1,
    "steps": [{"name": "card", "label": "", "kind": "card"}, {"name": "cvv", "label": "", "kind": "code"}],
    "done": 0,
    "count": 7,
    "most": 19,
    "tries": 0,
    "result": "",
    "ended": "",
    "ok": None,
    "text": "",
    "why": "",
}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    one = DeskProcess(tmp_path_factory.mktemp("pop"))
    yield one
    one.stop()


@pytest.fixture(scope="module")
def crm() -> Iterator[WebService]:
    made = WebService({"customer": "DUPONT"})
    yield made
    made.stop()


@pytest.fixture
def ready(browser: Browser, process: DeskProcess) -> Iterator[Desk]:
    process.do("reset")
    window = browser.window()
    one = Desk(process, window)
    one.open()
    one.ready()
    yield one
    window.close()


def rings(desk: Desk, **pop: Any) -> None:
    desk.do(
        "ring", desk.agent, number="+33612345678", pop={"mode": "url", "when": "ring", "target": "tab", **pop}
    )
    desk.state("RINGING")


def test_a_queues_own_page_stands_in_the_tab_and_the_record_a_click_away(
    ready: Desk, crm: WebService
) -> None:
    page = ready.page
    rings(ready, url=f"{crm.url}/customer?tel=%2B33612345678")
    frame = page.locator(".record-web iframe")
    expect(frame).to_be_visible()
    expect(page.frame_locator(".record-web iframe").locator("body")).to_contain_text("DUPONT")
    assert "allow-top-navigation" not in (frame.get_attribute("sandbox") or "")
    expect(page.get_by_role("link", name="Ouvrir dans une fenêtre")).to_be_visible()
    page.get_by_role("button", name="Fiche intégrée").click()
    expect(page.get_by_label("Nom", exact=True)).to_be_visible()
    assert crm.asked == ["/customer?tel=%2B33612345678"]
    assert accessibility_faults(page) == []


def test_a_window_that_the_browser_refuses_is_opened_by_one_key(ready: Desk, crm: WebService) -> None:
    page = ready.page
    page.evaluate("() => { window.realOpen = window.open; window.open = () => null; }")
    rings(ready, url=f"{crm.url}/customer", target="window")
    expect(page.get_by_text("Le navigateur n’a pas ouvert la page de")).to_be_visible()
    page.evaluate("() => { window.open = window.realOpen; }")
    with page.context.expect_page() as opened:
        page.keyboard.press("o")
    opened.value.wait_for_url(f"{crm.url}/customer")
    assert opened.value.evaluate("() => window.opener") is None
    expect(page.get_by_text("Le navigateur n’a pas ouvert la page de")).to_have_count(0)
    opened.value.close()


def test_a_queue_without_a_pop_leaves_what_one_reads_and_keeps_the_record_at_hand(ready: Desk) -> None:
    page = ready.page
    rings(ready, mode="none", url="")
    expect(page.locator(".record-tab")).to_have_count(1)
    expect(page.locator(".record-head")).to_have_count(0)
    page.keyboard.press("f")
    expect(page.locator(".record-head")).to_be_visible()


def test_who_types_sees_at_once_that_somebody_else_saved_and_chooses_field_by_field(ready: Desk) -> None:
    page = ready.page
    ready.rings()
    ready.talks()
    ready.field("Société").fill("La mienne")
    ready.field("Description").fill("Ma note")
    ready.do("colleague_saves_and_it_is_told", company="La leur", description="Leur note", category="Pro")
    expect(page.get_by_role("alert").filter(has_text="2")).to_be_visible()
    expect(ready.field("Catégorie")).to_have_value("Pro")
    expect(ready.field("Société")).to_have_value("La mienne")
    expect(page.get_by_role("button", name="Enregistrer", exact=True)).to_be_disabled()
    assert accessibility_faults(page) == []
    page.get_by_role("group", name="Quelle valeur garder").nth(0).get_by_role("button").nth(0).click()
    page.get_by_role("group", name="Quelle valeur garder").nth(0).get_by_role("button").nth(2).click()
    expect(ready.field("Description")).to_have_value("Leur note\nMa note")
    ready.field("Société").blur()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.get_by_text("Fiche enregistrée.").first).to_be_visible()
    expect(ready.field("Société")).to_have_value("La mienne")


def test_what_was_typed_before_a_reload_does_not_overwrite_what_was_saved_meanwhile(ready: Desk) -> None:
    page = ready.page
    ready.rings()
    ready.talks()
    ready.field("Société").fill("La mienne")
    page.on("dialog", lambda dialog: dialog.accept())
    page.evaluate("() => { window.addEventListener('pagehide', () => {}); }")
    ready.do("colleague_saves", company="La leur")
    page.reload()
    expect(ready.field("Société")).to_have_value("La mienne")
    expect(page.locator(".versus-pair")).to_have_count(1)


def test_a_customer_who_types_is_counted_and_never_shown(ready: Desk) -> None:
    page = ready.page
    ready.rings()
    ready.talks()
    picture: Any = ready.do("picture", ready.agent)
    ready.do("change", ready.agent, work={**picture["work"], "capture": CAPTURE})
    strip = page.locator(".capture")
    expect(strip).to_contain_text("7 chiffres sur 19 au plus")
    expect(strip).to_contain_text("vous n’entendez rien")
    assert accessibility_faults(page) == []
    told = {**CAPTURE, "active": False, "ended": "done", "ok": False, "text": "Fonds insuffisants"}
    ready.do("change", ready.agent, work={**picture["work"], "capture": told})
    expect(strip).to_contain_text("Refusé par le service")
    expect(strip).to_contain_text("Fonds insuffisants")
    until(lambda: "tone-red" in (strip.get_attribute("class") or ""))
