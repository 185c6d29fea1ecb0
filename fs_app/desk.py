"""What an agent's page may see and do: pictures out, requests in. The web knows this and nothing behind it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog

from fs_app.agents.lines import Lines
from fs_app.agents.reaches import Reaches
from fs_app.agents.service import Agents
from fs_app.agents.state import AgentState, Presence
from fs_app.agents.today import Today
from fs_app.bus import Bus
from fs_app.calls.service import Calls
from fs_app.calls.stages import Stage
from fs_app.calls.state import Call
from fs_app.calls.targets import Wish
from fs_app.catalog import Catalog
from fs_app.clock import Clock, Timer
from fs_app.colleagues.service import Messages
from fs_app.desk_picture import Pictures
from fs_app.errors import FsAppError, NotFound, Unavailable, WaitTimeout
from fs_app.events import (
    AgentPicture,
    CatalogChanged,
    DeskChanged,
    PageOpened,
    PhoneState,
    Recorded,
    SwitchState,
)
from fs_app.infos import AgentInfo
from fs_app.live import Live
from fs_app.outbound.desk import OutboundDesk
from fs_app.outgoing.progress import Progress
from fs_app.outgoing.service import Outgoing
from fs_app.phones import Phones
from fs_app.projection import Projector
from fs_app.queues.service import Queues
from fs_app.tasks import Threads

log = structlog.get_logger(__name__)

PAGE_GONE_S = 5.0
"""An agent whose page is gone this long is logged out. He gets no calls from the first moment on (`has_page`)."""

AFTER_START_S = 15.0
"""The same after a start of the program, when all pages come back at once, perhaps to a machine that has just started,
too."""

FORSAKEN_S = 600.0
"""Wrap-up whose agent has had no page for this long after that ends without a verdict: nobody is there to give it, and
a state that goes on for days tells a supervisor nothing."""

TOLD_SOON_S = 0.25
"""Pictures of what happens in a queue, to those who only see it, are made together after this time."""

PICTURES_AT_ONCE = 20
"""One takes some 50 µs: the loop is not held up for longer than a millisecond."""

DURABLE_S = 3.0
"""How long a disposition waits for the database; after that the synced journal vouches for it."""


class AgentDesk:
    def __init__(
        self,
        live: Live,
        clock: Clock,
        bus: Bus,
        catalog: Catalog,
        agents: Agents,
        calls: Calls,
        queues: Queues,
        phones: Phones,
        today: Today,
        projector: Projector,
        threads: Threads,
        heard_by: Callable[[int], dict[str, Any] | None] = lambda agent: None,
        outbound: OutboundDesk | None = None,
        lines: Lines | None = None,
        reaches: Reaches | None = None,
        outgoing: Outgoing | None = None,
        progress: Progress | None = None,
        popped: Callable[[Call, int], dict[str, Any]] = lambda call, agent: {"pop": None, "lookup": None},
        messages: Messages | None = None,
    ) -> None:
        """`heard_by`, `popped`: as `Pictures` wants them."""
        self._live = live
        self._clock = clock
        self._bus = bus
        self._catalog = catalog
        self._agents = agents
        self._calls = calls
        self._projector = projector
        self._threads = threads
        self._outbound = outbound
        self._permanent = lines
        self._reaches = reaches
        self._outgoing = outgoing
        self._messages = messages
        self._pictures = Pictures(
            live, clock, catalog, agents, calls, queues, phones, today, heard_by, popped, outbound, progress
        )
        self._seq: dict[int, int] = {}
        self._soon: set[int] = set()  # whose queues have changed since the last pictures
        self._rows: dict[
            int, list[dict[str, Any]]
        ] = {}  # the queues as the agent's page has them, if we know it
        self._pages: dict[int, int] = {}
        self._leaving: dict[int, Timer] = {}
        # Whose log-out was asked for by nobody but the silence of their page: what was to follow their call before.
        self._left: dict[int, tuple[str, int | None]] = {}
        self._unvouched: dict[tuple[int, str], tuple[int, str, int]] = {}  # verdict and its journal entry
        self._switch = SwitchState(False, clock.now_ms(), "")
        bus.subscribe(Recorded, self._on_recorded)
        bus.subscribe(PhoneState, self._on_phone)
        bus.subscribe(SwitchState, self._on_switch)
        bus.subscribe(CatalogChanged, lambda _: self._tell_all())
        bus.subscribe(DeskChanged, lambda event: self._tell(event.agent))

    # --- requests -------------------------------------------------------------------------------------------
    def log_in(self, agent: int) -> None:
        """Raises reaches.NumberTaken: somebody works on his telephone."""
        info = self._catalog.agent(agent)
        if self._reaches is not None and info is not None:
            self._reaches.must_be_free(info)
        state = self._agents.state(agent)
        returns = state.presence is Presence.LOGGED_OUT
        self._agents.log_in(agent)
        if returns and info is not None:
            self._begin(agent, info, state.left_available)

    def _begin(self, agent: int, info: AgentInfo, left_available: bool) -> None:
        """As he has chosen (BA-153, BA-154): unavailable, available, or as he was when he left."""
        chosen = info.settings
        if chosen.available_on_login or (left_available and not chosen.unavailable_on_logout):
            with suppress(FsAppError):  # what stands in the way stands on his page, too
                self.available(agent)

    def log_out(self, agent: int) -> None:
        """At once, or after his call. A telephone that rings stops: its caller does not wait for who has left."""
        self._agents.log_out(agent)
        self._calls.leaves(agent)

    def available(self, agent: int) -> None:
        """Raises reaches.NotProven: his number was changed, and nobody has picked up there yet."""
        if self._reaches is not None:
            self._reaches.must_be_proven(agent)
        self._agents.available(agent)

    def unavailable(self, agent: int, reason: int | None) -> None:
        self._agents.unavailable(agent, reason)

    def back_office(self, agent: int) -> None:
        """He works on something else: no calls, until he says otherwise (BA-161)."""
        self._agents.back_office(agent)

    def open_line(self, agent: int) -> None:
        """Call the telephone of an agent with a permanent line (BY-51), which stays connected from then on."""
        if self._permanent is None:
            raise NotFound("no permanent lines here")
        self._permanent.open(agent)

    def tick_queue(self, agent: int, queue: int, direction: str, on: bool) -> None:
        """BA-20: he connects with one of his queues for calls in or out, or disconnects."""
        self._agents.tick(agent, queue, direction, on)

    def message(self, agent: int, to: int, text: str) -> None:
        """A few words to a colleague. Raises NotFound, colleagues.service.NotThere, TooManyMessages."""
        if self._messages is None:
            raise NotFound("nobody writes here")
        self._messages.send(agent, to, text)

    def end_delay(self, agent: int) -> None:
        self._agents.end_delay(agent)

    def hang_up(self, agent: int, line: str) -> None:
        self._calls.hang_up(agent, line)

    def hold(self, agent: int, line: str) -> None:
        self._calls.hold(agent, line)

    def resume(self, agent: int, line: str) -> None:
        self._calls.resume(agent, line)

    def consult(self, agent: int, line: str, to: Wish) -> None:
        """Call a number, a colleague or a queue beside the customer (BA-121), who hears music."""
        self._calls.lines.consult(agent, line, to)

    def transfer(self, agent: int, line: str, to: Wish) -> None:
        """Give the customer away without a word before (BA-122)."""
        self._calls.lines.transfer(agent, line, to)

    def complete(self, agent: int, line: str) -> None:
        """The customer and this party have each other; the agent has done."""
        self._calls.lines.complete(agent, line)

    def conference(self, agent: int, line: str) -> None:
        self._calls.lines.conference(agent, line)

    def leave(self, agent: int, line: str) -> None:
        """Out of the conference; the others stay in conversation."""
        self._calls.lines.leave(agent, line)

    def mute(self, agent: int, line: str) -> None:
        self._calls.lines.mute(agent, line, True)

    def unmute(self, agent: int, line: str) -> None:
        self._calls.lines.mute(agent, line, False)

    def send_keys(self, agent: int, line: str, digits: str) -> None:
        """Tones (BA-123)."""
        self._calls.lines.send_keys(agent, line, digits)

    def pause_recording(self, agent: int, line: str) -> None:
        self._calls.pause_recording(agent, line)

    def resume_recording(self, agent: int, line: str) -> None:
        self._calls.resume_recording(agent, line)

    def start_recording(self, agent: int, line: str) -> None:
        self._calls.start_recording(agent, line)

    def capture(self, agent: int, line: str) -> None:
        """The customer types digits that his agent does not hear (BY-24)."""
        self._calls.capture(agent, line)

    def end_capture(self, agent: int, line: str) -> None:
        self._calls.end_capture(agent, line)

    def dial(
        self,
        agent: int,
        number: str,
        queue: int | None,
        caller_id: str | None,
        contact: int | None,
        colleague: int | None = None,
    ) -> None:
        """His telephone, then the number (BA-90). Raises outgoing.rules.Refusal, outgoing.service.NotFree …"""
        if self._outgoing is None:
            raise NotFound("nobody is called from here")
        if colleague is not None:
            self._outgoing.dial_colleague(agent, colleague)
        else:
            self._outgoing.dial(agent, number, queue, caller_id, contact)

    def dial_choices(self, agent: int) -> list[dict[str, Any]]:
        """The queues for which he may call, each with the numbers that he may show."""
        return self._outgoing.choices(agent) if self._outgoing is not None else []

    def tell(self, agent: int) -> None:
        """Something that his page shows, and that is no entry of the journal, has changed."""
        self._tell(agent)

    def transferred(self, agent: int) -> None:
        """He gave his customer away on the telephone itself, and is free (BA-40)."""
        self._calls.lines.transferred(agent)

    def qualify(self, agent: int, call: str, disposition: int, note: str) -> None:
        """Returns when the verdict can no longer be lost: it is in the database, or the journal is on disk.

        Raises Unavailable when neither takes it now; asked again for the same verdict it goes on waiting for them.
        """
        verdict = self._unvouched.get((agent, call))
        if verdict is None or verdict[:2] != (disposition, note):
            self._calls.qualify(agent, call, disposition, note)
            verdict = (disposition, note, self._live.last_id)
        try:
            self._projector.wait(verdict[2], DURABLE_S)
        except WaitTimeout:
            if self._threads.run(self._live.sync) < verdict[2]:
                self._unvouched[agent, call] = verdict
                raise Unavailable("neither the database nor the disk takes the verdict") from None
            log.warning("disposition vouched for by the journal", call=call)
        self._unvouched.pop((agent, call), None)

    # --- calls to be made -----------------------------------------------------------------------------------
    @property
    def outbound(self) -> OutboundDesk:
        """The list of people to call, and what may be asked about it."""
        if self._outbound is None:
            raise NotFound("nobody is called from a list here")
        return self._outbound

    def queue_changed(self, queue: int) -> None:
        """Something about it that its agents see."""
        info = self._catalog.queue(queue)
        for member in info.agents if info is not None else ():
            self._rows.pop(member, None)
            self._tell_soon(member)

    # --- the page's presence --------------------------------------------------------------------------------
    def browser_seen(self, agent: int) -> None:
        self._pages[agent] = self._pages.get(agent, 0) + 1
        timer = self._leaving.pop(agent, None)
        if timer is not None:
            timer.cancel()
        if agent in self._left:
            wanted, reason = self._left.pop(agent)
            state = self._live.agents.get(agent)
            if state is not None and state.wanted == "log_out":  # still in his call, and back: he stays
                self._stay(agent, wanted, reason)
        self._bus.publish(PageOpened(agent))

    def _stay(self, agent: int, wanted: str, reason: int | None) -> None:
        self._agents.log_in(agent)
        if wanted == "back_office":
            self._agents.back_office(agent)
        elif wanted == "unavailable":
            known = any(r.id == reason for r in self._catalog.reasons(self._agents.state(agent).account))
            self._agents.unavailable(agent, reason if known else None)

    def has_page(self, agent: int) -> bool:
        """Somebody looks at this agent's page. Without one he gets no call, from that moment on."""
        return self._pages.get(agent, 0) > 0

    def browser_gone(self, agent: int) -> None:
        self._pages[agent] = max(0, self._pages.get(agent, 0) - 1)
        if not self._pages[agent]:
            self._watch_leaving(agent)

    def expect_pages(self) -> None:
        """After a start: whoever was logged in has some seconds to come back."""
        for state in list(self._live.agents.values()):
            if state.presence is not Presence.LOGGED_OUT and not self._pages.get(state.id):
                self._watch_leaving(state.id, AFTER_START_S)

    def _watch_leaving(self, agent: int, seconds: float = PAGE_GONE_S) -> None:
        if agent not in self._leaving:
            self._leaving[agent] = self._clock.call_later(seconds, lambda: self._page_gone(agent))

    def _page_gone(self, agent: int) -> None:
        self._leaving.pop(agent, None)
        if self._pages.get(agent):
            return
        with suppress(NotFound):  # deactivated meanwhile
            state = self._live.agents.get(agent)
            if state is None or state.presence is Presence.LOGGED_OUT:
                return
            if state.wanted != "log_out":  # else he asked for it himself
                before = state.wanted, state.wanted_reason
                self._agents.log_out(agent, why="page gone")
                self._left[agent] = before
            if self._is_there(state):
                self._watch_wrap_up(agent)

    @staticmethod
    def _is_there(state: AgentState) -> bool:
        return state.presence is not Presence.LOGGED_OUT

    def _watch_wrap_up(self, agent: int) -> None:
        self._leaving[agent] = self._clock.call_later(FORSAKEN_S, lambda: self._forsaken(agent))

    def _forsaken(self, agent: int) -> None:
        """Asked again: he may be back, or in his conversation still."""
        self._leaving.pop(agent, None)
        state = self._live.agents.get(agent)
        if self._pages.get(agent) or state is None or not self._is_there(state):
            return
        self._calls.forsake(agent)
        if self._is_there(state):
            self._watch_wrap_up(agent)

    # --- pictures -------------------------------------------------------------------------------------------
    def picture(self, agent: int) -> dict[str, Any]:
        """All that the page of this agent shows. Raises NotFound."""
        self._rows.pop(agent, None)  # whoever asks, we don't know whether his page gets it
        return self._picture(agent)

    def _for_page(self, agent: int) -> dict[str, Any]:
        picture = self._picture(agent)
        self._rows[agent] = picture["queues"]
        return picture

    def _picture(self, agent: int) -> dict[str, Any]:
        self._seq[agent] = self._seq.get(agent, self._clock.now_ms()) + 1
        return self._pictures.of(agent, self._seq[agent], self._switch)

    # --- who is told ----------------------------------------------------------------------------------------
    def _tell(self, agent: int, soon: bool = False) -> None:
        info = self._catalog.agent(agent)
        if info is None or not self._pages.get(agent):
            return
        if soon and self._rows.get(agent) == self._pictures.queue_rows(info):
            return  # who came was served at once: nothing of it is to be seen
        self._bus.publish(AgentPicture(info.account, agent, lambda: self._for_page(agent), soon))

    def _tell_soon(self, agent: int) -> None:
        """What he sees of his queues has changed: with all such changes of the next moment in one picture. Fifty
        pictures at once for each caller who comes or goes would stand in the way of the decision whom he gets."""
        if not self._pages.get(agent):
            return
        if not self._soon:
            self._clock.call_later(TOLD_SOON_S, self._tell_those)
        self._soon.add(agent)

    def _tell_those(self) -> None:
        for _ in range(min(PICTURES_AT_ONCE, len(self._soon))):
            self._tell(self._soon.pop(), soon=True)
        if self._soon:
            self._clock.call_later(0.0, self._tell_those)

    def _tell_all(self) -> None:
        for agent, pages in list(self._pages.items()):
            if pages:
                self._tell(agent)

    def _on_recorded(self, event: Recorded) -> None:
        entry = event.entry
        if entry.agent is not None:
            self._tell(entry.agent)
        if entry.kind.startswith(("callback.", "record.")):
            queue = self._catalog.queue(entry.data.get("queue"))
            for member in queue.agents if queue else ():
                self._rows.pop(member, None)  # another thing than his queues has changed
                self._tell_soon(member)
        call = self._live.calls.get(entry.call or "")
        if call is None:
            return
        told = {entry.agent}
        asked = (line.agent for line in call.lines.values())
        for agent in (call.agent, *(leg.agent for leg in call.asked_legs), *asked):
            if agent is not None and agent not in told:
                told.add(agent)
                self._tell(agent)
        queues: tuple[int | None, ...] = ()
        if entry.kind == "call.stage" and Stage.WAITING in (entry.data["old"], entry.data["new"]):
            queues = (call.queue,)
        elif entry.kind == "call.overflowed":
            queues = (entry.data["queue"], call.queue)
        for queue in (self._catalog.queue(q) for q in queues):
            for agent in queue.agents if queue else ():
                if agent not in told:
                    self._tell_soon(agent)

    def _on_phone(self, event: PhoneState) -> None:
        agent = self._catalog.phone(event.user, event.domain)
        if agent is not None:
            self._tell(agent)

    def _on_switch(self, event: SwitchState) -> None:
        self._switch = event
        self._tell_all()
