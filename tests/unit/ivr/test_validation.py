"""What keeps a flow from being published, and where it is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fs_app.ivr import spec
from fs_app.ivr.graph import read
from fs_app.ivr.spec import ParamKind, Reference
from fs_app.web import i18n
from tests.unit.ivr.stage import BYE, SAYS, Account, flow, node

ACCOUNT = Account()
MENU = {**SAYS, "keys": {"1": "Sales"}}


def menu(name: str = "m", **exits: str) -> dict[str, Any]:
    return node(
        name, "menu", {"1": "bye", "no_input": "bye", **{k.lstrip("_"): v for k, v in exits.items()}}, **MENU
    )


def play(name: str, onward: str, **params: Any) -> dict[str, Any]:
    return node(name, "play", {"next": onward}, **(params or SAYS))


def test_a_flow_in_order_has_nothing_wrong() -> None:
    assert ACCOUNT.wrong(flow(menu(), BYE)) == []


class TestTheGraph:
    def test_without_a_start(self) -> None:
        assert ACCOUNT.wrong(flow(BYE, start="elsewhere")) == ["no_start"]
        assert ACCOUNT.wrong({"format": 1, "start": "", "nodes": []}) == ["no_start"]

    def test_an_exit_without_target(self) -> None:
        open_menu = {**menu(), "exits": {"1": "bye"}}
        assert ACCOUNT.wrong(flow(open_menu, BYE)) == ["exit_open m>no_input"]
        assert ACCOUNT.wrong(flow({**menu(), "exits": {"1": None, "no_input": "bye"}}, BYE)) == [
            "exit_open m>1"
        ]

    def test_an_optional_exit_may_stay_open(self) -> None:
        assert ACCOUNT.wrong(flow(node("q", "queue", queue=1))) == []

    def test_an_exit_to_a_node_that_is_gone(self) -> None:
        assert ACCOUNT.wrong(flow(menu(_1="lost"), BYE)) == ["exit_nowhere m>1"]

    def test_an_exit_that_the_node_no_longer_has(self) -> None:
        assert ACCOUNT.wrong(flow(menu(_7="bye"), BYE)) == ["(unknown_exit m>7)"]

    def test_a_node_that_nobody_can_reach(self) -> None:
        assert ACCOUNT.wrong(flow(menu(), BYE, play("p", "bye"))) == ["unreachable p"]
        only_by_a_dead_exit = flow(menu(_7="p"), BYE, play("p", "bye"))
        assert "unreachable p" in ACCOUNT.wrong(only_by_a_dead_exit)

    def test_two_nodes_with_one_id(self) -> None:
        assert ACCOUNT.wrong(flow(menu(), BYE, BYE)) == ["duplicate bye"]

    def test_a_long_chain_is_no_trouble(self) -> None:
        chain = [play(f"n{at}", f"n{at + 1}") for at in range(spec.MOST_NODES - 1)]
        assert ACCOUNT.wrong(flow(*chain, node(f"n{len(chain)}", "hangup"))) == []


class TestCircles:
    def test_a_circle_in_which_nobody_is_asked(self) -> None:
        circle = flow(play("a", "b"), play("b", "c"), play("c", "b"))
        assert ACCOUNT.wrong(circle) == ["endless b"]

    def test_a_node_that_leads_to_itself(self) -> None:
        assert ACCOUNT.wrong(flow(play("a", "a"))) == ["endless a"]

    def test_a_circle_by_way_of_what_takes_an_exits_place(self) -> None:
        say = node("s", "say", {"next": "v"}, value="1")
        box = node("v", "voicemail", {"next": "s"}, box=1)
        assert ACCOUNT.wrong(flow(say, box)) == ["endless s"]

    def test_a_key_breaks_a_circle(self) -> None:
        assert ACCOUNT.wrong(flow(play("p", "m"), menu(_1="p"), BYE)) == []

    def test_who_says_nothing_may_go_round_until_he_is_tired(self) -> None:
        assert ACCOUNT.wrong(flow(play("p", "m"), menu(_no_input="p"), BYE)) == ["(silent_loop p)"]

    def test_one_language_asks_nobody(self) -> None:
        def speaks(*languages: str) -> dict[str, Any]:
            return flow(
                node("l", "language", {"next": "p"}, languages=languages and list(languages)), play("p", "l")
            )

        assert ACCOUNT.wrong(speaks("fr")) == ["endless l"]
        assert ACCOUNT.wrong(speaks("fr", "en")) == ["(silent_loop l)"]

    def test_a_called_flow_that_asks_breaks_a_circle(self) -> None:
        asks, quiet = flow(menu(_1="b"), BYE, node("b", "back")), flow(node("b", "back"))
        through = flow(play("p", "s"), node("s", "subflow", {"next": "p"}, flow=7))
        assert Account({7: asks}).wrong(through) == ["(silent_loop p)"]
        assert Account({7: quiet}).wrong(through) == ["endless p"]


class TestPrompts:
    def test_one_that_does_not_exist(self) -> None:
        assert ACCOUNT.wrong(flow(play("p", "bye", prompts=["sound:99", "shipped:nothing"]), BYE)) == [
            "prompt_unknown p/prompts",
            "prompt_unknown p/prompts",
        ]

    def test_none_at_all(self) -> None:
        assert ACCOUNT.wrong(flow(play("p", "bye", prompts=[]), BYE)) == ["missing p/prompts"]

    def test_a_language_in_which_it_is_not_spoken(self) -> None:
        french = play("p", "bye", prompts=["sound:2"])
        assert ACCOUNT.wrong(flow(french, BYE)) == []
        assert ACCOUNT.wrong(flow(french, BYE), language="es") == ["prompt_language p/prompts"]
        chosen = node("l", "language", {"next": "p"}, languages=["fr", "en"])
        assert ACCOUNT.wrong(flow(chosen, french, BYE)) == ["prompt_language p/prompts"]

    def test_a_jingle_fits_every_language(self) -> None:
        assert ACCOUNT.wrong(flow(play("p", "bye", prompts=["sound:3"]), BYE), language="es") == []

    def test_defaults_count_too(self) -> None:
        class Bare(Account):
            def prompt(self, prompt: str) -> frozenset[str] | None:
                return None if prompt in ("shipped:goodbye", "shipped:error") else super().prompt(prompt)

        assert Bare().wrong(flow(BYE)) == ["prompt_unknown", "prompt_unknown bye/prompts"]
        assert Bare().wrong(flow(node("bye", "hangup", prompts=[]))) == ["prompt_unknown"]


class TestReferences:
    @pytest.mark.parametrize(
        ("kind", "param", "of"),
        [
            ("queue", "queue", ParamKind.QUEUE),
            ("schedule", "schedule", ParamKind.SCHEDULE),
            ("voicemail", "box", ParamKind.BOX),
            ("message", "message", ParamKind.MESSAGE),
            ("subflow", "flow", ParamKind.FLOW),
        ],
    )
    def test_what_is_gone(self, kind: str, param: str, of: ParamKind) -> None:
        exits = {out.name: "bye" for out in spec.registry()[kind].outs}
        assert ACCOUNT.wrong(flow(node("n", kind, exits, **{param: 100}), BYE)) == [f"gone n/{param}"]

    def test_only_what_is_chosen_counts(self) -> None:
        to_number = node("t", "transfer", {"no_answer": "bye"}, to="number", number="15", agent=100)
        assert ACCOUNT.wrong(flow(to_number, BYE)) == []
        to_agent = node("t", "transfer", {"no_answer": "bye"}, to="agent", number="no number", agent=100)
        assert ACCOUNT.wrong(flow(to_agent, BYE)) == ["gone t/agent"]

    def test_they_are_listed(self) -> None:
        graph = flow(
            node("p", "play", prompts=["sound:4", "shipped:greeting", "sound:5"]),
            node("q", "queue", queue=7),
            node("s", "schedule", schedule=1, holidays=2),
            node("x", "nothing", queue=9),
            node("y", "queue", queue="9"),
        )
        kinds = ParamKind
        assert spec.references(graph) == [
            Reference("p", "prompts", kinds.PROMPTS, 4),
            Reference("p", "prompts", kinds.PROMPTS, 5),
            Reference("q", "queue", kinds.QUEUE, 7),
            Reference("s", "schedule", kinds.SCHEDULE, 1),
            Reference("s", "holidays", kinds.HOLIDAYS, 2),
        ]
        for nonsense in (
            {},
            {"nodes": 3},
            {"nodes": [None, {"kind": []}]},
            {"nodes": [{"kind": "play", "params": 1}]},
        ):
            assert spec.references(nonsense) == []


class TestSubFlows:
    def calls(self, *flows: int) -> dict[str, Any]:
        steps = [node(f"s{at}", "subflow", {"next": f"s{at + 1}"}, flow=n) for at, n in enumerate(flows)]
        return flow(*steps, node(f"s{len(flows)}", "back"))

    def test_one_that_calls_itself(self) -> None:
        assert Account({1: flow(BYE)}).wrong(self.calls(1), flow=1) == ["flow_circle s0/flow"]

    def test_a_circle_over_others(self) -> None:
        account = Account({1: flow(BYE), 2: self.calls(3), 3: self.calls(1)})
        assert account.wrong(self.calls(2), flow=1) == ["flow_circle s0/flow"]
        assert account.wrong(self.calls(2), flow=4) == []

    def test_a_circle_among_others_and_a_chain_that_is_too_long(self) -> None:
        assert Account({2: self.calls(3), 3: self.calls(2)}).wrong(self.calls(2), flow=1) == [
            "flow_deep s0/flow"
        ]
        chain = {n: self.calls(n + 1) for n in range(2, 20)} | {20: flow(BYE)}
        assert Account(chain).wrong(self.calls(2), flow=1) == ["flow_deep s0/flow"]
        assert Account(chain).wrong(self.calls(14), flow=1) == []


class TestVariables:
    def test_one_that_is_never_set(self) -> None:
        says = node("s", "say", {"next": "bye"}, value="{{custmer}}")
        assert ACCOUNT.wrong(flow(says, BYE)) == ["(never_set s/value)"]
        own = node("s", "say", {"next": "bye"}, value="{{call_number}}{{contact_city}}")
        assert ACCOUNT.wrong(flow(own, BYE)) == []

    def test_one_that_another_node_sets(self) -> None:
        asked = node("c", "collect", {"next": "s", "no_input": "bye"}, variable="customer", **SAYS)
        assert ACCOUNT.wrong(flow(asked, node("s", "say", {"next": "bye"}, value="{{customer}}"), BYE)) == []

    def test_flows_that_call_share_theirs(self) -> None:
        says = node("s", "say", {"next": "b"}, value="{{given}}")
        assert ACCOUNT.wrong(flow(says, node("b", "back"))) == []


GOOD: dict[str, dict[str, Any]] = {
    "say": {"value": "{{call_number}}"},
    "collect": {**SAYS, "variable": "x"},
    "http": {"url": "https://example.test/"},
    "assign": {"assignments": [{"variable": "x", "value": "1"}]},
    "condition": {"conditions": [{"variable": "x", "test": "equals", "value": "1"}]},
    "transfer": {"number": "+33123456789"},
    "menu": MENU,
    "survey": {**SAYS, "question": "How?"},
    "language": {"languages": ["fr"]},
    "queue": {"queue": 1},
    "play": SAYS,
}

WRONG = [
    ("collect", "variable", "1x", "variable_name"),
    ("collect", "variable", "é", "variable_name"),
    ("collect", "variable", "x" * 41, "variable_name"),
    ("collect", "variable", "call_number", "variable_ours"),
    ("collect", "variable", "contact_id", "variable_ours"),
    ("collect", "variable", "", "missing"),
    ("collect", "tries", 0, "out_of_range"),
    ("collect", "tries", "3", "not_a_number"),
    ("collect", "tries", True, "not_a_number"),
    ("collect", "timeout_s", 3600, "out_of_range"),
    ("collect", "finish", "#", "not_chosen"),
    ("collect", "finish", ["hash"], "not_chosen"),
    ("collect", "secret", 1, "wrong_type"),
    ("collect", "least", 20, "least_over_most"),
    ("menu", "keys", {}, "missing"),
    ("menu", "keys", {"12": "x"}, "keys"),
    ("menu", "keys", {"A": "x"}, "keys"),
    ("menu", "keys", {"1": 5}, "wrong_type"),
    ("menu", "keys", {"1": "x" * 81}, "too_long"),
    ("menu", "keys", ["1"], "wrong_type"),
    ("play", "prompts", "shipped:greeting", "wrong_type"),
    ("play", "prompts", ["greeting"], "prompt_name"),
    ("play", "prompts", ["shipped:../../etc/passwd"], "prompt_name"),
    ("play", "prompts", ["sound:-1"], "prompt_name"),
    ("play", "prompts", ["sound:1"] * 21, "too_many"),
    ("play", "prompts", [{"sound": 1}], "prompt_name"),
    ("say", "value", "{{a b}}", "template"),
    ("say", "value", "{{a", "template"),
    ("say", "value", "a\u202e", "control_characters"),
    ("say", "value", "\ud800", "control_characters"),
    ("say", "value", "x" * 201, "too_long"),
    ("say", "currency", "XXX", None),
    ("http", "url", "ftp://example.test/", "url"),
    ("http", "url", "file:///etc/passwd", "url"),
    ("http", "url", "javascript:alert(1)", "url"),
    ("http", "url", "https://{{host}}/", "url"),
    ("http", "url", "https://a{{x}}.test/", "url"),
    ("http", "url", "{{url}}", "url"),
    ("http", "url", "https://user:pass@example.test/", "url"),
    ("http", "url", "https:///path", "url"),
    ("http", "url", "https://example.test:99999/", "url"),
    ("http", "url", "https://[::1", "url"),
    ("http", "url", "https://example.test/a b", "url"),
    ("http", "headers", [{"name": "Host", "value": "x"}], "header"),
    ("http", "headers", [{"name": "A B", "value": "x"}], "header"),
    ("http", "headers", [{"name": "A", "value": "x\r\nB: y"}], "control_characters"),
    ("http", "headers", [{"name": "A", "value": "é"}], "header"),
    ("http", "headers", [{"name": "A"}], "wrong_type"),
    ("http", "headers", {"A": "x"}, "wrong_type"),
    ("http", "mapping", [{"path": "$..a", "variable": "x"}], "path"),
    ("http", "mapping", [{"path": "a.b", "variable": "x"}], "path"),
    ("http", "mapping", [{"path": "$.a", "variable": "call_number"}], "variable_ours"),
    ("http", "mapping", [{"path": "$.a", "variable": "x"}] * 31, "too_many"),
    ("http", "method", "TRACE", "not_chosen"),
    ("http", "body", "\x00", "control_characters"),
    ("assign", "assignments", [{"variable": "contact_x", "value": ""}], "variable_ours"),
    ("assign", "assignments", [{"variable": "x", "value": 5}], "wrong_type"),
    ("assign", "assignments", [], "missing"),
    ("condition", "conditions", [{"variable": "x", "test": "eval"}], "not_chosen"),
    ("condition", "conditions", [{"variable": "__import__('os')", "test": "empty"}], "variable_name"),
    ("condition", "conditions", [{"variable": "x", "test": "equals", "value": "x" * 501}], "too_long"),
    ("condition", "match", "some", "not_chosen"),
    ("transfer", "number", "sofia/gateway/x", "phone"),
    ("transfer", "number", "+", "phone"),
    ("transfer", "number", "1" * 21, "phone"),
    ("transfer", "number", "15,park", "phone"),
    ("transfer", "to", "moon", "not_chosen"),
    ("survey", "least", 7, "least_over_most"),
    ("survey", "question", "", "missing"),
    ("survey", "question", "a\nb", "control_characters"),
    ("language", "languages", ["fr", "fr"], "twice"),
    ("language", "languages", ["tlh"], "not_chosen"),
    ("language", "languages", [["fr"]], "wrong_type"),
    ("language", "languages", [], "missing"),
    ("queue", "queue", None, "missing"),
    ("queue", "queue", 0, "not_chosen"),
    ("queue", "queue", "1", "not_chosen"),
    ("queue", "queue", 2**60, "not_chosen"),
    ("queue", "queue", [1], "not_chosen"),
]


@pytest.mark.parametrize(("kind", "param", "value", "key"), WRONG)
def test_values_that_cannot_be_used(kind: str, param: str, value: Any, key: str | None) -> None:
    given = {name: kept for name, kept in {**GOOD[kind], param: value}.items() if kept is not None}
    graph, problems = read(flow(node("n", kind, {}, **given)))
    found = [(p.node, p.param, p.key) for p in problems]
    assert found == ([("n", param, f"flow.problem.{key}")] if key else [])
    assert graph.nodes["n"].whole is (key is None)


def test_the_good_values_are_good() -> None:
    for kind, given in GOOD.items():
        assert read(flow(node("n", kind, {}, **given)))[1] == [], kind


def deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("graph", "key"),
    [
        (None, "wrong_type"),
        ([], "wrong_type"),
        ("{}", "wrong_type"),
        ({"format": 1, "start": "a", "nodes": {}}, "wrong_type"),
        ({"format": 1, "start": "a", "nodes": [5]}, "wrong_type"),
        ({"format": 2, "start": "bye", "nodes": [BYE]}, "format"),
        ({"start": "bye", "nodes": [BYE]}, "format"),
        (flow(*[node(f"n{n}", "hangup") for n in range(301)]), "too_many_nodes"),
        (flow({**BYE, "params": {"x": deep(5000)}}), "too_big"),
        (flow({**BYE, "params": {"x": "y" * 500_000}}), "too_big"),
        (flow({**BYE, "params": {"x": [0] * 50_000}}), "too_big"),
        (flow({**BYE, "id": "a b"}), "node_id"),
        (flow({**BYE, "id": 7}), "node_id"),
        (flow({**BYE, "id": "x" * 41}), "node_id"),
        (flow({**BYE, "kind": "eval"}), "node_kind"),
        (flow({**BYE, "kind": ["hangup"]}), "node_kind"),
        (flow({**BYE, "label": "x" * 81}), "label"),
        (flow({**BYE, "label": "a\x07"}), "label"),
        (flow({**BYE, "x": float("nan")}), "place"),
        (flow({**BYE, "x": 1e9}), "place"),
        (flow({**BYE, "y": "0"}), "place"),
        (flow({**BYE, "params": []}), "wrong_type"),
        (flow({**BYE, "exits": []}), "wrong_type"),
        (flow({**menu(), "exits": {"1": ["bye"], "no_input": "bye"}}, BYE), "wrong_type"),
        (flow({**BYE, "params": {"colour": "red"}}), "unknown_param"),
    ],
)
def test_hostile_content_is_named_and_never_raised(graph: Any, key: str) -> None:
    wrong = ACCOUNT.wrong(graph)
    assert any(w.strip("(").startswith(key) for w in wrong), wrong


def test_every_problem_can_be_said() -> None:
    known = {str(m.id) for m in i18n.catalogue("fr") if m.id}
    keys = {f"flow.problem.{key}" for *_, key in WRONG if key}
    source = "".join(path.read_text() for path in Path(spec.__file__).parent.glob("*.py"))
    keys |= {
        part.split('"')[0]
        for part in source.split('"')[1::2]
        if part.startswith("flow.problem.") and "{" not in part
    }
    assert keys <= known, keys - known


class TestTheDescription:
    def test_it_is_plain_json_and_complete(self) -> None:
        described = json.loads(json.dumps(spec.describe()))
        assert [kind["kind"] for kind in described["kinds"]] == list(spec.KINDS)
        assert {kind["kind"]: len(kind["params"]) for kind in described["kinds"]} == {
            name: len(kind.params) for name, kind in spec.registry().items()
        }

    def test_each_of_its_texts_is_there_in_each_language(self) -> None:
        said = set()
        for kind in spec.describe()["kinds"]:
            said |= {kind["label"], kind["hint"], kind["group_label"]}
            for param in kind["params"]:
                said |= {param["label"], *(choice["label"] for choice in param["choices"])}
            said |= {out["label"] for out in kind["exits"] if out["label"]}
        for language in i18n.LANGUAGES:
            assert said <= {str(m.id) for m in i18n.catalogue(language) if m.id}

    def test_exits_follow_the_keys_of_a_menu(self) -> None:
        exits = spec.registry()["menu"].exits({"keys": {"#": "", "2": "", "1": ""}})
        assert [out.name for out in exits] == ["1", "2", "#", "no_input", "wrong", "error"]

    def test_defaults_are_values_that_may_be_used(self) -> None:
        for kind in spec.registry().values():
            for param in kind.params:
                if param.default not in (None, "", [], {}):
                    _, problems = read(flow(node("n", kind.kind, {}, **{param.name: param.default})))
                    assert not [p for p in problems if p.param == param.name], (kind.kind, param.name)

    def test_whatever_takes_an_exits_place_is_an_exit_itself(self) -> None:
        for kind in spec.registry().values():
            names = {out.name for out in kind.outs} | {"", "end"}
            assert {out.otherwise for out in kind.outs} <= names, kind.kind
