"""A disk that takes no recordings is noticed, said, and nothing else suffers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fs_app.calls.state import Call, Recording
from fs_app.recordings import disk
from fs_app.recordings.disk import Disk, look


class Here:
    """Threads, without threads."""

    def run(self, function: Any, *args: Any, timeout: float = 0) -> Any:
        return function(*args)


class Live:
    def __init__(self, **calls: Call) -> None:
        self.calls = calls
        self.told: list[tuple[str, Any]] = []

    def record(self, kind: str, **data: Any) -> None:
        self.told.append((kind, data.get("why") or data.get("was")))


class Watched:
    def __init__(self, folder: Path, reserve: int = 0, **calls: Call) -> None:
        self.live = Live(**calls)
        self.cut: list[tuple[str, str, str]] = []
        self.again = 0
        self.disk = Disk(
            folder,
            reserve,
            self.live,
            Here(),
            lambda *args: self.cut.append(args),
            self._again,  # type: ignore[arg-type]
        )

    def _again(self) -> None:
        self.again += 1


def recorded(call: str) -> Call:
    found = Call(call, 1, "inbound", 0, "", "", "")
    found.recording = Recording(f"of {call}", "1/x.wav", running=True)
    return found


def unrecorded(call: str, problem: str) -> Call:
    found = Call(call, 1, "inbound", 0, "", "", "")
    found.recording_problem = problem
    return found


def test_a_good_folder_is_left_as_it_was(tmp_path: Path) -> None:
    assert look(tmp_path, 0)[0] == ""
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_and_one_that_is_a_file_are_told_apart_from_a_full_disk(tmp_path: Path) -> None:
    assert look(tmp_path / "nowhere", 0) == (disk.MISSING, 0)
    (tmp_path / "file").write_text("x")
    assert look(tmp_path / "file", 0)[0] == disk.NOT_WRITABLE
    assert look(tmp_path, 10**18)[0] == disk.DISK_FULL, "less is free than is to be left"


def test_no_space_left_is_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{disk.PROBE}-7").symlink_to("/dev/full")
    monkeypatch.setattr(disk.os, "getpid", lambda: 7)
    assert look(tmp_path, 0)[0] == disk.DISK_FULL


def test_running_recordings_are_ended_once_and_it_is_written_down(tmp_path: Path) -> None:
    watched = Watched(tmp_path, 10**18, a=recorded("a"), b=recorded("b"), c=unrecorded("c", "disk_full"))
    watched.disk.round()
    assert watched.cut == [("a", "of a", "disk_full"), ("b", "of b", "disk_full")]
    assert watched.disk.trouble == "disk_full"
    assert watched.live.told == [("recordings.impossible", "disk_full")]
    ok, key, _ = watched.disk.check()
    assert (ok, key) == (False, "health.recordings.disk_full")
    watched.disk.round()
    assert len(watched.live.told) == 1


def test_when_there_is_room_again_those_without_a_recording_get_one_at_once(tmp_path: Path) -> None:
    watched = Watched(tmp_path, 10**18, c=unrecorded("c", "disk_full"))
    watched.disk.round()
    watched.disk._reserve = 0
    watched.disk.round()
    assert watched.again == 1
    assert watched.live.told[-1] == ("recordings.possible", "disk_full")
    assert watched.disk.check()[0]


def test_what_the_switch_refuses_is_said_and_tried_again_in_half_a_minute(tmp_path: Path) -> None:
    watched = Watched(tmp_path, 0, c=unrecorded("c", "refused"))
    watched.disk.refused("refused")
    assert watched.disk.check()[:2] == (False, "health.recordings.refused")
    for _ in range(disk.AGAIN_ROUNDS):
        watched.disk.round()
    assert watched.again == 1
    watched.disk.works()
    assert watched.disk.check()[0]
