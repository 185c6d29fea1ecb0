"""What the switch answers when asked: channels, variables, refusals, CDR files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from fs_app import facts as f
from fs_app.errors import NoSuchChannel
from tests.conformance.program import Program
from tests.support.until import until

NOBODY = "00000000-0000-0000-0000-000000000000"


def test_a_waiting_caller_as_a_picture(program: Program) -> None:
    _, leg = program.caller("0777", number="+33612000077", name="Ann")
    picture = program.switch.channel(leg).get(5)
    assert picture is not None
    assert picture.inbound and picture.answered and picture.partner is None
    assert (picture.caller_number, picture.caller_name) == ("+33612000077", "Ann")
    assert picture.get("fsapp_did") == "0777"
    assert 0 < picture.created_at <= picture.answered_at


def test_all_channels_and_only_they_are_listed(program: Program) -> None:
    assert program.switch.channel_ids().get(5) == []
    legs = {program.caller()[1] for _ in range(3)}
    # the list lags: FreeSWITCH writes it to its database behind the events
    until(lambda: set(program.switch.channel_ids().get(5)) == legs, 3, "three channels")
    assert {channel.leg for channel in program.switch.channels()} == legs
    assert program.world.legs() == 3


def test_a_leg_that_is_gone_exists_no_more(program: Program) -> None:
    party, leg = program.caller()
    assert program.switch.exists(leg).get(5)
    party.hang_up()
    program.gone(leg)
    until(lambda: not program.switch.exists(leg).get(5), 3, "gone")
    assert program.switch.channel(leg).get(5) is None


def test_variables_can_be_set_read_and_removed(program: Program) -> None:
    _, leg = program.caller()
    values = {"fsapp_ticket": "4,2;x", "fsapp_queue": "Café 'quoted' \\ \"double\"", "fsapp_node": "a=b c"}
    program.switch.set_variables(leg, values).get(5)
    assert {k: program.switch.get_variable(leg, k).get(5) for k in values} == values
    program.switch.set_variables(leg, {"fsapp_ticket": ""}).get(5)
    assert program.switch.get_variable(leg, "fsapp_ticket").get(5) is None


@pytest.mark.parametrize(
    "verb",
    [
        lambda s: s.hangup(NOBODY),
        lambda s: s.bridge(NOBODY, NOBODY),
        lambda s: s.send_home(NOBODY),
        lambda s: s.park(NOBODY),
        lambda s: s.answer(NOBODY),
        lambda s: s.play(NOBODY, ["silence_stream://100"]),
        lambda s: s.stop_sound(NOBODY),
        lambda s: s.whisper_over(NOBODY, "silence_stream://100"),
        lambda s: s.send_dtmf(NOBODY, "1"),
        lambda s: s.set_variables(NOBODY, {"fsapp_queue": "1"}),
        lambda s: s.get_variable(NOBODY, "fsapp_queue"),
        lambda s: s.listen(NOBODY, NOBODY),
        lambda s: s.whisper(NOBODY),
    ],
)
def test_every_verb_knows_a_leg_that_is_not_there(program: Program, verb: object) -> None:
    error = program.refused(verb(program.switch))  # type: ignore[operator]
    assert isinstance(error, NoSuchChannel), repr(error)


def test_each_leg_leaves_a_cdr_with_its_variables(program: Program) -> None:
    party, leg = program.caller("0888", number="+33612000088", name="Zoë & <Co>")
    program.switch.set_variables(leg, {"fsapp_call": "c 8/8"}).get(5)
    party.hang_up()
    program.gone(leg)
    path = Path(program.world.cdr_folder) / f"{leg}.cdr.xml"
    until(lambda: path.exists() and path.read_bytes().endswith(b"</cdr>\n"), 5, "the CDR")
    variables = ElementTree.parse(path).find("variables")
    assert variables is not None
    values = {node.tag: unquote(node.text or "") for node in variables}
    assert values["uuid"] == leg
    assert values["hangup_cause"] == "NORMAL_CLEARING"
    assert values["fsapp_call"] == "c 8/8"
    assert values["fsapp_did"] == "0888"
    assert int(values["end_uepoch"]) >= int(values["answer_uepoch"]) >= int(values["start_uepoch"]) > 0
    assert values["sip_hangup_disposition"] == "recv_bye"


def test_the_heart_of_the_switch(program: Program) -> None:
    assert "ready" in program.switch.status().get(5)
    assert program.link.core_uuid.count("-") == 4
    assert program.fact(f.LinkUp).core_uuid == program.link.core_uuid
    program.switch.flush_directory().get(5)
    program.switch.flush_directory("1001", "acme.example.net").get(5)


def test_the_switch_says_how_it_is_doing(program: Program) -> None:
    before = program.switch.figures().get(5)
    _, _leg = program.caller()
    now = program.switch.figures().get(5)
    assert now.version.startswith("1.")
    assert (now.legs, now.legs_ever) == (before.legs + 1, before.legs_ever + 1)
    assert now.legs_most >= 1000
    assert now.per_second_most >= 30
    assert now.uptime_s >= before.uptime_s


def test_trunks_are_listed(program: Program) -> None:
    for trunk in program.switch.trunks().get(5):
        assert trunk.name
        assert trunk.state
        assert trunk.works
