"""Who works: the one writer of presence and work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from fs_app.agents.capacity import Kind, has_room
from fs_app.agents.state import BUSY, INTERRUPTIBLE, PRESENCE, TIMED, WORK, AgentState, Presence, Work
from fs_app.agents.ticks import DIRECTIONS, connected
from fs_app.catalog import Catalog
from fs_app.clock import Clock, Timer
from fs_app.errors import Invalid, NotAllowed, NotFound
from fs_app.live import Live

log = structlog.get_logger(__name__)


class Agents:
    """All agents of all accounts. `on_ready` is told whenever one becomes ready for a call, `on_wrap_up_over` when
    one has had all his time to qualify a call, `on_preview_over` when what was shown to an agent is not any more."""

    def __init__(
        self,
        live: Live,
        clock: Clock,
        catalog: Catalog,
        on_ready: Callable[[int], None],
        on_wrap_up_over: Callable[[int, str], None] = lambda agent, call: None,
        on_preview_over: Callable[[int, str], None] = lambda agent, item: None,
    ) -> None:
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._on_ready = on_ready
        self._on_wrap_up_over = on_wrap_up_over
        self._on_preview_over = on_preview_over
        self._timers: dict[int, Timer] = {}

    def state(self, agent: int) -> AgentState:
        """Raises NotFound for an agent who is not in the catalogue."""
        info = self._catalog.agent(agent)
        if info is None:
            raise NotFound(f"agent {agent}")
        return self._live.agent(agent, info.account)

    def _known(self, agent: int) -> AgentState:
        """For what happens to him, which goes on when he is taken out of the catalogue in the middle of a call."""
        return self._live.agents.get(agent) or self.state(agent)

    # --- what an agent asks ---------------------------------------------------------------------------------
    def log_in(self, agent: int) -> None:
        state = self.state(agent)
        if state.presence is Presence.LOGGED_OUT:
            self._presence(state, "log_in", why="asked")
        elif state.wanted == "log_out":
            self._want(state, "", None)

    def available(self, agent: int, why: str = "asked") -> None:
        state = self.state(agent)
        if state.presence is Presence.LOGGED_OUT:
            raise NotAllowed("log in first")
        if state.wanted:
            self._want(state, "", None)
        if state.presence is not Presence.AVAILABLE:
            self._presence(state, "available", why=why)
        self._leave_back_office(state)

    def back_office(self, agent: int) -> None:
        """BA-161: he works on something that he chose himself, and gets no calls; until he is available, unavailable
        or logged out. At once, or after the call that goes on."""
        state = self.state(agent)
        if state.presence is Presence.LOGGED_OUT:
            raise NotAllowed("log in first")
        if state.work is Work.BACK_OFFICE:
            return
        if state.work in INTERRUPTIBLE:
            self._work(state, "back_office", why="asked")
        else:
            self._want(state, "back_office", None)

    def _leave_back_office(self, state: AgentState) -> None:
        """After the presence has changed: it says whether calls may come now."""
        if state.work is Work.BACK_OFFICE:
            self._work(state, "done", why="asked")
        elif state.work is Work.PREVIEW and state.presence is not Presence.AVAILABLE:
            self._work(state, "done", why="left")

    def unavailable(self, agent: int, reason: int | None, why: str = "asked") -> None:
        """In force at once, or after the call that goes on (then it is `wanted`)."""
        state = self.state(agent)
        if state.presence is Presence.LOGGED_OUT:
            raise NotAllowed("log in first")
        if reason is not None and all(r.id != reason for r in self._catalog.reasons(state.account)):
            raise NotFound(f"reason {reason}")
        if state.work in INTERRUPTIBLE or state.presence is Presence.UNAVAILABLE:
            self._presence(state, "unavailable", why=why, reason=reason)
            self._leave_back_office(state)
        else:
            self._want(state, "unavailable", reason)

    def log_out(self, agent: int, why: str = "asked") -> None:
        state = self._known(agent)
        if state.presence is Presence.LOGGED_OUT:
            return
        if state.work in INTERRUPTIBLE:
            self._presence(state, "log_out", why=why)
            self._leave_back_office(state)
        else:
            self._want(state, "log_out", None)

    def end_delay(self, agent: int) -> None:
        """BA-50: the agent ends his delay after a call that he did not take, or the pause between two calls."""
        state = self.state(agent)
        if state.work not in (Work.NO_ANSWER_DELAY, Work.INTER_CALL):
            raise NotAllowed("there is no delay to end")
        self._work(state, "done", why="ended by agent")

    def tick(self, agent: int, queue: int, direction: str, on: bool) -> None:
        """BA-20: he connects with one of his queues, or disconnects, for calls in or out. Raises NotFound for a queue
        that is not his, NotAllowed when his profile does not let him."""
        state, info = self.state(agent), self._catalog.agent(agent)
        if info is None or queue not in info.queues:
            raise NotFound(f"queue {queue} of agent {agent}")
        if direction not in DIRECTIONS:
            raise Invalid("inbound or outbound", field="direction")
        if not info.options.may_tick_queues:
            raise NotAllowed("his queues are the administrator's to choose")
        if on == connected(info, state, queue, direction):
            return
        self._live.record(
            "agent.ticked", account=state.account, agent=agent, queue=queue, direction=direction, on=on
        )
        if on:
            self._tell_if_ready(state)

    def connected(self, agent: int, queue: int, direction: str) -> bool:
        """Does he work for this queue of his in this direction?"""
        info = self._catalog.agent(agent)
        return info is not None and connected(info, self._live.agents.get(agent), queue, direction)

    # --- what the program finds out --------------------------------------------------------------------------
    def set_aside(self, agent: int, why: str) -> None:
        """Available he can't be, whatever he chose (`why`: state.PHONE); until `take_back`, or until he chooses
        something himself."""
        state = self.state(agent)
        if state.presence is Presence.AVAILABLE and state.work in INTERRUPTIBLE:
            self._presence(state, "unavailable", why=f"{why}_lost", set_aside=why)
            self.preview_over(agent, f"{why}_lost")

    def take_back(self, agent: int) -> None:
        """What he was set aside for is over: he is available again, as he had chosen."""
        state = self.state(agent)
        if state.set_aside and state.presence is Presence.UNAVAILABLE:
            self._presence(state, "available", why=f"{state.set_aside}_back")

    # --- calls to be made -----------------------------------------------------------------------------------
    def set_mode(self, agent: int, mode: str, why: str = "asked") -> None:
        """How he works through the list of people to call."""
        state = self.state(agent)
        if state.mode != mode:
            self._live.record("agent.mode", account=state.account, agent=agent, mode=mode, why=why)

    def preview(self, agent: int, item: str, until: int | None, alone: bool) -> None:
        """`item` is shown to him, and called at `until` (UTC ms; None: when he says so). `alone`: no caller may come
        meanwhile."""
        self._work(self.state(agent), "preview", why="preview", until=until, item=item, alone=alone)

    def preview_over(self, agent: int, why: str) -> None:
        """It is not shown any more, and he did not call."""
        state = self._known(agent)
        if state.work is Work.PREVIEW:
            self._work(state, "done", why=why)

    # --- what calls and offers say --------------------------------------------------------------------------
    def has_room(self, agent: int, kind: Kind = Kind.VOICE) -> bool:
        """May one more piece of work of this kind be reserved for him (BY-42)?"""
        info, state = self._catalog.agent(agent), self._live.agents.get(agent)
        busy = {Kind.VOICE: int(state is not None and state.work in BUSY)}
        return info is not None and has_room(info.capacity, kind, busy)

    def offered(self, agent: int, call: str, until: int) -> None:
        """Reserved for this call until then (UTC ms). Back office goes on after it."""
        state = self.state(agent)
        back_office = state.work is Work.BACK_OFFICE
        self._work(state, "offered", why="offer", call=call, until=until)
        if back_office and not state.wanted:
            self._want(state, "back_office", None)

    def can_be_rung(self, agent: int, again_for: str = "") -> bool:
        """Somebody who asks for him alone may ring his telephone: he is here and has no call, or is qualifying the
        one that comes back to him (`again_for`)."""
        state = self._live.agents.get(agent)
        if state is None or state.presence is Presence.LOGGED_OUT or state.wanted == "log_out":
            return False
        again = state.work is Work.AFTER_WORK and bool(again_for) and state.call == again_for
        return state.work in INTERRUPTIBLE or again

    def dials(self, agent: int, call: str) -> None:
        """He makes this call: of his own accord, from whatever he does between calls, or because somebody is to be
        called whom he has just taken. Back office goes on after it."""
        state = self._known(agent)
        if state.work is Work.DIALING and state.call == call:
            return
        back_office = state.work is Work.BACK_OFFICE
        self._work(state, "dial", why="dial", call=call)
        if back_office and not state.wanted:
            self._want(state, "back_office", None)

    def answered(self, agent: int, call: str) -> None:
        state = self._known(agent)
        if state.call == call and state.work is Work.OFFERED:
            self._work(state, "answered", why="answered", call=call)

    def joins(self, agent: int, call: str, other: str) -> None:
        """He has picked up for a call that waited in the line of his queue, and is a party of another one now."""
        state = self._known(agent)
        if state.call == call and state.work is Work.OFFERED:
            self._work(state, "answered", why="consulted", call=other)

    def has_reached(self, agent: int, call: str) -> None:
        """Whom he called is there."""
        state = self._known(agent)
        if state.call == call and state.work is Work.DIALING:
            self._work(state, "bridged", why="answered", call=call)

    def recovered_in_call(self, agent: int, call: str) -> bool:
        """The switch shows the agent in this call, whatever we believed; False when he is busy with another one."""
        state = self._known(agent)
        if state.work is Work.OFFERED and state.call == call:
            self._work(state, "answered", why="recovered", call=call)
        elif state.work is Work.DIALING and state.call == call:
            self._work(state, "bridged", why="recovered", call=call)
        elif state.work in INTERRUPTIBLE:
            if state.work is not Work.IDLE:
                self._work(state, "done", why="recovered")
            self._work(state, "bridged", why="recovered", call=call)
        return state.call == call and state.work is Work.ACTIVE

    def withdrawn(self, agent: int, call: str) -> None:
        """The offer went away without the agent's doing."""
        state = self._known(agent)
        if state.call == call and state.work is Work.OFFERED:
            self._work(state, "withdrawn", why="withdrawn")

    def not_answered(self, agent: int, call: str, why: str, delay_s: int, then_pause_s: int) -> None:
        state = self._known(agent)
        if state.call == call and state.work is Work.OFFERED:
            self._delay(state, "not_answered", why, delay_s, then_pause_s)

    def call_over(self, agent: int, call: str, must_qualify: bool, pause_s: int, wrap_up_s: int = 0) -> None:
        """The conversation has ended: wrap-up if the call must be qualified, else the pause between calls.

        After `wrap_up_s` of wrap-up (0: never) `on_wrap_up_over` is told."""
        state = self._known(agent)
        if state.call != call or state.work not in (Work.ACTIVE, Work.DIALING):
            return
        if must_qualify:
            until = self._clock.now_ms() + wrap_up_s * 1000 if wrap_up_s > 0 else None
            self._work(state, "qualify", why="call over", call=call, until=until)
            if until is not None:
                self._arm(state)
        else:
            self._pause(state, "call over", pause_s)

    def qualified(self, agent: int, call: str, pause_s: int) -> None:
        state = self._known(agent)
        if state.call == call and state.work is Work.AFTER_WORK:
            self._pause(state, "qualified", pause_s)

    # --- time -----------------------------------------------------------------------------------------------
    def rearm(self) -> None:
        """After a start: the delays that were running go on to their end."""
        for state in list(self._live.agents.values()):
            if state.until is not None and state.work in TIMED:
                self._arm(state)

    def _pause(self, state: AgentState, why: str, pause_s: int) -> None:
        if pause_s > 0 and state.wanted not in ("log_out", "unavailable"):  # who leaves needs no pause before
            self._delay(state, "pause", why, pause_s)
        else:
            self._work(state, "done", why=why)

    def _delay(self, state: AgentState, event: str, why: str, seconds: int, then_pause_s: int = 0) -> None:
        until = self._clock.now_ms() + seconds * 1000
        self._work(state, event, why=why, until=until, then_pause_s=then_pause_s)
        self._arm(state)

    def _arm(self, state: AgentState) -> None:
        self._disarm(state.id)
        left = ((state.until or 0) - self._clock.now_ms()) / 1000
        since = state.work_since
        self._timers[state.id] = self._clock.call_later(left, lambda: self._delay_over(state.id, since))

    def _disarm(self, agent: int) -> None:
        timer = self._timers.pop(agent, None)
        if timer is not None:
            timer.cancel()

    def _delay_over(self, agent: int, since: int) -> None:
        """A timer only asks: has the moment passed already?"""
        self._timers.pop(agent, None)
        state = self._live.agents.get(agent)
        if state is None or state.work_since != since:
            return
        if state.work is Work.AFTER_WORK and state.call is not None:
            self._on_wrap_up_over(agent, state.call)
        elif state.work is Work.NO_ANSWER_DELAY and state.then_pause_s > 0:
            self._delay(state, "pause", "delay over", state.then_pause_s)
        elif state.work in (Work.NO_ANSWER_DELAY, Work.INTER_CALL):
            self._work(state, "done", why="delay over")

    # --- the only places that change the state --------------------------------------------------------------
    def _presence(
        self, state: AgentState, event: str, why: str, reason: int | None = None, set_aside: str = ""
    ) -> None:
        new = PRESENCE.next(state.presence, event, f"agent {state.id}")
        more: dict[str, Any] = {"set_aside": set_aside} if set_aside else {}
        self._live.record(
            "agent.presence",
            account=state.account,
            agent=state.id,
            old=str(state.presence),
            new=str(new),
            why=why,
            reason=reason,
            **more,
        )
        self._tell_if_ready(state)

    def _want(self, state: AgentState, wanted: str, reason: int | None) -> None:
        self._live.record("agent.wanted", account=state.account, agent=state.id, wanted=wanted, reason=reason)

    def _work(
        self,
        state: AgentState,
        event: str,
        why: str,
        call: str | None = None,
        until: int | None = None,
        then_pause_s: int = 0,
        item: str = "",
        alone: bool = False,
    ) -> None:
        new = WORK.next(state.work, event, f"agent {state.id}")
        shown = state.preview
        more: dict[str, Any] = {"item": item, "alone": alone} if item else {}
        if event != "pause":
            self._disarm(state.id)
        self._live.record(
            "agent.work",
            account=state.account,
            agent=state.id,
            call=call or state.call,
            old=str(state.work),
            new=str(new),
            why=why,
            until=until,
            of=call,
            **({"then_pause_s": then_pause_s} if then_pause_s else {}),
            **more,
        )
        if shown:
            self._on_preview_over(state.id, shown)
        if state.work is Work.IDLE and state.wanted == "back_office":
            self._work(state, "back_office", why="as asked before")
            return
        if state.work is Work.IDLE and state.wanted:
            wanted, reason = state.wanted, state.wanted_reason
            self._presence(
                state, "log_out" if wanted == "log_out" else "unavailable", "as asked before", reason
            )
        self._tell_if_ready(state)

    def _tell_if_ready(self, state: AgentState) -> None:
        if state.ready:
            self._on_ready(state.id)
