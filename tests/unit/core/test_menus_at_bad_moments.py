"""Keys, buttons and doorbells that come when a voice menu does not expect them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.calls.stages import Stage
from fs_app.errors import LinkLost
from tests.unit.core.test_menus import MenuWorld
from tests.unit.core.world import SALE


@pytest.fixture
def world(tmp_path: Path) -> MenuWorld:
    return MenuWorld(tmp_path)


def led_to_agent(world: MenuWorld) -> str:
    """The menu has called agent 1, and they talk; returns his leg."""
    world.ready(1)
    world.arrives("a")
    world.presses("a", "1")
    leg = world.offered_leg("a")
    world.picks_up(leg)
    world.bridged(leg, "a")
    return leg


def test_a_key_on_the_way_to_the_survey_is_nothing(world: MenuWorld) -> None:
    leg = world.talks()
    world.hangs_up(leg)
    assert world.stage("a") is Stage.MENU
    world.presses("a", "5")
    assert world.hung_up("a") == [] and world.recorder.entries("flow.over")[1:] == []
    world.goes_home("a")
    assert world.node("a") == "q", "he is asked"


def test_the_button_of_an_agent_whom_a_menu_called_leads_back_into_the_menu(world: MenuWorld) -> None:
    leg = led_to_agent(world)
    world.calls.hang_up(1, leg)
    assert [c.args[0] for c in world.switch.of("send_home")] == ["a"]
    world.goes_home("a")
    assert world.stage("a") is Stage.MENU and world.node("a") == "ask" and world.call("a").survey is None
    world.hangs_up(leg, by_far_end=False)
    assert world.work(1) is Work.AFTER_WORK
    world.calls.qualify(1, "a", SALE, "")
    world.is_whole()


def test_a_hold_after_a_menu_led_on_is_a_hold(world: MenuWorld) -> None:
    leg = led_to_agent(world)
    world.calls.hang_up(1, leg)
    world.goes_home("a")
    world.hangs_up(leg, by_far_end=False)
    world.calls.qualify(1, "a", SALE, "")
    world.clock.advance(10)
    world.presses("a", "1")
    leg = world.offered_leg("a")
    world.picks_up(leg)
    world.bridged(leg, "a")
    world.calls.hold(1, leg)
    world.goes_home("a")
    assert world.stage("a") is Stage.HELD


def test_a_button_whose_command_was_lost_may_be_pressed_again(world: MenuWorld) -> None:
    leg = world.talks()
    world.switch.fail("send_home", LinkLost("cut"))
    world.switch.fail("hangup", LinkLost("cut"))
    world.calls.hang_up(1, leg)
    world.calls.hang_up(1, leg)
    assert len(world.switch.of("send_home")) == 1, "pressed twice is once"
    world.clock.advance(3)
    world.calls.hang_up(1, leg)
    assert len(world.switch.of("send_home")) == 2


def test_a_button_whose_command_was_lost_is_pressed_by_the_comparison(world: MenuWorld) -> None:
    leg = world.talks()
    world.switch.fail("send_home", LinkLost("cut"))
    world.switch.fail("hangup", LinkLost("cut"))
    world.calls.hang_up(1, leg)
    world.clock.advance(1)
    world.shows("a", partner=leg)
    world.shows(leg, partner="a")
    before = len(world.switch.of("send_home"))
    world.recover()
    assert [c.args[0] for c in world.switch.of("send_home")][before:] == ["a"]
    assert world.stage("a") is Stage.TALKING
    world.goes_home("a")
    assert world.node("a") == "q"


def test_a_number_that_answers_and_hangs_up_at_once_leads_back_although_the_door_was_faster(
    world: MenuWorld,
) -> None:
    world.arrives("a")
    world.presses("a", "2")
    leg = world.switch.last("originate").args[0]
    world.picks_up(leg)
    world.clock.advance(0.1)
    world.tell(f.Rang(world.at, "a", session=2))
    world.bridged(leg, "a")
    world.hangs_up(leg)
    assert [c.args[0] for c in world.switch.of("send_home")] == ["a"]
    world.goes_home("a")
    assert world.stage("a") is Stage.MENU and world.node("a") == "ask"
