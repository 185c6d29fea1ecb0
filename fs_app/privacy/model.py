"""Tables of privacy: retention, who accessed what, exports and erasures of persons, what a court wants kept."""

from __future__ import annotations

from peewee import (
    AutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from fs_app.accounts.model import Account, User
from fs_app.contacts.model import Contact
from fs_app.db import Base, Json, LastingId, Millis


class RetentionRule(Base):
    """How many days a kind of data (`privacy.kinds`) is kept, 0: until somebody deletes it; without a row the default
    counts. `last_at`: when it was last looked through, `last_count`: how much went then, `total`: since ever."""

    id = AutoField()
    account = ForeignKeyField(Account, backref="retention_rules", on_delete="CASCADE")
    kind = CharField(max_length=30)
    days = IntegerField(null=True)  # null: the default of the kind
    last_at = Millis(null=True)
    last_count = IntegerField(default=0)
    total = BigIntegerField(default=0)

    class Meta:
        table_name = "retention_rule"
        indexes = ((("account", "kind"), True),)


class AccessLog(Base):
    """Who heard, downloaded or exported what, and from where. Written before the first byte leaves, never changed;
    only its own retention takes lines out. No number and no name of a customer stands here: `label` is masked."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    at = Millis()
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")
    user_name = CharField(max_length=200)
    action = CharField(max_length=20)  # privacy.access.* in the catalogues
    kind = CharField(max_length=20)  # privacy.what.*
    object = CharField(max_length=200, default="")
    call = CharField(max_length=36, default="")
    label = CharField(max_length=200, default="")
    address = CharField(max_length=64, default="")

    class Meta:
        table_name = "access_log"
        indexes = ((("account", "at"), False), (("account", "object"), False))


class PersonJob(Base):
    """The export or the erasure of one person.

    `what` says who it is (contacts, numbers, mails) as long as it is needed: it is emptied when an erasure has ended
    and when the file of an export is removed. `label` is masked. `counts`: kind of data → how many rows. `file` is
    relative to the folder of exports.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="person_jobs", on_delete="CASCADE")
    kind = CharField(max_length=10)  # export, erase
    state = CharField(max_length=10, default="NEW")  # NEW, WAITING, RUNNING, DONE, FAILED
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
        table_name = "person_job"
        indexes = ((("account", "created_at"), False), (("state",), False))


class LegalHold(Base):
    """A contact of whom nothing is deleted or erased as long as this row is there (a dispute, an order of a court).
    `numbers`: those that he had when it began (E.164), which may have left the contact since."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="legal_holds", on_delete="CASCADE")
    contact = ForeignKeyField(Contact, unique=True, on_delete="CASCADE")
    reason = CharField(max_length=500)
    user_name = CharField(max_length=200, default="")
    at = Millis()
    numbers = Json(default=list)

    class Meta:
        table_name = "legal_hold"


class PrivacySecret(Base):
    """The account's key of the hashes that stand for numbers of erased persons (`privacy.forgotten`)."""

    account = ForeignKeyField(Account, primary_key=True, on_delete="CASCADE")
    salt = CharField(max_length=64)

    class Meta:
        table_name = "privacy_secret"
