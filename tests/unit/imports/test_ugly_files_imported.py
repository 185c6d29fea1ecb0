"""The corpus goes through the whole import, with the mapping that is guessed: every line is counted, none does harm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fs_app.calllists.model import ListRecord
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.imports import places
from fs_app.imports.looking import preview
from fs_app.imports.plan import parse
from tests.support.uglyfiles import HEAD, HOSTILE, MAKERS, PEOPLE, Ugly
from tests.unit.imports.world import World

MOST_ROWS = 200
"""The engine is asked about strange lines here, not about many."""


def guessed(ugly: Ugly, folder: Path) -> dict[str, Any]:
    """The plan that the wizard proposes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / places.SOURCE).write_bytes(ugly.content)
    seen = preview(folder, {"name": ugly.name, "dialect": None, "fields": [], "country": "FR"})
    columns = [
        {"column": m["column"], "target": m["target"], "kind": m["kind"]}
        for m in seen["guesses"]
        if m["target"]
    ]
    plan = {"dialect": seen["dialect"], "columns": columns, "duplicates": {"by": []}}
    if any(c["target"] == "number.1" for c in columns):
        plan |= {"call_list": {"new": ugly.name}, "numbers": {"invalid": "drop"}}
    return plan


def test_every_line_of_every_file_is_counted(world: World, tmp_path: Path) -> None:
    for name, make in MAKERS.items():
        ugly = make()
        if ugly.unreadable or len(ugly.rows) > MOST_ROWS or len(ugly.header) > 100:
            continue
        plan = guessed(ugly, tmp_path / name)
        plan["call_list"] = {"new": name} if "call_list" in plan else None
        assert parse(plan)[1] == [], name
        counts = world.run(world.job(ugly.content, plan, ugly.name), batch=100)
        assert counts["lines"] == len(ugly.rows), name
        assert counts["records"] == counts["new"] or plan["call_list"] is None, name


def test_the_same_people_come_out_of_every_way_of_writing_them(world: World, tmp_path: Path) -> None:
    made = {name: make() for name, make in MAKERS.items()}
    same = {name: ugly for name, ugly in made.items() if ugly.header == HEAD and ugly.rows == PEOPLE}
    assert len(same) > 20
    for name, ugly in same.items():
        job = world.job(
            ugly.content, guessed(ugly, tmp_path / name) | {"call_list": {"new": name}}, ugly.name
        )
        world.run(job)
        people = Contact.select().where(Contact.import_id == job).order_by(Contact.id)
        numbers = ContactNumber.select().where(ContactNumber.import_id == job).order_by(ContactNumber.id)
        assert [[p.last_name, p.first_name, p.city] for p in people] == [
            [r[0], r[1], r[3]] for r in PEOPLE
        ], name
        assert [n.number for n in numbers] == ["+33612345698", "+33143216597", "+33556781234"], name


def test_a_line_whose_cells_stand_in_the_wrong_columns_is_refused(world: World, tmp_path: Path) -> None:
    ugly = MAKERS["a_delimiter_that_was_not_quoted"]()
    counts = world.run(world.job(ugly.content, guessed(ugly, tmp_path / "x"), ugly.name))
    assert counts["refused"] == {"shifted": 1} and counts["new"] == 2


def test_hostile_cells_stay_what_they_are(world: World, tmp_path: Path) -> None:
    ugly = MAKERS["formulas_pages_and_paths"]()
    job = world.job(ugly.content, guessed(ugly, tmp_path / "x"), ugly.name)
    world.run(job)
    names = {p.last_name for p in Contact.select()}
    assert {cell for cell in HOSTILE if cell.isprintable()} <= names
    assert ListRecord.select().count() == len(HOSTILE)


def test_numbers_of_many_countries_go_by_the_country_of_their_line(world: World, tmp_path: Path) -> None:
    ugly = MAKERS["numbers_of_many_countries"]()
    world.run(world.job(ugly.content, guessed(ugly, tmp_path / "x"), ugly.name))
    records = ListRecord.select().order_by(ListRecord.index)
    assert [(r.number, r.country, r.zone) for r in records] == [
        ("+33612345698", "FR", "Europe/Paris"),
        ("+34612345698", "ES", "Europe/Madrid"),
        ("+442079460958", "GB", "Europe/London"),
        ("+262692123456", "RE", "Indian/Reunion"),
        ("+32470123456", "BE", "Europe/Brussels"),
    ]


def test_what_a_spreadsheet_did_to_numbers_is_mended_or_said(world: World, tmp_path: Path) -> None:
    ate, became = MAKERS["zeros_that_excel_ate"](), MAKERS["numbers_that_became_exponents"]()
    counts = world.run(world.job(ate.content, guessed(ate, tmp_path / "a"), ate.name))
    assert counts["new"] == 3
    plan = guessed(became, tmp_path / "b") | {"call_list": {"new": "b"}}
    counts = world.run(world.job(became.content, plan, became.name))
    assert counts["refused"] == {"number": 2} and counts["new"] == 1
