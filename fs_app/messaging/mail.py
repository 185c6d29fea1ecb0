"""A mail, and the mail server that takes it (SMTP, RFC 5321).

Up to the end of the message's data nothing has been sent, whatever fails. When the line breaks between that end and
the server's answer nobody knows: that is said, and the mail is not given away again by itself.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

import gevent

from fs_app.messaging.outcome import NotSent, Outcome, Sent, Unclear
from fs_app.outward import Network, NotReached, connect, secured

TLS = ("starttls", "tls", "none")
"""How the line is secured: begun in clear, from the beginning, not at all."""

WAIT_S = 20.0
"""For each answer of the server."""

WHOLE_S = 120.0
"""For everything, also a big attachment over a slow line."""


@dataclass(frozen=True, slots=True)
class Server:
    """`user` empty: without login. `sender` is an address, `sender_name` what stands before it."""

    host: str = ""
    port: int = 587
    tls: str = "starttls"
    user: str = ""
    sender: str = ""
    sender_name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: bytes


def build(
    server: Server,
    to: str,
    subject: str,
    text: str,
    message_id: str,
    at_ms: int,
    attachment: Attachment | None = None,
) -> bytes:
    """The mail as bytes. Header fields can't hold line breaks: the library refuses them (ValueError), and texts are
    made harmless before."""
    mail = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))
    mail["From"] = formataddr((server.sender_name, server.sender))
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(at_ms / 1000, UTC))
    mail["Message-ID"] = f"<{message_id}@{server.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notes in answer
    mail.set_content(text, charset="utf-8")
    if attachment is not None:
        mail.add_attachment(attachment.content, maintype="audio", subtype="wav", filename=attachment.name)
    return mail.as_bytes()


def send(server: Server, password: str, to: str, mail: bytes, allowed: Sequence[Network]) -> Outcome:
    """Give a mail away. Never raises for what a server or a network does."""
    session = _Session(server, allowed)
    try:
        with gevent.Timeout(WHOLE_S, False):
            try:
                return session.deliver(password, to, mail)
            except smtplib.SMTPNotSupportedError as error:
                return NotSent("no_starttls" if "STARTTLS" in str(error) else "no_login", str(error)[:200])
            except smtplib.SMTPAuthenticationError as error:
                return NotSent("login", _said(error))
            except smtplib.SMTPResponseException as error:
                return _answer(error.smtp_code, error.smtp_error)
            except NotReached as error:
                return NotSent(
                    error.why, error.detail, again=error.why in ("unknown_host", "refused", "no_answer")
                )
            except ssl.SSLCertVerificationError as error:
                return NotSent("certificate", error.verify_message or str(error)[:200])
            except ssl.SSLError as error:
                return session.lost("tls", str(error)[:200])
            except (smtplib.SMTPException, OSError) as error:
                return session.lost("line_lost", str(error)[:200])
        return session.lost("no_answer", f"{WHOLE_S:g} s")
    finally:
        session.close()


class _Session(smtplib.SMTP):
    """smtplib's client on a connection that was looked at before."""

    def __init__(self, server: Server, allowed: Sequence[Network]) -> None:
        name = server.sender.rpartition("@")[2] or "localhost"
        super().__init__(local_hostname=name, timeout=WAIT_S)
        self._server = server
        self._allowed = allowed
        self._host = server.host  # whose certificate it must be
        self._given_away = False

    def _get_socket(self, host: str, port: int, timeout: float) -> ssl.SSLSocket:
        line = connect(host, port, timeout, self._allowed)
        return secured(line, host) if self._server.tls == "tls" else line  # type: ignore[return-value]

    def deliver(self, password: str, to: str, mail: bytes) -> Outcome:
        """Raises what smtplib raises."""
        server = self._server
        code, said = self.connect(server.host, server.port)
        if code != 220:
            return _answer(code, said)
        self.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            self.starttls(context=ssl.create_default_context())
            self.ehlo_or_helo_if_needed()
        if server.user:
            self.login(server.user, password)
        for code, said in (self.mail(server.sender), self.rcpt(to), self.docmd("data")):
            if code not in (250, 251, 354):
                return _answer(code, said)
        data = re.sub(rb"(?m)^\.", b"..", mail)
        self.send(data if data.endswith(b"\r\n") else data + b"\r\n")
        self._given_away = True
        self.send(b".\r\n")
        code, said = self.getreply()
        if code != 250:
            return _answer(code, said)
        self._given_away = False
        return Sent(said.decode("utf-8", "replace")[:200])

    def lost(self, why: str, detail: str) -> Outcome:
        """What it means that the line was lost now."""
        return Unclear("no_receipt", detail) if self._given_away else NotSent(why, detail, again=why != "tls")

    def close(self) -> None:
        """Without a farewell that somebody would have to wait for."""
        super().close()


def _answer(code: int, said: bytes | str) -> NotSent:
    """A refusal: 4xx may pass, 5xx will not (RFC 5321, 4.2.1)."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return NotSent("refused_by_server", f"{code} {' '.join(text.split())}"[:300], again=400 <= code < 500)


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{error.smtp_code} {' '.join(words.split())}"[:300]
