"""The dispositions whose recordings a queue keeps."""

from __future__ import annotations

from peewee import AutoField, ForeignKeyField

from fs_app.accounts.model import Account
from fs_app.db import Base
from fs_app.queues.model import Disposition, Queue


class KeptDisposition(Base):
    """With the rule `dispositions` a recording of this queue is kept when the call was qualified with this one, or
    with one that refines it."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    queue = ForeignKeyField(Queue, backref="kept_dispositions", on_delete="CASCADE")
    disposition = ForeignKeyField(Disposition, on_delete="CASCADE")

    class Meta:
        indexes = ((("queue", "disposition"), True),)
