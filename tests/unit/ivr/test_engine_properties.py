"""For every valid flow and every caller: nothing is ever raised, nobody is left in silence, and it ends.

Flows are built at random from all kinds of nodes, so that most of them are valid; those that the validation refuses
are thrown away. Callers press keys, wait, hang up; the world answers rightly, wrongly, late or not at all; the program
dies in between.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fs_app.ivr import spec, words
from fs_app.ivr.engine import MOST_SILENT
from fs_app.ivr.run import dump
from tests.unit.ivr.stage import Account, Files, Line, flow, node

SUB = flow(
    node("s", "play", {"next": "m"}, prompts=["shipped:one_moment"]),
    node(
        "m",
        "menu",
        {"1": "b", "2": "g", "no_input": "b"},
        prompts=["shipped:greeting"],
        keys={"1": "", "2": ""},
    ),
    node("b", "back"),
    node("g", "hangup"),
)
"""Flow 2, which the others may call; flow 3 comes back without a word."""
QUIET = flow(node("b", "back"))
ACCOUNT = Account(flows={2: SUB, 3: QUIET})

HANDED_OVER = (words.ToQueue, words.Dial, words.TakeMessage)
"""Questions during which others take care of the caller."""

LONGEST_SILENCE_S = 15

text = st.sampled_from(
    ["", "12", "{{digits}}", "{{call_number}}", "x{{other}}y", "2026-03-01", "14:30", "-3.5"]
)
prompts = st.lists(st.sampled_from(["shipped:greeting", "sound:1", "sound:3"]), min_size=1, max_size=2)
keys = st.dictionaries(st.sampled_from(spec.DIGITS), st.just("label"), min_size=1, max_size=4)
variable = st.sampled_from(["digits", "other", "third"])


def value(param: spec.Param) -> st.SearchStrategy[Any]:
    """Any value that this param may have."""
    kinds = spec.ParamKind
    match param.kind:
        case kinds.INTEGER:
            return st.integers(param.least or 0, min(param.most or 9, (param.least or 0) + 8))
        case kinds.FLAG:
            return st.booleans()
        case kinds.CHOICE:
            return st.sampled_from(param.choices)
        case kinds.PROMPTS:
            return prompts
        case kinds.KEYS:
            return keys
        case kinds.VARIABLE:
            return variable
        case kinds.TEXT:
            return st.sampled_from(["Question", "Ça va ?"])
        case kinds.TEMPLATE | kinds.PHONE:
            return (
                text
                if param.kind is kinds.TEMPLATE
                else st.sampled_from(["+33123456789", "{{digits}}", "{{call_number}}"])
            )
        case kinds.URL:
            return st.sampled_from(
                ["https://example.test/{{digits}}", "http://example.test:8080/?a={{other}}"]
            )
        case kinds.HEADERS:
            return st.just([{"name": "X-Caller", "value": "{{call_name}}"}])
        case kinds.MAPPING:
            return st.just([{"path": "$.a[0].b", "variable": "third"}, {"path": "$", "variable": "other"}])
        case kinds.LANGUAGES:
            return st.lists(st.sampled_from(spec.LANGUAGES), min_size=1, unique=True)
        case kinds.CONDITIONS:
            from fs_app.ivr.conditions import TESTS

            one = st.fixed_dictionaries({"variable": variable, "test": st.sampled_from(TESTS), "value": text})
            return st.lists(one, min_size=1, max_size=2)
        case kinds.ASSIGNMENTS:
            return st.lists(
                st.fixed_dictionaries({"variable": variable, "value": text}), min_size=1, max_size=2
            )
        case kinds.FLOW:
            return st.sampled_from([2, 3])
        case _:
            return st.integers(1, 99)


@st.composite
def params(draw: st.DrawFn, kind: spec.NodeKind) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for param in kind.params:
        if param.required or draw(st.integers(0, 2)) == 0:
            drawn = draw(value(param))
            found[param.name] = drawn or draw(st.just("x")) if param.required and drawn == "" else drawn
    if "least" in found and "most" in found:
        found["least"], found["most"] = sorted((found["least"], found["most"]))
    return found


@st.composite
def flows(draw: st.DrawFn) -> dict[str, Any]:
    """Ways without a key lead forward, so that most flows have no endless circle; keys lead anywhere."""
    kinds = draw(st.lists(st.sampled_from(spec.KINDS), min_size=1, max_size=9))
    names = [f"n{at}" for at in range(len(kinds))] + ["bye"]
    nodes = []
    for at, name in enumerate(kinds):
        kind = spec.registry()[name]
        given_params = draw(params(kind))
        exits = {}
        for out in kind.exits(given_params):
            if out.optional and draw(st.booleans()):
                continue
            anywhere = (kind.hears and not kind.deaf(given_params)) or draw(st.integers(0, 19)) == 0
            # the next node more often than others, so that most are reached
            onward = [names[at + 1]] * 3 + names[at + 1 :]
            exits[out.name] = draw(st.sampled_from(onward + (names if anywhere else [])))
        nodes.append(node(names[at], name, exits, **given_params))
    nodes.append(node("bye", "hangup", prompts=draw(st.sampled_from([[], ["shipped:goodbye"]]))))
    return reached(flow(*nodes))


def reached(graph: dict[str, Any]) -> dict[str, Any]:
    """Without the nodes that no way leads to."""
    by_id = {n["id"]: n for n in graph["nodes"]}
    found, left = set(), [graph["start"]]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += by_id[name]["exits"].values()
    return {**graph, "nodes": [n for n in graph["nodes"] if n["id"] in found]}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "x", "{{digits}}", "\x00\u202e"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", "name"]), inner, max_size=2)
    ),
    max_leaves=5,
)
answers = st.one_of(
    json_values,
    st.fixed_dictionaries(
        {"status": st.sampled_from([200, 204, 404, 500, "200", None]), "json": json_values}
    ),
    st.just({"id": 4, "name": "Ann", "mail": "a@example.test"}),
)
MOVES = (
    "key",
    "key",
    "key",
    "heard",
    "heard",
    "time_up",
    "silence",
    "answer",
    "answer",
    "late",
    "restart",
    "hang_up",
)
moves = st.lists(
    st.tuples(st.sampled_from(MOVES), st.sampled_from(spec.DIGITS), answers, st.integers(0, 5)), max_size=40
)


def answer(line: Line, given_answer: Any, how: int) -> None:
    """One that fits the question, or any other."""
    token = line.run.asked
    any_answer: list[words.Event] = [
        words.Answered(token, given_answer),
        words.Failed(token, "timeout"),
        words.Failed(token, "gone"),
        words.Outcome(token, ("open", "closed", "holiday", "taken", "other")[how % 5]),
        words.DialEnded(token, ("answered", "busy", "no_answer", "failed")[how % 4]),
        words.MessageLeft(token, "recording", how * 1000),
    ]
    line.tell(any_answer[how])


def fitting(line: Line) -> None:
    token = line.run.asked
    match line.asked:
        case words.Dial():
            line.tell(words.DialEnded(token, "no_answer"))
        case words.TakeMessage():
            line.tell(words.MessageLeft(token, "recording", 1000))
        case words.CheckOpening():
            line.tell(words.Outcome(token, "open"))
        case words.Fetch() | words.FindContact():
            line.tell(words.Answered(token, None))
        case _:
            line.tell(words.Outcome(token, "taken"))


def cared_for(line: Line) -> None:
    """The caller hears something, or will within a bounded time, or somebody else has him, or the call is over."""
    run = line.run
    if run.over:
        assert line.hung_up == (run.over == "hung_up") and run.over in ("hung_up", "queue", "caller")
        return
    timed = bool(run.timer) and 0 < line.seconds <= LONGEST_SILENCE_S
    handed_over = bool(run.asked) and isinstance(line.asked, HANDED_OVER)
    assert run.sound or timed or handed_over, (run, line.asked)
    assert not run.sound or line.hears
    assert run.silent <= MOST_SILENT + 1
    assert len(run.back) <= 8 and len(run.keys) <= 40


def move(line: Line, what: str, digit: str, given_answer: Any, how: int) -> None:
    run = line.run
    match what:
        case "key":
            line.key(digit)
        case "heard" if run.sound:
            line.heard()
        case "time_up" if run.timer:
            line.time_up()
        case "silence":
            line.silence()
        case "answer" if run.asked:
            answer(line, given_answer, how)
        case "late":
            line.tell(
                (
                    words.SoundOver(0),
                    words.TimeUp(1),
                    words.Answered(0),
                    words.Failed(max(run.token - 3, 0), "x"),
                )[how % 4]
            )
        case "restart":
            line.restart()
        case "hang_up" if how == 0:
            line.tell(words.HungUp())


MISSING = st.sampled_from([None, {"shipped:error"}, {"sound:1", "shipped:one_moment"}])


@settings(
    max_examples=int(os.environ.get("FLOW_EXAMPLES", "150")),
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(flows(), moves, MISSING, st.sampled_from(["fr", "es"]))
def test_a_valid_flow_cares_for_every_caller_and_ends(
    graph: dict[str, Any], caller: list[tuple[str, str, Any, int]], missing: set[str] | None, language: str
) -> None:
    assume(not [wrong for wrong in ACCOUNT.wrong(graph, flow=1, language=language) if wrong[0] != "("])
    variables = {"call_number": "+33123456789", "call_name": "Ann"}
    line = Line(graph, SUB, QUIET, variables=variables, language=language, files=Files(missing))
    cared_for(line)
    for one in caller:
        move(line, *one)
        cared_for(line)
    journal_tells(line)
    # From here on he says nothing any more; the world goes on answering.
    for _ in range(40 * MOST_SILENT):
        if line.run.over:
            break
        if line.run.asked and (isinstance(line.asked, HANDED_OVER) or line.run.token % 2):
            fitting(line)
        else:
            line.silence()
        cared_for(line)
    assert line.run.over
    journal_tells(line)


def journal_tells(line: Line) -> None:
    assert dump(line.replayed()) == dump(line.run), "the journal alone tells where he is"


def test_most_of_these_flows_are_valid() -> None:
    """The property above says little if nearly all flows were thrown away."""
    seen: list[bool] = []
    kinds: set[str] = set()

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(flows())
    def look(graph: dict[str, Any]) -> None:
        wrong = [w for w in ACCOUNT.wrong(graph, flow=1) if w[0] != "("]
        seen.append(not wrong)
        if not wrong:
            kinds.update(n["kind"] for n in graph["nodes"])

    look()
    assert sum(seen) > len(seen) / 3, f"{sum(seen)} of {len(seen)}"
    assert kinds == set(spec.KINDS)


wild = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["n1", *spec.KINDS]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "kind",
                    "params",
                    "exits",
                    "nodes",
                    "start",
                    "x",
                    "label",
                    "next",
                    "1",
                    *("format", "keys"),
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=100, deadline=None)
@given(wild, moves)
def test_whatever_is_stored_nothing_is_raised(graph: Any, caller: list[tuple[str, str, Any, int]]) -> None:
    ACCOUNT.wrong(graph)
    spec.references(graph)
    line = Line(graph)
    for one in caller:
        move(line, *one)
        cared_for(line)


@settings(max_examples=100, deadline=None)
@given(flows(), st.data(), moves)
def test_a_flow_with_one_thing_spoilt_raises_nothing_either(
    graph: dict[str, Any], data: st.DataObject, caller: list[tuple[str, str, Any, int]]
) -> None:
    spoilt = data.draw(st.sampled_from(graph["nodes"]))
    where = data.draw(st.sampled_from(["params", "exits", "kind", "id", "label", "x"]))
    if where in ("params", "exits") and spoilt[where]:
        spoilt[where][data.draw(st.sampled_from(sorted(spoilt[where])))] = data.draw(wild)
    else:
        spoilt[where] = data.draw(wild)
    ACCOUNT.wrong(graph, flow=1)
    spec.references(graph)
    line = Line(graph, SUB, QUIET)
    cared_for(line)
    for one in caller:
        move(line, *one)
        cared_for(line)


def spoil(draw: st.DrawFn, graph: dict[str, Any]) -> str:
    """Plant one fault; returns what must be found, as the beginning of `Account.wrong`'s text."""
    nodes = graph["nodes"]
    one = draw(st.sampled_from(nodes))
    name, kind = one["id"], spec.registry()[one["kind"]]
    faults = [
        "no_start",
        "unreachable",
        "duplicate",
        "exit_nowhere",
        "endless",
        "prompt",
        "gone",
        "exit_open",
    ]
    match draw(st.sampled_from(faults)):
        case "no_start":
            graph["start"] = "nowhere"
            return "no_start"
        case "unreachable":
            nodes.append(node("island", "play", {"next": name}, prompts=["sound:1"]))
            return "unreachable island"
        case "duplicate":
            nodes.append({**one})
            return f"duplicate {name}"
        case "exit_nowhere" if one["exits"]:
            way = draw(st.sampled_from(sorted(one["exits"])))
            one["exits"][way] = "nowhere"
            return f"exit_nowhere {name}>{way}"
        case "exit_open" if needed := [out.name for out in kind.exits(one["params"]) if not out.optional]:
            way = draw(st.sampled_from(needed))
            del one["exits"][way]
            return f"exit_open {name}>{way}"
        case "prompt" if one["kind"] == "play":
            one["params"]["prompts"] = ["sound:77"]
            return f"prompt_unknown {name}/prompts"
        case "gone" if one["kind"] == "queue":
            one["params"]["queue"] = 100
            return f"gone {name}/queue"
    nodes += [
        node("a", "play", {"next": "b"}, prompts=["sound:1"]),
        node("b", "play", {"next": "a"}, prompts=["sound:1"]),
    ]
    first = nodes[0]
    assert first["id"] == graph["start"]
    nodes.insert(
        0,
        node(
            "entry",
            "menu",
            {"1": first["id"], "2": "a", "no_input": first["id"]},
            prompts=["sound:1"],
            keys={"1": "", "2": ""},
        ),
    )
    graph["start"] = "entry"
    return "endless a"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(flows(), st.data())
def test_a_fault_that_is_planted_is_found(graph: dict[str, Any], data: st.DataObject) -> None:
    assume(not [wrong for wrong in ACCOUNT.wrong(graph, flow=1) if wrong[0] != "("])
    planted = data.draw(st.composite(lambda draw: spoil(draw, graph))())
    assert planted in ACCOUNT.wrong(graph, flow=1)
