"""Tables of contacts."""

from __future__ import annotations

from peewee import AutoField, CharField, ForeignKeyField, IntegerField, TextField

from fs_app.accounts.model import Account, User
from fs_app.agents.model import Agent
from fs_app.db import Base, Millis


class Contact(Base):
    """A person to call or who calls. `version` rises with each save: a stale save is refused (BA-82)."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="contacts", on_delete="CASCADE")
    last_name = CharField(max_length=200, default="")
    first_name = CharField(max_length=200, default="")
    company = CharField(max_length=200, default="")
    category = CharField(max_length=100, default="")
    mail = CharField(max_length=254, default="")
    address = TextField(default="")
    description = TextField(default="")
    version = IntegerField(default=1)
    created_at = Millis()
    updated_at = Millis()
    updated_by = ForeignKeyField(User, null=True, on_delete="SET NULL")


class ContactNumber(Base):
    """One telephone number of a contact, E.164."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    contact = ForeignKeyField(Contact, backref="numbers", on_delete="CASCADE")
    number = CharField(max_length=32)
    kind = CharField(max_length=20, default="mobile")  # office, mobile, home, other

    class Meta:
        indexes = ((("account", "number"), False), (("contact", "number"), True))


class DirectoryImport(Base):
    """A file that was brought into the public directory. `refused_file`: the lines that were not taken, each with why,
    as CSV. `undone_at`: its entries were taken out again, `removed` of them."""

    account = ForeignKeyField(Account, on_delete="CASCADE")
    file = CharField(max_length=200, default="")
    at = Millis()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    by_name = CharField(max_length=200, default="")
    added = IntegerField(default=0)
    refused = IntegerField(default=0)
    refused_file = TextField(default="")
    undone_at = Millis(null=True)
    removed = IntegerField(default=0)


class DirectoryEntry(Base):
    """Somebody in the telephone directory (BA-100): everybody's (`owner` null) or one agent's own.

    Numbers are E.164, or short ones as they are dialled. `folded` is what is searched (no accents, no capitals),
    `digits` the numbers in the ways they are typed. `version` rises with each save: a stale one is refused.
    """

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    owner = ForeignKeyField(Agent, null=True, on_delete="CASCADE")
    category = CharField(max_length=100, default="")
    name = CharField(max_length=200, default="")
    company = CharField(max_length=200, default="")
    mail = CharField(max_length=254, default="")
    office = CharField(max_length=32, default="")
    mobile = CharField(max_length=32, default="")
    folded = TextField(default="")
    digits = TextField(default="")
    version = IntegerField(default=1)
    created_at = Millis()
    updated_at = Millis()
    updated_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    brought_by = ForeignKeyField(DirectoryImport, null=True, on_delete="SET NULL")

    class Meta:
        indexes = (
            (("account", "owner"), False),
            (("account", "office"), False),
            (("account", "mobile"), False),
        )
