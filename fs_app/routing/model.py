"""Tables of skills: what agents can do, what queues need, and how the need shrinks while a caller waits."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField

from fs_app.accounts.model import Account
from fs_app.agents.model import Agent
from fs_app.db import Base, LastingId
from fs_app.queues.model import Queue

LEVELS = range(1, 11)
"""Skill levels, 10 is best. In a relaxation 0 means that the skill is no longer needed."""


class Skill(Base):
    """A thing that agents can be good at: a language, a product. An archived one is offered to nobody any more."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="skills", on_delete="CASCADE")
    name = CharField(max_length=100)
    active = BooleanField(default=True)

    class Meta:
        indexes = ((("account", "name"), True),)


class AgentSkill(Base):
    """How good an agent is at a skill, 1 to 10; without a row not at all."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    agent = ForeignKeyField(Agent, backref="skills", on_delete="CASCADE")
    skill = ForeignKeyField(Skill, backref="agents", on_delete="CASCADE")
    level = IntegerField(default=5)

    class Meta:
        indexes = ((("agent", "skill"), True),)


class QueueSkill(Base):
    """What an agent must be able to do to get a caller of this queue who has just come."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    queue = ForeignKeyField(Queue, backref="skills", on_delete="CASCADE")
    skill = ForeignKeyField(Skill, backref="queues", on_delete="CASCADE")
    level = IntegerField(default=1)

    class Meta:
        indexes = ((("queue", "skill"), True),)


class SkillRelaxation(Base):
    """After `after_s` seconds of waiting `level` is enough; 0: the skill is not needed any more."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    queue_skill = ForeignKeyField(QueueSkill, backref="relaxations", on_delete="CASCADE")
    after_s = IntegerField()
    level = IntegerField(default=0)

    class Meta:
        indexes = ((("queue_skill", "after_s"), True),)
