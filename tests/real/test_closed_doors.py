"""What the switch refuses: an event socket without a real password, calls from nowhere."""

from __future__ import annotations

import socket

import pytest

from tests.support.freeswitch import Freeswitch
from tests.support.ports import PortBlock
from tests.support.until import until


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("password", ["", "ClueCon", "short", 'long enough, but with " and <'])
def test_without_a_real_password_there_is_no_event_socket_at_all(password):
    ports = PortBlock()
    switch = Freeswitch(ports, {"FS_APP_ESL_PASSWORD": password})
    try:
        switch.start(wait=False)
        until(lambda: listens(switch.trunk_port), 20, "the last module is up")
        assert not listens(switch.esl_port)
        assert "mod_event_socket" not in switch.log.read_text().replace("mod_event_socket.so", "")
    finally:
        switch.stop()
        ports.release()


def test_a_trunk_call_from_outside_the_allowed_networks_is_refused():
    from tests.support.sip import Telephones

    ports = PortBlock()
    switch = Freeswitch(ports, {"FS_APP_TRUNK_ALLOW": "192.0.2.0/24"})
    telephones = Telephones(ports, switch.trunk_port, switch.sip_port)
    try:
        switch.start()
        caller = telephones.caller("33123456789", "+33612345678", "")
        assert caller.ended(5) == "403"
    finally:
        telephones.stop()
        switch.stop()
        ports.release()
