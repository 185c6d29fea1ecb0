"""The program dies, freezes or loses its link wherever a caller can be in a voice menu; on both switches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fs_app.queues.model import Queue
from fs_app.voicemail.model import VoicemailBox
from tests.e2e.test_menus import ASK, LOCAL, at, in_menu, outcomes, over, way
from tests.e2e.test_routing import configured, told
from tests.e2e.test_waiting import hear_each_other, works
from tests.support.menus import behind, node, published
from tests.support.program import DID, Program
from tests.support.until import until
from tests.support.webservice import WebService
from tests.support.world import PartyState, World

__all__ = ["configured"]
MARIE, OUTSIDE = "+33612345678", "+33188990011"
Configured = Callable[..., Program]
DEAD_S = 5.0
"""Longer than lease and watch together."""


@pytest.fixture
def service() -> Iterator[WebService]:
    made = WebService({"level": "gold"})
    yield made
    made.stop()


def everything(service: WebService | None = None, **settings: Any) -> Callable[[Program, Queue, Queue], None]:
    """A menu whose keys lead to each kind of node in which something can be under way."""

    def change(program: Program, queue: Queue, _other: Queue) -> None:
        account = program.ids.account
        for name, value in settings.items():
            setattr(queue, name, value)
        asked = {"tries": 9, "timeout_s": 15, **ASK}
        box = VoicemailBox.create(account=account, name="Boîte", silence_s=2, created_at=1)
        inner = published(
            account,
            "Sous-menu",
            node("inner", "menu", {"1": "return"}, keys={"1": "x"}, **asked),
            node("return", "back"),
        )
        url = f"{service.url}/slow" if service is not None else "http://127.0.0.1:9/"
        kinds = {
            "1": node(
                "collect", "collect", {"next": "bye"}, variable="digits", most=4, between_s=10, **asked
            ),
            "2": node("web", "http", {"ok": "bye", "error": "bye"}, url=url, timeout_s=9, prompts=[]),
            "3": node(
                "outside",
                "transfer",
                {"busy": "ask", "no_answer": "ask", "after": "ask"},
                to="number",
                number=OUTSIDE,
                ring_s=40,
            ),
            "4": node("box", "voicemail", {"next": "bye"}, box=box.id, prompts=["shipped:one_moment"]),
            "5": node("opinion", "survey", {"next": "bye"}, question="Accueil", **asked),
            "6": node("aside", "subflow", {"next": "bye"}, flow=inner),
            "7": node("line", "queue", {"error": "bye"}, queue=queue.id),
            "8": node("said", "say", {"next": "ask"}, what="digits", value="123456789", skip=False),
        }
        exits = {key: made["id"] for key, made in kinds.items()}
        ask = node("ask", "menu", {**exits, "no_input": "bye"}, keys=dict.fromkeys(exits, "x"), **asked)
        behind(
            account, published(account, "Accueil", ask, *kinds.values(), node("bye", "hangup", prompts=[]))
        )

    return change


def reaches(world: World, app: Program, key: str, name: str) -> Any:
    times = way(app).count(name)
    caller = in_menu(world, app)
    until(caller.sound, 10, "the prompt")
    caller.press(key)
    at(app, name, times + 1)
    return caller


def whole(world: World, app: Program, *expected: str) -> None:
    """Nothing is left on the switch, and what is written is complete."""
    over(app, *expected)
    until(lambda: world.legs() == 0, 15, "no leg is left")
    until(lambda: app.rows("select id from leg where ended_at is null") == [], 5, "every leg has ended")
    until(lambda: {row[1] for row in outcomes(app)} == {"ENDED"}, 5, f"{outcomes(app)}")
    assert len(told(app, "call.ended")) == len(expected)


def never_silent(caller: Any, seconds: float, most_s: float = 4.0) -> None:
    """He hears something at least every `most_s` seconds."""
    end, heard = time.monotonic() + seconds, time.monotonic()
    while (now := time.monotonic()) < end:
        if caller.sound():
            heard = now
        assert now - heard < most_s, f"silence for {now - heard:.1f} s"
        time.sleep(0.2)


def test_a_death_in_each_node_that_waits_for_the_caller(
    world: World,
    configured: Configured,
    service: WebService,
) -> None:
    app = configured(everything(service), **LOCAL)
    expected = []
    for key, name, answer in (("1", "collect", "1234"), ("5", "opinion", "4"), ("6", "inner", "1")):
        caller = reaches(world, app, key, name)
        if name == "collect":
            caller.press("12")  # typed before the death: he begins anew
            until(lambda: "12" in str(told(app, "flow.state")), 5, "heard")
        app.kill()
        never_silent(caller, DEAD_S)
        app.start()
        at(app, name, 2)
        caller.press(answer)
        assert caller.ended(timeout=20) == "bye"
        expected.append("menu")
        over(app, *expected)
    assert [(s["name"], s["value"]) for s in told(app, "flow.set")] == [("digits", "1234")]
    caller = reaches(world, app, "2", "web")
    app.kill()
    never_silent(caller, DEAD_S)
    app.start()
    assert caller.ended(timeout=20) == "bye"
    whole(world, app, *expected, "menu")


def test_a_death_while_he_rings_and_talks_outside(world: World, configured: Configured) -> None:
    app = configured(everything())
    outside = world.person(OUTSIDE)
    caller = reaches(world, app, "3", "outside")
    outside.ringing()
    app.kill()
    time.sleep(1)
    outside.answer()
    never_silent(caller, DEAD_S)
    until(outside.sound, 5, "who answered hears something, though nobody brings them together")
    assert outside.state == PartyState.TALKING
    app.start()
    hear_each_other(outside, caller)
    app.kill()
    time.sleep(2)
    hear_each_other(outside, caller)
    outside.hang_up()
    never_silent(caller, DEAD_S)
    app.start()
    at(app, "ask", 2)
    caller.press("3")
    outside.ringing()
    outside.answer()
    hear_each_other(outside, caller)
    app.kill()
    caller.hang_up()
    assert outside.ended(timeout=6) == "bye", "nobody keeps him waiting for a program that is dead"
    app.start()
    whole(world, app, "outside")


def test_a_death_in_a_message_and_a_hang_up_meanwhile(world: World, configured: Configured) -> None:
    app = configured(everything())
    caller = reaches(world, app, "4", "box")
    until(lambda: told(app, "recording.started"), 20, "his message is recorded")
    app.kill()
    time.sleep(1)
    app.start()
    time.sleep(2)
    caller.say_nothing()
    assert caller.ended(timeout=20) == "bye"
    over(app, "voicemail")
    caller = reaches(world, app, "4", "box")
    until(lambda: len(told(app, "recording.started")) == 2, 20, "recorded")
    app.kill()
    time.sleep(1)
    caller.hang_up()
    time.sleep(1)
    app.start()
    whole(world, app, "voicemail", "voicemail")
    assert app.rows("select count(*) from voicemail") == [(2,)]


def test_frozen_for_ten_seconds_in_a_menu(world: World, configured: Configured) -> None:
    app = configured(everything())
    caller = in_menu(world, app)
    app.freeze()
    time.sleep(3)
    caller.press("1")
    never_silent(caller, 7)
    app.thaw()
    until(lambda: len(way(app)) >= 2, 10, f"{way(app)}")
    time.sleep(2)
    if way(app)[-1] == "ask":
        caller.press("1")
        at(app, "collect")
    caller.press("1234")
    assert caller.ended(timeout=20) == "bye"
    whole(world, app, "menu")


def test_who_talks_outside_puts_down_while_the_link_is_cut(world: World, configured: Configured) -> None:
    app = configured(everything())
    outside = world.person(OUTSIDE)
    caller = reaches(world, app, "3", "outside")
    outside.ringing()
    outside.answer()
    hear_each_other(outside, caller)
    world.cut_link()
    until(lambda: not app.health().get("ok"), 10, "the link is away")
    outside.hang_up()
    time.sleep(3)
    world.mend_link()
    until(lambda: app.health().get("ok"), 20, "the link is back")
    at(app, "ask", 3)  # nobody heard the second
    caller.press("1")
    at(app, "collect")
    caller.hang_up()
    whole(world, app, "outside")


def test_the_agent_puts_down_while_the_link_is_cut_and_a_survey_follows(
    world: World,
    configured: Configured,
    pages: Callable[..., Any],
) -> None:
    def change(program: Program, queue: Queue, other: Queue) -> None:
        asked = {"tries": 9, "timeout_s": 15, **ASK}
        queue.survey_flow = published(
            program.ids.account,
            "Avis",
            node("q", "survey", {"next": "bye"}, question="Accueil", **asked),
            node("bye", "hangup", prompts=[]),
        )

    app = configured(change)
    phone, page = works(world, app, pages)
    caller = world.call(DID, MARIE)
    phone.ringing()
    phone.answer()
    hear_each_other(phone, caller)
    world.cut_link()
    until(lambda: not app.health().get("ok"), 10, "the link is away")
    phone.hang_up()
    time.sleep(2)
    world.mend_link()
    at(app, "q")
    page.is_in("IDLE")
    app.kill()
    never_silent(caller, DEAD_S)
    app.start()
    at(app, "q", 2)
    caller.press("4")
    assert caller.ended(timeout=20) == "bye"
    whole(world, app, "answered")
    assert app.rows("select value from survey_answer") == [(4,)]


def test_forty_keys_and_gone_between_two_nodes(world: World, configured: Configured) -> None:
    app = configured(everything())
    caller = in_menu(world, app)
    caller.press("*#ABCD09*#" * 4)
    time.sleep(9)
    assert world.legs() in (0, 1)
    caller.hang_up()
    over(app, "menu")
    for n, key in enumerate("1234567", 2):
        caller = in_menu(world, app)
        caller.press(key)
        time.sleep(0.12)
        caller.hang_up()
        until(lambda n=n: len(told(app, "call.ended")) == n, 10, f"after {key}")
    until(lambda: world.legs() == 0, 15, "no leg is left")
    assert {row[1] for row in outcomes(app)} == {"ENDED"}
    assert app.rows("select id from leg where ended_at is null") == []
    assert "failed" not in {row[0] for row in outcomes(app)}, outcomes(app)


def test_the_button_of_an_agent_whom_a_menu_called(
    world: World,
    configured: Configured,
    pages: Callable[..., Any],
) -> None:
    def change(program: Program, _queue: Queue, _other: Queue) -> None:
        account, agent = program.ids.account, program.ids.agents[0]
        ways = {"no_answer": "bye", "after": "ask"}
        ask = node(
            "ask", "menu", {"1": "call", "2": "bye", "no_input": "bye"}, keys={"1": "x", "2": "y"}, **ASK
        )
        call = node("call", "transfer", ways, to="agent", agent=agent, ring_s=10)
        behind(account, published(account, "Directe", ask, call, node("bye", "hangup", prompts=[])))

    app = configured(change)
    phone, page = works(world, app, pages)
    caller = reaches(world, app, "1", "call")
    phone.ringing()
    phone.answer()
    hear_each_other(phone, caller)
    page.do("line.hang_up", line=page.line_id)
    at(app, "ask", 2)
    until(lambda: phone.state == PartyState.IDLE, 10, "his telephone is free")
    page.is_in("IDLE")
    caller.press("2")
    assert caller.ended() == "bye"
    whole(world, app, "answered")
