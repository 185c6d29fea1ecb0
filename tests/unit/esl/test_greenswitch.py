"""The faults of plain greenswitch 0.0.19, shown where it is cheap, beside ours without them.

The rest of the table has its tests in test_wire, test_link, test_commands and test_outbound.
"""

from __future__ import annotations

from collections.abc import Iterator

import gevent
import pytest
from greenswitch.esl import ESLEvent, ESLProtocol, InboundESL

from fs_app.esl import wire
from fs_app.esl.connection import Connection
from tests.support.until import until
from tests.unit.esl.fake import FakeSwitch

HOSTILE = (
    b"Event-Name: CHANNEL_CREATE\nCaller-Caller-ID-Number: a%0AUnique-ID%3A%20stolen\nUnique-ID: mine\n\n"
)
JOB = b"Event-Name: BACKGROUND_JOB\nJob-UUID: 7\nContent-Length: 9\n\n-ERR: no\n"


@pytest.fixture
def plain(fake: FakeSwitch) -> Iterator[InboundESL]:
    client = InboundESL("127.0.0.1", fake.port, "right")
    client.connect()
    yield client
    client.connected = client._run = False
    gevent.killall([client._receive_events_greenlet, client._process_events_greenlet])
    client.sock.close()


def test_ours_is_a_greenswitch_protocol() -> None:
    assert issubclass(Connection, InboundESL) and issubclass(Connection, ESLProtocol)


def test_decoding_before_splitting_lets_a_caller_write_headers() -> None:
    assert ESLEvent("Caller-Caller-ID-Number: a%0AFake-Header%3A%20x\n").headers["Fake-Header"] == "x"
    event = wire.parse_plain_event(HOSTILE)
    assert event["Unique-ID"] == "mine" and "Fake-Header" not in event


def test_a_jobs_body_is_lost_in_the_headers() -> None:
    assert "-ERR" in ESLEvent(JOB.decode()).headers
    assert wire.parse_plain_event(JOB)["_body"] == "-ERR: no\n"


def test_latin_1_stops_greenswitch_and_not_us() -> None:
    raw = b'{"Event-Name":"CHANNEL_CREATE","Caller-Caller-ID-Name":"Jos\xe9"}'
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")  # what greenswitch does to each body
    assert wire.parse_json_event(raw)["Caller-Caller-ID-Name"] == "Jos\ufffd"


def test_a_command_on_a_dropped_link_waits_for_ever(plain: InboundESL, fake: FakeSwitch) -> None:
    fake.silent = True
    waiting = gevent.spawn(plain.send, "api status")
    until(lambda: any("status" in one for one in fake.commands))
    fake.clients[0].sock.close()
    until(lambda: not plain.connected)
    assert waiting.join(0.2) is None and not waiting.ready()  # ours: test_loss_fails_all_who_wait_at_once
    waiting.kill()


def test_one_bad_character_shifts_every_later_reply(plain: InboundESL, fake: FakeSwitch) -> None:
    fake.answers["first"], fake.answers["second"] = "one", "two"
    with pytest.raises(UnicodeEncodeError):
        plain.send("api \ud800")
    shifted = gevent.spawn(plain.send, "api first")
    assert shifted.join(0.2) is None and not shifted.ready()  # its reply went to the command that failed
    shifted.kill()


def test_a_line_break_makes_two_commands(plain: InboundESL, fake: FakeSwitch) -> None:
    plain.send("api first\n\napi second")
    until(lambda: fake.commands[-2:] == ["api first", "api second"])  # ours: test_unsafe_text_never_…


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_body_that_ends_early_is_read_for_ever() -> None:
    class Ended:
        def __init__(self) -> None:
            self.reads = 0

        def read(self, length: int) -> bytes:
            self.reads += 1
            if self.reads > 1000:
                raise RecursionError("still reading")
            return b"" if self.reads > 1 else b"half"

    with pytest.raises(RecursionError):
        ESLProtocol._read_socket(Ended(), 5000)
    # ours: test_the_end_inside_a_body_is_seen_while_others_run
