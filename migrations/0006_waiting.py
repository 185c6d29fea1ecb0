"""What a caller lives through: announcements, keys, overflow to numbers and voicemail; callbacks."""

from peewee import *

ONWARD = ("exit_queue_id",)

TEXTS = {
    "hold_message": 300,
    "callback_key": 1,
    "callback_prompt": 300,
    "callback_number": 32,
    "exit_key": 1,
    "exit_prompt": 300,
    "exit_message": 300,
    "exit_number": 32,
    "max_wait_number": 32,
    "max_length_number": 32,
    "closed_number": 32,
    "voicemail_greeting": 300,
}
WHOLE = {
    "announce_first_s": 15,
    "announce_every_s": 45,
    "callback_tries": 3,
    "callback_retry_s": 300,
    "outside_ring_s": 30,
    "voicemail_max_s": 120,
    "voicemail_silence_s": 4,
}
YES_NO = {"announce_position": False, "announce_wait": False, "keep_abandoned": True}
WORDS = {"exit_then": "hang_up", "closed_then": "hang_up"}


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class Agent(Model):
        class Meta:
            database = db
            table_name = "agent"

    class Contact(Model):
        class Meta:
            database = db
            table_name = "contact"

    class Queue(Model):
        class Meta:
            database = db
            table_name = "queue"

    class Callback(Model):
        id = CharField(max_length=36, primary_key=True)
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        queue = ForeignKeyField(Queue, null=True, on_delete="SET NULL")
        number = CharField(max_length=64)
        name = CharField(max_length=200, default="")
        contact = ForeignKeyField(Contact, null=True, on_delete="SET NULL")
        owner = ForeignKeyField(Agent, null=True, on_delete="SET NULL")
        reason = CharField(max_length=20)
        state = CharField(max_length=20, default="OPEN")
        due_at = BigIntegerField(null=True)
        tries = IntegerField(default=0)
        times = IntegerField(default=1)
        last_cause = CharField(max_length=60, default="")
        from_call = CharField(max_length=36, default="")
        recording = CharField(max_length=36, default="")
        created_at = BigIntegerField()
        changed_at = BigIntegerField()
        closed_at = BigIntegerField(null=True)
        closed_why = CharField(max_length=60, default="")

        class Meta:
            database = db
            table_name = "callback"
            indexes = ((("account", "state", "created_at"), False),)

    db.create_tables([Callback])
    migrator.migrate(
        *(
            migrator.add_column("queue", name, CharField(max_length=most, default=""))
            for name, most in TEXTS.items()
        ),
        *(migrator.add_column("queue", name, IntegerField(default=value)) for name, value in WHOLE.items()),
        *(migrator.add_column("queue", name, BooleanField(default=value)) for name, value in YES_NO.items()),
        *(
            migrator.add_column("queue", name, CharField(max_length=20, default=value))
            for name, value in WORDS.items()
        ),
        *(
            migrator.add_column(
                "queue", name, ForeignKeyField(Queue, Queue.id, null=True, on_delete="SET NULL")
            )
            for name in ONWARD
        ),
    )


def down(migrator, db):
    migrator.migrate(
        *(migrator.drop_index("queue", f"queue_{name}") for name in ONWARD),
        *(migrator.drop_column("queue", name) for name in (*ONWARD, *WORDS, *YES_NO, *WHOLE, *TEXTS)),
        migrator.drop_table("callback"),
    )
