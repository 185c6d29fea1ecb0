"""The core's world with somebody who calls out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fs_app import facts as f
from fs_app.calls.stages import Stage
from fs_app.events import AgentNotice
from fs_app.outgoing.blacklist import Blacklist
from fs_app.outgoing.progress import Progress
from fs_app.outgoing.rules import Rules
from fs_app.outgoing.service import Outgoing
from tests.unit.core.world import QUEUE, World, queue_info

MARIE = "+33612345678"


class Centre(World):
    """Agent 1 is logged in, with a telephone, and unavailable; nobody has called yet."""

    def __init__(self, folder: Path, queue: Any = None, **options: Any) -> None:
        super().__init__(folder, queue=queue or queue_info(greeting=""), **options)
        self.blacklist = Blacklist()
        self.outgoing = Outgoing(
            self.live,
            self.clock,
            self.catalog,
            Rules(self.catalog, self.clock, self.blacklist),
            self.calls,
            lambda agent: self._may_dial(agent) and self._reachable(agent),
        )
        self.ctx.refused = self.outgoing.refused
        self.progress = Progress(self.live, self.clock, self.bus)
        self.progress.rearm()
        self.notices: list[str] = []
        self.bus.subscribe(AgentNotice, lambda notice: self.notices.append(notice.key))

    def at_work(self, *agents: int) -> None:
        """Logged in with telephones, unavailable: nobody is offered to them."""
        for agent in agents or (1,):
            self.registers(agent)
            self.agents.log_in(agent)

    def dials(self, number: str = MARIE, agent: int = 1, **more: Any) -> str:
        call = self.outgoing.dial(agent, number, QUEUE, **more)
        self.calls.settle()
        return call

    def his_leg(self, call: str) -> str:
        return self.offered_leg(call)

    def up_to_dialling(self, number: str = MARIE) -> tuple[str, str]:
        """His telephone was picked up, the number is dialled: (call, his leg)."""
        call = self.dials(number)
        leg = self.his_leg(call)
        self.rings(leg)
        self.picks_up(leg)
        assert self.stage(call) is Stage.DIALING
        return call, leg

    def up_to_talking(self, number: str = MARIE) -> tuple[str, str]:
        call, leg = self.up_to_dialling(number)
        self.rings(call)
        self.answers(call, leg)
        assert self.stage(call) is Stage.TALKING
        return call, leg

    def answers(self, call: str, leg: str) -> None:
        self.tell(f.LegAnswered(self.at, call), f.Rang(self.at, call, session=3))
        self.bridged(leg, call)

    def shown(self, agent: int = 1) -> tuple[str, str]:
        """(state, why) of what his page says of the call that he makes."""
        picture = self.progress.picture(agent)
        return (picture["state"], picture["why"]) if picture else ("", "")

    def outcome(self) -> str:
        return str(self.recorder.entries("call.ended")[-1].data["outcome"])
