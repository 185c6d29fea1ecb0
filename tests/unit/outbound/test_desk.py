"""What an agent may ask about the list of people to call, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fs_app.agents.state import Work
from fs_app.callbacks.state import Reason, State
from fs_app.errors import Invalid, NotFound
from fs_app.hours.opening import Week
from fs_app.outbound.desk import PAGE, OutboundDesk
from fs_app.outbound.item import Asked, NoNumber, Taken
from fs_app.outbound.moments import NotOnStep
from fs_app.outbound.promises import Closed, TooLate, TooMany
from tests.unit.callbacks.test_kept_place import MARIE, PAUL
from tests.unit.core.world import ACCOUNT, QUEUE, REFUSAL, SALE, World, queue_info
from tests.unit.outbound.test_preview import allow, centre, gives_up, previews, talks

HOUR = 3_600_000


def desk_of(world: World) -> OutboundDesk:
    return OutboundDesk(world.live, world.catalog, world.clock, world.outbound, world.callbacks)


def picture(world: World, agent: int = 1) -> dict[str, Any]:
    return desk_of(world).picture(world.catalog.now.agents[agent], world.agent(agent))


def test_the_picture_counts_and_shows_what_is_his_to_see(tmp_path: Path) -> None:
    world = centre(tmp_path)
    first, second = gives_up(world), gives_up(world, PAUL)
    desk = desk_of(world)
    desk.reserve(1, first)
    desk.postpone(1, first, 60, "")
    world.clock.advance(1)
    assert picture(world)["counters"] == {"due": 1, "later": 1, "mine": 1, "overdue": 0}
    assert [item["id"] for item in picture(world)["list"]] == [second, first]
    (_, mine) = picture(world)["list"]
    assert (mine["mine"], mine["personal"], mine["status"]) == (True, True, "ABANDONED")
    assert picture(world, 2)["list"][1]["owner"] == "Agent 1"
    world.clock.advance(2 * 3600)
    assert picture(world)["counters"] == {"due": 2, "later": 0, "mine": 1, "overdue": 1}


def test_the_list_is_sought_and_paged(tmp_path: Path) -> None:
    world = centre(tmp_path)
    for n in range(PAGE + 3):
        gives_up(world, f"+3361234{5000 + n}")
    desk = desk_of(world)
    assert desk.page(1, Asked(), 1)["pages"] == 2
    assert len(desk.page(1, Asked(), 2)["items"]) == 3
    assert desk.page(1, Asked(), 99)["items"] == []
    assert desk.page(1, Asked(text="06 12 34 50 02"), 1)["total"] == 1
    assert desk.page(1, Asked(text="nobody"), 1)["total"] == 0
    item = desk.page(1, Asked(text="345002"), 1)["items"][0]["id"]
    desk.note(1, item, "Speaks\x00 Dutch")
    assert [i["note"] for i in desk.page(1, Asked(text="dutch"), 1)["items"]] == ["Speaks Dutch"]
    assert desk.page(1, Asked(view="mine"), 1)["total"] == 0
    assert desk.page(1, Asked(queue=QUEUE + 5), 1)["total"] == 0


def test_the_calendar_has_his_own_ones_of_those_days(tmp_path: Path) -> None:
    world = centre(tmp_path)
    mine, others = gives_up(world), gives_up(world, PAUL)
    desk, now = desk_of(world), world.clock.now_ms()
    for agent, item in ((1, mine), (2, others)):
        desk.reserve(agent, item)
        desk.postpone(agent, item, 60, "")
    assert [i["id"] for i in desk.calendar(1, now, now + 2 * HOUR)] == [mine]
    assert desk.calendar(1, now + 2 * HOUR, now + 4 * HOUR) == []


DOINGS: list[Callable[[OutboundDesk, str], None]] = [
    lambda desk, item: desk.call(2, item),
    lambda desk, item: desk.reserve(2, item),
    lambda desk, item: desk.postpone(2, item, 5, ""),
    lambda desk, item: desk.release(2, item),
    lambda desk, item: desk.move(2, item, 1),
    lambda desk, item: desk.note(2, item, "mine"),
    lambda desk, item: desk.close(2, item, True, None, ""),
]


@pytest.mark.parametrize("doing", DOINGS)
def test_what_another_one_keeps_is_not_touched(
    tmp_path: Path, doing: Callable[[OutboundDesk, str], None]
) -> None:
    world = centre(tmp_path)
    item = gives_up(world)
    world.ready(1, 2)
    desk_of(world).reserve(1, item)
    before = repr(world.live.callbacks[item])
    with pytest.raises(Taken):
        doing(desk_of(world), item)
    assert repr(world.live.callbacks[item]) == before


@pytest.mark.parametrize("doing", DOINGS)
def test_what_is_of_another_queue_is_not_there(
    tmp_path: Path, doing: Callable[[OutboundDesk, str], None]
) -> None:
    world = centre(tmp_path)
    item = gives_up(world)
    people = dict(world.catalog.now.agents)
    people[2] = replace(people[2], queues=())
    world.catalog.now = replace(world.catalog.now, agents=people)
    with pytest.raises(NotFound):
        doing(desk_of(world), item)


def test_a_date_is_taken_within_the_bounds_of_the_queue(tmp_path: Path) -> None:
    world = centre(tmp_path, latest_days=2, step_min=15)
    item, desk = gives_up(world), desk_of(world)
    for text, error in (
        ("2020-01-01T10:00", TooLate),
        ("2999-01-01T10:00", TooLate),
        ("soon", Invalid),
        ("", Invalid),
    ):
        with pytest.raises(error):
            desk.postpone(1, item, None, text)
    with pytest.raises(NotOnStep):
        desk.postpone(1, item, None, "2026-11-22T10:07")
    with pytest.raises(Invalid):
        desk.postpone(1, item, 7, "")
    for minutes in (5, 10, 15, 20, 30, 60, 120, 240, 1440):
        desk.postpone(1, item, minutes, "")
        assert world.live.callbacks[item].due_at == world.clock.now_ms() + minutes * 60_000


def test_outside_its_hours_a_queue_may_book_nothing(tmp_path: Path) -> None:
    world = centre(tmp_path, closed_hours=False)
    item = gives_up(world)
    queue = replace(world.catalog.now.queues[QUEUE], week=Week(1, "never", ()))
    world.catalog.now = replace(world.catalog.now, queues={QUEUE: queue})
    with pytest.raises(Closed):
        desk_of(world).postpone(1, item, 60, "")


def test_so_many_of_his_own_and_no_more(tmp_path: Path) -> None:
    world = centre(tmp_path, most_personal=1)
    first, second = gives_up(world), gives_up(world, PAUL)
    desk = desk_of(world)
    desk.reserve(1, first)
    desk.reserve(1, first)  # pressed twice
    with pytest.raises(TooMany):
        desk.reserve(1, second)
    desk.release(1, first)
    desk.reserve(1, second)


def test_only_his_own_where_the_queue_says_so(tmp_path: Path) -> None:
    world = centre(tmp_path, own_only=True)
    item = gives_up(world)
    world.ready(1)
    previews(world, 1)
    assert (picture(world)["list"], world.work(1)) == ([], Work.IDLE)
    with pytest.raises(NotFound):
        desk_of(world).call(1, item)
    world.callbacks.move(ACCOUNT, item, 1, "Sonia")
    assert [i["id"] for i in picture(world)["list"]] == [item]


def test_a_colleague_gets_it_and_nobody_from_elsewhere(tmp_path: Path) -> None:
    world = centre(tmp_path)
    item, desk = gives_up(world), desk_of(world)
    for nobody in (3, 999):
        with pytest.raises(Invalid):
            desk.move(1, item, nobody)
    desk.move(1, item, 2)
    moved = world.recorder.entries("callback.moved")[-1].data
    assert (moved["agent"], moved["by"], world.live.callbacks[item].personal) == (2, "Agent 1", True)
    desk.move(2, item, None)
    assert world.live.callbacks[item].owner is None


def test_it_is_settled_with_a_verdict_of_its_queue(tmp_path: Path) -> None:
    world = centre(tmp_path)
    item, desk = gives_up(world), desk_of(world)
    world.ready(1)
    previews(world, 1)
    with pytest.raises(Invalid):
        desk.close(1, item, True, 599, "")
    desk.close(1, item, True, REFUSAL, "He has a supplier")
    closed = world.recorder.entries("callback.closed")[-1].data
    assert (closed["state"], closed["disposition"], closed["by"]) == ("DONE", REFUSAL, "Agent 1")
    assert world.work(1) is Work.IDLE, "what was shown is settled"


def test_a_call_promises_another_one(tmp_path: Path) -> None:
    world = centre(tmp_path, agents=(1,))
    item = gives_up(world)
    world.ready(1)
    call = talks(world, item)
    desk = desk_of(world)
    desk.book(1, call, 60, "", True, "Ask for the boss")
    desk.book(1, call, 120, "", True, "Ask for the boss")  # he thought better of it
    (promised,) = [c for c in world.live.callbacks.values() if c.reason is Reason.AGENT]
    assert (promised.number, promised.owner, promised.state) == (MARIE, 1, State.RESERVED)
    assert promised.due_at == world.clock.now_ms() + 2 * HOUR and promised.note == "Ask for the boss"
    desk.book(1, call, None, "", False, "")
    assert (promised.owner, promised.due_at, promised.note) == (None, None, "")
    with pytest.raises(NotFound):
        desk.book(2, call, 60, "", True, "")
    with pytest.raises(NotFound):
        desk.book(1, "nonsense", 60, "", True, "")


def test_a_verdict_that_asks_for_a_callback_is_one_when_nobody_says_when(tmp_path: Path) -> None:
    world = centre(tmp_path, agents=(1,))
    later = replace(world.catalog.now.dispositions[SALE], id=78, effect="callback")
    world.catalog.now = replace(world.catalog.now, dispositions={**world.catalog.now.dispositions, 78: later})
    item = gives_up(world)
    world.ready(1)
    call = talks(world, item)
    world.hangs_up(call)
    world.calls.qualify(1, call, 78, "")
    (promised,) = world.live.callbacks.values()
    assert (promised.reason, promised.number, promised.due_at) == (Reason.AGENT, MARIE, None)
    assert promised.owner is None


def test_who_has_no_number_is_promised_nothing(tmp_path: Path) -> None:
    world = centre(tmp_path, agents=(1,))
    world.ready(1)
    caller = world.arrives(number="anonymous")
    leg = world.offered_leg(caller)
    world.rings(leg)
    world.picks_up(leg)
    world.bridged(leg, caller)
    with pytest.raises(NoNumber):
        desk_of(world).book(1, caller, 60, "", True, "")


def test_a_closed_queue_calls_nobody_by_itself(tmp_path: Path) -> None:
    world = World(tmp_path, agents=(1,), queue=queue_info(greeting=""))
    allow(world, ("manual", "preview"))
    gives_up(world)
    world.ready(1)
    queue = replace(world.catalog.now.queues[QUEUE], week=Week(1, "never", ()))
    world.catalog.now = replace(world.catalog.now, queues={QUEUE: queue})
    previews(world, 1)
    assert world.work(1) is Work.IDLE
