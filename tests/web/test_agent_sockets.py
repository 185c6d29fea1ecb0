"""Sockets of agents' pages, over a real WebSocket: who gets in, what they are told, what they may ask."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
import simple_websocket

from fs_app.accounts.model import Profile, User, UserSession
from fs_app.accounts.service import hash_of
from fs_app.agents.model import Agent
from fs_app.errors import Conflict, LinkLost
from fs_app.events import AgentPicture
from fs_app.web import access, sockets
from fs_app.web.server import WebServer, create
from tests.support.deskworld import PASSWORD, App, Ids, build
from tests.support.rawsio import RawSocketIO
from tests.support.until import until


class Web:
    def __init__(self, folder: Path) -> None:
        self.app: App
        self.ids: Ids
        self.app, self.ids = build(folder, inter_call_s=0.2)
        self.server: WebServer = create(self.app)  # type: ignore[arg-type]
        self.server.start()
        self.desk = self.app.desk
        self.accounts = self.server.flask_app.extensions["fs_app"].accounts
        self.sockets: sockets.AgentSockets = self.server.flask_app.extensions[sockets.NAME]
        self._open: list[RawSocketIO] = []

    def cookie(self, login: str = "elodie", account: str = "demo") -> str:
        token, _ = self.accounts.log_in(account, login, PASSWORD)
        return f"{access.COOKIE}={token}"

    def page(self, cookie: str | None = None, **how: Any) -> RawSocketIO:
        one = RawSocketIO(self.server.port, self.cookie() if cookie is None else cookie, **how)
        self._open.append(one)
        return one.settled()

    def live_page(self, **how: Any) -> RawSocketIO:
        page = self.page(**how)
        until(lambda: page.of("agent"), what="a picture")
        return page

    def stop(self) -> None:
        for one in self._open:
            one.close()
        self.server.stop(timeout=0.5)
        self.app.db.close()


class DeafBrowser:
    """A WebSocket by hand that reads only when asked to."""

    def __init__(self, port: int, cookie: str) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self._socket.connect(("127.0.0.1", port))
        self._socket.settimeout(5)
        self._socket.sendall(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            b"Cookie: " + cookie.encode() + b"\r\n\r\n"
        )
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(1)
        assert head.startswith(b"HTTP/1.1 101"), head
        self._socket.sendall(b"\x81\x82\x00\x00\x00\x0040")  # one text frame, masked with zeros: connect

    def frames(self) -> Iterator[bytes]:
        """What the server sent, frame by frame (RFC 6455, 5.2)."""
        while True:
            length = self._exactly(2)[1] & 0x7F
            if length > 125:
                length = int.from_bytes(self._exactly(2 if length == 126 else 8), "big")
            yield self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        got = bytearray()
        while len(got) < count:
            part = self._socket.recv(count - len(got))
            assert part, "the server closed"
            got += part
        return bytes(got)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = Web(tmp_path)
    yield made
    made.stop()


# --- who gets in --------------------------------------------------------------------------------------------
def test_without_a_login_nobody_gets_in(web: Web) -> None:
    for cookie in ("", f"{access.COOKIE}=made-up", f"{access.COOKIE}={'x' * 5000}"):
        page = web.page(cookie)
        assert page.refusal["data"]["key"] == "error.not_logged_in"
        assert not page.connected


def test_a_login_without_telephone_is_refused_in_its_language(web: Web) -> None:
    page = web.page(web.cookie("sonia"))
    assert page.refusal["data"]["key"] == "error.not_allowed"
    assert page.refusal["data"]["text"]


def test_another_sites_page_is_refused(web: Web) -> None:
    with pytest.raises(simple_websocket.ConnectionError):
        RawSocketIO(web.server.port, web.cookie(), origin="http://evil.example")
    assert web.page(origin="http://127.0.0.1").connected  # this client's Host header names no port


def test_long_polling_is_not_served(web: Web) -> None:
    with socket.create_connection(("127.0.0.1", web.server.port), timeout=5) as plain:
        plain.sendall(
            b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        assert plain.recv(100).startswith(b"HTTP/1.1 400")


def test_a_page_gets_a_whole_picture_at_connect_and_is_seen(web: Web) -> None:
    page = web.live_page()
    picture = page.of("agent")[0]
    assert picture["agent"] == {"id": web.ids.agent, "name": "Élodie Garçon", "number": "1001"}
    assert web.desk.present == {web.ids.agent}


# --- pictures -----------------------------------------------------------------------------------------------
def test_many_changes_are_few_pictures_and_the_last_one_is_right(web: Web) -> None:
    page = web.live_page()
    began = time.monotonic()
    for waiting in range(1, 101):
        web.desk.queue_waits(web.ids.queue, waiting)
        gevent.sleep(0.01)
    until(lambda: page.of("agent")[-1]["queues"][0]["waiting"] == 100, what="the newest picture")
    took = time.monotonic() - began
    assert len(page.of("agent")) <= took / 0.25 + 3
    numbers = [picture["seq"] for picture in page.of("agent")]
    assert numbers == sorted(set(numbers))


def test_pictures_go_to_their_own_agent_only(web: Web) -> None:
    mine, other = web.live_page(), web.live_page(cookie=web.cookie("bruno"))
    web.desk.log_in(web.ids.colleague)
    until(lambda: other.of("agent")[-1]["presence"]["name"] == "UNAVAILABLE")
    assert {picture["agent"]["id"] for picture in mine.of("agent")} == {web.ids.agent}
    assert {picture["agent"]["id"] for picture in other.of("agent")} == {web.ids.colleague}


def test_one_message_makes_a_page_right_that_was_away(web: Web) -> None:
    page = web.live_page(auth={"tab": "p"})
    page.close()
    until(lambda: not web.desk.present, what="gone")
    web.desk.log_in(web.ids.agent)
    web.desk.available(web.ids.agent)
    web.desk.ring(web.ids.agent)
    web.desk.answer(web.ids.agent)
    back = web.live_page(auth={"tab": "p"})
    assert back.of("agent")[0]["state"]["name"] == "IN_CALL"
    assert len(back.events) == 1


def test_a_browser_that_reads_nothing_makes_nobody_else_wait(web: Web) -> None:
    deaf = DeafBrowser(web.server.port, web.cookie("bruno"))
    until(lambda: web.ids.colleague in web.desk.present)
    page = web.live_page()
    big = {"reasons": [{"id": n, "label": "x" * 200} for n in range(300)]}
    for number in range(100):
        picture = {**web.desk.picture(web.ids.colleague), **big}
        web.app.bus.publish(AgentPicture(web.ids.account, web.ids.colleague, lambda p=picture: p))
        if number % 10 == 0:
            gevent.sleep(0.26)
    began = time.monotonic()
    web.desk.log_in(web.ids.agent)
    until(lambda: page.of("agent")[-1]["presence"]["name"] == "UNAVAILABLE")
    assert time.monotonic() - began < 1
    deaf.close()


def test_a_browser_that_answers_no_ping_is_gone_within_seconds(web: Web) -> None:
    deaf = DeafBrowser(web.server.port, web.cookie("bruno"))
    until(lambda: web.ids.colleague in web.desk.present)
    until(lambda: web.ids.colleague not in web.desk.present, timeout=7, what="noticed as gone")
    deaf.close()


def test_a_browser_that_reads_slowly_gets_whole_frames(web: Web) -> None:
    """A frame larger than the socket's buffers: a part that is written alone would break the stream."""
    slow = DeafBrowser(web.server.port, web.cookie("bruno"))
    until(lambda: web.ids.colleague in web.desk.present)
    label = "x" * 200
    picture = web.desk.picture(web.ids.colleague)
    picture["reasons"] = [{"id": n, "label": label} for n in range(30_000)]
    web.app.bus.publish(AgentPicture(web.ids.account, web.ids.colleague, lambda: picture))
    gevent.sleep(1.0)  # long enough that the buffers are full and the server waits
    big = next(frame for frame in slow.frames() if len(frame) > 1_000_000)
    assert big.startswith(b'42["agent",{')
    assert big.endswith(b"}]")
    assert big.count(label.encode()) == 30_000
    slow.close()


# --- one live tab -------------------------------------------------------------------------------------------
def test_a_second_tab_is_noticed_and_may_take_over(web: Web) -> None:
    cookie = web.cookie()
    first = web.live_page(cookie=cookie, auth={"tab": "one"})
    second = web.page(cookie, auth={"tab": "two"})
    until(lambda: second.of("elsewhere"))
    assert second.of("agent") == []
    refused = second.ask("agent.log_in")
    assert (refused["ok"], refused["error"]["key"]) == (False, "error.not_allowed")
    assert second.ask("agent.take_over") == {"ok": True}
    until(lambda: first.of("replaced") and second.of("agent"))
    assert second.ask("agent.log_in") == {"ok": True}
    assert first.ask("agent.available")["ok"] is False
    assert web.desk.asked.count(("browser_seen", web.ids.agent)) == 1


def test_the_same_page_takes_its_place_again_without_a_word(web: Web) -> None:
    cookie = web.cookie()
    web.live_page(cookie=cookie, auth={"tab": "one"})
    again = web.live_page(cookie=cookie, auth={"tab": "one"})
    assert again.of("elsewhere") == []
    assert again.ask("agent.log_in") == {"ok": True}


def test_a_waiting_tab_lives_when_the_other_one_goes(web: Web) -> None:
    cookie = web.cookie()
    first = web.live_page(cookie=cookie, auth={"tab": "one"})
    second = web.page(cookie, auth={"tab": "two"})
    first.close()
    until(lambda: second.of("agent"))
    assert ("browser_gone", web.ids.agent) not in web.desk.asked


def test_the_desk_hears_once_that_the_last_page_is_gone(web: Web) -> None:
    page = web.live_page()
    page.close()
    until(lambda: ("browser_gone", web.ids.agent) in web.desk.asked)
    assert web.desk.present == set()


# --- asking -------------------------------------------------------------------------------------------------
def test_each_question_reaches_the_desk_with_its_agent(web: Web) -> None:
    page = web.live_page()
    agent = web.ids.agent
    assert page.ask("agent.log_in") == {"ok": True}
    assert page.ask("agent.unavailable", {"reason": web.ids.reason}) == {"ok": True}
    assert page.ask("agent.available", {}) == {"ok": True}
    call = web.desk.ring(agent)
    web.desk.answer(agent)
    assert page.ask("line.hold", {"line": "leg-1"}) == {"ok": True}
    assert page.ask("line.resume", {"line": "leg-1"}) == {"ok": True}
    assert page.ask("line.hang_up", {"line": "leg-1"}) == {"ok": True}
    assert page.ask("call.qualify", {"call": call, "disposition": 3, "note": "ok"}) == {"ok": True}
    asked = [what for what in web.desk.asked if not what[0].startswith("browser")]
    assert asked == [
        ("log_in", agent),
        ("unavailable", agent, web.ids.reason),
        ("available", agent),
        ("hold", agent, "leg-1"),
        ("resume", agent, "leg-1"),
        ("hang_up", agent, "leg-1"),
        ("qualify", agent, call, 3, "ok"),
    ]


def test_what_belongs_to_a_module_that_the_profile_has_off_is_refused(web: Web) -> None:
    page, agent = web.live_page(), web.ids.agent
    web.app.db.write(lambda: _without(web.ids.account, "recording", "delay", "transferred"))
    web.app.catalog.reload()
    for event in ("line.start_recording", "line.pause_recording", "line.resume_recording"):
        assert page.ask(event, {"line": "leg-1"})["error"]["key"] == "error.not_allowed"
    for event in ("agent.end_delay", "agent.transferred"):
        assert page.ask(event)["error"]["key"] == "error.not_allowed"
    assert page.ask("agent.log_in") == {"ok": True}
    assert [what for what in web.desk.asked if not what[0].startswith("browser")] == [("log_in", agent)]


def _without(account: int, *modules: str) -> None:
    options = {"modules_off": list(modules)}
    profile = Profile.create(account=account, name="Less", role="agent", options=options, created_at=1)
    User.update(profile=profile).where(User.login == "elodie").execute()


def test_a_refusal_comes_back_translated(web: Web) -> None:
    page = web.live_page()
    web.desk.refuse_next = Conflict("too late")
    french = page.ask("agent.log_in")
    web.accounts.choose_language(web.accounts.identify(web.cookie().split("=", 1)[1]), "es")
    spanish_page = web.live_page(auth={"take_over": True})
    web.desk.refuse_next = Conflict("too late")
    spanish = spanish_page.ask("agent.log_in")
    assert french["error"]["key"] == spanish["error"]["key"] == "error.conflict"
    assert french["error"]["text"] != spanish["error"]["text"]
    assert "too late" not in french["error"]["text"]


def test_a_switch_that_is_away_is_said_and_nothing_else_breaks(web: Web) -> None:
    page = web.live_page()
    web.desk.refuse_next = LinkLost("down")
    assert page.ask("agent.log_in")["error"]["key"] == "error.link_lost"
    assert page.ask("agent.log_in") == {"ok": True}


def test_an_error_inside_is_answered_without_its_secrets(web: Web) -> None:
    page = web.live_page()
    web.desk.refuse_next = RuntimeError("password=hunter2")
    answer = page.ask("agent.log_in")
    assert answer["error"]["key"] == "error.internal"
    assert "hunter2" not in str(answer)


def test_hostile_input_is_refused_and_the_page_lives_on(web: Web) -> None:
    page = web.live_page()
    for wrong in (
        [1],
        ["x"],
        [[]],
        [{}, {}],
        [{"line": "a\r\nb"}],
        [{"line": {"$ne": 1}}],
        [{"line": "x" * 10_000}],
    ):
        assert page.ask("line.hang_up", *wrong)["error"]["key"] == "error.invalid"
    assert page.ask("agent.log_in") == {"ok": True}
    assert all(what[0] != "hang_up" for what in web.desk.asked)


def test_nonsense_on_the_wire_ends_that_socket_only(web: Web) -> None:
    page = web.live_page()
    for nonsense in ("42", "42{", "4299999999999", '42["no.such.event"]', "451-[", "zzz"):
        one = web.page(web.cookie("bruno"))
        one.raw(nonsense)
        one.close()
    assert page.ask("agent.log_in") == {"ok": True}


def test_a_huge_message_ends_that_socket_only(web: Web) -> None:
    page, huge = web.live_page(), web.live_page(cookie=web.cookie("bruno"))
    huge.raw('42["agent.log_in",{"x":"' + "y" * 300_000 + '"}]')
    until(lambda: huge.closed, what="the end of the socket")
    assert page.ask("agent.log_in") == {"ok": True}


def test_a_page_whose_login_ends_is_told_and_disconnected(web: Web) -> None:
    page = web.live_page()
    web.accounts.revoke_all(web.app.db.read(lambda: Agent.get_by_id(web.ids.agent).user_id))
    assert page.ask("agent.log_in")["error"]["key"] == "error.not_logged_in"
    web.sockets.check_logins()
    until(lambda: page.of("signed_out"))
    until(lambda: web.ids.agent not in web.desk.present)


def test_stopping_the_server_disconnects_the_pages_and_is_quick(web: Web) -> None:
    page = web.live_page()
    began = time.monotonic()
    web.server.stop(timeout=2)
    assert time.monotonic() - began < 2.5
    until(lambda: page.closed or not page.connected)


# --- many ---------------------------------------------------------------------------------------------------
def test_two_hundred_pages_all_get_their_pictures(web: Web) -> None:
    """Five hundred of them: `fs-app bench web`."""
    many = 200
    now = web.app.clock.now_ms()
    tokens = [f"token-{n}" for n in range(many)]

    def people() -> list[int]:
        made = []
        for n, token in enumerate(tokens):
            user = User.create(
                account=web.ids.account,
                login=f"a{n}",
                name=f"A{n}",
                role="agent",
                password_hash="-",
                created_at=now,
            )
            agent = Agent.create(
                account=web.ids.account, user=user, number=f"{2000 + n}", sip_ha1="0" * 32, created_at=now
            )
            UserSession.create(
                token_hash=hash_of(token), user=user, created_at=now, seen_at=now, expires_at=now + 3_600_000
            )
            made.append(agent.id)
        return made

    agents = web.app.db.write(people, timeout=30)
    for agent in agents:
        web.desk.agents[agent] = web.desk._fresh(agent, f"A{agent}", "2000")
    pages = [web.page(f"{access.COOKIE}={token}") for token in tokens]
    until(lambda: all(page.of("agent") for page in pages), timeout=20, what="the first pictures")
    began = time.monotonic()
    for agent in agents:
        web.desk.log_in(agent)
    until(
        lambda: all(page.of("agent")[-1]["presence"]["name"] == "UNAVAILABLE" for page in pages),
        timeout=10,
        what="the changed pictures",
    )
    assert time.monotonic() - began < 5
