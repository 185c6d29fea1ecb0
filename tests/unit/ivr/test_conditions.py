"""Comparisons, patterns and paths: what they find, and that they never run long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app.ivr.conditions import TESTS, holds, matches, number
from fs_app.ivr.mapping import found, is_path
from fs_app.ivr.template import filled


@pytest.mark.parametrize(
    ("have", "test", "want", "expected"),
    [
        ("Paris", "equals", "paris", True),
        ("12", "equals", "12.0", True),
        ("3,5", "equals", "3.5", True),
        ("0612", "equals", "612", False),
        ("+33", "equals", "33", False),
        ("0", "equals", "0.0", True),
        ("", "equals", "", True),
        ("a", "differs", "b", True),
        ("1", "differs", "1", False),
        ("9", "less", "10", True),
        ("10", "less", "9", False),
        ("9", "at_most", "9", True),
        ("b", "more", "a", True),
        ("1.5", "at_least", "1.5", True),
        ("ten", "less", "10", False),
        ("ten", "at_least", "10", False),
        ("", "less", "10", False),
        ("Hello world", "contains", "WORLD", True),
        ("Hello", "contains", "", True),
        ("+33612", "begins", "+33", True),
        ("0612345678", "matches", "06########", True),
        ("061234567", "matches", "06########", False),
        ("AB-12", "matches", "a?-*", True),
        ("", "matches", "*", True),
        ("", "matches", "?", False),
        (" ", "empty", "", True),
        ("x", "empty", "", False),
        ("x", "filled", "", True),
        ("x", "no such test", "x", False),
    ],
)
def test_comparisons(have: str, test: str, want: str, expected: bool) -> None:
    assert holds({"variable": "v", "test": test, "value": want}, {"v": have}) is expected


def test_the_other_side_may_be_a_variable() -> None:
    assert holds({"variable": "a", "test": "equals", "value": "{{b}}"}, {"a": "7", "b": "7"})
    assert holds({"variable": "none", "test": "empty"}, {})


@given(st.text(alphabet="ab1*?#", max_size=12), st.text(alphabet="ab1*?#", max_size=8))
def test_a_pattern_means_what_the_same_regular_expression_does(text: str, pattern: str) -> None:
    signs = {"*": ".*", "?": ".", "#": r"\d"}
    same = "".join(signs.get(sign, re.escape(sign)) for sign in pattern)
    assert matches(text, pattern) is bool(re.fullmatch(same, text))


def test_a_pattern_that_would_ruin_others_is_quick() -> None:
    begun = time.perf_counter()
    assert not matches("a" * 1000, "*a" * 49 + "*b")
    assert time.perf_counter() - begun < 0.5


@given(st.text(max_size=40), st.sampled_from(TESTS), st.text(max_size=40))
def test_no_value_is_too_strange(have: str, test: str, want: str) -> None:
    assert holds({"variable": "v", "test": test, "value": want}, {"v": have}) in (True, False)


@pytest.mark.parametrize(
    "text", ["", "1e999", "nan", "Infinity", "--1", "1-1", "1.2.3", "0x10", "9" * 31, "٣"]
)
def test_no_numbers(text: str) -> None:
    assert number(text) is None


ANSWER = {"a": {"b": [{"c": 5}, "x"]}, "odd-name": True, "": 1}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.a.b[0].c", 5),
        ("$.a.b[1]", "x"),
        ("$.a.b[2]", None),
        ("$.a.b.c", None),
        ("$.a[0]", None),
        ("$.odd-name", True),
        ("$", ANSWER),
        ("$.none.at.all", None),
    ],
)
def test_paths(path: str, expected: object) -> None:
    assert is_path(path) and found(path, ANSWER) == expected


@pytest.mark.parametrize(
    "path", ["", "a", "$.", "$..a", "$.*", "$[-1]", "$[a]", "$.a b", "$" + ".a" * 13, "$[99999]", None]
)
def test_no_paths(path: object) -> None:
    assert not is_path(path)


def test_templates() -> None:
    assert filled("{{ a }}-{{none}}-{{a}}", {"a": "1\n2"}) == "12--12"
    assert filled("{a} {{1a}} {{{a}}}", {"a": "x"}) == "{a} {{1a}} {x}"
