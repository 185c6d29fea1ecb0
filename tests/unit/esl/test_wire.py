"""Bytes to frames: whole, byte by byte, with bytes left over, cut off, and hostile."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app.errors import ProtocolError
from fs_app.esl import wire
from fs_app.esl.wire import Closed, Frame, Parser

RECORDED = Path(__file__).resolve().parents[2] / "data" / "event-socket"
_JOB_BODY = (
    b"Event-Name: BACKGROUND_JOB\nJob-UUID: 4db6b586\nJob-Command-Arg: a%0Ab%3A%20c\nContent-Length: 10\n\n"
    b"+OK 3346c\n"
)
JOB = b"Content-Length: %d\nContent-Type: text/event-plain\n\n%s" % (len(_JOB_BODY), _JOB_BODY)


def recorded(name: str) -> bytes:
    lines = (RECORDED / name).read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return b"".join(e["frame"].encode() for e in entries if e["from"] == "switch")


def frames_of(*pieces: bytes) -> list[Frame | Closed]:
    parser = Parser()
    return [frame for piece in pieces for frame in parser.receive_data(piece)]


@pytest.mark.parametrize("name", ["bridge.jsonl", "bridge_json.jsonl"])
def test_a_recorded_conversation_is_the_same_whole_and_byte_by_byte(name: str) -> None:
    stream = recorded(name)
    whole = frames_of(stream)
    assert frames_of(*(stream[i : i + 1] for i in range(len(stream)))) == whole
    assert len(whole) == sum('"from": "switch"' in line for line in (RECORDED / name).open(encoding="utf-8"))
    assert all(frame.event()["Event-Name"] for frame in whole if frame.content_type.startswith("text/event"))


def test_bytes_left_over_wait_for_the_rest() -> None:
    parser = Parser()
    first, rest = b"Content-Type: auth/request\n\nContent-Type: api/re", b"sponse\nContent-Length: 4\n\ntrueX"
    assert [f.content_type for f in parser.receive_data(first)] == ["auth/request"]
    assert parser.leftover == 20
    (answer,) = parser.receive_data(rest)
    assert isinstance(answer, Frame) and answer.reply == "true"
    assert parser.leftover == 1


def test_the_end_of_the_stream_is_an_event() -> None:
    assert frames_of(b"Content-Type: auth/request\n\n", b"")[-1] == Closed(clean=True)


@pytest.mark.parametrize("cut", range(1, len(JOB)))
def test_the_end_inside_a_frame_is_an_event_too(cut: int) -> None:
    assert frames_of(JOB[:cut], b"") == [Closed(clean=False)]


def test_nothing_can_follow_the_end() -> None:
    parser = Parser()
    parser.receive_data(b"")
    with pytest.raises(ProtocolError):
        parser.receive_data(b"x")


def test_a_plain_event_is_split_before_it_is_decoded() -> None:
    body = b"Event-Name: CHANNEL_CREATE\nCaller-Caller-ID-Name: x%0AFake-Header%3A%20y\nUnique-ID: 7\n\n"
    event = wire.parse_plain_event(body)
    assert event == {
        "Event-Name": "CHANNEL_CREATE",
        "Caller-Caller-ID-Name": "x Fake-Header: y",
        "Unique-ID": "7",
    }


def test_the_body_of_a_background_job_is_apart_from_its_headers() -> None:
    (frame,) = frames_of(JOB)
    assert isinstance(frame, Frame)
    assert frame.event()["_body"] == "+OK 3346c\n"
    assert frame.event()["Job-Command-Arg"] == "a b: c"


def test_a_reply_is_not_url_decoded() -> None:
    (frame,) = frames_of(b"Content-Type: command/reply\nReply-Text: +OK 100%25 sure\n\n")
    assert isinstance(frame, Frame) and frame.reply == "+OK 100%25 sure"


def test_the_reply_to_connect_is_a_channel_with_decoded_values() -> None:
    block = b"Event-Name: CHANNEL_DATA\nUnique-ID: 7\nCaller-Caller-ID-Name: Jean%20D%0A\nContent-Type: command/reply\n"
    (frame,) = frames_of(block + b"Reply-Text: %2BOK%0A\n\n")
    assert isinstance(frame, Frame)
    assert (frame.content_type, frame.reply) == ("command/reply", "+OK")
    assert frame.headers["Caller-Caller-ID-Name"] == "Jean D"


def test_the_first_of_two_equal_headers_wins() -> None:
    assert wire.parse_block(b"A: 1\nA: 2", encoded=False) == {"A": "1"}


def test_raw_bytes_in_json_are_read_all_the_same() -> None:
    body = b'{"Event-Name":"CHANNEL_CREATE","Caller-Caller-ID-Name":"Jos\xe9 \xff"}'
    (frame,) = frames_of(b"Content-Length: %d\nContent-Type: text/event-json\n\n%s" % (len(body), body))
    assert isinstance(frame, Frame)
    assert frame.event()["Caller-Caller-ID-Name"] == "Jos\ufffd \ufffd"


@pytest.mark.parametrize("body", [b"[1]", b"{", b"", b"null", b'"x"'])
def test_json_that_is_no_event_is_a_protocol_error(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        wire.parse_json_event(body)


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: x\n\n",
        b"Content-Type: api/response\nContent-Length: -1\n\n",
        b"Content-Type: api/response\nContent-Length: 1e9\n\n",
        b"Content-Type: api/response\nContent-Length: 9999999999\n\n",
        b"Content-Type: api/response\nContent-Length: 99999999\n\n",
        b"\x00\xff\xfe\n\n",
        b"A: b\n" * 300_000,
    ],
)
def test_garbage_is_a_protocol_error(garbage: bytes) -> None:
    with pytest.raises(ProtocolError):
        frames_of(garbage)


def test_a_header_block_without_an_end_is_refused_at_the_limit() -> None:
    parser = Parser(most_header=1000)
    parser.receive_data(b"x" * 900)
    with pytest.raises(ProtocolError):
        parser.receive_data(b"x" * 200)


def test_line_feeds_between_frames_mean_nothing() -> None:
    kinds = [
        f.content_type
        for f in frames_of(b"\n\n\nContent-Type: a\n\n\n\n\nContent-Type: b\n\n")
        if isinstance(f, Frame)
    ]
    assert kinds == ["a", "b"]


@given(st.text())
def test_clean_text_has_no_control_characters(text: str) -> None:
    cleaned = wire.clean(text)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029\u202e" for c in cleaned)
    assert wire.clean(cleaned) == cleaned


@given(
    st.lists(st.binary(max_size=200), min_size=1, max_size=6),
    st.lists(st.integers(min_value=1, max_value=50), min_size=1, max_size=40),
)
def test_any_bodies_in_any_pieces_come_out_as_they_went_in(bodies: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(b"Content-Type: api/response\nContent-Length: %d\n\n%s" % (len(b), b) for b in bodies)
    parser, found, at, turn = Parser(), [], 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        found += parser.receive_data(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert [f.body for f in found if isinstance(f, Frame)] == bodies
    assert parser.leftover == 0


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_noise_gives_frames_or_a_protocol_error_and_nothing_else(pieces: list[bytes]) -> None:
    parser = Parser()
    with contextlib.suppress(ProtocolError):
        for piece in pieces:
            if piece:
                for item in parser.receive_data(piece):
                    assert isinstance(item, Frame)
                    with contextlib.suppress(ProtocolError):
                        item.event()


@given(st.dictionaries(st.from_regex(r"[A-Za-z-]{1,20}", fullmatch=True), st.text(max_size=50), max_size=10))
def test_a_serialised_event_keeps_its_lines_whatever_the_values_hold(values: dict[str, str]) -> None:
    values.pop("Content-Length", None)
    block = "".join(f"{name}: {quote(text, safe='')}\n" for name, text in values.items()).encode()
    event = wire.parse_plain_event(block + b"\n")
    assert event == {name: wire.clean(text) for name, text in values.items()}
