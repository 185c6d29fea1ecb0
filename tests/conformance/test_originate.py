"""Outgoing legs: every way they succeed and fail."""

from __future__ import annotations

import time

import pytest

from fs_app import facts as f
from fs_app.ports import OriginateResult
from tests.conformance.conftest import MESSAGE_HZ
from tests.conformance.program import Program, hear_each_other, hears_tone
from tests.support.until import until

GATEWAY = "sofia/gateway/trunk/"


def test_a_person_rings_answers_and_is_parked(program: Program) -> None:
    phone = program.world.person("0600000001")
    leg, pending = program.dial(GATEWAY + "0600000001", park_after_bridge="true", fsapp_call="c-1")
    phone.ringing(5)
    created = program.fact(f.LegCreated, leg)
    assert not created.inbound and created.destination == "0600000001"
    assert created.variables["fsapp_call"] == "c-1"
    program.fact(f.LegRinging, leg, early_media=False)
    assert phone.caller_shown == "+33199000000"
    phone.answer()
    program.fact(f.LegAnswered, leg)
    assert pending.get(5) == OriginateResult(answered=True)
    program.fact(f.LegParked, leg)
    phone.talking(3)


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (486, "USER_BUSY"),
        (603, "CALL_REJECTED"),
        (404, "UNALLOCATED_NUMBER"),
        (480, "NO_USER_RESPONSE"),
        (503, "NORMAL_TEMPORARY_FAILURE"),
    ],
)
def test_a_refusal_is_a_cause_not_an_error(program: Program, status: int, cause: str) -> None:
    phone = program.world.person("0600000002")
    phone.reject_by_itself(status)
    leg, pending = program.dial(GATEWAY + "0600000002")
    assert pending.get(10) == OriginateResult(answered=False, cause=cause)
    ended = program.gone(leg)
    assert (ended.cause, ended.answered_at) == (cause, 0)


def test_a_refusal_after_ringing(program: Program) -> None:
    phone = program.world.person("0600000003")
    leg, pending = program.dial(GATEWAY + "0600000003")
    phone.ringing(5)
    phone.reject(486)
    assert pending.get(5).cause == "USER_BUSY"
    assert program.gone(leg).cause == "USER_BUSY"


def test_nobody_answers_within_the_time(program: Program) -> None:
    phone = program.world.person("0600000004")
    phone.answer_by_itself(None)
    began = time.monotonic()
    leg, pending = program.dial(GATEWAY + "0600000004", ring_s=2)
    assert pending.get(10) == OriginateResult(answered=False, cause="NO_ANSWER")
    assert 1.0 < time.monotonic() - began < 4  # FreeSWITCH counts whole seconds
    ended = program.gone(leg)
    assert (ended.cause, ended.by_far_end) == ("NO_ANSWER", False)
    until(lambda: phone.state == "idle" or phone.state == "ended", 3, "the phone stops ringing")


def test_killed_while_ringing(program: Program) -> None:
    phone = program.world.person("0600000005")
    leg, pending = program.dial(GATEWAY + "0600000005")
    phone.ringing(5)
    program.switch.hangup(leg, "ORIGINATOR_CANCEL").get(5)
    assert pending.get(5) == OriginateResult(answered=False, cause="ORIGINATOR_CANCEL")
    assert program.gone(leg).cause == "ORIGINATOR_CANCEL"


def test_an_unknown_gateway_has_a_cause_too(program: Program) -> None:
    _, pending = program.dial("sofia/gateway/nosuch/0600000006")
    assert pending.get(5) == OriginateResult(answered=False, cause="INVALID_GATEWAY")


def test_variables_of_the_new_leg_arrive_unchanged(program: Program) -> None:
    values = {"fsapp_call": "a,b=c 'd' \\e", "fsapp_queue": "Café münchen", "fsapp_ticket": "17"}
    _, leg = program.person("0600000007", **values)
    assert {k: program.switch.get_variable(leg, k).get(5) for k in values} == values


def test_the_message_is_played_two_seconds_after_the_answer_by_the_dialplan_alone(program: Program) -> None:
    phone = program.world.person("0600000008")
    phone.answer_by_itself(0.1)
    message = f"tone_stream://%(1500,0,{MESSAGE_HZ})"
    leg, pending = program.dial(GATEWAY + "0600000008", then="transfer:answered", fsapp_message=message)
    assert pending.get(5).answered
    answered = time.monotonic()
    until(lambda: hears_tone(phone, MESSAGE_HZ), 5, "message", step=0.05)
    assert 1.4 < time.monotonic() - answered < 3.0
    assert program.gone(leg, 6).by_far_end is False


def test_an_agent_before_the_two_seconds_wins(program: Program) -> None:
    agent, agent_leg = program.person("0600000010")
    phone = program.world.person("0600000009")
    phone.answer_by_itself(0.1)
    message = f"tone_stream://%(1500,0,{MESSAGE_HZ})"
    leg, pending = program.dial(GATEWAY + "0600000009", then="transfer:answered", fsapp_message=message)
    assert pending.get(5).answered
    program.bridged(agent_leg, leg)
    hear_each_other(agent, phone)
    time.sleep(0)
    began = time.monotonic()
    until(lambda: time.monotonic() - began > 2.2, 3, "the moment of the message", step=0.1)
    assert not hears_tone(phone, MESSAGE_HZ, 0.1)
    assert program.switch.channel(leg).get(5).partner == agent_leg  # type: ignore[union-attr]
