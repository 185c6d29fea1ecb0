"""Retention of each kind of data, the log of accesses, exports and erasures of persons, legal hold."""

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

    class Contact(Model):
        class Meta:
            database = db
            table_name = "contact"

    class RetentionRule(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        kind = CharField(max_length=30)
        days = IntegerField(null=True)
        last_at = Millis(null=True)
        last_count = IntegerField(default=0)
        total = BigIntegerField(default=0)

        class Meta:
            database = db
            table_name = "retention_rule"
            indexes = ((("account", "kind"), True),)

    class AccessLog(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        at = Millis()
        user = ForeignKeyField(User, null=True, on_delete="SET NULL")
        user_name = CharField(max_length=200)
        action = CharField(max_length=20)
        kind = CharField(max_length=20)
        object = CharField(max_length=200, default="")
        call = CharField(max_length=36, default="")
        label = CharField(max_length=200, default="")
        address = CharField(max_length=64, default="")

        class Meta:
            database = db
            table_name = "access_log"
            indexes = ((("account", "at"), False), (("account", "object"), False))

    class PersonJob(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        kind = CharField(max_length=10)
        state = CharField(max_length=10, default="NEW")
        what = Json(null=True)
        label = CharField(max_length=200, default="")
        language = CharField(max_length=8, default="")
        never_call = BooleanField(default=False)
        user = ForeignKeyField(User, null=True, on_delete="SET NULL")
        user_name = CharField(max_length=200, default="")
        created_at = Millis()
        started_at = Millis(null=True)
        ended_at = Millis(null=True)
        phase = CharField(max_length=30, default="")
        done = IntegerField(default=0)
        total = IntegerField(default=0)
        counts = Json(null=True)
        stays = Json(null=True)
        why = TextField(default="")
        file = CharField(max_length=200, default="")
        bytes = BigIntegerField(default=0)
        expires_at = Millis(null=True)
        downloads = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "person_job"
            indexes = ((("account", "created_at"), False), (("state",), False))

    class LegalHold(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        contact = ForeignKeyField(Contact, unique=True, on_delete="CASCADE")
        reason = CharField(max_length=500)
        user_name = CharField(max_length=200, default="")
        at = Millis()

        class Meta:
            database = db
            table_name = "legal_hold"

    class PrivacySecret(Model):
        account = ForeignKeyField(Account, primary_key=True, on_delete="CASCADE")
        salt = CharField(max_length=64)

        class Meta:
            database = db
            table_name = "privacy_secret"

    db.create_tables([RetentionRule, AccessLog, PersonJob, LegalHold, PrivacySecret])
    # A person is looked for by his number in years of calls, and the person of each call is its caller number.
    migrator.migrate(migrator.add_index("call", ("caller_number",), False))


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("call", "call_caller_number"),
        *(
            migrator.drop_table(name)
            for name in ("privacy_secret", "legal_hold", "person_job", "access_log", "retention_rule")
        ),
    )
