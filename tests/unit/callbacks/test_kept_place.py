"""Keep my place and call me back (BY-41): the line, the agent, the customer's telephone, and what goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.callbacks.state import Reason, State
from fs_app.calls.stages import Stage
from fs_app.errors import Refused
from fs_app.infos import CallingBack
from fs_app.ports import OriginateResult
from tests.unit.core.world import ACCOUNT, DID, QUEUE, SALE, World, queue_info

MARIE, PAUL = "+33612345678", "+33612345679"
KEYS = CallingBack(key="1", tries=2, retry_s=60)


def centre(folder: Path, agents: tuple[int, ...] = (1, 2), **options: Any) -> World:
    return World(folder, agents=agents, queue=queue_info(greeting="", calling_back=KEYS), **options)


def waits(world: World, number: str = MARIE) -> str:
    return world.arrives(number=number)


def presses(world: World, leg: str, key: str = "1") -> None:
    world.tell(f.Digit(world.at, leg, digit=key))


def hears_the_farewell_out(world: World, leg: str) -> None:
    app = world.ctx.runtime(world.call(leg)).farewell_app
    world.tell(f.AppDone(world.at, leg, app="playback", app_uuid=app))
    world.hangs_up(leg, by_far_end=False)
    world.clock.advance(0.01)
    world.calls.settle()


def keeps_place(world: World, number: str = MARIE) -> str:
    """Somebody waits, presses the key and hangs up: his callback's identifier."""
    before = set(world.live.callbacks)
    leg = waits(world, number)
    presses(world, leg)
    hears_the_farewell_out(world, leg)
    (made,) = set(world.live.callbacks) - before
    return made


def attempt(world: World, callback: str) -> str:
    return world.live.callbacks[callback].call


def dialled(world: World, call: str, agent_leg: str = "") -> None:
    """The agent picks up, and the customer's telephone rings."""
    leg = agent_leg or world.offered_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    assert world.stage(call) is Stage.DIALING
    world.rings(call)


def customer_answers(world: World, call: str, agent_leg: str) -> None:
    world.tell(f.LegAnswered(world.at, call), f.Rang(world.at, call, session=3))
    assert world.stage(call) is Stage.CONNECTING
    world.bridged(agent_leg, call)


def test_he_is_told_that_his_place_is_kept_and_the_line_goes_on_with_it(tmp_path: Path) -> None:
    world = centre(tmp_path)
    marie = waits(world)
    ticket = world.call(marie).ticket
    presses(world, marie)
    assert world.stage(marie) is Stage.FAREWELL
    assert world.switch.of("play", marie)[-1].args[1] == ("/sounds/fr/callback_confirmed.wav",)
    hears_the_farewell_out(world, marie)
    assert world.recorder.entries("call.ended")[-1].data["outcome"] == "callback"
    (kept,) = world.live.callbacks.values()
    assert (kept.reason, kept.number, kept.state) == (Reason.KEPT_PLACE, MARIE, State.OPEN)
    paul = waits(world, PAUL)
    assert [c.id for c in world.queues.waiting(QUEUE)] == [kept.call, paul]
    assert world.call(kept.call).ticket == ticket
    assert world.switch.of("originate") == [], "nobody is dialled before an agent is there"


def test_an_agent_gets_him_first_and_then_the_customer_is_dialled(tmp_path: Path) -> None:
    world = centre(tmp_path)
    kept = keeps_place(world)
    paul = waits(world, PAUL)
    world.ready(1)
    call = attempt(world, kept)
    assert world.offers() == [(call, 1)]
    agent_leg = world.offered_leg(call)
    assert world.originate(agent_leg).caller_number == MARIE
    dialled(world, call)
    wanted = world.originate(call)
    assert (wanted.endpoint, wanted.caller_number, wanted.then) == (
        f"sofia/gateway/trunk/{MARIE}",
        DID,
        "transfer:home",
    )
    customer_answers(world, call, agent_leg)
    assert world.stage(call) is Stage.TALKING
    assert world.live.callbacks[kept].state is State.REACHED, "what it was worth is known with the verdict"
    world.is_whole()
    world.hangs_up(call)
    world.calls.qualify(1, call, SALE, "")
    assert kept not in world.live.callbacks
    assert world.recorder.entries("callback.closed")[-1].data["why"] == "reached"
    assert world.work(1) in (Work.AFTER_WORK, Work.INTER_CALL)
    assert world.stage(paul) is Stage.WAITING


@pytest.mark.parametrize("cause", ["NO_ANSWER", "USER_BUSY", "UNALLOCATED_NUMBER"])
def test_a_customer_who_does_not_answer_is_called_again_later_and_the_agent_is_free(
    tmp_path: Path, cause: str
) -> None:
    world = centre(tmp_path, agents=(1,))
    kept = keeps_place(world)
    world.ready(1)
    for tries in (1, 2):
        call = attempt(world, kept)
        agent_leg = world.offered_leg(call)
        dialled(world, call)
        world.refuses(call, cause)
        assert world.stage(call) in (None, Stage.ENDED)
        world.hangs_up(agent_leg, by_far_end=False)
        found = world.live.callbacks[kept]
        assert (found.tries, found.last_cause, found.call) == (tries, cause, "")
        assert world.recorder.entries("call.ended")[-1].data["outcome"] == "unreachable"
        assert world.work(1) is Work.INTER_CALL, "his pause, as after any call"
        world.clock.advance(61)
        world.calls.settle()
    assert world.live.callbacks[kept].due_at is None, "after the last try people decide"
    assert world.live.callbacks[kept].state is State.OPEN
    assert world.queues.waiting(QUEUE) == []
    world.is_whole()


def test_a_number_that_can_not_be_called_is_told_so_and_stays_in_the_line(tmp_path: Path) -> None:
    world = centre(tmp_path)
    who = waits(world, "anonymous")
    presses(world, who)
    assert world.stage(who) is Stage.WAITING
    assert world.switch.of("play", who)[-1].args[1] == ("/sounds/fr/callback_impossible.wav",)
    assert world.live.callbacks == {}


def test_an_agent_who_does_not_answer_costs_him_nothing(tmp_path: Path) -> None:
    world = centre(tmp_path)
    kept = keeps_place(world)
    world.ready(1)
    call = attempt(world, kept)
    world.refuses(world.offered_leg(call), "NO_ANSWER")
    assert world.stage(call) is Stage.WAITING
    assert world.live.callbacks[kept].tries == 0
    world.ready(2)
    assert world.offers()[-1] == (call, 2)
    world.is_whole()


def test_an_agent_who_hangs_up_while_the_customer_rings_ends_the_attempt(tmp_path: Path) -> None:
    world = centre(tmp_path)
    kept = keeps_place(world)
    world.ready(1)
    call = attempt(world, kept)
    agent_leg = world.offered_leg(call)
    dialled(world, call)
    world.hangs_up(agent_leg)
    assert world.hung_up(call) == ["ORIGINATOR_CANCEL"]
    world.refuses(call, "ORIGINATOR_CANCEL")
    assert world.live.callbacks[kept].tries == 1
    assert world.work(1) is Work.INTER_CALL
    world.is_whole()


def test_a_switch_that_will_not_dial_is_an_attempt_without_success(tmp_path: Path) -> None:
    world = centre(tmp_path)
    kept = keeps_place(world)
    world.ready(1)
    call = attempt(world, kept)
    leg = world.offered_leg(call)
    world.rings(leg)
    world.picks_up(leg)
    (command,) = world.switch.of("originate", call)
    command.fail(Refused("-ERR no such gateway"))
    world.calls.settle()
    assert world.live.callbacks[kept].last_cause == "REFUSED"
    world.is_whole()


def test_who_calls_again_and_gets_through_is_not_called_any_more(tmp_path: Path) -> None:
    world = centre(tmp_path)
    kept = keeps_place(world)
    call = attempt(world, kept)
    again = waits(world, MARIE)
    assert [c.id for c in world.queues.waiting(QUEUE)] == [call, again]
    world.callbacks.take(ACCOUNT, kept, 2)  # somebody wants to do it by hand; it is out of the line
    world.ready(1)
    leg = world.offered_leg(again)
    world.rings(leg)
    world.picks_up(leg)
    world.bridged(leg, again)
    assert world.live.callbacks == {}
    assert world.recorder.entries("callback.closed")[-1].data["why"] == "called_again"


# --- deaths -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("moment", ["said", "line", "offered", "dialling"])
def test_it_outlives_the_program(tmp_path: Path, moment: str) -> None:
    world = centre(tmp_path)
    marie = waits(world)
    presses(world, marie)
    if moment != "said":
        hears_the_farewell_out(world, marie)
    (kept,) = world.live.callbacks
    if moment in ("offered", "dialling"):
        world.ready(1)
    call = attempt(world, kept)
    if moment == "dialling":
        dialled(world, call)
    world.journal.close()
    world.clock.advance(1)
    after = centre(tmp_path, clock=world.clock)
    assert after.live.callbacks == world.live.callbacks
    after.recovery.link_up("core-1")
    after.recovery._running.join(10)  # the switch shows no leg at all: whoever was there is gone
    after.calls.settle()
    found = after.live.callbacks[kept]
    if moment == "dialling":
        assert (found.call, found.tries) == ("", 1)
        after.clock.advance(61)
        after.calls.settle()
    elif moment == "said":
        after.clock.advance(1)
        after.calls.settle()
    assert [c.callback for c in after.queues.waiting(QUEUE)] == [kept]
    after.is_whole()


def test_a_damaged_line_leaves_nothing_stuck(tmp_path: Path) -> None:
    """Each line of the story lost by itself; the callback is done, open with nobody on it, or in the line."""
    (tmp_path / "story").mkdir()
    world = centre(tmp_path / "story", agents=(1,))
    kept = keeps_place(world)
    world.ready(1)
    call = attempt(world, kept)
    dialled(world, call)
    world.journal.close()
    world.clock.advance(1)
    (file,) = (tmp_path / "story" / "journal").glob("*.jsonl")
    lines = file.read_bytes().splitlines(keepends=True)
    for lost in range(1, len(lines)):
        folder = tmp_path / f"lost{lost}"
        folder.mkdir()
        (folder / "journal").mkdir()
        (folder / "journal" / file.name).write_bytes(b"".join(lines[:lost] + lines[lost + 1 :]))
        after = centre(folder, agents=(1,), clock=world.clock, is_open=False)
        after.recovery.link_up("core-1")
        after.recovery._running.join(10)
        after.calls.settle()
        after.is_whole()
        for found in after.live.callbacks.values():
            running = after.live.calls.get(found.call)
            assert not found.call or (running is not None and running.ended_at is None), lost
        after.journal.close()


def test_the_end_of_an_originate_that_is_told_twice_counts_once(tmp_path: Path) -> None:
    world = centre(tmp_path)
    kept = keeps_place(world)
    world.ready(1)
    call = attempt(world, kept)
    dialled(world, call)
    (command,) = world.switch.of("originate", call)
    world.hangs_up(call, "NO_ANSWER")
    command.succeed(OriginateResult(answered=False, cause="NO_ANSWER"))
    world.calls.settle()
    assert world.live.callbacks[kept].tries == 1


def test_a_clock_that_was_put_forward_makes_it_due_at_once(tmp_path: Path) -> None:
    world = centre(tmp_path, agents=())
    kept = keeps_place(world)
    call = attempt(world, kept)
    world.callbacks.postpone(ACCOUNT, kept, world.clock.now_ms() + 3_600_000)
    assert attempt(world, kept) != call or not attempt(world, kept)
    world.clock.wall_shift_ms += 3_600_000
    world.clock.advance(1)
    assert not attempt(world, kept)  # its timer sleeps by the clock that never jumps
    world.callbacks.rearm()
    world.clock.advance(0.1)
    assert attempt(world, kept)
