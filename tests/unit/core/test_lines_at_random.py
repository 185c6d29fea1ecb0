"""An agent, his customer and whoever he calls, at random, over a switch that does what it is told (or loses a word).

After each step nobody who is there hears nothing, and nothing is half done; when all have hung up everything is over.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fs_app import facts as f
from fs_app.agents.state import Work
from fs_app.calls import leftovers
from fs_app.calls.line import LineState
from fs_app.calls.stages import IN_CONVERSATION, Role, Stage
from fs_app.calls.targets import Wish
from fs_app.clock import FakeClock
from fs_app.errors import CommandTimeout, FsAppError, LinkLost, NoSuchChannel, Refused
from tests.support.fakeswitch import Command
from tests.unit.core.test_lines import COLLEAGUE, ME, NUMBER, THIRD, Centre
from tests.unit.core.world import OTHER_QUEUE, QUEUE, SALE, queue_info

STEPS = 30


@dataclass
class Leg:
    answered: bool = False
    home: bool = False  # rests at the door; else parked
    partner: str = ""
    room: str = ""
    music: bool = False


@dataclass
class Play:
    """The switch, as far as lines go: it carries out the commands of the program and tells what happened."""

    centre: Centre
    dice: random.Random
    legs: dict[str, Leg] = field(default_factory=dict)
    done: int = 0
    story: list[str] = field(default_factory=list)

    # --- the switch
    def carry_out(self) -> None:
        """All commands since, one after the other; what they lead to, too."""
        commands = self.centre.switch.commands
        while self.done < len(commands):
            command = commands[self.done]
            self.done += 1
            if command.outcome is None or command.outcome.ok:
                self._one(command)
            self.centre.calls.settle()

    def _one(self, command: Command) -> None:
        match command.verb, command.args:
            case "originate", (leg, what):
                self.legs[leg] = Leg(home=what.then == "transfer:home")
                self.centre.rings(leg)
            case "hangup", (leg, cause) if leg in self.legs:
                self.ends(leg, cause, far=False)
            case "bridge", (a, b) if a in self.legs and b in self.legs:
                self._bridge(a, b)
            case "send_home", (leg,) if leg in self.legs:
                self.legs[leg].home = True
                self._alone(leg)
            case "park", (leg,) if leg in self.legs:
                self._alone(leg)
            case "conference", (leg, room) if leg in self.legs:
                self._apart(leg)
                self.legs[leg].room, self.legs[leg].music = room, False
            case "set_variables", (leg, {"transfer_after_bridge": where}) if leg in self.legs:
                self.legs[leg].home = bool(where)
            case "music", (leg, *_) if leg in self.legs:
                self.legs[leg].music = True
            case "stop_sound", (leg,) if leg in self.legs:
                self.legs[leg].music = False
            case _:
                pass

    def _apart(self, leg: str) -> None:
        """Out of its bridge; whom it leaves is on his own."""
        mine = self.legs[leg]
        if leg in self.centre.ctx.sessions:
            self.centre.tell(f.DoorClosed(self.centre.at, leg, session=9))
        other, mine.partner, mine.room = mine.partner, "", ""
        if other:
            self.legs[other].partner = ""
            self.centre.tell(f.LegsUnbridged(self.centre.at, leg, other=other))
            self._rests(other)

    def _rests(self, leg: str) -> None:
        mine = self.legs.get(leg)
        if mine is None:
            return
        mine.music, mine.room = False, ""
        call = self.centre.live.call_of(leg)
        role = call.legs[leg].role if call is not None and leg in call.legs else Role.AGENT
        if mine.home or role is Role.CALLER:
            self.centre.tell(f.Rang(self.centre.at, leg, session=9))
        elif role is Role.OUTSIDE:
            self.ends(leg, "NORMAL_CLEARING", far=False)
        else:
            self.centre.tell(f.LegParked(self.centre.at, leg))

    def _alone(self, leg: str) -> None:
        self._apart(leg)
        self._rests(leg)

    def _bridge(self, a: str, b: str) -> None:
        if self.legs[a].partner == b:
            return
        for leg in (a, b):
            self._apart(leg)
        if a in self.legs and b in self.legs:
            for leg, other in ((a, b), (b, a)):
                self.legs[leg].partner, self.legs[leg].music, self.legs[leg].room = other, False, ""
            self.centre.bridged(a, b)

    def ends(self, leg: str, cause: str = "NORMAL_CLEARING", far: bool = True) -> None:
        mine = self.legs.pop(leg)
        other = mine.partner
        if other in self.legs:
            self.legs[other].partner = ""
        self.centre.hangs_up(leg, cause, by_far_end=far)
        if not mine.answered:
            self.centre.originated(leg, cause)
        if other in self.legs:
            self._rests(other)

    # --- people
    def answers(self, leg: str) -> None:
        mine = self.legs[leg]
        mine.answered = True
        last: f.LegFact = (
            f.Rang(self.centre.at, leg, session=3) if mine.home else f.LegParked(self.centre.at, leg)
        )
        self.centre.tell(f.LegAnswered(self.centre.at, leg), last)
        self.centre.originated(leg)

    def settles(self) -> None:
        """Time goes by, with all that follows from it."""
        for _ in range(12):
            self.carry_out()
            self.centre.passes(0.4)
        self.carry_out()

    def step(self) -> None:
        centre, dice = self.centre, self.dice
        call = centre.live.calls.get(centre.customer)
        verbs: list[Callable[[], Any]] = []
        lines = centre.calls.lines
        targets = [
            Wish("number", NUMBER), Wish("agent", id=COLLEAGUE), Wish("agent", id=THIRD),
            Wish("queue", id=OTHER_QUEUE),
        ]  # fmt: skip
        if call is not None and call.agent is not None:
            agent, mine = call.agent, call.taken_by
            target = dice.choice(targets)
            verbs += [
                lambda: lines.consult(agent, mine, target),
                lambda: lines.consult(agent, mine, target),
                lambda: centre.calls.hold(agent, mine),
                lambda: centre.calls.resume(agent, mine),
                lambda: lines.leave(agent, mine),
            ]
            if dice.random() < 0.3:
                verbs += [
                    lambda: lines.transfer(agent, mine, target),
                    lambda: centre.calls.hang_up(agent, mine),
                ]
            for line in call.lines:
                verbs += [
                    lambda line=line: lines.complete(agent, line),
                    lambda line=line: lines.conference(agent, line),
                    lambda line=line: centre.calls.hold(agent, line),
                    lambda line=line: centre.calls.resume(agent, line),
                    lambda line=line: centre.calls.hang_up(agent, line),
                ]
        for leg, there in self.legs.items():
            if not there.answered:
                verbs += [lambda leg=leg: self.answers(leg)] * 4 + [
                    lambda leg=leg: self.ends(leg, "USER_BUSY")
                ]
            elif dice.random() < 0.12:
                verbs.append(lambda leg=leg: self.ends(leg))
        verbs += [self.settles] * 3
        chosen = dice.choice(verbs)
        self.story.append(
            chosen.__qualname__ + str(chosen.__defaults__ or "") + f" {call.stage if call else ''}"
        )
        try:
            chosen()
        except FsAppError as error:
            self.story.append(f"   refused: {type(error).__name__}")
        self.carry_out()

    def compare(self) -> dict[str, int]:
        """The comparison with the switch, as after a loss of the link; what it had to mend."""
        switch = self.centre.switch
        switch.present = {}
        for leg, mine in self.legs.items():
            born = (self.centre.clock.now_ms() - 60_000) * 1000
            self.centre.shows(
                leg, mine.partner or None, app="conference" if mine.room else "park", created_at=born,
                answered=mine.answered, inbound=leg == self.centre.customer, variables={"fsapp_call": "x"},
            )  # fmt: skip
        self.centre.recover()
        self.settles()
        return self.centre.recovery.report.repairs

    def dies(self) -> None:
        """Another program over the same journal; the commands that the dead one had not given are nobody's."""
        old = self.centre
        clock = FakeClock(old.clock.now_ms())
        new = Centre(old.folder, agents=[ME, COLLEAGUE, THIRD], clock=clock, switch=old.switch, is_open=False)
        new.notices, new.customer, new.mine = [], old.customer, old.mine
        new.ctx.notice = lambda agent, key, params: new.notices.append((agent, key, params))
        configured(new, old.catalog.now.queues[QUEUE].transfer_returns)
        new.registers(ME, COLLEAGUE, THIRD)
        self.done = len(old.switch.commands)
        self.centre = new
        for mine in self.legs.values():
            if mine.home and not mine.partner and not mine.room:
                mine.music = True  # the switch's own, as long as nobody is at the door
        self.story.append("   the program dies")

    # --- what must be so
    def check(self) -> None:
        centre = self.centre
        assert leftovers.find(centre.live.calls, centre.live.agents) == [], self.tale()
        call = centre.live.calls.get(centre.customer)
        agents = {
            leg.id for c in centre.live.calls.values() for leg in c.legs.values() if leg.role is Role.AGENT
        }
        for leg, mine in self.legs.items():
            together = [other for other in self.legs.values() if mine.room and other.room == mine.room]
            hears = mine.partner or mine.music or len(together) > 1
            assert hears or not mine.answered or leg in agents, f"{leg} hears nothing\n{self.tale()}"
        if call is not None and call.stage in (*IN_CONVERSATION, Stage.STAYING):
            talking = call.line_in(LineState.TALKING)
            mine = self.legs[call.taken_by]
            if talking is not None:
                assert mine.partner == talking.leg, self.tale()
            elif call.stage is Stage.TALKING:
                assert mine.partner == call.caller_leg, self.tale()
            elif call.stage is Stage.CONFERENCE:
                assert mine.room, self.tale()

    def tale(self) -> str:
        call = self.centre.live.calls.get(self.centre.customer)
        facts = "\n".join(map(str, self.centre.switch.commands[-25:]))
        return "\n".join([*self.story, str(call), str(self.legs), facts])

    def everybody_leaves(self) -> None:
        for _ in range(20):
            for leg in list(self.legs):
                if leg in self.legs:
                    self.ends(leg)
                    self.carry_out()
            self.settles()
            self.compare()
            for agent in (ME, COLLEAGUE, THIRD):
                state = self.centre.agent(agent)
                if state.work is Work.AFTER_WORK and state.call:
                    self.centre.calls.qualify(agent, state.call, SALE, "")
        assert not self.legs, self.tale()
        assert not self.centre.live.calls, f"{self.centre.live.calls}\n{self.tale()}"
        for agent in (ME, COLLEAGUE, THIRD):
            work = self.centre.work(agent)
            assert work in (Work.IDLE, Work.INTER_CALL, Work.NO_ANSWER_DELAY), (
                f"{agent} {work}\n{self.tale()}"
            )


def configured(centre: Centre, returns: bool) -> Centre:
    centre.set_queue(
        queue_info(transfer_returns=returns),
        [ME, COLLEAGUE, THIRD],
        queue_info(id=OTHER_QUEUE, name="Support", number="701"),
    )
    return centre


def begun(tmp_path: Path, seed: int) -> Play:
    centre = configured(Centre(tmp_path, agents=[ME, COLLEAGUE, THIRD]), seed % 3 > 0)
    centre.begin()
    play = Play(centre, random.Random(seed))
    play.legs = {
        centre.customer: Leg(True, True, centre.mine), centre.mine: Leg(True, False, centre.customer)
    }  # fmt: skip
    play.done = len(centre.switch.commands)
    return play


SEEDS = int(os.environ.get("LINES_SEEDS", "40"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nobody_is_left_in_silence_or_half_done(tmp_path: Path, seed: int) -> None:
    play = begun(tmp_path, seed)
    for _ in range(STEPS):
        play.step()
        if play.dice.random() < 0.7:
            play.settles()
            play.check()
            assert play.compare() == {}, f"what is right is left alone\n{play.tale()}"
            play.check()
    play.settles()
    play.everybody_leaves()


MOVES = ("bridge", "send_home", "park", "conference", "originate", "mute", "transfer")
FAILURES = (Refused("-ERR"), NoSuchChannel("-ERR No such channel!"), LinkLost("gone"), CommandTimeout("late"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_any_command_may_be_refused_or_lost_and_all_ends_well(tmp_path: Path, seed: int) -> None:
    play = begun(tmp_path, seed)
    for _ in range(STEPS):
        verb = play.dice.choice(MOVES)
        if play.dice.random() < 0.4:
            play.centre.switch.fail(verb, play.dice.choice(FAILURES))
            play.story.append(f"   {verb} fails")
        play.step()
        play.centre.switch.fail(verb, None)
        if play.dice.random() < 0.7:
            play.settles()
        if play.dice.random() < 0.3:
            play.compare()
            play.compare()
            play.check()
    play.settles()
    play.everybody_leaves()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_program_may_die_at_any_moment(tmp_path: Path, seed: int) -> None:
    play = begun(tmp_path, seed)
    for _ in range(STEPS):
        play.step()
        if play.dice.random() < 0.5:
            play.settles()
        if play.dice.random() < 0.2:
            play.dies()
            play.compare()
            play.compare()
            play.check()
    play.settles()
    play.everybody_leaves()
