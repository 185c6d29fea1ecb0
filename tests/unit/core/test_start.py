"""A start that fails says why in one sentence and leaves nothing behind: no process, no change, no lost password."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from fs_app.lock import FolderLock
from tests.support.until import until


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    own = {name: value for name, value in os.environ.items() if not name.startswith("FS_APP_")}
    return own | {
        "FS_APP_DATA_DIR": str(tmp_path / "data"),
        "FS_APP_WEB_LISTEN": f"127.0.0.1:{ports[0]}",
        "FS_APP_OUTBOUND_LISTEN": f"127.0.0.1:{ports[1]}",
        "FS_APP_DIRECTORY_LISTEN": f"127.0.0.1:{ports[2]}",
    }


def start(environment: dict[str, str]) -> tuple[str, str]:
    """What a start that must fail prints: (output, errors)."""
    ended = subprocess.run(
        [sys.executable, "-m", "fs_app", "run", "--demo"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=40,
    )
    assert ended.returncode == 1, ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
    return ended.stdout, ended.stderr


def children_of(folder: str) -> list[list[str]]:
    """Command lines of living processes that were given this data folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if any(folder in part for part in line):
            found.append(line)
    return found


@pytest.mark.parametrize("setting", ["FS_APP_WEB_LISTEN", "FS_APP_OUTBOUND_LISTEN"])
def test_a_port_that_is_taken_is_named_and_nothing_keeps_running(
    environment: dict[str, str], setting: str
) -> None:
    host, _, port = environment[setting].rpartition(":")
    with socket.create_server((host, int(port))):
        said, why = start(environment)
    assert re.search(rf"^fs-app: {setting}: can't listen on {host}:{port}", why, re.M)
    assert len(re.findall(r" password \S+", said)) == 6, "made already, so shown"
    assert children_of(environment["FS_APP_DATA_DIR"]) == []


def test_a_folder_of_another_program_is_left_alone(environment: dict[str, str]) -> None:
    folder = Path(environment["FS_APP_DATA_DIR"])
    folder.mkdir()
    theirs = FolderLock(folder)
    theirs.take()
    try:
        _, why = start(environment)
    finally:
        theirs.release()
    assert f"in use by process {os.getpid()}" in why
    assert not (folder / "fs_app.db").exists() and not (folder / "sim.json").exists()


def test_a_database_that_cannot_be_opened_is_one_sentence(environment: dict[str, str]) -> None:
    said, why = start(environment | {"FS_APP_DATABASE_URL": "sqlite:////does/not/exist/x.db"})
    assert why.startswith("fs-app: the database sqlite:////does/not/exist/x.db can't be opened")
    assert len(why.splitlines()) == 1 and "password" not in said


def test_a_full_disk_under_its_output_keeps_the_program_neither_from_working_nor_from_its_orderly_end(
    environment: dict[str, str],
) -> None:
    with Path("/dev/full").open("w") as full:
        program = subprocess.Popen(
            [sys.executable, "-m", "fs_app", "run"], env=environment | {"FS_APP_SWITCH": "sim"}, stdout=full
        )
    try:
        host, port = environment["FS_APP_WEB_LISTEN"].split(":")
        until(lambda: answers(host, int(port)), 30, "the web answers", step=0.1)
        program.terminate()
        assert program.wait(20) == 0
    finally:
        program.kill()
        program.wait()


def answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0
