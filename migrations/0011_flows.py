"""Voice menus: flows and their published versions, where they begin, voicemail boxes, what callers left in them."""

from peewee import *

from fs_app.db import Json, Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class Agent(Model):
        class Meta:
            database = db
            table_name = "agent"

    class Queue(Model):
        class Meta:
            database = db
            table_name = "queue"

    class Call(Model):
        id = CharField(max_length=36, primary_key=True)

        class Meta:
            database = db
            table_name = "call"

    class Flow(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        language = CharField(max_length=8, default="fr")
        draft = Json()
        draft_version = IntegerField(default=1)
        published = IntegerField(null=True)
        active = BooleanField(default=True)
        created_at = Millis()
        updated_at = Millis()

        class Meta:
            database = db
            table_name = "flow"
            indexes = ((("account", "name"), True),)

    class FlowVersion(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        flow = ForeignKeyField(Flow, on_delete="CASCADE")
        number = IntegerField()
        graph = Json()
        published_at = Millis()
        published_by = CharField(max_length=200, default="")
        note = CharField(max_length=500, default="")

        class Meta:
            database = db
            table_name = "flow_version"
            indexes = ((("flow", "number"), True),)

    class VoicemailBox(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        mail = CharField(max_length=200, default="")
        greeting = CharField(max_length=300, default="")
        most_s = IntegerField(default=120)
        silence_s = IntegerField(default=4)
        active = BooleanField(default=True)
        created_at = Millis()

        class Meta:
            database = db
            table_name = "voicemail_box"
            indexes = ((("account", "name"), True),)

    class Voicemail(Model):
        id = CharField(max_length=36, primary_key=True)
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        box = ForeignKeyField(VoicemailBox, null=True, on_delete="SET NULL")
        queue = ForeignKeyField(Queue, null=True, on_delete="SET NULL")
        call = ForeignKeyField(Call, on_delete="CASCADE")
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
            database = db
            table_name = "voicemail"
            indexes = ((("account", "left_at"), False),)

    class SurveyAnswer(Model):
        id = BigIntegerField(primary_key=True)
        account = ForeignKeyField(Account, on_delete="RESTRICT")
        call = ForeignKeyField(Call, on_delete="CASCADE")
        flow = ForeignKeyField(Flow, null=True, on_delete="SET NULL")
        node = CharField(max_length=64)
        question = CharField(max_length=200, default="")
        value = IntegerField()
        label = CharField(max_length=100, default="")
        queue = ForeignKeyField(Queue, null=True, on_delete="SET NULL")
        agent = ForeignKeyField(Agent, null=True, on_delete="SET NULL")
        at = Millis()

        class Meta:
            database = db
            table_name = "survey_answer"
            indexes = ((("account", "at"), False),)

    db.create_tables([Flow, FlowVersion, VoicemailBox, Voicemail, SurveyAnswer])
    # Messages that were left in queues before there was a list of them.
    db.execute_sql(
        """INSERT INTO voicemail (id, account_id, queue_id, call_id, recording, number, name, left_at, duration_ms,
                                  state, heard_by, changed_at)
           SELECT r.id, r.account_id, c.queue_id, r.call_id, r.id, substr(c.caller_number, 1, 64),
                  substr(c.caller_name, 1, 200), r.started_at, r.duration_ms, 'NEW', '', r.started_at
           FROM recording r JOIN call c ON c.id = r.call_id
           WHERE r.rule = 'voicemail' AND r.ended_at IS NOT NULL AND r.delete_asked_at IS NULL"""
    )
    leads_to = ForeignKeyField(Flow, Flow.id, null=True, on_delete="SET NULL")
    surveyed_by = ForeignKeyField(Flow, Flow.id, null=True, on_delete="SET NULL")
    migrator.migrate(
        migrator.add_column("did", "flow_id", leads_to),
        migrator.add_column("queue", "survey_flow_id", surveyed_by),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("did", "did_flow_id"),
        migrator.drop_column("did", "flow_id"),
        migrator.drop_index("queue", "queue_survey_flow_id"),
        migrator.drop_column("queue", "survey_flow_id"),
        migrator.drop_table("survey_answer"),
        migrator.drop_table("voicemail"),
        migrator.drop_table("voicemail_box"),
        migrator.drop_table("flow_version"),
        migrator.drop_table("flow"),
    )
