"""A filter means the same as SQL on both databases and without one; what is wrong in it is said with its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peewee import SQL

from fs_app.contacts import columns, filter_matching, filter_sql, filters
from fs_app.contacts.fields import InvalidFields
from fs_app.contacts.model import Contact, ContactNumber, Segment
from tests.unit.contacts.conftest import NOW, Base

PEOPLE: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    (
        {
            "last_name": "Garçon",
            "city": "MARSEILLE",
            "custom": {"age": 30, "vip": True, "since": "2026-11-20"},
        },
        ("+33612345678",),
    ),
    ({"last_name": "garcon ", "city": "Saint-Étienne", "custom": {"age": 30.5, "vip": False}}, ()),
    (
        {
            "last_name": "Œuf",
            "city": "",
            "custom": {"age": -1, "plan": "Gold", "seen": "2026-11-21T10:00:00Z"},
        },
        ("+33185090000", "+33611111111"),
    ),
    (
        {"last_name": "ΩΜΈΓΑ", "city": "mar%_'\"\\", "custom": {"plan": "silver", "since": "2020-02-29"}},
        ("+32470123456",),
    ),
    (
        {
            "last_name": "İstanbul ßtraße",
            "city": "marseillan",
            "created_at": NOW - 40 * 86_400_000,
            "custom": {},
        },
        ("+33700000000",),
    ),
    ({"last_name": "", "city": "مرسيليا", "custom": {"age": 10**15, "vip": None}}, ()),
]
KINDS = {
    "age": "INTEGER",
    "rate": "DECIMAL",
    "vip": "FLAG",
    "since": "DATE",
    "seen": "DATETIME",
    "plan": "CHOICE",
}


@pytest.fixture(scope="module")
def rows(base: Base) -> list[int]:
    for name, kind in KINDS.items():
        base.field(name, kind, choices=["Gold", "Silver"] if kind == "CHOICE" else [])
    return [base.add(numbers, **values) for values, numbers in PEOPLE]


def found(base: Base, given_: Any, fields: Any = None) -> set[int]:
    fields = fields or base.fields()
    chosen = filters.parse(given_, fields)
    return base.db.read(
        lambda: {r[0] for r in Contact.select(Contact.id).where(filter_sql.where(chosen, fields)).tuples()}
    )


def matched(base: Base, given_: Any) -> set[int]:
    fields = base.fields()
    chosen = filters.parse(given_, fields)

    def values() -> dict[int, dict[str, Any]]:
        numbers: dict[int, list[dict[str, Any]]] = {}
        for one in ContactNumber.select().dicts():
            numbers.setdefault(one["contact"], []).append(one)
        return {r["id"]: columns.values_of(r, numbers.get(r["id"], [])) for r in Contact.select().dicts()}

    return {i for i, v in base.db.read(values).items() if filter_matching.matches(chosen, v)}


def one(name: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": name, "op": op, "value": value} if value is not None else {"field": name, "op": op}


@pytest.mark.parametrize(
    ("given_", "who"),
    [
        (one("last_name", "is", "GARCON"), [0]),
        (one("last_name", "begins", "garç"), [0, 1]),
        (one("city", "contains", "mars"), [0, 4]),
        (one("city", "begins", "mar%"), [3]),
        (one("city", "contains", "'\"\\"), [3]),
        (one("city", "ends", "etienne"), [1]),
        (one("city", "empty"), [2]),
        (one("last_name", "not_empty"), [0, 1, 2, 3, 4]),
        (one("city", "in", ["Marseille", "marseillan"]), [0, 4]),
        (one("city", "is_not", "marseille"), [1, 2, 3, 4, 5]),
        (one("custom.age", "is", 30), [0]),
        (one("custom.age", "most", "30,5"), [0, 1, 2]),
        (one("custom.age", "between", [0, 31]), [0, 1]),
        (one("custom.age", "empty"), [3, 4]),
        (one("custom.vip", "is", True), [0]),
        (one("custom.vip", "is", False), [1, 2, 3, 4, 5]),
        (one("custom.since", "before", "2026-11-20"), [3]),
        (one("custom.since", "within_days", 2), [0]),
        (one("custom.since", "older_days", 2), [3]),
        (one("custom.since", "between", ["2020-02-29", "2026-11-20"]), [0, 3]),
        (one("custom.seen", "is", "2026-11-21"), [2]),
        (one("custom.seen", "is", "2026-11-21T11:00"), [2]),  # Paris
        (one("custom.plan", "is", "gold"), [2]),
        (one("created_at", "older_days", 30), [4]),
        (one("created_at", "within_days", 30), [0, 1, 2, 3, 5]),
        (one("number", "begins", "06 1"), [0, 2]),
        (one("number", "begins", "+32"), [3]),
        (one("number", "is", "01 85 09 00 00"), [2]),
        (one("number", "is_not", "0185090000"), [0, 1, 3, 4, 5]),
        (one("number", "empty"), [1, 5]),
        (one("calls", "is", 0), [0, 1, 2, 3, 4, 5]),
        (one("last_call_at", "empty"), [0, 1, 2, 3, 4, 5]),
        (one("last_disposition", "not_empty"), []),
        ({"any": [one("city", "is", "marseille"), one("custom.age", "less", 0)]}, [0, 2]),
        ({"all": [one("last_name", "begins", "g"), {"not": one("city", "is", "marseille")}]}, [1]),
        ({"all": []}, [0, 1, 2, 3, 4, 5]),
        ({}, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_who_passes(base: Base, rows: list[int], given_: Any, who: list[int]) -> None:
    assert found(base, given_) & set(rows) == {rows[i] for i in who}


TEXT_VALUES = st.sampled_from(
    ["garcon", "Étienne", "mar", "œuf", "ω", "İ", "ß", "'", "%", "_", "gold", "é e"]
) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5).filter(
    lambda t: t.strip() != ""
)
NUMBERS = st.integers(-5, 50) | st.floats(-100, 100, allow_nan=False) | st.just(10**15)
DAYS = st.dates(min_value=date(2019, 1, 1), max_value=date(2030, 1, 1)).map(str)
LEAVES = st.one_of(
    st.builds(
        one,
        st.sampled_from(["last_name", "city", "custom.plan"]),
        st.sampled_from(["is", "is_not"]),
        TEXT_VALUES,
    ),
    st.builds(
        one,
        st.sampled_from(["last_name", "city"]),
        st.sampled_from(["contains", "not_contains", "begins", "ends"]),
        TEXT_VALUES,
    ),
    st.builds(
        one,
        st.sampled_from(["city", "custom.plan"]),
        st.just("in"),
        st.lists(TEXT_VALUES, min_size=1, max_size=3),
    ),
    st.builds(
        one,
        st.just("custom.age"),
        st.sampled_from(["is", "is_not", "less", "most", "more", "least"]),
        NUMBERS,
    ),
    st.builds(one, st.just("custom.age"), st.just("between"), st.lists(NUMBERS, min_size=2, max_size=2)),
    st.builds(
        one,
        st.sampled_from(["custom.since", "custom.seen", "created_at"]),
        st.sampled_from(["is", "is_not", "before", "after"]),
        DAYS,
    ),
    st.builds(
        one,
        st.sampled_from(["custom.since", "custom.seen", "updated_at"]),
        st.sampled_from(["within_days", "older_days"]),
        st.integers(0, 60),
    ),
    st.builds(
        one,
        st.sampled_from(["custom.since", "created_at"]),
        st.just("between"),
        st.lists(DAYS, min_size=2, max_size=2),
    ),
    st.builds(one, st.just("custom.vip"), st.sampled_from(["is", "is_not"]), st.booleans()),
    st.builds(
        one,
        st.just("number"),
        st.sampled_from(["is", "begins", "is_not"]),
        st.sampled_from(["06", "0612345678", "+32", "7", "01 85"]),
    ),
    st.builds(
        one, st.just("number_kind"), st.sampled_from(["is", "is_not"]), st.sampled_from(["mobile", "office"])
    ),
    st.builds(
        one,
        st.sampled_from(
            ["last_name", "city", "custom.age", "custom.seen", "number", "created_at", "custom.plan"]
        ),
        st.sampled_from(["empty", "not_empty"]),
    ),
)
FILTERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda p: {"all": p}, st.lists(inner, max_size=3)),
        st.builds(lambda p: {"any": p}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda p: {"not": p}, inner),
    ),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(FILTERS)
def test_sql_and_memory_agree(base: Base, rows: list[int], given_: Any) -> None:
    assert found(base, given_) & set(rows) == matched(base, given_) & set(rows)


@pytest.mark.parametrize(
    ("given_", "place", "why"),
    [
        ([], "", "shape"),
        ("x", "", "shape"),
        ({"all": {}}, "", "shape"),
        ({"all": [], "any": []}, "", "shape"),
        ({"all": [one("nothing", "is", "x")]}, "all.0.field", "field"),
        ({"all": [one("city", "less", "x")]}, "all.0.op", "op"),
        ({"any": [one("city", "is", "x"), one("city", "is", 5)]}, "any.1.value", "value"),
        (one("city", "is", ""), "value", "value"),
        (one("city", "is", "x" * 501), "value", "value"),
        (one("city", "in", []), "value", "value"),
        (one("custom.age", "is", "zwei"), "value", "value"),
        (one("custom.age", "is", 10**30), "value", "value"),
        (one("custom.age", "is", float("nan")), "value", "value"),
        (one("custom.age", "between", [1]), "value", "value"),
        (one("custom.since", "is", "2026-02-30"), "value", "value"),
        (one("custom.since", "is", "0001-01-01"), "value", "value"),
        (one("created_at", "within_days", -1), "value", "value"),
        (one("created_at", "within_days", 10**9), "value", "value"),
        (one("number", "begins", "abc"), "value", "value"),
        (one("segment.99", "is"), "field", "segment"),
        (one("segment.-1", "is"), "field", "segment"),
        ({"field": ["city"], "op": "is"}, "", "shape"),
        ({"not": {"not": {"all": [7]}}}, "not.not.all.0", "shape"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    base: Base, rows: list[int], given_: Any, place: str, why: str
) -> None:
    with pytest.raises(InvalidFields) as refused:
        filters.parse(given_, base.fields())
    assert refused.value.fields == {place: f"filter.error.{why}"}


def test_a_filter_has_a_limit(base: Base) -> None:
    deep: Any = one("city", "empty")
    for _ in range(50):
        deep = {"not": deep}
    for big in (deep, {"all": [one("city", "empty")] * 1000}):
        with pytest.raises(InvalidFields, match="too_big"):
            filters.parse(big, base.fields())


def test_a_segment_in_a_segment_is_followed_and_a_circle_refused(base: Base, rows: list[int]) -> None:
    def save(name: str, chosen: Any) -> int:
        return int(
            Segment.create(account=base.account, name=name, filter=chosen, created_at=1, updated_at=1).id
        )

    first = base.db.write(lambda: save("south", one("city", "begins", "mars")))
    second = base.db.write(lambda: save("not south", {"not": one(f"segment.{first}", "is")}))
    assert found(base, one(f"segment.{second}", "is")) & set(rows) == {rows[i] for i in (1, 2, 3, 5)}
    assert list(filters.segments_in({"all": [one(f"segment.{second}", "is")]})) == [second]
    base.db.write(
        lambda: Segment.update(filter=one(f"segment.{second}", "is")).where(Segment.id == first).execute()
    )
    with pytest.raises(InvalidFields, match="cycle"):
        filters.parse(one(f"segment.{second}", "is"), base.fields())


def test_raw_texts_of_a_file_are_compared_by_the_kind_of_their_column() -> None:
    fields = filters.Fields.of([filters.Field("Alter", filters.INTEGER), filters.Field("Ort", filters.TEXT)])
    chosen = filters.parse({"all": [one("Alter", "more", 18), one("Ort", "is", "koeln")]}, fields)
    assert filter_matching.matches(chosen, {"Alter": "19", "Ort": "KOELN"})
    assert not filter_matching.matches(chosen, {"Alter": "abc", "Ort": "koeln"})
    assert not filter_matching.matches(chosen, {})


def test_a_filter_that_everything_passes_is_no_condition(base: Base) -> None:
    assert isinstance(filter_sql.where(filters.parse({}, base.fields()), base.fields()), SQL)
