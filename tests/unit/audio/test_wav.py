"""A recording whose switch died can be heard."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import pytest

from fs_app.audio.wav import make_folders, mend_header


def stereo(path: Path, seconds: float = 1.0) -> bytes:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x01\x00\x02\x00" * int(8000 * seconds))
    return path.read_bytes()


def without_sizes(document: bytes) -> bytes:
    place = document.index(b"data")
    zero = struct.pack("<I", 0)
    return document[:4] + zero + document[8 : place + 4] + zero + document[place + 8 :]


def test_a_header_without_sizes_gets_the_true_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    whole = stereo(path)
    path.write_bytes(without_sizes(whole))
    assert mend_header(path)
    assert path.read_bytes() == whole
    with wave.open(str(path)) as sound:
        assert sound.getnframes() == 8000


def test_half_a_frame_at_the_end_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(without_sizes(stereo(path)) + b"\x01\x00\x02")
    assert mend_header(path)
    with wave.open(str(path)) as sound:
        assert sound.getnframes() == 8000


def test_a_right_header_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    whole = stereo(path)
    assert not mend_header(path)
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "document", [b"", b"RIFF", b"text, not sound, and long enough for a header", b"RIFF\0\0\0\0WAVE"]
)
def test_what_is_no_wav_is_refused(tmp_path: Path, document: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(document)
    with pytest.raises(ValueError, match=r"a\.wav"):
        mend_header(path)
    assert path.read_bytes() == document


def test_folders_of_a_message_have_the_rights_of_the_folder_of_recordings(tmp_path: Path) -> None:
    root = tmp_path / "recordings"
    root.mkdir()
    root.chmod(0o2775)
    make_folders(root, "1/2026/11/22/x.wav")
    make_folders(root, "1/2026/11/22/y.wav")
    made = root / "1/2026/11/22"
    assert made.is_dir() and made.stat().st_mode & 0o7777 == 0o2775
