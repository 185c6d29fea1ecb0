"""Tables of agents and not-ready reasons."""

from __future__ import annotations

from peewee import BooleanField, CharField, ForeignKeyField, IntegerField

from fs_app.accounts.model import Account, User
from fs_app.db import Base, Json, LastingId, Millis


class Agent(Base):
    """A person who takes and makes calls: the user's telephone side.

    With a `permanent_line` the telephone is called once, at the log-in, and stays connected; calls come with a beep.
    `capacity_…` is how much of each kind of work he does at once (`agents/capacity.py`), 0: none.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="agents", on_delete="RESTRICT")
    user = ForeignKeyField(User, backref="agents", unique=True, on_delete="RESTRICT")
    number = CharField(max_length=32)  # SIP user in the account's domain
    sip_ha1 = CharField(max_length=32)  # md5(user:domain:password): the password itself is never kept
    active = BooleanField(default=True)
    created_at = Millis()
    permanent_line = BooleanField(default=False)
    capacity_voice = IntegerField(default=1)
    capacity_chat = IntegerField(default=3)
    capacity_mail = IntegerField(default=1)
    capacity_case = IntegerField(default=1)

    class Meta:
        indexes = ((("account", "number"), True),)


class AgentSettings(Base):
    """What an agent has chosen for his page (BA-150..156): `choices`, only those that are not the default
    (`agents/settings.py`), and `layout`, the order and folding of its modules."""

    agent = ForeignKeyField(Agent, primary_key=True, on_delete="CASCADE")
    account = ForeignKeyField(Account, on_delete="CASCADE")
    choices = Json(default=dict)
    layout = Json(default=dict)
    updated_at = Millis()


class NotReadyReason(Base):
    """Why an agent is unavailable (pause, lunch, training …)."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="not_ready_reasons", on_delete="CASCADE")
    code = CharField(max_length=32)
    label = CharField(max_length=100)
    position = IntegerField(default=0)
    active = BooleanField(default=True)

    class Meta:
        indexes = ((("account", "code"), True),)


# --- where they work -------------------------------------------------------------------------------------------
class Phone(Base):
    """A telephone that belongs to a desk, not to a person: who sits there works on it (BA-151)."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="phones", on_delete="CASCADE")
    number = CharField(max_length=32)  # SIP user in the account's domain; no agent has it as his own
    sip_ha1 = CharField(max_length=32)
    label = CharField(max_length=100, default="")
    active = BooleanField(default=True)
    created_at = Millis()

    class Meta:
        indexes = ((("account", "number"), True),)


class Seat(Base):
    """A PC, known by a cookie (`token_hash` is SHA-256 of it, hex), and the telephone beside it: `how` and `number` as
    in `agents.reach.Reach`. `agent` sat there last."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="seats", on_delete="CASCADE")
    token_hash = CharField(max_length=64, unique=True)
    name = CharField(max_length=100, default="")
    how = CharField(max_length=10)
    number = CharField(max_length=32, default="")
    agent = ForeignKeyField(Agent, null=True, on_delete="SET NULL")
    created_at = Millis()
    used_at = Millis()


class Softphone(Base):
    """The password of a telephone in a browser: `ha1` of it, good as long as its `login` (a token hash)."""

    agent = ForeignKeyField(Agent, primary_key=True, on_delete="CASCADE")
    account = ForeignKeyField(Account, on_delete="CASCADE")
    ha1 = CharField(max_length=32)
    login = CharField(max_length=64)
    created_at = Millis()
    expires_at = Millis()
