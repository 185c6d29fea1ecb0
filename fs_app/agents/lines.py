"""Permanent lines (BY-51): an agent's telephone is called once, and stays connected; calls come with a beep.

A line is opened when its agent logs in, and hung up when he logs out. Between calls its leg rests in the extension
`line` of the switch: parked, with a little noise, so that the telephone does not take it for dead. Its variables
`fsapp_role=line` and `fsapp_agent` say whose it is; so it outlives this program. An agent whose line is closed gets no
calls, whatever he wishes; one whose line was lost is made unavailable and opens it again himself.

A leg that rests can be given to a call (`leg`); one that talks, or is on the way into or out of a conversation, can't.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from uuid import uuid4

import structlog

from fs_app import facts as f
from fs_app.agents.service import Agents
from fs_app.agents.state import AgentState, LineState, Presence, Work
from fs_app.bus import Bus
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import Conflict, NotAllowed, NotFound, SwitchError, Unavailable
from fs_app.events import AgentNotice, CatalogChanged, PhoneState, Recorded
from fs_app.facts import Channel
from fs_app.infos import AgentInfo
from fs_app.live import Live
from fs_app.phones import Phones
from fs_app.ports import Originate, OriginateResult, Outcome, SwitchPort

log = structlog.get_logger(__name__)

RING_S = 30.0
"""How long a telephone rings for its permanent line."""

EXTENSION = "line"
NO_PHONE = "no_phone"
PUT_DOWN = "put_down"
OVER = frozenset({"logged_out", "not_wanted"})
"""Ends that we asked for: no reason to tell anybody."""

IN_USE = frozenset({Work.OFFERED, Work.DIALING, Work.ACTIVE})
"""A customer is on the line, or comes: it rests while he is on hold, and must not be put down all the same."""


class Lines:
    """All permanent lines. `on_rest(agent)` is told when a line can take a call."""

    def __init__(
        self,
        live: Live,
        bus: Bus,
        clock: Clock,
        switch: SwitchPort,
        catalog: Catalog,
        phones: Phones,
        agents: Agents,
        on_rest: Callable[[int], None],
    ) -> None:
        self._live = live
        self._bus = bus
        self._clock = clock
        self._switch = switch
        self._catalog = catalog
        self._phones = phones
        self._agents = agents
        self._on_rest = on_rest
        self._agent_of: dict[str, int] = {}  # leg → agent
        self._resting: set[str] = set()
        self._closing: dict[str, str] = {}  # leg → why we hang it up
        bus.subscribe(Recorded, self._follow)
        bus.subscribe(PhoneState, self._phone)
        bus.subscribe(CatalogChanged, lambda _: self._soon(self._settings_changed))

    # --- what others ask ------------------------------------------------------------------------------------
    def has(self, agent: int) -> bool:
        """He works with a permanent line."""
        info = self._catalog.agent(agent)
        return info is not None and info.permanent_line

    def reachable(self, agent: int) -> bool:
        """A call can be given to him: his line rests, or he has none and his telephone can ring."""
        info = self._catalog.agent(agent)
        if info is None:
            return False
        if info.permanent_line:
            return self.leg(agent) != ""
        return self._phones.contact(info.number, info.domain) is not None

    def leg(self, agent: int) -> str:
        """The leg of his line if it rests; else ''."""
        if not self.has(agent):
            return ""
        state = self._live.agents.get(agent)
        leg = state.line.leg if state is not None and state.line.state is LineState.OPEN else ""
        return leg if leg in self._resting else ""

    def taken(self, leg: str) -> None:
        """A call takes this leg into a conversation: it does not rest until the switch says so again."""
        self._resting.discard(leg)

    def given_back(self, leg: str) -> None:
        """The conversation did not come about: the leg rests where it was."""
        agent = self._agent_of.get(leg)
        if agent is not None:
            self._rests(leg, agent)

    def open(self, agent: int) -> None:
        """Call his telephone, as he asks. Raises NotFound, NotAllowed, Conflict (it is open), Unavailable."""
        info = self._catalog.agent(agent)
        if info is None:
            raise NotFound(f"agent {agent}")
        state = self._agents.state(agent)
        if not info.permanent_line:
            raise NotAllowed("no permanent line")
        if state.presence is Presence.LOGGED_OUT:
            raise NotAllowed("log in first")
        if state.line.state is not LineState.CLOSED:
            raise Conflict("the line is open, or the telephone rings")
        if not self._switch.up:
            raise Unavailable("the switch is away")
        if self._phones.contact(info.number, info.domain) is None:
            raise Unavailable("the telephone is not registered")
        self._call(state, info)

    def ensure(self, agent: int) -> None:
        """Open it if it should be and is not; what is in the way is shown on his page."""
        info = self._catalog.agent(agent)
        state = self._live.agents.get(agent)
        if info is None or state is None or not info.permanent_line:
            return
        if state.presence is Presence.LOGGED_OUT or state.line.state is not LineState.CLOSED:
            return
        if not self._switch.up or self._phones.contact(info.number, info.domain) is None:
            if state.line.why != NO_PHONE:
                self._record(state, LineState.CLOSED, "", NO_PHONE)
            return
        self._call(state, info)

    def _call(self, state: AgentState, info: AgentInfo) -> None:
        contact = self._phones.contact(info.number, info.domain)
        assert contact is not None
        account = self._catalog.account(info.account)
        leg, agent = str(uuid4()), state.id
        self._agent_of[leg] = agent
        self._record(state, LineState.RINGING, leg)
        pending = self._switch.originate(
            Originate(
                leg=leg,
                endpoint=contact,
                caller_number=info.number,
                caller_name=account.name if account else "",
                ring_s=RING_S,
                then=f"transfer:{EXTENSION}",
                variables={
                    "fsapp_account": str(info.account),
                    "fsapp_role": "line",
                    "fsapp_agent": str(agent),
                    "hangup_after_bridge": "false",
                },
            )
        )

        def ended(outcome: Outcome[OriginateResult]) -> None:
            # An error is a command that was lost or is late: the comparison with the switch decides.
            if outcome.value is not None and not outcome.value.answered:
                self._lost(leg, outcome.value.cause or "NO_ANSWER")

        pending.then(ended)

    # --- what happens ---------------------------------------------------------------------------------------
    def on_fact(self, fact: f.LegFact) -> None:
        """What the switch tells of a line's leg; everything else passes by. Never yields."""
        agent = self._agent_of.get(fact.leg)
        if isinstance(fact, f.LegsBridged):
            self._resting -= {fact.leg, fact.other}
        elif agent is None:
            return
        elif isinstance(fact, f.LegParked):
            self._rests(fact.leg, agent)
        elif isinstance(fact, f.LegHungUp):
            put_down = fact.cause == "NORMAL_CLEARING" and fact.by_far_end is not False
            self._lost(fact.leg, PUT_DOWN if put_down else fact.cause)

    def _rests(self, leg: str, agent: int) -> None:
        state = self._live.agents.get(agent)
        if state is None or state.line.leg != leg:
            return
        self._resting.add(leg)
        if state.line.state is not LineState.OPEN:
            self._record(state, LineState.OPEN, leg)
        if self._closing.get(leg) or not self._wanted(state):
            if state.work not in IN_USE:
                self._close(leg, "logged_out" if self.has(agent) else "not_wanted")
        else:
            self._on_rest(agent)

    def _wanted(self, state: AgentState) -> bool:
        return self.has(state.id) and state.presence is not Presence.LOGGED_OUT

    def _lost(self, leg: str, why: str) -> None:
        agent = self._agent_of.pop(leg, None)
        self._resting.discard(leg)
        why = self._closing.pop(leg, why)
        state = self._live.agents.get(agent or 0)
        if state is None or state.line.leg != leg:
            return
        self._record(state, LineState.CLOSED, "", why)
        if not self.has(state.id) or state.presence is Presence.LOGGED_OUT:
            return
        if why in OVER:
            self._soon(lambda: self.ensure(state.id))  # he came back before his telephone had hung up
        elif state.presence is Presence.AVAILABLE:
            self._agents.unavailable(state.id, None, why="line_lost")
            self._bus.publish(AgentNotice(state.id, "warning", "desk.line_lost", {}))

    def _close(self, leg: str, why: str) -> None:
        self._closing[leg] = why
        self._resting.discard(leg)

        def ended(outcome: Outcome[None]) -> None:
            # Gone already, or the command was lost: then the comparison with the switch hangs it up again.
            if isinstance(outcome.error, SwitchError):
                log.info("a permanent line could not be hung up", leg=leg, error=str(outcome.error))

        self._switch.hangup(leg).then(ended)

    # --- who comes and goes ---------------------------------------------------------------------------------
    def _follow(self, event: Recorded) -> None:
        """Nothing is written from in here: others hear of this entry after us."""
        entry = event.entry
        if entry.kind == "agent.presence" and entry.agent is not None:
            agent, came = entry.agent, entry.data["old"] == Presence.LOGGED_OUT
            self._soon(lambda: self._came_or_went(agent, came))
        elif entry.kind == "agent.work" and entry.agent is not None and entry.data["old"] in IN_USE:
            agent = entry.agent
            self._soon(lambda: self._free_again(agent))

    def _free_again(self, agent: int) -> None:
        """What was not wanted any more during his conversation ends after it."""
        state = self._live.agents.get(agent)
        if state is None or state.work in IN_USE or state.line.leg not in self._resting:
            return
        if not self._wanted(state):
            self._close(state.line.leg, "not_wanted")

    def _came_or_went(self, agent: int, came: bool) -> None:
        state = self._live.agents.get(agent)
        if state is None:
            return
        if state.presence is Presence.LOGGED_OUT:
            if state.line.leg:
                self._close(state.line.leg, "logged_out")
        elif came or state.presence is Presence.AVAILABLE:
            self.ensure(agent)

    def _phone(self, event: PhoneState) -> None:
        agent = self._catalog.phone(event.user, event.domain)
        if agent is not None and event.registered:
            self._soon(lambda: self._phone_came(agent))

    def _phone_came(self, agent: int) -> None:
        state = self._live.agents.get(agent)
        if state is not None and state.line.why == NO_PHONE:
            self.ensure(agent)

    def _settings_changed(self) -> None:
        for state in list(self._live.agents.values()):
            if self._wanted(state):
                if state.line.why in ("", *OVER):
                    self.ensure(state.id)
                continue
            at_rest = state.line.state is LineState.RINGING or state.line.leg in self._resting
            if at_rest and state.work not in IN_USE:  # else after his conversation
                self._close(state.line.leg, "not_wanted")

    def _soon(self, function: Callable[[], None]) -> None:
        self._clock.call_later(0.0, function)

    # --- after a start, and every few seconds ---------------------------------------------------------------
    def rearm(self) -> None:
        """After a start: whose legs they are. Whether they are there, and rest, the comparison will tell."""
        for state in self._live.agents.values():
            if state.line.leg:
                self._agent_of[state.line.leg] = state.id

    def compare(self, present: Collection[str], channels: Mapping[str, Channel], begun_ms: int) -> None:
        """With a picture of the switch, that was begun at `begun_ms` (UTC ms): all its legs, and some looked at."""
        for channel in channels.values():
            if channel.get("fsapp_role") == "line":
                self._seen(channel, begun_ms)
        for state in list(self._live.agents.values()):
            if state.line.leg and state.line.leg not in present and state.line.since < begun_ms:
                self._ask_about(state.line.leg)
            elif state.line.why == NO_PHONE:
                self.ensure(state.id)

    def _ask_about(self, leg: str) -> None:
        """Not listed: `show channels` lags, the channel itself does not."""

        def told(outcome: Outcome[bool]) -> None:
            if outcome.error is None and outcome.value is False:
                self._lost(leg, "LOST_TRACK")

        self._switch.exists(leg).then(told)

    def _seen(self, channel: Channel, begun_ms: int) -> None:
        name = channel.get("fsapp_agent")
        agent = int(name) if name.isdecimal() else 0
        state = self._live.agents.get(agent)
        if state is not None and state.line.leg == channel.leg and state.work in IN_USE:
            wanted = True
        else:
            wanted = state is not None and self._wanted(state)
        if state is None or not wanted or state.line.leg not in ("", channel.leg):
            if channel.partner is None and channel.created_at // 1000 < begun_ms:
                self._close(channel.leg, "not_wanted")
            return
        if state.line.leg == "":
            log.info("a permanent line is found again", agent=agent, leg=channel.leg)
            self._agent_of[channel.leg] = agent
            self._record(state, LineState.OPEN if channel.answered else LineState.RINGING, channel.leg)
        if channel.partner is not None:
            self._resting.discard(channel.leg)
        elif channel.answered and channel.app == "park" and channel.leg not in self._resting:
            self._rests(channel.leg, agent)

    def _record(self, state: AgentState, new: LineState, leg: str, why: str = "") -> None:
        self._live.record(
            "agent.line",
            account=state.account,
            agent=state.id,
            old=str(state.line.state),
            new=str(new),
            leg=leg,
            why=why,
        )
