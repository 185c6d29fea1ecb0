"""One call from the door to the verdict, and every way in which it can go otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.agents.state import Presence, Work
from fs_app.calls.handling import MUSIC_OVER_S, SHORTEST_MUSIC_S
from fs_app.calls.service import QualifiedAlready
from fs_app.calls.stages import Stage
from fs_app.errors import (
    CommandTimeout,
    Conflict,
    Invalid,
    LinkLost,
    NoSuchChannel,
    NotFound,
    Refused,
    UnknownTransition,
)
from tests.unit.core.world import (
    DID,
    FOREIGN,
    INTER_CALL_S,
    LUNCH,
    NO_ANSWER_S,
    QUEUE,
    REFUSAL,
    RING_S,
    SALE,
    World,
    queue_info,
)

ME, OTHER = 1, 2


@pytest.fixture
def ready(world: World) -> World:
    """Two agents who are available; ME is idle longest."""
    world.ready(ME, OTHER)
    return world


@pytest.fixture
def alone(tmp_path: Path) -> World:
    """One agent only."""
    world = World(tmp_path, agents=[ME])
    world.ready(ME)
    return world


# --- the whole story --------------------------------------------------------------------------------------------
def test_a_call_from_the_door_to_the_verdict(ready: World) -> None:
    world, switch = ready, ready.switch
    caller = world.arrives(number="+33612345678", name="DUPONT")
    assert world.stage(caller) is Stage.GREETING
    assert switch.of("answer", caller)
    assert switch.last("set_variables").args[1]["fsapp_call"] == caller
    assert switch.last("play").args == (caller, ("/sounds/fr/hello.wav",))
    assert world.offers() == [], "nobody is asked before the greeting is over"

    world.clock.advance(3)
    world.greeted(caller)
    leg = world.offered_leg(caller)
    offer = world.originate(leg)
    assert (offer.endpoint, offer.ring_s) == ("sofia/internal/sip:1001@192.0.2.7:5060", RING_S)
    assert (offer.caller_number, offer.caller_name) == ("+33612345678", "DUPONT")
    nameless = world.live.calls[world.arrives(number="+33612345679", name="33612345679")]
    assert nameless.caller_name == "", "a number again is no name"
    assert offer.variables["park_after_bridge"] == "true"
    assert offer.variables["hangup_after_bridge"] == "false"
    assert switch.last("music").args[0] == caller, "music while it rings"
    assert world.work(ME) is Work.OFFERED

    world.rings(leg)
    world.clock.advance(4)
    world.tell(f.LegAnswered(world.at, leg))
    assert switch.of("bridge") == [], "not before the leg is at rest"
    world.tell(f.LegParked(world.at, leg))
    assert switch.last("bridge").args == (leg, caller), (
        "the agent first: the customer is never the one parked"
    )
    assert (world.stage(caller), world.work(ME)) == (Stage.CONNECTING, Work.ACTIVE)

    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.TALKING
    started = switch.last("record_start")
    assert started.args[0] == caller, "the customer's leg is recorded"
    recording = world.call(caller).recording
    assert recording is not None and started.args[1] == f"/recordings/{recording.path}"
    world.tell(f.RecordingStarted(world.at, caller, path=started.args[1]))
    assert world.call(caller).recording.running

    world.clock.advance(60)
    world.hangs_up(caller)
    assert world.hung_up(leg) == ["NORMAL_CLEARING"]
    assert (world.stage(caller), world.work(ME)) == (Stage.ENDED, Work.AFTER_WORK)
    world.tell(f.RecordingStopped(world.at, caller, path=started.args[1], duration_ms=60_000))
    world.hangs_up(leg, by_far_end=False)

    world.calls.qualify(ME, caller, SALE, "14 postes")
    assert world.stage(caller) is None, "complete and forgotten"
    assert world.work(ME) is Work.INTER_CALL
    world.clock.advance(INTER_CALL_S)
    assert world.work(ME) is Work.IDLE

    ended = world.recorder.entries("call.ended")[0].data
    assert ended == {"by": "caller", "outcome": "answered", "cause": "NORMAL_CLEARING"}
    disposed = world.recorder.entries("call.disposed")[0]
    assert (disposed.agent, disposed.data["code"], disposed.data["note"]) == (ME, "sale", "14 postes")
    assert world.recorder.entries("recording.stopped")[0].data["duration_ms"] == 60_000
    spent = {e.data["old"]: e.data["ms"] for e in world.recorder.entries("call.stage")}
    assert (spent["GREETING"], spent["OFFERED"], spent["TALKING"]) == (3000, 4000, 60_000)


def test_a_number_that_nobody_has_makes_no_call(world: World) -> None:
    world.tell(
        f.LegCreated(world.at, "x", inbound=True, destination="+33999999999"),
        f.Rang(world.at, "x", session=1),
    )
    assert world.live.calls == {}
    assert world.strangers == ["x"]


def test_a_doorbell_that_is_faster_than_the_event_is_not_forgotten(world: World) -> None:
    world.tell(f.Rang(world.at, "x", session=1))
    assert world.strangers == ["x"]
    world.tell(f.LegCreated(world.at, "x", inbound=True, destination=DID))
    assert world.stage("x") is Stage.GREETING


def test_a_queue_without_greeting_begins_with_music(tmp_path: Path) -> None:
    world = World(tmp_path, queue=queue_info(greeting=""))
    caller = world.arrives()
    assert world.stage(caller) is Stage.WAITING
    assert world.switch.of("play") == []
    assert world.switch.of("music", caller)


def test_a_greeting_that_the_switch_refuses_keeps_nobody_from_the_queue(world: World) -> None:
    world.switch.fail("play", Refused("-ERR invalid file"))
    assert world.stage(world.arrives()) is Stage.WAITING


def test_a_greeting_whose_command_was_lost_with_the_link_is_left_to_recovery(world: World) -> None:
    world.switch.fail("play", LinkLost("cut"))
    assert world.stage(world.arrives()) is Stage.GREETING


def test_a_caller_whose_queue_is_deactivated_during_the_greeting_is_not_left_in_silence(world: World) -> None:
    caller = world.arrives()
    world.set_queue(None, [ME])
    world.goes_home(caller)
    assert world.stage(caller) is Stage.ENDING
    assert world.hung_up(caller) == ["NORMAL_TEMPORARY_FAILURE"]


def test_music_goes_on_as_long_as_the_caller_waits(world: World) -> None:
    caller = world.waits()
    world.clock.advance(300)
    first = world.switch.last("music")
    world.tell(f.AppDone(world.at, caller, app="playback", app_uuid=first.id))
    world.clock.advance(MUSIC_OVER_S)
    world.calls.settle()
    assert world.switch.last("music") is not first
    old = world.switch.last("music")
    world.tell(f.AppDone(world.at, caller, app="playback", app_uuid="of somebody else"))
    assert world.switch.last("music") is old


def test_music_that_ends_at_once_is_not_asked_for_a_thousand_times_a_second(world: World) -> None:
    caller = world.waits()
    for _ in range(5):
        world.tell(f.AppDone(world.at, caller, app="playback", app_uuid=world.switch.last("music").id))
    assert len(world.switch.of("music")) == 1
    world.clock.advance(SHORTEST_MUSIC_S + 0.1)
    world.calls.settle()
    assert len(world.switch.of("music")) == 2, "but it is tried again"


def test_a_bridge_that_breaks_off_the_music_is_no_reason_to_play_it_again(world: World) -> None:
    """The end of the music may be told before the bridge, and before the end of the outbound session."""
    world.ready(ME)
    caller = world.waits()
    world.clock.advance(10)
    leg = world.offered_leg(caller)
    music = world.switch.last("music")
    world.tell(f.LegAnswered(world.at, leg), f.LegParked(world.at, leg))
    assert world.stage(caller) is Stage.CONNECTING
    world.tell(f.AppDone(world.at, caller, app="playback", app_uuid=music.id))
    world.clock.advance(3 * MUSIC_OVER_S)
    world.calls.settle()
    world.tell(f.LegsBridged(world.at, leg, other=caller))
    world.clock.advance(300)
    world.calls.settle()
    assert world.stage(caller) is Stage.TALKING
    assert world.switch.of("music") == [music]


# --- who hangs up when -------------------------------------------------------------------------------------------
def _new(world: World) -> str:
    world.tell(f.LegCreated(world.at, "caller-x", inbound=True, destination=DID))
    return "caller-x"


def _connecting(world: World) -> str:
    caller = world.waits()
    world.picks_up(world.offered_leg(caller))
    return caller


def _held(world: World) -> str:
    caller, leg, agent = world.talking()
    world.calls.hold(agent, leg)
    world.tell(f.LegsUnbridged(world.at, leg, other=caller))
    world.goes_home(caller)
    return caller


def _ending(world: World) -> str:
    caller, leg, _agent = world.talking()
    world.hangs_up(leg)
    return caller


REACH: dict[Stage, Callable[[World], str]] = {
    Stage.NEW: _new,
    Stage.GREETING: lambda w: w.arrives(),
    Stage.WAITING: lambda w: w.waits(),
    Stage.OFFERED: lambda w: w.waits(),
    Stage.CONNECTING: _connecting,
    Stage.TALKING: lambda w: w.talking()[0],
    Stage.HELD: _held,
    Stage.ENDING: _ending,
}
OUTCOME = {
    Stage.NEW: "hung_up_early",
    Stage.GREETING: "hung_up_early",
    Stage.WAITING: "abandoned",
    Stage.OFFERED: "abandoned",
    Stage.CONNECTING: "abandoned",
    Stage.TALKING: "answered",
    Stage.HELD: "answered",
    Stage.ENDING: "answered",
}


def reach(world: World, stage: Stage) -> str:
    if stage is not Stage.WAITING:
        world.ready(ME)
    call = REACH[stage](world)
    assert world.stage(call) is stage
    return call


@pytest.mark.parametrize("stage", REACH)
def test_the_caller_may_hang_up_at_any_moment(world: World, stage: Stage) -> None:
    caller = reach(world, stage)
    legs = [g.id for g in world.call(caller).legs.values() if g.agent and g.live]
    world.hangs_up(caller)
    for leg in legs:
        cause = "ORIGINATOR_CANCEL" if stage is Stage.OFFERED else "NORMAL_CLEARING"
        assert cause in world.hung_up(leg)
        world.hangs_up(leg, by_far_end=False)
    world.is_whole()
    ended = world.recorder.entries("call.ended")
    assert [e.data["outcome"] for e in ended] == [OUTCOME[stage]]
    if stage in (Stage.TALKING, Stage.HELD, Stage.ENDING):
        assert world.work(ME) is Work.AFTER_WORK
        world.calls.qualify(ME, caller, SALE, "")
    else:
        expected = Work.INTER_CALL if stage is Stage.CONNECTING else Work.IDLE
        assert world.work(ME) is expected, "nobody is punished for a caller who hung up"
    assert world.live.calls == {}
    assert world.live.legs == {}


@pytest.mark.parametrize("stage", [Stage.TALKING, Stage.HELD])
def test_an_agent_who_puts_the_phone_down_ends_the_call(ready: World, stage: Stage) -> None:
    caller = REACH[stage](ready)
    leg = ready.call(caller).agent_leg
    assert leg is not None
    ready.hangs_up(leg.id)
    assert ready.stage(caller) is Stage.ENDING
    assert ready.hung_up(caller) == ["NORMAL_CLEARING"]
    ready.hangs_up(caller, by_far_end=False)
    assert ready.recorder.entries("call.ended")[0].data["by"] == "agent"
    assert ready.work(ME) is Work.AFTER_WORK


def test_an_agent_who_picks_up_and_hangs_up_before_he_is_connected_leaves_the_caller_in_his_place(
    alone: World,
) -> None:
    caller = _connecting(alone)
    later = alone.waits()
    leg = alone.call(caller).agent_leg
    assert leg is not None
    alone.hangs_up(leg.id)
    assert (alone.stage(caller), alone.work(ME)) == (Stage.WAITING, Work.INTER_CALL)
    assert [c.id for c in alone.queues.waiting(QUEUE)] == [caller, later]
    alone.clock.advance(INTER_CALL_S)
    assert alone.offers()[-1] == (caller, ME)


def test_hanging_up_on_the_page_while_it_connects_does_not_cost_the_caller_his_place(alone: World) -> None:
    caller = _connecting(alone)
    leg = alone.call(caller).agent_leg
    assert leg is not None
    alone.calls.hang_up(ME, leg.id)
    assert alone.hung_up(caller) == []
    assert alone.hung_up(leg.id) == ["NORMAL_CLEARING"]


def test_hanging_up_on_the_page_while_it_rings_refuses_the_offer(ready: World) -> None:
    caller = ready.waits()
    leg = ready.offered_leg(caller)
    ready.calls.hang_up(ME, leg)
    assert ready.hung_up(leg) == ["CALL_REJECTED"]
    assert ready.hung_up(caller) == []


def test_hanging_up_on_the_page_ends_the_conversation(ready: World) -> None:
    caller, leg, agent = ready.talking()
    ready.calls.hang_up(agent, leg)
    assert ready.hung_up(caller) == ["NORMAL_CLEARING"]
    ready.hangs_up(caller, by_far_end=False)
    assert ready.recorder.entries("call.ended")[0].data["by"] == "agent"


@pytest.mark.parametrize("line", ["nonsense", ""])
def test_a_line_that_is_not_the_agents_can_not_be_touched(ready: World, line: str) -> None:
    caller, leg, agent = ready.talking()
    for what in (ready.calls.hang_up, ready.calls.hold, ready.calls.resume):
        for who, which in ((agent, line), (OTHER, leg), (agent, caller)):
            with pytest.raises(NotFound):
                what(who, which)


# --- offers that come to nothing --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "cause", ["USER_BUSY", "NO_ANSWER", "CALL_REJECTED", "UNALLOCATED_NUMBER", "LOST_TRACK"]
)
@pytest.mark.parametrize("order", ["event first", "outcome first", "outcome only", "event twice"])
def test_a_phone_that_does_not_take_the_call_rests_its_agent_and_keeps_the_callers_place(
    alone: World, cause: str, order: str
) -> None:
    world = alone
    caller = world.waits()
    ticket, queued_at = world.call(caller).ticket, world.call(caller).queued_at
    later = world.waits()
    leg = world.offered_leg(caller)
    world.rings(leg)
    if order == "event first":
        world.refuses(leg, cause)
    elif order == "event twice":
        world.hangs_up(leg, cause)
        world.refuses(leg, cause)
    else:
        world.originated(leg, cause)
        if order == "outcome first":
            world.hangs_up(leg, cause)
    assert (world.stage(caller), world.work(ME)) == (Stage.WAITING, Work.NO_ANSWER_DELAY)
    assert (world.call(caller).ticket, world.call(caller).queued_at) == (ticket, queued_at)
    assert [c.id for c in world.queues.waiting(QUEUE)] == [caller, later]
    assert [e.data["why"] for e in world.recorder.entries("offer.failed")] == [cause]
    world.clock.advance(NO_ANSWER_S)
    assert world.work(ME) is Work.INTER_CALL
    world.clock.advance(INTER_CALL_S)
    assert world.offers() == [(caller, ME), (caller, ME)], "the one who waits longest is first again"
    world.is_whole()


def test_the_next_agent_is_asked_at_once_when_one_does_not_answer(ready: World) -> None:
    caller = ready.waits()
    ready.refuses(ready.offered_leg(caller), "USER_BUSY")
    assert ready.offers() == [(caller, ME), (caller, OTHER)]
    assert ready.work(ME) is Work.NO_ANSWER_DELAY


def test_an_offer_that_was_withdrawn_goes_to_the_same_caller_not_to_the_next(alone: World) -> None:
    first = alone.waits()
    second = alone.waits()
    alone.refuses(alone.offered_leg(first), "LOSE_RACE")
    assert alone.offers() == [(first, ME), (first, ME)]
    assert alone.stage(second) is Stage.WAITING


def test_the_agent_may_end_his_delay(alone: World) -> None:
    caller = alone.waits()
    alone.rings(alone.offered_leg(caller))
    alone.refuses(alone.offered_leg(caller), "NO_ANSWER")
    alone.agents.end_delay(ME)
    assert alone.offers() == [(caller, ME), (caller, ME)]
    alone.clock.advance(60)
    alone.is_whole()


def test_an_offer_ends_by_itself_when_the_switch_forgets_it(alone: World) -> None:
    caller = alone.waits()
    leg = alone.offered_leg(caller)
    alone.clock.advance(RING_S + 2.9)
    alone.calls.settle()
    assert alone.stage(caller) is Stage.OFFERED
    alone.clock.advance(0.2)
    alone.calls.settle()
    assert (alone.stage(caller), alone.work(ME)) == (Stage.WAITING, Work.NO_ANSWER_DELAY)
    assert alone.hung_up(leg) == ["NO_ANSWER"]


def test_an_agent_who_answers_after_his_offer_ended_is_put_down(ready: World) -> None:
    caller = ready.waits()
    leg = ready.offered_leg(caller)
    ready.clock.advance(RING_S + 3.1)
    ready.calls.settle()
    other = ready.offered_leg(caller)
    assert other != leg
    ready.picks_up(leg)
    assert ready.hung_up(leg), "he hears nobody: his leg ends"
    assert ready.switch.of("bridge", leg) == []
    assert ready.offered_leg(caller) == other
    ready.is_whole()


def test_an_agent_who_answers_a_caller_who_is_gone_is_put_down(alone: World) -> None:
    caller = alone.waits()
    leg = alone.offered_leg(caller)
    alone.hangs_up(caller)
    assert alone.work(ME) is Work.IDLE
    alone.picks_up(leg)
    assert "ORIGINATOR_CANCEL" in alone.hung_up(leg)
    assert alone.switch.of("bridge") == []
    assert alone.work(ME) is Work.IDLE


def test_an_offer_under_way_when_the_link_is_cut_waits_for_the_comparison(alone: World) -> None:
    caller = alone.waits()
    leg = alone.offered_leg(caller)
    alone.switch.up = False
    alone.switch.last("originate").fail(LinkLost("cut"))
    alone.clock.advance(60)
    alone.calls.settle()
    assert alone.stage(caller) is Stage.OFFERED
    assert alone.hung_up(leg) == []


def test_the_first_caller_of_the_line_is_the_first_served(alone: World) -> None:
    callers = [alone.waits() for _ in range(4)]
    served = []
    for _ in callers:
        leg = alone.offered_leg(alone.offers()[-1][0])
        served.append(alone.offers()[-1][0])
        alone.picks_up(leg)
        alone.bridged(leg, served[-1])
        alone.hangs_up(served[-1])
        alone.hangs_up(leg)
        alone.calls.qualify(ME, served[-1], SALE, "")
        alone.clock.advance(INTER_CALL_S)
    assert served == callers


# --- connecting -------------------------------------------------------------------------------------------------
def test_a_bridge_that_is_refused_is_tried_again_and_then_given_up(alone: World) -> None:
    alone.switch.fail("bridge", Refused("-ERR Invalid uuid"))
    caller = _connecting(alone)
    leg = alone.call(caller).agent_leg
    assert leg is not None
    assert len(alone.switch.of("bridge")) == 3
    assert alone.hung_up(leg.id) == ["NORMAL_CLEARING"]
    assert alone.hung_up(caller) == [], "the caller waits on"
    alone.hangs_up(leg.id, by_far_end=False)
    assert alone.stage(caller) is Stage.WAITING
    alone.switch.fail("bridge", None)
    alone.clock.advance(INTER_CALL_S)
    alone.picks_up(alone.offered_leg(caller))
    assert alone.stage(caller) is Stage.CONNECTING
    alone.is_whole()


def test_the_tries_of_one_agent_are_not_counted_against_the_next(ready: World) -> None:
    ready.switch.fail("bridge", Refused("-ERR busy"))
    caller = _connecting(ready)
    first = ready.call(caller).agent_leg
    assert first is not None
    ready.hangs_up(first.id)
    ready.switch.forget()
    ready.picks_up(ready.offered_leg(caller))
    assert len(ready.switch.of("bridge")) == 3


def test_a_bridge_with_a_leg_that_is_gone_is_not_tried_again(alone: World) -> None:
    alone.switch.fail("bridge", NoSuchChannel("-ERR No such channel"))
    caller = _connecting(alone)
    assert len(alone.switch.of("bridge")) == 1
    alone.hangs_up(caller)
    alone.is_whole()


def test_a_bridge_whose_reply_is_late_but_which_was_made_counts(alone: World) -> None:
    alone.switch.hold("bridge")
    caller = _connecting(alone)
    leg = alone.call(caller).agent_leg
    assert leg is not None
    alone.bridged(leg.id, caller)
    alone.switch.last("bridge").fail(CommandTimeout("bridge"))
    alone.calls.settle()
    assert alone.stage(caller) is Stage.TALKING
    assert len(alone.switch.of("bridge")) == 1
    assert alone.hung_up(leg.id) == []


# --- facts that come twice, or in another order -----------------------------------------------------------------
def test_a_leg_that_is_parked_before_it_was_seen_answered_is_connected(alone: World) -> None:
    caller = alone.waits()
    leg = alone.offered_leg(caller)
    alone.tell(f.LegParked(alone.at, leg), f.LegAnswered(alone.at, leg))
    assert alone.stage(caller) is Stage.CONNECTING
    assert alone.call(caller).legs[leg].answered_at is not None
    assert alone.recorder.kinds().count("leg.answered") == 1


def test_a_bridge_that_is_seen_before_the_answer_is_a_conversation(alone: World) -> None:
    caller = alone.waits()
    leg = alone.offered_leg(caller)
    alone.bridged(caller, leg)
    alone.tell(f.LegAnswered(alone.at, leg), f.LegParked(alone.at, leg))
    alone.originated(leg, "ORIGINATOR_CANCEL")
    assert (alone.stage(caller), alone.work(ME)) == (Stage.TALKING, Work.ACTIVE)
    assert alone.hung_up(leg) == []
    alone.is_whole()


def test_everything_told_twice_happens_once(ready: World) -> None:
    world, send = ready, ready.calls.on_fact
    ready.calls.on_fact = lambda fact: (send(fact), send(fact))[0]  # type: ignore[method-assign]
    caller, leg, agent = world.talking()
    world.hangs_up(leg)
    world.hangs_up(caller)
    world.is_whole()
    kinds = world.recorder.kinds()
    for kind in ("call.started", "call.queued", "offer.made", "offer.accepted", "call.bridged", "call.ended"):
        assert kinds.count(kind) == 1, kind
    assert len(list(world.recorder.entries("leg.ended"))) == 2
    assert world.work(agent) is Work.AFTER_WORK


def test_a_birth_that_is_told_after_the_end_makes_no_second_call(world: World) -> None:
    caller = world.arrives()
    world.hangs_up(caller)
    assert world.live.calls == {}
    world.tell(f.LegCreated(world.at, caller, inbound=True, destination=DID))
    assert world.live.calls == {}
    assert world.recorder.kinds().count("call.started") == 1


def test_the_duplicate_end_of_an_old_leg_does_not_touch_the_agent_who_came_after(ready: World) -> None:
    caller = ready.waits()
    old = ready.offered_leg(caller)
    ready.refuses(old, "USER_BUSY")
    new = ready.offered_leg(caller)
    ready.hangs_up(old, "USER_BUSY")
    ready.picks_up(new)
    ready.hangs_up(old, "USER_BUSY")
    assert ready.stage(caller) is Stage.CONNECTING
    ready.bridged(new, caller)
    ready.hangs_up(old, "NORMAL_CLEARING")
    assert ready.stage(caller) is Stage.TALKING


def test_a_recording_that_is_closed_after_the_call_was_forgotten_has_its_length(tmp_path: Path) -> None:
    world = World(tmp_path, queue=queue_info(wrap_up=False))
    world.ready(ME)
    caller, leg, _ = world.talking()
    recording = world.call(caller).recording
    assert recording is not None
    path = world.switch.last("record_start").args[1]
    world.hangs_up(leg)
    world.calls.on_fact(f.LegHungUp(world.at, caller, cause="NORMAL_CLEARING"))
    world.calls.on_fact(f.RecordingStopped(world.at, caller, path=path, duration_ms=4200))
    world.calls.settle()
    assert world.live.calls == {}
    world.tell(f.RecordingStopped(world.at, caller, path=path, duration_ms=4200))
    stopped = world.recorder.entries("recording.stopped")
    assert {
        (e.account, e.call, e.data["recording"], e.data["duration_ms"], e.data["path"]) for e in stopped
    } == {(1, caller, recording.id, 4200, recording.path)}


# --- hold -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("first", ["unbridged", "doorbell"])
def test_hold_gives_the_caller_music_and_silences_the_recording(ready: World, first: str) -> None:
    world, switch = ready, ready.switch
    caller, leg, agent = world.talking()
    path = switch.last("record_start").args[1]
    world.tell(f.RecordingStarted(world.at, caller, path=path))
    switch.forget()
    world.calls.hold(agent, leg)
    assert switch.last("send_home").args == (caller,)
    assert world.stage(caller) is Stage.TALKING, "held is what the switch says, not what was asked"
    facts = [f.LegsUnbridged(world.at, leg, other=caller), f.Rang(world.at, caller, session=2)]
    world.tell(*(facts if first == "unbridged" else reversed(facts)))
    world.tell(f.LegParked(world.at, leg))
    assert world.stage(caller) is Stage.HELD
    assert switch.last("music").args[0] == caller
    assert switch.last("record_mask").args == (caller, path)
    assert world.recorder.kinds().count("call.held") == 1

    world.calls.resume(agent, leg)
    assert switch.last("bridge").args == (leg, caller)
    world.bridged(leg, caller)
    assert world.stage(caller) is Stage.TALKING
    assert switch.last("record_unmask").args == (caller, path)
    assert switch.of("record_start") == [], "the same recording goes on"
    assert world.recorder.kinds().count("call.resumed") == 1
    assert world.recorder.kinds().count("call.bridged") == 1


def test_a_hold_that_is_refused_changes_nothing(ready: World) -> None:
    caller, leg, agent = ready.talking()
    ready.switch.fail("send_home", Refused("-ERR"))
    ready.calls.hold(agent, leg)
    ready.calls.settle()
    assert not ready.ctx.runtime(ready.call(caller)).holding
    assert ready.stage(caller) is Stage.TALKING


def test_only_what_is_held_can_be_resumed_and_only_a_conversation_be_held(ready: World) -> None:
    caller = _connecting(ready)
    leg = ready.call(caller).agent_leg
    assert leg is not None
    with pytest.raises(Conflict):
        ready.calls.hold(ME, leg.id)
    ready.bridged(leg.id, caller)
    with pytest.raises(Conflict):
        ready.calls.resume(ME, leg.id)


def test_a_recording_that_has_ended_is_never_written_over(ready: World) -> None:
    caller = _held(ready)
    leg = ready.call(caller).agent_leg
    assert leg is not None
    path = ready.switch.last("record_start").args[1]
    ready.tell(f.RecordingStarted(ready.at, caller, path=path))
    ready.tell(f.RecordingStopped(ready.at, caller, path=path, duration_ms=10))
    ready.bridged(leg.id, caller)
    assert ready.switch.last("record_start").args[1] != path


# --- the telephone dies -----------------------------------------------------------------------------------------
def test_a_customer_whose_agents_line_is_lost_waits_for_the_same_agent_first(ready: World) -> None:
    world = ready
    caller, leg, agent = world.talking()
    later = world.waits()  # offered to the other agent
    world.refuses(world.offered_leg(later), "USER_BUSY")
    third = world.waits()
    assert {world.stage(later), world.stage(third)} == {Stage.WAITING}
    assert agent == ME
    world.hangs_up(leg, "MEDIA_TIMEOUT")
    assert world.hung_up(caller) == [], "the customer is kept"
    assert world.offers()[-1] == (caller, ME), "his agent rings again, for nobody else"
    assert world.recorder.entries("call.line_lost")[0].data["agent"] == ME
    assert world.recorder.entries("agent.work")[-1].data["new"] != Work.AFTER_WORK
    world.is_whole()
    world.refuses(world.offered_leg(caller), "NO_ANSWER")
    world.agents.end_delay(OTHER)
    assert world.offers()[-1] == (caller, OTHER), "then the others"


def test_a_customer_waits_some_seconds_for_an_agent_whose_phone_is_away(ready: World) -> None:
    world = ready
    caller, leg, _ = world.talking()
    world.phones.on_unregistered(f.PhoneUnregistered(world.at, "1001", "demo.example"))
    world.hangs_up(leg, "MEDIA_TIMEOUT")
    assert world.stage(caller) is Stage.WAITING
    assert world.work(OTHER) is Work.IDLE
    world.clock.advance(19.9)
    assert world.stage(caller) is Stage.WAITING
    world.clock.advance(0.2)
    assert world.offers()[-1] == (caller, OTHER)


def test_an_agent_whose_phone_comes_back_in_time_gets_his_customer_back(ready: World) -> None:
    world = ready
    caller, leg, _ = world.talking()
    world.phones.on_unregistered(f.PhoneUnregistered(world.at, "1001", "demo.example"))
    world.hangs_up(leg, "MEDIA_TIMEOUT")
    world.clock.advance(5)
    world.registers(ME)
    assert world.offers()[-1] == (caller, ME)


def test_a_customer_who_gives_up_after_a_lost_line_leaves_nothing_behind(ready: World) -> None:
    caller, leg, agent = ready.talking()
    ready.calls.qualify(agent, caller, SALE, "")
    ready.phones.on_unregistered(f.PhoneUnregistered(ready.at, "1001", "demo.example"))
    ready.hangs_up(leg, "MEDIA_TIMEOUT")
    ready.hangs_up(caller)
    assert ready.live.calls == {}, "nobody will qualify it any more"
    assert [e.data["code"] for e in ready.recorder.entries("call.disposed")] == ["sale"], (
        "but a verdict counts"
    )
    assert ready.recorder.entries("call.ended")[0].data["outcome"] == "answered"
    ready.is_whole()


def test_the_verdict_is_his_who_ends_the_conversation(ready: World) -> None:
    caller, leg, agent = ready.talking()
    ready.calls.qualify(agent, caller, SALE, "first")
    ready.phones.on_unregistered(f.PhoneUnregistered(ready.at, "1001", "demo.example"))
    ready.hangs_up(leg, "MEDIA_TIMEOUT")
    ready.clock.advance(21)
    second = ready.offered_leg(caller)
    ready.picks_up(second)
    ready.bridged(second, caller)
    ready.hangs_up(caller)
    assert ready.work(OTHER) is Work.AFTER_WORK
    with pytest.raises(NotFound):
        ready.calls.qualify(ME, caller, REFUSAL, "")
    ready.calls.qualify(OTHER, caller, REFUSAL, "")
    assert [e.data["code"] for e in ready.recorder.entries("call.disposed")] == ["refusal"]


# --- the verdict ------------------------------------------------------------------------------------------------
def test_a_verdict_chosen_during_the_call_is_applied_at_its_end(ready: World) -> None:
    caller, leg, agent = ready.talking()
    ready.calls.qualify(agent, caller, SALE, "soon")
    ready.calls.qualify(agent, caller, REFUSAL, "no, never")
    assert ready.recorder.entries("call.disposed") == []
    ready.hangs_up(caller)
    ready.hangs_up(leg)
    assert ready.work(agent) is Work.INTER_CALL, "no wrap-up: all is said"
    disposed = [(e.data["code"], e.data["note"]) for e in ready.recorder.entries("call.disposed")]
    assert disposed == [("refusal", "no, never")]
    assert ready.live.calls == {}


def test_a_call_is_qualified_once(ready: World) -> None:
    caller, leg, agent = ready.talking()
    ready.hangs_up(caller)
    ready.calls.qualify(agent, caller, SALE, "")
    with pytest.raises(Conflict):
        ready.calls.qualify(agent, caller, REFUSAL, "")  # the agent's leg is still there
    ready.hangs_up(leg)
    with pytest.raises(QualifiedAlready):
        ready.calls.qualify(agent, caller, REFUSAL, "")
    assert ready.recorder.kinds().count("call.disposed") == 1


def test_nobody_qualifies_the_call_of_another(ready: World) -> None:
    caller, _leg, agent = ready.talking()
    assert agent == ME
    for who, which in ((OTHER, caller), (ME, "unknown")):
        with pytest.raises(NotFound):
            ready.calls.qualify(who, which, SALE, "")


@pytest.mark.parametrize("disposition", [FOREIGN, 0, -1])
def test_only_a_verdict_of_the_queues_own_list_counts(ready: World, disposition: int) -> None:
    caller, _leg, agent = ready.talking()
    with pytest.raises(Invalid):
        ready.calls.qualify(agent, caller, disposition, "")


def test_a_note_keeps_its_lines_and_loses_what_no_database_takes(ready: World) -> None:
    caller, _leg, agent = ready.talking()
    with pytest.raises(Invalid):
        ready.calls.qualify(agent, caller, SALE, "x" * 4001)
    ready.calls.qualify(agent, caller, SALE, "a\nb\tc\u00a0d\u202f!\x00\x1b\ud83d👩‍🚒")
    assert ready.call(caller).note == "a\nb\tc\u00a0d\u202f!👩‍🚒"


def test_a_qualified_call_leaves_no_mailbox_behind(ready: World) -> None:
    for _ in range(3):
        caller, leg, agent = ready.talking()
        ready.hangs_up(caller)
        ready.hangs_up(leg)
        ready.calls.qualify(agent, caller, SALE, "")
        ready.clock.advance(INTER_CALL_S)
    assert ready.calls._mailboxes == {}
    assert ready.ctx.runtimes == {}


# --- what the agent asks for during a call ----------------------------------------------------------------------
@pytest.mark.parametrize("wanted", ["unavailable", "log_out"])
def test_a_wish_for_after_the_call_is_in_force_after_the_call(ready: World, wanted: str) -> None:
    caller, leg, agent = ready.talking()
    if wanted == "log_out":
        ready.agents.log_out(agent)
    else:
        ready.agents.unavailable(agent, LUNCH)
    assert ready.agent(agent).presence is Presence.AVAILABLE
    ready.hangs_up(caller)
    ready.hangs_up(leg)
    assert ready.work(agent) is Work.AFTER_WORK
    ready.calls.qualify(agent, caller, SALE, "")
    ready.clock.advance(INTER_CALL_S)
    state = ready.agent(agent)
    expected = Presence.LOGGED_OUT if wanted == "log_out" else Presence.UNAVAILABLE
    assert (state.presence, state.wanted) == (expected, "")
    assert state.reason == (None if wanted == "log_out" else LUNCH)
    ready.waits()
    assert all(a != agent for _, a in ready.offers()[1:])


def test_a_wish_can_be_taken_back(ready: World) -> None:
    caller, _leg, agent = ready.talking()
    ready.agents.unavailable(agent, None)
    ready.agents.available(agent)
    ready.hangs_up(caller)
    ready.calls.qualify(agent, caller, SALE, "")
    ready.clock.advance(INTER_CALL_S)
    assert ready.agent(agent).shown == "IDLE"


def test_an_agent_who_logs_out_in_a_pause_is_shown_as_logged_out_at_once(ready: World) -> None:
    caller = ready.waits()
    ready.refuses(ready.offered_leg(caller), "NO_ANSWER")
    ready.clock.advance(1)
    ready.agents.log_out(ME)
    state = ready.agent(ME)
    assert (state.shown, state.shown_since) == ("LOGGED_OUT", ready.clock.now_ms())
    since = state.shown_since
    ready.clock.advance(60)
    assert (state.shown, state.shown_since) == ("LOGGED_OUT", since)


# --- somebody is taken out of the configuration in the middle ---------------------------------------------------
@pytest.mark.parametrize("stage", [Stage.OFFERED, Stage.CONNECTING, Stage.TALKING, Stage.HELD])
def test_a_call_ends_well_although_its_agent_and_queue_were_deactivated(world: World, stage: Stage) -> None:
    caller = reach(world, stage)
    leg = world.call(caller).agent_leg
    assert leg is not None
    world.set_queue(None, [])
    world.hangs_up(caller)
    world.hangs_up(leg.id)
    world.is_whole()
    assert world.recorder.kinds().count("call.ended") == 1
    assert world.live.agents[ME].work is not Work.ACTIVE
    world.agents.log_out(ME)


def test_a_refused_transition_changes_nothing_and_is_counted(world: World) -> None:
    caller = world.waits()
    before = world.call(caller).stage_since
    written = len(world.recorder.entries())
    with pytest.raises(UnknownTransition):
        world.ctx.stage(world.call(caller), "agent_answered")
    assert (world.stage(caller), world.call(caller).stage_since) == (Stage.WAITING, before)
    assert len(world.recorder.entries()) == written
