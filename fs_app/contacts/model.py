"""Tables of contacts."""

from __future__ import annotations

from peewee import AutoField, CharField, ForeignKeyField, IntegerField, TextField

from fs_app.accounts.model import Account, User
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
