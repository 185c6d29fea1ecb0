"""The agent's page in a real browser, over a fake desk that plays calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.support.browser import Browser, accessibility_faults, log_in
from tests.support.deskprocess import DeskProcess
from tests.support.until import until


class Desk:
    """A desk with one agent at his page."""

    def __init__(self, process: DeskProcess, window: BrowserContext) -> None:
        self.process = process
        self.window = window
        self.page: Page = window.new_page()
        self.agent = process.agent

    def do(self, method: str, *args: object, **kwargs: object) -> object:
        return self.process.do(method, *args, **kwargs)

    def open(self) -> None:
        log_in(self.page, self.process.url, "demo", "elodie", self.process.password)
        self.page.goto(f"{self.process.url}/agent")

    def ready(self) -> None:
        """At his place and available."""
        self.page.get_by_role("button", name="Prendre mon poste").click()
        self.state("UNAVAILABLE")
        self.page.keyboard.press("F8")
        self.state("IDLE")

    def rings(self, number: str = "+33612345678", name: str = "") -> None:
        self.do("incoming", number, name)
        self.state("RINGING")

    def talks(self) -> None:
        self.do("answer", self.agent)
        self.state("IN_CALL")

    def state(self, name: str) -> None:
        expect(self.page.locator(".state-chip")).to_have_attribute("data-state", name)

    def field(self, name: str) -> Locator:
        return self.page.get_by_label(name, exact=True)

    def asked(self, what: str) -> list[list[object]]:
        asked = self.do("asked")
        assert isinstance(asked, list)
        return [one for one in asked if one[0] == what]


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
    yield one
    window.close()


@pytest.fixture
def ready(desk: Desk) -> Desk:
    desk.ready()
    return desk


# --- the whole story ----------------------------------------------------------------------------------------
def test_a_call_from_ring_to_verdict(ready: Desk) -> None:
    page = ready.page
    ready.rings()
    expect(page.get_by_role("heading", name="Jean Dupont")).to_be_visible()
    expect(page.locator(".path")).to_contain_text("01 85 09 00 00")
    expect(page.locator(".path")).to_contain_text("attente 00:4")
    expect(page.locator(".exchanges")).to_contain_text("Devis envoyé")
    until(lambda: "Appel\u00a0: 06 12 34 56 78" in page.title(), what="the tab says who calls")
    ready.talks()
    until(lambda: "Appel" not in page.title(), what="the tab is quiet again")
    expect(page.locator(".recording")).to_be_visible()
    page.get_by_role("button", name="Mettre en attente").click()
    expect(page.locator(".line")).to_contain_text("en attente")
    page.get_by_role("button", name="Reprendre").click()
    expect(page.locator(".line.is-talking")).to_be_visible()
    page.get_by_role("button", name="Raccrocher").click()
    ready.state("WRAP_UP")
    page.get_by_role("button", name="À rappeler").click()
    page.get_by_label("Note").fill("jeudi matin")
    page.get_by_role("button", name=re.compile("^Qualifier")).click()
    ready.state("INTER_CALL")
    assert ready.asked("qualify")[-1][2:] == ["call-1", 3, "jeudi matin"]
    ready.state("IDLE")


def test_the_recording_is_paused_by_button_and_by_key_and_the_page_says_so_after_a_reload_too(
    ready: Desk,
) -> None:
    page = ready.page
    ready.rings()
    ready.talks()
    expect(page.locator(".recording.is-on")).to_be_visible()
    page.get_by_role("button", name="Suspendre l’enregistrement").click()
    expect(page.locator(".recording.is-paused")).to_contain_text("en pause")
    page.reload()
    expect(page.locator(".recording.is-paused")).to_be_visible()
    page.keyboard.press("r")
    expect(page.locator(".recording.is-on")).to_be_visible()
    page.keyboard.press("r")
    expect(page.locator(".recording.is-paused")).to_be_visible()
    assert [verb for verb in ("pause_recording", "resume_recording") if ready.asked(verb)] == [
        "pause_recording",
        "resume_recording",
    ]


def test_a_verdict_chosen_during_the_call_is_applied_at_hang_up(ready: Desk) -> None:
    page = ready.page
    ready.rings()
    ready.talks()
    page.get_by_role("button", name="Refus").click()
    page.get_by_role("button", name="Trop cher").click()
    expect(page.get_by_text("sera appliqué au raccroché")).to_be_visible()
    ready.do("call_ends", ready.agent)
    ready.state("INTER_CALL")


def test_the_keyboard_alone_is_enough(ready: Desk) -> None:
    page = ready.page
    ready.rings()
    ready.talks()
    expect(page.get_by_role("button", name="Vente")).to_be_visible()
    page.keyboard.press("F2")
    expect(page.locator(".line.is-held")).to_be_visible()
    page.keyboard.press("F2")
    expect(page.locator(".line.is-talking")).to_be_visible()
    page.keyboard.press("4")
    expect(page.get_by_role("button", name="Trop cher")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.get_by_role("button", name="Vente")).to_be_visible()
    page.keyboard.press("n")
    page.keyboard.type("note 123")
    expect(page.get_by_label("Note")).to_have_value("note 123")
    page.keyboard.press("F4")
    ready.state("WRAP_UP")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("F9")
    ready.state("INTER_CALL")
    assert ready.asked("qualify")[-1][2:] == ["call-1", 1, "note 123"]


def test_a_note_typed_in_the_last_moment_is_not_lost(ready: Desk) -> None:
    ready.rings()
    ready.talks()
    expect(ready.page.get_by_role("button", name="Devis envoyé")).to_be_visible()
    ready.page.keyboard.press("2")
    until(lambda: ready.asked("qualify"))
    ready.page.get_by_label("Note").fill("dernier mot")
    ready.do("call_ends", ready.agent)
    until(lambda: ready.asked("qualify")[-1][2:] == ["call-1", 2, "dernier mot"], what="the note arrived")


def test_the_availability_menu_works_by_keyboard_and_shows_a_pause_asked_for_during_a_call(
    ready: Desk,
) -> None:
    page = ready.page
    ready.rings()
    ready.talks()
    page.locator(".availability").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")  # back office
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".availability")).to_contain_text("Déjeuner")
    expect(page.locator(".availability")).to_contain_text("après l’appel")
    ready.state("IN_CALL")


# --- what is typed ------------------------------------------------------------------------------------------
def test_what_is_typed_is_kept_over_pictures_a_lost_connection_and_a_reload(ready: Desk) -> None:
    page = ready.page
    ready.rings()
    ready.talks()
    ready.field("Société").fill("Globex")
    page.get_by_label("Note").fill("en cours")
    ready.do("queue_waits", ready.process.queue, 5)
    ready.do("drop_browsers")
    expect(page.locator(".figure").first).to_contain_text("5")
    expect(ready.field("Société")).to_have_value("Globex")
    expect(page.get_by_label("Note")).to_have_value("en cours")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(ready.field("Société")).to_have_value("Globex")
    expect(page.get_by_label("Note")).to_have_value("en cours")


def test_the_page_says_that_the_connection_is_lost_and_is_right_again_by_itself(ready: Desk) -> None:
    ready.window.set_offline(True)
    ready.do("drop_browsers")
    expect(ready.page.get_by_text("Connexion perdue")).to_be_visible()
    expect(ready.page.locator(".availability")).to_be_disabled()
    ready.do("ring", ready.agent)
    ready.window.set_offline(False)
    ready.state("RINGING")
    expect(ready.page.get_by_text("Connexion perdue")).not_to_be_visible()


# --- contacts -----------------------------------------------------------------------------------------------
def test_two_savers_choose_field_by_field(ready: Desk) -> None:
    page = ready.page
    ready.rings()
    expect(ready.field("Société")).to_have_value("Oscorp")
    ready.field("Société").fill("Oscorp International")
    ready.field("Prénom").fill("Jean-Luc")
    ready.do("colleague_saves", company="Oscorp SA", category="Client Platine")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Bruno Roy a modifié cette fiche")).to_be_visible()
    expect(page.get_by_role("button", name="Enregistrer")).to_be_disabled()
    page.get_by_role("button", name="Prendre la sienne Oscorp SA").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".save-bar")).to_contain_text("Fiche enregistrée")
    expect(ready.field("Société")).to_have_value("Oscorp SA")
    expect(ready.field("Catégorie")).to_have_value("Client Platine")
    expect(ready.field("Prénom")).to_have_value("Jean-Luc")


def test_an_error_stands_beside_its_field(ready: Desk) -> None:
    ready.rings()
    ready.field("Mobile").fill("12")
    ready.page.get_by_role("button", name="Enregistrer").click()
    expect(ready.field("Mobile")).to_have_attribute("aria-invalid", "true")
    expect(ready.page.locator(".field-error")).to_contain_text("numéro")


def test_an_unknown_caller_becomes_a_contact(ready: Desk) -> None:
    ready.rings("+34912345678")
    ready.page.get_by_role("button", name="Nouvelle fiche").click()
    expect(ready.field("Bureau")).to_have_value("+34 912 34 56 78")
    ready.field("Nom").fill("Martín")
    ready.page.get_by_role("button", name="Créer la fiche").click()
    expect(ready.page.get_by_role("heading", name="Martín")).to_be_visible()


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "a" * 10_000, "\u202eevil", '"><script>alert(1)</script>', "%0A"]
)
def test_a_hostile_name_is_only_text(ready: Desk, name: str) -> None:
    ready.page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    ready.do("incoming", name[:200], name)
    ready.state("RINGING")
    expect(ready.page.locator(".record-who")).to_be_visible()
    assert ready.page.locator(".record-who img, .line script").count() == 0
    wider = ready.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0


# --- several windows ----------------------------------------------------------------------------------------
def test_a_second_tab_is_noticed_and_may_take_over(ready: Desk) -> None:
    second = ready.window.new_page()
    second.goto(f"{ready.process.url}/agent")
    expect(
        second.get_by_role("heading", name="Votre poste est déjà ouvert dans un autre onglet")
    ).to_be_visible()
    second.get_by_role("button", name="Travailler ici").click()
    expect(second.locator(".bandeau")).to_be_visible()
    expect(ready.page.get_by_text("Votre poste a été repris")).to_be_visible()
    second.close()
    ready.state("IDLE")


def test_the_bandeau_alone_in_a_narrow_window(ready: Desk) -> None:
    ready.page.get_by_role("button", name="Réglages et déconnexion").click()
    with ready.window.expect_page() as opened:
        ready.page.get_by_role("menuitem", name="Ouvrir le bandeau seul").click()
    alone = opened.value
    alone.set_viewport_size({"width": 460, "height": 640})
    expect(alone.locator(".state-chip")).to_have_attribute("data-state", "IDLE")
    expect(ready.page.get_by_text("Votre poste a été repris")).to_be_visible()
    ready.do("incoming")
    ready.do("answer", ready.agent)
    expect(alone.get_by_role("button", name="Vente")).to_be_visible()
    expect(alone.locator(".alone-who")).to_contain_text("Jean Dupont")
    assert not accessibility_faults(alone)
    alone.close()
    ready.state("IN_CALL")


def test_a_login_that_ends_says_so(ready: Desk) -> None:
    ready.do("end_sessions")
    expect(ready.page.get_by_role("heading", name="Votre session est terminée")).to_be_visible()
    assert "/login" in (ready.page.get_by_role("link", name="Se reconnecter").get_attribute("href") or "")


def test_leaving_logs_the_agent_out_and_ends_the_session(ready: Desk) -> None:
    ready.page.get_by_role("button", name="Réglages et déconnexion").click()
    ready.page.get_by_role("menuitem", name="Quitter le poste").click()
    ready.page.wait_for_url("**/login*")
    assert ready.asked("log_out")


# --- how it looks and reads ---------------------------------------------------------------------------------
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (1024, 768), (683, 384)], ids=["wide", "narrow", "200 %"])
def test_every_state_is_accessible_and_fits(
    browser: Browser, process: DeskProcess, dark: bool, size: tuple[int, int]
) -> None:
    process.do("reset")
    window = browser.window(*size, dark=dark, reduced_motion="reduce")
    desk = Desk(process, window)
    faults: list[str] = []

    def look(state: str) -> None:
        desk.page.wait_for_load_state("networkidle")
        faults.extend(f"{state}: {fault}" for fault in accessibility_faults(desk.page))
        wider = desk.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wider > 0:
            faults.append(f"{state} is {wider} pixels wider than the window")

    desk.open()
    expect(desk.page.locator(".gate-card")).to_be_visible()
    look("take my place")
    desk.ready()
    desk.do("queue_waits", process.queue, 16, 72)
    look("idle")
    desk.page.locator(".availability").click()
    look("availability menu")
    desk.page.keyboard.press("Escape")
    desk.rings()
    expect(desk.page.locator(".exchanges")).to_be_visible()
    look("ringing")
    desk.talks()
    desk.page.keyboard.press("4")
    desk.page.keyboard.press("1")
    desk.field("E-mail").fill("wrong")
    desk.page.get_by_role("button", name="Enregistrer").click()
    expect(desk.page.locator(".field-error")).to_be_visible()
    desk.do("second_line", desk.agent)
    expect(desk.page.locator(".line")).to_have_count(2)
    look("in call, two lines")
    desk.do("switch", False)
    desk.do("phone", desk.agent, False)
    expect(desk.page.locator(".strip")).to_have_count(2)
    look("trouble")
    desk.do("unavailable", desk.agent, None)
    desk.do("call_ends", desk.agent)
    desk.state("INTER_CALL")
    look("pause")
    window.close()
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("said", [("fr", "En communication"), ("en", "On a call"), ("es", "En comunicación")])
def test_the_whole_page_speaks_the_chosen_language(ready: Desk, said: tuple[str, str]) -> None:
    language, state = said
    ready.rings()
    ready.talks()
    if language != "fr":
        ready.page.get_by_role("button", name="Réglages et déconnexion").click()
        ready.page.locator(f".pop-flags [lang={language}]").click()
    expect(ready.page.locator(".state-chip")).to_contain_text(state)
    assert ready.page.locator("html").get_attribute("lang") == language
    shown = ready.page.locator("#desk").inner_text()
    assert not re.search(r"\b(desk|contact|language)\.[a-z_]+", shown), "an untranslated text"


def test_timers_follow_the_servers_clock_whatever_the_computers_clock_says(ready: Desk) -> None:
    ready.rings()
    ready.talks()
    later = ready.window.new_page()
    later.clock.install(time="2031-01-01T00:00:00Z")
    later.goto(f"{ready.process.url}/agent")
    later.get_by_role("button", name="Travailler ici").click()
    chip = later.locator(".state-chip .timer")
    expect(chip).to_have_text(re.compile(r"^00:\d\d$"))


def test_order_and_folding_of_the_modules_are_the_agents_own_and_come_back_on_another_computer(
    ready: Desk, browser: Browser
) -> None:
    page = ready.page

    def order(of: Page) -> list[str]:
        return [one.get_attribute("data-module") or "" for one in of.locator("[data-module]").all()]

    before = order(page)
    assert before.index("queues") < before.index("statistics")
    heading = page.locator("[data-module=queues] h2 button")
    heading.click()
    expect(heading).to_have_attribute("aria-expanded", "false")
    page.locator("[data-grip=statistics]").focus()
    for _ in before[1:]:
        page.keyboard.press("ArrowUp")
    expect(page.locator("[data-grip=statistics]")).to_be_focused()
    expect(page.locator("[data-module]").first).to_have_attribute("data-module", "statistics")
    expect(page.locator("[aria-live=assertive]")).to_have_text(f"Statistiques, position 1 sur {len(before)}")
    page.reload()  # in the same moment
    expect(page.locator("[data-module]").first).to_have_attribute("data-module", "statistics")
    grip, target = page.locator("[data-grip=statistics]"), page.locator("[data-module=queues]")
    grip.hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 3, steps=8)
    expect(page.locator("[data-module]").first).not_to_have_attribute("data-module", "statistics")
    with page.expect_response("**/agent/layout"):
        page.mouse.up()
    now = order(page)
    assert now[0] != "statistics" and now != before
    elsewhere = browser.window()
    other = Desk(ready.process, elsewhere)
    other.open()
    other.page.get_by_role("button", name="Travailler ici").click()
    expect(other.page.locator("[data-module=queues] h2 button")).to_have_attribute("aria-expanded", "false")
    assert order(other.page) == now
    elsewhere.close()
