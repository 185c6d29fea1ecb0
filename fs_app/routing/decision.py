"""Why a call went to this agent and not to another (BY-31): plain values for the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fs_app.agents.state import AgentState, Presence, Work
from fs_app.infos import QueueInfo
from fs_app.routing.skills import Levels, lacks, relaxed

MOST_NAMED = 20
"""So many candidates are named at most; `considered` says how many there were."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`agent` gets the call. `candidates` are the others with the reason of each, the nearest first."""

    agent: int
    strategy: str
    considered: int
    candidates: list[dict[str, Any]] = field(default_factory=list)
    relaxations: list[dict[str, Any]] = field(default_factory=list)
    why: str = "strategy"  # last_agent, line_lost: he was the caller's own, the strategy was not asked
    beside: tuple[int, ...] = ()  # who is asked in the same moment (ring all)
    beside_names: tuple[str, ...] = ()

    @property
    def agents(self) -> tuple[int, ...]:
        return (self.agent, *self.beside)

    def told(self) -> dict[str, Any]:
        """For the journal entry of the offer."""
        return {
            "strategy": self.strategy,
            "chosen_by": self.why,
            "considered": self.considered,
            "candidates": self.candidates,
            "relaxations": self.relaxations,
            "beside": [{"agent": a, "name": n} for a, n in zip(self.beside, self.beside_names, strict=True)],
        }


def beside(strategy: str, considered: int, why: str) -> dict[str, Any]:
    """For the journal entry of somebody asked `beside` others, or who `joined` them: theirs has the rest."""
    return {
        "strategy": strategy,
        "chosen_by": why,
        "considered": considered,
        "candidates": [],
        "relaxations": [],
        "beside": [],
    }


def absence(state: AgentState | None) -> str:
    """Why an agent is not ready, as a word of the catalogue; empty when he is."""
    if state is None or state.presence is Presence.LOGGED_OUT:
        return "logged_out"
    if state.work is not Work.IDLE and not state.ready:
        return str(state.work).lower()
    return "" if state.ready else "unavailable"


def others(
    queue: QueueInfo,
    chosen: int,
    in_order: Sequence[int],
    enough: Levels,
    ready: Iterable[int],
    reason: Callable[[int], str],
    skills: Callable[[int], Any],
    name: Callable[[int], str],
    behind: str,
    beside: Sequence[int] = (),
) -> list[dict[str, Any]]:
    """Who was not chosen, and why: first those who came next, then who is ready and may not, then who is not ready.

    `reason(agent)` says why he is not free (empty: he is), `behind` why those who may came after the chosen one;
    those `beside` him were chosen, too.
    """
    found: list[dict[str, Any]] = []
    named = {chosen, *beside}

    def add(agent: int, why: str, **more: Any) -> None:
        if agent not in named:
            named.add(agent)
            found.append({"agent": agent, "name": name(agent), "why": why, **more})

    for agent in in_order[: MOST_NAMED + 1]:
        add(agent, behind)
    for agent in (*ready, *queue.agents):
        if len(found) >= MOST_NAMED:
            break
        if agent in named:
            continue
        absent = reason(agent)
        short = None if absent else lacks(queue.needs, enough, skills(agent))
        if absent:
            add(agent, absent)
        elif short is not None:
            need, has, wanted = short
            add(agent, "skill", skill=need.name, has=has, wants=wanted)
        else:
            add(agent, "tier")
    return found[:MOST_NAMED]


def relaxations(queue: QueueInfo, enough: Levels) -> list[dict[str, Any]]:
    """What was asked for at first and is enough now."""
    return [
        {"skill": need.name, "from": need.level, "to": level} for need, level in relaxed(queue.needs, enough)
    ]
