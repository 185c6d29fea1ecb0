"""The library of sounds, and lists of hold music."""

from peewee import *

from fs_app.db import Json, Millis


def up(migrator, db):
    class Account(Model):
        class Meta:
            database = db
            table_name = "account"

    class Sound(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        kind = CharField(max_length=10, default="prompt")
        note = CharField(max_length=500, default="")
        created_at = Millis()
        changed_at = Millis()
        deleted_at = Millis(null=True)

        class Meta:
            database = db
            table_name = "sound"
            indexes = ((("account", "name"), False),)

    class SoundFile(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        sound = ForeignKeyField(Sound, on_delete="CASCADE")
        language = CharField(max_length=5, default="")
        path = CharField(max_length=200)
        duration_ms = IntegerField()
        bytes = IntegerField(default=0)
        source = CharField(max_length=12, default="upload")
        original_name = CharField(max_length=200, default="")
        original = CharField(max_length=200, default="")
        loudness = FloatField(null=True)
        remarks = Json()
        text = TextField(default="")
        voice = CharField(max_length=100, default="")
        created_at = Millis()
        created_by = CharField(max_length=200, default="")
        replaced_at = Millis(null=True)

        class Meta:
            database = db
            table_name = "sound_file"
            indexes = ((("sound", "language"), False),)

    class MusicList(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        name = CharField(max_length=100)
        shuffled = BooleanField(default=False)
        created_at = Millis()

        class Meta:
            database = db
            table_name = "music_list"
            indexes = ((("account", "name"), True),)

    class MusicListItem(Model):
        account = ForeignKeyField(Account, on_delete="CASCADE")
        list = ForeignKeyField(MusicList, on_delete="CASCADE")
        sound = ForeignKeyField(Sound, on_delete="CASCADE")
        position = IntegerField()

        class Meta:
            database = db
            table_name = "music_list_item"
            indexes = ((("list", "position"), False),)

    db.create_tables([Sound, SoundFile, MusicList, MusicListItem])


def down(migrator, db):
    for name in ("music_list_item", "music_list", "sound_file", "sound"):
        migrator.migrate(migrator.drop_table(name))
