"""What the benchmarks compute from what they saw; none of this looks at a clock."""

import json
import os

import pytest

from fs_app.bench.figures import Goal, Meanwhile, at, spread, tell
from fs_app.bench.load import lag_buckets, share_above
from fs_app.bench.toolbars import Shown
from fs_app.bench.web import compare, lines_of
from fs_app.bench.witness import Seen


def test_a_percentile_is_a_value_that_was_seen() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (at(values, 0.5), at(values, 0.99), at(values, 1.0)) == (51, 100, 100)
    assert at([], 0.99) == 0
    assert spread([3.0, 1.0, 2.0], "x") == {
        "x_count": 3, "x_p50_ms": 2, "x_p99_ms": 3, "x_worst_ms": 3
    }  # fmt: skip


def test_a_missed_goal_is_said_and_is_the_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    goals = [Goal("fast_ms", 5.0), Goal("lost", 0, at_most=True)]
    assert tell("b", {"fast_ms": 4.9, "lost": 0}, goals, json_output=True) == 0
    assert tell("b", {"fast_ms": 5.0, "lost": 0}, goals, json_output=False) == 1
    assert tell("b", {"fast_ms": 1.0, "lost": 1}, goals, json_output=True) == 1
    said = capsys.readouterr().out
    assert "MISSED: 5" in said
    last = json.loads(said.splitlines()[-1])
    assert last["goals"] == {
        "fast_ms": {"less_than": 5.0, "met": True},
        "lost": {"at_most": 0, "met": False},
    }


def test_what_the_machine_does_beside_is_told() -> None:
    figures = Meanwhile([os.getpid()]).figures()
    assert set(figures) == {"machine_cpu", "others_cpu"}
    assert all(value >= 0 for value in figures.values())


def test_late_looks_are_counted_between_two_readings() -> None:
    first = lag_buckets(
        'fsapp_loop_lag_seconds_bucket{le="0.02"} 90.0\nfsapp_loop_lag_seconds_bucket{le="+Inf"} 100.0\n'
    )
    then = lag_buckets(
        'fsapp_loop_lag_seconds_bucket{le="0.02"} 180.0\nfsapp_loop_lag_seconds_bucket{le="+Inf"} 200.0\nother 3\n'
    )
    assert share_above({0.02: 0.0, float("inf"): 0.0}, first, 0.02) == pytest.approx(0.1)
    assert share_above(first, then, 0.02) == pytest.approx(0.1)
    assert share_above(first, first, 0.02) == 0


def picture(at: int, toolbar: int, *lines: tuple[str, str, str]) -> Shown:
    shown = {leg: (call, state) for leg, call, state in lines}
    return Shown(at, toolbar, at, 700, "AVAILABLE", "IDLE", shown)


def test_a_fact_has_arrived_with_the_first_picture_that_shows_it() -> None:
    pictures = [
        picture(2_000, 1, ("leg", "call", "RINGING")),
        picture(2_500, 2),
        picture(9_000, 1, ("leg", "call", "TALKING")),
        picture(9_500, 1, ("leg", "call", "TALKING")),
        picture(30_000, 1),
        picture(31_000, 1),
    ]
    legs = {
        "call": Seen(True, created=1_000, ended=26_000),
        "leg": Seen(False, created=1_800, answered=8_000, ended=27_000),
    }
    found = compare(legs, lines_of(pictures), ["call"])
    assert (found.offered, found.answered, found.ended, found.never) == ([1.0], [1.0], [4.0], 0)


def test_a_fact_that_no_picture_showed_is_counted() -> None:
    legs = {
        "call": Seen(True, created=1_000, ended=26_000),
        "leg": Seen(False, created=1_800, answered=8_000, ended=27_000),
        "other": Seen(True, created=1_000, ended=5_000),
    }
    still_there = [picture(2_000, 1, ("leg", "call", "RINGING"))]
    found = compare(legs, lines_of(still_there), ["call", "other"])
    assert found.offered == [1.0]
    assert found.never == 3  # answered and ended of the one, everything of the other
