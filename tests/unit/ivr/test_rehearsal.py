"""Trying a flow without a telephone."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fs_app.ivr.rehearsal import Rehearsal, Wait, rehearse
from tests.unit.ivr.stage import BYE, SAYS, Files, Published, flow, node
from tests.unit.ivr.test_engine_properties import QUIET, SUB, flows

SHOP = flow(
    node("hours", "schedule", {"open": "who", "closed": "bye"}, schedule=3),
    node("who", "contact", {"found": "menu", "unknown": "menu"}),
    node(
        "menu",
        "menu",
        {"1": "ask", "2": "web", "3": "sales", "no_input": "bye"},
        **SAYS,
        keys={"1": "", "2": "", "3": ""},
    ),
    node("ask", "collect", {"next": "menu", "no_input": "bye"}, **SAYS, variable="pin", most=4, secret=True),
    node("web", "http", {"ok": "rate", "error": "bye"}, url="https://example.test/{{pin}}", prompts=[]),
    node("rate", "survey", {"next": "box"}, **SAYS, question="How was it?"),
    node("box", "voicemail", {"next": "desk"}, box=1),
    node("desk", "transfer", {"no_answer": "bye"}, number="15"),
    node("sales", "queue", queue=3),
    BYE,
)


def play(*inputs: Any, graph: Any = SHOP, **more: Any) -> Rehearsal:
    begin = {"flow": 1, "version": 1, "language": "fr", "variables": {"call_number": "+331"}}
    return rehearse(Published({1: graph, 2: SUB, 3: QUIET}), Files(), begin, inputs, **more)


OPEN = {"do": "outcome", "name": "open"}
NOBODY = {"do": "answer", "value": None}
HEARD, SILENCE = {"do": "heard"}, {"do": "silence"}


def key(digit: str) -> dict[str, str]:
    return {"do": "key", "digit": digit}


def test_it_says_what_it_waits_for() -> None:
    asked = play()
    assert asked.wait == Wait("opening", 4, {"schedule": 3, "holidays": None}) and asked.node == "hours"
    assert play(OPEN).wait == Wait("contact", 4, {"number": "+331"})
    assert play(OPEN, NOBODY).wait == Wait("sound")
    assert play(OPEN, NOBODY).speaking == ("fr/greeting.wav",)
    assert play(OPEN, NOBODY, HEARD).wait == Wait("keys", 5)
    assert play(OPEN, NOBODY, key("3")).wait == Wait("queue", 0, {"queue": 3, "priority": 0})


def test_the_time_of_day_may_decide_by_itself() -> None:
    assert play(opening=lambda schedule, holidays: "closed" if schedule == 3 else None).node == "bye"


def test_the_way_taken() -> None:
    done = play(OPEN, NOBODY, key("3"), {"do": "outcome", "name": "taken"})
    taken = [
        (step.input, step.data["node"], step.data["exit"]) for step in done.way if step.kind == "flow.exit"
    ]
    assert taken == [(0, "hours", "open"), (1, "who", "unknown"), (2, "menu", "3"), (3, "sales", "")]
    assert done.over == "queue" and done.wait == Wait("over")


def test_the_world_answers_as_the_person_wants() -> None:
    web = (OPEN, NOBODY, key("2"))
    assert play(*web).wait.what == "http"
    assert play(*web).wait.asked["request"]["url"] == "https://example.test/"
    assert play(*web, {"do": "answer", "value": {"status": 200, "json": {}}}).node == "rate"
    assert play(*web, {"do": "fail", "why": "timeout"}).node == "bye"
    rated = (*web, {"do": "answer", "value": {"status": 200}}, key("5"))
    wanted = [step.data for step in play(*rated).way if step.kind == "wanted"]
    assert wanted == [{"what": "SurveyAnswer", "question": "How was it?", "value": "5", "label": ""}]
    left = (*rated, {"do": "message_left", "ms": 2000})
    assert play(*left).wait == Wait("transfer", 0, {"kind": "number", "target": "15", "ring_s": 25})
    assert play(*left, {"do": "dial_ended", "why": "busy"}).node == "bye"
    assert play(*left, {"do": "dial_ended", "why": "answered"}).over == "hung_up"


def test_secrets_are_dots() -> None:
    done = play(OPEN, NOBODY, key("1"), *map(key, "1234"))
    assert done.variables["pin"] == "••••"
    assert "1234" not in json.dumps(done.as_json())


def test_hanging_up_ends_it() -> None:
    done = play(OPEN, {"do": "hang_up"}, key("1"))
    assert done.over == "caller" and done.way[-1].input == 1


def test_what_does_not_fit_is_passed_over() -> None:
    for nonsense in (
        None,
        5,
        {},
        {"do": "fly"},
        {"do": "key"},
        {"do": "key", "digit": 7},
        {"do": "answer"},
        HEARD,
    ):
        assert play(nonsense).as_json() == play().as_json()


inputs = st.lists(
    st.one_of(
        st.sampled_from(
            [HEARD, SILENCE, SILENCE, OPEN, NOBODY, {"do": "outcome", "name": "taken"}, {"do": "hang_up"}, 5]
        ),
        st.sampled_from("123456789*0#").map(key),
        st.just({"do": "answer", "value": {"status": 200, "json": [1]}}),
        st.sampled_from(["timeout", "busy", "answered"]).map(lambda why: {"do": "dial_ended", "why": why}),
        st.just({"do": "message_left", "ms": None}),
        st.just({"do": "fail"}),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(flows(), inputs)
def test_any_flow_can_be_tried_and_gives_the_same_each_time(
    graph: dict[str, Any], given_inputs: list[Any]
) -> None:
    first = play(*given_inputs, graph=graph).as_json()
    assert first == play(*given_inputs, graph=graph).as_json()
    assert json.loads(json.dumps(first))["wait"]["what"]
