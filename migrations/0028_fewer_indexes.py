"""Indexes that another one begins with, and one of a million numbers that only a few records need."""

NEEDLESS = (
    ("contact", "contact_account_id", "account_id"),
    ("contact_number", "contactnumber_account_id", "account_id"),
    ("contact_number", "contactnumber_contact_id", "contact_id"),
    ("contact", "contact_updated_by_id", "updated_by_id"),  # nobody is looked for by it, and no user is ever deleted
)


def up(migrator, db):
    for _table, name, _column in NEEDLESS:
        db.execute_sql(f'DROP INDEX "{name}"')
    db.execute_sql('DROP INDEX "listrecord_account_id_number"')
    db.execute_sql(
        'CREATE INDEX "list_record_number" ON "list_record" ("account_id", "number") '
        'WHERE ("contact_id" IS NULL OR "attempt_times" IS NOT NULL '
        'OR "refused_at" IS NOT NULL OR "abandoned_at" IS NOT NULL)'
    )


def down(migrator, db):
    db.execute_sql('DROP INDEX "list_record_number"')
    db.execute_sql('CREATE INDEX "listrecord_account_id_number" ON "list_record" ("account_id", "number")')
    for table, name, column in NEEDLESS:
        db.execute_sql(f'CREATE INDEX "{name}" ON "{table}" ("{column}")')
