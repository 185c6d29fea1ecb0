"""Telephones apart from people: who is called where (BA-150, BY-50)."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.agents.reach import How, Reach, of_entry, to_entry
from fs_app.agents.reaches import NotProven, NumberNotYours, Reaches
from fs_app.events import PhoneState
from fs_app.phones import Instead
from tests.unit.core.world import DOMAIN, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.recover()
    return made


def register(world: World, user: str, contact: str = "") -> None:
    at = contact or f"sofia/internal/sip:{user}@192.0.2.9:5060"
    world.phones.on_registered(f.PhoneRegistered(world.at, user, DOMAIN, at, 120))


def test_he_is_called_where_he_works_and_his_own_telephone_rings_no_more(world: World) -> None:
    web = "sofia/internal/sip:x@y.invalid;transport=ws;fs_path=sip%3Ax%40127.0.0.1%3A4000%3Btransport%3Dws"
    world.ready(1)
    world.phones.works_at("1001", DOMAIN, Instead(user="softphone.1"))
    assert world.phones.contact("1001", DOMAIN) is None, "the page has not registered yet"
    register(world, "softphone.1", web)
    caller = world.waits()
    assert world.originate(world.offered_leg(caller)).endpoint == web
    world.phones.works_at("1001", DOMAIN, None)
    assert "1001@" in str(world.phones.contact("1001", DOMAIN))


def test_what_happens_to_that_telephone_is_told_of_him(world: World) -> None:
    told: list[tuple[str, bool]] = []
    world.phones.works_at("1001", DOMAIN, Instead(user="2001"))
    world.bus.subscribe(PhoneState, lambda e: told.append((e.user, e.registered)))
    register(world, "2001")
    world.phones.silent("1001", DOMAIN)
    assert world.phones.contact("1001", DOMAIN) is None
    register(world, "2001")
    world.phones.compare([])
    assert told[-1] == ("1001", True), "the switch's list lags behind: the next one decides"
    world.phones.compare([])
    assert [ok for user, ok in told if user == "1001"] == [True, False, True, False]


def test_a_number_outside_needs_no_registration(world: World) -> None:
    world.phones.works_at("1001", DOMAIN, Instead(endpoint="sofia/gateway/trunk/+33612345678"))
    world.phones.compare([])
    world.phones.silent("1001", DOMAIN)
    assert world.phones.contact("1001", DOMAIN) == "sofia/gateway/trunk/+33612345678"


def test_a_silent_number_outside_says_nothing_of_the_telephone_here(world: World) -> None:
    register(world, "1001")
    world.phones.works_at("1001", DOMAIN, Instead(endpoint="sofia/gateway/trunk/+33612345678"))
    world.phones.silent("1001", DOMAIN)
    world.phones.works_at("1001", DOMAIN, None)
    assert world.phones.contact("1001", DOMAIN) is not None


def test_a_page_that_comes_back_elsewhere_is_not_called_where_it_was(world: World) -> None:
    world.phones.works_at("1001", DOMAIN, Instead(user="softphone.1"))
    register(world, "softphone.1")
    world.phones.forget("softphone.1", DOMAIN)
    assert world.phones.contact("1001", DOMAIN) is None


def test_who_has_no_profile_for_it_chooses_nothing_and_an_untried_number_gets_no_calls(world: World) -> None:
    reaches = Reaches(
        world.live, world.bus, world.catalog, world.phones, lambda n: n, lambda account, text: text
    )
    for how in (How.SOFTPHONE, How.PHONE, How.OUTSIDE):
        with pytest.raises(NumberNotYours):
            reaches.choose(1, how, "2001")
    state = world.agents.state(1)
    world.live.record(
        "agent.reach", account=state.account, agent=1, **to_entry(Reach(How.PHONE, "2001", False))
    )
    with pytest.raises(NotProven):
        reaches.must_be_proven(1)
    reaches.picked_up(1)
    reaches.must_be_proven(1)


def test_what_another_version_wrote_is_his_own_telephone() -> None:
    assert of_entry({"how": "carrier pigeon", "number": "7"}).how is How.OWN
    assert of_entry(None) == Reach()
    assert of_entry(to_entry(Reach(How.OUTSIDE, "+33612345678", False))) == Reach(
        How.OUTSIDE, "+33612345678", False
    )
