"""Skills with levels, relaxed while a caller waits. Pure but for `load_needs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fs_app.routing.model import QueueSkill, Skill, SkillRelaxation


@dataclass(frozen=True, slots=True)
class Need:
    """A skill at `level` or better; each of `steps` is (after so many seconds, this level is enough), in order
    of time. Level 0: not needed any more."""

    skill: int
    name: str
    level: int
    steps: tuple[tuple[int, int], ...] = ()

    def after(self, waited_s: float) -> int:
        """The level that is enough now. Steps only ever relax: one that would ask for more is passed over."""
        enough = self.level
        for after_s, level in self.steps:
            if after_s > waited_s:
                break
            enough = min(enough, level)
        return enough


Levels = tuple[int, ...]
"""What is enough now, one level for each need of the queue."""


def levels(needs: Sequence[Need], waited_s: float) -> Levels:
    return tuple([need.after(waited_s) for need in needs])


def lacks(needs: Sequence[Need], enough: Levels, has: Mapping[int, int]) -> tuple[Need, int, int] | None:
    """The first need that the agent does not meet: (need, what he has, what would be enough); None: he may."""
    for need, level in zip(needs, enough, strict=True):
        if has.get(need.skill, 0) < level:
            return need, has.get(need.skill, 0), level
    return None


def relaxed(needs: Sequence[Need], enough: Levels) -> list[tuple[Need, int]]:
    """The needs that have become smaller by waiting, with what is enough now."""
    return [(need, level) for need, level in zip(needs, enough, strict=True) if level < need.level]


def moments(needs: Sequence[Need]) -> set[int]:
    """Seconds of waiting after which something is relaxed."""
    return {after_s for need in needs for after_s, _ in need.steps}


def load_needs() -> dict[int, tuple[Need, ...]]:
    """queue → its needs, by name of the skill (inside `Database.read`)."""
    steps: dict[int, list[tuple[int, int]]] = {}
    for row in SkillRelaxation.select().order_by(SkillRelaxation.after_s):
        steps.setdefault(row.queue_skill_id, []).append((row.after_s, row.level))
    found: dict[int, tuple[Need, ...]] = {}
    for row in QueueSkill.select(QueueSkill, Skill).join(Skill).order_by(Skill.name):
        need = Need(row.skill_id, row.skill.name, row.level, tuple(steps.get(row.id, ())))
        found[row.queue_id] = (*found.get(row.queue_id, ()), need)
    return found
