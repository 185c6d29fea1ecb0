"""Whom an agent may call, consult or hand a call to: agents and queues of his account, from memory (BA-121)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from fs_app.catalog import Catalog
from fs_app.clock import Clock
from fs_app.infos import AgentInfo, QueueInfo
from fs_app.live import Live

Json = dict[str, Any]

MOST = 12
"""Of each kind, in one answer."""

FREE_FIRST = ("IDLE", "INTER_CALL", "WRAP_UP", "BACK_OFFICE", "UNAVAILABLE")
"""In this order; all others follow, and who is logged out comes last."""


class Targets:
    def __init__(
        self, live: Live, clock: Clock, catalog: Catalog, waiting: Callable[[int], int] = lambda queue: 0
    ) -> None:
        """`waiting(queue)`: how many callers stand there."""
        self._live = live
        self._clock = clock
        self._catalog = catalog
        self._waiting = waiting

    def agents(self, agent: int, query: str = "") -> list[Json]:
        """Colleagues, those of his own queues and who is free first. Nobody for an agent who is not in force."""
        own = self._catalog.agent(agent)
        if own is None:
            return []
        words, digits = _words(query), _digits(query)
        found = [
            self._agent(one, own)
            for one in self._catalog.now.agents.values()
            if one.account == own.account
            and one.id != agent
            and _matches(one.name, one.number, words, digits)
        ]
        return sorted(found, key=_free_and_near)[:MOST]

    def queues(self, agent: int, query: str = "") -> list[Json]:
        own = self._catalog.agent(agent)
        if own is None:
            return []
        words, digits = _words(query), _digits(query)
        found = [
            self._queue(one)
            for one in self._catalog.now.queues.values()
            if one.account == own.account and _matches(one.name, one.number, words, digits)
        ]
        return sorted(found, key=lambda row: (not row["open"], _plain(row["name"])))[:MOST]

    def _agent(self, one: AgentInfo, own: AgentInfo) -> Json:
        state = self._live.agents.get(one.id)
        shown = state.shown if state is not None else "LOGGED_OUT"
        reason = self._catalog.now.reasons.get((state.reason if state else None) or 0)
        return {
            "kind": "agent",
            "id": one.id,
            "name": one.name,
            "number": one.number,
            "state": shown,
            "since": state.shown_since if state is not None else None,
            "reason": reason.label if reason is not None and shown == "UNAVAILABLE" else "",
            "near": not set(own.queues).isdisjoint(one.queues),
        }

    def _queue(self, one: QueueInfo) -> Json:
        opening = self._catalog.opening(one, self._clock.now_ms())
        return {
            "kind": "queue",
            "id": one.id,
            "name": one.name,
            "number": one.number,
            "open": opening.open,
            "waiting": self._waiting(one.id),
        }


def _free_and_near(row: Json) -> tuple[bool, int, bool, str]:
    state = row["state"]
    place = FREE_FIRST.index(state) if state in FREE_FIRST else len(FREE_FIRST)
    return state == "LOGGED_OUT", place, not row["near"], _plain(row["name"])


def _matches(name: str, number: str, words: list[str], digits: str) -> bool:
    if digits:
        return digits in number
    plain = _plain(name)
    return all(word in plain for word in words)


def _words(query: str) -> list[str]:
    return _plain(query[:100]).split()


def _digits(query: str) -> str:
    """Of a search that is a number; '' for any other."""
    text = query[:100].strip()
    if not text or not all(c.isdigit() or c in "+ .-()/" for c in text):
        return ""
    return "".join(c for c in text if c.isascii() and c.isdigit())


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if not unicodedata.combining(c))
