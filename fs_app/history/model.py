"""The table of each agent's part in a call."""

from __future__ import annotations

from peewee import BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from fs_app.accounts.model import Account
from fs_app.agents.model import Agent
from fs_app.calls.model import Call
from fs_app.db import Base, Millis
from fs_app.queues.model import Disposition, Queue


class CallPart(Base):
    """One agent's part in one call; who is rung twice for a call has two. Only the projection writes it (`rows.py`).

    `id` is the number of the journal entry that began it. `direction`: in, out, internal (a colleague asked him).
    `how` it began: taken (offered by a queue), dialled, consulted, transferred. `number` and `name` only where the
    other party is not the call's own. Moments UTC ms: `presented_at` his telephone rang, `answered_at` he picked it
    up, `connected_at` the other party was there, `ended_at` the conversation was over for him, `over_at` also the
    wrap-up.

    Durations in ms: `wait_ms` that the caller waited before him, `talk_ms` conversation without hold, `hold_ms`,
    `wrap_up_ms`. `missed`: he did not pick up, and it was his to do; `cause`: why it came to nothing. `ended_by`:
    caller, agent, system, line (his telephone was lost), transfer.
    """

    id = BigIntegerField(primary_key=True)
    account = ForeignKeyField(Account, on_delete="CASCADE")
    call = ForeignKeyField(Call, backref="parts", on_delete="CASCADE")
    agent = ForeignKeyField(Agent, on_delete="CASCADE")
    queue = ForeignKeyField(Queue, null=True, on_delete="SET NULL")
    direction = CharField(max_length=10, default="in")
    how = CharField(max_length=12, default="taken")
    number = TextField(default="")
    name = TextField(default="")
    began_at = Millis()
    presented_at = Millis(null=True)
    answered_at = Millis(null=True)
    connected_at = Millis(null=True)
    ended_at = Millis(null=True)
    over_at = Millis(null=True)
    held_since = Millis(null=True)
    wait_ms = IntegerField(default=0)
    talk_ms = IntegerField(default=0)
    hold_ms = IntegerField(default=0)
    wrap_up_ms = IntegerField(default=0)
    missed = BooleanField(default=False)
    cause = CharField(max_length=60, default="")
    ended_by = CharField(max_length=20, default="")
    disposition = ForeignKeyField(Disposition, null=True, on_delete="SET NULL")

    class Meta:
        indexes = (
            # All that a filter without words looks at: a page far down a year is found in the index alone.
            (("agent", "began_at", "id", "account", "direction", "missed"), False),
            (("account", "began_at"), False),
        )
