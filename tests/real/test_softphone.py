"""baresip as an agent's telephone: a program with a will of its own."""

from __future__ import annotations

import pytest

from tests.real.conftest import AWAY, DOMAIN, MUSIC, SECRET, hears_only, leg_of
from tests.support.softphone import Softphone, find_baresip
from tests.support.until import until

pytestmark = pytest.mark.skipif(not find_baresip(), reason="NOT PROVEN HERE: no baresip")


def test_a_softphone_registers_talks_holds_and_hangs_up_after_a_refused_transfer(world, program, directory):
    program.start("queue")
    phone = Softphone(world.ports, world.switch.sip_port, "1003", SECRET, DOMAIN)
    try:
        contact = until(
            lambda: (
                (found := world.switch.api(f"sofia_contact internal/1003@{DOMAIN}")).startswith("sofia/")
                and found
            ),
            10,
            "registered",
        )
        caller = world.call("33123456789")
        until(lambda: hears_only(caller, MUSIC), 5, "the queue's music")
        variables = "origination_uuid=softphone-leg,park_after_bridge=true,hangup_after_bridge=false"
        assert world.switch.api(f"originate {{{variables}}}{contact} &park()", 15) == "+OK softphone-leg"
        world.switch.api(f"uuid_bridge {leg_of(world, caller)} softphone-leg")
        until(lambda: hears_only(caller, phone.tone_hz), 5, "the agent")
        phone.do("hold")
        until(lambda: hears_only(caller, AWAY), 5, "hold music")
        phone.do("resume")
        until(lambda: hears_only(caller, phone.tone_hz), 5, "the agent again")
        phone.do("transfer", "0777")
        until(lambda: phone.saw("TRANSFER_FAILED"), 5, "refused")
        # this softphone hangs up after a refused transfer: the customer must not go with it
        until(lambda: world.switch.api("uuid_exists softphone-leg") == "false", 5, "the agent's leg ends")
        until(lambda: hears_only(caller, MUSIC), 5, "the customer is at home")
    finally:
        phone.stop()
