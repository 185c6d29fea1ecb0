"""Modules of the switch that the program can't do without, and those that it misses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fs_app.doctor.finding import Level, names
from fs_app.doctor.installation import Installation

NEEDED = frozenset(
    {
        "mod_commands",
        "mod_dptools",
        "mod_dialplan_xml",
        "mod_event_socket",
        "mod_sofia",
        "mod_sndfile",
        "mod_tone_stream",
        "mod_xml_cdr",
        "mod_xml_curl",
        "mod_conference",
    }
)
WANTED = frozenset({"mod_spandsp", "mod_avmd", "mod_native_file", "mod_opus"})
OLDEST = (1, 10)

NEEDS = ("modules",)
RULES = {"modules.missing": Level.ERROR, "modules.wanted": Level.NOTE, "modules.old": Level.WARNING}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    loaded = it.switch.modules or frozenset()
    if NEEDED - loaded:
        yield "modules.missing", {"modules": names(list(NEEDED - loaded))}
    if WANTED - loaded:
        yield "modules.wanted", {"modules": names(list(WANTED - loaded))}
    version = re.search(r"Version (\d+)\.(\d+)", it.switch.version)
    if version is not None and (int(version[1]), int(version[2])) < OLDEST:
        yield "modules.old", {"version": it.switch.version[:60]}
