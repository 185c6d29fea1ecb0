"""Voice menus over a fake switch: keys and sounds, ways out and back, and a death after any line of the journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.calls import leftovers, state
from fs_app.calls.menu import KEYS_AS_EVER, KEYS_END_NOTHING
from fs_app.calls.stages import Stage
from fs_app.clock import FakeClock
from fs_app.errors import Refused
from fs_app.infos import BoxInfo, DidInfo, FlowInfo, QueueInfo
from fs_app.ivr.run import Run
from fs_app.ivr.service import Menus
from tests.support.fakeswitch import FakeSwitch
from tests.support.menus import graph, node
from tests.unit.core import test_permanent_line as permanent_line
from tests.unit.core.test_replay import _comes_to_rest
from tests.unit.core.world import ACCOUNT, DID, QUEUE, SALE, World

FLOW, SURVEY, BOX, OUTSIDE = 3, 4, 6, "+33188990011"
ASK = {"prompts": ["shipped:greeting"], "timeout_s": 5}
BYE = node("bye", "hangup", prompts=[])
MENU = graph(
    node(
        "ask",
        "menu",
        {"1": "agent", "2": "number", "3": "line", "4": "box", "5": "home", "no_input": "bye"},
        keys=dict.fromkeys("12345", "x"),
        tries=2,
        **ASK,
    ),
    node("agent", "transfer", {"no_answer": "ask", "busy": "ask", "after": "ask"}, to="agent", agent=1),
    node("number", "transfer", {"no_answer": "ask", "after": "ask"}, to="number", number=OUTSIDE),
    node("home", "transfer", {"no_answer": "ask"}, to="number", number="06 12 00 00 00"),
    node("line", "queue", {"error": "ask"}, queue=QUEUE, priority=2),
    node("box", "voicemail", {"next": "ask"}, box=BOX),
    BYE,
)
ASKED = graph(node("q", "survey", {"next": "bye"}, question="Accueil", **ASK), BYE)


class MenuWorld(World):
    """DID leads to MENU; who is left by his agent is asked ASKED."""

    def __init__(self, folder: Path, agents: Iterable[int] = (1, 2), **more: Any) -> None:
        super().__init__(folder, agents, **more)
        self.ctx.menus = Menus(self.catalog, self.clock, self.tasks, lambda account, number: None, ())
        self.ctx.is_ready = self.routing.is_ready

    def set_queue(self, queue: QueueInfo | None, agents: Iterable[int], *more: QueueInfo) -> None:
        queue = replace(queue, greeting="", survey_flow=SURVEY) if queue is not None else None
        super().set_queue(queue, agents, *more)
        self.catalog.now = replace(
            self.catalog.now,
            flows={
                FLOW: FlowInfo(FLOW, ACCOUNT, "Accueil", "fr", 1, MENU),
                SURVEY: FlowInfo(SURVEY, ACCOUNT, "Avis", "en", 1, ASKED),
            },
            versions={(FLOW, 1): MENU, (SURVEY, 1): ASKED},
            boxes={BOX: BoxInfo(BOX, ACCOUNT, "SAV", "", "", 60, 3)},
            dids={DID: DidInfo(1, ACCOUNT, DID, "main", None, priority=1, flow=FLOW)},
        )

    def _dialled(self, fact: f.LegCreated) -> Any:
        did = self.catalog.did(fact.destination)
        return self.catalog.flow(did.flow) if did else None

    def presses(self, leg: str, digit: str) -> None:
        self.tell(f.Digit(self.at, leg, digit=digit))

    def ends(self, leg: str, verb: str = "play") -> None:
        """The sound (or recording) that was asked for last is over."""
        app = self.switch.last(verb)
        self.tell(f.AppDone(self.at, leg, app="playback", app_uuid=app.id))

    def run_of(self, leg: str) -> Run:
        flow = self.call(leg).flow
        assert flow is not None
        return flow

    def node(self, leg: str) -> str:
        return self.run_of(leg).node

    def talks(self, leg: str = "a") -> str:
        """Through the menu's queue to agent 1; returns his leg."""
        self.ready(1)
        self.arrives(leg)
        self.presses(leg, "3")
        his = self.offered_leg(leg)
        self.picks_up(his)
        self.bridged(his, leg)
        assert self.stage(leg) is Stage.TALKING
        return his


@pytest.fixture
def world(tmp_path: Path) -> MenuWorld:
    return MenuWorld(tmp_path)


def spoken(world: World) -> list[str]:
    return [file for command in world.switch.of("play") for file in command.args[1]]


def test_a_number_leads_to_its_menu_which_answers_and_speaks(world: MenuWorld) -> None:
    world.arrives("a")
    assert world.stage("a") is Stage.MENU and world.node("a") == "ask"
    assert spoken(world) == ["/sounds/fr/greeting.wav"]
    assert world.switch.last("set_variables").args[1] == KEYS_END_NOTHING
    (begun,) = world.recorder.entries("flow.started")
    assert begun.data["variables"]["call_number"] == "+33612345678"


def test_silence_and_a_wrong_key_are_asked_again_and_then_it_is_over(world: MenuWorld) -> None:
    world.arrives("a")
    world.ends("a")
    world.clock.advance(6)
    world.calls.settle()
    assert spoken(world)[1:] == ["/sounds/fr/nothing_heard.wav", "/sounds/fr/greeting.wav"]
    world.presses("a", "9")
    assert world.stage("a") is Stage.ENDING and world.hung_up("a") == ["NORMAL_CLEARING"]
    world.hangs_up("a", by_far_end=False)
    (ended,) = world.recorder.entries("call.ended")
    assert ended.data["outcome"] == "menu"


def test_a_sound_that_the_switch_refuses_keeps_nobody_waiting(world: MenuWorld) -> None:
    world.switch.fail("play", Refused("-ERR"))
    world.arrives("a")
    world.calls.settle()
    world.clock.advance(6)
    world.calls.settle()
    assert len(world.switch.of("play")) == 2, "the time runs as if it had been said"


def test_the_end_of_a_sound_that_was_stopped_is_nothing(world: MenuWorld) -> None:
    world.arrives("a")
    first = world.switch.last("play")
    world.presses("a", "9")
    again = world.run_of("a").sound
    world.tell(f.AppDone(world.at, "a", app="playback", app_uuid=first.id))
    assert world.run_of("a").sound == again


def test_to_a_queue_with_the_priority_of_number_and_node(world: MenuWorld) -> None:
    world.arrives("a")
    world.presses("a", "3")
    call = world.call("a")
    assert (call.stage, call.queue, call.priority, call.flow) == (Stage.WAITING, QUEUE, 3, None)
    assert KEYS_AS_EVER in [command.args[1] for command in world.switch.of("set_variables")]
    world.hangs_up("a")
    assert world.recorder.entries("call.ended")[0].data["outcome"] == "abandoned"


def test_who_hangs_up_in_the_menu_has_not_abandoned_a_queue(world: MenuWorld) -> None:
    world.arrives("a")
    world.hangs_up("a")
    assert world.recorder.entries("call.ended")[0].data["outcome"] == "menu"
    assert [e.data["why"] for e in world.recorder.entries("flow.over")] == ["caller"]
    assert world.recorder.entries("callback.opened") == []


def test_a_number_that_is_busy_leads_back_also_when_its_end_is_told_twice(world: MenuWorld) -> None:
    world.arrives("a")
    world.presses("a", "2")
    leg = world.switch.last("originate").args[0]
    assert world.stage("a") is Stage.DIVERTING
    world.refuses(leg, "USER_BUSY")
    assert world.node("a") == "ask" and world.stage("a") is Stage.MENU
    world.presses("a", "2")
    other = world.switch.last("originate").args[0]
    assert other != leg
    world.originated(leg, "USER_BUSY")
    assert world.stage("a") is Stage.DIVERTING, "the second telephone rings still"


def test_a_number_as_people_write_it_is_dialled_in_full(world: MenuWorld) -> None:
    world.arrives("a")
    world.presses("a", "5")
    assert world.originate(world.switch.last("originate").args[0]).endpoint.endswith("/+33612000000")


def test_whom_he_talked_to_outside_hangs_up_and_he_is_back(world: MenuWorld) -> None:
    world.arrives("a")
    world.presses("a", "2")
    leg = world.switch.last("originate").args[0]
    world.picks_up(leg)
    world.bridged(leg, "a")
    assert world.stage("a") is Stage.OUTSIDE
    world.hangs_up(leg)
    world.goes_home("a")
    assert world.stage("a") is Stage.MENU and world.node("a") == "ask"
    world.hangs_up("a")
    assert world.recorder.entries("call.ended")[0].data["outcome"] == "outside"


def test_an_agent_who_is_ready_is_offered_the_call_and_nobody_else(world: MenuWorld) -> None:
    world.ready(1, 2)
    world.arrives("a")
    world.presses("a", "1")
    assert world.offers() == [("a", 1)] and world.stage("a") is Stage.OFFERED
    world.refuses(world.offered_leg("a"), "USER_BUSY")
    assert world.stage("a") is Stage.MENU and world.node("a") == "ask"
    assert world.offers() == [("a", 1)] and world.call("a").queue is None
    assert world.work(1) is Work.NO_ANSWER_DELAY
    world.is_whole()


def test_an_agent_whom_the_menu_called_hangs_up_and_the_menu_goes_on(world: MenuWorld) -> None:
    world.ready(1)
    world.arrives("a")
    world.presses("a", "1")
    leg = world.offered_leg("a")
    world.picks_up(leg)
    world.bridged(leg, "a")
    world.hangs_up(leg)
    assert world.stage("a") is Stage.MENU and world.work(1) is Work.AFTER_WORK
    world.goes_home("a")
    assert world.node("a") == "ask" and world.call("a").after == ""
    world.calls.qualify(1, "a", SALE, "fini")
    assert world.work(1) is not Work.AFTER_WORK, "his part is over, whatever the caller does"
    world.is_whole()


def test_a_message_in_a_box_leads_back_and_is_no_callback(world: MenuWorld) -> None:
    world.arrives("a")
    world.presses("a", "4")
    assert world.stage("a") is Stage.VOICEMAIL
    world.ends("a")
    wanted = world.recorder.entries("recording.wanted")[0].data
    assert wanted["rule"] == "voicemail" and wanted["box"] == BOX
    assert world.switch.last("record_message").args[2:] == (60, 3)
    world.clock.advance(4)
    world.ends("a", "record_message")
    assert world.stage("a") is Stage.MENU and world.node("a") == "ask"
    assert world.recorder.entries("flow.exit")[-1].data["why"] == "4000 ms"
    world.hangs_up("a")
    assert world.recorder.entries("call.ended")[0].data["outcome"] == "voicemail"
    assert world.recorder.entries("callback.opened") == []


@pytest.mark.parametrize("how", ["button", "telephone"])
def test_a_survey_frees_the_agent_at_once(world: MenuWorld, how: str) -> None:
    leg = world.talks()
    if how == "button":
        world.calls.hang_up(1, leg)
        assert [c.args[0] for c in world.switch.of("send_home")] == ["a"]
        world.goes_home("a")
        world.hangs_up(leg, by_far_end=False)
    else:
        world.hangs_up(leg)
        world.goes_home("a")
    call = world.call("a")
    assert (call.stage, call.surveyed, call.language) == (Stage.MENU, True, "fr")
    assert world.node("a") == "q" and world.work(1) is Work.AFTER_WORK
    world.presses("a", "4")
    answer = world.recorder.entries("flow.answer")[0].data
    assert (answer["value"], answer["queue"], answer["agent"], answer["flow"]) == ("4", QUEUE, 1, SURVEY)
    world.hangs_up("a", by_far_end=False)
    assert world.recorder.entries("call.ended")[0].data["outcome"] == "answered"
    assert world.work(1) is Work.AFTER_WORK
    world.calls.qualify(1, "a", SALE, "")
    assert world.stage("a") is None
    world.is_whole()


def test_the_time_that_a_menu_gave_is_not_up_in_the_survey_after_it(world: MenuWorld) -> None:
    world.ready(1)
    world.arrives("a")
    world.ends("a")
    world.clock.advance(3)
    world.presses("a", "3")
    leg = world.offered_leg("a")
    world.picks_up(leg)
    world.bridged(leg, "a")
    world.hangs_up(leg)
    world.goes_home("a")
    world.ends("a")
    before = len(spoken(world))
    world.clock.advance(3)
    world.calls.settle()
    assert spoken(world)[before:] == [], "he has five seconds from the end of the question"
    world.clock.advance(3)
    world.calls.settle()
    assert spoken(world)[before:] != []


def test_a_flow_that_can_not_be_read_says_so_and_hangs_up(world: MenuWorld) -> None:
    world.arrives("a")
    world.ctx.menus = Broken()  # type: ignore[assignment]
    world.presses("a", "1")
    assert world.stage("a") is Stage.FAREWELL and spoken(world)[-1] == "/sounds/fr/away.wav"
    assert world.recorder.entries("flow.over")[0].data["why"] == "failed"


class Broken:
    def tell(self, *_: Any) -> Any:
        raise RuntimeError("a fault in the program")


def test_a_restart_goes_on_at_his_node_in_his_version(world: MenuWorld, tmp_path: Path) -> None:
    world.arrives("a")
    world.ends("a")
    before = state.dump(world.call("a"))
    world.journal.close()
    again = MenuWorld(tmp_path, clock=world.clock, switch=world.switch)
    assert state.dump(again.call("a")) == before
    assert state.dump(state.load(before)) == before, "a checkpoint holds all of it"
    again.clock.advance(1)
    again.shows("a")
    again.recover()
    assert [c.args[0] for c in again.switch.of("send_home")] == ["a"]
    again.goes_home("a")
    assert again.node("a") == "ask" and again.run_of("a").version == 1
    again.presses("a", "3")
    assert again.stage("a") is Stage.WAITING


def test_a_checkpoint_of_before_there_were_menus_is_read(world: MenuWorld) -> None:
    world.arrives("a")
    old = state.dump(world.call("a"))
    for name in ("menu", "flow", "survey", "surveyed", "after", "language", "taking", "message_ms"):
        del old[name]
    assert state.load({**old, "stage": "WAITING"}).flow is None


# --- a death anywhere -------------------------------------------------------------------------------------------
class Tour:
    """Through everything; `cuts` are the legs that the switch has, by the journal's last number."""

    def __init__(self, world: MenuWorld) -> None:
        self.world = world
        self.partner: dict[str, str | None] = {}
        self.cuts: list[tuple[int, dict[str, str | None]]] = []

    def note(self) -> None:
        self.cuts.append((self.world.live.last_id, dict(self.partner)))

    def play(self) -> None:
        w = self.world
        w.ready(1, 2)
        self.note()
        w.arrives("a")
        self.partner["a"] = None
        self.note()
        w.presses("a", "1")
        leg = w.offered_leg("a")
        self.partner[leg] = None
        self.note()
        del self.partner[leg]
        w.refuses(leg, "USER_BUSY")
        self.note()
        w.presses("a", "2")
        leg = w.switch.last("originate").args[0]
        self.partner[leg] = None
        self.note()
        w.picks_up(leg)
        self.note()
        self.partner.update({leg: "a", "a": leg})
        w.bridged(leg, "a")
        self.note()
        del self.partner[leg]
        self.partner["a"] = None
        w.hangs_up(leg)
        w.goes_home("a")
        self.note()
        w.presses("a", "4")
        w.ends("a")
        w.clock.advance(2)
        w.ends("a", "record_message")
        self.note()
        w.presses("a", "3")
        leg = w.offered_leg("a")
        self.partner[leg] = None
        self.note()
        w.picks_up(leg)
        self.partner.update({leg: "a", "a": leg})
        w.bridged(leg, "a")
        self.note()
        w.calls.hang_up(2, leg)
        self.partner.update({leg: None, "a": None})
        w.goes_home("a")
        self.note()
        del self.partner[leg]
        w.hangs_up(leg, by_far_end=False)
        self.note()
        w.presses("a", "5")
        self.note()
        del self.partner["a"]
        w.hangs_up("a", by_far_end=False)
        self.note()
        w.calls.qualify(2, "a", SALE, "")
        w.clock.advance(30)
        self.note()


def test_a_death_after_any_line_of_a_tour_through_menus_leaves_nothing_stuck(tmp_path: Path) -> None:
    tour = Tour(MenuWorld(_folder(tmp_path / "tour")))
    tour.play()
    tour.world.is_whole()
    (path,) = tour.world.journal.files()
    lines = path.read_bytes().splitlines(keepends=True)
    kinds = {e.kind for e in tour.world.recorder.entries()}
    assert {"flow.after", "flow.answer", "call.survey_wanted", "call.voicemail", "call.destined"} <= kinds
    half_done = 0
    for cut in range(1, len(lines) + 1):
        partner = next(p for upto, p in tour.cuts if upto >= cut)
        folder = _folder(tmp_path / f"cut-{cut}")
        (folder / "journal").mkdir()
        (folder / "journal" / "journal-0000000000000001.jsonl").write_bytes(b"".join(lines[:cut]))
        again = MenuWorld(
            folder, clock=FakeClock(tour.world.clock.now_ms() + 3000), switch=FakeSwitch(), is_open=False
        )
        half_done += bool(leftovers.find(again.live.calls, again.live.agents))
        again.registers(1, 2)
        for leg, other in partner.items():
            inbound = leg == "a"
            own = {"fsapp_did": DID} if inbound else {"fsapp_call": "a", "fsapp_role": "agent"}
            again.shows(leg, other, inbound=inbound, created_at=tour.world.at, variables=own)
        _comes_to_rest(again, cut)
    assert half_done > 5, "else this test looks at nothing"


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_a_permanent_line_stays_while_its_caller_is_asked(tmp_path: Path) -> None:
    world = MenuWorld(_folder(tmp_path / "line"), permanent=[1])
    line = permanent_line.ready(world)
    world.arrives("a")
    world.presses("a", "3")
    permanent_line.beep_ends(world, "a")
    world.bridged(line, "a")
    assert world.stage("a") is Stage.TALKING
    world.calls.hang_up(1, line)
    world.tell(f.LegsUnbridged(world.at, line, other="a"))
    world.goes_home("a")
    assert world.node("a") == "q" and world.work(1) is Work.AFTER_WORK
    assert world.hung_up(line) == [] and not world.call("a").legs[line].live
    world.calls.qualify(1, "a", SALE, "")
    world.presses("a", "5")
    world.hangs_up("a", by_far_end=False)
    world.is_whole()
