"""Legal rules of accounts, consent with its proof, registers of those who want no calls, what a queue calls for."""

from peewee import *

from fs_app.db import Json, Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class Contact(Model):
        class Meta:
            database = db
            table_name = "contact"

    class LegalRule(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        country = CharField(max_length=2, default="")
        kind = CharField(max_length=40)
        rules = Json(null=True)
        source = CharField(max_length=500, default="")
        reason = CharField(max_length=500, default="")
        edited_at = Millis()
        edited_by = CharField(max_length=200, default="")

        class Meta:
            database = db
            table_name = "legal_rule"
            indexes = ((("account", "country", "kind"), True),)

    class Consent(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        contact = ForeignKeyField(Contact, null=True, on_delete="SET NULL")
        number = CharField(max_length=32, default="")
        mail = CharField(max_length=254, default="")
        purpose = CharField(max_length=20, default="marketing")
        given_at = Millis()
        source = CharField(max_length=200, default="")
        text = TextField(default="")
        channel = CharField(max_length=20, default="")
        created_at = Millis()
        created_by = CharField(max_length=200, default="")
        withdrawn_at = Millis(null=True)
        withdrawn_by = CharField(max_length=200, default="")
        withdrawn_how = CharField(max_length=200, default="")
        import_id = IntegerField(null=True, index=True)

        class Meta:
            database = db
            table_name = "consent"
            indexes = ((("account", "number"), False), (("account", "mail"), False))

    class OptOutList(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        country = CharField(max_length=2, default="")
        form = CharField(max_length=10, default="numbers")
        spelling = CharField(max_length=10, default="e164")
        generation = IntegerField(default=0)
        loading = IntegerField(null=True)
        count = IntegerField(default=0)
        refused = IntegerField(default=0)
        done = IntegerField(default=0)
        total = IntegerField(default=0)
        state = CharField(max_length=10, default="READY")
        error = CharField(max_length=200, default="")
        file = CharField(max_length=200, default="")
        as_of = Millis(null=True)
        loaded_at = Millis(null=True)
        loaded_by = CharField(max_length=200, default="")
        created_at = Millis()
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "opt_out_list"
            indexes = ((("account", "name"), True),)

    class OptOutNumber(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
        list = ForeignKeyField(OptOutList, on_delete="CASCADE", index=False)
        generation = IntegerField()
        key = BigIntegerField()

        class Meta:
            database = db
            table_name = "opt_out_number"
            indexes = ((("list", "generation", "key"), False),)

    db.create_tables([LegalRule, Consent, OptOutList, OptOutNumber])
    migrator.migrate(
        migrator.add_column("queue", "purpose", CharField(max_length=10, default="service")),
        migrator.add_column("dnc_entry", "list_id", IntegerField(null=True)),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("dnc_entry", "list_id"),
        migrator.drop_column("queue", "purpose"),
        migrator.drop_table("opt_out_number"),
        migrator.drop_table("opt_out_list"),
        migrator.drop_table("consent"),
        migrator.drop_table("legal_rule"),
    )
