"""Files that bring contacts and call lists, what they changed, and how files of a source are read."""

from peewee import *

from fs_app.db import Json, Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class User(Model):
        class Meta:
            database = db
            table_name = "app_user"

    class ImportJob(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=200, default="")
        source = CharField(max_length=100, default="")
        file = CharField(max_length=200, default="")
        size = BigIntegerField(default=0)
        salt = CharField(max_length=32)
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        by_name = CharField(max_length=200, default="")
        at = Millis()
        plan = Json(null=True)
        dialect = Json(null=True)
        state = CharField(max_length=12, default="NEW")
        phase = CharField(max_length=12, default="")
        runner = CharField(max_length=32, default="")
        position = IntegerField(default=0)
        total = IntegerField(default=0)
        counts = Json()
        refused_size = BigIntegerField(default=0)
        made = Json()
        error = CharField(max_length=100, default="")
        error_params = Json()
        call_list_id = IntegerField(null=True, index=True)
        contact_file_id = IntegerField(null=True, index=True)
        worked_ms = BigIntegerField(default=0)
        changed_since = IntegerField(default=0)
        checked_at = Millis(null=True)
        started_at = Millis(null=True)
        ended_at = Millis(null=True)
        undone_at = Millis(null=True)

        class Meta:
            database = db
            table_name = "import_job"
            indexes = ((("account", "at"), False), (("state",), False))

    class ImportChange(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
        job = ForeignKeyField(ImportJob, on_delete="CASCADE")
        kind = CharField(max_length=10, default="contact")
        row = IntegerField()
        before = Json()
        after = Json()
        version = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "import_change"

    class ImportMapping(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
        source = CharField(max_length=100)
        fingerprint = CharField(max_length=64, default="")
        columns = Json()
        settings = Json()
        used_at = Millis()

        class Meta:
            database = db
            table_name = "import_mapping"
            indexes = ((("account", "source"), True), (("account", "fingerprint"), False))

    db.create_tables([ImportJob, ImportChange, ImportMapping])


def down(migrator, db):
    migrator.migrate(
        migrator.drop_table("import_mapping"),
        migrator.drop_table("import_change"),
        migrator.drop_table("import_job"),
    )
