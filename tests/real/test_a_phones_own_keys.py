"""Hold, transfer and hang-up keys of an agent's telephone: what becomes of the customer."""

from __future__ import annotations

import contextlib
import socket

from tests.real.conftest import (
    AWAY,
    MUSIC,
    Program,
    agent,
    another_world,
    channel,
    hears_only,
    in_conversation,
    measured,
    serve_directory,
)
from tests.support.real_world import RealWorld
from tests.support.until import until
from tests.support.world import PartyState


def test_the_hold_key_gives_the_customer_music_and_back(world: RealWorld, program: Program, directory):
    program.start("queue")
    phone = agent(world)
    caller, _, _ = in_conversation(world, phone)
    phone.hold()
    until(lambda: hears_only(caller, AWAY), 3, "the switch's hold music")
    phone.unhold()
    until(lambda: hears_only(caller, phone.tone_hz), 3, "the agent again")


def test_a_phone_that_hangs_up_while_holding_sends_the_customer_home(world, program, directory):
    program.start("queue")
    phone = agent(world)
    caller, customer, _ = in_conversation(world, phone)
    phone.hold()
    until(lambda: phone.state is PartyState.HELD, 3, "held")
    phone.hang_up()
    until(lambda: hears_only(caller, MUSIC), 4, "in the program's hands")
    assert program.events("rang") == [customer, customer]


def test_blind_transfer_by_the_phone_is_refused_with_405_and_the_conversation_goes_on(
    world, program, directory
):
    program.start("queue")
    phone = agent(world)
    caller, _, _ = in_conversation(world, phone)
    phone.transfer("0777")
    until(lambda: phone.line.refer_status, 3, "the answer to REFER")
    measured("REFER with disable-transfer=true, SIP status", phone.line.refer_status)
    assert phone.line.refer_status == 405
    assert hears_only(caller, phone.tone_hz)


def test_attended_transfer_by_the_phone_is_refused_with_405_and_nobody_is_lost(world, program, directory):
    program.start("queue")
    phone = agent(world)
    caller, _, _ = in_conversation(world, phone)
    first = phone.line
    phone.hold()
    until(lambda: phone.state is PartyState.HELD, 3, "held")
    phone.dial("0888")
    phone.talking(3)
    second = phone.line
    phone.transfer_attended(first, second)
    until(lambda: first.refer_status, 3, "the answer to REFER")
    assert first.refer_status == 405
    assert first.state is PartyState.HELD and second.state is PartyState.TALKING
    second.hang_up()
    first.hold(False)
    until(lambda: hears_only(caller, phone.calls[0].tone_hz), 3, "agent and customer again")


def test_were_transfers_allowed_a_blind_one_would_bring_the_customer_home_with_its_target(tmp_path):
    with another_world(FS_APP_DISABLE_TRANSFER="false") as world:
        serve_directory(world, ["1001"])
        program = Program(world, tmp_path)
        program.start("queue")
        try:
            phone = agent(world)
            caller, customer, agents = in_conversation(world, phone)
            phone.transfer("0777")
            until(lambda: hears_only(caller, MUSIC), 4, "in the program's hands")
            assert phone.line.refer_status == 202
            assert channel(world, customer)["variable_fsapp_transferred_to"] == "0777"
            left = channel(world, agents)
            measured(
                "REFER with disable-transfer=false: the agent's leg stays", left.get("Channel-State", "gone")
            )
        finally:
            program.kill()


def test_were_transfers_allowed_no_word_behind_the_key_would_be_carried_out(tmp_path):
    with another_world(FS_APP_DISABLE_TRANSFER="false") as world:
        serve_directory(world, ["1001"])
        program = Program(world, tmp_path)
        program.start("queue")
        try:
            mark = tmp_path / "carried-out"
            for word, kept in (("line", "line"), (f"$%7Bsystem(touch%20{mark})%7D", "unknown")):
                phone = agent(world)
                caller, customer, _ = in_conversation(world, phone)
                phone.transfer(word)
                until(lambda: hears_only(caller, MUSIC), 4, "in the program's hands")
                assert channel(world, customer)["variable_fsapp_transferred_to"] == kept
                caller.hang_up()
                phone.hang_up()
            assert not mark.exists()
        finally:
            program.kill()


def test_were_transfers_allowed_a_telephone_could_send_the_customer_to_any_address(tmp_path):
    """Why they are not: FreeSWITCH calls by itself whatever address stands beside a `Replaces` that it doesn't know."""
    with another_world(FS_APP_DISABLE_TRANSFER="false") as world:
        serve_directory(world, ["1001"])
        program = Program(world, tmp_path)
        program.start("queue")
        try:
            phone = agent(world)
            in_conversation(world, phone)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
                elsewhere.bind(("127.0.0.1", 0))
                elsewhere.settimeout(0)
                host, port = elsewhere.getsockname()
                phone.line.refer(f"sip:0899123456@{host}:{port}?Replaces=nobody%3Bto-tag%3Da%3Bfrom-tag%3Db")
                invited = until(lambda: received(elsewhere), 5, "a call to that address")
            assert invited.startswith(b"INVITE sip:0899123456@")
        finally:
            program.kill()


def received(wire: socket.socket) -> bytes:
    with contextlib.suppress(BlockingIOError):
        return wire.recv(65536)
    return b""


def test_were_transfers_allowed_an_attended_one_would_swallow_the_consulted_leg(tmp_path):
    with another_world(FS_APP_DISABLE_TRANSFER="false") as world:
        serve_directory(world, ["1001"])
        program = Program(world, tmp_path)
        program.start("queue")
        try:
            phone = agent(world)
            caller, _, _ = in_conversation(world, phone)
            first = phone.line
            phone.hold()
            until(lambda: phone.state is PartyState.HELD, 3, "held")
            phone.dial("0888")
            phone.talking(3)
            second = phone.line
            phone.transfer_attended(first, second)
            assert second.ended(4) == "bye"
            until(lambda: hears_only(caller, MUSIC), 4, "the customer takes the place of the consulting leg")
            measured("attended REFER with disable-transfer=false: customer", caller.state.value)
        finally:
            program.kill()
