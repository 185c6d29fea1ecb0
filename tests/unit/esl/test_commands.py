"""Command text is safe by construction: nothing that comes from outside gets out of its place."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fs_app.errors import UnsafeCommand
from fs_app.esl import commands, quoting
from fs_app.ports import DigitSpec, Originate
from tests.unit.esl import fs_parser

LEG = "2dc8215c-88fa-427a-b6b1-5496dd1252ac"
OTHER = "7c189d45-d4cb-431b-84c4-d66bbf573529"
PHONE = "sofia/internal/sip:1001@192.0.2.7:5060"

HOSTILE = [
    "${system(touch /tmp/x)}",
    "$${domain}",
    "\\${x}",
    "a,b=c",
    "a}b",
    "{a",
    "[leg_timeout=1]",
    "^^:a=b",
    "a\nb",
    "a\r\n\r\napi shutdown",
    "a\x00b",
    "'a",
    "a'b'c",
    '"; drop',
    "a\\",
    "\\n",
    "%0AFake-Header%3A%20x",
    "<script>alert(1)</script>",
    "a:_:b",
    "x" * 10_000,
    "",
    " ",
    "  lead and trail  ",
    "José",
    "\ud800",
    "\u202eevil",
    "undef",
    "origination_nested_vars=true",
]
anything = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=40), st.text("\\'\" ,=;{}$[]^|<>&", max_size=20)
)


def lines(text: str) -> list[str]:
    return text.split("\n")


@given(name=anything, number=anything, note=anything)
@example(name="L'Été, «Zoë»", number="+33612345678", note="a,b c'd\\e=f\"g|h]i[j^^:x;y")
@example(name="", number="", note="\\s\\n\\")
def test_originate_carries_hostile_text_unchanged_or_not_at_all(name: str, number: str, note: str) -> None:
    what = Originate(LEG, PHONE, number, name, variables={"fsapp_note": note, "fsapp_last": "1"})
    try:
        command = commands.originate(what)
    except UnsafeCommand:
        controls = any(ord(c) < 32 or 0xD800 <= ord(c) < 0xE000 for c in note)  # and what is no UTF-8
        assert controls or set(note) & set("${}\x7f") or ":_:" in note
        return
    assert "\n" not in command and "\r" not in command and "\x00" not in command
    assert "${" not in command
    variables, dial, rest = fs_parser.originate(command.removeprefix("api originate "))
    assert dial == PHONE
    assert rest == ["&park()"]
    assert variables.pop("fsapp_note") == note
    assert variables.pop("fsapp_last") == "1"
    assert variables.pop("origination_uuid") == LEG
    assert variables.pop("origination_caller_id_number", "") == quoting.caller_number(number)
    shown = quoting.caller_name(name) or quoting.caller_number(number)
    assert variables.pop("origination_caller_id_name", "") == shown
    assert set(variables) == {"originate_timeout", "ignore_early_media", "hangup_after_bridge"}


@given(values=st.lists(anything, min_size=1, max_size=5))
def test_set_variables_carries_hostile_text_unchanged_or_not_at_all(values: list[str]) -> None:
    wanted = {f"fsapp_{i}": value for i, value in enumerate(values)}
    try:
        command = commands.set_variables(LEG, wanted)
    except UnsafeCommand:
        return
    assert len(lines(command)) == 1
    pairs = fs_parser.separate(command.removeprefix(f"api uuid_setvar_multi {LEG} "), ";", 64)
    assert dict(pair.split("=", 1) for pair in pairs) == wanted


@given(anything)
def test_a_callers_name_is_never_refused_and_never_dangerous(name: str) -> None:
    kept = quoting.caller_name(name)
    assert len(kept) <= 80
    assert not set(kept) & set('"<>\\${}[]|^~;=%:/@`\n\r\x00')
    assert kept == kept.strip()


@given(anything)
def test_a_callers_number_is_never_refused_and_never_dangerous(number: str) -> None:
    assert set(quoting.caller_number(number)) <= set(string.ascii_letters + string.digits + "+*#._-")
    assert len(quoting.caller_number(number)) <= 40


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("L'Oréal, Dupont & Fils", "L'Oréal, Dupont & Fils"),
        ('"x" <sip:evil@host>', "x sip evil host"),
        ("${system(id)}", "system(id)"),
        ("a\nb", "a b"),
        ("", ""),
        ("Z" * 10_000, "Z" * 80),
    ],
)
def test_names_stay_readable(name: str, kept: str) -> None:
    assert quoting.caller_name(name) == kept


every_text = st.one_of(anything, st.text(max_size=10))


@pytest.mark.parametrize(
    "write",
    [
        lambda text: commands.bridge(text, OTHER),
        lambda text: commands.bridge(LEG, text),
        lambda text: commands.transfer(LEG, text),
        lambda text: commands.conference(LEG, text),
        lambda text: commands.kill(LEG, text),
        lambda text: commands.send_dtmf(LEG, text),
        lambda text: commands.press(LEG, text),
        lambda text: commands.record(LEG, "start", "/" + text),
        lambda text: commands.record(LEG, "start", text),
        lambda text: commands.whisper_over(LEG, text),
        lambda text: commands.get_variable(LEG, text),
        lambda text: commands.set_variables(LEG, {text: "x"}),
        lambda text: commands.show(text),
        lambda text: commands.flush_directory(text, "example.org"),
        lambda text: commands.background(text, "api status"),
        lambda text: commands.background(LEG, text),
        lambda text: commands.auth(text),
        lambda text: commands.originate(Originate(text, PHONE, "1")),
        lambda text: commands.originate(Originate(LEG, text, "1")),
        lambda text: commands.originate(Originate(LEG, "sofia/internal/" + text, "1")),
        lambda text: commands.originate(Originate(LEG, PHONE, "1", then=text)),
        lambda text: commands.originate(Originate(LEG, PHONE, "1", then="transfer:" + text)),
        lambda text: commands.originate(Originate(LEG, PHONE, "1", variables={text: "x"})),
        lambda text: quoting.phone_endpoint(text),
        lambda text: quoting.phone_endpoint("sofia/internal/sip:1@h;x=" + text),
        lambda text: quoting.gateway_endpoint("trunk", text),
        lambda text: quoting.gateway_endpoint(text, "123"),
    ],
)
@given(text=every_text)
def test_no_text_gets_out_of_a_one_line_command(write: object, text: str) -> None:
    try:
        command = write(text)  # type: ignore[operator]
    except UnsafeCommand:
        return
    first, _, second = command.partition("\nJob-UUID: ")
    assert len(lines(first)) == 1 and len(lines(second)) == 1
    assert "\r" not in command and "\x00" not in command
    assert "${" not in command or command.startswith("auth ")  # a password is compared, never expanded


@given(text=every_text)
def test_no_argument_of_an_application_is_expanded_or_breaks_its_line(text: str) -> None:
    for write in (
        lambda: commands.play_argument([text]),
        lambda: commands.play_argument([text, "/a.wav"]),
        lambda: commands.music_argument(text, 5),
        lambda: commands.digits_argument(DigitSpec(text)),
        lambda: commands.digits_argument(DigitSpec("/a.wav", invalid_prompt=text)),
        lambda: commands.digits_argument(DigitSpec("/a.wav", pattern=text)),
        lambda: commands.digits_argument(DigitSpec("/a.wav", terminators=text)),
        lambda: commands.say_argument("en", "NUMBER", "PRONOUNCED", text),
        lambda: text,
    ):
        try:
            head, body = commands.execute(LEG, "playback", write(), OTHER)
        except UnsafeCommand:
            continue
        argument = body or head.partition("\nexecute-app-arg: ")[2]
        assert "\n" not in argument and "${" not in argument
        assert head.count("\n") == (5 if body else 4 if argument else 3)


def test_digits_argument_keeps_its_places_with_blanks_in_a_path() -> None:
    spec = DigitSpec(
        "/prompts/main menu.wav", 1, 4, 2, 5000, 1500, "#*", "/prompts/try again.wav", r"^[1-4]\d*$"
    )
    words = fs_parser.separate(commands.digits_argument(spec), " ")
    assert words == [
        *("1", "4", "2", "5000", "#*", "/prompts/main menu.wav", "/prompts/try again.wav"),
        *("fsapp_digits", r"^[1-4]\d*$", "1500"),
    ]


def test_a_long_argument_travels_as_the_body() -> None:
    files = [f"/prompts/{'é' * 100}{i}.wav" for i in range(20)]
    head, body = commands.execute(LEG, "playback", commands.play_argument(files), OTHER)
    assert body.startswith("file_string:///prompts/é") and body.count("!") == 19
    assert head.endswith(f"content-type: text/plain\ncontent-length: {len(body.encode())}")


@pytest.mark.parametrize(
    "text", ["%[x=y]/a.wav", "%:[x=y]/a.wav", "/a.wav@@100", "/a!b", "/a/../b", "-x", "/a'b", "/a$b"]
)
def test_a_sound_can_not_smuggle_variables_offsets_or_parents(text: str) -> None:
    with pytest.raises(UnsafeCommand):
        quoting.sound(text)


@pytest.mark.parametrize(
    "contact",
    [
        "sofia/internal/sip:1001@127.0.0.1:41741",
        "sofia/internal/sip:1002@127.0.0.1:41741;transport=udp;ob",
        "sofia/internal/sip:abc%2B1@[2001:db8::1]:5060;transport=ws;fs_path=sip%3Aproxy",
        "sofia/internal/sip:q4v.x_2~-@df7jal23ls0d.invalid;transport=ws",
    ],
)
def test_contacts_of_real_phones_can_be_dialled(contact: str) -> None:
    assert quoting.phone_endpoint(contact) == contact


@pytest.mark.parametrize(
    "contact",
    [
        "sofia/internal/sip:10,03@127.0.0.1:99",
        "sofia/internal/sip:1|2@h",
        "sofia/internal/sip:1@h;x=${system(id)}",
        "sofia/internal/sip:[leg_timeout=1]@h",
        "sofia/internal/sip:1@h &park()",
        "sofia/internal/sip:1@h:_:loopback/9",
        "user/1001",
        "error/user_busy",
        "",
    ],
)
def test_a_phone_can_not_write_our_dial_string(contact: str) -> None:
    with pytest.raises(UnsafeCommand):
        quoting.phone_endpoint(contact)


def test_the_variables_of_originate_itself_are_not_overwritten() -> None:
    for name in ("origination_uuid", "originate_timeout", "origination_caller_id_number"):
        with pytest.raises(UnsafeCommand):
            commands.originate(Originate(LEG, PHONE, "1", variables={name: "x"}))
    assert "hangup_after_bridge=true" in commands.originate(
        Originate(LEG, PHONE, "1", variables={"hangup_after_bridge": "true"})
    )


def test_a_job_carries_our_own_uuid() -> None:
    assert commands.background(LEG, "api status") == f"bgapi status\nJob-UUID: {LEG}"
