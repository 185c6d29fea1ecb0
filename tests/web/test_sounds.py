"""The library of sounds in a real browser: brought, recorded, spoken, listened to, chosen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.audio.ugly import UGLY
from tests.support.browser import Browser, accessibility_faults, chromium, log_in
from tests.support.until import until
from tests.support.webapp import WebProcess

CONVERTED_MS = 40_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(whole=True) as running:
        yield running
        assert not running.complaints


@pytest.fixture
def admin(browser: Browser, webapp: WebProcess) -> Iterator[Page]:
    window = browser.window()
    window.grant_permissions(["microphone"])
    page = window.new_page()
    facts = webapp.facts
    log_in(page, webapp.url, facts["account"], facts["logins"]["admin"], facts["password"])
    yield page
    window.close()


def made(folder: Path, name: str) -> str:
    path = folder / name
    UGLY[name](path)
    return str(path)


def test_several_files_become_sounds_and_a_bad_one_says_why(
    admin: Page, webapp: WebProcess, tmp_path: Path
) -> None:
    admin.goto(f"{webapp.url}/admin/sounds")
    files = [made(tmp_path, name) for name in ("plain.mp3", "text.wav", "id3 with script.mp3")]
    english = tmp_path / "horaires_en.ogg"
    UGLY["plain.ogg"](english)
    admin.locator(".drop-input").set_input_files([*files, str(english)])
    expect(admin.locator(".work li")).to_have_count(4)
    expect(admin.locator(".work .is-done")).to_have_count(3, timeout=CONVERTED_MS)
    expect(admin.locator(".work .is-refused")).to_contain_text("Ce n’est pas un fichier audio.")
    expect(admin.locator("#rows")).to_contain_text("horaires")
    row = admin.locator("#rows tr", has_text="horaires")
    expect(row).to_contain_text("EN")
    assert not accessibility_faults(admin)
    row.get_by_role("link", name="horaires", exact=True).click()
    expect(admin.locator("[data-player]")).to_have_count(1)
    expect(admin.locator("[data-player]")).to_be_visible()


def test_the_microphone_is_heard_before_it_is_used(admin: Page, webapp: WebProcess) -> None:
    admin.goto(f"{webapp.url}/admin/sounds/4")
    admin.get_by_role("tab", name="Microphone").click()
    admin.get_by_role("button", name="Enregistrer").first.click()
    expect(admin.locator(".studio-runs")).to_contain_text("00:02", timeout=15_000)
    admin.get_by_role("button", name="Terminer").click()
    expect(admin.locator(".studio audio")).to_be_visible()
    assert not accessibility_faults(admin)
    admin.get_by_role("button", name="Utiliser").click()
    expect(admin.locator(".work .is-done")).to_have_count(1, timeout=CONVERTED_MS)
    expect(admin.locator("#in-fr + .rec-ways")).to_be_visible()
    expect(admin.locator(".sound-files .card").first).to_contain_text("Microphone")


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="no speech engine on this machine (espeak-ng)")
def test_a_text_is_spoken_listened_to_and_kept(admin: Page, webapp: WebProcess) -> None:
    admin.goto(f"{webapp.url}/admin/sounds/1")
    admin.get_by_role("radio", name="Español").check()
    admin.get_by_role("tab", name="Synthèse").click()
    admin.get_by_label("Texte à dire").fill("Bienvenido a nuestra empresa.")
    admin.get_by_role("button", name="Faire dire").click()
    expect(admin.locator(".work .is-ready audio")).to_be_visible(timeout=CONVERTED_MS)
    assert not accessibility_faults(admin)
    admin.locator(".work .is-ready").get_by_role("button", name="Utiliser").click()
    card = admin.locator("section", has=admin.locator("#in-es"))
    expect(card).to_contain_text("Bienvenido a nuestra empresa.", timeout=20_000)


def test_a_sound_of_the_list_is_heard_and_stopped(admin: Page, webapp: WebProcess) -> None:
    admin.goto(f"{webapp.url}/admin/sounds?q=Calme")
    button = admin.locator("[data-hear]").first
    button.click()
    expect(button.locator("use")).to_have_attribute("href", re.compile("#player-pause-filled$"))
    button.click()
    expect(button.locator("use")).to_have_attribute("href", re.compile("#player-play-filled$"))


def test_a_queue_chooses_by_name_and_listens(admin: Page, webapp: WebProcess) -> None:
    admin.goto(f"{webapp.url}/admin/queues/1#messages")
    greeting = admin.locator("#greeting")
    expect(greeting).to_have_value("sound:1")
    expect(greeting.locator("option:checked")).to_contain_text("Bienvenue (FR, EN")
    music = admin.locator("#music")
    expect(music.locator("option:checked")).to_have_text("Attente du soir")
    assert "Bienvenue" not in (music.text_content() or "")
    hear = admin.locator(".field", has=greeting).locator("[data-hear-choice]")
    with admin.expect_response(lambda answer: "/admin/sounds/1/fr.wav" in answer.url):
        hear.click()
    greeting.select_option("")
    expect(hear).to_be_hidden()


def test_lists_are_put_in_order(admin: Page, webapp: WebProcess) -> None:
    admin.goto(f"{webapp.url}/admin/sounds/lists/1")
    admin.locator("[data-add-row]").click()
    rows = admin.locator("[data-ordered] [data-row]")
    expect(rows).to_have_count(2)
    rows.nth(1).locator("select").select_option(index=1)
    rows.nth(1).locator("[data-move='-1']").click()
    until(lambda: admin.title().startswith("* "), 5, "it is unsaved")
    admin.get_by_role("button", name="Enregistrer").click()
    expect(admin.locator(".notice")).to_contain_text("Attente du soir")
    expect(admin.locator("[data-ordered] [data-row]")).to_have_count(2)
