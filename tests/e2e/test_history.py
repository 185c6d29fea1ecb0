"""A small day whose calls are known: history, figures, colleagues, messages and directory say what happened."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import Browser, accessibility_faults, chromium, log_in
from tests.support.program import DID, DOMAIN, PASSWORD, PROJECTED_S, AgentPage, Plan, Program
from tests.support.until import PATIENCE, until
from tests.support.world import World

KNOWN, OTHER, THIRD = "+33612345678", "+33711223344", "+33788990011"
SHOTS = os.environ.get("HISTORY_SHOTS", "")


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def window(running: Browser) -> Iterator[BrowserContext]:
    running.complaints.clear()
    one = running.window()
    yield one
    one.close()


def opened(page: Page, name: str) -> Any:
    """A module of the column, unfolded."""
    module = page.locator(f'[data-module="{name}"]')
    button = module.locator(".module-head button")
    if button.get_attribute("aria-expanded") == "false":
        button.click()
    return module


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def history(page: AgentPage, **query: str) -> dict[str, Any]:
    answer = page.http.get(f"{page._url}/agent/history", params=query, timeout=10)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def figures(page: AgentPage) -> dict[str, Any]:
    return dict(page.http.get(f"{page._url}/agent/statistics", timeout=10).json())


def test_history_figures_and_colleagues_say_what_happened(
    world: World,
    program: Callable[..., Program],
    pages: Callable[[Program, str], AgentPage],
    window: BrowserContext,
    running: Browser,
) -> None:
    app = program(Plan(wrap_up=True, ring_s=3, no_answer_delay_s=1))
    me, bruno = world.phone("1001", PASSWORD, DOMAIN), world.phone("1002", PASSWORD, DOMAIN)
    for phone in (me, bruno):
        phone.register()
    page = window.new_page()
    log_in(page, app.url, "test", "agent1001", PASSWORD)
    other = pages(app, "1002")
    other.do("agent.log_in")
    page.get_by_role("button", name="Prendre mon poste").click()
    page.keyboard.press("F8")
    chip = page.locator(".state-chip")
    expect(chip).to_have_attribute("data-state", "IDLE")

    # Taken, talked, qualified: known to the record, and to the second.
    caller = world.call(DID, KNOWN)
    me.ringing()
    me.answer()
    expect(chip).to_have_attribute("data-state", "IN_CALL")
    talked_since = time.monotonic()
    time.sleep(2.2)
    caller.hang_up()
    talked = time.monotonic() - talked_since
    expect(chip).to_have_attribute("data-state", "WRAP_UP")
    page.keyboard.press("1")
    page.keyboard.press("F9")
    expect(chip).to_have_attribute("data-state", "IDLE")
    # Missed: it rings to the end.
    lost = world.call(DID, OTHER)
    expect(chip).to_have_attribute("data-state", "NO_ANSWER_DELAY", timeout=15_000)
    lost.hang_up()
    # Given up by the caller while it rings: presented, nobody's fault.
    expect(chip).to_have_attribute("data-state", "IDLE", timeout=15_000)
    gone = world.call(DID, THIRD)
    me.ringing()
    gone.hang_up()
    expect(chip).to_have_attribute("data-state", "IDLE")

    # --- the figures ---------------------------------------------------------------------------------------------
    mine = AgentPageOf(page, app)
    until(lambda: figures(mine)["today"]["presented"] >= 3, PROJECTED_S + 5, "the database has heard of it")
    said = figures(mine)
    today = said["today"]
    assert (today["taken"], today["missed"], today["made"]) == (1, 1, 0)
    assert today["presented"] in (3, 4), "the missed one may have come round to him again"
    assert abs(today["mean_talk_ms"] - talked * 1000) < 1500 * PATIENCE, (today, talked)
    assert today["mean_handling_ms"] == today["mean_talk_ms"] + today["mean_wrap_up_ms"]
    assert said["session"] == said["week"] == said["month"] == today
    seen = opened(page, "statistics")
    expect(seen.locator('[data-figure="taken"] [data-period="today"]')).to_have_text("1")
    expect(seen.locator('[data-figure="missed"] [data-period="session"]')).to_have_text("1")
    seen.get_by_text("Manqués", exact=True).focus()
    expect(page.get_by_role("tooltip")).to_contain_text("vous n’avez pas décroché")
    shot(page, "statistics")

    # --- the history -----------------------------------------------------------------------------------------------
    until(
        lambda: any(row["recordings"] for row in history(mine)["list"]),
        PROJECTED_S + 8,
        "the file of the recording is whole",
    )
    rows = history(mine)["list"]
    taken = next(row for row in rows if row["talk_ms"] is not None)
    assert (taken["number"], taken["disposition"] != "", len(taken["recordings"])) == (KNOWN, True, 1)
    assert [row["number"] for row in history(mine, direction="missed")["list"]] == [OTHER]
    assert history(mine, q="07 11 22")["total"] == history(mine, q=OTHER)["total"] >= 1
    assert history(mine, period="yesterday")["total"] == 0
    assert history(mine, period="dates", since="garbage", until="'; --")["total"] == len(rows)
    module = opened(page, "history")
    expect(module.locator(".history-row")).to_have_count(len(rows))
    module.get_by_label("Sens").select_option("missed")
    expect(module.locator(".history-row")).to_have_count(1)
    module.get_by_label("Sens").select_option("")
    module.get_by_label("Numéro ou nom").fill("rien de tel")
    expect(module.get_by_text("Aucun appel sur cette période")).to_be_visible()
    module.get_by_label("Numéro ou nom").fill("0612345678")
    expect(module.locator(".history-row")).to_have_count(1)
    module.get_by_role("button", name="Écouter l’enregistrement").click()
    until(lambda: page.evaluate("document.querySelector('audio').readyState > 0"), 10, "it can be heard")
    module.get_by_role("button", name="Ouvrir la fiche").click()
    expect(page.locator(".record-head h1")).to_be_visible()
    shot(page, "history")
    refused = mine.http.get(f"{app.url}/agent/history.csv", timeout=10)
    assert refused.status_code == 403, "agents take no lists away"

    # --- colleagues and their words --------------------------------------------------------------------------------
    team = opened(page, "agents")
    team.get_by_role("checkbox").check()
    expect(team.locator("[data-colleague]")).to_have_count(1)
    got: list[dict[str, Any]] = []
    other.socket.on("message", got.append)
    team.locator(".colleague-button").first.click()
    team.get_by_role("menuitem", name="Écrire un message").click()
    field = team.get_by_role("textbox", name="Message à", exact=False)
    field.fill("Tu peux prendre <b>M. Dupont</b> ?")
    field.press("Enter")
    until(lambda: got, 5, "he is told")
    assert got[0]["text"] == "Tu peux prendre <b>M. Dupont</b> ?"
    expect(team.locator(".words-list .is-mine")).to_contain_text("<b>M. Dupont</b>")
    team.get_by_role("button", name="Retour à la liste").click()
    other.do("agent.message", agent=app.ids.agents[0], text="Oui, dans deux minutes")
    card = page.locator(".words-card")
    expect(card).to_contain_text("Oui, dans deux minutes")
    shot(page, "message")
    card.get_by_role("textbox").fill("Merci")
    card.get_by_role("textbox").press("Enter")
    until(lambda: len(got) == 3, 5, "his answer has come (and his own words)")
    expect(card).to_have_count(0)
    page.reload()
    expect(chip).to_have_attribute("data-state", "IDLE")
    team = opened(page, "agents")
    expect(team.get_by_text("Messages du jour")).to_be_visible()
    expect(team.locator(".words-last")).to_have_text("Merci")
    other.do("agent.log_out")
    answer = other.ask("agent.message", agent=app.ids.agents[0], text="encore là ?")
    assert answer["ok"], "who is logged out may still write from his page"

    # --- the directory ---------------------------------------------------------------------------------------------
    book = opened(page, "directory")
    expect(book.get_by_text("Votre annuaire est vide")).to_be_visible()
    book.get_by_role("button", name="Ajouter").click()
    book.get_by_label("Nom", exact=True).fill("Léa du stock")
    book.get_by_label("Mobile", exact=True).fill("12345678")
    book.get_by_role("button", name="Enregistrer").click()
    expect(book.locator(".form-error")).to_be_visible()
    book.get_by_label("Mobile", exact=True).fill("06 11 22 33 44")
    book.get_by_label("Mobile", exact=True).press("Enter")
    expect(book.locator(".directory-row")).to_have_count(1)
    book.get_by_role("searchbox").fill("LEA")
    expect(book.locator(".directory-row")).to_have_count(1)
    expect(book.locator('a[href="tel:+33611223344"]')).to_have_count(1)
    shot(page, "directory")
    assert accessibility_faults(page) == []
    page.once("dialog", lambda dialog: dialog.accept())
    book.get_by_role("button", name="Modifier Léa du stock").click()
    book.get_by_role("button", name="Supprimer").click()
    expect(book.locator(".directory-row")).to_have_count(0)
    assert running.complaints == []

    # --- a colleague is called, then asked beside a customer -------------------------------------------------------
    other.do("agent.log_in")

    def choose(what: str) -> None:
        opened(page, "agents").locator(".colleague-button").first.click()
        page.get_by_role("menuitem", name=what).click()

    if opened(page, "agents").get_by_role("button", name="Retour à la liste").count():
        opened(page, "agents").get_by_role("button", name="Retour à la liste").click()
    opened(page, "agents").get_by_role("checkbox").check()
    choose("Appeler")
    me.ringing()
    me.answer()
    bruno.ringing()
    bruno.answer()
    expect(chip).to_have_attribute("data-state", "IN_CALL", timeout=10_000)
    bruno.hang_up()
    expect(chip).to_have_attribute("data-state", "IDLE", timeout=10_000)
    caller = world.call(DID, KNOWN)
    me.ringing()
    me.answer()
    expect(chip).to_have_attribute("data-state", "IN_CALL")
    choose("Consulter")
    bruno.ringing()
    bruno.answer()
    until(lambda: other.state == "IN_CALL", 10, "he is asked")
    bruno.hang_up()
    until(lambda: other.state == "UNAVAILABLE", 10, "his part is over")
    caller.hang_up()
    expect(chip).to_have_attribute("data-state", "WRAP_UP")
    page.keyboard.press("1")
    page.keyboard.press("F9")
    expect(chip).to_have_attribute("data-state", "IDLE")
    until(lambda: history(other)["total"] >= 2, PROJECTED_S + 5, "his parts are in the database")
    asked = [(row["direction"], row["how"], row["name"]) for row in history(other)["list"][:2]]
    assert asked == [("internal", "consulted", "Agent 1001")] * 2
    assert [row["number"] for row in history(mine, direction="internal")["list"]] == ["1002"]
    assert figures(mine)["today"]["taken"] == 2 and figures(other)["today"]["missed"] == 0

    # --- what was counted live is what the database has, also after the program was killed ------------------------
    live = list(app.rows("select agent_id, connected_at, ended_at, missed from call_part order by id"))
    app.kill()
    app.start()
    until(
        lambda: (
            app.rows("select agent_id, connected_at, ended_at, missed from call_part order by id") == live
        ),
        10,
        "nothing of it is lost or twice",
    )


class AgentPageOf:
    """Requests with the login of a browser's window."""

    def __init__(self, page: Page, app: Program) -> None:
        self._url = app.url
        self._page = page
        self.http = self

    def get(self, url: str, params: dict[str, str] | None = None, timeout: float = 10) -> Any:
        answer = self._page.request.get(url, params=params or {}, timeout=timeout * 1000)
        return _Answer(answer.status, answer.text(), answer)


class _Answer:
    def __init__(self, status: int, text: str, raw: Any) -> None:
        self.status_code, self.text, self._raw = status, text, raw

    def json(self) -> Any:
        return self._raw.json()
