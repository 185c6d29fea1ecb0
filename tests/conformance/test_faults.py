"""Links that break and switches that die."""

from __future__ import annotations

import time

from fs_app import facts as f
from fs_app.errors import CommandTimeout, LinkLost
from tests.conformance.program import Program, hear_each_other
from tests.support.until import until


def test_calls_outlive_a_link_that_is_cut(program: Program) -> None:
    caller, leg = program.caller()
    program.world.cut_link()
    program.fact(f.LinkDown)
    assert isinstance(program.refused(program.switch.exists(leg)), LinkLost)
    since = program.mark()
    program.world.mend_link()
    program.fact(f.LinkUp, since=since, timeout=5)
    assert program.switch.exists(leg).get(5)
    assert caller.state == "talking"


def test_a_link_into_which_everything_vanishes_is_noticed(program: Program) -> None:
    caller, leg = program.caller()
    program.world.blackhole_link()
    pending = program.switch.exists(leg)
    program.fact(f.LinkDown, timeout=6)
    assert isinstance(program.refused(pending), LinkLost | CommandTimeout)
    since = program.mark()
    program.world.mend_link()
    program.fact(f.LinkUp, since=since, timeout=8)
    assert program.switch.exists(leg).get(5)
    assert caller.state == "talking"


def test_a_switch_that_died_and_came_back_takes_its_calls_up_again(program: Program) -> None:
    caller, customer = program.caller()
    phone, agent = program.person("0600000061", fsapp_call="c-61")
    program.bridged(agent, customer)
    waiting, lonely = program.caller("0101")
    before = program.link.core_uuid
    until(lambda: len(program.switch.channels()) == 3, 3)
    written_down(agent, program)
    since = program.mark()
    program.world.kill_switch()
    program.fact(f.LinkDown, timeout=5)
    program.world.start_switch()
    assert program.fact(f.LinkUp, since=since, timeout=15).core_uuid != before
    program.renew()
    assert program.switch.channel_ids().get(5) == []
    assert program.switch.sofia_recover().get(60) == 3
    until(
        lambda: set(program.switch.channel_ids().get(5)) == {customer, agent, lonely}, 10, "the legs are back"
    )
    assert program.switch.get_variable(agent, "fsapp_call").get(5) == "c-61"
    until(
        lambda: {x.leg: x.partner for x in program.switch.channels()}[agent] == customer, 10, "bridged again"
    )
    hear_each_other(caller, phone, 6)
    program.fact(f.Rang, lonely, since=since, timeout=8)
    assert (caller.state, phone.state, waiting.state) == ("talking", "talking", "talking")


def test_who_hung_up_meanwhile_comes_back_as_a_ghost_until_his_silence_is_noticed(program: Program) -> None:
    caller, leg = program.caller()
    written_down(leg, program)
    since = program.mark()
    program.world.kill_switch()
    program.fact(f.LinkDown, timeout=5)
    caller.hang_up()
    until(lambda: caller.state == "ended", 3, "hung up")
    program.world.start_switch()
    program.fact(f.LinkUp, since=since, timeout=15)
    assert program.switch.sofia_recover().get(60) == 1
    assert program.switch.exists(leg).get(5)
    until(lambda: not program.switch.exists(leg).get(5), 40, "the ghost is gone", step=0.2)


def written_down(leg: str, program: Program) -> None:
    """Until this leg is two seconds old: FreeSWITCH writes its recovery table behind the calls, and nothing
    tells when it has (lost when killed at once, kept after 0.3 s under load)."""
    answered = program.fact(f.LegAnswered, leg).at
    until(lambda: time.time() * 1_000_000 - answered > 2_000_000, 5, "two seconds after the answer")
