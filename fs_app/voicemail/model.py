"""Tables of voicemail: a box, and a message that was left in a box or in a queue."""

from __future__ import annotations

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField

from fs_app.accounts.model import Account
from fs_app.calls.model import Call
from fs_app.db import Base, LastingId, Millis
from fs_app.queues.model import Queue


class VoicemailBox(Base):
    """Where a menu takes messages. `greeting` is a prompt of the sounds library, or empty: the spoken one. A message
    is `most_s` long at most and ended by `silence_s` of silence; `mail` gets word of each (empty: nobody)."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="voicemail_boxes", on_delete="CASCADE")
    name = CharField(max_length=100)
    mail = CharField(max_length=200, default="")
    greeting = CharField(max_length=300, default="")
    most_s = IntegerField(default=120)
    silence_s = IntegerField(default=4)
    active = BooleanField(default=True)
    created_at = Millis()

    class Meta:
        indexes = ((("account", "name"), True),)


class Voicemail(Base):
    """A message: `recording` is its file, `state` is one of `voicemail.state`. Only the projection writes it."""

    id = CharField(max_length=36, primary_key=True)
    account = ForeignKeyField(Account, on_delete="RESTRICT")
    box = ForeignKeyField(VoicemailBox, null=True, backref="messages", on_delete="SET NULL")
    queue = ForeignKeyField(Queue, null=True, backref="+", on_delete="SET NULL")
    call = ForeignKeyField(Call, backref="voicemails", on_delete="CASCADE")
    recording = CharField(max_length=36)
    number = CharField(max_length=64, default="")
    name = CharField(max_length=200, default="")
    left_at = Millis()
    duration_ms = IntegerField(default=0)
    state = CharField(max_length=20, default="NEW")
    heard_at = Millis(null=True)
    heard_by = CharField(max_length=200, default="")
    changed_at = Millis()

    class Meta:
        indexes = ((("account", "left_at"), False),)
