"""The API as another program uses it: a file with its plan, contacts as JSON; the document names every route."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.contacts.model import Contact, ContactNumber
from fs_app.imports.model import ImportJob
from fs_app.web.access import API
from tests.support.until import until
from tests.unit.web.conftest import Web, standing
from tests.unit.web.test_api_keys import ask, made

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "api.md"
IMPORTS = "/api/v1/imports"
CONTACTS = "/api/v1/contacts"
FILE = "Nom;Tel\nQuenneville;06 12 00 11 22\nFaux;12\n".encode("cp1252")
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with standing(tmp_path_factory.mktemp("api")) as web:
        yield web
        web.app.imports.stop()


@pytest.fixture(scope="module")
def key(web: Web) -> str:
    return made(web.person("admin"))


def bring(web: Web, key: str, content: bytes = FILE, **form: Any) -> Any:
    plan = form.pop("plan", None)
    data = {"file": (io.BytesIO(content), "crm.csv"), **form}
    if plan is not None:
        data["plan"] = plan if isinstance(plan, str) else json.dumps(plan)
    return ask(web, key, IMPORTS, method="POST", data=data, headers=ENGLISH)


def over(web: Web, key: str, job: int) -> dict[str, Any]:
    def look() -> Any:
        return ask(web, key, f"{IMPORTS}/{job}").json["job"]

    until(lambda: look()["state"] in ("DONE", "UNDONE", "CHECKED", "FAILED"), 30, step=0.2)
    return dict(look())


def names(web: Web) -> set[str]:
    return web.app.db.read(lambda: {c.last_name for c in Contact.select()})


def test_the_document_names_every_route_and_no_other(web: Web) -> None:
    said = set(re.findall(r"^#+ `([A-Z]+) (/api/v1/[^`]+)`", DOCUMENT.read_text(), re.M))
    there = {
        (method, re.sub(r"<int:import_job>", "<id>", rule.rule))
        for rule in web.flask.url_map.iter_rules()
        if rule.rule.startswith(API)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert said == there


def test_a_file_with_its_plan_is_imported_and_undone(web: Web, key: str) -> None:
    plan = {
        "source": "crm",
        "columns": [{"column": "Nom", "target": "last_name"}, {"column": "Tel", "target": "number.1"}],
    }
    answer = bring(web, key, plan=plan, then="start")
    assert answer.status_code == 201, answer.text
    job = answer.json["job"]["id"]
    done = over(web, key, job)
    assert (done["counts"]["new"], done["counts"]["refused"]) == (1, {"number": 1})
    assert "Quenneville" in names(web)
    refused = ask(web, key, f"{IMPORTS}/{job}/refused", headers=ENGLISH)
    assert refused.data.decode("utf-8-sig").splitlines()[1].startswith("Faux,12,")
    assert ask(web, key, f"{IMPORTS}/{job}/start", method="POST").status_code == 409
    assert ask(web, key, f"{IMPORTS}/{job}/undo", method="POST").status_code == 200
    assert over(web, key, job)["state"] == "UNDONE"
    assert "Quenneville" not in names(web)
    assert ask(web, key, IMPORTS).json["list"][0]["id"] == job

    again = bring(web, key, source="crm", then="check", name="Salon 11/2026 <b>")
    assert again.status_code == 201, again.text
    assert again.json["job"]["name"] == "Salon 11/2026 <b>"
    checked_job = again.json["job"]["id"]
    assert over(web, key, checked_job)["counts"]["new"] == 1
    told = ask(web, key, f"{IMPORTS}/{checked_job}/checked").json["checked"]
    assert [line["outcome"] for line in told["lines"]] == ["new", "refused.number"]
    assert ask(web, key, f"{IMPORTS}/{checked_job}", method="DELETE").status_code == 200
    assert ask(web, key, f"{IMPORTS}/{checked_job}").status_code == 404


def test_a_plan_that_can_not_be_carried_out_leaves_nothing(web: Web, key: str) -> None:
    before = web.app.db.read(lambda: ImportJob.select().count())
    plan = {"columns": [{"column": "Prénom", "target": "first_name"}, {"column": 0, "target": "x"}]}
    answer = bring(web, key, plan={**plan, "numbers": {"main": 12}})
    assert answer.status_code == 400, answer.text
    assert answer.json["error"]["key"] == "imports.error.mistaken"
    assert {"place", "key", "text"} == set(answer.json["problems"][0])
    assert {one["place"] for one in answer.json["problems"]} >= {
        "columns.0.column",
        "columns.1.target",
        "numbers.main",
    }
    said = {one["place"]: one["text"] for one in answer.json["problems"]}
    assert "Prénom" in said["columns.0.column"], "the heading that is not there is named"
    assert not [words for words in said.values() if "%(" in words]
    for no_plan in ("{", "[]", "7"):
        assert bring(web, key, plan=no_plan).json["error"]["key"] == "error.not_json"
    assert bring(web, key, then="explode").status_code == 400
    assert ask(web, key, IMPORTS, method="POST", data={"plan": "{}"}).json["error"]["key"] == "error.no_file"
    assert web.app.db.read(lambda: ImportJob.select().count()) == before


def test_a_file_that_is_too_big_is_refused_before_it_lies_on_the_disk(web: Web, key: str) -> None:
    answer = bring(web, key, b"a;b\n" * 6 * 1024**2)
    assert answer.status_code == 413
    assert answer.json["error"]["key"] == "imports.error.too_big"


def test_without_a_plan_the_file_waits_for_a_person(web: Web, key: str) -> None:
    answer = bring(web, key, b"x;y\nfoo;bar\n")
    assert answer.status_code == 201
    assert answer.json["job"]["state"] in ("NEW", "PREPARED")
    assert f"/imports/{answer.json['job']['id']}" in web.person("admin").page("/imports")


def test_contacts_as_json_go_through_the_same_checks(web: Web, key: str) -> None:
    contacts = [
        {"last_name": "Nuñez", "numbers": ["06 12 00 33 44", "0185090000"], "city": "Orléans"},
        {"last_name": "Wrong", "numbers": ["12"]},
        {"last_name": "Nuñez once more", "numbers": ["+33612003344"]},
        {"last_name": '=HYPERLINK("x")', "number.1": "0612003355", "description": 'two\nlines, "quoted"'},
    ]
    answer = ask(web, key, CONTACTS, method="POST", json={"contacts": contacts}, headers=ENGLISH)
    assert answer.status_code == 200, answer.text
    assert answer.json["job"]["counts"]["new"] == 2
    assert [one["index"] for one in answer.json["refused"]] == [1, 2]
    assert all(one["text"] != one["key"] for one in answer.json["refused"])

    def kept() -> tuple[Any, list[str]]:
        row = Contact.get(Contact.last_name == "Nuñez")
        numbers = ContactNumber.select().where(ContactNumber.contact == row).order_by(ContactNumber.position)
        return row, [one.number for one in numbers]

    row, numbers = web.app.db.read(kept)
    assert row.city == "Orléans"
    assert numbers == ["+33612003344", "+33185090000"]
    formula = web.app.db.read(lambda: Contact.get(Contact.last_name == '=HYPERLINK("x")'))
    assert formula.description == 'two\nlines, "quoted"'


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "error.not_json"),
        (b"[]", "error.not_json"),
        (b'{"contacts": []}', "error.no_contacts"),
        (b'{"contacts": [1]}', "error.no_contacts"),
        (b'{"contacts": [{"password": "x"}]}', "error.unknown_field"),
        (b'{"contacts": [{"last_name": {}}]}', "error.unknown_field"),
        (b'{"contacts": [{"last_name": "x"}], "numbers": {"country": 7}}', "imports.error.mistaken"),
        (json.dumps({"contacts": [{"last_name": "x"}] * 1001}).encode(), "error.too_many_contacts"),
    ],
)
def test_what_are_no_contacts_is_refused_whole(web: Web, key: str, body: bytes, error: str) -> None:
    before = web.app.db.read(lambda: ImportJob.select().count())
    answer = ask(
        web, key, CONTACTS, method="POST", data=body, content_type="application/json", headers=ENGLISH
    )
    assert answer.status_code == 400, answer.text
    assert answer.json["error"]["key"] == error
    assert answer.json["error"]["text"] != error
    assert web.app.db.read(lambda: ImportJob.select().count()) == before


def test_a_key_for_contacts_alone_puts_nobody_onto_a_list(web: Web) -> None:
    small = made(web.person("admin"), "Form", "30", "contacts.edit")
    body = {"contacts": [{"last_name": "X", "numbers": ["0612003366"]}], "call_list": {"new": "Mine"}}
    assert ask(web, small, CONTACTS, method="POST", json=body).status_code == 403
