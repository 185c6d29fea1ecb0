"""Profiles of people; skills that are archived; a number that says that somebody else changed the configuration."""

from peewee import *

from fs_app.db import Json, Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class Profile(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        role = CharField(max_length=20)
        denied = Json()
        options = Json()
        created_at = Millis()

        class Meta:
            database = db
            table_name = "profile"
            indexes = ((("account", "name"), True),)

    db.create_tables([Profile])

    chosen = ForeignKeyField(Profile, Profile.id, null=True, on_delete="RESTRICT")
    migrator.migrate(
        migrator.add_column("app_user", "profile_id", chosen),
        migrator.add_column("skill", "active", BooleanField(default=True)),
        migrator.add_column("account", "config_version", IntegerField(default=0)),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("app_user", "app_user_profile_id"),
        migrator.drop_column("app_user", "profile_id"),
        migrator.drop_column("skill", "active"),
        migrator.drop_column("account", "config_version"),
        migrator.drop_table("profile"),
    )
