"""Each verb: its exact command, and what becomes of each reply."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import gevent
import pytest

from fs_app.errors import LinkLost, NoSuchChannel, ProtocolError, Refused, UnsafeCommand
from fs_app.esl.link import Link
from fs_app.esl.switch import Switch
from fs_app.facts import Registration
from fs_app.ports import DigitSpec, Originate, OriginateResult, Outcome, SwitchPort
from tests.support.until import until
from tests.unit.esl.fake import Client, FakeSwitch, api_reply, event, reply

A = "2dc8215c-88fa-427a-b6b1-5496dd1252ac"
B = "7c189d45-d4cb-431b-84c4-d66bbf573529"


def sent(fake: FakeSwitch) -> list[str]:
    """What the verb sent, with the uuids that were chosen for it replaced."""
    mine = [one for one in fake.clients[0].commands[2:] if "strepoch" not in one]
    return [re.sub(r"((?:Event|Job)-UUID: )[0-9a-f-]{36}", r"\1*", one) for one in mine]


def app(name: str, argument: str = "") -> str:
    tail = f"\nexecute-app-arg: {argument}" if argument else ""
    return f"sendmsg {A}\ncall-command: execute\nexecute-app-name: {name}\nEvent-UUID: *{tail}"


ENDLESS = "tone_stream://%(200,100,400);loops=-1"
VERBS: list[tuple[Callable[[Switch], Any], list[str]]] = [
    (lambda s: s.answer(A), [app("answer")]),
    (lambda s: s.play(A, ["/a.wav"]), [app("playback", "/a.wav")]),
    (lambda s: s.play(A, ["/a.wav", "/b c.wav"]), [app("playback", "file_string:///a.wav!/b c.wav")]),
    (
        lambda s: s.collect_digits(A, DigitSpec("/m.wav", 1, 4)),
        [
            app("unset", "fsapp_digits"),
            app("play_and_get_digits", r"1 4 1 5000 # /m.wav silence_stream://250 fsapp_digits \d+ 3000"),
        ],
    ),
    (lambda s: s.say(A, "fr", "NUMBER", "PRONOUNCED", "12"), [app("say", "fr NUMBER PRONOUNCED 12")]),
    (
        lambda s: s.music(A, ENDLESS, 29.5),
        [app("playback", f"%[playback_timeout_sec=30,playback_timeout_as_success=true]{ENDLESS}")],
    ),
    (lambda s: s.stop_sound(A), [f"api uuid_break {A} all"]),
    (lambda s: s.whisper_over(A, "/b.wav"), [f"api uuid_displace {A} start /b.wav 0 mux"]),
    (lambda s: s.send_dtmf(A, "12#"), [f"api uuid_send_dtmf {A} 12#"]),
    (lambda s: s.mute(A, True), [f"api uuid_audio {A} start read mute 1"]),
    (lambda s: s.mute(A, False), [f"api uuid_audio {A} stop"]),
    (lambda s: s.bridge(A, B), [f"api uuid_bridge {A} {B}"]),
    (lambda s: s.send_home(A), [f"api uuid_transfer {A} home XML fsapp"]),
    (lambda s: s.transfer(A, "answered"), [f"api uuid_transfer {A} answered XML fsapp"]),
    (lambda s: s.park(A), [f"api uuid_transfer {A} park: inline"]),
    (lambda s: s.hangup(A), [f"api uuid_kill {A} NORMAL_CLEARING"]),
    (lambda s: s.hangup(A, "USER_BUSY"), [f"api uuid_kill {A} USER_BUSY"]),
    (lambda s: s.conference(A, "c7"), [f"api uuid_transfer {A} conference:c7@default inline"]),
    (
        lambda s: s.record_start(A, "/rec/x y.wav"),
        [
            f"api uuid_setvar_multi {A} RECORD_STEREO=true;enable_file_write_buffering=false",
            f"api uuid_record {A} start '/rec/x y.wav'",
        ],
    ),
    (lambda s: s.record_stop(A, "/x.wav"), [f"api uuid_record {A} stop /x.wav"]),
    (lambda s: s.record_mask(A, "/x.wav"), [f"api uuid_record {A} mask /x.wav"]),
    (lambda s: s.record_unmask(A, "/x.wav"), [f"api uuid_record {A} unmask /x.wav"]),
    (lambda s: s.listen(A, B), [app("eavesdrop", B)]),
    (lambda s: s.whisper(A), [f"api uuid_recv_dtmf {A} 2"]),
    (lambda s: s.barge(A), [f"api uuid_recv_dtmf {A} 3"]),
    (lambda s: s.listen_only(A), [f"api uuid_recv_dtmf {A} 0"]),
    (lambda s: s.set_variables(A, {"a": "1;2", "b": "x y"}), [rf"api uuid_setvar_multi {A} a=1\;2;b=x\sy"]),
    (lambda s: s.renew_lease(1795283119), ["api global_setvar fsapp_lease=1795283119"]),
    (lambda s: s.flush_directory(), ["api xml_flush_cache"]),
    (lambda s: s.flush_directory("1001", "example.org"), ["api xml_flush_cache id 1001 example.org"]),
]


@pytest.mark.parametrize(("verb", "commands"), VERBS)
def test_a_verb_sends_its_command(
    verb: Callable[[Switch], Any], commands: list[str], switch: Switch, fake: FakeSwitch
) -> None:
    assert verb(switch).get(2) is None
    assert sent(fake) == commands


def test_the_switch_has_every_verb_of_the_port(switch: Switch) -> None:
    verbs = [name for name in vars(SwitchPort) if not name.startswith("_")]
    assert all(hasattr(switch, name) for name in verbs) and len(verbs) > 30


def test_a_long_list_of_files_goes_as_a_body(switch: Switch, fake: FakeSwitch) -> None:
    switch.play(A, [f"/prompts/{'x' * 90}{i}.wav" for i in range(15)]).get(2)
    head, _, body = sent(fake)[0].partition("\n\n")
    assert head.endswith(f"content-length: {len(body)}") and body.startswith("file_string:///prompts/x")


def test_the_id_of_an_application_is_its_event_uuid(switch: Switch, fake: FakeSwitch) -> None:
    playing = switch.play(A, ["/a.wav"])
    playing.get(2)
    assert f"Event-UUID: {playing.id}" in fake.clients[0].commands[-1]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("-ERR No such channel!\n", NoSuchChannel),
        ("-ERR Cannot locate session!\n", NoSuchChannel),
        ("-ERR Invalid uuid\n", NoSuchChannel),
        ("-ERR No such channel!\n-USAGE: <uuid> <var>=<value>;<var>=<value>...\n", NoSuchChannel),
        ("-ERR Cannot stop record session!\n", Refused),
        ("-USAGE: <uuid> <other_uuid>\n", Refused),
        ("-ERR uuid_bridge Command not found!\n", Refused),
    ],
)
def test_refusals_are_sorted_by_what_one_can_do(
    switch: Switch, fake: FakeSwitch, text: str, error: type[Refused]
) -> None:
    fake.answers["uuid_bridge"] = text
    with pytest.raises(Refused) as caught:
        switch.bridge(A, B).get(2)
    assert type(caught.value) is error and caught.value.reply.startswith(text[:10])


def test_sendmsg_to_a_leg_that_is_gone(switch: Switch, fake: FakeSwitch) -> None:
    fake.on_command = lambda command, _c: (
        reply(f"-ERR invalid session id [{A}]") if command[:4] == "send" else None
    )
    with pytest.raises(NoSuchChannel):
        switch.play(A, ["/a.wav"]).get(2)


def finishing(fake: FakeSwitch, text: str) -> Callable[[str, Client], bytes | None]:
    def answer(command: str, _client: Client) -> bytes | None:
        if command.startswith("bgapi"):
            fake.events.send(event("BACKGROUND_JOB", Job_UUID=command.rpartition(" ")[2], _body=text))
        return None

    return answer


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (f"+OK {A}\n", OriginateResult(True)),
        ("-ERR USER_BUSY\n", OriginateResult(False, "USER_BUSY")),
        ("-ERR NO_ANSWER\n", OriginateResult(False, "NO_ANSWER")),
        ("-ERR INVALID_GATEWAY\n", OriginateResult(False, "INVALID_GATEWAY")),
    ],
)
def test_a_refused_call_is_a_result(
    switch: Switch, fake: FakeSwitch, text: str, result: OriginateResult
) -> None:
    fake.on_command = finishing(fake, text)
    assert (
        switch.originate(Originate(A, "sofia/gateway/trunk/123", "33612345678", ring_s=12.2)).get(2) == result
    )
    assert sent(fake) == [
        f"bgapi originate {{origination_uuid={A},originate_timeout=13,ignore_early_media=true,"
        "origination_caller_id_number=33612345678,origination_caller_id_name=33612345678,"
        "hangup_after_bridge=false}sofia/gateway/trunk/123 &park()\nJob-UUID: *"
    ]


def test_a_call_can_go_on_in_the_dialplan(switch: Switch, fake: FakeSwitch) -> None:
    fake.on_command = finishing(fake, f"+OK {A}\n")
    switch.originate(Originate(A, "sofia/gateway/t/1", "1", then="transfer:answered", early_media=True)).get(
        2
    )
    assert sent(fake)[0].partition("}")[2] == "sofia/gateway/t/1 answered XML fsapp\nJob-UUID: *"
    assert "ignore_early_media=false" in sent(fake)[0]


def test_originate_that_is_no_call_is_refused(switch: Switch, fake: FakeSwitch) -> None:
    fake.on_command = finishing(fake, "-USAGE: <call url> <exten>\n")
    with pytest.raises(Refused):
        switch.originate(Originate(A, "sofia/gateway/t/1", "1")).get(2)


def test_originate_in_flight_fails_with_the_link(switch: Switch, fake: FakeSwitch) -> None:
    outcomes: list[Outcome[Any]] = []
    switch.originate(Originate(A, "sofia/gateway/t/1", "1")).then(outcomes.append)
    until(lambda: sent(fake))
    fake.drop_all()
    until(lambda: outcomes)
    assert isinstance(outcomes[0].error, LinkLost)


def test_unsafe_text_is_the_outcome_not_an_exception(switch: Switch) -> None:
    for pending in (
        switch.play(A, ["/a\n/b"]),
        switch.originate(Originate(A, "sofia/x/${y}", "1")),
        switch.hangup("nobody"),
        switch.set_variables(A, {"x": "${system(id)}"}),
    ):
        with pytest.raises(UnsafeCommand):
            pending.get(0.1)


def test_variables_are_read(switch: Switch, fake: FakeSwitch) -> None:
    fake.answers["uuid_getvar"] = lambda command, _c: api_reply(
        "_undef_" if command.endswith("none") else "a\nb"
    )
    assert switch.get_variable(A, "x").get(2) == "a b"
    assert switch.get_variable(A, "none").get(2) is None


def test_exists(switch: Switch, fake: FakeSwitch) -> None:
    fake.answers["uuid_exists"] = lambda command, _c: api_reply("true" if A in command else "false")
    assert switch.exists(A).get(2) is True
    assert switch.exists(B).get(2) is False


def test_channels_are_dumped_and_the_gone_left_out(switch: Switch, fake: FakeSwitch) -> None:
    legs = [f"{i:08x}-0000-4000-8000-000000000000" for i in range(120)]
    fake.answers["show channels"] = json.dumps({"rows": [{"uuid": leg} for leg in legs]})

    def dump(command: str, _client: Client) -> bytes:
        leg = command.split(" ")[2]
        return api_reply("-ERR No such channel!\n" if leg == legs[5] else json.dumps({"Unique-ID": leg}))

    fake.answers["uuid_dump"] = dump
    assert [channel.leg for channel in switch.channels()] == [leg for leg in legs if leg != legs[5]]


def test_pictures_that_are_no_json_are_an_error(switch: Switch, fake: FakeSwitch) -> None:
    fake.answers["uuid_dump"] = "nonsense"
    with pytest.raises(ProtocolError):
        switch.channel(A).get(2)


def test_registrations(switch: Switch, fake: FakeSwitch) -> None:
    row = {"reg_user": "1001", "realm": "d", "url": "sofia/internal/sip:1001@h", "expires": "12"}
    fake.answers["show registrations as json"] = json.dumps({"row_count": 1, "rows": [row]})
    assert switch.registrations().get(2) == [
        Registration("1001", "d", "sofia/internal/sip:1001@h", 12_000_000)
    ]


def test_recovered_calls_are_counted(switch: Switch, fake: FakeSwitch) -> None:
    for text, count in (("Recovered 7 call(s)\n", 7), ("No calls to recover.\n", 0)):
        fake.on_command = finishing(fake, text)
        assert switch.sofia_recover().get(2) == count


def test_the_outcome_is_told_once_also_to_who_asks_later(switch: Switch) -> None:
    told: list[Outcome[Any]] = []
    pending = switch.bridge(A, B)
    pending.then(told.append)
    pending.get(2)
    pending.then(told.append)
    gevent.sleep(0)
    assert [outcome.ok for outcome in told] == [True, True]


def test_a_callback_that_fails_harms_nobody(switch: Switch, link: Link) -> None:
    switch.bridge(A, B).then(lambda outcome: 1 / 0)
    assert switch.bridge(A, B).get(2) is None
    assert link.up
