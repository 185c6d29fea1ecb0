"""Events to facts, on recorded and on hostile ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app import facts as f
from fs_app.esl import events, pictures
from fs_app.esl.events import Translator
from fs_app.esl.jsonevent import JsonEvent
from fs_app.esl.wire import Frame, Parser, parse_json_event

RECORDED = Path(__file__).resolve().parents[2] / "data" / "event-socket"
LEG = "2dc8215c-88fa-427a-b6b1-5496dd1252ac"
AT = 1795283101152252


def an(name: str, **values: Any) -> dict[str, Any]:
    fields = {"Event-Name": name, "Unique-ID": LEG, "Event-Date-Timestamp": str(AT)}
    fields.update(
        {k if k.startswith(("variable_", "_")) else k.replace("_", "-"): v for k, v in values.items()}
    )
    return fields


def fact(name: str, **values: Any) -> f.Fact | None:
    return Translator().fact(an(name, **values))


def told(name: str) -> list[f.Fact]:
    parser, translator, found = Parser(), Translator(), []
    for line in (RECORDED / name).read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["from"] != "switch":
            continue
        for frame in parser.receive_data(entry["frame"].encode()):
            if isinstance(frame, Frame) and frame.content_type.startswith("text/event"):
                json_event = frame.content_type.endswith("json")
                got = translator.fact(JsonEvent(frame.body) if json_event else frame.event())
                if got is not None:
                    found.append(got)
    return found


@pytest.mark.parametrize("name", ["bridge.jsonl", "bridge_json.jsonl"])
def test_a_recorded_call_is_told_in_facts(name: str) -> None:
    story = told(name)
    kinds = [type(fact).__name__ for fact in story]
    assert kinds.count("LegCreated") == kinds.count("LegAnswered") == kinds.count("LegHungUp") == 2
    assert kinds.count("LegsBridged") == 1 and "PlaybackStopped" in kinds
    jobs = [fact for fact in story if isinstance(fact, f.JobDone)]
    legs = {fact.leg for fact in story if isinstance(fact, f.LegCreated)}
    assert {job.text for job in jobs} == legs and all(job.ok for job in jobs)
    ended = [fact for fact in story if isinstance(fact, f.LegHungUp)]
    assert {fact.cause for fact in ended} == {"NORMAL_CLEARING"}
    assert all(0 < fact.created_at <= fact.answered_at < fact.at for fact in ended)


def test_plain_and_json_tell_the_same_story() -> None:
    plain, ours = told("bridge.jsonl"), told("bridge_json.jsonl")
    assert sorted(type(x).__name__ for x in plain) == sorted(type(x).__name__ for x in ours)


@pytest.mark.parametrize(("first", "second"), [("CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE")] * 2)
def test_whichever_end_comes_first_is_the_end(first: str, second: str) -> None:
    for order in ((first, second), (second, first)):
        translator = Translator()
        got = [translator.fact(an(name, Hangup_Cause="USER_BUSY")) for name in order]
        assert isinstance(got[0], f.LegHungUp) and got[0].cause == "USER_BUSY"
        assert got[1] is None


def test_nothing_follows_the_end_but_the_end_of_a_recording() -> None:
    translator = Translator()
    translator.fact(an("CHANNEL_HANGUP"))
    for name in events.CHANNEL_EVENTS:
        got = translator.fact(
            an(name, Record_File_Path="/r.wav", Bridge_B_Unique_ID="x", Application="playback")
        )
        assert (got is None) is (name != "RECORD_STOP"), name
    assert translator.fact(an("CHANNEL_ANSWER", Unique_ID="another-leg")) is not None


def test_the_memory_of_ends_is_bounded() -> None:
    translator = Translator(remember=100)
    for i in range(1000):
        translator.fact(an("CHANNEL_HANGUP", Unique_ID=f"leg-{i}"))
    assert len(translator._ended) == 100
    assert translator.fact(an("CHANNEL_ANSWER", Unique_ID="leg-999")) is None


def test_who_ended_the_leg() -> None:
    answered = {"variable_sip_call_id": "x", "Hangup_Cause": "NORMAL_CLEARING"}
    for values, by_far_end in (
        ({"variable_sip_hangup_disposition": "recv_bye"}, True),
        ({"variable_sip_hangup_disposition": "recv_refuse"}, True),
        ({"variable_sip_hangup_disposition": "send_bye"}, False),
        ({"variable_sip_term_status": "200"}, True),  # CHANNEL_HANGUP of a received BYE
        ({}, False),
    ):
        got = fact("CHANNEL_HANGUP", **answered, **values)
        assert isinstance(got, f.LegHungUp) and got.by_far_end is by_far_end, values
    unknown = fact("CHANNEL_HANGUP")
    assert isinstance(unknown, f.LegHungUp) and unknown.by_far_end is None


def test_a_refused_leg_tells_its_sip_status() -> None:
    got = fact("CHANNEL_HANGUP", Hangup_Cause="CALL_REJECTED", variable_sip_invite_failure_status="603")
    assert isinstance(got, f.LegHungUp) and got.sip_status == 603


def test_digits_count_only_when_they_were_entered_now() -> None:
    """play_and_get_digits leaves the variable at its old value when the caller enters nothing."""
    common = {"Application": "play_and_get_digits", "Application_UUID": "a", "variable_fsapp_digits": "12"}
    entered = fact("CHANNEL_EXECUTE_COMPLETE", variable_read_result="success", **common)
    nothing = fact("CHANNEL_EXECUTE_COMPLETE", variable_read_result="failure", **common)
    assert isinstance(entered, f.AppDone) and (entered.digits, entered.app_uuid) == ("12", "a")
    assert isinstance(nothing, f.AppDone) and nothing.digits == ""


def test_an_application_is_known_by_its_uuid() -> None:
    got = fact(
        "CHANNEL_EXECUTE_COMPLETE",
        Application="playback",
        Application_UUID="u",
        Application_Response="FILE PLAYED",
    )
    assert got == f.AppDone(AT, LEG, "playback", "u", "FILE PLAYED")
    assert fact("CHANNEL_EXECUTE_COMPLETE", Application="set", Application_UUID="u") is None


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("CHANNEL_PROGRESS", {}, f.LegRinging(AT, LEG, False)),
        ("CHANNEL_PROGRESS_MEDIA", {}, f.LegRinging(AT, LEG, True)),
        ("CHANNEL_ANSWER", {}, f.LegAnswered(AT, LEG)),
        ("CHANNEL_PARK", {}, f.LegParked(AT, LEG)),
        ("CHANNEL_HOLD", {}, f.LegHeld(AT, LEG, True)),
        ("CHANNEL_UNHOLD", {}, f.LegHeld(AT, LEG, False)),
        (
            "CHANNEL_BRIDGE",
            {"Bridge_A_Unique_ID": LEG, "Bridge_B_Unique_ID": "b"},
            f.LegsBridged(AT, LEG, "b"),
        ),
        ("CHANNEL_UNBRIDGE", {"Other_Leg_Unique_ID": "b"}, f.LegsUnbridged(AT, LEG, "b")),
        ("CHANNEL_BRIDGE", {}, None),
        (
            "PLAYBACK_STOP",
            {"Playback_File_Path": "/a", "Playback_Status": "done"},
            f.PlaybackStopped(AT, LEG, "/a", True),
        ),
        ("PLAYBACK_STOP", {"Playback_Status": "break"}, f.PlaybackStopped(AT, LEG, "", False)),
        ("DTMF", {"DTMF_Digit": "5", "DTMF_Duration": "2000"}, f.Digit(AT, LEG, "5", 250)),
        ("RECORD_START", {"Record_File_Path": "/r"}, f.RecordingStarted(AT, LEG, "/r")),
        (
            "RECORD_STOP",
            {"Record_File_Path": "/r", "variable_record_ms": "800"},
            f.RecordingStopped(AT, LEG, "/r", 800),
        ),
        (
            "HEARTBEAT",
            {"Core_UUID": "c", "Session_Count": "3", "Uptime_msec": "9"},
            f.Heartbeat(AT, "c", 3, 9),
        ),
        ("SHUTDOWN", {}, f.SwitchShutdown(AT)),
        ("CHANNEL_STATE", {}, None),
        ("CUSTOM", {"Event_Subclass": "sofia::unknown"}, None),
    ],
)
def test_each_event_has_its_fact(name: str, values: dict[str, str], expected: f.Fact | None) -> None:
    assert fact(name, **values) == expected


def test_what_is_subscribed_to_is_understood_and_the_other_way_round() -> None:
    assert set(events.SUBSCRIPTION) - {"CUSTOM"} == set(events._MAKERS)


def test_a_blind_transfer_by_the_phone_tells_the_target() -> None:
    got = fact("CUSTOM", Event_Subclass="sofia::transferor", variable_transfer_destination="blind:0699")
    assert got == f.LegTransferred(AT, LEG, "0699", False)


def test_an_attended_transfer_by_the_phone_tells_the_leg_that_stays() -> None:
    event = an("CUSTOM", Event_Subclass="sofia::transferor")
    event |= {
        "att_xfer_destination_call_id": "third",
        "att_xfer_destination_peer_uuid": "second leg of the phone",
    }
    assert Translator().fact(event) == f.LegTransferred(AT, LEG, "third", True)


@pytest.mark.parametrize(
    ("contact", "dial"),
    [
        (
            '"x" <sip:1002@127.0.0.1:41741;transport=udp;ob>',
            "sofia/internal/sip:1002@127.0.0.1:41741;transport=udp;ob",
        ),
        ("<sip:1@h>;fs_nat=yes;fs_path=sip%3A1", "sofia/internal/sip:1@h;fs_nat=yes;fs_path=sip%3A1"),
        ("<sip:1@h>;expires=60", "sofia/internal/sip:1@h"),
        ("sip:1@h", "sofia/internal/sip:1@h"),
        ("", ""),
    ],
)
def test_a_contact_becomes_what_can_be_dialled(contact: str, dial: str) -> None:
    event = an("CUSTOM", Event_Subclass="sofia::register", contact=contact, expires="60")
    event |= {"profile-name": "internal", "from-user": "1002", "from-host": "example.org"}
    assert Translator().fact(event) == f.PhoneRegistered(AT, "1002", "example.org", dial, 60)


def test_a_gateway_is_up_when_registered_or_without_registration() -> None:
    for state, ping, up in (
        ("REGED", "UP", True),
        ("NOREG", "UP", True),
        ("NOREG", "DOWN", False),
        ("FAIL_WAIT", "UP", False),
    ):
        got = fact(
            "CUSTOM", Event_Subclass="sofia::gateway_state", Gateway="t", State=state, Ping_Status=ping
        )
        assert got == f.GatewayState(AT, "t", up, state)


HOSTILE = [
    "x\nFake-Header: y",
    "\x00\x1b[31m",
    "<script>",
    "A" * 50_000,
    "",
    "\u202e\u2028",
    "'\"{}",
    "José \ufffd",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_served_clean_and_cut(name: str) -> None:
    got = fact(
        "CHANNEL_CREATE", Call_Direction="inbound", Caller_Caller_ID_Name=name, Caller_Caller_ID_Number=name
    )
    assert isinstance(got, f.LegCreated) and got.inbound
    for shown in (got.caller_name, got.caller_number):
        assert len(shown) <= 10_000
        assert not any(ord(c) < 32 for c in shown)


def test_a_call_without_any_identity_is_a_call() -> None:
    got = fact("CHANNEL_CREATE", Call_Direction="inbound")
    assert got == f.LegCreated(AT, LEG, True)


def test_an_event_without_a_leg_is_no_fact() -> None:
    assert Translator().fact({"Event-Name": "CHANNEL_ANSWER"}) is None
    assert Translator().fact({"Event-Name": ["CHANNEL_ANSWER"]}) is None


def test_only_our_variables_are_carried_also_from_raw_json() -> None:
    event = an(
        "CHANNEL_ANSWER", variable_fsapp_call="7", variable_sip_h_x="1", variable_fsapp_role="ca\nller"
    )
    event["Caller-Caller-ID-Name"] = '","variable_fsapp_role":"agent'
    body = orjson.dumps(event)
    for got in (Translator().fact(event), Translator().fact(JsonEvent(body))):
        assert isinstance(got, f.LegAnswered)
        assert dict(got.variables) == {"fsapp_call": "7", "fsapp_role": "ca ller"}


values = st.one_of(
    st.text(max_size=30),
    st.lists(st.text(max_size=5), max_size=3),
    st.none(),
    st.integers(-(2**60), 2**60),
    st.booleans(),
)


@given(
    st.sampled_from(sorted(events._MAKERS)),
    st.dictionaries(
        st.sampled_from(
            ["Unique-ID", "Event-Date-Timestamp", "Call-Direction", "Hangup-Cause", "_body", "Job-UUID", "contact",
             "variable_fsapp_x", "Caller-Caller-ID-Name", "DTMF-Digit", "Application", "Application-UUID"]
        ),
        values,
    ),
)  # fmt: skip
def test_no_event_however_strange_raises(name: str, fields: dict[str, Any]) -> None:
    event = {"Event-Name": "CUSTOM", "Event-Subclass": name} if "::" in name else {"Event-Name": name}
    for read in (fields | event, JsonEvent(orjson.dumps(fields | event))):
        got = Translator().fact(read)
        assert got is None or isinstance(got, f.Fact)


def dump(**values: Any) -> str:
    fields = {
        "Unique-ID": LEG,
        "Call-Direction": "inbound",
        "Answer-State": "answered",
        "Channel-State": "CS_EXECUTE",
    }
    return json.dumps(fields | values)


def test_a_partner_is_one_that_the_leg_is_bridged_to_now() -> None:
    """As seen: bridge_uuid, signal_bond and Other-Leg-Unique-ID stay on a parked leg, bridge_to does not."""
    stale = {"variable_bridge_uuid": "b", "variable_signal_bond": "b", "Other-Leg-Unique-ID": "b"}
    bridged = dump(**stale, **{"variable_bridge_to": "b", "Channel-State": "CS_EXCHANGE_MEDIA"})
    assert pictures.channel_from_dump(bridged).partner == "b"
    parked = pictures.channel_from_dump(dump(**stale, **{"Channel-State": "CS_PARK"}))
    assert (parked.partner, parked.app) == (None, "park")
    assert pictures.channel_from_dump(dump(**stale)).partner is None


def test_a_dump_is_a_picture_with_all_variables_clean() -> None:
    channel = pictures.channel_from_dump(
        dump(
            **{
                "variable_current_application": "socket",
                "variable_fsapp_call": "7",
                "variable_sdp": "v=0\r\no=x",
                "Caller-Caller-ID-Name": "a\nb",
                "Caller-Channel-Created-Time": "12",
                "Caller-Channel-Answered-Time": "0",
            }
        )
    )
    assert (channel.app, channel.caller_name, channel.created_at, channel.answered_at) == (
        "socket",
        "a b",
        12,
        0,
    )
    assert (channel.get("fsapp_call"), channel.get("sdp"), channel.get("none", "-")) == ("7", "v=0 o=x", "-")


def test_registrations_and_ids_are_read_from_show() -> None:
    row = {
        "reg_user": "1001",
        "realm": "example.org",
        "url": "sofia/internal/sip:1001@h",
        "expires": "1795292097",
    }
    reply = json.dumps({"row_count": 1, "rows": [row]})
    assert pictures.registrations(reply) == [
        f.Registration("1001", "example.org", "sofia/internal/sip:1001@h", 1795292097_000000)
    ]
    assert pictures.registrations('{"row_count": 0}\n') == []
    assert pictures.channel_ids('{"row_count":1,"rows":[{"uuid":"a"},{"uuid":""}]}') == ["a"]


def test_a_call_that_its_caller_cancels_was_refused_by_nobody() -> None:
    got = fact(
        "CHANNEL_HANGUP",
        Call_Direction="inbound",
        Hangup_Cause="ORIGINATOR_CANCEL",
        variable_sip_invite_failure_status="487",
        variable_sip_hangup_disposition="recv_cancel",
    )
    assert isinstance(got, f.LegHungUp) and (got.sip_status, got.by_far_end) == (0, True)


def test_reading_as_far_as_needed_tells_the_same_as_reading_all() -> None:
    for line in (RECORDED / "bridge_json.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        for frame in Parser().receive_data(entry["frame"].encode()) if entry["from"] == "switch" else []:
            if isinstance(frame, Frame) and frame.content_type == "text/event-json":
                assert Translator().fact(JsonEvent(frame.body)) == Translator().fact(
                    parse_json_event(frame.body)
                )


@given(
    st.dictionaries(
        st.sampled_from(
            ["Event-Name", "Unique-ID", "Application", "_body", "variable_fsapp_a", "variable_fsapp_b", "x"]
        ),
        st.one_of(
            st.text(max_size=30), st.text('\\"{}:,_fsapp', max_size=30), st.just('","Unique-ID":"stolen')
        ),
    )
)
def test_no_value_is_taken_for_a_name(fields: dict[str, str]) -> None:
    body = orjson.dumps(fields)
    for name in ("Event-Name", "Unique-ID", "Application", "_body", "x"):
        assert JsonEvent(body).get(name) == fields.get(name)
    ours = {name[9:]: text for name, text in fields.items() if name.startswith("variable_fsapp_")}
    assert JsonEvent(body).our_variables() == ours
    assert dict(JsonEvent(body)) == fields and len(JsonEvent(body)) == len(fields)


def test_raw_bytes_in_a_value_that_is_looked_up() -> None:
    body = b'{"Event-Name":"CHANNEL_ANSWER","Unique-ID":"a","variable_fsapp_note":"Jos\xe9 \\"x\\" \xff"}'
    got = Translator().fact(JsonEvent(body))
    assert isinstance(got, f.LegAnswered) and got.variables == {"fsapp_note": 'Jos\ufffd "x" \ufffd'}
