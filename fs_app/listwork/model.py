"""The table of attempts. Only the projection writes it (`fs_app/listwork/rows.py`)."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField, ModelIndex

from fs_app.accounts.model import Account
from fs_app.db import Base, Millis


class RecordAttempt(Base):
    """One call to somebody of a call list. There is one row for each, however often its entry is read.

    `result`: a word of `outbound.retry.Result`, or "reached"; "" while it is under way. `disposition`: the verdict.
    `at` UTC ms, when the number was dialled. Lists, records, contacts and agents stand here as plain numbers: what was
    tried counts for the law after they are gone.
    """

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
    list_id = IntegerField()
    record_id = IntegerField(index=True)
    contact_id = IntegerField(null=True)
    call = CharField(max_length=36, unique=True)
    number = CharField(max_length=32)
    agent_id = IntegerField(null=True)
    at = Millis()
    result = CharField(max_length=20, default="")
    talked = BooleanField(default=False)
    disposition_id = IntegerField(null=True)

    class Meta:
        indexes = ((("account", "number", "at"), False),)


RecordAttempt._meta.indexes.append(  # type: ignore[attr-defined]
    ModelIndex(
        RecordAttempt,
        (RecordAttempt.contact_id,),
        where=RecordAttempt.contact_id.is_null(False),
        name="record_attempt_contact",
    )
)
