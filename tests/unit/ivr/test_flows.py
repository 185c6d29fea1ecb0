"""Drafts and versions of voice menus: nothing is lost, what is published never changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.admin.audit import Actor
from fs_app.admin.form import FormInvalid
from fs_app.admin.listing import Wanted
from fs_app.admin.model import AuditEntry
from fs_app.db import Database
from fs_app.errors import NotFound
from fs_app.ivr import account, flows
from fs_app.ivr.account import flows_of
from fs_app.ivr.compare import compare
from fs_app.ivr.flows import DraftChanged, FlowInUse, NotReady
from fs_app.ivr.graph import Problem
from fs_app.ivr.model import FlowVersion
from fs_app.ivr.spec import ParamKind
from fs_app.ivr.validation import validate
from fs_app.queues.model import Did, Queue
from tests.support import deskworld, flowworld

SHIPPED = {name: frozenset(("fr", "en", "es")) for name in ("greeting", "closed", "error", "goodbye")}
SHIPPED |= {name: frozenset(("fr", "en", "es")) for name in ("wrong_key", "nothing_heard", "one_moment")}


class House:
    """The service over a database of its own."""

    def __init__(self, db: Database, ids: deskworld.Ids) -> None:
        self.db, self.ids, self.now = db, ids, 1_795_000_000_000

    @property
    def by(self) -> Actor:
        self.now += 1000
        return Actor(self.ids.account, None, "Ahmed Lefèvre", self.now)

    def do(self, work: Any, *args: Any) -> Any:
        return self.db.write(lambda: work(self.by, *args))

    def ask(self, work: Any, *args: Any) -> Any:
        return self.db.read(lambda: work(self.ids.account, *args))

    def check(self, graph: flows.Graph) -> list[Problem]:
        return validate(graph, self.ask(account.load, SHIPPED), "fr")


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody logs in here."""
    monkeypatch.setattr(deskworld.Passwords, "hash", lambda self, password: "-")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    db = deskworld.open_database(tmp_path)
    ids = db.write(lambda: deskworld.populate(1_795_000_000_000))
    yield House(db, ids)
    db.close()


def small(queue: int, label: str = "Bonjour") -> flows.Graph:
    greeting = {"prompts": ["shipped:greeting"]}
    return {
        "format": 1,
        "start": "n1",
        "nodes": [
            flowworld.node("n1", "play", 0, 0, label, params=greeting, exits={"next": "n2"}),
            flowworld.node("n2", "queue", 300, 0, params={"queue": queue}),
        ],
    }


def made(house: House, name: str = "Accueil", graph: flows.Graph | None = None) -> int:
    number: int = house.do(flows.create, name, "fr", graph or small(house.ids.queue))
    return number


def published(house: House, **more: Any) -> int:
    flow = made(house, **more)
    house.do(flows.publish, flow, 1, "", house.check)
    return flow


def test_a_draft_is_saved_again_and_again_and_its_version_rises(house: House) -> None:
    flow = made(house)
    graph = small(house.ids.queue, "Bonsoir")
    assert house.do(flows.save_draft, flow, graph, 1) == 2
    assert house.do(flows.save_draft, flow, graph, 2) == 2, "the same again is no change"
    assert house.ask(flows.get, flow).draft == graph


def test_two_authors_do_not_overwrite_each_other(house: House) -> None:
    flow = made(house)
    house.do(flows.save_draft, flow, small(house.ids.queue, "Hers"), 1)
    with pytest.raises(DraftChanged) as conflict:
        house.do(flows.save_draft, flow, small(house.ids.queue, "Mine"), 1)
    assert conflict.value.theirs.draft["nodes"][0]["label"] == "Hers"
    assert conflict.value.theirs.draft_version == 2
    with pytest.raises(DraftChanged):
        house.do(flows.publish, flow, 1, "", house.check)


def test_publishing_makes_versions_one_after_the_other_and_a_line_in_the_audit_log(house: House) -> None:
    flow = published(house)
    house.do(flows.save_draft, flow, small(house.ids.queue, "Bonsoir"), 1)
    assert house.ask(flows.get, flow).changed
    assert house.do(flows.publish, flow, 2, "Le soir", house.check) == 2
    stored = house.ask(flows.get, flow)
    assert (stored.published, stored.changed) == (2, False)
    assert [(v.number, v.note, v.current) for v in house.ask(flows.versions, flow)] == [
        (2, "Le soir", True),
        (1, "", False),
    ]
    entry = house.db.read(
        lambda: AuditEntry.select().where(AuditEntry.action == "publish").order_by(-AuditEntry.id).get()
    )
    assert (entry.before["version"], entry.after["version"]) == (1, 2)


def test_what_is_wrong_is_not_published(house: House) -> None:
    graph = small(house.ids.queue)
    graph["nodes"][0]["exits"] = {}
    flow = made(house, graph=graph)
    with pytest.raises(NotReady) as refused:
        house.do(flows.publish, flow, 1, "", house.check)
    assert {p.key for p in refused.value.problems} == {"flow.problem.exit_open", "flow.problem.unreachable"}
    assert house.ask(flows.get, flow).published is None
    assert house.ask(flows.versions, flow) == []


def test_a_published_version_never_changes(house: House) -> None:
    flow = published(house)
    before = house.ask(flows.version, flow, 1)

    def rows() -> list[Any]:
        return house.db.read(lambda: list(FlowVersion.select().where(FlowVersion.number == 1).dicts()))

    row = rows()
    house.do(flows.save_draft, flow, small(house.ids.queue, "Other"), 1)
    house.do(flows.publish, flow, 2, "x", house.check)
    house.do(flows.return_to, flow, 1, house.check)
    house.do(flows.take_as_draft, flow, 1, 2)
    house.do(flows.rename, flow, "Autre nom", "en")
    house.do(flows.copy, flow, "Copie")
    house.do(flows.archive, flow, flows_of)
    house.do(flows.restore, flow)
    assert house.ask(flows.version, flow, 1) == before
    assert rows() == row


def test_an_older_version_takes_calls_again_and_the_draft_stays(house: House) -> None:
    flow = published(house)
    evening = small(house.ids.queue, "Bonsoir")
    house.do(flows.save_draft, flow, evening, 1)
    house.do(flows.publish, flow, 2, "", house.check)
    house.do(flows.return_to, flow, 1, house.check)
    stored = house.ask(flows.get, flow)
    assert (stored.published, stored.draft, stored.changed) == (1, evening, True)
    assert house.do(flows.publish, flow, 2, "", house.check) == 3, "a new number, also after going back"


def test_a_version_whose_queue_is_gone_is_not_taken_again(house: House) -> None:
    flow = published(house)
    house.db.write(lambda: Queue.update(active=False).where(Queue.id == house.ids.queue).execute())
    with pytest.raises(NotReady) as refused:
        house.do(flows.return_to, flow, 1, house.check)
    assert [p.key for p in refused.value.problems] == ["flow.problem.gone"]


def test_where_nodes_stand_is_no_change_to_publish(house: House) -> None:
    flow = published(house)
    graph = small(house.ids.queue)
    graph["nodes"][0]["x"] = 999
    house.do(flows.save_draft, flow, graph, 1)
    assert not house.ask(flows.get, flow).changed


def test_a_flow_that_callers_come_to_is_not_archived(house: House) -> None:
    flow = published(house)
    caller = published(
        house,
        name="Appelant",
        graph={
            "format": 1,
            "start": "a",
            "nodes": [
                flowworld.node("a", "subflow", 0, 0, params={"flow": flow}, exits={"next": "b"}),
                flowworld.node("b", "hangup", 300, 0),
            ],
        },
    )
    house.db.write(
        lambda: Did.create(account=house.ids.account, number="+33100000009", label="Nuit", flow=flow)
    )
    house.db.write(lambda: Queue.update(survey_flow=flow).where(Queue.id == house.ids.queue).execute())
    found = house.ask(flows.uses, flow, flows_of)
    assert {(use.kind, use.label) for use in found} == {
        ("number", "+33100000009 Nuit"),
        ("survey", "Commercial"),
        ("flow", "Appelant"),
    }
    with pytest.raises(FlowInUse) as refused:
        house.do(flows.archive, flow, flows_of)
    assert "+33100000009" in refused.value.params["places"]
    house.do(flows.archive, caller, flows_of)
    assert not house.ask(flows.get, caller).active


def test_names_are_needed_and_not_taken_twice(house: House) -> None:
    flow = made(house)
    for name, language, field in (("", "fr", "name"), ("ACCUEIL", "fr", "name"), ("Autre", "de", "language")):
        with pytest.raises(FormInvalid) as wrong:
            house.do(flows.create, name, language)
        assert field in wrong.value.problems
    assert house.ask(flows.proposal, flow) == "Accueil (2)"
    copied = house.do(flows.copy, flow, "Accueil (2)")
    assert house.ask(flows.get, copied).draft == house.ask(flows.get, flow).draft
    assert house.ask(flows.get, copied).published is None


def test_flows_of_another_account_are_not_found(house: House) -> None:
    flow = published(house)
    other = house.ids.other_account
    for work in (flows.get, flows.versions, flows.proposal):
        with pytest.raises(NotFound):
            house.db.read(lambda work=work: work(other, flow))  # type: ignore[misc]
    with pytest.raises(NotFound):
        house.db.read(lambda: flows.version(other, flow, 1))
    assert house.db.read(lambda: flows.listing(other, Wanted(), flows_of)).rows == []


def test_the_list_says_what_is_published_and_what_is_changed(house: House) -> None:
    flow = published(house)
    made(house, name="Brouillon")
    house.do(flows.save_draft, flow, small(house.ids.queue, "Bonsoir"), 1)
    rows = {row.name: row for row in house.ask(flows.listing, Wanted(), flows_of).rows}
    assert (rows["Accueil"].published, rows["Accueil"].changed, rows["Accueil"].nodes) == (1, True, 2)
    assert rows["Brouillon"].published is None
    assert house.ask(flows.listing, Wanted(q="brouil"), flows_of).total == 1


def test_the_account_is_offered_with_what_is_in_use(house: House) -> None:
    flow = published(house)
    made(house, name="Jamais publié")
    house.db.write(lambda: Queue.update(active=False).where(Queue.name == "Technique").execute())
    world = house.ask(account.load, SHIPPED)
    assert [c.name for c in world.choices[ParamKind.QUEUE]] == ["Commercial"]
    assert [c.id for c in world.choices[ParamKind.FLOW]] == [flow]
    assert world.exists(ParamKind.AGENT, house.ids.agent)
    assert not world.exists(ParamKind.AGENT, house.ids.stranger)
    assert world.prompt("shipped:greeting") == {"fr", "en", "es"}
    assert world.prompt("shipped:moon") is None
    assert world.prompt("sound:1") is None


def test_two_graphs_are_compared_node_by_node(house: House) -> None:
    before, after = small(1), small(2, "Bonsoir")
    after["nodes"][0]["exits"] = {}
    after["nodes"].append(flowworld.node("n3", "hangup", 5, 5))
    after["start"] = "n2"
    found = compare(before, after)
    assert [n.id for n in found.added] == ["n3"]
    assert found.removed == ()
    assert found.start == ("Bonjour", "n2")
    assert [(n.id, [(c.place, c.what, c.before, c.after) for c in n.changes]) for n in found.changed] == [
        ("n1", [("node", "label", "Bonjour", "Bonsoir"), ("exit", "next", "n2", "")]),
        ("n2", [("param", "queue", 1, 2)]),
    ]
    moved = small(1)
    moved["nodes"][0]["x"] = 77
    assert not compare(small(1), moved)
