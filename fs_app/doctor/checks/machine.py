"""The machine: room, limits, load, tools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fs_app.doctor.finding import Level, names
from fs_app.doctor.installation import Installation

OLDEST_PYTHON = (3, 11)
LEAST_FILES = 4096
LEAST_MEMORY = 0.08
LOADED = 1.5  # processes that want a processor, for each there is
LEAST_FREE = 500 * 1024**2
LEAST_INODES = 2000

NEEDS = ()
RULES = {
    "machine.python": Level.ERROR,
    "machine.disk": Level.ERROR,
    "machine.inodes": Level.ERROR,
    "machine.folder": Level.ERROR,
    "machine.files": Level.WARNING,
    "machine.memory": Level.WARNING,
    "machine.load": Level.WARNING,
    "machine.zones": Level.ERROR,
    "machine.ffmpeg": Level.WARNING,
    "machine.espeak": Level.NOTE,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    machine = it.machine
    if machine.python < OLDEST_PYTHON:
        yield "machine.python", {"version": ".".join(map(str, machine.python))}
    data = it.files.get("data")
    if data is not None and data.mode is not None:
        folder = {"folder": str(data.path)}
        if data.free is not None and data.free < LEAST_FREE:
            yield "machine.disk", {**folder, "free": data.free // 1024**2}
        if data.free_files is not None and data.free_files < LEAST_INODES:
            yield "machine.inodes", {**folder, "free": data.free_files}
        if not data.ours:
            yield "machine.folder", folder
    most = it.program.most_files if it.program.most_files is not None else machine.most_files
    if 0 <= most < LEAST_FILES:  # RLIM_INFINITY is -1
        yield "machine.files", {"most": most, "least": LEAST_FILES}
    if machine.memory_free < LEAST_MEMORY:
        yield "machine.memory", {"percent": round(machine.memory_free * 100)}
    if machine.load > LOADED * machine.processors:
        yield "machine.load", {"load": round(machine.load, 1), "processors": machine.processors}
    unknown = [zone for zone, known in machine.zones.items() if not known]
    if unknown:
        yield "machine.zones", {"zones": names(unknown)}
    missing = {"ffmpeg", "ffprobe"} - set(machine.tools)
    if missing:
        yield "machine.ffmpeg", {"names": names(list(missing))}
    if "espeak-ng" not in machine.tools:
        yield "machine.espeak", {}
