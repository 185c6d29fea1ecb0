"""An agent whose telephone is gone is not available (BY-03), and is again when it is back.

Calls keep away from such a telephone from the first moment on (`Application._reachable`); here it is about what the
state says. A short absence is nothing: telephones register anew, networks blink. What the agent chooses himself
meanwhile counts: then he is not made available again.
"""

from __future__ import annotations

from collections.abc import Callable

from fs_app import metrics
from fs_app.agents.service import Agents
from fs_app.agents.state import INTERRUPTIBLE, PHONE, Presence
from fs_app.bus import Bus
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.events import AgentNotice, PhoneState
from fs_app.live import Live
from fs_app.phones import Phones


class PhoneWatch:
    """`known()`: whether what we believe of the telephones counts (the switch is there and was asked)."""

    def __init__(
        self,
        live: Live,
        bus: Bus,
        clock: Clock,
        catalog: Catalog,
        agents: Agents,
        phones: Phones,
        known: Callable[[], bool],
        absence_s: float,
    ) -> None:
        self._live = live
        self._bus = bus
        self._clock = clock
        self._catalog = catalog
        self._agents = agents
        self._phones = phones
        self._known = known
        self._absence_s = absence_s
        self._missing: dict[int, float] = {}  # agent → since when his telephone is not there (monotonic)
        self._since: dict[tuple[str, str], int] = {}  # telephone → registered since (UTC ms), as far as seen
        bus.subscribe(PhoneState, self._on_phone)

    def round(self) -> None:
        """Call it every second. Never yields."""
        if not self._known():
            self._missing.clear()  # nothing can be known; the absence counts from when it can
            return
        now = self._clock.monotonic()
        for agent in list(self._live.agents):
            self._look(agent, now)

    def _look(self, agent: int, now: float) -> None:
        state, info = self._live.agents[agent], self._catalog.agent(agent)
        if info is None or state.presence is Presence.LOGGED_OUT:
            self._missing.pop(agent, None)
            return
        if self._phones.contact(info.number, info.domain) is not None:
            self._missing.pop(agent, None)
            if state.set_aside == PHONE:
                self._agents.take_back(agent)
                self._tell(agent, "success", "desk.phone.back")
            return
        since = self._missing.setdefault(agent, now)
        free = state.presence is Presence.AVAILABLE and state.work in INTERRUPTIBLE
        if free and not state.wanted and now - since >= self._absence_s:
            self._agents.set_aside(agent, PHONE)
            self._tell(agent, "error", "desk.phone.set_aside")

    def registered_since(self, user: str, domain: str) -> int | None:
        """UTC ms; of one that was registered before this program began to look, the moment when it did."""
        return self._since.get((user, domain))

    def _on_phone(self, event: PhoneState) -> None:
        """It is back: at once, not with the next round."""
        if event.registered:
            self._since.setdefault((event.user, event.domain), self._clock.now_ms())
        else:
            self._since.pop((event.user, event.domain), None)
        agent = self._catalog.phone(event.user, event.domain)
        if event.registered and agent in self._live.agents and self._known():
            self._look(agent, self._clock.monotonic())

    def _tell(self, agent: int, level: str, key: str) -> None:
        metrics.AGENTS_MENDED.labels(what=key.rpartition(".")[2]).inc()
        self._bus.publish(AgentNotice(agent, level, key, {}))
