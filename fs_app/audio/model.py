"""Tables of the sound library: sounds, their files in each language, and lists of hold music."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CharField, FloatField, ForeignKeyField, IntegerField, TextField

from fs_app.accounts.model import Account
from fs_app.audio.words import PROMPT
from fs_app.db import Base, Json, LastingId, Millis

ANY = ""
"""The language of what has no words."""

LANGUAGES = ("fr", "en", "es")
"""Languages in which a prompt can be said; music is said in ANY."""

SOURCES = ("upload", "microphone", "phone", "speech")


class Sound(Base):
    """Something that callers hear, known by its name; one file for each language (`SoundFile`).

    `deleted_at`: it lies in the bin, is offered nowhere and can be taken back.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="sounds", on_delete="CASCADE")
    name = CharField(max_length=100)
    kind = CharField(max_length=10, default=PROMPT)
    note = CharField(max_length=500, default="")  # what is said, or anything else worth knowing
    created_at = Millis()
    changed_at = Millis()
    deleted_at = Millis(null=True)

    class Meta:
        indexes = ((("account", "name"), False),)


class SoundFile(Base):
    """What a sound is in one language. `path`: see `fs_app.audio.library`.

    Another file takes its place: this one gets `replaced_at`, and stays on the disk for a while, for calls that play
    it and for whoever wants it back. `original` says in words what was brought; `remarks` what was noticed about it
    (`fs_app.audio.words`). `loudness` is that of the file as it is played (LUFS, ITU-R BS.1770); null: too short.
    """

    id = LastingId()
    account = ForeignKeyField(Account, backref="sound_files", on_delete="CASCADE")
    sound = ForeignKeyField(Sound, backref="files", on_delete="CASCADE")
    language = CharField(max_length=5, default=ANY)
    path = CharField(max_length=200)
    duration_ms = IntegerField()
    bytes = IntegerField(default=0)
    source = CharField(max_length=12, default="upload")
    original_name = CharField(max_length=200, default="")
    original = CharField(max_length=200, default="")
    loudness = FloatField(null=True)
    remarks = Json(default=list)
    text = TextField(default="")  # what the engine was given to say
    voice = CharField(max_length=100, default="")
    created_at = Millis()
    created_by = CharField(max_length=200, default="")
    replaced_at = Millis(null=True)

    class Meta:
        indexes = ((("sound", "language"), False),)


class MusicList(Base):
    """Pieces of music that are played one after the other while somebody waits; `shuffled`: in any order."""

    id = LastingId()
    account = ForeignKeyField(Account, backref="music_lists", on_delete="CASCADE")
    name = CharField(max_length=100)
    shuffled = BooleanField(default=False)
    created_at = Millis()

    class Meta:
        indexes = ((("account", "name"), True),)


class MusicListItem(Base):
    id = AutoField()
    account = ForeignKeyField(Account, on_delete="CASCADE")
    list = ForeignKeyField(MusicList, backref="items", on_delete="CASCADE")
    sound = ForeignKeyField(Sound, backref="lists", on_delete="CASCADE")
    position = IntegerField()

    class Meta:
        indexes = ((("list", "position"), False),)
