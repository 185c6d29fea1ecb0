"""Pages of messages: templates with their preview, providers whose passwords stay inside, the log, the queue's tab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fs_app.admin.model import AuditEntry
from fs_app.messaging.model import Message, MessageProvider, MessageText, QueueMessage
from tests.support import callworld
from tests.support.mailserver import MailServer
from tests.unit.web.conftest import Visitor, Web, standing

PASSWORD = "tr0ub4dor&3"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with standing(tmp_path_factory.mktemp("messages")) as web:
        yield web


@pytest.fixture(scope="module")
def admin(web: Web) -> Visitor:
    return web.person("admin")


# --- templates -----------------------------------------------------------------------------------------------------
def test_a_template_is_written_in_several_languages(web: Web, admin: Visitor) -> None:
    texts = {"text-fr": "Merci {{call_name}}\r\nÀ bientôt", "text-en": "Thank you", "text-es": ""}
    answer = admin.post("/admin/messages/templates/new", channel="sms", name="Merci", **texts)
    assert answer.status_code == 303, answer.text
    rows = web.app.db.read(
        lambda: list(MessageText.select().where(MessageText.text.startswith("Merci {{call_n")))
    )
    assert [(r.language, r.text) for r in rows] == [("fr", "Merci {{call_name}}\nÀ bientôt")]
    page = admin.page(f"/admin/messages/templates/{rows[0].template_id}")
    assert "Thank you" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text-fr": "{{call_nmae}}"}, "{{call_nmae}} n’existe pas."),
        ({"text-fr": "{{call_name}"}, "Les doubles accolades"),
        ({"text-fr": "x" * 1600}, "Trop long"),
        ({"text-fr": ""}, "Écrivez le message dans une langue"),
        ({"text-fr": "x", "name": ""}, "admin"),
        ({"text-fr": "x", "name": "Merci de votre appel"}, "Ce nom est déjà pris."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(admin: Visitor, typed: dict[str, str], said: str) -> None:
    answer = admin.post("/admin/messages/templates/new", **{"channel": "sms", "name": "Neuf", **typed})
    assert answer.status_code == 400
    assert said in answer.text
    assert "field-error" in answer.text


def test_the_preview_shows_what_somebody_would_get(admin: Visitor) -> None:
    path = "/admin/messages/templates/preview?language=fr&channel="
    page = admin.post(path + "sms", **{"text-fr": "Bonjour {{call_name}} {{order}} 😀<b>"}).text
    assert "Bonjour Jeanne Dupont" in page
    assert "&lt;b&gt;" in page
    assert "UCS-2" in page
    assert "1 SMS" in page
    assert "Seul un menu vocal donne une valeur à : order" in page
    mail = admin.post(path + "mail", **{"subject-fr": "De {{call_queue}}", "text-fr": "{{call_oops}}"}).text
    assert "De Service client" in mail
    assert "{{call_oops}} n’existe pas." in mail


def test_a_template_in_use_is_not_deleted(web: Web, admin: Visitor) -> None:
    assert "Commercial" in admin.page("/admin/messages/templates/1/delete")
    assert admin.post("/admin/messages/templates/1/delete").status_code == 409
    assert admin.post("/admin/messages/templates/2/delete").status_code == 303


# --- providers -----------------------------------------------------------------------------------------------------
MAIL = {
    "channel": "mail",
    "host": "smtp.example.org",
    "port": "587",
    "tls": "starttls",
    "user": "x",
    "sender": "a@example.org",
    "active": "1",
}


def test_a_password_goes_in_and_never_comes_out(web: Web, admin: Visitor) -> None:
    made = admin.post("/admin/messages/providers/new", name="Neuf", secret=PASSWORD, **MAIL)
    assert made.status_code == 303
    path = made.headers["Location"]
    identifier = int(path.rpartition("/")[2])
    kept = web.app.db.read(lambda: MessageProvider.get_by_id(identifier))
    assert PASSWORD not in kept.secret
    assert web.app.messages.vault.open(kept.account_id, kept.secret) == PASSWORD
    admin.post(path, name="Neuf", **MAIL)  # an empty field: the password stays
    assert web.app.db.read(lambda: MessageProvider.get_by_id(identifier).secret) == kept.secret
    wrong = admin.post(path, name="", secret=PASSWORD, **MAIL)
    assert wrong.status_code == 400
    for page in (
        wrong.text,
        admin.page(path),
        admin.page("/admin/audit"),
        admin.page("/admin/messages/providers"),
    ):
        assert PASSWORD not in page
        assert kept.secret not in page
    told = web.app.db.read(lambda: [str(a.before) + str(a.after) for a in AuditEntry.select()])
    assert not any(PASSWORD in line for line in told)
    admin.post(path, name="Neuf", no_secret="1", **MAIL)
    assert web.app.db.read(lambda: MessageProvider.get_by_id(identifier).secret) == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "a b"),
        ("port", "0"),
        ("port", "x"),
        ("tls", "maybe"),
        ("tls", "none"),  # with a login
        ("sender", "nobody"),
        ("sender", "a@example.org\nBcc: b@example.org"),
    ],
)
def test_settings_that_can_not_work_are_refused(admin: Visitor, field: str, value: str) -> None:
    answer = admin.post("/admin/messages/providers/new", **{**MAIL, "name": "Faux", field: value})
    assert answer.status_code == 400
    assert f'id="e-{field}"' in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "ftp://x.example"),
        ("url", "https://"),
        ("url", "https://x.example/{{nothing}}"),
        ("body", '{"to": {{to}}, "text": "{{text}}"}'),
        ("body", '{"text": "{{text}}"}'),
        ("headers", "no colon"),
        ("success_status", "ok"),
    ],
)
def test_a_gateway_that_can_not_work_is_refused(admin: Visitor, field: str, value: str) -> None:
    form = {
        "channel": "sms",
        "name": "Faux",
        "url": "https://x.example",
        "method": "POST",
        "kind": "json",
        "body": '{"to": "{{to}}", "text": "{{text}}"}',
        "success_status": "2xx",
    }
    answer = admin.post("/admin/messages/providers/new", **{**form, field: value})
    assert answer.status_code == 400
    assert f'id="e-{field}"' in answer.text
    assert form["body"].replace('"', "&#34;") in answer.text or field == "body"


def test_a_test_mail_goes_out_at_once_and_says_what_became_of_it(web: Web, admin: Visitor) -> None:
    server = MailServer()
    form = {**MAIL, "host": "127.0.0.1", "port": str(server.port), "tls": "none", "user": ""}
    path = admin.post("/admin/messages/providers/new", name="Local", **form).headers["Location"]
    admin.post(path + "/test", to="me@example.org")
    assert "Envoyé à me@example.org." in admin.page(path)
    assert "un essai de" in server.got[0].text
    server.answers = {"RCPT": "550 <b>no</b>"}
    admin.post(path + "/test", to="me@example.org")
    page = admin.page(path)
    assert "Refusé par le serveur (550 &lt;b&gt;no&lt;/b&gt;)" in page
    assert admin.post(path + "/test", to="me").status_code == 400
    server.close()


def test_a_provider_says_whether_it_works(admin: Visitor) -> None:
    assert "Pas encore essayé" in admin.page("/admin/messages/providers/1")
    assert "Fonctionne : dernier envoi" in admin.page("/admin/messages/providers/2")


def test_the_page_of_a_call_leads_to_its_messages(web: Web, admin: Visitor) -> None:
    link = f"/admin/messages?q={callworld.FULL}"
    assert link in admin.page(f"/calls/{callworld.FULL}")
    assert admin.page(link).count("Merci de votre appel") >= 6
    assert link not in web.person("sonia").page(f"/calls/{callworld.FULL}")


def test_limits_are_kept(admin: Visitor) -> None:
    path = "/admin/messages/providers/limits"
    assert admin.post(path, per_minute="30", per_recipient_day="3").status_code == 303
    page = admin.page("/admin/messages/providers")
    assert 'value="30"' in page
    assert admin.post(path, per_minute="0", per_recipient_day="3").status_code == 400


# --- the log -------------------------------------------------------------------------------------------------------
def test_the_log_is_searched_and_filtered_and_harmless(admin: Visitor) -> None:
    page = admin.page("/admin/messages?state=FAILED")
    assert page.count('href="/admin/messages/4"') == 1
    assert "<img" not in page
    assert "&lt;img src=x" in admin.page("/admin/messages/4")
    for number in ("33612345674", "06+12+34+56+74", "%2B33612345674"):
        found = admin.page(f"/admin/messages?q={number}")
        assert "Incertain" in found
        assert 'href="/admin/messages/4"' not in found
    exported = admin.get("/admin/messages/export.csv?state=FAILED").text
    assert "Refusé par l’opérateur" in exported


def test_who_waits_is_cancelled_and_who_failed_is_sent_again(web: Web, admin: Visitor) -> None:
    assert admin.post("/admin/messages/1/cancel").status_code == 303
    assert admin.post("/admin/messages/1/cancel").status_code == 409
    assert admin.post("/admin/messages/2/resend").status_code == 409  # it is being sent
    again = admin.post("/admin/messages/4/resend")
    made = int(again.headers["Location"].rpartition("/")[2])
    row = web.app.db.read(lambda: Message.get_by_id(made))
    assert (row.state, row.recipient, row.text) == (
        "WAITING",
        "+33612345673",
        "Bonjour Jeanne, merci de votre appel.",
    )
    assert web.app.db.read(lambda: Message.get_by_id(4).state) == "FAILED"


def test_nobody_else_sees_messages(web: Web) -> None:
    for login in ("sonia", "elodie"):
        assert web.person(login).get("/admin/messages").status_code == 403


# --- the queue's tab -----------------------------------------------------------------------------------------------
def test_a_queue_sends_what_its_tab_says(web: Web, admin: Visitor) -> None:
    basic = {
        "name": "Commercial",
        "number": "700",
        "ring_s": "15",
        "no_answer_delay_s": "2",
        "inter_call_s": "0",
        "tabs": "sends",
    }
    before = web.app.db.read(lambda: QueueMessage.get().id)
    lines = {
        "send-0-id": str(before),
        "send-0-moment": "closed",
        "send-0-template": "1",
        "send-0-delay": "5",
        "send-3-moment": "answered",
        "send-3-template": "",
    }
    path = f"/admin/queues/{web.ids.desk.queue}"
    assert admin.post(path, **basic, **lines).status_code == 303
    rows = web.app.db.read(lambda: list(QueueMessage.select()))
    assert [(r.id, r.moment, r.delay_s) for r in rows] == [(before, "closed", 5)]
    wrong = admin.post(path, **basic, **{**lines, "send-0-moment": "disposed"})
    assert wrong.status_code == 400
    assert "Choisissez au moins une qualification." in wrong.text
    wrong = admin.post(path, **basic, **{**lines, "send-0-to": "team@example.org"})
    assert "Seul un e-mail va à une adresse." in wrong.text
    copied = admin.post(f"{path}/copy", name="Copie", number="799")
    assert copied.status_code == 303
    rows = web.app.db.read(lambda: list(QueueMessage.select().order_by(QueueMessage.id)))
    assert [(r.moment, r.queue_id == web.ids.desk.queue) for r in rows] == [
        ("closed", True),
        ("closed", False),
    ]
