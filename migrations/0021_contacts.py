"""Contacts: more columns, the account's own fields, up to nine numbers in order, segments, merges, the search index.

The index of SQLite is FTS5 over `contact_search`, kept by triggers; that of PostgreSQL a GIN index of the same column.
"""

from peewee import *

from fs_app.contacts.model import Words, new_guid
from fs_app.contacts.searching import name_key, stored, text_of
from fs_app.db import Json, Millis

COLUMNS = {
    "guid": CharField(max_length=32, default=""),
    "title": CharField(max_length=50, default=""),
    "postal_code": CharField(max_length=20, default=""),
    "city": CharField(max_length=200, default=""),
    "country": CharField(max_length=2, default=""),
    "language": CharField(max_length=8, default=""),
    "reference": CharField(max_length=100, default=""),
    "custom": Json(default=dict),
    "owner_id": IntegerField(null=True),
    "directory": CharField(max_length=10, default=""),
    "import_id": IntegerField(null=True),
    "merged_into_id": IntegerField(null=True),
    "name_key": CharField(max_length=200, default=""),
}
OF_NUMBERS = {
    "position": IntegerField(default=1),
    "time_zone": CharField(max_length=50, default=""),
    "wrong_at": Millis(null=True),
    "import_id": IntegerField(null=True),
}

INDEXES = (
    ("contact", ("guid",), True),
    ("contact", ("import_id",), False),
    ("contact", ("account_id", "name_key"), False),
    ("contact", ("account_id", "reference"), False),
    ("contact", ("account_id", "mail"), False),
    ("contact_number", ("import_id",), False),
)
"""Table, columns, whether unique."""

FOLLOWS = (
    "create virtual table contact_words using fts5(words, content='contact_search', content_rowid='contact_id', "
    "detail=none, columnsize=0, tokenize='ascii')",
    # An import brings its rows with the account below zero and writes into the index itself: in a trigger the index
    # is flushed after each row, which takes four times as long.
    "create trigger contact_search_in after insert on contact_search when new.account > 0 begin "
    "insert into contact_words(rowid, words) values (new.contact_id, new.words); end",
    "create trigger contact_search_out after delete on contact_search begin "
    "insert into contact_words(contact_words, rowid, words) values ('delete', old.contact_id, old.words); end",
    "create trigger contact_search_change after update of words on contact_search "
    "when old.words <> new.words begin "
    "insert into contact_words(contact_words, rowid, words) values ('delete', old.contact_id, old.words); "
    "insert into contact_words(rowid, words) values (new.contact_id, new.words); end",
)
GIN = "create index contact_search_words on contact_search using gin (words)"

POSITIONS = (
    "update contact_number set position = (select count(*) from contact_number o "
    "where o.contact_id = contact_number.contact_id and o.id <= contact_number.id)"
)
AT_ONCE = 1_000


def up(migrator, db):
    class Account(Model):
        country = CharField()

        class Meta:
            database = db
            table_name = "account"

    class User(Model):
        class Meta:
            database = db
            table_name = "app_user"

    class Contact(Model):
        account_id = IntegerField()
        last_name = CharField()
        first_name = CharField()
        company = CharField()
        category = CharField()
        mail = CharField()
        address = TextField()
        description = TextField()
        guid = CharField()
        name_key = CharField()

        class Meta:
            database = db
            table_name = "contact"

    class ContactNumber(Model):
        contact_id = IntegerField()
        number = CharField()

        class Meta:
            database = db
            table_name = "contact_number"

    class ContactField(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=50)
        label = CharField(max_length=200)
        kind = CharField(max_length=10, default="TEXT")
        choices = Json(default=list)
        position = IntegerField(default=0)
        active = BooleanField(default=True)
        created_at = Millis()

        class Meta:
            database = db
            table_name = "contact_field"
            indexes = ((("account", "name"), True),)

    class Segment(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=200)
        description = TextField(default="")
        filter = Json(default=dict)
        created_at = Millis()
        created_by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        updated_at = Millis()
        counted = IntegerField(null=True)
        counted_at = Millis(null=True)

        class Meta:
            database = db
            table_name = "segment"
            indexes = ((("account", "name"), True),)

    class ContactSearch(Model):
        contact = ForeignKeyField(Contact, primary_key=True, on_delete="CASCADE")
        account = IntegerField()
        words = Words()

        class Meta:
            database = db
            table_name = "contact_search"

    class ContactMerge(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        kept_id = IntegerField(index=True)
        lost_id = IntegerField(index=True)
        before = Json(default=dict)
        at = Millis()
        by = ForeignKeyField(User, null=True, on_delete="SET NULL")
        by_name = CharField(max_length=200, default="")
        undone_at = Millis(null=True)

        class Meta:
            database = db
            table_name = "contact_merge"

    migrator.migrate(
        *(migrator.add_column("contact", name, column) for name, column in COLUMNS.items()),
        *(migrator.add_column("contact_number", name, column) for name, column in OF_NUMBERS.items()),
    )
    db.create_tables([ContactField, Segment, ContactSearch, ContactMerge])
    for statement in FOLLOWS if isinstance(db, SqliteDatabase) else (GIN,):
        db.execute_sql(statement)
    db.execute_sql(POSITIONS)
    _fill(Account, Contact, ContactNumber, ContactSearch)
    migrator.migrate(*(migrator.add_index(*index) for index in INDEXES))


def _fill(accounts, contacts, contact_numbers, contact_search):
    countries = dict(accounts.select(accounts.id, accounts.country).tuples())
    last = 0
    while True:
        rows = list(contacts.select().where(contacts.id > last).order_by(contacts.id).limit(AT_ONCE).dicts())
        if not rows:
            return
        numbers = {}
        listed = contact_numbers.select().where(
            (contact_numbers.contact_id >= rows[0]["id"]) & (contact_numbers.contact_id <= rows[-1]["id"])
        )
        for one in listed:
            numbers.setdefault(one.contact_id, []).append(one.number)
        for row in rows:
            last = row["id"]
            key = name_key(row["last_name"], row["first_name"], row["company"])
            contacts.update(guid=new_guid(), name_key=key).where(contacts.id == last).execute()
            words = text_of(row, numbers.get(last, ()), countries[row["account_id"]])
            contact_search.insert(
                contact=last, account=row["account_id"], words=stored(row["account_id"], words)
            ).execute()


def down(migrator, db):
    if isinstance(db, SqliteDatabase):
        db.execute_sql("drop table contact_words")
    migrator.migrate(
        *(migrator.drop_index(table, "_".join((table, *columns))) for table, columns, _ in INDEXES),
        migrator.drop_table("contact_merge"),
        migrator.drop_table("contact_search"),
        migrator.drop_table("segment"),
        migrator.drop_table("contact_field"),
        *(migrator.drop_column("contact_number", name) for name in reversed(OF_NUMBERS)),
        *(migrator.drop_column("contact", name) for name in reversed(COLUMNS)),
    )
