"""Tables of agents and not-ready reasons."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField

from fs_app.accounts.model import Account, User
from fs_app.db import Base, Millis


class Agent(Base):
    """A person who takes and makes calls: the user's telephone side."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="agents", on_delete="RESTRICT")
    user = ForeignKeyField(User, backref="agents", unique=True, on_delete="RESTRICT")
    number = CharField(max_length=32)  # SIP user in the account's domain
    sip_ha1 = CharField(max_length=32)  # md5(user:domain:password): the password itself is never kept
    active = BooleanField(default=True)
    created_at = Millis()

    class Meta:
        indexes = ((("account", "number"), True),)


class NotReadyReason(Base):
    """Why an agent is unavailable (pause, lunch, training …)."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="not_ready_reasons", on_delete="CASCADE")
    code = CharField(max_length=32)
    label = CharField(max_length=100)
    position = IntegerField(default=0)
    active = BooleanField(default=True)

    class Meta:
        indexes = ((("account", "code"), True),)
