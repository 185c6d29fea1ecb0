"""Permanent lines, capacity per kind of work, and what a queue does when nobody qualifies its calls."""

from peewee import *

CAPACITY = {"capacity_voice": 1, "capacity_chat": 3, "capacity_mail": 1, "capacity_case": 1}


def up(migrator, db):
    class Disposition(Model):
        class Meta:
            database = db
            table_name = "disposition"

    chosen = ForeignKeyField(Disposition, Disposition.id, null=True, on_delete="SET NULL")
    migrator.migrate(
        migrator.add_column("agent", "permanent_line", BooleanField(default=False)),
        *(migrator.add_column("agent", name, IntegerField(default=most)) for name, most in CAPACITY.items()),
        migrator.add_column("queue", "auto_qualify_s", IntegerField(default=0)),
        migrator.add_column("queue", "auto_disposition_id", chosen),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("queue", "queue_auto_disposition_id"),
        migrator.drop_column("queue", "auto_disposition_id"),
        migrator.drop_column("queue", "auto_qualify_s"),
        *(migrator.drop_column("agent", name) for name in CAPACITY),
        migrator.drop_column("agent", "permanent_line"),
    )
