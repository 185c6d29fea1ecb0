"""The table of callbacks. Only the projection writes it (`fs_app/callbacks/rows.py`); the live ones are in memory."""

from __future__ import annotations

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from fs_app.accounts.model import Account
from fs_app.agents.model import Agent
from fs_app.contacts.model import Contact
from fs_app.db import Base, Millis
from fs_app.queues.model import Disposition, Queue


class Callback(Base):
    """Somebody to be called. Times are UTC ms.

    `reason`: KEPT_PLACE, ABANDONED, AGENT, VOICEMAIL. `state`: OPEN, RESERVED (by `owner`), DONE, CANCELLED.
    REACHED: in conversation, or its verdict is waited for. `personal`: reserved for good, not just while it is
    called. `last_result` (`outbound.retry.Result`) has come `last_times` times. `disposition`: with which it ended.
    `due_at` null: whenever an agent takes it. `tries` counts calls that were made, `times` how often he gave up,
    `recording` is the message that he left.
    """

    id = CharField(max_length=36, primary_key=True)
    account = ForeignKeyField(Account, backref="callbacks", on_delete="RESTRICT")
    queue = ForeignKeyField(Queue, null=True, backref="callbacks", on_delete="SET NULL")
    number = CharField(max_length=64)
    name = CharField(max_length=200, default="")
    contact = ForeignKeyField(Contact, null=True, backref="callbacks", on_delete="SET NULL")
    owner = ForeignKeyField(Agent, null=True, backref="callbacks", on_delete="SET NULL")
    reason = CharField(max_length=20)
    state = CharField(max_length=20, default="OPEN")
    due_at = Millis(null=True)
    tries = IntegerField(default=0)
    times = IntegerField(default=1)
    last_cause = CharField(max_length=60, default="")
    from_call = CharField(max_length=36, default="")
    recording = CharField(max_length=36, default="")
    created_at = Millis()
    changed_at = Millis()
    closed_at = Millis(null=True)
    closed_why = CharField(max_length=60, default="")
    note = TextField(default="")
    personal = BooleanField(default=False)
    last_result = CharField(max_length=20, default="")
    last_times = IntegerField(default=0)
    disposition = ForeignKeyField(Disposition, null=True, backref="+", on_delete="SET NULL")

    class Meta:
        indexes = ((("account", "state", "created_at"), False),)
