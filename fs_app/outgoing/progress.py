"""How the calls go that agents make, for their pages (BA-90): follows the journal.

An attempt: his own telephone rings (CALLING_YOU), the number is dialled (DIALING), it rings (RINGING), they talk
(TALKING), it is over (ENDED, with `why` when it did not come about). The last one of each agent stays until his next
call, or until it is old.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fs_app.bus import Bus
from fs_app.calls.stages import Role, Stage
from fs_app.calls.state import INTERNAL, Call
from fs_app.clock import Clock
from fs_app.events import AgentNotice, Recorded
from fs_app.journal import Entry
from fs_app.live import Live
from fs_app.outgoing import causes

SHOWN_MS = 120_000
"""How long the end of an attempt is still news."""

CALLING_YOU, DIALING, RINGING, TALKING, ENDED = "CALLING_YOU", "DIALING", "RINGING", "TALKING", "ENDED"

QUIET = frozenset({"cancelled", "hung_up", "told"})
"""Ends that nobody has to be told of: he made them himself, or has just read the reason."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """`why`: a kind of `causes`, "" while it goes well; `cause` is the switch's own word. Times UTC ms."""

    call: str
    number: str
    state: str
    since: int
    cause: str = ""
    why: str = ""


class Progress:
    def __init__(
        self, live: Live, clock: Clock, bus: Bus, changed: Callable[[int], None] = lambda a: None
    ) -> None:
        """`changed(agent)`: what his page shows of it is another thing now."""
        self._live = live
        self._clock = clock
        self._bus = bus
        self._changed = changed
        self._last: dict[int, Attempt] = {}
        self._agent_of: dict[str, int] = {}  # call → who makes it
        self._inside: set[str] = set()  # calls to colleagues
        bus.subscribe(Recorded, lambda event: self._follow(event.entry))

    def rearm(self) -> None:
        """After a start: the attempts that are under way."""
        for call in self._live.calls.values():
            agent = call.agent if call.agent is not None else call.asked_by
            if call.dialled and agent is not None and call.ended_at is None:
                self._agent_of[call.id] = agent
                if call.direction == INTERNAL:
                    self._inside.add(call.id)
                self._last[agent] = Attempt(call.id, call.caller_number, _state_of(call), call.stage_since)

    def picture(self, agent: int) -> dict[str, Any] | None:
        """What his page shows; None when there is nothing, or nothing new, to say."""
        last = self._last.get(agent)
        if last is None or (last.state == ENDED and last.since + SHOWN_MS < self._clock.now_ms()):
            return None
        return {
            "call": last.call,
            "number": last.number,
            "state": last.state,
            "since": last.since,
            "cause": last.cause,
            "why": last.why,
        }

    # --- following ------------------------------------------------------------------------------------------
    def _follow(self, entry: Entry) -> None:
        name, d = entry.call or "", entry.data
        if entry.kind == "call.started":
            if d.get("asked_by") is not None:
                if d["direction"] == INTERNAL:
                    self._inside.add(name)
                self._begins(d["asked_by"], name, d["caller_number"], CALLING_YOU, entry.at)
            return
        if entry.kind == "call.dialled" and d.get("agent") is not None:
            self._begins(d["agent"], name, d["number"], DIALING, entry.at)
            return
        agent = self._agent_of.get(name)
        if agent is None:
            return
        match entry.kind:
            case "leg.ringing" if d.get("role") == Role.CALLER:
                self._is(agent, name, RINGING, entry.at)
            case "call.bridged":
                self._is(agent, name, TALKING, entry.at)
            case "line.dialled" | "line.state" | "line.ended" if name in self._inside:
                self._colleague(agent, name, entry)
            case "leg.ended" if d.get("role") == Role.AGENT:
                self._own_gone(agent, name, d["cause"])
            case "call.dial_refused":
                self._why(agent, name, causes.of_refusal(str(d.get("why", ""))), "")
            case "call.ended":
                self._over(agent, name, entry)

    def _colleague(self, agent: int, call: str, entry: Entry) -> None:
        """What his line does is what the call does (`calls.line`)."""
        last, d = self._last.get(agent), entry.data
        if last is None or last.call != call:
            return
        if entry.kind == "line.dialled":
            self._is(agent, call, DIALING, entry.at)
        elif entry.kind == "line.ended":
            if last.state != TALKING and d["cause"] not in ("cancelled", "RELEASED"):
                self._why(agent, call, causes.of_number(d["cause"]), d["cause"])
        elif d["new"] in (RINGING, TALKING):
            self._is(agent, call, d["new"], entry.at)

    def _begins(self, agent: int, call: str, number: str, state: str, at: int) -> None:
        self._agent_of[call] = agent
        self._last[agent] = Attempt(call, number, state, at)
        self._changed(agent)

    def _is(self, agent: int, call: str, state: str, at: int) -> None:
        last = self._last.get(agent)
        if last is not None and last.call == call and last.state not in (state, ENDED):
            if state == RINGING and last.state != DIALING:
                return
            self._last[agent] = replace(last, state=state, since=at)
            self._changed(agent)

    def _own_gone(self, agent: int, call: str, cause: str) -> None:
        last = self._last.get(agent)
        if last is not None and last.call == call and last.state == CALLING_YOU:
            self._last[agent] = replace(last, cause=cause, why=causes.of_own(cause))

    def _why(self, agent: int, call: str, why: str, cause: str) -> None:
        last = self._last.get(agent)
        if last is not None and last.call == call:
            self._last[agent] = replace(last, cause=cause, why=why)

    def _over(self, agent: int, call: str, entry: Entry) -> None:
        del self._agent_of[call]
        self._inside.discard(call)
        last = self._last.get(agent)
        if last is None or last.call != call:
            return
        cause, why = last.cause, last.why
        if last.state == TALKING:
            cause, why = str(entry.data["cause"]), ""
        elif entry.data["by"] == "agent":
            why = "cancelled"
        elif not why:
            cause = str(entry.data["cause"])
            why = "lost" if last.state == CALLING_YOU else causes.of_number(cause)
        self._last[agent] = replace(last, state=ENDED, since=entry.at, cause=cause, why=why)
        self._changed(agent)
        if why and why not in QUIET:
            self._bus.publish(AgentNotice(agent, "warning", f"dial.ended.{why}", {"number": last.number}))


def _state_of(call: Call) -> str:
    if call.direction == INTERNAL and call.stage is Stage.STAYING:
        rings = any(str(line.state) == RINGING for line in call.lines.values())
        return TALKING if call.talked else RINGING if rings else DIALING
    if call.absent:
        return CALLING_YOU
    if call.stage in (Stage.DIALING, Stage.CONNECTING):
        leg = call.legs.get(call.id)
        return RINGING if leg is not None and leg.ringing_at is not None else DIALING
    return TALKING
