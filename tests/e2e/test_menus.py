"""Voice menus on both switches: what callers hear and press, and what is written about them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fs_app.db import Database
from fs_app.hours.model import HolidaySet, Schedule, ScheduleRange
from fs_app.ivr.model import Flow
from fs_app.messaging.model import MessageTemplate
from fs_app.queues.model import Queue
from fs_app.voicemail.model import VoicemailBox
from tests.e2e.test_routing import configured, told  # noqa: F401 - a fixture
from tests.e2e.test_waiting import hear_each_other, works
from tests.support.menus import MENU_DID, behind, node, published, published_again
from tests.support.program import DID, ROOT, Plan, Program
from tests.support.until import until
from tests.support.webservice import WebService
from tests.support.world import Party, PartyState, World

MARIE, PAUL, OUTSIDE = "+33612345678", "+33612345679", "+33188990011"
Configured = Callable[..., Program]
ASK = {"prompts": ["shipped:greeting"]}


def menu(*nodes: dict[str, Any], **settings: Any) -> Callable[[Program, Queue, Queue], None]:
    """Behind MENU_DID; `settings` are those of the first queue."""

    def change(program: Program, queue: Queue, _other: Queue) -> None:
        for name, value in settings.items():
            setattr(queue, name, value)
        behind(program.ids.account, published(program.ids.account, "Accueil", *nodes))

    return change


def way(app: Program) -> list[str]:
    """The nodes that callers came to, in order."""
    return [entry["node"] for entry in told(app, "flow.node")]


def exits(app: Program) -> list[tuple[str, str]]:
    return [(entry["node"], entry["exit"]) for entry in told(app, "flow.exit")]


def at(app: Program, name: str, times: int = 1) -> None:
    until(lambda: way(app).count(name) >= times, 15, f"he is at {name}: {way(app)}")


def outcomes(app: Program) -> list[tuple[Any, ...]]:
    return app.rows("select outcome, stage from call order by started_at")


def over(app: Program, *expected: str) -> None:
    until(lambda: [row[0] for row in outcomes(app)] == list(expected), 15, f"{expected}: {outcomes(app)}")


def in_menu(world: World, app: Program, first: str = "ask", number: str = MARIE) -> Party:
    before = way(app).count(first)
    caller = world.call(MENU_DID, number)
    caller.talking()
    at(app, first, before + 1)
    return caller


ENDS = (node("bye", "hangup", prompts=[]), node("late", "hangup", prompts=["shipped:goodbye"]))


def test_keys_right_wrong_and_none(world: World, configured: Configured) -> None:  # noqa: F811
    app = configured(
        menu(
            node(
                "ask",
                "menu",
                {"1": "bye", "2": "late", "no_input": "bye", "wrong": "late"},
                keys={"1": "Ventes", "2": "SAV"},
                tries=2,
                timeout_s=1,
                **ASK,
            ),
            *ENDS,
        )
    )
    caller = in_menu(world, app)
    until(caller.sound, 10, "the prompt")
    caller.press("1")
    assert caller.ended() == "bye"
    caller = in_menu(world, app)
    caller.press("79")  # a wrong one for each try
    assert caller.ended(timeout=20) == "bye"
    until(lambda: exits(app)[1:3] == [("bye", ""), ("ask", "wrong")], 5, f"{exits(app)}")
    caller = in_menu(world, app)
    assert caller.ended(timeout=60) == "bye"
    until(lambda: ("ask", "no_input") in exits(app), 5, f"{exits(app)}")
    over(app, "menu", "menu", "menu")
    until(lambda: world.legs() == 0, 10, "no leg is left")


@pytest.fixture
def service() -> Iterator[WebService]:
    made = WebService({"level": "gold", "orders": [{"total": "42.50"}]})
    yield made
    made.stop()


def http(name: str, url: str, **exits: str) -> dict[str, Any]:
    return node(name, "http", exits, url=url, timeout_s=1, prompts=[])


LOCAL = {"FS_APP_PRIVATE_TARGETS": "127.0.0.0/8"}


def test_every_kind_of_node_on_one_way(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
    service: WebService,
) -> None:
    def change(program: Program, queue: Queue, _other: Queue) -> None:
        account = program.ids.account
        box = VoicemailBox.create(account=account, name="Commandes", silence_s=1, created_at=1)
        week = Schedule.create(account=account, name="Toujours", created_at=1)
        for day in range(7):
            ScheduleRange.create(account=account, schedule=week, weekday=day, begin=0, end=1440)
        holidays = HolidaySet.create(account=account, name="Aucun", created_at=1)
        text = MessageTemplate.create(account=account, name="Merci", channel="sms", created_at=1)
        inner = published(
            account,
            "Sous-menu",
            node("inner", "play", {"next": "return"}, prompts=["shipped:one_moment"]),
            node("return", "back"),
        )
        asked = {"tries": 1, "timeout_s": 9}
        flow = published(
            account,
            "Tout",
            node("language", "language", {"next": "number"}, **asked),
            node("number", "collect", {"next": "said"}, variable="customer", most=3, **asked, **ASK),
            node("said", "say", {"next": "web"}, what="digits", value="{{customer}}"),
            node(
                "web",
                "http",
                {"ok": "judged"},
                url=f"{service.url}/customer?n={{{{customer}}}}",
                mapping=[{"path": "$.level", "variable": "level"}],
                prompts=[],
            ),
            node(
                "judged",
                "condition",
                {"yes": "noted"},
                conditions=[{"variable": "level", "test": "equals", "value": "gold"}],
            ),
            node(
                "noted", "assign", {"next": "known"}, assignments=[{"variable": "vip", "value": "{{level}}!"}]
            ),
            node("known", "contact", {"found": "hours"}),
            node("hours", "schedule", {"open": "feast"}, schedule=week.id),
            node("feast", "holiday", {"working_day": "aside"}, holidays=holidays.id),
            node("aside", "subflow", {"next": "told"}, flow=inner),
            node("told", "message", {"next": "again"}, message=text.id),
            node("again", "callback", {"next": "message"}, queue=queue.id, prompts=[]),
            node("message", "voicemail", {"next": "opinion"}, box=box.id, prompts=["shipped:one_moment"]),
            node("opinion", "survey", {"next": "outside"}, question="Accueil", **asked, **ASK),
            node(
                "outside",
                "transfer",
                {"busy": "menu", "no_answer": "bye"},
                to="number",
                number=OUTSIDE,
                ring_s=10,
            ),
            node("menu", "menu", {"5": "line"}, keys={"5": "Ventes"}, **asked, **ASK),
            node("line", "queue", {"error": "bye"}, queue=queue.id),
            node("bye", "hangup"),
        )
        behind(account, flow)

    app = configured(change, **LOCAL)
    person = world.person(OUTSIDE)
    person.reject_by_itself(486)
    caller = in_menu(world, app, "language")
    caller.press("2")
    at(app, "number")
    caller.press("123")
    at(app, "message")
    until(lambda: told(app, "recording.started"), 20, "his message is recorded")
    time.sleep(1.5)
    caller.say_nothing()
    at(app, "opinion")
    caller.press("4")
    at(app, "menu")
    phone, page = works(world, app, pages)
    caller.press("5")
    phone.ringing()
    phone.answer()
    until(lambda: caller.hears([phone.tone_hz]).get(phone.tone_hz, 0) > 0.3, 10, "he hears the agent")
    page.do("line.hang_up", line=page.line_id)
    assert caller.ended() == "bye"
    over(app, "answered")
    assert service.asked == ["/customer?n=123"]
    nodes = [
        "language",
        "number",
        "said",
        "web",
        "judged",
        "noted",
        "known",
        "hours",
        "feast",
        "aside",
        "inner",
        "return",
    ]
    nodes += ["told", "again", "message", "opinion", "outside", "menu", "line"]
    assert way(app) == nodes
    assert app.rows("select question, value, queue_id from survey_answer") == [("Accueil", 4, None)]
    assert app.rows("select number, state, box_id is not null from voicemail") == [(MARIE, "NEW", 1)]
    assert app.rows("select duration_ms > 1000 from voicemail") == [(1,)]
    assert app.rows("select reason, state from callback") == [("KEPT_PLACE", "CANCELLED")]  # he got through
    wanted = told(app, "message.wanted")[0]
    assert wanted["to"] == MARIE and wanted["variables"]["vip"] == "gold!" and wanted["language"] == "en"
    assert wanted["variables"]["contact_name"] == "Jean Dupont"
    assert told(app, "flow.over")[-1]["why"] == "queue"


def test_a_web_service_that_is_slow_wrong_strange_or_gone(
    world: World,
    configured: Configured,  # noqa: F811
    service: WebService,
) -> None:
    gone = "http://127.0.0.1:9/x"
    steps = [
        http("slow", f"{service.url}/slow", timeout="wrong", ok="bye", error="bye"),
        http("wrong", f"{service.url}/wrong", status="text", ok="bye", error="bye"),
        http("text", f"{service.url}/text", ok="big", error="bye"),
        http("big", f"{service.url}/big", error="onward", ok="bye"),
        http("onward", f"{service.url}/onward", status="gone", ok="bye", error="bye"),
        http("gone", gone, error="private", ok="bye"),
        http("private", "http://10.0.0.1/x", error="late", ok="bye"),
    ]
    app = configured(menu(*steps, *ENDS), **LOCAL)
    caller = in_menu(world, app, "slow")
    assert caller.ended(timeout=40) == "bye"
    over(app, "menu")
    assert way(app) == ["slow", "wrong", "text", "big", "onward", "gone", "private", "late"]
    whys = {entry["node"]: entry["why"] for entry in told(app, "flow.exit")}
    assert whys["slow"] == "timeout" and whys["wrong"] == "500" and whys["big"] == "too_big"
    assert whys["gone"] == "refused" and whys["private"] == "private" and whys["onward"] == "302"
    assert service.asked == ["/slow", "/wrong", "/text", "/big", "/onward"]


def test_who_hangs_up_anywhere_leaves_a_whole_record(
    world: World,
    configured: Configured,  # noqa: F811
    service: WebService,
) -> None:
    def change(program: Program, queue: Queue, _other: Queue) -> None:
        account = program.ids.account
        box = VoicemailBox.create(account=account, name="Boîte", created_at=1)
        asked = {"tries": 1, "timeout_s": 9, **ASK}
        slow = {"url": f"{service.url}/slow", "timeout_s": 9, "prompts": []}
        kinds = {
            "1": node("play", "play", {"next": "bye"}, **ASK, skip=False),
            "2": node("collect", "collect", {"next": "bye"}, **asked),
            "3": node("language", "language", {"next": "bye"}, tries=1),
            "4": node("survey", "survey", {"next": "bye"}, question="?", **asked),
            "5": node("http", "http", {"ok": "bye", "error": "bye"}, **slow),
            "6": node("transfer", "transfer", {"no_answer": "bye"}, number=OUTSIDE),
            "7": node("voicemail", "voicemail", {"next": "bye"}, box=box.id),
            "8": node("late", "hangup", prompts=["shipped:greeting"]),
            "9": node("say", "say", {"next": "bye"}, what="digits", value="123456", skip=False),
        }
        exits = {key: made["id"] for key, made in kinds.items()}
        ask = node("ask", "menu", {**exits, "no_input": "bye"}, keys=dict.fromkeys(exits, "x"), **asked)
        behind(account, published(account, "Accueil", ask, *kinds.values(), ENDS[0]))

    app = configured(change, **LOCAL)
    expected = ["menu"]
    caller = in_menu(world, app)
    caller.hang_up()
    over(app, *expected)
    order = ["play", "collect", "language", "survey", "http", "transfer", "voicemail", "late", "say"]
    world.person(OUTSIDE)
    for key, name in enumerate(order, 1):
        caller = in_menu(world, app)
        caller.press(str(key))
        at(app, name)
        if name == "voicemail":
            until(lambda: told(app, "recording.started"), 30, "recorded")
        caller.hang_up()
        expected.append("voicemail" if name == "voicemail" else "menu")
        over(app, *expected)
    until(lambda: world.legs() == 0, 10, "no leg is left")
    lasts = told(app, "flow.over")
    assert [entry["why"] for entry in lasts] == ["caller"] * len(expected)
    left = [name for name, out in exits(app) if out == "" and name != "bye"]
    assert left == ["ask", *order]
    assert app.rows("select count(*) from callback") == [(0,)], "nobody has abandoned a queue"
    assert {row[1] for row in outcomes(app)} == {"ENDED"}


@pytest.mark.parametrize("how", ["page", "phone", "hold"])
def test_a_survey_when_the_agent_hangs_up_first(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
    how: str,
) -> None:
    def change(program: Program, queue: Queue, _other: Queue) -> None:
        asked = {"tries": 1, "timeout_s": 9, **ASK}
        queue.survey_flow = published(
            program.ids.account,
            "Satisfaction",
            node("q1", "survey", {"next": "q2"}, question="Accueil", **asked),
            node("q2", "survey", {"next": "bye"}, question="Réponse", least=1, most=9, **asked),
            ENDS[0],
        )

    app = configured(change, Plan(agents=2, record="all"))
    phone, page = works(world, app, pages)
    caller = world.call(DID, MARIE)
    phone.ringing()
    phone.answer()
    hear_each_other(phone, caller)
    if how == "hold":
        page.do("line.hold", line=page.line_id)
        until(lambda: page.line.get("state") == "HELD", 10, "held")
        page.do("line.hang_up", line=page.line_id)
    elif how == "page":
        page.do("line.hang_up", line=page.line_id)
    else:
        phone.hang_up()
    at(app, "q1")
    page.is_in("WRAP_UP")
    until(lambda: phone.state == PartyState.IDLE, 10, "his telephone is free")
    assert page.picture["work"]["ended"]
    caller.press("5")
    at(app, "q2")
    if how == "page":  # he is done before the caller is
        page.do(
            "call.qualify", call=page.picture["work"]["call"], disposition=app.ids.dispositions[0], note="vu"
        )
        page.is_in("IDLE")
    caller.press("9")
    assert caller.ended() == "bye"
    over(app, "answered")
    found = "select question, value, queue_id, agent_id from survey_answer order by id"
    mine = (app.ids.queue, app.ids.agents[0])
    assert app.rows(found) == [("Accueil", 5, *mine), ("Réponse", 9, *mine)]
    if how != "page":
        page.do(
            "call.qualify", call=page.picture["work"]["call"], disposition=app.ids.dispositions[0], note="vu"
        )
        page.is_in("IDLE")
    assert app.rows("select disposition_note, outcome from call") == [("vu", "answered")]
    assert len(told(app, "recording.stopped")) >= 1
    until(lambda: world.legs() == 0, 10, "no leg is left")


def test_a_caller_who_hangs_up_first_is_asked_nothing(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
) -> None:
    def change(program: Program, queue: Queue, _other: Queue) -> None:
        queue.survey_flow = published(program.ids.account, "Satisfaction", ENDS[0])

    app = configured(change)
    phone, page = works(world, app, pages)
    caller = world.call(DID, MARIE)
    phone.ringing()
    phone.answer()
    hear_each_other(phone, caller)
    caller.hang_up()
    over(app, "answered")
    page.is_in("IDLE")
    assert told(app, "flow.started") == []


def resting(app: Program, first: str) -> Callable[[], bool]:
    return lambda: way(app).count(first) >= 2


QUESTION = node(
    "ask", "menu", {"1": "second", "no_input": "bye"}, keys={"1": "Un"}, tries=9, timeout_s=15, **ASK
)
SECOND = node("second", "collect", {"next": "bye"}, variable="digits", most=2, tries=9, timeout_s=15, **ASK)


def test_a_death_of_the_program_in_a_menu(world: World, configured: Configured) -> None:  # noqa: F811
    app = configured(menu(QUESTION, SECOND, ENDS[0]))
    caller = in_menu(world, app)
    caller.press("1")
    at(app, "second")
    app.kill()

    def renew() -> None:
        flow = Flow.get(Flow.name == "Accueil")
        published_again(flow.id, node("ask", "menu", {"1": "bye"}, keys={"1": "Un"}, **ASK), ENDS[0])

    db = Database(app.database_url, ROOT / "migrations")
    db.open()
    db.write(renew)
    db.close()
    app.start()
    at(app, "second", 2)  # his node, in his version
    caller.press("42")
    assert caller.ended(timeout=20) == "bye"
    over(app, "menu")
    assert [(s["name"], s["value"]) for s in told(app, "flow.set")] == [("digits", "42")]
    again = in_menu(world, app)  # new calls take the new version
    again.press("1")
    assert again.ended(timeout=20) == "bye"
    assert [entry["version"] for entry in told(app, "flow.started")] == [1, 2]


def test_a_program_that_is_frozen_while_he_is_in_a_menu(world: World, configured: Configured) -> None:  # noqa: F811
    app = configured(menu(QUESTION, SECOND, ENDS[0]))
    caller = in_menu(world, app)
    caller.press("1")
    at(app, "second")
    app.freeze()
    time.sleep(6)  # longer than the lease: the dialplan takes him home, to music
    app.thaw()
    at(app, "second", 2)
    until(caller.sound, 10, "he is asked again")
    caller.press("42")
    assert caller.ended(timeout=30) == "bye"
    over(app, "menu")
    assert told(app, "flow.set")[-1]["value"] == "42"


def test_a_death_of_the_switch_in_a_menu(world: World, configured: Configured) -> None:  # noqa: F811
    app = configured(menu(QUESTION, SECOND, ENDS[0]))
    caller = in_menu(world, app)
    caller.press("1")
    at(app, "second")
    world.kill_switch()
    world.start_switch()
    until(lambda: app.health().get("ok"), 30, "the link is back")
    until(lambda: way(app).count("second") >= 2 or told(app, "call.ended"), 20, f"{way(app)}")
    if told(app, "call.ended"):
        over(app, "failed")  # his telephone did not answer the re-INVITE
    else:
        caller.press("42")
        assert caller.ended(timeout=20) == "bye"
        over(app, "menu")
    until(lambda: world.legs() == 0, 10, "no leg is left")


def test_a_link_that_was_cut_while_he_listened(world: World, configured: Configured) -> None:  # noqa: F811
    app = configured(menu(QUESTION, SECOND, ENDS[0]))
    caller = in_menu(world, app)
    world.cut_link()
    until(lambda: not app.health().get("ok"), 10, "the link is away")
    caller.press("1")  # nobody hears this key, unless the sentence was over: then it lies in the switch
    world.mend_link()
    until(lambda: app.health().get("ok"), 20, "the link is back")
    until(lambda: len(way(app)) >= 2, 15, f"he is asked again: {way(app)}")
    if "second" not in way(app):
        caller.press("1")
    at(app, "second")
    caller.press("42")
    assert caller.ended(timeout=20) == "bye"
    over(app, "menu")


def test_a_number_that_is_busy_does_not_answer_or_hangs_up(
    world: World,
    configured: Configured,  # noqa: F811
) -> None:
    def to(name: str, number: str, **exits: str) -> dict[str, Any]:
        return node(name, "transfer", exits, to="number", number=number, ring_s=5)

    app = configured(
        menu(
            to("first", OUTSIDE, busy="second", no_answer="bye", after="bye"),
            to("second", "+33188990012", no_answer="third", busy="bye", after="bye"),
            to("third", "+33188990013", after="ask", busy="bye", no_answer="bye"),
            node("ask", "menu", {"1": "bye"}, keys={"1": "x"}, timeout_s=15, **ASK),
            ENDS[0],
        )
    )
    world.person(OUTSIDE).reject_by_itself(486)
    world.person("+33188990012")
    third = world.person("+33188990013")
    caller = in_menu(world, app, "first")
    third.ringing(timeout=30)
    until(caller.sound, 10, "the ringing")
    third.answer()
    hear_each_other(caller, third)
    third.hang_up()
    at(app, "ask")
    caller.press("1")
    assert caller.ended(timeout=20) == "bye"
    assert way(app) == ["first", "second", "third", "ask", "bye"]
    over(app, "outside")
    until(lambda: world.legs() == 0, 10, "no leg is left")


def test_one_agent_who_is_called_by_a_menu(
    world: World,
    configured: Configured,  # noqa: F811
    pages: Callable[..., Any],
) -> None:
    def change(program: Program, _queue: Queue, _other: Queue) -> None:
        agent = program.ids.agents[1]
        flow = published(
            program.ids.account,
            "Directe",
            node(
                "call",
                "transfer",
                {"no_answer": "ask", "busy": "ask", "after": "ask", "error": "ask"},
                to="agent",
                agent=agent,
                ring_s=6,
            ),
            node("ask", "menu", {"1": "bye", "2": "call"}, keys={"1": "x", "2": "y"}, timeout_s=15, **ASK),
            ENDS[0],
        )
        behind(program.ids.account, flow)

    app = configured(change)
    first = in_menu(world, app, "call")
    at(app, "ask")  # he has no telephone yet
    phone, page = works(world, app, pages, "1002")
    first.press("2")
    phone.ringing()
    page.is_in("RINGING")
    phone.reject()
    at(app, "ask", 2)
    page.do("agent.end_delay")
    page.is_in("IDLE")
    first.press("2")
    phone.ringing()
    phone.answer()
    page.is_in("IN_CALL")
    hear_each_other(phone, first)
    second = in_menu(world, app, "call", PAUL)
    at(app, "ask", 3)  # he is busy
    second.hang_up()
    phone.hang_up()
    at(app, "ask", 4)
    page.is_in("IDLE")
    first.press("1")
    assert first.ended(timeout=20) == "bye"
    over(app, "answered", "menu")
    whys = [entry["why"] for entry in told(app, "flow.exit") if entry["node"] == "call"]
    assert whys == ["no_answer", "busy", "busy", "answered"]
    until(lambda: world.legs() == 0, 10, "no leg is left")
