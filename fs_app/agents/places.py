"""Tables of where agents work: telephones that are nobody's own, PCs, telephones in browsers."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField

from fs_app.accounts.model import Account
from fs_app.agents.model import Agent
from fs_app.db import Base, Millis


class Phone(Base):
    """A telephone that belongs to a desk, not to a person: who sits there works on it (BA-151)."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="phones", on_delete="CASCADE")
    number = CharField(max_length=32)  # SIP user in the account's domain; no agent has it as his own
    sip_ha1 = CharField(max_length=32)
    label = CharField(max_length=100, default="")
    active = BooleanField(default=True)
    created_at = Millis()

    class Meta:
        indexes = ((("account", "number"), True),)


class Seat(Base):
    """A PC, known by a cookie (`token_hash` is SHA-256 of it, hex), and the telephone beside it: `how` and `number` as
    in `agents.reach.Reach`. `agent` sat there last."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="seats", on_delete="CASCADE")
    token_hash = CharField(max_length=64, unique=True)
    name = CharField(max_length=100, default="")
    how = CharField(max_length=10)
    number = CharField(max_length=32, default="")
    agent = ForeignKeyField(Agent, null=True, on_delete="SET NULL")
    created_at = Millis()
    used_at = Millis()


class Softphone(Base):
    """The password of a telephone in a browser: `ha1` of it, good as long as its `login` (a token hash)."""

    agent = ForeignKeyField(Agent, primary_key=True, on_delete="CASCADE")
    account = ForeignKeyField(Account, on_delete="CASCADE")
    ha1 = CharField(max_length=32)
    login = CharField(max_length=64)
    created_at = Millis()
    expires_at = Millis()
