"""Supervision in a real browser: live figures, keys, forced states, listening, the display on the wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_one_call import ready_agent
from tests.support.browser import Browser, accessibility_faults, chromium, log_in
from tests.support.program import BOSS_NUMBER, DID, DOMAIN, PASSWORD, Plan, Program, logged_in
from tests.support.until import until
from tests.support.world import World


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def window(running: Browser) -> Iterator[Callable[..., Page]]:
    """Pages in windows of their own; a test that ends well has nothing on the browser's console."""
    running.complaints.clear()
    made = []

    def make(*size: int, **more: Any) -> Page:
        made.append(running.window(*(size or (1366, 768)), **more))
        return made[-1].new_page()

    yield make
    for one in made:
        one.close()


def boss_page(window: Callable[..., Page], app: Program, *size: int, **more: Any) -> Page:
    page = window(*size, **more)
    log_in(page, app.url, "test", "boss", PASSWORD)
    page.goto(f"{app.url}/supervision")
    expect(page.locator(".q-tile")).to_have_count(1)
    return page


def add_queue(app: Program, name: str, number: str) -> None:
    http = logged_in(app.url, "admin")
    token = http.get(app.url + "/calls", timeout=5).text.split('name="csrf-token" content="')[1].split('"')[0]
    form = {"name": name, "number": number, "ring_s": "20", "no_answer_delay_s": "10", "inter_call_s": "3"}
    answer = http.post(
        app.url + "/admin/queues/new", data={"csrf_token": token, **form}, timeout=10, allow_redirects=False
    )
    assert answer.status_code == 303, answer.text[:500]


def figure(page: Page, name: str) -> Any:
    return page.locator(".q-figure", has_text=name).locator("dd")


def test_the_page_follows_a_call_by_itself(
    world: World,
    program: Callable[..., Program],
    pages: Callable[..., Any],
    window: Callable[..., Page],
    running: Browser,
) -> None:
    app = program(Plan(agents=2, supervisor=True))
    page = boss_page(window, app)
    expect(page.locator(".agents-card .empty-list")).to_be_visible()
    caller = world.call(DID, "+33612345678")
    expect(figure(page, "en attente")).to_have_text("1")
    expect(page.locator("tr[data-stage=WAITING]")).to_contain_text("n° 1")
    expect(page.locator(".q-tile")).to_have_attribute("data-level", "bad")  # nobody works
    phone = world.phone("1001", PASSWORD, DOMAIN)
    phone.register()
    agent = pages(app, "1001")
    until(lambda: agent.picture["phone"]["registered"], 10, "the phone is registered")
    agent.do("agent.log_in")
    agent.do("agent.available")
    phone.ringing()
    row = page.locator(f"tr[data-agent='{app.ids.agents[0]}']")
    expect(row).to_have_attribute("data-state", "RINGING")
    phone.answer()
    expect(row).to_have_attribute("data-state", "IN_CALL")
    expect(row).to_contain_text("06 12 34 56 78")
    expect(figure(page, "en attente")).to_have_text("0")
    expect(figure(page, "décrochés / abandons")).to_have_text("1 / 0")
    seconds = row.locator(".timer")
    before = seconds.inner_text()
    expect(seconds).not_to_have_text(before, timeout=3000)  # time in state ticks without a message
    page.get_by_role("button", name="1 En communication").click()
    assert "state=IN_CALL" in page.url
    expect(page.locator(".agents-list tbody tr")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("button", name="1 En communication")).to_have_attribute("aria-pressed", "true")
    caller.hang_up()
    expect(page.locator(".calls-list")).to_have_count(0)
    assert running.complaints == []


def test_an_agent_is_steered_with_the_keyboard_and_told_who_it_was(
    world: World, program: Callable[..., Program], window: Callable[..., Page], running: Browser
) -> None:
    app = program(Plan(agents=1, supervisor=True))
    phone = world.phone("1001", PASSWORD, DOMAIN)
    phone.register()
    agent = window()
    log_in(agent, app.url, "test", "agent1001", PASSWORD)
    agent.get_by_role("button", name="Prendre mon poste").click()
    page = boss_page(window, app)
    row = page.locator(f"tr[data-agent='{app.ids.agents[0]}']")
    expect(row).to_have_attribute("data-state", "UNAVAILABLE")
    page.keyboard.press("/")
    expect(page.locator("#agent-search")).to_be_focused()
    page.keyboard.type("1001")
    page.get_by_role("button", name="Actions : Agent 1001").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Rendre disponible")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("data-state", "IDLE")
    expect(agent.locator(".desk-toast")).to_contain_text("Sonia vous a rendu disponible.")
    page.get_by_role("button", name="Actions : Agent 1001").press("Enter")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(page.get_by_role("button", name="Actions : Agent 1001")).to_be_focused()
    page.get_by_role("button", name="Message").click()
    expect(page.get_by_role("dialog").locator("textarea")).to_be_focused()
    page.keyboard.type("Réunion à 15 h")
    page.get_by_role("button", name="Envoyer").click()
    expect(agent.locator(".desk-toast", has_text="Réunion")).to_contain_text("Sonia : Réunion à 15 h")
    page.get_by_role("button", name="Actions : Agent 1001").click()
    page.get_by_role("menuitem", name="Déconnecter").click()
    page.get_by_role("dialog").get_by_role("button", name="Déconnecter").click()
    expect(agent.get_by_role("button", name="Prendre mon poste")).to_be_visible()
    assert running.complaints == []


def test_listening_whispering_and_barging_from_the_page(
    world: World,
    program: Callable[..., Program],
    pages: Callable[..., Any],
    window: Callable[..., Page],
    running: Browser,
) -> None:
    app = program(Plan(agents=1, supervisor=True))
    phone, agent = ready_agent(world, app, pages)
    phone.answer_by_itself()
    own = world.phone(BOSS_NUMBER, PASSWORD, DOMAIN)
    own.register()
    page = boss_page(window, app)
    world.call(DID, "+33612345678")
    agent.is_in("IN_CALL", 20)
    page.get_by_role("button", name="Écouter Agent 1001").click()
    own.ringing()
    bar = page.locator(".listening")
    expect(bar).to_contain_text("votre téléphone sonne")
    own.answer()
    expect(bar).to_contain_text("personne ne vous entend")
    page.get_by_role("button", name="Chuchoter").click()
    expect(bar).to_contain_text("le client non")
    until(lambda: agent.picture["supervisor"] == {"name": "Sonia", "mode": "whisper"}, 5, "the agent is told")
    page.reload()
    expect(bar).to_contain_text("le client non")
    page.get_by_role("button", name="Intervenir").click()
    expect(bar).to_contain_text("vous entendent")
    assert not accessibility_faults(page)
    page.get_by_role("button", name="Terminer").click()
    own.ended()
    expect(bar).to_have_count(0)
    assert running.complaints == []


def test_a_lost_link_is_said_and_the_page_is_right_afterwards(
    world: World, program: Callable[..., Program], window: Callable[..., Page]
) -> None:
    app = program(Plan(agents=1, supervisor=True))
    page = boss_page(window, app)
    world.cut_link()
    expect(page.locator(".notice.tone-red")).to_contain_text("téléphonie est coupée", timeout=15_000)
    expect(page.locator(".floor.is-stale")).to_be_visible()
    world.mend_link()
    expect(page.locator(".notice")).to_have_count(0, timeout=20_000)
    app.kill()
    expect(page.locator(".notice.tone-orange")).to_contain_text("Liaison perdue", timeout=15_000)
    app.start()
    expect(page.locator(".notice")).to_have_count(0, timeout=20_000)
    caller = world.call(DID, "+33612345678")
    expect(figure(page, "en attente")).to_have_text("1")
    caller.hang_up()
    expect(figure(page, "décrochés / abandons")).to_have_text("0 / 1")


def test_a_display_needs_no_login_and_ends_with_its_link(
    world: World, program: Callable[..., Program], window: Callable[..., Page], running: Browser
) -> None:
    app = program(Plan(agents=1, supervisor=True))
    admin = window()
    log_in(admin, app.url, "test", "admin", PASSWORD)
    admin.goto(f"{app.url}/admin/displays/new")
    assert not accessibility_faults(admin)
    admin.fill("#name", "Plateau nord")
    admin.get_by_role("button", name="Créer le lien").click()
    link = admin.locator("#link").input_value()
    assert "#" in link
    assert link.split("#")[1] not in app.log(), "the secret is in no log"
    wall = window(1920, 1080, dark=True)
    wall.goto(link)
    tile = wall.locator(".w-tile")
    expect(tile).to_have_count(1)
    caller = world.call(DID, "+33612345678")
    expect(tile.locator(".w-figure").first.locator("dd")).to_have_text("1")
    caller.hang_up()
    expect(tile.locator(".w-figure").last.locator("dd")).to_have_text("1")
    assert not accessibility_faults(wall)
    app.kill()
    expect(wall.locator(".w-strip")).to_contain_text("Liaison perdue", timeout=15_000)
    app.start()
    expect(wall.locator(".w-strip")).to_have_count(0, timeout=20_000)
    expect(tile.locator(".w-figure").last.locator("dd")).to_have_text("1")
    admin.goto(f"{app.url}/admin/displays")
    expect(admin.locator("table")).to_contain_text("Plateau nord")
    admin.get_by_role("link", name="Révoquer").click()
    admin.get_by_role("button", name="Révoquer").click()
    expect(wall.locator(".w-strip")).to_contain_text("n’est plus valable", timeout=20_000)
    expect(tile).to_have_count(0)


def test_a_supervisor_sees_the_queues_that_he_is_given(
    program: Callable[..., Program], window: Callable[..., Page]
) -> None:
    app = program(Plan(agents=1, supervisor=True))
    admin = window()
    log_in(admin, app.url, "test", "admin", PASSWORD)
    page = boss_page(window, app)
    add_queue(app, "Technique", "701")
    expect(page.locator(".q-tile")).to_have_count(2)
    admin.goto(f"{app.url}/admin/people?q=boss")
    admin.get_by_role("link", name="Sonia").first.click()
    admin.locator("input[name=supervised]").nth(1).check()
    admin.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".q-tile")).to_have_count(1)
    expect(page.locator(".q-tile")).to_contain_text("Technique")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (1024, 768), (683, 384)], ids=["wide", "narrow", "200 %"])
def test_it_is_accessible_and_fits(
    world: World,
    program: Callable[..., Program],
    pages: Callable[..., Any],
    window: Callable[..., Page],
    dark: bool,
    size: tuple[int, int],
) -> None:
    app = program(Plan(agents=2, supervisor=True))
    _, agent = ready_agent(world, app, pages)
    agent.do("agent.unavailable", reason=app.ids.reason)
    for i in range(3):
        world.call(DID, f"+3361200000{i}")
    page = boss_page(window, app, *size, dark=dark)
    expect(page.locator(".calls-list tbody tr")).to_have_count(3)
    assert accessibility_faults(page) == []
    page.locator("[aria-haspopup=menu]").first.click()
    assert accessibility_faults(page) == []
    page.keyboard.press("Escape")
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{wider} pixels wider than the window"


def test_an_agent_sees_his_colleagues_and_his_latest_calls(
    world: World,
    program: Callable[..., Program],
    pages: Callable[..., Any],
    window: Callable[..., Page],
    running: Browser,
) -> None:
    app = program(Plan(agents=2))
    phone, other = ready_agent(world, app, pages, "1002")
    phone.answer_by_itself()
    page = window()
    log_in(page, app.url, "test", "agent1001", PASSWORD)
    page.get_by_role("button", name="Prendre mon poste").click()
    page.get_by_role("button", name="Agents", exact=True).click()
    row = page.locator(f"[data-colleague='{app.ids.agents[1]}']")
    expect(row).to_contain_text("Repos")
    caller = world.call(DID, "+33612345678")
    other.is_in("IN_CALL", 20)
    expect(row).to_contain_text("En communication")
    expect(row).not_to_contain_text("06 12")
    caller.hang_up()
    other.is_in("WRAP_UP")
    expect(row).to_contain_text("Qualification")
    other.do("call.qualify", call=other.picture["work"]["call"], disposition=app.ids.dispositions[0], note="")
    other.do("agent.log_out")
    expect(row).to_have_count(0)
    page.get_by_label("Montrer aussi les absents").check()
    expect(row).to_contain_text("Déconnecté")
    page.get_by_role("tab", name="Mes dix derniers appels").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("Aucun appel")
    assert not accessibility_faults(page)
    other.close()  # the live tab is the browser's from here on
    mine = window()
    log_in(mine, app.url, "test", "agent1002", PASSWORD)
    mine.get_by_role("button", name="Prendre mon poste").click()
    mine.get_by_role("tab", name="Mes dix derniers appels").click()
    shown = mine.get_by_role("tabpanel")
    expect(shown).to_contain_text("Jean Dupont")
    expect(shown).to_contain_text("Sale")
    assert running.complaints == []


def test_the_figures_of_the_home_page_follow_by_themselves(
    world: World, program: Callable[..., Program], window: Callable[..., Page], running: Browser
) -> None:
    app = program(Plan(agents=1, supervisor=True))
    page = window()
    log_in(page, app.url, "test", "boss", PASSWORD)
    page.goto(app.url)
    expect(page.locator("[data-live]")).to_be_visible()
    received = page.locator(".tile", has_text="reçus aujourd’hui").locator(".tile-value")
    expect(received).to_have_text("0")
    caller = world.call(DID, "+33612345678")
    expect(received).to_have_text("1", timeout=10_000)
    caller.hang_up()
    expect(page.locator(".tile", has_text="abandonnés").locator(".tile-value")).to_have_text(
        "1", timeout=10_000
    )
    assert running.complaints == []
