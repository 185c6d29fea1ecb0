"""The telephone in the browser (BY-50): real Chromium, real nginx with the shipped configuration, real FreeSWITCH."""

from __future__ import annotations

import math
import os
import signal
import sqlite3
import struct
import uuid
import wave
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import gevent
import pytest
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect, sync_playwright

from fs_app.accounts.model import Profile, User
from tests.e2e.conftest import SETTINGS
from tests.support.browser import ARGUMENTS, CHROMIUM, log_in
from tests.support.freeswitch import find_freeswitch
from tests.support.nginx import Nginx, has_tools
from tests.support.program import DID, PASSWORD, Plan, Program
from tests.support.until import until
from tests.support.world import Caller

pytestmark = pytest.mark.skipif(
    not (find_freeswitch() and has_tools()),
    reason="NOT SHOWN HERE: no FreeSWITCH, nginx or openssl (FREESWITCH_HOME; tools/system-packages test)",
)

VOICE_HZ = 1250
"""What the microphone says: in bursts, because browsers take away a tone that never ends for noise."""


EARS = """
(() => {
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("track", ({ track }) => {
        const context = new AudioContext();
        const analyser = context.createAnalyser();
        analyser.fftSize = 4096;
        context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
        window.loudest = () => {
          const bins = new Float32Array(analyser.frequencyBinCount);
          analyser.getFloatFrequencyData(bins);
          return (bins.indexOf(Math.max(...bins)) * context.sampleRate) / analyser.fftSize;
        };
      });
    }
  };
})();
"""
"""What the page's telephone receives, as the loudest frequency."""


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
            Plan(agents=5, wrap_up=False),
            FS_APP_TRUSTED_PROXIES="1",
            FS_APP_COOKIE_SECURE="true",
        )
        self._allow()
        self.app.start()
        self.nginx = Nginx(self.world.ports[7], self.app.ports[0], self.world.switch.ws_port)

    def _allow(self) -> None:
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


class Browser:
    """A Chromium of its own, with a voice for its microphone and one window."""

    def __init__(self, driver: Playwright, voice: Path, allowed: bool) -> None:
        self._mark = f"--mark={uuid.uuid4()}"
        self._running = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                *ARGUMENTS,
                f"--use-file-for-fake-audio-capture={voice}",
                "--ignore-certificate-errors",
                *(["--use-fake-ui-for-media-stream"] if allowed else ["--deny-permission-prompts"]),
                self._mark,
            ],
        )
        context: BrowserContext = self._running.new_context(
            ignore_https_errors=True,
            permissions=["microphone"] if allowed else [],
            locale="fr-FR",
            viewport={"width": 1366, "height": 768},
        )
        context.set_default_timeout(10_000)
        context.add_init_script(EARS)
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def kill(self) -> None:
        """kill -9 of the process that the others belong to."""
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (folder / "cmdline").read_bytes().decode(errors="replace")
                if self._mark in words and "--type=" not in words:
                    os.kill(int(folder.name), signal.SIGKILL)

    def close(self) -> None:
        with suppress(Error):
            self._running.close()


@pytest.fixture
def chromium(voice: Path) -> Iterator[Callable[..., Browser]]:
    made: list[Browser] = []
    with sync_playwright() as driver:

        def launch(allowed: bool = True) -> Browser:
            made.append(Browser(driver, voice, allowed))
            return made[-1]

        yield launch
        if os.environ.get("SHOTS"):
            for i, one in enumerate(made):
                print(one.complaints)
                with suppress(Error):
                    one.page.screenshot(path=f"{os.environ['SHOTS']}/end{i}.png")
        for one in made:
            one.close()


def voice_in(caller: Caller) -> float:
    """The share of the agent's voice in what the caller hears."""
    return caller.hears([VOICE_HZ], 1.0).get(VOICE_HZ, 0.0)


def heard_in(page: Page, hertz: int) -> bool:
    """The page's telephone receives this tone more than anything else."""
    loudest = page.evaluate("() => window.loudest?.() ?? 0")
    return abs(float(loudest) - hertz) < 60


def shows(page: Page, state: str, timeout_ms: int = 15_000) -> None:
    expect(page.locator(".state-chip")).to_have_attribute("data-state", state, timeout=timeout_ms)


def ready(centre: Centre, page: Page, agent: str = "agent1001") -> None:
    """An agent telephones in this page, and is available."""
    log_in(page, centre.nginx.url, "test", agent, PASSWORD)
    page.get_by_label("Dans ce navigateur").check()
    expect(page.get_by_text("Joignable")).to_be_visible()
    page.get_by_role("button", name="Prendre mon poste").click()
    shows(page, "UNAVAILABLE")
    page.keyboard.press("F8")
    shows(page, "IDLE")
    expect(page.locator("[data-softphone=ready]")).to_be_visible()


def test_a_call_is_taken_in_the_page_heard_on_both_sides_muted_reloaded_and_ended(
    centre: Centre, chromium: Callable[..., Browser]
) -> None:
    world = centre.world
    browser = chromium()
    page = browser.page
    ready(centre, page, "agent1001")
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/ready.png")

    caller = world.call(DID, "+33612345678", "Jean D.")
    expect(page.locator(".softphone-rings")).to_be_visible(timeout=15_000)
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/rings.png")
    page.keyboard.press("F2")
    shows(page, "IN_CALL")
    until(lambda: voice_in(caller) > 0.4, 15, "the caller hears the microphone")
    until(lambda: heard_in(page, caller.tone_hz), 10, "the agent hears the caller")

    page.get_by_role("button", name="Couper le micro").click()
    until(lambda: voice_in(caller) < 0.1, 10, "muted")
    page.get_by_role("button", name="Rétablir le micro").click()
    until(lambda: voice_in(caller) > 0.4, 10, "not muted any more")

    page.reload()
    until(lambda: caller.sound() and voice_in(caller) < 0.1, 10, "music meanwhile")
    shows(page, "IN_CALL", 20_000)
    until(lambda: voice_in(caller) > 0.4, 15, "they talk again, without a click")
    page.get_by_role("button", name="Raccrocher").click()
    caller.ended()
    until(lambda: world.legs() == 0, 10, "no leg is left")
    shows(page, "IDLE")
    assert browser.complaints == []


def test_another_window_takes_the_conversation_over_and_a_browser_that_is_killed_leaves_the_customer_with_music(
    centre: Centre, chromium: Callable[..., Browser]
) -> None:
    world = centre.world
    first, second = chromium(), chromium()
    page = first.page
    ready(centre, page, "agent1002")
    caller = world.call(DID, "+33612345678")
    page.get_by_role("button", name="Décrocher").click(timeout=15_000)
    until(lambda: voice_in(caller) > 0.4, 15, "the caller hears the microphone")

    other = second.page
    log_in(other, centre.nginx.url, "test", "agent1002", PASSWORD)
    other.get_by_role("button", name="Travailler ici").click()
    until(lambda: caller.sound() and voice_in(caller) < 0.1, 15, "music meanwhile")
    other.get_by_role("button", name="Décrocher").click(timeout=15_000)
    until(lambda: voice_in(caller) > 0.4, 15, "the caller hears him again")
    assert world.legs() == 2

    second.kill()
    until(lambda: caller.sound() and voice_in(caller) < 0.1, 15, "music after the time without sound")
    # the first window is the living one again, and the customer comes back to it
    page.get_by_role("button", name="Décrocher").click(timeout=20_000)
    until(lambda: voice_in(caller) > 0.4, 15, "and again")
    page.get_by_role("button", name="Raccrocher").click()
    caller.ended()
    until(lambda: world.legs() == 0, 10, "no leg is left")


def test_the_proxy_goes_away_in_a_conversation_and_nobody_notices(
    centre: Centre, chromium: Callable[..., Browser]
) -> None:
    world = centre.world
    page = chromium().page
    ready(centre, page, "agent1003")
    caller = world.call(DID, "+33612345678")
    page.get_by_role("button", name="Décrocher").click(timeout=15_000)
    until(lambda: voice_in(caller) > 0.4, 15, "the caller hears the microphone")
    centre.nginx.cut()
    expect(page.locator("[data-softphone=lost]")).to_be_visible()
    gevent.sleep(8)
    assert voice_in(caller) > 0.4, "they talk while page and telephone have no server"
    centre.nginx.start()
    expect(page.locator("[data-softphone=ready]")).to_be_visible(timeout=20_000)
    shows(page, "IN_CALL", 20_000)
    assert voice_in(caller) > 0.4
    page.get_by_role("button", name="Raccrocher").click()
    caller.ended()
    expect(page.locator(".softphone-level")).to_have_count(0, timeout=15_000)
    until(lambda: world.legs() == 0, 10, "no leg is left")


def test_without_a_microphone_the_page_says_so_and_leads_back_to_the_telephone_on_the_desk(
    centre: Centre, chromium: Callable[..., Browser]
) -> None:
    page = chromium(allowed=False).page
    log_in(page, centre.nginx.url, "test", "agent1004", PASSWORD)
    page.get_by_label("Dans ce navigateur").check()
    expect(page.get_by_text("n’a pas le droit d’utiliser le microphone")).to_be_visible()
    page.get_by_role("button", name="Passer au téléphone 1004").click()
    expect(page.get_by_text("Ce téléphone n’est pas enregistré")).to_be_visible()
    agent = centre.app.ids.agents[3]
    assert centre.app.rows("select count(*) from softphone where agent_id = ?", agent) == [(0,)]


def test_the_password_of_the_page_is_void_after_the_logout(
    centre: Centre, chromium: Callable[..., Browser]
) -> None:
    page = chromium().page
    ready(centre, page, "agent1005")
    mine = f"softphone.{centre.app.ids.agents[4]}"
    assert mine in (centre.app.folder / "directory.json").read_text()
    page.get_by_role("button", name="Réglages et déconnexion").click()
    page.get_by_role("menuitem", name="Quitter").or_(
        page.get_by_role("menuitem", name="Se déconnecter")
    ).click()
    page.wait_for_url("**/login*")
    assert mine not in (centre.app.folder / "directory.json").read_text()
    until(lambda: mine not in centre.world.switch.api("show registrations"), 10, "unregistered")
