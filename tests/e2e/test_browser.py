"""The whole story in a real browser: from the login to the call's page with its recording."""

from __future__ import annotations

import io
import wave
from array import array
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import Browser, chromium, log_in
from tests.support.media import shares
from tests.support.program import DID, DOMAIN, PASSWORD, Plan, Program
from tests.support.until import until
from tests.support.world import World


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def window(running: Browser) -> Iterator[BrowserContext]:
    """A window of the test's own; a test that ends well has nothing on the browser's console."""
    running.complaints.clear()
    one = running.window()
    yield one
    one.close()


TALK_S = 1.5  # before and after the hold


def shows(page: Page, state: str, timeout_ms: int = 10_000) -> None:
    expect(page.locator(".state-chip")).to_have_attribute("data-state", state, timeout=timeout_ms)


@pytest.mark.parametrize("first", ["caller", "agent"])
def test_a_person_calls_and_an_agent_does_his_work_in_the_browser(
    world: World, program: Callable[..., Program], window: BrowserContext, running: Browser, first: str
) -> None:
    app = program(Plan(greeting="fr/greeting.wav"))
    phone = world.phone("1001", PASSWORD, DOMAIN)
    phone.register()
    page = window.new_page()
    log_in(page, app.url, "test", "agent1001", PASSWORD)
    page.get_by_role("button", name="Prendre mon poste").click()
    shows(page, "UNAVAILABLE")
    page.keyboard.press("F8")
    shows(page, "IDLE")

    caller = world.call(DID, "+33612345678", "Jean D.")
    caller.talking()
    until(lambda: caller.sound(), 5, "the caller hears the greeting")
    phone.ringing(20)
    shows(page, "RINGING")
    expect(page.locator("body")).to_contain_text("Dupont")  # the record opens while it rings
    phone.answer()
    shows(page, "IN_CALL")
    until(lambda: caller.hears([phone.tone_hz]).get(phone.tone_hz, 0) > 0.5, 10, "the caller hears the agent")
    until(
        lambda: phone.hears([caller.tone_hz]).get(caller.tone_hz, 0) > 0.5, 10, "the agent hears the caller"
    )

    gevent.sleep(TALK_S)
    page.get_by_role("button", name="Mettre en attente").click()
    expect(page.get_by_role("button", name="Reprendre")).to_be_visible()
    until(lambda: caller.sound() and not caller.hears([phone.tone_hz])[phone.tone_hz] > 0.3, 10, "hold music")
    page.get_by_role("button", name="Reprendre").click()
    until(lambda: caller.hears([phone.tone_hz]).get(phone.tone_hz, 0) > 0.5, 10, "they talk again")

    gevent.sleep(TALK_S)
    if first == "caller":
        caller.hang_up()
    else:
        page.get_by_role("button", name="Raccrocher").click()
    caller.ended()
    shows(page, "WRAP_UP")
    page.keyboard.press("n")
    page.keyboard.type("Rappeler jeudi, « été »")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("F9")
    shows(page, "IDLE")
    until(lambda: world.legs() == 0, 10, "no leg is left")

    call_id = app.rows("select id from call")[0][0]
    until(
        lambda: (
            app.rows("select contact_id, disposition_id from call")
            == [(app.ids.contact, app.ids.dispositions[0])]
        ),
        5,
        "the call has its contact and its disposition",
    )
    page.goto(f"{app.url}/calls/{call_id}")
    body = page.locator("body")
    for text in ("Sale", "Rappeler jeudi, « été »", "Commercial", "Agent 1001", str(caller.sip_call_id)):
        expect(body).to_contain_text(text)
    expect(page.locator(".timeline")).to_contain_text("Agent 1001")
    (recording,) = app.rows("select id, duration_ms from recording")
    sound = window.request.get(f"{app.url}/calls/{call_id}/recordings/{recording[0]}.wav")
    assert sound.status == 200
    check_recording(world, sound.body(), caller.tone_hz, phone.tone_hz)
    assert running.complaints == []


def check_recording(world: World, document: bytes, caller_hz: int, agent_hz: int) -> None:
    """Two channels, one voice on each."""
    with wave.open(io.BytesIO(document)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (2, 8000, 2)
        assert sound.getnframes() > 8000 * 2 * TALK_S * 0.8
        samples = array("h", sound.readframes(sound.getnframes()))
    if world.name != "real":
        return  # the simulator's recordings have tones of their own
    # The last second before the end: after the hold both talk.
    left, right = samples[0::2][-8000:], samples[1::2][-8000:]
    assert shares(left, [caller_hz, agent_hz])[caller_hz] > 0.5
    assert shares(left, [caller_hz, agent_hz])[agent_hz] < 0.1
    assert shares(right, [caller_hz, agent_hz])[agent_hz] > 0.5
    assert shares(right, [caller_hz, agent_hz])[caller_hz] < 0.1


def test_a_reload_of_the_page_keeps_the_conversation(
    world: World, program: Callable[..., Any], window: BrowserContext
) -> None:
    app = program(Plan())
    phone = world.phone("1001", PASSWORD, DOMAIN)
    phone.register()
    phone.answer_by_itself()
    page = window.new_page()
    log_in(page, app.url, "test", "agent1001", PASSWORD)
    page.get_by_role("button", name="Prendre mon poste").click()
    shows(page, "UNAVAILABLE")
    page.keyboard.press("F8")
    caller = world.call(DID, "+33612345678")
    shows(page, "IN_CALL", 20_000)
    page.reload()
    shows(page, "IN_CALL")
    expect(page.locator("body")).to_contain_text("Dupont")
    until(lambda: caller.hears([phone.tone_hz]).get(phone.tone_hz, 0) > 0.5, 10, "they still talk")
    caller.hang_up()
    shows(page, "WRAP_UP")
