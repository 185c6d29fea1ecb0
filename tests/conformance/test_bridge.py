"""Legs together and apart: who hears whom, who is told, and where the one left goes."""

from __future__ import annotations

from fs_app import facts as f
from tests.conformance.program import Program, hear_each_other, hears
from tests.support.until import until


def test_two_bridged_legs_hear_each_other_and_know_their_partner(program: Program) -> None:
    caller, customer = program.caller()
    phone, agent = program.person("0600000011")
    program.bridged(agent, customer)
    hear_each_other(caller, phone)
    for leg, partner in ((agent, customer), (customer, agent)):
        picture = program.switch.channel(leg).get(5)
        assert picture is not None
        assert (picture.partner, picture.app, picture.answered) == (partner, "uuid_bridge", True)


def test_the_agent_hangs_up_and_the_customer_goes_home(program: Program) -> None:
    caller, customer = program.caller()
    phone, agent = program.person("0600000012")
    program.bridged(agent, customer)
    since = program.mark()
    phone.hang_up()
    assert program.gone(agent).by_far_end is True
    program.fact(f.Rang, customer, since=since)
    assert caller.state == "talking"


def test_after_a_bridge_the_switch_no_longer_knows_who_called(program: Program) -> None:
    """The caller's number must be kept by the program: the profile is overwritten, then emptied."""
    _, customer = program.caller(number="+33612000066", name="Ann")
    phone, agent = program.person("0600000026")
    program.bridged(agent, customer)
    picture = program.switch.channel(customer).get(5)
    assert picture is not None and picture.caller_number == "0600000026"
    since = program.mark()
    phone.hang_up()
    program.fact(f.Rang, customer, since=since)
    picture = program.switch.channel(customer).get(5)
    assert picture is not None and (picture.caller_number, picture.caller_name) == ("", "")
    assert picture.get("sip_from_user") == "+33612000066"


def test_a_second_agent_can_be_lost_too(program: Program) -> None:
    """`transfer_after_bridge` is consumed by each bridge; `home` sets it again."""
    caller, customer = program.caller()
    for number in ("0600000013", "0600000014"):
        phone, agent = program.person(number)
        program.bridged(agent, customer)
        since = program.mark()
        phone.hang_up()
        program.fact(f.Rang, customer, since=since)
    assert caller.state == "talking"


def test_the_customer_hangs_up_and_the_agent_is_parked(program: Program) -> None:
    caller, customer = program.caller()
    phone, agent = program.person("0600000015")
    program.bridged(agent, customer)
    since = program.mark()
    caller.hang_up()
    assert program.gone(customer).by_far_end is True
    program.fact(f.LegParked, agent, since=since)
    assert phone.state == "talking"
    picture = program.switch.channel(agent).get(5)
    assert picture is not None and picture.partner is None and picture.app == "park"


def test_a_leg_without_any_after_bridge_variable_ends_with_its_partner(program: Program) -> None:
    phone, agent = program.person("0600000016")
    other, leg = program.person("0600000017", park_after_bridge="false")
    program.bridged(agent, leg)
    phone.hang_up()
    program.gone(agent)
    program.gone(leg)
    assert other.ended(3) == "bye"


def test_bridging_elsewhere_takes_the_leg_from_its_partner(program: Program) -> None:
    """Hold, consult and toggle are made of this."""
    caller, customer = program.caller()
    program.switch.set_variables(customer, {"park_after_bridge": "true"}).get(5)
    phone, agent = program.person("0600000018")
    third, consulted = program.person("0600000019")
    program.bridged(agent, customer)
    since = program.mark()
    program.bridged(agent, consulted)
    program.fact(f.LegParked, customer, since=since)
    hear_each_other(phone, third)
    until(lambda: not hears(caller, phone), 2, "the customer is alone", step=0.1)
    program.bridged(agent, customer)
    hear_each_other(phone, caller)
    until(lambda: not hears(third, phone), 2, "the consulted person is alone", step=0.1)


def test_a_transfer_connects_the_customer_with_the_third_and_frees_the_agent(program: Program) -> None:
    caller, customer = program.caller()
    program.switch.set_variables(customer, {"park_after_bridge": "true"}).get(5)
    phone, agent = program.person("0600000020")
    third, consulted = program.person("0600000021")
    program.bridged(agent, customer)
    program.bridged(agent, consulted)
    since = program.mark()
    program.bridged(customer, consulted)
    hear_each_other(caller, third)
    program.fact(f.LegParked, agent, since=since)
    phone.hang_up()
    program.gone(agent)
    hear_each_other(caller, third)


def test_sending_a_bridged_customer_home_parks_the_agent(program: Program) -> None:
    caller, customer = program.caller()
    phone, agent = program.person("0600000022")
    program.bridged(agent, customer)
    since = program.mark()
    program.switch.send_home(customer).get(5)
    program.fact(f.Rang, customer, since=since)
    program.fact(f.LegParked, agent, since=since)
    assert (caller.state, phone.state) == ("talking", "talking")


def test_parking_a_leg_ends_what_it_hears(program: Program) -> None:
    caller, customer = program.caller()
    program.switch.music(customer, "tone_stream://%(1000,0,300);loops=-1", 30).get(5)
    until(lambda: caller.sound(), 3, "music", step=0.1)
    since = program.mark()
    program.switch.park(customer).get(5)
    program.fact(f.LegParked, customer, since=since)
    until(lambda: not caller.sound(), 3, "silence", step=0.1)


def test_muting_an_agent_silences_him_alone(program: Program) -> None:
    caller, customer = program.caller()
    phone, agent = program.person("0600000023")
    program.bridged(agent, customer)
    hear_each_other(caller, phone)
    program.switch.mute(agent, True).get(5)
    until(lambda: not hears(caller, phone), 3, "the agent is silent", step=0.1)
    assert hears(phone, caller)
    program.switch.mute(agent, False).get(5)
    hear_each_other(caller, phone)


def test_three_in_a_conference_hear_the_others_and_two_can_be_bridged_again(program: Program) -> None:
    caller, customer = program.caller()
    phone, agent = program.person("0600000024")
    third, consulted = program.person("0600000025")
    for leg in (customer, agent, consulted):
        program.switch.conference(leg, "c-room").get(5)
    people = (caller, phone, third)
    until(
        lambda: all(hears(ear, mouth) for ear in people for mouth in people if ear is not mouth),
        6,
        "everybody hears everybody",
        step=0.2,
    )
    program.bridged(agent, customer)
    hear_each_other(caller, phone)
    until(lambda: not hears(third, phone), 3, "the third is alone", step=0.1)
