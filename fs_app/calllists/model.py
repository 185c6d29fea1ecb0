"""Tables of call lists. A list has up to a million records: what is written in bulk has few and narrow indexes.

Times are UTC ms. A `version` rises with each save of the form: who saves what he read before that is refused. Agents,
dispositions and imports stand here as plain numbers: a list outlives them, and a million rows
are not searched through when one of them goes.
"""

from __future__ import annotations

from peewee import (
    AutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    CompositeKey,
    ForeignKeyField,
    IntegerField,
    ModelIndex,
    TextField,
)

from fs_app.accounts.model import Account, User
from fs_app.contacts.model import Contact
from fs_app.db import Base, Json, LastingId, Millis
from fs_app.queues.model import Queue


class ContactFile(Base):
    """The customers of one or several lists, with what they answered (HN-407). `columns`: the names of the columns that
    an import brought, in their order. `import_id`: the import that made it."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="contact_files", on_delete="CASCADE")
    name = CharField(max_length=100)
    description = TextField(default="")
    columns = Json(default=list)
    import_id = IntegerField(null=True)
    created_at = Millis()
    archived_at = Millis(null=True)

    class Meta:
        indexes = ((("account", "name"), True),)


class ContactFileRow(Base):
    """One line of a contact file: who it is, and what came of it the last time. `index` is the one of the record of the
    list. `answers`: the script's questions, each with label and value. `last_call` is the call's id."""

    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
    file = ForeignKeyField(ContactFile, backref="rows", on_delete="CASCADE", index=False)
    index = IntegerField()
    contact = ForeignKeyField(Contact, null=True, backref="file_rows", on_delete="SET NULL")
    answers = Json(null=True)
    last_agent = IntegerField(null=True)
    last_agent_name = CharField(max_length=200, default="")
    disposition_set = IntegerField(null=True)
    disposition = IntegerField(null=True)
    code = CharField(max_length=32, default="")
    label = CharField(max_length=100, default="")
    detail_code = CharField(max_length=32, default="")
    detail_label = CharField(max_length=100, default="")
    last_call = CharField(max_length=36, default="")
    updated_at = Millis(null=True)
    import_id = IntegerField(null=True, index=True)

    class Meta:
        indexes = ((("file", "index"), True),)


class DistributionRule(Base):
    """In which order records are called (HN-410); the same rule may serve several lists. `keys` and `seed`:
    `calllists.rules`."""

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    name = CharField(max_length=100)
    description = TextField(default="")
    keys = Json(default=list)
    seed = IntegerField(default=0)
    updated_at = Millis()
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("account", "name"), True),)


class Characteristic(Base):
    """A condition with a name (HN-411): "has a mobile", "customer since 2020". Filters name it."""

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    name = CharField(max_length=100)
    description = TextField(default="")
    filter = Json(default=dict)
    updated_at = Millis()
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("account", "name"), True),)


class Profiler(Base):
    """How many positive results are wanted of whom (HN-410). `quotas`: `calllists.quotas`."""

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    name = CharField(max_length=100)
    description = TextField(default="")
    quotas = Json(default=list)
    updated_at = Millis()
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("account", "name"), True),)


class Planner(Base):
    """Filters that come into force and go by themselves (HN-460). `slots`: `calllists.planner`."""

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    name = CharField(max_length=100)
    description = TextField(default="")
    slots = Json(default=list)
    updated_at = Millis()
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("account", "name"), True),)


class CallList(Base):
    """A list of people to call. It is worked for `queue` (none: for nobody yet), with `weight` among the lists of that
    queue, as long as it is `active`.

    A record is dialable with fewer than `attempts` attempts; those with fewer than `threshold` are "exploitables".
    `exclusive` (CE-07): who is assigned to an agent is called by him alone. `newest_first` (CE-06): the last import
    comes first; an order by `rule` goes before. `hold` and `need`: characteristics that keep a record back, or that it
    must have. `order_wanted`: its records are to be put in the order of the rule (again): an import sets it in the same
    transaction as its records; the program sees to it within a minute. `version` rises with each save.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="call_lists", on_delete="CASCADE")
    name = CharField(max_length=100)
    description = TextField(default="")
    file = ForeignKeyField(ContactFile, null=True, backref="lists", on_delete="SET NULL")
    queue = ForeignKeyField(Queue, null=True, backref="call_lists", on_delete="SET NULL")
    active = BooleanField(default=False)
    archived_at = Millis(null=True)
    rule = ForeignKeyField(DistributionRule, null=True, backref="lists", on_delete="SET NULL")
    profiler = ForeignKeyField(Profiler, null=True, backref="lists", on_delete="SET NULL")
    planner = ForeignKeyField(Planner, null=True, backref="lists", on_delete="SET NULL")
    hold = Json(default=list)
    need = Json(default=list)
    use_blacklist = BooleanField(default=True)
    exclusive = BooleanField(default=False)
    newest_first = BooleanField(default=False)
    attempts = IntegerField(default=7)
    threshold = IntegerField(default=4)
    weight = IntegerField(default=1)
    seed = IntegerField(default=0)
    order_wanted = BooleanField(default=False)
    ordered_at = Millis(null=True)
    import_id = IntegerField(null=True)
    version = IntegerField(default=1)
    created_at = Millis()
    updated_at = Millis()

    class Meta:
        indexes = ((("account", "name"), True),)


class ListRecord(Base):
    """Somebody on a list, and how far it is with him (HN-400). `index` is that of his line in the contact file.

    `number` is the one that is dialled, E.164, "" when there is none (any more); `kind` mobile, fixed, special …,
    `country` ISO, `zone` an IANA name, "" when nobody knows it: all of `number`. `more`: his other numbers,
    [{"n", "kind", "zone", "attempts", "wrong"}]. `state` and `before`: `calllists.state`. `due_at`: not before.
    `owner`: the agent to whom it is assigned. `order_key`: the smallest is next (`calllists.keys`), then the smallest
    id. `last_result`: a word of `outbound.retry.Result`, "positive", "argued" or "not_argued".
    `attempt_times`: the last 20 (ms).
    """

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
    list = ForeignKeyField(CallList, backref="records", on_delete="CASCADE", index=False)
    index = IntegerField()
    contact = ForeignKeyField(Contact, null=True, backref="records", on_delete="SET NULL", index=False)
    number = CharField(max_length=32, default="")
    more = Json(null=True)
    kind = CharField(max_length=10, default="")
    country = CharField(max_length=2, default="")
    zone = CharField(max_length=40, default="")
    state = CharField(max_length=12, default="UNTREATED")
    before = CharField(max_length=12, null=True)
    due_at = Millis(null=True)
    owner = IntegerField(null=True)
    priority = IntegerField(default=0)
    order_key = BigIntegerField(default=0)
    attempts = IntegerField(default=0)
    first_at = Millis(null=True)
    last_at = Millis(null=True)
    last_result = CharField(max_length=20, default="")
    last_agent = IntegerField(null=True)
    disposition = IntegerField(null=True)
    memo = TextField(default="")
    number_wrong = BooleanField(default=False)
    abandoned_at = Millis(null=True)
    refused_at = Millis(null=True)
    attempt_times = Json(null=True)
    imported_at = Millis()
    import_id = IntegerField(null=True, index=True)

    class Meta:
        indexes = (
            (("list", "index"), True),
            # The next one of each zone, and the counters, without a look at the row.
            (("list", "state", "zone", "order_key", "id", "attempts", "owner"), False),
            (("contact", "list"), False),
        )


# What few of a million have costs nothing where none has it: these three are partial. Who looks for the records of a
# number asks for the contacts that have it, and then for records without a contact (`whose.py`).
_RECORD = ListRecord._meta  # type: ignore[attr-defined]
_RECORD.indexes.append(
    ModelIndex(
        ListRecord,
        (ListRecord.account, ListRecord.number),
        where=(
            ListRecord.contact.is_null()
            | ListRecord.attempt_times.is_null(False)
            | ListRecord.refused_at.is_null(False)
            | ListRecord.abandoned_at.is_null(False)
        ),
        name="list_record_number",
    )
)
_RECORD.indexes.append(
    ModelIndex(
        ListRecord,
        (ListRecord.list, ListRecord.state, ListRecord.due_at),
        where=ListRecord.due_at.is_null(False),
        name="list_record_due",
    )
)
_RECORD.indexes.append(
    ModelIndex(
        ListRecord,
        (ListRecord.owner, ListRecord.list, ListRecord.state, ListRecord.order_key),
        where=ListRecord.owner.is_null(False),
        name="list_record_owner",
    )
)


class ListFilter(Base):
    """A filter of a list, kept under a name (HN-406)."""

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    list = ForeignKeyField(CallList, backref="filters", on_delete="CASCADE")
    name = CharField(max_length=100)
    filter = Json(default=dict)
    version = IntegerField(default=1)

    class Meta:
        indexes = ((("list", "name"), True),)


class ListAction(Base):
    """Something done to many records at once (HN-402). `state`: RUNNING, DONE, STOPPED, FAILED, UNDOING, UNDONE.

    `cursor`: how far it is, written with the records, so that it goes on there after a restart. `changed` records were
    changed, `left` were left alone because they were in a call, or not any more as they had been.
    """

    id = LastingId()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    list = ForeignKeyField(CallList, backref="actions", on_delete="CASCADE")
    kind = CharField(max_length=20)
    params = Json(default=dict)
    filter = Json(null=True)
    by = ForeignKeyField(User, null=True, on_delete="SET NULL")
    by_name = CharField(max_length=200, default="")
    at = Millis()
    state = CharField(max_length=10, default="RUNNING")
    cursor = BigIntegerField(default=0)
    total = IntegerField(default=0)
    done = IntegerField(default=0)
    changed = IntegerField(default=0)
    left = IntegerField(default=0)
    ended_at = Millis(null=True)
    error = CharField(max_length=200, default="")


class ListChange(Base):
    """What an action changed of one record, so that it can be undone: the columns as they were and as it left them."""

    action = ForeignKeyField(ListAction, on_delete="CASCADE", index=False)
    record = IntegerField()
    old = Json()
    new = Json()

    class Meta:
        primary_key = CompositeKey("action", "record")
