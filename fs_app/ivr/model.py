"""Tables of voice menus: a flow, and its versions that were published."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField

from fs_app.accounts.model import Account
from fs_app.db import Base, Json, LastingId, Millis


class Flow(Base):
    """A voice menu. `draft` is the graph that is being edited, and `draft_version` counts its changes (two editors
    don't overwrite each other); `published` is the number of the version that new calls take, null: none."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="flows", on_delete="CASCADE")
    name = CharField(max_length=100)
    language = CharField(max_length=8, default="fr")  # spoken until the caller chooses another
    draft = Json()
    draft_version = IntegerField(default=1)
    published = IntegerField(null=True)
    active = BooleanField(default=True)
    created_at = Millis()
    updated_at = Millis()

    class Meta:
        indexes = ((("account", "name"), True),)


class FlowVersion(Base):
    """A graph that was published under this number. A row never changes: calls that are under way keep theirs."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="+", on_delete="CASCADE")
    flow = ForeignKeyField(Flow, backref="versions", on_delete="CASCADE")
    number = IntegerField()
    graph = Json()
    published_at = Millis()
    published_by = CharField(max_length=200, default="")
    note = CharField(max_length=500, default="")

    class Meta:
        indexes = ((("flow", "number"), True),)
