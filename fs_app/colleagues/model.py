"""The table of what is written to agents."""

from __future__ import annotations

from peewee import BigIntegerField, ForeignKeyField, TextField

from fs_app.accounts.model import Account, User
from fs_app.agents.model import Agent
from fs_app.db import Base, Millis


class AgentMessage(Base):
    """A few words of a colleague (`sender_agent`) or a supervisor (null) to one agent. Only the projection writes it;
    `entry` is the number of the journal entry, which may have several recipients."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    entry = BigIntegerField()
    sender = ForeignKeyField(User, on_delete="CASCADE")
    sender_agent = ForeignKeyField(Agent, null=True, backref="messages_sent", on_delete="CASCADE")
    recipient = ForeignKeyField(Agent, backref="messages", on_delete="CASCADE")
    text = TextField()
    at = Millis()

    class Meta:
        indexes = (
            (("entry", "recipient"), True),
            (("recipient", "at"), False),
            (("sender_agent", "at"), False),
        )
