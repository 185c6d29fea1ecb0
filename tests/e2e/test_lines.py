"""Lines on both switches: who hangs up when, each command refused, deaths in the middle. After each case no channel is
left, nobody's state is stuck, and nobody was left in silence.

The table is docs/lines.md's; one program plays all of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from fs_app.db import Database
from fs_app.queues.model import Did, Queue, QueueMember
from tests.e2e.conftest import SETTINGS, switches
from tests.support.program import DID, DOMAIN, PASSWORD, ROOT, AgentPage, Plan, Program
from tests.support.until import until
from tests.support.world import Caller, PartyState, Phone, World

OTHER_NUMBER = "701"
NUMBER = "+33155667788"
MUSIC_HZ = 150  # of tests/e2e/conftest.py
AGENTS = ("1001", "1002", "1003")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "stage" in metafunc.fixturenames:
        metafunc.parametrize("stage", switches(metafunc.config), indirect=True, scope="module")


def hears(ear: Any, mouth: Any) -> bool:
    return bool(ear.hears([mouth.tone_hz]).get(mouth.tone_hz, 0.0) > 0.2)


@dataclass
class Play:
    """One program, three agents with their telephones, and whoever is called."""

    world: World
    app: Program
    pages: dict[str, AgentPage] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    people: dict[str, Phone] = field(default_factory=dict)
    customer: Caller = None  # type: ignore[assignment]
    count: int = 0

    # --- people
    @property
    def me(self) -> AgentPage:
        return self.pages["1001"]

    @property
    def my_phone(self) -> Phone:
        return self.phones["1001"]

    def person(self, number: str = NUMBER) -> Phone:
        if number not in self.people:
            self.people[number] = self.world.person(number)
        return self.people[number]

    # --- what is so
    def line(self, kind: str = "consult", page: AgentPage | None = None) -> dict[str, Any]:
        lines = (page or self.me).picture["lines"]
        return next((dict(one) for one in lines if one["kind"] == kind), {})

    def is_line(self, state: str, kind: str = "consult", page: AgentPage | None = None) -> None:
        until(
            lambda: self.line(kind, page).get("state", "") == state,
            10,
            f"the {kind} line is {state or 'gone'}; picture {(page or self.me).picture['lines']}",
        )

    def hear_each_other(self, a: Any, b: Any) -> None:
        until(lambda: hears(a, b) and hears(b, a), 10, "they hear each other", step=0.1)

    def hears_music(self, who: Any) -> None:
        until(lambda: who.hears([MUSIC_HZ]).get(MUSIC_HZ, 0.0) > 0.3, 10, "music", step=0.1)

    def states(self) -> dict[str, str]:
        return {number: page.state for number, page in self.pages.items()}

    # --- how a case begins and ends
    def talking(self) -> None:
        """A customer talks to the first agent; the others are free."""
        self.count += 1
        for phone in (*self.phones.values(), *self.people.values()):
            phone.answer_by_itself(None)
        self.my_phone.answer_by_itself(0.0)
        for number in ("1002", "1003"):
            self.pages[number].do("agent.unavailable")
        self.me.do("agent.available")
        self.customer = self.world.call(DID, f"+3361234{self.count:04d}")
        self.is_line("TALKING", "customer")
        self.my_phone.answer_by_itself(None)
        for number in ("1002", "1003"):
            self.pages[number].do("agent.available")
            self.pages[number].is_in("IDLE")
        self.hear_each_other(self.customer, self.my_phone)

    def over(self) -> None:
        """Everybody puts down what he holds; then nothing is left anywhere."""
        for party in (self.customer, *self.phones.values(), *self.people.values()):
            if party.state not in (PartyState.IDLE, PartyState.ENDED):
                party.answer_by_itself(None) if hasattr(party, "answer_by_itself") else None
                party.hang_up()
        until(lambda: self.world.legs() == 0, 10, f"no channel is left ({self.world.legs()} are)", step=0.05)
        until(self._at_rest, 15, f"all agents are at rest: {self.states()}", step=0.1)

    def _at_rest(self) -> bool:
        for page in self.pages.values():
            work = page.picture.get("work")
            if page.state == "WRAP_UP" and work is not None:
                page.ask("call.qualify", call=work["call"], disposition=self.app.ids.dispositions[0], note="")
            elif page.state in ("NO_ANSWER_DELAY", "INTER_CALL"):
                page.ask("agent.end_delay")
            elif page.state == "LOGGED_OUT":  # his page came back too late, on a slow machine
                page.ask("agent.log_in")
        return all(page.state in ("IDLE", "UNAVAILABLE") for page in self.pages.values())

    # --- ways into a state
    def consult(self, **to: Any) -> None:
        self.me.do("line.consult", line=self.line("customer")["id"], to=to)

    def number_talking(self) -> Phone:
        person = self.person()
        self.consult(kind="number", number=NUMBER)
        person.ringing()
        person.answer()
        self.is_line("TALKING")
        self.is_line("HELD", "customer")
        self.hear_each_other(person, self.my_phone)
        self.hears_music(self.customer)
        return person

    def colleague_talking(self) -> Phone:
        phone = self.phones["1002"]
        self.consult(kind="agent", agent=self.app.ids.agents[1])
        phone.ringing()
        self.pages["1002"].is_in("RINGING")
        phone.answer()
        self.is_line("TALKING")
        self.pages["1002"].is_in("IN_CALL")
        self.hear_each_other(phone, self.my_phone)
        self.hears_music(self.customer)
        return phone

    def swap(self, other: Phone) -> None:
        self.me.do("line.resume", line=self.line("customer")["id"])
        self.is_line("HELD")
        self.hear_each_other(self.customer, self.my_phone)
        self.hears_music(other)

    def conference(self, other: Phone) -> None:
        self.me.do("line.conference", line=self.line()["id"])
        self.is_line("CONFERENCE", "customer")
        self.is_line("CONFERENCE")
        for a, b in ((self.customer, other), (self.customer, self.my_phone), (other, self.my_phone)):
            self.hear_each_other(a, b)


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    if request.param == "real":
        from tests.support.real_world import RealWorld

        world: World = RealWorld(SETTINGS)
    else:
        from fs_app.sim.world import SimWorld

        world = SimWorld(SETTINGS)
    app = Program(world, tmp_path_factory.mktemp("lines"), Plan(agents=3, record="all"))
    play = Play(world, app)
    try:
        db = Database(app.database_url, ROOT / "migrations")
        db.open()

        def write() -> None:
            other = Queue.create(
                account=app.ids.account, name="Support", number=OTHER_NUMBER, wrap_up=False, created_at=1
            )
            Did.create(account=app.ids.account, number="+33185090001", queue=other)
            for agent in app.ids.agents:
                QueueMember.create(account=app.ids.account, queue=other, agent=agent)
            app.ids.other = other.id  # type: ignore[attr-defined]
            Queue.update(outside_ring_s=5, ring_s=5).execute()

        db.write(write)
        db.close()
        app.start()
        for number in AGENTS:
            phone = world.phone(number, PASSWORD, DOMAIN)
            phone.register()
            play.phones[number] = phone
            page = app.agent(number)
            play.pages[number] = page
            until(lambda page=page: page.picture["phone"]["registered"], 10, "the phone is registered")
            page.do("agent.log_in")
        yield play
    finally:
        for page in play.pages.values():
            page.close()
        app.close()
        world.close()


@pytest.fixture
def play(stage: Play) -> Iterator[Play]:
    stage.talking()
    yield stage
    stage.over()


# --- who hangs up when (docs/lines.md) --------------------------------------------------------------------------
def rings(play: Play) -> Phone:
    play.person()
    play.consult(kind="number", number=NUMBER)
    play.person().ringing()
    play.is_line("RINGING")
    return play.person()


def colleague_rings(play: Play) -> Phone:
    play.consult(kind="agent", agent=play.app.ids.agents[1])
    play.phones["1002"].ringing()
    play.is_line("RINGING")
    return play.phones["1002"]


def queued(play: Play) -> Phone:
    """Its agent's telephone rings; he does not pick up."""
    play.pages["1003"].do("agent.unavailable")
    play.consult(kind="queue", queue=play.app.ids.other)  # type: ignore[attr-defined]
    play.is_line("QUEUED")
    play.phones["1002"].ringing()
    return play.phones["1002"]


def talks(play: Play) -> Phone:
    return play.number_talking()


def colleague(play: Play) -> Phone:
    return play.colleague_talking()


def swapped(play: Play) -> Phone:
    other = play.number_talking()
    play.swap(other)
    return other


def colleague_swapped(play: Play) -> Phone:
    other = play.colleague_talking()
    play.swap(other)
    return other


def three(play: Play) -> Phone:
    other = play.number_talking()
    play.conference(other)
    return other


def colleague_three(play: Play) -> Phone:
    other = play.colleague_talking()
    play.conference(other)
    return other


EARLY = (rings, colleague_rings, queued)
LATE = (talks, colleague, swapped, colleague_swapped, three, colleague_three)
Way = Callable[[Play], Phone]

ROWS: dict[str, tuple[Callable[[Play], Phone], ...]] = {
    "rings (a number)": (rings,),
    "rings (a colleague)": (colleague_rings,),
    "waits in the line of a queue": (queued,),
    "talks to the agent (a number), the customer on hold": (talks,),
    "talks to the agent (a colleague), the customer on hold": (colleague,),
    "on hold, the customer talks to the agent": (swapped, colleague_swapped),
    "in a conference with both": (three, colleague_three),
}
"""The rows of docs/lines.md, and how each is brought about."""


@pytest.mark.parametrize("way", [*EARLY, *LATE])
def test_the_customer_hangs_up(play: Play, way: Way) -> None:
    other = way(play)
    play.customer.hang_up()
    if way in EARLY:
        other.ended()
        play.my_phone.ended()
        play.me.is_in("WRAP_UP")
    else:
        play.is_line("", "customer")
        play.is_line("TALKING")
        play.hear_each_other(other, play.my_phone)
        other.hang_up()
        play.my_phone.ended()
        play.me.is_in("WRAP_UP")


@pytest.mark.parametrize("way", [*EARLY, *LATE])
def test_the_agent_puts_his_telephone_down(play: Play, way: Way) -> None:
    other = way(play)
    play.my_phone.answer_by_itself(None)
    play.my_phone.hang_up()
    if way in (three, colleague_three):
        play.hear_each_other(other, play.customer)
        play.customer.hang_up()
        other.ended()
    elif way in (swapped, colleague_swapped):  # he has hung up on the customer
        play.customer.ended()
        other.ended()
    else:  # on the other one: who waits gets him back
        other.ended()
        play.my_phone.ringing()
        play.hears_music(play.customer)
        play.my_phone.answer()
        play.hear_each_other(play.customer, play.my_phone)


@pytest.mark.parametrize("way", [rings, colleague_rings, *LATE])
def test_the_other_one_hangs_up_or_refuses(play: Play, way: Way) -> None:
    other = way(play)
    if way in EARLY:
        other.reject(486)
    else:
        other.hang_up()
    play.is_line("")
    if way in (talks, colleague, *EARLY):
        play.hears_music(play.customer)
        play.is_line("HELD", "customer")
        play.me.do("line.resume", line=play.line("customer")["id"])
    play.is_line("TALKING", "customer")
    play.hear_each_other(play.customer, play.my_phone)


@pytest.mark.parametrize("way", [*EARLY, talks, colleague, swapped, three])
def test_the_agent_lets_go_of_the_other_one(play: Play, way: Way) -> None:
    other = way(play)
    play.me.do("line.hang_up", line=play.line()["id"])
    other.ended()
    play.is_line("")
    if way is three or way is swapped:
        play.hear_each_other(play.customer, play.my_phone)
    else:
        play.hears_music(play.customer)


@pytest.mark.parametrize("way", [*EARLY, talks, colleague, swapped, three])
def test_the_agent_lets_go_of_the_customer(play: Play, way: Way) -> None:
    other = way(play)
    play.me.do("line.hang_up", line=play.line("customer")["id"])
    play.customer.ended()
    if way in EARLY:
        other.ended()
        play.my_phone.ended()
        play.me.is_in("WRAP_UP")
        return
    play.is_line("TALKING")
    play.hear_each_other(other, play.my_phone)


# --- giving away ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("way", LATE)
@pytest.mark.parametrize("ends", ["customer", "other"])
def test_the_customer_is_given_to_the_other_one(play: Play, way: Way, ends: str) -> None:
    other = way(play)
    verb = "line.leave" if way in (three, colleague_three) else "line.complete"
    play.me.do(verb, line=play.line()["id"])
    play.my_phone.ended()
    play.hear_each_other(play.customer, other)
    is_colleague = other is play.phones["1002"]
    if is_colleague:
        play.is_line("TALKING", "customer", play.pages["1002"])
        until(lambda: play.me.state in ("IDLE", "INTER_CALL"), 5, "no verdict is asked of him")
    else:
        play.me.is_in("WRAP_UP")
    first, second = (play.customer, other) if ends == "customer" else (other, play.customer)
    first.hang_up()
    second.ended()
    if is_colleague:
        play.pages["1002"].is_in("WRAP_UP")


def blind(play: Play, **to: Any) -> None:
    play.me.do("line.transfer", line=play.line("customer")["id"], to=to)
    play.my_phone.ended()


def test_blind_to_a_colleague(play: Play) -> None:
    blind(play, kind="agent", agent=play.app.ids.agents[1])
    play.phones["1002"].ringing()
    play.hears_music(play.customer)
    play.phones["1002"].answer()
    play.hear_each_other(play.customer, play.phones["1002"])
    play.pages["1002"].is_in("IN_CALL")


@pytest.mark.parametrize("how", ["busy", "no_answer"])
@pytest.mark.parametrize("to", ["agent", "number"])
def test_blind_in_vain_comes_back(play: Play, to: str, how: str) -> None:
    other = play.phones["1002"] if to == "agent" else play.person()
    target = {"agent": play.app.ids.agents[1]} if to == "agent" else {"number": NUMBER}
    blind(play, kind=to, **target)
    other.ringing()
    if how == "busy":
        other.reject(486)
    play.my_phone.ringing(20)
    play.hears_music(play.customer)
    play.my_phone.answer()
    play.hear_each_other(play.customer, play.my_phone)
    play.is_line("TALKING", "customer")


def test_blind_to_a_number(play: Play) -> None:
    play.person()
    blind(play, kind="number", number=NUMBER)
    play.person().ringing()
    play.me.is_in("WRAP_UP")
    play.person().answer()
    play.hear_each_other(play.customer, play.person())


def test_blind_into_a_queue(play: Play) -> None:
    blind(play, kind="queue", queue=play.app.ids.other)  # type: ignore[attr-defined]
    until(lambda: "RINGING" in (play.pages["1002"].state, play.pages["1003"].state), 10, "somebody's rings")
    number = "1002" if play.pages["1002"].state == "RINGING" else "1003"
    play.phones[number].ringing()
    play.phones[number].answer()
    play.hear_each_other(play.customer, play.phones[number])


def test_an_agent_of_a_queue_is_consulted_and_gets_the_customer(play: Play) -> None:
    play.consult(kind="queue", queue=play.app.ids.other)  # type: ignore[attr-defined]
    play.is_line("QUEUED")
    until(lambda: "RINGING" in (play.pages["1002"].state, play.pages["1003"].state), 10, "somebody's rings")
    number = "1002" if play.pages["1002"].state == "RINGING" else "1003"
    play.phones[number].ringing()
    play.phones[number].answer()
    play.is_line("TALKING")
    play.hear_each_other(play.my_phone, play.phones[number])
    assert play.line("consult", play.pages[number])["consulted_by"]["id"] == play.app.ids.agents[0]
    play.me.do("line.complete", line=play.line()["id"])
    play.hear_each_other(play.customer, play.phones[number])


# --- deaths in the middle ---------------------------------------------------------------------------------------
def dead_and_back(play: Play) -> None:
    play.app.kill()
    back(play)


def back(play: Play) -> None:
    """The program starts again, and all pages know how things are."""
    seen = {number: len(page.pictures) for number, page in play.pages.items()}
    play.app.start()
    for number, page in play.pages.items():
        until(
            lambda page=page, number=number: page.socket.connected and len(page.pictures) > seen[number],
            30,
            "the page is back",
        )


def cut_and_back(play: Play) -> None:
    play.world.cut_link()
    until(lambda: not play.me.picture["switch"]["up"], 10, "the loss is noticed")
    play.world.mend_link()
    until(lambda: play.me.picture["switch"]["up"], 20, "and its end")


@pytest.mark.parametrize("fault", [dead_and_back, cut_and_back])
@pytest.mark.parametrize("way", [talks, colleague_swapped, colleague_three])
def test_lines_outlive_a_fault(play: Play, way: Way, fault: Callable[[Play], None]) -> None:
    if play.world.name == "sim" and (way, fault) not in (
        (talks, dead_and_back),
        (colleague_three, cut_and_back),
    ):
        pytest.skip("each start takes its seconds: all of them on FreeSWITCH, each fault once here")
    other = way(play)
    fault(play)
    play.me.is_in("IN_CALL", 20)
    if way is talks:
        play.hear_each_other(other, play.my_phone)
        play.hears_music(play.customer)
        play.swap(other)
    elif way is colleague_swapped:
        play.hear_each_other(play.customer, play.my_phone)
        play.pages["1002"].is_in("IN_CALL")
        play.hears_music(other)
        play.me.do("line.complete", line=play.line()["id"])
        play.hear_each_other(play.customer, other)
    else:
        for a, b in ((play.customer, other), (play.customer, play.my_phone)):
            play.hear_each_other(a, b)
        play.me.do("line.leave", line=play.line()["id"])
        play.hear_each_other(play.customer, other)


@pytest.mark.parametrize("way", [talks, colleague_three])
def test_lines_outlive_the_switch(play: Play, way: Way) -> None:
    """Telephones answer its re-INVITE: who talked talks, who waited waits; nobody hangs in the air."""
    if play.world.name == "sim" and way is not talks:
        pytest.skip("on FreeSWITCH, where its telephones and conferences are")
    other = way(play)
    begun = time.monotonic()
    until(lambda: time.monotonic() > begun + 1, 2, "the switch has written its legs down")
    play.world.kill_switch()
    play.world.start_switch()
    until(lambda: play.app.health().get("ok"), 30, "the program has compared itself with the switch")
    until(lambda: play.me.picture["switch"]["up"], 10, "the page knows it")
    if way is talks:
        play.hear_each_other(other, play.my_phone)
        play.hears_music(play.customer)
        play.swap(other)
    else:
        for a, b in ((play.customer, other), (play.customer, play.my_phone)):
            play.hear_each_other(a, b)


def test_who_answers_while_the_program_is_dead_is_connected_after_it(play: Play) -> None:
    person = rings(play)
    play.app.kill()
    person.answer()
    back(play)
    play.hear_each_other(person, play.my_phone)
    play.hears_music(play.customer)
    play.is_line("TALKING")


def test_a_transfer_is_made_though_the_program_dies_at_once(play: Play) -> None:
    play.person()
    play.me.do("line.transfer", line=play.line("customer")["id"], to={"kind": "number", "number": NUMBER})
    play.app.kill()
    back(play)
    # Dialled; or, when it died between the line in the journal and the command, back at his agent.
    until(lambda: PartyState.RINGING in (play.person().state, play.my_phone.state), 20, "a telephone rings")
    there = play.person() if play.person().state == PartyState.RINGING else play.my_phone
    there.answer()
    play.hear_each_other(play.customer, there)
