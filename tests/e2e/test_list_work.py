"""A list of five people and an agent who works through it in preview mode, on both switches: what becomes of each, and
that the list is right though the program is killed at three moments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from fs_app.accounts.model import Profile, User
from fs_app.calllists.model import CallList, ContactFile, ListRecord
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.db import Database
from fs_app.queues.model import Disposition, Queue
from tests.e2e.conftest import SETTINGS, switches
from tests.support.program import DOMAIN, PASSWORD, ROOT, AgentPage, Plan, Program
from tests.support.until import until
from tests.support.world import Phone, World

SECOND = "+33145990003"
"""The other number of the third one."""


def number(record: int) -> str:
    return f"+3361277000{record}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "centre" in metafunc.fixturenames:
        metafunc.parametrize("centre", switches(metafunc.config), indirect=True)


@dataclass
class Centre:
    world: World
    app: Program
    page: AgentPage = None  # type: ignore[assignment]
    phone: Phone = None  # type: ignore[assignment]
    people: dict[str, Phone] = field(default_factory=dict)

    def person(self, e164: str) -> Phone:
        if e164 not in self.people:
            self.people[e164] = self.world.person(e164)
        return self.people[e164]

    def shown(self, record: int, e164: str = "") -> dict[str, Any]:
        def seen() -> bool:
            if self.page.state == "INTER_CALL":
                self.page.ask("agent.end_delay")
            return ((self.page.picture.get("outbound") or {}).get("preview") or {}).get("id") == f"r{record}"

        until(seen, 20, f"record {record} is shown")
        preview = dict(self.page.picture["outbound"]["preview"])
        assert preview["number"] == (e164 or number(record))
        return preview

    def listed(self, record: int) -> str:
        """The number with which it stands on his list."""
        items = (self.page.picture.get("outbound") or {}).get("list", [])
        free = self.page.state in ("IDLE", "PREVIEW")
        return next((i["number"] for i in items if i["id"] == f"r{record}" and free), "")

    def call(self, record: int) -> None:
        """He presses the button and picks up his telephone."""
        self.page.do("outbound.call", item=f"r{record}")
        self.phone.ringing()
        self.phone.answer()

    def record(self, record: int) -> tuple[Any, ...]:
        columns = "state, attempts, last_result, number"
        (row,) = self.app.rows(f"select {columns} from list_record where id = ?", record)
        return row

    def becomes(self, record: int, *wanted: Any) -> None:
        until(
            lambda: self.record(record)[: len(wanted)] == wanted,
            15,
            f"record {record} is {wanted}, was {self.record(record)}",
        )

    def dies_and_comes_back(self) -> None:
        self.app.kill()
        self.app.start()
        until(lambda: self.page.picture["switch"]["up"], 20, "the link is back")

    def qualifies(self, verdict: int) -> None:
        self.page.is_in("WRAP_UP", 20)
        call = self.page.picture["work"]["call"]
        self.page.do("call.qualify", call=call, disposition=self.app.ids.dispositions[verdict], note="")


@pytest.fixture
def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    if request.param == "real":
        from tests.support.real_world import RealWorld

        world: World = RealWorld(SETTINGS)
    else:
        from fs_app.sim.world import SimWorld

        world = SimWorld(SETTINGS)
    app = Program(world, tmp_path_factory.mktemp("lists"), Plan(agents=1, inter_call_s=1))
    centre = Centre(world, app)
    try:
        db = Database(app.database_url, ROOT / "migrations")
        db.open()
        db.write(lambda: populate(app))
        db.close()
        app.start()
        centre.phone = world.phone("1001", PASSWORD, DOMAIN)
        centre.phone.register()
        centre.page = app.agent("1001")
        until(lambda: centre.page.picture["phone"]["registered"], 10, "the phone is registered")
        yield centre
    finally:
        if centre.page is not None:
            centre.page.close()
        app.close()
        world.close()


def populate(app: Program) -> None:
    ids = app.ids
    profile = Profile.create(
        account=ids.account,
        name="Sortant",
        role="agent",
        denied=[],
        options={"modes": ["manual", "preview"]},
        created_at=1,
    )
    User.update(profile=profile).where(User.role == "agent").execute()
    Queue.update(outside_ring_s=20).execute()
    Disposition.update(category="positive").where(Disposition.id == ids.dispositions[0]).execute()
    file = ContactFile.create(account=ids.account, name="Anciens clients", created_at=1)
    made = CallList.create(
        account=ids.account,
        name="Anciens clients",
        file=file,
        queue=ids.queue,
        active=True,
        created_at=1,
        updated_at=1,
    )
    for n in range(1, 6):
        contact = Contact.create(account=ids.account, last_name=f"Personne {n}", created_at=1, updated_at=1)
        ContactNumber.create(account=ids.account, contact=contact, number=number(n))
        ListRecord.create(
            id=n,
            account=ids.account,
            list=made,
            index=n,
            contact=contact,
            number=number(n),
            more=[{"n": SECOND, "kind": "fixed", "zone": "Europe/Paris"}] if n == 3 else None,
            kind="mobile",
            country="FR",
            zone="Europe/Paris",
            order_key=n,
            memo="Client depuis 2019",
            imported_at=1,
        )


def test_a_list_is_worked_through_and_is_right_whatever_dies(centre: Centre) -> None:
    page = centre.page
    for e164 in (*map(number, range(1, 6)), SECOND):
        centre.person(e164)
    page.do("agent.log_in")
    page.do("outbound.mode", mode="preview")
    page.do("agent.available")

    # Busy: again by the rule of the queue.
    preview = centre.shown(1)
    assert (preview["list"], preview["note"]) == ("Anciens clients", "Client depuis 2019")
    assert page.picture["outbound"]["counters"]["due"] == 5
    centre.call(1)
    centre.person(number(1)).ringing(timeout=15)
    assert centre.record(1)[0] == "IN_CALL"
    centre.person(number(1)).reject(486)
    centre.becomes(1, "SYSTEM", 1, "busy")

    # Sold: done, and the contact file says so.
    centre.shown(2)
    centre.call(2)
    centre.person(number(2)).ringing(timeout=15)
    centre.person(number(2)).answer()
    page.is_in("IN_CALL")
    record = page.http.get(f"{centre.app.url}/agent/record/{page.picture['work']['call']}").json()
    assert [(one["list"], one["mine"], one["memo"]) for one in record["lists"]] == [
        ("Anciens clients", True, "Client depuis 2019")
    ]
    centre.person(number(2)).hang_up()
    centre.qualifies(0)
    centre.becomes(2, "COMPLETED", 1, "positive")
    row = centre.app.rows('select code, last_agent_name from contact_file_row where "index" = 2')
    assert row == [("sale", "Agent 1001")]

    # A number that nobody has: the next one of the same person. The program dies while they talk.
    centre.shown(3)
    centre.call(3)
    centre.person(number(3)).ringing(timeout=15)
    centre.person(number(3)).reject(404)
    centre.becomes(3, "REDIAL", 1, "wrong_number", SECOND)
    until(lambda: centre.listed(3) == SECOND, 15, "the other number is on his list")
    centre.call(3)  # by hand: the next one is shown already, and goes back
    centre.person(SECOND).ringing(timeout=15)
    centre.person(SECOND).answer()
    page.is_in("IN_CALL")
    centre.dies_and_comes_back()
    page.is_in("IN_CALL", 20)
    assert centre.record(3)[0] == "IN_CALL"
    centre.person(SECOND).hang_up()
    centre.qualifies(1)
    centre.becomes(3, "COMPLETED", 2)

    # It dies while his telephone rings: one attempt.
    centre.shown(4)
    centre.call(4)
    centre.person(number(4)).ringing(timeout=15)
    centre.dies_and_comes_back()
    centre.person(number(4)).reject(486)
    centre.becomes(4, "SYSTEM", 1, "busy")
    assert centre.app.rows("select count(*) from record_attempt where record_id = 4") == [(1,)]

    # It dies while the agent's own telephone rings, and he does not pick up: nobody was called.
    centre.shown(5)
    page.do("outbound.call", item="r5")
    centre.phone.ringing()
    centre.becomes(5, "IN_CALL", 0)
    centre.app.kill()
    centre.phone.reject(486)
    centre.app.start()
    centre.becomes(5, "UNTREATED", 0)
    assert centre.app.rows("select count(*) from record_attempt where record_id = 5") == [(0,)]

    counted = dict(centre.app.rows("select state, count(*) from list_record group by state"))
    assert counted == {"SYSTEM": 2, "COMPLETED": 2, "UNTREATED": 1}
    tried = centre.app.rows("select record_id, result from record_attempt order by id")
    assert tried == [(1, "busy"), (2, "reached"), (3, "wrong_number"), (3, "reached"), (4, "busy")]
    of_records = centre.app.rows("select record_id, count(*) from call where record_id > 0 group by 1")
    assert dict(of_records) == {1: 1, 2: 1, 3: 2, 4: 1, 5: 1}
    until(lambda: centre.world.legs() == 0, 15, "no channel is left")
