"""Tables of legal rules, consent and opt-out registers. Times are UTC ms."""

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

from fs_app.accounts.model import Account
from fs_app.contacts.model import Contact
from fs_app.db import Base, Json, LastingId, Millis


class LegalRule(Base):
    """What an account has made of one rule of a country's preset (`legal.presets`), or a rule of its own.

    `country` is ISO 3166-1, "" the cautious default. `kind` is the rule's name in the preset. `rules` is the rule as
    `legal.rules` writes it, null: the account does without it. Without a row the preset is in force. `source` says
    where the account has it from, `reason` why it is looser than the preset. A rule that is saved again is another row:
    its id says whether it is still the one that somebody has read.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="legal_rules", on_delete="CASCADE")
    country = CharField(max_length=2, default="")
    kind = CharField(max_length=40)
    rules = Json(null=True)
    source = CharField(max_length=500, default="")
    reason = CharField(max_length=500, default="")
    edited_at = Millis()
    edited_by = CharField(max_length=200, default="")

    class Meta:
        indexes = ((("account", "country", "kind"), True),)


class Consent(Base):
    """Somebody said yes to being called (or written to), with its proof: when, where it comes from, the text that he
    saw, by which channel, who wrote it down. Kept when it is withdrawn. `number` (E.164) or `mail` is what it is for;
    `contact` who it is, when he is known. `purpose`: marketing or service. Never changed but by a withdrawal: what
    differs is another consent."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="consents", on_delete="CASCADE")
    contact = ForeignKeyField(Contact, null=True, backref="consents", on_delete="SET NULL")
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
        indexes = ((("account", "number"), False), (("account", "mail"), False))


class OptOutList(Base):
    """A register of numbers whose owners want no advertising calls (Bloctel, TPS, Robinson …), as a file brought it.

    `form`: numbers, or their hashes (sha1, sha256, md5); `spelling` is how a number was written before it was hashed
    (e164 +33612345678, digits 33612345678, national 0612345678). `generation` is the one in force: a newer file is
    brought in beside it and takes its place at once. `as_of`: the date of the file. `read`: the columns of the file
    where the numbers stand, each by its name, or by its place (1 is the first); empty for a file with only one.
    `state`: READY, LOADING, FAILED; `error` is the sentence of a failure, `error_params` fill it.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="opt_out_lists", on_delete="CASCADE")
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
    error_params = Json(default=dict)
    file = CharField(max_length=200, default="")
    read = Json(default=list)
    as_of = Millis(null=True)
    loaded_at = Millis(null=True)
    loaded_by = CharField(max_length=200, default="")
    created_at = Millis()
    active = BooleanField(default=True)

    class Meta:
        indexes = ((("account", "name"), True),)


class OptOutNumber(Base):
    """One number of a register: `key` is its digits (E.164 without plus), or the first 63 bits of its hash."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
    list = ForeignKeyField(OptOutList, on_delete="CASCADE", index=False)
    generation = IntegerField()
    key = BigIntegerField()

    class Meta:
        indexes = ((("list", "generation", "key"), False),)
