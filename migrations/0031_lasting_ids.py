"""SQLite: ids that stand in addresses, in the audit log or in other tables are not given again.

AUTOINCREMENT changes nothing of what lies on the disk, only how the next id is found. So the tables are not written
anew: their text in the schema is, as SQLite's manual has it for such changes (lang_altertable.html, 7 "Making other
kinds of table schema changes"), in the one transaction of this migration, whatever the size of the database. The
counters begin above the highest id that is there or that anybody remembers.
"""

from peewee import ProgrammingError, SqliteDatabase

LASTING = (
    # Those of an import first: the table of the counters is read from its beginning for each row that is added.
    "contact",
    "list_record",
    "consent",
    "agent",
    "api_key",
    "app_user",
    "call_list",
    "characteristic",
    "contact_field",
    "contact_file",
    "contact_merge",
    "did",
    "directory_entry",
    "directory_import",
    "display",
    "disposition",
    "disposition_set",
    "distribution_rule",
    "dnc_entry",
    "flow",
    "holiday",
    "holiday_set",
    "import_job",
    "legal_hold",
    "legal_rule",
    "list_action",
    "list_filter",
    "message",
    "message_provider",
    "message_template",
    "music_list",
    "not_ready_reason",
    "opt_out_list",
    "person_job",
    "phone",
    "planner",
    "profile",
    "profiler",
    "queue",
    "schedule",
    "seat",
    "segment",
    "skill",
    "sound",
    "sound_file",
    "voicemail_box",
)

PLAIN = '"id" INTEGER NOT NULL PRIMARY KEY'
KEPT = PLAIN + " AUTOINCREMENT"

REMEMBERED = {
    "contact": (
        ("contact", "merged_into_id"),
        ("contact_merge", "kept_id"),
        ("contact_merge", "lost_id"),
        ("record_attempt", "contact_id"),
        ("import_change", "row"),
    ),
    "list_record": (("record_attempt", "record_id"), ("call", "record_id"), ("list_change", "record")),
    "call_list": (("record_attempt", "list_id"), ("import_job", "call_list_id"), ("dnc_entry", "list_id")),
    "contact_file": (("import_job", "contact_file_id"),),
    "disposition": (("list_record", "disposition"), ("record_attempt", "disposition_id")),
    "disposition_set": (("contact_file_row", "disposition_set"),),
    "import_job": (
        ("contact", "import_id"),
        ("contact_number", "import_id"),
        ("list_record", "import_id"),
        ("contact_file_row", "import_id"),
        ("call_list", "import_id"),
        ("contact_file", "import_id"),
        ("consent", "import_id"),
    ),
}
"""Table → columns that name its rows without a reference."""

AUDITED = {
    "blacklist": "dnc_entry",
    "box": "voicemail_box",
    "desk_phone": "phone",
    "import": "import_job",
    "list_characteristic": "characteristic",
    "list_planner": "planner",
    "list_profiler": "profiler",
    "list_rule": "distribution_rule",
    "number": "did",
    "reason": "not_ready_reason",
    "register": "opt_out_list",
    "user": "app_user",
}
"""Kind of the audit log → table, where they have not the same name."""


def up(migrator, db):
    if not isinstance(db, SqliteDatabase):
        return
    # The table of the counters comes with the first table that has one, and stays.
    db.execute_sql('CREATE TABLE "lasting" ("id" INTEGER PRIMARY KEY AUTOINCREMENT)')
    db.execute_sql('DROP TABLE "lasting"')
    highest = _highest(db)
    _write(db, PLAIN, KEPT)
    for table in LASTING:
        db.execute_sql('INSERT INTO "sqlite_sequence" ("name", "seq") VALUES (?, ?)', (table, highest[table]))


def down(migrator, db):
    if isinstance(db, SqliteDatabase):
        _write(db, KEPT, PLAIN)
        db.execute_sql('DELETE FROM "sqlite_sequence"')


def _highest(db):
    """Table → the highest id that a row of it has or had, as far as it is known."""
    found = {}
    for table in LASTING:
        columns = ((table, "id"), *REMEMBERED.get(table, ()))
        found[table] = max(_one(db, f'SELECT coalesce(max("{c}"), 0) FROM "{t}"') for t, c in columns)  # noqa: S608
    audited = db.execute_sql(
        'SELECT "kind", max(CAST("object" AS INTEGER)) FROM "audit_entry" '
        'WHERE "object" <> \'\' AND "object" NOT GLOB \'*[^0-9]*\' AND length("object") < 10 GROUP BY "kind"'
    )
    for kind, number in audited.fetchall():
        table = AUDITED.get(kind, kind)
        if table in found:
            found[table] = max(found[table], number)
    return found


def _one(db, question):
    return db.execute_sql(question).fetchone()[0]


def _write(db, old, new):
    """Put `new` for `old` into the schema's text of each table. A table that says something else fails: then nothing
    is changed."""
    version = _one(db, "PRAGMA schema_version")
    db.execute_sql("PRAGMA writable_schema = ON")
    try:
        for table in LASTING:
            changed = db.execute_sql(
                "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ? "
                "AND instr(sql, ? || ',') > 0",
                (old, new, table, old),
            )
            if changed.rowcount != 1:
                raise ProgrammingError(f"the schema of the table {table} is not as it should be")
        db.execute_sql(f"PRAGMA schema_version = {version + 1}")
    finally:
        # With its reset this connection reads the schema again, too.
        db.execute_sql("PRAGMA writable_schema = RESET")
