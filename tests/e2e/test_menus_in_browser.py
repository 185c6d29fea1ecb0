"""A message that a caller left, heard in a real browser; his way through the menu and his answer on the pages."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from fs_app.queues.model import Queue
from fs_app.voicemail.model import VoicemailBox
from tests.e2e.test_browser import running, window  # noqa: F401 - fixtures
from tests.e2e.test_menus import MARIE, at, in_menu, over
from tests.e2e.test_routing import configured, told  # noqa: F401 - a fixture
from tests.support.browser import Browser, log_in
from tests.support.menus import behind, node, published
from tests.support.program import PASSWORD, Program
from tests.support.until import until
from tests.support.world import World


def change(program: Program, _queue: Queue, _other: Queue) -> None:
    account = program.ids.account
    box = VoicemailBox.create(account=account, name="Service client", silence_s=1, created_at=1)
    asked = {"tries": 1, "timeout_s": 9, "prompts": ["shipped:greeting"]}
    flow = published(
        account,
        "Accueil",
        node("choix", "menu", {"1": "boite", "no_input": "fin"}, keys={"1": "Message"}, **asked),
        node("boite", "voicemail", {"next": "avis"}, box=box.id, prompts=["shipped:one_moment"]),
        node("avis", "survey", {"next": "fin"}, question="Accueil", **asked),
        node("fin", "hangup", prompts=[]),
    )
    behind(account, flow)


def test_a_message_is_heard_in_the_browser(
    world: World,
    configured: Callable[..., Program],  # noqa: F811
    window: BrowserContext,  # noqa: F811
    running: Browser,  # noqa: F811
) -> None:
    app = configured(change)
    caller = in_menu(world, app, "choix")
    caller.press("1")
    until(lambda: told(app, "recording.started"), 20, "his message is recorded")
    time.sleep(2)
    caller.say_nothing()
    at(app, "avis")
    caller.press("4")
    assert caller.ended() == "bye"
    over(app, "voicemail")

    page = window.new_page()
    log_in(page, app.url, "test", "admin", PASSWORD)
    page.goto(app.url + "/voicemails")
    row = page.locator("tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Service client")
    expect(row.locator(".pill")).to_have_text("nouveau")
    sound = row.locator("audio")
    sound.evaluate("player => player.play()")
    until(lambda: sound.evaluate("player => player.currentTime") > 0.3, 10, "it is heard")
    assert 1.5 < sound.evaluate("player => player.duration") < 8
    until(lambda: told(app, "voicemail.heard"), 5, "who heard it is written down")
    assert told(app, "voicemail.heard")[0]["by"] == "Admin"
    page.reload()
    expect(row.locator(".pill")).to_contain_text("écouté par Admin")
    row.get_by_role("button", name="À rappeler").click()
    expect(page.get_by_role("status").first).to_contain_text("liste des rappels")
    until(lambda: app.rows("select number, reason from callback") == [(MARIE, "VOICEMAIL")], 5, "listed")
    row.get_by_role("button", name="Marquer nouveau").click()
    expect(row.locator(".pill")).to_have_text("nouveau")

    row.get_by_role("link").first.click()
    steps = page.locator(".timeline")
    for words in ("Menu vocal « Accueil », version 1", "Choix", "Boite", "« Accueil » : 4"):
        expect(steps).to_contain_text(words)
    expect(page.locator("#answers-title")).to_be_visible()
    page.goto(app.url + "/surveys")
    expect(page.locator(".survey-mean")).to_contain_text("4")
    assert not running.complaints
