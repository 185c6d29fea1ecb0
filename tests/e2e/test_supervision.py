"""A supervisor at work: who hears whom, measured by the tones in what each telephone recorded; what survives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
import socketio

from tests.e2e.conftest import measured
from tests.support.program import BOSS_NUMBER, DID, DOMAIN, PASSWORD, Plan, Program
from tests.support.supervisorpage import SupervisorPage
from tests.support.until import until
from tests.support.world import Party, World

HEARD, NOT_HEARD = 0.10, 0.02
"""Share of the energy at a party's tone: two voices and their mix leave each well above, silence well below."""

SETTLES_S = 0.8
"""After a change of mode, before it is measured."""


@pytest.fixture
def supervisors() -> Iterator[Callable[..., SupervisorPage]]:
    made: list[SupervisorPage] = []

    def make(program: Program, **more: Any) -> SupervisorPage:
        page = SupervisorPage(program.url, **more)
        made.append(page)
        return page

    yield make
    for page in made:
        page.close()


class Floor:
    """A conversation, and a supervisor with his telephone."""

    def __init__(self, world: World, app: Program, agent_page: Any, boss: SupervisorPage) -> None:
        self.world, self.app, self.page, self.boss = world, app, agent_page, boss
        self.agent = app.ids.agents[0]
        self.phone = world.phone("1001", PASSWORD, DOMAIN)
        self.own = world.phone(BOSS_NUMBER, PASSWORD, DOMAIN)
        self.phone.register()
        self.own.register()
        self.phone.answer_by_itself()
        until(lambda: agent_page.picture["phone"]["registered"], 10, "the phone is registered")
        agent_page.do("agent.log_in")
        agent_page.do("agent.available")
        self.caller = world.call(DID, "+33612345678")
        agent_page.is_in("IN_CALL", 20)
        until(lambda: hears(self.caller, self.phone), 10, "they talk")

    def listen(self, mode: str = "listen") -> None:
        until(lambda: "listen" in self.boss.agent(self.agent).get("can", ()), 5, "he may be listened to")
        self.boss.do("listen.begin", agent=self.agent, mode=mode)
        self.own.ringing()
        self.own.answer()
        until(lambda: self.boss.listening and self.boss.listening["state"] == "LISTENING", 10, "he listens")

    def matrix(self) -> dict[str, dict[str, float]]:
        """Who hears whom: hearer → speaker → share of what he hears."""
        people: dict[str, Party] = {"customer": self.caller, "agent": self.phone, "supervisor": self.own}
        tones = [p.tone_hz for p in people.values()]
        found = {}
        for name, one in people.items():
            heard = one.hears(tones, 0.6)
            found[name] = {
                other: round(heard.get(party.tone_hz, 0.0), 3)
                for other, party in people.items()
                if other != name
            }
        return found


def hears(one: Party, other: Party, least: float = HEARD) -> bool:
    return one.hears([one.tone_hz, other.tone_hz]).get(other.tone_hz, 0.0) > least


EXPECTED: dict[str, dict[str, dict[str, bool]]] = {
    mode: {
        "customer": {"agent": True, "supervisor": mode == "barge"},
        "agent": {"customer": True, "supervisor": mode != "listen"},
        "supervisor": {"customer": True, "agent": True},
    }
    for mode in ("listen", "whisper", "barge")
}


def is_as_expected(matrix: dict[str, dict[str, float]], mode: str) -> bool:
    return all(
        (share > HEARD) if EXPECTED[mode][hearer][speaker] else (share < NOT_HEARD)
        for hearer, row in matrix.items()
        for speaker, share in row.items()
    )


@pytest.fixture
def floor(
    world: World,
    program: Callable[..., Program],
    pages: Callable[..., Any],
    supervisors: Callable[..., SupervisorPage],
) -> Floor:
    app = program(Plan(agents=1, supervisor=True))
    return Floor(world, app, pages(app, "1001"), supervisors(app))


def test_who_hears_whom_in_each_mode(floor: Floor) -> None:
    floor.listen()
    for mode in ("listen", "whisper", "barge", "whisper", "listen"):
        if floor.boss.listening and floor.boss.listening["mode"] != mode:
            floor.boss.do("listen.mode", mode=mode)
        gevent.sleep(SETTLES_S)  # what is measured is what was heard since the change
        until(
            lambda mode=mode: is_as_expected(floor.matrix(), mode),  # type: ignore[misc]
            4,
            f"{mode}: {floor.matrix()}",
            step=0.2,
        )
        measured(f"{floor.world.name}: {mode}, hearer → speaker → share of the sound", floor.matrix())
    told = [p["supervisor"] for p in floor.page.pictures if p.get("supervisor")]
    assert {t["mode"] for t in told} == {"whisper", "barge"}, "of listening the agent's page says nothing"
    floor.boss.do("listen.end")
    floor.own.ended()
    until(lambda: floor.boss.listening is None, 5, "the page says so")
    assert hears(floor.caller, floor.phone), "the conversation goes on"
    rows = floor.app.rows("select action, kind, label, user_name from audit_entry order by id")
    until(lambda: len(floor.app.rows("select id from audit_entry")) >= 5, 5, "all in the audit log")
    rows = floor.app.rows("select action, kind, label, user_name from audit_entry order by id")
    assert rows[0] == ("listen_in", "agent", "Agent 1001", "Sonia")
    assert [r[0] for r in rows[1:]] == ["listen_mode"] * 4
    question = "select kind from journal_entry where kind like 'supervision.%' order by id"
    until(lambda: ("supervision.ended",) in floor.app.rows(question), 5, "the end, too")
    kinds = [kind for (kind,) in floor.app.rows(question)]
    assert (kinds[0], kinds[-1]) == ("supervision.begun", "supervision.ended")


def test_a_whisper_asked_for_at_once_is_one_from_the_first_word(floor: Floor) -> None:
    floor.listen("whisper")
    until(lambda: is_as_expected(floor.matrix(), "whisper"), 5, f"{floor.matrix()}", step=0.2)


def test_keys_on_his_telephone_do_not_make_him_heard(floor: Floor) -> None:
    """`eavesdrop` obeys them: page and journal would say that nobody hears him."""
    floor.listen()
    for key in ("1", "3"):
        floor.own.press(key)
        gevent.sleep(SETTLES_S)
        until(lambda: is_as_expected(floor.matrix(), "listen"), 4, f"{key}: {floor.matrix()}", step=0.2)


def test_the_customer_hangs_up_and_the_supervisors_telephone_is_put_down(floor: Floor) -> None:
    floor.listen()
    floor.caller.hang_up()
    floor.own.ended()
    until(lambda: floor.boss.listening is None, 5, "the page says so")
    assert "conversation" in floor.boss.said
    until(lambda: floor.world.legs() == 0, 10, "no leg is left")


def test_the_supervisor_puts_his_telephone_down_and_the_conversation_goes_on(floor: Floor) -> None:
    floor.listen()
    floor.own.hang_up()
    until(lambda: floor.boss.listening is None, 5, "the page says so")
    gevent.sleep(0.5)
    assert hears(floor.caller, floor.phone)
    assert floor.page.state == "IN_CALL"


def test_a_killed_program_finds_him_listening(
    floor: Floor, supervisors: Callable[..., SupervisorPage]
) -> None:
    floor.listen("whisper")
    until(lambda: is_as_expected(floor.matrix(), "whisper"), 5, f"{floor.matrix()}", step=0.2)
    floor.app.kill()
    gevent.sleep(1)
    assert is_as_expected(floor.matrix(), "whisper"), "nobody needs the program for it"
    floor.app.start()
    again = supervisors(floor.app)
    until(lambda: again.listening, 10, "his page shows it again")
    assert again.listening is not None
    assert (again.listening["agent"], again.listening["mode"]) == (floor.agent, "whisper")
    gevent.sleep(7)  # two rounds of comparison: neither an orphan nor an agent's call
    assert is_as_expected(floor.matrix(), "whisper")
    until(lambda: again.agent(floor.agent).get("state") == "IN_CALL", 5, "the agent is in his call")
    again.do("listen.mode", mode="barge")
    until(lambda: is_as_expected(floor.matrix(), "barge"), 5, f"{floor.matrix()}", step=0.2)
    again.do("listen.end")
    floor.own.ended()
    assert hears(floor.caller, floor.phone)


def test_a_telephone_that_is_not_there_is_said_in_words(floor: Floor) -> None:
    own = next(row for row in floor.boss.rows["agents"].values() if row["number"] == BOSS_NUMBER)
    until(lambda: floor.boss.agent(own["id"])["registered"], 5, "it is there")
    floor.own.unregister()
    until(lambda: not floor.boss.agent(own["id"])["registered"], 10, "it is gone")
    answer = floor.boss.ask("listen.begin", agent=floor.agent, mode="listen")
    assert answer["error"]["key"] == "error.supervisor_phone_away"
    assert BOSS_NUMBER in answer["error"]["text"]


def test_forced_states_and_hang_up_are_seen_by_everybody(floor: Floor) -> None:
    boss, page = floor.boss, floor.page
    notices: list[dict[str, Any]] = []
    page.socket.on("notice", notices.append)
    boss.shows(floor.agent, "IN_CALL")
    (call,) = boss.rows["calls"]
    boss.do("agent.unavailable", agent=floor.agent, reason=floor.app.ids.reason)
    until(lambda: page.picture["presence"]["wanted"], 5, "after the call")
    boss.do("call.hang_up", call=call)
    floor.caller.ended()
    page.is_in("WRAP_UP")
    page.do("call.qualify", call=call, disposition=floor.app.ids.dispositions[0], note="")
    boss.shows(floor.agent, "UNAVAILABLE")
    assert boss.agent(floor.agent)["reason"] == "Déjeuner"
    boss.do("agent.available", agent=floor.agent)
    boss.shows(floor.agent, "IDLE")
    boss.do("agent.log_out", agent=floor.agent)
    page.is_in("LOGGED_OUT")
    assert "Sonia" in notices[0]["text"]
    assert [n["key"].rpartition(".")[2] for n in notices] == [
        "unavailable_later",
        "hang_up",
        "available",
        "log_out",
    ]
    assert boss.ask("agent.available", agent=floor.agent)["error"]["key"] == "error.agent_logged_out"
    until(lambda: boss.rows["calls"] == {}, 5, "no call is left on the page")
    assert next(iter(boss.rows["queues"].values()))["answered"] == 1


def test_waiting_callers_are_seen_with_their_place_and_the_last_becomes_the_first(floor: Floor) -> None:
    boss = floor.boss
    callers = [floor.world.call(DID, f"+3361200000{i}") for i in range(2)]

    def waiting() -> list[dict[str, Any]]:
        rows = [c for c in boss.rows["calls"].values() if c["stage"] == "WAITING"]
        return sorted(rows, key=lambda c: c["place"])

    until(lambda: len(waiting()) == 2, 10, "two wait")
    last = waiting()[-1]
    boss.do("call.first", call=last["id"])
    until(lambda: waiting()[0]["id"] == last["id"], 5, "he is first")
    floor.world.cut_link()
    until(lambda: not boss.switch_up, 10, "the page says that the link is down")
    floor.world.mend_link()
    until(lambda: boss.switch_up, 15, "and that it is up again")
    assert waiting()[0]["id"] == last["id"]
    assert len(callers) == 2


def test_who_may_watch_and_ask(floor: Floor, supervisors: Callable[..., SupervisorPage]) -> None:
    app = floor.app
    with pytest.raises(socketio.exceptions.ConnectionError):
        supervisors(app, login="agent1001")
    team = supervisors(app, login="agent1001", page="team")
    until(
        lambda: [row["state"] for told in team.messages for row in told.get("team", [])][-1:] == ["IN_CALL"],
        5,
        "a colleague's state is seen",
    )
    assert "+33612345678" not in str(team.messages), "colleagues see no customers"
    for event, said in (
        ("agent.log_out", {"agent": floor.agent}),
        ("listen.begin", {"agent": floor.agent, "mode": "barge"}),
        ("call.hang_up", {"call": next(iter(floor.boss.rows["calls"]))}),
        ("agent.message", {"agent": None, "text": "x"}),
    ):
        assert team.ask(event, **said)["error"]["key"] == "error.not_allowed"
    assert floor.boss.ask("agent.log_out", agent="1")["error"]["key"] == "error.invalid"
    assert floor.boss.ask("agent.log_out", agent=999)["error"]["key"] == "error.not_found"
    assert floor.boss.ask("call.hang_up", call="nobody")["error"]["key"] == "error.not_found"
    floor.boss.do("agent.message", agent=None, text="été <b>")
    again = supervisors(app)
    assert again.rows["agents"] == floor.boss.rows["agents"], "a page that comes later sees the same"
    floor.boss.http.post(
        app.url + "/logout", data={"csrf_token": token(floor.boss, app.url)}, timeout=5, allow_redirects=False
    )
    until(lambda: not floor.boss.socket.namespaces, 20, "a login that has ended watches no longer")
    assert floor.page.state == "IN_CALL"


def token(page: SupervisorPage, url: str) -> str:
    text = page.http.get(url + "/calls", timeout=5).text
    return text.split('name="csrf-token" content="')[1].split('"')[0]
