"""What a supervisor may do: force an agent's state, steer a call, listen in. Everything is asked within his scope.

What was done stands in the journal with his name, on the time line of the call where there is one, and in the audit
log (the projection writes it there). The agent is told on his page who it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fs_app.agents.service import Agents
from fs_app.bus import Bus
from fs_app.calls.service import Calls
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.catalog import Catalog
from fs_app.errors import Conflict, NotAllowed, NotFound
from fs_app.events import AgentNotice
from fs_app.infos import AgentInfo
from fs_app.live import Live
from fs_app.supervision.listening import Listening, Mode
from fs_app.supervision.scope import Scope

WHY = "supervisor"


class NotWaiting(Conflict):
    """The caller does not wait in a queue (any more)."""

    key = "error.call_not_waiting"


class LoggedOut(NotAllowed):
    """The agent has not taken his place; nobody can do it for him."""

    key = "error.agent_logged_out"
    status = 409


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who asks. `agent` is his own telephone, None without one."""

    user: int
    name: str
    scope: Scope
    agent: int | None


class Supervision:
    def __init__(
        self, live: Live, bus: Bus, catalog: Catalog, agents: Agents, calls: Calls, listening: Listening
    ) -> None:
        self._live = live
        self._bus = bus
        self._catalog = catalog
        self._agents = agents
        self._calls = calls
        self.listening = listening

    # --- an agent -------------------------------------------------------------------------------------------
    def available(self, by: Supervisor, agent: int) -> None:
        self._here(by, agent)
        self._agents.available(agent, why=WHY)
        self._forced(by, agent, "available")

    def unavailable(self, by: Supervisor, agent: int, reason: int | None) -> None:
        """At once, or after the call that goes on."""
        self._here(by, agent)
        self._agents.unavailable(agent, reason, why=WHY)
        known = self._catalog.now.reasons.get(reason or 0)
        self._forced(by, agent, "unavailable", reason=known.label if known else "")

    def log_out(self, by: Supervisor, agent: int) -> None:
        """At once, or after the call that goes on."""
        self._here(by, agent)
        self._agents.log_out(agent, why=WHY)
        self._forced(by, agent, "log_out")

    def end_delay(self, by: Supervisor, agent: int) -> None:
        self._here(by, agent)
        self._agents.end_delay(agent)
        self._forced(by, agent, "end_delay")

    def message(self, by: Supervisor, agent: int | None, text: str) -> int:
        """Said once on the page of an agent, or (None) of all whom he is given; how many were told."""
        told = [self._agent(by, agent)] if agent is not None else self._present(by)
        for info in told:
            self._notice(by, info.id, "info", "supervision.message.said", text=text)
        self._live.record(
            "supervision.message",
            account=by.scope.account,
            agent=agent,
            user=by.user,
            user_name=by.name,
            agent_name=self._name(agent),
            text=text,
            told=len(told),
            to=[info.id for info in told],
        )
        return len(told)

    # --- a call ---------------------------------------------------------------------------------------------
    def hang_up(self, by: Supervisor, call: str) -> None:
        found = self._call(by, call)
        self._steered(by, found, "hang_up")
        self._calls.end_call(found.id, WHY)

    def move(self, by: Supervisor, call: str, queue: int) -> None:
        """A waiting caller into another queue, with the time he has waited."""
        found = self._waiting(by, call)
        info = self._catalog.open_queue(queue)
        if info is None or info.account != by.scope.account or not by.scope.has_queue(queue):
            raise NotFound(f"queue {queue}")
        if found.queue == queue:
            return
        self._steered(by, found, "move", queue=info.name)
        self._calls.move(found.id, info, WHY)

    def put_first(self, by: Supervisor, call: str) -> None:
        """A waiting caller before all others of his queue."""
        found = self._waiting(by, call)
        self._steered(by, found, "first")
        self._calls.put_first(found.id)

    # --- listening in ---------------------------------------------------------------------------------------
    def listen(self, by: Supervisor, agent: int, mode: Mode) -> None:
        """Ring his telephone, or change the mode when he listens to this agent already."""
        self._agent(by, agent)
        state = self._live.agents.get(agent)
        call = self._live.calls.get((state.call if state else None) or "")
        if call is not None and not by.scope.has_queue(call.queue):
            raise NotFound(f"call of agent {agent}")
        self.listening.begin(by.scope.account, by.user, by.name, by.agent, agent, mode)

    def change_mode(self, by: Supervisor, mode: Mode) -> None:
        self.listening.change(by.user, mode)

    def stop_listening(self, by: Supervisor) -> None:
        self.listening.end(by.user)

    # --- inside ---------------------------------------------------------------------------------------------
    def _agent(self, by: Supervisor, agent: int) -> AgentInfo:
        info = self._catalog.agent(agent)
        if info is None or not by.scope.has_agent(info):
            raise NotFound(f"agent {agent}")
        return info

    def _name(self, agent: int | None) -> str:
        info = self._catalog.agent(agent) if agent is not None else None
        return info.name if info is not None else ""

    def _here(self, by: Supervisor, agent: int) -> None:
        self._agent(by, agent)
        state = self._live.agents.get(agent)
        if state is None or state.presence == "LOGGED_OUT":
            raise LoggedOut(f"agent {agent}")

    def _present(self, by: Supervisor) -> list[AgentInfo]:
        return [
            info
            for info in self._catalog.now.agents.values()
            if by.scope.has_agent(info)
            and (state := self._live.agents.get(info.id)) is not None
            and state.presence != "LOGGED_OUT"
        ]

    def _call(self, by: Supervisor, call: str) -> Call:
        found = self._live.calls.get(call)
        if found is None or found.account != by.scope.account or not by.scope.has_queue(found.queue):
            raise NotFound(f"call {call}")
        if found.stage is Stage.ENDED:
            raise Conflict(f"call {call} is over")
        return found

    def _waiting(self, by: Supervisor, call: str) -> Call:
        found = self._call(by, call)
        if found.stage is not Stage.WAITING:
            raise NotWaiting(f"call {call} is {found.stage}")
        return found

    def _forced(self, by: Supervisor, agent: int, what: str, reason: str = "") -> None:
        self._live.record(
            "supervision.forced",
            account=by.scope.account,
            agent=agent,
            user=by.user,
            user_name=by.name,
            agent_name=self._name(agent),
            what=what,
            reason=reason,
        )
        state = self._live.agents.get(agent)
        later = "_later" if state is not None and state.wanted and what in ("unavailable", "log_out") else ""
        self._notice(by, agent, "warning", f"supervision.told.{what}{later}", reason=reason)

    def _steered(self, by: Supervisor, call: Call, what: str, **data: Any) -> None:
        self._live.record(
            f"supervision.{what}",
            account=call.account,
            call=call.id,
            user=by.user,
            user_name=by.name,
            number=call.caller_number,
            **data,
        )
        for leg in call.asked_legs if what == "hang_up" else ():
            if leg.agent is not None:
                self._notice(by, leg.agent, "warning", "supervision.told.hang_up")

    def _notice(self, by: Supervisor, agent: int, level: str, key: str, **params: Any) -> None:
        self._bus.publish(AgentNotice(agent, level, key, {"by": by.name, **params}))
