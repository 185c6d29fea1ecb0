"""The pages of contacts: found, filtered, exported, changed by two at once, merged, with hostile input."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.parse import quote

import pytest
import python_calamine

from fs_app.contacts import searching
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.model import Contact, ContactField, ContactNumber, Segment
from fs_app.contacts.service import Contacts, by_id
from fs_app.errors import Invalid
from tests.support.contactworld import HOSTILE
from tests.unit.web.conftest import Visitor, Web


@pytest.fixture(scope="module")
def admin(web: Web) -> Visitor:
    return web.person("admin")


def contact(web: Web, **values: str) -> Any:
    def ask() -> Any:
        query = Contact.select()
        for name, value in values.items():
            query = query.where(getattr(Contact, name) == value)
        return query.get()

    return web.app.db.read(ask)


def found(web: Web, query: str) -> set[int]:
    account = contact(web, reference="C-000123").account_id
    return set(web.app.db.read(lambda: searching.search(account, query, "FR")))


def asked(chosen: Any) -> str:
    return quote(json.dumps(chosen))


# --- the list -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("query", ["elodie", "GARC", "c-000123", "06+12+34+56+79", "04.77", "ab-77", "lilas"])
def test_the_list_finds_by_any_column(admin: Visitor, query: str) -> None:
    assert "Oscorp" in admin.page(f"/contacts?q={query}")


def test_a_filter_in_the_address_is_applied_and_a_wrong_one_is_said(admin: Visitor) -> None:
    page = admin.page(f"/contacts?filter={asked({'field': 'custom.vip', 'op': 'is', 'value': True})}")
    assert "1 contact ·" in page
    for wrong in ("{", "[]", '{"field":"x","op":"is","value":"y"}', "null", '{"all":' * 50, "x" * 7000):
        assert 'role="alert"' in admin.page(f"/contacts?filter={quote(wrong)}")


def test_a_segment_narrows_the_list_and_one_of_another_account_does_not_exist(
    web: Web, admin: Visitor
) -> None:
    assert "Oscorp" in admin.page("/contacts?segment=1")
    assert "Élodie Garçon" not in admin.page("/contacts?segment=2")
    foreign = web.app.db.write(
        lambda: Segment.create(account=web.ids.desk.other_account, name="x", created_at=1, updated_at=1).id
    )
    assert 'role="alert"' in admin.page(f"/contacts?segment={foreign}")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "%00",
        "'",
        '"',
        "*",
        "%E2%80%AE",
        "a" * 5000,
        "%F0%9F%98%80",
        "&page=99999&sort=x&order=y",
        "&columns=x,y",
    ],
)
def test_no_address_breaks_the_list(admin: Visitor, query: str) -> None:
    admin.page(f"/contacts?q={query}")


def test_hostile_values_are_shown_as_text_and_columns_are_remembered(admin: Visitor) -> None:
    page = admin.page("/contacts?q=hyperlink&columns=last_name,company")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    assert "Échéance" not in admin.page("/contacts").split("<thead>")[1].split("</thead>")[0]


def test_agents_have_no_list_and_only_who_may_exports(web: Web) -> None:
    agent = web.person("elodie")
    for path in (
        "/contacts",
        "/contacts/1",
        "/contacts/export.csv",
        "/contacts/duplicates",
        "/contacts/segments",
    ):
        assert agent.get(path).status_code == 403
    assert web.person("sonia").get("/contacts/fields").status_code == 403


# --- files --------------------------------------------------------------------------------------------------------
def test_an_export_has_no_formula_and_all_of_the_filter(admin: Visitor) -> None:
    answer = admin.get("/contacts/export.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:2] == ["Nom", "Prénom"]
    assert any("'=HYPERLINK" in cell for row in rows for cell in row)
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@"))]
    narrowed = admin.get("/contacts/export.csv?q=C-000123&columns=last_name,number.1,custom.plan")
    assert list(csv.reader(io.StringIO(narrowed.get_data().decode("utf-8-sig")), delimiter=";")) == [
        ["Nom", "N° principal", "Formule"],
        ["Garçon", "'+33612345679", "Confort"],
    ]
    assert admin.get("/contacts/export.pdf").status_code == 404


def test_a_spreadsheet_holds_texts_as_texts(admin: Visitor) -> None:
    answer = admin.get("/contacts/export.xlsx?q=hyperlink&columns=last_name,created_at")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data()))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0] == "Nom"
    assert str(rows[1][0]).startswith("=HYPERLINK(")


# --- a contact's page ---------------------------------------------------------------------------------------------
def form(**values: str) -> dict[str, str]:
    return {"version": "1", "last_name": "Lemaire", **values}


def test_a_contact_is_made_with_nine_numbers_in_order_and_found_by_each(web: Web, admin: Visitor) -> None:
    numbers = {f"number-{i}-number": f"06 98 00 00 0{i}" for i in range(1, 10)}
    answer = admin.post(
        "/contacts/new",
        **form(
            first_name="Zébulon",
            **numbers,
            **{"number-2-time_zone": "Indian/Reunion"},
            **{"custom.due": "2026-12-24"},
        ),
    )
    assert answer.status_code == 303, answer.text
    made = contact(web, first_name="Zébulon")
    rows = web.app.db.read(
        lambda: list(
            ContactNumber.select().where(ContactNumber.contact == made).order_by(ContactNumber.position)
        )
    )
    assert [r.position for r in rows] == list(range(1, 10))
    assert rows[1].time_zone == "Indian/Reunion"
    assert made.custom == {"due": "2026-12-24"}
    assert made.name_key == "lemaire zebulon|"
    for row in rows:
        assert made.id in found(web, row.number)
    page = admin.page(f"/contacts/{made.id}")
    assert page.index("06 98 00 00 01") < page.index("06 98 00 00 09")
    tenth = form(first_name="Zébulon", **numbers, **{"number-10-number": "06 98 00 00 10"})
    assert admin.post(f"/contacts/{made.id}", **tenth).status_code == 400


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"last_name": "x" * 10_000}, "trop long"),
        ({"mail": "pas un mail"}, "e-mail"),
        ({"country": "XX"}, "pays"),
        ({"number-0-number": "12"}, "numéro"),
        ({"number-0-number": "0612345678", "number-0-time_zone": "Mars/Base"}, "Fuseau horaire inconnu"),
        ({"number-0-number": "0612345678", "number-1-number": "+33 6 12 34 56 78"}, "field-error"),
        ({"custom.plan": "Gratuit"}, "Choisissez une des valeurs"),
        ({"custom.due": "31/02/2026"}, "Une date est attendue"),
        ({"last_name": ""}, ""),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_kept(
    admin: Visitor, values: dict[str, str], said: str
) -> None:
    answer = admin.post("/contacts/new", **form(**values))
    assert answer.status_code == 400
    assert "field-error" in answer.text
    assert said.lower() in answer.text.lower()


def test_a_stale_save_shows_theirs_and_overwrites_nothing(web: Web, admin: Visitor) -> None:
    admin.post("/contacts/new", **form(last_name="Deux", city="Lyon"))
    row = contact(web, last_name="Deux")
    first = admin.post(f"/contacts/{row.id}", **form(last_name="Deux", city="Paris", version="1"))
    second = admin.post(f"/contacts/{row.id}", **form(last_name="Deux", city="Nice", version="1"))
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Paris" in second.text
    assert 'value="Nice"' in second.text
    assert contact(web, last_name="Deux").city == "Paris"
    assert row.id in found(web, "paris deux")
    assert row.id not in found(web, "lyon deux")


def test_a_form_that_is_sent_twice_makes_one_contact(web: Web, admin: Visitor) -> None:
    page = admin.page("/contacts/new")
    guid = page.split('name="guid" value="')[1][:32]
    sent = form(last_name="Clic", guid=guid)
    first, second = admin.post("/contacts/new", **sent), admin.post("/contacts/new", **sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(found(web, "clic")) == 1


def test_controls_and_zero_bytes_are_cleaned_away(web: Web, admin: Visitor) -> None:
    answer = admin.post("/contacts/new", **form(last_name="Ze\0ro\u202e<b>", description="a\r\nb\0"))
    assert answer.status_code == 303
    row = contact(web, last_name="Ze ro <b>")
    assert row.description == "a\nb"


def test_history_and_lists_of_somebody_without_any_say_so(web: Web, admin: Visitor) -> None:
    row = contact(web, last_name="Deux")
    assert "Aucun appel" in admin.page(f"/contacts/{row.id}?tab=history")
    assert "Dans aucun fichier" in admin.page(f"/contacts/{row.id}?tab=lists")
    with_calls = admin.page("/contacts/1?tab=history")
    assert "/calls/" in with_calls


def test_deleting_says_what_is_lost_and_the_name_is_found_no_more(web: Web, admin: Visitor) -> None:
    row = contact(web, last_name="Deux")
    assert "pour de bon" in admin.page(f"/contacts/{row.id}/delete")
    assert "appel reste" in admin.page("/contacts/1/delete") or "appels restent" in admin.page(
        "/contacts/1/delete"
    )
    assert admin.post(f"/contacts/{row.id}/delete").status_code == 303
    assert row.id not in found(web, "deux")
    assert admin.get(f"/contacts/{row.id}").status_code == 404


# --- fields of the account's own ----------------------------------------------------------------------------------
def test_a_field_is_renamed_freely_but_its_kind_stays_while_there_are_values(
    web: Web, admin: Visitor
) -> None:
    admin.post("/contacts/fields/new", label="Date d’échéance (2)", kind="DATE")
    made = web.app.db.read(lambda: ContactField.get(ContactField.label == "Date d’échéance (2)"))
    assert made.name == "date_d_echeance_2"
    assert (
        admin.post(f"/contacts/fields/{made.id}", label="Fin", kind="INTEGER", version="1").status_code == 303
    )
    used = web.app.db.read(lambda: ContactField.get(ContactField.name == "due"))
    refused = admin.post(f"/contacts/fields/{used.id}", label="Terme", kind="TEXT")
    assert refused.status_code == 400
    assert "perdue" in refused.text
    assert (
        admin.post(f"/contacts/fields/{used.id}", label="Terme", kind="DATE", version="1").status_code == 303
    )
    assert admin.post("/contacts/fields/new", label="terme", kind="TEXT").status_code == 400
    assert admin.post("/contacts/fields/new", label="Choix", kind="CHOICE", choices=" \n ").status_code == 400


def test_a_field_put_aside_keeps_its_values_through_a_save(web: Web, admin: Visitor) -> None:
    field = web.app.db.read(lambda: ContactField.get(ContactField.name == "contract"))
    row = contact(web, reference="C-000123")
    admin.post(f"/contacts/fields/{field.id}/deactivate")
    assert "custom.contract" not in admin.page(f"/contacts/{row.id}")
    saved = admin.post(
        f"/contacts/{row.id}",
        **form(
            last_name="Garçon",
            first_name="Élodie",
            company="Oscorp",
            reference="C-000123",
            version=str(row.version),
        ),
        **{"number-0-number": "06 12 34 56 79", "custom.plan": "Premium", "custom.vip": "1"},
    )
    assert saved.status_code == 303, saved.text
    assert contact(web, reference="C-000123").custom == {"contract": "AB-77", "plan": "Premium", "vip": True}
    admin.post(f"/contacts/fields/{field.id}/activate")
    assert "AB-77" in admin.page(f"/contacts/{row.id}")


def test_fields_change_places(web: Web, admin: Visitor) -> None:
    def names() -> list[str]:
        account = contact(web, reference="C-000123").account_id
        rows = ContactField.select().where(ContactField.account == account).order_by(ContactField.position)
        return [row.name for row in rows]

    before = web.app.db.read(names)
    second = web.app.db.read(lambda: ContactField.get(ContactField.name == before[1])).id
    admin.post(f"/contacts/fields/{second}/up")
    assert web.app.db.read(names)[:2] == [before[1], before[0]]


def test_an_agents_record_has_the_fields_of_the_accounts_own(web: Web) -> None:
    row = contact(web, reference="C-000123")
    contacts, user = Contacts(web.app.db, web.app.clock), row.account_id
    loaded = web.app.db.read(lambda: by_id(row.account_id, row.id, "FR"))
    assert (loaded["custom.plan"], loaded["custom.vip"], loaded["custom.due"]) == ("Premium", "1", "")
    given = {"custom.plan": "Confort", "custom.vip": "", "custom.due": "2027-01-31"}
    saved = contacts.save(row.account_id, user, row.id, row.version, given)
    assert (saved["custom.plan"], saved["custom.vip"]) == ("Confort", "")
    assert contact(web, reference="C-000123").custom == {
        "contract": "AB-77",
        "plan": "Confort",
        "due": "2027-01-31",
    }
    for wrong in ({"custom.due": "demain"}, {"custom.plan": "Gratuit"}):
        with pytest.raises(InvalidFields):
            contacts.save(row.account_id, user, row.id, saved["version"], wrong)
    with pytest.raises(Invalid):
        contacts.save(row.account_id, user, row.id, saved["version"], {"custom.nothing": "x"})
    contacts.save(row.account_id, user, row.id, saved["version"], {"custom.vip": "1"})


# --- segments -----------------------------------------------------------------------------------------------------
def test_a_segment_is_saved_counted_and_refused_in_a_circle(web: Web, admin: Visitor) -> None:
    vip = {"field": "custom.vip", "op": "is", "value": True}
    assert admin.post("/contacts/segments/new", name="VIP", filter=json.dumps(vip)).status_code == 303
    made = web.app.db.read(lambda: Segment.get(Segment.name == "VIP"))
    assert admin.get(f"/contacts/segments/{made.id}/count.json").get_json()["count"] == 1
    circle = {"all": [vip, {"field": f"segment.{made.id}", "op": "is"}]}
    refused = admin.post(f"/contacts/segments/{made.id}", name="VIP", filter=json.dumps(circle))
    assert refused.status_code == 400
    assert "lui-même" in refused.text
    assert admin.post("/contacts/segments/new", name="vip", filter="{}").status_code == 400
    assert admin.post("/contacts/segments/new", name="X", filter="{").status_code == 400
    assert (
        admin.post(
            "/contacts/segments/new", name="X", filter='{"field":"nope","op":"is","value":"1"}'
        ).status_code
        == 400
    )


def test_a_segment_that_others_use_stays(web: Web, admin: Visitor) -> None:
    assert "Hors Loire" in admin.page("/contacts/segments/1/delete")
    assert admin.post("/contacts/segments/1/delete").status_code == 409
    assert admin.post("/contacts/segments/2/delete").status_code == 303
    assert admin.post("/contacts/segments/1/delete").status_code == 303


def test_a_segment_whose_field_is_gone_says_so(web: Web, admin: Visitor) -> None:
    broken = {"field": "custom.gone", "op": "is", "value": "x"}
    account = contact(web, reference="C-000123").account_id
    made = web.app.db.write(
        lambda: Segment.create(account=account, name="Cassé", filter=broken, created_at=1, updated_at=1).id
    )
    assert "n’existe" in admin.page("/contacts/segments")
    assert "n’existe" in admin.get(f"/contacts/segments/{made}/count.json").get_json()["text"]
    assert "n’existe" in admin.page(f"/contacts?segment={made}")


# --- duplicates ---------------------------------------------------------------------------------------------------
def test_duplicates_are_found_laid_side_by_side_merged_and_taken_apart(web: Web, admin: Visitor) -> None:
    one, two = contact(web, reference="C-000123"), contact(web, last_name="GARCON")
    assert f'value="{one.id}"' in admin.page("/contacts/duplicates?by=number")
    assert f'value="{two.id}"' in admin.page("/contacts/duplicates?by=name")
    for way in ("mail", "reference", "nonsense"):
        admin.page(f"/contacts/duplicates?by={way}")
    page = admin.page(f"/contacts/merge?id={one.id}&id={two.id}")
    assert "GARCON" in page
    stale = {"contact": [f"{one.id}:{one.version}", f"{two.id}:99"], "kept": str(one.id)}
    assert admin.post("/contacts/merge", **stale).status_code == 409
    sent = {
        "contact": [f"{one.id}:{one.version}", f"{two.id}:{two.version}"],
        "kept": str(one.id),
        "take.company": str(two.id),
        "number": ["+33612345679"],
    }
    assert admin.post("/contacts/merge", **sent).status_code == 303
    assert contact(web, reference="C-000123").company == "oscorp"
    assert admin.get(f"/contacts/{two.id}").headers["Location"].endswith(f"/contacts/{one.id}")
    assert two.id not in found(web, "garcon")
    assert admin.post("/contacts/merge", **sent).status_code in (404, 409)
    assert admin.post("/contacts/merges/1/undo").status_code == 303
    assert admin.post("/contacts/merges/1/undo").status_code == 409
    assert contact(web, reference="C-000123").company == "Oscorp"
    assert {one.id, two.id} <= found(web, "garcon")


def test_a_merge_of_another_accounts_contacts_is_not_found(web: Web, admin: Visitor) -> None:
    foreign = web.app.db.write(
        lambda: (
            Contact.create(
                account=web.ids.desk.other_account, last_name="Geheim", created_at=1, updated_at=1
            ).id
        )
    )
    one = contact(web, reference="C-000123")
    assert admin.get(f"/contacts/merge?id={one.id}&id={foreign}").status_code == 404
    sent = {"contact": [f"{one.id}:{one.version}", f"{foreign}:1"], "kept": str(one.id)}
    assert "Geheim" not in admin.post("/contacts/merge", **sent).text
    assert web.app.db.read(lambda: Contact.get_by_id(foreign)).merged_into_id is None


def test_the_hostile_name_is_no_formula_anywhere(web: Web, admin: Visitor) -> None:
    row = contact(web, last_name=HOSTILE)
    for path in (f"/contacts/{row.id}", f"/contacts/{row.id}/delete", f"/contacts/merge?id={row.id}&id=1"):
        page = admin.page(path)
        assert "<b>" not in page.split("<main")[1]
        assert "<script>alert" not in page
