"""The table of keys for programs."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField

from fs_app.accounts.model import Account, User
from fs_app.db import Base, Json, LastingId, Millis


class ApiKey(Base):
    """A program that acts for `user` with some of his permissions; `hash` is SHA-256 of the secret, hex.

    `prefix` is the part of the key that is no secret: it finds the row and stands in lists.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="api_keys", on_delete="CASCADE")
    name = CharField(max_length=100)
    user = ForeignKeyField(User, backref="api_keys", on_delete="CASCADE")
    prefix = CharField(max_length=20, unique=True)
    hash = CharField(max_length=64)
    permissions = Json()  # names of accounts/permissions.py
    created_at = Millis()
    last_used_at = Millis(null=True)
    expires_at = Millis(null=True)
    revoked_at = Millis(null=True)
