"""The table of answers."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, ForeignKeyField, IntegerField

from fs_app.accounts.model import Account
from fs_app.agents.model import Agent
from fs_app.calls.model import Call
from fs_app.db import Base, Millis
from fs_app.ivr.model import Flow
from fs_app.queues.model import Queue


class SurveyAnswer(Base):
    """One answer to one question; `id` is the number of its journal entry. Only the projection writes it."""

    id = BigIntegerField(primary_key=True)
    account = ForeignKeyField(Account, on_delete="RESTRICT")
    call = ForeignKeyField(Call, backref="answers", on_delete="CASCADE")
    flow = ForeignKeyField(Flow, null=True, backref="+", on_delete="SET NULL")
    node = CharField(max_length=64)
    question = CharField(max_length=200, default="")
    value = IntegerField()
    label = CharField(max_length=100, default="")  # what this value means, where it was said
    queue = ForeignKeyField(Queue, null=True, backref="+", on_delete="SET NULL")
    agent = ForeignKeyField(Agent, null=True, backref="+", on_delete="SET NULL")
    at = Millis()

    class Meta:
        indexes = ((("account", "at"), False),)
