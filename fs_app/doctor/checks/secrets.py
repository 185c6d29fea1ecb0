"""What nobody else may read: the key, the database, the journal, a file of settings with passwords."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fs_app.config import SHORTEST_SECRET
from fs_app.doctor.finding import Level
from fs_app.doctor.installation import FileSeen, Installation

OTHERS = 0o007

NEEDS = ()
RULES = {
    "secrets.key_mode": Level.ERROR,
    "secrets.key_weak": Level.ERROR,
    "secrets.database_mode": Level.ERROR,
    "secrets.config_mode": Level.ERROR,
    "secrets.data_mode": Level.WARNING,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, allowed in (("secret_key", 0o077), ("database", OTHERS), ("config", OTHERS)):
        seen = it.files.get(name)
        if seen is not None and seen.mode is not None and seen.mode & allowed:
            rule = {"secret_key": "key_mode", "database": "database_mode", "config": "config_mode"}[name]
            yield f"secrets.{rule}", _said(seen)
    data = it.files.get("data")
    if data is not None and data.mode is not None and data.mode & 0o002:
        yield "secrets.data_mode", _said(data)
    key = it.settings.secret_key
    if key and (len(key) < SHORTEST_SECRET or len(set(key)) < 8):
        yield "secrets.key_weak", {"least": SHORTEST_SECRET}


def _said(seen: FileSeen) -> dict[str, Any]:
    return {"path": str(seen.path), "mode": f"{seen.mode:03o}"}
