"""FreeSWITCH's way of taking commands apart, against what esl/commands.py writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app.esl import commands
from fs_app.ports import Originate
from fs_app.sim import strings

VALUES = st.text(
    st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="${}\x7f"), min_size=1, max_size=60
).filter(lambda text: ":_:" not in text and text.strip(" ") == text)


@pytest.mark.parametrize(
    ("text", "delimiter", "parts"),
    [
        ("a b  c", " ", ["a", "b", "c"]),
        ("a 'b c' d", " ", ["a", "b c", "d"]),
        (r"a\,b,c", ",", ["a,b", "c"]),
        (r"it\'s,x", ",", ["it's", "x"]),
        (r"a\sb,c", ",", ["a b", "c"]),
        ("", ",", []),
    ],
)
def test_separation(text: str, delimiter: str, parts: list[str]) -> None:
    assert strings.separate(text, delimiter) == parts


def test_the_last_part_keeps_the_rest() -> None:
    assert strings.separate("a b c d", " ", 3) == ["a", "b", "c d"]


def test_brackets_give_variables_and_the_rest() -> None:
    assert strings.brackets("{a=1,b='x,y'}sofia/x", "{", "}") == ({"a": "1", "b": "x,y"}, "sofia/x")
    assert strings.brackets("{^^;a=1;b=2}rest", "{", "}") == ({"a": "1", "b": "2"}, "rest")
    assert strings.brackets("no brackets", "{", "}") == ({}, "no brackets")
    assert strings.brackets("{open", "{", "}") == ({}, "{open")


@given(VALUES, VALUES)
def test_every_value_that_originate_may_carry_arrives_unchanged(first: str, second: str) -> None:
    what = Originate(
        "0123abcd-0000", "sofia/gateway/trunk/1", "", variables={"fsapp_call": first, "fsapp_queue": second}
    )
    words = strings.separate(commands.originate(what).removeprefix("api originate "), " ", 10)
    variables, endpoint = strings.brackets(words[0], "{", "}")
    assert (variables["fsapp_call"], variables["fsapp_queue"]) == (first, second)
    assert (endpoint, words[1]) == ("sofia/gateway/trunk/1", "&park()")


@given(VALUES, VALUES)
def test_every_value_that_setvar_may_carry_arrives_unchanged(first: str, second: str) -> None:
    command = commands.set_variables("0123abcd-0000", {"a": first, "b": second})
    rest = command.removeprefix("api uuid_setvar_multi 0123abcd-0000 ")
    assert strings.separate(rest, ";", 64) == [f"a={first}", f"b={second}"]
