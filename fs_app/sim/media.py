"""Sounds: how long they last, and recordings of the right length with a distinct tone per side."""

from __future__ import annotations

import array
import functools
import math
import os
import re
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from fs_app.sim.channel import Channel

log = structlog.get_logger(__name__)

RATE = 8000
#: Period of every tone used: all are multiples of 10 Hz, so a block of 0.1 s can be repeated.
BLOCK = RATE // 10
ENDLESS = math.inf


class NotFoundError(Exception):
    """No such sound: the real one says FILE NOT FOUND."""


def duration(source: str, folder: str = "") -> float:
    """Seconds that `source` plays, inf for endless ones. Raises NotFoundError."""
    source = re.sub(r"^\{[^}]*\}", "", source.strip())
    source = source.partition("@@")[0]
    if source.startswith("silence_stream://"):
        number = source[17:].split(",")[0]
        return ENDLESS if number.startswith("-") else float(number or 0) / 1000
    if source.startswith("tone_stream://"):
        return _tone(source[14:])
    if source.startswith("local_stream://"):
        return ENDLESS
    if source.startswith("file_string://"):
        return sum(duration(part, folder) for part in source[14:].split("!") if part)
    if source.startswith("say:"):
        return 0.3 * len(source[4:])
    if "://" in source:
        raise NotFoundError(source)
    path = source if source.startswith("/") else os.path.join(folder, source)
    # As mod_sndfile: a folder with the rate of the leg beside the file comes first [seen]; here all legs have 8000.
    at_rate = os.path.join(os.path.dirname(path), str(RATE), os.path.basename(path))
    path = at_rate if os.path.isfile(at_rate) else path
    try:
        stat = os.stat(path)
        return _file(path, stat.st_mtime_ns)
    except (OSError, ValueError) as error:
        raise NotFoundError(source) from error


def _tone(script: str) -> float:
    loops = re.search(r";(?:loops|[lL])=(-?\d+)", script)
    count = int(loops[1]) if loops else 1
    if count < 0:
        return ENDLESS
    total = sum(float(on) + float(off) for on, off in re.findall(r"%\(\s*(\d+)\s*,\s*(\d+)", script))
    return total * count / 1000


@functools.lru_cache(maxsize=2048)
def _file(path: str, _changed_ns: int) -> float:
    if not path.lower().endswith(".wav"):
        return os.stat(path).st_size / RATE  # raw G.711
    with open(path, "rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise ValueError(path)
        bytes_per_second = 0
        while chunk := file.read(8):
            kind, size = struct.unpack("<4sI", chunk)
            if kind == b"fmt ":
                bytes_per_second = struct.unpack("<I", file.read(size)[8:12])[0]
            elif kind == b"data":
                present = os.stat(path).st_size - file.tell()
                return min(size, present) / bytes_per_second
            else:
                file.seek(size + size % 2, os.SEEK_CUR)
    raise ValueError(path)


@functools.lru_cache(maxsize=4096)
def stereo_block(left_hz: int, right_hz: int) -> bytes:
    """0.1 s of two tones, 16 bit little endian; 0 Hz is silence."""
    samples = array.array("h")
    for n in range(BLOCK):
        for hz in (left_hz, right_hz):
            samples.append(round(8000 * math.sin(2 * math.pi * hz * n / RATE)) if hz else 0)
    return samples.tobytes()


def header(data_bytes: int, channels: int) -> bytes:
    rate = RATE * 2 * channels
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, channels, RATE, rate, 2 * channels, 16,
        b"data", data_bytes,
    )  # fmt: skip


class Recording:
    """One `uuid_record`: left what the leg says, right what it hears; a mask is silence on both.

    The file grows while it is recorded, whenever what is heard changes and at the end.
    """

    def __init__(
        self,
        ch: Channel,
        path: str,
        heard: Callable[[Channel], tuple[int, int]],
        most_s: float,
        stereo: bool | None = None,
    ) -> None:
        self.path = path
        self._ch = ch
        self._heard = heard
        self._most = most_s
        self._began = self._since = time.monotonic()
        self._masked = False
        self._tones = heard(ch)
        self._written = 0
        self._full = False
        self._stereo = ch.variables.true("RECORD_STEREO") if stereo is None else stereo
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._file = open(path, "wb", buffering=0)  # noqa: SIM115 - open as long as the recording lasts
        self._write(header(0, 2 if self._stereo else 1))  # a full disk: refused, an empty file stays [seen]

    def mask(self, masked: bool) -> None:
        self._flush()
        self._masked = masked

    def changed(self) -> None:
        """Who is heard on this leg has changed."""
        tones = self._heard(self._ch)
        if tones != self._tones:
            self._flush()
            self._tones = tones

    def _flush(self) -> None:
        now = time.monotonic()
        blocks = round((now - self._began) * 10) - self._written
        room = round(self._most * 10) - self._written
        blocks = max(0, min(blocks, room))
        left, right = (0, 0) if self._masked else self._tones
        if self._stereo:
            data = stereo_block(left, right)
        else:
            data = stereo_block(left or right, 0)
            data = b"".join(data[i : i + 2] for i in range(0, len(data), 4))
        try:
            for _ in range(blocks):
                self._write(data)
                self._written += 1
        except OSError as error:
            # As the real one: nothing is said, the call goes on, the rest is tried for as long as it lasts [seen].
            log.warning("error writing", path=self.path, error=str(error))
            self._full = True

    def _write(self, data: bytes) -> None:
        """All of it; what does not fit raises OSError."""
        while data:
            data = data[self._file.write(data) :]

    def stop(self) -> int:
        """Close the file; returns the milliseconds recorded."""
        self._ch.recordings.pop(self.path, None)
        self._flush()
        size = self._file.tell() - 44
        self._file.seek(0)
        with suppress(OSError):
            self._write(header(size, 2 if self._stereo else 1))
        self._file.close()
        # What was written counts, not what was said [seen]; the last tenth of a second is rounded away otherwise.
        said = round((time.monotonic() - self._began) * 1000)
        milliseconds = min(said, self._written * 100) if self._full else said
        variables = self._ch.variables
        variables.set("record_ms", str(milliseconds))
        variables.set("record_seconds", str(milliseconds // 1000))
        self._ch.fire(
            "RECORD_STOP", {"Record-File-Path": self.path, "Record-Completion-Cause": "success-maxtime"}
        )
        self._ch.fire(
            "MEDIA_BUG_STOP", {"Media-Bug-Function": "session_record", "Media-Bug-Target": self.path}
        )
        return milliseconds
