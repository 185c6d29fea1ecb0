"""Messages, boxes and surveys in the browser: who sees what, what may be done, and what is written about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from fs_app.admin.model import AuditEntry
from fs_app.calls.model import Recording
from fs_app.ivr.model import Flow
from fs_app.queues.model import Did, Queue
from fs_app.voicemail.model import Voicemail, VoicemailBox
from tests.support import callworld
from tests.support.voicemailworld import HEARD, NEW
from tests.unit.web.conftest import Visitor, Web


@pytest.fixture
def told(web: Web, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What the journal is told."""
    found: list[tuple[str, dict[str, Any]]] = []

    class Entry:
        id = 1

    def record(kind: str, **data: Any) -> Entry:
        found.append((kind, data))
        return Entry()

    monkeypatch.setattr(web.app.live, "record", record, raising=False)
    return found


@pytest.fixture
def sonia(web: Web) -> Visitor:
    return web.person("sonia")


@pytest.fixture
def admin(web: Web) -> Visitor:
    return web.person("admin")


@pytest.fixture(autouse=True)
def _as_before(web: Web) -> Iterator[None]:
    yield
    web.app.db.write(lambda: AuditEntry.delete().execute())


def ids(page: str) -> set[str]:
    return set(re.findall(r"/voicemails/([0-9a-f-]{36})\.wav", page))


def test_the_list_is_filtered_by_box_state_and_words(sonia: Visitor) -> None:
    assert ids(sonia.page("/voicemails")) == {NEW, HEARD}
    assert ids(sonia.page("/voicemails?state=NEW")) == {NEW}
    box = re.search(r'<option value="(\d+)">Service client', sonia.page("/voicemails"))
    assert box is not None and ids(sonia.page(f"/voicemails?box={box[1]}")) == {NEW}
    assert ids(sonia.page("/voicemails?q=06+12+34")) == {NEW, HEARD}
    assert ids(sonia.page("/voicemails?q=nobody")) == set()
    page = sonia.page("/voicemails")
    assert "écouté par Sonia Petit" in page and callworld.HOSTILE_NAME not in page


def test_who_listens_has_heard_it_and_stands_in_the_audit_log(
    web: Web, sonia: Visitor, told: list[tuple[str, dict[str, Any]]]
) -> None:
    answer = sonia.get(f"/voicemails/{NEW}.wav")
    assert answer.status_code == 200 and answer.data[:4] == b"RIFF"
    ((kind, data),) = told
    assert (kind, data["voicemail"], data["call"]) == ("voicemail.heard", NEW, callworld.FULL)
    (line,) = web.app.db.read(lambda: list(AuditEntry.select()))
    assert (line.action, line.object) == ("listen", NEW)


def test_it_is_marked_heard_and_new_again(sonia: Visitor, told: list[tuple[str, dict[str, Any]]]) -> None:
    assert sonia.post(f"/voicemails/{NEW}/heard", back="state=NEW").location == "/voicemails?state=NEW"
    assert sonia.post(f"/voicemails/{HEARD}/unheard", back="//evil.example").location == "/voicemails"
    assert [kind for kind, _ in told] == ["voicemail.heard", "voicemail.unheard"]


def test_a_queue_is_asked_to_call_back(
    web: Web, sonia: Visitor, told: list[tuple[str, dict[str, Any]]]
) -> None:
    queue = str(web.ids.desk.queue)
    assert sonia.post(f"/voicemails/{NEW}/call-back", queue=queue).status_code == 303
    kinds = dict(told)
    opened = kinds["callback.opened"]
    assert (opened["reason"], opened["number"]) == ("VOICEMAIL", "+33612345678")
    assert opened["recording"] == NEW
    sonia.post(f"/voicemails/{NEW}/call-back", queue="999")
    assert len([kind for kind, _ in told if kind == "callback.opened"]) == 1


def test_a_message_whose_recording_was_deleted_is_gone(web: Web, sonia: Visitor) -> None:
    web.app.db.write(lambda: Recording.update(delete_asked_at=1).where(Recording.id == NEW).execute())
    assert ids(sonia.page("/voicemails")) == {HEARD}
    assert sonia.get(f"/voicemails/{NEW}.wav").status_code == 404
    web.app.db.write(lambda: Recording.update(delete_asked_at=None).where(Recording.id == NEW).execute())


def test_only_who_may_delete_recordings_deletes_messages(sonia: Visitor, admin: Visitor) -> None:
    assert f"/recordings/{NEW}/delete" not in sonia.page("/voicemails")
    assert f"/recordings/{NEW}/delete" in admin.page("/voicemails")


def test_agents_see_none_of_it(web: Web) -> None:
    agent = web.person("elodie")
    for path in ("/voicemails", f"/voicemails/{NEW}.wav", "/surveys", "/admin/boxes"):
        assert agent.get(path).status_code == 403


def test_the_export_has_a_line_for_each(sonia: Visitor) -> None:
    lines = sonia.get("/voicemails/export.csv").text.strip().splitlines()
    assert len(lines) == 3 and "Service client" in lines[1] + lines[2]


def test_a_box_is_added_checked_changed_and_archived(web: Web, admin: Visitor) -> None:
    wrong = admin.post("/admin/boxes/new", name="", mail="no address", most_s="1", silence_s="99")
    assert wrong.status_code == 400
    assert "Ce n’est pas une adresse électronique." in wrong.text
    assert (
        admin.post("/admin/boxes/new", name="service CLIENT", most_s="60", silence_s="3").status_code == 400
    )
    made = admin.post("/admin/boxes/new", name="Ventes", mail="a@example.org", most_s="60", silence_s="3")
    assert made.status_code == 303
    row = web.app.db.read(lambda: VoicemailBox.get(VoicemailBox.name == "Ventes"))
    assert (row.mail, row.most_s, row.silence_s, row.active) == ("a@example.org", 60, 3, True)
    assert web.app.catalog.box(row.id).name == "Ventes", "in force at once"
    assert admin.post(f"/admin/boxes/{row.id}/archive").status_code == 303
    assert web.app.catalog.box(row.id) is None
    assert admin.post(f"/admin/boxes/{row.id}/restore").status_code == 303
    log = web.app.db.read(lambda: [(a.action, a.kind) for a in AuditEntry.select().order_by(AuditEntry.id)])
    assert log == [("create", "box"), ("deactivate", "box"), ("activate", "box")]


def test_counts_mean_and_newest_answers_of_each_question(sonia: Visitor) -> None:
    page = sonia.page("/surveys")
    assert "4 réponses" in page and re.search(r"<strong>4</strong>", page), "5, 4, 5 and 2"
    assert f"/calls/{callworld.FULL}" in page and callworld.HOSTILE_NAME not in page
    assert "Aucune réponse" in sonia.page("/surveys?queue=999")
    assert "Aucune réponse" in sonia.page("/surveys?until=2001-01-01")


def test_the_answers_stand_on_the_page_of_the_call(sonia: Visitor) -> None:
    assert "Avis de l’appelant" in sonia.page(f"/calls/{callworld.FULL}")


def test_a_number_leads_to_a_menu_or_a_queue_not_both(web: Web, admin: Visitor) -> None:
    def published() -> int:
        flow = Flow.select().where(Flow.account == web.ids.desk.account).first()
        Flow.update(published=flow.published or 1, active=True).where(Flow.id == flow.id).execute()
        return int(flow.id)

    flow = str(web.app.db.write(published))
    queue = str(web.ids.desk.queue)
    both = admin.post("/admin/numbers/new", number="+33185090777", flow=flow, queue=queue)
    assert both.status_code == 400 and "Choisissez un menu ou une file" in both.text
    assert admin.post("/admin/numbers/new", number="+33185090777", flow="999").status_code == 400
    assert admin.post("/admin/numbers/new", number="+33185090777", flow=flow).status_code == 303
    row = web.app.db.read(lambda: Did.get(Did.number == "+33185090777"))
    assert (row.flow_id, row.queue_id) == (int(flow), None)
    web.app.db.write(lambda: row.delete_instance())


def test_a_queue_has_its_survey(web: Web, admin: Visitor) -> None:
    assert 'name="survey_flow"' in admin.page(f"/admin/queues/{web.ids.desk.queue}")
    assert web.app.db.read(lambda: Queue.get_by_id(web.ids.desk.queue).survey_flow_id) is None
    assert web.app.db.read(lambda: Voicemail.select().count()) >= 2


def test_a_number_that_leads_to_a_menu_is_no_queues_to_take(web: Web, admin: Visitor) -> None:
    def lead() -> int:
        flow = Flow.select().where(Flow.account == web.ids.desk.account).first()
        return int(Did.create(account=flow.account, number="+33185090778", flow=flow).id)

    number = web.app.db.write(lead)
    page = admin.page(f"/admin/queues/{web.ids.desk.queue}")
    assert f'name="numbers" value="{number}"' not in page  # it may be shown to who is called from here
    web.app.db.write(lambda: Did.delete().where(Did.id == number).execute())
