"""What each kind of node does with a caller: answers, wrong keys, silence, hang-ups, failures."""

from __future__ import annotations

from typing import Any

import pytest

from fs_app.ivr import words
from fs_app.ivr.engine import MOST_SILENT
from tests.unit.ivr.stage import BYE, SAYS, Files, Line, flow, node


def one(kind: str, *exits: str, before: list[dict[str, Any]] | None = None, **params: Any) -> dict[str, Any]:
    """A flow of this node, whose exits lead each to a goodbye of its own."""
    ways = {name: f"to_{name.replace('#', 'hash')}" for name in exits}
    ends = [node(name, "hangup") for name in ways.values()]
    first = node("n", kind, ways, **params)
    return flow(*(before or []), first, *ends)


MENU = {**SAYS, "keys": {"1": "Sales", "2": "Support", "#": "More"}, "tries": 2, "timeout_s": 5}


class TestPlay:
    def test_it_is_said_and_then_the_caller_goes_on(self) -> None:
        line = Line(one("play", "next", **SAYS))
        assert line.said("fr/greeting")
        assert line.heard().at == "to_next"

    def test_a_key_skips_it_and_answers_the_menu_behind(self) -> None:
        menu = node("m", "menu", {"1": "bye", "2": "bye", "#": "bye", "no_input": "bye"}, **MENU)
        line = Line(flow(node("n", "play", {"next": "m"}, **SAYS), menu, BYE)).key("2")
        assert line.exits == ["n>next", "m>2"]
        assert words.Hush() in line.intents

    def test_what_must_be_heard_is_heard_and_the_key_kept(self) -> None:
        menu = node("m", "menu", {"1": "bye", "2": "bye", "#": "bye", "no_input": "bye"}, **MENU)
        line = Line(flow(node("n", "play", {"next": "m"}, skip=False, **SAYS), menu, BYE)).key("2")
        assert line.at == "n" and line.said("fr/greeting")
        assert line.heard().exits == ["n>next", "m>2"]

    def test_a_prompt_that_cannot_be_played_holds_nobody_up(self) -> None:
        line = Line(one("play", "next", **SAYS))
        assert line.tell(words.Failed(line.run.sound, "no file")).at == "to_next"
        assert Line(one("play", "next", **SAYS), files=Files({"shipped:greeting"})).at == "to_next"


class TestMenu:
    EXITS = ("1", "2", "#", "no_input", "wrong")

    def test_a_key_chooses_even_while_it_is_said(self) -> None:
        line = Line(one("menu", *self.EXITS, **MENU)).key("1")
        assert line.at == "to_1"
        assert ("flow.exit", {"node": "n", "exit": "1", "why": "Sales"}) in line.journal

    def test_he_has_time_from_the_end_of_the_question_on(self) -> None:
        line = Line(one("menu", *self.EXITS, **MENU)).heard()
        assert line.seconds == 5 and not line.run.sound
        assert line.key("#").at == "to_hash"

    def test_a_wrong_key_is_told_and_asked_again_then_leads_out(self) -> None:
        line = Line(one("menu", *self.EXITS, **MENU)).key("7")
        assert line.said("fr/wrong_key", "fr/greeting")
        assert line.key("7").at == "to_wrong"

    def test_silence_is_told_and_asked_again_then_leads_out(self) -> None:
        line = Line(one("menu", *self.EXITS, **MENU)).silence()
        assert line.said("fr/nothing_heard", "fr/greeting")
        assert line.silence().at == "to_no_input"

    def test_wrong_keys_lead_where_silence_does_when_they_have_no_way_of_their_own(self) -> None:
        line = Line(one("menu", "1", "2", "#", "no_input", **{**MENU, "tries": 1})).key("0")
        assert line.at == "to_no_input" and line.exits == ["n>wrong"]

    def test_what_was_typed_after_a_wrong_key_is_forgotten(self) -> None:
        line = Line(
            flow(
                node("p", "play", {"next": "n"}, skip=False, **SAYS),
                *one("menu", *self.EXITS, **MENU)["nodes"],
            )
        )
        line.key("9", "1").heard()
        assert line.at == "n" and line.said("fr/wrong_key", "fr/greeting")

    def test_after_a_restart_it_is_asked_anew(self) -> None:
        line = Line(one("menu", *self.EXITS, **MENU)).key("7").restart()
        assert line.at == "n" and line.said("fr/greeting")
        assert line.key("7").at == "n"

    def test_what_comes_late_changes_nothing(self) -> None:
        line = Line(one("menu", *self.EXITS, **MENU))
        first = line.run.sound
        line.key("7")
        for late in (
            words.SoundOver(first),
            words.TimeUp(first),
            words.Answered(first),
            words.Failed(first, "x"),
        ):
            assert line.tell(late).intents == []
        assert line.said("fr/wrong_key", "fr/greeting")

    def test_no_key_of_a_telephone_is_no_key(self) -> None:
        line = Line(one("menu", *self.EXITS, **MENU))
        for digit in ("A", "", "12", "é"):
            assert line.tell(words.Key(digit)).intents == []


class TestCollect:
    PARAMS = {**SAYS, "variable": "customer", "least": 3, "most": 6, "tries": 2}
    EXITS = ("next", "no_input", "wrong")

    def test_digits_until_hash(self) -> None:
        line = Line(one("collect", *self.EXITS, **self.PARAMS)).key(*"1234#")
        assert line.at == "to_next" and line.run.variables["customer"] == "1234"

    def test_as_many_as_there_may_be(self) -> None:
        line = Line(one("collect", *self.EXITS, **self.PARAMS)).key(*"123456")
        assert line.run.variables["customer"] == "123456" and line.at == "to_next"

    def test_a_pause_ends_it(self) -> None:
        line = Line(one("collect", *self.EXITS, **self.PARAMS)).key(*"1234")
        assert line.seconds == 4 and not line.run.sound
        assert line.time_up().run.variables["customer"] == "1234"

    def test_too_few_is_wrong(self) -> None:
        line = Line(one("collect", *self.EXITS, **self.PARAMS)).key(*"12#")
        assert line.said("fr/wrong_key", "fr/greeting")
        assert line.key(*"12").time_up().at == "to_wrong"

    def test_a_star_is_no_digit(self) -> None:
        assert (
            Line(one("collect", *self.EXITS, **self.PARAMS)).key(*"1*2#").said("fr/wrong_key", "fr/greeting")
        )

    def test_silence(self) -> None:
        assert Line(one("collect", *self.EXITS, **self.PARAMS)).silence().silence().at == "to_no_input"

    def test_what_is_typed_ahead_counts_and_the_rest_is_left_for_the_next(self) -> None:
        play = node("p", "play", {"next": "n"}, skip=False, **SAYS)
        second = node(
            "n2", "collect", {"next": "bye", "no_input": "bye"}, **{**self.PARAMS, "variable": "pin"}
        )
        first = node("n", "collect", {"next": "n2", "no_input": "bye"}, **self.PARAMS)
        line = Line(flow(play, first, second, BYE)).key(*"123#456#").heard()
        assert (line.run.variables["customer"], line.run.variables["pin"]) == ("123", "456")

    def test_the_key_that_ends_it_is_no_answer_to_what_follows(self) -> None:
        menu = node("m", "menu", {"1": "bye", "2": "bye", "#": "bye", "no_input": "bye"}, **MENU)
        asks = flow(
            node("n", "collect", {"next": "m", "no_input": "bye"}, **{**self.PARAMS, "most": 3}), menu, BYE
        )
        for line in (Line(asks).key(*"123#"), Line(asks).key(*"123").restart().key("#")):
            assert line.at == "m" and line.said("fr/greeting")
        assert Line(asks).key(*"123").heard().key("#").exits == ["n>next", "m>#"], "later it is one"
        assert Line(asks).key(*"1231").exits == ["n>next", "m>1"]
        typed_ahead = flow(node("p", "play", {"next": "n"}, skip=False, **SAYS), *asks["nodes"])
        assert Line(typed_ahead).key(*"123#1").heard().exits == ["p>next", "n>next", "m>1"]

    def test_a_secret_is_marked_and_stays_one(self) -> None:
        copy = node(
            "a", "assign", {"next": "bye"}, assignments=[{"variable": "copy", "value": "x{{customer}}"}]
        )
        first = node("n", "collect", {"next": "a", "no_input": "bye"}, secret=True, **self.PARAMS)
        line = Line(flow(first, copy, BYE)).key(*"1234#")
        assert line.run.secrets == {"customer", "copy"}


class TestLanguage:
    def test_each_is_offered_in_itself(self) -> None:
        line = Line(one("language", "next", languages=["fr", "en", "es"]))
        assert line.said(
            *(
                "fr/for_language",
                "fr/numbers/1",
                "en/for_language",
                "en/numbers/2",
                "es/for_language",
                "es/numbers/3",
            )
        )
        assert line.key("3").run.language == "es"
        assert line.said("es/goodbye") and line.run.variables["call_language"] == "es"

    def test_with_one_it_is_set_without_a_question(self) -> None:
        assert Line(one("language", "next", languages=["en"])).said("en/goodbye")

    def test_who_says_nothing_keeps_the_language_of_the_flow(self) -> None:
        line = Line(one("language", "next", languages=["en", "es"], tries=1)).silence()
        assert line.at == "to_next" and line.run.language == "fr"


class TestSurvey:
    PARAMS = {
        "question": "Satisfied?",
        "prompts": ["shipped:survey_question"],
        "variable": "mark",
        "tries": 1,
    }

    def test_the_answer_is_kept(self) -> None:
        line = Line(one("survey", "next", "no_input", **self.PARAMS)).key("4")
        assert line.sent == [words.SurveyAnswer("Satisfied?", "4", "")]
        assert line.run.variables["mark"] == "4"
        answer = {"node": "n", "question": "Satisfied?", "value": "4", "label": ""}
        assert ("flow.answer", answer) in line.journal

    def test_outside_the_range_is_no_answer(self) -> None:
        line = Line(one("survey", "next", "no_input", **self.PARAMS)).key("6")
        assert line.at == "to_no_input" and line.sent == []

    def test_answers_may_have_names(self) -> None:
        line = Line(one("survey", "next", "no_input", **self.PARAMS, keys={"1": "Yes", "2": "No"})).key("2")
        assert line.sent == [words.SurveyAnswer("Satisfied?", "2", "No")]

    def test_who_does_not_answer_goes_on(self) -> None:
        assert Line(one("survey", "next", **self.PARAMS)).silence().at == "to_next"


class TestOpening:
    @pytest.mark.parametrize("name", ["open", "closed", "holiday"])
    def test_the_schedule_decides(self, name: str) -> None:
        line = Line(one("schedule", "open", "closed", "holiday", schedule=4, holidays=5))
        assert line.asked == words.CheckOpening(line.run.asked, 4, 5)
        assert line.outcome(name).at == f"to_{name}"

    def test_a_holiday_is_closed_when_it_has_no_way_of_its_own(self) -> None:
        assert Line(one("schedule", "open", "closed", schedule=4)).outcome("holiday").at == "to_closed"

    def test_what_cannot_be_told_is_closed(self) -> None:
        assert Line(one("schedule", "open", "closed", schedule=4)).failed().at == "to_closed"
        assert Line(one("schedule", "open", "closed", schedule=4)).outcome("perhaps").at == "to_closed"

    def test_nobody_waits_for_an_answer_that_does_not_come(self) -> None:
        assert Line(one("schedule", "open", "closed", schedule=4)).time_up().at == "to_closed"

    def test_holidays_alone(self) -> None:
        line = Line(one("holiday", "holiday", "working_day", holidays=5))
        assert line.asked == words.CheckOpening(line.run.asked, None, 5)
        assert line.outcome("holiday").at == "to_holiday"
        assert (
            Line(one("holiday", "holiday", "working_day", holidays=5)).outcome("open").at == "to_working_day"
        )
        assert Line(one("holiday", "holiday", "working_day", holidays=5)).failed().at == "to_working_day"
        assert Line(one("holiday", "holiday", "working_day", holidays=5)).time_up().at == "to_working_day"


class TestVariables:
    def test_a_later_assignment_sees_an_earlier_one(self) -> None:
        assigned = [{"variable": "a", "value": "{{call_number}}!"}, {"variable": "b", "value": "<{{a}}>"}]
        line = Line(one("assign", "next", assignments=assigned), variables={"call_number": "+331"})
        assert (line.run.variables["a"], line.run.variables["b"]) == ("+331!", "<+331!>")

    def test_a_value_is_not_read_as_a_template_again(self) -> None:
        assigned = [{"variable": "a", "value": "{{call_name}}"}, {"variable": "b", "value": "{{a}}"}]
        line = Line(one("assign", "next", assignments=assigned), variables={"call_name": "{{call_number}}"})
        assert line.run.variables["b"] == "{{call_number}}"

    @pytest.mark.parametrize(("match", "way"), [("all", "no"), ("any", "yes")])
    def test_all_or_any_of_the_conditions(self, match: str, way: str) -> None:
        held = {"variable": "call_number", "test": "begins", "value": "+33"}
        not_held = {"variable": "call_name", "test": "filled"}
        graph = one("condition", "yes", "no", conditions=[held, not_held], match=match)
        assert Line(graph, variables={"call_number": "+331"}).at == f"to_{way}"


class TestContact:
    def test_what_is_known_becomes_variables(self) -> None:
        line = Line(one("contact", "found", "unknown"), variables={"call_number": "+331"})
        assert line.asked == words.FindContact(line.run.asked, "+331")
        line.answered({"id": 7, "name": "Ann", "list": [1], "wrong name": "x", "city": "Lyon"})
        assert line.at == "to_found"
        known = {k: v for k, v in line.run.variables.items() if k.startswith("contact_")}
        assert known == {"contact_id": "7", "contact_name": "Ann", "contact_city": "Lyon"}

    def test_nobody_knows_him(self) -> None:
        assert (
            Line(one("contact", "found", "unknown"), variables={"call_number": "1"}).answered(None).at
            == "to_unknown"
        )
        assert Line(one("contact", "found", "unknown")).at == "to_unknown", "a withheld number asks nobody"

    def test_a_failure_is_unknown_too(self) -> None:
        assert (
            Line(one("contact", "found", "unknown"), variables={"call_number": "1"}).failed().at
            == "to_unknown"
        )
        assert (
            Line(one("contact", "found", "unknown"), variables={"call_number": "1"}).time_up().at
            == "to_unknown"
        )


class TestHttp:
    EXITS = ("ok", "status", "timeout", "error")
    PARAMS = {
        "method": "POST",
        "url": "https://example.test/orders/{{number}}?name={{call_name}}",
        "headers": [{"name": "X-Caller", "value": "{{call_name}}"}],
        "body": '{"name": "{{call_name}}"}',
        "timeout_s": 5,
        "mapping": [
            {"path": "$.orders[0].total", "variable": "total"},
            {"path": "$.open", "variable": "open"},
            {"path": "$.none.at[7].all", "variable": "nothing"},
        ],
    }

    def line(self, **variables: str) -> Line:
        return Line(one("http", *self.EXITS, **self.PARAMS), variables=variables)

    def test_the_request_is_ready_to_send_and_nobody_can_break_out_of_it(self) -> None:
        asked = self.line(number="1/../2", call_name='a"b\r\nX: é&c=d').asked.request
        assert asked.url == "https://example.test/orders/1%2F..%2F2?name=a%22b%0D%0AX%3A%20%C3%A9%26c%3Dd"
        assert asked.headers == (("X-Caller", 'a"bX: &c=d'),)
        assert asked.body == '{"name": "a\\"b\\r\\nX: \\u00e9&c=d"}'
        assert (asked.method, asked.content_type, asked.timeout_s) == ("POST", "application/json", 5)

    def test_the_answer_goes_into_variables(self) -> None:
        line = (
            self.line().heard().answered({"status": 200, "json": {"orders": [{"total": 12.5}], "open": True}})
        )
        assert line.at == "to_ok"
        assert [line.run.variables[name] for name in ("total", "open", "nothing")] == ["12.5", "true", ""]
        assert line.run.variables["call_http_status"] == "200"

    def test_one_moment_is_said_to_its_end(self) -> None:
        line = self.line()
        assert line.said("fr/one_moment")
        line.answered({"status": 200, "json": None})
        assert line.at == "n" and line.heard().at == "to_ok"

    @pytest.mark.parametrize(
        ("answer", "way"),
        [
            ({"status": 404, "json": {}}, "status"),
            ({"status": 302, "json": None}, "status"),
            ({"status": 500}, "status"),
            (None, "error"),
            ({"json": {}}, "error"),
            ({"status": "200"}, "error"),
        ],
    )
    def test_other_answers(self, answer: Any, way: str) -> None:
        assert self.line().heard().answered(answer).at == f"to_{way}"

    @pytest.mark.parametrize(("why", "way"), [("timeout", "timeout"), ("unreachable", "error")])
    def test_no_answer(self, why: str, way: str) -> None:
        assert self.line().heard().failed(why).at == f"to_{way}"

    def test_a_slow_server_is_bridged_by_one_moment_please_and_then_given_up(self) -> None:
        line, said = self.line(), 0
        while line.at == "n":
            said += line.said("fr/one_moment")
            line.silence()
        assert line.at == "to_timeout" and said == 3


class TestQueue:
    def test_the_flow_is_over_when_he_stands_in_the_line(self) -> None:
        line = Line(one("queue", "error", queue=3, priority=4))
        assert line.asked == words.ToQueue(line.run.asked, 3, 4)
        assert line.outcome("taken").run.over == "queue" and not line.hung_up

    def test_a_queue_that_is_gone(self) -> None:
        assert Line(one("queue", "error", queue=3)).failed().at == "to_error"
        assert Line(one("queue", queue=3)).failed().said("fr/error")


class TestTransfer:
    def test_to_a_number(self) -> None:
        line = Line(
            one(
                "transfer",
                "no_answer",
                number="+33 (1) 23-45.67",
                ring_s=30,
                prompts=["shipped:transferring"],
            )
        )
        assert line.said("fr/transferring")
        assert line.heard().asked == words.Dial(line.run.asked, "number", "+331234567", 30)

    def test_to_an_agent(self) -> None:
        line = Line(one("transfer", "no_answer", to="agent", agent=8))
        assert line.asked == words.Dial(line.run.asked, "agent", "8", 25)

    @pytest.mark.parametrize(
        ("why", "way"),
        [("answered", "after"), ("busy", "busy"), ("no_answer", "no_answer"), ("rejected", "error")],
    )
    def test_how_it_ends(self, why: str, way: str) -> None:
        line = Line(one("transfer", "no_answer", "busy", "after", "error", number="15"))
        assert line.tell(words.DialEnded(line.run.asked, why)).at == f"to_{way}"

    def test_busy_and_failure_are_no_answer_without_ways_of_their_own(self) -> None:
        for why in ("busy", "gone"):
            line = Line(one("transfer", "no_answer", number="15"))
            assert line.tell(words.DialEnded(line.run.asked, why)).at == "to_no_answer"

    def test_after_the_talk_the_call_is_over(self) -> None:
        line = Line(one("transfer", "no_answer", number="15"))
        assert line.tell(words.DialEnded(line.run.asked, "answered")).hung_up

    def test_only_a_number_is_dialled(self) -> None:
        line = Line(one("transfer", "no_answer", "error", number="{{x}}"), variables={"x": "sofia/evil"})
        assert line.at == "to_error" and line.asked is None


class TestVoicemail:
    def test_a_message(self) -> None:
        line = Line(one("voicemail", "next", "error", box=2, prompts=["shipped:leave_message"]))
        assert line.asked == words.TakeMessage(line.run.asked, 2, ("fr/leave_message.wav",))
        assert line.tell(words.MessageLeft(line.run.asked, "r1", 4000)).at == "to_next"

    def test_without_a_way_on_the_call_is_over(self) -> None:
        line = Line(one("voicemail", box=2))
        assert line.tell(words.MessageLeft(line.run.asked, "r1", 4000)).hung_up

    def test_it_fails(self) -> None:
        assert Line(one("voicemail", "error", box=2)).failed("disk full").at == "to_error"


class TestCallback:
    def test_it_is_noted_and_said(self) -> None:
        line = Line(one("callback", "next", "error", queue=3), variables={"call_number": "+331"})
        assert line.asked == words.RequestCallback(line.run.asked, 3, "+331")
        assert line.outcome("taken").said("fr/callback_requested")
        assert line.heard().at == "to_next"

    def test_a_withheld_number(self) -> None:
        graph = one("callback", "no_number", "error", queue=3)
        assert Line(graph, variables={"call_number": "anonymous"}).at == "to_no_number"
        assert Line(one("callback", "error", queue=3)).at == "to_error"

    def test_it_fails(self) -> None:
        for way in ("failed", "time_up"):
            line = Line(one("callback", "error", queue=3), variables={"call_number": "+331"})
            assert getattr(line, way)().at == "to_error"


class TestMessage:
    def test_to_the_caller(self) -> None:
        line = Line(one("message", "next", message=5), variables={"call_number": "+331"})
        sent = words.SendMessage(5, "+331", {"call_number": "+331", "call_language": "fr"})
        assert line.sent == [sent] and line.at == "to_next"

    def test_to_an_address(self) -> None:
        graph = one("message", "next", message=5, to="address", address="{{contact_mail}}")
        assert Line(graph, variables={"contact_mail": "a@example.test"}).sent[0].to == "a@example.test"  # type: ignore[union-attr]

    def test_without_an_address(self) -> None:
        assert Line(one("message", "next", "error", message=5)).at == "to_error"


class TestSay:
    def test_a_value(self) -> None:
        graph = one("say", "next", what="amount", value="{{x}}", currency="GBP", prompts=["shipped:position"])
        line = Line(graph, variables={"x": "2"}, language="en")
        assert line.said("en/position", "en/numbers/2", "en/say/pounds")
        assert line.heard().at == "to_next"

    def test_what_cannot_be_said(self) -> None:
        graph = one("say", "next", "error", what="date", value="{{x}}")
        assert Line(graph, variables={"x": "soon"}).at == "to_error"
        assert Line(one("say", "next", what="date", value="soon")).at == "to_next"

    def test_what_was_typed_before_does_not_skip_it(self) -> None:
        says = node("n", "say", {"next": "bye"}, what="number", value="7")
        line = Line(flow(node("p", "play", {"next": "n"}, skip=False, **SAYS), says, BYE)).key("1").heard()
        assert line.said("fr/numbers/7")

    def test_a_key_skips_it(self) -> None:
        assert Line(one("say", "next", what="number", value="7")).key("1").at == "to_next"


class TestSubFlows:
    CALLED = flow(node("s", "play", {"next": "b"}, **SAYS), node("b", "back"))

    def test_into_another_flow_and_back(self) -> None:
        line = Line(one("subflow", "next", flow=2), self.CALLED)
        assert (line.run.flow, line.at, [c.node for c in line.run.back]) == (2, "s", ["n"])
        line.heard()
        assert (line.run.flow, line.at, line.run.back) == (1, "to_next", [])
        assert line.exits == ["s>next", "b>back", "n>next"]

    def test_variables_and_language_are_shared(self) -> None:
        called = flow(
            node("l", "language", {"next": "a"}, languages=["es"]),
            node("a", "assign", {"next": "b"}, assignments=[{"variable": "x", "value": "1"}]),
            node("b", "back"),
        )
        line = Line(one("subflow", "next", flow=2), called)
        assert line.run.variables["x"] == "1" and line.said("es/goodbye")

    def test_a_restart_in_a_called_flow_goes_on_there(self) -> None:
        line = Line(one("subflow", "next", flow=2), self.CALLED).restart()
        assert line.at == "s" and line.heard().at == "to_next"

    def test_a_flow_that_is_not_published(self) -> None:
        assert Line(one("subflow", "next", "error", flow=9)).at == "to_error"

    def test_flows_that_call_each_other_come_to_an_end(self) -> None:
        line = Line(one("subflow", "next", flow=1))
        assert line.said("fr/error")

    def test_back_where_nobody_called_ends_the_call(self) -> None:
        assert Line(flow(node("b", "back"))).hung_up

    def test_the_end_in_a_called_flow_ends_the_call(self) -> None:
        line = Line(one("subflow", "next", flow=2), flow(BYE))
        assert line.said("fr/goodbye") and line.heard().hung_up


class TestTheEnd:
    def test_goodbye_then_the_call_ends(self) -> None:
        line = Line(flow(BYE))
        assert line.said("fr/goodbye") and not line.hung_up
        assert line.heard().hung_up and line.run.over == "hung_up"

    def test_after_the_end_nothing_happens(self) -> None:
        line = Line(flow(BYE)).heard()
        for event in (words.Key("1"), words.SoundOver(1), words.HungUp(), words.Entered()):
            assert line.engine.tell(line.run, event) == ([], [])

    def test_who_hangs_up_leaves_a_complete_record(self) -> None:
        line = Line(one("menu", "1", "2", "#", "no_input", **MENU)).tell(words.HungUp())
        ending = [("flow.exit", {"node": "n", "exit": "", "why": "caller"}), ("flow.over", {"why": "caller"})]
        assert line.journal[-2:] == ending and line.intents == []

    def test_round_and_round_is_ended_with_a_word(self) -> None:
        turns = flow(
            node("a", "assign", {"next": "b"}, assignments=[{"variable": "x", "value": "1"}]),
            node("b", "condition", {"yes": "a", "no": "a"}, conditions=[{"variable": "x", "test": "empty"}]),
        )
        line = Line(turns)
        assert line.said("fr/error") and line.run.visits == MOST_SILENT + 1
        assert line.heard().hung_up

    def test_a_silent_caller_is_not_asked_for_ever(self) -> None:
        menu = node("m", "menu", {"1": "bye", "2": "bye", "#": "bye", "no_input": "m"}, **MENU)
        line = Line(flow(menu, BYE))
        for _ in range(1000):
            if line.run.over:
                break
            line.silence()
        assert line.hung_up

    def test_a_flow_or_a_node_that_is_gone_ends_with_a_word(self) -> None:
        assert Line(None).said("fr/error")
        assert Line(flow(node("n", "play", {"next": "lost"}, **SAYS))).heard().said("fr/error")
        assert Line(flow(BYE, start="lost")).said("fr/error")

    def test_a_node_that_is_not_whole_is_passed_by_its_error(self) -> None:
        assert Line(one("queue", "error", queue="three")).at == "to_error"
        assert Line(one("menu", "no_input", keys="none")).said("fr/error")

    def test_in_the_farewell_a_restart_says_it_again(self) -> None:
        line = Line(flow(BYE, start="lost")).restart()
        assert line.said("fr/error") and line.heard().hung_up

    def test_without_the_farewell_the_call_ends_at_once(self) -> None:
        assert Line(flow(BYE, start="lost"), files=Files({"shipped:error"})).hung_up
