"""The database and the journal that is projected into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fs_app.doctor.finding import Level, names
from fs_app.doctor.installation import Installation

BEHIND = 5000
"""As the status page: more entries than this are trouble."""

NEEDS = ()
RULES = {
    "database.missing": Level.NOTE,
    "database.away": Level.ERROR,
    "database.locked": Level.ERROR,
    "database.migrations": Level.WARNING,
    "database.newer": Level.ERROR,
    "database.behind": Level.WARNING,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    data = it.data
    said = {"database": data.described, "why": data.why}
    if data.trouble:
        yield f"database.{data.trouble}", said
        return
    there = _shipped(it.settings.migrations_dir)
    if there - data.applied:
        yield "database.migrations", {"names": names(list(there - data.applied))}
    if data.applied - there and there:
        yield "database.newer", {"names": names(list(data.applied - there))}
    behind = (it.journal_last or 0) - (data.position or 0)
    if behind > BEHIND:
        yield "database.behind", {"count": behind}


def _shipped(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("[0-9]*.py")}
