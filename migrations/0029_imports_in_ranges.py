"""PostgreSQL: which rows an import brought is kept by ranges of pages. An import's rows lie together, and an entry for
each of them in four indexes was a part of its time; SQLite knows no such index."""

from peewee import PostgresqlDatabase

OF_IMPORTS = (
    ("contact", "contact_import_id"),
    ("contact_number", "contact_number_import_id"),
    ("contact_file_row", "contactfilerow_import_id"),
    ("list_record", "listrecord_import_id"),
)


def up(migrator, db):
    if isinstance(db, PostgresqlDatabase):
        for table, name in OF_IMPORTS:
            db.execute_sql(f'DROP INDEX "{name}"')
            db.execute_sql(
                f'CREATE INDEX "{name}" ON "{table}" USING brin ("import_id") WITH (autosummarize = on)'
            )


def down(migrator, db):
    if isinstance(db, PostgresqlDatabase):
        for table, name in OF_IMPORTS:
            db.execute_sql(f'DROP INDEX "{name}"')
            db.execute_sql(f'CREATE INDEX "{name}" ON "{table}" ("import_id")')
