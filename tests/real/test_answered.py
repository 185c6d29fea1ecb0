"""A dialled person hears who called within two seconds, unless an agent is there first: without any program."""

from __future__ import annotations

import time
import uuid

from tests.real.conftest import (
    AWAY,
    MESSAGE,
    SOUNDS,
    Program,
    agent,
    call_agent,
    hears_only,
    measured,
)
from tests.support.real_world import RealWorld
from tests.support.sip import Telephone
from tests.support.until import until


def dialled(world: RealWorld, number: str) -> tuple[Telephone, str]:
    person = world.person(number)
    person.answer_by_itself(0.1)
    leg = str(uuid.uuid4())
    variables = f"origination_uuid={leg},ignore_early_media=true"
    world.switch.api(f"bgapi originate {{{variables}}}sofia/gateway/trunk/{number} answered XML fsapp")
    person.talking(5)
    return person, leg


def test_the_message_comes_within_two_seconds_and_then_the_call_ends(world, program):
    person, _ = dialled(world, "+33700000001")
    answered = time.monotonic()
    until(lambda: hears_only(person.line, MESSAGE, 0.1), 4, "message")
    took = time.monotonic() - answered
    measured("dialled, no program: message after, s", round(took, 2))
    assert took < 2.2
    assert person.ended(4) == "bye"


def test_an_agent_who_is_bridged_in_time_wins_and_the_person_never_hears_the_message(
    world, program: Program, directory
):
    phone = agent(world)
    agents = call_agent(world, phone)
    person, leg = dialled(world, "+33700000002")
    world.switch.api(f"uuid_bridge {agents} {leg}")
    until(lambda: hears_only(person.line, phone.tone_hz), 3, "the agent")
    heard = person.line.history([*SOUNDS, phone.tone_hz], 2.0)
    assert MESSAGE not in heard
    phone.hang_up()
    until(lambda: hears_only(person.line, AWAY), 4, "home, not the message")
    assert MESSAGE not in person.line.history(SOUNDS, 4.0)
