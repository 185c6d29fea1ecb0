"""The switch's side of the wire: commands in, frames that the program's parser reads."""

from __future__ import annotations

import pytest

from fs_app.esl.wire import Parser
from fs_app.sim import wire
from fs_app.sim.events import Event, Stamper, Variables

SENDMSG = (
    b"sendmsg abc\ncall-command: execute\nexecute-app-name: playback\ncontent-type: text/plain\n"
    b"content-length: 5\n\nhello"
)


def test_commands_come_whole_byte_by_byte_and_several_at_once() -> None:
    data = b"auth secret\n\n" + SENDMSG + b"api status\n\n"
    whole = wire.CommandReader().feed(data)
    reader = wire.CommandReader()
    pieces = [command for n in range(len(data)) for command in reader.feed(data[n : n + 1])]
    for commands in (whole, pieces):
        assert [(c.verb, c.rest, c.body) for c in commands] == [
            ("auth", "secret", ""),
            ("sendmsg", "abc", "hello"),
            ("api", "status", ""),
        ]
        assert commands[1].headers["execute-app-name"] == "playback"


def test_a_megabyte_without_an_end_is_too_long() -> None:
    with pytest.raises(wire.TooLong):
        wire.CommandReader().feed(b"x" * (wire.MOST_HEADER_BYTES + 1))


@pytest.mark.parametrize("kind", ["json", "plain"])
def test_the_programs_parser_reads_an_event_with_variables_and_body(kind: str) -> None:
    variables = Variables({"fsapp_call": 'a "b"\n%0Ac', "sip_from_display": "Ren\udce9"})
    headers = Stamper("core").headers("CHANNEL_CREATE", 1_700_000_000_000_000) | {
        "Caller-Caller-ID-Name": "Zoë"
    }
    event = Event("CHANNEL_CREATE", headers, "leg", (variables.json, variables.plain))
    (frame,) = Parser().receive_data(event.frame(kind))
    read = frame.event()  # type: ignore[union-attr]
    assert read["Event-Name"] == "CHANNEL_CREATE"
    assert read["Caller-Caller-ID-Name"] == "Zoë"
    assert "c" in read["variable_fsapp_call"] and "Event-Name" not in read["variable_fsapp_call"]


def test_raw_bytes_go_out_as_they_came_in() -> None:
    name = wire.text(b"Ren\xe9")
    assert b"Ren\xe9" in wire.json_object({"name": name, "a": 'x"\\\x01'})
    assert wire.url_encode(name) == "Ren%E9"


def test_an_event_is_serialised_once_for_all_listeners() -> None:
    event = Event("X", {"Event-Name": "X"})
    assert event.frame("json") is event.frame("json")
