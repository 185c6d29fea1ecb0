"""The library of an account: sounds, their files, the bin. All inside `Database.read` or `write`.

A file that another takes the place of stays `KEPT_MS`, and so does a deleted sound: calls play it to its end, and it
can be taken back.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peewee import fn

from fs_app.admin import audit
from fs_app.admin.audit import Actor
from fs_app.admin.listing import Page, Wanted, like, page_of
from fs_app.audio import paths, prompts, use
from fs_app.audio.model import ANY, LANGUAGES, Sound, SoundFile
from fs_app.audio.words import KINDS, MUSIC, Converted
from fs_app.errors import Conflict, Invalid, NotFound

KEPT_MS = 30 * 86_400_000


class NameTaken(Invalid):
    """Another sound of the account is called so."""

    key = "error.sound_name_taken"


class SoundInUse(Conflict):
    """Queues, menus, boxes, holidays or lists name it."""

    key = "error.sound_in_use"


@dataclass(frozen=True, slots=True)
class FileRow:
    id: int
    language: str
    path: str
    duration_ms: int
    bytes: int
    source: str
    original_name: str
    original: str
    loudness: float | None
    remarks: tuple[str, ...]
    text: str
    voice: str
    created_at: int
    created_by: str
    replaced_at: int | None


@dataclass(frozen=True, slots=True)
class SoundRow:
    """`files`: those that are heard now, by language; `before`: those they replaced, the newest first."""

    id: int
    name: str
    kind: str
    note: str
    changed_at: int
    deleted_at: int | None
    files: Mapping[str, FileRow] = field(default_factory=dict)
    before: tuple[FileRow, ...] = ()
    places: tuple[use.Place, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """In which it can be said."""
        return (ANY,) if self.kind == MUSIC else LANGUAGES


SORTS = {"name": fn.LOWER(Sound.name), "changed": Sound.changed_at}


def listing(account: int, wanted: Wanted) -> Page[SoundRow]:
    """Filters: kind; language (`fr`: said in it, `-fr`: not said in it); state (empty: there, `unused`, `bin`)."""
    state = wanted.filter("state")
    places = use.places(account)
    query = Sound.select().where(Sound.account == account, Sound.deleted_at.is_null(state != "bin"))
    if wanted.q:
        sought = like(wanted.q)
        query = query.where(Sound.name.contains(sought) | Sound.note.contains(sought))
    if wanted.filter("kind") in KINDS:
        query = query.where(Sound.kind == wanted.filter("kind"))
    language = wanted.filter("language")
    if language.lstrip("-") in LANGUAGES:
        said = SoundFile.select(SoundFile.sound).where(
            SoundFile.language == language.lstrip("-"), SoundFile.replaced_at.is_null()
        )
        query = query.where(Sound.id.not_in(said) if language.startswith("-") else Sound.id.in_(said))
        if language.startswith("-"):
            query = query.where(Sound.kind != MUSIC)
    if state == "unused":
        used = [
            prompt.id for text in places if (prompt := prompts.parse(text)) and prompt.kind == prompts.SOUND
        ]
        query = query.where(Sound.id.not_in(used))
    page = page_of(query, wanted, SORTS, "name", lambda row: row)
    files = _files([row.id for row in page.rows])
    rows = [_row(row, files.get(row.id, []), places) for row in page.rows]
    return Page(rows, page.total, page.number, page.pages)


def get(account: int, sound: int) -> SoundRow:
    """Raises NotFound."""
    row = _find(account, sound)
    return _row(row, _files([row.id]).get(row.id, []), use.places(account))


def create(by: Actor, name: str, kind: str, note: str = "") -> int:
    """A sound without a file yet. Raises NameTaken, Invalid."""
    _check_name(by.account, 0, name)
    if kind not in KINDS:
        raise Invalid(f"no kind {kind[:20]}", field="kind")
    row = Sound.create(
        account=by.account, name=name, kind=kind, note=note, created_at=by.now, changed_at=by.now
    )
    audit.write(by, "create", "sound", row.id, name)
    return row.id  # type: ignore[no-any-return]


def save(by: Actor, sound: int, name: str, note: str) -> None:
    """Raises NotFound, NameTaken."""
    row = _find(by.account, sound)
    _check_name(by.account, sound, name)
    before, after = {"name": row.name, "note": row.note}, {"name": name, "note": note}
    if before != after:
        Sound.update(**after, changed_at=by.now).where(Sound.id == sound).execute()
        audit.write(by, "update", "sound", sound, name, before, after)


def named(account: int, name: str) -> Sound | None:
    """The sound of this name that is not in the bin."""
    rows = Sound.select().where(Sound.account == account, Sound.deleted_at.is_null())
    return next((row for row in rows if row.name.casefold() == name.casefold()), None)


@dataclass(frozen=True, slots=True)
class Fresh:
    """A converted file: `folder`/`rate`/`name` for each rate, and where it comes from."""

    folder: Path
    name: str
    converted: Converted
    source: str
    original_name: str = ""
    text: str = ""
    voice: str = ""


def put(by: Actor, sound: int, language: str, fresh: Fresh, root: Path) -> int:
    """The sound is this file now, in this language; what it was stays for a while. Raises NotFound, OSError."""
    row = _find(by.account, sound)
    if language not in ((ANY,) if row.kind == MUSIC else LANGUAGES):
        raise Invalid(f"{row.kind} is not said in {language[:5]}", field="language")
    path = f"{by.account}/{sound}/{secrets.token_hex(8)}.wav"
    for rate in paths.RATES:
        target = paths.file_under(root, path, rate)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(fresh.folder / str(rate) / fresh.name, target)
        target.chmod(0o644)  # FreeSWITCH, perhaps another user, reads it
    before = _current(sound, language)
    SoundFile.update(replaced_at=by.now).where(
        SoundFile.sound == sound, SoundFile.language == language, SoundFile.replaced_at.is_null()
    ).execute()
    made = SoundFile.create(
        account=by.account,
        sound=sound,
        language=language,
        path=path,
        duration_ms=fresh.converted.duration_ms,
        bytes=fresh.converted.bytes,
        source=fresh.source,
        original_name=fresh.original_name[:200],
        original=fresh.converted.original[:200],
        loudness=fresh.converted.loudness,
        remarks=list(fresh.converted.remarks),
        text=fresh.text,
        voice=fresh.voice[:100],
        created_at=by.now,
        created_by=by.name[:200],
    )
    Sound.update(changed_at=by.now).where(Sound.id == sound).execute()
    action = "replace" if before else "add"
    audit.write(by, action, "sound", sound, row.name, None, {"language": language, "source": fresh.source})
    return made.id  # type: ignore[no-any-return]


def take_back(by: Actor, sound: int, file: int) -> None:
    """A file that was replaced or taken out is the sound again; the two change places. Raises NotFound."""
    row = _find(by.account, sound)
    old = SoundFile.get_or_none(
        SoundFile.id == file, SoundFile.sound == sound, SoundFile.replaced_at.is_null(False)
    )
    if old is None:
        raise NotFound(f"file {file}")
    SoundFile.update(replaced_at=by.now).where(
        SoundFile.sound == sound, SoundFile.language == old.language, SoundFile.replaced_at.is_null()
    ).execute()
    SoundFile.update(replaced_at=None).where(SoundFile.id == file).execute()
    Sound.update(changed_at=by.now).where(Sound.id == sound).execute()
    audit.write(by, "take_back", "sound", sound, row.name, None, {"language": old.language})


def take_out(by: Actor, sound: int, language: str) -> None:
    """It is not said in this language any more. Raises NotFound; SoundInUse for the last one of a sound in use."""
    row = _find(by.account, sound)
    if _current(sound, language) is None:
        raise NotFound(f"nothing in {language[:5]}")
    left = SoundFile.select().where(SoundFile.sound == sound, SoundFile.replaced_at.is_null()).count() - 1
    if not left and use.of(by.account, prompts.of_sound(sound)):
        raise SoundInUse(f"sound {sound}", name=row.name)
    SoundFile.update(replaced_at=by.now).where(
        SoundFile.sound == sound, SoundFile.language == language, SoundFile.replaced_at.is_null()
    ).execute()
    Sound.update(changed_at=by.now).where(Sound.id == sound).execute()
    audit.write(by, "take_out", "sound", sound, row.name, None, {"language": language})


def delete(by: Actor, sound: int) -> None:
    """Into the bin. Raises NotFound, SoundInUse."""
    row = _find(by.account, sound)
    if use.of(by.account, prompts.of_sound(sound)):
        raise SoundInUse(f"sound {sound}", name=row.name)
    if row.deleted_at is None:
        Sound.update(deleted_at=by.now).where(Sound.id == sound).execute()
        audit.write(by, "delete", "sound", sound, row.name)


def restore(by: Actor, sound: int) -> None:
    """Out of the bin. Raises NotFound, NameTaken."""
    row = _find(by.account, sound)
    if row.deleted_at is not None:
        _check_name(by.account, sound, row.name)
        Sound.update(deleted_at=None).where(Sound.id == sound).execute()
        audit.write(by, "restore", "sound", sound, row.name)


def forget_old(root: Path, now: int) -> int:
    """Files that were replaced, and sounds that were deleted, long ago: away with them. Returns how many files."""
    before = now - KEPT_MS
    gone = [row.id for row in Sound.select().where(Sound.deleted_at < before)]
    rows = list(SoundFile.select().where((SoundFile.replaced_at < before) | SoundFile.sound.in_(gone)))
    for row in rows:
        for rate in paths.RATES:
            paths.file_under(root, row.path, rate).unlink(missing_ok=True)
        row.delete_instance()
    for sound in gone:
        Sound.delete().where(Sound.id == sound).execute()
    return len(rows)


def clear_incoming(root: Path, keep: Collection[str] = ()) -> None:
    """What a program that died left behind while it converted."""
    for path in root.iterdir() if root.is_dir() else ():
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)


# --- rows -----------------------------------------------------------------------------------------------------
def _find(account: int, sound: int) -> Any:
    row = Sound.get_or_none(Sound.id == sound, Sound.account == account)
    if row is None:
        raise NotFound(f"sound {sound}")
    return row


def _current(sound: int, language: str) -> Any:
    return SoundFile.get_or_none(
        SoundFile.sound == sound, SoundFile.language == language, SoundFile.replaced_at.is_null()
    )


def _check_name(account: int, sound: int, name: str) -> None:
    other = named(account, name)
    if other is not None and other.id != sound:
        raise NameTaken(f"sound {other.id}", field="name", name=name)


def _files(sounds: list[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in SoundFile.select().where(SoundFile.sound.in_(sounds)).order_by(SoundFile.id.desc()):
        found.setdefault(row.sound_id, []).append(row)
    return found


def _row(row: Any, files: list[Any], places: Mapping[str, list[use.Place]]) -> SoundRow:
    every = [_file(file) for file in files]
    return SoundRow(
        row.id,
        row.name,
        row.kind,
        row.note,
        row.changed_at,
        row.deleted_at,
        {file.language: file for file in every if file.replaced_at is None},
        tuple(file for file in every if file.replaced_at is not None),
        tuple(places.get(prompts.of_sound(row.id), ())),
    )


def _file(row: Any) -> FileRow:
    return FileRow(
        row.id,
        row.language,
        row.path,
        row.duration_ms,
        row.bytes,
        row.source,
        row.original_name,
        row.original,
        row.loudness,
        tuple(row.remarks or ()),
        row.text,
        row.voice,
        row.created_at,
        row.created_by,
        row.replaced_at,
    )
