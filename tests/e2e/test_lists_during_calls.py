"""What an administrator does to a list, its import and its people while an agent talks to one of them: the call, its
verdict and the counters stay right, and the program's log knows of no failure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from fs_app.accounts.model import Profile, User
from fs_app.calllists.model import CallList
from fs_app.db import Database
from tests.e2e.conftest import SETTINGS, switches
from tests.e2e.test_imports import Desk
from tests.support.program import DOMAIN, PASSWORD, ROOT, AgentPage, Plan, Program, logged_in
from tests.support.until import until
from tests.support.world import Phone, World

PEOPLE = 8


def number(person: int) -> str:
    return f"+3361278000{person}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "office" in metafunc.fixturenames:
        metafunc.parametrize("office", switches(metafunc.config), indirect=True)


@dataclass
class Office:
    world: World
    app: Program
    call_list: int
    page: AgentPage = None  # type: ignore[assignment]
    phone: Phone = None  # type: ignore[assignment]
    admin: requests.Session = None  # type: ignore[assignment]
    jobs: list[int] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    talking: Any = None

    def opens_pages(self) -> None:
        self.page = self.app.agent("1001")
        self.admin = logged_in(self.app.url, "admin")

    def post(self, path: str, page: str = "/", **form: Any) -> requests.Response:
        text = self.admin.get(self.app.url + page, timeout=20).text
        token = text.split('name="csrf-token" content="')[1].split('"')[0]
        answer = self.admin.post(
            self.app.url + path,
            data={"csrf_token": token, **form},
            headers={"Referer": self.app.url},
            timeout=20,
            allow_redirects=False,
        )
        assert answer.status_code == 303, (path, answer.status_code, answer.text[:300])
        return answer

    def imports(self) -> int:
        desk = Desk(self.app.url)
        lines = ["Nom;Téléphone", *(f"Personne {n};{number(n)}" for n in range(1, PEOPLE + 1))]
        job = int(desk.ask("/upload?file=clients.csv", data="\n".join(lines).encode())["job"]["id"])
        plan = desk.ask(f"/{job}/preview", json={"source": ""})["preview"]["plan"]
        answer = desk.ask(f"/{job}/plan", "PUT", json={"plan": {**plan, "call_list": {"id": self.call_list}}})
        assert answer["problems"] == []
        desk.ask(f"/{job}/start")
        until(lambda: desk.job(job)["state"] == "DONE", 60, "the import is through")
        return job

    def record(self, person: int) -> tuple[Any, ...] | None:
        found = self.app.rows(
            "select id, state, attempts, contact_id from list_record where number = ?", number(person)
        )
        return found[0] if found else None

    def talks_to(self, person: int) -> None:
        """He calls the one whom his page shows him, who picks up."""

        def shown() -> bool:
            if self.page.state == "INTER_CALL":
                self.page.ask("agent.end_delay")
            outbound = self.page.picture.get("outbound") or {}
            return (outbound.get("preview") or {}).get("number") == number(person)

        until(shown, 20, f"person {person} is shown")
        item = self.page.picture["outbound"]["preview"]["id"]
        self.talking = self.world.person(number(person))
        self.page.do("outbound.call", item=item)
        self.phone.ringing()
        self.phone.answer()
        self.talking.ringing(timeout=15)
        self.talking.answer()
        self.page.is_in("IN_CALL")
        self.calls.append(self.page.picture["work"]["call"])

    def dies_and_comes_back(self) -> None:
        self.app.kill()
        self.app.start()
        until(lambda: self.page.picture["switch"]["up"], 20, "the link is back")
        self.admin = logged_in(self.app.url, "admin")

    def ends_it(self, verdict: int = 0) -> None:
        self.page.is_in("IN_CALL", 20)
        self.talking.hang_up()
        self.page.is_in("WRAP_UP", 20)
        call = self.page.picture["work"]["call"]
        assert call == self.calls[-1]
        self.page.do("call.qualify", call=call, disposition=self.app.ids.dispositions[verdict], note="")
        wanted = self.app.ids.dispositions[verdict]
        until(
            lambda: self.app.rows("select disposition_id from call where id = ?", call) == [(wanted,)],
            15,
            "the verdict stands on the call",
        )

    def is_right(self) -> None:
        """Counters add up, every page of it opens, nobody fell over."""
        for path in (f"/lists/{self.call_list}", f"/lists/{self.call_list}/records", "/contacts", "/calls"):
            assert self.admin.get(self.app.url + path, timeout=20).status_code == 200, path
        (there,) = self.app.rows("select count(*) from list_record where list_id = ?", self.call_list)
        now = self.admin.get(f"{self.app.url}/lists/{self.call_list}/now.json", timeout=20).json()
        assert now["total"] == there[0] == sum(now["states"].values()), now
        assert "Traceback" not in self.app.log()


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    if request.param == "real":
        from tests.support.real_world import RealWorld

        world: World = RealWorld(SETTINGS)
    else:
        from fs_app.sim.world import SimWorld

        world = SimWorld(SETTINGS)
    app = Program(world, tmp_path_factory.mktemp("lists"), Plan(agents=1, inter_call_s=1))
    office = Office(world, app, 0)
    try:
        db = Database(app.database_url, ROOT / "migrations")
        db.open()
        office.call_list = db.write(lambda: populate(app))
        db.close()
        app.start()
        office.phone = world.phone("1001", PASSWORD, DOMAIN)
        office.phone.register()
        office.opens_pages()
        until(lambda: office.page.picture["phone"]["registered"], 10, "the phone is registered")
        yield office
    finally:
        if office.page is not None:
            office.page.close()
        app.close()
        world.close()


def populate(app: Program) -> int:
    ids = app.ids
    modes = {"modes": ["manual", "preview"]}
    profile = Profile.create(
        account=ids.account, name="Sortant", role="agent", denied=[], options=modes, created_at=1
    )
    User.update(profile=profile).where(User.role == "agent").execute()
    return int(
        CallList.create(
            account=ids.account, name="Relances", queue=ids.queue, active=True, created_at=1, updated_at=1
        ).id
    )


def test_whatever_is_done_to_the_list_during_a_call(office: Office) -> None:
    job = office.imports()
    page, there = office.page, f"/lists/{office.call_list}"
    page.do("agent.log_in")
    page.do("outbound.mode", mode="preview")
    page.do("agent.available")

    # The list is put away, and comes back; the program dies in between.
    office.talks_to(1)
    office.post(f"{there}/archive")
    office.dies_and_comes_back()
    office.ends_it()
    until(lambda: office.record(1)[1:3] == ("COMPLETED", 1), 15, f"done: {office.record(1)}")  # type: ignore[index]
    until(lambda: page.state in ("IDLE", "INTER_CALL"), 10, "nobody else is shown")
    assert not (page.picture.get("outbound") or {}).get("preview"), "of a list that is put away nobody is"
    office.is_right()
    office.post(f"{there}/restore")
    (active,) = office.app.rows("select active from call_list")[0]
    if not active:
        office.post(f"{there}/active", active="1")

    # The contact is deleted, its record goes with it.
    office.talks_to(2)
    (_, _, _, contact) = office.record(2)  # type: ignore[misc]
    office.post(f"/contacts/{contact}/delete")
    office.dies_and_comes_back()
    office.ends_it()
    office.is_right()
    assert office.app.rows("select count(*) from contact where id = ?", contact) == [(0,)]

    # He is found twice and becomes one: the other one stays.
    office.talks_to(3)
    (_, _, _, mine), (_, _, _, other) = office.record(3), office.record(8)  # type: ignore[misc]
    office.post(
        "/contacts/merge",
        contact=[f"{one}:{version_of(office, one)}" for one in (mine, other)],
        kept=str(other),
        number=[number(8), number(3)],
    )
    office.dies_and_comes_back()
    office.ends_it()
    office.is_right()
    of_call = office.app.rows("select contact_id from call where id = ?", office.calls[-1])
    assert of_call == [(other,)], "his call is told of who is left"

    # He wants to be forgotten, and is, after his call.
    office.talks_to(4)
    (_, _, _, contact) = office.record(4)  # type: ignore[misc]
    office.post("/privacy/erase", contact=str(contact), typed=number(4), never_call="1")
    office.ends_it()
    until(
        lambda: office.app.rows("select count(*) from contact where id = ?", contact) == [(0,)], 60, "erased"
    )
    office.is_right()
    ((shown,),) = office.app.rows("select caller_number from call where id = ?", office.calls[-1])
    assert number(4) not in shown

    # Everybody is excluded; who is in a call is not touched.
    office.talks_to(5)
    office.post(f"{there}/act/exclude", sure="1")
    until(lambda: now(office)["action"]["state"] == "DONE", 20, "all are excluded")
    assert office.record(5)[1] == "IN_CALL"  # type: ignore[index]
    office.ends_it()
    until(lambda: office.record(5)[1:3] == ("COMPLETED", 1), 15, "done")  # type: ignore[index]
    office.is_right()
    action = now(office)["action"]["id"]
    office.post(f"{there}/actions/{action}/undo")

    # The import is undone.
    office.talks_to(6)
    office.post(f"/imports/{job}/undo")
    desk = Desk(office.app.url)
    until(lambda: desk.job(job)["state"] == "UNDONE", 30, "the import is undone")
    office.dies_and_comes_back()
    office.ends_it()
    office.is_right()
    until(lambda: page.state in ("IDLE", "INTER_CALL"), 10, "he is free")
    until(lambda: office.world.legs() == 0, 15, "no channel is left")
    told = office.app.rows("select count(*), count(disposition_id), sum(talk_ms > 0) from call")
    assert told == [(6, 6, 6)]


def now(office: Office) -> dict[str, Any]:
    return dict(office.admin.get(f"{office.app.url}/lists/{office.call_list}/now.json", timeout=20).json())


def version_of(office: Office, contact: int) -> int:
    return int(office.app.rows("select version from contact where id = ?", contact)[0][0])
