"""One run: the outside is set up, the plan happens, everything is written down."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import gevent

from tests.faults import claims, plan, setting
from tests.faults.agents import Agent
from tests.faults.callers import Callers
from tests.faults.office import Office
from tests.faults.place import Place
from tests.faults.program import Kept
from tests.faults.record import Record
from tests.faults.troubles import Troubles
from tests.faults.witness import Witness
from tests.support.program import AgentPage, Program
from tests.support.until import until

SETTINGS = {"FS_APP_KEEP_CDR": "true", "FS_APP_LOG_LEVEL": "info"}

Say = Callable[[str], None]


class Run:
    """`folder` is the run's own; it is complete when `go()` returns or raises."""

    def __init__(self, what: plan.Plan, switch: str, folder: Path, say: Say = lambda text: None) -> None:
        self.plan, self.switch, self.folder, self._say = what, switch, folder, say
        self.record = Record(folder)
        self.record.whole("plan", {"switch": switch, **what.told()})
        self.place = Place(switch, what.seed)
        self.unasked: list[str] = []
        self._closing: list[Callable[[], None]] = [self.place.close]

    def go(self) -> None:
        try:
            self._set_up()
            for number, one in enumerate(self.plan.rounds):
                self._round(number, one)
            self._finish()
        finally:
            self._close()

    def _set_up(self) -> None:
        app = Program(self.place, self.folder / "program", setting.PLAN, **SETTINGS)  # type: ignore[arg-type]
        declared = setting.configure(app)
        self.record.whole("declared", declared)
        self.kept = Kept(app, self._unasked)
        self._closing.append(self.kept.close)
        self.kept.start()
        self.witness = Witness(self.record, self.place.esl)
        self._closing.append(self.witness.stop)
        self.agents = []
        for agent_id, number in zip(app.ids.agents, range(1001, 2000), strict=False):
            agent = Agent(
                self.place, self.record, lambda login: AgentPage(app.url, login), agent_id, str(number),
                self.plan.seed, app.ids.dispositions, app.ids.reason,
            )  # fmt: skip
            self._closing.append(agent.stop)
            self.agents.append(agent)
        self.callers = Callers(self.place, self.witness, self.record)
        self._closing.append(self.callers.stop)
        members = {q["id"]: list(q["members"]) for q in declared["queues"]}
        office = Office(app.url, app.folder / "fs_app.db", members)
        self.troubles = Troubles(self.place, self.kept, self.agents, office, self.witness, self.record)
        until(lambda: all(a.state == "IDLE" for a in self.agents), 30, "all agents are ready", step=0.1)

    def _unasked(self, what: str) -> None:
        self._say(what)
        self.unasked.append(what)
        self.record.line("unasked", what=what)

    def _round(self, number: int, one: plan.Round) -> None:
        begun = time.time()
        for agent in self.agents:
            agent.calm = False
        self.callers.calm = None
        self.callers.come(one.callers, begun)
        self.troubles.cause(one.faults, begun)
        gevent.sleep(max(0.0, begun + one.seconds - time.time()))
        gevent.sleep(0.5)
        self._rest(number, len(one.faults))

    def _rest(self, number: int, faults: int) -> None:
        """Nobody new comes; in CALM_S all must be over."""
        begun = self.callers.calm = time.time()
        for agent in self.agents:
            agent.calm = True
        left: list[str] = ["not looked at"]
        while left and time.time() - begun < plan.CALM_S:
            gevent.sleep(0.5)
            left = self._left()
        seconds = time.time() - begun
        self.record.line("rests", seconds=seconds, left=left)
        self.record.flush()
        self._say(
            f"round {number + 1} of {len(self.plan.rounds)}: {faults} faults, {self.callers.came} callers so far, "
            f"all over after {seconds:.1f} s"
        )
        for what in left:
            self._say(f"  left: {what}")
        self.record.whole("claims", claims.collect(self.kept.app))  # for who looks before the end

    def _left(self) -> list[str]:
        """Who and what is not finished."""
        left = [*self.callers.left, *(a.busy for a in self.agents if a.busy)]
        left += [a.page.state for a in self.agents if not a.page.socket.connected]
        if not left:  # the dearer questions
            rows = self.witness.channels()
            left = [
                f"channel {row['uuid']} ({row.get('direction')}, {row.get('application')})" for row in rows
            ]
            left += claims.unfinished(self.kept.app.folder)
            if not left and not self.kept.works():
                left = [f"the program does not work: {self.kept.health()}"]
        return left

    def _finish(self) -> None:
        until(lambda: self.kept.works() and self._drained(), 20, "the database has everything", step=0.2)
        gevent.sleep(2.5)  # the last CDRs and events
        self.record.whole("claims", claims.collect(self.kept.app))

    def _drained(self) -> bool:
        mark = claims.projected(self.kept.app.folder)
        gevent.sleep(1.0)
        return mark == claims.projected(self.kept.app.folder)

    def _close(self) -> None:
        self.record.whole(
            "end",
            {
                "at": time.time(),
                "unasked": self.unasked,
                "failures": self.troubles.failures if hasattr(self, "troubles") else [],
                "gaps": self.witness.gaps if hasattr(self, "witness") else 0,
            },
        )
        target = self.folder / "cdr"
        target.mkdir(exist_ok=True)
        for path in self.place.cdrs():
            shutil.copy(path, target / path.name)
        for close in reversed(self._closing):
            close()
        self.record.close()
