"""Listening, whispering, barging: who hears the supervisor."""

from __future__ import annotations

from fs_app import facts as f
from tests.conformance.program import Program, hear_each_other, hears
from tests.support.until import until
from tests.support.world import Party


def conversation(program: Program) -> tuple[Party, str, Party, str, Party, str]:
    caller, customer = program.caller()
    phone, agent = program.person("0600000051")
    program.bridged(agent, customer)
    hear_each_other(caller, phone)
    boss, supervisor = program.person("0600000052")
    program.switch.listen(supervisor, agent).get(5)
    until(
        lambda: hears(boss, caller, 0.1) and hears(boss, phone, 0.1), 4, "the supervisor hears both", step=0.1
    )
    return caller, customer, phone, agent, boss, supervisor


def test_a_supervisor_hears_both_and_is_heard_by_nobody(program: Program) -> None:
    caller, _, phone, _, boss, _ = conversation(program)
    assert not hears(caller, boss, 0.05)
    assert not hears(phone, boss, 0.05)


def test_whispering_reaches_the_agent_alone(program: Program) -> None:
    caller, _, phone, _, boss, supervisor = conversation(program)
    program.switch.whisper(supervisor).get(5)
    until(lambda: hears(phone, boss, 0.1), 3, "the agent hears the supervisor", step=0.1)
    assert not hears(caller, boss, 0.05)


def test_barging_in_reaches_both_and_listening_again_nobody(program: Program) -> None:
    caller, _, phone, _, boss, supervisor = conversation(program)
    program.switch.barge(supervisor).get(5)
    until(
        lambda: hears(phone, boss, 0.1) and hears(caller, boss, 0.1), 3, "both hear the supervisor", step=0.1
    )
    program.switch.listen_only(supervisor).get(5)
    until(
        lambda: not hears(phone, boss, 0.05) and not hears(caller, boss, 0.05),
        3,
        "nobody hears him",
        step=0.1,
    )


def test_listening_ends_with_the_leg_that_is_listened_to(program: Program) -> None:
    _, _, phone, agent, _, supervisor = conversation(program)
    phone.hang_up()
    program.gone(agent)
    assert program.fact(f.AppDone, supervisor, app="eavesdrop").app == "eavesdrop"


def test_listening_follows_the_agent_to_another_customer(program: Program) -> None:
    _, customer, phone, agent, boss, _ = conversation(program)
    program.switch.set_variables(customer, {"park_after_bridge": "true"}).get(5)
    second, other = program.caller("0101")
    program.bridged(agent, other)
    hear_each_other(second, phone)
    until(lambda: hears(boss, second, 0.1), 3, "the supervisor hears the second customer", step=0.1)
