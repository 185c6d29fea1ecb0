"""Listening, whispering, barging in: whose telephone rings, what the switch is asked, how it ends, what survives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fs_app import facts as f
from fs_app.errors import Conflict, NotFound, Refused
from fs_app.ports import Originate
from fs_app.supervision.listening import (
    ListensAlready,
    Mode,
    NoPhone,
    NotTalking,
    PhoneAway,
    PhoneBusy,
    State,
)
from tests.unit.core.world import QUEUE
from tests.unit.supervision.conftest import BOSS, ONE, OTHER_QUEUE, TWO, USER, Watched


def begin(world: Watched, mode: Mode = Mode.LISTEN) -> tuple[str, str, str]:
    """The supervisor's telephone rings for the conversation of the first agent: (caller, agent's leg, his leg)."""
    world.registers(BOSS)
    world.ready(ONE)
    caller, leg, _ = world.talking()
    world.supervision.listen(world.boss, ONE, mode)
    session = world.listening.of_user(USER)
    assert session is not None
    return caller, leg, session.leg


def pick_up(world: Watched, leg: str) -> None:
    for fact in (f.LegAnswered(world.at, leg), f.LegParked(world.at, leg)):
        world.listening.on_fact(fact)


def state(world: Watched) -> State | None:
    session = world.listening.of_user(USER)
    return session.state if session else None


def test_his_own_telephone_rings_and_listens_when_it_is_at_rest(world: Watched) -> None:
    caller, target, leg = begin(world)
    said: Originate = world.originate(leg)
    assert "1003" in said.endpoint
    assert said.variables["fsapp_role"] == "supervisor"
    assert said.variables["fsapp_target"] == target
    assert world.switch.of("listen") == []
    pick_up(world, leg)
    assert world.switch.of("listen", leg, target)
    assert state(world) is State.LISTENING
    assert world.call(caller).stage == "TALKING", "nothing happens to the conversation"


def test_the_journal_says_so_before_anything_is_heard(world: Watched) -> None:
    caller, _, leg = begin(world)
    (entry,) = world.recorder.entries("supervision.begun", caller)
    assert (entry.data["user"], entry.data["user_name"], entry.agent) == (USER, "Sonia", ONE)
    assert entry.data["mode"] == "listen"
    assert world.switch.of("listen") == []
    assert leg == entry.data["leg"]


def test_the_mode_changes_while_he_listens(world: Watched) -> None:
    caller, _, leg = begin(world)
    pick_up(world, leg)
    world.clock.advance(1)
    world.supervision.change_mode(world.boss, Mode.WHISPER)
    assert world.switch.of("whisper", leg)
    assert world.listening.heard_by(ONE) == {"name": "Sonia", "mode": "whisper"}
    world.supervision.change_mode(world.boss, Mode.BARGE)
    assert world.switch.of("barge", leg)
    world.supervision.change_mode(world.boss, Mode.LISTEN)
    assert world.switch.of("listen_only", leg)
    assert world.listening.heard_by(ONE) is None, "who is only listened to is not told"
    said = [e.data["mode"] for e in world.recorder.entries("supervision.mode", caller)]
    assert said == ["whisper", "barge", "listen"]


def test_a_mode_that_was_chosen_before_he_picked_up_is_set_when_eavesdrop_reads_keys(world: Watched) -> None:
    _, _, leg = begin(world, Mode.WHISPER)
    pick_up(world, leg)
    assert world.switch.of("whisper") == []
    world.clock.advance(1)
    assert world.switch.of("whisper", leg)


def test_to_ask_again_for_the_same_agent_changes_the_mode_and_rings_nobody(world: Watched) -> None:
    _, _, leg = begin(world)
    pick_up(world, leg)
    world.clock.advance(1)
    world.supervision.listen(world.boss, ONE, Mode.BARGE)
    assert world.switch.of("barge", leg)
    assert len(world.switch.of("originate")) == 2, "the agent's and the supervisor's"


@pytest.mark.parametrize("first", ["agent's leg", "caller"])
def test_it_ends_with_the_conversation(world: Watched, first: str) -> None:
    caller, target, leg = begin(world)
    pick_up(world, leg)
    world.hangs_up(target if first == "agent's leg" else caller)
    assert world.hung_up(leg) == ["NORMAL_CLEARING"]
    assert state(world) is None
    assert world.listening.uses_phone(BOSS), "until his telephone is free again"
    world.listening.on_fact(f.LegHungUp(world.at, leg, cause="NORMAL_CLEARING", by_far_end=False))
    assert not world.listening.uses_phone(BOSS)
    assert [e.data["why"] for e in world.recorder.entries("supervision.ended")] == ["call over"]
    assert world.heard()[-1].picture is None


def test_it_ends_when_he_wants_it_or_puts_the_telephone_down(world: Watched) -> None:
    caller, _, leg = begin(world)
    pick_up(world, leg)
    world.supervision.stop_listening(world.boss)
    world.supervision.stop_listening(world.boss)
    assert world.hung_up(leg) == ["NORMAL_CLEARING"]
    world.listening.on_fact(f.LegHungUp(world.at, leg, cause="NORMAL_CLEARING", by_far_end=False))
    world.supervision.listen(world.boss, ONE, Mode.LISTEN)
    session = world.listening.of_user(USER)
    assert session is not None
    pick_up(world, session.leg)
    world.listening.on_fact(f.LegHungUp(world.at, session.leg, cause="NORMAL_CLEARING", by_far_end=True))
    assert state(world) is None
    assert [e.data["why"] for e in world.recorder.entries("supervision.ended")] == ["asked", "hung up"]
    assert world.call(caller).stage == "TALKING"


def test_who_does_not_answer_is_told_why_it_ended(world: Watched) -> None:
    _, _, leg = begin(world)
    world.originated(leg, "NO_ANSWER")
    assert state(world) is None
    assert world.heard()[-1].why == "NO_ANSWER"
    assert not world.listening.uses_phone(BOSS)


def test_a_conversation_that_ended_while_his_telephone_rang_rings_no_longer(world: Watched) -> None:
    caller, _, leg = begin(world)
    world.hangs_up(caller)
    assert world.hung_up(leg) == ["NORMAL_CLEARING"]


def test_what_can_not_be_is_said_in_words(world: Watched) -> None:
    world.ready(ONE, TWO)
    with pytest.raises(NotTalking):
        world.supervision.listen(world.boss, ONE, Mode.LISTEN)
    world.talking()
    with pytest.raises(PhoneAway):
        world.supervision.listen(world.boss, ONE, Mode.LISTEN)
    with pytest.raises(NoPhone):
        world.supervision.listen(replace(world.boss, agent=None), ONE, Mode.LISTEN)
    world.registers(BOSS)
    world.supervision.listen(world.boss, ONE, Mode.LISTEN)
    world.talking()
    with pytest.raises(ListensAlready):
        world.supervision.listen(world.boss, TWO, Mode.LISTEN)
    with pytest.raises(NotFound):
        world.supervision.change_mode(replace(world.boss, user=USER + 1), Mode.BARGE)
    with pytest.raises(PhoneBusy):
        world.supervision.listen(replace(world.boss, user=77, agent=ONE), TWO, Mode.LISTEN)


def test_of_a_call_of_somebody_elses_queue_nothing_is_heard(world: Watched) -> None:
    world.registers(BOSS)
    world.ready(TWO)
    world.talking()
    with pytest.raises(NotFound):
        world.supervision.listen(world.restricted(OTHER_QUEUE), TWO, Mode.LISTEN)
    with pytest.raises(NotFound):
        world.supervision.listen(world.restricted(OTHER_QUEUE), ONE, Mode.LISTEN)
    world.supervision.listen(world.restricted(QUEUE), TWO, Mode.LISTEN)


def test_a_command_that_the_switch_refuses_ends_it(world: Watched) -> None:
    _, _, leg = begin(world)
    pick_up(world, leg)
    world.clock.advance(1)
    world.switch.fail("barge", Refused("-ERR no"))
    world.supervision.change_mode(world.boss, Mode.BARGE)
    assert state(world) is None
    assert world.hung_up(leg)


# --- a restart ----------------------------------------------------------------------------------------------
def shown(world: Watched, leg: str, app: str) -> None:
    """The switch has the supervisor's leg still, with its variables."""
    world.shows(leg, inbound=False, app=app, variables=dict(world.originate(leg).variables))


def restarted(world: Watched) -> Watched:
    """The program again over the same journal and switch."""
    world.journal.close()
    again = Watched(world.folder)
    again.clock.advance(60)
    again.switch.present = world.switch.present
    again.switch.registered = [
        f.Registration(str(1000 + a), "demo.example", f"sofia/internal/sip:{1000 + a}@192.0.2.7", 0)
        for a in (ONE, BOSS)
    ]
    again.recover()
    return again


def both_talk(world: Watched, caller: str, target: str) -> None:
    world.shows(caller, target)
    world.shows(target, caller)


def test_a_restart_finds_him_listening_and_goes_on(world: Watched) -> None:
    caller, target, leg = begin(world, Mode.WHISPER)
    pick_up(world, leg)
    world.clock.advance(1)
    both_talk(world, caller, target)
    shown(world, leg, "eavesdrop")
    again = restarted(world)
    assert again.hung_up(leg) == [], "no orphan"
    assert again.call(caller).stage == "TALKING"
    assert state(again) is State.LISTENING
    assert again.listening.heard_by(ONE) == {"name": "Sonia", "mode": "whisper"}
    again.supervision.change_mode(again.boss, Mode.BARGE)
    again.clock.advance(1)
    assert again.switch.of("barge", leg)
    again.hangs_up(caller)
    assert again.hung_up(leg) == ["NORMAL_CLEARING"]


def test_who_picked_up_while_the_program_was_dead_listens_afterwards(world: Watched) -> None:
    caller, target, leg = begin(world)
    both_talk(world, caller, target)
    shown(world, leg, "park")
    again = restarted(world)
    assert again.switch.of("listen", leg, target)


def test_after_a_conversation_that_ended_meanwhile_his_telephone_is_put_down(world: Watched) -> None:
    _, _, leg = begin(world)
    pick_up(world, leg)
    shown(world, leg, "park")
    again = restarted(world)
    assert again.hung_up(leg) == ["NORMAL_CLEARING"]
    assert state(again) is None


def test_a_hang_up_that_was_not_told_is_found_by_the_comparison(world: Watched) -> None:
    caller, target, leg = begin(world)
    pick_up(world, leg)
    both_talk(world, caller, target)
    world.clock.advance(5)
    world.recover()
    assert state(world) is None
    assert not world.listening.uses_phone(BOSS)


def test_a_leg_with_nonsense_in_its_variables_is_hung_up(world: Watched) -> None:
    world.shows("odd", inbound=False, variables={"fsapp_role": "supervisor", "fsapp_user": "x"})
    world.recover()
    assert world.hung_up("odd") == ["NORMAL_CLEARING"]


def test_facts_of_other_legs_change_nothing(world: Watched) -> None:
    _, _, leg = begin(world)
    world.listening.on_fact(f.LegHungUp(world.at, "another", cause="NORMAL_CLEARING"))
    assert state(world) is State.RINGING
    assert leg


def test_a_second_supervisor_is_independent(world: Watched) -> None:
    _, target, leg = begin(world)
    pick_up(world, leg)
    world.registers(TWO)
    second = replace(world.boss, user=USER + 1, name="Karim", agent=TWO)
    world.supervision.listen(second, ONE, Mode.LISTEN)
    assert {c.args[0] for c in world.switch.of("originate")} >= {leg, target}
    world.supervision.stop_listening(second)
    assert state(world) is State.LISTENING
    with pytest.raises(Conflict):
        world.supervision.listen(replace(world.boss, user=USER + 2), ONE, Mode.LISTEN)


@pytest.mark.parametrize("key", ["1", "2", "3"])
def test_a_key_of_his_telephone_makes_him_heard_by_nobody(world: Watched, key: str) -> None:
    _, _, leg = begin(world)
    pick_up(world, leg)
    world.listening.on_fact(f.Digit(world.at, leg, digit=key))
    assert len(world.switch.of("listen_only", leg)) == 1
    world.listening.on_fact(f.Digit(world.at, leg, digit="0"))  # ours
    world.listening.on_fact(f.Digit(world.at, leg, digit="7"))
    assert len(world.switch.of("listen_only", leg)) == 1
