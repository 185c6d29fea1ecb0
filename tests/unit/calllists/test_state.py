"""A record has one state, and the table says how it changes."""

from __future__ import annotations

import re
from itertools import product

import pytest

from fs_app.calllists import state
from fs_app.calllists.state import BEFORE, DIALABLE, DONE, TO_CALL, TRANSITIONS, State, after, allows
from fs_app.errors import UnknownTransition


def test_the_table_is_the_one_that_is_printed() -> None:
    printed = {}
    for line in re.findall(r"^    (\S+) -\[(\w+)\]> (\w+)$", state.__doc__ or "", re.MULTILINE):
        for old in line[0].split("|"):
            printed[State(old), line[1]] = line[2]
    assert printed == {key: str(new) for key, new in TRANSITIONS.items()}


def test_each_state_is_either_to_be_called_or_done() -> None:
    assert sorted((*TO_CALL, *DONE)) == sorted(State)
    assert set(DIALABLE) == set(TO_CALL) - {State.IN_CALL}


def test_what_was_excluded_is_what_it_was_when_it_is_included_again() -> None:
    for old in DIALABLE:
        new, before = after(old, "excluded")
        assert (new, before) == (State.EXCLUDED, old)
        assert after(new, "included", before) == (old, None)


def test_what_came_excluded_is_untreated_when_it_is_included() -> None:
    assert after("EXCLUDED", "included", None) == (State.UNTREATED, None)
    assert after("EXCLUDED", "included", "COMPLETED") == (State.UNTREATED, None), "nothing odd comes back"


def test_a_call_that_never_was_leaves_the_record_as_it_was() -> None:
    for old in DIALABLE:
        new, before = after(old, "taken")
        assert after(new, "given_back", before) == (old, None)


def test_nobody_takes_a_record_twice_and_no_action_touches_one_in_a_call() -> None:
    for event in ("taken", "excluded", "recycled", "included", "shared"):
        with pytest.raises(UnknownTransition):
            after("IN_CALL", event)


def test_a_record_put_on_the_blacklist_in_a_call_comes_back_as_it_was_before_the_call() -> None:
    _, before = after("CALLBACK", "taken")
    new, before = after("IN_CALL", "blacklisted", before)
    assert after(new, "allowed", before) == (State.CALLBACK, None)


def test_every_other_pair_is_refused() -> None:
    events = {event for _, event in TRANSITIONS}
    for old, event in product(State, events):
        if old in allows(event):
            new = after(old, event)[0]
            assert new == TRANSITIONS[old, event] or TRANSITIONS[old, event] == BEFORE
        else:
            with pytest.raises(UnknownTransition):
                after(old, event)
