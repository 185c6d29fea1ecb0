"""Each rule of the fault checker finds what was planted, and nothing where all is right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.faults.history import Ack, History, QueueRule, Rest, Rules
from tests.faults.rules import check, ears, ends, lines, order, rate, rest, states, verdicts
from tests.unit.faults.made import (
    ANN,
    BOB,
    DID,
    MESSAGE,
    RULES,
    SALES,
    SKILL,
    URGENT,
    URGENT_DID,
    VIP,
    caller,
    fault,
    heard,
    history,
    picture,
    ring,
    row,
    steps,
    talk,
)


def words(found: list) -> str:
    return "; ".join(v.what for v in found)


def a_good_day() -> History:
    """One was answered, one abandoned, one was turned away with the message, one went with the switch."""
    first, second = caller("a", 10, 30), caller("b", 12, 20)
    third = caller("c", 40, 50, by="send_bye", played=[(44.0, f"/sounds/{MESSAGE}")])
    lost = caller("d", 60, 70, cause="SWITCH_DIED", by="", lost=True)
    legs = [first, second, third, lost, talk(first, ANN, 11, 12, 30)]
    made = history(*legs)
    made.rows = [
        row(first, "answered", agent=ANN, disposition=1, note="n"),
        row(second, "abandoned"),
        row(third, "refused"),
        row(lost, "failed"),
    ]
    made.acks = [Ack(31.0, ANN, "a", 1, "n")]
    made.figures = {"offered": 4, "answered": 1, "abandoned": 1}
    made.steps = steps(
        ANN,
        (1, "presence", "LOGGED_OUT", "UNAVAILABLE"),
        (2, "presence", "UNAVAILABLE", "AVAILABLE"),
        (11, "work", "IDLE", "OFFERED"),
        (12, "work", "OFFERED", "ACTIVE"),
        (30, "work", "ACTIVE", "AFTER_WORK"),
        (31, "work", "AFTER_WORK", "IDLE"),
        (100, "presence", "AVAILABLE", "LOGGED_OUT"),
    )
    made.pictures = [
        picture(ANN, 5, "IDLE"),
        picture(ANN, 11.1, "RINGING"),
        picture(ANN, 20, "IN_CALL"),
        picture(ANN, 30.5, "WRAP_UP"),
        picture(ANN, 101, "LOGGED_OUT"),
    ]
    made.rests = [Rest(120, 4.0, [])]
    return made


def test_nothing_is_found_in_a_day_on_which_all_was_right() -> None:
    assert check(a_good_day()) == []


# --- (1) one end of each call ---------------------------------------------------------------------------------
def test_a_call_without_a_record_is_found() -> None:
    day = a_good_day()
    day.rows = day.rows[1:]
    assert "has no record" in words(ends.check(day))


def test_two_records_of_one_call_are_found() -> None:
    day = a_good_day()
    day.rows.append(day.rows[0])
    assert "has 2 records" in words(ends.check(day))


def test_a_record_of_a_call_that_never_was_is_found() -> None:
    day = a_good_day()
    day.rows.append(replace(day.rows[0], id="nobody"))
    assert "no leg of it was seen" in words(ends.check(day))


@pytest.mark.parametrize(
    ("call", "recorded"),
    [("a", "abandoned"), ("b", "answered"), ("b", "failed"), ("c", "abandoned"), ("d", "abandoned")],
)
def test_a_wrong_end_is_found(call: str, recorded: str) -> None:
    day = a_good_day()
    day.rows = [replace(r, outcome=recorded) if r.id == call else r for r in day.rows]
    assert f"recorded as {recorded!r}" in words(ends.check(day))


def test_a_caller_who_was_hung_up_on_without_a_word_is_found() -> None:
    leg = caller("a", 10, 30, by="send_bye")
    day = history(leg)
    day.rows = [row(leg, "refused")]
    assert "nobody may be hung up on" in words(ends.check(day))


def test_who_was_hung_up_on_after_the_beep_has_left_a_message() -> None:
    leg = caller(
        "a",
        10,
        30,
        by="send_bye",
        played=[(20.0, f"/sounds/{MESSAGE}"), (25.0, f"tone_stream://%{ends.BEEP}")],
    )
    day = history(leg)
    day.rows = [row(leg, "voicemail")]
    assert ends.check(day) == []
    day.rows = [row(leg, "refused")]
    assert "ended as 'voicemail'" in words(ends.check(day))


def test_a_record_that_runs_on_after_the_end_is_found() -> None:
    day = a_good_day()
    day.rows[1] = replace(day.rows[1], ended=None)
    assert "recorded as running" in words(ends.check(day))


def test_a_record_that_ends_long_after_the_call_is_found() -> None:
    day = a_good_day()
    day.rows[1] = replace(day.rows[1], ended=25.0)
    assert "recorded at 25" in words(ends.check(day))


# --- (2, 3) one line, one reservation -------------------------------------------------------------------------
def test_an_agent_with_two_lines_is_found() -> None:
    one, other = caller("a", 10, 30), caller("b", 11, 30)
    day = history(one, other, talk(one, ANN, 12, 13, 30), ring(other, ANN, 20, 25))
    assert f"agent {ANN} has two lines" in words(lines.check(day))


def test_a_line_that_is_just_being_hung_up_is_no_second_one() -> None:
    one, other = caller("a", 10, 20), caller("b", 11, 30)
    day = history(one, other, talk(one, ANN, 12, 13, 20.3), ring(other, ANN, 20, 25))
    assert lines.check(day) == []


def test_a_caller_who_is_connected_with_two_agents_is_found() -> None:
    one = caller("a", 10, 30)
    day = history(one, talk(one, ANN, 12, 13, 30), talk(one, BOB, 14, 15, 30))
    assert "is connected with two" in words(lines.check(day))


def test_a_telephone_that_rang_without_a_reservation_is_found() -> None:
    day = a_good_day()
    day.offers.clear()
    assert "without a reservation" in words(lines.check_reservations(day))


def test_two_telephones_that_ring_for_one_call_are_found_unless_the_queue_rings_all() -> None:
    one = caller("a", 10, 30)
    day = history(one, ring(one, ANN, 12, 20), ring(one, BOB, 12, 20))
    assert "rings agents" in words(lines.check_reservations(day))
    everybody = QueueRule(SALES, frozenset({ANN, BOB}), ring_all=True)
    day.rules = replace(RULES, queues={**RULES.queues, SALES: everybody})
    assert lines.check_reservations(day) == []


# --- (4) the order of service ---------------------------------------------------------------------------------
def test_who_came_first_and_is_served_second_is_found() -> None:
    one, other = caller("a", 10), caller("b", 15)
    day = history(one, other, ring(other, ANN, 20, 21))
    assert words(order.check(day)).startswith(f"agent {ANN} got b")


def test_who_comes_by_a_number_with_priority_is_served_first() -> None:
    one, other = caller("a", 10), caller("b", 15, did=VIP)
    assert order.check(history(one, other, ring(other, ANN, 20, 21))) == []
    assert order.check(history(one, other, ring(one, ANN, 20, 21)))


def test_a_queue_with_priority_is_served_first_by_who_is_in_both() -> None:
    one, other = caller("a", 10), caller("b", 15, did=URGENT_DID)
    assert order.check(history(one, other, ring(other, ANN, 20, 21, URGENT))) == []
    assert order.check(history(one, other, ring(one, ANN, 20, 21)))
    assert order.check(history(one, other, ring(one, BOB, 20, 21))) == [], "he is not in that queue"


def test_a_caller_whom_this_agent_may_not_take_holds_up_nobody_until_the_need_is_relaxed() -> None:
    needs = ((SKILL, 5, ((30.0, 2),)),)
    rules = Rules(
        queues={SALES: QueueRule(SALES, frozenset({ANN}), needs=needs), URGENT: RULES.queues[URGENT]},
        dids={DID: (SALES, 9), URGENT_DID: (SALES, 0)},
        skills={ANN: {SKILL: 3}},
    )
    one, other = caller("a", 10), caller("b", 15, did=URGENT_DID)
    assert order.check(history(one, other, ring(other, ANN, 20, 21), rules=rules)) == []
    assert order.check(history(one, other, ring(other, ANN, 50, 51), rules=rules))


def test_who_was_just_offered_to_somebody_else_does_not_wait() -> None:
    one, other = caller("a", 10), caller("b", 15)
    assert order.check(history(one, other, ring(one, BOB, 18, 25), ring(other, ANN, 20, 21))) == []


def test_who_lost_his_line_is_served_before_everybody_by_his_own_agent_and_kept_for_him() -> None:
    one, other = caller("a", 10), caller("b", 11.5)
    lost = talk(one, ANN, 11, 12, 18)
    assert order.check(history(one, other, lost, ring(one, ANN, 20, 21))) == []
    assert order.check(history(one, other, lost, ring(other, BOB, 22, 23))) == []


def test_nothing_is_concluded_while_the_program_is_blind_or_the_office_changes_something() -> None:
    one, other = caller("a", 10), caller("b", 15)
    for what in (fault("kill", 19, 19.5), fault("queue", 19, 19.5, target=SALES)):
        assert order.check(history(one, other, ring(other, ANN, 20, 21), faults=[what])) == []


def test_an_idle_agent_beside_a_waiting_caller_is_found() -> None:
    one = caller("a", 10, 40)
    day = history(one, pictures=[picture(ANN, 5, "IDLE"), picture(ANN, 39, "RINGING")])
    assert f"agent {ANN} is idle" in words(order.check_idle(day))
    for excuse in ("WRAP_UP", ""):
        day.pictures = [picture(ANN, 5, excuse), picture(ANN, 39, "RINGING")]
        assert order.check_idle(day) == []
    day.pictures = [picture(ANN, 5, "IDLE", registered=False), picture(ANN, 39, "RINGING")]
    assert order.check_idle(day) == []


# --- (5) verdicts ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kept", [{"disposition": None}, {"disposition": 2}, {"note": "other"}])
def test_a_lost_verdict_is_found(kept: dict) -> None:
    day = a_good_day()
    day.rows[0] = replace(day.rows[0], **kept)
    assert "was told that 1 ('n') of call a is kept" in words(verdicts.check(day))


def test_the_last_of_several_verdicts_counts_and_one_that_was_passed_on_does_not() -> None:
    day = a_good_day()
    day.acks.insert(0, Ack(30.5, ANN, "a", 2, "before"))
    assert verdicts.check(day) == []
    day.acks.append(Ack(32, BOB, "a", 3, "no longer his"))
    assert verdicts.check(day) == []


# --- (6) an agent's states ------------------------------------------------------------------------------------
def test_states_that_do_not_add_up_are_found() -> None:
    day = a_good_day()
    day.steps[4] = replace(day.steps[4], at=9.0)  # the end of the call before its begin
    assert "logged in for" in words(states.check(day))


def test_a_change_from_another_state_than_there_was_is_found() -> None:
    day = a_good_day()
    day.steps[3] = replace(day.steps[3], old="IDLE")
    assert "work IDLE → ACTIVE, but it was OFFERED" in words(states.check(day))


def test_a_page_that_showed_something_else_is_found() -> None:
    day = a_good_day()
    day.pictures.append(picture(ANN, 25, "IDLE"))
    assert "his page showed IDLE" in words(states.check(day))


def test_an_agent_who_talks_without_being_in_a_call_is_found() -> None:
    day = a_good_day()
    del day.steps[3:6]
    day.steps.insert(3, replace(day.steps[2], id=4, at=11.5, old="OFFERED", new="IDLE"))
    assert "his states then: IDLE" in words(states.check(day))


# --- (7) figures ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("figure", ["offered", "answered", "abandoned"])
def test_a_wrong_figure_is_found(figure: str) -> None:
    day = a_good_day()
    day.figures[figure] += 1
    assert len(rate.check(day)) == 1


# --- (8) rest -------------------------------------------------------------------------------------------------
def test_what_is_left_after_half_a_minute_is_found() -> None:
    day = a_good_day()
    day.rests.append(Rest(200, 30.0, ["channel x", "agent 1 is RINGING"]))
    assert len(rest.check(day)) == 2


# --- what callers hear ----------------------------------------------------------------------------------------
def test_a_silence_is_found_while_he_is_on_the_line_and_the_switch_lives() -> None:
    leg = caller("a", 0, 60)
    day = history(leg, callers=[heard("a", *((t, t < 20) for t in range(1, 50)))])
    assert "hears nothing since 20" in words(ears.check(day))
    day.faults = [fault("switch", 15, 45)]
    assert ears.check(day) == []
    short = [(t, not 20 < t < 28) for t in range(1, 50)]
    assert ears.check(history(leg, callers=[heard("a", *short)])) == []
