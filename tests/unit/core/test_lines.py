"""An agent's lines beside his customer: consulting, swapping, giving away, three together; who hangs up when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fs_app import facts as f
from fs_app.agents.softphones import Softphones
from fs_app.agents.state import Work
from fs_app.calls import leftovers
from fs_app.calls.line import LineState
from fs_app.calls.stages import Stage
from fs_app.calls.targets import AgentAway, AgentBusy, AgentNoPhone, QueueClosed, QueueFull, Wish, Yourself
from fs_app.calls.verbs import Moving, NotNow, OneAtATime, OthersThere
from fs_app.errors import Conflict, NotFound, Refused
from fs_app.hours.opening import Week
from fs_app.infos import Limit
from tests.unit.core.world import OTHER_QUEUE, SALE, World, queue_info

ME, COLLEAGUE, THIRD = 1, 2, 3
NUMBER = "+33155667788"


class Centre(World):
    """A world with a customer in conversation with ME, and people to consult."""

    notices: list[tuple[int, str, dict[str, Any]]]

    def begin(self) -> Centre:
        self.notices = []
        self.ctx.notice = lambda agent, key, params: self.notices.append((agent, key, params))
        self.ready(ME)
        self.customer, self.mine, agent = self.talking()
        assert agent == ME
        self.ready(COLLEAGUE, THIRD)
        return self

    # --- what the agent asks
    def consult(self, to: Wish, via: str = "") -> str:
        line = self.calls.lines.consult(ME, via or self.mine, to)
        self.calls.settle()
        return line

    def held(self) -> None:
        """The switch has taken the customer home."""
        self.tell(f.LegsUnbridged(self.at, self.mine, other=self.customer), f.LegParked(self.at, self.mine))
        self.goes_home(self.customer)

    def line(self, line: str) -> LineState | None:
        found = self.call(self.customer).lines.get(line)
        return found.state if found else None

    def answers_outside(self, leg: str) -> None:
        self.tell(f.LegAnswered(self.at, leg), f.Rang(self.at, leg, session=5))
        self.originated(leg)

    def passes(self, seconds: float = 2.0) -> None:
        self.clock.advance(seconds)
        self.calls.settle()

    def with_number(self) -> str:
        """ME talks to somebody outside; the customer waits."""
        line = self.consult(Wish("number", NUMBER))
        self.held()
        self.rings(line)
        self.answers_outside(line)
        self.passes()
        self.bridged(self.mine, line)
        assert (self.stage(self.customer), self.line(line)) == (Stage.HELD, LineState.TALKING)
        return line

    def with_colleague(self) -> str:
        line = self.consult(Wish("agent", id=COLLEAGUE))
        self.held()
        self.rings(line)
        self.picks_up(line)
        self.passes()
        self.bridged(self.mine, line)
        assert (self.stage(self.customer), self.line(line)) == (Stage.HELD, LineState.TALKING)
        assert self.work(COLLEAGUE) is Work.ACTIVE
        return line

    def swapped(self, line: str) -> None:
        """Back to the customer; who was consulted waits."""
        self.calls.resume(ME, self.mine)
        self.bridged(self.mine, self.customer)
        if self.call(self.customer).legs[line].agent is None:
            self.goes_home(line)
        else:
            self.tell(f.LegParked(self.at, line))
        self.passes()
        assert (self.stage(self.customer), self.line(line)) == (Stage.TALKING, LineState.HELD)

    def together(self, line: str) -> None:
        self.calls.lines.conference(ME, line)
        self.calls.settle()
        self.passes()
        assert (self.stage(self.customer), self.line(line)) == (Stage.CONFERENCE, LineState.CONFERENCE)

    def is_over(self) -> None:
        """Nobody is left anywhere, and nothing is half done."""
        assert self.stage(self.customer) in (None, Stage.ENDED)
        self.is_whole()

    def put_down(self, *legs: str) -> None:
        """These end by our command: each was told to."""
        for leg in legs:
            assert self.hung_up(leg), f"{leg} was not let go"
            self.hangs_up(leg, by_far_end=False)


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return Centre(tmp_path, agents=[ME, COLLEAGUE, THIRD]).begin()


# --- consulting a number ----------------------------------------------------------------------------------------
def test_a_number_is_called_while_the_customer_hears_music(centre: Centre) -> None:
    line = centre.consult(Wish("number", NUMBER))
    wanted = centre.originate(line)
    assert (wanted.endpoint, wanted.then) == (f"sofia/gateway/trunk/{NUMBER}", "transfer:home")
    assert wanted.variables["fsapp_role"] == "consulted"
    assert centre.switch.last("send_home").args == (centre.customer,)
    centre.held()
    assert centre.stage(centre.customer) is Stage.HELD
    assert centre.switch.of("music", centre.customer), "the customer hears music"
    assert centre.switch.of("music", centre.mine), "the agent hears ringing"
    centre.rings(line)
    assert centre.line(line) is LineState.RINGING
    centre.answers_outside(line)
    centre.passes()
    assert centre.switch.last("bridge").args == (centre.mine, line)
    centre.bridged(centre.mine, line)
    assert centre.line(line) is LineState.TALKING
    centre.is_whole()


def test_who_answers_before_the_customer_has_gone_is_connected_after_it(centre: Centre) -> None:
    line = centre.consult(Wish("number", NUMBER))
    centre.answers_outside(line)
    assert not centre.switch.of("bridge", centre.mine, line)
    assert centre.line(line) is LineState.ANSWERED
    centre.held()
    centre.passes(1)
    assert centre.switch.of("bridge", centre.mine, line)


def test_back_and_forth(centre: Centre) -> None:
    line = centre.with_number()
    centre.swapped(line)
    assert centre.switch.last("music").args[0] == line, "who was consulted hears music"
    centre.calls.resume(ME, line)
    assert centre.switch.last("bridge").args == (centre.mine, line)
    centre.bridged(centre.mine, line)
    assert (centre.stage(centre.customer), centre.line(line)) == (Stage.HELD, LineState.TALKING)
    centre.goes_home(centre.customer)
    assert centre.switch.last("music").args[0] == centre.customer
    centre.is_whole()


def test_both_can_be_on_hold(centre: Centre) -> None:
    line = centre.with_number()
    centre.calls.hold(ME, line)
    assert centre.switch.last("send_home").args == (line,)
    centre.tell(f.LegsUnbridged(centre.at, centre.mine, other=line), f.LegParked(centre.at, centre.mine))
    centre.goes_home(line)
    assert (centre.stage(centre.customer), centre.line(line)) == (Stage.HELD, LineState.HELD)
    centre.calls.resume(ME, centre.mine)
    centre.bridged(centre.mine, centre.customer)
    assert (centre.stage(centre.customer), centre.line(line)) == (Stage.TALKING, LineState.HELD)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        ("USER_BUSY", "busy"),
        ("NO_ANSWER", "no_answer"),
        ("CALL_REJECTED", "refused"),
        ("UNALLOCATED_NUMBER", "unknown"),
        ("NETWORK_OUT_OF_ORDER", "unreachable"),
        ("WHATEVER", "failed"),
    ],
)
def test_who_does_not_come_is_said_in_words(centre: Centre, cause: str, said: str) -> None:
    line = centre.consult(Wish("number", NUMBER))
    centre.held()
    centre.refuses(line, cause)
    assert centre.line(line) is None
    assert centre.notices == [(ME, f"desk.line.{said}", {"who": NUMBER})]
    assert centre.stage(centre.customer) is Stage.HELD, "the customer waits for his agent, with music"
    assert centre.switch.of("stop_sound", centre.mine), "the ringing stops"
    centre.calls.resume(ME, centre.mine)
    centre.bridged(centre.mine, centre.customer)
    assert centre.stage(centre.customer) is Stage.TALKING


# --- a colleague ------------------------------------------------------------------------------------------------
def test_a_colleague_is_in_a_call_and_owes_no_verdict(centre: Centre) -> None:
    line = centre.with_colleague()
    centre.hangs_up(line)
    assert centre.line(line) is None
    assert centre.work(COLLEAGUE) is Work.IDLE
    assert centre.stage(centre.customer) is Stage.HELD
    centre.is_whole()


def test_a_colleague_who_does_not_answer_has_missed_nothing(centre: Centre) -> None:
    line = centre.consult(Wish("agent", id=COLLEAGUE))
    assert centre.work(COLLEAGUE) is Work.OFFERED
    centre.held()
    centre.refuses(line, "NO_ANSWER")
    assert centre.work(COLLEAGUE) is Work.IDLE
    assert centre.notices[0][:2] == (ME, "desk.line.no_answer")
    centre.is_whole()


def test_who_is_away_busy_or_without_telephone_is_refused_at_once(centre: Centre) -> None:
    with pytest.raises(Yourself):
        centre.consult(Wish("agent", id=ME))
    with pytest.raises(NotFound):
        centre.consult(Wish("agent", id=99))
    centre.agents.log_out(COLLEAGUE)
    with pytest.raises(AgentAway):
        centre.consult(Wish("agent", id=COLLEAGUE))
    centre.phones.on_unregistered(f.PhoneUnregistered(centre.at, "1003", "demo.example"))
    with pytest.raises(AgentNoPhone):
        centre.consult(Wish("agent", id=THIRD))
    centre.registers(THIRD)
    centre.agents.offered(THIRD, "another", centre.clock.now_ms() + 9000)
    with pytest.raises(AgentBusy):
        centre.consult(Wish("agent", id=THIRD))
    assert not centre.call(centre.customer).lines


def test_a_colleague_in_a_pause_may_be_asked_but_not_given_a_call(centre: Centre) -> None:
    centre.agents.unavailable(COLLEAGUE, None)
    with pytest.raises(AgentAway):
        centre.calls.lines.transfer(ME, centre.mine, Wish("agent", id=COLLEAGUE))
    assert centre.consult(Wish("agent", id=COLLEAGUE))


def test_an_internal_number_is_the_colleague(centre: Centre) -> None:
    line = centre.consult(Wish("number", "1002"))
    assert centre.call(centre.customer).lines[line].agent == COLLEAGUE


def test_nobody_talks_to_a_colleague_whose_page_has_begun_anew(centre: Centre) -> None:
    line = centre.with_colleague()
    centre.live.record("agent.reach", account=1, agent=COLLEAGUE, how="softphone", number="", proven=True)
    picture = centre.catalog.now
    his = picture.agents[COLLEAGUE]
    his = replace(his, options=replace(his.options, softphone=True))
    centre.catalog.now = replace(picture, agents={**picture.agents, COLLEAGUE: his})

    class Nowhere:
        def write(self, work: Callable[[], None]) -> None:
            pass

    softphones = Softphones(
        Nowhere(),  # type: ignore[arg-type]
        centre.live,
        centre.clock,
        centre.catalog,
        centre.phones,
        centre.switch,
        lambda: None,
    )
    softphones.give(COLLEAGUE, "another page")
    centre.put_down(line)
    assert centre.stage(centre.customer) is Stage.HELD
    assert centre.work(COLLEAGUE) is Work.IDLE
    centre.is_whole()


# --- giving away ------------------------------------------------------------------------------------------------
def test_a_colleague_gets_the_customer(centre: Centre) -> None:
    line = centre.with_colleague()
    centre.calls.qualify(ME, centre.customer, SALE, "says that he has paid")
    centre.calls.lines.complete(ME, line)
    assert centre.switch.last("bridge").args == (line, centre.customer), "the agent's leg first"
    centre.bridged(line, centre.customer)
    call = centre.call(centre.customer)
    assert (call.stage, call.agent, call.taken_by, call.lines) == (Stage.TALKING, COLLEAGUE, line, {})
    assert (call.disposition, call.note) == (SALE, "says that he has paid"), "a proposal for the next one"
    assert centre.work(ME) is Work.INTER_CALL
    centre.put_down(centre.mine)
    assert centre.stage(centre.customer) is Stage.TALKING
    centre.hangs_up(centre.customer)
    assert centre.work(ME) in (Work.INTER_CALL, Work.IDLE)
    centre.put_down(line)
    assert centre.work(COLLEAGUE) is Work.AFTER_WORK, "it is for him to say what it was worth"
    centre.calls.qualify(COLLEAGUE, centre.customer, SALE, "has paid")
    centre.is_over()


def test_the_new_agent_qualifies(centre: Centre) -> None:
    line = centre.with_colleague()
    centre.calls.lines.complete(ME, line)
    centre.bridged(line, centre.customer)
    centre.put_down(centre.mine)
    with pytest.raises(NotFound):
        centre.calls.qualify(ME, centre.customer, SALE, "")
    centre.hangs_up(centre.customer)
    assert centre.work(COLLEAGUE) is Work.AFTER_WORK
    centre.put_down(line)
    centre.calls.qualify(COLLEAGUE, centre.customer, SALE, "")
    centre.is_over()


@pytest.mark.parametrize("who", ["customer", "number"])
def test_a_number_gets_the_customer_and_the_agent_qualifies(centre: Centre, who: str) -> None:
    line = centre.with_number()
    centre.calls.lines.complete(ME, line)
    assert centre.switch.last("set_variables").args[1]["hangup_after_bridge"] == "true"
    centre.bridged(line, centre.customer)
    assert centre.stage(centre.customer) is Stage.OUTSIDE
    assert centre.work(ME) is Work.AFTER_WORK
    centre.put_down(centre.mine)
    if who == "customer":
        centre.hangs_up(centre.customer)
        centre.put_down(line)
    else:
        centre.hangs_up(line)
        centre.put_down(centre.customer)
    assert centre.work(ME) is Work.AFTER_WORK
    centre.calls.qualify(ME, centre.customer, SALE, "")
    centre.is_over()
    ended = centre.recorder.entries("call.ended")[-1].data
    assert ended["outcome"] == "answered"


def test_a_customer_who_is_given_to_nobody_stays(centre: Centre) -> None:
    line = centre.with_number()
    centre.switch.fail("bridge", Refused("-ERR"))
    centre.calls.lines.complete(ME, line)
    centre.calls.settle()
    assert (centre.stage(centre.customer), centre.line(line)) == (Stage.HELD, LineState.TALKING)
    assert centre.switch.last("set_variables").args[1]["transfer_after_bridge"] == "home:XML:fsapp"
    centre.switch.fail("bridge", None)
    centre.calls.lines.complete(ME, line)
    centre.bridged(line, centre.customer)
    assert centre.stage(centre.customer) is Stage.OUTSIDE


def test_an_agent_who_puts_his_telephone_down_while_he_gives_the_customer_away(centre: Centre) -> None:
    line = centre.with_colleague()
    centre.calls.lines.complete(ME, line)
    centre.hangs_up(centre.mine)
    assert centre.line(line) is LineState.TALKING, "nobody is let go in between"
    centre.bridged(line, centre.customer)
    assert (centre.stage(centre.customer), centre.call(centre.customer).agent) == (Stage.TALKING, COLLEAGUE)
    centre.is_whole()


# --- three together ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("with_whom", ["with_number", "with_colleague"])
def test_three_together_and_the_agent_leaves(centre: Centre, with_whom: str) -> None:
    line = getattr(centre, with_whom)()
    centre.together(line)
    rooms = {c.args for c in centre.switch.of("conference")}
    assert {leg for leg, _ in rooms} == {centre.customer, centre.mine, line}
    assert len({room for _, room in rooms}) == 1
    centre.calls.lines.leave(ME, centre.mine)
    assert centre.switch.last("bridge").args == (line, centre.customer)
    centre.bridged(line, centre.customer)
    wanted = Stage.OUTSIDE if with_whom == "with_number" else Stage.TALKING
    assert centre.stage(centre.customer) is wanted
    centre.put_down(centre.mine)
    centre.is_whole()


def test_a_conference_that_the_switch_refuses_leaves_two_in_conversation(centre: Centre) -> None:
    line = centre.with_number()
    centre.switch.fail("conference", Refused("-ERR"))
    centre.calls.lines.conference(ME, line)
    centre.calls.settle()
    assert centre.line(line) is LineState.HELD
    assert centre.switch.last("bridge").args == (centre.mine, centre.customer)
    assert centre.notices[-1][1] == "desk.conference_failed"
    centre.bridged(centre.mine, centre.customer)
    assert centre.stage(centre.customer) is Stage.TALKING


def test_nobody_is_brought_into_an_empty_room(centre: Centre) -> None:
    line = centre.with_number()
    centre.swapped(line)
    centre.tell(f.LegParked(centre.at, line))  # music begins: a conference waits for it
    centre.goes_home(line)
    centre.calls.lines.conference(ME, line)
    centre.hangs_up(line)
    centre.passes()
    assert not centre.switch.of("conference"), "the two are in conversation still"
    centre.calls.hold(ME, centre.mine)
    centre.is_whole()


# --- who hangs up when: docs/lines.md ---------------------------------------------------------------------------
def test_the_customer_leaves_and_the_agent_talks_on(centre: Centre) -> None:
    line = centre.with_number()
    centre.hangs_up(centre.customer)
    assert centre.stage(centre.customer) is Stage.STAYING
    assert centre.work(ME) is Work.ACTIVE
    with pytest.raises(Conflict):
        centre.calls.lines.complete(ME, line)
    centre.hangs_up(line)
    assert centre.work(ME) is Work.AFTER_WORK
    centre.put_down(centre.mine)
    centre.calls.qualify(ME, centre.customer, SALE, "")
    centre.is_over()


def test_the_customer_leaves_while_the_other_waits_and_the_agent_gets_him(centre: Centre) -> None:
    line = centre.with_number()
    centre.swapped(line)
    centre.hangs_up(centre.customer)
    assert centre.stage(centre.customer) is Stage.STAYING
    assert centre.switch.last("bridge").args == (centre.mine, line)
    centre.bridged(centre.mine, line)
    centre.hangs_up(centre.mine)
    centre.put_down(line)
    assert centre.work(ME) is Work.AFTER_WORK


def test_the_customer_leaves_before_anybody_has_answered(centre: Centre) -> None:
    line = centre.consult(Wish("agent", id=COLLEAGUE))
    centre.held()
    centre.rings(line)
    centre.hangs_up(centre.customer)
    assert centre.stage(centre.customer) is Stage.ENDED
    assert centre.work(COLLEAGUE) is Work.IDLE
    centre.put_down(line, centre.mine)
    centre.is_over()


@pytest.mark.parametrize("with_whom", ["with_number", "with_colleague"])
@pytest.mark.parametrize("swapped", [False, True])
def test_the_agent_puts_his_telephone_down(centre: Centre, with_whom: str, swapped: bool) -> None:
    line = getattr(centre, with_whom)()
    if swapped:
        centre.swapped(line)
        centre.hangs_up(centre.mine)
        centre.put_down(
            line, centre.customer
        )  # he has hung up on the one he talked to, and who waits is let go
        assert centre.work(ME) is Work.AFTER_WORK
        return
    centre.hangs_up(centre.mine)
    centre.put_down(line)
    call = centre.call(centre.customer)
    assert (call.stage, call.preferred_agent) in ((Stage.WAITING, ME), (Stage.OFFERED, ME))
    assert not centre.hung_up(centre.customer), "the customer who waits is not hung up"
    assert centre.offers()[-1] == (centre.customer, ME), "his agent's telephone rings again"
    centre.is_whole()


@pytest.mark.parametrize("with_whom", ["with_number", "with_colleague"])
@pytest.mark.parametrize("who", ["customer", "agent", "other"])
def test_somebody_leaves_a_conference(centre: Centre, with_whom: str, who: str) -> None:
    line = getattr(centre, with_whom)()
    centre.together(line)
    if who == "customer":
        centre.hangs_up(centre.customer)
        assert centre.switch.last("bridge").args == (centre.mine, line)
        centre.bridged(centre.mine, line)
        assert (centre.stage(centre.customer), centre.line(line)) == (Stage.STAYING, LineState.TALKING)
    elif who == "agent":
        centre.hangs_up(centre.mine)
        assert centre.switch.last("bridge").args == (line, centre.customer)
        centre.bridged(line, centre.customer)
        number = with_whom == "with_number"
        assert centre.stage(centre.customer) is (Stage.OUTSIDE if number else Stage.TALKING)
    else:
        centre.hangs_up(line)
        assert centre.switch.last("bridge").args == (centre.mine, centre.customer)
        centre.bridged(centre.mine, centre.customer)
        assert (centre.stage(centre.customer), centre.call(centre.customer).lines) == (Stage.TALKING, {})
    centre.passes()
    centre.is_whole()


def test_the_agent_lets_the_customer_go_and_talks_on(centre: Centre) -> None:
    line = centre.with_number()
    centre.calls.hang_up(ME, centre.mine)
    centre.put_down(centre.customer)
    assert centre.stage(centre.customer) is Stage.STAYING
    centre.calls.hang_up(ME, line)
    centre.put_down(line)
    assert centre.work(ME) is Work.AFTER_WORK
    ended = centre.recorder.entries("call.ended")[-1].data
    assert (ended["by"], ended["outcome"]) == ("agent", "answered")


def test_the_agent_lets_go_of_who_he_consulted(centre: Centre) -> None:
    line = centre.with_colleague()
    centre.calls.hang_up(ME, line)
    centre.put_down(line)
    assert (centre.stage(centre.customer), centre.work(COLLEAGUE)) == (Stage.HELD, Work.IDLE)
    assert centre.notices == []
    centre.is_whole()


def test_a_colleague_hangs_up_by_his_page(centre: Centre) -> None:
    line = centre.with_colleague()
    centre.calls.hang_up(COLLEAGUE, line)
    centre.put_down(line)
    assert centre.work(COLLEAGUE) is Work.IDLE


# --- a queue ----------------------------------------------------------------------------------------------------
@pytest.fixture
def with_queue(tmp_path: Path) -> Centre:
    made = Centre(tmp_path, agents=[ME, COLLEAGUE, THIRD])
    other = queue_info(id=OTHER_QUEUE, name="Support", number="701")
    made.set_queue(queue_info(), [ME, COLLEAGUE, THIRD], other)
    return made.begin()


def test_an_agent_of_a_queue_is_consulted(with_queue: Centre) -> None:
    centre = with_queue
    line = centre.consult(Wish("queue", id=OTHER_QUEUE))
    assert centre.line(line) is LineState.QUEUED
    centre.held()
    waiting = centre.call(line)
    assert (waiting.direction, waiting.stage, waiting.absent) == ("consult", Stage.OFFERED, True)
    leg = centre.offered_leg(line)
    agent = waiting.offers[leg].agent
    centre.rings(leg)
    centre.picks_up(leg)
    centre.passes()
    assert centre.stage(line) is None, "the call that waited is over"
    assert (centre.line(line), centre.agent(agent).call) == (LineState.ANSWERED, centre.customer)
    assert centre.switch.last("bridge").args == (centre.mine, leg)
    centre.bridged(centre.mine, leg)
    assert (centre.line(line), centre.work(agent)) == (LineState.TALKING, Work.ACTIVE)
    centre.calls.lines.complete(ME, line)
    centre.bridged(leg, centre.customer)
    assert (centre.call(centre.customer).agent, centre.work(agent)) == (agent, Work.ACTIVE)
    centre.is_whole()


def test_a_queue_is_left_again(with_queue: Centre) -> None:
    centre = with_queue
    line = centre.consult(Wish("queue", id=OTHER_QUEUE))
    centre.held()
    leg = centre.offered_leg(line)
    agent = centre.call(line).offers[leg].agent
    centre.calls.hang_up(ME, line)
    centre.calls.settle()
    assert centre.line(line) is None
    centre.put_down(leg)
    assert centre.stage(line) is None
    assert centre.work(agent) is Work.IDLE
    centre.is_whole()


def test_the_customer_leaves_while_a_queue_is_asked(with_queue: Centre) -> None:
    centre = with_queue
    line = centre.consult(Wish("queue", id=OTHER_QUEUE))
    centre.held()
    leg = centre.offered_leg(line)
    centre.hangs_up(centre.customer)
    centre.calls.settle()
    centre.put_down(leg, centre.mine)
    assert centre.stage(line) is None
    centre.is_over()


def test_a_closed_or_full_queue_is_refused_with_the_reason(with_queue: Centre) -> None:
    centre = with_queue
    centre.ctx.length = lambda queue: 5
    full = queue_info(id=OTHER_QUEUE, name="Support", number="701", max_length=Limit(3))
    centre.set_queue(queue_info(), [ME, COLLEAGUE], full)
    for ask in (centre.calls.lines.consult, centre.calls.lines.transfer):
        with pytest.raises(QueueFull):
            ask(ME, centre.mine, Wish("queue", id=OTHER_QUEUE))
    closed = queue_info(id=OTHER_QUEUE, name="Support", number="701", week=Week(1, "never", ()))
    centre.set_queue(queue_info(), [ME, COLLEAGUE], closed)
    with pytest.raises(QueueClosed):
        centre.calls.lines.transfer(ME, centre.mine, Wish("queue", id=OTHER_QUEUE))
    assert centre.stage(centre.customer) is Stage.TALKING


# --- blind ------------------------------------------------------------------------------------------------------
def blind(centre: Centre, to: Wish) -> None:
    centre.calls.lines.transfer(ME, centre.mine, to)
    centre.calls.settle()
    assert centre.switch.last("send_home").args == (centre.customer,)
    centre.tell(f.LegsUnbridged(centre.at, centre.mine, other=centre.customer))
    centre.goes_home(centre.customer)


def test_blind_into_a_queue(with_queue: Centre) -> None:
    centre = with_queue
    old = centre.call(centre.customer).ticket
    centre.calls.lines.transfer(ME, centre.mine, Wish("queue", id=OTHER_QUEUE))
    assert centre.stage(centre.customer) is Stage.TALKING, "not before he is at the door"
    centre.goes_home(centre.customer)
    call = centre.call(centre.customer)
    assert (call.queue, call.stage) == (OTHER_QUEUE, Stage.OFFERED)
    assert call.ticket != old
    assert centre.offers()[-1][1] != ME
    assert centre.work(ME) is Work.INTER_CALL, "no verdict, only the pause"
    centre.put_down(centre.mine)
    leg = centre.offered_leg(centre.customer)
    centre.rings(leg)
    centre.picks_up(leg)
    centre.bridged(leg, centre.customer)
    assert centre.stage(centre.customer) is Stage.TALKING
    centre.is_whole()


def test_blind_to_a_colleague(centre: Centre) -> None:
    blind(centre, Wish("agent", id=THIRD))
    centre.put_down(centre.mine)
    assert centre.offers()[-1] == (centre.customer, THIRD)
    leg = centre.offered_leg(centre.customer)
    centre.rings(leg)
    centre.picks_up(leg)
    centre.bridged(leg, centre.customer)
    assert (centre.call(centre.customer).agent, centre.call(centre.customer).transfer) == (THIRD, None)
    centre.is_whole()


@pytest.mark.parametrize("cause", ["USER_BUSY", "NO_ANSWER", "CALL_REJECTED"])
def test_a_colleague_who_does_not_take_it_and_the_call_comes_back(centre: Centre, cause: str) -> None:
    blind(centre, Wish("agent", id=THIRD))
    centre.put_down(centre.mine)
    assert centre.work(ME) is Work.INTER_CALL
    centre.refuses(centre.offered_leg(centre.customer), cause)
    assert centre.offers()[-1] == (centre.customer, ME), "out of his pause"
    assert centre.notices[-1][0] == ME and centre.notices[-1][1].startswith("desk.transfer.")
    leg = centre.offered_leg(centre.customer)
    centre.rings(leg)
    centre.picks_up(leg)
    centre.bridged(leg, centre.customer)
    assert (centre.call(centre.customer).agent, centre.stage(centre.customer)) == (ME, Stage.TALKING)
    centre.is_whole()


def test_nobody_takes_it_back_either_and_it_waits_at_its_place(centre: Centre) -> None:
    ticket = centre.call(centre.customer).ticket
    blind(centre, Wish("agent", id=THIRD))
    centre.put_down(centre.mine)
    centre.refuses(centre.offered_leg(centre.customer), "USER_BUSY")
    back = centre.offered_leg(centre.customer)
    centre.refuses(back, "NO_ANSWER")
    call = centre.call(centre.customer)
    assert (call.stage, call.ticket) == (Stage.OFFERED, ticket)
    assert centre.offers()[-1] == (centre.customer, COLLEAGUE), "the next one who is free"
    centre.is_whole()


def test_who_has_another_call_by_then_is_waited_for(centre: Centre) -> None:
    blind(centre, Wish("agent", id=THIRD))
    centre.put_down(centre.mine)
    centre.agents.end_delay(ME)
    centre.agents.offered(ME, "another", centre.clock.now_ms() + 20_000)
    centre.agents.answered(ME, "another")
    centre.refuses(centre.offered_leg(centre.customer), "USER_BUSY")
    call = centre.call(centre.customer)
    assert (call.stage, call.preferred_agent) == (Stage.WAITING, ME)
    centre.passes(20)
    assert centre.offers()[-1] == (centre.customer, COLLEAGUE)


def test_a_queue_where_transfers_do_not_come_back(tmp_path: Path) -> None:
    centre = Centre(tmp_path, agents=[ME, COLLEAGUE, THIRD], queue=queue_info(transfer_returns=False)).begin()
    blind(centre, Wish("agent", id=THIRD))
    centre.put_down(centre.mine)
    made = len(centre.offers())
    centre.refuses(centre.offered_leg(centre.customer), "USER_BUSY")
    assert centre.stage(centre.customer) is Stage.WAITING
    assert len(centre.offers()) == made, "his agent rests between two calls"
    centre.passes(3.1)
    assert centre.offers()[-1] == (centre.customer, ME)


def test_blind_to_a_number(centre: Centre) -> None:
    blind(centre, Wish("number", NUMBER))
    assert centre.stage(centre.customer) is Stage.DIVERTING
    assert centre.work(ME) is Work.AFTER_WORK
    centre.put_down(centre.mine)
    outside = centre.call(centre.customer).outside_leg
    assert outside is not None
    centre.tell(f.LegAnswered(centre.at, outside.id), f.LegParked(centre.at, outside.id))
    centre.bridged(outside.id, centre.customer)
    assert centre.stage(centre.customer) is Stage.OUTSIDE
    centre.calls.qualify(ME, centre.customer, SALE, "")
    assert centre.work(ME) is Work.INTER_CALL
    centre.hangs_up(centre.customer)
    centre.put_down(outside.id)
    centre.is_over()


@pytest.mark.parametrize("qualified", [False, True])
def test_a_number_that_does_not_answer_and_the_call_comes_back(centre: Centre, qualified: bool) -> None:
    blind(centre, Wish("number", NUMBER))
    centre.put_down(centre.mine)
    outside = centre.call(centre.customer).outside_leg
    assert outside is not None
    if qualified:
        centre.calls.qualify(ME, centre.customer, SALE, "")
    centre.refuses(outside.id, "NO_ANSWER")
    assert centre.offers()[-1] == (centre.customer, ME)
    leg = centre.offered_leg(centre.customer)
    centre.rings(leg)
    centre.picks_up(leg)
    centre.bridged(leg, centre.customer)
    assert centre.stage(centre.customer) is Stage.TALKING
    centre.hangs_up(centre.customer)
    centre.put_down(leg)
    # The conversation went on: its verdict is asked for now. The one that he gave before stands, unless he changes it.
    assert centre.work(ME) is (Work.INTER_CALL if qualified else Work.AFTER_WORK)
    centre.is_whole()


def test_the_caller_gives_up_while_it_comes_back(centre: Centre) -> None:
    blind(centre, Wish("number", NUMBER))
    centre.put_down(centre.mine)
    outside = centre.call(centre.customer).outside_leg
    assert outside is not None
    centre.refuses(outside.id, "USER_BUSY")
    leg = centre.offered_leg(centre.customer)
    centre.hangs_up(centre.customer)
    centre.put_down(leg)
    assert centre.work(ME) is Work.IDLE
    centre.is_over()


def test_the_agent_hangs_up_at_once_after_he_has_transferred_it(with_queue: Centre) -> None:
    centre = with_queue
    centre.calls.lines.transfer(ME, centre.mine, Wish("queue", id=OTHER_QUEUE))
    centre.hangs_up(centre.mine)
    assert centre.call(centre.customer).queue == OTHER_QUEUE
    centre.goes_home(centre.customer)
    assert centre.switch.last("music").args[0] == centre.customer
    centre.is_whole()


def test_a_transfer_that_the_switch_refuses_changes_nothing(with_queue: Centre) -> None:
    centre = with_queue
    centre.switch.fail("send_home", Refused("-ERR"))
    centre.calls.lines.transfer(ME, centre.mine, Wish("queue", id=OTHER_QUEUE))
    centre.calls.settle()
    assert (centre.stage(centre.customer), centre.call(centre.customer).transfer) == (Stage.TALKING, None)
    assert centre.notices[-1][1] == "desk.transfer.failed"
    centre.switch.fail("send_home", None)
    centre.calls.hold(ME, centre.mine)


def test_who_has_given_him_away_does_not_hang_up_on_him(centre: Centre) -> None:
    line = centre.with_colleague()
    centre.calls.lines.complete(ME, line)
    for leg in (centre.mine, line):
        with pytest.raises(Moving):
            centre.calls.hang_up(ME, leg)
    assert not centre.hung_up(centre.customer) and not centre.hung_up(line)
    centre.bridged(line, centre.customer)
    assert centre.call(centre.customer).agent == COLLEAGUE


def test_a_transfer_that_is_on_its_way_is_no_hang_up(centre: Centre) -> None:
    centre.calls.lines.transfer(ME, centre.mine, Wish("number", NUMBER))
    with pytest.raises(Moving):
        centre.calls.hang_up(ME, centre.mine)
    assert not centre.hung_up(centre.customer)


def test_who_hangs_up_on_his_way_to_the_music_keeps_nobody_waiting(centre: Centre) -> None:
    first = centre.with_number()
    second = centre.consult(Wish("agent", id=COLLEAGUE))
    centre.hangs_up(first)
    centre.tell(f.LegParked(centre.at, centre.mine))
    centre.rings(second)
    centre.picks_up(second)
    centre.passes()
    assert centre.switch.last("bridge").args == (centre.mine, second)


def test_an_agent_of_a_queue_who_is_gone_at_once_is_not_waited_for(centre: Centre) -> None:
    other = queue_info(id=OTHER_QUEUE, name="Support", number="701")
    centre.set_queue(queue_info(), [ME, COLLEAGUE, THIRD], other)
    line = centre.consult(Wish("queue", id=OTHER_QUEUE))
    centre.held()
    leg = centre.offered_leg(line)
    centre.rings(leg)
    centre.tell(
        f.LegAnswered(centre.at, leg), f.LegParked(centre.at, leg), f.LegHungUp(centre.at, leg, cause="X")
    )
    assert not centre.call(centre.customer).lines
    centre.is_whole()


def test_both_leave_a_conference_in_the_same_moment(centre: Centre) -> None:
    line = centre.with_number()
    centre.together(line)
    centre.hangs_up(line)
    centre.hangs_up(centre.mine)  # before the customer was brought out of the room
    assert centre.stage(centre.customer) is Stage.ENDING
    centre.put_down(centre.customer)
    assert centre.work(ME) is Work.AFTER_WORK
    centre.is_whole()


def test_a_supervisor_ends_what_goes_on_after_the_customer(centre: Centre) -> None:
    line = centre.with_number()
    centre.calls.hang_up(ME, centre.mine)
    centre.hangs_up(centre.customer, by_far_end=False)
    assert centre.stage(centre.customer) is Stage.STAYING
    centre.calls.end_call(centre.customer, "boss")
    centre.put_down(line, centre.mine)
    assert centre.stage(centre.customer) is Stage.ENDED


def test_what_cant_be_finished_keeps_nothing_else_from_it(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[object] = []

    def finish(ctx: Any, leftover: object) -> None:
        done.append(leftover)
        raise Conflict("this one fails")

    centre.agents.offered(COLLEAGUE, "gone", centre.clock.now_ms() + 9000)
    centre.agents.offered(THIRD, "gone too", centre.clock.now_ms() + 9000)
    monkeypatch.setattr(leftovers, "_finish", finish)
    assert leftovers.mend(centre.ctx) == done
    assert len(done) == 2


# --- what is heard ----------------------------------------------------------------------------------------------
def test_mute_and_keys(centre: Centre) -> None:
    line = centre.with_number()
    centre.calls.lines.mute(ME, line, True)
    centre.calls.settle()
    assert centre.switch.last("mute").args == (centre.mine, True)
    assert centre.call(centre.customer).legs[centre.mine].muted
    centre.calls.lines.mute(ME, centre.mine, False)
    centre.calls.settle()
    assert not centre.call(centre.customer).legs[centre.mine].muted
    centre.calls.lines.send_keys(ME, line, "12#")
    assert centre.switch.last("send_dtmf").args == (line, "12#")
    with pytest.raises(NotNow):
        centre.calls.lines.send_keys(ME, centre.mine, "1")


# --- what may not be --------------------------------------------------------------------------------------------
def test_what_is_not_allowed_now(centre: Centre) -> None:
    lines = centre.calls.lines
    line = centre.consult(Wish("number", NUMBER))
    with pytest.raises(OneAtATime):
        lines.consult(ME, centre.mine, Wish("number", NUMBER))
    with pytest.raises(OthersThere):
        lines.transfer(ME, centre.mine, Wish("number", NUMBER))
    centre.held()
    for refused in (lines.complete, lines.conference, lines.hold, lines.resume):
        with pytest.raises(Conflict):
            refused(ME, line)
    with pytest.raises(NotNow):
        lines.leave(ME, line)
    with pytest.raises(NotFound):
        lines.complete(COLLEAGUE, line)
    with pytest.raises(NotFound):
        lines.consult(COLLEAGUE, centre.mine, Wish("number", NUMBER))
    centre.answers_outside(line)
    centre.passes()
    centre.bridged(centre.mine, line)
    centre.calls.resume(ME, centre.mine)
    with pytest.raises(Moving):
        lines.complete(ME, line)


def test_several_lines(centre: Centre) -> None:
    first = centre.with_number()
    second = centre.consult(Wish("agent", id=COLLEAGUE))
    assert centre.switch.last("send_home").args == (first,), "who was talked to waits"
    centre.tell(f.LegsUnbridged(centre.at, centre.mine, other=first), f.LegParked(centre.at, centre.mine))
    centre.goes_home(first)
    centre.rings(second)
    centre.picks_up(second)
    centre.passes()
    centre.bridged(centre.mine, second)
    assert (centre.line(first), centre.line(second)) == (LineState.HELD, LineState.TALKING)
    with pytest.raises(OthersThere):
        centre.calls.lines.complete(ME, second)
    centre.calls.hang_up(ME, first)
    centre.put_down(first)
    centre.calls.lines.complete(ME, second)
    centre.bridged(second, centre.customer)
    assert centre.call(centre.customer).agent == COLLEAGUE


# --- replay -----------------------------------------------------------------------------------------------------
STORIES: dict[str, Callable[[Centre], Any]] = {
    "number": Centre.with_number,
    "colleague": Centre.with_colleague,
    "swapped": lambda c: c.swapped(c.with_number()),
    "conference": lambda c: c.together(c.with_colleague()),
    "staying": lambda c: (c.with_number(), c.hangs_up(c.customer)),
    "blind": lambda c: blind(c, Wish("agent", id=THIRD)),
    "asked": lambda c: c.calls.lines.transfer(ME, c.mine, Wish("agent", id=THIRD)),
    "muted": lambda c: (c.calls.lines.mute(ME, c.mine, True), c.calls.settle()),
}


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_restart_knows_all_of_it(centre: Centre, story: str, checkpoint: bool) -> None:
    STORIES[story](centre)
    centre.calls.settle()
    if checkpoint:
        centre.live._load(centre.live.checkpoint())
        before = centre.state()
        centre.live._load(centre.live.checkpoint())
        assert centre.state() == before
        return
    again = World(centre.folder, agents=[ME, COLLEAGUE, THIRD], clock=centre.clock)
    assert again.state() == centre.state()
    assert leftovers.find(again.live.calls, again.live.agents) == []


# --- permanent lines --------------------------------------------------------------------------------------------
@pytest.fixture
def connected(tmp_path: Path) -> Centre:
    """All three work with permanent lines."""
    made = Centre(tmp_path, agents=[ME, COLLEAGUE, THIRD], permanent=[ME, COLLEAGUE, THIRD])
    made.notices = []
    made.ctx.notice = lambda agent, key, params: made.notices.append((agent, key, params))
    made.registers(ME, COLLEAGUE, THIRD)
    for agent in (ME, COLLEAGUE, THIRD):
        made.agents.log_in(agent)
        made.passes(0.1)
        leg = made.agent(agent).line.leg
        made.tell(f.LegAnswered(made.at, leg), f.LegParked(made.at, leg))
    made.agents.available(ME)
    made.customer = made.waits()
    made.mine = made.agent(ME).line.leg
    made.calls.settle()
    made.passes(0.5)
    made.bridged(made.mine, made.customer)
    assert made.stage(made.customer) is Stage.TALKING
    made.agents.available(COLLEAGUE)
    made.agents.available(THIRD)
    return made


def test_nothing_rings_on_permanent_lines_and_they_stay(connected: Centre) -> None:
    centre = connected
    line = centre.consult(Wish("agent", id=COLLEAGUE))
    assert line == centre.agent(COLLEAGUE).line.leg
    centre.held()
    centre.passes(1)
    assert centre.switch.last("bridge").args == (centre.mine, line)
    centre.bridged(centre.mine, line)
    centre.swapped(line)
    centre.calls.hang_up(ME, line)
    assert centre.switch.last("transfer").args == (line, "line")
    assert not centre.hung_up(line)
    centre.tell(f.LegParked(centre.at, line))
    assert (centre.work(COLLEAGUE), centre.line(line)) == (Work.IDLE, None)
    assert centre.lines.leg(COLLEAGUE) == line, "it rests, for the next call"
    centre.is_whole()


def test_a_permanent_line_does_not_stay_in_the_room(connected: Centre) -> None:
    centre = connected
    line = centre.consult(Wish("number", NUMBER))
    centre.held()
    centre.answers_outside(line)
    centre.passes()
    centre.bridged(centre.mine, line)
    centre.together(line)
    centre.calls.lines.leave(ME, line)
    centre.bridged(line, centre.customer)
    assert centre.switch.last("transfer").args == (centre.mine, "line")
    assert not centre.hung_up(centre.mine)
    centre.tell(f.LegParked(centre.at, centre.mine))
    centre.calls.qualify(ME, centre.customer, SALE, "")
    centre.passes(4)
    assert centre.lines.leg(ME) == centre.mine
    centre.is_whole()


# --- who else may end it ----------------------------------------------------------------------------------------
def test_a_supervisor_ends_all_of_it(centre: Centre) -> None:
    line = centre.with_colleague()
    centre.calls.end_call(centre.customer, "supervisor")
    centre.put_down(centre.customer)
    assert centre.stage(centre.customer) is Stage.ENDED
    centre.put_down(line, centre.mine)
    assert centre.work(COLLEAGUE) is Work.IDLE


def test_a_supervisor_ends_what_goes_on_without_a_customer(centre: Centre) -> None:
    line = centre.with_number()
    centre.hangs_up(centre.customer)
    centre.calls.end_call(centre.customer, "supervisor")
    centre.put_down(line, centre.mine)
    assert centre.work(ME) is Work.AFTER_WORK


def test_a_colleague_refuses_by_his_page_or_logs_out(centre: Centre) -> None:
    for leaves in (False, True):
        line = centre.consult(Wish("agent", id=COLLEAGUE))
        if not leaves:
            centre.held()
        centre.rings(line)
        if leaves:
            centre.agents.log_out(COLLEAGUE)
            centre.calls.leaves(COLLEAGUE)
        else:
            centre.calls.hang_up(COLLEAGUE, line)
        assert centre.hung_up(line) == ["CALL_REJECTED"]
        centre.refuses(line, "CALL_REJECTED")
        assert centre.notices[-1] == (ME, "desk.line.refused", {"who": "Agent 2"})
    centre.is_whole()


# --- calls that an agent makes ----------------------------------------------------------------------------------
def test_whom_an_agent_has_called_is_consulted_about_and_given_away_like_others(tmp_path: Path) -> None:
    from fs_app.calls.outgoing import Wanted

    centre = Centre(tmp_path, agents=[ME, COLLEAGUE, THIRD])
    centre.notices = []
    centre.ctx.notice = lambda agent, key, params: centre.notices.append((agent, key, params))
    centre.ready(ME, COLLEAGUE, THIRD)
    queue = centre.catalog.queue(10)
    assert queue is not None
    made = centre.calls.dial(Wanted(1, ME, "+33199887766", queue))
    centre.customer, centre.mine = made.id, centre.offered_leg(made.id)
    centre.rings(centre.mine)
    centre.picks_up(centre.mine)
    centre.tell(f.LegAnswered(centre.at, made.id), f.Rang(centre.at, made.id, session=1))
    centre.bridged(centre.mine, made.id)
    assert centre.stage(made.id) is Stage.TALKING
    line = centre.with_colleague()
    centre.calls.lines.complete(ME, line)
    centre.bridged(line, made.id)
    assert (centre.call(made.id).agent, centre.stage(made.id)) == (COLLEAGUE, Stage.TALKING)
    centre.is_whole()


# --- docs/lines.md ----------------------------------------------------------------------------------------------
def test_the_document_has_a_row_for_each_way_that_is_played_and_a_column_for_each_end() -> None:
    """The end-to-end test names its ways and ends after the document's rows and columns."""
    from tests.e2e import test_lines as played

    text = (Path(__file__).parents[3] / "docs" / "lines.md").read_text()
    rows = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")]
    first = rows[: rows.index("how")]
    assert [row for row in first if row not in ("the other one", "---")] == list(played.ROWS)
    assert {way for ways in played.ROWS.values() for way in ways} >= {*played.EARLY, *played.LATE}
