"""A call to a closed queue: it hears why, it ends politely, nobody's telephone rings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fs_app.calls.stages import Stage
from fs_app.clock import FakeClock
from fs_app.hours.opening import HolidayDay, Holidays, Range, Week
from tests.unit.core.world import ACCOUNT, OTHER_QUEUE, QUEUE, World, queue_info

AT_NINE_TO_SIX = Week(1, "office", tuple(Range(day, 540, 1080) for day in range(5)))
NEVER = Week(2, "never", ())
CHRISTMAS = Holidays(1, "France", (HolidayDay(1, "Noël", None, 12, 25, message="fr/christmas.wav"),))


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., World]:
    def build(at: str = "2026-12-24 20:00", clock: FakeClock | None = None, **queue: Any) -> World:
        clock = clock or FakeClock()
        moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Europe/Paris"))
        clock.advance(moment.timestamp() - clock.now_ms() / 1000)
        made = World(tmp_path, clock=clock, queue=queue_info(**queue))
        made.ready(1, 2)
        return made

    return build


def add_queue(world: World, **changes: Any) -> None:
    other = queue_info(id=OTHER_QUEUE, name="Astreinte", number="701", agents=(1, 2), **changes)
    now = world.catalog.now
    agents = {i: replace(a, queues=(*a.queues, OTHER_QUEUE)) for i, a in now.agents.items()}
    world.catalog.now = replace(now, queues={**now.queues, OTHER_QUEUE: other}, agents=agents)


def message(world: World, leg: str) -> str:
    return str(world.switch.of("play", leg)[-1].args[1][0])


def said(world: World, leg: str) -> None:
    app = world.ctx.runtime(world.live.calls[leg]).farewell_app
    world.tell(_done(world, leg, app))


def _done(world: World, leg: str, app: str) -> Any:
    from fs_app import facts as f

    return f.AppDone(world.at, leg, app="playback", app_uuid=app)


def test_outside_the_hours_the_caller_hears_it_and_is_ended_politely(make: Callable[..., World]) -> None:
    world = make(week=AT_NINE_TO_SIX, closed_message="fr/bye.wav", holidays=CHRISTMAS)
    caller = world.arrives()
    assert message(world, caller) == "/sounds/fr/bye.wav"
    assert world.offers() == []
    assert not world.hung_up(caller)
    said(world, caller)
    assert world.stage(caller) is Stage.ENDING
    assert world.hung_up(caller) == ["NORMAL_CLEARING"]
    world.hangs_up(caller, by_far_end=False)
    (closed,) = world.recorder.entries("call.closed")
    assert (closed.data["why"], closed.data["queue_name"]) == ("closed_hours", "Commercial")
    assert closed.data["until"] == 1_798_444_800_000  # Monday the 28th at nine in Paris
    (ended,) = world.recorder.entries("call.ended")
    assert (ended.data["outcome"], ended.data["by"]) == ("closed", "system")
    world.is_whole()


def test_a_holiday_has_a_message_of_its_own(make: Callable[..., World]) -> None:
    world = make("2026-12-25 10:00", week=AT_NINE_TO_SIX, holidays=CHRISTMAS, closed_message="fr/bye.wav")
    assert message(world, world.arrives()) == "/sounds/fr/christmas.wav"
    assert world.recorder.entries("call.closed")[0].data["holiday"] == "Noël"


@pytest.mark.parametrize(
    ("queue", "heard"),
    [
        ({"holiday_message": "fr/day.wav", "closed_message": "fr/bye.wav"}, "/sounds/fr/day.wav"),
        ({"closed_message": "fr/bye.wav"}, "/sounds/fr/bye.wav"),
        ({}, "/sounds/fr/closed.wav"),
    ],
)
def test_without_one_the_holiday_says_what_the_queue_says(
    make: Callable[..., World], queue: dict[str, Any], heard: str
) -> None:
    plain = Holidays(1, "", (HolidayDay(1, "Noël", None, 12, 25),))
    world = make("2026-12-25 10:00", holidays=plain, **queue)
    assert message(world, world.arrives()) == heard


def test_an_open_queue_leaves_no_trace_of_the_question(make: Callable[..., World]) -> None:
    world = make("2026-12-24 10:00", week=AT_NINE_TO_SIX, holidays=CHRISTMAS)
    caller = world.waits()
    assert world.recorder.entries("call.closed") == []
    assert [call for call, _ in world.offers()] == [caller]


def test_another_queue_stands_in(make: Callable[..., World]) -> None:
    world = make(week=AT_NINE_TO_SIX, closed_queue=OTHER_QUEUE)
    add_queue(world)
    caller = world.waits()
    (closed,) = world.recorder.entries("call.closed")
    assert (closed.data["to"], closed.data["to_name"]) == (OTHER_QUEUE, "Astreinte")
    assert world.call(caller).queue == OTHER_QUEUE
    assert [call for call, _ in world.offers()] == [caller]


@pytest.mark.parametrize("back", [None, QUEUE, OTHER_QUEUE])
def test_when_the_stand_in_is_closed_too_it_says_so_itself(
    make: Callable[..., World], back: int | None
) -> None:
    world = make(week=AT_NINE_TO_SIX, closed_queue=OTHER_QUEUE)
    add_queue(world, week=NEVER, closed_message="fr/later.wav", closed_queue=back)
    caller = world.arrives()
    assert message(world, caller) == "/sounds/fr/later.wav"
    assert [e.data["queue"] for e in world.recorder.entries("call.closed")] == [QUEUE, OTHER_QUEUE]


def test_a_stand_in_of_another_account_is_none(make: Callable[..., World]) -> None:
    world = make(week=NEVER, closed_queue=OTHER_QUEUE)
    add_queue(world, account=ACCOUNT + 1)
    assert message(world, world.arrives()) == "/sounds/fr/closed.wav"


def test_the_caller_may_hang_up_while_it_is_said(make: Callable[..., World]) -> None:
    world = make(week=NEVER)
    caller = world.arrives()
    world.hangs_up(caller)
    (ended,) = world.recorder.entries("call.ended")
    assert (ended.data["outcome"], ended.data["by"]) == ("closed", "caller")
    assert world.live.calls == {}


def test_a_restart_says_it_again(make: Callable[..., World]) -> None:
    world = make(week=NEVER)
    caller = world.arrives()
    world.journal.close()
    again = make(clock=world.clock, week=NEVER)
    again.goes_home(caller)
    assert message(again, caller) == "/sounds/fr/closed.wav"
    said(again, caller)
    again.hangs_up(caller, by_far_end=False)
    assert again.recorder.entries("call.ended")[0].data["outcome"] == "closed"


def test_who_came_in_time_is_served_after_closing(make: Callable[..., World]) -> None:
    world = make("2026-12-24 17:59", week=AT_NINE_TO_SIX)
    caller = world.arrives()
    world.clock.advance(120)
    world.greeted(caller)
    assert [call for call, _ in world.offers()] == [caller]
