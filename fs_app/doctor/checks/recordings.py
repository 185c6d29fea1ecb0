"""The folder of recordings: there, writable for both sides, with room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation

NEEDS = ()
RULES = {
    "recordings.missing": Level.ERROR,
    "recordings.not_writable": Level.ERROR,
    "recordings.switch_missing": Level.ERROR,
    "recordings.switch_writes": Level.ERROR,
    "recordings.full": Level.ERROR,
    "recordings.low": Level.WARNING,
}

LOW = 5
"""So many times the reserve is little."""


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    folder, there = str(it.settings.recordings), it.settings.recordings_on_switch()
    seen = it.files.get("recordings")
    if seen is not None:
        if seen.mode is None:
            if it.program.pid is not None or it.settings.recordings_dir is not None:
                yield "recordings.missing", {"folder": folder}
        elif not seen.ours:
            yield "recordings.not_writable", {"folder": folder}
        reserve = it.settings.recordings_reserve_mb
        if seen.free is not None:
            free = seen.free // 1024**2
            if free < reserve:
                yield "recordings.full", {"folder": folder, "free": free, "reserve": reserve}
            elif free < LOW * reserve:
                yield "recordings.low", {"folder": folder, "free": free, "reserve": reserve}
    # without the folder on our side there is nothing that the switch could see
    exists = seen is not None and seen.mode is not None
    if it.switch.files.get(there) is False and exists:
        yield "recordings.switch_missing", {"folder": there}
    elif seen is not None and exists and seen.switch_writes is False and there == folder:
        yield "recordings.switch_writes", {"folder": folder, "uid": it.switch.uid}
