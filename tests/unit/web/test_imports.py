"""The wizard's requests: a file is looked at, planned, tried, imported and undone; nothing begins twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from werkzeug.test import TestResponse

from fs_app.contacts.model import Contact
from fs_app.imports.counting import BESIDE
from fs_app.imports.reading import FORMATS
from fs_app.imports.reasons import REASONS
from fs_app.imports.state import State
from fs_app.imports.targets import CONTACT, FIELD_KINDS, OTHERS
from fs_app.web.i18n import known
from fs_app.web.imports_told import OFFERED, said, target
from tests.support.until import until
from tests.unit.web.conftest import Visitor, Web, standing

HOSTILE = "=cmd|' /C calc'!A0"
FILE = f"""Nom;Téléphone;Remarque;Ville
Garçon;06 12 00 56 78;{HOSTILE};<script>alert(1)</script>
Nuñez;0698765432;rien;Orléans
Faux;12;rien;../../etc/passwd
Garçon;+33612005678;double;Orléans
"""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with standing(tmp_path_factory.mktemp("imports")) as web:
        yield web
        web.app.imports.stop()


@pytest.fixture(scope="module")
def admin(web: Web) -> Visitor:
    return web.person("admin")


@cache
def token(person: Visitor) -> str:
    return person.token("/imports/new")


def ask(person: Visitor, method: str, path: str, **more: Any) -> TestResponse:
    headers = {"X-CSRFToken": token(person), "Accept": "application/json"}
    return person.client.open(path, method=method, headers=headers, **more)


def brought(person: Visitor, content: bytes = FILE.encode("cp1252"), name: str = "clients.csv") -> int:
    answer = ask(person, "POST", f"/imports/upload?file={name}", data=content)
    assert answer.status_code == 201, answer.text
    return int(answer.json["job"]["id"])  # type: ignore[index]


def planned(person: Visitor, job: int, **changes: Any) -> dict[str, Any]:
    seen = ask(person, "POST", f"/imports/{job}/preview", json={"dialect": None}).json["preview"]  # type: ignore[index]
    plan = {**seen["plan"], "dialect": seen["dialect"], **changes}
    told = ask(person, "PUT", f"/imports/{job}/plan", json={"plan": plan})
    assert told.status_code == 200, told.text
    return dict(told.json or {})


def state(person: Visitor, job: int) -> dict[str, Any]:
    return dict(person.get(f"/imports/{job}.json").json["job"])  # type: ignore[index]


def reached(person: Visitor, job: int, *wanted: str) -> dict[str, Any]:
    until(lambda: state(person, job)["state"] in wanted, 30, step=0.2)
    return state(person, job)


def test_a_plan_that_somebody_else_has_changed_is_not_written_over(web: Web, admin: Visitor) -> None:
    job = brought(admin)
    first = planned(admin, job)
    seen, plan = first["job"]["version"], first["job"]["plan"]

    def of(country: str) -> dict[str, Any]:
        return {**plan, "numbers": {**plan["numbers"], "country": country}}

    same = ask(admin, "PUT", f"/imports/{job}/plan", json={"plan": plan, "version": seen})
    assert same.json["job"]["version"] == seen, "a page that was only opened changes nothing"  # type: ignore[index]
    answer = ask(web.person("sonia"), "PUT", f"/imports/{job}/plan", json={"plan": of("BE"), "version": seen})
    assert answer.status_code == 200, answer.text
    late = ask(admin, "PUT", f"/imports/{job}/plan", json={"plan": of("ES"), "version": seen})
    assert late.status_code == 409
    assert "Quelqu’un d’autre vient d’enregistrer" in late.json["error"]["text"]  # type: ignore[index]
    assert state(admin, job)["plan"]["numbers"]["country"] == "BE"
    again = {"plan": of("ES"), "version": state(admin, job)["version"]}
    assert ask(admin, "PUT", f"/imports/{job}/plan", json=again).status_code == 200
    assert state(admin, job)["plan"]["numbers"]["country"] == "ES"


def test_a_file_is_looked_at_planned_tried_imported_and_undone(web: Web, admin: Visitor) -> None:
    job = brought(admin)
    assert "clients.csv" in admin.page(f"/imports/{job}")
    seen = ask(admin, "POST", f"/imports/{job}/preview", json={"dialect": None}).json["preview"]  # type: ignore[index]
    assert seen["dialect"]["encoding"] == "cp1252"
    assert seen["header"] == ["Nom", "Téléphone", "Remarque", "Ville"]
    assert {one["target"] for one in seen["guesses"]} >= {"last_name", "number.1", "city"}
    assert all(one["text"] and not one["text"].startswith("import.") for one in seen["guesses"])
    plan = {**seen["plan"], "dialect": seen["dialect"], "call_list": {"new": "Printemps"}}
    told = ask(admin, "PUT", f"/imports/{job}/plan", json={"plan": plan}).json
    assert told["problems"] == []  # type: ignore[index]
    assert told["job"]["state"] == "PREPARED"  # type: ignore[index]

    assert ask(admin, "POST", f"/imports/{job}/check").status_code == 200
    assert ask(admin, "POST", f"/imports/{job}/check").status_code == 409, "it is under way already"
    reached(admin, job, "CHECKED")
    checked = admin.get(f"/imports/{job}/checked.json").json["checked"]  # type: ignore[index]
    assert [one["outcome"] for one in checked["lines"]] == ["new", "new", "refused.number", "duplicates.file"]
    assert all(one["text"] for one in checked["lines"][2:])
    assert checked["refused_reasons"] == [{"reason": "number", "text": "Numéro de téléphone faux", "n": 1}]

    second = web.person("sonia")  # a supervisor presses in the same moment
    answers = [ask(admin, "POST", f"/imports/{job}/start"), ask(second, "POST", f"/imports/{job}/start")]
    assert [one.status_code for one in answers] == [200, 409]
    assert answers[1].json["error"]["text"] != "imports.error.not_now"  # type: ignore[index]
    done = reached(second, job, "DONE")
    assert done["counts"]["new"] == 2
    assert done["counts"]["records"] == 2
    assert done["call_list_name"] == "Printemps"
    assert "Printemps" in admin.page("/imports")

    page = admin.page(f"/imports/{job}/undo")
    assert "2 contacts" in page
    assert admin.post(f"/imports/{job}/undo").status_code == 303
    assert admin.post(f"/imports/{job}/undo").status_code == 409
    assert reached(admin, job, "UNDONE")["changed_since"] == 0
    there = web.app.db.read(lambda: Contact.select().where(Contact.last_name == "Nuñez").count())
    assert there == 0
    assert "Printemps" not in admin.page("/imports")


def test_refused_lines_come_back_harmless_with_their_reason(admin: Visitor) -> None:
    lines = f"Nom;Téléphone\n{HOSTILE};12\n"
    job = brought(admin, lines.encode())
    planned(admin, job)
    ask(admin, "POST", f"/imports/{job}/start")
    assert reached(admin, job, "DONE")["refused"]
    answer = admin.get(f"/imports/{job}/refused.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][0].startswith("'="), "no spreadsheet takes it for a formula"
    assert len(rows[1]) > 2
    assert rows[1][-1]


def test_what_is_wrong_with_a_plan_is_kept_and_said_in_words(admin: Visitor) -> None:
    job = brought(admin)
    told = planned(admin, job, numbers={"main": 4}, source="CRM")
    assert told["job"]["state"] == "NEW"
    assert "numbers.main" in [one["place"] for one in told["problems"]]
    assert not told["problems"][0]["text"].startswith("imports.")
    assert state(admin, job)["plan"]["source"] == "CRM", "whoever comes back finds what he has entered"
    assert ask(admin, "POST", f"/imports/{job}/start").status_code == 409
    wrong: list[Any] = [
        None,
        [],
        {"columns": [{"column": -1}]},
        {"columns": "x"},
        {"duplicates": 7},
        {"x": 1},
    ]
    for nonsense in wrong:
        answer = ask(admin, "PUT", f"/imports/{job}/plan", json={"plan": nonsense})
        assert answer.status_code == 200
        assert answer.json["problems"]  # type: ignore[index]
    assert (
        ask(admin, "PUT", f"/imports/{job}/plan", data=b"{", content_type="application/json").status_code
        == 400
    )
    assert (
        ask(admin, "POST", f"/imports/{job}/preview", json={"dialect": {"encoding": "../x"}}).status_code
        == 400
    )


def test_a_file_that_is_none_says_why(admin: Visitor) -> None:
    job = brought(admin, b"%PDF-1.4 ...", "x.xlsx")
    answer = ask(admin, "POST", f"/imports/{job}/preview", json={"dialect": None})
    assert answer.status_code == 400
    error = answer.json["error"]  # type: ignore[index]
    assert error["key"].startswith("import.unreadable.")
    assert error["text"] != error["key"]


def test_a_file_that_is_too_big_is_refused_while_it_comes(web: Web, admin: Visitor) -> None:
    answer = ask(admin, "POST", "/imports/upload?file=big.csv", data=b"a;b\n" * 6 * 1024**2)
    assert answer.status_code == 413
    assert "20" in answer.json["error"]["text"]  # type: ignore[index]
    assert not list((web.app.settings.data_dir / "imports").glob(".incoming/*"))


def test_the_name_of_a_file_is_text_and_no_path(web: Web, admin: Visitor) -> None:
    job = brought(admin, name="..%2F..%2Fetc%2F%3Cb%3Epasswd%00.csv")
    told = state(admin, job)
    assert "/" not in told["file"]
    assert (web.app.settings.data_dir / "imports" / str(job) / "source").exists()
    page = admin.page(f"/imports/{job}")
    assert "<b>passwd" not in page


def test_what_is_not_begun_is_thrown_away_what_is_in_the_base_is_not(web: Web, admin: Visitor) -> None:
    job = brought(admin)
    assert admin.post(f"/imports/{job}/delete").status_code == 303
    assert admin.get(f"/imports/{job}").status_code == 404
    assert not (web.app.settings.data_dir / "imports" / str(job)).exists()
    assert "d’abord" in admin.page("/imports/1/delete")
    assert admin.post("/imports/1/delete").status_code == 409


def test_agents_have_no_imports(web: Web) -> None:
    agent = web.person("elodie")
    assert agent.get("/imports").status_code == 403
    assert ask(web.person("sonia"), "POST", "/imports/upload?file=x.csv", data=b"a\nb\n").status_code == 201


def test_every_state_target_and_reason_has_its_words() -> None:
    words = {f"wizard.reason.{reason}" for reason in REASONS}
    words |= {f"wizard.state.{state}" for state in State}
    words |= {f"wizard.target.{name.replace('.', '_')}" for name in (*CONTACT, *OTHERS)}
    words |= {f"wizard.field.{kind}" for kind in FIELD_KINDS} | {f"wizard.beside.{name}" for name in BESIDE}
    words |= {f"wizard.op.{op}" for ops in OFFERED.values() for op in ops}
    words |= {f"wizard.format.{name}" for name in FORMATS}
    assert not {key for key in words if not known(key)}


def test_keys_are_said_in_words_with_targets_in_them(web: Web) -> None:
    with web.flask.test_request_context("/imports"):
        assert said("no.such.key", {}) == "no.such.key"
        assert target("number.3") == "Numéro 3"
        assert target("consent.given_at") == "Consentement\u00a0: date"
        assert target("custom.age") == "age"
