"""Skills: what agents can be good at, and how good each one is. All inside `Database.read` or `write`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peewee import fn

from fs_app.accounts.model import User
from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems, find
from fs_app.admin.listing import Page, Wanted, like, page_of
from fs_app.agents.model import Agent
from fs_app.errors import Conflict
from fs_app.queues.model import Queue
from fs_app.routing.model import LEVELS, AgentSkill, QueueSkill, Skill


class SkillNeeded(Conflict):
    """Queues need this skill: archived, it would keep their callers waiting for nobody."""

    key = "error.skill_needed"


@dataclass(frozen=True, slots=True)
class SkillRow:
    id: int
    name: str
    active: bool
    agents: int
    best: int  # the highest level that anybody has, 0: nobody
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class GridRow:
    agent: int
    name: str
    number: str
    levels: Mapping[int, int]  # skill → level


@dataclass(frozen=True, slots=True)
class Grid:
    skills: tuple[Choice, ...]
    people: Page[GridRow]


def listing(account: int) -> list[SkillRow]:
    """By name, archived ones last."""
    queues: dict[int, list[str]] = {}
    for skill, name in (
        QueueSkill.select(QueueSkill.skill, Queue.name)
        .join(Queue)
        .where(QueueSkill.account == account, Queue.active)
        .order_by(Queue.name)
        .tuples()
    ):
        queues.setdefault(skill, []).append(name)
    people = {
        skill: (number, best)
        for skill, number, best in AgentSkill.select(
            AgentSkill.skill, fn.COUNT(AgentSkill.id), fn.MAX(AgentSkill.level)
        )
        .join(Agent)
        .join(User)
        .where(AgentSkill.account == account, Agent.active, User.active)
        .group_by(AgentSkill.skill)
        .tuples()
    }
    rows = Skill.select().where(Skill.account == account).order_by(Skill.active.desc(), fn.LOWER(Skill.name))
    return [
        SkillRow(s.id, s.name, s.active, *people.get(s.id, (0, 0)), tuple(queues.get(s.id, ()))) for s in rows
    ]


def choices(account: int) -> list[Choice]:
    """By name, archived ones too: what has one keeps it."""
    rows = Skill.select().where(Skill.account == account).order_by(fn.LOWER(Skill.name))
    return [Choice(s.id, s.name, s.active) for s in rows]


def get(account: int, skill: int) -> SkillRow:
    """Raises NotFound."""
    find(Skill, account, skill)
    return next(row for row in listing(account) if row.id == skill)


def save(actor: Actor, skill: int | None, name: str) -> int:
    """Add or rename. Raises FormInvalid, NotFound."""
    before = find(Skill, actor.account, skill) if skill is not None else None
    problems = Problems()
    problems.text("name", name, 100)
    for other in Skill.select().where(Skill.account == actor.account, Skill.id != (skill or 0)):
        if other.name.casefold() == name.casefold():
            problems.add("name", "field.skill_taken" if other.active else "field.skill_archived")
    problems.check()
    if before is None:
        row = Skill.create(account=actor.account, name=name).id
        audit.write(actor, "create", "skill", row, name, None, {"name": name})
        return row  # type: ignore[no-any-return]
    Skill.update(name=name).where(Skill.id == before.id).execute()
    audit.write(actor, "update", "skill", before.id, name, {"name": before.name}, {"name": name})
    return before.id  # type: ignore[no-any-return]


def set_active(actor: Actor, skill: int, active: bool) -> None:
    """Archive it (agents keep their levels, nobody is offered it) or take it back. Raises NotFound, SkillNeeded."""
    row = find(Skill, actor.account, skill)
    if row.active == active:
        return
    if not active:
        names = [
            name
            for (name,) in Queue.select(Queue.name)
            .join(QueueSkill)
            .where(QueueSkill.skill == skill)
            .order_by(Queue.name)
            .tuples()
        ]
        if names:
            raise SkillNeeded(f"skill {skill}", queues=", ".join(names))
    Skill.update(active=active).where(Skill.id == skill).execute()
    audit.write(actor, "restore" if active else "archive", "skill", skill, row.name)


def levels_of(account: int, agent: int) -> dict[int, int]:
    rows = AgentSkill.select(AgentSkill.skill, AgentSkill.level).where(
        AgentSkill.agent == agent, AgentSkill.account == account
    )
    return dict(rows.tuples())


def grid(account: int, wanted: Wanted) -> Grid:
    """The agents of the account with their levels. Filter: skill (only who has it)."""
    shown = tuple(choice for choice in choices(account) if choice.active)
    query = (
        Agent.select(Agent.id, User.name, Agent.number)
        .join(User)
        .where(Agent.account == account, Agent.active, User.active)
    )
    if wanted.q:
        sought = like(wanted.q)
        query = query.where(User.name.contains(sought) | Agent.number.contains(sought))
    if (skill := wanted.number("skill")) is not None:
        having = AgentSkill.select(AgentSkill.agent).where(
            AgentSkill.skill == skill, AgentSkill.account == account
        )
        query = query.where(Agent.id.in_(having))
    levels: dict[int, dict[int, int]] = {}
    for agent, has, level in (
        AgentSkill.select(AgentSkill.agent, AgentSkill.skill, AgentSkill.level)
        .where(AgentSkill.account == account)
        .tuples()
    ):
        levels.setdefault(agent, {})[has] = level

    def row(values: Any) -> GridRow:
        agent, name, number = values
        return GridRow(agent, name, number, levels.get(agent, {}))

    sorts = {"name": fn.LOWER(User.name), "number": Agent.number}
    return Grid(shown, page_of(query.tuples(), wanted, sorts, "name", row))


def check_levels(
    account: int, levels: Mapping[int, int | None], problems: Problems, prefix: str = ""
) -> None:
    """0 is no skill. Fields: `skill-7`, behind `prefix`."""
    known = {choice.id for choice in choices(account)}
    for skill, level in levels.items():
        if skill not in known:
            problems.add(f"{prefix}skill-{skill}", "field.choice")
        problems.number(f"{prefix}skill-{skill}", level, 0, LEVELS[-1])


def set_levels(actor: Actor, wanted: Mapping[int, Mapping[int, int | None]]) -> int:
    """agent → skill → level (0: none); what is not named stays. Returns how many people changed.

    Raises FormInvalid, NotFound."""
    problems = Problems()
    for agent, levels in wanted.items():
        check_levels(actor.account, levels, problems, f"agent-{agent}-")
    problems.check()
    changed = 0
    names = {choice.id: choice.name for choice in choices(actor.account)}
    for agent, levels in wanted.items():
        row = find(Agent, actor.account, agent)
        before = levels_of(actor.account, agent)
        store_levels(actor.account, agent, levels)
        after = levels_of(actor.account, agent)
        if before != after:
            changed += 1
            audit.write(
                actor,
                "update",
                "user",
                row.user_id,
                row.user.name,
                {"skills": _named(before, names)},
                {"skills": _named(after, names)},
            )
    return changed


def store_levels(account: int, agent: int, levels: Mapping[int, int | None]) -> None:
    """Without audit line; what is not named stays."""
    for skill, level in levels.items():
        where = (AgentSkill.agent == agent) & (AgentSkill.skill == skill) & (AgentSkill.account == account)
        if not level:
            AgentSkill.delete().where(where).execute()
        elif not AgentSkill.update(level=level).where(where).execute():
            AgentSkill.create(account=account, agent=agent, skill=skill, level=level)


def described(account: int, levels: Mapping[int, int | None]) -> dict[str, int]:
    """name of the skill → level, for the audit log."""
    return _named(levels, {choice.id: choice.name for choice in choices(account)})


def _named(levels: Mapping[int, int | None], names: Mapping[int, str]) -> dict[str, int]:
    return dict(sorted((names.get(skill, str(skill)), level) for skill, level in levels.items() if level))
