"""The switch's own story, from events, deaths and CDRs; and plans that a seed makes again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.faults import plan, switchstory
from tests.faults.history import Span


def event(name: str, at: float, leg: str = "a", **more: Any) -> dict[str, Any]:
    words = {k: more.pop(k) for k in list(more) if k.startswith(("fsapp_", "sip_"))}
    return {"name": name, "at": at, "leg": leg, "direction": "inbound", "vars": words, **more}


def test_a_conversation_is_a_span_of_both_legs() -> None:
    told = switchstory.legs(
        [
            event("CHANNEL_CREATE", 1),
            event("CHANNEL_ANSWER", 2),
            event("CHANNEL_CREATE", 3, "b", direction="outbound", fsapp_role="agent", fsapp_agent="7"),
            event("CHANNEL_BRIDGE", 4, "b", other="a"),
            event("CHANNEL_UNBRIDGE", 6, "b", other="a"),
            event("CHANNEL_HANGUP", 7, cause="NORMAL_CLEARING"),
            event("CHANNEL_HANGUP_COMPLETE", 7.1, cause="NORMAL_CLEARING", sip_hangup_disposition="recv_bye"),
        ]
    )
    assert told["a"].spans == [Span("b", 4, 6)]
    assert told["b"].spans == [Span("a", 4, 6)]
    assert (told["a"].ended, told["a"].by_caller, told["b"].agent) == (7, True, 7)


def test_a_dead_switch_ends_every_leg_and_who_is_recovered_lives_on() -> None:
    told = switchstory.legs(
        [
            event("CHANNEL_CREATE", 1),
            event("CHANNEL_CREATE", 1, "b"),
            {"name": "killed", "at": 5},
            event("CHANNEL_CREATE", 8, "b"),
        ]
    )
    assert (told["a"].ended, told["a"].lost) == (5, True)
    assert (told["b"].ended, told["b"].lost, told["b"].back) == (None, False, 8)


def test_what_a_dead_switch_had_said_is_read_after_its_death() -> None:
    told = switchstory.legs([{"name": "killed", "at": 5}, event("CHANNEL_CREATE", 4.9)])
    assert (told["a"].ended, told["a"].lost) == (5, True)


def test_what_is_no_longer_there_after_a_gap_has_ended() -> None:
    told = switchstory.legs([event("CHANNEL_CREATE", 1), {"name": "present", "at": 9, "channels": []}])
    assert (told["a"].ended, told["a"].cause) == (9, switchstory.UNSEEN)


def test_a_cdr_tells_of_a_leg_that_no_event_told_of(tmp_path: Path) -> None:
    path = tmp_path / "a.cdr.xml"
    path.write_text(
        "<cdr><variables><uuid>a</uuid><direction>inbound</direction><start_uepoch>1000000</start_uepoch>"
        "<answer_uepoch>2000000</answer_uepoch><bridge_uepoch>3000000</bridge_uepoch><end_uepoch>4000000</end_uepoch>"
        "<bridge_uuid>b</bridge_uuid><hangup_cause>NORMAL_CLEARING</hangup_cause><fsapp_did>%2B331</fsapp_did>"
        "<sip_hangup_disposition>recv_bye</sip_hangup_disposition></variables><callflow><caller_profile>"
        "<caller_id_number>%2B336</caller_id_number></caller_profile></callflow></cdr>"
    )
    cdr = switchstory.read_cdr(path)
    assert cdr is not None
    leg = switchstory.legs([], [cdr])["a"]
    assert (leg.did, leg.number, leg.created, leg.answered, leg.ended) == ("+331", "+336", 1, 2, 4)
    assert leg.spans == [Span("b", 3, 4)]
    (tmp_path / "bad.xml").write_text("<cdr>")
    assert switchstory.read_cdr(tmp_path / "bad.xml") is None


def test_the_same_seed_makes_the_same_plan_and_another_one_another() -> None:
    assert plan.make(7, 25) == plan.make(7, 25)
    assert plan.make(7, 25) != plan.make(8, 25)


def test_a_plan_has_as_many_faults_as_asked_for_of_the_kinds_asked_for() -> None:
    made = plan.make(1, 23, kinds=("kill", "cut"))
    assert [f.number for f in made.faults] == list(range(23))
    assert {f.kind for f in made.faults} == {"kill", "cut"}
    assert all(f.at + f.seconds <= r.seconds for r in made.rounds for f in r.faults)


def test_every_kind_of_fault_comes_in_a_long_plan() -> None:
    assert {f.kind for f in plan.make(1, 400).faults} == set(plan.KINDS) == set(plan.LENGTHS)


def test_a_plan_is_cut_to_a_time_by_whole_rounds() -> None:
    made = plan.make(1, 60)
    assert 1 <= len(plan.within(made, 180).rounds) < len(made.rounds)
