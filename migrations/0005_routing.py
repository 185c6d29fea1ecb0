"""Who gets whom: skills, strategies, priorities, tiers; limits of waiting and length."""

from peewee import *


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

    class Skill(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)

        class Meta:
            database = db
            table_name = "skill"
            indexes = ((("account", "name"), True),)

    db.create_tables([Skill])

    class AgentSkill(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        agent = ForeignKeyField(Agent, on_delete="CASCADE")
        skill = ForeignKeyField(Skill, on_delete="CASCADE")
        level = IntegerField(default=5)

        class Meta:
            database = db
            table_name = "agent_skill"
            indexes = ((("agent", "skill"), True),)

    db.create_tables([AgentSkill])

    class QueueSkill(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        queue = ForeignKeyField(Queue, on_delete="CASCADE")
        skill = ForeignKeyField(Skill, on_delete="CASCADE")
        level = IntegerField(default=1)

        class Meta:
            database = db
            table_name = "queue_skill"
            indexes = ((("queue", "skill"), True),)

    db.create_tables([QueueSkill])

    class SkillRelaxation(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        queue_skill = ForeignKeyField(QueueSkill, on_delete="CASCADE")
        after_s = IntegerField()
        level = IntegerField(default=0)

        class Meta:
            database = db
            table_name = "skill_relaxation"
            indexes = ((("queue_skill", "after_s"), True),)

    db.create_tables([SkillRelaxation])

    whole = lambda: IntegerField(default=0)  # noqa: E731
    onward = lambda: ForeignKeyField(Queue, Queue.id, null=True, on_delete="SET NULL")  # noqa: E731
    migrator.migrate(
        migrator.add_column("queue", "strategy", CharField(max_length=20, default="longest_idle")),
        migrator.add_column("queue", "priority", whole()),
        migrator.add_column("queue", "tier_after_s", whole()),
        migrator.add_column("queue", "last_agent", BooleanField(default=False)),
        migrator.add_column("queue", "last_agent_wait_s", whole()),
        migrator.add_column("queue", "max_wait_s", whole()),
        migrator.add_column("queue", "max_wait_then", CharField(max_length=20, default="hang_up")),
        migrator.add_column("queue", "max_wait_queue_id", onward()),
        migrator.add_column("queue", "max_wait_message", CharField(max_length=300, default="")),
        migrator.add_column("queue", "max_length", whole()),
        migrator.add_column("queue", "max_length_then", CharField(max_length=20, default="hang_up")),
        migrator.add_column("queue", "max_length_queue_id", onward()),
        migrator.add_column("queue", "max_length_message", CharField(max_length=300, default="")),
        migrator.add_column("queue_member", "tier", IntegerField(default=1)),
        migrator.add_column("did", "priority", whole()),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("queue", "queue_max_wait_queue_id"),
        migrator.drop_index("queue", "queue_max_length_queue_id"),
        migrator.drop_column("did", "priority"),
        migrator.drop_column("queue_member", "tier"),
        *(
            migrator.drop_column("queue", name)
            for name in (
                "max_length_message",
                "max_length_queue_id",
                "max_length_then",
                "max_length",
                "max_wait_message",
                "max_wait_queue_id",
                "max_wait_then",
                "max_wait_s",
                "last_agent_wait_s",
                "last_agent",
                "tier_after_s",
                "priority",
                "strategy",
            )
        ),
    )
    for name in ("skill_relaxation", "queue_skill", "agent_skill", "skill"):
        migrator.migrate(migrator.drop_table(name))
