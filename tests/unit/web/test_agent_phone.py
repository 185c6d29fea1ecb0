"""The agent's telephone by HTTP: which one, the PC that remembers it, the password of the one in the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fs_app.accounts.model import Profile, User, UserSession
from fs_app.agents.model import Phone, Seat, Softphone
from fs_app.agents.reach import How, softphone_agent, softphone_user
from fs_app.agents.state import Presence, Work
from tests.support.until import until
from tests.unit.web.conftest import Visitor, Web


@pytest.fixture(autouse=True)
def afresh(web: Web) -> Iterator[None]:
    """Each test begins with nobody at work, no profile, no PC."""
    yield

    def write() -> None:
        User.update(profile=None).execute()
        for table in (Softphone, Seat, Phone, Profile):
            table.delete().execute()

    web.app.db.write(write)
    web.app.live.agents.clear()
    web.app.catalog.reload()
    web.app.softphones.load()
    web.app.reaches.rearm()


def may(web: Web, **options: bool) -> None:
    """All agents of the account have a profile with these options; and a telephone 2001 stands on a desk."""
    account = web.ids.desk.account

    def write() -> None:
        profile = Profile.create(account=account, name="Casque", role="agent", options=options, created_at=1)
        User.update(profile=profile).where(User.account == account, User.role == "agent").execute()
        Phone.create(account=account, number="2001", sip_ha1="0" * 32, label="Bureau 3", created_at=1)

    web.app.db.write(write)
    web.app.catalog.reload()


def ask(person: Visitor, method: str, url: str, body: Any = None) -> Any:
    headers = {"X-CSRFToken": person.token(), "Accept": "application/json"}
    return person.client.open(url, method=method, json=body, headers=headers)


def put(person: Visitor, **body: Any) -> Any:
    return ask(person, "PUT", "/agent/phone", body)


# --- the number -------------------------------------------------------------------------------------------------
def test_an_agent_works_on_his_own_telephone_and_may_change_nothing_without_a_profile(web: Web) -> None:
    elodie = web.person("elodie")
    shown = elodie.get("/agent/phone").json
    assert (shown["how"], shown["number"], shown["proven"]) == ("own", shown["own"], True)
    assert shown["may"] == {"softphone": False, "number": False, "outside": False, "seat": True}
    for how, number in (("phone", "1002"), ("outside", "+33612345678"), ("softphone", "")):
        assert put(elodie, how=how, number=number).status_code == 403


def test_a_number_that_was_changed_must_be_tried_before_calls_come(web: Web) -> None:
    may(web, may_edit_number=True)
    elodie, agent = web.person("elodie"), web.ids.desk.agent
    answer = put(elodie, how="phone", number=" 2001 ")
    assert answer.json["phone"]["number"] == "2001" and not answer.json["phone"]["proven"]
    web.app.reaches.picked_up(agent)
    assert elodie.get("/agent/phone").json["proven"]
    assert put(elodie, how="phone", number="2001").json["phone"]["proven"], "it is the same number"


def test_numbers_of_no_telephone_are_refused(web: Web) -> None:
    may(web, may_edit_number=True)
    elodie = web.person("elodie")
    for number in ("", "9999", "2001; hangup", "2001@evil.example", "٢٠٠١", "x" * 41):
        answer = put(elodie, how="phone", number=number)
        assert answer.status_code == 400 and answer.json["error"]["text"]


def test_a_telephone_on_which_somebody_works_is_refused_with_his_name(web: Web) -> None:
    may(web, may_edit_number=True)
    elodie, colleague = web.person("elodie"), web.ids.desk.colleague
    state = web.app.live.agent(colleague, web.ids.desk.account)
    own = web.app.catalog.agent(colleague)
    state.presence = Presence.UNAVAILABLE
    answer = put(elodie, how="phone", number=own.number)
    assert answer.status_code == 409 and own.name in answer.json["error"]["text"]
    state.presence = Presence.LOGGED_OUT
    assert put(elodie, how="phone", number=own.number).status_code == 200


def test_a_number_outside_is_called_through_the_trunk_when_the_profile_says_so(web: Web) -> None:
    may(web, may_edit_number=True)
    assert put(web.person("elodie"), how="outside", number="06 12 34 56 78").status_code == 403
    web.app.db.write(
        lambda: Profile.update(options={"may_edit_number": True, "number_outside": True}).execute()
    )
    web.app.catalog.reload()
    answer = put(web.person("elodie"), how="outside", number="06 12 34 56 78")
    assert answer.json["phone"]["number"] == "+33612345678"
    info = web.app.catalog.agent(web.ids.desk.agent)
    assert web.app.phones.contact(info.number, info.domain) == "sofia/gateway/trunk/+33612345678"
    web.app.db.write(lambda: Profile.update(options={}).execute())
    web.app.catalog.reload()
    assert web.app.reaches.of(web.ids.desk.agent).how is How.OWN, "he may no longer"


def test_nothing_changes_in_the_middle_of_a_call(web: Web) -> None:
    may(web, may_edit_number=True)
    elodie = web.person("elodie")
    web.app.live.agent(web.ids.desk.agent, web.ids.desk.account).work = Work.ACTIVE
    assert put(elodie, how="phone", number="2001").status_code == 409


def test_nonsense_is_refused(web: Web) -> None:
    may(web, may_edit_number=True)
    elodie = web.person("elodie")
    nonsense: tuple[dict[str, Any], ...] = (
        {},
        {"how": 1},
        {"how": "phone", "number": 7},
        {"how": "fly"},
        {"how": "own", "keep": "yes"},
    )
    for body in nonsense:
        assert put(elodie, **body).status_code == 400


# --- the PC -----------------------------------------------------------------------------------------------------
def test_the_next_agent_on_a_pc_gets_its_telephone_and_keeps_his_own_elsewhere(web: Web) -> None:
    may(web, may_edit_number=True)
    elodie = web.person("elodie")
    kept = put(elodie, how="phone", number="2001", keep=True)
    assert kept.json["phone"]["seat"]["number"] == "2001"
    cookie = elodie.client.get_cookie("fs_app_seat")
    assert cookie is not None and cookie.http_only
    assert web.app.db.read(lambda: Seat.get().token_hash) != cookie.value, "only its hash is kept"

    bruno = web.person("bruno")
    bruno.client.set_cookie("fs_app_seat", cookie.value)
    colleague = web.ids.desk.colleague
    assert bruno.get("/agent").status_code == 200
    assert web.app.reaches.of(colleague).number == "2001" and web.app.reaches.of(colleague).proven
    web.app.db.write(lambda: Profile.update(options={}).execute())
    web.app.catalog.reload()
    assert web.person("bruno").get("/agent").status_code == 200
    assert web.app.reaches.of(colleague).how is How.OWN, "another PC, and he chooses no numbers himself"


def test_a_pc_forgets_and_strange_cookies_mean_nothing(web: Web) -> None:
    may(web, may_edit_number=True)
    elodie = web.person("elodie")
    put(elodie, how="phone", number="2001", keep=True)
    put(elodie, how="own", keep=False)
    assert web.app.db.read(lambda: Seat.select().count()) == 0
    elodie.client.set_cookie("fs_app_seat", "../../etc/passwd")
    assert elodie.get("/agent").status_code == 200
    assert elodie.get("/agent/phone").json["seat"] is None


def test_a_pc_of_another_account_means_nothing_here(web: Web) -> None:
    may(web, may_edit_number=True)
    elodie = web.person("elodie")
    put(elodie, how="phone", number="2001", keep=True)
    other = web.ids.desk.other_account
    web.app.db.write(lambda: Seat.update(account=other).execute())
    assert elodie.get("/agent/phone").json["seat"] is None
    put(elodie, how="own", keep=True)
    assert web.app.db.read(lambda: [s.account_id for s in Seat.select()]) == [web.ids.desk.account]


# --- the one in the browser -----------------------------------------------------------------------------------------
def test_the_page_gets_a_password_of_its_own_which_ends_with_the_login(web: Web) -> None:
    may(web, softphone=True)
    elodie, agent = web.person("elodie"), web.ids.desk.agent
    assert put(elodie, how="softphone").status_code == 200
    given = ask(elodie, "POST", "/agent/softphone", {})
    assert given.headers["Cache-Control"] == "no-store"
    assert given.json["user"] == softphone_user(agent) and len(given.json["password"]) >= 24
    (user,) = web.app.softphones.users()
    assert user.user == softphone_user(agent)
    again = ask(elodie, "POST", "/agent/softphone", {}).json
    assert again["password"] != given.json["password"] and len(web.app.softphones.users()) == 1
    assert given.json["password"] not in json.dumps(
        [list(row) for row in web.app.db.read(lambda: list(Softphone.select().tuples()))]
    )
    elodie.post("/logout")
    assert web.app.softphones.users() == []
    web.app.softphones.load()
    assert web.app.softphones.users() == []


def test_logins_that_end_otherwise_take_the_password_with_them(web: Web) -> None:
    may(web, softphone=True)
    elodie = web.person("elodie")
    ask(elodie, "POST", "/agent/softphone", {})
    web.app.softphones.round()
    assert len(web.app.softphones.users()) == 1
    web.app.db.write(lambda: UserSession.update(revoked_at=1).execute())
    # one that was given in this very millisecond is looked at with the next round
    until(lambda: web.app.softphones.round() or web.app.softphones.users() == [], 2, "void")


def test_who_may_not_gets_none_and_who_may_no_longer_loses_it(web: Web) -> None:
    assert ask(web.person("elodie"), "POST", "/agent/softphone", {}).status_code == 403
    may(web, softphone=True)
    assert ask(web.person("elodie"), "POST", "/agent/softphone", {}).status_code == 200
    web.app.db.write(lambda: Profile.update(options={}).execute())
    web.app.catalog.reload()
    assert web.app.softphones.users() == []


def test_other_names_are_nobodys_browser() -> None:
    for user in ("softphone.", "softphone.x", "softphone.-1", "1001", "softphone.12345678901"):
        assert softphone_agent(user) is None
    assert softphone_agent(softphone_user(7)) == 7
