"""The audit log: who did what to what, when. Written, never changed."""

from __future__ import annotations

from peewee import AutoField, CharField, ForeignKeyField

from fs_app.accounts.model import Account, User
from fs_app.db import Base, Json, Millis


class AuditEntry(Base):
    """`user` may be gone or none (command line); his name of that day stays in `user_name`."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="audit", on_delete="CASCADE")
    at = Millis()
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    user_name = CharField(max_length=200)
    action = CharField(max_length=40)  # create, update, deactivate, … : audit.action.* in the catalogues
    kind = CharField(max_length=40)  # user, agent, queue, … : audit.kind.*
    object = CharField(max_length=64, default="")  # its identifier
    label = CharField(max_length=200, default="")  # what it was called
    before = Json(null=True)  # only what changed
    after = Json(null=True)
    address = CharField(max_length=64, default="")

    class Meta:
        table_name = "audit_entry"
        indexes = ((("account", "at"), False),)
