"""The mark is the number of a journal entry: as wide as journal_entry.id."""

from peewee import *


def up(migrator, db):
    migrator.migrate(
        migrator.alter_column_type("projection_mark", "position", BigIntegerField(default=0)),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.alter_column_type("projection_mark", "position", IntegerField(default=0)),
    )
