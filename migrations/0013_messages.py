"""Mail and SMS: providers, templates, when a queue sends, the outbox; callers who wait when a queue closes."""

from peewee import *

from fs_app.db import Json, Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class Queue(Model):
        class Meta:
            database = db
            table_name = "queue"

    class MessageProvider(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        channel = CharField(max_length=10)
        active = BooleanField(default=True)
        preferred = BooleanField(default=False)
        settings = Json()
        secret = TextField(default="")
        created_at = Millis()

        class Meta:
            database = db
            table_name = "message_provider"
            indexes = ((("account", "name"), True),)

    class MessageTemplate(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        channel = CharField(max_length=10)
        created_at = Millis()

        class Meta:
            database = db
            table_name = "message_template"
            indexes = ((("account", "name"), True),)

    class MessageText(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        template = ForeignKeyField(MessageTemplate, on_delete="CASCADE")
        language = CharField(max_length=8)
        subject = CharField(max_length=200, default="")
        text = TextField()

        class Meta:
            database = db
            table_name = "message_text"
            indexes = ((("template", "language"), True),)

    class QueueMessage(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        queue = ForeignKeyField(Queue, on_delete="CASCADE")
        moment = CharField(max_length=20)
        template = ForeignKeyField(MessageTemplate, on_delete="RESTRICT")
        dispositions = Json()
        delay_s = IntegerField(default=0)
        mail_to = CharField(max_length=254, default="")
        attach = BooleanField(default=False)
        position = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "queue_message"

    class MessageSettings(Model):
        account = ForeignKeyField(Account, unique=True, on_delete="CASCADE")
        per_minute = IntegerField(default=60)
        per_recipient_day = IntegerField(default=5)
        voicemail_attach = BooleanField(default=True)

        class Meta:
            database = db
            table_name = "message_settings"

    class Message(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        origin = CharField(max_length=100)
        channel = CharField(max_length=10)
        template = ForeignKeyField(MessageTemplate, null=True, on_delete="SET NULL")
        template_name = CharField(max_length=100, default="")
        provider = ForeignKeyField(MessageProvider, null=True, on_delete="SET NULL")
        provider_name = CharField(max_length=100, default="")
        call = CharField(max_length=36, default="", index=True)
        queue = ForeignKeyField(Queue, null=True, on_delete="SET NULL")
        rule = IntegerField(null=True)
        recipient = CharField(max_length=254, default="")
        language = CharField(max_length=8, default="")
        subject = CharField(max_length=400, default="")
        text = TextField(default="")
        variables = Json()
        recording = CharField(max_length=36, default="")
        state = CharField(max_length=12, default="WAITING")
        tries = IntegerField(default=0)
        parts = IntegerField(default=0)
        created_at = Millis()
        due_at = Millis()
        expires_at = Millis()
        claimed_at = Millis(null=True)
        ended_at = Millis(null=True)
        why = CharField(max_length=60, default="")
        detail = CharField(max_length=500, default="")
        reference = CharField(max_length=200, default="")
        wanted_by = CharField(max_length=200, default="")

        class Meta:
            database = db
            table_name = "message"
            indexes = (
                (("account", "origin"), True),
                (("state", "due_at"), False),
                (("account", "created_at"), False),
                (("account", "recipient", "claimed_at"), False),
            )

    db.create_tables([MessageProvider, MessageTemplate, MessageText, QueueMessage, MessageSettings, Message])
    migrator.migrate(
        migrator.add_column("queue", "closing_waiting", CharField(max_length=10, default="serve"))
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("queue", "closing_waiting"),
        migrator.drop_table("message"),
        migrator.drop_table("message_settings"),
        migrator.drop_table("queue_message"),
        migrator.drop_table("message_text"),
        migrator.drop_table("message_template"),
        migrator.drop_table("message_provider"),
    )
