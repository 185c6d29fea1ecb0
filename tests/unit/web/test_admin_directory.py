"""Annuaire in the administration: entries, files that are brought in and taken out again."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from fs_app.admin import directory_csv
from fs_app.admin.model import AuditEntry
from fs_app.admin.people_csv import UglyFile
from fs_app.contacts.model import DirectoryEntry, DirectoryImport
from tests.unit.web.conftest import Visitor, Web

FILE = (
    "Nom;Prénom;Société;Catégorie;Téléphone;Portable;E-mail;Fax\r\n"
    "Müller;Léa;Entrepôt Sud;Fournisseur;01 45 00 00 01;06 55 00 00 01;lea@example.org;1\r\n"
    "=cmd|' /C calc'!A0;;;;01 45 00 00 02;;;\r\n"
    ";;;;01 45 00 00 03;;;\r\n"
    "Sans numéro;;;;;;;\r\n"
    "Faux;;;;12345678;;pas un mail;\r\n"
    "Müller;Léa;Entrepôt Sud;;01 45 00 00 01;06 55 00 00 01;lea@example.org;\r\n"
)


def read(text: str, known: tuple[tuple[str, ...], ...] = ()) -> directory_csv.Read:
    return directory_csv.entries(*directory_csv.text_of(text.encode()), "FR", known)


# --- the file -----------------------------------------------------------------------------------------------------
def test_what_is_clear_is_taken_and_what_is_not_refused_with_its_line() -> None:
    found = read(FILE)
    assert [(line, v.name, v.office) for line, v in found.entries] == [
        (2, "Léa Müller", "+33145000001"),
        (3, "=cmd|' /C calc'!A0", "+33145000002"),
    ]
    assert [(r.line, dict(r.problems)) for r in found.refused] == [
        (4, {"name": "directory.error.name"}),
        (5, {"office": "directory.error.number"}),
        (6, {"office": "contact.error.number", "mail": "contact.error.mail"}),
        (7, {"name": "directory_csv.there"}),
    ]
    assert (found.delimiter, found.encoding, found.unknown) == (";", "utf-8", ("Fax",))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_any_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    text = f"Société{delimiter}Bureau\nÉté{delimiter}0145000001\n"
    found = directory_csv.entries(*directory_csv.text_of(text.encode(encoding)), "FR", ())
    assert [(v.company, v.office) for _, v in found.entries] == [("Été", "+33145000001")]


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (b"", "people_csv.empty"),
        (b"Nom;Bureau\n", "directory_csv.no_lines"),
        (b"a;b\n1;2\n", "directory_csv.no_column"),
        (b"Nom;Nom complet;Bureau\nx;y;0145000001\n", "people_csv.column_twice"),
        (b'Nom;Bureau\n"x;0145000001\n', "people_csv.quotes"),
        (b"\0\1\2", "people_csv.not_text"),
        (b"PK\x03\x04rest", "people_csv.not_text"),
        (b"x" * (directory_csv.BIGGEST + 1), "people_csv.too_big"),
        (b"Nom;Bureau\n" + b"x;0145000001\n" * 10_001, "directory_csv.too_many"),
        (b"Nom;Bureau\n" + b"x" * 3000 + b";1\n", "people_csv.too_wide"),
    ],
)
def test_an_ugly_file_is_refused_in_words(raw: bytes, key: str) -> None:
    with pytest.raises(UglyFile) as caught:
        directory_csv.entries(*directory_csv.text_of(raw), "FR", ())
    assert caught.value.key == key


# --- pages --------------------------------------------------------------------------------------------------------
@pytest.fixture
def admin(web: Web) -> Visitor:
    return web.person("admin")


def send(person: Visitor, content: bytes, name: str = "annuaire.csv") -> Any:
    form = {"csrf_token": person.token(), "file": (io.BytesIO(content), name)}
    return person.client.post("/admin/directory/import", data=form, content_type="multipart/form-data")


def bring(person: Visitor, page: str) -> Any:
    """Press the preview's button."""
    import html

    text = re.search(r'<textarea name="text"[^>]*>\n?(.*?)</textarea>', page, re.S)
    assert text
    form = {
        "csrf_token": person.token(),
        "text": html.unescape(text[1]),
        "name": "annuaire.csv",
        "create": "1",
    }
    return person.client.post("/admin/directory/import", data=form, content_type="multipart/form-data")


def entries(web: Web, **where: Any) -> list[dict[str, Any]]:
    query = DirectoryEntry.select().where(*(getattr(DirectoryEntry, k) == v for k, v in where.items()))
    return web.app.db.read(lambda: list(query.dicts()))


def test_a_file_is_looked_at_brought_in_and_taken_out_again(web: Web, admin: Visitor) -> None:
    looked = send(admin, FILE.encode("cp1252"))
    assert looked.status_code == 200
    assert "Léa Müller" in looked.text and "Importer 2 fiches" in looked.text
    assert not entries(web, office="+33145000001"), "nothing is written by looking"
    answer = bring(admin, looked.text)
    assert answer.status_code == 303
    (one,) = entries(web, office="+33145000001")
    assert (one["name"], one["owner"], one["category"]) == ("Léa Müller", None, "Fournisseur")
    page = admin.page(answer.location)
    assert "2 fiches importées" in page and "4 lignes ne sont pas reprises" in page
    refused = admin.get(f"{answer.location}/refused.csv").data.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(refused), delimiter=";"))
    assert [line[0] for line in lines] == ["Ligne", "4", "5", "6", "7"]
    assert "existe déjà" in lines[4][1]
    again = send(admin, FILE.encode())
    assert again.status_code == 400 and "6 lignes ne sont pas reprises" in again.text, (
        "all of it is there already"
    )
    # Somebody mends one of the two: an undoing leaves it.
    mended = {"version": "1", "name": "Calc", "office": "01 45 00 00 02"}
    (other,) = entries(web, office="+33145000002")
    assert admin.post(f"/admin/directory/{other['id']}", **mended).status_code == 303
    asks = admin.page(f"{answer.location}/undo")
    assert "1 fiche sera supprimée" in asks and "1 fiche modifiée depuis restera" in asks
    assert admin.post(f"{answer.location}/undo").status_code == 303
    assert not entries(web, office="+33145000001") and entries(web, office="+33145000002")
    assert admin.post(f"{answer.location}/undo").status_code == 409
    written = web.app.db.read(lambda: [(e.action, e.kind) for e in AuditEntry.select()])
    assert {("import", "directory"), ("take_back", "directory"), ("update", "directory_entry")} <= set(
        written
    )


def test_an_ugly_file_writes_nothing(web: Web, admin: Visitor) -> None:
    before = web.app.db.read(lambda: DirectoryImport.select().count())
    answer = send(admin, b"a;b\n1;2\n")
    assert answer.status_code == 400 and "La première ligne doit nommer" in answer.text
    assert admin.client.post("/admin/directory/import", data={"csrf_token": admin.token()}).status_code == 400
    assert web.app.db.read(lambda: DirectoryImport.select().count()) == before


def test_an_entry_is_added_found_exported_changed_and_deleted(web: Web, admin: Visitor) -> None:
    wrong = admin.post("/admin/directory/new", name="", office="12345678")
    assert wrong.status_code == 400 and "field-error" in wrong.text
    assert admin.post("/admin/directory/new", name="+Plus", office="3639").status_code == 303
    (row,) = entries(web, office="3639")
    page = f"/admin/directory/{row['id']}"
    assert "+Plus" in admin.page("/admin/directory?q=plus") and "+Plus" in admin.page("/admin/directory?q=36")
    exported = admin.get("/admin/directory/export.csv").data.decode("utf-8-sig")
    assert "'+Plus" in exported, "no cell is a formula"
    assert admin.post(page, version="1", name="Moins", office="3639").status_code == 303
    stale = admin.post(page, version="1", name="Encore", office="3639")
    assert stale.status_code == 409 and "Maintenant : Moins" in stale.text
    assert admin.post(page, version="2", name="Encore", office="3639").status_code == 303
    assert "Supprimer la fiche de Encore" in admin.page(f"{page}/delete")
    assert admin.post(f"{page}/delete").status_code == 303
    assert admin.get(page).status_code == 404


def test_of_agents_own_entries_the_administration_sees_nothing(web: Web, admin: Visitor) -> None:
    now, ids = web.app.clock.now_ms(), web.ids.desk
    row = web.app.db.write(
        lambda: DirectoryEntry.create(
            account=ids.account, owner=ids.agent, name="Secret", office="+33145000009", folded="secret",
            created_at=now, updated_at=now,
        )
    )  # fmt: skip
    assert "Secret" not in admin.page("/admin/directory") + admin.page("/admin/directory?q=secret")
    assert "Secret" not in admin.get("/admin/directory/export.csv").data.decode("utf-8-sig")
    assert admin.get(f"/admin/directory/{row.id}").status_code == 404
    assert admin.post(f"/admin/directory/{row.id}/delete").status_code == 404


def test_others_may_not_come_here(web: Web) -> None:
    for login in ("elodie", "sonia"):
        assert web.person(login).get("/admin/directory").status_code == 403
