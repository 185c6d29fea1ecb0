"""Tables of supervision: which queues a supervisor is given, and the displays on the wall."""

from __future__ import annotations

from peewee import AutoField, CharField, ForeignKeyField

from fs_app.accounts.model import Account, User
from fs_app.db import Base, Json, LastingId, Millis
from fs_app.queues.model import Queue


class SupervisedQueue(Base):
    """A queue that a supervisor is given. One without any row is given all of the account.

    A queue that is given to somebody can't be deleted: he would be given everything (RESTRICT).
    """

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    user = ForeignKeyField(User, backref="supervised", on_delete="CASCADE")
    queue = ForeignKeyField(Queue, backref="supervisors", on_delete="RESTRICT")

    class Meta:
        indexes = ((("user", "queue"), True),)


class Display(Base):
    """A screen on a wall, which nobody logs in to. It shows figures of queues to whoever has its link.

    `token_hash` is SHA-256 of the link's secret, hex; `queues` are identifiers, empty: all of the account.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="displays", on_delete="CASCADE")
    name = CharField(max_length=100)
    token_hash = CharField(max_length=64, unique=True)
    queues = Json()
    created_at = Millis()
    seen_at = Millis(null=True)
    revoked_at = Millis(null=True)
