"""The doorbell, and hostile people who ring it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import gevent
import pytest
from gevent import socket

from fs_app import facts
from fs_app.esl.outbound import OutboundServer
from tests.support.until import until

LEG = "1ec475f4-8b1e-4f64-8b40-9572662012d3"
OTHER = "ce37620e-3572-4e96-b428-d20b30f28dc8"


@pytest.fixture
def heard() -> list[facts.Fact]:
    return []


@pytest.fixture
def server(heard: list[facts.Fact]) -> Iterator[OutboundServer]:
    made = OutboundServer("127.0.0.1", 0, heard.append, most_sessions=20, connect_s=0.3)
    made.start()
    yield made
    made.stop()


class Ringer:
    """Plays FreeSWITCH's part."""

    def __init__(self, server: OutboundServer) -> None:
        self.sock = socket.create_connection(server.address)
        self.received = b""
        self.ended = False
        gevent.spawn(self._read)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.sock.recv(4096):
                self.received += data
        self.ended = True

    def channel(self, leg: str = LEG, extra: str = "") -> bytes:
        return (
            f"Event-Name: CHANNEL_DATA\nEvent-Date-Timestamp: 1795283171112249\nUnique-ID: {leg}\n"
            f"Caller-Caller-ID-Name: x%0AUnique-ID%3A%20{OTHER}\nvariable_fsapp_call: 7\n{extra}"
            "Content-Type: command/reply\nReply-Text: %2BOK%0A\nSocket-Mode: async\nControl: full\n\n"
        ).encode()

    def ring(self, leg: str = LEG) -> Ringer:
        until(lambda: self.received == b"connect\n\n")
        self.sock.sendall(self.channel(leg))
        return self


def test_who_rings_is_told_with_its_variables(server: OutboundServer, heard: list[facts.Fact]) -> None:
    ringer = Ringer(server).ring()
    until(lambda: heard)
    assert not ringer.ended
    assert heard == [facts.Rang(1795283171112249, LEG, 1, variables={"fsapp_call": "7"})]
    assert server.current(LEG) == 1 and len(server) == 1


def test_the_end_is_told(server: OutboundServer, heard: list[facts.Fact]) -> None:
    ringer = Ringer(server).ring()
    until(lambda: heard)
    ringer.sock.close()
    until(lambda: len(heard) == 2)
    assert isinstance(heard[1], facts.DoorClosed) and (heard[1].leg, heard[1].session) == (LEG, 1)
    assert server.current(LEG) is None and len(server) == 0


def test_a_notice_of_the_end_ends_it_but_lingering_does_not(
    server: OutboundServer, heard: list[facts.Fact]
) -> None:
    ringer = Ringer(server).ring()
    until(lambda: heard)
    notice = "Content-Type: text/disconnect-notice\nContent-Disposition: {}\nContent-Length: 0\n\n"
    ringer.sock.sendall(notice.format("linger").encode())
    gevent.idle()
    assert server.current(LEG) == 1
    ringer.sock.sendall(notice.format("disconnect").encode())
    until(lambda: server.current(LEG) is None)


def test_the_newest_session_is_current_and_the_older_is_left_alone(
    server: OutboundServer, heard: list[facts.Fact]
) -> None:
    """Closing the older one would throw the caller out of the newer."""
    old = Ringer(server).ring()
    until(lambda: len(heard) == 1)
    new = Ringer(server).ring()
    until(lambda: len(heard) == 2)
    assert server.current(LEG) == 2
    assert server.close(LEG, session=1) is False
    assert not old.ended and not new.ended
    new.sock.close()
    until(lambda: server.current(LEG) == 1)
    assert not old.ended


def test_closing_a_leg_closes_newest_first(server: OutboundServer, heard: list[facts.Fact]) -> None:
    ringers = []
    for count in (1, 2, 3):
        ringers.append(Ringer(server).ring())
        until(lambda count=count: len(heard) == count)  # type: ignore[misc]
    other = Ringer(server).ring(OTHER)
    until(lambda: len(heard) == 4)
    assert server.close(LEG, session=3) is True
    until(lambda: all(ringer.ended for ringer in ringers))
    until(lambda: len(heard) == 7)
    closed = [fact.session for fact in heard if isinstance(fact, facts.DoorClosed)]
    assert closed == [3, 2, 1]
    assert not other.ended and server.close(LEG) is False


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n\n\n",
        b"\x16\x03\x01" + b"\x00" * 500 + b"\n\n",
        b"Content-Type: command/reply\nReply-Text: +OK\n\n",
        b"Event-Name: CHANNEL_DATA\nContent-Type: command/reply\n\n",
        b"Event-Name: CHANNEL_DATA\nUnique-ID: ../../x y\nContent-Type: command/reply\n\n",
        b"Event-Name: CHANNEL_DATA\nUnique-ID: %0A%0Aapi%20shutdown\nContent-Type: command/reply\n\n",
        b"x" * 400_000,
        b"Content-Type: api/response\nContent-Length: 999999999\n\n",
        b"",
    ],
)
def test_a_stranger_is_dropped_without_harm(
    server: OutboundServer, heard: list[facts.Fact], noise: bytes
) -> None:
    stranger = Ringer(server)
    if noise:
        stranger.sock.sendall(noise)
    else:
        stranger.sock.shutdown(socket.SHUT_WR)
    until(lambda: stranger.ended)
    until(lambda: len(server) == 0)
    assert heard == []
    friend = Ringer(server).ring()
    until(lambda: len(heard) == 1)
    assert not friend.ended


def test_silence_has_a_deadline(server: OutboundServer, heard: list[facts.Fact]) -> None:
    silent = Ringer(server)
    until(lambda: len(server) == 1)
    until(lambda: len(server) == 0, timeout=2)
    until(lambda: silent.ended)
    assert heard == []


def test_drops_that_never_make_a_frame_have_a_deadline(server: OutboundServer) -> None:
    slow = Ringer(server)
    for _ in range(100):
        try:
            slow.sock.sendall(b"x")
        except OSError:
            break
        gevent.sleep(0.01)
    until(lambda: len(server) == 0, timeout=2)


def test_after_the_greeting_a_flood_ends_the_session(server: OutboundServer, heard: list[facts.Fact]) -> None:
    flood = Ringer(server).ring()
    until(lambda: heard)
    frame = b"Content-Type: log/data\nContent-Length: 60000\n\n" + b"x" * 60_000
    with contextlib.suppress(OSError):  # reset or broken pipe, as the system likes
        for _ in range(500):
            flood.sock.sendall(frame)
    until(lambda: flood.ended)
    until(lambda: len(heard) == 2)


def test_beyond_the_limit_connections_are_closed_at_once(
    server: OutboundServer, heard: list[facts.Fact]
) -> None:
    """So that the dialplan goes on with its music, instead of a caller who waits unaccepted."""
    crowd = [Ringer(server).ring(f"{i:08x}-0000-4000-8000-000000000000") for i in range(20)]
    until(lambda: len(heard) == 20)
    late = Ringer(server)
    until(lambda: late.ended)
    assert late.received == b""
    crowd[0].sock.close()
    until(lambda: len(server) == 19)
    again = Ringer(server).ring()
    until(lambda: server.current(LEG))
    assert not again.ended


def test_a_callback_that_fails_keeps_the_session(heard: list[facts.Fact]) -> None:
    def fail(fact: facts.Fact) -> None:
        heard.append(fact)
        raise RuntimeError("not today")

    server = OutboundServer("127.0.0.1", 0, fail)
    server.start()
    ringer = Ringer(server).ring()
    until(lambda: heard)
    assert server.current(LEG) == 1 and not ringer.ended
    server.stop()
    until(lambda: ringer.ended)
