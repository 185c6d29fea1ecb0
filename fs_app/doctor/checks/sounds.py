"""Prompts and music: the files are there, and the switch can play them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fs_app.doctor.finding import Level, names
from fs_app.doctor.installation import Installation

NEEDS = ()
RULES = {
    "sounds.missing": Level.ERROR,
    "sounds.file_missing": Level.ERROR,
    "sounds.switch_missing": Level.ERROR,
    "sounds.switch_reads": Level.ERROR,
    "sounds.language": Level.ERROR,
    "sounds.library_missing": Level.ERROR,
    "sounds.library_switch": Level.ERROR,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from _library(it)
    folder, there = str(it.settings.sounds_dir), it.settings.sounds_on_switch()
    seen = it.files.get("sounds")
    if seen is not None and seen.mode is None:
        yield "sounds.missing", {"folder": folder}
        return
    lost = [path for path, is_there in it.prompts.items() if not is_there]
    languages = {path.partition("/")[0] for path in it.prompts}
    silent = [
        language
        for language in languages
        if all(not there for path, there in it.prompts.items() if path.startswith(f"{language}/"))
    ]
    lost = [path for path in lost if path.partition("/")[0] not in silent]
    if silent:
        yield "sounds.language", {"languages": names(silent), "folder": folder}
    if lost:
        yield "sounds.file_missing", {"files": names(lost), "folder": folder}
    blind = [
        path
        for path, is_there in it.switch.files.items()
        if not is_there and (path == there or path.startswith(f"{there}/"))
    ]
    if blind and not (silent or lost):
        yield "sounds.switch_missing", {"folder": there}
    elif seen is not None and seen.switch_reads is False and there == folder:
        yield "sounds.switch_reads", {"folder": folder, "uid": it.switch.uid}


def _library(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    """The accounts' own sounds."""
    folder, there = str(it.settings.library), it.settings.library_on_switch()
    lost: dict[int, list[str]] = {}
    for (account, name), is_there in it.library.items():
        if not is_there:
            lost.setdefault(account, []).append(name)
    for account, found in lost.items():
        yield "sounds.library_missing", {"account": account, "names": names(found), "folder": folder}
    seen = it.files.get("library")
    unreadable = seen is not None and seen.switch_reads is False and there == folder
    if it.library and not lost and (it.switch.files.get(there) is False or unreadable):
        yield "sounds.library_switch", {"folder": there}
