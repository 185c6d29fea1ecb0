"""The curve of a recording: peaks per channel, computed here, so that a browser need not load an hour of audio
to draw it. Run in a thread: a minute of two channels takes about a millisecond, an hour some 60."""

from __future__ import annotations

import audioop
import wave
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

POINTS = 900


@dataclass(frozen=True, slots=True)
class Peaks:
    """`channels` holds POINTS values from 0 to 1 for each channel; `duration_s` is the file's length."""

    duration_s: float
    channels: tuple[tuple[float, ...], ...]

    def json(self) -> bytes:
        return orjson.dumps({"duration": self.duration_s, "peaks": self.channels})


def peaks_of(path: Path) -> Peaks | None:
    """None when it is no WAV of PCM samples."""
    try:
        facts = path.stat()
        return _computed(path, facts.st_mtime_ns, facts.st_size)
    except (OSError, EOFError, wave.Error, audioop.error):
        return None


@lru_cache(maxsize=256)
def _computed(path: Path, _mtime_ns: int, _size: int) -> Peaks:
    with wave.open(str(path), "rb") as file:
        channels, width, rate, frames = (
            file.getnchannels(),
            file.getsampwidth(),
            file.getframerate(),
            file.getnframes(),
        )
        step = max(1, -(-frames // POINTS))
        top = float(1 << (8 * width - 1))
        found: list[list[float]] = [[] for _ in range(channels)]
        while chunk := file.readframes(step):
            for number in range(channels):
                one = chunk if channels == 1 else _channel(chunk, width, number)
                found[number].append(round(min(1.0, audioop.max(one, width) / top), 3))
    return Peaks(round(frames / rate, 3), tuple(tuple(values) for values in found))


def _channel(chunk: bytes, width: int, number: int) -> bytes:
    """One of two interleaved channels."""
    return audioop.tomono(chunk, width, 1 - number, number)
