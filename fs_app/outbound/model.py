"""The table of retry rules: what follows a call that reached nobody, for a queue or (later) a campaign."""

from __future__ import annotations

from peewee import AutoField, CharField, ForeignKeyField, IntegerField

from fs_app.accounts.model import Account
from fs_app.db import Base
from fs_app.queues.model import Disposition


class RetryRule(Base):
    """After `result` (`outbound.retry.Result`): again in `delay_s`, `attempts` times (0: without end), then the end
    with `disposition` or without one. `owner` is "queue", and `owner_id` its identifier; a result without a row is
    treated by `retry.DEFAULTS`."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="retry_rules", on_delete="CASCADE")
    owner = CharField(max_length=10)
    owner_id = IntegerField()
    result = CharField(max_length=20)
    delay_s = IntegerField()
    attempts = IntegerField()
    disposition = ForeignKeyField(Disposition, null=True, backref="+", on_delete="SET NULL")

    class Meta:
        indexes = ((("owner", "owner_id", "result"), True),)
