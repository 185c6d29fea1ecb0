"""What becomes of an agent and his customer when page, PC, network or telephone go away: docs/survival.md.

On the simulator. Where sound decides it is on the real switch: `test_softphone.py`, `test_bad_moments.py`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import gevent
import pytest
import socketio

from fs_app.sim.world import SimWorld
from tests.e2e.conftest import measured
from tests.support.program import DID, DOMAIN, PASSWORD, AgentPage, Plan, Program, logged_in
from tests.support.relay import Relay
from tests.support.until import PATIENCE, until
from tests.support.world import Caller, PartyState, Phone

NOTICED_S, OUT_S = 6.0, 5.0
"""A page that says no good-bye is noticed by its silence; its agent is out 5 s after that."""


class Setting:
    """One program for all cases; each case has an agent of its own."""

    def __init__(self, folder: Path) -> None:
        self.world = SimWorld()
        self.app = Program(
            self.world, folder / "one", Plan(agents=9, wrap_up=False), FS_APP_PHONE_ABSENCE_S="2"
        )
        self.app.start()
        self._next = 0
        self._open: list[AgentPage] = []
        self._wires: list[Relay] = []
        self._callers: list[Caller] = []

    def agent(self) -> Desk:
        self._next += 1
        user = str(1000 + self._next)
        phone = self.world.phone(user, PASSWORD, DOMAIN)
        phone.register()
        phone.answer_by_itself()
        desk = Desk(self, user, phone)
        until(lambda: desk.page.picture["phone"]["registered"], 10, "the telephone is registered")
        desk.page.do("agent.log_in")
        desk.page.do("agent.available")
        return desk

    def call(self) -> Caller:
        self._callers.append(self.world.call(DID, "+33612345678"))
        return self._callers[-1]

    def page(self, user: str) -> tuple[AgentPage, Relay]:
        """A PC with a wire of its own."""
        wire = Relay(self.app.ports[40 + len(self._wires)], ("127.0.0.1", self.app.ports[0]))
        self._wires.append(wire)
        page = AgentPage(f"http://127.0.0.1:{self.app.ports[39 + len(self._wires)]}", f"agent{user}")
        self._open.append(page)
        return page, wire

    def second_pc(self, user: str, told: list[str]) -> socketio.Client:
        """Another PC of the same person; what it is told goes into `told`."""
        http = logged_in(self.app.url, f"agent{user}")
        client = socketio.Client(reconnection=False)
        client.on("elsewhere", lambda *_: told.append("elsewhere"))
        cookies = "; ".join(f"{c.name}={c.value}" for c in http.cookies)
        client.connect(
            self.app.url,
            headers={"Cookie": cookies},
            auth={"tab": "another"},
            transports=["websocket"],
            wait_timeout=5,
        )
        return client

    def is_out(self, user: str) -> bool:
        """The last word about his presence is that he is logged out."""
        agent = self.app.ids.agents[int(user) - 1001]
        said = self.app.rows(
            "select data from journal_entry where kind = 'agent.presence' and agent = ? order by id desc limit 1",
            agent,
        )
        return not said or json.loads(said[0][0])["new"] == "LOGGED_OUT"

    def home_time(self) -> None:
        """The case is over: nobody is logged in, nobody on the line."""
        for caller in self._callers:
            caller.hang_up()
        self._callers.clear()
        for page in self._open:
            with suppress(socketio.exceptions.SocketIOError):
                page.socket.call("agent.log_out", {}, timeout=1)
            page.socket.disconnect()
        for wire in self._wires:
            wire.cut()
        self._open.clear()
        users = [str(1001 + i) for i in range(self._next)]
        until(lambda: self.world.legs() == 0, 10, "nobody is on the line")
        until(lambda: all(map(self.is_out, users)), 30, "everybody has gone home", step=0.2)

    def close(self) -> None:
        self.app.close()
        self.world.close()


class Desk:
    def __init__(self, setting: Setting, user: str, phone: Phone) -> None:
        self.user, self.phone = user, phone
        self.page, self.wire = setting.page(user)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    one = Setting(tmp_path_factory.mktemp("survival"))
    yield one
    one.close()


@pytest.fixture
def setting(made: Setting) -> Iterator[Setting]:
    yield made
    made.home_time()


def seconds(condition: Callable[[], object], most: float, what: str) -> float:
    begun = time.monotonic()
    until(condition, most, what)
    return time.monotonic() - begun


@pytest.mark.parametrize("how", ["the browser is killed", "the PC loses its power"])
def test_an_agent_at_rest_whose_page_dies_gets_no_call_and_is_out_within_seconds(
    setting: Setting, how: str
) -> None:
    desk = setting.agent()
    desk.page.socket.eio.reconnection = desk.page.socket.reconnection = False
    caller = None
    if how == "the browser is killed":
        desk.wire.cut()
        gevent.sleep(0.5)
        caller = setting.call()
    else:
        desk.wire.blackhole()
    most = OUT_S if caller is not None else NOTICED_S + OUT_S
    out = seconds(lambda: setting.is_out(desk.user), most + 10, "out")
    measured(f"{how}: its agent is out after", f"{out:.1f} s")
    assert out <= (most + 2) * PATIENCE
    caller = caller or setting.call()
    caller.talking()
    gevent.sleep(0.5)
    assert desk.phone.state == PartyState.IDLE, "nobody rings a telephone that nobody sees"
    caller.hang_up()


def test_in_a_call_the_conversation_goes_on_and_who_comes_back_is_as_he_was(setting: Setting) -> None:
    desk = setting.agent()
    caller = setting.call()
    desk.page.is_in("IN_CALL", 20)
    desk.wire.cut()
    gevent.sleep(OUT_S + 1.5)  # long enough to be out, were he not in a call
    until(lambda: caller.hears([desk.phone.tone_hz]).get(desk.phone.tone_hz, 0) > 0.5, 5, "they talk")
    back, _ = setting.page(desk.user)
    back.is_in("IN_CALL")
    until(lambda: back.picture["presence"]["wanted"] is None, 5, "he stays")
    caller.hang_up()
    back.is_in("IDLE")


def test_who_does_not_come_back_is_out_after_his_call(setting: Setting) -> None:
    desk = setting.agent()
    caller = setting.call()
    desk.page.is_in("IN_CALL", 20)
    desk.wire.cut()
    gevent.sleep(OUT_S + 1.5)
    assert not setting.is_out(desk.user)
    caller.hang_up()
    until(lambda: setting.is_out(desk.user), 10, "out", step=0.2)


def test_a_cut_of_some_seconds_takes_nobody_out(setting: Setting) -> None:
    desk = setting.agent()
    desk.wire.cut()
    gevent.sleep(2.0)
    desk.wire.mend()
    before = len(desk.page.pictures)
    until(lambda: len(desk.page.pictures) > before, 10, "the page is back by itself")
    assert desk.page.state == "IDLE"


def test_two_pcs_one_works_and_either_may_be_it(setting: Setting) -> None:
    desk = setting.agent()
    told: list[str] = []
    other = setting.second_pc(desk.user, told)
    until(lambda: told == ["elsewhere"], 5, "the second PC is told")
    refused = other.call("agent.unavailable", {"reason": None}, timeout=10)
    assert not refused["ok"], "only the living page acts"
    desk.page.socket.on("replaced", lambda _: told.append("replaced"))
    assert other.call("agent.take_over", {}, timeout=10)["ok"]
    until(lambda: "replaced" in told, 5, "the first one is told")
    assert not desk.page.ask("agent.unavailable", reason=None)["ok"]
    assert other.call("agent.unavailable", {"reason": None}, timeout=10)["ok"]
    other.disconnect()
    until(
        lambda: desk.page.state == "UNAVAILABLE", 5, "the first one lives again, with the state of the second"
    )


def test_logging_out_in_a_call_waits_for_its_end(setting: Setting) -> None:
    desk = setting.agent()
    caller = setting.call()
    desk.page.is_in("IN_CALL", 20)
    desk.page.do("agent.log_out")
    until(lambda: desk.page.picture["presence"]["wanted"], 5, "it is wanted")
    assert caller.hears([desk.phone.tone_hz]) and desk.page.state == "IN_CALL"
    caller.hang_up()
    desk.page.is_in("LOGGED_OUT")


def test_a_telephone_that_is_gone_keeps_its_conversation_and_gets_no_other(setting: Setting) -> None:
    desk = setting.agent()
    caller = setting.call()
    desk.page.is_in("IN_CALL", 20)
    desk.phone.unregister()
    until(lambda: not desk.page.picture["phone"]["registered"], 5, "the page says so")
    until(lambda: caller.hears([desk.phone.tone_hz]).get(desk.phone.tone_hz, 0) > 0.5, 5, "they talk")
    caller.hang_up()
    until(lambda: desk.page.picture["presence"]["set_aside"] == "phone", 15, "set aside after the call")
    desk.phone.register()
    desk.page.is_in("IDLE")
