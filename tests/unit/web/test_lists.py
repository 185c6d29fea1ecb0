"""Pages of call lists: counted before anything happens, for those whose queues they are, without formulas."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import pytest

from fs_app.calllists.model import CallList, ListAction, ListFilter, ListRecord, Planner
from fs_app.contacts.model import Contact, ContactNumber, Segment
from fs_app.supervision.model import SupervisedQueue
from tests.support import listworld
from tests.unit.web.conftest import Visitor, Web

LIST = "/lists/1"
PARIS = '{"field": "city", "op": "is", "value": "paris"}'


@pytest.fixture
def web(own_web: Web) -> Web:
    return own_web


def actions(web: Web) -> list[Any]:
    return web.app.db.read(lambda: list(ListAction.select().where(ListAction.state == "RUNNING")))


def test_an_action_says_how_many_first_and_begins_only_when_one_is_sure(web: Web, admin: Visitor) -> None:
    asked = admin.post(f"{LIST}/act/exclude", filter=PARIS)
    assert asked.status_code == 200 and "6 records concerned" in asked.text, asked.text
    assert "3 records are in a call" in asked.text
    assert not actions(web)
    assert admin.post(f"{LIST}/act/exclude", filter=PARIS, sure="1").status_code == 303
    (action,) = actions(web)
    assert (action.kind, action.total, action.by_name) == ("exclude", 6, "Ahmed Lefèvre")
    again = admin.post(f"{LIST}/act/exclude", filter=PARIS, sure="1")
    assert again.status_code == 400 and "Another action" in again.text, "a double click begins nothing twice"
    assert len(actions(web)) == 1


NONSENSE: tuple[tuple[str, dict[str, str], str], ...] = (
    ("act/exclude", {"filter": "{"}, "filter"),
    ("act/exclude", {"filter": '{"field":"password_hash","op":"is","value":"x"}'}, "field"),
    ("act/assign", {}, "Choose one agent"),
    ("act/assign", {"agents": "99999"}, "Choose one agent"),
    ("act/recycle", {}, "Choose one state"),
    ("act/recycle", {"states": "BLACKLISTED"}, "Choose one state"),
    ("act/priority", {"priority": "100"}, "from 0 to 99"),
    ("act/exclude", {"filter": '{"field":"index","op":"more","value":999}'}, "No record"),
)


def test_what_makes_no_sense_is_said_and_changes_nothing(web: Web, admin: Visitor) -> None:
    for path, fields, words in NONSENSE:
        answer = admin.post(f"{LIST}/{path}", **fields)
        assert answer.status_code == 400 and words.lower() in answer.text.lower(), (path, fields)
    assert not actions(web)


SEGMENT = {"field": "city", "op": "is", "value": "paris"}


def with_segment(web: Web) -> int:
    """A segment: people in Paris; those of the list, one with a number, one without."""

    def write() -> int:
        account = CallList.get_by_id(1).account_id
        row = Segment.create(account=account, name="À Paris", filter=SEGMENT, created_at=1, updated_at=1)
        for number in ("+33612349999", ""):
            made = Contact.create(account=account, city="Paris", created_at=1, updated_at=1)
            if number:
                ContactNumber.create(account=account, contact=made, number=number)
        return int(row.id)

    return web.app.db.write(write)


def test_contacts_of_a_segment_are_counted_asked_for_and_added(web: Web, admin: Visitor) -> None:
    segment = with_segment(web)
    assert f"/lists/add?segment={segment}" in admin.page(f"/contacts/segments/{segment}")
    assert "/lists/add?list=1" in admin.page(LIST)
    asked = admin.post("/lists/add", segment=str(segment), list="1")
    assert asked.status_code == 200, asked.text
    for words in ("1 record is added", "are on the list already", "telephone number", "À Paris"):
        assert words in asked.text, words
    assert not actions(web)
    begun = admin.post("/lists/add", segment=str(segment), list="1", sure="1")
    assert begun.status_code == 303 and begun.headers["Location"].endswith(LIST)
    (action,) = actions(web)
    assert (action.kind, action.list_id, action.params["told"]) == ("add", 1, "À Paris")
    again = admin.post("/lists/add", segment=str(segment), list="1", sure="1")
    assert again.status_code == 400 and "Another action" in again.text
    assert "Add contacts" in admin.page(LIST)


def test_what_the_page_of_contacts_shows_goes_into_a_new_list(web: Web, admin: Visitor) -> None:
    with_segment(web)
    given = '{"field": "city", "op": "is", "value": "paris"}'
    page = admin.client.get("/contacts", query_string={"filter": given}).text
    assert "/lists/add?filter=" in page
    assert "/lists/add" not in admin.page("/contacts"), "not everybody by a slip"
    asked = admin.post("/lists/add", filter=given, name="Parisiens")
    assert asked.status_code == 200 and "Parisiens" in asked.text
    assert admin.post("/lists/add", filter=given, name="Parisiens", sure="1").status_code == 303
    (action,) = actions(web)
    assert web.app.db.read(lambda: CallList.get_by_id(action.list_id)).name == "Parisiens"
    taken = admin.post("/lists/add", filter=given, name="Parisiens")
    assert taken.status_code == 400 and 'id="e-name"' in taken.text


def test_who_is_not_given_the_list_or_the_right_adds_nobody(web: Web, admin: Visitor) -> None:
    segment = with_segment(web)
    for form, words in (
        ({"list": "1"}, "Choose a segment"),
        ({"segment": str(segment)}, "Choose a call list"),
        ({"filter": "{", "list": "1"}, "filter"),
        ({"filter": '{"field":"password_hash","op":"is","value":"x"}', "list": "1"}, "field"),
        ({"q": "nobody is called like this", "list": "1"}, "No record"),
    ):
        answer = admin.post("/lists/add", **form)
        assert answer.status_code == 400 and words in answer.text, form
    assert admin.post("/lists/add", segment="99999", list="1").status_code == 404
    assert admin.post("/lists/add", segment=str(segment), list="99999").status_code == 404
    supervisor = web.person("sonia")
    assert supervisor.post("/lists/add", segment=str(segment), list="1").status_code == 200
    assert supervisor.post("/lists/add", segment=str(segment), name="Neu").status_code == 403
    assert web.person("elodie").client.get("/lists/add").status_code == 403
    web.app.db.write(lambda: CallList.update(archived_at=1).where(CallList.id == 1).execute())
    away = admin.post("/lists/add", segment=str(segment), list="1", sure="1")
    assert away.status_code == 400 and "archived" in away.text
    assert not actions(web)


def test_only_an_administrator_empties_or_edits(web: Web) -> None:
    supervisor = web.person("sonia")
    assert supervisor.post(f"{LIST}/act/exclude", filter=PARIS).status_code == 200
    for path in ("act/empty", "act/delete", "edit", "archive"):
        assert supervisor.post(f"{LIST}/{path}").status_code == 403, path
    agent = web.person("elodie")
    assert agent.client.get("/lists").status_code == 403
    assert agent.client.get(f"{LIST}/export.csv").status_code == 403


def test_a_supervisor_sees_the_lists_of_his_queues(web: Web) -> None:
    supervisor = web.person("sonia")
    assert "Prospects novembre" in supervisor.page("/lists")
    other = web.app.db.read(lambda: CallList.get_by_id(2))

    def give() -> None:
        from fs_app.accounts.model import User
        from fs_app.queues.model import Queue

        user = User.get(User.login == "sonia")
        queue = Queue.create(account=other.account_id, name="Autre", number="998", created_at=1)
        SupervisedQueue.create(account=other.account_id, user=user, queue=queue)

    web.app.db.write(give)
    web.app.catalog.reload()
    assert "Prospects novembre" not in supervisor.page("/lists")
    for path in (
        "",
        "/zones",
        "/records",
        "/records/6",
        "/filters",
        "/export.csv",
        "/act/exclude",
        "/now.json",
    ):
        assert supervisor.client.get(f"{LIST}{path}").status_code == 404, path
    for path in ("/why/list/1", "/why/record/6"):
        assert supervisor.client.get(path).status_code == 404, path
        assert web.person("admin").client.get(path).status_code == 200, path


def test_cells_are_harmless_in_pages_and_files(web: Web, admin: Visitor) -> None:
    page = admin.page(f"{LIST}/records") + admin.page(f"{LIST}/records/6")
    assert "<img src=x" not in page and "\u202e" not in page
    raw = admin.client.get(f"{LIST}/export.csv?column=index&column=memo&column=last_name&column=answers")
    assert raw.headers["Content-Disposition"].startswith('attachment; filename="Prospects-novembre-')
    rows = list(csv.reader(io.StringIO(raw.data.decode("utf-8-sig"))))
    assert len(rows) == 37 and rows[0][0] == "Index"
    assert rows[6][1].startswith("'=HYPERLINK") and rows[6][2].startswith("'=HYPERLINK")
    assert rows[1][3] == "Âge: 25-34"
    with zipfile.ZipFile(io.BytesIO(admin.client.get(f"{LIST}/export.xlsx?column=memo").data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "=HYPERLINK(" in sheet and 't="inlineStr"' in sheet, "a text, not a formula"


def test_records_are_found_by_name_number_state_and_any_column(web: Web, admin: Visitor) -> None:
    for query, n in (
        ("state=COMPLETED", 3),
        ("q=06+12+00+00+07", 1),
        ("q=%2B33612000007", 1),
        ("saved=1", 11),
        ("filter=" + PARIS.replace(" ", "%20").replace('"', "%22"), 18),
        ("state=COMPLETED&state=WRONG", 6),
        ("page=99999", 36),
        ("sort=password&state=NONSENSE", 36),
    ):
        text = admin.page(f"{LIST}/records?{query}")
        assert f"{n} record" in text, (query, n)


def test_a_filter_is_kept_counted_and_used(web: Web, admin: Visitor) -> None:
    refused = admin.post(f"{LIST}/filters/new", name="", filter="")
    assert refused.status_code == 400 and "condition" in refused.text
    assert admin.post(f"{LIST}/filters/new", name="All of Paris", filter=PARIS).status_code == 303
    page = admin.page(f"{LIST}/filters")
    assert "All of Paris" in page and ">18</a>" in page
    number = web.app.db.read(lambda: ListFilter.get(ListFilter.name == "All of Paris").id)
    assert "paris" in admin.page(f"{LIST}/act/exclude?saved={number}")
    counted = admin.client.post(
        f"{LIST}/act/exclude/count.json",
        json={"filter": {"field": "city", "op": "is", "value": "Paris"}},
        headers={"X-CSRFToken": admin.token("/calls")},
    )
    assert counted.json["n"] == 6, counted.json
    assert admin.client.get(f"/lists/2/filters/{number}").status_code == 404, "of another list"


def test_a_list_is_switched_edited_archived_and_brought_back(web: Web, admin: Visitor) -> None:
    def row() -> CallList:
        return web.app.db.read(lambda: CallList.get_by_id(1))

    admin.post(f"{LIST}/active", active="0")
    assert not row().active
    admin.post("/lists/2/active", active="1", back="lists")
    assert not web.app.db.read(lambda: CallList.get_by_id(2)).active, "for no queue nobody calls"
    form = {
        "name": "Décembre",
        "queue": str(row().queue_id),
        "attempts": "5",
        "threshold": "3",
        "weight": "2",
    }
    assert admin.post(f"{LIST}/edit", **form, version=str(row().version)).status_code == 303
    assert (row().name, row().attempts, row().weight) == ("Décembre", 5, 2)
    late = admin.post(f"{LIST}/edit", **form, version="1")
    assert late.status_code == 409 and "Somebody else" in late.text
    admin.post(f"{LIST}/archive")
    assert row().archived_at and 'href="/lists/1"' not in admin.page("/lists")
    assert "Décembre" in admin.page("/lists?state=archived")
    admin.post(f"{LIST}/restore")
    assert row().archived_at is None and not row().active


def test_what_lists_share_is_saved_and_not_deleted_while_it_is_used(web: Web, admin: Visitor) -> None:
    assert admin.post("/lists/shared/rule/1/delete").status_code == 409
    content = '[{"name": "Nuit", "days": [6], "from": "22:00", "until": "24:00", "filter": %s}]' % PARIS  # noqa: UP031
    assert admin.post("/lists/shared/planner/new", name="Nuit", content=content).status_code == 303
    made = web.app.db.read(lambda: Planner.get(Planner.name == "Nuit"))
    assert made.slots[0]["until"] == "24:00"
    assert admin.post("/lists/shared/planner/new", name="Nuit", content=content).status_code == 400, "twice"
    assert admin.post(f"/lists/shared/planner/{made.id}/delete").status_code == 303
    assert admin.client.get("/lists/shared/nonsense").status_code == 404
    assert admin.post("/lists/shared/rule/new", name="x", content="[" * 30_000).status_code == 400


def test_a_contact_file_goes_when_no_list_needs_it(web: Web, admin: Visitor) -> None:
    assert admin.post("/lists/files/1/delete").status_code == 409
    web.app.db.write(lambda: CallList.update(file=None).execute())
    assert "36 rows are lost" in admin.page("/lists/files/1/delete")
    assert admin.post("/lists/files/1/delete").status_code == 303


def test_the_whole_is_the_sum_of_its_parts(web: Web, admin: Visitor) -> None:
    told = admin.client.get(f"{LIST}/now.json").json
    assert told["total"] == told["to_call"] + told["done"] == sum(told["states"].values()) == 36
    assert web.app.db.read(lambda: ListRecord.select().where(ListRecord.list == 1).count()) == 36
    assert listworld.HOSTILE not in str(told)


def test_of_a_list_that_is_off_nobody_is_said_to_be_called_now(web: Web, admin: Visitor) -> None:
    admin.post("/lists/1/active", active="0")
    said = admin.page("/why/list/1")
    assert "Nothing of this list is called at present" in said
    assert "no rule that was checked holds back" in said
    assert "may be called now" not in said
    admin.post("/lists/1/active", active="1")
