"""The orders in which agents are asked, skills and tiers: values in, values out."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from fs_app.routing.skills import Need, lacks, levels, moments, relaxed
from fs_app.routing.strategies import STRATEGIES, Candidate, Turn, open_tiers, order

ANNE = Candidate(1, idle_since=300, calls=2, talk_ms=9000, tier=2)
BOB = Candidate(2, idle_since=100, calls=5, talk_ms=4000, tier=3)
EVE = Candidate(3, idle_since=200, calls=2, talk_ms=8000, tier=1)
ALL = [ANNE, BOB, EVE]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("longest_idle", [BOB, EVE, ANNE]),
        ("fewest_calls", [EVE, ANNE, BOB]),
        ("least_talk", [BOB, EVE, ANNE]),
        ("round_robin", [ANNE, BOB, EVE]),
        ("tiers", [EVE, ANNE, BOB]),
    ],
)
def test_each_strategy_has_its_order_whatever_the_order_of_the_question(
    strategy: str, expected: list[Candidate]
) -> None:
    for _ in range(6):
        asked = ALL[:]
        random.shuffle(asked)
        assert order(strategy, asked, Turn()) == expected


@pytest.mark.parametrize(("last", "first"), [(0, 1), (1, 2), (2, 3), (3, 1), (99, 1)])
def test_in_turn_begins_behind_the_one_who_was_asked_last(last: int, first: int) -> None:
    assert order("round_robin", ALL, Turn(last))[0].agent == first


def test_chance_is_fair_and_the_same_seed_gives_the_same() -> None:
    firsts = Counter(order("random", ALL, Turn(seed=str(i)))[0].agent for i in range(3000))
    assert all(900 < firsts[agent] < 1100 for agent in (1, 2, 3))
    assert order("random", ALL, Turn(seed="x")) == order("random", ALL[::-1], Turn(seed="x"))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_nobody_gets_lost_and_nobody_is_needed(strategy: str) -> None:
    assert order(strategy, [], Turn()) == []
    assert sorted(c.agent for c in order(strategy, ALL, Turn(2, "y"))) == [1, 2, 3]


def test_a_strategy_that_nobody_knows_is_the_longest_idle() -> None:
    assert order("moon phase", ALL, Turn()) == order("longest_idle", ALL, Turn())


@pytest.mark.parametrize(
    ("waited", "after", "expected"),
    [(0, 10, 1), (9.9, 10, 1), (10, 10, 3), (20, 10, 7), (500, 10, 7), (0, 0, 7)],
)
def test_tiers_open_one_after_the_other(waited: float, after: int, expected: int) -> None:
    assert open_tiers([3, 1, 7, 3], waited, after) == expected


# --- skills -----------------------------------------------------------------------------------------------------
FRENCH = Need(1, "French", 8, ((30, 5), (60, 2), (90, 0)))
PLUMBING = Need(2, "Plumbing", 3)


@pytest.mark.parametrize(
    ("waited", "enough"), [(0, 8), (29.9, 8), (30, 5), (59, 5), (60, 2), (90, 0), (9000, 0)]
)
def test_a_need_shrinks_with_the_wait(waited: float, enough: int) -> None:
    assert FRENCH.after(waited) == enough
    assert levels((FRENCH, PLUMBING), waited) == (enough, 3)


def test_a_step_that_would_ask_for_more_is_passed_over() -> None:
    assert Need(1, "x", 4, ((10, 9), (20, 2), (30, 3))).after(40) == 2


def test_the_first_need_that_is_not_met_is_named() -> None:
    needs = (FRENCH, PLUMBING)
    assert lacks(needs, (8, 3), {1: 8, 2: 3}) is None
    assert lacks(needs, (8, 3), {1: 7, 2: 3}) == (FRENCH, 7, 8)
    assert lacks(needs, (8, 3), {1: 9}) == (PLUMBING, 0, 3)
    assert lacks(needs, (0, 0), {}) is None
    assert lacks((), (), {}) is None


def test_what_was_relaxed_is_told() -> None:
    assert relaxed((FRENCH, PLUMBING), (5, 3)) == [(FRENCH, 5)]
    assert moments((FRENCH, PLUMBING)) == {30, 60, 90}
