"""Agents who work through the list: who is shown to whom, when it is called, and how it comes back by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fs_app.agents.state import Presence, Work
from fs_app.callbacks.state import State
from fs_app.calls.stages import Stage
from fs_app.errors import Invalid, NotAllowed, NotFound
from fs_app.events import AgentNotice
from fs_app.outbound.item import Taken
from fs_app.outbound.retry import DEFAULTS, Result, Rule
from fs_app.outbound.service import MOST_S
from fs_app.outbound.settings import Settings
from tests.unit.callbacks.test_kept_place import MARIE, PAUL, waits
from tests.unit.core.world import ACCOUNT, QUEUE, SALE, World, queue_info

ZOE = "+33612345680"


def centre(folder: Path, agents: tuple[int, ...] = (1, 2), modes: tuple[str, ...] = (), **more: Any) -> World:
    settings = Settings(**more)
    world = World(folder, agents=agents, queue=queue_info(greeting="", outbound=settings))
    allow(world, modes or ("manual", "preview", "automatic"))
    return world


def allow(world: World, modes: tuple[str, ...]) -> None:
    picture = world.catalog.now
    people = {
        i: replace(info, options=replace(info.options, modes=modes)) for i, info in picture.agents.items()
    }
    world.catalog.now = replace(picture, agents=people)


def gives_up(world: World, number: str = MARIE) -> str:
    before = set(world.live.callbacks)
    world.hangs_up(waits(world, number))
    world.clock.advance(1)
    (new,) = set(world.live.callbacks) - before or {""}
    return new


def previews(world: World, agent: int, mode: str = "preview") -> None:
    world.outbound.set_mode(agent, mode)
    goes_on(world)


def goes_on(world: World, seconds: float = 0.5) -> None:
    world.clock.advance(seconds)
    world.outbound.round()
    world.calls.settle()


def call_of(world: World, item: str) -> str:
    return world.live.callbacks[item].call


def notices(world: World) -> list[str]:
    return [e.key for e in world.recorder.of(AgentNotice)]


def test_the_oldest_comes_up_and_is_reserved_for_him(tmp_path: Path) -> None:
    world = centre(tmp_path)
    first, second = gives_up(world), gives_up(world, PAUL)
    world.ready(1, 2)
    goes_on(world)
    assert world.work(1) is Work.IDLE, "by hand nothing comes up"
    previews(world, 1)
    previews(world, 2)
    assert (world.agent(1).preview, world.agent(2).preview) == (first, second)
    assert [world.live.callbacks[c].owner for c in (first, second)] == [1, 2]
    assert world.agent(1).shown == "PREVIEW" and world.agent(1).until is None
    assert world.switch.of("originate") == []
    with pytest.raises(Taken):
        world.callbacks.call_back(ACCOUNT, first, 2)
    world.is_whole()


def test_calling_what_is_shown_rings_him_and_nobody_is_dialled_twice(tmp_path: Path) -> None:
    world = centre(tmp_path)
    item = gives_up(world)
    world.ready(1)
    previews(world, 1)
    world.callbacks.call_back(ACCOUNT, item, 1)
    with pytest.raises(Taken):
        world.callbacks.call_back(ACCOUNT, item, 1)  # pressed twice
    call = call_of(world, item)
    assert world.work(1) is Work.DIALING and world.agent(1).preview == ""
    leg = world.offered_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    assert len(world.switch.of("originate", call)) == 1
    assert world.live.callbacks[item].owner == 1, "it is his while he calls"
    world.refuses(call, "USER_BUSY")
    found = world.live.callbacks[item]
    assert (found.state, found.owner, found.last_result, found.results) == (
        State.OPEN,
        None,
        "busy",
        {"busy": 1},
    )
    assert found.due_at == world.clock.now_ms() + DEFAULTS[Result.BUSY].delay_s * 1000
    world.is_whole()


def test_nobody_is_dialled_before_the_attempt_is_in_the_database(tmp_path: Path) -> None:
    world = centre(tmp_path)
    waiting: list[Any] = []
    world.ctx.when_durable = lambda entry, done: waiting.append(done)
    item = gives_up(world)
    world.ready(1)
    world.callbacks.call_back(ACCOUNT, item, 1)
    call = call_of(world, item)
    world.picks_up(world.offered_leg(call))
    assert world.stage(call) is Stage.DIALING and world.switch.of("originate", call) == []
    waiting.pop()(False)
    world.calls.settle()
    assert world.switch.of("originate", call) == [], "without the proof nobody is called"
    assert world.live.callbacks[item].last_cause == "NO_PROOF"
    world.is_whole()


def test_who_puts_it_down_before_the_proof_has_called_nobody(tmp_path: Path) -> None:
    world = centre(tmp_path)
    waiting: list[Any] = []
    world.ctx.when_durable = lambda entry, done: waiting.append(done)
    item = gives_up(world)
    world.ready(1)
    world.callbacks.call_back(ACCOUNT, item, 1)
    call = call_of(world, item)
    leg = world.offered_leg(call)
    world.picks_up(leg)
    world.hangs_up(leg)
    waiting.pop()(True)
    world.calls.settle()
    assert world.switch.of("originate", call) == []
    assert world.live.callbacks[item].last_result == "gave_up"
    world.is_whole()


def test_the_countdown_of_the_queue_calls_by_itself(tmp_path: Path) -> None:
    world = centre(tmp_path, preview_s=15)
    item = gives_up(world)
    world.ready(1)
    previews(world, 1)
    assert world.agent(1).until == world.agent(1).work_since + 15_000
    world.clock.advance(14)
    assert world.work(1) is Work.PREVIEW
    world.clock.advance(1.1)
    world.calls.settle()
    assert world.work(1) is Work.DIALING and call_of(world, item)


def test_automatic_goes_through_the_list_in_its_order(tmp_path: Path) -> None:
    world = centre(tmp_path, automatic_s=2)
    first, second = gives_up(world), gives_up(world, PAUL)
    world.callbacks.postpone(ACCOUNT, first, world.clock.now_ms() + 60_000)
    world.clock.advance(61)  # due after the second, but longer on the list
    world.ready(1)
    previews(world, 1, "automatic")
    assert world.agent(1).preview == first
    world.outbound.set_mode(1, "preview")
    goes_on(world)
    assert world.agent(1).preview == second
    world.outbound.set_mode(1, "automatic")
    goes_on(world)
    world.clock.advance(2.1)
    world.calls.settle()
    assert call_of(world, first)


def test_without_an_agent_there_is_no_call(tmp_path: Path) -> None:
    world = centre(tmp_path, automatic_s=5)
    item = gives_up(world)
    world.ready(1)
    previews(world, 1, "automatic")
    world.pageless.add(1)  # his page is gone, and he is not logged out yet
    world.clock.advance(6)
    world.calls.settle()
    assert world.switch.of("originate") == []
    assert (world.work(1), world.agent(1).mode) == (Work.IDLE, "manual")
    assert world.live.callbacks[item].state is State.OPEN


def test_what_nobody_acts_on_goes_back_and_he_picks_by_hand_from_then_on(tmp_path: Path) -> None:
    world = centre(tmp_path)
    item = gives_up(world)
    world.ready(1)
    previews(world, 1)
    world.clock.advance(MOST_S + 1)
    assert world.live.callbacks[item].owner is None
    assert (world.work(1), world.agent(1).mode) == (Work.IDLE, "manual")
    assert notices(world) == ["outbound.notice.forgotten"]
    goes_on(world)
    assert world.work(1) is Work.IDLE


def test_who_does_not_hear_his_own_telephone_goes_through_no_list(tmp_path: Path) -> None:
    world = centre(tmp_path, automatic_s=2)
    first, second = gives_up(world), gives_up(world, PAUL)
    world.ready(1)
    previews(world, 1, "automatic")
    world.clock.advance(2.1)
    world.calls.settle()
    leg = world.offered_leg(call_of(world, first))
    world.rings(leg)
    world.refuses(leg, "NO_ANSWER")
    goes_on(world)
    assert (world.work(1), world.agent(1).mode) == (Work.IDLE, "manual")
    assert notices(world) == ["outbound.notice.forgotten"]
    assert world.live.callbacks[second].tries == 0 and not call_of(world, second)


@pytest.mark.parametrize("how", ["calls again", "closed", "moved"])
def test_what_is_settled_otherwise_is_not_shown_any_more(tmp_path: Path, how: str) -> None:
    world = centre(tmp_path, inbound_first=False)
    first, second = gives_up(world), gives_up(world, PAUL)
    world.ready(1)
    previews(world, 1)
    assert world.agent(1).preview == first
    if how == "calls again":
        world.ready(2)
        caller = waits(world, MARIE)
        leg = world.offered_leg(caller)
        world.picks_up(leg)
        world.bridged(leg, caller)
        assert world.call(caller).agent == 2
    elif how == "closed":
        world.callbacks.close(ACCOUNT, first, True, "Boss")
    else:
        world.callbacks.move(ACCOUNT, first, 2, "Boss")
    goes_on(world)
    assert (world.agent(1).preview, world.agent(1).mode) == (second, "preview")


def test_a_caller_comes_first_and_what_was_shown_goes_back(tmp_path: Path) -> None:
    world = centre(tmp_path, agents=(1,))
    item = gives_up(world)
    world.ready(1)
    previews(world, 1)
    caller = waits(world, ZOE)
    assert world.stage(caller) is Stage.OFFERED and world.work(1) is Work.OFFERED
    assert world.live.callbacks[item].owner is None
    world.is_whole()
    world.hangs_up(caller)
    goes_on(world)
    assert world.agent(1).preview in world.live.callbacks


def test_a_queue_whose_calls_go_first_keeps_callers_waiting(tmp_path: Path) -> None:
    world = centre(tmp_path, agents=(1,), inbound_first=False)
    item = gives_up(world)
    world.ready(1)
    previews(world, 1)
    caller = waits(world, ZOE)
    assert world.stage(caller) is Stage.WAITING and world.agent(1).preview == item
    world.outbound.skip(1, item, "")
    world.calls.settle()
    assert world.stage(caller) is Stage.OFFERED


@pytest.mark.parametrize("how", ["unavailable", "log_out", "back_office", "phone"])
def test_who_goes_away_gives_it_back(tmp_path: Path, how: str) -> None:
    world = centre(tmp_path)
    item = gives_up(world)
    world.ready(1)
    previews(world, 1)
    if how == "phone":
        world.agents.set_aside(1, "phone")
    elif how == "unavailable":
        world.agents.unavailable(1, None)
    else:
        getattr(world.agents, how)(1)
    assert world.live.callbacks[item].owner is None
    assert world.work(1) is not Work.PREVIEW
    goes_on(world)
    assert world.agent(1).preview == ""


def test_an_own_callback_stays_his_when_he_does_not_call(tmp_path: Path) -> None:
    world = centre(tmp_path)
    item = gives_up(world)
    world.callbacks.take(ACCOUNT, item, 1)
    world.ready(1, 2)
    previews(world, 2)
    assert world.agent(2).preview == "", "it is another one's"
    previews(world, 1)
    assert world.agent(1).preview == item
    world.agents.unavailable(1, None)
    assert world.live.callbacks[item].owner == 1
    world.agents.available(1)
    goes_on(world)
    world.outbound.skip(1, item, "later")
    goes_on(world)
    assert (world.work(1), world.live.callbacks[item].owner) == (Work.IDLE, 1)


def test_what_he_passes_over_is_for_the_others(tmp_path: Path) -> None:
    world = centre(tmp_path)
    item = gives_up(world)
    world.ready(1, 2)
    previews(world, 1)
    world.outbound.skip(1, item, "he speaks Dutch")
    assert world.recorder.entries("callback.skipped")[-1].data["reason"] == "he speaks Dutch"
    goes_on(world)
    assert world.work(1) is Work.IDLE
    previews(world, 2)
    assert world.agent(2).preview == item
    with pytest.raises(NotFound):
        world.outbound.skip(1, item, "")


def test_a_queue_may_forbid_passing_over_or_ask_why(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    world = centre(tmp_path / "a", may_skip=False)
    item = gives_up(world)
    world.ready(1)
    previews(world, 1)
    with pytest.raises(NotAllowed):
        world.outbound.skip(1, item, "")
    world = centre(tmp_path / "b", skip_reason=True)
    item = gives_up(world)
    world.ready(1)
    previews(world, 1)
    with pytest.raises(Invalid):
        world.outbound.skip(1, item, "  ")
    world.outbound.skip(1, item, "no time")


def test_profile_and_queue_say_which_modes_there_are(tmp_path: Path) -> None:
    world = centre(tmp_path, modes=("manual", "preview"))
    info = world.catalog.now.agents[1]
    assert world.outbound.modes(info) == ["manual", "preview"]
    with pytest.raises(Invalid):
        world.outbound.set_mode(1, "automatic")
    world.ready(1)
    item = gives_up(world)
    previews(world, 1)
    assert world.agent(1).preview == item
    allow(world, ("manual",))
    assert world.outbound.mode(world.catalog.now.agents[1]) == "manual"


def test_an_answering_machine_is_called_again(tmp_path: Path) -> None:
    world = centre(tmp_path, agents=(1,))
    machine = replace(world.catalog.now.dispositions[SALE], id=77, effect="machine")
    world.catalog.now = replace(
        world.catalog.now, dispositions={**world.catalog.now.dispositions, 77: machine}
    )
    item = gives_up(world)
    world.ready(1)
    call = talks(world, item)
    world.calls.qualify(1, call, 77, "")
    assert world.live.callbacks[item].state is State.REACHED
    world.hangs_up(call)
    found = world.live.callbacks[item]
    assert (found.state, found.last_result, found.call) == (State.OPEN, "machine", "")
    assert found.due_at == world.clock.now_ms() + 7_200_000
    world.is_whole()


def talks(world: World, item: str) -> str:
    world.callbacks.call_back(ACCOUNT, item, 1)
    call = call_of(world, item)
    leg = world.offered_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    world.rings(call)
    from tests.unit.callbacks.test_kept_place import customer_answers

    customer_answers(world, call, leg)
    return call


def test_who_answered_is_done_with_the_verdict(tmp_path: Path) -> None:
    world = centre(tmp_path, agents=(1,))
    item = gives_up(world)
    world.ready(1)
    call = talks(world, item)
    world.hangs_up(call)
    assert world.live.callbacks[item].state is State.REACHED, "its verdict is waited for"
    world.calls.qualify(1, call, SALE, "")
    assert item not in world.live.callbacks
    closed = world.recorder.entries("callback.closed")[-1].data
    assert (closed["state"], closed["why"], closed["disposition"]) == ("DONE", "reached", SALE)


def test_the_last_attempt_ends_with_the_verdict_of_the_rule(tmp_path: Path) -> None:
    world = centre(tmp_path, agents=(1,), rules={**DEFAULTS, Result.BUSY: Rule(60, 2, SALE)})
    item = gives_up(world)
    world.ready(1)
    for expected in (1, 0):
        world.callbacks.call_back(ACCOUNT, item, 1)
        call = call_of(world, item)
        leg = world.offered_leg(call)
        world.rings(leg)
        world.picks_up(leg)
        world.refuses(call, "USER_BUSY")
        assert (item in world.live.callbacks) == bool(expected)
        world.clock.advance(10)
    closed = world.recorder.entries("callback.closed")[-1].data
    assert (closed["state"], closed["why"], closed["disposition"]) == ("CANCELLED", "busy", SALE)
    verdict = world.recorder.entries("call.disposed")[-1]
    assert (verdict.call, verdict.data["disposition"], verdict.data["auto"]) == (call, SALE, True)
    world.is_whole()


@pytest.mark.parametrize("moment", ["shown", "ringing", "dialled", "talking", "verdict"])
def test_a_restart_forgets_nothing_and_calls_nobody_twice(tmp_path: Path, moment: str) -> None:
    world = centre(tmp_path, agents=(1,))
    item = gives_up(world)
    world.ready(1)
    previews(world, 1)
    if moment in ("ringing", "dialled"):
        world.callbacks.call_back(ACCOUNT, item, 1)
        if moment == "dialled":
            world.picks_up(world.offered_leg(call_of(world, item)))
    elif moment in ("talking", "verdict"):
        call = talks(world, item)
        if moment == "verdict":
            world.hangs_up(call)
    dialled = len(world.switch.of("originate"))
    world.journal.close()
    world.clock.advance(1)
    after = World(tmp_path, agents=(1,), clock=world.clock, queue=world.catalog.queue(QUEUE))
    allow(after, ("manual", "preview", "automatic"))
    assert after.live.callbacks == world.live.callbacks
    after.registers(1)
    after.recovery.link_up("core-1")
    after.recovery._running.join(10)
    after.calls.settle()
    goes_on(after)
    if moment == "shown":
        assert (after.work(1), after.agent(1).preview) == (Work.PREVIEW, item)
        after.clock.advance(MOST_S + 1)
        assert after.work(1) is Work.IDLE
    elif moment == "verdict":
        after.calls.qualify(1, call, SALE, "")
        assert item not in after.live.callbacks
    elif moment != "talking":
        assert call_of(after, item) == "" and after.live.callbacks[item].due_at is not None
    assert len(after.switch.of("originate")) == 0, dialled
    after.is_whole()


def test_he_is_reminded_of_his_own_ones_once(tmp_path: Path) -> None:
    world = centre(tmp_path)
    item = gives_up(world)
    world.callbacks.take(ACCOUNT, item, 1)
    world.callbacks.postpone(ACCOUNT, item, world.clock.now_ms() + 300_000)
    world.ready(1)
    goes_on(world)
    assert notices(world) == []
    world.clock.advance(185)
    goes_on(world)
    goes_on(world)
    (told,) = world.recorder.of(AgentNotice)
    assert (told.agent, told.key, told.params["n"]) == (1, "outbound.notice.soon", 2)


def test_callers_who_wait_come_before_anybody_on_the_list(tmp_path: Path) -> None:
    world = centre(tmp_path, agents=(1,))
    gives_up(world)
    world.registers(1)
    world.agents.log_in(1)
    world.outbound.set_mode(1, "preview")
    caller = waits(world, ZOE)
    world.agents.available(1)
    world.calls.settle()
    goes_on(world)
    assert world.stage(caller) is Stage.OFFERED
    assert world.agent(1).presence is Presence.AVAILABLE
