"""An administrator configures the centre: what is typed is checked, in force at once, and written down."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fs_app.accounts.model import User
from fs_app.admin.model import AuditEntry
from fs_app.agents.model import Agent
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.directory.snapshot import a1_hash
from fs_app.events import CatalogChanged
from fs_app.queues.model import Disposition, Queue
from fs_app.web.i18n import known
from tests.support import callworld, deskworld
from tests.unit.web.conftest import Visitor, Web

QUEUE = {
    "name": "Support",
    "number": "300",
    "ring_s": "25",
    "no_answer_delay_s": "5",
    "inter_call_s": "2",
}


@pytest.fixture
def web(own_web: Web) -> Web:
    return own_web


def shown(page: str) -> list[str]:
    """The secrets on a page, in order."""
    return re.findall(r'data-copy="([^"]*)"', page)


def wrong(page: str) -> dict[str, str]:
    """Field → what stands beside it."""
    found = re.findall(r'id="e-(\w+)">.*?<span>(.*?)</span>', page, re.S)
    return dict(found)


def log(web: Web) -> list[tuple[str, str, str]]:
    rows = web.app.db.read(lambda: list(AuditEntry.select().order_by(AuditEntry.id)))
    return [(row.action, row.kind, row.label) for row in rows]


def talking(web: Web, **values: Any) -> None:
    web.app.live.calls["live-1"] = Call(
        "live-1",
        web.ids.desk.account,
        "inbound",
        started_at=0,
        caller_number="+33600000000",
        caller_name="",
        called_number="+33185090000",
        queue=web.ids.desk.queue,
        **values,
    )


# --- people -------------------------------------------------------------------------------------------------
def test_a_new_person_logs_in_with_the_password_that_was_shown_once(web: Web, admin: Visitor) -> None:
    changes: list[CatalogChanged] = []
    web.app.bus.subscribe(CatalogChanged, changes.append)
    queue = str(web.ids.desk.queue)
    answer = admin.post(
        "/admin/people/new", name="Zoé Petit", login="zoe", role="agent", number="1010", queues=queue
    )
    assert answer.status_code == 200
    account, login, password, number, domain, sip_password = shown(answer.text)
    assert (account, login, number, domain) == ("demo", "zoe", "1010", "demo.example")
    agent = web.app.db.read(lambda: Agent.get(Agent.number == "1010"))
    assert agent.sip_ha1 == a1_hash("1010", "demo.example", sip_password)
    assert web.visitor().log_in("demo", "zoe", password).status_code == 303
    info = web.app.catalog.agent(agent.id)
    assert info is not None and info.queues == (web.ids.desk.queue,), "calls know it at once"
    assert changes, "so do the telephones' directory and the agents' pages"
    assert ("create", "user", "Zoé Petit") in log(web)
    whole = str(web.app.db.read(lambda: list(AuditEntry.select().dicts())))
    assert password not in whole and sip_password not in whole and "argon2" not in whole


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(web: Web, admin: Visitor) -> None:
    answer = admin.post(
        "/admin/people/new", name="", login="ELODIE", role="king", number="1001", password="short"
    )
    assert answer.status_code == 400
    problems = wrong(answer.text)
    assert set(problems) == {"name", "login", "role", "number", "password"}
    assert "Élodie Garçon" in problems["number"]
    assert 'value="ELODIE"' in answer.text
    assert "5 fields need correcting" in answer.text


def test_a_deactivated_person_is_out_at_once_and_history_stays(web: Web, admin: Visitor) -> None:
    elodie = web.person("elodie")
    user = web.app.db.read(lambda: Agent.get_by_id(web.ids.desk.agent).user_id)
    talking(web, agent=web.ids.desk.agent, stage=Stage.TALKING)
    page = admin.page(f"/admin/people/{user}/deactivate")
    assert "This person is in a call" in page
    assert "Extension 1001 will get no more calls" in page
    assert admin.post(f"/admin/people/{user}/deactivate").status_code == 303
    assert elodie.get("/calls").status_code == 302, "the session is over"
    assert elodie.log_in("demo", "elodie", deskworld.PASSWORD).status_code == 401
    assert web.app.catalog.agent(web.ids.desk.agent) is None
    assert "Élodie Garçon" in admin.page("/calls"), "her calls stay"
    assert "Élodie Garçon" in admin.page("/admin/people?state=inactive")
    admin.post(f"/admin/people/{user}/activate")
    assert web.app.catalog.agent(web.ids.desk.agent) is not None


def test_nobody_locks_himself_or_everybody_out(web: Web, admin: Visitor) -> None:
    me = web.app.db.read(lambda: User.get(User.login == "admin").id)
    assert admin.post(f"/admin/people/{me}/deactivate").status_code == 409
    assert "deactivate yourself" in admin.page(f"/admin/people/{me}/deactivate").replace("’", "'")
    answer = admin.post(f"/admin/people/{me}", name="Ahmed Two", login="admin", role="agent")
    assert answer.status_code == 409
    assert "the last administrator" in wrong(answer.text)["role"]
    assert 'value="Ahmed Two"' in answer.text, "what was typed is still there"


def test_what_is_no_number_is_shown_again_as_it_was_typed(web: Web, admin: Visitor) -> None:
    answer = admin.post("/admin/queues/new", **{**QUEUE, "ring_s": "-7"})
    assert set(wrong(answer.text)) == {"ring_s"}
    assert 'value="-7"' in answer.text


def test_a_new_password_ends_what_was_begun_with_the_old_one(web: Web, admin: Visitor) -> None:
    sonia = web.person("sonia")
    user = web.app.db.read(lambda: User.get(User.login == "sonia").id)
    password = shown(admin.post(f"/admin/people/{user}/password").text)[2]
    assert sonia.get("/calls").status_code == 302
    assert sonia.log_in("demo", "sonia", deskworld.PASSWORD).status_code == 401
    assert sonia.log_in("demo", "sonia", password).status_code == 303


def test_a_new_number_gets_a_new_telephone_password(web: Web, admin: Visitor) -> None:
    user = web.app.db.read(lambda: Agent.get_by_id(web.ids.desk.agent).user_id)
    kept = {"name": "Élodie Garçon", "login": "elodie", "role": "agent"}
    assert admin.post(f"/admin/people/{user}", **kept, number="1001").status_code == 303
    answer = admin.post(f"/admin/people/{user}", **kept, number="1021")
    number, _, password = shown(answer.text)
    agent = web.app.db.read(lambda: Agent.get_by_id(web.ids.desk.agent))
    assert (number, agent.number) == ("1021", "1021")
    assert agent.sip_ha1 == a1_hash("1021", "demo.example", password)


def test_the_list_searches_sorts_and_is_exported_harmless(web: Web, admin: Visitor) -> None:
    admin.post("/admin/people/new", name="=2+5", login="formula", role="agent")
    page = admin.page("/admin/people?q=garçon")
    assert "Élodie Garçon" in page and "Bruno Roy" not in page
    order = re.findall(
        r'href="/admin/people/\d+"><bdi>(.*?)</bdi>', admin.page("/admin/people?sort=name&order=desc")
    )
    assert order == sorted(order, key=str.lower, reverse=True) or "Élodie Garçon" in order
    exported = admin.get("/admin/people/export.csv").data.decode("utf-8-sig")
    assert "'=2+5" in exported
    assert exported.splitlines()[0] == "Name,Login,Role,Extension,Queues,active"


# --- queues -------------------------------------------------------------------------------------------------
def test_a_new_queue_takes_calls_at_once(web: Web, admin: Visitor) -> None:
    agent = str(web.ids.desk.agent)
    answer = admin.post("/admin/queues/new", **QUEUE, agents=agent)
    assert answer.status_code == 303
    info = web.app.catalog.queue_by_number(web.ids.desk.account, "300")
    assert info is not None
    assert (info.ring_s, info.record_rule, info.wrap_up, info.agents) == (
        25,
        "all",
        False,
        (web.ids.desk.agent,),
    )
    page = admin.page(answer.location)
    assert "No incoming number" in page
    admin.post("/admin/numbers/new", number="01 44 55 66 77", queue=str(info.id))
    did = web.app.catalog.did("+33144556677")
    assert did is not None and did.queue == info.id
    assert "Takes calls; 1 agent works here." in admin.page(answer.location)


def test_a_queue_says_what_is_wrong_with_it(web: Web, admin: Visitor) -> None:
    form = {**QUEUE, "name": "commercial", "number": "1001", "ring_s": "", "greeting": "../../etc/passwd"}
    problems = wrong(admin.post("/admin/queues/new", **form).text)
    assert set(problems) == {"name", "number", "ring_s", "greeting"}
    assert problems["ring_s"] == "A whole number from 5 to 120."


def test_deactivating_a_queue_says_who_waits_and_leaves_them_their_place(web: Web, admin: Visitor) -> None:
    queue = web.ids.desk.queue
    talking(web, stage=Stage.WAITING)
    page = admin.page(f"/admin/queues/{queue}/deactivate")
    assert "1 caller is waiting right now" in page
    assert "One number leads here (+33185090000)" in page
    admin.post(f"/admin/queues/{queue}/deactivate")
    assert web.app.catalog.open_queue(queue) is None
    assert web.app.catalog.queue(queue) is not None, "who waits is served"
    assert "1 caller is still being served" in admin.page(f"/admin/queues/{queue}")
    admin.post(f"/admin/queues/{queue}/activate")
    assert web.app.catalog.open_queue(queue) is not None


def test_a_form_without_the_deactivated_agents_does_not_throw_them_out(web: Web, admin: Visitor) -> None:
    user = web.app.db.read(lambda: Agent.get_by_id(web.ids.desk.colleague).user_id)
    number = admin.post("/admin/queues/new", **QUEUE, agents=str(web.ids.desk.colleague)).location
    admin.post(f"/admin/people/{user}/deactivate")
    admin.post(number, **QUEUE)
    admin.post(f"/admin/people/{user}/activate")
    queue = web.app.catalog.queue_by_number(web.ids.desk.account, "300")
    assert queue is not None and queue.agents == (web.ids.desk.colleague,)


# --- dispositions, reasons, numbers ---------------------------------------------------------------------------
def test_a_disposition_in_use_is_archived_and_says_where(web: Web, admin: Visitor) -> None:
    sale = web.app.db.read(lambda: Disposition.get(Disposition.code == "SALE"))
    at = f"/admin/dispositions/{sale.set_id}/items/{sale.id}"
    page = admin.page(f"{at}/remove")
    assert "One queue offers it: Commercial." in page and "calls have it." in page
    admin.post(f"{at}/remove")
    assert not web.app.db.read(lambda: Disposition.get_by_id(sale.id).active)
    offered = web.app.catalog.dispositions(web.app.catalog.queue(web.ids.desk.queue))
    assert sale.id not in [d.id for d in offered]
    assert "Vente" in admin.page("/calls"), "history keeps it"
    admin.post(f"{at}/restore")
    assert web.app.db.read(lambda: Disposition.get_by_id(sale.id).active)


def test_a_set_is_built_ordered_and_deleted_while_nothing_uses_it(web: Web, admin: Visitor) -> None:
    at = admin.post("/admin/dispositions/new", name="Survey").location
    for label in ("First", "Second"):
        admin.post(f"{at}/items/new", label=label, code=label.lower(), category="argued")
    page = admin.page(at)
    second = re.findall(r"/items/(\d+)/up", page)[0]
    admin.post(f"{at}/items/{second}/up")
    page = admin.page(at)
    assert page.index("<bdi>Second</bdi>") < page.index("<bdi>First</bdi>")
    admin.post(f"{at}/items/new", label="Under", code="under", category="positive", parent=second)
    assert "row-child" in admin.page(at)
    again = admin.post(f"{at}/items/new", label="Deeper", code="UNDER", category="x", parent="999")
    assert set(wrong(again.text)) == {"code", "category", "parent"}
    admin.post(f"{at}/items/{second}/remove")
    assert "<bdi>Under</bdi>" not in admin.page(at), "unused: gone, with its child"
    assert admin.post(f"{at}/delete").status_code == 303
    assert admin.get(at).status_code == 404
    used = f"/admin/dispositions/{web.ids.desk.dispositions}/delete"
    assert "can’t be deleted" in admin.page(used).replace("&#39;", "’")
    assert admin.post(used).status_code == 409


def test_reasons_have_an_order_and_an_archive(web: Web, admin: Visitor) -> None:
    account = web.ids.desk.account
    admin.post("/admin/reasons/new", label="Meeting", code="meeting")
    assert [r.label for r in web.app.catalog.reasons(account)][-1] == "Meeting"
    last = web.app.catalog.reasons(account)[-1].id
    admin.post(f"/admin/reasons/{last}/up")
    assert [r.label for r in web.app.catalog.reasons(account)][-2] == "Meeting"
    admin.post(f"/admin/reasons/{last}/archive")
    assert last not in [r.id for r in web.app.catalog.reasons(account)]
    assert set(wrong(admin.post("/admin/reasons/new", label="X", code="MEETING").text)) == {"code"}
    admin.post(f"/admin/reasons/{last}/restore")
    assert last in [r.id for r in web.app.catalog.reasons(account)]


def test_a_deactivated_number_leads_nowhere(web: Web, admin: Visitor) -> None:
    from fs_app.queues.model import Did

    did = web.app.db.read(lambda: Did.get(Did.number == "+33185090000").id)
    admin.post(f"/admin/numbers/{did}/deactivate")
    assert web.app.catalog.did("+33185090000") is None
    assert "01 85 09 00 00" in admin.page("/admin/numbers?state=inactive&q=0185")
    admin.post(f"/admin/numbers/{did}/activate")
    assert web.app.catalog.did("+33185090000") is not None
    assert set(wrong(admin.post("/admin/numbers/new", number="12").text)) == {"number"}


def test_callers_of_a_number_may_go_first(web: Web, admin: Visitor) -> None:
    from fs_app.queues.model import Did

    did = web.app.db.read(lambda: Did.get(Did.number == "+33185090000"))
    typed = {"number": did.number, "label": "VIP", "queue": str(did.queue_id)}
    admin.post(f"/admin/numbers/{did.id}", **typed, priority="50")
    assert web.app.catalog.did("+33185090000").priority == 50
    assert set(wrong(admin.post(f"/admin/numbers/{did.id}", **typed, priority="1001").text)) == {"priority"}


# --- audit --------------------------------------------------------------------------------------------------
def test_the_log_shows_before_and_after(web: Web, admin: Visitor) -> None:
    at = admin.post("/admin/queues/new", **QUEUE).location
    admin.post(at, **{**QUEUE, "ring_s": "40"})
    admin.post(at, **{**QUEUE, "ring_s": "40"})
    page = admin.page("/admin/audit?kind=queue")
    assert "<s>25</s> → 40" in page
    assert log(web).count(("update", "queue", "Support")) == 1, "nothing changed: nothing written"
    assert "Ringing (s): 25 → 40" in admin.get("/admin/audit/export.csv").data.decode("utf-8-sig")
    assert admin.page("/admin/audit?since=2999-01-01").count("<s>25</s>") == 0


def test_every_value_in_the_log_has_a_word(web: Web, admin: Visitor) -> None:
    admin.post("/admin/queues/new", **QUEUE)
    admin.post("/admin/people/new", name="Nadia", login="nadia", role="agent", number="1077", queues="1")
    admin.post("/admin/numbers/new", number="+33185090077", label="Night", queue="1")

    def nameless() -> set[str]:
        rows = AuditEntry.select()
        told = {name for row in rows for name in {**(row.before or {}), **(row.after or {})}}
        return {name for name in told if not known(f"audit.field.{name}")}

    assert web.app.db.read(nameless) == set()
    page = admin.page("/admin/audit?kind=queue")
    assert "longest_idle" not in page and "hang_up" not in page and "{}" not in page


def test_every_access_to_a_recording_is_written_before_the_first_byte(web: Web) -> None:
    sonia, path = web.person("sonia"), f"/calls/{callworld.FULL}/recordings/{callworld.RECORDING}.wav"
    for part in ("bytes=0-99", "bytes=100-199"):
        assert sonia.get(path, headers={"Range": part}).status_code == 206
    sonia.get(f"{path}?download")
    assert log(web) == [
        ("listen", "recording", callworld.FULL),
        ("download", "recording", callworld.FULL),
    ]
    assert web.person("sonia").get(path).status_code == 200
    assert len(log(web)) == 3, "another session is another listening"


def test_a_recording_that_can_not_be_logged_can_not_be_heard(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fs_app.errors import DatabaseBusy

    sonia = web.person("sonia")

    def busy(*_: object, **__: object) -> None:
        raise DatabaseBusy("locked by a test")

    monkeypatch.setattr(web.app.db, "write", busy)
    assert sonia.get(f"/calls/{callworld.FULL}/recordings/{callworld.RECORDING}.wav").status_code == 503


def test_who_may_not_sees_no_entry_in_the_menu(web: Web, admin: Visitor) -> None:
    assert "/admin/people" in admin.page("/calls")
    entries = set(re.findall(r'href="(/admin/[^"?]+)', web.person("sonia").page("/calls")))
    assert entries == {"/admin/legal"}, "who steers reads what the law is, and administers nothing"
    assert web.app.db.read(lambda: Queue.select().count())
