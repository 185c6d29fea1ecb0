"""The JSON behind the agent's page: login, CSRF, conflicts with both versions, errors per field, accounts apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fs_app.web import access
from fs_app.web.site import build as build_site
from tests.support.deskworld import PASSWORD, App, Ids, build, project_call


class Site:
    def __init__(self, folder: Path) -> None:
        self.app: App
        self.ids: Ids
        self.app, self.ids = build(folder)
        self.flask = build_site(self.app)  # type: ignore[arg-type]
        self.accounts = self.flask.extensions["fs_app"].accounts

    def person(self, login: str = "elodie", account: str = "demo") -> Person:
        return Person(self, login, account)

    def rings(self, number: str = "+33612345678") -> str:
        call = f"call-{self.app.desk.calls + 1}"
        now = self.app.clock.now_ms()
        self.app.db.write(lambda: project_call(self.ids, call, number, now))
        return self.app.desk.ring(self.ids.agent, number=number)


class Person:
    """Somebody logged in, with the CSRF token of his page."""

    def __init__(self, site: Site, login: str, account: str) -> None:
        self.client: FlaskClient = site.flask.test_client()
        token, _ = site.accounts.log_in(account, login, PASSWORD)
        self.client.set_cookie(access.COOKIE, token)
        self.token = self.client.get("/csrf").get_json()["token"]

    def get(self, path: str) -> Any:
        return self.client.get(path, headers={"Accept": "application/json"})

    def send(self, method: str, path: str, body: Any, csrf: bool = True) -> Any:
        headers = {"X-CSRFToken": self.token} if csrf else {}
        return self.client.open(
            path, method=method, json=body, headers={**headers, "Accept": "application/json"}
        )


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.app.db.close()


def test_the_page_asks_for_a_login_and_comes_back(site: Site) -> None:
    answer = site.flask.test_client().get("/agent")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login?next=/agent"


def test_a_person_without_telephone_is_told_so(site: Site) -> None:
    answer = site.person("sonia").get("/agent")
    assert answer.status_code == 403
    assert answer.get_json()["error"]["key"] == "desk.error.no_telephone"


def test_both_pages_say_who_works_there(site: Site) -> None:
    person = site.person()
    for path, alone in (("/agent", b"false"), ("/agent/bandeau", b"true")):
        page = person.client.get(path)
        assert page.status_code == 200
        assert b"&#34;alone&#34;: " + alone in page.data
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_record_of_my_call(site: Site) -> None:
    call = site.rings()
    record = site.person().get(f"/agent/record/{call}")
    assert record.status_code == 200
    assert record.headers["Cache-Control"] == "no-store"
    assert record.get_json()["contact"]["last_name"] == "Dupont"


def test_the_record_of_a_call_that_only_the_picture_knows(site: Site) -> None:
    call = site.app.desk.ring(site.ids.agent, disposition_set=site.ids.dispositions)
    record = site.person().get(f"/agent/record/{call}").get_json()
    assert record["call"]["complete"] is False
    assert record["contact"]["last_name"] == "Dupont"
    assert record["dispositions"]


@pytest.mark.parametrize("call", ["nothing", "earlier-2", "..%2f..%2fetc", "x" * 65, "a%0Ab", "é"])
def test_what_is_not_my_call_is_not_found(site: Site, call: str) -> None:
    assert site.person().get(f"/agent/record/{call}").status_code in (400, 404)


def test_another_account_sees_and_changes_nothing_of_ours(site: Site) -> None:
    call = site.rings()
    site.app.desk.agents[site.ids.stranger] = site.app.desk._fresh(site.ids.stranger, "Other", "1001")
    stranger = site.person(account="other")
    assert stranger.get(f"/agent/record/{call}").status_code == 404
    stolen = stranger.send(
        "PUT", f"/agent/contacts/{site.ids.contact}", {"version": 1, "fields": {"company": "x"}}
    )
    assert stolen.status_code == 404


def test_a_save_answers_the_contact_as_it_is_now(site: Site) -> None:
    path = f"/agent/contacts/{site.ids.contact}"
    saved = site.person().send("PUT", path, {"version": 1, "fields": {"company": "Acme"}})
    assert saved.status_code == 200
    assert (saved.get_json()["contact"]["company"], saved.get_json()["contact"]["version"]) == ("Acme", 2)
    assert saved.get_json()["contact"]["updated_by"] == "Élodie Garçon"


def test_the_second_saver_gets_both_versions(site: Site) -> None:
    path = f"/agent/contacts/{site.ids.contact}"
    site.person("bruno").send("PUT", path, {"version": 1, "fields": {"company": "Globex"}})
    answer = site.person().send("PUT", path, {"version": 1, "fields": {"company": "Acme"}})
    assert answer.status_code == 409
    body = answer.get_json()
    assert body["error"]["key"] == "contact.error.stale"
    assert body["mine"] == {"company": "Acme"}
    assert (body["theirs"]["company"], body["theirs"]["version"]) == ("Globex", 2)
    assert body["theirs"]["updated_by"] == "Bruno Roy"


def test_errors_are_said_per_field_in_the_persons_language(site: Site) -> None:
    wrong = {"version": 1, "fields": {"mobile": "12", "mail": "nobody"}}
    answer = site.person().send("PUT", f"/agent/contacts/{site.ids.contact}", wrong)
    assert answer.status_code == 400
    assert set(answer.get_json()["fields"]) == {"mobile", "mail"}
    assert "indicatif" in answer.get_json()["fields"]["mobile"]


def test_a_new_contact(site: Site) -> None:
    made = site.person().send(
        "POST", "/agent/contacts", {"fields": {"last_name": "Martín", "office": "+34912345678"}}
    )
    assert made.status_code == 201
    assert made.get_json()["contact"]["office"] == "+34 912 34 56 78"


@pytest.mark.parametrize(
    "body", [None, [], "x", {}, {"version": 1}, {"version": "1", "fields": {}}, {"version": 1, "fields": 7}]
)
def test_hostile_bodies_are_refused(site: Site, body: Any) -> None:
    assert site.person().send("PUT", f"/agent/contacts/{site.ids.contact}", body).status_code == 400


def test_without_the_csrf_header_nothing_is_changed(site: Site) -> None:
    person = site.person()
    body = {"version": 1, "fields": {"company": "Acme"}}
    refused = person.send("PUT", f"/agent/contacts/{site.ids.contact}", body, csrf=False)
    assert (refused.status_code, refused.get_json()["error"]["key"]) == (400, "error.csrf")
    assert person.send("PUT", f"/agent/contacts/{site.ids.contact}", body).status_code == 200
