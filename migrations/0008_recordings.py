"""Recordings: what is recorded and for how long it is kept; flags, deletions and troubles of each one."""

from peewee import *

from fs_app.db import Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class Queue(Model):
        class Meta:
            database = db
            table_name = "queue"

    class Disposition(Model):
        class Meta:
            database = db
            table_name = "disposition"

    class KeptDisposition(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        queue = ForeignKeyField(Queue, on_delete="CASCADE")
        disposition = ForeignKeyField(Disposition, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "kept_disposition"
            indexes = ((("queue", "disposition"), True),)

    db.create_tables([KeptDisposition])

    words = lambda most: CharField(max_length=most, default="")  # noqa: E731
    migrator.migrate(
        migrator.add_column("queue", "record_rule", CharField(max_length=20, default="all")),
        migrator.add_column("queue", "recording_days", IntegerField(default=0)),
        migrator.add_column("account", "recording_days", IntegerField(default=0)),
        migrator.add_column("recording", "rule", CharField(max_length=20, default="all")),
        migrator.add_column("recording", "problem", words(30)),
        migrator.add_column("recording", "bytes", BigIntegerField(default=0)),
        migrator.add_column("recording", "judged_at", Millis(null=True)),
        migrator.add_column("recording", "kept", BooleanField(default=False)),
        migrator.add_column("recording", "kept_by", words(200)),
        migrator.add_column("recording", "delete_asked_at", Millis(null=True)),
        migrator.add_column("recording", "delete_why", words(20)),
        migrator.add_column("recording", "delete_by", words(200)),
        migrator.add_column("recording", "delete_reason", words(500)),
        migrator.add_column("recording", "delete_trouble", words(200)),
        migrator.add_column("recording", "deleted_at", Millis(null=True)),
    )
    db.execute_sql("UPDATE queue SET record_rule = 'none' WHERE NOT record")
    migrator.migrate(
        migrator.drop_column("queue", "record"),
        migrator.add_index("recording", ("account_id", "started_at"), False),
        migrator.add_index("recording", ("deleted_at", "started_at"), False),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("recording", "recording_deleted_at_started_at"),
        migrator.drop_index("recording", "recording_account_id_started_at"),
        migrator.add_column("queue", "record", BooleanField(default=True)),
    )
    db.execute_sql("UPDATE queue SET record = (record_rule <> 'none')")
    for name in (
        "deleted_at",
        "delete_trouble",
        "delete_reason",
        "delete_by",
        "delete_why",
        "delete_asked_at",
        "kept_by",
        "kept",
        "judged_at",
        "bytes",
        "problem",
        "rule",
    ):
        migrator.migrate(migrator.drop_column("recording", name))
    migrator.migrate(
        migrator.drop_column("account", "recording_days"),
        migrator.drop_column("queue", "recording_days"),
        migrator.drop_column("queue", "record_rule"),
        migrator.drop_table("kept_disposition"),
    )
