"""An agent calls somebody, on both switches: his telephone, then the number; how it fails; deaths in the middle. After
each case no channel is left and nobody is busy with a call that is not there. One program plays all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from fs_app.db import Database
from fs_app.outgoing.model import DncEntry, OutgoingSettings
from fs_app.queues.model import Queue, QueueMember
from tests.e2e.conftest import SETTINGS, switches
from tests.support.program import DID, DOMAIN, PASSWORD, ROOT, AgentPage, Plan, Program
from tests.support.until import until
from tests.support.world import PartyState, Phone, World

MARIE, BLOCKED, PREMIUM = "+33612345678", "+33612345699", "0892 70 12 39"
ME, COLLEAGUE = "1001", "1002"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "stage" in metafunc.fixturenames:
        metafunc.parametrize("stage", switches(metafunc.config), indirect=True, scope="module")


def hears(ear: Any, mouth: Any) -> bool:
    return bool(ear.hears([mouth.tone_hz]).get(mouth.tone_hz, 0.0) > 0.2)


@dataclass
class Play:
    """One program, two agents with their telephones, Marie outside."""

    world: World
    app: Program
    pages: dict[str, AgentPage] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    marie: Phone = None  # type: ignore[assignment]
    slow: int = 0  # a queue that lets telephones ring for a minute

    @property
    def me(self) -> AgentPage:
        return self.pages[ME]

    @property
    def phone(self) -> Phone:
        return self.phones[ME]

    def dials(self, number: str = "06 12 34 56 78", **more: Any) -> None:
        self.me.do("call.dial", **{"number": number, "queue": self.app.ids.queue, **more})

    def goes(self, state: str, why: str = "") -> None:
        """What the page says of the call: the state, and why it came to nothing."""
        until(
            lambda: self.shown() == (state, why),
            15,
            f"{state} {why}; the page says {self.shown()}",
            step=0.05,
        )

    def shown(self) -> tuple[str, str]:
        told = self.me.picture.get("dialling") or {}
        return told.get("state", ""), told.get("why", "")

    def hear_each_other(self, a: Any, b: Any) -> None:
        until(lambda: hears(a, b) and hears(b, a), 10, "they hear each other", step=0.1)

    def up_to_ringing(self, queue: int | None = None) -> None:
        self.dials(queue=queue or self.app.ids.queue)
        self.phone.ringing()
        self.phone.answer()
        self.marie.ringing(timeout=15)
        self.goes("RINGING")

    def outcome(self) -> tuple[Any, ...]:
        rows = self.app.rows(
            "select direction, caller_number, outcome from call order by started_at desc, id limit 1"
        )
        return tuple(rows[0]) if rows else ()

    def over(self) -> None:
        for party in (*self.phones.values(), self.marie):
            if party.state not in (PartyState.IDLE, PartyState.ENDED):
                party.hang_up()
        until(lambda: self.world.legs() == 0, 15, f"no channel is left ({self.world.legs()} are)", step=0.05)
        until(
            self._at_rest, 15, f"all are at rest: { {n: p.state for n, p in self.pages.items()} }", step=0.1
        )

    def _at_rest(self) -> bool:
        for page in self.pages.values():
            work = page.picture.get("work")
            if page.state == "WRAP_UP" and work is not None:
                page.ask("call.qualify", call=work["call"], disposition=self.app.ids.dispositions[0], note="")
            elif page.state in ("NO_ANSWER_DELAY", "INTER_CALL"):
                page.ask("agent.end_delay")
            elif page.state == "LOGGED_OUT":
                page.ask("agent.log_in")
            elif page.state == "IDLE":
                page.ask("agent.unavailable")
        return all(page.state == "UNAVAILABLE" for page in self.pages.values())


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    if request.param == "real":
        from tests.support.real_world import RealWorld

        world: World = RealWorld(SETTINGS)
    else:
        from fs_app.sim.world import SimWorld

        world = SimWorld(SETTINGS)
    app = Program(world, tmp_path_factory.mktemp("dial"), Plan(agents=2))
    play = Play(world, app)
    try:
        db = Database(app.database_url, ROOT / "migrations")
        db.open()

        def write() -> None:
            Queue.update(outside_ring_s=5, ring_s=5, inter_call_s=1).execute()
            account = app.ids.account
            slow = Queue.create(
                account=account, name="Patience", number="702", ring_s=60, outside_ring_s=60, created_at=1
            )
            QueueMember.create(account=account, queue=slow, agent=app.ids.agents[0])
            play.slow = slow.id
            DncEntry.create(account=account, number=BLOCKED, reason="Opposition", created_at=1)
            OutgoingSettings.create(account=account, withheld=True)

        db.write(write)
        db.close()
        app.start()
        for number in (ME, COLLEAGUE):
            phone = world.phone(number, PASSWORD, DOMAIN)
            phone.register()
            play.phones[number] = phone
            page = app.agent(number)
            play.pages[number] = page
            until(lambda page=page: page.picture["phone"]["registered"], 10, "the phone is registered")
            page.do("agent.log_in")
        play.marie = world.person(MARIE)
        yield play
    finally:
        for page in play.pages.values():
            page.close()
        app.close()
        world.close()


@pytest.fixture
def play(stage: Play) -> Iterator[Play]:
    for party in (*stage.phones.values(), stage.marie):
        party.answer_by_itself(None)
    yield stage
    stage.over()


def test_they_talk_and_the_call_is_written_down(play: Play) -> None:
    play.dials()
    play.phone.ringing()
    play.me.is_in("DIALING")
    play.goes("CALLING_YOU")
    assert play.marie.state == PartyState.IDLE, "nobody is called before the agent is there"
    play.phone.answer()
    play.marie.ringing(timeout=15)
    play.goes("RINGING")
    assert play.marie.caller_shown.lstrip("+") == DID.lstrip("+")
    play.marie.answer()
    play.goes("TALKING")
    play.me.is_in("IN_CALL")
    play.hear_each_other(play.marie, play.phone)
    assert play.me.picture["work"]["direction"] == "outbound"
    play.marie.hang_up()
    play.phone.ended()
    play.me.is_in("WRAP_UP")
    until(lambda: play.outcome() == ("outbound", MARIE, "answered"), 10, f"{play.outcome()}")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (486, "busy"),
        (603, "rejected"),
        (404, "unallocated"),
        (480, "unreachable"),
        (488, "incompatible"),
        (503, "network"),
    ],
)
def test_what_the_network_answers_is_said(play: Play, status: int, why: str) -> None:
    play.marie.reject_by_itself(status)
    play.dials()
    play.phone.ringing()
    play.phone.answer()
    play.goes("ENDED", why)
    play.phone.ended()
    assert play.outcome() == ("outbound", MARIE, "unreachable")


def test_nobody_answers(play: Play) -> None:
    play.up_to_ringing()
    play.goes("ENDED", "no_answer")
    play.phone.ended()
    play.marie.ended()


def test_his_own_telephone_is_not_picked_up(play: Play) -> None:
    play.dials()
    play.phone.ringing()
    play.goes("ENDED", "own_no_answer")
    play.me.is_in("UNAVAILABLE")
    assert play.me.picture["today"]["missed"] == 0


def test_he_refuses_on_his_own_telephone(play: Play) -> None:
    play.dials()
    play.phone.ringing()
    play.phone.reject(603)
    play.goes("ENDED", "own_rejected")
    play.me.is_in("UNAVAILABLE")


@pytest.mark.parametrize("until_", ["calling you", "ringing"])
def test_he_gives_up_by_the_button(play: Play, until_: str) -> None:
    if until_ == "ringing":
        play.up_to_ringing()
    else:
        play.dials()
        play.phone.ringing()
    line = until(lambda: play.me.line.get("id"), 5, "his page has the line")  # his telephone may ring before
    play.me.do("line.hang_up", line=line)
    play.goes("ENDED", "cancelled")
    play.phone.ended()
    if until_ == "ringing":
        play.marie.ended()
    until(lambda: play.outcome()[2] == "cancelled", 10, f"{play.outcome()}")


def test_he_puts_his_telephone_down_while_it_rings_there(play: Play) -> None:
    play.up_to_ringing()
    play.phone.hang_up()
    play.marie.ended()
    play.goes("ENDED", "cancelled")


def test_who_is_not_to_be_called_is_not(play: Play) -> None:
    for number, key in (
        (BLOCKED, "blacklisted"),
        (PREMIUM, "premium"),
        ("bonjour", "number"),
        ("3635", "short"),
    ):
        answer = play.me.ask("call.dial", number=number)
        assert answer["error"]["key"] == f"error.dial_{key}", answer
    assert play.world.legs() == 0


def test_his_number_is_withheld(play: Play) -> None:
    play.dials(caller_id="withheld")
    play.phone.ringing()
    play.phone.answer()
    play.marie.ringing(timeout=15)
    assert DID.lstrip("+") not in play.marie.caller_shown


def test_a_colleague_is_called(play: Play) -> None:
    other = play.phones[COLLEAGUE]
    play.me.do("call.dial", number="", agent=play.app.ids.agents[1])
    play.phone.ringing()
    play.phone.answer()
    other.ringing()
    play.pages[COLLEAGUE].is_in("RINGING")
    other.answer()
    play.goes("TALKING")
    play.hear_each_other(other, play.phone)
    assert play.me.picture["work"] is None
    other.hang_up()
    play.phone.ended()
    play.me.is_in("UNAVAILABLE")
    until(lambda: play.outcome() == ("internal", COLLEAGUE, "answered"), 10, f"{play.outcome()}")


@pytest.mark.parametrize("moment", ["calling you", "ringing"])
def test_the_program_dies_and_everything_goes_on(play: Play, moment: str) -> None:
    if moment == "calling you":
        play.dials(queue=play.slow)
        play.phone.ringing()
    else:
        play.up_to_ringing(play.slow)
    play.app.kill()
    play.app.start()
    if moment == "calling you":
        play.goes("CALLING_YOU")
        play.phone.answer()
        play.marie.ringing(timeout=15)
    else:
        play.goes("RINGING")
    play.marie.answer()
    play.goes("TALKING")
    play.hear_each_other(play.marie, play.phone)
    play.marie.hang_up()
    play.phone.ended()
