"""The library as calls see it: in memory, without the database. Where the files lie: `paths`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fs_app.audio import prompts
from fs_app.audio.model import ANY, LANGUAGES, MusicList, MusicListItem, Sound, SoundFile
from fs_app.audio.paths import PREFIX


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to be played: `path` relative to the folder of sounds, or `library/…`; 0 ms: nobody knows."""

    path: str
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class SoundInfo:
    """`files`: language → file; ANY: it has no words."""

    id: int
    account: int
    name: str
    kind: str
    files: Mapping[str, Piece] = field(default_factory=dict)

    def file(self, *languages: str) -> Piece | None:
        """In the first of these languages that it is said in; else without words; else in any."""
        for language in (*languages, ANY, *LANGUAGES):
            if language in self.files:
                return self.files[language]
        return None


@dataclass(frozen=True, slots=True)
class ListInfo:
    id: int
    account: int
    name: str
    shuffled: bool
    sounds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """All accounts' sounds at one moment; never changed, only replaced."""

    sounds: Mapping[int, SoundInfo] = field(default_factory=dict)
    lists: Mapping[int, ListInfo] = field(default_factory=dict)

    def pieces(self, account: int, text: str, languages: Sequence[str]) -> list[Piece]:
        """What a setting of this account means now (see `prompts`); empty: nothing that there is."""
        prompt = prompts.parse(text)
        if prompt is None:
            return []
        if prompt.kind == prompts.SOUND:
            found = self._sound(account, prompt.id, languages)
            return [found] if found else []
        if prompt.kind == prompts.LIST:
            chosen = self.lists.get(prompt.id)
            if chosen is None or chosen.account != account:
                return []
            parts = [self._sound(account, sound, languages) for sound in chosen.sounds]
            return [part for part in parts if part]
        if prompt.kind == prompts.SHIPPED:
            spoken = next((language for language in languages if language in LANGUAGES), LANGUAGES[0])
            return [Piece(shipped_path(prompt.name, spoken))]
        return [Piece(prompt.name)]

    def shuffled(self, account: int, text: str) -> bool:
        """It is a list of this account that is played in any order."""
        prompt = prompts.parse(text)
        chosen = self.lists.get(prompt.id) if prompt and prompt.kind == prompts.LIST else None
        return chosen is not None and chosen.account == account and chosen.shuffled

    def _sound(self, account: int, sound: int, languages: Sequence[str]) -> Piece | None:
        found = self.sounds.get(sound)
        return found.file(*languages) if found is not None and found.account == account else None


def shipped_path(name: str, language: str) -> str:
    """Music has no language."""
    return f"{name}.wav" if name.startswith("music/") else f"{language}/{name}.wav"


def load() -> Library:
    """Read the database (inside `Database.read`)."""
    files: dict[int, dict[str, Piece]] = {}
    for row in SoundFile.select().where(SoundFile.replaced_at.is_null()).order_by(SoundFile.id):
        files.setdefault(row.sound_id, {})[row.language] = Piece(PREFIX + row.path, row.duration_ms)
    sounds = {
        row.id: SoundInfo(row.id, row.account_id, row.name, row.kind, files.get(row.id, {}))
        for row in Sound.select().where(Sound.deleted_at.is_null())
    }
    items: dict[int, list[int]] = {}
    for item in MusicListItem.select().order_by(MusicListItem.position, MusicListItem.id):
        items.setdefault(item.list_id, []).append(item.sound_id)
    lists = {
        row.id: ListInfo(row.id, row.account_id, row.name, row.shuffled, tuple(items.get(row.id, ())))
        for row in MusicList.select()
    }
    return Library(sounds, lists)
