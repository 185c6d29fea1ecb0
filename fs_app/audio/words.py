"""What the conversion says about a file: why it is refused, what was noticed, how far it is. No library, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PROMPT, MUSIC = "prompt", "music"
KINDS = (PROMPT, MUSIC)

LONGEST_S = 20 * 60
"""A sound of the library lasts no longer; it is held in memory while it is converted (77 MB)."""

SHORTEST_MS = 100

MOST_BYTES = 100 * 1024 * 1024
"""Of a file that is brought."""

STAGES = ("waiting", "speaking", "checking", "decoding", "levelling", "writing")

REFUSALS = (
    "empty",
    "too_big",
    "no_sound",
    "not_audio",
    "playlist",
    "too_long",
    "too_short",
    "silent",
    "broken",
    "too_heavy",
    "no_tool",
    "no_engine",
    "no_text",
    "not_spoken",
    "disk_full",
)
"""Each is said by `sounds.refused.…`."""

REMARKS = (
    "clipped",
    "quiet",
    "one_channel",
    "out_of_phase",
    "many_channels",
    "video",
    "cut_off",
    "trimmed",
    "impossible_values",
    "narrow",
)
"""Each is said by `sounds.remark.…`."""


class Refusal(Exception):
    """The file can't be used; `reason` is one of REFUSALS."""

    def __init__(self, reason: str, **params: Any) -> None:
        super().__init__(f"{reason} {params}" if params else reason)
        self.reason = reason
        self.params = params


@dataclass(frozen=True, slots=True)
class Converted:
    """What lies in the folder now. `loudness` in LUFS; None: too short to be measured."""

    duration_ms: int
    bytes: int
    loudness: float | None
    original: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What a child process is to do: convert the file `source` (or say `text`), the results under `folder`.

    `kind` is that of the sound (`model.KINDS`); `suffix` the ending of the file's name, a hint for formats that can't
    be known by their content. `engine`, `voice`, `text`: speech instead of a file.
    """

    source: str
    folder: str
    name: str
    kind: str
    suffix: str = ""
    engine: str = ""
    voice: str = ""
    text: str = ""
    programs: dict[str, str] = field(default_factory=dict)
