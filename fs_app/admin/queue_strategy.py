"""The tab Strategy of a queue: who is asked first, and which queue is served first (BY-40)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fs_app.accounts.model import User
from fs_app.admin.queue_parts import Checking, Part
from fs_app.agents.model import Agent
from fs_app.queues.model import Queue, QueueMember
from fs_app.routing.strategies import DEFAULT, STRATEGIES

MOST_PRIORITY = 100
LONGEST_WAIT_S = 3600
MOST_TIERS = 9


@dataclass(frozen=True, slots=True)
class Strategy:
    """None is a field that holds no number. `tiers`: (agent, tier), of members and of those who could be."""

    strategy: str = DEFAULT
    priority: int | None = 0
    last_agent: bool = False
    last_agent_wait_s: int | None = 0
    tier_after_s: int | None = 0
    tiers: tuple[tuple[int, int], ...] = ()


def load(account: int, queue: int) -> Strategy:
    row = Queue.get(Queue.id == queue, Queue.account == account)
    tiers = (
        QueueMember.select(QueueMember.agent, QueueMember.tier)
        .where(QueueMember.queue == queue)
        .order_by(QueueMember.agent)
        .tuples()
    )
    return Strategy(
        row.strategy, row.priority, row.last_agent, row.last_agent_wait_s, row.tier_after_s, tuple(tiers)
    )


def check(checking: Checking, value: Strategy) -> None:
    problems = checking.problems
    if value.strategy not in STRATEGIES:
        problems.add("strategy", "field.choice")
    problems.number("priority", value.priority, 0, MOST_PRIORITY)
    problems.number("last_agent_wait_s", value.last_agent_wait_s, 0, LONGEST_WAIT_S)
    problems.number("tier_after_s", value.tier_after_s, 0, LONGEST_WAIT_S)
    for agent, tier in value.tiers:
        problems.number(f"tier-{agent}", tier, 1, MOST_TIERS)


def store(account: int, queue: int, value: Strategy) -> None:
    values = {name: v for name, v in asdict(value).items() if name != "tiers"}
    Queue.update(**values).where(Queue.id == queue, Queue.account == account).execute()
    for agent, tier in value.tiers:  # of people who are no members nothing is kept
        QueueMember.update(tier=tier).where(QueueMember.queue == queue, QueueMember.agent == agent).execute()


def described(account: int, value: Strategy) -> Mapping[str, Any]:
    names = dict(
        Agent.select(Agent.id, User.name)
        .join(User)
        .where(Agent.account == account, Agent.id.in_([agent for agent, _ in value.tiers]))
        .tuples()
    )
    tiers = {names.get(agent, str(agent)): tier for agent, tier in value.tiers if tier != 1}
    return {**asdict(value), "tiers": dict(sorted(tiers.items()))}


PART = Part("strategy", Strategy(), load, check, store, described)
