"""From what happened to a call to what was sent, once: over a database and servers of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copy
from typing import Any

import gevent
import pytest

from fs_app.accounts.model import Account
from fs_app.admin.audit import Actor
from fs_app.admin.listing import Wanted
from fs_app.calls.model import Call, Recording
from fs_app.clock import FakeClock
from fs_app.contacts.model import Contact
from fs_app.db import Database
from fs_app.ivr.model import Flow
from fs_app.journal import Entry
from fs_app.messaging import log, outbox, templates
from fs_app.messaging.model import (
    Message,
    MessageProvider,
    MessageSettings,
    MessageTemplate,
    MessageText,
    QueueMessage,
)
from fs_app.messaging.rows import voicemail_left, wanted
from fs_app.messaging.service import Messages
from fs_app.messaging.vault import SecretLost, Vault
from fs_app.outward import networks
from fs_app.projection import project
from fs_app.queues.model import Disposition
from fs_app.tasks import Tasks, Threads
from fs_app.voicemail.model import Voicemail, VoicemailBox
from tests.support.mailserver import HttpProvider, MailServer
from tests.support.menus import node, published
from tests.support.postgres import Postgres, find_postgres
from tests.support.until import until
from tests.unit.core.databases import T0, Ids, opened, populate

NUMBER = "+33612345678"


@dataclass
class Post:
    db: Database
    ids: Ids
    clock: FakeClock
    messages: Messages
    server: MailServer
    provider: HttpProvider
    folder: Path
    last: int = 0

    def tell(self, kind: str, call: str = "call-1", **data: Any) -> None:
        self.last += 1
        entry = Entry(self.last, self.clock.now_ms(), kind, self.ids.account, call, None, data)
        self.db.write(lambda: project([entry]))

    def call(self, outcome: str, call: str = "call-1", number: str = NUMBER) -> None:
        self.tell(
            "call.started",
            call,
            direction="inbound",
            queue=self.ids.queue,
            caller_number=number,
            caller_name="Jean\r\nBcc: x",
            called_number="+33185090000",
        )
        self.tell("call.ended", call, by="caller", outcome=outcome, cause="NORMAL_CLEARING")

    def round(self, seconds: float = 0.0) -> None:
        """One wake of the scheduler, and the end of what it began."""
        self.clock.advance(seconds)
        self.messages.round()
        until(lambda: not self.messages._jobs, 10, "all is settled")

    def rows(self) -> list[Any]:
        return self.db.read(lambda: list(Message.select().order_by(Message.id)))

    def states(self) -> list[str]:
        return [f"{m.state} {m.why}".strip() for m in self.rows()]

    def again(self) -> Messages:
        """The program anew, after a death."""
        self.messages = made(self.db, self.clock, self.folder)
        self.messages.start()
        return self.messages


def made(db: Database, clock: FakeClock, folder: Path, secret_key: str = "k" * 32) -> Messages:
    return Messages(
        db, clock, Tasks("test"), Threads("test", 1), Vault(secret_key), folder, networks("127.0.0.0/8")
    )


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("migrated") / "x.db"
    opened(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def post(tmp_path: Path, migrated: Path) -> Iterator[Post]:
    yield from office(opened(f"sqlite:///{copy(migrated, tmp_path / 'x.db')}"), tmp_path)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Post]:
    """The same on PostgreSQL."""
    if find_postgres() is None:
        pytest.skip("NOT SHOWN HERE: no PostgreSQL")
    server = Postgres()
    yield from office(opened(server.create()), tmp_path)
    server.stop()


def office(db: Database, tmp_path: Path) -> Iterator[Post]:
    ids, clock = db.write(populate), FakeClock(T0)
    server, provider = MailServer(), HttpProvider()
    found = Post(db, ids, clock, made(db, clock, tmp_path), server, provider, tmp_path)
    vault = found.messages.vault

    def seed() -> None:
        mail = {"host": "127.0.0.1", "port": server.port, "tls": "none", "sender": "shop@example.org"}
        sms = {"url": provider.url, "body": '{"to": "{{to}}", "text": "{{text}}", "key": "{{secret}}"}'}
        of: dict[str, Any] = {"account": ids.account, "created_at": T0}
        MessageProvider.create(name="Mail", channel="mail", settings=mail, **of)
        MessageProvider.create(
            name="SMS", channel="sms", settings=sms, secret=vault.close(ids.account, "geheim"), **of
        )

    db.write(seed)
    yield found
    server.close()
    provider.close()
    db.close()


def template(
    post: Post, channel: str = "sms", said: str = "Merci {{call_name}}", language: str = "fr"
) -> int:
    def make() -> int:
        made = MessageTemplate.create(
            account=post.ids.account, name=f"{channel}{said[:40]}", channel=channel, created_at=T0
        )
        MessageText.create(
            account=post.ids.account,
            template=made,
            language=language,
            subject="De {{call_name}}" if channel == "mail" else "",
            text=said,
        )
        return int(made.id)

    return post.db.write(make)


def rule(post: Post, moment: str, what: int, **more: Any) -> int:
    return post.db.write(
        lambda: (
            QueueMessage.create(
                account=post.ids.account, queue=post.ids.queue, moment=moment, template=what, **more
            ).id
        )
    )


# --- when ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("moment", "outcome", "sends"),
    [
        ("answered", "answered", True),
        ("answered", "abandoned", False),
        ("abandoned", "abandoned", True),
        ("abandoned", "failed", True),
        ("abandoned", "answered", False),
        ("closed", "closed", True),
        ("closed", "refused", False),
        ("disposed", "answered", False),
    ],
)
def test_a_queue_sends_at_its_moment_and_at_no_other(
    post: Post, moment: str, outcome: str, sends: bool
) -> None:
    rule(post, moment, template(post))
    post.call(outcome)
    post.round()
    assert [m.state for m in post.rows()] == (["SENT"] if sends else [])
    assert len(post.provider.got) == sends
    if sends:
        assert '"text": "Merci Jean Bcc: x"' in post.provider.got[0].body


def test_it_waits_for_its_time(post: Post) -> None:
    rule(post, "answered", template(post), delay_s=600)
    post.call("answered")
    post.round(599)
    assert post.states() == ["WAITING"]
    post.round(1)
    assert post.states() == ["SENT"]


def test_after_certain_verdicts_once_and_not_when_the_verdict_is_put_right(post: Post) -> None:
    refused = post.db.read(lambda: Disposition.get(Disposition.code == "no").id)
    rule(post, "disposed", template(post), dispositions=[post.ids.disposition], delay_s=60)
    post.call("answered")
    verdict = {"code": "", "label": "", "note": ""}
    post.tell("call.disposed", disposition=refused, **verdict)
    assert post.states() == []
    post.tell("call.disposed", disposition=post.ids.disposition, **verdict)
    assert post.states() == ["WAITING"]
    post.tell("call.disposed", disposition=refused, **verdict)
    assert post.states() == ["CANCELLED verdict_changed"]
    post.tell("call.disposed", disposition=post.ids.disposition, **verdict)
    post.round(61)
    post.tell("call.disposed", disposition=post.ids.disposition, **verdict)
    post.round(61)
    assert post.states() == ["SENT"]
    assert len(post.provider.got) == 1


def test_an_entry_that_is_projected_twice_wants_one_message(post: Post) -> None:
    what = template(post)
    for _ in range(2):
        entry = Entry(
            9, T0, "message.wanted", post.ids.account, "call-1", None, {"message": what, "to": NUMBER}
        )
        post.db.write(partial(project, [entry]))
    post.db.write(lambda: wanted(entry))
    post.round()
    assert post.states() == ["SENT"]


def test_a_menu_sends_its_values_in_the_callers_language(post: Post) -> None:
    what = template(post, said="Commande {{order}}")
    post.db.write(
        lambda: MessageText.create(
            account=post.ids.account, template=what, language="en", text="Order {{order}} {{call_number}}"
        )
    )
    post.call("answered")
    post.tell("flow.started", flow=1, version=1, name="x", language="fr")
    post.tell("flow.language", language="en")
    post.tell("message.wanted", message=what, to="", variables={"order": "4711", "call_number": "lies"})
    post.round()
    assert post.rows()[0].text == "Order 4711 +33 6 12 34 56 78"


# --- to whom -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("+33185090001", "CANCELLED not_mobile"),
        ("", "CANCELLED no_number"),
        ("1001", "CANCELLED no_number"),
        ("06 12 34 56 78", "SENT"),
    ],
)
def test_no_sms_to_who_can_not_get_one(post: Post, number: str, said: str) -> None:
    rule(post, "answered", template(post))
    post.call("answered", number=number)
    post.round()
    assert post.states() == [said]
    assert len(post.provider.got) == (said == "SENT")


def test_a_mail_goes_to_the_contact_or_to_a_given_address(post: Post) -> None:
    what = template(post, "mail", "Bonjour {{contact_first_name}}")
    rule(post, "answered", what)
    rule(post, "abandoned", what, mail_to="team@example.org")
    post.call("answered")
    post.round()
    assert post.states() == ["CANCELLED no_address"]

    def known() -> int:
        of = {"created_at": T0, "updated_at": T0, "account": post.ids.account}
        return int(Contact.create(first_name="Jean", mail="jean@example.org", **of).id)

    contact = post.db.write(known)
    post.call("answered", "call-2")
    post.tell("call.contact", "call-2", contact=contact)
    post.round()
    post.call("abandoned", "call-3")
    post.round()
    assert [(m.to, m.text.strip()) for m in post.server.got] == [
        ("jean@example.org", "Bonjour Jean"),
        ("team@example.org", "Bonjour"),
    ]
    assert post.server.got[0].mail["Subject"] == "De Jean Bcc: x"
    assert post.server.got[0].mail["Bcc"] is None


def test_one_person_is_not_written_to_without_end(post: Post) -> None:
    rule(post, "answered", template(post))
    post.db.write(lambda: MessageSettings.create(account=post.ids.account, per_recipient_day=2))
    for i in range(3):
        post.call("answered", f"call-{i}")
        post.round(60)
    assert post.states() == ["SENT", "SENT", "CANCELLED too_many"]
    post.clock.advance(86_400)
    post.call("answered", "call-9")
    post.round()
    assert post.states()[-1] == "SENT"


def test_an_account_sends_so_many_a_minute_and_hinders_no_other(post: Post) -> None:
    rule(post, "answered", template(post))
    post.db.write(lambda: MessageSettings.create(account=post.ids.account, per_minute=2))
    for i in range(5):
        post.call("answered", f"call-{i}", f"+3361234567{i}")
    post.round()
    assert post.states().count("SENT") == 2
    post.round(30)
    assert post.states().count("SENT") == 2
    post.round(31)
    assert post.states().count("SENT") == 4


def test_a_message_goes_by_its_own_accounts_provider_only(post: Post) -> None:
    def other() -> tuple[int, int]:
        account = Account.create(slug="other", name="Other", sip_domain="other.example", created_at=T0)
        what = MessageTemplate.create(account=account, name="x", channel="sms", created_at=T0)
        MessageText.create(account=account, template=what, language="fr", text="x")
        return int(account.id), int(what.id)

    account, what = post.db.write(other)
    entry = Entry(50, T0, "message.wanted", account, None, None, {"message": what, "to": NUMBER})
    theirs = Entry(51, T0, "message.wanted", account, None, None, {"message": template(post), "to": NUMBER})
    post.db.write(lambda: project([entry, theirs]))
    post.round()
    assert post.states() == ["FAILED no_provider"]
    assert not post.provider.got


# --- trouble -------------------------------------------------------------------------------------------------------
def test_what_time_mends_is_tried_again_and_in_the_end_given_up(post: Post) -> None:
    rule(post, "answered", template(post))
    post.provider.answer = lambda asked: (503, "later")
    post.call("answered")
    post.round()
    assert post.states() == ["WAITING provider_busy"]
    post.round(29)
    assert len(post.provider.got) == 1
    for wait_s in (30, 120, 600, 1800, 7200):
        post.round(wait_s)
    assert post.states() == ["FAILED provider_busy"]
    assert post.rows()[0].tries == len(post.provider.got) == 6


def test_what_is_too_old_is_not_sent(post: Post) -> None:
    rule(post, "answered", template(post))
    post.call("answered")
    post.round(86_401)
    assert post.states() == ["CANCELLED too_old"]


def test_a_program_that_died_while_it_sent_does_not_send_again(post: Post) -> None:
    rule(post, "answered", template(post))
    post.call("answered")
    post.db.write(lambda: outbox.claim(post.clock.now_ms(), 8))  # claimed, and then the process is killed
    post.again()
    post.round(3600)
    assert post.states() == ["UNKNOWN died"]
    assert not post.provider.got


def test_a_claim_whose_end_was_not_heard_is_taken_back(post: Post) -> None:
    """The database was locked for longer than the program waited, and then took the claim all the same."""
    rule(post, "answered", template(post))
    post.call("answered")
    post.db.write(lambda: outbox.claim(post.clock.now_ms(), 8))
    post.round(20)
    assert post.states() == ["SENDING"]
    post.round(20)
    assert post.states() == ["SENT"]
    assert (post.rows()[0].tries, len(post.provider.got)) == (1, 1)


def test_a_result_that_the_database_does_not_take_is_written_later(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fs_app.errors import DatabaseBusy

    rule(post, "answered", template(post))
    post.call("answered")
    real, refused = outbox.settle, [True]

    def settle(*args: Any) -> str:
        if refused[0]:
            raise DatabaseBusy("locked")
        return real(*args)

    monkeypatch.setattr(outbox, "settle", settle)
    post.messages.round()
    until(lambda: post.messages._results, 5, "the result is kept")
    with pytest.raises(DatabaseBusy):
        post.messages.round()
    refused[0] = False
    post.round(100)
    assert post.states() == ["SENT"]
    assert len(post.provider.got) == 1


def test_another_installations_password_is_no_password(post: Post) -> None:
    rule(post, "answered", template(post))
    post.messages = made(post.db, post.clock, post.folder, "other" * 8)
    post.call("answered")
    post.round()
    assert post.states() == ["FAILED secret_lost"]
    vault = Vault("k" * 32)
    with pytest.raises(SecretLost):
        vault.open(2, vault.close(1, "geheim"))
    assert "geheim" not in vault.close(1, "geheim")


# --- voicemail -----------------------------------------------------------------------------------------------------
def test_a_new_voicemail_is_mailed_with_its_sound(post: Post) -> None:
    (post.folder / "m.wav").write_bytes(b"RIFF1234WAVE")

    def left() -> None:
        of: dict[str, Any] = {"account": post.ids.account}
        Call.create(id="c", stage="ENDED", caller_number=NUMBER, started_at=T0, **of)
        Recording.create(id="r", call="c", path="m.wav", started_at=T0, **of)
        box = VoicemailBox.create(name="Accueil", mail="box@example.org", created_at=T0, **of)
        Voicemail.create(
            id="v", box=box, call="c", recording="r", left_at=T0, duration_ms=83_000, changed_at=T0, **of
        )

    post.db.write(left)
    for _ in range(2):
        post.db.write(lambda: voicemail_left(post.ids.account, "v", post.clock.now_ms()))
    post.round()
    (got,) = post.server.got
    assert got.to == "box@example.org"
    assert got.mail["Subject"] == "Message vocal de +33 6 12 34 56 78"
    assert "Accueil" in got.text
    assert "01:23" in got.text
    assert [a.get_content() for a in got.mail.iter_attachments()] == [b"RIFF1234WAVE"]


def test_an_orderly_end_waits_for_what_is_being_sent(post: Post) -> None:
    rule(post, "answered", template(post))

    def slowly(asked: Any) -> tuple[int, str]:
        gevent.sleep(0.5)
        return 200, "{}"

    post.provider.answer = slowly
    post.call("answered")
    post.messages.round()
    post.messages.stop()
    assert post.states() == ["SENT"]
    post.call("answered", "call-2")
    post.round()
    assert post.states() == ["SENT", "WAITING"]


def test_the_same_on_postgresql(elsewhere: Post) -> None:
    post = elsewhere
    rule(post, "answered", template(post))
    rule(post, "disposed", template(post, said="Oui"), dispositions=[post.ids.disposition])
    post.call("answered")
    post.tell("call.disposed", disposition=post.ids.disposition, code="", label="", note="")
    post.tell("message.wanted", message=None, to=NUMBER)
    post.round()
    post.db.write(lambda: Message.update(state="SENDING").where(Message.id == 1).execute())
    post.again()
    assert post.states() == ["UNKNOWN died", "SENT"]
    page = post.db.read(
        lambda: log.listing(post.ids.account, Wanted(q="Merci", filters=(("state", "UNKNOWN"),)))
    )
    assert [line.text for line in page.rows] == ["Merci Jean Bcc: x"]


def test_a_template_that_a_voice_menu_sends_is_not_deleted(post: Post) -> None:
    what = template(post)
    by = Actor(post.ids.account, None, "test", T0)
    menu = node("tell", "message", {}, message=what)
    flow = post.db.write(lambda: published(post.ids.account, "Accueil", menu))
    with pytest.raises(templates.InUse) as refused:
        post.db.write(lambda: templates.delete(by, what))
    assert refused.value.params["queues"] == "Accueil"
    post.db.write(lambda: Flow.update(active=False).where(Flow.id == flow).execute())
    post.db.write(lambda: templates.delete(by, what))
