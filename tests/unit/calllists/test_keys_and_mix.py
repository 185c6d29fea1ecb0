"""The order of a list as numbers, and whose turn it is among several lists."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from fs_app.calllists import keys
from fs_app.calllists.mix import Mix


def test_what_has_just_come_goes_before_or_after_all_that_was_put_in_order() -> None:
    ranked = [0, 1, 999_999, keys.shuffled(7, 12), keys.shuffled(0, 1_000_000)]
    first, last = keys.arriving(True, 1_795_340_000_000), keys.arriving(False, 1_795_340_000_000)
    assert all(first < key < last for key in ranked)
    assert keys.is_arrival(first) and keys.is_arrival(last) and not any(map(keys.is_arrival, ranked))
    assert keys.arriving(True, 1_795_340_000_001) < first, "the newest first"


def test_the_same_seed_gives_the_same_order_another_one_another() -> None:
    order = sorted(range(1000), key=lambda n: keys.shuffled(1, n))
    assert order == sorted(range(1000), key=lambda n: keys.shuffled(1, n))
    assert order != sorted(range(1000), key=lambda n: keys.shuffled(2, n))
    assert order != list(range(1000))
    assert len({keys.shuffled(1, n) for n in range(10_000)}) == 10_000


def test_lists_take_turns_evenly_by_their_weights() -> None:
    mix = Mix()
    assert [mix.next({1: 3, 2: 1}, {1, 2}) for _ in range(8)] == [1, 1, 2, 1, 1, 1, 2, 1]


@given(st.dictionaries(st.integers(1, 6), st.integers(1, 9), min_size=1))
@settings(max_examples=50, deadline=None)
def test_after_a_round_each_list_had_its_weight(weights: dict[int, int]) -> None:
    mix, turns = Mix(), sum(weights.values())
    for _ in range(3):
        assert Counter(mix.next(weights, set(weights)) for _ in range(turns)) == Counter(weights)


@given(
    st.dictionaries(st.integers(1, 5), st.integers(0, 5), min_size=1),
    st.lists(st.sets(st.integers(1, 5)), max_size=20),
)
@settings(max_examples=50, deadline=None)
def test_only_a_list_that_has_something_is_chosen(weights: dict[int, int], turns: list[set[int]]) -> None:
    mix = Mix()
    for having in turns:
        chosen = mix.next(weights, having)
        able = having & set(weights)
        assert (chosen in able) if able else chosen is None
        if chosen is not None and any(weights[one] for one in able):
            assert weights[chosen] > 0


def test_a_list_without_weight_comes_when_the_others_are_through() -> None:
    mix = Mix()
    assert [mix.next({1: 1, 2: 0}, {1, 2}) for _ in range(3)] == [1, 1, 1]
    assert mix.next({1: 1, 2: 0}, {2}) == 2
    assert mix.next({}, set()) is None
