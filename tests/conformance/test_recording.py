"""Recordings: two channels, the right length, silence under a mask."""

from __future__ import annotations

import math
import struct
import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from fs_app import facts as f
from fs_app.errors import NoSuchChannel
from tests.conformance.program import Program, hear_each_other
from tests.support.until import until

RATE = 8000


def read(path: Path) -> tuple[list[int], list[int]]:
    """Left and right samples."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, RATE, 2)
        data = file.readframes(file.getnframes())
    samples = struct.unpack(f"<{len(data) // 2}h", data)
    return list(samples[::2]), list(samples[1::2])


def level(samples: list[int], hz: int) -> float:
    """Strength of one tone (Goertzel), about its amplitude."""
    if not samples:
        return 0.0
    k = 2 * math.cos(2 * math.pi * hz / RATE)
    a = b = 0.0
    for sample in samples:
        a, b = sample + k * a - b, a
    return math.sqrt(max(0.0, a * a + b * b - k * a * b)) * 2 / len(samples)


def wait(seconds: float) -> None:
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() >= end, seconds + 1)


def test_a_conversation_has_the_customer_left_and_the_agent_right(program: Program, tmp_path: Path) -> None:
    caller, customer = program.caller()
    phone, agent = program.person("0600000041")
    program.bridged(agent, customer)
    hear_each_other(caller, phone)
    path = tmp_path / "c.wav"
    program.switch.record_start(customer, str(path)).get(5)
    program.fact(f.RecordingStarted, customer, path=str(path))
    wait(2.0)
    program.switch.record_stop(customer, str(path)).get(5)
    stopped = program.fact(f.RecordingStopped, customer, path=str(path))
    left, right = read(path)
    assert 1.5 < len(left) / RATE < 2.6
    assert stopped.duration_ms == 0 or 1500 < stopped.duration_ms < 2600
    middle = slice(RATE // 2, RATE // 2 + RATE // 2)
    assert level(left[middle], caller.tone_hz) > 10 * level(left[middle], phone.tone_hz)
    assert level(right[middle], phone.tone_hz) > 10 * level(right[middle], caller.tone_hz)


def test_a_mask_is_silence_and_the_time_goes_on(program: Program, tmp_path: Path) -> None:
    caller, customer = program.caller()
    phone, agent = program.person("0600000042")
    program.bridged(agent, customer)
    hear_each_other(caller, phone)
    path = tmp_path / "m.wav"
    program.switch.record_start(customer, str(path)).get(5)
    wait(1.0)
    program.switch.record_mask(customer, str(path)).get(5)
    wait(1.0)
    program.switch.record_unmask(customer, str(path)).get(5)
    wait(1.0)
    program.switch.record_stop(customer, str(path)).get(5)
    left, _ = read(path)
    assert 2.4 < len(left) / RATE < 3.6
    third = len(left) // 3
    parts = [
        level(left[n * third + third // 3 : n * third + 2 * third // 3], caller.tone_hz) for n in range(3)
    ]
    assert parts[1] < parts[0] / 10 and parts[1] < parts[2] / 10


def test_the_recording_ends_with_its_leg(program: Program, tmp_path: Path) -> None:
    caller, customer = program.caller()
    path = tmp_path / "e.wav"
    program.switch.record_start(customer, str(path)).get(5)
    program.fact(f.RecordingStarted, customer)
    wait(1.5)
    caller.hang_up()
    program.gone(customer)
    program.fact(f.RecordingStopped, customer, path=str(path))
    left, _ = read(path)
    assert 0.8 < len(left) / RATE < 2.2


def test_recording_follows_the_customer_from_agent_to_agent(program: Program, tmp_path: Path) -> None:
    caller, customer = program.caller()
    program.switch.set_variables(customer, {"park_after_bridge": "true"}).get(5)
    path = tmp_path / "f.wav"
    program.switch.record_start(customer, str(path)).get(5)
    marks = []
    for number in ("0600000043", "0600000044"):
        phone, agent = program.person(number)
        program.bridged(agent, customer)
        hear_each_other(caller, phone)
        wait(1.0)
        marks.append(phone.tone_hz)
    program.switch.record_stop(customer, str(path)).get(5)
    _, right = read(path)
    halves = right[: len(right) // 2], right[len(right) // 2 :]
    for half, hz in zip(halves, marks, strict=True):
        assert level(half, hz) > 200


def test_recording_a_leg_that_is_gone_is_refused(program: Program, tmp_path: Path) -> None:
    error = program.refused(
        program.switch.record_start("00000000-0000-0000-0000-000000000000", str(tmp_path / "x.wav"))
    )
    assert isinstance(error, NoSuchChannel)


def test_stopping_what_is_not_recorded_is_refused(program: Program, tmp_path: Path) -> None:
    _, leg = program.caller()
    program.refused(program.switch.record_stop(leg, str(tmp_path / "never.wav")))


# --- a disk without room ----------------------------------------------------------------------------------------
@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 kB: two seconds of recording."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)], check=False
    ).returncode:
        pytest.skip("NOT PROVEN HERE: no right to mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_disk_that_fills_up_is_told_by_nobody_and_the_conversation_goes_on(
    program: Program, small_disk: Path
) -> None:
    caller, customer = program.caller()
    phone, agent = program.person("0600000045")
    program.bridged(agent, customer)
    path = small_disk / "f.wav"
    program.switch.record_start(customer, str(path)).get(5)
    program.fact(f.RecordingStarted, customer, path=str(path))
    wait(5.0)
    assert not program.all(f.RecordingStopped, customer), "the switch says nothing"
    hear_each_other(caller, phone)
    program.switch.record_stop(customer, str(path)).get(5)
    stopped = program.fact(f.RecordingStopped, customer, path=str(path))
    assert 1500 < stopped.duration_ms < 2600, "what was written counts, not what was said"
    assert path.stat().st_size <= 65536


def test_a_recording_on_a_full_disk_or_in_a_folder_that_is_none_is_refused(
    program: Program, small_disk: Path, tmp_path: Path
) -> None:
    _, customer = program.caller()
    (small_disk / "filler").write_bytes(bytes(64 * 1024))
    error = program.refused(program.switch.record_start(customer, str(small_disk / "g.wav")))
    assert "Cannot record session" in str(error)
    (tmp_path / "file").write_text("x")
    error = program.refused(program.switch.record_start(customer, str(tmp_path / "file" / "h.wav")))
    assert "Cannot record session" in str(error)
    assert not program.all(f.RecordingStarted, customer)
