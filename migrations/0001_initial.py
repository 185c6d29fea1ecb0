# Generated from a schema diff on 2026-11-21 19:57.
from peewee import *
from fs_app.db import Json
from fs_app.db import Millis


def up(migrator, db):
    class Account(Model):
        slug = CharField(unique=True, max_length=64)
        name = CharField(max_length=200)
        language = CharField(max_length=5, default="fr")
        time_zone = CharField(max_length=64, default="Europe/Paris")
        country = CharField(max_length=2, default="FR")
        sip_domain = CharField(unique=True, max_length=200)
        accent = CharField(max_length=7, default="#066fd1")
        created_at = Millis()

        class Meta:
            database = db
            table_name = "account"

    db.create_tables([Account])

    class User(Model):
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        login = CharField(max_length=100)
        name = CharField(max_length=200)
        password_hash = TextField()
        role = CharField(max_length=20)
        language = CharField(max_length=5, default="")
        theme = CharField(max_length=10, default="auto")
        active = BooleanField(default=True)
        created_at = Millis()

        class Meta:
            database = db
            table_name = "app_user"
            indexes = ((("account", "login"), True),)

    db.create_tables([User])

    class Agent(Model):
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        user = ForeignKeyField(User, unique=True, on_delete="RESTRICT")
        number = CharField(max_length=32)
        sip_ha1 = CharField(max_length=32)
        active = BooleanField(default=True)
        created_at = Millis()

        class Meta:
            database = db
            table_name = "agent"
            indexes = ((("account", "number"), True),)

    db.create_tables([Agent])

    class DispositionSet(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)

        class Meta:
            database = db
            table_name = "disposition_set"
            indexes = ((("account", "name"), True),)

    db.create_tables([DispositionSet])

    class Queue(Model):
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        name = CharField(max_length=100)
        number = CharField(max_length=32)
        greeting = CharField(max_length=300, default="")
        music = CharField(max_length=300, default="")
        disposition_set = ForeignKeyField(DispositionSet, null=True, on_delete="RESTRICT")
        wrap_up = BooleanField(default=True)
        ring_s = IntegerField(default=20)
        no_answer_delay_s = IntegerField(default=10)
        inter_call_s = IntegerField(default=3)
        record = BooleanField(default=True)
        active = BooleanField(default=True)
        created_at = Millis()

        class Meta:
            database = db
            table_name = "queue"
            indexes = ((("account", "number"), True), (("account", "name"), True))

    db.create_tables([Queue])

    class Contact(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        last_name = CharField(max_length=200, default="")
        first_name = CharField(max_length=200, default="")
        company = CharField(max_length=200, default="")
        category = CharField(max_length=100, default="")
        mail = CharField(max_length=254, default="")
        address = TextField(default="")
        description = TextField(default="")
        version = IntegerField(default=1)
        created_at = Millis()
        updated_at = Millis()
        updated_by = ForeignKeyField(User, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "contact"

    db.create_tables([Contact])

    class Disposition(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        set = ForeignKeyField(DispositionSet, on_delete="CASCADE")
        parent = ForeignKeyField("self", null=True, on_delete="CASCADE")
        code = CharField(max_length=32)
        label = CharField(max_length=100)
        category = CharField(max_length=20, default="argued")
        position = IntegerField(default=0)
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "disposition"
            indexes = ((("set", "code"), True),)

    db.create_tables([Disposition])

    class Call(Model):
        id = CharField(primary_key=True, max_length=36)
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        direction = CharField(max_length=10, default="inbound")
        stage = CharField(max_length=20)
        queue = ForeignKeyField(Queue, null=True, on_delete="SET NULL")
        agent = ForeignKeyField(Agent, null=True, on_delete="SET NULL")
        contact = ForeignKeyField(Contact, null=True, on_delete="SET NULL")
        caller_number = TextField(default="")
        caller_name = TextField(default="")
        called_number = TextField(default="")
        ticket = BigIntegerField(null=True)
        started_at = Millis(index=True)
        queued_at = Millis(null=True)
        answered_at = Millis(null=True)
        ended_at = Millis(null=True)
        ended_by = CharField(max_length=20, default="")
        outcome = CharField(max_length=30, default="")
        cause = CharField(max_length=60, default="")
        wait_ms = IntegerField(default=0)
        talk_ms = IntegerField(default=0)
        hold_ms = IntegerField(default=0)
        disposition = ForeignKeyField(Disposition, null=True, on_delete="SET NULL")
        disposition_note = TextField(default="")
        disposed_at = Millis(null=True)

        class Meta:
            database = db
            table_name = "call"
            indexes = ((("account", "started_at"), False), (("agent", "started_at"), False))

    db.create_tables([Call])

    class ContactNumber(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        contact = ForeignKeyField(Contact, on_delete="CASCADE")
        number = CharField(max_length=32)
        kind = CharField(max_length=20, default="mobile")

        class Meta:
            database = db
            table_name = "contact_number"
            indexes = ((("account", "number"), False), (("contact", "number"), True))

    db.create_tables([ContactNumber])

    class Did(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        number = CharField(unique=True, max_length=32)
        label = CharField(max_length=100, default="")
        queue = ForeignKeyField(Queue, null=True, on_delete="SET NULL")
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "did"

    db.create_tables([Did])

    class JournalEntry(Model):
        id = BigIntegerField(primary_key=True)
        account = ForeignKeyField(Account, null=True, on_delete="CASCADE")
        at = Millis()
        kind = CharField(max_length=60)
        call = CharField(index=True, null=True, max_length=36)
        agent = IntegerField(null=True)
        data = Json()

        class Meta:
            database = db
            table_name = "journal_entry"
            indexes = ((("account", "at"), False), (("agent", "at"), False))

    db.create_tables([JournalEntry])

    class Leg(Model):
        id = CharField(primary_key=True, max_length=64)
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        call = ForeignKeyField(Call, on_delete="CASCADE")
        role = CharField(max_length=20)
        agent = ForeignKeyField(Agent, null=True, on_delete="SET NULL")
        number = TextField(default="")
        sip_call_id = TextField(default="")
        created_at = Millis()
        answered_at = Millis(null=True)
        ended_at = Millis(null=True)
        cause = CharField(max_length=60, default="")
        by_far_end = BooleanField(null=True)

        class Meta:
            database = db
            table_name = "leg"

    db.create_tables([Leg])

    class NotReadyReason(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        code = CharField(max_length=32)
        label = CharField(max_length=100)
        position = IntegerField(default=0)
        active = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "not_ready_reason"
            indexes = ((("account", "code"), True),)

    db.create_tables([NotReadyReason])

    class ProjectionMark(Model):
        journal = CharField(primary_key=True, max_length=40)
        position = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "projection_mark"

    db.create_tables([ProjectionMark])

    class QueueMember(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        queue = ForeignKeyField(Queue, on_delete="CASCADE")
        agent = ForeignKeyField(Agent, on_delete="CASCADE")

        class Meta:
            database = db
            table_name = "queue_member"
            indexes = ((("queue", "agent"), True),)

    db.create_tables([QueueMember])

    class Recording(Model):
        id = CharField(primary_key=True, max_length=36)
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        call = ForeignKeyField(Call, on_delete="CASCADE")
        agent = ForeignKeyField(Agent, null=True, on_delete="SET NULL")
        path = CharField(max_length=300)
        started_at = Millis()
        ended_at = Millis(null=True)
        duration_ms = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "recording"

    db.create_tables([Recording])

    class UserSession(Model):
        token_hash = CharField(primary_key=True, max_length=64)
        user = ForeignKeyField(User, on_delete="CASCADE")
        created_at = Millis()
        seen_at = Millis()
        expires_at = Millis()
        revoked_at = Millis(null=True)
        address = CharField(max_length=64, default="")
        browser = CharField(max_length=300, default="")

        class Meta:
            database = db
            table_name = "user_session"

    db.create_tables([UserSession])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("user_session"))
    migrator.migrate(migrator.drop_table("recording"))
    migrator.migrate(migrator.drop_table("queue_member"))
    migrator.migrate(migrator.drop_table("projection_mark"))
    migrator.migrate(migrator.drop_table("not_ready_reason"))
    migrator.migrate(migrator.drop_table("leg"))
    migrator.migrate(migrator.drop_table("journal_entry"))
    migrator.migrate(migrator.drop_table("did"))
    migrator.migrate(migrator.drop_table("contact_number"))
    migrator.migrate(migrator.drop_table("call"))
    migrator.migrate(migrator.drop_table("disposition"))
    migrator.migrate(migrator.drop_table("contact"))
    migrator.migrate(migrator.drop_table("queue"))
    migrator.migrate(migrator.drop_table("disposition_set"))
    migrator.migrate(migrator.drop_table("agent"))
    migrator.migrate(migrator.drop_table("app_user"))
    migrator.migrate(migrator.drop_table("account"))
