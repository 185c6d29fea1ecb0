"""A caller who writes his SIP by hand: for what no telephone would send (a name of 10,000 characters, raw bytes)."""

from __future__ import annotations

import secrets
import socket
import time


class RawCaller:
    """One INVITE over UDP to a trunk port on 127.0.0.1, its ACK, its BYE or CANCEL."""

    def __init__(self, port: int, to: str, number: bytes, name: bytes) -> None:
        self._target = ("127.0.0.1", port)
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self._sock.settimeout(0.2)
        self._local = f"127.0.0.1:{self._sock.getsockname()[1]}".encode()
        self._uri = f"sip:{to}@127.0.0.1:{port}".encode()
        self._call_id = secrets.token_hex(8).encode()
        quoted = name.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        shown = b'"' + quoted + b'" ' if name else b""
        self._from = shown + b"<sip:" + number + b"@127.0.0.1>;tag=" + secrets.token_hex(4).encode()
        self._to = b"<" + self._uri + b">"
        self._branch = b"z9hG4bK" + secrets.token_hex(6).encode()
        self.status = 0
        sdp = (
            b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            b"m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        )
        self._send(b"INVITE", 1, self._branch, sdp)

    def _send(self, method: bytes, cseq: int, branch: bytes, body: bytes = b"") -> None:
        lines = [
            method + b" " + self._uri + b" SIP/2.0",
            b"Via: SIP/2.0/UDP " + self._local + b";branch=" + branch + b";rport",
            b"From: " + self._from,
            b"To: " + self._to,
            b"Call-ID: " + self._call_id,
            b"CSeq: " + str(cseq).encode() + b" " + method,
            b"Contact: <sip:raw@" + self._local + b">",
            b"Max-Forwards: 70",
            *([b"Content-Type: application/sdp"] if body else []),
            b"Content-Length: " + str(len(body)).encode(),
        ]
        self._sock.sendto(b"\r\n".join(lines) + b"\r\n\r\n" + body, self._target)

    def answered(self, timeout: float = 10.0) -> None:
        """Wait for the final answer and acknowledge it; fails the test when it is not 200."""
        end = time.monotonic() + timeout
        while self.status < 200 and time.monotonic() < end:
            try:
                data = self._sock.recv(65536)
            except TimeoutError:
                continue
            if data.startswith(b"SIP/2.0 "):
                self.status = int(data[8:11])
                for line in data.split(b"\r\n"):
                    if line.lower().startswith(b"to:"):
                        self._to = line[3:].strip()
        assert self.status == 200, f"answer to INVITE: {self.status}"
        self._send(b"ACK", 1, b"z9hG4bK" + secrets.token_hex(6).encode())

    def hang_up(self) -> None:
        if self.status == 200:
            self._send(b"BYE", 2, b"z9hG4bK" + secrets.token_hex(6).encode())
        else:
            self._send(b"CANCEL", 1, self._branch)
        self._sock.close()
