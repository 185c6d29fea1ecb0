"""What is recorded, heard in the files; a disk that fills up; a telephone that goes; a wrong password."""

from __future__ import annotations

import math
import os
import struct
import subprocess
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import measured
from tests.e2e.test_one_call import ready_agent
from tests.support.program import DID, Plan, Program
from tests.support.until import until
from tests.support.world import World

RATE = 8000


def level(samples: list[int], hz: int) -> float:
    """Strength of one tone (Goertzel), about its amplitude."""
    k = 2 * math.cos(2 * math.pi * hz / RATE)
    a = b = 0.0
    for sample in samples:
        a, b = sample + k * a - b, a
    return math.sqrt(max(0.0, a * a + b * b - k * a * b)) * 2 / max(1, len(samples))


def read(path: Path) -> tuple[list[int], list[int]]:
    """Left (the customer) and right (the agent)."""
    with wave.open(str(path)) as file:
        assert file.getnchannels() == 2
        data = file.readframes(file.getnframes())
    samples = struct.unpack(f"<{len(data) // 2}h", data)
    return list(samples[::2]), list(samples[1::2])


def heard(samples: list[int], hz: int) -> list[bool]:
    """Whether the tone is there, for each half second."""
    step = RATE // 2
    return [level(samples[i : i + step], hz) > 300 for i in range(0, len(samples) - step + 1, step)]


def file_of(app: Program) -> Path:
    ((path,),) = app.rows("select path from recording where deleted_at is null and problem = ''")
    return app.folder / "recordings" / str(path)


def fill(path: Path) -> None:
    """Write until nothing more goes in."""
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


def wait(seconds: float) -> None:
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() >= end, seconds + 2)


def talking(world: World, app: Program, pages: Callable[..., Any]) -> tuple[Any, Any, Any]:
    phone, page = ready_agent(world, app, pages)
    caller = world.call(DID, "+33612345678", "Jean Dupont")
    phone.ringing()
    phone.answer()
    page.is_in("IN_CALL")
    until(lambda: page.line.get("can"), 5, "the line is talking")
    until(lambda: caller.hears([phone.tone_hz]).get(phone.tone_hz, 0) > 0.5, 10, "they hear each other")
    return phone, page, caller


def record(page: Any) -> str:
    return str(page.line.get("record", {}).get("state"))


def qualify(app: Program, page: Any, disposition: int) -> None:
    page.is_in("WRAP_UP")
    page.do("call.qualify", call=page.picture["work"]["call"], disposition=disposition, note="")
    page.is_in("IDLE")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 600 kB, which this test fills."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "none", str(folder)], check=False
    ).returncode:
        pytest.skip("NOT SHOWN HERE: no right to mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


# --- pause ------------------------------------------------------------------------------------------------------
def test_a_pause_is_silence_on_both_channels_through_hold_and_a_death_of_the_program(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan())
    phone, page, caller = talking(world, app, pages)
    until(lambda: record(page) == "on", 5, "it is recorded")
    wait(2)
    page.do("line.pause_recording", line=page.line_id)
    until(lambda: record(page) == "paused", 5, "paused")
    wait(1)
    page.do("line.hold", line=page.line_id)
    until(lambda: page.line.get("state") == "HELD", 10, "held")
    wait(1)
    page.do("line.resume", line=page.line_id)
    until(lambda: page.line.get("state") == "TALKING", 10, "talking again")
    assert record(page) == "paused", "a hold does not undo it"
    app.kill()
    app.start()
    until(lambda: page.socket.connected and record(page) == "paused", 15, "paused after the death, too")
    wait(2)
    page.do("line.resume_recording", line=page.line_id)
    until(lambda: record(page) == "on", 5, "it goes on")
    wait(2)
    caller.hang_up()
    qualify(app, page, app.ids.dispositions[0])
    until(lambda: app.rows("select ended_at from recording")[0][0], 10, "the recording has an end")
    left, right = read(file_of(app))
    for side, tone in ((left, caller.tone_hz), (right, phone.tone_hz)):
        there = heard(side, tone)
        first, last = there.index(True), len(there) - 1 - there[::-1].index(True)
        silent = [n for n, yes in enumerate(there) if not yes and first < n < last]
        assert len(silent) >= 8, f"at least 4 s of silence in the middle: {there}"
        assert silent == list(range(silent[0], silent[-1] + 1)), f"one stretch, nothing heard in it: {there}"


# --- ends that nobody heard -------------------------------------------------------------------------------------
def test_a_conversation_that_ends_while_the_link_is_cut_has_a_recording_with_an_end(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan())
    _, page, caller = talking(world, app, pages)
    until(lambda: record(page) == "on", 5, "it is recorded")
    wait(2)
    world.cut_link()
    caller.hang_up()
    caller.ended()
    world.mend_link()
    qualify(app, page, app.ids.dispositions[0])
    until(lambda: app.rows("select ended_at from recording")[0][0], 15, "the recording has an end")
    ((length, call_ms),) = app.rows("select r.duration_ms, c.talk_ms from recording r, call c")
    assert abs(length - call_ms) < 1000
    left, _ = read(file_of(app))
    assert sum(heard(left, caller.tone_hz)) >= 3


# --- rules ------------------------------------------------------------------------------------------------------
def test_on_demand_nothing_is_recorded_until_somebody_asks(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan(record="on_demand"))
    _phone, page, caller = talking(world, app, pages)
    wait(1)
    assert record(page) == "off" and app.rows("select count(*) from recording") == [(0,)]
    page.do("line.start_recording", line=page.line_id)
    until(lambda: record(page) == "on", 5, "it is recorded")
    wait(2)
    caller.hang_up()
    qualify(app, page, app.ids.dispositions[0])
    until(lambda: app.rows("select ended_at from recording")[0][0], 10, "the recording has an end")
    left, _ = read(file_of(app))
    assert 1.0 < len(left) / RATE < 6.0


# --- the disk ---------------------------------------------------------------------------------------------------
def test_a_disk_that_fills_up_stops_the_recording_and_nothing_else(
    world: World, program: Callable[..., Program], pages: Callable[..., Any], small_disk: Path
) -> None:
    app = program(Plan(), FS_APP_RECORDINGS_DIR=str(small_disk), FS_APP_RECORDINGS_RESERVE_MB="0")
    phone, page, caller = talking(world, app, pages)
    until(lambda: record(page) == "on", 5, "it is recorded")
    began = time.monotonic()
    filler = small_disk / "filler"
    fill(filler)
    until(lambda: record(page) == "problem", 15, "the page says that it is not recorded")
    measured(f"{world.name}: full disk seen on the page after s", round(time.monotonic() - began, 1))
    assert page.line["record"]["problem"] == "disk_full"
    checks = {c["name"]: c for c in app.health()["checks"]}
    assert not checks["recordings"]["ok"] and "disk full" in checks["recordings"]["text"]
    assert checks["journal"]["ok"] and checks["database"]["ok"] and checks["switch"]["ok"]
    assert caller.hears([phone.tone_hz]).get(phone.tone_hz, 0) > 0.5, "they go on talking"

    filler.unlink()
    until(lambda: record(page) == "on", 20, "there is room: the rest is recorded")
    wait(2)
    caller.hang_up()
    qualify(app, page, app.ids.dispositions[0])
    until(lambda: all(r[0] for r in app.rows("select ended_at from recording")), 10, "all have ended")
    problems = [p for (p,) in app.rows("select problem from recording order by started_at")]
    assert problems[0] == "disk_full" and problems[-1] == ""
    assert app.rows("select outcome from call") == [("answered",)]
    assert app.health()["ok"]


def test_a_folder_that_can_not_be_written_to_costs_no_call(
    world: World, program: Callable[..., Program], pages: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    app = program(Plan(), FS_APP_RECORDINGS_DIR=str(folder))
    folder.rmdir()
    folder.write_text("a file where the folder should be")
    until(lambda: not app.health().get("ok"), 10, "it is noticed")
    _phone, page, caller = talking(world, app, pages)
    until(lambda: record(page) == "problem", 10, "the page says so")
    assert page.line["record"]["problem"] in ("not_writable", "missing")
    wait(1)
    caller.hang_up()
    qualify(app, page, app.ids.dispositions[0])
    assert app.rows("select outcome from call") == [("answered",)]
    os.unlink(folder)
    folder.mkdir()
    until(lambda: app.health().get("ok"), 15, "mended")


# --- the telephone ----------------------------------------------------------------------------------------------
def test_an_agent_whose_telephone_unregisters_is_not_available_until_it_is_back(
    world: World, program: Callable[..., Program], pages: Callable[..., Any]
) -> None:
    app = program(Plan(), FS_APP_PHONE_ABSENCE_S="2")
    phone, page = ready_agent(world, app, pages)
    began = time.monotonic()
    phone.unregister()
    page.is_in("UNAVAILABLE", 20)
    measured(
        f"{world.name}: unregistered (2 s tolerated) to unavailable s", round(time.monotonic() - began, 1)
    )
    assert page.picture["presence"]["set_aside"] == "phone"
    phone.register()
    page.is_in("IDLE", 20)
    assert page.picture["presence"]["set_aside"] is None


# --- the event socket -------------------------------------------------------------------------------------------
def test_a_wrong_password_of_the_event_socket_is_said_in_words(world: World, tmp_path: Path) -> None:
    made = Program(world, tmp_path / "program", Plan())
    made.environment["FS_APP_SWITCH"] = world.switch_url.replace("://:", "://:wrong-")
    try:
        made.start(ready=False)
        text = until(
            lambda: next(
                (
                    c["text"]
                    for c in made.health()["checks"]
                    if c["name"] == "switch" and "password" in c["text"]
                ),
                None,
            ),
            15,
            "the status names the password",
        )
        measured(f"{world.name}: wrong password", text)
        assert "password" in made.log()
        made.stop()
        made.environment["FS_APP_SWITCH"] = world.switch_url
        made.start()
    finally:
        made.close()
