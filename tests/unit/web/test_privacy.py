"""The pages of privacy: who is meant, what is asked for, and that every access leaves its line."""

from __future__ import annotations

import re
from typing import Any

import pytest

from fs_app.contacts.model import Contact, ContactNumber
from fs_app.db import Database
from fs_app.errors import DatabaseBusy
from fs_app.privacy.model import AccessLog, LegalHold, PersonJob, RetentionRule
from tests.support import callworld
from tests.support.until import until
from tests.unit.web.conftest import Visitor, Web


@pytest.fixture
def admin(web: Web) -> Visitor:
    return web.person("admin")


@pytest.fixture
def marie(web: Web) -> tuple[int, str]:
    number = "+33611223344"

    def write() -> int:
        of: dict[str, Any] = {"account": web.ids.desk.account}
        known = ContactNumber.get_or_none(ContactNumber.number == number)
        if known is not None:
            return int(known.contact_id)
        now = web.app.clock.now_ms()
        contact = Contact.create(
            last_name="Quérandeau", first_name="Marie", created_at=now, updated_at=now, **of
        )
        ContactNumber.create(contact=contact, number=number, **of)
        return int(contact.id)

    return web.app.db.write(write), number


def lines(web: Web) -> list[tuple[str, str, str, str]]:
    query = AccessLog.select(AccessLog.action, AccessLog.kind, AccessLog.object, AccessLog.label)
    return web.app.db.read(lambda: list(query.order_by(AccessLog.id).tuples()))


def jobs(web: Web) -> list[PersonJob]:
    return web.app.db.read(lambda: list(PersonJob.select().order_by(PersonJob.id)))


def test_he_is_found_by_number_and_nothing_typed_is_in_the_log(web: Web, admin: Visitor, marie: Any) -> None:
    page = admin.post("/privacy", q="06 11 22 33 44").text
    assert "Marie Quérandeau" in page and f'value="{marie[0]}"' in page
    last = lines(web)[-1]
    assert last[:2] == ("search", "person") and "11223344" not in str(last) and last[3] == "••• 44"


def test_nobody_is_said_kindly(admin: Visitor) -> None:
    assert "Rien n’est connu" in admin.post("/privacy", q="zzzzzz nobody").text


def test_the_page_of_a_person_says_what_goes_and_opens_are_logged(
    web: Web, admin: Visitor, marie: Any
) -> None:
    page = admin.page(f"/privacy/person?contact={marie[0]}")
    assert "Marie Quérandeau" in page and "Fiches et numéros" in page and "supprimé" in page
    assert lines(web)[-1] == ("open", "person", str(marie[0]), "M••• Q••• ••• 44")


@pytest.mark.parametrize("form", [{}, {"contact": "999999"}, {"contact": "x"}, {"number": "nothing"}])
def test_who_is_nobody_is_not_found(admin: Visitor, form: dict[str, str]) -> None:
    assert admin.post("/privacy/person", **form).status_code == 404
    assert admin.post("/privacy/export", **form).status_code == 404
    assert admin.post("/privacy/erase", typed="x", **form).status_code == 404


def test_an_export_is_made_fetched_and_removed(web: Web, admin: Visitor, marie: Any) -> None:
    answer = admin.post("/privacy/export", contact=str(marie[0]))
    assert answer.status_code == 303
    where = answer.headers["Location"]
    until(lambda: admin.get(f"{where}.json").json["state"] == "DONE", 60)
    got = admin.get(f"{where}/file")
    assert got.status_code == 200 and got.data[:2] == b"PK"
    assert lines(web)[-1][:2] == ("download", "person")
    assert jobs(web)[-1].downloads == 1
    page = admin.page(where)
    assert "Téléchargé 1 fois" in page, page[page.find("job-state") :][:1500]
    assert admin.post(f"{where}/remove").status_code == 303
    assert admin.get(f"{where}/file").status_code == 404


@pytest.mark.parametrize("typed", ["", "Marie", "0611223345", "quelqu’un d’autre"])
def test_nothing_is_erased_for_who_types_something_else(
    web: Web, admin: Visitor, marie: Any, typed: str
) -> None:
    before = len(jobs(web))
    answer = admin.post("/privacy/erase", contact=str(marie[0]), typed=typed)
    assert answer.status_code == 400 and "rien n’a été effacé" in answer.text
    assert len(jobs(web)) == before


def test_a_hold_forbids_the_erasure_and_is_released(web: Web, admin: Visitor, marie: Any) -> None:
    assert admin.post("/privacy/hold", contact=str(marie[0]), reason=" ").status_code == 400
    assert admin.post("/privacy/hold", contact=str(marie[0]), reason="Litige 42").status_code == 303
    assert admin.post("/privacy/erase", contact=str(marie[0]), typed="06 11 22 33 44").status_code == 409
    page = admin.page("/privacy/retention")
    assert "Litige 42" in page
    hold = re.search(r"/privacy/holds/(\d+)/release", page)
    assert hold
    assert admin.post(hold[0]).status_code == 303
    assert web.app.db.read(lambda: LegalHold.select().count()) == 0


@pytest.mark.parametrize("typed", ["marie quérandeau", "06 11 22 33 44"])
def test_who_types_the_name_or_number_erases(web: Web, admin: Visitor, marie: Any, typed: str) -> None:
    answer = admin.post("/privacy/erase", contact=str(marie[0]), typed=typed, never_call="1")
    assert answer.status_code == 303
    where = answer.headers["Location"]
    until(lambda: not admin.get(f"{where}.json").json["open"], 60)
    page = admin.page(where)
    assert "Ce qui a été fait" in page and "Quérandeau" not in page
    assert not web.app.db.read(lambda: Contact.select().where(Contact.id == marie[0]).exists())


def test_days_are_saved_together_or_not_at_all(web: Web, admin: Visitor) -> None:
    kinds = {"calls": "1095", "exports": "7", "imports": "30", "refused": "", "recordings": "90"}
    kinds["shown"] = admin.hidden("/privacy/retention", "shown")
    assert admin.post("/privacy/retention", **kinds).status_code == 303
    saved = web.app.db.read(lambda: {r.kind: r.days for r in RetentionRule.select()})
    assert (saved["calls"], saved["refused"]) == (1095, 0)
    answer = admin.post("/privacy/retention", **(kinds | {"calls": "12", "exports": "0"}))
    assert answer.status_code == 400 and 'aria-invalid="true"' in answer.text
    answer = admin.post("/privacy/retention", **(kinds | {"calls": "mille"}))
    assert answer.status_code == 400 and 'value="mille"' in answer.text
    saved = web.app.db.read(lambda: {r.kind: r.days for r in RetentionRule.select()})
    assert saved["calls"] == 1095


@pytest.mark.parametrize(("days", "warned"), [("59", True), ("60", True), ("61", False), ("", False)])
def test_calls_that_go_before_the_law_has_counted_them_are_warned_of(
    admin: Visitor, days: str, warned: bool
) -> None:
    """In France who refused is left alone for sixty days, counted from the day after."""
    shown = admin.hidden("/privacy/retention", "shown")
    assert admin.post("/privacy/retention", calls=days, exports="7", shown=shown).status_code == 303
    assert ("La loi compte les appels des 61 derniers jours" in admin.page("/privacy/retention")) is warned


def test_what_would_go_is_counted_before_it_is_saved(admin: Visitor) -> None:
    assert admin.get("/privacy/retention/count?kind=calls&days=1").json["n"] >= 0
    assert admin.get("/privacy/retention/count?kind=nonsense&days=1").status_code == 400


def test_listening_downloads_and_exports_leave_a_line(web: Web, admin: Visitor) -> None:
    sound = f"/calls/{callworld.FULL}/recordings/{callworld.RECORDING}.wav"
    before = len(lines(web))
    assert admin.get(sound, headers={"Range": "bytes=0-10"}).status_code == 206
    assert admin.get(f"{sound}?download").status_code == 200
    assert admin.get("/calls/export.csv?q=0612345678&outcome=answered").status_code == 200
    assert admin.get("/admin/audit/export.csv").status_code == 200
    new = lines(web)[before:]
    assert [n[:3] for n in new] == [
        ("listen", "recording", callworld.RECORDING),
        ("download", "recording", callworld.RECORDING),
        ("export", "list", "/calls/export.csv"),
        ("export", "list", "/admin/audit/export.csv"),
    ]
    assert new[2][3] == "outcome=answered q=…"


def test_nothing_leaves_when_its_line_can_not_be_written(
    web: Web, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(self: Database, *_: Any, **__: Any) -> None:
        raise DatabaseBusy("locked")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", busy)
        assert admin.client.get("/calls/export.csv").status_code == 503


def test_the_access_log_is_searched_and_exported(web: Web, admin: Visitor) -> None:
    admin.get("/calls/export.csv")
    page = admin.page("/privacy/access?action=export&q=calls")
    assert "/calls/export.csv" in page
    got = admin.get("/privacy/access/export.csv?action=export")
    assert got.status_code == 200 and "/calls/export.csv" in got.text


@pytest.mark.parametrize("login", ["elodie", "sonia"])
def test_only_administrators(web: Web, login: str) -> None:
    visitor = web.person(login)
    for path in (
        "/privacy",
        "/privacy/retention",
        "/privacy/access",
        "/privacy/jobs/1",
        "/privacy/person?contact=1",
    ):
        assert visitor.get(path).status_code == 403, path
