"""Tables of messages (TC-10, TC-11, TC-34)."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from fs_app.accounts.model import Account
from fs_app.db import Base, Json, LastingId, Millis
from fs_app.queues.model import Queue


class MessageProvider(Base):
    """Who carries messages of one `channel` (mail, sms). `settings` are `mail.Server` or `sms.Gateway` as plain values;
    `secret` is encrypted (`vault.py`). The `preferred` one of a channel is used, else its oldest active one."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="message_providers", on_delete="CASCADE")
    name = CharField(max_length=100)
    channel = CharField(max_length=10)
    active = BooleanField(default=True)
    preferred = BooleanField(default=False)
    settings = Json(default=dict)
    secret = TextField(default="")
    created_at = Millis()

    class Meta:
        indexes = ((("account", "name"), True),)


class MessageTemplate(Base):
    """What is written, in as many languages as there are `MessageText` rows."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="message_templates", on_delete="CASCADE")
    name = CharField(max_length=100)
    channel = CharField(max_length=10)
    created_at = Millis()

    class Meta:
        indexes = ((("account", "name"), True),)


class MessageText(Base):
    """A template in one language; `{{names}}` stand for values (`text.py`). An SMS has no subject."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    template = ForeignKeyField(MessageTemplate, backref="texts", on_delete="CASCADE")
    language = CharField(max_length=8)
    subject = CharField(max_length=200, default="")
    text = TextField()

    class Meta:
        indexes = ((("template", "language"), True),)


class QueueMessage(Base):
    """What a queue sends, and when: `moment` is one of `state.MOMENTS`. With `dispositions` only after one of them.
    To the caller, or by mail to `mail_to`; `attach`: with the message that he left."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    queue = ForeignKeyField(Queue, backref="sends", on_delete="CASCADE")
    moment = CharField(max_length=20)
    template = ForeignKeyField(MessageTemplate, backref="used", on_delete="RESTRICT")
    dispositions = Json(default=list)
    delay_s = IntegerField(default=0)
    mail_to = CharField(max_length=254, default="")
    attach = BooleanField(default=False)
    position = IntegerField(default=0)


class MessageSettings(Base):
    """Limits of an account; without a row the defaults count."""

    id = AutoField()
    account = ForeignKeyField(Account, unique=True, on_delete="CASCADE")
    per_minute = IntegerField(default=60)
    per_recipient_day = IntegerField(default=5)
    voicemail_attach = BooleanField(default=True)


class Message(Base):
    """One message to one person. `origin` says what it was wanted for: the same thing is never sent twice.

    `state`: WAITING (due at `due_at`), SENDING (claimed), SENT, FAILED, CANCELLED, or UNKNOWN: it was given away and
    nobody knows whether it arrived; people decide. `why` is a word of the catalogue (`messages.why.…`), `detail` what
    the other side said. Subject and text are those that were sent; before, they are empty.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="messages", on_delete="CASCADE")
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
    variables = Json(default=dict)
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
        indexes = (
            (("account", "origin"), True),
            (("state", "due_at"), False),
            (("account", "created_at"), False),
            (("account", "recipient", "claimed_at"), False),
        )
