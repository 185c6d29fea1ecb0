"""The audit log."""

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

    class AuditEntry(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        at = Millis()
        user = ForeignKeyField(User, null=True, on_delete="SET NULL")
        user_name = CharField(max_length=200)
        action = CharField(max_length=40)
        kind = CharField(max_length=40)
        object = CharField(max_length=64, default="")
        label = CharField(max_length=200, default="")
        before = Json(null=True)
        after = Json(null=True)
        address = CharField(max_length=64, default="")

        class Meta:
            database = db
            table_name = "audit_entry"
            indexes = ((("account", "at"), False),)

    db.create_tables([AuditEntry])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("audit_entry"))
