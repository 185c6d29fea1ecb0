"""Imports that are killed, repeated and undone: what stands in the database is what one undisturbed import leaves."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fs_app.calllists.model import ListRecord
from fs_app.contacts.model import Contact, ContactNumber
from fs_app.contacts.searching import reindex
from fs_app.db import proxy
from fs_app.imports import places
from fs_app.imports.counting import DUPLICATES, LEFT, TAKEN
from fs_app.imports.model import ImportJob
from fs_app.imports.running import NotOurs
from tests.support.schema import fresh
from tests.unit.imports.world import Killed, World, columns, csv

USUAL = columns("last_name", "number.1", "mail", "reference")
LIST = {"call_list": {"new": "Liste"}, "contact_file": {"new": "Fichier"}}
UPDATES = {"by": ["number"], "in_file": False, "in_list": False, "in_account": True, "then": "update"}
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]

NUMBERS = [f"06123456{n:02}" for n in range(10, 18)] + ["", "12", "0140205050"]
line = st.builds(
    lambda name, number, mail, ref: f"{name};{number};{mail};{ref}",
    st.sampled_from(["Martin", "Durand", "Élodie", ""]),
    st.sampled_from(NUMBERS),
    st.sampled_from(["", "a@x.fr", "b@x.fr", "none"]),
    st.sampled_from(["", "R1", "r1", "R2"]),
)
files = st.lists(line, min_size=1, max_size=14).map(lambda lines: csv(*lines))
duplicates = st.fixed_dictionaries(
    {
        "by": st.lists(st.sampled_from(["number", "mail", "reference"]), unique=True, max_size=2),
        "in_file": st.booleans(),
        "in_list": st.booleans(),
        "in_account": st.booleans(),
        "then": st.sampled_from(["skip", "use", "update"]),
    }
)
known = st.lists(
    st.tuples(st.sampled_from(NUMBERS[:8]), st.sampled_from(["a@x.fr", ""]), st.sampled_from(["R1", ""])),
    max_size=3,
    unique_by=lambda one: one[0],
)


@contextmanager
def _world() -> Iterator[World]:
    before = proxy.obj
    with tempfile.TemporaryDirectory() as name:
        made = World(f"sqlite:///{fresh(Path(name) / 'fs_app.db')}", Path(name) / "imports")
        try:
            yield made
        finally:
            made.close()
            proxy.initialize(before)


def _people(world: World, there: list[tuple[str, str, str]]) -> None:
    for number, mail, reference in there:
        world.contact(f"+33{number[1:]}", last_name="Connu", mail=mail, reference=reference, guid=number)


def _adds_up(counts: dict[str, Any]) -> None:
    parts = sum(counts[n] for n in (*TAKEN, *LEFT))
    parts += sum(counts["duplicates"][n] for n in DUPLICATES) + sum(counts["refused"].values())
    assert parts == counts["lines"]


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(files, known, duplicates, st.lists(st.integers(5, 60), max_size=5), st.sampled_from([1, 3, 7]))
def test_killed_at_any_statement_it_goes_on_to_the_same_end(
    text: str, there: list[tuple[str, str, str]], rules: dict[str, Any], deaths: list[int], batch: int
) -> None:
    plan = {"columns": USUAL, "duplicates": rules, **LIST}
    with _world() as world:
        _people(world, there)
        expected = world.run(world.job(text, plan), batch=batch)
        whole = world.dump()
    _adds_up(expected)
    with _world() as world:
        _people(world, there)
        job = world.job(text, plan)
        for statements in deaths:
            try:
                world.run(job, statements=statements, batch=batch)
            except Killed:
                continue
            break
        row: Any = ImportJob.get_by_id(job)
        counts = row.counts if row.state == "DONE" else world.run(job, batch=batch)
        assert counts == expected
        assert world.dump() == whole
        refused = places.folder(world.folder, job) / places.REFUSED
        lines = sum(counts["refused"].values()) + sum(counts["duplicates"].values())
        assert len(refused.read_bytes().splitlines()) == lines


@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
@given(
    files,
    known,
    st.sampled_from(["skip", "use", "update"]),
    st.sampled_from([["number"], ["mail", "number"]]),
)
@example(
    text=csv("Martin;0612345611;b@x.fr;", "Martin;0612345612;a@x.fr;"),
    there=[("0612345611", "a@x.fr", "R1")],
    then="update",
    by=["mail", "number"],
)
def test_the_same_file_again_changes_nothing(
    text: str, there: list[tuple[str, str, str]], then: str, by: list[str]
) -> None:
    rules: dict[str, Any] = {"by": by, "then": then}
    with _world() as world:
        _people(world, there)
        first = world.job(text, {"columns": USUAL, "duplicates": rules, **LIST})
        world.run(first)
        row: Any = ImportJob.get_by_id(first)
        before = world.dump()
        again = {"columns": USUAL, "duplicates": rules, "call_list": {"id": row.call_list_id}}
        counts = world.run(world.job(text, again))
        assert (counts["new"], counts["updated"], counts["records"]) == (0, 0, 0)
        assert world.dump() == before
        _adds_up(counts)


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(files, known, duplicates, st.lists(st.integers(5, 40), max_size=3))
@example(text=csv("Martin;0612345610;;", "Martin;0612345610;;R1"), there=[], rules=UPDATES, deaths=[])
@example(
    text=csv("Martin;0612345610;;", "Martin;0612345610;;R1"),
    there=[("0612345610", "a@x.fr", "R1")],
    rules=UPDATES,
    deaths=[],
)
@example(
    text=csv("Martin;0612345610;;", "Durand;0612345610;;", "Martin;0612345610;;"),
    there=[("0612345610", "a@x.fr", "R1")],
    rules=UPDATES,
    deaths=[],
)
def test_an_undo_restores_exactly_however_often_it_is_killed(
    text: str, there: list[tuple[str, str, str]], rules: dict[str, Any], deaths: list[int]
) -> None:
    with _world() as world:
        _people(world, there)
        before, found = world.dump(), _index(world)
        plan: dict[str, Any] = {
            "columns": [*USUAL[:3], {"column": 3, "target": "custom.ref"}],
            "new_fields": [{"name": "ref", "label": "Réf", "kind": "TEXT"}],
            "duplicates": {**rules, "by": [by for by in rules["by"] if by != "reference"]},
            **LIST,
        }
        job = world.job(text, plan)
        world.run(job)
        kept = None
        for statements in deaths:
            try:
                kept = world.undo(job, statements=statements)
            except Killed:
                continue
            break
        assert (world.undo(job) if kept is None else kept) == 0
        after = world.dump()
        assert _without_version(after) == _without_version(before)
        assert _index(world) == found


def _without_version(dump: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """A contact's version only rises: somebody may have it open."""
    return {
        **dump,
        "contact": _without(dump, "contact", "version"),
        "account": _without(dump, "account", "config_version"),
    }


def _without(dump: dict[str, list[tuple[Any, ...]]], table: str, column: str) -> list[tuple[Any, ...]]:
    at = [c.name for c in proxy.obj.get_columns(table)].index(column)
    return [row[:at] + row[at + 1 :] for row in dump[table]]


def _index(world: World) -> dict[str, list[int]]:
    return {word: world.found(word) for word in ("martin", "durand", "elodie", "connu", "0612", "a", "r1")}


def test_what_somebody_changed_since_is_kept_and_listed(world: World) -> None:
    old = world.contact("+33612345670", last_name="Vieux", city="Lyon", mail="v@x.fr")
    plan = {"columns": USUAL, "duplicates": {"by": ["number"], "then": "update"}, **LIST}
    lines = ["Neuf;0612345670;n@x.fr;", "A;0612345678;;", "B;0612345679;;", "C;0612345680;;"]
    job = world.job(csv(*lines), plan)
    world.run(job)
    Contact.update(last_name="Corrigé", version=Contact.version + 1).where(Contact.id == old.id).execute()
    edited = Contact.get(Contact.last_name == "A")
    Contact.update(city="Nantes", version=2).where(Contact.id == edited.id).execute()
    called = Contact.get(Contact.last_name == "B")
    ListRecord.update(attempts=1, last_at=5).where(ListRecord.contact == called).execute()
    reindex(world.account.id, [old.id], "FR")
    kept = world.undo(job)
    names = {c.last_name for c in Contact.select()}
    assert names == {"Corrigé", "A", "B"}
    back = Contact.get_by_id(old.id)
    assert (back.last_name, back.mail) == ("Corrigé", "v@x.fr"), "what nobody touched comes back"
    assert [r.contact_id for r in ListRecord.select()] == [called.id]
    path = places.folder(world.folder, job) / places.KEPT
    assert len(path.read_bytes().splitlines()) == kept == 6
    row: Any = ImportJob.get_by_id(job)
    assert (row.state, row.changed_since) == ("UNDONE", 6)


def test_numbers_that_an_update_brought_go_with_it(world: World) -> None:
    old = world.contact("+33612345670", last_name="Vieux")
    plan = {
        "columns": columns("last_name", "number.1", "number.2"),
        "duplicates": {"by": ["number"], "then": "update"},
    }
    job = world.job(csv("Vieux;0612345670;0140205050", header="a;b;c"), plan)
    assert world.run(job)["updated"] == 1
    assert world.found("0140205050") == [old.id]
    world.undo(job)
    assert [n.number for n in ContactNumber.select()] == ["+33612345670"]
    assert world.found("0140205050") == []


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("deaths", [(), (25,), (40,), (60,)])
def test_who_is_brought_by_two_lines_of_a_file_is_updated_by_the_first(
    world: World, batch: int, deaths: tuple[int, ...]
) -> None:
    """One line has his number, the other his mail: the file again must not change him again."""
    old = world.contact("+33612345670", last_name="Vieux", mail="v@x.fr")
    rules = {"by": ["mail", "number"], "then": "update"}
    text = csv("Premier;0612345670;;R1", "Seul;0612345671;s@x.fr;", "Second;;v@x.fr;R2")
    plan = {"columns": columns("last_name", "number.2", "mail", "reference"), "duplicates": rules}
    job = world.job(text, plan)
    for statements in deaths:
        with suppress(Killed):
            world.run(job, statements=statements, batch=batch)
    row: Any = ImportJob.get_by_id(job)
    counts = row.counts if row.state == "DONE" else world.run(job, batch=batch)
    assert (counts["updated"], counts["new"], counts["duplicates"]["file"]) == (1, 1, 1)
    now = Contact.get_by_id(old.id)
    assert (now.last_name, now.reference) == ("Premier", "R1")
    before = world.dump()
    assert world.check(world.job(text, plan))["duplicates"]["file"] == 1
    again = world.run(world.job(text, plan), batch=batch)
    assert (again["updated"], again["known"], again["duplicates"]["file"]) == (0, 2, 1)
    assert world.dump() == before


def test_a_child_that_was_given_up_writes_nothing_more(world: World) -> None:
    lines = [f"P{n};06123456{n:02};;" for n in range(10, 40)]
    job = world.job(csv(*lines), {"columns": USUAL, **LIST})
    with pytest.raises(Killed):
        world.run(job, statements=40)
    there = Contact.select().count()
    order = world.order("import", job)
    ImportJob.update(runner="somebody else").where(ImportJob.id == job).execute()
    from fs_app.imports import work

    with pytest.raises(NotOurs):
        work.run(order, lambda _: None, lambda: True)
    assert Contact.select().count() == there
