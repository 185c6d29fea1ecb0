"""What agents choose for their pages; from which numbers on a queue's figures turn orange and red."""

from peewee import *

from fs_app.db import Json, Millis

ALERTS = ("alert_waiting", "alert_waiting_red", "alert_callbacks", "alert_callbacks_red")


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class Agent(Model):
        class Meta:
            database = db
            table_name = "agent"

    class AgentSettings(Model):
        agent = ForeignKeyField(Agent, primary_key=True, on_delete="CASCADE")
        account = ForeignKeyField(Account, on_delete="CASCADE")
        choices = Json(default=dict)
        layout = Json(default=dict)
        updated_at = Millis()

        class Meta:
            database = db
            table_name = "agent_settings"

    db.create_tables([AgentSettings])
    migrator.migrate(*(migrator.add_column("queue", name, IntegerField(default=0)) for name in ALERTS))


def down(migrator, db):
    migrator.migrate(
        *(migrator.drop_column("queue", name) for name in ALERTS),
        migrator.drop_table("agent_settings"),
    )
