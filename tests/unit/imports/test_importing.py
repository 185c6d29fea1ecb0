"""What becomes of the lines of a file: who is new, known or refused and why, and what stands on the list."""

from __future__ import annotations

import csv as spreadsheet
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from fs_app.admin.audit import Actor
from fs_app.admin.form import Stale
from fs_app.calllists import editing
from fs_app.calllists.model import CallList, ContactFileRow, ListRecord
from fs_app.contacts.model import Contact, ContactField, ContactNumber
from fs_app.imports import places
from fs_app.imports.model import ImportJob
from fs_app.imports.refusedfile import as_csv
from fs_app.legal.model import Consent
from fs_app.outgoing.model import DncEntry
from tests.unit.imports.world import NOW, World, columns, csv

USUAL = columns("last_name", "number.1", "mail", "reference")
LIST = {"call_list": {"new": "Liste"}, "contact_file": {"new": "Fichier"}}


def reasons(world: World, job: int) -> list[tuple[str, str]]:
    """(first cell, sentence) of each refused line."""
    path = places.folder(world.folder, job) / places.REFUSED
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return [(cells[0], key) for cells, key, _ in lines]


def test_who_has_a_lists_form_open_learns_that_an_import_gave_it_its_file(world: World) -> None:
    by = Actor(world.account.id, None, "test", NOW)
    made = editing.save_list(by, None, editing.ListForm("Liste"))
    seen = editing.form_of(CallList.get_by_id(made))
    plan = {"columns": USUAL, "call_list": {"id": made}, "contact_file": {"new": "Fichier"}}
    job = world.job(csv("Garçon;0612345678;;"), plan)
    world.run(job)
    with pytest.raises(Stale):
        editing.save_list(by, made, seen)
    seen = editing.form_of(CallList.get_by_id(made))
    assert seen.file is not None
    world.undo(job)
    with pytest.raises(Stale):
        editing.save_list(by, made, replace(seen, file=None))


def test_new_people_become_contacts_records_and_rows_and_are_found(world: World) -> None:
    job = world.job(
        csv("Garçon;0612345678;a@x.fr;R1", "Martin;01 40 20 50 50;;R2"), {"columns": USUAL, **LIST}
    )
    counts = world.run(job)
    assert (counts["new"], counts["records"], counts["rows"], counts["lines"]) == (2, 2, 2, 2)
    people = list(Contact.select().order_by(Contact.id))
    assert [(p.last_name, p.mail, p.reference, p.import_id) for p in people] == [
        ("Garçon", "a@x.fr", "R1", job),
        ("Martin", "", "R2", job),
    ]
    assert len({p.guid for p in people}) == 2
    numbers = ContactNumber.select().order_by(ContactNumber.id)
    assert [(n.number, n.kind, n.position) for n in numbers] == [
        ("+33612345678", "mobile", 1),
        ("+33140205050", "other", 1),
    ]
    records = list(ListRecord.select().order_by(ListRecord.index))
    assert [(r.index, r.number, r.kind, r.country, r.zone, r.state) for r in records] == [
        (1, "+33612345678", "mobile", "FR", "Europe/Paris", "UNTREATED"),
        (2, "+33140205050", "fixed", "FR", "Europe/Paris", "UNTREATED"),
    ]
    assert [r.index for r in ContactFileRow.select().order_by(ContactFileRow.index)] == [1, 2]
    assert CallList.get().file.name == "Fichier"
    assert world.found("garcon") == [people[0].id]
    assert world.found("06 12 34") == [people[0].id]


def test_a_line_without_a_right_main_number_is_refused_and_the_next_one_is_taken(world: World) -> None:
    text = csv("A;123;;", "B;;;", "C;0612345678;;", "D;0612345678;;", ";;;", "E;abc;;")
    job = world.job(text, {"columns": USUAL})
    counts = world.run(job)
    assert (counts["new"], counts["refused"], counts["duplicates"]["file"]) == (
        1,
        {"no_number": 1, "number": 2},
        1,
    )
    assert reasons(world, job) == [
        ("A", "import.number.short"),
        ("B", "imports.refused.no_number"),
        ("D", "imports.duplicate.file"),
        ("E", "import.number.letters"),
    ]


@pytest.mark.parametrize(("invalid", "new", "dropped"), [("refuse", 1, 0), ("drop", 2, 1)])
def test_a_wrong_second_number_refuses_the_line_or_is_left_out(
    world: World, invalid: str, new: int, dropped: int
) -> None:
    plan = {"columns": columns("last_name", "number.1", "number.2"), "numbers": {"invalid": invalid}}
    text = csv("A;0612345678;12", "B;0687654321;01 40 20 50 50", header="nom;tel;autre")
    counts = world.run(world.job(text, plan))
    assert (counts["new"], counts["values_dropped"]) == (new, dropped)


def test_nine_numbers_the_main_one_first_each_once(world: World) -> None:
    targets = [f"number.{n}" for n in range(1, 10)]
    plan = {"columns": columns(*targets), "numbers": {"main": 3}, **LIST}
    tel = [f"06123456{n:02}" for n in range(1, 9)]
    world.run(world.job(csv(";".join([*tel, tel[0]]), header=";".join(targets)), plan))
    numbers = ContactNumber.select().order_by(ContactNumber.position)
    assert [n.number for n in numbers][:3] == ["+33612345603", "+33612345601", "+33612345602"]
    assert len(numbers) == 8
    record = ListRecord.get()
    assert record.number == "+33612345603"
    assert [one["n"] for one in record.more][:2] == ["+33612345601", "+33612345602"]


def test_country_and_time_zone_of_a_row_count_for_its_numbers(world: World) -> None:
    plan = {"columns": columns("last_name", "number.1", "country", "time_zone"), **LIST}
    text = csv(
        "A;0471 12 34 56;Belgique;",
        "B;0612345678;France;Indian/Reunion",
        "C;0612345699;Atlantide;",
        "D;0612345677;;Mars/Olympus",
        header="nom;tel;pays;fuseau",
    )
    job = world.job(text, plan)
    assert world.run(job)["refused"] == {"country": 1, "zone": 1}
    found = [(r.number, r.country, r.zone) for r in ListRecord.select().order_by(ListRecord.index)]
    assert found == [("+32471123456", "BE", "Europe/Brussels"), ("+33612345678", "FR", "Indian/Reunion")]
    assert [c.country for c in Contact.select().order_by(Contact.id)] == ["BE", "FR"]


@pytest.mark.parametrize(
    ("then", "counted", "name"),
    [("skip", "account", "Vieux"), ("use", "known", "Vieux"), ("update", "updated", "Neuf")],
)
def test_somebody_who_is_known_is_left_out_used_or_updated(
    world: World, then: str, counted: str, name: str
) -> None:
    old = world.contact("+33612345678", last_name="Vieux", mail="old@x.fr", city="Lyon")
    plan = {"columns": USUAL, "duplicates": {"by": ["number"], "then": then}, **LIST}
    counts = world.run(world.job(csv("Neuf;06 12 34 56 78;;R1"), plan))
    assert {**counts["duplicates"], **counts}[counted] == 1
    assert counts["records"] == (0 if then == "skip" else 1)
    now = Contact.get_by_id(old.id)
    assert (now.last_name, now.mail, now.city) == (name, "old@x.fr", "Lyon")
    assert world.found("neuf") == ([old.id] if then == "update" else [])


@pytest.mark.parametrize(
    ("by", "line"),
    [
        ("mail", "Autre;0698765432;OLD@x.fr;"),
        ("reference", "Autre;0698765432;;ab-12"),
        ("number", "Autre;+33 6 12 34 56 78;;"),
    ],
)
def test_people_are_known_by_number_mail_or_reference(world: World, by: str, line: str) -> None:
    old = world.contact("+33612345678", last_name="Vieux", mail="old@x.fr", reference="AB-12")
    counts = world.run(world.job(csv(line), {"columns": USUAL, "duplicates": {"by": [by]}, **LIST}))
    assert counts["known"] == 1
    assert ListRecord.get().contact_id == old.id


def test_people_are_known_by_a_field_of_the_account(world: World) -> None:
    ContactField.create(account=world.account, name="card", label="Carte", created_at=0)
    old = world.contact("+33612345678", last_name="Vieux", custom={"card": "C-9"})
    plan = {
        "columns": columns("last_name", "number.1", "custom.card"),
        "duplicates": {"by": ["custom.card"], "in_file": False},
        **LIST,
    }
    text = csv("A;0698765432;c-9", "B;0698765433;C-10", "C;0698765434;c-10", header="nom;tel;carte")
    counts = world.run(world.job(text, plan))
    assert (counts["new"], counts["known"], counts["duplicates"]["list"]) == (1, 1, 1)
    assert ListRecord.get(ListRecord.index == 1).contact_id == old.id


def test_whoever_is_on_the_list_does_not_come_onto_it_again(world: World) -> None:
    first = world.job(csv("A;0612345678;;"), {"columns": USUAL, **LIST})
    world.run(first)
    row: Any = ImportJob.get_by_id(first)
    again = world.job(
        csv("A;0612345678;;", "B;0612345679;;"), {"columns": USUAL, "call_list": {"id": row.call_list_id}}
    )
    counts = world.run(again)
    assert (counts["duplicates"]["list"], counts["new"], counts["records"]) == (1, 1, 1)
    assert [r.index for r in ListRecord.select().order_by(ListRecord.id)] == [1, 2]
    assert ContactFileRow.select().count() == 2, "the list's file grows with the list"


def test_blacklisted_numbers_are_marked_refused_or_not_looked_at(world: World) -> None:
    DncEntry.create(account=world.account, number="+33612345678", created_at=0)
    for blacklist, taken, state in (
        ("mark", 1, "BLACKLISTED"),
        ("refuse", 0, ""),
        ("ignore", 1, "UNTREATED"),
    ):
        plan = {"columns": USUAL, "blacklist": blacklist, "call_list": {"new": blacklist}}
        counts = world.run(world.job(csv("A;0612345678;;"), plan))
        assert counts["records"] == taken, blacklist
        if taken:
            record = ListRecord.get(ListRecord.list == CallList.get(CallList.name == blacklist))
            assert record.state == state
        else:
            assert counts["refused"] == {"blacklisted": 1}


def test_callback_dates_memo_and_exclusion(world: World) -> None:
    plan = {
        "columns": columns("last_name", "number.1", "callback_at", "memo", "memo"),
        "memo": {"separator": " / "},
        "call_list": {"new": "Liste"},
    }
    text = csv(
        "A;0612345678;02/12/2026 14:30;x;y", "B;0612345679;;;", "C;0612345680;hier;;", header="a;b;c;d;e"
    )
    job = world.job(text, plan)
    assert world.run(job)["refused"] == {"date": 1}
    records = list(ListRecord.select().order_by(ListRecord.index))
    assert [(r.state, r.due_at, r.memo) for r in records] == [
        ("CALLBACK", 1_796_218_200_000, "x / y"),
        ("UNTREATED", None, ""),
    ]
    out = {"columns": USUAL, "call_list": {"new": "Exclus"}, "excluded": True}
    world.run(world.job(csv("D;0612345681;;"), out))
    record = ListRecord.get(ListRecord.number == "+33612345681")
    assert (record.state, record.before) == ("EXCLUDED", "UNTREATED")


def test_filters_keep_lines_out_of_the_file_and_contacts_off_the_list(world: World) -> None:
    plan = {
        "columns": USUAL,
        "filter": {"field": "ref", "op": "begins", "value": "R"},
        "list_filter": {"field": "last_name", "op": "is_not", "value": "martin"},
        **LIST,
    }
    text = csv("Martin;0612345678;;R1", "Durand;0612345679;;R2", "Petit;0612345680;;X3")
    counts = world.run(world.job(text, plan))
    assert (counts["filtered"], counts["new"], counts["records"], counts["list_filtered"]) == (1, 2, 1, 1)
    assert counts["lines"] == 3


def test_own_fields_are_typed_and_made(world: World) -> None:
    plan = {
        "columns": columns("last_name", "number.1", "custom.age", "custom.since", "custom.vip", "custom.sum"),
        "new_fields": [
            {"name": "age", "label": "Âge", "kind": "INTEGER"},
            {"name": "since", "label": "Depuis", "kind": "DATE"},
            {"name": "vip", "label": "VIP", "kind": "FLAG"},
            {"name": "sum", "label": "Montant", "kind": "DECIMAL"},
        ],
    }
    text = csv("A;0612345678;42;03/02/2020;oui;1 234,50", "B;0612345679;vieux;;;", header="a;b;c;d;e;f")
    counts = world.run(world.job(text, plan))
    assert counts["values_dropped"] == 1
    found = [c.custom for c in Contact.select().order_by(Contact.id)]
    assert found == [{"age": 42, "since": "2020-02-03", "vip": True, "sum": 1234.5}, {}]
    assert {f.name for f in ContactField.select()} == {"age", "since", "vip", "sum"}


def test_consent_comes_with_its_proof_and_not_twice(world: World) -> None:
    plan = {"columns": columns("last_name", "number.1", "consent.given_at", "consent.source", "consent.text")}
    text = csv("A;0612345678;2026-09-01;site;J'accepte", "B;0612345679;;;", header="a;b;c;d;e")
    for _ in range(2):
        world.run(world.job(text, plan))
    consent = Consent.get()
    assert (consent.number, consent.source, consent.text) == ("+33612345678", "site", "J'accepte")
    assert Consent.select().count() == 1


def test_what_the_database_refuses_is_one_line_and_not_the_file(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.database.execute_sql(
        "create trigger no_devil before insert on contact_number when new.number = '+33612345666' "
        "begin select raise(abort, 'no'); end"
    )
    lines = [f"P{n};06123456{n:02};;" for n in range(50, 80)]
    job = world.job(csv(*lines), {"columns": USUAL, **LIST})
    counts = world.run(job, batch=30)
    assert (counts["new"], counts["refused"], counts["records"]) == (29, {"failed": 1}, 29)
    assert reasons(world, job) == [("P66", "imports.refused.failed")]


def test_hostile_cells_do_no_harm(world: World, tmp_path: Path) -> None:
    evil = ['=HYPERLINK("http://x")', "<script>alert(1)</script>", "../../etc/passwd", "a\u202eb", "x" * 250]
    lines = [f"{cell.replace(chr(34), chr(34) * 2)!s};06123456{n:02};;" for n, cell in enumerate(evil, 10)]
    lines = [f'"{line.partition(";")[0]}";{line.partition(";")[2]}' for line in lines]
    job = world.job(csv(*lines, '"=1+1";12;;'), {"columns": USUAL, **LIST})
    counts = world.run(job)
    assert (counts["new"], counts["refused"]) == (4, {"number": 1, "too_long": 1})
    assert "a b" in {c.last_name for c in Contact.select()}
    out = tmp_path / "refused.csv"
    source = places.folder(world.folder, job) / places.REFUSED
    assert as_csv(source, out, ["nom", "tel", "mail", "ref"], {"reason": "Motif"}, ";") == 2
    rows = list(spreadsheet.reader(out.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0] == ["nom", "tel", "mail", "ref", "Motif"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_the_dry_run_counts_what_the_import_then_does(world: World) -> None:
    world.contact("+33612345678", last_name="Vieux")
    DncEntry.create(account=world.account, number="+3361234567", prefix=True, created_at=0)
    lines = ["A;0612345678;;", "B;0612345690;;", "B;0612345690;;", "C;x;;", "D;0612345671;;"]
    for rest in ({}, {"duplicates": {"by": ["number"], "in_file": False}}):
        job = world.job(csv(*lines), {"columns": USUAL, "call_list": {"new": f"L{len(rest)}"}, **rest})
        before = world.dump()
        counts = world.check(job)
        assert world.dump() == before
        assert counts == world.run(job)
        shown = orjson.loads((places.folder(world.folder, job) / places.CHECK).read_bytes())
        assert [line["line"] for line in shown["lines"]] == [1, 2, 3, 4, 5]


def test_a_database_in_which_the_list_has_gone_stops_the_import(world: World) -> None:
    from fs_app.imports.running import Gone

    job = world.job(csv("A;0612345678;;"), {"columns": USUAL, **LIST})
    world.run(job)
    row: Any = ImportJob.get_by_id(job)
    CallList.update(archived_at=NOW).execute()
    second = world.job(csv("B;0612345679;;"), {"columns": USUAL, "call_list": {"id": row.call_list_id}})
    with pytest.raises(Gone):
        world.run(second)
    assert Contact.select().count() == 1


@pytest.mark.parametrize(
    ("code", "country", "missing_zero", "stands"),
    [
        ("1000", "", True, "01000"),
        ("75002", "", True, "75002"),
        ("100", "", True, "100"),
        ("118", "IT", True, "00118"),
        ("1000", "BE", True, "1000"),
        ("1000", "", False, "1000"),
        ("2A04", "", True, "2A04"),
    ],
)
def test_a_postal_code_has_the_zero_that_a_spreadsheet_took(
    world: World, code: str, country: str, missing_zero: bool, stands: str
) -> None:
    plan = {
        "columns": columns("last_name", "postal_code", "country"),
        "numbers": {"missing_zero": missing_zero},
    }
    world.run(world.job(csv(f"A;{code};{country}"), plan))
    assert Contact.get().postal_code == stands
