"""A few words from agent to agent, and from a supervisor (BA-70): told at once on the page, kept for the day."""

from __future__ import annotations

from collections import deque
from typing import Any

from fs_app.agents.state import Presence
from fs_app.bus import Bus
from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.errors import Conflict, Invalid, NotFound, Overloaded
from fs_app.events import AgentMessage, Recorded
from fs_app.infos import AgentInfo
from fs_app.journal import Entry
from fs_app.live import Live

MOST_CHARACTERS = 1000
MOST_A_MINUTE = 20
MINUTE_MS = 60_000

WRITTEN = ("colleague.message", "supervision.message")


class NotThere(Conflict):
    """He is logged out: nobody would read it."""

    key = "colleagues.error.logged_out"


class TooManyMessages(Overloaded):
    """More messages of one agent than anybody types."""

    key = "colleagues.error.too_many"
    status = 429


class Messages:
    def __init__(self, live: Live, clock: Clock, bus: Bus, catalog: Catalog) -> None:
        self._live = live
        self._clock = clock
        self._bus = bus
        self._catalog = catalog
        self._sent: dict[int, deque[int]] = {}
        bus.subscribe(Recorded, lambda event: self._tell(event.entry))

    def send(self, agent: int, to: int, text: str) -> None:
        """To a colleague of one's queues. Raises NotFound, Invalid, NotThere, TooManyMessages."""
        own, other = self._catalog.agent(agent), self._catalog.agent(to)
        if own is None or other is None or agent == to or not _near(own, other):
            raise NotFound(f"agent {to} is no colleague of {agent}")
        text = text.strip()
        if not text or len(text) > MOST_CHARACTERS:
            raise Invalid("a message says something, and not a book", field="text")
        state = self._live.agents.get(to)
        if state is None or state.presence is Presence.LOGGED_OUT:
            raise NotThere(f"agent {to} is logged out", name=other.name)
        self._count(agent)
        self._live.record(
            "colleague.message",
            account=own.account,
            agent=agent,
            user=own.user,
            user_name=own.name,
            to=[to],
            agent_name=other.name,
            text=text,
        )

    def _count(self, agent: int) -> None:
        now = self._clock.now_ms()
        sent = self._sent.setdefault(agent, deque(maxlen=MOST_A_MINUTE))
        if len(sent) == MOST_A_MINUTE and now - sent[0] < MINUTE_MS:
            raise TooManyMessages(f"agent {agent}", most=MOST_A_MINUTE)
        sent.append(now)

    def _tell(self, entry: Entry) -> None:
        """To everybody whom it is for, and to who wrote it: his page shows it as written."""
        if entry.kind not in WRITTEN:
            return
        sender = entry.agent if entry.kind == "colleague.message" else None
        recipients = entry.data.get("to", ())
        for agent in (*recipients, *((sender,) if sender is not None else ())):
            to = agent if sender is None else recipients[0]
            self._bus.publish(AgentMessage(agent, self._shown(entry, sender, to)))

    def _shown(self, entry: Entry, sender: int | None, to: int) -> dict[str, Any]:
        info = self._catalog.agent(to)
        return shown(
            entry.id,
            entry.at,
            entry.data["text"],
            sender,
            str(entry.data["user_name"]),
            to,
            info.name if info is not None else "",
        )


def shown(
    entry: int, at: int, text: str, sender: int | None, sender_name: str, to: int, to_name: str
) -> dict[str, Any]:
    """A message as a page has it; `from.agent` null: a supervisor."""
    return {
        "id": entry,
        "at": at,
        "text": text,
        "from": {"agent": sender, "name": sender_name},
        "to": {"agent": to, "name": to_name},
    }


def _near(one: AgentInfo, other: AgentInfo) -> bool:
    return one.account == other.account and not set(one.queues).isdisjoint(other.queues)
