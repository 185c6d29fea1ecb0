"""The prompts and the music that come with the program, with what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from fs_app.audio.model import ANY, LANGUAGES
from fs_app.audio.paths import RATES, at_rate

CATALOGUE = "catalogue.json"
MUSIC = "music"


@dataclass(frozen=True, slots=True)
class Shipped:
    """`texts`: language → what is said; of music: ANY → ''."""

    name: str
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_music(self) -> bool:
        return self.name.startswith(f"{MUSIC}/")


def read(folder: Path) -> list[Shipped]:
    """What is in the folder of sounds, by name. Blocks. A folder without catalogue has no prompts."""
    try:
        texts = orjson.loads((folder / CATALOGUE).read_bytes())
    except (OSError, ValueError):
        texts = {}
    found = [
        Shipped(str(name), {k: str(v) for k, v in said.items() if k in LANGUAGES})
        for name, said in texts.items()
        if isinstance(said, dict)
    ]
    music = sorted(path.stem for path in (folder / MUSIC / str(RATES[0])).glob("*.wav"))
    return sorted(found, key=lambda s: s.name) + [Shipped(f"{MUSIC}/{name}", {ANY: ""}) for name in music]


def file_of(folder: Path, name: str, language: str) -> Path | None:
    """The file, in its best rate; None when there is none. Blocks."""
    if any(part in ("", ".", "..") for part in name.split("/")) or language not in (*LANGUAGES, ANY):
        return None
    path = f"{name}.wav" if name.startswith(f"{MUSIC}/") else f"{language}/{name}.wav"
    for candidate in (*(folder / at_rate(path, rate) for rate in reversed(RATES)), folder / path):
        if candidate.is_file():
            return candidate
    return None
