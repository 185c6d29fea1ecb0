"""Codecs: telephones and trunk must have one in common that every telephone knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fs_app.doctor.finding import Level
from fs_app.doctor.installation import Installation
from fs_app.doctor.xmlconf import Profile

EVERYBODYS = frozenset({"PCMA", "PCMU"})

NEEDS = ("configuration",)
RULES = {
    "codecs.missing": Level.ERROR,
    "codecs.nothing_common": Level.ERROR,
    "codecs.transcoding": Level.NOTE,
}


def check(it: Installation) -> Iterator[tuple[str, dict[str, Any]]]:
    profiles = list((it.switch.profiles or {}).values())
    for profile in profiles:
        offered = _codecs(profile)
        if offered and not EVERYBODYS & set(offered):
            yield "codecs.missing", {"profile": profile.name, "codecs": ", ".join(offered)}
    for i, one in enumerate(profiles):
        for other in profiles[i + 1 :]:
            mine, theirs = _codecs(one), _codecs(other)
            if not mine or not theirs:
                continue
            both = f"{one.name}, {other.name}"
            if not set(mine) & set(theirs):
                yield "codecs.nothing_common", {"profiles": both}
            elif mine[0] != theirs[0]:
                yield "codecs.transcoding", {"profiles": both, "one": mine[0], "other": theirs[0]}


def _codecs(profile: Profile) -> list[str]:
    """Names without rate and packet time, best first; nothing said: all that the switch has."""
    said = profile.settings.get("inbound-codec-prefs", "") or profile.settings.get("codec-prefs", "")
    return [one.strip().partition("@")[0].upper() for one in said.split(",") if one.strip()]
