"""Supervision over HTTP: who may, what is offered, displays and their links; the document says what the code does."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app.accounts.model import User
from fs_app.accounts.permissions import PERMISSIONS
from fs_app.admin.model import AuditEntry
from fs_app.calls.model import Call
from fs_app.errors import FsAppError
from fs_app.queues.model import Queue
from fs_app.supervision import displays
from fs_app.supervision.model import Display, SupervisedQueue
from fs_app.supervision.scope import scope_of
from fs_app.supervision.service import Supervision
from fs_app.web.supervisor_events import FROM_SERVER, VERBS
from fs_app.web.supervisor_sockets import NEEDED, PARTS
from tests.support import callworld
from tests.unit.web.conftest import Web, standing

DOCS = (Path(__file__).resolve().parents[3] / "docs" / "events.md").read_text()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with standing(tmp_path_factory.mktemp("supervision")) as web:
        yield web


def events_under(heading: str) -> set[str]:
    section = DOCS.split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([a-z_.]+)` \|", section, re.MULTILINE))


def test_the_document_lists_exactly_the_events_of_supervision() -> None:
    assert events_under("What a supervisor asks") == set(VERBS)
    assert events_under("What a supervisor's page is told") == set(FROM_SERVER)


def test_each_event_is_a_method_that_takes_what_is_read() -> None:
    sample = {"agent": 1, "reason": 2, "call": "c-1", "queue": 3, "mode": "whisper", "text": "hello"}
    for verb in VERBS.values():
        inspect.signature(getattr(Supervision, verb.method)).bind(object(), object(), *verb.read(sample))
        assert verb.permission in PERMISSIONS
    assert set(NEEDED) == set(PARTS)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("agent.available", {}),
        ("agent.available", {"agent": "1"}),
        ("agent.available", {"agent": True}),
        ("agent.unavailable", {"agent": 1, "reason": -1}),
        ("agent.message", {"agent": 1, "text": "  "}),
        ("agent.message", {"agent": 1, "text": "x" * 301}),
        ("agent.message", {"agent": None, "text": ["x"]}),
        ("call.hang_up", {"call": "a\n\nhangup"}),
        ("call.move", {"call": "c", "queue": None}),
        ("listen.begin", {"agent": 1, "mode": "shout"}),
        ("listen.begin", {"agent": 1}),
        ("listen.mode", {"mode": {"a": 1}}),
    ],
)
def test_nonsense_is_refused_before_anything_is_asked(event: str, said: dict[str, object]) -> None:
    with pytest.raises(FsAppError) as refused:
        VERBS[event].read(said)
    assert refused.value.key == "error.invalid"


def test_a_supervisor_has_the_page_and_its_entry_in_the_menu_an_agent_has_neither(web: Web) -> None:
    page = web.person("sonia").page("/supervision")
    assert 'id="supervision"' in page
    assert 'href="/supervision"' in page
    agent = web.person("elodie")
    assert agent.get("/supervision").status_code == 403
    assert 'href="/supervision"' not in agent.page("/calls")


def test_the_frame_of_a_display_shows_no_figure_and_no_name(web: Web) -> None:
    page = web.visitor().page("/supervision/wall?theme=dark")
    assert 'data-theme="dark"' in page
    for secret in ("Commercial", "Démonstration", "Élodie"):
        assert secret not in page
    assert 'data-theme=""' in web.visitor().page("/supervision/wall?theme=%22onload=")


def test_a_display_is_made_shown_once_and_revoked(web: Web) -> None:
    admin = web.person("admin")
    queue = str(web.ids.desk.queue)
    made = admin.post("/admin/displays/new", name="Plateau sud", queues=queue)
    assert made.status_code == 200
    found = re.search(r"/supervision/wall#([\w-]{40,})", made.text)
    assert found
    secret = found[1]
    known = web.app.db.read(lambda: displays.find(secret))
    assert known is not None
    assert (known.account, known.queues) == (web.ids.desk.account, (int(queue),))
    row = web.app.db.read(lambda: Display.get_by_id(known.id))
    assert secret not in repr(row.__data__), "only its digest is kept"
    assert secret not in admin.page("/admin/displays")
    assert "Plateau sud" in admin.page("/admin/displays")
    assert web.app.db.read(lambda: displays.valid({known.id})) == {known.id}
    assert admin.post(f"/admin/displays/{known.id}/revoke").status_code == 303
    assert web.app.db.read(lambda: displays.find(secret)) is None
    assert web.app.db.read(lambda: displays.valid({known.id})) == set()
    assert admin.post(f"/admin/displays/{known.id}/revoke").status_code == 404
    said = web.app.db.read(
        lambda: [(e.action, e.label) for e in AuditEntry.select().where(AuditEntry.kind == "display")]
    )
    assert said == [("create", "Plateau sud"), ("revoke", "Plateau sud")]


def test_a_display_shows_no_queue_of_somebody_else(web: Web) -> None:
    theirs = web.app.db.write(
        lambda: Queue.create(account=web.ids.desk.other_account, name="Theirs", number="1", created_at=1).id
    )
    admin = web.person("admin")
    assert admin.post("/admin/displays/new", name="X", queues=str(theirs)).status_code == 400
    assert admin.post("/admin/displays/new", name="").status_code == 400
    assert web.app.db.read(lambda: displays.find("")) is None


def test_a_supervisor_is_given_queues_and_keeps_those_that_are_deactivated(web: Web) -> None:
    admin, app = web.person("admin"), web.app
    sonia = app.db.read(lambda: User.get(User.login == "sonia").id)
    first, second = app.db.read(
        lambda: [q.id for q in Queue.select().where(Queue.account == web.ids.desk.account).order_by(Queue.id)]
    )[:2]
    form = {"name": "Sonia Belkacem", "login": "sonia", "role": "supervisor"}

    def given() -> frozenset[int] | None:
        return scope_of(app.catalog, web.ids.desk.account, sonia, "supervisor").queues

    assert given() is None
    assert admin.post(f"/admin/people/{sonia}", **form, supervised=str(first)).status_code == 303
    assert given() == {first}
    assert scope_of(app.catalog, web.ids.desk.account, sonia, "admin").queues is None
    app.db.write(lambda: Queue.update(active=False).where(Queue.id == first).execute())
    assert admin.post(f"/admin/people/{sonia}", **form, supervised=str(second)).status_code == 303
    assert given() == {first, second}
    assert admin.post(f"/admin/people/{sonia}", **form).status_code == 303
    assert given() == {first}, (
        "the deactivated one is not on the form; without it he would be given everything"
    )
    app.db.write(lambda: Queue.update(active=True).where(Queue.id == first).execute())
    assert admin.post(f"/admin/people/{sonia}", **form).status_code == 303
    assert given() is None
    assert app.db.read(lambda: SupervisedQueue.select().count()) == 0


def test_the_home_page_of_a_restricted_supervisor_counts_his_queues_only(web: Web) -> None:
    admin, app = web.person("admin"), web.app
    sonia = app.db.read(lambda: User.get(User.login == "sonia").id)
    second = app.db.read(lambda: Queue.get(Queue.name == "Technique").id)
    person = web.person("sonia")

    def received() -> int:
        found = re.search(r'tile-value">([\d\u202f]+)<', person.page("/figures"))
        assert found
        return int(found[1].replace("\u202f", ""))

    everything = received()
    form = {"name": "Sonia Belkacem", "login": "sonia", "role": "supervisor", "supervised": str(second)}
    assert admin.post(f"/admin/people/{sonia}", **form).status_code == 303
    assert received() < everything
    assert "poste 1001" not in person.page("/"), "an agent of none of his queues"
    assert web.person("elodie").get("/figures").status_code == 403


def test_an_agents_latest_calls_are_his_own(web: Web) -> None:
    calls = web.person("elodie").get("/agent/calls").json["calls"]
    assert 0 < len(calls) <= 10
    own = {r["id"] for r in calls}
    assert not own & {r["id"] for r in web.person("bruno").get("/agent/calls").json["calls"]}
    assert web.person("sonia").get("/agent/calls").status_code == 403


def test_what_a_queue_promises_is_checked_and_kept(web: Web) -> None:
    admin = web.person("admin")
    form = {
        "name": "Support", "number": "290", "ring_s": "20", "no_answer_delay_s": "10", "inter_call_s": "3",
        "tabs": "service", "service_percent": "90",
    }  # fmt: skip
    assert admin.post("/admin/queues/new", **form, service_s="0").status_code == 400
    assert admin.post("/admin/queues/new", **form, service_s="45").status_code == 303
    info = next(q for q in web.app.catalog.now.queues.values() if q.name == "Support")
    assert (info.service_s, info.service_percent) == (45, 90)


def test_a_restricted_supervisor_finds_calls_and_recordings_of_his_queues_only(web: Web) -> None:
    admin, app = web.person("admin"), web.app
    sonia = app.db.read(lambda: User.get(User.login == "sonia").id)
    theirs = app.db.read(lambda: Call.get_by_id(callworld.FULL).queue_id)
    other = app.db.read(lambda: Queue.get((Queue.account == web.ids.desk.account) & (Queue.id != theirs)).id)
    person = web.person("sonia")
    sound = f"/calls/{callworld.FULL}/recordings/{callworld.RECORDING}"
    addresses = (f"/calls/{callworld.FULL}", f"{sound}.wav", f"{sound}.json")

    def allowed(queue: int) -> None:
        form = {"name": "Sonia Belkacem", "login": "sonia", "role": "supervisor", "supervised": str(queue)}
        assert admin.post(f"/admin/people/{sonia}", **form).status_code == 303

    allowed(theirs)
    assert [person.get(a).status_code for a in addresses] == [200, 200, 200]
    assert callworld.FULL in person.page("/calls") and callworld.RECORDING in person.page("/recordings")
    allowed(other)
    assert [person.get(a).status_code for a in addresses] == [404, 404, 404]
    assert callworld.FULL not in person.page("/calls")
    assert callworld.RECORDING not in person.page("/recordings")
    assert callworld.FULL.encode() not in person.get("/calls/export.csv").data
    for address in (f"/recordings/{callworld.RECORDING}/keep", f"/calls/{callworld.FULL}/recording/pause"):
        assert person.post(address).status_code == 404
