"""Schedules, holiday sets, and what a queue says and does while it is closed (HN-160, HN-161)."""

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
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        created_at = Millis()

        class Meta:
            database = db
            table_name = "schedule"
            indexes = ((("account", "name"), True),)

    class ScheduleRange(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        schedule = ForeignKeyField(Schedule, on_delete="CASCADE")
        weekday = IntegerField()
        begin = IntegerField()
        end = IntegerField()

        class Meta:
            database = db
            table_name = "schedule_range"

    class HolidaySet(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        created_at = Millis()

        class Meta:
            database = db
            table_name = "holiday_set"
            indexes = ((("account", "name"), True),)

    class Holiday(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        set = ForeignKeyField(HolidaySet, on_delete="CASCADE")
        name = CharField(max_length=100)
        year = IntegerField(null=True)
        month = IntegerField()
        day = IntegerField()
        begin = IntegerField(default=0)
        end = IntegerField(default=1440)
        message = CharField(max_length=300, default="")

        class Meta:
            database = db
            table_name = "holiday"

    db.create_tables([Schedule, ScheduleRange, HolidaySet, Holiday])
    migrator.migrate(
        migrator.add_column(
            "queue",
            "schedule_id",
            ForeignKeyField(Schedule, field=Schedule.id, null=True, on_delete="RESTRICT"),
        ),
        migrator.add_column(
            "queue",
            "holiday_set_id",
            ForeignKeyField(HolidaySet, field=HolidaySet.id, null=True, on_delete="RESTRICT"),
        ),
        migrator.add_column("queue", "closed_message", CharField(max_length=300, default="")),
        migrator.add_column("queue", "holiday_message", CharField(max_length=300, default="")),
        migrator.add_column(
            "queue",
            "closed_queue_id",
            ForeignKeyField(Queue, field=Queue.id, null=True, on_delete="SET NULL"),
        ),
    )


def down(migrator, db):
    migrator.migrate(
        *(
            migrator.drop_index("queue", f"queue_{name}")
            for name in ("schedule_id", "holiday_set_id", "closed_queue_id")
        ),
        *(
            migrator.drop_column("queue", name)
            for name in (
                "schedule_id",
                "holiday_set_id",
                "closed_message",
                "holiday_message",
                "closed_queue_id",
            )
        ),
    )
    for name in ("holiday", "holiday_set", "schedule_range", "schedule"):
        migrator.migrate(migrator.drop_table(name))
