"""Contact files, call lists, their records, rules and actions."""

from peewee import *

from fs_app.db import Json, Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class User(Model):
        class Meta:
            database = db
            table_name = "app_user"

    class Contact(Model):
        class Meta:
            database = db
            table_name = "contact"

    class Queue(Model):
        class Meta:
            database = db
            table_name = "queue"

    class ContactFile(Model):
        id = AutoField()
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        description = TextField(default="")
        columns = Json(default=list)
        import_id = IntegerField(null=True)
        created_at = Millis()
        archived_at = Millis(null=True)

        class Meta:
            database = db
            table_name = "contact_file"
            indexes = ((("account", "name"), True),)

    class ContactFileRow(Model):
        id = AutoField()
        account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
        file = ForeignKeyField(ContactFile, on_delete="CASCADE", index=False)
        index = IntegerField()
        contact = ForeignKeyField(Contact, null=True, on_delete="SET NULL")
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
            database = db
            table_name = "contact_file_row"
            indexes = ((("file", "index"), True),)

    class DistributionRule(Model):
        id = AutoField()
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        description = TextField(default="")
        keys = Json(default=list)
        seed = IntegerField(default=0)
        updated_at = Millis()

        class Meta:
            database = db
            table_name = "distribution_rule"
            indexes = ((("account", "name"), True),)

    class Characteristic(Model):
        id = AutoField()
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        description = TextField(default="")
        filter = Json(default=dict)
        updated_at = Millis()

        class Meta:
            database = db
            table_name = "characteristic"
            indexes = ((("account", "name"), True),)

    class Profiler(Model):
        id = AutoField()
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        description = TextField(default="")
        quotas = Json(default=list)
        updated_at = Millis()

        class Meta:
            database = db
            table_name = "profiler"
            indexes = ((("account", "name"), True),)

    class Planner(Model):
        id = AutoField()
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        description = TextField(default="")
        slots = Json(default=list)
        updated_at = Millis()

        class Meta:
            database = db
            table_name = "planner"
            indexes = ((("account", "name"), True),)

    class CallList(Model):
        id = AutoField()
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        description = TextField(default="")
        file = ForeignKeyField(ContactFile, null=True, on_delete="SET NULL")
        queue = ForeignKeyField(Queue, null=True, on_delete="SET NULL")
        active = BooleanField(default=False)
        archived_at = Millis(null=True)
        rule = ForeignKeyField(DistributionRule, null=True, on_delete="SET NULL")
        profiler = ForeignKeyField(Profiler, null=True, on_delete="SET NULL")
        planner = ForeignKeyField(Planner, null=True, on_delete="SET NULL")
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
            database = db
            table_name = "call_list"
            indexes = ((("account", "name"), True),)

    class ListRecord(Model):
        id = AutoField()
        account = ForeignKeyField(Account, on_delete="CASCADE", index=False)
        list = ForeignKeyField(CallList, on_delete="CASCADE", index=False)
        index = IntegerField()
        contact = ForeignKeyField(Contact, null=True, on_delete="SET NULL", index=False)
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
            database = db
            table_name = "list_record"
            indexes = (
                (("list", "index"), True),
                (("list", "state", "zone", "order_key", "id", "attempts", "owner"), False),
                (("contact", "list"), False),
                (("account", "number"), False),
            )

    ListRecord.add_index(
        ListRecord.list,
        ListRecord.state,
        ListRecord.due_at,
        where=ListRecord.due_at.is_null(False),
        name="list_record_due",
    )
    ListRecord.add_index(
        ListRecord.owner,
        ListRecord.list,
        ListRecord.state,
        ListRecord.order_key,
        where=ListRecord.owner.is_null(False),
        name="list_record_owner",
    )

    class ListFilter(Model):
        id = AutoField()
        account = ForeignKeyField(Account, on_delete="CASCADE")
        list = ForeignKeyField(CallList, on_delete="CASCADE")
        name = CharField(max_length=100)
        filter = Json(default=dict)

        class Meta:
            database = db
            table_name = "list_filter"
            indexes = ((("list", "name"), True),)

    class ListAction(Model):
        id = AutoField()
        account = ForeignKeyField(Account, on_delete="CASCADE")
        list = ForeignKeyField(CallList, on_delete="CASCADE")
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

        class Meta:
            database = db
            table_name = "list_action"

    class ListChange(Model):
        action = ForeignKeyField(ListAction, on_delete="CASCADE", index=False)
        record = IntegerField()
        old = Json()
        new = Json()

        class Meta:
            database = db
            table_name = "list_change"
            primary_key = CompositeKey("action", "record")

    db.create_tables(
        [
            ContactFile,
            ContactFileRow,
            DistributionRule,
            Characteristic,
            Profiler,
            Planner,
            CallList,
            ListRecord,
            ListFilter,
            ListAction,
            ListChange,
        ]
    )


def down(migrator, db):
    for table in (
        "list_change",
        "list_action",
        "list_filter",
        "list_record",
        "call_list",
        "planner",
        "profiler",
        "characteristic",
        "distribution_rule",
        "contact_file_row",
        "contact_file",
    ):
        migrator.migrate(migrator.drop_table(table))
