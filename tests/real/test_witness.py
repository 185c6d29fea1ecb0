"""CDRs: the switch's own account of each leg, also of hostile ones."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.real.conftest import MUSIC, agent, call_agent, hears_only, in_conversation, leg_of
from tests.support.until import until


def cdr(world, leg: str) -> dict[str, str]:
    """The variables of a leg's CDR, when it is whole (the switch writes it in place)."""
    file = Path(world.cdr_folder) / f"{leg}.cdr.xml"

    def whole():
        try:
            return ElementTree.parse(file)
        except (FileNotFoundError, ElementTree.ParseError):
            return None

    tree = until(whole, 5, f"CDR of {leg}")
    return {node.tag: node.text or "" for node in tree.find("variables")}


def test_both_legs_of_a_conversation_leave_a_cdr_with_our_variables_and_causes(world, program, directory):
    program.start("queue")
    phone = agent(world)
    caller, customer, agents = in_conversation(world, phone)
    world.switch.api(f"uuid_setvar {customer} fsapp_ticket 42")
    phone.hang_up()
    until(lambda: hears_only(caller, MUSIC), 4, "home")
    caller.hang_up()
    a, b = cdr(world, customer), cdr(world, agents)
    assert a["fsapp_did"] == "33123456789" and a["fsapp_ticket"] == "42" and a["fsapp_role"] == "caller"
    assert a["hangup_cause"] == "NORMAL_CLEARING" and a["sip_hangup_disposition"] == "recv_bye"
    assert b["hangup_cause"] == "NORMAL_CLEARING" and int(b["answer_uepoch"]) > 0


def test_a_phone_that_is_not_answered_leaves_a_cdr_with_its_cause(world, program, directory):
    phone = agent(world, "1002")
    phone.reject_by_itself(486)
    with pytest.raises(AssertionError, match="USER_BUSY"):
        call_agent(world, phone, "1002")


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (b"+33%0AFake-Header%3A%20x", b""),
        (b"0612345678", b"caf\xe9 \xff\xfe"),
        (b"0612345678", rb"\"quoted\" {braces=1} $${domain} ${uuid} <b>&amp;"),
        (b"0612345678", b"x" * 10_000),
        (b"", b""),
        (b"%24%7Bsystem(id)%7D", b"%0d%0a"),
        (b"*#06#", b"Zo\xc3\xab"),
    ],
    ids=["line-break", "no-utf8", "quotes", "long", "nothing", "expansion", "signs"],
)
def test_whoever_calls_with_whatever_name_is_served_and_accounted_for(world, program, number, name):
    program.start("queue")
    caller = world.call("33123456789", number, name)
    until(lambda: hears_only(caller, MUSIC), 5, "the queue's music")
    leg = leg_of(world, caller)
    caller.hang_up()
    variables = cdr(world, leg)
    assert variables["fsapp_did"] == "33123456789"
    assert "Fake-Header" not in variables


@pytest.mark.parametrize("dialled", ["a b", "%0a", "x" * 65, "${x}", "'1'"])
def test_a_dialled_number_that_is_none_is_called_unknown(world, program, dialled):
    program.start("queue")
    caller = world.call(
        dialled.replace(" ", "%20").replace("$", "%24").replace("{", "%7B").replace("}", "%7D")
    )
    until(lambda: hears_only(caller, MUSIC), 5, "the queue's music")
    leg = leg_of(world, caller)
    caller.hang_up()
    assert cdr(world, leg)["fsapp_did"] == "unknown"
