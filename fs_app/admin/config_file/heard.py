"""Sounds in the file: by their name, `library:Welcome`, and lists of music, `music:Evening`.

The files themselves are no text and stay where they are. Who names a sound that the account does not have gets one
without a file: it is heard when somebody brings it.
"""

from __future__ import annotations

from collections.abc import Callable

from fs_app.admin.audit import Actor
from fs_app.audio import prompts
from fs_app.audio.model import MusicList, Sound
from fs_app.audio.words import MUSIC, PROMPT
from fs_app.prompt_columns import OF_A_QUEUE

SOUND, LIST = "library:", "music:"
FIELDS = OF_A_QUEUE
"""Fields of a queue that name what is heard."""


def is_named(text: str) -> bool:
    return text.startswith((SOUND, LIST))


def names(account: int) -> Callable[[str], str]:
    """What a setting is called in the file; what is gone is nothing. Inside `Database.read`."""
    sounds = {
        row.id: row.name for row in Sound.select().where(Sound.account == account, Sound.deleted_at.is_null())
    }
    lists = {row.id: row.name for row in MusicList.select().where(MusicList.account == account)}

    def name(text: str) -> str:
        meant = prompts.parse(text)
        if meant is not None and meant.kind == prompts.SOUND:
            return SOUND + sounds[meant.id] if meant.id in sounds else ""
        if meant is not None and meant.kind == prompts.LIST:
            return LIST + lists[meant.id] if meant.id in lists else ""
        return text

    return name


def setting(by: Actor, text: str, field: str, made: Callable[[str, str], None]) -> str:
    """What a name of the file is in the database; `made(kind, name)` is told what had to be made. Inside
    `Database.write`."""
    if text.startswith(SOUND):
        name = text.removeprefix(SOUND)
        rows = Sound.select().where(Sound.account == by.account, Sound.deleted_at.is_null())
        row = next((one for one in rows if one.name.casefold() == name.casefold()), None)
        if row is None:
            kind = MUSIC if field == "music" else PROMPT
            row = Sound.create(account=by.account, name=name, kind=kind, created_at=by.now, changed_at=by.now)
            made("sounds", name)
        return prompts.of_sound(row.id)
    if text.startswith(LIST):
        name = text.removeprefix(LIST)
        known = MusicList.select().where(MusicList.account == by.account)
        chosen = next((one for one in known if one.name.casefold() == name.casefold()), None)
        if chosen is None:
            chosen = MusicList.create(account=by.account, name=name, created_at=by.now)
            made("music_lists", name)
        return prompts.of_list(chosen.id)
    return text
