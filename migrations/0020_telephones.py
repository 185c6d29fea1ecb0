"""Telephones that belong to nobody, PCs that remember their telephone, telephones in browsers."""

from peewee import *

from fs_app.db import Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class Agent(Model):
        class Meta:
            database = db
            table_name = "agent"

    class Phone(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        number = CharField(max_length=32)
        sip_ha1 = CharField(max_length=32)
        label = CharField(max_length=100, default="")
        active = BooleanField(default=True)
        created_at = Millis()

        class Meta:
            database = db
            table_name = "phone"
            indexes = ((("account", "number"), True),)

    class Seat(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        token_hash = CharField(max_length=64, unique=True)
        name = CharField(max_length=100, default="")
        how = CharField(max_length=10)
        number = CharField(max_length=32, default="")
        agent = ForeignKeyField(Agent, null=True, on_delete="SET NULL")
        created_at = Millis()
        used_at = Millis()

        class Meta:
            database = db
            table_name = "seat"

    class Softphone(Model):
        agent = ForeignKeyField(Agent, primary_key=True, on_delete="CASCADE")
        account = ForeignKeyField(Account, on_delete="CASCADE")
        ha1 = CharField(max_length=32)
        login = CharField(max_length=64)
        created_at = Millis()
        expires_at = Millis()

        class Meta:
            database = db
            table_name = "softphone"

    db.create_tables([Phone, Seat, Softphone])


def down(migrator, db):
    migrator.migrate(
        migrator.drop_table("softphone"), migrator.drop_table("seat"), migrator.drop_table("phone")
    )
