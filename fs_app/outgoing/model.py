"""Tables of calling out: what an account allows, and the numbers that must not be called."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from fs_app.accounts.model import Account
from fs_app.db import Base, LastingId, Millis
from fs_app.queues.model import Queue


class OutgoingSettings(Base):
    """What the account's agents may dial. Lists are separated by blanks or commas.

    `short`: short numbers beside those of emergency services (`emergency`). `only` and `barred`: beginnings of numbers
    in international form; without `only` all are allowed that are not barred. `premium`: numbers that cost more than a
    call. `withheld`: an agent may hide his number. `version` rises with each save.
    """

    id = AutoField()
    account = ForeignKeyField(Account, unique=True, on_delete="CASCADE")
    emergency = BooleanField(default=True)
    short = TextField(default="")
    only = TextField(default="")
    barred = TextField(default="")
    premium = BooleanField(default=False)
    withheld = BooleanField(default=False)
    version = IntegerField(default=1)


class DncEntry(Base):
    """A number that must not be called (E.164), or with `prefix` all that begin like it; for one queue or all, or for
    one call list (`list_id`, `fs_app.calllists`) alone.

    `source` says where it comes from: hand, import, or what a later part of the program names.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="dnc_entries", on_delete="CASCADE")
    number = CharField(max_length=20)
    prefix = BooleanField(default=False)
    queue = ForeignKeyField(Queue, null=True, backref="dnc_entries", on_delete="CASCADE")
    list_id = IntegerField(null=True)
    reason = CharField(max_length=200, default="")
    source = CharField(max_length=30, default="hand")
    expires_at = Millis(null=True)
    created_at = Millis()
    created_by = CharField(max_length=200, default="")

    class Meta:
        table_name = "dnc_entry"
        indexes = ((("account", "number"), False),)
