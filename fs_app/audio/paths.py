"""Where the files of the library lie.

Under the library's folder a sound has `ACCOUNT/SOUND/8000/TOKEN.wav` and `ACCOUNT/SOUND/16000/TOKEN.wav`, 16 bit,
mono. What is kept and what the switch is told is `ACCOUNT/SOUND/TOKEN.wav`: FreeSWITCH looks for a folder with the rate
of the leg beside the file that it is asked for, then for the highest other rate (mod_sndfile.c, sndfile_file_open;
tests/real/test_sound_files.py): a telephone with G.711 hears the one, one with G.722 the other, and nothing is
resampled while a call runs.

The token is new with each file: what a call plays is never written over.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

PREFIX = "library/"
"""Of paths of the library among those of the sounds folder."""

RATES = (8000, 16000)


def at_rate(path: str, rate: int) -> str:
    """The file itself, relative to the library's folder."""
    whole = PurePosixPath(path)
    return str(whole.parent / str(rate) / whole.name)


def file_under(folder: Path, path: str, rate: int) -> Path:
    """On this machine. Raises ValueError for a path that leads out of the folder."""
    clean = PurePosixPath(at_rate(path, rate))
    if clean.is_absolute() or ".." in clean.parts:
        raise ValueError(f"not inside the library: {path}")
    return folder / clean
