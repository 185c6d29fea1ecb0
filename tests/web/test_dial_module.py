"""Click to dial in a real browser, over a fake desk: the module, numbers that are clicked, links from elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.support.browser import Browser, accessibility_faults, log_in
from tests.support.deskprocess import DeskProcess

MARIE = "+33612345678"


class Dialler:
    """An agent at his page, unavailable: he calls, nobody calls him."""

    def __init__(self, process: DeskProcess, window: BrowserContext) -> None:
        self.process, self.window, self.agent = process, window, process.agent
        self.page: Page = window.new_page()
        log_in(self.page, process.url, "demo", "elodie", process.password)
        self.page.goto(f"{process.url}/agent")
        self.page.get_by_role("button", name="Prendre mon poste").click()
        expect(self.page.locator(".state-chip")).to_have_attribute("data-state", "UNAVAILABLE")
        expect(
            self.module.get_by_label("Au nom de la file")
        ).to_be_visible()  # the choices come after the picture

    @property
    def module(self) -> Locator:
        return self.page.locator("[data-module=dial]")

    @property
    def number(self) -> Locator:
        return self.module.get_by_label("Numéro", exact=True)

    def asked(self) -> list[list[Any]]:
        return [one for one in self.process.do("asked") if one[0] == "dial"]

    def has_asked(self, *what: Any) -> None:
        """For this call and no other, within a moment."""
        end = time.monotonic() + 5
        while not self.asked() and time.monotonic() < end:
            self.page.wait_for_timeout(20)
        assert self.asked() == [["dial", self.agent, *what]]

    def goes(self, state: str, why: str = "") -> None:
        now = int(time.time() * 1000)
        shown = {"call": "c1", "number": MARIE, "state": state, "since": now, "cause": "", "why": why}
        self.process.do("change", self.agent, dialling=shown)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskProcess]:
    one = DeskProcess(tmp_path_factory.mktemp("desk"))
    yield one
    one.stop()


@pytest.fixture
def dialler(browser: Browser, process: DeskProcess) -> Iterator[Dialler]:
    process.do("reset")
    window = browser.window()
    yield Dialler(process, window)
    window.close()


def test_type_choose_and_press_enter(dialler: Dialler) -> None:
    dialler.number.fill("06 12 34 56 78")
    dialler.module.get_by_label("Au nom de la file").select_option(label="Technique")
    dialler.module.get_by_label("Numéro présenté").select_option("+33185091111")
    dialler.number.press("Enter")
    dialler.has_asked("06 12 34 56 78", dialler.process.queue + 1, "+33185091111", None)
    expect(dialler.page.locator(".state-chip")).to_have_attribute("data-state", "DIALING")
    expect(dialler.module.get_by_role("status")).to_contain_text("Votre téléphone sonne")
    expect(dialler.module.get_by_role("button", name="Appeler", exact=True)).to_be_disabled()
    expect(dialler.number).to_have_value("")


@pytest.mark.parametrize(
    ("state", "why", "words"),
    [
        ("DIALING", "", "Numérotation"),
        ("RINGING", "", "Ça sonne"),
        ("TALKING", "", "En communication"),
        ("ENDED", "busy", "La ligne est occupée"),
        ("ENDED", "unallocated", "Ce numéro n’est pas attribué"),
        ("ENDED", "gateway_down", "Le lien avec l’opérateur est coupé"),
    ],
)
def test_how_it_goes_is_said_in_words(dialler: Dialler, state: str, why: str, words: str) -> None:
    dialler.goes(state, why)
    expect(dialler.module.locator("[data-dialling]")).to_contain_text(words)
    if state == "ENDED":
        dialler.module.get_by_role("button", name="Rappeler ce numéro").click()
        dialler.has_asked(MARIE, dialler.process.queue, None, None)


def test_a_call_of_ones_own_gives_no_alarm(dialler: Dialler) -> None:
    dialler.number.fill(MARIE)
    dialler.number.press("Enter")
    expect(dialler.page.locator(".state-chip")).to_have_attribute("data-state", "DIALING")
    titles = []
    for _ in range(12):  # the alarm changes it every second
        dialler.page.wait_for_timeout(100)
        titles.append(dialler.page.title())
    assert not any("☎" in title for title in titles)


def test_a_number_that_is_clicked_is_called(dialler: Dialler) -> None:
    dialler.page.evaluate(
        """number => { const link = document.createElement("a"); link.href = `tel:${number}`; link.textContent = "x";
        link.id = "any"; link.dataset.queue = "7"; document.querySelector("main, #desk").append(link); }""",
        MARIE,
    )
    dialler.page.locator("#any").click()
    dialler.has_asked(f"tel:{MARIE}", 7, None, None)


def test_a_link_from_elsewhere_is_shown_and_never_called_by_itself(dialler: Dialler) -> None:
    dialler.page.goto(f"{dialler.process.url}/agent?dial=tel%3A%2B33612345678")
    expect(dialler.number).to_have_value("tel:+33612345678")
    expect(dialler.module).to_contain_text("Numéro reçu d’un lien")
    assert "dial=" not in dialler.page.url
    assert dialler.asked() == []
    dialler.page.reload()
    expect(dialler.number).to_have_value("")


def test_a_link_in_a_new_tab_comes_to_the_toolbar_that_is_open(dialler: Dialler) -> None:
    other = dialler.window.new_page()
    other.goto(f"{dialler.process.url}/agent?dial=tel:0612345678")
    expect(dialler.number).to_have_value("tel:0612345678")
    assert dialler.asked() == []


def test_a_refusal_says_why(dialler: Dialler) -> None:
    dialler.number.fill("bonjour")
    dialler.process.do("refuse")
    dialler.number.press("Enter")
    expect(dialler.page.get_by_text("Ce n’est pas un numéro de téléphone")).to_be_visible()
    expect(dialler.number).to_have_value("bonjour")


def test_by_keyboard_alone(dialler: Dialler) -> None:
    dialler.number.focus()
    dialler.page.keyboard.type("0612345678")
    dialler.page.keyboard.press("Tab")
    expect(dialler.module.get_by_label("Au nom de la file")).to_be_focused()
    dialler.page.keyboard.press("Tab")
    dialler.page.keyboard.press("ArrowDown")
    dialler.page.keyboard.press("Tab")
    expect(dialler.module.get_by_role("button", name="Appeler", exact=True)).to_be_focused()
    dialler.page.keyboard.press("Enter")
    dialler.has_asked("0612345678", dialler.process.queue, "+33185091111", None)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1366, 1024])
def test_it_is_accessible_and_fits(browser: Browser, process: DeskProcess, dark: bool, width: int) -> None:
    process.do("reset")
    window = browser.window(width=width, dark=dark)
    dialler = Dialler(process, window)
    for state, why in (("CALLING_YOU", ""), ("ENDED", "congestion")):
        dialler.goes(state, why)
        expect(dialler.module.locator(f"[data-dialling={state}]")).to_be_visible()
        assert accessibility_faults(dialler.page) == []
        assert dialler.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    window.close()
