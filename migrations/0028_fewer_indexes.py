"""Indexes that another one begins with, one of a million numbers that few records need, and two that were missing:
who deletes a contact asks whether it is spoken of."""

NEEDLESS = (
    ("contact", "contact_account_id", "account_id"),
    ("contact_number", "contactnumber_account_id", "account_id"),
    ("contact_number", "contactnumber_contact_id", "contact_id"),
    # Nobody is looked for by it, and no user is ever deleted.
    ("contact", "contact_updated_by_id", "updated_by_id"),
)

MISSING = (
    ("contact", "contact_merged_into", "merged_into_id"),
    ("record_attempt", "record_attempt_contact", "contact_id"),
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
    for table, name, column in MISSING:
        db.execute_sql(f'CREATE INDEX "{name}" ON "{table}" ("{column}") WHERE ("{column}" IS NOT NULL)')
    db.execute_sql('DROP INDEX "importchange_job_id"')
    db.execute_sql('CREATE INDEX "importchange_job_id_row" ON "import_change" ("job_id", "row")')


def down(migrator, db):
    db.execute_sql('DROP INDEX "importchange_job_id_row"')
    db.execute_sql('CREATE INDEX "importchange_job_id" ON "import_change" ("job_id")')
    for _table, name, _column in MISSING:
        db.execute_sql(f'DROP INDEX "{name}"')
    db.execute_sql('DROP INDEX "list_record_number"')
    db.execute_sql('CREATE INDEX "listrecord_account_id_number" ON "list_record" ("account_id", "number")')
    for table, name, column in NEEDLESS:
        db.execute_sql(f'CREATE INDEX "{name}" ON "{table}" ("{column}")')
