"""Two sockets that stand or fall together, and nobody who waits for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent
import pytest

from fs_app import facts
from fs_app.errors import CommandTimeout, LinkLost, Refused, UnsafeCommand
from fs_app.esl import commands
from fs_app.esl.link import Link
from fs_app.esl.pending import Command, text
from fs_app.esl.switch import Switch
from fs_app.ports import Originate
from tests.support.until import until
from tests.unit.esl.fake import CORE, Client, FakeSwitch, api_reply, event, frame, reply

LEG = "2dc8215c-88fa-427a-b6b1-5496dd1252ac"
OTHER = "7c189d45-d4cb-431b-84c4-d66bbf573529"


def silence(_command: str, _client: Client) -> bytes | None:
    return b""


def kinds(heard: list[facts.Fact]) -> list[str]:
    return [type(fact).__name__ for fact in heard]


def test_up_means_both_sockets_are_authenticated_and_subscribed(
    link: Link, fake: FakeSwitch, heard: list[facts.Fact]
) -> None:
    assert heard == [facts.LinkUp(heard[0].at, CORE)]
    assert len(fake.clients) == 2 and link.trouble == ""
    assert fake.events.commands[1].startswith("event json CHANNEL_CREATE")
    assert not any(one.startswith("event plain") for one in fake.commands)


def test_facts_come_in_the_order_of_the_events(link: Link, fake: FakeSwitch, heard: list[facts.Fact]) -> None:
    for i in range(200):
        fake.events.send(event("DTMF", Unique_ID=LEG, DTMF_Digit=str(i)))
    until(lambda: len(heard) == 201)
    assert [fact.digit for fact in heard[1:] if isinstance(fact, facts.Digit)] == [str(i) for i in range(200)]


def test_events_that_come_with_the_subscription_follow_link_up(
    make_link: Callable[..., Link], fake: FakeSwitch, heard: list[facts.Fact]
) -> None:
    def early(command: str, client: Client) -> bytes | None:
        if command.startswith("event "):
            client.subscribed = True
            return (
                event("CHANNEL_PARK", Unique_ID=LEG) + reply("+OK") + event("CHANNEL_ANSWER", Unique_ID=LEG)
            )
        return None

    fake.on_command = early
    make_link()
    until(lambda: len(heard) == 3)
    assert kinds(heard) == ["LinkUp", "LegParked", "LegAnswered"]


def test_a_callback_that_fails_does_not_end_the_link(fake: FakeSwitch) -> None:
    heard: list[facts.Fact] = []

    def fail(fact: facts.Fact) -> None:
        heard.append(fact)
        raise RuntimeError("not today")

    link = Link("127.0.0.1", fake.port, "right", fail)
    link.start()
    until(lambda: link.up)
    fake.events.send(event("CHANNEL_PARK", Unique_ID=LEG) * 2)
    until(lambda: len(heard) == 3)
    assert link.up
    link.stop()


def test_loss_fails_all_who_wait_at_once(link: Link, fake: FakeSwitch, heard: list[facts.Fact]) -> None:
    fake.on_command = silence
    waiting: list[Command[str]] = [link.send("x", commands.status(), text) for _ in range(50)]
    job = Switch(link).originate(Originate(LEG, "sofia/gateway/trunk/123", "1"))
    until(lambda: sum("status" in one for one in fake.commands) == 50)
    fake.drop_all()
    until(lambda: not link.up)
    for one in [*waiting, job]:
        with pytest.raises(LinkLost):
            one.get(0.1)
    until(lambda: kinds(heard)[:2] == ["LinkUp", "LinkDown"])


@pytest.mark.parametrize("which", [0, 1])
def test_the_loss_of_one_socket_is_the_loss_of_the_link(link: Link, fake: FakeSwitch, which: int) -> None:
    before = list(fake.clients)
    before[which].close()
    until(lambda: fake.accepted == 4 and link.up)
    assert all(one.commands[0] == "auth right" for one in fake.clients[2:])


def test_the_link_comes_back_by_itself_with_new_objects(
    link: Link, fake: FakeSwitch, heard: list[facts.Fact]
) -> None:
    for _ in range(3):
        started, known = time.monotonic(), fake.accepted
        fake.drop_all()
        until(lambda known=known: fake.accepted == known + 2 and link.up)  # type: ignore[misc]
        assert time.monotonic() - started < 2
    assert kinds(heard) == ["LinkUp", "LinkDown"] * 3 + ["LinkUp"]
    assert link.send("x", commands.status(), text).get(2) == "+OK\n"


def test_a_server_that_comes_late_is_found(fake: FakeSwitch) -> None:
    port = fake.port
    fake.stop()
    link = Link("127.0.0.1", port, "right", lambda fact: None)
    link.start()
    until(lambda: "no connection" in link.trouble)
    with pytest.raises(LinkLost):
        link.send("x", commands.status(), text).get(0.1)
    link.stop()


def test_a_command_on_a_link_that_is_down_fails_at_once(
    make_link: Callable[..., Link], fake: FakeSwitch
) -> None:
    fake.greets = False
    link = make_link()
    outcome = link.send("x", commands.status(), text).outcome
    assert outcome is not None and isinstance(outcome.error, LinkLost)
    outcome = link.background("x", commands.status(), text).outcome
    assert outcome is not None and isinstance(outcome.error, LinkLost)


def test_a_wrong_password_is_said_in_words_and_tried_slowly(
    make_link: Callable[..., Link], fake: FakeSwitch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fs_app.esl.link.RETRY_REFUSED_S", 0.3)
    link = make_link("wrong")
    until(lambda: "password" in link.trouble)
    assert not link.up and fake.accepted == 1
    until(lambda: fake.accepted == 2)
    assert "password" in link.trouble


def test_a_refused_address_is_said_in_words(make_link: Callable[..., Link], fake: FakeSwitch) -> None:
    fake.greets = False
    link = make_link()
    until(lambda: fake.clients)
    fake.clients[0].send(frame("text/rude-rejection", b"Access Denied, go away.\n"))
    until(lambda: "access list" in link.trouble)


def test_a_link_that_swallows_everything_is_found_by_ping(
    make_link: Callable[..., Link], fake: FakeSwitch
) -> None:
    link = make_link(ping_s=0.2)
    until(lambda: link.up)
    fake.silent = True
    started = time.monotonic()
    waiting = link.send("x", commands.status(), text)
    until(lambda: not link.up)
    assert time.monotonic() - started < 0.2 * 3 + 0.3  # two misses, seen at the third tick at the latest
    with pytest.raises(LinkLost, match="2 pings"):
        waiting.get(0.1)


def test_pings_go_over_both_sockets_and_keep_an_idle_link(link: Link, fake: FakeSwitch) -> None:
    until(lambda: all(sum("strepoch" in one for one in client.commands) >= 4 for client in fake.clients))
    assert link.up and fake.accepted == 2


def test_events_count_as_a_sign_of_life(make_link: Callable[..., Link], fake: FakeSwitch) -> None:
    """A command that takes its time on a socket where events flow is no miss."""
    link = make_link(ping_s=0.1)
    until(lambda: link.up)
    mute = fake.events
    fake.on_command = lambda command, client: b"" if client is mute else None
    for _ in range(20):
        mute.send(event("HEARTBEAT"))
        gevent.sleep(0.03)
    assert link.up


def test_a_command_has_a_deadline(link: Link, fake: FakeSwitch) -> None:
    fake.on_command = lambda command, _client: b"" if "status" in command else None
    with pytest.raises(CommandTimeout):
        link.send("x", commands.status(), text, deadline_s=0.05).get(2)


def test_a_late_reply_never_reaches_the_next_command(link: Link, fake: FakeSwitch) -> None:
    late: list[Client] = []

    def slow(command: str, client: Client) -> bytes | None:
        if "uuid_exists" in command:
            late.append(client)
            return b""
        return None

    fake.on_command = slow
    first = link.send("x", commands.exists(LEG), text, deadline_s=0.05)
    with pytest.raises(CommandTimeout):
        first.get(2)
    fake.on_command = lambda _command, _client: None
    fake.answers["status"] = lambda _command, client: api_reply("true") + api_reply("UP 1 year")
    second = link.send("x", commands.status(), text)
    assert second.get(2) == "UP 1 year"
    assert link.send("x", commands.core_uuid(), text).get(2) == CORE


def test_text_that_can_not_be_encoded_leaves_no_reply_owed(link: Link) -> None:
    """greenswitch queues the slot first: one bad character shifts every later reply by one."""
    bad = link.send("x", "api \ud800", text)
    assert bad.outcome is not None and bad.outcome.error is not None
    assert link.send("x", commands.core_uuid(), text).get(2) == CORE


def test_a_thousand_commands_get_their_own_replies(link: Link, fake: FakeSwitch) -> None:
    fake.answers["uuid_getvar"] = lambda command, _client: api_reply(command.rpartition(" ")[2])
    waiting = [link.send("x", commands.get_variable(LEG, f"v{i}"), text) for i in range(1000)]
    assert [one.get(5) for one in waiting] == [f"v{i}" for i in range(1000)]


def test_issuing_never_yields(link: Link) -> None:
    turns: list[int] = []
    greenlet = gevent.spawn(turns.append, 1)
    for _ in range(100):
        link.send("x", commands.status(), text)
        link.background("x", commands.status(), text)
    assert turns == []
    greenlet.join()


def test_a_reply_without_a_command_ends_the_link(link: Link, fake: FakeSwitch) -> None:
    fake.events.send(api_reply("+OK") * 3)
    until(lambda: fake.accepted == 4 and link.up)


def test_garbage_ends_the_link_and_a_new_one_is_made(link: Link, fake: FakeSwitch) -> None:
    fake.events.send(b"HTTP/1.1 400 Bad Request\r\n\n\n")
    until(lambda: fake.accepted == 4 and link.up)


def test_an_event_that_is_no_json_is_skipped(link: Link, fake: FakeSwitch, heard: list[facts.Fact]) -> None:
    fake.events.send(
        b"Content-Length: 3\nContent-Type: text/event-json\n\n{x}" + event("CHANNEL_PARK", Unique_ID=LEG)
    )
    until(lambda: kinds(heard) == ["LinkUp", "LegParked"])
    assert fake.accepted == 2


def test_the_end_inside_a_body_is_seen_while_others_run(link: Link, fake: FakeSwitch) -> None:
    """greenswitch loops for ever here without yielding: this test would not end."""
    fake.events.send(b"Content-Length: 5000\nContent-Type: text/event-json\n\n{half")
    fake.events.close()
    until(lambda: fake.accepted == 4 and link.up)


def test_a_notice_of_the_end_is_the_end(link: Link, fake: FakeSwitch, heard: list[facts.Fact]) -> None:
    fake.events.send(frame("text/disconnect-notice", b"Disconnected, goodbye.\n"))
    until(lambda: fake.accepted == 4 and link.up)
    assert kinds(heard) == ["LinkUp", "LinkDown", "LinkUp"]


def test_a_job_waits_for_its_own_event(link: Link, fake: FakeSwitch, heard: list[facts.Fact]) -> None:
    """Registered before it is sent: the result may even overtake the reply."""

    def overtake(command: str, _client: Client) -> bytes | None:
        if not command.startswith("bgapi"):
            return None
        job = command.rpartition("Job-UUID: ")[2]
        fake.events.send(event("BACKGROUND_JOB", Job_UUID="another", _body="-ERR NO_ANSWER\n"))
        fake.events.send(event("BACKGROUND_JOB", Job_UUID=job, _body=f"+OK {LEG}\n"))
        return reply("+OK Job-UUID: " + job)

    fake.on_command = overtake
    job = link.background("x", commands.status(), text)
    assert job.get(2) == f"+OK {LEG}\n"
    assert next(fact for fact in heard if isinstance(fact, facts.JobDone) and fact.job == job.id).ok


def test_a_job_that_is_not_taken_fails(link: Link, fake: FakeSwitch) -> None:
    fake.on_command = lambda command, _client: (
        reply("-ERR command not found") if command[:5] == "bgapi" else None
    )
    with pytest.raises(Refused):
        Switch(link).sofia_recover().get(2)


def test_jobs_are_forgotten_when_they_end(link: Link, fake: FakeSwitch) -> None:
    with pytest.raises(CommandTimeout):
        link.background("x", commands.status(), text, deadline_s=0.02).get(1)
    assert link._jobs == {}


def test_a_restarted_switch_may_bring_legs_back_under_their_old_uuids(
    link: Link, fake: FakeSwitch, heard: list[facts.Fact]
) -> None:
    fake.events.send(event("CHANNEL_HANGUP", Unique_ID=LEG, Hangup_Cause="NORMAL_CLEARING"))
    until(lambda: kinds(heard)[-1] == "LegHungUp")
    fake.core = "c0de0000-0000-4000-8000-000000000002"
    fake.drop_all()
    until(lambda: fake.accepted == 4 and link.up)
    assert heard[-1] == facts.LinkUp(heard[-1].at, fake.core)
    fake.events.send(event("CHANNEL_CREATE", Unique_ID=LEG, Call_Direction="inbound"))
    until(lambda: kinds(heard)[-1] == "LegCreated")


def test_stopping_says_goodbye_and_fails_the_rest(make_link: Callable[..., Link], fake: FakeSwitch) -> None:
    link = make_link()
    until(lambda: link.up)
    fake.on_command = silence
    waiting = link.send("x", commands.status(), text)
    link.stop()
    with pytest.raises(LinkLost):
        waiting.get(0.1)
    until(lambda: fake.commands.count("exit") == 2)


def test_unsafe_text_never_reaches_the_switch(link: Link, fake: FakeSwitch) -> None:
    before = len(fake.clients[0].commands)
    with pytest.raises(UnsafeCommand):
        Switch(link).bridge(LEG + "\n\napi shutdown", OTHER).get(1)
    assert link.send("x", commands.core_uuid(), text).get(2) == CORE
    sent = [one for one in fake.clients[0].commands[before:] if "strepoch" not in one]
    assert sent == ["api global_getvar core_uuid"]
