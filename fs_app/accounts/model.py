"""Tables of accounts, users and their sessions."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from fs_app.db import Base, Json, LastingId, Millis

LANGUAGES = ("", "fr", "en", "es")
"""Of a person; empty: the account's."""


class Account(Base):
    """A customer of the platform; everything belongs to exactly one."""

    id = AutoField()
    slug = CharField(max_length=64, unique=True)  # what people type as "compte"
    name = CharField(max_length=200)
    language = CharField(max_length=5, default="fr")
    time_zone = CharField(max_length=64, default="Europe/Paris")
    country = CharField(max_length=2, default="FR")  # ISO 3166-1: how national numbers are read
    sip_domain = CharField(max_length=200, unique=True)
    accent = CharField(max_length=7, default="#066fd1")
    recording_days = IntegerField(default=0)  # how long recordings are kept; 0: until somebody deletes them
    created_at = Millis()
    config_version = IntegerField(default=0)  # one more each time another process changed the configuration


class Profile(Base):
    """What people of a role who have it may not do, of what the role may, and their options (`accounts.profiles`)."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="profiles", on_delete="CASCADE")
    name = CharField(max_length=100)
    role = CharField(max_length=20)
    denied = Json(default=list)  # names of permissions
    options = Json(default=dict)  # option → value, only those that are not the default
    created_at = Millis()

    class Meta:
        indexes = ((("account", "name"), True),)


class User(Base):
    """A person who logs in: agent, supervisor or admin."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="users", on_delete="RESTRICT")
    login = CharField(max_length=100)
    name = CharField(max_length=200)
    password_hash = TextField()
    role = CharField(max_length=20)
    language = CharField(max_length=5, default="")  # empty: the account's
    theme = CharField(max_length=10, default="auto")
    active = BooleanField(default=True)
    created_at = Millis()
    profile = ForeignKeyField(
        Profile, null=True, backref="users", on_delete="RESTRICT"
    )  # null: all of the role

    class Meta:
        table_name = "app_user"  # "user" is a reserved word of PostgreSQL
        indexes = ((("account", "login"), True),)


class UserSession(Base):
    """A login that can be revoked; `token_hash` is SHA-256 of the cookie's token, hex."""

    token_hash = CharField(max_length=64, primary_key=True)
    user = ForeignKeyField(User, backref="sessions", on_delete="CASCADE")
    created_at = Millis()
    seen_at = Millis()
    expires_at = Millis()
    revoked_at = Millis(null=True)
    address = CharField(max_length=64, default="")
    browser = CharField(max_length=300, default="")
