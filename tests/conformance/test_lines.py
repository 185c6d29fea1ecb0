"""What several lines of an agent are made of: consulting, swapping, completing, conferences, out of each state."""

from __future__ import annotations

import pytest

from fs_app import facts as f
from tests.conformance.program import Program, hear_each_other, hears, hears_tone
from tests.support.until import until
from tests.support.world import Party, Phone

MUSIC_HZ = 350
MUSIC = f"tone_stream://%(1000,0,{MUSIC_HZ});loops=-1"


def outside(program: Program, number: str) -> tuple[Phone, str]:
    """Somebody on the trunk who was called, has answered, and is at the door with music."""
    phone = program.world.person(number)
    phone.answer_by_itself(0.1)
    leg, pending = program.dial(f"sofia/gateway/trunk/{number}", then="transfer:home")
    pending.get(10)
    program.fact(f.Rang, leg)
    program.switch.music(leg, MUSIC, 60).get(5)
    until(lambda: hears_tone(phone, MUSIC_HZ), 5, "the person called hears the music", step=0.1)
    return phone, leg


@pytest.fixture
def consulting(program: Program) -> tuple[Party, str, Phone, str, Phone, str]:
    """A customer at home with music, and an agent who talks to somebody outside."""
    caller, customer = program.caller()
    phone, agent = program.person("0600000031")
    program.bridged(agent, customer)
    since = program.mark()
    program.switch.send_home(customer).get(5)
    program.fact(f.LegParked, agent, since=since)
    program.fact(f.Rang, customer, since=since)
    program.switch.music(customer, MUSIC, 60).get(5)
    person, consulted = outside(program, "0600000032")
    program.bridged(agent, consulted)
    hear_each_other(phone, person)
    return caller, customer, phone, agent, person, consulted


Consulting = tuple[Party, str, Phone, str, Phone, str]


def test_swapping_sends_the_one_who_is_left_home(program: Program, consulting: Consulting) -> None:
    caller, customer, phone, agent, person, consulted = consulting
    for talks, rests, here, there in (
        (customer, consulted, caller, person),
        (consulted, customer, person, caller),
    ):
        since = program.mark()
        program.bridged(agent, talks)
        program.fact(f.Rang, rests, since=since)
        program.switch.music(rests, MUSIC, 60).get(5)
        hear_each_other(phone, here)
        until(lambda there=there: hears_tone(there, MUSIC_HZ), 5, "the other hears music", step=0.1)


def test_a_swap_tells_the_new_bridge_and_parks_nobody(program: Program, consulting: Consulting) -> None:
    _, customer, _, agent, _, consulted = consulting
    since = program.mark()
    program.bridged(agent, customer)
    program.fact(f.Rang, consulted, since=since)
    assert not program.all(f.LegParked, agent, since), "the agent's leg goes from one to the other"


@pytest.mark.parametrize("who", ["the customer", "the person"])
def test_a_completed_transfer_to_a_number_ends_with_either(
    program: Program, consulting: Consulting, who: str
) -> None:
    caller, customer, _phone, agent, person, consulted = consulting
    since = program.mark()
    after = {"hangup_after_bridge": "true", "transfer_after_bridge": ""}
    program.switch.set_variables(consulted, after).get(5)
    program.bridged(consulted, customer)
    hear_each_other(caller, person)
    program.fact(f.LegParked, agent, since=since)
    program.switch.hangup(agent).get(5)
    program.gone(agent)
    hear_each_other(caller, person)
    since = program.mark()
    if who == "the customer":
        caller.hang_up()
        program.gone(consulted)
        assert person.ended(3) == "bye"
    else:
        person.hang_up()
        program.gone(consulted)
        program.fact(f.Rang, customer, since=since)


def test_a_completed_transfer_to_a_colleague(program: Program) -> None:
    caller, customer = program.caller()
    _phone, agent = program.person("0600000033")
    third, consulted = program.person("0600000034")
    program.bridged(agent, customer)
    since = program.mark()
    program.bridged(agent, consulted)
    program.fact(f.Rang, customer, since=since)
    program.switch.music(customer, MUSIC, 60).get(5)
    until(lambda: hears_tone(caller, MUSIC_HZ), 5, "the customer hears music", step=0.1)
    since = program.mark()
    program.bridged(consulted, customer)
    program.fact(f.LegParked, agent, since=since)
    hear_each_other(caller, third)
    since = program.mark()
    third.hang_up()
    program.fact(f.Rang, customer, since=since)


def test_a_held_colleague_hears_music_until_he_is_talked_to_again(program: Program) -> None:
    phone, agent = program.person("0600000035")
    third, consulted = program.person("0600000036")
    program.bridged(agent, consulted)
    since = program.mark()
    program.switch.park(consulted).get(5)
    program.fact(f.LegParked, agent, since=since)
    program.fact(f.LegParked, consulted, since=since)
    program.switch.music(consulted, MUSIC, 60).get(5)
    program.switch.music(agent, MUSIC, 60).get(5)
    until(lambda: hears_tone(third, MUSIC_HZ) and hears_tone(phone, MUSIC_HZ), 5, "both hear it", step=0.1)
    program.bridged(agent, consulted)
    hear_each_other(phone, third)


def in_conference(program: Program, consulting: Consulting) -> None:
    caller, customer, phone, agent, person, consulted = consulting
    for leg in (customer, consulted, agent):
        program.switch.conference(leg, f"c-{customer}").get(5)
    people = (caller, phone, person)
    until(
        lambda: all(hears(ear, mouth) for ear in people for mouth in people if ear is not mouth),
        6,
        "everybody hears everybody",
        step=0.2,
    )


def test_a_conference_out_of_a_consultation_and_what_the_switch_says_of_it(
    program: Program, consulting: Consulting
) -> None:
    in_conference(program, consulting)
    for leg in (consulting[1], consulting[3], consulting[5]):
        picture = program.switch.channel(leg).get(5)
        assert picture is not None and (picture.app, picture.partner) == ("conference", None)


def test_the_others_stay_when_the_agent_leaves_a_conference(program: Program, consulting: Consulting) -> None:
    caller, customer, _phone, agent, person, consulted = consulting
    in_conference(program, consulting)
    after = {"hangup_after_bridge": "true", "transfer_after_bridge": ""}
    program.switch.set_variables(consulted, after).get(5)
    program.bridged(consulted, customer)
    hear_each_other(caller, person)
    program.switch.hangup(agent).get(5)
    program.gone(agent)
    hear_each_other(caller, person)
    since = program.mark()
    person.hang_up()
    program.fact(f.Rang, customer, since=since)


@pytest.mark.parametrize("who", [0, 2, 4], ids=["the customer", "the agent", "the person"])
def test_who_hangs_up_in_a_conference_takes_nobody_with_him(
    program: Program, consulting: Consulting, who: int
) -> None:
    in_conference(program, consulting)
    parties, legs = consulting[::2], consulting[1::2]
    parties[who // 2].hang_up()
    program.gone(legs[who // 2])
    left = [n for n in range(3) if n != who // 2]
    hear_each_other(parties[left[0]], parties[left[1]])
    first, second = (legs[n] for n in sorted(left, reverse=True))
    program.bridged(first, second)
    hear_each_other(parties[left[0]], parties[left[1]])


def test_mute_goes_from_one_conversation_to_the_next(program: Program, consulting: Consulting) -> None:
    caller, customer, phone, agent, person, _consulted = consulting
    program.switch.mute(agent, True).get(5)
    until(lambda: not hears(person, phone), 3, "the agent is silent", step=0.1)
    program.bridged(agent, customer)
    until(lambda: hears(phone, caller), 3, "he hears the customer", step=0.1)
    assert not hears(caller, phone)
    program.switch.mute(agent, False).get(5)
    hear_each_other(caller, phone)


def test_keys_are_heard_by_the_party_they_are_sent_to(program: Program, consulting: Consulting) -> None:
    person, consulted = consulting[4], consulting[5]
    program.switch.send_dtmf(consulted, "12#*").get(5)
    hear_each_other(consulting[2], person)
