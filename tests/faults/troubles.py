"""What is done to the program and to everybody around it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

import gevent
from gevent.lock import BoundedSemaphore

from tests.faults import plan
from tests.faults.agents import TROUBLE, Agent
from tests.faults.office import Office
from tests.faults.place import Place
from tests.faults.program import Kept
from tests.faults.record import Record
from tests.faults.witness import Witness
from tests.support.until import until

RESOURCES = {
    **dict.fromkeys(("kill", "stop", "freeze"), "program"),
    **dict.fromkeys(("cut", "blackhole", "overflow"), "link"),
    **dict.fromkeys(("queue", "members", "agent"), "office"),
}
"""Faults of the same thing wait for each other; others may overlap."""

COME_BACK_S = 90.0
MOMENT_S = 3.0
"""So long a fault waits for its moment."""


class Troubles:
    def __init__(
        self,
        place: Place,
        kept: Kept,
        agents: list[Agent],
        office: Office,
        witness: Witness,
        record: Record,
    ) -> None:
        self._place, self._kept, self._agents = place, kept, agents
        self._office, self._witness, self._record = office, witness, record
        self._locks: dict[str, BoundedSemaphore] = {}
        self.failures: list[str] = []

    def cause(self, faults: list[plan.Fault], begun: float) -> None:
        """All faults of a round; returns when everything is healed."""
        greenlets = []
        for fault in faults:
            gevent.sleep(max(0.0, begun + fault.at - time.time()))
            greenlets.append(gevent.spawn(self._one, fault))
        gevent.joinall(greenlets)

    def _one(self, fault: plan.Fault) -> None:
        name = RESOURCES.get(fault.kind, fault.kind)
        if fault.kind in ("page", "reload", "phone"):
            name = f"{name.replace('reload', 'page')} {fault.target % len(self._agents)}"
        with self._locks.setdefault(name, BoundedSemaphore(1)):
            if fault.moment:
                self._witness.wait_for(fault.moment, MOMENT_S)
                gevent.sleep(fault.late)
            begin = time.time()
            act: Callable[[plan.Fault], tuple[int | None, int | None] | None] = getattr(
                self, f"_{fault.kind}"
            )
            targets: tuple[int | None, int | None] = (None, None)
            try:
                targets = act(fault) or targets
            except Exception as error:  # noqa: BLE001 - the run goes on; that it could not be done is part of its story
                self.failures.append(f"fault {fault.number} ({fault.kind}): {error!r}")
                self._record.line("failures", what=self.failures[-1])
            end = time.time()
            healed = self._kept.healed()
            self._record.line(
                "faults",
                begin,
                number=fault.number,
                kind=fault.kind,
                end=end,
                healed=healed,
                target=targets[0],
                other=targets[1],
            )

    # --- the program
    def _kill(self, fault: plan.Fault) -> None:
        self._kept.kill()
        gevent.sleep(fault.seconds)
        self._kept.again()

    def _stop(self, fault: plan.Fault) -> None:
        status = self._kept.terminate()
        if status:
            self.failures.append(f"fault {fault.number}: an orderly end gave {status}")
        gevent.sleep(fault.seconds)
        self._kept.again()

    def _freeze(self, fault: plan.Fault) -> None:
        self._kept.freeze()
        gevent.sleep(fault.seconds)
        self._kept.thaw()

    def _disk(self, fault: plan.Fault) -> None:
        self._kept.refuse_writes(True)
        gevent.sleep(fault.seconds)
        self._kept.refuse_writes(False)

    def _database(self, fault: plan.Fault) -> None:
        other = sqlite3.connect(self._kept.app.folder / "fs_app.db", isolation_level=None, timeout=0)
        end = time.time() + fault.seconds
        try:
            while True:
                try:
                    other.execute("begin exclusive")
                    break
                except sqlite3.OperationalError:
                    gevent.sleep(0.01)
            gevent.sleep(max(0.1, end - time.time()))
            other.execute("commit")
        finally:
            other.close()

    # --- the link and the switch
    def _cut(self, fault: plan.Fault) -> None:
        self._place.relay.cut()
        gevent.sleep(fault.seconds)
        self._place.relay.mend()

    def _blackhole(self, fault: plan.Fault) -> None:
        self._place.relay.blackhole()
        gevent.sleep(fault.seconds)
        self._place.relay.mend()

    def _overflow(self, fault: plan.Fault) -> None:
        self._place.relay.lose()
        gevent.sleep(fault.seconds)
        self._place.relay.drop()

    def _switch(self, fault: plan.Fault) -> None:
        self._place.world.kill_switch()
        self._witness.switch_killed()
        gevent.sleep(fault.seconds)
        self._place.world.start_switch()

    # --- the agents
    def _agent_of(self, fault: plan.Fault) -> Agent:
        return self._agents[fault.target % len(self._agents)]

    def _page(self, fault: plan.Fault) -> tuple[int, None]:
        agent = self._agent_of(fault)
        agent.close_page()
        gevent.sleep(fault.seconds)
        _until_it_works(agent.open_page)
        return agent.id, None

    _reload = _page

    def _phone(self, fault: plan.Fault) -> tuple[int, None]:
        agent = self._agent_of(fault)
        agent.power(on=False)
        gevent.sleep(fault.seconds)
        _until_it_works(lambda: agent.power(on=True))
        return agent.id, None

    # --- the office
    def _queue(self, fault: plan.Fault) -> tuple[int, None]:
        queue = self._office.queues[fault.target % len(self._office.queues)]
        self._office.activate_queue(queue, False)
        gevent.sleep(fault.seconds)
        self._office.activate_queue(queue, True)
        return queue, None

    def _members(self, fault: plan.Fault) -> tuple[int, int]:
        queue = self._office.queues[fault.target % len(self._office.queues)]
        members = self._office.members[queue]
        out = members[fault.target % len(members)]
        self._office.set_members(queue, [m for m in members if m != out])
        gevent.sleep(fault.seconds)
        self._office.set_members(queue, members)
        return queue, out

    def _agent(self, fault: plan.Fault) -> tuple[int, None]:
        agent = self._agent_of(fault)
        self._office.activate_agent(agent.id, False)
        gevent.sleep(fault.seconds)
        self._office.activate_agent(agent.id, True)
        _until_it_works(lambda: agent.open_page(again=True))
        return agent.id, None


def _until_it_works(act: Callable[[], object]) -> None:
    """Tried again for as long as the program is away."""

    def done() -> bool:
        try:
            act()
        except TROUBLE:
            return False
        return True

    until(done, COME_BACK_S, "what must work in the end works", step=0.3)
