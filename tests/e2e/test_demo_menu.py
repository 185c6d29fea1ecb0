"""The menu of the demonstration, on both switches: each language, each way, and the key that nobody offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fs_app.ivr.welcome import menu
from fs_app.queues.model import Queue
from fs_app.voicemail.model import VoicemailBox
from tests.e2e.test_menus import at, exits, over, way
from tests.e2e.test_routing import configured, told  # noqa: F401 - a fixture
from tests.e2e.test_waiting import hear_each_other, works
from tests.support.menus import MENU_DID, behind, published
from tests.support.program import Program
from tests.support.until import until
from tests.support.world import Party, World

MARIE = "+33612345678"
Configured = Callable[..., Program]


def demo(program: Program, queue: Queue, other: Queue) -> None:
    account = program.ids.account
    box = VoicemailBox.create(account=account, name="Messages", silence_s=1, created_at=1)
    graph = menu(sales=queue.id, support=other.id, box=box.id)
    behind(account, published(account, "Accueil", *graph["nodes"]))


def calls(world: World, app: Program, key: str) -> Party:
    """A caller who has chosen his language."""
    before = way(app).count("menu")
    caller = world.call(MENU_DID, MARIE)
    caller.talking()
    until(caller.sound, 10, "the languages")
    caller.press(key)
    at(app, "menu", before + 1)
    until(caller.sound, 10, "the menu")
    return caller


@pytest.mark.parametrize(("key", "language"), [("1", "fr"), ("2", "en"), ("3", "es")])
def test_in_each_language_to_an_agent(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
    key: str,
    language: str,
) -> None:
    app = configured(demo)
    phone, page = works(world, app, pages)
    caller = calls(world, app, key)
    caller.press("9")  # nobody offers that
    until(lambda: len(told(app, "flow.state")) > 2, 5, "he is told so")
    caller.press("1")
    phone.ringing()
    phone.answer()
    hear_each_other(caller, phone)
    page.do("line.hang_up", line=page.line_id)
    assert caller.ended() == "bye"
    over(app, "answered")
    assert [entry["language"] for entry in told(app, "flow.language")] == [language]
    assert exits(app) == [("language", "next"), ("menu", "1"), ("sales", "")]


def test_a_callback_and_a_message(world: World, configured: Configured) -> None:  # noqa: F811
    app = configured(demo)
    caller = calls(world, app, "2")
    caller.press("3")
    assert caller.ended(timeout=30) == "bye"
    caller = calls(world, app, "3")
    caller.press("4")
    until(lambda: told(app, "recording.started"), 20, "his message is recorded")
    caller.say_nothing()
    assert caller.ended(timeout=30) == "bye"
    until(
        lambda: app.rows("select number, state from voicemail") == [(MARIE, "NEW")],
        10,
        "the message is listed",
    )
    until(lambda: app.rows("select number, state from callback") != [], 10, "the callback is listed")
