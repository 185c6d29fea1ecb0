"""Misbehaviour on request: what a link and a switch can do to a program."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from gevent.event import Event as Signal

from fs_app.sim.events import Event

if TYPE_CHECKING:
    from fs_app.sim.core import Core
    from fs_app.sim.session import Session


class Faults:
    """What goes wrong now. Control connections are spared, so that it can be mended."""

    def __init__(self, core: Core, seed: int) -> None:
        self._core = core
        self._random = random.Random(seed)
        self._flowing = Signal()
        self._flowing.set()
        self.reply_delay_s = 0.0
        self.lose: dict[str, float] = {}  # event name or ALL → share lost
        self.swap_hangups = 0.0  # share of legs whose HANGUP_COMPLETE comes before their HANGUP
        self._held_back: dict[str, Event] = {}

    def hold(self, session: Session) -> None:
        """Wait while nothing flows (a black hole); the control connection goes through."""
        if not session.control:
            self._flowing.wait()

    def event(self, event: Event) -> list[Event]:
        """What becomes of an event: nothing, itself, or itself and one held back before."""
        share = self.lose.get(event.name, self.lose.get("ALL", 0.0)) if self.lose else 0.0
        if share and self._random.random() < share:
            return []
        if self.swap_hangups and event.name == "CHANNEL_HANGUP" and self._random.random() < self.swap_hangups:
            self._held_back[event.leg] = event
            return []
        if event.name == "CHANNEL_HANGUP_COMPLETE" and event.leg in self._held_back:
            return [event, self._held_back.pop(event.leg)]
        return [event]

    # --- commands of the control channel -------------------------------------------------------------------
    def links(self) -> list[Session]:
        return [s for s in self._core.inbound if not s.control]

    def drop(self, half_a_body: bool = False) -> int:
        """Close every event-socket connection, after half a frame if asked; how many."""
        links = self.links()
        for session in links:
            if half_a_body:
                session.send(
                    b"Content-Length: 4000\nContent-Type: text/event-json\n\n" + b'{"Event-Name":"CHAN'
                )
                session.close()
            else:
                session.abort()
        return len(links)

    def cut(self) -> None:
        """No connection stands and no new one is taken."""
        self._core.server.refuse()
        self.drop()

    def black_hole(self) -> None:
        """Connections stand, not a byte goes through."""
        self._flowing.clear()

    def mend(self) -> None:
        self.reply_delay_s = 0.0
        self.lose.clear()
        self.swap_hangups = 0.0
        self._held_back.clear()
        self._flowing.set()
        if not self._core.crashed:
            self._core.server.listen()
