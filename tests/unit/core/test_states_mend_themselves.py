"""An agent's state is never wrong for long (BY-03): his telephone goes and comes, and planted lies are found out."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.agents.bell import PhoneInUse, PhoneNotThere
from fs_app.agents.phonewatch import PhoneWatch
from fs_app.agents.state import PHONE, Presence, Work
from fs_app.agents.testcall import MESSAGE_S, RING_S, TestCalls
from fs_app.calls import leftovers
from fs_app.calls.stages import Stage
from fs_app.events import AgentNotice
from fs_app.ports import OriginateResult
from tests.unit.core.world import DOMAIN, LUNCH, World

ME, OTHER = 1, 2
ABSENCE_S = 10.0


class Watched:
    def __init__(self, folder: Path, world: World | None = None) -> None:
        self.world = world or World(folder)
        self.known = True
        self.notices: list[tuple[int, str]] = []
        self.world.bus.subscribe(AgentNotice, lambda e: self.notices.append((e.agent, e.key)))
        w = self.world
        self.watch = PhoneWatch(
            w.live, w.bus, w.clock, w.catalog, w.agents, w.phones, lambda: self.known, ABSENCE_S
        )

    def after(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.world.clock.advance(1)
            self.watch.round()

    def phone_goes(self, agent: int) -> None:
        info = self.world.catalog.agent(agent)
        assert info is not None
        self.world.phones.on_unregistered(f.PhoneUnregistered(self.world.at, info.number, DOMAIN))

    @property
    def me(self) -> tuple[Presence, str]:
        state = self.world.agent(ME)
        return state.presence, state.set_aside


@pytest.fixture
def ready(tmp_path: Path) -> Watched:
    watched = Watched(tmp_path)
    watched.world.ready(ME, OTHER)
    watched.after(1)
    return watched


AVAILABLE = (Presence.AVAILABLE, "")
SET_ASIDE = (Presence.UNAVAILABLE, PHONE)


# --- the telephone ----------------------------------------------------------------------------------------------
def test_an_agent_whose_telephone_is_gone_is_set_aside_and_told_and_is_back_with_it(ready: Watched) -> None:
    ready.phone_goes(ME)
    ready.after(ABSENCE_S - 1)
    assert ready.me == AVAILABLE
    ready.after(2)
    assert ready.me == SET_ASIDE
    assert ready.notices == [(ME, "desk.phone.set_aside")]
    entry = [e for e in ready.world.recorder.entries("agent.presence") if e.agent == ME][-1]
    assert (entry.data["why"], entry.data["set_aside"]) == ("phone_lost", "phone")

    ready.world.registers(ME)
    assert ready.me == AVAILABLE, "at once, not with the next round"
    assert ready.notices[-1] == (ME, "desk.phone.back")


def test_a_short_absence_is_nothing(ready: Watched) -> None:
    for _ in range(5):
        ready.phone_goes(ME)
        ready.after(ABSENCE_S - 2)
        ready.world.registers(ME)
        ready.after(1)
    assert ready.me == AVAILABLE and ready.notices == []


@pytest.mark.parametrize("choice", ["pause", "log_out"])
def test_what_the_agent_chose_meanwhile_counts(ready: Watched, choice: str) -> None:
    ready.phone_goes(ME)
    ready.after(ABSENCE_S + 1)
    if choice == "pause":
        ready.world.agents.unavailable(ME, LUNCH)
    else:
        ready.world.agents.log_out(ME)
    before = ready.me
    ready.world.registers(ME)
    ready.after(3)
    assert ready.me == before and before[1] == ""


def test_who_asks_to_be_available_without_a_telephone_is_set_aside_again(ready: Watched) -> None:
    ready.phone_goes(ME)
    ready.after(ABSENCE_S + 1)
    ready.world.agents.available(ME)
    ready.after(1)
    assert ready.me == SET_ASIDE


def test_a_conversation_is_not_touched_and_he_is_set_aside_after_it(ready: Watched) -> None:
    world = ready.world
    caller, _leg, agent = world.talking()
    assert agent == ME
    ready.phone_goes(ME)
    ready.after(ABSENCE_S + 5)
    assert (ready.me, world.work(ME)) == (AVAILABLE, Work.ACTIVE)
    world.hangs_up(caller)
    world.calls.qualify(ME, caller, 501, "")
    ready.after(1)
    assert ready.me == SET_ASIDE


def test_a_link_that_is_down_says_nothing_about_telephones(ready: Watched) -> None:
    ready.phone_goes(ME)
    ready.known = False
    ready.after(60)
    assert ready.me == AVAILABLE
    ready.known = True
    ready.after(ABSENCE_S - 1)
    assert ready.me == AVAILABLE, "the absence counts from when it can be known"
    ready.after(2)
    assert ready.me == SET_ASIDE


def test_being_set_aside_survives_a_restart(ready: Watched, tmp_path: Path) -> None:
    ready.phone_goes(ME)
    ready.after(ABSENCE_S + 1)
    again = Watched(tmp_path, World(tmp_path, clock=ready.world.clock))
    assert again.me == SET_ASIDE
    again.world.registers(ME)
    assert again.me == AVAILABLE


# --- planted lies -----------------------------------------------------------------------------------------------
def corrected(world: World) -> list[tuple[int | None, str]]:
    return [(e.agent, e.data["what"]) for e in world.recorder.entries("recovery.agent")]


def plant(world: World, work: Work, call: str | None) -> None:
    state = world.agent(ME)
    state.work, state.call, state.work_since = work, call, world.clock.now_ms()


def test_an_agent_shown_in_a_call_that_nobody_has_is_freed(ready: Watched) -> None:
    plant(ready.world, Work.ACTIVE, "no-such-call")
    leftovers.mend(ready.world.ctx)
    assert ready.world.work(ME) in (Work.IDLE, Work.INTER_CALL)
    assert corrected(ready.world) == [(ME, "NotInCall")]
    assert leftovers.mend(ready.world.ctx) == []


def test_an_agent_stuck_ringing_is_freed(ready: Watched) -> None:
    plant(ready.world, Work.OFFERED, "no-such-call")
    leftovers.mend(ready.world.ctx)
    assert ready.world.work(ME) is Work.IDLE
    assert corrected(ready.world) == [(ME, "NotOffered")]


@pytest.mark.parametrize("lie", [Work.IDLE, Work.INTER_CALL, Work.NO_ANSWER_DELAY])
def test_an_agent_at_rest_who_talks_is_in_his_call(ready: Watched, lie: Work) -> None:
    caller, _leg, agent = ready.world.talking()
    assert agent == ME
    plant(ready.world, lie, None)
    leftovers.mend(ready.world.ctx)
    assert (ready.world.work(ME), ready.world.agent(ME).call) == (Work.ACTIVE, caller)
    assert corrected(ready.world) == [(ME, "TalksUnnoticed")]
    assert ready.world.stage(caller) is Stage.TALKING


def test_an_agent_in_wrap_up_of_a_call_that_is_over_is_freed(ready: Watched) -> None:
    plant(ready.world, Work.AFTER_WORK, "no-such-call")
    leftovers.mend(ready.world.ctx)
    assert corrected(ready.world) == [(ME, "NothingToQualify")]


# --- test calls -------------------------------------------------------------------------------------------------
@pytest.fixture
def tests(tmp_path: Path) -> tuple[World, TestCalls]:
    world = World(tmp_path)
    world.registers(ME)
    calls = TestCalls(
        world.live,
        world.clock,
        world.catalog,
        world.switch,
        world.phones,
        lambda _: "/s/hi.wav",
        lambda _: False,
    )
    return world, calls


def test_a_test_call_rings_plays_its_message_and_hangs_up(tests: tuple[World, TestCalls]) -> None:
    world, calls = tests
    test = calls.start(ME)
    assert calls.start(ME) is test, "pressed twice is one call"
    world.switch.last("originate").succeed(OriginateResult(True))
    assert (test.state, world.switch.last("play").args) == ("playing", (test.leg, ("/s/hi.wav",)))
    calls.on_fact(f.AppDone(world.at, test.leg, app="playback", app_uuid=world.switch.last("play").id))
    assert test.state == "heard"
    assert world.switch.of("hangup", test.leg)
    calls.on_fact(f.LegHungUp(world.at, test.leg, cause="NORMAL_CLEARING"))
    assert test.state == "heard"


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("USER_BUSY", "busy"),
        ("NO_ANSWER", "no_answer"),
        ("CALL_REJECTED", "rejected"),
        ("WHATEVER", "failed"),
    ],
)
def test_a_telephone_that_does_not_take_it_is_told_in_words(
    tests: tuple[World, TestCalls], cause: str, said: str
) -> None:
    world, calls = tests
    test = calls.start(ME)
    world.switch.last("originate").succeed(OriginateResult(False, cause))
    assert (test.state, test.cause) == (said, cause)


def test_who_hangs_up_before_the_end_has_cut_it(tests: tuple[World, TestCalls]) -> None:
    world, calls = tests
    test = calls.start(ME)
    world.switch.last("originate").succeed(OriginateResult(True))
    calls.on_fact(f.LegHungUp(world.at, test.leg, cause="NORMAL_CLEARING"))
    assert test.state == "cut"


def test_a_test_call_of_which_nothing_is_heard_has_an_end(tests: tuple[World, TestCalls]) -> None:
    world, calls = tests
    test = calls.start(ME)
    world.clock.advance(RING_S + MESSAGE_S + 6)
    assert test.state == "lost"
    assert world.switch.of("hangup", test.leg)


def test_nobody_who_takes_calls_is_disturbed_and_no_telephone_that_is_not_there_is_rung(
    tests: tuple[World, TestCalls],
) -> None:
    world, calls = tests
    world.ready(ME)
    with pytest.raises(PhoneInUse):
        calls.start(ME)
    with pytest.raises(PhoneNotThere):
        calls.start(OTHER)
