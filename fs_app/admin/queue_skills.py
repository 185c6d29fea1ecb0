"""The tab Skills of a queue: what an agent must be able to do, and how the need shrinks while a caller waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fs_app.admin.form import Problems
from fs_app.admin.queue_parts import Checking, Part
from fs_app.routing.model import LEVELS, QueueSkill, Skill, SkillRelaxation

MOST_NEEDS = 20
MOST_STEPS = 10
LONGEST_S = 3600


@dataclass(frozen=True, slots=True)
class NeedForm:
    """`steps`: (after so many seconds, this level is enough); 0: not needed any more. None: no number was typed."""

    skill: int | None
    level: int | None = 1
    steps: tuple[tuple[int | None, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    needs: tuple[NeedForm, ...] = ()


def load(account: int, queue: int) -> Needs:
    steps: dict[int, list[tuple[int | None, int | None]]] = {}
    rows = list(
        QueueSkill.select(QueueSkill, Skill)
        .join(Skill)
        .where(QueueSkill.queue == queue, QueueSkill.account == account)
        .order_by(Skill.name)
    )
    for step in (
        SkillRelaxation.select()
        .where(SkillRelaxation.queue_skill.in_([row.id for row in rows]))
        .order_by(SkillRelaxation.after_s)
    ):
        steps.setdefault(step.queue_skill_id, []).append((step.after_s, step.level))
    return Needs(tuple(NeedForm(row.skill_id, row.level, tuple(steps.get(row.id, ()))) for row in rows))


def check(checking: Checking, value: Needs) -> None:
    """Fields: `need-0-skill`, `need-0-level`, `need-0-steps` … in the order of the needs."""
    problems = checking.problems
    before = load(checking.account, checking.queue).needs if checking.queue is not None else ()
    allowed = {skill for skill, active in _known(checking.account).items() if active}
    allowed |= {need.skill for need in before if need.skill is not None}
    seen: set[int] = set()
    for at, need in enumerate(value.needs):
        if need.skill not in allowed:
            problems.add(f"need-{at}-skill", "field.choice")
        elif need.skill in seen:
            problems.add(f"need-{at}-skill", "field.skill_twice")
        else:
            seen.add(need.skill)
        problems.number(f"need-{at}-level", need.level, LEVELS[0], LEVELS[-1])
        _check_steps(problems, f"need-{at}-steps", need)
    if len(value.needs) > MOST_NEEDS:
        problems.add("need", "field.too_many", most=MOST_NEEDS)


def _check_steps(problems: Problems, field: str, need: NeedForm) -> None:
    """Later and lower with each step: one that asks for as much or more would do nothing."""
    if len(need.steps) > MOST_STEPS:
        problems.add(field, "field.too_many", most=MOST_STEPS)
    last_s, enough = 0, need.level if need.level is not None else LEVELS[-1]
    for after_s, level in need.steps:
        if after_s is None or level is None or not 1 <= after_s <= LONGEST_S or level > LEVELS[-1]:
            problems.add(field, "field.step", most=LONGEST_S)
        elif after_s <= last_s:
            problems.add(field, "field.step_order")
        elif level >= enough:
            problems.add(field, "field.step_lower", level=enough)
        else:
            last_s, enough = after_s, level


def store(account: int, queue: int, value: Needs) -> None:
    QueueSkill.delete().where(QueueSkill.queue == queue, QueueSkill.account == account).execute()
    for need in value.needs:
        row = QueueSkill.create(account=account, queue=queue, skill=need.skill, level=need.level)
        for after_s, level in need.steps:
            SkillRelaxation.create(account=account, queue_skill=row, after_s=after_s, level=level)


def described(account: int, value: Needs) -> Mapping[str, Any]:
    names = dict(Skill.select(Skill.id, Skill.name).where(Skill.account == account).tuples())
    said = {}
    for need in value.needs:
        steps = "".join(f", {after_s} s → {level}" for after_s, level in need.steps)
        said[names.get(need.skill, str(need.skill))] = f"{need.level}{steps}"
    return {"skills": said}


def _known(account: int) -> dict[int, bool]:
    return dict(Skill.select(Skill.id, Skill.active).where(Skill.account == account).tuples())


PART = Part("skills", Needs(), load, check, store, described)
