"""What calls and verdicts make of a record: a table, and what must always be so."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fs_app.calllists.record import Limits, Record, changed
from fs_app.calllists.record import Outcome as Written
from fs_app.calllists.state import RESULTS, TO_CALL
from fs_app.listwork.results import AGAIN_MS, judged, not_reached, now_is
from fs_app.listwork.state import Known, Number
from fs_app.outbound.item import Item
from fs_app.outbound.lists import Lists
from fs_app.outbound.order import in_order
from fs_app.outbound.retry import DEFAULTS, Result, Rule
from fs_app.queues.model import EFFECTS

NOW = 1_790_000_000_000
MARIE = Known(
    1,
    1,
    3,
    "Liste",
    10,
    1,
    "Marie",
    None,
    (Number("+33612000001"), Number("+33145000001")),
    "UNTREATED",
    None,
    0,
    most=7,
)
BUSY = {Result.BUSY: Rule(600, 3, 501)}


@pytest.mark.parametrize(
    ("result", "known", "event", "due_in_s", "counted"),
    [
        (Result.BUSY, MARIE, "system", 600, True),
        (Result.BUSY, replace(MARIE, results={"busy": 2}), "stopped", None, True),
        (Result.BUSY, replace(MARIE, attempts=6), "unreachable", None, True),
        (Result.BUSY, replace(MARIE, status="PERSONAL", owner=4), "personal", 600, True),
        (Result.NO_ANSWER, MARIE, "system", 3600, True),
        (Result.GAVE_UP, MARIE, "system", 300, True),
        (Result.FAILED, MARIE, "system", 3600, False),
        (Result.FAILED, replace(MARIE, attempts=6), "system", 3600, False),
        (Result.FAILED, replace(MARIE, results={"failed": 6}), "unreachable", None, False),
        (Result.WRONG_NUMBER, MARIE, "wrong", None, True),
    ],
)
def test_nobody_was_reached(
    result: Result, known: Known, event: str, due_in_s: int | None, counted: bool
) -> None:
    found = not_reached(known, result, {**DEFAULTS, **BUSY}, NOW)
    due_at = None if due_in_s is None else NOW + due_in_s * 1000
    assert (found.event, found.due_at, found.counted) == (event, due_at, counted)
    assert found.owner == (4 if event == "personal" else None)


@pytest.mark.parametrize(
    ("effect", "booked", "event", "due_at", "owner"),
    [
        ("", {}, "completed", None, None),
        ("callback", {}, "callback", NOW + AGAIN_MS, None),
        ("personal", {}, "personal", NOW + AGAIN_MS, 7),
        ("callback", {"due_at": NOW + 5, "mine": True, "note": "", "agent": 8}, "personal", NOW + 5, 8),
        ("personal", {"due_at": NOW + 5, "mine": False, "note": "", "agent": 8}, "callback", NOW + 5, None),
        ("", {"due_at": None, "mine": False, "note": "", "agent": 8}, "callback", NOW, None),
        ("refused", {}, "completed", None, None),
        ("refused", {"due_at": NOW + 5, "mine": True, "note": "", "agent": 8}, "completed", None, None),
        ("never", {}, "blacklisted", None, None),
        ("machine", {}, "system", NOW + 7_200_000, None),
        ("wrong_number", {}, "wrong", None, None),
    ],
)
def test_the_verdict(
    effect: str, booked: dict[str, Any], event: str, due_at: int | None, owner: int | None
) -> None:
    found = judged(MARIE, effect, "positive", booked, 7, DEFAULTS, NOW)
    assert (found.event, found.due_at, found.owner) == (event, due_at, owner)
    assert found.refused is (effect in ("refused", "never"))


def test_who_called_himself_is_no_machine_and_no_wrong_number() -> None:
    for effect in ("machine", "wrong_number"):
        found = judged(MARIE, effect, "", {}, 7, DEFAULTS, NOW, counted=False)
        assert (found.event, found.counted) == ("completed", False)


KNOWNS = st.builds(
    lambda status, owner, attempts, most, results, exclusive: replace(
        MARIE, status=status, owner=owner, attempts=attempts, most=most, results=results, exclusive=exclusive
    ),
    st.sampled_from(["UNTREATED", "CALLBACK", "PERSONAL", "REDIAL", "SYSTEM"]),
    st.none() | st.integers(1, 9),
    st.integers(0, 9),
    st.integers(1, 9),
    st.dictionaries(st.sampled_from([str(r) for r in Result]), st.integers(1, 9)),
    st.booleans(),
)
BOOKED = st.just({}) | st.fixed_dictionaries(
    {"due_at": st.none() | st.integers(NOW, NOW + 10**9), "mine": st.booleans(), "agent": st.integers(1, 9)}
)


@settings(max_examples=150, deadline=None)
@given(KNOWNS, st.sampled_from(EFFECTS), BOOKED, st.sampled_from(list(Result)), st.booleans())
def test_every_outcome_is_one_that_the_list_can_write(
    known: Known, effect: str, booked: dict[str, Any], result: Result, was_reached: bool
) -> None:
    found = (
        judged(known, effect, "positive", booked, 7, DEFAULTS, NOW)
        if was_reached
        else not_reached(known, result, DEFAULTS, NOW)
    )
    assert found.event in RESULTS
    assert (found.due_at is not None) is (found.event in ("callback", "personal", "system"))
    assert (found.event == "personal") <= (found.owner is not None or known.status == "PERSONAL")
    record = Record(
        1,
        1,
        3,
        1,
        None,
        "+33612000001",
        "",
        "",
        "",
        "IN_CALL",
        known.status,
        owner=known.owner,
        attempts=known.attempts,
    )
    written = changed(
        record,
        Written(found.event, NOW if found.counted else None, found.due_at, found.owner, found.result),
        Limits(known.most),
    )
    assert written["state"] not in ("IN_CALL", "UNTREATED")
    after = now_is(known, found)
    if after is not None:
        assert after.status == written["state"]
        assert after.due_at == written["due_at"]
    elif written["state"] in TO_CALL:
        assert written["state"] == "REDIAL", "only the list knows which number is next"


# --- among callbacks ------------------------------------------------------------------------------------------------
def row(name: str, since: int = 0, due_at: int | None = None, **more: Any) -> Item:
    return Item(name, 1, 10, ("+33612000001",), name, None, "", 1, "RECORD", due_at, since, **more)


def test_records_without_a_date_come_after_what_is_due_and_in_the_order_of_their_list() -> None:
    late, missed = row("promised", due_at=50), row("missed", since=60)
    records = [row(f"r{n}", since=0, rank=n, stands_at=100) for n in (1, 2, 10)]
    later = row("later", due_at=200)
    wanted = ["promised", "missed", "r1", "r2", "r10", "later"]
    mixed = [records[2], later, missed, records[0], late, records[1]]
    assert [i.id for i in Lists(mixed).items] == wanted
    assert [i.id for i in in_order(mixed, "automatic") if i.due_at is None] == ["missed", "r1", "r2", "r10"]
    for one, other in pairwise(Lists(mixed).items):
        assert one.order <= other.order
