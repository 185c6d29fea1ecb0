"""Tables that the journal is projected into: calls, legs, recordings, the journal itself.

Only the projection writes them (`fs_app/projection.py`).
"""

from __future__ import annotations

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from fs_app.accounts.model import Account
from fs_app.agents.model import Agent
from fs_app.contacts.model import Contact
from fs_app.db import Base, Json, Millis
from fs_app.queues.model import Disposition, Queue


class Call(Base):
    """One conversation with the outside world, from its first leg to its disposition. Durations in ms."""

    id = CharField(max_length=36, primary_key=True)
    account = ForeignKeyField(Account, backref="calls", on_delete="RESTRICT")
    direction = CharField(max_length=10, default="inbound")
    stage = CharField(max_length=20)
    queue = ForeignKeyField(Queue, null=True, backref="calls", on_delete="SET NULL")
    agent = ForeignKeyField(Agent, null=True, backref="calls", on_delete="SET NULL")
    contact = ForeignKeyField(Contact, null=True, backref="calls", on_delete="SET NULL")
    caller_number = TextField(default="", index=True)
    caller_name = TextField(default="")
    called_number = TextField(default="")
    ticket = BigIntegerField(null=True)
    started_at = Millis(index=True)
    queued_at = Millis(null=True)
    answered_at = Millis(null=True)  # an agent and the caller first spoke
    ended_at = Millis(null=True)
    ended_by = CharField(max_length=20, default="")  # caller, agent, system
    outcome = CharField(max_length=30, default="")  # answered, abandoned, failed …
    cause = CharField(max_length=60, default="")  # FreeSWITCH's hang-up cause of the caller's leg
    wait_ms = IntegerField(default=0)
    talk_ms = IntegerField(default=0)
    hold_ms = IntegerField(default=0)
    disposition = ForeignKeyField(Disposition, null=True, on_delete="SET NULL")
    disposition_note = TextField(default="")
    disposed_at = Millis(null=True)
    record_id = IntegerField(null=True, index=True)  # of a call list, whom it was for

    class Meta:
        indexes = ((("account", "started_at"), False), (("agent", "started_at"), False))


LINE_ROW = "#"


class Leg(Base):
    """One channel of a call; `id` is the switch's Unique-ID. A permanent line is in many calls: there `id` is the
    Unique-ID, `#` and the beginning of the call's identifier."""

    id = CharField(max_length=64, primary_key=True)
    account = ForeignKeyField(Account, on_delete="RESTRICT")
    call = ForeignKeyField(Call, backref="legs", on_delete="CASCADE")
    role = CharField(max_length=20)
    agent = ForeignKeyField(Agent, null=True, on_delete="SET NULL")
    number = TextField(default="")
    sip_call_id = TextField(default="")
    created_at = Millis()
    answered_at = Millis(null=True)
    ended_at = Millis(null=True)
    cause = CharField(max_length=60, default="")
    by_far_end = BooleanField(null=True)


class Recording(Base):
    """One audio file of a conversation; `path` is relative to the recordings folder.

    `rule` is the queue's when it began; `problem` says why it is not whole (`fs_app.recordings.disk`). What follows
    its end is written by `fs_app.recordings` alone, each change with its line in the audit log: `kept` (never
    deleted), and in the order of a deletion `delete_asked_at` with `delete_why` (retention, disposition, person),
    `delete_trouble` while the file can't be removed, `deleted_at`.
    """

    id = CharField(max_length=36, primary_key=True)
    account = ForeignKeyField(Account, on_delete="RESTRICT")
    call = ForeignKeyField(Call, backref="recordings", on_delete="CASCADE")
    agent = ForeignKeyField(Agent, null=True, on_delete="SET NULL")
    path = CharField(max_length=300)
    started_at = Millis()
    ended_at = Millis(null=True)
    duration_ms = IntegerField(default=0)
    rule = CharField(max_length=20, default="all")
    problem = CharField(max_length=30, default="")
    bytes = BigIntegerField(default=0)
    judged_at = Millis(null=True)  # when it was kept for its disposition; decided once
    kept = BooleanField(default=False)
    kept_by = CharField(max_length=200, default="")
    delete_asked_at = Millis(null=True)
    delete_why = CharField(max_length=20, default="")
    delete_by = CharField(max_length=200, default="")
    delete_reason = CharField(max_length=500, default="")
    delete_trouble = CharField(max_length=200, default="")
    deleted_at = Millis(null=True)

    class Meta:
        indexes = ((("account", "started_at"), False), (("deleted_at", "started_at"), False))


class JournalEntry(Base):
    """The journal as the database has it; `id` is the entry's number in the journal file."""

    id = BigIntegerField(primary_key=True)
    account = ForeignKeyField(Account, null=True, on_delete="CASCADE")
    at = Millis()
    kind = CharField(max_length=60)
    call = CharField(max_length=36, null=True, index=True)
    agent = IntegerField(null=True)
    data = Json()

    class Meta:
        indexes = ((("account", "at"), False), (("agent", "at"), False))


class ProjectionMark(Base):
    """How far the journal `journal` has been projected: the number of the last entry."""

    journal = CharField(max_length=40, primary_key=True)
    position = BigIntegerField(default=0)
