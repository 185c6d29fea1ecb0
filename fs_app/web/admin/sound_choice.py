"""What a form offers where something is to be heard: the library and the shipped sounds, by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fs_app.audio import prompts, shipped
from fs_app.audio.library import SoundInfo
from fs_app.audio.words import MUSIC
from fs_app.web import text
from fs_app.web.context import site, the_app, who
from fs_app.web.i18n import language, t

MOST_FILES = 2000
LONGEST = 70

Group = tuple[str, Sequence[tuple[str, str]]]
"""Its name, and (value, label) of each."""


@dataclass(frozen=True, slots=True)
class SoundChoices(Collection[str]):
    """`prompts` and `music`: what is offered for the one and for the other. As a collection: all that may be chosen,
    also files by their path, as before there was a library."""

    prompts: tuple[Group, ...]
    music: tuple[Group, ...]
    known: frozenset[str]

    def __contains__(self, value: object) -> bool:
        return value in self.known

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)

    def label(self, value: str) -> str:
        """Of something that is offered; of what is not: the value."""
        for _, choices in (*self.prompts, *self.music):
            for key, words in choices:
                if key == value:
                    return words
        return value


def choices() -> SoundChoices:
    app, account = the_app(), who().account
    library = app.catalog.now.library
    mine = sorted(
        (s for s in library.sounds.values() if s.account == account), key=lambda s: s.name.casefold()
    )
    spoken = [(prompts.of_sound(s.id), _label(s)) for s in mine if s.kind != MUSIC]
    music = [(prompts.of_sound(s.id), _label(s)) for s in mine if s.kind == MUSIC]
    lists = sorted(
        (one for one in library.lists.values() if one.account == account), key=lambda one: one.name.casefold()
    )
    listed = [(prompts.of_list(one.id), text.clipped(one.name, LONGEST)) for one in lists]
    came, files = site().threads.run(_on_disk, app.settings.sounds_dir)
    said = [(prompts.of_shipped(s.name), _said(s)) for s in came if not s.is_music]
    played = [(prompts.of_shipped(s.name), _said(s)) for s in came if s.is_music]
    known = {value for group in (spoken, music, listed, said, played) for value, _ in group}
    return SoundChoices(
        _full((t("sounds.mine"), spoken), (t("sounds.shipped"), said), (t("sounds.kind.music"), music)),
        _full((t("sounds.lists"), listed), (t("sounds.mine"), music), (t("sounds.shipped"), played)),
        frozenset(known | set(files)),
    )


def _full(*groups: Group) -> tuple[Group, ...]:
    return tuple(group for group in groups if group[1])


def _label(sound: SoundInfo) -> str:
    said = ", ".join(one.upper() for one in sound.files if one)
    name = text.clipped(sound.name, LONGEST)
    if not sound.files:
        return f"{name} ({t('sounds.no_file')})"
    return f"{name} ({said})" if said else name


def _said(one: shipped.Shipped) -> str:
    if one.is_music:
        return one.name.partition("/")[2].replace("_", " ").capitalize()
    words = one.texts.get(language()) or next(iter(one.texts.values()), one.name)
    return text.clipped(words, LONGEST)


def _on_disk(folder: Path) -> tuple[list[shipped.Shipped], list[str]]:
    files = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in (".wav", ".mp3", ".ogg") and path.is_file()
    )
    return shipped.read(folder), files[:MOST_FILES]
