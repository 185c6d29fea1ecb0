"""Tables of contacts."""

from __future__ import annotations

import secrets
import time
from typing import Any

from peewee import (
    SQL,
    AutoField,
    BooleanField,
    CharField,
    ForeignKeyField,
    IntegerField,
    ModelIndex,
    PostgresqlDatabase,
    TextField,
)

from fs_app.accounts.model import Account, User
from fs_app.agents.model import Agent
from fs_app.db import Base, Json, LastingId, Millis, proxy

MOST_NUMBERS = 9
"""Telephone numbers of one contact."""


def new_guid() -> str:
    """32 hexadecimal digits that nobody else has. The first twelve are the time: an index of them grows at its end."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


class Contact(Base):
    """A person to call or who calls. `version` rises with each save: a stale save is refused (BA-82).

    `reference` is the customer's own key for the person; `custom` holds the account's own fields (`ContactField`):
    name → text, number, true/false; dates as ISO text. `name_key` is what lists are sorted by (`searching.name_key`).
    `merged_into_id`: it was a duplicate of that contact, and is shown nowhere. `owner_id`: the agent whose own contact
    it is (null: everybody's). `import_id`: which import brought it.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="contacts", on_delete="CASCADE", index=False)
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
    updated_by = ForeignKeyField(User, null=True, on_delete="SET NULL", index=False)
    guid = CharField(max_length=32, default=new_guid, unique=True)
    title = CharField(max_length=50, default="")
    postal_code = CharField(max_length=20, default="")
    city = CharField(max_length=200, default="")
    country = CharField(max_length=2, default="")  # ISO 3166-1
    language = CharField(max_length=8, default="")
    reference = CharField(max_length=100, default="")
    custom = Json(default=dict)
    owner_id = IntegerField(null=True)
    directory = CharField(max_length=10, default="")  # "", public, own
    import_id = IntegerField(null=True, index=True)
    merged_into_id = IntegerField(null=True)
    name_key = CharField(max_length=200, default="")

    class Meta:
        indexes = (
            (("account", "name_key"), False),
            (("account", "reference"), False),
            (("account", "mail"), False),
        )


# Few were merged, and whoever deletes one asks for them.
Contact._meta.indexes.append(  # type: ignore[attr-defined]
    ModelIndex(
        Contact,
        (Contact.merged_into_id,),
        where=Contact.merged_into_id.is_null(False),
        name="contact_merged_into",
    )
)


class ContactNumber(Base):
    """One telephone number of a contact, E.164. `position` 1 is the main one. `time_zone` "": that of the number.
    `wrong_at`: an agent said that somebody else answers there."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
    contact = ForeignKeyField(Contact, backref="numbers", on_delete="CASCADE", index=False)
    number = CharField(max_length=32)
    kind = CharField(max_length=20, default="mobile")  # office, mobile, home, other
    position = IntegerField(default=1)
    time_zone = CharField(max_length=50, default="")
    wrong_at = Millis(null=True)
    import_id = IntegerField(null=True, index=True)

    class Meta:
        indexes = ((("account", "number"), False), (("contact", "number"), True))


class ContactField(Base):
    """A field of the account's own. `name` is its key in `Contact.custom` and never changes; `kind` is one of
    `custom.KINDS`; `choices` are texts, of kind CHOICE. Not `active`: kept, not shown. `version` rises with each
    save of label, kind and choices."""

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    name = CharField(max_length=50)
    label = CharField(max_length=200)
    kind = CharField(max_length=10, default="TEXT")
    choices = Json(default=list)
    position = IntegerField(default=0)
    active = BooleanField(default=True)
    created_at = Millis()
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("account", "name"), True),)


class Segment(Base):
    """A saved filter of contacts (`filters.py`). `counted` contacts were in it at `counted_at`. `version` rises with
    each save."""

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    name = CharField(max_length=200)
    description = TextField(default="")
    filter = Json(default=dict)
    created_at = Millis()
    created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    updated_at = Millis()
    counted = IntegerField(null=True)
    counted_at = Millis(null=True)
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("account", "name"), True),)


class Words(TextField):
    """Words with blanks between them; a tsvector on PostgreSQL, which takes them as they are."""

    def ddl_datatype(self, ctx: Any) -> SQL:
        return SQL("TSVECTOR" if isinstance(proxy.obj, PostgresqlDatabase) else "TEXT")


class ContactSearch(Base):
    """The words that find a contact (`searching.py`); the full-text index follows this table."""

    contact = ForeignKeyField(Contact, primary_key=True, on_delete="CASCADE")
    account = IntegerField()
    words = Words()


class ContactMerge(Base):
    """Duplicates that became one. `before`: what undoing needs (`merging.py`)."""

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    kept_id = IntegerField(index=True)
    lost_id = IntegerField(index=True)
    before = Json(default=dict)
    at = Millis()
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    by_name = CharField(max_length=200, default="")
    undone_at = Millis(null=True)


class DirectoryImport(Base):
    """A file that was brought into the public directory. `refused_file`: the lines that were not taken, each with why,
    as CSV. `undone_at`: its entries were taken out again, `removed` of them."""

    id = LastingId()
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

    id = LastingId()
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


def still_there(contact: int | None) -> int | None:
    """The contact, or None when it has been deleted since it was written down: what speaks of him stays without him.
    Inside the transaction that writes it."""
    return contact if contact is not None and Contact.select().where(Contact.id == contact).exists() else None
