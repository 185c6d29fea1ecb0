"""Somebody calls in: the door, the answer, the end."""

from __future__ import annotations

import pytest

from fs_app import facts as f
from tests.conformance.program import Program
from tests.support.until import until


def test_a_caller_rings_at_the_door_with_number_name_and_dialled_number(program: Program) -> None:
    party = program.world.call("0123", number="+33612000001", name="Jean Dupont")
    created = program.fact(f.LegCreated, sip_call_id=party.sip_call_id)
    assert created.inbound
    assert (created.caller_number, created.caller_name) == ("+33612000001", "Jean Dupont")
    assert created.destination == "0123"
    rang = program.fact(f.Rang, created.leg)
    assert rang.variables["fsapp_did"] == "0123"
    assert rang.variables["fsapp_role"] == "caller"


def test_ringing_is_heard_before_the_answer(program: Program) -> None:
    party = program.world.call("0123")
    until(lambda: party.state == "ringing", 3, "ringing")
    assert not party.sound()


def test_answering_connects_the_caller(program: Program) -> None:
    party = program.world.call("0123")
    leg = program.leg_of(party)
    program.fact(f.Rang, leg)
    program.switch.answer(leg).get(5)
    program.fact(f.LegAnswered, leg)
    party.talking(3)


def test_a_caller_who_gives_up_while_ringing_is_a_leg_that_ended_by_the_far_end(program: Program) -> None:
    party = program.world.call("0123")
    leg = program.leg_of(party)
    program.fact(f.Rang, leg)
    party.hang_up()
    ended = program.gone(leg)
    assert (ended.cause, ended.by_far_end) == ("ORIGINATOR_CANCEL", True)
    assert ended.answered_at == 0
    program.fact(f.DoorClosed, leg)


def test_a_caller_who_hangs_up_after_the_answer(program: Program) -> None:
    party, leg = program.caller()
    party.hang_up()
    ended = program.gone(leg)
    assert (ended.cause, ended.by_far_end) == ("NORMAL_CLEARING", True)
    assert ended.answered_at > ended.created_at > 0
    program.fact(f.DoorClosed, leg)


def test_hanging_up_on_a_caller_ends_his_call(program: Program) -> None:
    party, leg = program.caller()
    program.switch.hangup(leg).get(5)
    assert party.ended(3) == "bye"
    ended = program.gone(leg)
    assert (ended.cause, ended.by_far_end) == ("NORMAL_CLEARING", False)


@pytest.mark.parametrize(("cause", "status"), [("USER_BUSY", "486"), ("CALL_REJECTED", "603")])
def test_a_caller_who_is_not_answered_gets_the_cause_as_a_sip_status(
    program: Program, cause: str, status: str
) -> None:
    party = program.world.call("0123")
    leg = program.leg_of(party)
    program.fact(f.Rang, leg)
    program.switch.hangup(leg, cause).get(5)
    assert party.ended(3) == status
    assert program.gone(leg).cause == cause


def test_only_one_end_is_told(program: Program) -> None:
    party, leg = program.caller()
    program.switch.hangup(leg).get(5)
    party.ended(3)
    program.gone(leg)
    program.fact(f.DoorClosed, leg)
    until(lambda: not program.switch.exists(leg).get(5), 3, "gone")
    assert len(program.all(f.LegHungUp, leg)) == 1


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (b"+33612000002", b"Ren\xe9 M\xfcller"),
        (b"%0AFake-Header%3A%20x", b"x"),
        (b"+33612000003", b"<b>${system(id)}</b> {a=b},'x"),
        (b"", b""),
    ],
)
def test_hostile_names_and_numbers_are_carried_as_text(program: Program, number: bytes, name: bytes) -> None:
    party = program.world.call("0123", number=number, name=name)
    leg = program.leg_of(party)
    created = program.fact(f.LegCreated, leg)
    assert not any(c < " " for c in created.caller_number + created.caller_name)
    assert len(created.caller_name) <= 10_000
    program.fact(f.Rang, leg)
    channel = program.switch.channel(leg).get(5)
    assert channel is not None and "Fake-Header" not in channel.variables


def test_keys_of_the_caller_are_facts_in_order(program: Program) -> None:
    party, leg = program.caller()
    party.press("13#")
    until(lambda: len(program.all(f.Digit, leg)) == 3, 5, "three keys")
    assert [x.digit for x in program.all(f.Digit, leg)] == ["1", "3", "#"]
