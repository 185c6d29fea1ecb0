"""Lists of hold music. All inside `Database.read` or `write`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from peewee import fn

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.form import Problems
from fs_app.audio import prompts, use
from fs_app.audio.model import MusicList, MusicListItem, Sound, SoundFile
from fs_app.audio.words import MUSIC
from fs_app.errors import Conflict, NotFound

MOST_ITEMS = 100


class ListInUse(Conflict):
    """Queues play it."""

    key = "error.list_in_use"


@dataclass(frozen=True, slots=True)
class Item:
    sound: int
    name: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class ListRow:
    id: int
    name: str
    shuffled: bool
    items: tuple[Item, ...]
    places: tuple[use.Place, ...]

    @property
    def duration_ms(self) -> int:
        return sum(item.duration_ms for item in self.items)


def listing(account: int) -> list[ListRow]:
    rows = MusicList.select().where(MusicList.account == account).order_by(fn.LOWER(MusicList.name))
    known = {item.sound: item for item in music(account)}
    places = use.places(account)
    items: dict[int, list[Item]] = {}
    query = MusicListItem.select().where(MusicListItem.account == account)
    for item in query.order_by(MusicListItem.position, MusicListItem.id):
        if item.sound_id in known:
            items.setdefault(item.list_id, []).append(known[item.sound_id])
    return [
        ListRow(
            row.id,
            row.name,
            row.shuffled,
            tuple(items.get(row.id, ())),
            tuple(places.get(prompts.of_list(row.id), ())),
        )
        for row in rows
    ]


def get(account: int, music_list: int) -> ListRow:
    """Raises NotFound."""
    found = next((row for row in listing(account) if row.id == music_list), None)
    if found is None:
        raise NotFound(f"list {music_list}")
    return found


def music(account: int) -> list[Item]:
    """What can stand in a list: music that has a file, by name."""
    lengths = {
        row.sound_id: row.duration_ms
        for row in SoundFile.select().where(SoundFile.account == account, SoundFile.replaced_at.is_null())
    }
    rows = Sound.select().where(Sound.account == account, Sound.kind == MUSIC, Sound.deleted_at.is_null())
    return [
        Item(row.id, row.name, lengths[row.id])
        for row in rows.order_by(fn.LOWER(Sound.name))
        if row.id in lengths
    ]


def save(by: Actor, music_list: int | None, name: str, shuffled: bool, sounds: Sequence[int]) -> int:
    """Add (`music_list` None) or change; `sounds` in their order, one may stand there twice. Raises FormInvalid,
    NotFound."""
    before = get(by.account, music_list) if music_list is not None else None
    problems = Problems()
    problems.text("name", name, 100)
    same = MusicList.select().where(MusicList.account == by.account, MusicList.id != (music_list or 0))
    if any(row.name.casefold() == name.casefold() for row in same):
        problems.add("name", "hours.wrong.name_taken")
    known = {item.sound: item for item in music(by.account)}
    if not sounds:
        problems.add("sounds", "sounds.list.needs_music")
    elif len(sounds) > MOST_ITEMS or not set(sounds) <= set(known):
        problems.add("sounds", "field.choice")
    problems.check()
    if before is None:
        row = MusicList.create(account=by.account, name=name, shuffled=shuffled, created_at=by.now).id
    else:
        row = before.id
        MusicList.update(name=name, shuffled=shuffled).where(MusicList.id == row).execute()
        MusicListItem.delete().where(MusicListItem.list == row).execute()
    for position, sound in enumerate(sounds):
        MusicListItem.create(account=by.account, list=row, sound=sound, position=position)
    after = {"name": name, "shuffled": shuffled, "sounds": [known[sound].name for sound in sounds]}
    old = (
        None
        if before is None
        else {
            "name": before.name,
            "shuffled": before.shuffled,
            "sounds": [item.name for item in before.items],
        }
    )
    audit.write(by, "update" if before else "create", "music_list", row, name, old, after)
    return row  # type: ignore[no-any-return]


def delete(by: Actor, music_list: int) -> str:
    """Its name. Raises NotFound, ListInUse."""
    row = get(by.account, music_list)
    if row.places:
        raise ListInUse(f"list {music_list}", name=row.name)
    MusicList.delete().where(MusicList.id == music_list).execute()
    audit.write(by, "delete", "music_list", music_list, row.name)
    return row.name
