"""Supervision: queues given to supervisors, displays on the wall, the promised service of each queue."""

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

    class Queue(Model):
        class Meta:
            database = db
            table_name = "queue"

    class SupervisedQueue(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        user = ForeignKeyField(User, on_delete="CASCADE")
        queue = ForeignKeyField(Queue, on_delete="RESTRICT")

        class Meta:
            database = db
            table_name = "supervised_queue"
            indexes = ((("user", "queue"), True),)

    class Display(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        token_hash = CharField(max_length=64, unique=True)
        queues = Json()
        created_at = Millis()
        seen_at = Millis(null=True)
        revoked_at = Millis(null=True)

        class Meta:
            database = db
            table_name = "display"

    db.create_tables([SupervisedQueue, Display])
    migrator.migrate(
        migrator.add_column("queue", "service_s", IntegerField(default=20)),
        migrator.add_column("queue", "service_percent", IntegerField(default=80)),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("queue", "service_percent"),
        migrator.drop_column("queue", "service_s"),
        migrator.drop_table("display"),
        migrator.drop_table("supervised_queue"),
    )
