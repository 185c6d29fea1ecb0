"""A mail server and an HTTP provider of the tests' own, on loopback, that can be told to misbehave."""

from __future__ import annotations

import email
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import gevent
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from gevent.server import StreamServer


@dataclass
class Received:
    sender: str
    to: str
    raw: bytes
    user: str = ""

    @property
    def mail(self) -> EmailMessage:
        found = email.message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@dataclass
class MailServer:
    """`answers`: verb → reply instead of the usual one. `silent_after_data`: takes the mail and says nothing more.
    `certificate` (file of certificate and key): STARTTLS is offered with it."""

    answers: dict[str, str] = field(default_factory=dict)
    silent_after_data: bool = False
    certificate: Path | None = None
    password: str = ""
    got: list[Received] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._server.start()
        self.port: int = self._server.server_port

    def close(self) -> None:
        self._server.stop(timeout=0)

    def _serve(self, line: Any, _: Any) -> None:
        self.connections += 1
        file = line.makefile("rb")
        sender = to = user = ""

        def say(text: str) -> None:
            line.sendall(text.encode() + b"\r\n")

        if greeting := self.answers.get("connect", "220 test"):  # "": it never greets
            say(greeting)
        while True:
            try:
                got = file.readline()
            except OSError:
                return
            if not got:
                return
            words = got.decode("utf-8", "replace").strip()
            verb = words.partition(" ")[0].upper()
            if verb in self.answers:
                say(self.answers[verb])
            elif verb == "EHLO":
                offers = ["test", "AUTH PLAIN"] + (["STARTTLS"] if self.certificate else [])
                say("\r\n".join(f"250{'-' if offer != offers[-1] else ' '}{offer}" for offer in offers))
            elif verb == "STARTTLS":
                say("220 go ahead")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                assert self.certificate is not None
                context.load_cert_chain(self.certificate)
                try:
                    line = context.wrap_socket(line, server_side=True)
                except OSError:
                    return
                file = line.makefile("rb")
            elif verb == "AUTH":
                import base64

                parts = base64.b64decode(words.split()[-1]).split(b"\0")
                user = parts[1].decode()
                say("235 in" if parts[2].decode() == self.password else "535 wrong password")
            elif verb == "MAIL":
                sender = words.partition("<")[2].partition(">")[0]
                say("250 ok")
            elif verb == "RCPT":
                to = words.partition("<")[2].partition(">")[0]
                say("250 ok")
            elif verb == "DATA":
                say("354 go on")
                raw = b""
                while not raw.endswith(b"\r\n.\r\n"):
                    more = file.readline()
                    if not more:
                        return
                    raw += more
                self.got.append(Received(sender, to, raw[:-3].replace(b"\r\n..", b"\r\n."), user))
                if self.silent_after_data:
                    gevent.sleep(60)
                    return
                say(self.answers.get("end", "250 queued as 4711"))
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class HttpProvider:
    """`answer(asked)` gives status and body; None: takes the request and says nothing."""

    answer: Callable[[Asked], tuple[int, str] | None] = lambda asked: (200, '{"messages": [{"id": "m-1"}]}')
    got: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._server.start()
        self.port: int = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.stop(timeout=0)

    def _serve(self, line: Any, _: Any) -> None:
        file = line.makefile("rb")
        method, path, _rest = file.readline().decode().split(" ", 2)
        headers: dict[str, str] = {}
        while (got := file.readline().decode().strip()) != "":
            name, _, value = got.partition(":")
            headers[name.lower()] = value.strip()
        body = file.read(int(headers.get("content-length", "0"))).decode()
        asked = Asked(method, path, headers, body)
        self.got.append(asked)
        answer = self.answer(asked)
        if answer is None:
            gevent.sleep(60)
            return
        status, text = answer
        raw = text.encode()
        line.sendall(
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n\r\n".encode() + raw
        )
        line.close()


def own_certificate(folder: Path, name: str = "localhost") -> Path:
    """A certificate that nobody else has signed, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file
