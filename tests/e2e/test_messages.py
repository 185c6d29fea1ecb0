"""A call to a closed queue sends a mail and an SMS, once, whatever happens to the program; a queue closes by itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fs_app.messaging.model import MessageProvider, MessageTemplate, MessageText
from fs_app.queues.model import Queue
from fs_app.voicemail.model import VoicemailBox
from tests.e2e.test_opening import administrator, send
from tests.e2e.test_routing import configured  # noqa: F401 - a fixture
from tests.support.mailserver import HttpProvider, MailServer
from tests.support.menus import MENU_DID, behind, node, published
from tests.support.program import DID, Program
from tests.support.until import PATIENCE, until
from tests.support.world import Caller, World

NUMBER = "+33612345678"
KEY = "k3y-of-the-provider"
PRIVATE = {"FS_APP_PRIVATE_TARGETS": "127.0.0.0/8"}
ZONE = ZoneInfo("Europe/Paris")


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


def basic(app: Program, *tabs: str) -> dict[str, Any]:
    return {
        "name": "Commercial",
        "number": "700",
        "ring_s": "15",
        "no_answer_delay_s": "2",
        "inter_call_s": "0",
        "wrap_up": "1",
        "agents": [str(agent) for agent in app.ids.agents],
        "tabs": list(tabs),
    }


def set_up(app: Program, server: MailServer, provider: HttpProvider, moment: str = "closed") -> Any:
    """Providers, templates and a queue that is never open, all by the administrator's pages."""
    admin = administrator(app)
    send(
        admin,
        app,
        "/admin/messages/providers/new?channel=mail",
        name="Mail",
        channel="mail",
        host="127.0.0.1",
        port=str(server.port),
        tls="none",
        sender="shop@example.org",
        active="1",
    )
    send(
        admin,
        app,
        "/admin/messages/providers/new?channel=sms",
        name="SMS",
        channel="sms",
        url=provider.url + "/send",
        method="POST",
        kind="json",
        headers="Authorization: Bearer {{secret}}",
        body='{"to": "{{to}}", "text": "{{text}}"}',
        success_status="2xx",
        secret=KEY,
        active="1",
    )
    send(
        admin,
        app,
        "/admin/messages/templates/new?channel=sms",
        name="Closed",
        channel="sms",
        **{"text-fr": "{{account_name}} est fermé, {{call_queue}} ouvre lundi."},
    )
    send(
        admin,
        app,
        "/admin/messages/templates/new?channel=mail",
        name="To the team",
        channel="mail",
        **{"subject-fr": "Appel de {{call_number}}", "text-fr": "À {{call_time}}"},
    )
    send(admin, app, "/admin/schedules/new", name="Never")
    (schedule,) = app.rows("select id from schedule")[0]
    sms, mail = (i for (i,) in app.rows("select id from message_template order by id"))
    send(
        admin,
        app,
        f"/admin/queues/{app.ids.queue}",
        **basic(app, "opening", "sends"),
        closed_then="voicemail" if moment == "voicemail" else "hang_up",
        schedule=str(schedule),
        **{
            "send-0-moment": moment,
            "send-0-template": str(sms),
            "send-0-delay": "1",
            "send-1-moment": moment,
            "send-1-template": str(mail),
            "send-1-delay": "0",
            "send-1-to": "team@example.org",
            "send-1-attach": "1",
        },
    )
    return admin


def states(app: Program) -> list[tuple[str, str]]:
    return [(str(s), str(w)) for s, w in app.rows("select state, why from message order by id")]


def test_a_closed_queue_sends_its_mail_and_its_sms(
    world: World, program: Callable[..., Program], server: MailServer, provider: HttpProvider
) -> None:
    app = program(**PRIVATE)
    admin = set_up(app, server, provider)
    caller = world.call(DID, NUMBER)
    assert caller.ended(30) == "bye"
    until(lambda: server.got and provider.got, 15, "both are sent")
    until(lambda: states(app) == [("SENT", "")] * 2, 5, "and written down")
    (asked,) = provider.got
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert json.loads(asked.body) == {"to": NUMBER, "text": "Centre est fermé, Commercial ouvre lundi."}
    (mail,) = server.got
    assert mail.to == "team@example.org"
    assert mail.mail["Subject"] == "Appel de +33 6 12 34 56 78"

    fixed = world.call(DID, "+33185090077")
    assert fixed.ended(30) == "bye"
    until(lambda: ("CANCELLED", "not_mobile") in states(app), 10, "no SMS to a fixed line")
    page = admin.get(app.url + "/admin/messages", timeout=10).text
    assert page.count("+33 1 85 09 00 77") + page.count("01 85 09 00 77") == 1
    assert KEY not in page + admin.get(app.url + "/admin/messages/providers/2", timeout=10).text + app.log()
    time.sleep(2)
    assert (len(provider.got), len(server.got)) == (1, 2)


def test_a_program_killed_while_it_sends_sends_nothing_twice(
    world: World, program: Callable[..., Program], server: MailServer, provider: HttpProvider
) -> None:
    app = program(**PRIVATE)
    admin = set_up(app, server, provider)
    provider.answer = lambda asked: None  # takes it and says nothing
    server.silent_after_data = True
    caller = world.call(DID, NUMBER)
    assert caller.ended(30) == "bye"
    until(lambda: server.got and provider.got, 15, "both were given away")
    until(lambda: [s for s, _ in states(app)] == ["SENDING"] * 2, 5, "and are claimed")
    app.kill()
    provider.answer = lambda asked: (200, "{}")
    server.silent_after_data = False
    app.start()
    until(lambda: states(app) == [("UNKNOWN", "died")] * 2, 5, "nobody knows whether they arrived")
    time.sleep(4)
    assert (len(provider.got), len(server.got)) == (1, 1)
    admin = administrator(app)
    page = admin.get(app.url + "/admin/messages/1", timeout=10).text
    token = page.split('name="csrf-token" content="')[1].split('"')[0]
    answer = admin.post(app.url + "/admin/messages/1/resend", data={"csrf_token": token}, timeout=10)
    assert answer.status_code == 200
    until(lambda: states(app)[-1] == ("SENT", ""), 10, "a person has sent it again")
    assert len(provider.got) + len(server.got) == 3


def test_who_was_claimed_and_not_yet_sent_when_the_program_died_is_marked_too(
    world: World, program: Callable[..., Program], server: MailServer, provider: HttpProvider
) -> None:
    """The kill falls between the claim and the first word to the provider, whose door is shut meanwhile."""
    app = program(**PRIVATE)
    set_up(app, server, provider)
    server.answers = {"connect": ""}  # takes the connection and never greets
    provider.answer = lambda asked: None
    caller = world.call(DID, NUMBER)
    until(lambda: server.connections, 30, "claimed")  # while he still hears that it is closed
    app.kill()
    server.answers = {}
    app.start()
    until(lambda: ("UNKNOWN", "died") in states(app), 10, f"marked, not sent: {states(app)}")
    assert caller.ended(30) == "bye"
    time.sleep(2)
    assert not server.got


def leaving_a_message(
    world: World, program: Callable[..., Program], server: MailServer, provider: HttpProvider
) -> tuple[Program, Caller]:
    """He has spoken for more than a second."""
    app = program(**PRIVATE)
    set_up(app, server, provider, "voicemail")
    caller = world.call(DID, NUMBER)
    caller.talking()
    until(
        lambda: app.rows("select 1 from journal_entry where kind = 'recording.started'"), 30, "it is recorded"
    )
    time.sleep(1.5)
    return app, caller


def test_a_voice_message_is_mailed_with_its_sound(
    world: World, program: Callable[..., Program], server: MailServer, provider: HttpProvider
) -> None:
    app, caller = leaving_a_message(world, program, server, provider)
    caller.hang_up()
    until(lambda: server.got, 15, "the team has it")
    (sound,) = server.got[0].mail.iter_attachments()
    assert sound.get_content_type() == "audio/wav"
    assert sound.get_content().startswith(b"RIFF")
    until(lambda: states(app) == [("SENT", "")] * 2, 10, "and the caller his SMS")


def test_who_hangs_up_while_the_program_is_dead_has_left_his_message(
    world: World, program: Callable[..., Program], server: MailServer, provider: HttpProvider
) -> None:
    app, caller = leaving_a_message(world, program, server, provider)
    app.kill()
    caller.hang_up()
    caller.ended()
    app.start()
    until(lambda: server.got, 15, "the team has it")
    assert app.rows("select state, duration_ms > 1000 from voicemail") == [("NEW", 1)]


def test_a_queue_closes_by_itself_and_who_waits_is_told(
    world: World, program: Callable[..., Program], server: MailServer, provider: HttpProvider
) -> None:
    app = program(**PRIVATE)
    admin = set_up(app, server, provider)
    now = datetime.now(ZONE)
    if now.second > 45:
        time.sleep(61 - now.second)
        now = datetime.now(ZONE)
    minute = now.hour * 60 + now.minute + 1
    closes = f"{minute // 60:02}:{minute % 60:02}" if minute < 1440 else "24:00"
    day = now.weekday()
    send(
        admin, app, "/admin/schedules/new", name="A minute", **{f"begin-{day}": "00:00", f"end-{day}": closes}
    )
    (schedule,) = app.rows("select max(id) from schedule")[0]
    form = basic(app, "opening")
    path = f"/admin/queues/{app.ids.queue}"
    send(admin, app, path, **form, schedule=str(schedule), closed_then="hang_up", closing_waiting="closed")
    caller = world.call(DID, NUMBER)
    caller.talking()
    until(lambda: app.rows("select 1 from call where stage = 'WAITING'"), 10, "he waits")
    assert caller.ended(75) == "bye"
    until(lambda: app.rows("select outcome from call") == [("closed",)], 5, "it is written down as closed")
    (at,) = app.rows("select at from journal_entry where kind = 'queue.closed' order by id desc limit 1")[0]
    assert 0 <= at % 60_000 < 1000 * PATIENCE, f"{at % 60_000} ms after the minute"
    until(lambda: provider.got, 15, "he gets the SMS of a closed queue")


def test_a_voice_menu_sends_in_the_callers_language(
    world: World,
    configured: Callable[..., Program],  # noqa: F811
    provider: HttpProvider,
) -> None:
    def change(program: Program, queue: Queue, _other: Queue) -> None:
        of = {"account": program.ids.account, "created_at": 1}
        settings = {"url": provider.url, "body": '{"to": "{{to}}", "text": "{{text}}"}'}
        MessageProvider.create(name="SMS", channel="sms", settings=settings, **of)
        told = MessageTemplate.create(name="Order", channel="sms", **of)
        for language, text in (("fr", "Commande {{order}}"), ("en", "Order {{order}}")):
            MessageText.create(account=program.ids.account, template=told, language=language, text=text)
        flow = published(
            program.ids.account,
            "Orders",
            node("ask", "language", {"next": "know"}, languages=["fr", "en"]),
            node("know", "assign", {"next": "tell"}, assignments=[{"variable": "order", "value": "4711"}]),
            node("tell", "message", {"next": "bye"}, message=told.id, to="caller"),
            node("bye", "hangup", prompts=[]),
        )
        behind(program.ids.account, flow)

    app = configured(change, **PRIVATE)
    caller = world.call(MENU_DID, NUMBER)
    caller.talking()
    until(caller.sound, 10, "the prompt")
    caller.press("2")
    assert caller.ended(20) == "bye"
    until(lambda: provider.got, 10, "it is sent")
    assert json.loads(provider.got[0].body) == {"to": NUMBER, "text": "Order 4711"}
    until(lambda: app.rows("select state, language from message") == [("SENT", "en")], 10, "written down")


def test_a_message_in_a_box_is_mailed_with_its_sound(
    world: World,
    configured: Callable[..., Program],  # noqa: F811
    server: MailServer,
) -> None:
    def change(program: Program, queue: Queue, _other: Queue) -> None:
        of = {"account": program.ids.account, "created_at": 1}
        settings = {"host": "127.0.0.1", "port": server.port, "tls": "none", "sender": "shop@example.org"}
        MessageProvider.create(name="Mail", channel="mail", settings=settings, **of)
        box = VoicemailBox.create(name="Accueil", mail="box@example.org", silence_s=2, **of)
        flow = published(
            program.ids.account,
            "Box",
            node("leave", "voicemail", {"next": "bye"}, box=box.id, prompts=["shipped:one_moment"]),
            node("bye", "hangup", prompts=[]),
        )
        behind(program.ids.account, flow)

    app = configured(change, **PRIVATE)
    caller = world.call(MENU_DID, NUMBER)
    caller.talking()
    until(
        lambda: app.rows("select 1 from journal_entry where kind = 'recording.started'"), 30, "it is recorded"
    )
    time.sleep(1.5)
    caller.hang_up()
    until(lambda: server.got, 15, "the box's people have it")
    (got,) = server.got
    assert got.to == "box@example.org"
    assert got.mail["Subject"] == "Message vocal de +33 6 12 34 56 78"
    (sound,) = got.mail.iter_attachments()
    assert sound.get_content().startswith(b"RIFF")
    time.sleep(2)
    assert len(server.got) == 1
