"""Keys with which other programs use the API."""

from peewee import *

from fs_app.db import Json, Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class User(Model):
        class Meta:
            database = db
            table_name = "app_user"

    class ApiKey(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        user = ForeignKeyField(User, on_delete="CASCADE")
        prefix = CharField(max_length=20, unique=True)
        hash = CharField(max_length=64)
        permissions = Json()
        created_at = Millis()
        last_used_at = Millis(null=True)
        expires_at = Millis(null=True)
        revoked_at = Millis(null=True)

        class Meta:
            database = db
            table_name = "api_key"

    db.create_tables([ApiKey])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("api_key"))
