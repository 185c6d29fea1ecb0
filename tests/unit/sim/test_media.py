"""How long sounds last, and what a recording holds."""

from __future__ import annotations

import math
import wave
from pathlib import Path

import pytest

from fs_app.sim import media


@pytest.mark.parametrize(
    ("source", "seconds"),
    [
        ("silence_stream://1500", 1.5),
        ("silence_stream://-1", math.inf),
        ("tone_stream://%(500,100,400)", 0.6),
        ("tone_stream://%(500,100,400);loops=3", 1.8),
        ("tone_stream://v=-18;%(400,200,523);%(400,4000,659);loops=2", 10.0),
        ("tone_stream://%(400,200,400);loops=-1", math.inf),
        ("local_stream://moh", math.inf),
        ("file_string://silence_stream://100!tone_stream://%(200,0,400)", 0.3),
        ("{rate=8000}silence_stream://250", 0.25),
    ],
)
def test_streams(source: str, seconds: float) -> None:
    assert media.duration(source) == pytest.approx(seconds)


def test_a_wav_file_lasts_as_long_as_its_samples(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 8000)
    assert media.duration(str(path)) == pytest.approx(0.5)
    assert media.duration("x.wav", str(tmp_path)) == pytest.approx(0.5)


@pytest.mark.parametrize("source", ["/nonexistent.wav", "http://x/y.wav", "relative.wav"])
def test_what_is_not_there_is_said(source: str) -> None:
    with pytest.raises(media.NotFoundError):
        media.duration(source, "/nonexistent")


def test_a_block_of_tone_can_be_repeated_without_a_click() -> None:
    block = media.stereo_block(650, 0)
    assert len(block) == media.BLOCK * 4
    assert block[2:4] == b"\0\0" and block[:4] == b"\0\0\0\0"
