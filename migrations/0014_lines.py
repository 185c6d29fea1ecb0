"""Lines: whether a blind transfer that fails comes back, and how long a caller waits for the same agent alone."""

from peewee import *


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("queue", "transfer_returns", BooleanField(default=True)),
        migrator.add_column("queue", "preferred_s", IntegerField(default=20)),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("queue", "preferred_s"), migrator.drop_column("queue", "transfer_returns")
    )
