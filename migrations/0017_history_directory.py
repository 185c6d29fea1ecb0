"""Each agent's part in a call, what agents write to each other, the directory and its imports."""

from peewee import *

from fs_app.db import Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class User(Model):
        class Meta:
            database = db
            table_name = "app_user"

    class Agent(Model):
        class Meta:
            database = db
            table_name = "agent"

    class Queue(Model):
        class Meta:
            database = db
            table_name = "queue"

    class Disposition(Model):
        class Meta:
            database = db
            table_name = "disposition"

    class Call(Model):
        id = CharField(max_length=36, primary_key=True)

        class Meta:
            database = db
            table_name = "call"

    class CallPart(Model):
        id = BigIntegerField(primary_key=True)
        account = ForeignKeyField(Account, on_delete="CASCADE")
        call = ForeignKeyField(Call, on_delete="CASCADE")
        agent = ForeignKeyField(Agent, on_delete="CASCADE")
        queue = ForeignKeyField(Queue, null=True, on_delete="SET NULL")
        direction = CharField(max_length=10, default="in")
        how = CharField(max_length=12, default="taken")
        number = TextField(default="")
        name = TextField(default="")
        began_at = Millis()
        presented_at = Millis(null=True)
        answered_at = Millis(null=True)
        connected_at = Millis(null=True)
        ended_at = Millis(null=True)
        over_at = Millis(null=True)
        held_since = Millis(null=True)
        wait_ms = IntegerField(default=0)
        talk_ms = IntegerField(default=0)
        hold_ms = IntegerField(default=0)
        wrap_up_ms = IntegerField(default=0)
        missed = BooleanField(default=False)
        cause = CharField(max_length=60, default="")
        ended_by = CharField(max_length=20, default="")
        disposition = ForeignKeyField(Disposition, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "call_part"
            indexes = (
                (("agent", "began_at", "id", "account", "direction", "missed"), False),
                (("account", "began_at"), False),
            )

    class AgentMessage(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        entry = BigIntegerField()
        sender = ForeignKeyField(User, on_delete="CASCADE")
        sender_agent = ForeignKeyField(Agent, null=True, on_delete="CASCADE")
        recipient = ForeignKeyField(Agent, on_delete="CASCADE")
        text = TextField()
        at = Millis()

        class Meta:
            database = db
            table_name = "agent_message"
            indexes = (
                (("entry", "recipient"), True),
                (("recipient", "at"), False),
                (("sender_agent", "at"), False),
            )

    class DirectoryImport(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        file = CharField(max_length=200, default="")
        at = Millis()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        by_name = CharField(max_length=200, default="")
        added = IntegerField(default=0)
        refused = IntegerField(default=0)
        refused_file = TextField(default="")
        undone_at = Millis(null=True)
        removed = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "directory_import"

    class DirectoryEntry(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        owner = ForeignKeyField(Agent, null=True, on_delete="CASCADE")
        category = CharField(max_length=100, default="")
        name = CharField(max_length=200, default="")
        company = CharField(max_length=200, default="")
        mail = CharField(max_length=254, default="")
        office = CharField(max_length=32, default="")
        mobile = CharField(max_length=32, default="")
        folded = TextField(default="")
        digits = TextField(default="")
        version = IntegerField(default=1)
        created_at = Millis()
        updated_at = Millis()
        updated_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        brought_by = ForeignKeyField(DirectoryImport, null=True, on_delete="SET NULL")

        class Meta:
            database = db
            table_name = "directory_entry"
            indexes = (
                (("account", "owner"), False),
                (("account", "office"), False),
                (("account", "mobile"), False),
            )

    db.create_tables([CallPart, AgentMessage, DirectoryImport, DirectoryEntry])


def down(migrator, db):
    migrator.migrate(
        migrator.drop_table("directory_entry"),
        migrator.drop_table("directory_import"),
        migrator.drop_table("agent_message"),
        migrator.drop_table("call_part"),
    )
