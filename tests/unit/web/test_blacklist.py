"""The blacklist's pages: a number is in force at once and gone at once; a file is taken as far as it is clear."""

from __future__ import annotations

import io
import re
from zoneinfo import ZoneInfo

import pytest
from werkzeug.test import TestResponse

from fs_app.accounts.model import Account
from fs_app.admin import blacklist_csv
from fs_app.admin.model import AuditEntry
from fs_app.admin.people_csv import UglyFile
from fs_app.outgoing.model import DncEntry, OutgoingSettings
from fs_app.outgoing.rules import Elsewhere, Rules
from fs_app.queues.model import Queue
from tests.unit.web.conftest import Visitor, Web

MARIE = "+33612345678"
PARIS = ZoneInfo("Europe/Paris")
NOW = 1_790_000_000_000  # September 2026


@pytest.fixture
def web(own_web: Web) -> Web:
    return own_web


def refused(web: Web, number: str = MARIE) -> bool:
    desk = web.ids.desk
    return web.app.blacklist.find(desk.account, number, desk.queue, web.app.clock.now_ms()) is not None


def bring(admin: Visitor, content: bytes | str) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    token = admin.token("/calls")
    return admin.client.post(
        "/admin/blacklist/import", data={"csrf_token": token, "file": (io.BytesIO(raw), "list.csv")}
    )


def test_a_number_is_in_force_at_once_and_gone_at_once(web: Web, admin: Visitor) -> None:
    assert not refused(web)
    answer = admin.post("/admin/blacklist/new", number="06 12 34 56 78", reason="Asked us to stop")
    assert answer.status_code == 303, answer.text
    assert refused(web)
    assert "Asked us to stop" in admin.page("/admin/blacklist?q=123456")
    admin.post("/admin/blacklist/new", number=MARIE, reason="Once more")
    rows = web.app.db.read(lambda: list(DncEntry.select().where(DncEntry.number == MARIE)))
    assert [row.reason for row in rows] == ["Once more"], "one entry for a number"
    assert admin.page(f"/admin/blacklist/{rows[0].id}/delete")
    assert refused(web), "a question is no answer"
    admin.post(f"/admin/blacklist/{rows[0].id}/delete")
    assert not refused(web)
    actions = web.app.db.read(
        lambda: [
            a.action
            for a in AuditEntry.select().where(AuditEntry.kind == "blacklist").order_by(AuditEntry.id)
        ]
    )
    assert actions == ["create", "create", "delete"]


def test_a_beginning_a_queue_and_an_end(web: Web, admin: Visitor) -> None:
    assert admin.post("/admin/blacklist/new", number="+33 892", prefix="1").status_code == 303
    assert refused(web, "+33892701239")
    other = web.app.db.read(
        lambda: Queue.get(Queue.id != web.ids.desk.queue, Queue.account == web.ids.desk.account).id
    )
    admin.post("/admin/blacklist/new", number="+33612345670", queue=str(other))
    assert not refused(web, "+33612345670"), "for the other queue alone"
    admin.post("/admin/blacklist/new", number="+33612345671", expires="2099-12-31")
    assert refused(web, "+33612345671")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"number": "bonjour"}, "number"),
        ({"number": ""}, "number"),
        ({"number": "0892", "prefix": "1"}, "number"),
        ({"number": MARIE, "queue": "999999"}, "queue"),
        ({"number": MARIE, "expires": "2001-01-01"}, "expires"),
        ({"number": MARIE, "expires": "soon"}, "expires"),
        ({"number": MARIE, "reason": "x" * 201}, "reason"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    web: Web, admin: Visitor, form: dict[str, str], field: str
) -> None:
    answer = admin.post("/admin/blacklist/new", **form)
    assert answer.status_code == 400
    assert f'id="e-{field}"' in answer.text
    assert not refused(web)


def test_a_file_is_taken_as_far_as_it_is_clear(web: Web, admin: Visitor) -> None:
    content = (
        "Numéro;File;Motif;Jusqu'au\r\n"
        "06 12 34 56 78;;Opposition;\r\n"
        "+33892*;;;31/12/2099\r\n"
        "bonjour;;;\r\n"
        "0612345670;Nowhere;;\r\n"
        "0612345671;;;yesterday\r\n"
        "'+33612345672;Commercial;=cmd;2099-01-31\r\n"
        "0612345678;;Opposition;\r\n"
    )
    answer = bring(admin, content.encode("cp1252"))
    assert "3 numbers added" in answer.text
    assert "3 lines refused" in answer.text
    assert re.findall(r'<td class="num">(\d+)</td>', answer.text) == ["4", "5", "6"]
    for number in (MARIE, "+33892111111", "+33612345672"):
        assert refused(web, number), number
    assert not refused(web, "+33612345670")
    again = bring(admin, content.encode("cp1252"))
    assert "0 numbers added" in again.text and "3 were there already" in again.text
    exported = admin.get("/admin/blacklist/export.csv").get_data(as_text=True)
    assert "'=cmd" in exported and "'+33892*" in exported
    assert "0 numbers added" in bring(admin, exported).text, "what it writes it reads"


def test_an_entry_of_an_erased_person_says_what_it_is(web: Web, admin: Visitor) -> None:
    def erased() -> None:
        account = Account.get(Account.slug == "demo").id
        DncEntry.create(account=account, number="#369f0d2cc7953afd13", source="erased", created_at=1)

    web.app.db.write(erased)
    assert "Erased person" in admin.page("/admin/blacklist")
    assert "Erased person" in admin.get("/admin/blacklist/export.csv").get_data(as_text=True)


def test_what_is_no_identifier_in_an_address_is_ignored(admin: Visitor) -> None:
    for path in ("blacklist?queue=", "numbers?queue=", "people?queue=", "skills/grid?skill="):
        for number in ("9" * 25, "²", "٣", "-1"):
            assert admin.get(f"/admin/{path}{number}").status_code == 200, (path, number)


def test_more_refused_lines_than_are_shown_are_told_of(admin: Visitor) -> None:
    answer = bring(admin, "numero\n" + "".join(f"x{n}\n" for n in range(210)))
    assert "210 lines refused" in answer.text and "Only the first 200 are shown" in answer.text


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02PK", b"name;queue\r\nx;y", b"\xff\xfe\x00"])
def test_a_file_that_is_none_is_refused_in_words(web: Web, admin: Visitor, content: bytes) -> None:
    answer = bring(admin, content)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_a_column_of_numbers_is_enough_and_there_is_an_end() -> None:
    found = blacklist_csv.entries(b"0612345678\n+44 20 7946 0958\n", "FR", {}, PARIS, NOW)
    assert [e.number for e in found.entries] == [MARIE, "+442079460958"]
    many = "\n".join(f"06{n:08}" for n in range(blacklist_csv.MOST + 2))
    with pytest.raises(UglyFile):
        blacklist_csv.entries(many.encode(), "FR", {}, PARIS, NOW)
    with pytest.raises(UglyFile):
        blacklist_csv.entries(b"1" * (blacklist_csv.BIGGEST + 1), "FR", {}, PARIS, NOW)


def test_a_day_ends_with_the_accounts_midnight() -> None:
    assert blacklist_csv.end_of_day("2026-12-31", PARIS) == 1_798_758_000_000  # 23:00 UTC
    assert blacklist_csv.end_of_day("31/12/2026", PARIS) == 1_798_758_000_000
    assert blacklist_csv.end_of_day("31/31/2026", PARIS) == 0
    assert blacklist_csv.end_of_day("31/12/9999", PARIS) > 200_000_000_000_000  # for ever


def test_what_may_be_dialled_is_in_force_at_once(web: Web, admin: Visitor) -> None:
    answer = admin.post(
        "/admin/blacklist/rules", emergency="1", only="+33, 0032", barred="+338", short="3635"
    )
    assert answer.status_code == 303, answer.text
    row = web.app.db.read(lambda: OutgoingSettings.get(OutgoingSettings.account == web.ids.desk.account))
    assert (row.only, row.barred, row.short, row.withheld) == ("+33 +32", "+338", "3635", False)
    rules = Rules(web.app.catalog, web.app.clock, web.app.blacklist)
    with pytest.raises(Elsewhere):
        rules.check(web.ids.desk.account, "+1 212 555 0123")
    assert rules.check(web.ids.desk.account, "3635").short
    wrong = admin.post("/admin/blacklist/rules", only="France", short="x")
    assert wrong.status_code == 400
    assert 'id="e-only"' in wrong.text and 'id="e-short"' in wrong.text


def test_a_queue_says_which_numbers_it_shows(web: Web, admin: Visitor) -> None:
    queue = web.ids.desk.queue
    page = admin.page(f"/admin/queues/{queue}")
    assert 'name="caller_ids"' in page and 'name="customer_schedule"' in page
