"""An agent's telephone that stays connected: called once, given calls with a beep, found again after every death."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.agents.state import LineState, Presence, Work
from fs_app.calls.conversation import BEEP, BEEP_MOST_S
from fs_app.calls.stages import Stage
from fs_app.clock import FakeClock
from fs_app.errors import Conflict, LinkLost, NoSuchChannel, NotAllowed, Unavailable
from fs_app.events import AgentNotice, CatalogChanged
from fs_app.ports import OriginateResult
from tests.unit.core.world import QUEUE, SALE, World, queue_info

ME, OTHER = 1, 2


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two agents, the first with a permanent line."""
    return World(tmp_path, permanent=[ME])


def logs_in(world: World, agent: int = ME) -> str:
    """He logs in and is available; returns the leg that rings."""
    world.registers(agent)
    world.agents.log_in(agent)
    world.agents.available(agent)
    world.clock.advance(0.01)
    world.calls.settle()
    return line(world, agent).leg


def line(world: World, agent: int = ME):
    return world.agent(agent).line


def opens(world: World, leg: str) -> str:
    """The telephone is picked up."""
    world.tell(f.LegAnswered(world.at, leg), f.LegParked(world.at, leg))
    for command in world.switch.of("originate", leg):
        if command.outcome is None:
            command.succeed(OriginateResult(answered=True))
    return leg


def ready(world: World) -> str:
    return opens(world, logs_in(world))


def beep_ends(world: World, caller: str) -> None:
    app = world.ctx.runtime(world.call(caller)).beep_app
    world.tell(f.AppDone(world.at, world.call(caller).taken_by, app="playback", app_uuid=app))


def in_conversation(world: World) -> tuple[str, str]:
    leg = ready(world)
    caller = world.waits()
    beep_ends(world, caller)
    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.TALKING
    return caller, leg


def restarted(world: World, **options) -> World:
    return World(
        world.folder,
        clock=FakeClock(world.clock.now_ms() + 1000),
        switch=world.switch,
        is_open=False,
        permanent=[ME],
        **options,
    )


# --- opening and closing ----------------------------------------------------------------------------------------
def test_the_telephone_is_called_once_at_the_log_in_and_stays(world: World) -> None:
    leg = logs_in(world)
    offer = world.originate(leg)
    assert (offer.then, offer.variables["fsapp_role"], offer.variables["fsapp_agent"]) == (
        "transfer:line",
        "line",
        "1",
    )
    assert "fsapp_call" not in offer.variables
    assert line(world).state is LineState.RINGING
    opens(world, leg)
    assert line(world).state is LineState.OPEN
    world.agents.unavailable(ME, None)
    world.agents.available(ME)
    world.clock.advance(1)
    assert len(world.switch.of("originate")) == 1, "once"


def test_nobody_gets_a_call_before_his_line_is_open(world: World) -> None:
    leg = logs_in(world)
    caller = world.waits()
    assert world.stage(caller) is Stage.WAITING
    opens(world, leg)
    assert world.call(caller).agent == ME


def test_the_log_out_hangs_it_up(world: World) -> None:
    leg = ready(world)
    world.agents.log_out(ME)
    world.clock.advance(0.01)
    assert world.hung_up(leg) == ["NORMAL_CLEARING"]
    world.hangs_up(leg, by_far_end=False)
    assert (line(world).state, line(world).why) == (LineState.CLOSED, "logged_out")
    again = logs_in(world)
    assert again not in ("", leg), "at the next log-in it is called again"


def test_who_comes_back_before_his_telephone_has_hung_up_is_called_again(world: World) -> None:
    leg = ready(world)
    world.agents.log_out(ME)
    world.clock.advance(0.01)
    world.agents.log_in(ME)
    world.clock.advance(0.01)
    world.hangs_up(leg, by_far_end=False)
    world.clock.advance(0.01)
    assert line(world).state is LineState.RINGING


def test_a_line_that_drops_makes_him_unavailable_and_tells_him(world: World) -> None:
    notices: list[AgentNotice] = []
    world.bus.subscribe(AgentNotice, notices.append)
    leg = ready(world)
    world.hangs_up(leg, "MEDIA_TIMEOUT", by_far_end=False)
    world.clock.advance(1)
    assert (line(world).state, line(world).why) == (LineState.CLOSED, "MEDIA_TIMEOUT")
    assert world.agent(ME).presence is Presence.UNAVAILABLE
    assert [(n.agent, n.key) for n in notices] == [(ME, "desk.line_lost")]
    assert len(world.switch.of("originate")) == 1, "it does not ring by itself"
    world.lines.open(ME)
    assert line(world).state is LineState.RINGING
    with pytest.raises(Conflict):
        world.lines.open(ME)


def test_a_telephone_that_is_not_picked_up_leaves_the_line_closed(world: World) -> None:
    leg = logs_in(world)
    world.refuses(leg, "NO_ANSWER")
    for command in world.switch.of("originate", leg):
        if command.outcome is None:
            command.succeed(OriginateResult(answered=False, cause="NO_ANSWER"))
    assert (line(world).state, line(world).why) == (LineState.CLOSED, "NO_ANSWER")
    assert world.agent(ME).presence is Presence.UNAVAILABLE
    world.agents.available(ME)
    world.clock.advance(0.01)
    assert line(world).state is LineState.RINGING, "who wants calls again is called again"


def test_without_a_telephone_it_waits_for_one(world: World) -> None:
    world.agents.log_in(ME)
    world.clock.advance(0.01)
    assert (line(world).state, line(world).why) == (LineState.CLOSED, "no_phone")
    with pytest.raises(Unavailable):
        world.lines.open(ME)
    world.registers(ME)
    world.clock.advance(0.01)
    assert line(world).state is LineState.RINGING


def test_only_who_has_one_can_open_it(world: World) -> None:
    world.ready(OTHER)
    with pytest.raises(NotAllowed):
        world.lines.open(OTHER)
    with pytest.raises(NotAllowed):
        world.lines.open(ME)
    assert line(world, OTHER).state is LineState.CLOSED


def test_a_setting_that_is_taken_away_hangs_it_up(world: World) -> None:
    from fs_app.events import CatalogChanged

    leg = ready(world)
    world.permanent = ()
    world.set_queue(queue_info(), [ME, OTHER])
    world.bus.publish(CatalogChanged())
    world.clock.advance(0.01)
    assert world.hung_up(leg) == ["NORMAL_CLEARING"]
    world.hangs_up(leg, by_far_end=False)
    assert world.agent(ME).presence is Presence.AVAILABLE
    caller = world.waits()
    assert world.offered_leg(caller) != leg, "now his telephone rings"


# --- calls ------------------------------------------------------------------------------------------------------
def test_a_call_comes_with_a_beep_and_without_ringing(world: World) -> None:
    leg = ready(world)
    originated = len(world.switch.of("originate"))
    caller = world.waits()
    assert (world.stage(caller), world.work(ME)) == (Stage.CONNECTING, Work.ACTIVE)
    assert world.switch.last("play").args == (leg, (BEEP,))
    assert world.switch.of("bridge") == []
    beep_ends(world, caller)
    assert world.switch.last("bridge").args == (leg, caller)
    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.TALKING
    assert len(world.switch.of("originate")) == originated
    world.clock.advance(1)
    assert len(world.switch.of("bridge")) == 1
    world.is_whole()


@pytest.mark.parametrize("how", ["not told", "refused"])
def test_a_beep_without_an_end_keeps_nobody_waiting(world: World, how: str) -> None:
    leg = ready(world)
    if how == "refused":
        world.switch.fail("play", NoSuchChannel("-ERR"))
    caller = world.waits()
    world.clock.advance(BEEP_MOST_S + 0.01)
    world.calls.settle()
    assert [c.args for c in world.switch.of("bridge")] == [(leg, caller)]


def test_after_the_call_the_leg_rests_and_takes_the_next(world: World) -> None:
    caller, leg = in_conversation(world)
    next_one = world.waits()
    world.hangs_up(caller)
    assert world.work(ME) is Work.AFTER_WORK
    world.tell(f.LegsUnbridged(world.at, leg, other=caller), f.LegParked(world.at, leg))
    assert world.hung_up(leg) == []
    world.calls.qualify(ME, caller, SALE, "")
    world.clock.advance(10)
    world.calls.settle()
    assert world.call(next_one).taken_by == leg
    beep_ends(world, next_one)
    world.bridged(leg, next_one)
    world.hangs_up(next_one)
    assert world.hung_up(leg) == []
    assert line(world).state is LineState.OPEN
    world.is_whole()


def test_without_wrap_up_the_next_call_waits_until_the_leg_rests(tmp_path: Path) -> None:
    world = World(tmp_path, permanent=[ME], queue=queue_info(wrap_up=False, inter_call_s=0))
    caller, leg = in_conversation(world)
    next_one = world.waits()
    world.hangs_up(caller)
    assert world.work(ME) is Work.IDLE
    assert world.stage(next_one) is Stage.WAITING, "the leg is still on its way out of the conversation"
    world.tell(f.LegParked(world.at, leg))
    assert world.call(next_one).taken_by == leg


def test_a_caller_who_gives_up_during_the_beep_leaves_the_line_as_it_was(tmp_path: Path) -> None:
    world = World(tmp_path, permanent=[ME], queue=queue_info(wrap_up=False, inter_call_s=0))
    leg = ready(world)
    caller = world.waits()
    world.hangs_up(caller)
    assert (world.work(ME), world.hung_up(leg)) == (Work.IDLE, [])
    second = world.waits()
    assert world.call(second).taken_by == leg


def test_a_bridge_that_comes_too_late_gives_the_line_back(tmp_path: Path) -> None:
    world = World(tmp_path, permanent=[ME], queue=queue_info(wrap_up=False, inter_call_s=0))
    leg = ready(world)
    caller = world.waits()
    world.switch.fail("bridge", NoSuchChannel("-ERR"))
    beep_ends(world, caller)
    assert world.hung_up(leg) == []
    world.switch.fail("bridge", None)
    world.hangs_up(caller)
    second = world.waits()
    assert world.call(second).taken_by == leg


def test_hold_and_resume_are_as_always(world: World) -> None:
    caller, leg = in_conversation(world)
    world.calls.hold(ME, leg)
    world.tell(f.LegsUnbridged(world.at, leg, other=caller), f.LegParked(world.at, leg))
    world.goes_home(caller)
    assert world.stage(caller) is Stage.HELD
    world.calls.resume(ME, leg)
    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.TALKING
    world.calls.hang_up(ME, leg)
    assert world.hung_up(caller) == ["NORMAL_CLEARING"]


def test_a_telephone_put_down_ends_the_conversation_and_the_line(world: World) -> None:
    caller, leg = in_conversation(world)
    world.hangs_up(leg)
    assert world.hung_up(caller) == ["NORMAL_CLEARING"]
    world.hangs_up(caller, by_far_end=False)
    assert (line(world).state, line(world).why) == (LineState.CLOSED, "put_down")
    assert world.work(ME) is Work.AFTER_WORK
    world.calls.qualify(ME, caller, SALE, "")
    world.clock.advance(10)
    assert world.agent(ME).presence is Presence.UNAVAILABLE


def test_with_ring_all_a_line_that_is_open_has_the_call_at_once(tmp_path: Path) -> None:
    world = World(tmp_path, permanent=[ME], queue=queue_info(strategy="ring_all"))
    world.ready(OTHER)
    leg = ready(world)
    caller = world.waits()
    assert world.call(caller).taken_by == leg
    assert world.work(OTHER) is Work.IDLE, "nobody's telephone rang in vain"


def test_a_line_that_opens_while_others_ring_has_the_call(tmp_path: Path) -> None:
    world = World(tmp_path, permanent=[ME], queue=queue_info(strategy="ring_all"))
    world.ready(OTHER)
    leg = logs_in(world)
    caller = world.waits()
    ringing = world.offered_leg(caller)
    opens(world, leg)
    assert world.call(caller).taken_by == leg
    assert world.hung_up(ringing) == ["LOSE_RACE"]
    world.is_whole()


def not_wanted_any_more(world: World) -> None:
    """An administrator takes the permanent line away from everybody."""
    world.permanent = ()
    world.set_queue(queue_info(), [ME, OTHER])
    world.bus.publish(CatalogChanged())
    world.clock.advance(0.01)


@pytest.mark.parametrize("first", ["hold", "taken away"])
def test_a_line_that_is_taken_away_during_a_conversation_lasts_through_a_hold(
    world: World, first: str
) -> None:
    caller, leg = in_conversation(world)
    if first == "taken away":
        not_wanted_any_more(world)
    world.calls.hold(ME, leg)
    world.tell(f.LegsUnbridged(world.at, leg, other=caller), f.LegParked(world.at, leg))
    world.goes_home(caller)
    if first == "hold":
        not_wanted_any_more(world)
    seen(world, leg)
    world.shows(caller)
    world.recover()
    assert world.hung_up(leg) == [], "his customer is on hold"
    world.calls.resume(ME, leg)
    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.TALKING
    world.hangs_up(caller)
    world.tell(f.LegParked(world.at, leg))
    world.clock.advance(0.01)
    assert world.hung_up(leg) == ["NORMAL_CLEARING"]


def test_a_line_that_rests_before_the_end_is_told_is_closed_all_the_same(world: World) -> None:
    caller, leg = in_conversation(world)
    not_wanted_any_more(world)
    world.tell(f.LegParked(world.at, leg))
    assert world.hung_up(leg) == []
    world.hangs_up(caller)
    world.clock.advance(0.01)
    assert world.hung_up(leg) == ["NORMAL_CLEARING"]


@pytest.mark.parametrize("who", ["agent", "customer"])
def test_the_line_stays_when_a_customer_is_called_back_in_vain(world: World, who: str) -> None:
    world.hangs_up(world.waits())
    (callback,) = world.live.callbacks
    leg = ready(world)
    world.callbacks.call_back(1, callback, ME)
    world.calls.settle()
    call = world.live.callbacks[callback].call
    assert world.stage(call) is Stage.DIALING
    world.rings(call)
    if who == "agent":
        world.calls.hang_up(ME, leg)
        assert world.hung_up(call) == ["ORIGINATOR_CANCEL"]
    world.hangs_up(call, "ORIGINATOR_CANCEL" if who == "agent" else "USER_BUSY")
    assert world.stage(call) is None
    assert world.hung_up(leg) == []
    assert len(world.switch.of("stop_sound", leg)) == 1, "nothing rings in his ear any more"
    assert (line(world).state, world.lines.leg(ME)) == (LineState.OPEN, leg)


# --- deaths -----------------------------------------------------------------------------------------------------
def seen(world: World, leg: str, partner: str | None = None, app: str = "park") -> None:
    world.shows(
        leg,
        partner,
        inbound=False,
        app=app,
        created_at=world.at - 10_000_000,
        variables={"fsapp_role": "line", "fsapp_agent": str(ME), "fsapp_account": "1"},
    )


def test_a_restart_finds_the_line_again(world: World) -> None:
    leg = ready(world)
    again = restarted(world)
    seen(again, leg)
    assert again.lines.leg(ME) == "", "not before the switch has shown it"
    again.recover()
    assert again.lines.leg(ME) == leg
    assert again.hung_up(leg) == []
    assert len(again.switch.of("originate")) == 1


def test_a_restart_in_the_middle_of_a_conversation_keeps_both(world: World) -> None:
    caller, leg = in_conversation(world)
    again = restarted(world)
    seen(again, leg, caller, "uuid_bridge")
    again.shows(caller, leg)
    again.recover()
    assert again.stage(caller) is Stage.TALKING
    again.hangs_up(caller)
    again.tell(f.LegParked(again.at, leg))
    again.calls.qualify(ME, caller, SALE, "")
    again.clock.advance(10)
    next_one = again.waits("caller-2")
    assert again.call(next_one).taken_by == leg


def test_a_death_during_the_beep_connects_after_it(world: World) -> None:
    leg = ready(world)
    caller = world.waits()
    world.switch.forget()
    again = restarted(world)
    again.ctx.sessions.add(caller)
    seen(again, leg)
    again.shows(caller)
    again.recover()
    assert [c.args for c in again.switch.of("bridge")] == [(leg, caller)]


def test_a_line_that_went_while_nobody_looked_is_closed(world: World) -> None:
    ready(world)
    again = restarted(world)
    again.recover()
    assert (line(again).state, line(again).why) == (LineState.CLOSED, "LOST_TRACK")
    assert again.agent(ME).presence is Presence.UNAVAILABLE


def test_a_line_whose_journal_is_lost_is_known_by_its_variables(world: World) -> None:
    world.agents.log_in(ME)
    seen(world, "line-x")
    world.clock.advance(1)
    world.recover()
    assert (line(world).leg, line(world).state) == ("line-x", LineState.OPEN)


def test_a_line_of_somebody_who_is_not_here_is_hung_up(world: World) -> None:
    seen(world, "line-x")
    world.clock.advance(1)
    world.recover()
    assert world.hung_up("line-x") == ["NORMAL_CLEARING"]


def test_a_line_that_is_only_not_listed_yet_stays(world: World) -> None:
    leg = ready(world)
    seen(world, leg)
    world.clock.advance(1)
    world.lines.compare(set(), {}, world.clock.now_ms() + 1)
    assert line(world).state is LineState.OPEN


def test_a_call_whose_command_was_lost_is_settled_by_the_comparison(world: World) -> None:
    world.switch.fail("originate", LinkLost("cut"))
    logs_in(world)
    assert line(world).state is LineState.RINGING
    world.clock.advance(1)
    world.recover()
    assert line(world).state is LineState.CLOSED


def test_the_checkpoint_of_a_version_without_lines_is_understood(world: World) -> None:
    from fs_app.agents import state

    ready(world)
    old = state.dump(world.agent(ME))
    assert state.load(old) == world.agent(ME)
    del old["line"]
    assert state.load(old).line.state is LineState.CLOSED
    assert QUEUE in world.catalog.now.queues


def test_who_was_silent_in_one_call_is_heard_in_the_next(world: World) -> None:
    caller, leg = in_conversation(world)
    world.calls.lines.mute(ME, leg, True)
    world.calls.settle()
    world.hangs_up(caller)
    assert world.switch.last("mute").args == (leg, False)
