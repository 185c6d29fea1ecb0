"""What is wrong with a plan is said beside the place; whatever is sent in, nothing breaks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fs_app.imports import remembered
from fs_app.imports.filtering import problems as filter_problems
from fs_app.imports.plan import Plan, World, as_json, parse, validate
from tests.unit.imports.world import World as Database
from tests.unit.imports.world import columns

WORLD = World(columns=4, headers=("nom", "tel", "x", "y"), fields={"age": "INTEGER"}, lists={1: "Liste"})
GOOD: dict[str, Any] = {"columns": columns("last_name", "number.1")}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(sorted(as_json(Plan())))


def nested(times: int) -> dict[str, Any]:
    found: dict[str, Any] = {"field": "city", "op": "is", "value": "x"}
    for _ in range(times):
        found = {"all": [found]}
    return found


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(names, anything, max_size=5) | anything)
def test_whatever_is_sent_is_read_or_said_to_be_wrong(given_plan: Any) -> None:
    plan, found = parse(given_plan)
    assert all(isinstance(p.place, str) and p.key.startswith("imports.plan.") for p in found)
    again, problems = parse(as_json(plan))
    assert (again, problems) == (plan, [])
    validate(plan, WORLD)


@pytest.mark.parametrize(
    ("change", "place", "key"),
    [
        ({"columns": []}, "columns", "nothing"),
        ({"columns": columns("last_name", "number.1", "last_name")}, "columns.2.target", "target_twice"),
        ({"columns": columns("last_name", "custom.none")}, "columns.1.target", "no_such_field"),
        ({"columns": [{"column": 9, "target": "last_name"}]}, "columns.0.column", "no_such_column"),
        ({"columns": columns("last_name", "surname")}, "columns.1.target", "target"),
        ({"columns": columns("last_name"), "call_list": {"new": "x"}}, "numbers.main", "main_number"),
        ({"numbers": {"main": 2}}, "numbers.main", "main_number"),
        ({"numbers": {"main": 10}}, "numbers.main", "number"),
        ({"numbers": {"prefix": "abc"}}, "numbers.prefix", "prefix"),
        ({"duplicates": {"by": ["mail"]}}, "duplicates.by.0", "not_mapped"),
        ({"duplicates": {"by": ["shoe size"]}}, "duplicates.by.0", "compared"),
        ({"duplicates": {"then": "explode"}}, "duplicates.then", "choice"),
        ({"memo": {"columns": [0, 1, 2, 3, 0]}}, "memo.columns", "list"),
        ({"call_list": {"id": 2}}, "call_list", "no_such_call_list"),
        ({"call_list": {"new": "LISTE"}}, "call_list", "name_taken"),
        ({"call_list": {"id": 1, "new": "x"}}, "call_list", "into"),
        ({"excluded": True}, "excluded", "needs_list"),
        ({"new_fields": [{"name": "Age!", "label": "", "kind": "TEXT"}]}, "new_fields.0.name", "field_name"),
        ({"new_fields": [{"name": "age", "label": "", "kind": "TEXT"}]}, "new_fields.0.name", "field_exists"),
        ({"sauce": 1}, "sauce", "unknown"),
        ({"list_filter": nested(300)}, "list_filter", "form"),
    ],
)
def test_what_is_wrong_is_said_beside_its_place(change: dict[str, Any], place: str, key: str) -> None:
    plan, found = parse({**GOOD, **change})
    found = [*found, *validate(plan, WORLD)]
    assert (place, f"imports.plan.{key}") in [(p.place, p.key) for p in found]


def test_a_filter_names_headings_and_is_judged_with_its_place() -> None:
    good = {"all": [{"field": "nom", "op": "is", "value": "x"}, {"field": "column.3", "op": "not_empty"}]}
    assert filter_problems(parse({**GOOD, "filter": good})[0], WORLD) == []
    bad = {"all": [{"field": "nom", "op": "is", "value": "x"}, {"field": "zzz", "op": "is", "value": "x"}]}
    assert [p.place for p in filter_problems(parse({**GOOD, "filter": bad})[0], WORLD)] == [
        "filter.all.1.field"
    ]


def test_a_mapping_is_remembered_by_headings_in_whatever_order(world: Database) -> None:
    account = world.account.id
    plan, _ = parse(
        {
            **GOOD,
            "source": "crm",
            "memo": {"columns": [2]},
            "duplicates": {"by": ["number"], "then": "update"},
        }
    )
    remembered.keep(account, plan, ["Nom", "Tél.", "Note"], 1)
    for source, headers in (("crm", ["note", "TEL.", "nom", "neu"]), ("", ["Tél.", "Note", "Nom"])):
        known = remembered.find(account, source, headers)
        assert known is not None
        again = remembered.applied(known, headers)
        targets = {headers[c["column"]].lower()[0]: c["target"] for c in again["columns"]}
        assert targets == {"n": "last_name", "t": "number.1"}
        assert headers[again["memo"]["columns"][0]].lower() == "note"
        assert again["duplicates"]["then"] == "update"
        assert parse(again)[1] == []
    assert remembered.find(account, "other", ["a", "b"]) is None
    assert remembered.find(account + 1, "crm", ["Nom"]) is None
