"""One live tab per agent: who receives pictures and may act, who waits, who was replaced.

Pure bookkeeping without sockets or clock. A tab is known by the name that the page gave itself, so that the
same page coming back after a lost connection takes its own place again without asking.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tab:
    """One browser socket of an agent. `sid`: the socket; `name`: the page, the same after a reconnection."""

    sid: str
    name: str
    agent: int


@dataclass
class _Place:
    live: Tab | None = None
    waiting: list[Tab] = field(default_factory=list)


class Tabs:
    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}
        self._by_sid: dict[str, Tab] = {}

    def live(self, agent: int) -> Tab | None:
        """The tab that the agent works in."""
        place = self._places.get(agent)
        return place.live if place else None

    def tab(self, sid: str) -> Tab | None:
        return self._by_sid.get(sid)

    def is_live(self, sid: str) -> bool:
        tab = self._by_sid.get(sid)
        return tab is not None and self.live(tab.agent) is tab

    def agents(self) -> list[int]:
        """Agents with a live tab."""
        return [agent for agent, place in self._places.items() if place.live]

    def of_agent(self, agent: int) -> list[Tab]:
        """All tabs of the agent, the live one first."""
        place = self._places.get(agent, _Place())
        return ([place.live] if place.live else []) + place.waiting

    def all(self) -> list[Tab]:
        return list(self._by_sid.values())

    def arrive(self, tab: Tab, take_over: bool = False) -> Tab | None:
        """A tab connected. It is live at once when there is no other, when it is the same page coming back,
        or when it asked to take over. Answers the tab that lost its place to it, if any."""
        place = self._places.setdefault(tab.agent, _Place())
        self._by_sid[tab.sid] = tab
        if place.live is None or place.live.name == tab.name or take_over:
            return self._put_live(place, tab)
        place.waiting.append(tab)
        return None

    def take_over(self, sid: str) -> Tab | None:
        """A waiting tab asked for the place. Answers the tab that lost it, if any."""
        tab = self._by_sid[sid]
        place = self._places[tab.agent]
        if place.live is tab:
            return None
        place.waiting.remove(tab)
        return self._put_live(place, tab)

    def leave(self, sid: str) -> Tab | None:
        """A tab disconnected. Answers the waiting tab that is live instead, if any."""
        tab = self._by_sid.pop(sid, None)
        if tab is None:
            return None
        place = self._places[tab.agent]
        if place.live is not tab:
            place.waiting.remove(tab)
            heir = None
        else:
            heir = place.live = place.waiting.pop() if place.waiting else None
        if place.live is None:
            del self._places[tab.agent]
        return heir

    @staticmethod
    def _put_live(place: _Place, tab: Tab) -> Tab | None:
        before, place.live = place.live, tab
        if before is not None:
            place.waiting.append(before)
        return before
