"""The outbound module: settings and retry rules of queues, what a disposition leads to, more about callbacks."""

from peewee import *

from fs_app.db import Json


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class Disposition(Model):
        class Meta:
            database = db
            table_name = "disposition"

    class RetryRule(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        owner = CharField(max_length=10)
        owner_id = IntegerField()
        result = CharField(max_length=20)
        delay_s = IntegerField()
        attempts = IntegerField()
        disposition = ForeignKeyField(Disposition, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "retry_rule"
            indexes = ((("owner", "owner_id", "result"), True),)

    db.create_tables([RetryRule])

    verdict = ForeignKeyField(Disposition, Disposition.id, null=True, on_delete="SET NULL")
    migrator.migrate(
        migrator.add_column("queue", "outbound", Json(default=dict)),
        migrator.add_column("disposition", "effect", CharField(max_length=20, default="")),
        migrator.add_column("callback", "note", TextField(default="")),
        migrator.add_column("callback", "personal", BooleanField(default=False)),
        migrator.add_column("callback", "last_result", CharField(max_length=20, default="")),
        migrator.add_column("callback", "last_times", IntegerField(default=0)),
        migrator.add_column("callback", "disposition_id", verdict),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("callback", "callback_disposition_id"),
        *(
            migrator.drop_column("callback", name)
            for name in ("disposition_id", "last_times", "last_result", "personal", "note")
        ),
        migrator.drop_column("disposition", "effect"),
        migrator.drop_column("queue", "outbound"),
        migrator.drop_table("retry_rule"),
    )
