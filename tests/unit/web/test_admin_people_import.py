"""People from a file: whatever a spreadsheet makes of it; nobody is created before everybody can be."""

from __future__ import annotations

import base64
import contextlib
import csv
import io
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from fs_app.accounts.model import User
from fs_app.admin import people_csv
from fs_app.admin.model import AuditEntry
from fs_app.admin.people_csv import UglyFile
from fs_app.agents.model import Agent
from fs_app.digest import a1_hash
from fs_app.web import i18n
from tests.unit.web.conftest import Visitor, Web, standing

GOOD = """Nom;Identifiant;Rôle;Poste;Files;Langue
Zoé Petit;zoe;agent;1 101;Commercial|Technique;français
"Petit; Jean";jean;Superviseur;;;
"""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with standing(tmp_path_factory.mktemp("import")) as web:
        yield web


@pytest.fixture(scope="module")
def admin(web: Web) -> Visitor:
    return web.english("admin")


def send(admin: Visitor, content: bytes | str) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    token = admin.token("/calls")
    return admin.client.post(
        "/admin/people/import", data={"csrf_token": token, "file": (io.BytesIO(raw), "people.csv")}
    )


def people(web: Web) -> int:
    return int(web.app.db.read(lambda: User.select().count()))


# --- reading ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_spreadsheet_s_file_is_read(encoding: str, delimiter: str, end: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerows(
        [["NOM *", " identifiant", "Unsinn"], [f"Zoé {delimiter} Petit", "zoe", "x"], ["", "", ""]]
    )
    text, found = people_csv.decoded(out.getvalue().encode(encoding))
    table = people_csv.table(text, found)
    lines, unknown = people_csv.lines(table)
    assert (table.delimiter, unknown) == (delimiter, ["Unsinn"])
    assert [(line.number, line.cells["name"], line.cells["login"]) for line in lines] == [
        (2, f"Zoé {delimiter} Petit".replace("\t", "").replace("  ", " "), "zoe")
    ]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "people_csv.empty"),
        (b"  \n \n", "people_csv.empty"),
        (b"name;login\n", "people_csv.no_lines"),
        (b"PK\x03\x04 a spreadsheet", "people_csv.not_text"),
        (b"name;login\n\x00\x01;x", "people_csv.not_text"),
        (b"\xff\xfea", "people_csv.not_text"),
        (b"name;login\n\x81\x8d;x", "people_csv.not_text"),
        (b"Zoe;zoe\nJean;jean", "people_csv.no_column"),
        (b"name;nom;login\na;b;c", "people_csv.column_twice"),
        (b'name;login\n"Zoe;zoe\nJean;jean', "people_csv.quotes"),
        (b"name;login\n" + b"x;y\n" * 301, "people_csv.too_many"),
        (b"name;login\n" + b"x" * 2001 + b";y", "people_csv.too_wide"),
        (b"name;login\n" + b";" * 60 + b"y", "people_csv.too_wide"),
        (b"x" * 300_001, "people_csv.too_big"),
    ],
)
def test_an_ugly_file_is_refused_in_words(content: bytes, key: str) -> None:
    with pytest.raises(UglyFile) as error:
        people_csv.lines(people_csv.table(*people_csv.decoded(content)))
    assert error.value.key == key
    for language in i18n.LANGUAGES:
        assert "%(" not in i18n.translate(language, key, **error.value.params)


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    with contextlib.suppress(UglyFile):  # anything else is a fault
        people_csv.lines(people_csv.table(*people_csv.decoded(content)))


# --- looking, then creating ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("sign", ["sep=;", "SEP=,", "sep=", "sep=\t"])
def test_a_spreadsheet_s_line_about_its_separator_is_no_line_of_the_file(sign: str) -> None:
    table = people_csv.table(f"{sign}\r\n{GOOD}")
    assert table.headers[0] == "Nom"
    assert table.rows[0][0] == 3, "lines are counted as an editor counts them"


def test_people_are_created_when_everybody_can_be(web: Web, admin: Visitor) -> None:
    before = people(web)
    page = send(admin, GOOD.encode("cp1252"))
    assert page.status_code == 200
    assert "2 people can be created" in page.text and "CP1252" in page.text
    assert people(web) == before, "it was only looked at"
    text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page.text, re.S)
    assert text
    answer = admin.post("/admin/people/import", create="1", text=text[1].replace("&#34;", '"'))
    assert answer.status_code == 200, answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    made = re.search(r'href="data:text/csv;base64,([^"]+)"', answer.text)
    assert made
    rows = list(csv.reader(io.StringIO(base64.b64decode(made[1]).decode("utf-8-sig"))))
    assert rows[0] == ["Name", "Login", "Password", "Extension", "Telephone’s password"]
    (_, _, password, number, sip), (name, login, other, none, no_sip) = rows[1:]
    assert (number, name, login, none, no_sip) == ("1101", "Petit; Jean", "jean", "", "")
    assert web.visitor().log_in("demo", "zoe", password).status_code == 303
    assert web.visitor().log_in("demo", "jean", other).status_code == 303
    agent = web.app.db.read(lambda: Agent.get(Agent.number == "1101"))
    assert agent.sip_ha1 == a1_hash("1101", "demo.example", sip)
    info = web.app.catalog.agent(agent.id)
    assert info is not None and len(info.queues) == 2, "in force at once"
    log = str(web.app.db.read(lambda: list(AuditEntry.select().dicts())))
    assert password not in log and sip not in log and "Zoé Petit" in log


def test_one_wrong_line_and_nobody_is_created(web: Web, admin: Visitor) -> None:
    before = people(web)
    text = """name,login,role,number,queues,profile,password
Anna,anna,agent,1201,Commercial,,
Ben,ANNA,king,1201,"Sales, Commercial",Boss,short
,with space,agent,1,,,
Élodie 2,elodie,agent,1001,,,
"""
    page = send(admin, text)
    assert page.status_code == 400
    rows = re.findall(r'<td class="num">(\d+)</td>(.*?)</tr>', page.text, re.S)
    said = {int(line): " ".join(re.findall(r"<span>(.*?)</span>", cells, re.S)) for line, cells in rows}
    assert "3 lines need correcting" in page.text
    for part in (
        "On line 2 already",
        "“king” is no role",
        "Unknown queues: Sales",
        "no profile “Boss”",
        "10 char",
    ):
        assert part in said[3], part
    assert "Login" in said[4] and "Name" in said[4] and "Extension" in said[4]
    assert "Élodie Garçon" in said[5]
    assert 'name="create"' not in page.text
    assert admin.post("/admin/people/import", create="1", text=text).status_code == 400
    assert people(web) == before


def test_who_was_faster_is_told_and_nobody_is_created(
    web: Web, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, check = "name;login\nOne;one\nTwo;two\n", people_csv.check
    calls = []

    def late(account: int, lines: list[people_csv.Line]) -> None:
        calls.append(1)
        check(account, lines)
        if len(calls) == 1:
            web.app.db.write(
                lambda: User.create(
                    account=account, login="two", name="X", password_hash="x", role="agent", created_at=1
                )
            )

    monkeypatch.setattr(people_csv, "check", late)
    answer = admin.post("/admin/people/import", create="1", text=text)
    assert answer.status_code == 409
    assert web.app.db.read(lambda: User.get_or_none(User.login == "one")) is None


def test_the_example_is_a_file_that_is_read(admin: Visitor) -> None:
    raw = admin.get("/admin/people/import/example.csv").data
    lines, unknown = people_csv.lines(people_csv.table(*people_csv.decoded(raw)))
    assert [line.cells["login"] for line in lines] == ["elodie", "sonia"] and not unknown


def test_formulas_do_not_reach_a_spreadsheet(web: Web, admin: Visitor) -> None:
    answer = admin.post("/admin/people/import", create="1", text="name;login\n=2+5;formula\n")
    made = re.search(r'base64,([^"]+)"', answer.text)
    assert made and "'=2+5" in base64.b64decode(made[1]).decode("utf-8-sig")
