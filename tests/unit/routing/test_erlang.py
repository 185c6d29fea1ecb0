"""The queue reproduces Erlang C and Erlang A: a small version of `fs-app bench erlang`, and the formulas."""

from __future__ import annotations

import pytest

from fs_app.bench import erlang
from fs_app.bench.assignments import Check
from fs_app.bench.exact import erlang_a, erlang_c


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ((100, 180, 8), (0.6250, 0.1673, 10.04, 0.8801)),
        ((200, 180, 14), (0.7143, 0.1741, 7.84, 0.8884)),
        ((360, 240, 28), (0.8571, 0.3331, 19.99, 0.7613)),
        ((600, 180, 35), (0.8571, 0.2846, 10.24, 0.8367)),
        ((1000, 300, 90), (0.9259, 0.3673, 16.53, 0.7645)),
        ((1200, 240, 88), (0.9091, 0.2838, 8.51, 0.8543)),
    ],
)
def test_erlang_c(case: tuple[float, float, int], expected: tuple[float, ...]) -> None:
    got = erlang_c(*case)
    assert (got.occupancy, got.p_wait, got.in_20_s) == pytest.approx(
        (expected[0], expected[1], expected[3]), abs=6e-5
    )
    assert got.mean_wait_s == pytest.approx(expected[2], abs=6e-3)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ((100, 180, 5, 120), (0.5171, 0.1924, 23.08, 0.8076)),
        ((200, 180, 10, 120), (0.4969, 0.1375, 16.50, 0.8625)),
        ((360, 240, 24, 120), (0.4469, 0.0949, 11.39, 0.9051)),
        ((600, 180, 30, 120), (0.4766, 0.0799, 9.59, 0.9201)),
        ((1200, 240, 80, 180), (0.4801, 0.0477, 8.59, 0.9523)),
    ],
)
def test_erlang_a(case: tuple[float, float, int, float], expected: tuple[float, ...]) -> None:
    got = erlang_a(*case)
    assert (got.p_wait, got.p_abandon, got.occupancy) == pytest.approx(
        (expected[0], expected[1], expected[3]), abs=6e-5
    )
    assert got.mean_wait_s == pytest.approx(expected[2], abs=6e-3)


@pytest.mark.parametrize("case", [erlang.CASES[0], erlang.CASES[6]], ids=str)
def test_the_queue_agrees_within_three_standard_errors(case: erlang.Case) -> None:
    lines = erlang.measure(case, replications=30, calls=100, warm_up=40)
    assert [f"{x.name} {x.mean} instead of {x.exact}" for x in lines if x.errors > 3] == []


def test_a_thousand_assignments_without_a_second_one_or_an_overtaken_caller() -> None:
    check = Check(seed=7)
    check.run(1000)
    assert check.assignments >= 1000
    assert check.wrong == []
    assert check.idle_while_somebody_waits() == []


def test_the_second_bookkeeper_notices_a_wrong_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check checks: with the order of service turned round it does not keep quiet."""
    monkeypatch.setattr(
        "fs_app.routing.service.Routing._key", lambda self, queue, call: (0, 0, 0, -(call.ticket or 0))
    )
    check = Check(seed=7)
    check.run(1000)
    assert check.wrong
