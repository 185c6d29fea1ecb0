"""Agents call the records of lists: attempts, and which record a call was for."""

from peewee import *

from fs_app.db import Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class RecordAttempt(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
        list_id = IntegerField()
        record_id = IntegerField(index=True)
        contact_id = IntegerField(null=True)
        call = CharField(max_length=36, unique=True)
        number = CharField(max_length=32)
        agent_id = IntegerField(null=True)
        at = Millis()
        result = CharField(max_length=20, default="")
        talked = BooleanField(default=False)
        disposition_id = IntegerField(null=True)

        class Meta:
            database = db
            table_name = "record_attempt"
            indexes = ((("account", "number", "at"), False),)

    db.create_tables([RecordAttempt])
    migrator.migrate(migrator.add_column("call", "record_id", IntegerField(null=True, index=True)))


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("call", "call_record_id"),
        migrator.drop_column("call", "record_id"),
        migrator.drop_table("record_attempt"),
    )
