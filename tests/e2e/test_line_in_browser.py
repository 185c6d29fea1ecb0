"""What the agent's page shows of a permanent line, of the back office and of a wrap-up that ends by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from fs_app.agents.model import Agent
from fs_app.queues.model import Queue
from tests.e2e.test_browser import shows
from tests.e2e.test_routing import configured, told
from tests.support.browser import Browser, accessibility_faults, chromium, log_in
from tests.support.program import DID, DOMAIN, PASSWORD, Program
from tests.support.until import until
from tests.support.world import PartyState, World

__all__ = ["configured"]

WRAP_UP_S = 4


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


def lined_and_timed(program: Program, queue: Queue, _other: Queue) -> None:
    Agent.update(permanent_line=True).where(Agent.id == program.ids.agents[0]).execute()
    queue.wrap_up, queue.auto_qualify_s = True, WRAP_UP_S
    queue.auto_disposition = program.ids.dispositions[1]


def test_the_page_opens_the_line_again_and_counts_down_to_the_verdict(
    world: World, configured: Callable[..., Program], window: BrowserContext, running: Browser
) -> None:
    app = configured(lined_and_timed)
    phone = world.phone("1001", PASSWORD, DOMAIN)
    phone.register()
    page = window.new_page()
    log_in(page, app.url, "test", "agent1001", PASSWORD)
    page.get_by_role("button", name="Prendre mon poste").click()
    phone.ringing()
    expect(page.get_by_text("Décrochez : votre ligne permanente s’ouvre")).to_be_visible()
    phone.answer()
    expect(
        page.get_by_title("Ligne permanente ouverte : les appels arrivent avec un bip").first
    ).to_be_visible()
    assert accessibility_faults(page) == []

    page.locator(".availability").first.click()
    page.get_by_role("menuitemradio", name="Back-office").click()
    shows(page, "BACK_OFFICE")
    caller = world.call(DID, "+33612345678")
    until(lambda: told(app, "call.queued"), 5, "he waits")
    page.keyboard.press("F8")
    shows(page, "IN_CALL")
    until(lambda: caller.hears([phone.tone_hz]).get(phone.tone_hz, 0) > 0.3, 5, "the caller hears the agent")

    caller.hang_up()
    shows(page, "WRAP_UP")
    expect(page.locator(".state-chip")).to_contain_text("0:0")
    shows(page, "IDLE", timeout_ms=(WRAP_UP_S + 6) * 1000)
    until(lambda: told(app, "call.disposed"), 5, "the verdict is written")
    (verdict,) = told(app, "call.disposed")
    assert (verdict["code"], verdict["auto"]) == ("refusal", True)

    phone.hang_up()
    shows(page, "UNAVAILABLE")
    expect(page.get_by_text("Votre ligne permanente est coupée").first).to_be_visible()
    button = page.get_by_role("button", name="Appeler mon poste")
    expect(button).to_be_visible()
    assert accessibility_faults(page) == []
    button.click()
    phone.ringing()
    phone.answer()
    expect(
        page.get_by_title("Ligne permanente ouverte : les appels arrivent avec un bip").first
    ).to_be_visible()
    assert phone.state == PartyState.TALKING
    assert running.complaints == []
