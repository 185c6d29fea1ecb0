"""Which file of a sound FreeSWITCH plays: the one of the leg's own rate, in a folder beside the name that it is told.

Seen by what the process has open. `fs_app/audio/paths.py` builds on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.freeswitch import Freeswitch
from tests.support.ports import PortBlock
from tests.support.soundworld import write_hum
from tests.support.until import until

SOUNDS = Path(__file__).resolve().parents[2] / "sounds"


@pytest.fixture(scope="module")
def switch() -> Iterator[Freeswitch]:
    ports = PortBlock()
    running = Freeswitch(ports, {"FS_APP_CODECS": "G722,PCMA"})
    running.start()
    yield running
    running.stop()
    ports.release()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    for rate in (8000, 16000):
        for name in ("a", "b"):
            write_hum(folder / str(rate) / f"{name}.wav", 10, rate)
    write_hum(folder / "16000" / "wide.wav", 10, 16000)
    return folder


def opened(switch: Freeswitch, library: Path) -> set[str]:
    assert switch.process is not None
    found = set()
    for entry in Path(f"/proc/{switch.process.pid}/fd").iterdir():
        try:
            target = Path(os.readlink(entry))
        except OSError:
            continue
        if target.is_relative_to(library):
            found.add(str(target.relative_to(library)))
    return found


@pytest.mark.parametrize(
    ("codec", "played", "wanted"),
    [
        ("PCMA", "{0}/a.wav", "8000/a.wav"),
        ("G722", "{0}/a.wav", "16000/a.wav"),
        ("PCMA", "file_string://{0}/a.wav!{0}/b.wav", "8000/a.wav"),
        ("G722", "%[playback_timeout_sec=8]file_string://{0}/b.wav!{0}/a.wav", "16000/b.wav"),
        ("PCMA", "{0}/wide.wav", "16000/wide.wav"),
    ],
)
def test_the_file_of_the_legs_own_rate_is_played(
    switch: Freeswitch, library: Path, codec: str, played: str, wanted: str
) -> None:
    """The leg is a call of the switch to its own trunk, where nobody takes it: the apology's music answers."""
    until(lambda: not opened(switch, library), 10, "nothing is played")
    there = f"sofia/external/sip:+33185090000@127.0.0.1:{switch.trunk_port}"
    switch.api(
        f"bgapi originate {{absolute_codec_string={codec}}}{there} &playback({played.format(library)})"
    )
    assert until(lambda: opened(switch, library), 10, "a file is played") == {wanted}
    switch.api("hupall")


@pytest.mark.parametrize("given", ["FS_APP_SOUNDS_DIR", "FS_APP_MUSIC_DIR", "nothing"])
def test_the_music_that_comes_with_the_program_is_the_default(given: str, tmp_path: Path) -> None:
    folder = {"FS_APP_SOUNDS_DIR": SOUNDS, "FS_APP_MUSIC_DIR": tmp_path}.get(given)
    write_hum(tmp_path / "own.wav", 5, 8000)
    ports = PortBlock()
    running = Freeswitch(ports, {given: str(folder)} if folder else {})
    running.start()
    try:
        music = running.api("global_getvar fsapp_music").strip()
        streams = running.api("local_stream show") if folder else ""
    finally:
        running.stop()
        ports.release()
    assert music.startswith("local_stream://fsapp" if folder else "tone_stream://")
    assert not folder or str(folder) in streams
