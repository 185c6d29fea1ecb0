"""Agents who work through the list of people to call, on both switches: one program plays all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from fs_app.accounts.model import Profile, User
from fs_app.db import Database
from fs_app.queues.model import Disposition, Queue
from tests.e2e.conftest import SETTINGS, switches
from tests.support.program import DID, DOMAIN, PASSWORD, ROOT, AgentPage, Plan, Program, logged_in
from tests.support.until import until
from tests.support.world import PartyState, Phone, World

RULES = {"automatic_s": 1, "correct_hours": 1}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "stage" in metafunc.fixturenames:
        metafunc.parametrize("stage", switches(metafunc.config), indirect=True, scope="module")


@dataclass
class Centre:
    world: World
    app: Program
    pages: dict[str, AgentPage] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    people: dict[str, Phone] = field(default_factory=dict)
    count: int = 0

    @property
    def me(self) -> AgentPage:
        return self.pages["1001"]

    @property
    def my_phone(self) -> Phone:
        return self.phones["1001"]

    def outbound(self, page: AgentPage | None = None) -> dict[str, Any]:
        return dict((page or self.me).picture["outbound"])

    def items(self, number: str) -> list[dict[str, Any]]:
        return [item for item in self.outbound()["list"] if item["number"] == number]

    def gives_up(self) -> str:
        """Somebody calls and hangs up before anybody takes him: his number, and he is on the list."""
        self.count += 1
        number = f"+3361299{self.count:04d}"
        self.people[number] = self.world.person(number)
        caller = self.world.call(DID, number)
        until(
            lambda: self.app.rows("select 1 from call where caller_number = ? and stage = 'WAITING'", number)
        )
        caller.hang_up()
        until(lambda: self.items(number) != [], 10, "he is on the list")
        return number

    def mode(self, mode: str, number: str = "1001") -> None:
        self.pages[number].do("outbound.mode", mode=mode)

    def shown(self, number: str) -> dict[str, Any]:
        until(
            lambda: (self.outbound()["preview"] or {}).get("number") == number,
            10,
            f"{number} is shown; {self.outbound()}",
        )
        self.me.is_in("PREVIEW")
        return dict(self.outbound()["preview"])

    def callback(self, number: str) -> tuple[Any, ...]:
        columns = "state, tries, last_result, last_times, closed_why"
        (row,) = self.app.rows(f"select {columns} from callback where number = ?", number)
        return row

    def rest(self) -> None:
        """Everybody free, nobody on the list, no leg anywhere."""
        for number, own in self.phones.items():
            self.mode("manual", number)
            for phone in (own, *self.people.values()):
                if phone.state not in (PartyState.IDLE, PartyState.ENDED):
                    phone.hang_up()
        until(lambda: self.world.legs() == 0, 15, "no channel is left")
        until(self._free, 15, "all agents are free")
        for item in self.outbound()["list"]:
            self.me.ask("outbound.close", item=item["id"], done=False)
        until(lambda: self.outbound()["list"] == [], 10, "nobody is on the list")

    def _free(self) -> bool:
        for page in self.pages.values():
            work = page.picture.get("work")
            if page.state == "WRAP_UP" and work is not None:
                page.ask("call.qualify", call=work["call"], disposition=self.app.ids.dispositions[0], note="")
            elif page.state in ("NO_ANSWER_DELAY", "INTER_CALL"):
                page.ask("agent.end_delay")
        return all(page.state in ("IDLE", "UNAVAILABLE") for page in self.pages.values())


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    if request.param == "real":
        from tests.support.real_world import RealWorld

        world: World = RealWorld(SETTINGS)
    else:
        from fs_app.sim.world import SimWorld

        world = SimWorld(SETTINGS)
    app = Program(world, tmp_path_factory.mktemp("outbound"), Plan(agents=2))
    centre = Centre(world, app)
    try:
        db = Database(app.database_url, ROOT / "migrations")
        db.open()

        def write() -> None:
            profile = Profile.create(
                account=app.ids.account,
                name="Sortant",
                role="agent",
                denied=[],
                options={"modes": ["manual", "preview", "automatic"]},
                created_at=1,
            )
            User.update(profile=profile).where(User.role == "agent").execute()
            Queue.update(outbound=RULES, outside_ring_s=20).execute()
            Disposition.update(effect="machine").where(Disposition.id == app.ids.dispositions[1]).execute()

        db.write(write)
        db.close()
        app.start()
        for number in ("1001", "1002"):
            phone = world.phone(number, PASSWORD, DOMAIN)
            phone.register()
            page = app.agent(number)
            centre.phones[number], centre.pages[number] = phone, page
            until(lambda page=page: page.picture["phone"]["registered"], 10, "the phone is registered")
            page.do("agent.log_in")
        yield centre
    finally:
        for page in centre.pages.values():
            page.close()
        app.close()
        world.close()


@pytest.fixture
def centre(stage: Centre) -> Iterator[Centre]:
    """Two agents who are there; calls come to nobody."""
    for page in stage.pages.values():
        page.do("agent.unavailable")
    yield stage
    stage.rest()


def test_who_is_shown_is_called_once_and_again_by_the_rule_of_what_became_of_it(centre: Centre) -> None:
    number = centre.gives_up()
    centre.mode("preview")
    centre.me.do("agent.available")
    item = centre.shown(number)
    refused = centre.pages["1002"].ask("outbound.call", item=item["id"])
    assert refused["error"]["key"] == "error.callback_taken"
    centre.me.do("outbound.call", item=item["id"])
    assert not centre.me.ask("outbound.call", item=item["id"])["ok"], "pressed twice"
    centre.my_phone.ringing()
    centre.my_phone.answer()
    person = centre.people[number]
    person.ringing(timeout=15)
    person.reject(486)
    until(lambda: centre.callback(number) == ("OPEN", 1, "busy", 1, ""), 10, "the rule for busy lines")
    (due_at, changed_at) = centre.app.rows(
        "select due_at, changed_at from callback where number = ?", number
    )[0]
    assert 290_000 < due_at - changed_at < 310_000
    until(lambda: centre.items(number)[0]["status"] == "busy", 5, "the page says so")
    dialled = centre.app.rows(
        "select count(*) from journal_entry where kind = 'call.dialled' and data like ?", f"%{number}%"
    )
    assert dialled == [(1,)]


def test_the_verdict_settles_it_and_a_wrong_one_is_corrected(centre: Centre) -> None:
    number = centre.gives_up()
    centre.me.do("outbound.call", item=centre.items(number)[0]["id"])
    centre.my_phone.ringing()
    centre.my_phone.answer()
    person = centre.people[number]
    person.ringing(timeout=15)
    person.answer()
    centre.me.is_in("IN_CALL")
    until(lambda: centre.callback(number)[0] == "REACHED", 10, "somebody answered")
    person.hang_up()
    centre.me.is_in("WRAP_UP")
    call = centre.me.picture["work"]["call"]
    centre.me.do("call.qualify", call=call, disposition=centre.app.ids.dispositions[0], note="oui")
    until(lambda: centre.callback(number)[0] == "DONE", 10, "it is done")
    session = logged_in(centre.app.url, "agent1001")
    said = correct(centre, session, call, centre.app.ids.dispositions[2])
    assert said.status_code == 200, said.text
    verdict = centre.app.rows("select disposition_id, disposition_note from call where id = ?", call)
    assert verdict == [(centre.app.ids.dispositions[2], "non")]
    listed = session.get(f"{centre.app.url}/agent/results/{call}").json()
    assert [(c["old"], c["new"]) for c in listed["corrections"]] == [("Sale", "Callback")]
    other = correct(centre, logged_in(centre.app.url, "agent1002"), call, centre.app.ids.dispositions[0])
    assert other.status_code == 404, "it is not his call"


def correct(centre: Centre, session: requests.Session, call: str, disposition: int) -> requests.Response:
    token = session.get(f"{centre.app.url}/csrf").json()["token"]
    return session.put(
        f"{centre.app.url}/agent/results/{call}",
        json={"disposition": disposition, "note": "non"},
        headers={"X-CSRFToken": token},
    )


def test_an_answering_machine_is_called_again_later(centre: Centre) -> None:
    number = centre.gives_up()
    centre.me.do("outbound.call", item=centre.items(number)[0]["id"])
    centre.my_phone.ringing()
    centre.my_phone.answer()
    centre.people[number].ringing(timeout=15)
    centre.people[number].answer()
    centre.me.is_in("IN_CALL")
    call = centre.me.picture["work"]["call"]
    centre.me.do("call.qualify", call=call, disposition=centre.app.ids.dispositions[1], note="")
    centre.me.do("line.hang_up", line=centre.me.line_id)
    until(lambda: centre.callback(number) == ("OPEN", 1, "machine", 1, ""), 10, "by the rule for machines")


def test_a_caller_comes_first(centre: Centre) -> None:
    number = centre.gives_up()
    centre.mode("preview")
    centre.me.do("agent.available")
    centre.shown(number)
    caller = centre.world.call(DID, "+33699887766")
    centre.my_phone.ringing()
    centre.me.is_in("RINGING")
    until(lambda: centre.items(number)[0]["reserved"] is False, 5, "who was shown went back")
    centre.my_phone.answer()
    centre.me.is_in("IN_CALL")
    caller.hang_up()


def test_automatic_calls_by_itself_and_a_death_in_the_middle_calls_nobody_twice(centre: Centre) -> None:
    number = centre.gives_up()
    centre.mode("automatic")
    centre.me.do("agent.available")
    centre.my_phone.ringing(timeout=15)
    centre.my_phone.answer()
    person = centre.people[number]
    person.ringing(timeout=15)
    centre.app.kill()
    centre.app.start()
    until(lambda: centre.me.picture["switch"]["up"], 20, "the link is back")
    person.reject(486)
    until(lambda: centre.callback(number)[0] == "OPEN" and centre.callback(number)[1] == 1, 15, "one attempt")
    dialled = centre.app.rows(
        "select count(*) from journal_entry where kind = 'call.dialled' and data like ?", f"%{number}%"
    )
    assert dialled == [(1,)]
