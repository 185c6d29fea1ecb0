"""The telephone in the browser (BY-50): real Chromium, real nginx with the shipped configuration, real FreeSWITCH."""

from __future__ import annotations

import math
import os
import struct
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from fs_app.accounts.model import Profile, User
from tests.e2e.conftest import SETTINGS
from tests.support.browser import ARGUMENTS, CHROMIUM, log_in
from tests.support.freeswitch import find_freeswitch
from tests.support.nginx import Nginx, has_tools
from tests.support.program import DID, DOMAIN, PASSWORD, Plan, Program
from tests.support.until import until

pytestmark = pytest.mark.skipif(
    not (find_freeswitch() and has_tools()),
    reason="NOT SHOWN HERE: no FreeSWITCH, nginx or openssl (FREESWITCH_HOME; tools/system-packages test)",
)

VOICE_HZ = 1250
"""What the microphone says: in bursts, because browsers take away a tone that never ends for noise."""


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("voice") / "voice.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, 48000, 0, "NONE", ""))
        second = [
            int(12000 * math.sin(2 * math.pi * VOICE_HZ * n / 48000)) * (1 if n % 19200 < 12000 else 0)
            for n in range(48000)
        ]
        sound.writeframes(struct.pack("<48000h", *second) * 4)
    return file


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    made = Centre(tmp_path_factory.mktemp("program"))
    yield made
    made.close()


class Centre:
    """FreeSWITCH, the program and nginx; agent 1001 may telephone in the browser."""

    def __init__(self, folder: Path) -> None:
        from tests.support.real_world import RealWorld

        self.world = RealWorld({**SETTINGS, "FS_APP_MEDIA_TIMEOUT_S": "5"})
        self.app = Program(
            self.world,
            folder / "one",
            Plan(wrap_up=False),
            FS_APP_TRUSTED_PROXIES="1",
            FS_APP_COOKIE_SECURE="true",
        )
        self._allow()
        self.app.start()
        self.nginx = Nginx(self.world.ports[7], self.app.ports[0], self.world.switch.ws_port)

    def _allow(self) -> None:
        import sqlite3

        db = sqlite3.connect(self.app.folder / "fs_app.db")
        account = self.app.ids.account
        db.execute(
            f"insert into {Profile._meta.table_name} (account_id, name, role, denied, options, created_at)"
            " values (?, 'Casque', 'agent', '[]', '{\"softphone\": true, \"may_edit_number\": true}', 1)",
            (account,),
        )
        db.execute(f"update {User._meta.table_name} set profile_id = 1 where role = 'agent'")
        db.commit()
        db.close()

    def close(self) -> None:
        self.nginx.stop()
        self.app.close()
        self.world.close()


@pytest.fixture
def browser(voice: Path) -> Iterator[Callable[[], BrowserContext]]:
    with sync_playwright() as playwright:
        arguments = [a for a in ARGUMENTS if a != "--mute-audio"]
        running = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                *arguments,
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-audio-capture={voice}",
                "--ignore-certificate-errors",
            ],
        )

        def window() -> BrowserContext:
            one = running.new_context(
                ignore_https_errors=True,
                permissions=["microphone"],
                locale="fr-FR",
                viewport={"width": 1366, "height": 768},
            )
            one.set_default_timeout(10_000)
            return one

        yield window
        running.close()


def shows(page: Page, state: str, timeout_ms: int = 15_000) -> None:
    expect(page.locator(".state-chip")).to_have_attribute("data-state", state, timeout=timeout_ms)


def ready(centre: Centre, page: Page) -> None:
    """Agent 1001 telephones in this page, and is available."""
    log_in(page, centre.nginx.url, "test", "agent1001", PASSWORD)
    page.get_by_label("Dans ce navigateur").check()
    expect(page.get_by_text("Joignable")).to_be_visible()
    page.get_by_role("button", name="Prendre mon poste").click()
    shows(page, "UNAVAILABLE")
    page.keyboard.press("F8")
    shows(page, "IDLE")
    expect(page.locator("[data-softphone=ready]")).to_be_visible()


def test_a_call_is_taken_in_the_page_heard_on_both_sides_muted_reloaded_and_ended(
    centre: Centre, browser: Callable[[], BrowserContext]
) -> None:
    world = centre.world
    page = browser().new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    ready(centre, page)
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/ready.png")

    caller = world.call(DID, "+33612345678", "Jean D.")
    expect(page.locator(".softphone-rings")).to_be_visible(timeout=15_000)
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/rings.png")
    page.keyboard.press("F2")
    shows(page, "IN_CALL")
    hears = lambda: caller.hears([VOICE_HZ], 1.0).get(VOICE_HZ, 0)  # noqa: E731
    until(lambda: hears() > 0.4, 15, "the caller hears the microphone")

    page.get_by_role("button", name="Couper le micro").click()
    until(lambda: hears() < 0.1, 10, "muted")
    page.get_by_role("button", name="Couper le micro").click()
    until(lambda: hears() > 0.4, 10, "not muted any more")

    page.reload()
    until(lambda: caller.sound() and hears() < 0.1, 10, "music meanwhile")
    shows(page, "IN_CALL", 20_000)
    until(lambda: hears() > 0.4, 15, "they talk again, without a click")
    page.get_by_role("button", name="Raccrocher").click()
    caller.ended()
    until(lambda: world.legs() == 0, 10, "no leg is left")
    shows(page, "IDLE")
    assert complaints == []
