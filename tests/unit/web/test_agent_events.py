"""What a page may send is read with suspicion; docs/events.md says the same as the code."""

import contextlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app.accounts.permissions import PERMISSIONS
from fs_app.accounts.profiles import MODULES
from fs_app.desk import AgentDesk
from fs_app.errors import FsAppError, Invalid
from fs_app.outbound.desk import OutboundDesk
from fs_app.web.agent_events import FROM_SERVER, MOST_NOTE, TAKE_OVER, VERBS, message, text
from tests.support.fakedesk import FakeDesk, FakeOutbound

DOCS = (Path(__file__).resolve().parents[3] / "docs" / "events.md").read_text()


def events_under(heading: str) -> set[str]:
    section = DOCS.split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([a-z_.]+)` \|", section, re.MULTILINE))


def test_the_document_lists_exactly_the_events_that_pages_may_send() -> None:
    assert events_under("From the page") == {*VERBS, TAKE_OVER}


def test_the_document_lists_exactly_the_events_that_the_server_sends() -> None:
    assert events_under("From the server") == set(FROM_SERVER)


@pytest.mark.parametrize("desk", [AgentDesk, FakeDesk])
def test_each_event_is_a_method_of_the_desk_that_takes_what_is_read(desk: type) -> None:
    sample = {"reason": 1, "line": "leg", "call": "call", "disposition": 1, "note": ""} | {
        "item": "one",
        "mode": "preview",
        "minutes": 5,
        "queue": 3,
        "direction": "inbound",
        "to": {"kind": "queue", "queue": 3},
        "digits": "12#",
        "agent": 3,
        "text": "bonjour",
        "number": "0612345678",
        "on": True,
    }
    parts = {AgentDesk: OutboundDesk, FakeDesk: FakeOutbound}
    for verb in VERBS.values():
        part, _, name = verb.method.rpartition(".")
        owner = parts[desk] if part == "outbound" else desk
        inspect.signature(getattr(owner, name)).bind(object(), 7, *verb.read(sample))


def test_what_belongs_to_a_module_names_one_that_there_is() -> None:
    assert {verb.module for verb in VERBS.values() if verb.module} <= set(MODULES)


def test_what_needs_a_permission_names_one_that_there_is() -> None:
    assert {verb.needs for verb in VERBS.values() if verb.needs} <= set(PERMISSIONS)


def test_a_disposition_comes_with_call_and_note() -> None:
    said = {"call": "c-1", "disposition": 4, "note": "à rappeler\nmardi"}
    assert VERBS["call.qualify"].read(said) == ("c-1", 4, "à rappeler\nmardi")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"call": "c", "disposition": True},
        {"call": "c", "disposition": "4"},
        {"call": "c", "disposition": -1},
        {"call": "c", "disposition": 2**40},
        {"call": "", "disposition": 4},
        {"call": "c" * 65, "disposition": 4},
        {"call": "c\n\nhangup", "disposition": 4},
        {"call": ["c"], "disposition": 4},
        {"call": "c", "disposition": 4, "note": 7},
        {"call": "c", "disposition": 4, "note": "x" * (MOST_NOTE + 1)},
    ],
)
def test_what_is_no_verdict_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        VERBS["call.qualify"].read(said)


def test_an_unavailability_may_have_no_reason() -> None:
    assert VERBS["agent.unavailable"].read({}) == (None,)
    assert VERBS["agent.unavailable"].read({"reason": None}) == (None,)
    assert VERBS["agent.unavailable"].read({"reason": 5}) == (5,)


def test_an_event_carries_one_object_or_nothing() -> None:
    assert message(()) == {}
    assert message(({"a": 1},)) == {"a": 1}
    for wrong in [(1,), ("x",), ([],), ({}, {})]:
        with pytest.raises(Invalid):
            message(wrong)


def test_a_note_loses_control_characters_and_half_surrogates_but_keeps_its_lines() -> None:
    clean = text({"note": "a\x00b\x1b[31m\r\nc\ud800"}, "note")
    assert clean == "ab[31m\nc?"
    clean.encode("utf-8")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(VERBS)), st.lists(json_values, max_size=3))
def test_no_input_gets_past_as_anything_but_values_or_our_error(event: str, args: list[Any]) -> None:
    with contextlib.suppress(FsAppError):
        VERBS[event].read(message(tuple(args)))
