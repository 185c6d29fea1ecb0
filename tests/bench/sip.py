"""Telephones that do nothing but the right thing at once, with the kernel's time of each packet.

For measuring only: what a telephone may do wrong is the business of sipp (tests/support/sip.py).
"""

from __future__ import annotations

import secrets
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import gevent
from gevent import socket as green
from gevent.queue import Queue

from tests.support.telephone import digest
from tests.support.until import until

SO_TIMESTAMPNS = 35
"""Linux, include/uapi/asm-generic/socket.h: the moment of arrival, CLOCK_REALTIME."""

SDP = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio %d RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)
AGAIN_S, TRIES = 0.5, 10
RTP_PORT = 9
"""Nobody listens: sound is none of our business."""


@dataclass(slots=True)
class Message:
    """A request or a response. `at`: ns since the epoch, by the kernel."""

    at: int
    start: bytes
    headers: dict[bytes, list[bytes]] = field(default_factory=dict)

    def one(self, name: bytes) -> bytes:
        return self.headers.get(name, [b""])[0]

    @property
    def method(self) -> bytes:
        return self.start.split(b" ")[0]

    @property
    def status(self) -> int:
        return int(self.start.split(b" ")[1]) if self.start.startswith(b"SIP/2.0 ") else 0


def parse(data: bytes, at: int) -> Message:
    start, *lines = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
    message = Message(at, start)
    for line in lines:
        name, _, value = line.partition(b":")
        message.headers.setdefault(name.strip().lower(), []).append(value.strip())
    return message


def _tag(request: Message) -> bytes:
    """Ours in this dialog; another one in each."""
    return b"t" + request.one(b"call-id").partition(b"@")[0].replace(b"-", b"")


class Endpoint:
    """One UDP port. Requests of a dialog that ends or asks whether we live are answered by themselves."""

    def __init__(self) -> None:
        self._sock = green.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._sock.bind(("127.0.0.1", 0))
        self.port: int = self._sock.getsockname()[1]
        self.local = b"127.0.0.1:%d" % self.port
        self._reader = gevent.spawn(self._read)

    def stop(self) -> None:
        self._reader.kill()
        self._sock.close()

    def send(self, start: bytes, headers: list[bytes], to: tuple[str, int], body: bytes = b"") -> None:
        kind = [b"Content-Type: application/sdp"] if body else []
        lines = [start, *headers, *kind, b"Content-Length: %d" % len(body)]
        self._sock.sendto(b"\r\n".join(lines) + b"\r\n\r\n" + body, to)

    def answer(self, request: Message, status: bytes, body: bytes = b"") -> None:
        to, tag = request.one(b"to"), _tag(request)
        headers = [b"Via: " + via for via in request.headers[b"via"]]
        headers += [b"Record-Route: " + route for route in request.headers.get(b"record-route", [])]
        headers += [
            b"From: " + request.one(b"from"),
            b"To: " + (to if b"tag=" in to else to + b";tag=" + tag),
        ]
        headers += [b"Call-ID: " + request.one(b"call-id"), b"CSeq: " + request.one(b"cseq")]
        headers += [b"Contact: <sip:bench@" + self.local + b">"]
        self.send(b"SIP/2.0 " + status, headers, self._sender, body)

    def arrived(self, message: Message) -> None:
        """What is not answered by itself."""

    def over(self, call_id: bytes) -> None:
        """The other side ended the call."""

    def _read(self) -> None:
        while True:
            green.wait_read(self._sock.fileno())
            data, extra, _, sender = self._sock.recvmsg(65536, 64)
            stamps = [struct.unpack("qq", value[:16]) for _, kind, value in extra if kind == SO_TIMESTAMPNS]
            at = stamps[0][0] * 10**9 + stamps[0][1] if stamps else time.time_ns()
            if len(data) < 16:
                continue  # keep-alive
            self._sender: tuple[str, int] = sender
            message = parse(data, at)
            if message.method in (b"BYE", b"OPTIONS", b"CANCEL", b"UPDATE"):
                self.answer(message, b"200 OK")
                if message.method != b"OPTIONS":
                    self.over(message.one(b"call-id"))
            else:
                self.arrived(message)


class Telephone(Endpoint):
    """An agent's telephone. What rings is put into `rings`."""

    def __init__(self, switch_port: int) -> None:
        self._switch = ("127.0.0.1", switch_port)
        self.rings: Queue[Message] = Queue()
        self._seen: set[bytes] = set()
        self._status: list[Message] = []
        self._let_go: set[bytes] = set()  # calls whose BYE was answered
        self.repeated = 0  # requests that had to be sent again
        super().__init__()

    def register(self, user: str, password: str, domain: str, port: int = 0) -> None:
        """`port`: where calls shall go, here when 0. Raises AssertionError when it is refused."""
        call_id = secrets.token_hex(8).encode()
        extra: list[bytes] = []
        for number in (1, 2):
            self._status.clear()
            uri = f"sip:{domain}".encode()
            headers = [
                b"Via: SIP/2.0/UDP " + self.local + b";branch=z9hG4bK" + secrets.token_hex(6).encode(),
                b"From: <sip:%s@%s>;tag=reg" % (user.encode(), domain.encode()),
                b"To: <sip:%s@%s>" % (user.encode(), domain.encode()),
                b"Call-ID: " + call_id,
                b"CSeq: %d REGISTER" % number,
                b"Contact: <sip:%s@127.0.0.1:%d>" % (user.encode(), port or self.port),
                b"Expires: 3600",
                b"Max-Forwards: 70",
                *extra,
            ]
            self.send(b"REGISTER " + uri + b" SIP/2.0", headers, self._switch)
            final = until(lambda: [m for m in self._status if m.status >= 200], 5, "answer to REGISTER")[0]
            if final.status == 200:
                return
            challenge = final.one(b"www-authenticate").decode()
            answer = digest(challenge, "REGISTER", uri.decode(), user, password)
            extra = [b"Authorization: " + answer.encode()]
        raise AssertionError(f"REGISTER refused: {final.start!r}")

    def arrived(self, message: Message) -> None:
        if message.status:
            self._status.append(message)
            if message.one(b"cseq").endswith(b"BYE"):
                self._let_go.add(message.one(b"call-id"))
        elif message.method == b"INVITE" and message.one(b"call-id") not in self._seen:
            self._seen.add(message.one(b"call-id"))
            self.answer(message, b"180 Ringing")
            self.rings.put(message)

    @property
    def last(self) -> bytes:
        """The first line of the last answer, for a report of what went wrong."""
        return self._status[-1].start if self._status else b""

    def pick_up(self, invite: Message) -> None:
        self.answer(invite, b"200 OK", SDP % RTP_PORT)

    def put_down(self, invite: Message) -> int:
        """BYE, again every half second until it is answered (RFC 3261, 17.1.2); the first moment, ns of UTC."""
        target = invite.one(b"contact").strip(b"<>").partition(b";")[0].strip(b"<>")
        headers = [
            b"Via: SIP/2.0/UDP " + self.local + b";branch=z9hG4bK" + secrets.token_hex(6).encode(),
            b"From: " + invite.one(b"to") + b";tag=" + _tag(invite),
            b"To: " + invite.one(b"from"),
            b"Call-ID: " + invite.one(b"call-id"),
            b"CSeq: 1 BYE",
            b"Max-Forwards: 70",
        ]
        call_id = invite.one(b"call-id")
        self._status.clear()
        now = time.time_ns()
        self.send(b"BYE " + target + b" SIP/2.0", headers, self._switch)
        gevent.spawn(
            self._insist, call_id, lambda: self.send(b"BYE " + target + b" SIP/2.0", headers, self._switch)
        )
        return now

    def _insist(self, call_id: bytes, again: Callable[[], None]) -> None:
        for _ in range(TRIES):
            gevent.sleep(AGAIN_S)
            if call_id in self._let_go:
                return
            self.repeated += 1
            again()


class Callers(Endpoint):
    """Everybody outside who calls `number` and waits; as one goes another comes."""

    def __init__(self, trunk_port: int, number: str, waiting: int) -> None:
        self._trunk = ("127.0.0.1", trunk_port)
        self._uri = f"sip:{number}@127.0.0.1:{trunk_port}".encode()
        self._waiting = waiting
        self._calls: dict[bytes, bool] = {}  # call id → answered
        self._count = 0
        self.open = False
        self.refused: list[bytes] = []
        super().__init__()

    def begin(self) -> None:
        self.open = True
        while len(self._calls) < self._waiting:
            self._call()
        until(lambda: all(self._calls.values()), 10, f"the callers wait ({self.refused})")

    def _call(self) -> None:
        self._count += 1
        call_id = secrets.token_hex(8).encode()
        self._calls[call_id] = False
        self._request(b"INVITE", call_id, b"<" + self._uri + b">", SDP % RTP_PORT)

    def _request(self, method: bytes, call_id: bytes, to: bytes, body: bytes = b"") -> None:
        headers = [
            b"Via: SIP/2.0/UDP " + self.local + b";branch=z9hG4bK" + secrets.token_hex(6).encode(),
            b"From: <sip:+336%08d@127.0.0.1>;tag=%s" % (self._count, call_id),
            b"To: " + to,
            b"Call-ID: " + call_id,
            b"CSeq: 1 " + method,
            b"Contact: <sip:caller@" + self.local + b">",
            b"Max-Forwards: 70",
        ]
        self.send(method + b" " + self._uri + b" SIP/2.0", headers, self._trunk, body)

    def arrived(self, message: Message) -> None:
        call_id = message.one(b"call-id")
        if message.status >= 200 and message.one(b"cseq").endswith(b"INVITE"):
            self._request(b"ACK", call_id, message.one(b"to"))
            if message.status == 200:
                self._calls[call_id] = True
            else:
                self.refused.append(message.start)
                self.over(call_id)

    def over(self, call_id: bytes) -> None:
        if self._calls.pop(call_id, None) is not None and self.open:
            self._call()
