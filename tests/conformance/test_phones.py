"""Registered telephones: registration, ringing, their own keys, their own calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fs_app import facts as f
from fs_app.esl.quoting import phone_endpoint
from tests.conformance.conftest import DOMAIN, PASSWORD
from tests.conformance.program import Program
from tests.support.until import until
from tests.support.world import Phone


@pytest.fixture
def phone(program: Program) -> Iterator[Phone]:
    phone = program.world.phone("1001", PASSWORD, DOMAIN)
    phone.register()
    yield phone
    phone.unregister()


def contact(program: Program, user: str = "1001") -> str:
    """What this phone's registration of this test says."""
    return program.fact(f.PhoneRegistered, user=user).contact


def test_registering_is_a_fact_and_a_line_in_the_list(program: Program, phone: Phone) -> None:
    fact = program.fact(f.PhoneRegistered, user="1001")
    assert (fact.domain, fact.expires_s > 0) == (DOMAIN, True)
    registration = until(
        lambda: next((x for x in program.switch.registrations().get(5) if x.user == "1001"), None), 3
    )
    assert registration is not None
    assert phone_endpoint(registration.contact) and phone_endpoint(fact.contact)
    assert registration.domain == DOMAIN and registration.expires_at > fact.at


def test_unregistering_is_a_fact_and_the_line_is_gone(program: Program, phone: Phone) -> None:
    phone.unregister()
    program.fact(f.PhoneUnregistered, user="1001", domain=DOMAIN)
    until(lambda: not program.switch.registrations().get(5), 3, "no registration")


def test_a_wrong_password_does_not_register(program: Program) -> None:
    phone = program.world.phone("1002", "wrong", DOMAIN)
    with pytest.raises(AssertionError):
        phone.register()
    assert not any(x.user == "1002" for x in program.switch.registrations().get(5))


def test_a_registered_phone_rings_by_its_contact(program: Program, phone: Phone) -> None:
    leg, pending = program.dial(phone_endpoint(contact(program)), park_after_bridge="true")
    phone.ringing(5)
    assert phone.caller_shown == "+33199000000"
    phone.answer()
    assert pending.get(5).answered
    program.fact(f.LegParked, leg)


def test_the_hold_key_is_a_fact(program: Program, phone: Phone) -> None:
    caller, customer = program.caller()
    phone.answer_by_itself(0.1)
    leg, pending = program.dial(phone_endpoint(contact(program)), park_after_bridge="true")
    assert pending.get(5).answered
    program.fact(f.LegParked, leg)
    program.bridged(leg, customer)
    phone.hold()
    program.fact(f.LegHeld, leg, held=True)
    until(lambda: phone.state == "held", 3, "held")
    phone.unhold()
    program.fact(f.LegHeld, leg, held=False)
    assert caller.state == "talking"


def test_a_phone_that_dials_rings_at_the_door_as_an_agent(program: Program, phone: Phone) -> None:
    phone.dial("0142")
    created = program.fact(f.LegCreated, inbound=True)
    rang = program.fact(f.Rang, created.leg)
    assert rang.variables["fsapp_role"] == "agent"
    assert rang.variables["fsapp_dialed"] == "0142"
    assert rang.variables["fsapp_account"] == "acme"
    program.switch.answer(created.leg).get(5)
    phone.talking(3)
    phone.hang_up()
    program.gone(created.leg)


def test_more_is_known_of_a_registered_phone(program: Program, phone: Phone) -> None:
    found = until(lambda: next((x for x in program.switch.phones().get(5) if x.user == "1001"), None), 3)
    assert found is not None
    assert (found.domain, found.reachable) == (DOMAIN, True)
    assert found.address.startswith("127.0.0.1:")
    assert found.user_agent
    phone.unregister()
    until(lambda: not program.switch.phones().get(5), 3, "no phone")
