"""Tables of imports. A file's lines stand in no table: only how far it is, and what has to be known to undo it."""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, CharField, ForeignKeyField, IntegerField

from fs_app.accounts.model import Account, User
from fs_app.db import Base, Json, LastingId, Millis


class ImportJob(Base):
    """A file that was brought, and what became of it.

    `file` is the name that people gave it: it is shown, and never a path; the file lies in the folder of the job
    (`places`). `plan`, `dialect`: `plan.py`, `reading`. `state`: `state.py`; `phase` says more of it (waiting,
    rewinding, working, undoing). `position`: lines of the file that are finished, written in the transaction of their
    rows; `refused_size`: bytes of the file of refused lines that belong to them. `runner`: who may write (a word that
    each child process gets anew, "" nobody). `counts`: `counting.py`. `made`: what the import has made beside its
    rows: {"fields": [names], "call_list": id, "contact_file": id}. `worked_ms`: how long the children worked on it.
    `changed_since`: rows that an undo left because somebody had worked with them. `version` rises with each change
    of the plan. Times UTC ms.
    """

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    name = CharField(max_length=200, default="")
    source = CharField(max_length=100, default="")
    file = CharField(max_length=200, default="")
    size = BigIntegerField(default=0)
    salt = CharField(max_length=32)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    by_name = CharField(max_length=200, default="")
    at = Millis()
    plan = Json(null=True)
    dialect = Json(null=True)
    state = CharField(max_length=12, default="NEW")
    phase = CharField(max_length=12, default="")
    runner = CharField(max_length=32, default="")
    position = IntegerField(default=0)
    total = IntegerField(default=0)
    counts = Json(default=dict)
    refused_size = BigIntegerField(default=0)
    made = Json(default=dict)
    error = CharField(max_length=100, default="")
    error_params = Json(default=dict)
    call_list_id = IntegerField(null=True, index=True)
    contact_file_id = IntegerField(null=True, index=True)
    worked_ms = BigIntegerField(default=0)
    changed_since = IntegerField(default=0)
    checked_at = Millis(null=True)
    started_at = Millis(null=True)
    ended_at = Millis(null=True)
    undone_at = Millis(null=True)
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("account", "at"), False), (("state",), False))


REACHED = "reached"


class ImportChange(Base):
    """What an import replaced in a row that was there before: `before` and `after` hold the columns that differ.

    `kind`: contact, number (added to somebody who was known), consent; `reached`: nothing was replaced by this, the
    contact was brought by a line (`known.ReachedBefore`). `version`: the contact's, after the change.
    """

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
    job = ForeignKeyField(ImportJob, backref="changes", on_delete="CASCADE", index=False)
    kind = CharField(max_length=10, default="contact")
    row = IntegerField()
    before = Json(default=dict)
    after = Json(default=dict)
    version = IntegerField(default=0)

    class Meta:
        indexes = ((("job", "row"), False),)


class ImportMapping(Base):
    """How files of one source were read the last time. `fingerprint`: of their headings (`remembered.py`); `columns`:
    {heading: {"target", "kind"}}; `settings`: the rest of the plan, without the list that it went into."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
    source = CharField(max_length=100)
    fingerprint = CharField(max_length=64, default="")
    columns = Json(default=dict)
    settings = Json(default=dict)
    used_at = Millis()

    class Meta:
        indexes = ((("account", "source"), True), (("account", "fingerprint"), False))
