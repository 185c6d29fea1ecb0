"""A mail and an SMS to servers of the tests' own: what arrives, and what is said when it does not."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fs_app.messaging import mail, sms
from fs_app.messaging.mail import Attachment, Server
from fs_app.messaging.outcome import NotSent, Outcome, Sent, Unclear
from fs_app.messaging.sms import Gateway
from fs_app.outward import NotReached, connect, is_allowed, networks
from tests.support.mailserver import HttpProvider, MailServer, own_certificate

HERE = networks("127.0.0.0/8, ::1")


@pytest.fixture
def server() -> Iterator[MailServer]:
    made = MailServer()
    yield made
    made.close()


@pytest.fixture
def provider() -> Iterator[HttpProvider]:
    made = HttpProvider()
    yield made
    made.close()


def settings(server: MailServer, **more: Any) -> Server:
    return Server(
        **{"host": "127.0.0.1", "port": server.port, "tls": "none", "sender": "shop@example.org", **more}
    )


def post(server: Server, password: str = "", text: str = "Bonjour\n.\nSigné: é") -> Outcome:
    built = mail.build(server, "jean@example.org", "Été {1}", text, "fsapp-1-1", 1_790_000_000_000)
    return mail.send(server, password, "jean@example.org", built, HERE)


# --- mail --------------------------------------------------------------------------------------------------------
def test_a_mail_arrives_as_it_was_written(server: MailServer) -> None:
    out = post(settings(server, sender_name="Boutique «Été»"))
    assert isinstance(out, Sent)
    (got,) = server.got
    assert (got.sender, got.to) == ("shop@example.org", "jean@example.org")
    assert got.mail["Subject"] == "Été {1}"
    assert got.mail["From"].addresses[0].display_name == "Boutique «Été»"
    assert got.mail["Message-ID"] == "<fsapp-1-1@example.org>"
    assert got.mail["Auto-Submitted"] == "auto-generated"
    assert got.text.splitlines() == ["Bonjour", ".", "Signé: é"]
    assert got.raw.isascii()


def test_a_recording_is_attached(server: MailServer) -> None:
    where = settings(server)
    sound = Attachment("m.wav", b"RIFF" + bytes(range(256)) * 20)
    built = mail.build(where, "jean@example.org", "x", "y", "i", 0, sound)
    assert isinstance(mail.send(where, "", "jean@example.org", built, HERE), Sent)
    (part,) = server.got[0].mail.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("audio/wav", "m.wav")
    assert part.get_content() == sound.content


def test_no_header_can_be_smuggled_in(server: MailServer) -> None:
    where = settings(server)
    for wrong in (
        lambda: mail.build(where, "a@example.org", "x\r\nBcc: b@example.org", "y", "i", 0),
        lambda: mail.build(where, "a@example.org\r\nBcc: b@example.org", "x", "y", "i", 0),
        lambda: mail.build(
            settings(server, sender_name="a\nBcc: b@x.org"), "a@example.org", "x", "y", "i", 0
        ),
    ):
        with pytest.raises(ValueError, match=r"(CR|newline|linefeed|carriage|characters)"):
            wrong()


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"connect": "421 busy"}, NotSent("refused_by_server", "421 busy", again=True)),
        ({"RCPT": "550 no such user"}, NotSent("refused_by_server", "550 no such user")),
        ({"RCPT": "451 greylisted"}, NotSent("refused_by_server", "451 greylisted", again=True)),
        ({"MAIL": "530 log in first"}, NotSent("refused_by_server", "530 log in first")),
        ({"end": "552 too big"}, NotSent("refused_by_server", "552 too big")),
    ],
)
def test_what_a_server_refuses(server: MailServer, answers: dict[str, str], outcome: NotSent) -> None:
    server.answers = answers
    assert post(settings(server)) == outcome


def test_a_wrong_password_is_said_and_a_right_one_works(server: MailServer) -> None:
    server.password = "geheim"
    wrong = post(settings(server, user="shop"), "falsch")
    assert wrong == NotSent("login", "535 wrong password")
    assert isinstance(post(settings(server, user="shop"), "geheim"), Sent)
    assert server.got[0].user == "shop"


def test_tls_that_does_not_work_is_said_in_a_word(server: MailServer, tmp_path: Path) -> None:
    assert post(settings(server, tls="starttls")).why == "no_starttls"  # type: ignore[union-attr]
    in_clear = post(settings(server, tls="tls"))
    assert isinstance(in_clear, NotSent)
    assert in_clear.why == "tls"
    server.certificate = own_certificate(tmp_path)
    unknown = post(settings(server, host="localhost", tls="starttls"))
    assert isinstance(unknown, NotSent)
    assert (unknown.why, unknown.again) == ("certificate", False)
    assert "self" in unknown.detail
    assert not server.got


def test_a_mail_goes_over_tls_to_a_server_whose_certificate_is_right(
    server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.certificate = own_certificate(tmp_path)
    server.password = "geheim"
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))  # the authorities that are believed
    there = settings(server, host="localhost", tls="starttls", user="shop")
    assert isinstance(post(there, "geheim"), Sent)
    by_address = post(settings(server, tls="starttls"))
    assert isinstance(by_address, NotSent)
    assert by_address.why == "certificate"  # it is for another name
    assert len(server.got) == 1


def test_a_mail_without_a_receipt_is_unclear_and_one_before_is_not(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "WAIT_S", 0.5)
    server.silent_after_data = True
    assert post(settings(server)).why == "no_receipt"  # type: ignore[union-attr]
    assert isinstance(post(settings(server)), Unclear)
    server.close()
    gone = post(settings(server))
    assert isinstance(gone, NotSent)
    assert (gone.why, gone.again) == ("refused", True)


def test_private_addresses_are_for_those_who_may(monkeypatch: pytest.MonkeyPatch) -> None:
    for address in (
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "0.0.0.0",
        "224.0.0.1",
    ):
        assert not is_allowed(address, ())
    assert not is_allowed("::ffff:127.0.0.1", ())
    for inside in ("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1"):
        assert not is_allowed(inside, ()), f"{inside} leads to a private IPv4 address"
    assert is_allowed("64:ff9b::5db8:d70e", ())
    assert is_allowed("::ffff:127.0.0.1", HERE)
    assert is_allowed("93.184.215.14", ())
    assert is_allowed("10.1.2.3", networks("10.0.0.0/8"))
    with pytest.raises(NotReached, match="private"):
        connect("localhost", 25, 2.0, ())

    def nobody(*_: object, **__: object) -> None:  # a name server of the outside may take its time
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("fs_app.outward.socket.getaddrinfo", nobody)
    with pytest.raises(NotReached, match="unknown_host"):
        connect("nobody.invalid", 25, 2.0, ())


# --- SMS ---------------------------------------------------------------------------------------------------------
def gateway(provider: HttpProvider, **more: str) -> Gateway:
    return Gateway(
        **{
            "url": provider.url + "/send?key={{secret}}",
            "headers": "Authorization: Bearer {{secret}}",
            "body": '{"to": "{{to}}", "text": "{{text}}", "from": "{{sender}}"}',
            "sender": "Shop",
            "reference": "messages.0.id",
            **more,
        }
    )


def short(where: Gateway, text: str = 'Il a dit "oui"\nà 5 %') -> Outcome:
    return sms.send(where, "s3cret&key", "+33612345678", text, "fsapp-1-1", HERE)


def test_an_sms_is_sent_as_its_provider_wants_it(provider: HttpProvider) -> None:
    assert short(gateway(provider)) == Sent("m-1")
    (got,) = provider.got
    assert (got.method, got.path) == ("POST", "/send?key=s3cret%26key")
    assert got.headers["authorization"] == "Bearer s3cret&key"
    assert json.loads(got.body) == {"to": "+33612345678", "text": 'Il a dit "oui"\nà 5 %', "from": "Shop"}


def test_no_text_breaks_out_of_its_place(provider: HttpProvider) -> None:
    form = gateway(provider, kind="form", body="to={{digits}}&text={{text}}")
    short(form, "a&to=33600000000")
    xml = gateway(provider, kind="xml", body="<sms to='{{to}}'>{{text}}</sms>")
    short(xml, "</sms><sms to='+33600000000'>")
    query = gateway(provider, method="GET", url=provider.url + "/?to={{to}}&text={{text}}", body="")
    short(query, "a&b=1 c#d")
    assert provider.got[0].body == "to=33612345678&text=a%26to%3D33600000000"
    assert provider.got[1].body.count("<sms") == 1
    assert provider.got[2].path == "/?to=%2B33612345678&text=a%26b%3D1%20c%23d"
    broken = gateway(provider, headers="X-Text: {{text}}")
    assert short(broken, "a\r\nX-More: 1").why == "wrong_settings"  # type: ignore[union-attr]
    assert len(provider.got) == 3


@pytest.mark.parametrize(
    ("status", "answer", "outcome"),
    [
        (200, "queued", Sent("")),
        (202, "error: no credit", NotSent("refused_by_provider", "202 error: no credit")),
        (400, "queued? bad number", NotSent("refused_by_provider", "400 queued? bad number")),
        (401, "key s3cret&key is wrong", NotSent("refused_by_provider", "401 key … is wrong")),
        (302, "", NotSent("redirected", "302")),
        (429, "slow", NotSent("provider_busy", "429 slow", again=True)),
        (503, "", NotSent("provider_busy", "503", again=True)),
        (500, "oops", Unclear("provider_failed", "500 oops")),
        (504, "", Unclear("provider_failed", "504")),
    ],
)
def test_what_a_provider_says(provider: HttpProvider, status: int, answer: str, outcome: Outcome) -> None:
    provider.answer = lambda asked: (status, answer)
    found = short(gateway(provider, success_text="queued" if "queued" in answer or "error" in answer else ""))
    if isinstance(outcome, NotSent):
        assert isinstance(found, NotSent)
        assert (found.why, found.detail.strip(), found.again) == (outcome.why, outcome.detail, outcome.again)
    elif isinstance(outcome, Unclear):
        assert isinstance(found, Unclear)
        assert (found.why, found.detail.strip()) == (outcome.why, outcome.detail)
    else:
        assert found == outcome


def test_a_request_without_an_answer_is_unclear(
    provider: HttpProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "WAIT_S", 0.3)
    provider.answer = lambda asked: None
    assert isinstance(short(gateway(provider)), Unclear)
    provider.close()
    assert short(gateway(provider)).again  # type: ignore[union-attr]


def test_a_body_that_is_no_json_is_found_before() -> None:
    assert sms.body_is_right(Gateway(body='{"to": "{{to}}"}'))
    assert not sms.body_is_right(Gateway(body='{"to": {{to}}}'))
    assert sms.body_is_right(Gateway(kind="form", body="x"))
    assert sms.matches("2xx", 204)
    assert sms.matches("200, 202", 202)
    assert not sms.matches("200, 202", 204)
    assert not sms.matches("", 200)
