"""What several people may edit at the same time counts its saves: the second one is told, and overwrites nothing."""

from peewee import IntegerField

TABLES = (
    "segment",
    "contact_field",
    "distribution_rule",
    "characteristic",
    "profiler",
    "planner",
    "list_filter",
    "outgoing_settings",
    "import_job",
)


def up(migrator, db):
    for table in TABLES:
        migrator.migrate(migrator.add_column(table, "version", IntegerField(default=1)))


def down(migrator, db):
    for table in TABLES:
        migrator.migrate(migrator.drop_column(table, "version"))
