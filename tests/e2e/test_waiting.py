"""What a caller lives through who is not answered at once, and how he is called back, on both switches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from fs_app.queues.model import Queue
from tests.e2e.test_routing import configured, told  # noqa: F401 - a fixture
from tests.support.program import DID, DOMAIN, PASSWORD, Program
from tests.support.until import until
from tests.support.world import PartyState, World

MARIE, PAUL, OUTSIDE = "+33612345678", "+33612345679", "+33188990011"
Configured = Callable[..., Program]


def settings(**values: Any) -> Callable[[Program, Queue, Queue], None]:
    """Of the queue behind DID, before the start."""

    def change(_program: Program, queue: Queue, _other: Queue) -> None:
        for name, value in values.items():
            setattr(queue, name, value)

    return change


def works(world: World, app: Program, pages: Callable[..., Any], number: str = "1001") -> Any:
    """An agent is there, with whoever waits for him."""
    phone = world.phone(number, PASSWORD, DOMAIN)
    phone.register()
    page = pages(app, number)
    until(lambda: page.picture["phone"]["registered"], 10, "the phone is registered")
    page.do("agent.log_in")
    page.do("agent.available")
    return phone, page


def hear_each_other(a: Any, b: Any) -> None:
    for ear, mouth in ((a, b), (b, a)):
        until(lambda e=ear, m=mouth: e.hears([m.tone_hz]).get(m.tone_hz, 0) > 0.3, 10, "they hear each other")


def waiting(app: Program, n: int) -> None:
    until(lambda: len(told(app, "call.queued")) >= n, 10, f"{n} wait")


def callbacks(app: Program) -> list[tuple[Any, ...]]:
    return app.rows(
        "select number, reason, state, tries, times, closed_why from callback order by created_at"
    )


def idle(phone: Any) -> None:
    until(lambda: phone.state == PartyState.IDLE, 10, "the telephone is free")


def leaves_by_key(world: World, app: Program, number: str = MARIE) -> None:
    before = len(told(app, "call.queued"))
    caller = world.call(DID, number)
    caller.talking()
    waiting(app, before + 1)
    until(caller.sound, 10, "music")
    caller.press("1")
    assert caller.ended(timeout=30) == "bye"


def test_who_keeps_his_place_is_called_back_before_those_behind_him(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
) -> None:
    app = configured(settings(callback_key="1"))
    leaves_by_key(world, app)
    later = world.call(DID, PAUL)
    later.talking()
    waiting(app, 3)  # Marie, Marie's kept place, Paul
    marie = world.person(MARIE)
    phone, page = works(world, app, pages)
    phone.ringing()
    until(lambda: page.line.get("number") == MARIE, 5, "it is Marie's turn")
    assert page.line["callback"]
    phone.answer()
    marie.ringing(timeout=15)
    until(lambda: page.line["state"] == "DIALING", 5, "she is being dialled")
    marie.answer()
    hear_each_other(phone, marie)
    until(lambda: callbacks(app) == [(MARIE, "KEPT_PLACE", "REACHED", 1, 1, "")], 10, "she is reached")
    marie.hang_up()
    phone.ringing(timeout=15)
    until(lambda: page.line.get("number") == PAUL, 5, "then Paul")
    phone.answer()
    hear_each_other(phone, later)
    later.hang_up()
    until(lambda: world.legs() == 0, 10, "no leg is left")
    expected = [
        (MARIE, "callback", "answered"),
        (MARIE, "inbound", "callback"),
        (PAUL, "inbound", "answered"),
    ]
    outcomes = "select caller_number, direction, outcome from call"
    until(lambda: sorted(app.rows(outcomes)) == expected, 10, f"{app.rows(outcomes)}")


def test_a_kept_place_outlives_the_program_and_a_customer_who_does_not_answer(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
) -> None:
    app = configured(settings(callback_key="1", callback_tries=2, callback_retry_s=2, outside_ring_s=3))
    leaves_by_key(world, app)
    app.kill()
    app.start()
    marie = world.person(MARIE)
    phone, page = works(world, app, pages)
    for attempt in (1, 2):
        phone.ringing(timeout=20)
        phone.answer()
        marie.ringing(timeout=15)
        if attempt == 1:
            app.kill()  # in the middle of dialling
            app.start()  # the page comes back by itself, perhaps when the second try rings already
        idle(marie)
    page.is_in("IDLE", timeout=20)
    idle(phone)
    until(lambda: callbacks(app) == [(MARIE, "KEPT_PLACE", "OPEN", 2, 1, "")], 15, "open for people now")
    until(lambda: app.rows("select due_at from callback") == [(None,)], 5, "nobody dials by itself any more")
    until(lambda: world.legs() == 0, 15, "no leg is left")


def test_who_is_anonymous_keeps_his_place_on_the_line(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
) -> None:
    app = configured(settings(callback_key="1"))
    caller = world.call(DID, "anonymous")
    caller.talking()
    waiting(app, 1)
    until(caller.sound, 10, "music")
    caller.press("1")
    until(lambda: told(app, "call.key"), 10, "the key was understood")
    phone, _ = works(world, app, pages)
    phone.ringing()
    phone.answer()
    hear_each_other(phone, caller)
    assert callbacks(app) == []
    caller.hang_up()


def test_who_gives_up_is_in_the_list_once_and_leaves_it_when_he_gets_through(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
) -> None:
    app = configured(settings())
    for n, number in enumerate((MARIE, MARIE, "anonymous", PAUL), start=1):
        caller = world.call(DID, number)
        caller.talking()
        waiting(app, n)
        caller.hang_up()
        until(lambda n=n: len(told(app, "call.ended")) == n, 10, "the call is over")
    until(lambda: len(callbacks(app)) == 2, 5, "two persons")
    assert callbacks(app) == [
        (MARIE, "ABANDONED", "OPEN", 0, 2, ""),
        (PAUL, "ABANDONED", "OPEN", 0, 1, ""),
    ]
    phone, _ = works(world, app, pages)
    caller = world.call(DID, MARIE)
    phone.ringing()
    phone.answer()
    caller.talking()
    until(lambda: callbacks(app)[0][2] == "CANCELLED", 10, "nobody has to call Marie any more")
    assert callbacks(app)[0][5] == "called_again" and callbacks(app)[1][2] == "OPEN"
    caller.hang_up()


def test_an_agent_calls_somebody_of_the_list_back_and_only_one_of_two_can(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
) -> None:
    app = configured(settings())
    caller = world.call(DID, MARIE)
    caller.talking()
    waiting(app, 1)
    caller.hang_up()
    until(lambda: len(callbacks(app)) == 1, 10, "she is in the list")
    phone, page = works(world, app, pages)
    phone2, page2 = works(world, app, pages, "1002")
    until(lambda: len(page.picture["outbound"]["list"]) == 1, 5, "the page shows it")
    wanted = page.picture["outbound"]["list"][0]["id"]
    marie = world.person(MARIE)
    page.do("outbound.call", item=wanted)
    answer = page2.ask("outbound.call", item=wanted)
    assert not answer["ok"] and answer["error"]["key"] == "error.callback_taken"
    phone.ringing()
    assert phone2.state == PartyState.IDLE
    phone.answer()
    marie.ringing(timeout=15)
    marie.answer()
    hear_each_other(phone, marie)
    phone.hang_up()
    marie.ended()
    until(lambda: callbacks(app) == [(MARIE, "ABANDONED", "DONE", 1, 1, "reached")], 10, "done")
    until(lambda: page.picture["outbound"]["list"] == [], 5, "the page shows it")


def test_who_waits_too_long_is_connected_with_a_number_outside_and_comes_back_when_nobody_answers(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
) -> None:
    app = configured(
        settings(max_wait_s=3, max_wait_then="number", max_wait_number=OUTSIDE, outside_ring_s=3)
    )
    outside = world.person(OUTSIDE)
    caller = world.call(DID, MARIE)
    outside.ringing(timeout=15)
    outside.answer()
    hear_each_other(outside, caller)
    outside.hang_up()
    assert caller.ended() == "bye"
    until(lambda: app.rows("select outcome from call") == [("outside",)], 5, "that is what became of it")
    second = world.call(DID, PAUL)
    outside.ringing(timeout=15)
    idle(outside)
    until(lambda: second.sound(), 5, "he waits again")
    phone, page = works(world, app, pages)
    phone.ringing()
    phone.answer()
    hear_each_other(phone, second)
    second.hang_up()
    page.is_in("IDLE")


def test_the_exit_key_leads_to_the_voicemail_and_what_was_said_is_kept(
    world: World,
    configured: Configured,  # noqa: F811
) -> None:
    app = configured(settings(exit_key="9", exit_then="voicemail", voicemail_silence_s=2))
    caller = world.call(DID, MARIE)
    caller.talking()
    waiting(app, 1)
    until(caller.sound, 10, "music")
    caller.press("9")
    until(lambda: told(app, "recording.started"), 20, "it is recorded after the greeting")
    time.sleep(2)
    caller.say_nothing()
    assert caller.ended(timeout=15) == "bye"
    until(lambda: app.rows("select outcome from call") == [("voicemail",)], 5, "that is what became of it")
    until(lambda: len(callbacks(app)) == 1, 5, "somebody has to listen to it")
    assert callbacks(app) == [(MARIE, "VOICEMAIL", "OPEN", 0, 1, "")]
    until(lambda: app.rows("select duration_ms from recording where ended_at > 0"), 5, "the file is closed")
    ((duration,),) = app.rows("select duration_ms from recording")
    assert 2000 < duration < 8000
    hanging_up = world.call(DID, PAUL)
    hanging_up.talking()
    waiting(app, 2)
    until(hanging_up.sound, 10, "music")
    hanging_up.press("9")
    until(lambda: len(told(app, "recording.started")) == 2, 20, "it is recorded")
    time.sleep(1)
    hanging_up.hang_up()
    until(lambda: len(callbacks(app)) == 2, 10, "he left what he said")


@pytest.mark.parametrize("comes_back", ["in_the_middle", "after_the_end"])
def test_a_message_outlives_the_program_that_took_it(
    world: World,
    configured: Configured,  # noqa: F811
    comes_back: str,
) -> None:
    app = configured(settings(exit_key="9", exit_then="voicemail", voicemail_silence_s=2))
    caller = world.call(DID, MARIE)
    caller.talking()
    waiting(app, 1)
    until(caller.sound, 10, "music")
    caller.press("9")
    until(lambda: told(app, "recording.started"), 20, "it is recorded")
    app.kill()
    time.sleep(7)  # lease and watch are over long since
    assert caller.state == PartyState.TALKING, "a dead program cuts nobody off"
    if comes_back == "in_the_middle":
        app.start()
        time.sleep(3)  # compared with the switch, more than once
        assert caller.state == PartyState.TALKING, "nor does one that comes back"
    caller.say_nothing()
    assert caller.ended(timeout=10) == "bye"
    if comes_back == "after_the_end":
        app.start()
    until(lambda: len(callbacks(app)) == 1, 15, "what he said is in the list")
    assert callbacks(app)[0][:2] == (MARIE, "VOICEMAIL")
    until(lambda: app.rows("select 1 from recording where ended_at > 0"), 10, "and kept")
    ((duration,),) = app.rows("select duration_ms from recording")
    assert duration > 7000, "all of it"
    until(lambda: app.rows("select outcome from call") == [("voicemail",)], 5, "that is what became of it")
    until(lambda: world.legs() == 0, 5, "nobody is left")


def test_a_closed_queue_takes_a_message(world: World, configured: Configured) -> None:  # noqa: F811
    def never_open(program: Program, queue: Queue, _other: Queue) -> None:
        from fs_app.hours.model import Schedule

        queue.schedule = Schedule.create(account=program.ids.account, name="Jamais", created_at=1)
        queue.closed_then = "voicemail"

    app = configured(never_open)
    caller = world.call(DID, MARIE)
    caller.talking()
    until(lambda: told(app, "recording.started"), 20, "it is recorded")
    time.sleep(1)
    caller.hang_up()
    until(lambda: len(callbacks(app)) == 1, 10, "it is in the list")
    assert callbacks(app)[0][1] == "VOICEMAIL"


def test_place_and_keys_are_announced_over_the_music_and_never_over_an_agent(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
) -> None:
    app = configured(settings(announce_position=True, announce_first_s=1, announce_every_s=3, exit_key="9"))
    caller = world.call(DID, MARIE)
    caller.talking()
    waiting(app, 1)
    music = 150
    until(lambda: heard_else(caller, music), 10, "something that is not the music")
    until(lambda: not heard_else(caller, music), 15, "the music goes on")
    until(lambda: heard_else(caller, music), 10, "it is said again")
    phone, _ = works(world, app, pages)
    phone.ringing()
    until(lambda: not heard_else(caller, music), 3, "nothing is said while a telephone rings for her")
    phone.answer()
    hear_each_other(phone, caller)
    time.sleep(4)
    assert caller.hears([phone.tone_hz])[phone.tone_hz] > 0.3, "nor in the conversation"
    caller.hang_up()


def heard_else(caller: Any, music: int) -> bool:
    """A voice: sound that is not the tone of the music."""
    heard = caller.hears([music], 0.3)
    return bool(heard) and heard[music] < 0.5
