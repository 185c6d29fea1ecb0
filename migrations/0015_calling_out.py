"""Calling out: what an account's agents may dial, numbers that must not be called, the numbers that a queue shows."""

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

    class Schedule(Model):
        class Meta:
            database = db
            table_name = "schedule"

    class HolidaySet(Model):
        class Meta:
            database = db
            table_name = "holiday_set"

    class OutgoingSettings(Model):
        account = ForeignKeyField(Account, unique=True, on_delete="CASCADE")
        emergency = BooleanField(default=True)
        short = TextField(default="")
        only = TextField(default="")
        barred = TextField(default="")
        premium = BooleanField(default=False)
        withheld = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "outgoing_settings"

    class DncEntry(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        number = CharField(max_length=20)
        prefix = BooleanField(default=False)
        queue = ForeignKeyField(Queue, null=True, on_delete="CASCADE")
        reason = CharField(max_length=200, default="")
        source = CharField(max_length=30, default="hand")
        expires_at = Millis(null=True)
        created_at = Millis()
        created_by = CharField(max_length=200, default="")

        class Meta:
            database = db
            table_name = "dnc_entry"
            indexes = ((("account", "number"), False),)

    db.create_tables([OutgoingSettings, DncEntry])
    migrator.migrate(
        migrator.add_column("queue", "caller_id", CharField(max_length=32, default="")),
        migrator.add_column("queue", "caller_ids", TextField(default="")),
        migrator.add_column(
            "queue",
            "customer_schedule_id",
            ForeignKeyField(Schedule, Schedule.id, null=True, on_delete="RESTRICT"),
        ),
        migrator.add_column(
            "queue",
            "customer_holidays_id",
            ForeignKeyField(HolidaySet, HolidaySet.id, null=True, on_delete="RESTRICT"),
        ),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("queue", "queue_customer_holidays_id"),
        migrator.drop_index("queue", "queue_customer_schedule_id"),
        migrator.drop_column("queue", "customer_holidays_id"),
        migrator.drop_column("queue", "customer_schedule_id"),
        migrator.drop_column("queue", "caller_ids"),
        migrator.drop_column("queue", "caller_id"),
        migrator.drop_table("dnc_entry"),
        migrator.drop_table("outgoing_settings"),
    )
