"""The dialplan's reader, on small plans and on the one that the real switch has."""

from __future__ import annotations

from fs_app.sim import apps_call, apps_sound, config, dialplan, media
from fs_app.sim.channel import Channel
from fs_app.sim.dialplan import Dialplan, expand
from fs_app.sim.events import Variables


class FakeLeg(Channel):
    """As much of a channel as hunting needs."""

    def __init__(self, **variables: str) -> None:
        self.context, self.caller_number, self.caller_name = "fsapp", "+33612", "Ann"
        self.variables = Variables(variables)


def plan(text: str) -> Dialplan:
    made = Dialplan(
        lambda t, ch: expand(t, lambda n: ch.variables.get(n, ""), lambda n, a: ""), lambda *a: None
    )
    made.load_text(f"<include><context name='c'>{text}</context></include>", {"greeting": "hello"})
    return made


def test_the_first_extension_that_matches_is_taken_with_its_groups() -> None:
    made = plan(
        "<extension name='a'><condition field='destination_number' expression='^1(\\d+)$'>"
        "<action application='set' data='x=$1'/><action application='playback' data='$${greeting}'/></condition>"
        "</extension><extension name='b'><condition><action application='hangup'/></condition></extension>"
    )
    assert made.hunt(FakeLeg(), "123", "c") == [("set", "x=23"), ("playback", "hello")]
    assert made.hunt(FakeLeg(), "9", "c") == [("hangup", "")]
    assert made.hunt(FakeLeg(), "9", "nowhere") is None


def test_conditions_must_all_hold_and_the_other_way_has_its_own_actions() -> None:
    made = plan(
        "<extension name='a'><condition field='destination_number' expression='^1$'/>"
        "<condition field='${vip}' expression='^yes$'><action application='answer'/>"
        "<anti-action application='park'/></condition></extension>"
    )
    assert made.hunt(FakeLeg(vip="yes"), "1", "c") == [("answer", "")]
    assert made.hunt(FakeLeg(), "1", "c") == [("park", "")]
    assert made.hunt(FakeLeg(vip="yes"), "2", "c") is None


def test_expansion_of_variables_functions_and_what_is_kept_for_later() -> None:
    variables = {"a": "hello", "n": "3"}
    api = {"upper": str.upper, "cut": lambda a: a[:2]}

    def run(text: str) -> str:
        return expand(text, lambda n: variables.get(n, ""), lambda n, a: api[n](a))

    assert run("x ${a} y ${missing}.") == "x hello y ."
    assert run("${a:1:3} ${a:-2}") == "ell lo"
    assert run("${upper(${cut(${a})})}") == "HE"
    assert run(r"\${upper(\${a})} ${n}") == "${upper(${a})} 3"


def test_the_configuration_of_the_real_switch_is_understood() -> None:
    settings = config.load("secret")
    made = Dialplan(lambda t, ch: "" if t == "${sip_refer_to}" else t, lambda *a: None)
    for path in settings.dialplan_files:
        made.load(path, settings.globals)
    assert {"trunk", "phones", "fsapp"} <= set(made.contexts)
    home = made.hunt(FakeLeg(), "home", "fsapp")
    assert home is not None and ("set", "transfer_after_bridge=home:XML:fsapp") in home
    steps = [
        step for plans in made.contexts.values() for e in plans for c in e.conditions for step in c.actions
    ]
    assert ("socket", f"{settings.globals['fsapp_outbound']} async full", False) in steps
    known = {app for app, _, _ in steps}
    assert known <= set(apps_call.APPS) | set(apps_sound.APPS)


def test_settings_come_from_the_file_the_environment_and_the_command_line() -> None:
    folder = config.CONFIGURATION / "vars.xml"
    assert config.read_globals(folder, {}, {})["fsapp_outbound"] == "127.0.0.1:8084"
    assert config.read_globals(folder, {"FS_APP_OUTBOUND": "h:1"}, {})["fsapp_outbound"] == "h:1"
    assert (
        config.read_globals(folder, {"FS_APP_OUTBOUND": "h:1"}, {"fsapp_outbound": "h:2"})["fsapp_outbound"]
        == "h:2"
    )
    assert media.duration(config.read_globals(folder, {}, {})["fsapp_music"]) > 60


def test_inline_extensions_are_lists_of_applications() -> None:
    assert dialplan.Dialplan(lambda t, c: t, lambda *a: None).inline("conference:x@default,park:") == [
        ("conference", "x@default"),
        ("park", ""),
    ]
